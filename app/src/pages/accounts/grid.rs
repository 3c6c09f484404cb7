//! The grid on screen: its table with the rows in sight, and what the keyboard, the mouse and scrolling do in it.

mod floating;
mod follow;
mod keys;
mod mouse;
mod painted;
mod sight;

use super::clipboard::{self, PastePanel};
use super::dom::{self, Cell};
use super::edit::{Edit, EditPage, Leave, Target};
use super::group_head::GroupHead;
use super::head::{Head, set_widths};
use super::lines::{Heights, Lines};
use super::row::{TableRow, class_of, field_of};
use super::say::Said;
use super::selection::{Bounds, Span};
use super::table::{Entry, Table};
use crate::lazy::later;
use domain::live::Place;
use domain::view::Column;
use floating::FloatingEditor;
use follow::Ends;
use leptos::attr::custom::CustomAttribute;
use leptos::ev::{self, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

pub(super) const REGION: &str = "account-rows";
pub(super) const BODY: &str = "account-rows-body";
const DIMMED_AFTER: Duration = Duration::from_millis(200);

/// The grid's own state.
#[derive(Clone, Copy)]
pub struct Grid {
    pub table: Table,
    pub edit: Edit,
    /// The selected cells. Its head is the cursor: the cell that Tab reaches and the arrows move from.
    pub span: RwSignal<Span>,
    /// The accounts in which the selection begins and has its head: it follows them.
    held: StoredValue<Ends>,
    /// Many cells that are about to be changed at once.
    pub paste: clipboard::Paste,
    heights: RwSignal<Heights>,
    first_in_sight: StoredValue<u32>,
    frame_waits: StoredValue<bool>,
    paint_waits: StoredValue<bool>,
    /// From where the mouse draws a range, while its button is down.
    drawn_from: StoredValue<Option<Cell>>,
    /// The click that ends a drawing, or chose a range, edits nothing.
    click_is_over: StoredValue<bool>,
    /// Escape was pressed: the next Tab leaves the table.
    leaving: StoredValue<bool>,
    tellings: StoredValue<u32>,
}

/// The table of accounts.
#[component]
pub fn AccountGrid(table: Table) -> impl IntoView {
    let edit = editing(table);
    let grid = Grid {
        table,
        edit,
        span: RwSignal::new(Span::default()),
        held: StoredValue::new(Ends::default()),
        paste: clipboard::Paste::none(),
        heights: RwSignal::new(Heights { row: 0.0, head: 0.0 }),
        first_in_sight: StoredValue::new(0),
        frame_waits: StoredValue::new(false),
        paint_waits: StoredValue::new(false),
        drawn_from: StoredValue::new(None),
        click_is_over: StoredValue::new(false),
        leaving: StoredValue::new(false),
        tellings: StoredValue::new(0),
    };
    grid.follow_scrolling();
    grid.remember_place();
    grid.follow_accounts();
    grid.keep_painted();
    grid.tell_selections();
    grid.listen_to_the_page();
    set_widths(table, REGION);
    on_cleanup(move || table.unpin());

    let long = long_waiting(table.waiting);
    let (above, below) = (NodeRef::<html::Tr>::new(), NodeRef::<html::Tr>::new());
    Effect::new(move |_| {
        let (range, heights) = (table.in_document.get(), grid.heights.get());
        let pixels = table.lines.with(|lines| {
            let total = lines.above(lines.count(), &heights);
            (lines.above(range.start, &heights), total - lines.above(range.end, &heights))
        });
        if let (Some(above), Some(below)) = (above.get(), below.get()) {
            dom::set_height(&above, pixels.0);
            dom::set_height(&below, pixels.1);
        }
    });

    let navigate = use_navigate();
    let follow = Callback::new(move |address: String| navigate(&address, Default::default()));
    let open_account = Callback::new(move |cell: Cell| {
        if let Some(row) = table.row(cell.place) {
            let address = table.frame.address_now(&format!("accounts/{}", row.number));
            follow.run(address);
        }
    });
    let click = move |event: MouseEvent| {
        let Some(cell) = dom::cell_of(&event) else { return };
        if dom::is_on(&event, "a") || grid.click_is_over.try_update_value(std::mem::take) == Some(true) {
            return;
        }
        grid.span.set(Span::at(cell));
        // On a phone a tap on a card opens the account, but for its status.
        let opens = dom::is_narrow() && !(edit.may_edit() && dom::is_on(&event, "td.status"));
        if opens { open_account.run(cell) } else { grid.open(cell) }
    };
    let label =
        move || table.frame.overview.with(|overview| format!("Accounts of {}", overview.migration.settings.name));
    let columns = table.columns;
    let colspan = move || columns.with(|columns| columns.len() + 1).to_string();
    let has_blocker =
        move || columns.with(|columns| columns.contains(&Column::Blocker)) && table.width(Column::Blocker).is_none();
    let cols = move || {
        let col = |column: Column| {
            // What somebody resized has its own width; else the style sheet knows it.
            let width = move || table.width(column);
            let class = move || match width() {
                Some(_) => "resized".to_owned(),
                // Somebody has to take the width that is left.
                None if column == Column::Name && !has_blocker() => "name sole".to_owned(),
                None => class_of(column).into_owned(),
            };
            // The view macro knows no width of a column.
            html::col().class(class).attr("width", move || width().map(|width| width.to_string()))
        };
        columns.get().into_iter().map(col).collect_view()
    };
    let on_head_key = Callback::new(move |(event, index): (KeyboardEvent, usize)| {
        let line = table.lines.with_untracked(|lines| lines.of_head(index));
        if grid.step_from(line, event.key() == "ArrowDown") {
            event.prevent_default();
        }
    });
    view! {
        <div class="table-scroll" id=REGION role="region" aria-label=label tabindex="0">
            <table
                role="grid"
                class="accounts-table"
                class:waiting=move || long.get()
                class:read-only=move || !edit.allowed()
                aria-label=label
                aria-describedby="grid-keys"
                aria-multiselectable="true"
                aria-readonly=move || (!edit.allowed()).then_some("true")
                aria-busy=move || table.waiting.get().then_some("true")
                aria-rowcount=move || (table.lines.with(Lines::count) + 1).to_string()
                aria-colcount=colspan
            >
                <colgroup>
                    <col class="pick" />
                    {cols}
                </colgroup>
                <Head table />
                <tbody
                    id=BODY
                    on:click=click
                    on:keydown=move |event| grid.key(&event, open_account)
                    on:pointerdown=move |event| grid.draw_from(&event)
                    on:pointerover=move |event| grid.draw_to(&event)
                    on:focusin=move |event| {
                        if let Some(cell) = dom::cell_of(&event) {
                            grid.arrive(cell);
                        }
                    }
                >
                    <tr class="spacer" node_ref=above aria-hidden="true">
                        <td colspan=colspan></td>
                    </tr>
                    <For each=move || table.entries() key=Entry::key let:entry>
                        {match entry {
                            Entry::Row(entry) => view! { <TableRow entry table edit /> }.into_any(),
                            Entry::Head(index, key) => {
                                view! { <GroupHead table index key on_key=on_head_key /> }.into_any()
                            }
                        }}
                    </For>
                    <tr class="spacer" node_ref=below aria-hidden="true">
                        <td colspan=colspan></td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p class="visually-hidden" id="grid-keys">
            "Arrow keys move, with Shift they select. Enter or typing edits, Space selects the row, Escape and then Tab leave the table."
        </p>
        {later!(tools: |grid: Grid| view! { <FloatingEditor grid /> <PastePanel grid /> }).unseen()}
        <Said say=table.say />
    }
}

/// Whether rows of another view have been waited for so long that the old ones are dimmed. Doing so at once would draw
/// everything twice for nothing, since answers are there within a few frames.
fn long_waiting(waiting: RwSignal<bool>) -> RwSignal<bool> {
    let (long, waits) = (RwSignal::new(false), StoredValue::new(None::<TimeoutHandle>));
    let stop = move || {
        if let Some(timer) = waits.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if waiting.get() {
            let dim = move || _ = long.try_set(true);
            waits.set_value(set_timeout_with_handle(dim, DIMMED_AFTER).ok());
        } else if long.get_untracked() {
            long.set(false);
        }
    });
    on_cleanup(stop);
    long
}

