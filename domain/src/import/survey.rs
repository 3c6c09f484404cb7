//! A first look at every column: samples, and what its cells could be. The proposal and its questions come from it.

use super::dates::{self, DateEvidence};
use super::problem::shorten;
use super::sheet::Sheet;
use super::status_words;
use crate::user::is_email;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Samples kept of each column.
const SAMPLES: usize = 3;
/// Different values of a column that are kept; a column with more is no list of owners.
pub const DISTINCT_MAX: usize = 500;
const DISTINCT_VALUE_MAX: usize = 200;

/// What was seen in the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    pub rows: u32,
    pub columns: Vec<ColumnSurvey>,
}

/// What was seen in one column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSurvey {
    pub header: String,
    /// The first different values, shortened.
    pub samples: Vec<String>,
    /// Cells with something in them.
    pub filled: u32,
    pub emails: u32,
    pub dates: DateEvidence,
    /// The different values with how many rows have them; `None` if there are more than [`DISTINCT_MAX`].
    pub values: Option<BTreeMap<String, u32>>,
}

impl Survey {
    /// Looks at every cell of the file once.
    pub fn of(sheet: &Sheet<'_>) -> Survey {
        let mut columns: Vec<ColumnSurvey> = sheet.headers().iter().map(|header| ColumnSurvey::new(header)).collect();
        for row in sheet.rows() {
            for (column, cell) in columns.iter_mut().zip(&row.cells) {
                column.observe(cell.trim());
            }
        }
        Survey { rows: sheet.row_count(), columns }
    }
}

impl ColumnSurvey {
    fn new(header: &str) -> Self {
        ColumnSurvey { header: header.to_owned(), values: Some(BTreeMap::new()), ..ColumnSurvey::default() }
    }

    fn observe(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.filled += 1;
        if self.samples.len() < SAMPLES {
            let sample = shorten(cell);
            if !self.samples.contains(&sample) {
                self.samples.push(sample);
            }
        }
        if cell.contains('@') && is_email(cell) {
            self.emails += 1;
        }
        // Most cells are neither; the cheap look saves the careful one.
        if (8..=60).contains(&cell.len()) && cell.bytes().any(|byte| byte.is_ascii_digit()) {
            self.dates.observe(cell);
        } else {
            self.dates.others += 1;
        }
        self.count_value(cell);
    }

    fn count_value(&mut self, cell: &str) {
        let Some(values) = &mut self.values else { return };
        if let Some(rows) = values.get_mut(cell) {
            *rows += 1;
        } else if values.len() < DISTINCT_MAX && cell.chars().count() <= DISTINCT_VALUE_MAX {
            values.insert(cell.to_owned(), 1);
        } else {
            self.values = None;
        }
    }

    /// How many of a hundred filled cells so many are.
    pub fn share(&self, count: u32) -> u32 {
        if self.filled == 0 { 0 } else { (u64::from(count) * 100 / u64::from(self.filled)) as u32 }
    }

    /// How many cells are words for statuses.
    pub fn statuses(&self) -> u32 {
        let values = self.values.iter().flatten();
        values.filter(|(value, _)| status_words::status(value).is_some()).map(|(_, rows)| rows).sum()
    }

    /// Whether every row has a value and none occurs often, as in a column of ids.
    pub fn looks_like_keys(&self, rows: u32) -> bool {
        let distinct = self.values.as_ref().map_or(DISTINCT_MAX + 1, BTreeMap::len);
        let plenty = distinct > DISTINCT_MAX || distinct as u64 * 10 >= u64::from(rows) * 9;
        self.filled == rows && plenty
    }

    /// What its dates say about the order of day and month.
    pub fn date_verdict(&self) -> dates::DateVerdict {
        self.dates.verdict()
    }
}
