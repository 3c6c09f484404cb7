//! The table's data in the browser: which rows are in the document, asking for more, following the live feed.
//!
//! The rows live in a plain cache; only rows that are in the document have signals, so that a change of one row
//! touches its cells and nothing else.

mod asking;
mod feed;
mod parts;

pub use parts::{Entry, Groups, Mark, RefusedCell, Slot, Summary};

use super::cache::{Cache, WINDOW};
use super::lines::{Line, Lines};
use super::order_menus::folded;
use super::presence::Presence;
use super::say::Say;
use super::selection::Selected;
use super::undo::Undo;
use super::views::Views;
use crate::api::ApiError;
use crate::api::accounts::{TableWindow, table_window};
use crate::live::Live;
use crate::pages::migration::Frame;
use domain::account::Row;
use domain::event::Position;
use domain::id::AccountNumber;
use domain::view::{Column, ColumnChoice, View};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// How many lines are taken to be in sight until the grid has looked.
const SIGHT: u32 = 40;
/// A view that moves is asked for again at most this often.
const REFRESH_PAUSE: Duration = Duration::from_millis(250);
/// Rows that can be ticked in a run: each has to be known by its number.
const TICKS_MAX: usize = 2_000;
/// Columns that can stay in sight; the style sheet has a place for each.
const PINS_MAX: usize = 6;

/// The table's data; a handle that can be copied into every closure.
#[derive(Clone, Copy)]
pub struct Table {
    pub frame: Frame,
    pub view: Memo<View>,
    pub summary: RwSignal<Summary>,
    /// The groups of the view, in their order.
    pub groups: RwSignal<Groups>,
    /// The places of the rows in the document.
    pub range: RwSignal<Range<u32>>,
    /// Another view was asked for and is not there yet.
    pub waiting: RwSignal<bool>,
    /// Why rows could not be loaded.
    pub problem: RwSignal<Option<ApiError>>,
    /// The browser has taken over; until then every row's link can be reached with Tab.
    pub awake: RwSignal<bool>,
    /// Counts how often the table has to jump to its first row.
    pub jumps: RwSignal<u32>,
    /// Counts how often other rows may be in sight although nothing was scrolled.
    pub looks: RwSignal<u32>,
    /// Counts how often rows of the present view have come that may stand at other places.
    pub arrivals: RwSignal<u32>,
    /// The saved views, and how the columns are arranged.
    pub views: Views,
    /// The columns, as they are shown.
    pub columns: Memo<Vec<Column>>,
    /// How many of them, from the start, stay in sight.
    pub pins: Memo<usize>,
    /// Where rows and heads of groups stand.
    pub lines: Memo<Lines>,
    /// The lines in the document.
    pub in_document: RwSignal<Range<u32>>,
    /// How many lines are in sight.
    pub sight: StoredValue<u32>,
    /// The group that was folded or unfolded, by its key, until its rows have come: the keyboard goes on from its head.
    pub folding: StoredValue<Option<String>>,
    /// The column whose edge is being dragged, and its width at the moment.
    pub dragged: RwSignal<Option<(Column, u16)>>,
    /// The rows that are ticked.
    pub selected: RwSignal<Selected>,
    /// Cells that were refused when many were changed at once, until somebody has seen them.
    pub refused: RwSignal<Vec<RefusedCell>>,
    /// The account that is being edited, if it belongs to this view no more.
    pub strayed: RwSignal<Option<AccountNumber>>,
    pub say: Say,
    pub undo: Undo,
    pub presence: Presence,
    live: Live,
    inner: StoredValue<Inner>,
}

#[derive(Default)]
struct Inner {
    cache: Cache,
    slots: BTreeMap<u32, Slot>,
    flights: Vec<u32>,
    /// Counts the views; answers to questions about an earlier one are dropped.
    epoch: u64,
    refresh_waits: bool,
    /// The account that is being edited: its row keeps place and content.
    pinned: Option<AccountNumber>,
    /// Whether the order has moved meanwhile.
    moved: bool,
    marks: u64,
    /// The place that was ticked last.
    ticked: Option<u32>,
    /// The view that is on its way goes on at the same place.
    stays: bool,
}