/// The edit of this table: its row is pinned while it lasts, then the focus goes back to the cell, or on from it: down
/// after Enter, to the side after Tab.
fn editing(table: Table) -> Edit {
    let open = StoredValue::new(false);
    let page = EditPage {
        accepts: Callback::new(|_| true),
        on_begin: Callback::new(move |target: Target| {
            open.set_value(true);
            table.pin(target.row.number);
        }),
        on_row: Callback::new(move |(row, position)| table.saved(row, position)),
        on_end: Callback::new(move |(target, leave): (Target, Leave)| {
            open.set_value(false);
            let cell = cell_of(&table, &target).map(|cell| led_on(&table, cell, leave));
            table.unpin();
            request_animation_frame(move || {
                // Meanwhile the next one may have been opened.
                if open.try_get_value() != Some(false) || !dom::focus_is_free(BODY) {
                    return;
                }
                match cell {
                    Some(cell) => dom::focus_cell_later(BODY, cell),
                    // Its row has left the view: the keyboard goes on where the cursor is.
                    None => _ = dom::focus_cursor(BODY),
                }
            });
        }),
        on_saved: Callback::new(move |(save, row, position)| table.undo.saved(&table, &save, &row, position)),
    };
    Edit::new(table.frame, page)
}

/// The cell to which the key leads that ended an edit.
fn led_on(table: &Table, cell: Cell, leave: Leave) -> Cell {
    let last = table.summary.with_untracked(|summary| summary.shown).saturating_sub(1);
    let rightmost = table.columns.with_untracked(Vec::len).saturating_sub(1).min(usize::from(u8::MAX)) as u8;
    match leave {
        Leave::Stay => cell,
        Leave::Down => Cell { place: (cell.place + 1).min(last), ..cell },
        Leave::Right => Cell { column: (cell.column + 1).min(rightmost), ..cell },
        Leave::Left => Cell { column: cell.column.saturating_sub(1), ..cell },
    }
}

