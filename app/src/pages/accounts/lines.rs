//! Where rows and heads of groups stand below each other. A line is a row or the head of a group.

use domain::view::Group;
use std::ops::Range;

/// The lines of a table, as its groups part them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    rows: u32,
    /// Of each group: the place of its first row. Its head stands `index + first` lines from the top.
    firsts: Vec<u32>,
}

/// What stands on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The head of the group with this index.
    Head(usize),
    /// The row at this place.
    Row(u32),
}

/// How high the two kinds of lines are, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heights {
    pub row: f64,
    pub head: f64,
}

impl Lines {
    /// The lines of these groups; without groups, one line for each of the rows.
    pub fn of(groups: &[Group], rows: u32) -> Lines {
        let mut place: u32 = 0;
        let mut firsts = Vec::with_capacity(groups.len());
        for group in groups {
            firsts.push(place.min(rows));
            place = place.saturating_add(group.shown());
        }
        Lines { rows, firsts }
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.rows + self.firsts.len() as u32
    }

    /// The line of the row at this place.
    pub fn of_row(&self, place: u32) -> u32 {
        place + self.firsts.partition_point(|first| *first <= place) as u32
    }

    /// The line of a group's head.
    pub fn of_head(&self, index: usize) -> u32 {
        self.firsts.get(index).map_or(self.count(), |first| first + index as u32)
    }

    /// What stands on a line; `None` below the last.
    pub fn at(&self, line: u32) -> Option<Line> {
        if line >= self.count() {
            return None;
        }
        // Heads at or above the line: the lines of heads grow with their index.
        let heads = self.heads_before(line + 1);
        match heads.checked_sub(1).filter(|index| self.of_head(*index) == line) {
            Some(index) => Some(Line::Head(index)),
            None => Some(Line::Row(line - heads as u32)),
        }
    }

    /// How many heads stand above this line.
    fn heads_before(&self, line: u32) -> usize {
        let (mut low, mut high) = (0, self.firsts.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.of_head(middle) < line { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The places of the rows on these lines.
    pub fn places(&self, lines: &Range<u32>) -> Range<u32> {
        let place = |line: u32| line.min(self.count()) - self.heads_before(line.min(self.count())) as u32;
        place(lines.start)..place(lines.end)
    }

    /// How many pixels lie above a line.
    pub fn above(&self, line: u32, heights: &Heights) -> f64 {
        let line = line.min(self.count());
        let heads = self.heads_before(line);
        f64::from(line - heads as u32) * heights.row + heads as f64 * heights.head
    }

    /// The line that is so many pixels from the top.
    pub fn below(&self, pixels: f64, heights: &Heights) -> u32 {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.above(middle + 1, heights) <= pixels { low = middle + 1 } else { high = middle }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(count: u32, folded: bool) -> Group {
        Group { key: count.to_string(), text: String::new(), count, folded }
    }

    const EVEN: Heights = Heights { row: 10.0, head: 10.0 };

    #[test]
    fn without_groups_each_row_is_a_line() {
        let lines = Lines::of(&[], 3);
        assert_eq!((lines.count(), lines.of_row(2), lines.at(2), lines.at(3)), (3, 2, Some(Line::Row(2)), None));
        assert_eq!(lines.places(&(1..9)), 1..3);
        assert_eq!((lines.above(2, &EVEN), lines.below(29.0, &EVEN), lines.below(99.0, &EVEN)), (20.0, 2, 3));
    }

    #[test]
    fn heads_stand_above_the_rows_of_their_group() {
        let lines = Lines::of(&[group(2, false), group(7, true), group(5, true), group(3, false)], 5);
        let expected = [
            Line::Head(0),
            Line::Row(0),
            Line::Row(1),
            Line::Head(1),
            Line::Head(2),
            Line::Head(3),
            Line::Row(2),
            Line::Row(3),
            Line::Row(4),
        ];
        assert_eq!(lines.count(), 9);
        for (line, expected) in (0..).zip(expected) {
            assert_eq!(lines.at(line), Some(expected), "{line}");
            match expected {
                Line::Row(place) => assert_eq!(lines.of_row(place), line),
                Line::Head(index) => assert_eq!(lines.of_head(index), line),
            }
        }
        assert_eq!(lines.places(&(3..7)), 2..3);
        assert_eq!(lines.places(&(3..6)), 2..2);
        let heights = Heights { row: 10.0, head: 4.0 };
        for line in 0..=9 {
            assert_eq!(lines.below(lines.above(line, &heights), &heights), line);
        }
        assert_eq!(lines.above(6, &heights), 36.0);
    }

    #[test]
    fn groups_that_count_more_than_there_is_do_no_harm() {
        let lines = Lines::of(&[group(9, false), group(9, false)], 3);
        assert_eq!((lines.count(), lines.of_row(2)), (5, 3));
        assert_eq!(lines.at(4), Some(Line::Head(1)));
        assert_eq!(lines.places(&(0..99)), 0..3);
    }
}
