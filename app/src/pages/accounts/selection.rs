//! What is selected: whole rows for a change of many accounts, and a rectangle of cells for copying and pasting.

use super::dom::Cell;
use domain::id::AccountNumber;
use std::ops::RangeInclusive;

/// The rows that are ticked.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Selected {
    #[default]
    None,
    Rows(Vec<AccountNumber>),
    /// Everything that the view shows, also what this tab has never seen.
    AllMatching {
        count: u32,
    },
}

impl Selected {
    /// Whether this row is ticked.
    pub fn contains(&self, number: AccountNumber) -> bool {
        match self {
            Selected::None => false,
            Selected::Rows(rows) => rows.contains(&number),
            Selected::AllMatching { .. } => true,
        }
    }

    /// How many rows are ticked.
    pub fn count(&self) -> u32 {
        match self {
            Selected::None => 0,
            Selected::Rows(rows) => rows.len() as u32,
            Selected::AllMatching { count } => *count,
        }
    }

    /// Ticks a row or takes its tick away. Of everything, one row less cannot be said: then this row alone is ticked.
    pub fn toggled(self, number: AccountNumber) -> Selected {
        match self {
            Selected::Rows(mut rows) => {
                match rows.iter().position(|row| *row == number) {
                    Some(index) => _ = rows.remove(index),
                    None => rows.push(number),
                }
                Selected::of(rows)
            }
            Selected::None | Selected::AllMatching { .. } => Selected::Rows(vec![number]),
        }
    }

    /// Ticks these rows, too.
    pub fn with(self, more: impl IntoIterator<Item = AccountNumber>) -> Selected {
        let mut rows = match self {
            Selected::AllMatching { count } => return Selected::AllMatching { count },
            Selected::Rows(rows) => rows,
            Selected::None => Vec::new(),
        };
        for number in more {
            if !rows.contains(&number) {
                rows.push(number);
            }
        }
        Selected::of(rows)
    }

    fn of(rows: Vec<AccountNumber>) -> Selected {
        if rows.is_empty() { Selected::None } else { Selected::Rows(rows) }
    }
}

/// A rectangle of cells: from where it was begun to where the cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub anchor: Cell,
    pub head: Cell,
}

impl Span {
    /// One cell.
    pub fn at(cell: Cell) -> Span {
        Span { anchor: cell, head: cell }
    }

    /// The places of its rows.
    pub fn places(&self) -> RangeInclusive<u32> {
        self.anchor.place.min(self.head.place)..=self.anchor.place.max(self.head.place)
    }

    /// Its columns.
    pub fn columns(&self) -> RangeInclusive<u8> {
        self.anchor.column.min(self.head.column)..=self.anchor.column.max(self.head.column)
    }

    /// Its upper left cell.
    pub fn first(&self) -> Cell {
        Cell { place: *self.places().start(), column: *self.columns().start() }
    }

    /// Rows and columns.
    pub fn size(&self) -> (u32, u8) {
        let (places, columns) = (self.places(), self.columns());
        (places.end() - places.start() + 1, columns.end() - columns.start() + 1)
    }

    /// Whether it is more than the cell that the cursor is in.
    pub fn is_range(&self) -> bool {
        self.anchor != self.head
    }
}

/// The table's last cell, and how many rows a screen holds.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub last: Cell,
    pub page: u32,
}

