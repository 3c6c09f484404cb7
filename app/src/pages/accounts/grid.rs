//! The grid on screen: rows in sight, scrolling, the keyboard, the mouse, the floating editor.

use super::Visits;
use super::clipboard::{self, PastePanel};
use super::dom::{self, Cell, Painting};
use super::edit::{Edit, EditPage, Target};
use super::editor::Editor;
use super::group_head::{GroupHead, button_id};
use super::head::{Head, set_widths};
use super::lines::{Heights, Line, Lines};
use super::row::{TableRow, class_of, field_of};
use super::say::Said;
use super::selection::{Bounds, Span, moved, tabbed};
use super::table::{Entry, Table};
use crate::components::number::{counted, grouped};
use domain::live::Place;
use domain::view::Column;
use leptos::attr::custom::CustomAttribute;
use leptos::ev::{self, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

pub(super) const REGION: &str = "account-rows";
pub(super) const BODY: &str = "account-rows-body";
/// Rows in the document above and below those in sight.
const OVERSCAN: u32 = 12;
/// The range moves in steps of this many rows, so that not every pixel of scrolling touches the document.
const STEP: u32 = 6;
/// A selection is told when it has not grown for so long.
const TELL_AFTER: Duration = Duration::from_millis(600);

/// The grid's own state.
#[derive(Clone, Copy)]
pub struct Grid {
    pub table: Table,
    pub edit: Edit,
    /// The selected cells. Its head is the cursor: the cell that Tab reaches and the arrows move from.
    pub span: RwSignal<Span>,
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
    grid.keep_painted();
    grid.tell_selections();
    grid.listen_to_the_page();
    set_widths(table, REGION);
    on_cleanup(move || table.unpin());

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
    let cols = move || {
        let col = |column: Column| {
            // What somebody resized has its own width; else the style sheet knows it.
            let width = move || table.width(column);
            let class = move || if width().is_some() { "resized".to_owned() } else { class_of(column).into_owned() };
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
                class:waiting=move || table.waiting.get()
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
        <FloatingEditor grid />
        <PastePanel grid />
        <Said say=table.say />
    }
}

/// The edit of this table: its row is pinned while it lasts, then the focus goes back to the cell, or to the one below
/// if it was saved with Enter.
fn editing(table: Table) -> Edit {
    let open = StoredValue::new(false);
    let page = EditPage {
        accepts: Callback::new(|_| true),
        on_begin: Callback::new(move |target: Target| {
            open.set_value(true);
            table.pin(target.row.number);
        }),
        on_row: Callback::new(move |(row, position)| table.saved(row, position)),
        on_end: Callback::new(move |(target, entered): (Target, bool)| {
            open.set_value(false);
            let cell = cell_of(&table, &target);
            table.unpin();
            let Some(mut cell) = cell else { return };
            let last = table.summary.with_untracked(|summary| summary.shown).saturating_sub(1);
            if entered {
                cell.place = (cell.place + 1).min(last);
            }
            request_animation_frame(move || {
                // Meanwhile the next one may have been opened.
                if open.try_get_value() == Some(false) && dom::focus_is_free(BODY) {
                    dom::focus_cell_later(BODY, cell);
                }
            });
        }),
        on_saved: Callback::new(move |(save, row, position)| table.undo.saved(&table, &save, &row, position)),
    };
    Edit::new(table.frame, page)
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

    fn key(&self, event: &KeyboardEvent, open_account: Callback<Cell>) {
        let Some(cell) = dom::cell_of(event) else { return };
        if event.alt_key() || event.is_composing() {
            return;
        }
        let (key, control, shift) = (event.key(), event.ctrl_key() || event.meta_key(), event.shift_key());
        let leaves = key == "Tab" && self.leaving.get_value();
        self.leaving.set_value(key == "Escape" && !self.span.with_untracked(Span::is_range));
        if !leaves && self.act(cell, &key, control, shift, open_account) {
            event.prevent_default();
        }
    }

    /// Does what a key stands for. Answers whether the key is one of the table's.
    fn act(&self, cell: Cell, key: &str, control: bool, shift: bool, open_account: Callback<Cell>) -> bool {
        let waits = self.edit.target.with_untracked(Option::is_some);
        match key {
            "a" | "A" if control => {
                self.span.set(Span { anchor: self.bounds().last, head: Cell::default() });
                // The cursor goes to the first cell, but what is in sight stays.
                self.paint_soon();
            }
            "d" | "D" if control => clipboard::fill_down(*self),
            "Enter" if self.column(cell.column) == Some(Column::Name) => open_account.run(cell),
            "Enter" | "F2" => self.open(cell),
            " " => {
                let places = self.span.with_untracked(Span::places);
                match places.start() == places.end() {
                    true => self.table.tick(cell.place, false),
                    false => self.table.tick_all(*places.start()..places.end() + 1),
                }
            }
            "Escape" => self.span.set(Span::at(cell)),
            "Delete" | "Backspace" => clipboard::clear(*self),
            "Tab" => match tabbed(cell, shift, self.bounds().last) {
                Some(to) => self.go(to, false),
                None => return false,
            },
            // It opens the list of keys.
            "?" => return false,
            _ if key.chars().count() == 1 && !control => {
                // Whoever types quickly is ahead of the form.
                if waits {
                    self.edit.type_more(key);
                } else if !self.open_with(cell, key.to_owned()) {
                    return false;
                }
            }
            "ArrowUp" | "ArrowDown" if !control && !shift && self.is_beside_head(cell, key == "ArrowDown") => {
                let line = self.table.lines.with_untracked(|lines| lines.of_row(cell.place));
                return self.step_from(line, key == "ArrowDown");
            }
            _ => match moved(cell, key, control, &self.bounds()) {
                Some(to) => self.go(to, shift),
                None => return false,
            },
        }
        true
    }

    /// How many pixels lie above a line.
    fn pixels(&self, line: u32) -> f64 {
        let heights = self.heights.get_untracked();
        self.table.lines.with_untracked(|lines| lines.above(line, &heights))
    }

    /// Whether the line below or above a cell is the head of a group.
    fn is_beside_head(&self, cell: Cell, below: bool) -> bool {
        self.table.lines.with_untracked(|lines| {
            let line = lines.of_row(cell.place);
            let next = if below { line.checked_add(1) } else { line.checked_sub(1) };
            matches!(next.and_then(|line| lines.at(line)), Some(Line::Head(_)))
        })
    }

    /// Focuses what stands below or above a line. Answers whether there is something.
    fn step_from(&self, line: u32, below: bool) -> bool {
        let next = if below { line.checked_add(1) } else { line.checked_sub(1) };
        match next.and_then(|line| self.table.lines.with_untracked(|lines| lines.at(line))) {
            Some(Line::Row(place)) => self.go(Cell { place, ..self.cursor() }, false),
            Some(Line::Head(index)) => {
                let id = button_id(index);
                if !dom::focus_by_id(&id) {
                    dom::scroll_to_place(REGION, self.pixels(line.saturating_sub(self.table.sight.get_value() / 2)));
                    self.look();
                    request_animation_frame(move || dom::focus_id(&id));
                }
            }
            None => return false,
        }
        true
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

    // The mouse

    fn draw_from(&self, event: &PointerEvent) {
        self.click_is_over.set_value(false);
        let with_mouse = event.pointer_type() == "mouse" && event.button() == 0;
        let Some(cell) = dom::cell_of(event).filter(|_| with_mouse && !dom::is_narrow()) else { return };
        if event.shift_key() {
            // Otherwise the browser selects text, and the focus would begin a new selection.
            event.prevent_default();
            self.click_is_over.set_value(true);
            self.go(cell, true);
        } else {
            self.drawn_from.set_value(Some(cell));
        }
    }

    fn draw_to(&self, event: &PointerEvent) {
        let Some(from) = self.drawn_from.get_value() else { return };
        if event.buttons() & 1 == 0 {
            return self.drawn_from.set_value(None);
        }
        if let Some(cell) = dom::cell_of(event).filter(|cell| *cell != self.cursor()) {
            self.click_is_over.set_value(true);
            self.span.set(Span { anchor: from, head: cell });
        }
    }

    fn end_drawing(&self) {
        if self.drawn_from.try_update_value(Option::take).flatten().is_some()
            && self.span.with_untracked(Span::is_range)
        {
            // Keys go on from where the mouse has left it.
            dom::focus_cell_later(BODY, self.cursor());
        }
    }

    // What is painted over the cells

    fn keep_painted(&self) {
        let grid = *self;
        Effect::new(move |_| {
            grid.span.track();
            grid.table.range.track();
            grid.table.columns.track();
            grid.table.refused.track();
            grid.table.presence.all();
            grid.table.summary.track();
            grid.paint_soon();
        });
    }

    fn paint_soon(&self) {
        if self.paint_waits.try_get_value() != Some(false) {
            return;
        }
        self.paint_waits.set_value(true);
        let grid = *self;
        request_animation_frame(move || {
            if grid.paint_waits.try_set_value(false).is_none() {
                dom::paint(BODY, &grid.painting());
            }
        });
    }

    fn painting(&self) -> Painting {
        let columns = self.table.columns.get_untracked();
        let column = |wanted: Column| columns.iter().position(|column| *column == wanted).map(|index| index as u8);
        let span = self.span.get_untracked();
        let refused = self.table.refused.with_untracked(|refused| {
            let place = |cell: &super::table::RefusedCell| {
                let at = Cell { place: self.table.place(cell.account)?, column: column(cell.column)? };
                Some((at, cell.reason.clone()))
            };
            refused.iter().filter_map(place).collect()
        });
        let others = self.table.presence.all_now().into_iter().filter_map(|other| {
            let at = Cell { place: self.table.place(other.place.account)?, column: column(other.place.column?)? };
            Some((at, other.tint()))
        });
        Painting { cursor: span.head, span: Some(span).filter(Span::is_range), refused, others: others.collect() }
    }

    /// Says how much is selected, once it is chosen.
    fn tell_selections(&self) {
        let grid = *self;
        Effect::new(move |_| {
            let span = grid.span.get();
            let Some(mine) = grid.tellings.try_update_value(|count| {
                *count += 1;
                *count
            }) else {
                return;
            };
            if !span.is_range() {
                return;
            }
            set_timeout(
                move || {
                    if grid.tellings.try_get_value() == Some(mine) {
                        let (rows, columns) = span.size();
                        let cells = u64::from(rows) * u64::from(columns);
                        grid.table.say.say(format!("{} cells selected, {} × {columns}", grouped(cells), grouped(rows)));
                    }
                },
                TELL_AFTER,
            );
        });
        let ticked = grid.table.selected;
        Effect::new(move |before: Option<u32>| {
            let count = ticked.with(super::selection::Selected::count);
            if before.is_some_and(|before| before != count) {
                let words = match count {
                    0 => "Nothing selected".to_owned(),
                    count => format!("{} selected", counted(count, "account", "accounts")),
                };
                grid.table.say.say(words);
            }
            count
        });
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

    // What is in sight

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
        let Some(seen) = dom::viewport(REGION, BODY).filter(|seen| seen.row.max(seen.head) > 0.0) else {
            return self.table.fetch();
        };
        // What is not in the document now is as high as it was, or as the other.
        let known = self.heights.get_untracked();
        let measured = |now: f64, before: f64, other: f64| match (now > 0.0, before > 0.0) {
            (true, _) => now,
            (false, true) => before,
            (false, false) => other,
        };
        let heights =
            Heights { row: measured(seen.row, known.row, seen.head), head: measured(seen.head, known.head, seen.row) };
        if (known.row - heights.row).abs() > 0.01 || (known.head - heights.head).abs() > 0.01 {
            self.heights.set(heights);
        }
        let (start, end, places) = self.table.lines.with_untracked(|lines| {
            let count = lines.count();
            let first = lines.below(seen.above.max(0.0), &heights).min(count);
            let last = lines.below(seen.above.max(0.0) + seen.height.max(0.0), &heights);
            self.first_in_sight.set_value(lines.places(&(first..first)).start);
            self.table.sight.set_value((last - first.min(last)).max(1));
            let start = first.saturating_sub(OVERSCAN) / STEP * STEP;
            let end = ((last + OVERSCAN).div_ceil(STEP) * STEP).min(count);
            (start.min(end), end, lines.places(&(start.min(end)..end)))
        });
        self.table.show_lines(places, start..end);
        self.table.fetch();
    }

    /// Should the head of the group that was folded have lost the focus while rows came and went, it gets it back.
    fn return_to_head(&self) {
        let Some(key) = self.table.folding.try_update_value(Option::take).flatten() else { return };
        let grid = *self;
        request_animation_frame(move || {
            let index =
                grid.table.groups.try_with_untracked(|groups| groups.list.iter().position(|group| group.key == key));
            if let Some(index) = index.flatten().filter(|_| dom::focus_is_lost()) {
                dom::focus_id(&button_id(index));
            }
        });
    }

    fn follow_scrolling(&self) {
        let grid = *self;
        Effect::new(move |_| grid.look_soon());
        // Fewer or more rows match: what is in sight may have changed without any scrolling.
        Effect::new(move |_| {
            grid.table.lines.track();
            grid.table.looks.track();
            grid.look_soon();
        });
        Effect::new(move |before: Option<u32>| {
            let looks = grid.table.looks.get();
            if before.is_some_and(|before| before != looks) {
                grid.return_to_head();
            }
            looks
        });
        Effect::new(move |before: Option<u32>| {
            let jumps = grid.table.jumps.get();
            if before.is_some_and(|before| before != jumps) {
                grid.edit.cancel();
                grid.span.set(Span::default());
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
                let line = grid.table.lines.with_untracked(|lines| lines.of_row(place));
                dom::scroll_to_place(REGION, grid.pixels(line));
                grid.look();
            });
        });
        on_cleanup(move || {
            if let (Some(place), Some(view)) =
                (grid.first_in_sight.try_get_value(), grid.table.view.try_get_untracked())
            {
                visits.leave(view, grid.table.views.go.from(), place);
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
        edit.target.with(|target| {
            let target = target.as_ref()?;
            let name = table.frame.overview.with(|overview| target.field.name(overview));
            Some(format!("{name} of {}", target.row.name))
        })
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
