//! The grid on screen: head, rows in sight, scrolling, the keyboard, the floating editor.

use super::Visits;
use super::dom::{self, Cell};
use super::edit::{Edit, EditPage, Target};
use super::editor::Editor;
use super::head::Head;
use super::row::{TableRow, class_of, field_of};
use super::table::Table;
use domain::view::Column;
use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

const REGION: &str = "account-rows";
const BODY: &str = "account-rows-body";
/// Rows in the document above and below those in sight.
const OVERSCAN: u32 = 12;
/// The range moves in steps of this many rows, so that not every pixel of scrolling touches the document.
const STEP: u32 = 6;
const LAST_COLUMN: u8 = Column::ALL.len() as u8 - 1;

/// The grid's own state.
#[derive(Clone, Copy)]
struct Grid {
    table: Table,
    edit: Edit,
    /// The cell that Tab reaches and the arrows move from.
    cursor: RwSignal<Cell>,
    row_height: RwSignal<f64>,
    first_in_sight: StoredValue<u32>,
    sight: StoredValue<u32>,
    frame_waits: StoredValue<bool>,
}

/// The table of accounts.
#[component]
pub fn AccountGrid(table: Table) -> impl IntoView {
    let edit = editing(table);
    let grid = Grid {
        table,
        edit,
        cursor: RwSignal::new(Cell::default()),
        row_height: RwSignal::new(0.0),
        first_in_sight: StoredValue::new(0),
        sight: StoredValue::new(20),
        frame_waits: StoredValue::new(false),
    };
    grid.follow_scrolling();
    grid.remember_place();
    on_cleanup(move || table.unpin());

    let (above, below) = (NodeRef::<html::Tr>::new(), NodeRef::<html::Tr>::new());
    Effect::new(move |_| {
        let (range, height) = (table.range.get(), grid.row_height.get());
        let rest = table.summary.with(|summary| summary.matching).saturating_sub(range.end);
        if let (Some(above), Some(below)) = (above.get(), below.get()) {
            dom::set_height(&above, f64::from(range.start) * height);
            dom::set_height(&below, f64::from(rest) * height);
        }
    });

    let navigate = use_navigate();
    let follow = Callback::new(move |address: String| navigate(&address, Default::default()));
    let open_account = move |cell: Cell| {
        if let Some(row) = table.row(cell.place) {
            let address = table.frame.address_now(&format!("accounts/{}", row.number));
            follow.run(address);
        }
    };
    let click = move |event: MouseEvent| {
        let Some(cell) = dom::cell_of(&event) else { return };
        if dom::is_on(&event, "a") {
            return;
        }
        grid.cursor.set(cell);
        // On a phone a tap on a card opens the account, but for its status.
        let opens = dom::is_narrow() && !(edit.may_edit() && dom::is_on(&event, "td.status"));
        if opens { open_account(cell) } else { grid.open(cell) }
    };
    let keydown = move |event: KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let Some(cell) = dom::cell_of(&event) else { return };
        let handled = match event.key().as_str() {
            "Enter" if column(cell.column) == Column::Name => {
                open_account(cell);
                true
            }
            "Enter" | "F2" => {
                grid.open(cell);
                true
            }
            key => grid.step(cell, key, event.ctrl_key()),
        };
        if handled {
            event.prevent_default();
        }
    };
    let label =
        move || table.frame.overview.with(|overview| format!("Accounts of {}", overview.migration.settings.name));
    view! {
        <div class="table-scroll" id=REGION role="region" aria-label=label tabindex="0">
            <table
                role="grid"
                class="accounts-table"
                class:waiting=move || table.waiting.get()
                aria-label=label
                aria-busy=move || table.waiting.get().then_some("true")
                aria-rowcount=move || (table.summary.with(|summary| summary.matching) + 1).to_string()
                aria-colcount=Column::ALL.len().to_string()
            >
                <colgroup>
                    {Column::ALL.into_iter().map(|column| view! { <col class=class_of(column) /> }).collect_view()}
                </colgroup>
                <Head table />
                <tbody id=BODY on:click=click on:keydown=keydown on:focusin=move |event| {
                    if let Some(cell) = dom::cell_of(&event) {
                        grid.cursor.set(cell);
                    }
                }>
                    <tr class="spacer" node_ref=above aria-hidden="true">
                        <td colspan=Column::ALL.len().to_string()></td>
                    </tr>
                    <For each=move || table.slots() key=|slot| slot.place let:entry>
                        {
                            let place = entry.place;
                            let active = Memo::new(move |_| {
                                grid.cursor.with(|cursor| (cursor.place == place).then_some(cursor.column))
                            });
                            view! { <TableRow entry table edit active /> }
                        }
                    </For>
                    <tr class="spacer" node_ref=below aria-hidden="true">
                        <td colspan=Column::ALL.len().to_string()></td>
                    </tr>
                </tbody>
            </table>
        </div>
        <FloatingEditor grid />
    }
}

