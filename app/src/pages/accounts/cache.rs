//! The rows that this tab knows: windows of the table as the server answered them, patched by the live feed.

use domain::account::Row;
use domain::event::Position;
use domain::id::AccountNumber;
use std::collections::HashMap;
use std::ops::Range;

/// Rows of one request.
pub const WINDOW: u32 = 100;
/// Windows that are kept; others far from what is shown are forgotten.
const KEPT: usize = 40;

/// Rows by their place in the view, and places by account.
#[derive(Default)]
pub struct Cache {
    windows: HashMap<u32, Window>,
    places: HashMap<AccountNumber, u32>,
    /// Counts how often the order of the rows may have changed.
    order: u64,
}

struct Window {
    rows: Vec<Held>,
    order: u64,
    /// As of when the server answered.
    position: Position,
}

#[derive(Clone)]
struct Held {
    row: Row,
    /// As of when; an older message does not undo it.
    position: Position,
}

/// What a newer version of a row met.
#[derive(Debug, PartialEq)]
pub struct Patch {
    /// It replaced this row at this place.
    pub replaced: Option<(u32, Row)>,
    /// The members of the view, their order or the counts may be others now: everything has to be asked for again.
    pub moves: bool,
}

impl Cache {
    /// The row at this place, if it is held.
    pub fn row(&self, place: u32) -> Option<&Row> {
        let window = self.windows.get(&(place / WINDOW))?;
        window.rows.get((place % WINDOW) as usize).map(|held| &held.row)
    }

    /// Where this account stands, if it is held.
    pub fn place(&self, number: AccountNumber) -> Option<u32> {
        self.places.get(&number).copied()
    }

    /// The state of the order, to be handed to [`Cache::store`] with the answer to a request made now.
    pub fn order(&self) -> u64 {
        self.order
    }

    /// Keeps the answer to a request.
    pub fn store(&mut self, index: u32, rows: Vec<Row>, position: Position, order: u64) {
        let newest = |row: Row| {
            let newer = self.held(row.number).filter(|held| !position.covers(&held.position)).cloned();
            newer.unwrap_or(Held { row, position })
        };
        let rows: Vec<Held> = rows.into_iter().map(newest).collect();
        self.forget(index);
        for (place, held) in (index * WINDOW..).zip(&rows) {
            self.places.insert(held.row.number, place);
        }
        self.windows.insert(index, Window { rows, order, position });
    }

    /// Takes a newer version of a row. `moves` says of a change whether it can move the view; see [`domain::view::moves`].
    pub fn patch(&mut self, row: Row, position: Position, moves: impl FnOnce(&Row, &Row) -> bool) -> Patch {
        let place = self.place(row.number);
        let held = place.and_then(|place| {
            let window = self.windows.get_mut(&(place / WINDOW))?;
            Some((place, window.rows.get_mut((place % WINDOW) as usize)?))
        });
        match held {
            // It may come into the view, or leave a part of it that is not held here.
            None => Patch { replaced: None, moves: true },
            // This answer was ahead of the feed. Another may have been answered before the change, though: then this
            // row stands in both, or one row stands in none.
            Some((_, held)) if held.position.covers(&position) => {
                Patch { replaced: None, moves: self.windows.values().any(|window| !window.position.covers(&position)) }
            }
            Some((place, held)) => {
                held.position = position;
                let moves = moves(&held.row, &row);
                Patch { replaced: Some((place, std::mem::replace(&mut held.row, row))), moves }
            }
        }
    }

    /// From now on every window has to be asked for again; what is held stays until then.
    pub fn outdate(&mut self) {
        self.order += 1;
    }

    /// Forgets everything: another view.
    pub fn clear(&mut self) {
        *self = Cache { order: self.order + 1, ..Cache::default() };
    }

    /// The windows within `range` that are missing or out of date, the nearest to its start first. A table without rows
    /// needs the first window all the same: its counts come with it.
    pub fn needed(&self, range: &Range<u32>) -> Vec<u32> {
        let range = if range.is_empty() { 0..1 } else { range.clone() };
        (range.start / WINDOW..=(range.end - 1) / WINDOW)
            .filter(|index| self.windows.get(index).is_none_or(|window| window.order < self.order))
            .collect()
    }

    /// Forgets the windows farthest from `range` when there are too many, and those after the last row.
    pub fn trim(&mut self, range: &Range<u32>, matching: u32) {
        let middle = (range.start / 2 + range.end / 2) / WINDOW;
        let mut indices: Vec<u32> = self.windows.keys().copied().collect();
        indices.sort_by_key(|index| index.abs_diff(middle));
        for (rank, index) in indices.into_iter().enumerate() {
            if rank >= KEPT || index * WINDOW >= matching.max(1) {
                self.forget(index);
            }
        }
    }