/// Where a key leads from a cell; `None` if the key does not move. With Control it goes to the end.
pub fn moved(from: Cell, key: &str, control: bool, bounds: &Bounds) -> Option<Cell> {
    let Cell { place, column } = from;
    let Bounds { last, page } = *bounds;
    Some(match key {
        "ArrowDown" if control => Cell { place: last.place, column },
        "ArrowUp" if control => Cell { place: 0, column },
        "ArrowRight" if control => Cell { place, column: last.column },
        "ArrowLeft" if control => Cell { place, column: 0 },
        "ArrowDown" => Cell { place: place.saturating_add(1).min(last.place), column },
        "ArrowUp" => Cell { place: place.saturating_sub(1), column },
        "ArrowRight" => Cell { place, column: column.saturating_add(1).min(last.column) },
        "ArrowLeft" => Cell { place, column: column.saturating_sub(1) },
        "PageDown" => Cell { place: place.saturating_add(page).min(last.place), column },
        "PageUp" => Cell { place: place.saturating_sub(page), column },
        "Home" => Cell { place: if control { 0 } else { place }, column: 0 },
        "End" => Cell { place: if control { last.place } else { place }, column: last.column },
        _ => return None,
    })
}

/// The next or the previous cell in reading order; `None` at the table's ends, where Tab leaves it.
pub fn tabbed(from: Cell, back: bool, last: Cell) -> Option<Cell> {
    let Cell { place, column } = from;
    match back {
        false if column < last.column => Some(Cell { place, column: column + 1 }),
        false if place < last.place => Some(Cell { place: place + 1, column: 0 }),
        true if column > 0 => Some(Cell { place, column: column - 1 }),
        true if place > 0 => Some(Cell { place: place - 1, column: last.column }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { last: Cell { place: 99, column: 9 }, page: 20 };

    fn cell(place: u32, column: u8) -> Cell {
        Cell { place, column }
    }

    #[test]
    fn keys_move_within_the_table() {
        let cases = [
            ("ArrowDown", false, cell(6, 3)),
            ("ArrowUp", false, cell(4, 3)),
            ("ArrowLeft", false, cell(5, 2)),
            ("ArrowRight", false, cell(5, 4)),
            ("ArrowDown", true, cell(99, 3)),
            ("ArrowRight", true, cell(5, 9)),
            ("PageDown", false, cell(25, 3)),
            ("PageUp", false, cell(0, 3)),
            ("Home", false, cell(5, 0)),
            ("End", false, cell(5, 9)),
            ("Home", true, cell(0, 0)),
            ("End", true, cell(99, 9)),
        ];
        for (key, control, expected) in cases {
            assert_eq!(moved(cell(5, 3), key, control, &BOUNDS), Some(expected), "{key} {control}");
        }
        assert_eq!(moved(cell(5, 3), "x", false, &BOUNDS), None);
        assert_eq!(moved(cell(99, 9), "ArrowDown", false, &BOUNDS), Some(cell(99, 9)));
    }

    #[test]
    fn tab_reads_on_and_leaves_at_the_ends() {
        assert_eq!(tabbed(cell(5, 9), false, BOUNDS.last), Some(cell(6, 0)));
        assert_eq!(tabbed(cell(5, 0), true, BOUNDS.last), Some(cell(4, 9)));
        assert_eq!(tabbed(BOUNDS.last, false, BOUNDS.last), None);
        assert_eq!(tabbed(cell(0, 0), true, BOUNDS.last), None);
    }

    #[test]
    fn a_span_is_the_same_from_every_corner() {
        let span = Span { anchor: cell(7, 4), head: cell(5, 6) };
        assert_eq!((span.places(), span.columns()), (5..=7, 4..=6));
        assert_eq!((span.first(), span.size(), span.is_range()), (cell(5, 4), (3, 3), true));
    }

    #[test]
    fn rows_are_ticked_one_by_one_in_runs_or_all() {
        let [one, two] = [AccountNumber(1), AccountNumber(2)];
        let ticked = Selected::None.toggled(one).with([one, two]);
        assert_eq!(ticked, Selected::Rows(vec![one, two]));
        assert_eq!(ticked.clone().toggled(one).toggled(two), Selected::None);
        let all = Selected::AllMatching { count: 2_000 };
        assert!(all.contains(two) && all.count() == 2_000);
        assert_eq!(all.toggled(two), Selected::Rows(vec![two]));
    }
}