/// The edit of this table: its row is pinned while it lasts, then the focus goes back to the cell.
fn editing(table: Table) -> Edit {
    let open = StoredValue::new(false);
    let page = EditPage {
        accepts: Callback::new(|_| true),
        on_begin: Callback::new(move |target: Target| {
            open.set_value(true);
            table.pin(target.row.number);
        }),
        on_row: Callback::new(move |(row, position)| table.saved(row, position)),
        on_end: Callback::new(move |target: Target| {
            open.set_value(false);
            table.unpin();
            let Some(cell) = cell_of(&table, &target) else { return };
            request_animation_frame(move || {
                // Meanwhile the next one may have been opened.
                if open.try_get_value() == Some(false) {
                    dom::focus_cell_later(BODY, cell);
                }
            });
        }),
    };
    Edit::new(table.frame, page)
}

/// The cell that an edit is about, if its row is at hand.
fn cell_of(table: &Table, target: &Target) -> Option<Cell> {
    let column = Column::ALL.into_iter().position(|column| field_of(column) == Some(target.field))?;
    Some(Cell { place: table.place(target.row.number)?, column: column as u8 })
}

fn column(index: u8) -> Column {
    Column::ALL[usize::from(index.min(LAST_COLUMN))]
}

impl Grid {
    /// Opens the editor of a cell.
    fn open(&self, cell: Cell) {
        let (Some(field), Some(row)) = (field_of(column(cell.column)), self.table.row(cell.place)) else { return };
        self.edit.begin(row, field, None);
    }

    /// Moves the cursor by a key. Answers whether the key is one of the table's.
    fn step(&self, from: Cell, key: &str, control: bool) -> bool {
        let last = self.table.summary.with_untracked(|summary| summary.matching).saturating_sub(1);
        let page = self.sight.get_value().saturating_sub(2).max(1);
        let Cell { place, column } = from;
        let to = match key {
            "ArrowDown" => Cell { place: (place + 1).min(last), column },
            "ArrowUp" => Cell { place: place.saturating_sub(1), column },
            "ArrowRight" => Cell { place, column: (column + 1).min(LAST_COLUMN) },
            "ArrowLeft" => Cell { place, column: column.saturating_sub(1) },
            "PageDown" => Cell { place: (place + page).min(last), column },
            "PageUp" => Cell { place: place.saturating_sub(page), column },
            "Home" => Cell { place: if control { 0 } else { place }, column: 0 },
            "End" => Cell { place: if control { last } else { place }, column: LAST_COLUMN },
            _ => return false,
        };
        self.go(to);
        true
    }

    /// Focuses a cell, after scrolling to it if its row is not in the document.
    fn go(&self, cell: Cell) {
        self.cursor.set(cell);
        if dom::focus_cell(BODY, cell) {
            return;
        }
        let above = cell.place.saturating_sub(self.sight.get_value() / 2);
        dom::scroll_to_place(REGION, f64::from(above) * self.row_height.get_untracked());
        self.look();
        request_animation_frame(move || dom::focus_cell_later(BODY, cell));
    }

    /// Looks which rows are in sight, with the next frame.
    fn look_soon(&self) {
        if self.frame_waits.try_get_value() != Some(false) {
            return;
        }
        self.frame_waits.set_value(true);
        let grid = *self;
        request_animation_frame(move || {
            if grid.frame_waits.try_set_value(false).is_none() {
                grid.look();
            }
        });
    }

