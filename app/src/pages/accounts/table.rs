//! The table's data in the browser: which rows are in the document, asking for more, following the live feed.
//!
//! The rows live in a plain cache; only rows that are in the document have signals, so that a change of one row
//! touches its cells and nothing else.

use super::cache::{Cache, WINDOW};
use super::selection::Selected;
use crate::api::ApiError;
use crate::api::accounts::{TableWindow, table_window};
use crate::live::Live;
use crate::pages::migration::Frame;
use chrono::NaiveDate;
use domain::account::Row;
use domain::event::Position;
use domain::id::{AccountNumber, CohortNumber, UserId};
use domain::live::LiveMessage;
use domain::status::StatusCounts;
use domain::view::{Column, Group, Lookup, View, cell};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Requests under way at the same time.
const FLIGHTS: usize = 2;
/// A view that moves is asked for again at most this often.
const REFRESH_PAUSE: Duration = Duration::from_millis(250);
/// How long somebody else's change stays marked.
const MARK_FOR: Duration = Duration::from_secs(6);

/// How many rows there are, as of when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub all: u32,
    pub matching: u32,
    /// Rows of groups that are not folded.
    pub shown: u32,
    pub as_of: NaiveDate,
    pub counts: StatusCounts,
    pub position: Position,
}

impl From<&TableWindow> for Summary {
    fn from(window: &TableWindow) -> Self {
        Summary {
            all: window.all,
            matching: window.matching,
            shown: window.shown,
            as_of: window.as_of,
            counts: window.counts,
            position: window.position,
        }
    }
}

/// The groups of a view, or that there are too many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    pub list: Arc<[Group]>,
    pub too_many: bool,
}

impl From<&TableWindow> for Groups {
    fn from(window: &TableWindow) -> Self {
        Groups { list: window.groups.as_slice().into(), too_many: window.too_many_groups }
    }
}

/// A row in the document; `row` is `None` while it is on its way.
#[derive(Clone)]
pub struct Slot {
    pub place: u32,
    pub row: ArcRwSignal<Option<Row>>,
    pub mark: ArcRwSignal<Option<Mark>>,
}

/// What somebody else has just changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub columns: Vec<Column>,
    pub by: UserId,
    pub name: String,
    serial: u64,
}

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
    /// Which accounts are selected.
    pub selected: RwSignal<Selected>,
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
}