    fn held(&self, number: AccountNumber) -> Option<&Held> {
        let place = self.place(number)?;
        self.windows.get(&(place / WINDOW))?.rows.get((place % WINDOW) as usize)
    }

    fn forget(&mut self, index: u32) {
        let Some(window) = self.windows.remove(&index) else { return };
        for (place, held) in (index * WINDOW..).zip(&window.rows) {
            // The account may meanwhile have been seen at another place.
            if self.places.get(&held.row.number) == Some(&place) {
                self.places.remove(&held.row.number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::ExternalId;
    use domain::state::State;

    fn row(number: u32, name: &str) -> Row {
        Row {
            number: AccountNumber(number),
            external_id: ExternalId(format!("C-{number}")),
            name: name.to_owned(),
            email: String::new(),
            plan: String::new(),
            region: String::new(),
            state: State::NotStarted,
            migrated_on: None,
            rollback_until_on: None,
            custom: Default::default(),
            cohort: None,
            owner: None,
            notices: Default::default(),
        }
    }

    fn at(seq: u64) -> Position {
        Position { workspace: 0, migration: seq }
    }

    #[test]
    fn an_older_message_does_not_undo_a_newer_row() {
        let mut cache = Cache::default();
        cache.store(1, vec![row(1, "a"), row(2, "b")], at(5), 0);
        assert_eq!(cache.patch(row(2, "old"), at(5), |_, _| true), Patch { replaced: None, moves: false });
        let patch = cache.patch(row(2, "new"), at(6), |before, after| before.name == after.name);
        assert_eq!(patch, Patch { replaced: Some((101, row(2, "b"))), moves: false });
        assert_eq!(cache.row(101).map(|row| row.name.as_str()), Some("new"));
        assert!(cache.patch(row(3, "x"), at(6), |_, _| false).moves, "it may belong into the view");
    }

    #[test]
    fn an_answer_older_than_a_patch_keeps_the_patched_row() {
        let mut cache = Cache::default();
        cache.store(0, vec![row(1, "a")], at(5), 0);
        cache.patch(row(1, "mine"), at(9), |_, _| false);
        cache.store(0, vec![row(2, "b"), row(1, "a")], at(8), 0);
        assert_eq!(cache.row(1).map(|row| row.name.as_str()), Some("mine"));
    }

    #[test]
    fn windows_are_asked_for_when_missing_or_out_of_date() {
        let mut cache = Cache::default();
        cache.store(0, vec![row(1, "a")], at(1), cache.order());
        assert_eq!(cache.needed(&(50..250)), [1, 2]);
        cache.outdate();
        assert_eq!(cache.needed(&(0..10)), [0]);
        assert_eq!(cache.row(0).map(|row| row.number), Some(AccountNumber(1)));
        assert_eq!(cache.needed(&(5..5)), [0], "for the counts");
        cache.store(0, Vec::new(), at(2), cache.order());
        assert!(cache.needed(&(0..0)).is_empty());
    }

    #[test]
    fn far_windows_are_forgotten() {
        let mut cache = Cache::default();
        for index in 0..60 {
            cache.store(index, vec![row(index, "a")], at(1), 0);
        }
        cache.trim(&(0..40), 6_000);
        assert!(cache.row(0).is_some() && cache.row(5_900).is_none());
        assert_eq!(cache.place(AccountNumber(59)), None);
    }

    // --- The heart: what this tab patches together is what the server would answer now ---

    use domain::status::StatusCounts;
    use domain::view::testing::{Answer, Chance, alter, answer, fields, lookup, row as invented, today, view};
    use domain::view::{View, moves};
    use proptest::prelude::*;

    /// A server with its log, a tab with its cache, and between them a feed in order and answers in any order.
    struct Both {
        chance: Chance,
        view: View,
        rows: Vec<Row>,
        seq: u64,
        feed: std::collections::VecDeque<(Position, Vec<Row>)>,
        answers: Vec<(u32, u64, Position, Answer)>,
        cache: Cache,
        heard: u64,
        range: Range<u32>,
        refresh_waits: bool,
        /// Matching rows, counts and groups with the position of the answer that they came with.
        summary: (Position, u32, StatusCounts, Vec<(String, u32, bool)>),
    }

    impl Both {
        fn new(seed: u64) -> Both {
            let mut chance = Chance(seed);
            let count = 1 + chance.below(450) as u32;
            let rows: Vec<Row> = (1..=count).map(|number| invented(&mut chance, number)).collect();
            let view = view(&mut chance);
            let mut both = Both {
                chance,
                view,
                rows,
                seq: 1,
                feed: Default::default(),
                answers: Vec::new(),
                cache: Cache::default(),
                heard: 1,
                range: 0..WINDOW,
                refresh_waits: false,
                summary: (at(0), 0, StatusCounts::default(), Vec::new()),
            };
            both.ask(0);
            both.settle();
            both
        }

        /// Something changes on the server: some rows, now and then a new one.
        fn change(&mut self) {
            self.seq += 1;
            let mut changed = Vec::new();
            for _ in 0..=self.chance.below(3) {
                let index = self.chance.below(self.rows.len());
                alter(&mut self.chance, &mut self.rows[index]);
                changed.retain(|row: &Row| row.number != self.rows[index].number);
                changed.push(self.rows[index].clone());
            }
            if self.chance.once_in(8) {
                let row = invented(&mut self.chance, self.rows.len() as u32 + 1);
                self.rows.push(row.clone());
                changed.push(row);
            }
            self.feed.push_back((at(self.seq), changed));
        }

        fn hear(&mut self) {
            let Some((position, rows)) = self.feed.pop_front() else { return };
            let (fields, view) = (fields(), &self.view);
            for row in rows {
                let patch = self
                    .cache
                    .patch(row, position, |before, after| moves(view, today(), &lookup(&fields), before, after));
                self.refresh_waits |= patch.moves;
            }
            self.heard = position.migration;
        }

        /// The server answers at once; the answer is on its way.
        fn ask(&mut self, index: u32) {
            let answer = answer(&self.view, &self.rows, &fields());
            self.answers.push((index, self.cache.order(), at(self.seq), answer));
        }

        fn fetch(&mut self) {
            let (answers, mut needed) = (&self.answers, self.cache.needed(&self.range));
            needed.retain(|index| answers.iter().all(|(asked, ..)| asked != index));
            for index in needed.into_iter().take(2usize.saturating_sub(self.answers.len())) {
                self.ask(index);
            }
        }

        fn receive(&mut self) {
            if self.answers.is_empty() {
                return;
            }
            let which = self.chance.below(self.answers.len());
            let (index, order, position, answer) = self.answers.remove(which);
            let shown = answer.rows.len() as u32;
            let rows = answer.rows.into_iter().skip((index * WINDOW) as usize).take(WINDOW as usize).collect();
            self.cache.store(index, rows, position, order);
            self.cache.trim(&self.range, shown);
            if position.covers(&self.summary.0) {
                self.summary = (position, answer.matching, answer.counts, answer.groups);
            }
            self.range = self.range.start.min(shown)..self.range.end.max(WINDOW).min(shown);
        }

        /// What waits for the pause between two refreshes happens now.
        fn refresh(&mut self) {
            if std::mem::take(&mut self.refresh_waits) {
                self.cache.outdate();
            }
        }

        fn scroll(&mut self) {
            let start = self.chance.below(self.rows.len()) as u32;
            let shown = answer(&self.view, &self.rows, &fields()).rows.len() as u32;
            self.range = start.min(shown)..(start + 60).min(shown);
        }

        fn step(&mut self) {
            match self.chance.below(12) {
                0..3 => self.change(),
                3..6 => self.hear(),
                6 | 7 => self.fetch(),
                8 | 9 => self.receive(),
                10 => self.refresh(),
                _ if self.chance.once_in(4) => self.scroll(),
                _ => {}
            }
        }

        /// Everything that is on its way arrives, until nothing is asked for any more.
        fn settle(&mut self) {
            for _ in 0..1_000 {
                while !self.feed.is_empty() {
                    self.hear();
                }
                self.refresh();
                self.fetch();
                if self.answers.is_empty() {
                    return;
                }
                self.receive();
            }
            panic!("the tab goes on asking");
        }

        fn check(&self) -> Result<(), TestCaseError> {
            let fresh = answer(&self.view, &self.rows, &fields());
            let (_, matching, counts, groups) = &self.summary;
            prop_assert_eq!(*matching, fresh.matching);
            prop_assert_eq!(counts, &fresh.counts);
            prop_assert_eq!(groups, &fresh.groups);
            for place in self.range.clone() {
                prop_assert_eq!(self.cache.row(place), fresh.rows.get(place as usize), "at {}", place);
            }
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn a_patched_window_is_what_a_fresh_question_would_answer(seed in any::<u64>()) {
            let mut both = Both::new(seed);
            both.check()?;
            for _ in 0..4 {
                for _ in 0..60 {
                    both.step();
                }
                both.settle();
                both.check()?;
            }
        }
    }
}