    /// Puts the rows in sight, and some around them, into the document.
    fn look(&self) {
        let Some(seen) = dom::viewport(REGION, BODY).filter(|seen| seen.row > 0.0) else {
            return self.table.fetch();
        };
        if (self.row_height.get_untracked() - seen.row).abs() > 0.01 {
            self.row_height.set(seen.row);
        }
        let matching = self.table.summary.with_untracked(|summary| summary.matching);
        let first = ((seen.above / seen.row).max(0.0) as u32).min(matching);
        let sight = (seen.height / seen.row).ceil().max(1.0) as u32;
        self.first_in_sight.set_value(first);
        self.sight.set_value(sight);
        let start = first.saturating_sub(OVERSCAN) / STEP * STEP;
        let end = (first + sight + OVERSCAN).div_ceil(STEP) * STEP;
        self.table.show(start..end.min(matching));
        self.table.fetch();
    }

    fn follow_scrolling(&self) {
        let grid = *self;
        Effect::new(move |_| grid.look_soon());
        // Fewer or more rows match: what is in sight may have changed without any scrolling.
        Effect::new(move |_| {
            grid.table.summary.with(|summary| summary.matching);
            grid.look_soon();
        });
        Effect::new(move |before: Option<u32>| {
            let jumps = grid.table.jumps.get();
            if before.is_some_and(|before| before != jumps) {
                grid.edit.cancel();
                grid.cursor.set(Cell::default());
                dom::scroll_to_place(REGION, 0.0);
                grid.look_soon();
            }
            jumps
        });
        Effect::new(move |_| {
            let quiet = StoredValue::new_local(Some(dom::on_any_scroll(move || grid.look_soon())));
            let resize = window_event_listener(ev::resize, move |_| grid.look_soon());
            on_cleanup(move || {
                quiet.try_update_value(|quiet| quiet.take().map(|quiet| quiet()));
                resize.remove();
            });
        });
    }

    /// Comes back to the rows that were in sight when this view was left for an account.
    fn remember_place(&self) {
        let grid = *self;
        let visits = expect_context::<Visits>();
        Effect::new(move |_| {
            let Some(place) = visits.left_at(&grid.table.view.get_untracked()) else { return };
            request_animation_frame(move || {
                dom::scroll_to_place(REGION, f64::from(place) * grid.row_height.get_untracked());
                grid.look();
            });
        });
        on_cleanup(move || {
            if let (Some(place), Some(view)) =
                (grid.first_in_sight.try_get_value(), grid.table.view.try_get_untracked())
            {
                visits.leave(view, place);
            }
        });
    }
}

/// The editor beside the cell that is edited; above the table, so that the table's edge does not cut it off.
#[component]
fn FloatingEditor(grid: Grid) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let Grid { edit, table, .. } = grid;
    let place = move || {
        let Some(target) = edit.target.get_untracked() else { return };
        let Some(panel) = panel.get_untracked() else { return };
        // The row of an edit that was not saved may have left the view meanwhile.
        match cell_of(&table, &target).filter(|_| !dom::is_narrow()) {
            Some(cell) => dom::place_below(&panel, BODY, cell),
            None => dom::unplace(&panel),
        }
    };
    Effect::new(move |_| {
        edit.target.track();
        edit.phase.track();
        request_animation_frame(place);
    });
    Effect::new(move |_| {
        let outside = window_event_listener(ev::pointerdown, move |event| {
            let open = edit.target.with_untracked(Option::is_some);
            // What was typed is kept until it is saved or given up.
            if open && !edit.typed.get_untracked() && !dom::is_on(&event, ".cell-editor") {
                edit.cancel();
            }
        });
        let quiet = StoredValue::new_local(Some(dom::on_any_scroll(place)));
        on_cleanup(move || {
            outside.remove();
            quiet.try_update_value(|quiet| quiet.take().map(|quiet| quiet()));
        });
    });
    let label = move || {
        edit.target
            .with(|target| target.as_ref().map(|target| format!("{} of {}", target.field.label(), target.row.name)))
    };
    view! {
        <div
            class="cell-editor"
            role="dialog"
            aria-label=label
            hidden=move || edit.target.with(Option::is_none)
            node_ref=panel
        >
            <p class="cell-editor-title">{label}</p>
            <Editor edit />
        </div>
    }
}