impl Table {
    /// A table that starts with these rows and follows the address and the live feed from there.
    pub fn new(views: Views, live: Live, first: TableWindow) -> Table {
        let Views { frame, view, .. } = views;
        let summary = Summary::from(&first);
        let groups = RwSignal::new(Groups::from(&first));
        let count = first.rows.len() as u32;
        let shown = RwSignal::new(summary);
        let lines =
            Memo::new(move |_| groups.with(|groups| Lines::of(&groups.list, shown.with(|summary| summary.shown))));
        let table = Table {
            frame,
            view,
            summary: shown,
            groups,
            range: RwSignal::new(0..0),
            waiting: RwSignal::new(false),
            problem: RwSignal::new(None),
            awake: RwSignal::new(false),
            jumps: RwSignal::new(0),
            looks: RwSignal::new(0),
            arrivals: RwSignal::new(0),
            views,
            columns: Memo::new(move |_| {
                views.columns.with(|columns| columns.iter().map(|choice| choice.column).collect())
            }),
            pins: Memo::new(move |_| {
                let pinned = views.columns.with(|columns| columns.iter().take_while(|choice| choice.pinned).count());
                pinned.min(PINS_MAX)
            }),
            lines,
            in_document: RwSignal::new(0..0),
            sight: StoredValue::new(SIGHT),
            folding: StoredValue::new(None),
            dragged: RwSignal::new(None),
            selected: RwSignal::new(Selected::None),
            refused: RwSignal::new(Vec::new()),
            strayed: RwSignal::new(None),
            say: Say::nothing(),
            undo: Undo::default(),
            presence: Presence::follow(live),
            live,
            inner: StoredValue::new(Inner::default()),
        };
        table.inner.update_value(|inner| inner.cache.store(first.offset / WINDOW, first.rows, first.position, 0));
        table.show(0..count);
        live.subscribe(Callback::new(move |message| table.hear(message)));
        Effect::new(move |_| table.awake.set(true));
        Effect::new(move |seen: Option<View>| {
            // Other columns show the same rows.
            let view = view.with(View::rows_only);
            match seen {
                Some(seen) if seen == view => {}
                // Folding leaves the reader where they are.
                Some(seen) => table
                    .change_view(View { folded: Vec::new(), ..seen } == View { folded: Vec::new(), ..view.clone() }),
                None => {}
            }
            view
        });
        // Between the answer with the first rows and the feed's start something may have happened.
        Effect::new(move |_| {
            if !summary.position.covers(&live.position.get_untracked()) {
                table.refresh();
            }
        });
        table
    }

    /// The rows and heads in the document, in order.
    pub fn entries(&self) -> Vec<Entry> {
        self.range.track();
        let lines = self.in_document.get();
        let entry = |line: u32| match self.lines.with(|lines| lines.at(line))? {
            Line::Row(place) => self.inner.with_value(|inner| inner.slots.get(&place).cloned()).map(Entry::Row),
            Line::Head(index) => {
                let key = self.groups.with(|groups| groups.list.get(index).map(|group| group.key.clone()));
                key.map(|key| Entry::Head(index, key))
            }
        };
        lines.filter_map(entry).collect()
    }

    /// The width that somebody gave a column, in CSS pixels.
    pub fn width(&self, column: Column) -> Option<u16> {
        let dragged = self.dragged.get().filter(|(dragged, _)| *dragged == column).map(|(_, width)| width);
        let kept = || {
            let of = |columns: &Vec<ColumnChoice>| columns.iter().find(|choice| choice.column == column)?.width;
            self.views.columns.with(of)
        };
        dragged.or_else(kept)
    }

