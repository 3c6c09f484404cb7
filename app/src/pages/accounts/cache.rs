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
}

#[derive(Clone)]
struct Held {
    row: Row,
    /// As of when; an older message does not undo it.
    position: Position,
}

/// What a newer version of a row met.
#[derive(Debug, PartialEq)]
pub enum Patch {
    /// It replaced `before` at this place.
    Replaced { place: u32, before: Box<Row> },
    /// This tab does not hold the row.
    Unknown,
    /// What this tab holds is as new.
    Known,
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
        self.windows.insert(index, Window { rows, order });
    }

    /// Replaces a row by a newer version of it.
    pub fn patch(&mut self, row: Row, position: Position) -> Patch {
        let Some(place) = self.place(row.number) else { return Patch::Unknown };
        let window = self.windows.get_mut(&(place / WINDOW));
        let Some(held) = window.and_then(|window| window.rows.get_mut((place % WINDOW) as usize)) else {
            return Patch::Unknown;
        };
        if held.position.covers(&position) {
            return Patch::Known;
        }
        held.position = position;
        let before = std::mem::replace(&mut held.row, row);
        Patch::Replaced { place, before: Box::new(before) }
    }

    /// From now on every window has to be asked for again; what is held stays until then.
    pub fn outdate(&mut self) {
        self.order += 1;
    }

    /// Forgets everything: another view.
    pub fn clear(&mut self) {
        *self = Cache { order: self.order + 1, ..Cache::default() };
    }

    /// The windows within `range` that are missing or out of date, the nearest to its start first.
    pub fn needed(&self, range: &Range<u32>) -> Vec<u32> {
        if range.is_empty() {
            return Vec::new();
        }
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
        }
    }

    fn at(seq: u64) -> Position {
        Position { workspace: 0, migration: seq }
    }

    #[test]
    fn an_older_message_does_not_undo_a_newer_row() {
        let mut cache = Cache::default();
        cache.store(1, vec![row(1, "a"), row(2, "b")], at(5), 0);
        assert_eq!(cache.patch(row(2, "old"), at(5)), Patch::Known);
        assert!(matches!(cache.patch(row(2, "new"), at(6)), Patch::Replaced { place: 101, .. }));
        assert_eq!(cache.row(101).map(|row| row.name.as_str()), Some("new"));
        assert_eq!(cache.patch(row(3, "x"), at(6)), Patch::Unknown);
    }

    #[test]
    fn an_answer_older_than_a_patch_keeps_the_patched_row() {
        let mut cache = Cache::default();
        cache.store(0, vec![row(1, "a")], at(5), 0);
        cache.patch(row(1, "mine"), at(9));
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
        assert!(cache.needed(&(5..5)).is_empty());
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
}
