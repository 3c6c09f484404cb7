//! External ids that a file has more than once: all such rows are refused, since no one can tell which is meant.

use super::problem::{ProblemKind, RowProblem};
use super::row::RowReader;
use super::sheet::Sheet;
use std::collections::HashMap;

/// Rows of one id that a problem names; the others are counted.
const NAMED: usize = 3;

/// The external ids that occur in more than one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duplicates {
    rows: HashMap<String, Vec<u32>>,
}

impl Duplicates {
    /// Looks through the whole file once.
    pub fn of(sheet: &Sheet<'_>, reader: &RowReader<'_>) -> Duplicates {
        let keys = sheet.rows().filter_map(|row| reader.key(&row).map(|key| (key.to_owned(), row.number)));
        Duplicates::among(keys)
    }

    /// The keys that occur more than once.
    pub fn among(keys: impl IntoIterator<Item = (String, u32)>) -> Duplicates {
        let mut rows: HashMap<String, Vec<u32>> = HashMap::new();
        for (key, row) in keys {
            rows.entry(key).or_default().push(row);
        }
        rows.retain(|_, rows| rows.len() > 1);
        Duplicates { rows }
    }

    /// Why the row with this key is refused, if it is not the only one. Names the others.
    pub fn problem(&self, header: &str, key: &str, row: u32) -> Option<RowProblem> {
        let others: Vec<_> = self.rows.get(key)?.iter().filter(|other| **other != row).collect();
        let named: Vec<_> = others.iter().take(NAMED).map(ToString::to_string).collect();
        let rows = if others.len() == 1 { "row" } else { "rows" };
        let more = match others.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let reason = format!("Also in {rows} {}{more}. Keep one of them.", named.join(", "));
        Some(RowProblem::of_cell(row, header, key, ProblemKind::KeyTwice, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicates(keys: &[&str]) -> Duplicates {
        Duplicates::among(keys.iter().zip(2..).map(|(key, row)| ((*key).to_owned(), row)))
    }

    #[test]
    fn each_of_two_rows_names_the_other() {
        let found = duplicates(&["a", "b", "a"]);
        let reason = |row| found.problem("Id", "a", row).map(|problem| problem.reason);
        assert_eq!(reason(2).as_deref(), Some("Also in row 4. Keep one of them."));
        assert_eq!(reason(4).as_deref(), Some("Also in row 2. Keep one of them."));
        assert_eq!(found.problem("Id", "b", 3), None);
    }

    #[test]
    fn many_rows_are_counted() {
        let found = duplicates(&["a"; 6]);
        let reason = found.problem("Id", "a", 2).map(|problem| problem.reason);
        assert_eq!(reason.as_deref(), Some("Also in rows 3, 4, 5 and 2 more. Keep one of them."));
    }
}