    /// The slots of the rows in the document, in order.
    pub fn slots(&self) -> Vec<Slot> {
        self.range.track();
        self.inner.with_value(|inner| inner.slots.values().cloned().collect())
    }

    /// The row at a place, if this tab holds it.
    pub fn row(&self, place: u32) -> Option<Row> {
        self.inner.with_value(|inner| inner.cache.row(place).cloned())
    }

    /// The rows at these places, in order. What this tab does not hold is asked for.
    pub async fn rows_at(&self, places: Range<u32>) -> Result<Vec<Row>, ApiError> {
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let view = self.view.get_untracked();
        let held = |place: u32| self.inner.try_with_value(|inner| inner.cache.row(place).cloned()).flatten();
        let mut rows = Vec::new();
        let mut place = places.start;
        while place < places.end {
            let end = (place / WINDOW * WINDOW + WINDOW).min(places.end);
            let known: Vec<Row> = (place..end).map_while(held).collect();
            if known.len() == (end - place) as usize {
                rows.extend(known);
            } else {
                let at_least = Some(self.live.position.get_untracked());
                let window = table_window(migration.clone(), view.clone(), place, end - place, at_least).await?;
                rows.extend(window.rows);
            }
            place = end;
        }
        Ok(rows)
    }

    /// Ticks the row at a place, or takes its tick away; with `through` also those from the one ticked last to here.
    pub fn tick(&self, place: u32, through: bool) {
        let last = self.inner.try_update_value(|inner| inner.ticked.replace(place)).flatten();
        match last.filter(|last| through && *last != place) {
            None => {
                if let Some(row) = self.row(place) {
                    self.selected.update(|selected| *selected = std::mem::take(selected).toggled(row.number));
                }
            }
            Some(last) => self.tick_all(last.min(place)..last.max(place) + 1),
        }
    }

    /// Ticks the rows at these places.
    pub fn tick_all(&self, places: Range<u32>) {
        if places.len() > TICKS_MAX {
            return self
                .say
                .say("At most 2,000 rows can be selected this way. The box at the top selects all that match.");
        }
        let table = *self;
        spawn_local(async move {
            match table.rows_at(places).await {
                Ok(rows) => {
                    let numbers: Vec<_> = rows.into_iter().map(|row| row.number).collect();
                    table.selected.try_update(|selected| *selected = std::mem::take(selected).with(numbers));
                }
                Err(error) => table.say.say(error.to_string()),
            }
        });
    }

    /// The place of an account, if this tab holds it.
    pub fn place(&self, number: AccountNumber) -> Option<u32> {
        self.inner.with_value(|inner| inner.cache.place(number))
    }

    /// Whether no row in the document is out of date.
    pub fn is_settled(&self) -> bool {
        let range = self.range.get_untracked();
        self.inner.with_value(|inner| inner.cache.needed(&range).is_empty())
    }

    /// Puts the rows of this range into the document, and no others, with the heads of groups between them.
    pub fn show(&self, range: Range<u32>) {
        let lines = self.lines.with_untracked(|lines| match range.end.checked_sub(1) {
            Some(last) if !range.is_empty() => lines.of_row(range.start)..lines.of_row(last) + 1,
            _ => 0..lines.count().min(WINDOW),
        });
        self.show_lines(range, lines);
    }

    /// Puts these lines into the document; `range` has the places of their rows.
    pub fn show_lines(&self, range: Range<u32>, lines: Range<u32>) {
        self.in_document.maybe_update(|shown| {
            let moves = *shown != lines;
            *shown = lines;
            moves
        });
        if self.range.get_untracked() != range {
            self.inner.update_value(|inner| {
                let Inner { slots, cache, .. } = inner;
                slots.retain(|place, _| range.contains(place));
                for place in range.clone() {
                    slots.entry(place).or_insert_with(|| Slot {
                        place,
                        row: ArcRwSignal::new(cache.row(place).cloned()),
                        mark: ArcRwSignal::new(None),
                    });
                }
            });
            self.range.set(range);
        }
    }