/// The cell that an edit is about, if its row is at hand.
fn cell_of(table: &Table, target: &Target) -> Option<Cell> {
    let columns = table.columns.get_untracked();
    let column = columns.into_iter().position(|column| field_of(column) == Some(target.field))?;
    Some(Cell { place: table.place(target.row.number)?, column: column as u8 })
}

impl Grid {
    /// The cell that the keyboard is in.
    pub fn cursor(&self) -> Cell {
        self.span.with_untracked(|span| span.head)
    }

    /// The column at this index.
    pub fn column(&self, index: u8) -> Option<Column> {
        self.table.columns.with_untracked(|columns| columns.get(usize::from(index)).copied())
    }

    /// The table's last cell, and how much a screen holds.
    pub fn bounds(&self) -> Bounds {
        let place = self.table.summary.with_untracked(|summary| summary.shown).saturating_sub(1);
        let columns = self.table.columns.with_untracked(Vec::len);
        let last = Cell { place, column: columns.saturating_sub(1).min(usize::from(u8::MAX)) as u8 };
        Bounds { last, page: self.table.sight.get_value().saturating_sub(2).max(1) }
    }

    /// Opens the editor of a cell.
    fn open(&self, cell: Cell) {
        self.open_with(cell, String::new());
    }

    fn open_with(&self, cell: Cell, seed: String) -> bool {
        let (Some(field), Some(row)) = (self.column(cell.column).and_then(field_of), self.table.row(cell.place)) else {
            return false;
        };
        self.edit.begin_with(row, field, None, seed)
    }

    /// How many pixels lie above a line.
    fn pixels(&self, line: u32) -> f64 {
        let heights = self.heights.get_untracked();
        self.table.lines.with_untracked(|lines| lines.above(line, &heights))
    }

    /// Focuses a cell, after scrolling to it if its row is not in the document. With `extend` the selection reaches
    /// from where it began to there.
    fn go(&self, cell: Cell, extend: bool) {
        self.span.update(|span| *span = if extend { Span { head: cell, ..*span } } else { Span::at(cell) });
        if dom::focus_cell(BODY, cell) {
            return;
        }
        let line = self.table.lines.with_untracked(|lines| lines.of_row(cell.place));
        dom::scroll_to_place(REGION, self.pixels(line.saturating_sub(self.table.sight.get_value() / 2)));
        self.look();
        request_animation_frame(move || dom::focus_cell_later(BODY, cell));
    }

    /// The focus has come to a cell, by whatever way.
    fn arrive(&self, cell: Cell) {
        if self.cursor() != cell {
            self.span.set(Span::at(cell));
        }
        let account = self.table.row(cell.place).map(|row| row.number);
        self.table.presence.here(account.map(|account| Place { account, column: self.column(cell.column) }));
    }

    /// Keys and clipboard of the whole page: the browser tells them where the focus is, which may be nowhere.
    fn listen_to_the_page(&self) {
        let grid = *self;
        Effect::new(move |_| {
            let up = window_event_listener(ev::pointerup, move |_| grid.end_drawing());
            let undo = window_event_listener(ev::keydown, move |event| {
                let control = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
                if !control || dom::is_on(&event, "input, textarea, select, dialog") {
                    return;
                }
                match (event.key().to_lowercase().as_str(), event.shift_key()) {
                    ("z", false) => grid.table.undo.undo(grid.table),
                    ("z", true) | ("y", false) => grid.table.undo.redo(grid.table),
                    _ => return,
                }
                event.prevent_default();
            });
            let copy = window_event_listener_untyped("copy", move |event| clipboard::copy(grid, &event));
            let paste = window_event_listener_untyped("paste", move |event| clipboard::paste(grid, &event));
            on_cleanup(move || {
                up.remove();
                undo.remove();
                copy.remove();
                paste.remove();
            });
        });
    }
}