impl Table {
    /// A table that starts with these rows and follows the address and the live feed from there.
    pub fn new(frame: Frame, live: Live, view: Memo<View>, first: TableWindow) -> Table {
        let summary = Summary::from(&first);
        let count = first.rows.len() as u32;
        let table = Table {
            frame,
            view,
            summary: RwSignal::new(summary),
            groups: RwSignal::new(Groups::from(&first)),
            range: RwSignal::new(0..0),
            waiting: RwSignal::new(false),
            problem: RwSignal::new(None),
            awake: RwSignal::new(false),
            jumps: RwSignal::new(0),
            selected: RwSignal::new(Selected::None),
            live,
            inner: StoredValue::new(Inner::default()),
        };
        table.inner.update_value(|inner| inner.cache.store(first.offset / WINDOW, first.rows, first.position, 0));
        table.show(0..count);
        live.subscribe(Callback::new(move |message| table.hear(message)));
        Effect::new(move |_| table.awake.set(true));
        Effect::new(move |seen: Option<View>| {
            let view = view.get();
            if seen.is_some_and(|seen| seen != view) {
                table.change_view();
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

    /// The slots of the rows in the document, in order.
    pub fn slots(&self) -> Vec<Slot> {
        self.range.track();
        self.inner.with_value(|inner| inner.slots.values().cloned().collect())
    }

    /// The row at a place, if this tab holds it.
    pub fn row(&self, place: u32) -> Option<Row> {
        self.inner.with_value(|inner| inner.cache.row(place).cloned())
    }

    /// The place of an account, if this tab holds it.
    pub fn place(&self, number: AccountNumber) -> Option<u32> {
        self.inner.with_value(|inner| inner.cache.place(number))
    }

    /// Puts the rows of this range into the document, and no others.
    pub fn show(&self, range: Range<u32>) {
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

    /// Asks for what is missing of the rows in the document.
    pub fn fetch(&self) {
        let range = self.range.get_untracked();
        let stopped = self.waiting.get_untracked() || self.problem.with_untracked(Option::is_some);
        let Some(starts) = self.inner.try_update_value(|inner| {
            let needed = inner.cache.needed(&range).into_iter().filter(|index| !inner.flights.contains(index));
            let free = if stopped { 0 } else { FLIGHTS.saturating_sub(inner.flights.len()) };
            needed.take(free).collect::<Vec<_>>()
        }) else {
            return;
        };
        for index in starts {
            self.start(index);
        }
    }

    /// Tries again after a problem.
    pub fn retry(&self) {
        self.problem.set(None);
        if self.waiting.get_untracked() { self.change_view() } else { self.fetch() }
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
        self.inner.update_value(|inner| inner.pinned = Some(number));
    }

    /// Lets the pinned row follow again.
    pub fn unpin(&self) {
        let moved = self.inner.try_update_value(|inner| {
            inner.pinned = None;
            std::mem::take(&mut inner.moved)
        });
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
                let alive = table.inner.try_update_value(|inner| {
                    inner.refresh_waits = false;
                    inner.cache.outdate();
                });
                if alive.is_some() {
                    table.fetch();
                }
            },
            REFRESH_PAUSE,
        );
    }

    fn change_view(&self) {
        self.waiting.set(true);
        self.problem.set(None);
        self.inner.update_value(|inner| {
            inner.epoch += 1;
            inner.flights.clear();
        });
        self.start(0);
    }

    fn start(&self, index: u32) {
        let table = *self;
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let view = self.view.get_untracked();
        let at_least = Some(self.live.position.get_untracked());
        let Some((epoch, order)) = self.inner.try_update_value(|inner| {
            inner.flights.push(index);
            (inner.epoch, inner.cache.order())
        }) else {
            return;
        };
        spawn_local(async move {
            let answer = table_window(migration, view, index * WINDOW, WINDOW, at_least).await;
            table.receive(epoch, order, index, answer);
        });
    }

    fn receive(&self, epoch: u64, order: u64, index: u32, answer: Result<TableWindow, ApiError>) {
        let present = self.inner.try_update_value(|inner| {
            let present = inner.epoch == epoch;
            if present {
                inner.flights.retain(|flight| *flight != index);
            }
            present
        });
        if present != Some(true) {
            return;
        }
        match answer {
            Ok(window) => self.keep(order, index, window),
            Err(error) => self.problem.set(Some(error)),
        }
        self.fetch();
    }

    fn keep(&self, order: u64, index: u32, window: TableWindow) {
        let (summary, groups) = (Summary::from(&window), Groups::from(&window));
        let first_of_view = self.waiting.get_untracked();
        let range = self.range.get_untracked();
        self.inner.update_value(|inner| {
            let mut order = order;
            if first_of_view {
                inner.cache.clear();
                order = inner.cache.order();
            }
            inner.cache.store(index, window.rows, window.position, order);
            inner.cache.trim(&range, window.matching);
        });
        if summary.position.covers(&self.summary.with_untracked(|shown| shown.position)) || first_of_view {
            self.summary.set(summary);
            if self.groups.with_untracked(|shown| *shown != groups) {
                self.groups.set(groups);
            }
        }
        if first_of_view {
            self.waiting.set(false);
            self.show(0..summary.matching.min(WINDOW));
            self.jumps.update(|jumps| *jumps += 1);
        } else if range.end > summary.matching || range.is_empty() {
            self.show(range.start.min(summary.matching)..range.end.max(WINDOW).min(summary.matching));
        }
        self.sync();
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

    fn hear(&self, message: LiveMessage) {
        match message {
            LiveMessage::Rows { position, by, rows } => {
                let mut moved = false;
                for row in rows {
                    moved |= self.take(row, position, by.as_ref());
                }
                if moved {
                    self.refresh();
                } else {
                    self.summary.update(|summary| summary.position = position);
                }
            }
            LiveMessage::Overview { .. } | LiveMessage::Resync { .. } => self.refresh(),
            LiveMessage::Ready { .. } | LiveMessage::Restarting | LiveMessage::SignedOut => {}
        }
    }

    /// Takes a newer version of a row, changed by `by`. Answers whether the view moves: its members, order or counts.
    fn take(&self, row: Row, position: Position, by: Option<&UserId>) -> bool {
        let Some((patch, slot)) = self.inner.try_update_value(|inner| {
            let patch = inner.cache.patch(row.clone(), position, |before, after| self.moves(before, after));
            let free = inner.pinned != Some(row.number);
            let place = patch.replaced.as_ref().map(|(place, _)| place);
            let slot = place.filter(|_| free).and_then(|place| inner.slots.get(place).cloned());
            (patch, slot)
        }) else {
            return false;
        };
        if let (Some(slot), Some((_, before))) = (slot, &patch.replaced) {
            slot.row.set(Some(row.clone()));
            self.mark(&slot, before, &row, by);
        }
        patch.moves
    }

    fn mark(&self, slot: &Slot, before: &Row, after: &Row, by: Option<&UserId>) {
        let mine = self.frame.overview.with_untracked(|overview| by == Some(&overview.me.id));
        let Some(by) = by.filter(|_| !mine) else { return };
        let columns: Vec<Column> =
            Column::ALL.into_iter().filter(|column| cell(before, *column) != cell(after, *column)).collect();
        if columns.is_empty() {
            return;
        }
        let name = self.frame.overview.with_untracked(|overview| super::words::person(overview, by));
        let serial = self.inner.try_update_value(|inner| {
            inner.marks += 1;
            inner.marks
        });
        let serial = serial.unwrap_or_default();
        slot.mark.set(Some(Mark { columns, by: by.clone(), name, serial }));
        let mark = slot.mark.clone();
        set_timeout(
            move || {
                if mark.with_untracked(|mark| mark.as_ref().is_some_and(|mark| mark.serial == serial)) {
                    mark.set(None);
                }
            },
            MARK_FOR,
        );
    }

    fn moves(&self, before: &Row, after: &Row) -> bool {
        let view = self.view.get_untracked();
        let today = self.summary.with_untracked(|summary| summary.as_of);
        self.frame.overview.with_untracked(|overview| {
            let position = |number: CohortNumber| {
                let cohort = overview.cohorts.iter().find(|summary| summary.cohort.number == number);
                cohort.map_or(u16::MAX, |summary| summary.cohort.position)
            };
            let name = |id: &UserId| super::words::person(overview, id).to_lowercase();
            let fields = &overview.migration.fields;
            let lookup = Lookup { cohort_position: &position, owner_name: &name, fields };
            domain::view::moves(&view, today, &lookup, before, after)
        })
    }
}