    /// Tries again after a problem.
    pub fn retry(&self) {
        self.problem.set(None);
        if self.waiting.get_untracked() { self.change_view(false) } else { self.fetch() }
    }

    /// Shows a row that the server has just answered.
    pub fn saved(&self, row: Row, position: Option<Position>) {
        let position = position.unwrap_or_else(|| self.live.position.get_untracked());
        if self.take(row, position, None) {
            self.refresh();
        }
    }

    /// Keeps this row where and as it is until [`Table::unpin`].
    pub fn pin(&self, number: AccountNumber) {
        let row = self.inner.try_update_value(|inner| {
            inner.pinned = Some(number);
            inner.cache.place(number).and_then(|place| inner.cache.row(place)).cloned()
        });
        match row.flatten() {
            // An edit that could not be saved opens again: its row may belong to this view no more.
            Some(row) => self.note_strayed(&row),
            None => self.strayed.set(None),
        }
    }

    /// Says of the pinned row whether it belongs to this view still.
    fn note_strayed(&self, row: &Row) {
        let today = self.summary.with_untracked(|summary| summary.as_of);
        let matches = self.view.with_untracked(|view| view.matcher(today).matches(row));
        self.strayed.set((!matches).then_some(row.number));
    }

    /// Lets the pinned row follow again.
    pub fn unpin(&self) {
        let moved = self.inner.try_update_value(|inner| {
            inner.pinned = None;
            std::mem::take(&mut inner.moved)
        });
        self.strayed.try_set(None);
        self.sync();
        if moved == Some(true) {
            self.refresh();
        }
    }

    /// Asks for the rows and counts of the present view again, soon.
    pub fn refresh(&self) {
        let waits = self.inner.try_update_value(|inner| {
            // Rows must not change places below somebody's hands.
            inner.moved |= inner.pinned.is_some();
            inner.pinned.is_some() || std::mem::replace(&mut inner.refresh_waits, true)
        });
        if waits != Some(false) {
            return;
        }
        let table = *self;
        set_timeout(
            move || {
                let outdated = table.inner.try_update_value(|inner| {
                    inner.refresh_waits = false;
                    // Meanwhile an edit may have begun, over whose row another one would come to lie.
                    inner.moved |= inner.pinned.is_some();
                    if inner.pinned.is_none() {
                        inner.cache.outdate();
                    }
                    inner.pinned.is_none()
                });
                if outdated == Some(true) {
                    table.fetch();
                }
            },
            REFRESH_PAUSE,
        );
    }

    /// Hides the rows of a group, or shows them again.
    pub fn fold(&self, key: &str) {
        let view = self.view.get_untracked();
        match folded(&view.folded, key) {
            Some(folded) => {
                self.folding.set_value(Some(key.to_owned()));
                self.views.go.replace(View { folded, ..view });
            }
            None => self.say.say("No more groups can be folded in one view."),
        }
    }

    /// Brings the rows in the document to what the cache holds, but for the pinned one.
    fn sync(&self) {
        let stale = self.inner.try_with_value(|inner| {
            let pinned = |row: &Option<Row>| row.as_ref().is_some_and(|row| Some(row.number) == inner.pinned);
            inner
                .slots
                .values()
                .map(|slot| (slot.clone(), inner.cache.row(slot.place).cloned()))
                .filter(|(slot, row)| slot.row.with_untracked(|shown| shown != row && !pinned(shown)))
                .collect::<Vec<_>>()
        });
        for (slot, row) in stale.unwrap_or_default() {
            let same = |shown: &Option<Row>| shown.as_ref().map(|row| row.number) == row.as_ref().map(|row| row.number);
            if !slot.row.with_untracked(same) {
                slot.mark.set(None);
            }
            slot.row.set(row);
        }
    }
}
