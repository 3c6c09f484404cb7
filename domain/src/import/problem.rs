//! Why a row is refused, in words that say what to do, and how often each reason occurs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest piece of a cell that a problem repeats, in characters.
pub const VALUE_MAX: usize = 80;

/// Why one row of the file stays out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The row as a spreadsheet numbers it: the header is row 1.
    pub row: u32,
    /// The header of the column, if one column is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What the cell says, shortened to [`VALUE_MAX`] characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// A sentence for the person who mends the file.
    pub reason: String,
    pub kind: ProblemKind,
}

impl RowProblem {
    /// A problem of the whole row.
    pub fn of_row(row: u32, kind: ProblemKind, reason: impl Into<String>) -> Self {
        RowProblem { row, column: None, value: String::new(), reason: reason.into(), kind }
    }

    /// A problem of one cell.
    pub fn of_cell(row: u32, column: &str, value: &str, kind: ProblemKind, reason: impl Into<String>) -> Self {
        RowProblem { row, column: Some(column.to_owned()), value: shorten(value), reason: reason.into(), kind }
    }
}

/// The first [`VALUE_MAX`] characters of a cell on one line, with `…` where something was left out.
pub fn shorten(value: &str) -> String {
    let mut characters = value.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut short: String = characters.by_ref().take(VALUE_MAX).collect();
    if characters.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}

macro_rules! kinds {
    ($($name:ident => $code:literal, $label:literal;)*) => {
        /// The kind of a reason, so that reasons can be counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemKind { $($name,)* }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$name,)*];

            /// The word in files and in the database.
            pub fn code(self) -> &'static str {
                match self { $(ProblemKind::$name => $code,)* }
            }

            /// The words on screen, in the list "Why 139 rows are refused".
            pub fn label(self) -> &'static str {
                match self { $(ProblemKind::$name => $label,)* }
            }
        }
    };
}

kinds! {
    NotUtf8 => "not_utf8", "The text is not UTF-8";
    CellCount => "cell_count", "The row has more or fewer cells than the header";
    KeyMissing => "key_missing", "The external id is empty";
    KeyInvalid => "key_invalid", "The external id cannot be used";
    KeyTwice => "key_twice", "The external id is in the file twice";
    NameMissing => "name_missing", "A new customer has no name";
    TextTooLong => "text_too_long", "A text is too long";
    TextInvalid => "text_invalid", "A text has characters that cannot be shown";
    EmailInvalid => "email_invalid", "The e-mail address is not valid";
    PhoneInvalid => "phone_invalid", "The phone number is not valid";
    ChannelUnknown => "channel_unknown", "The preferred channel is not known";
    LanguageInvalid => "language_invalid", "The language is not a language code";
    ZoneUnknown => "zone_unknown", "The time zone is not known";
    DateUnreadable => "date_unreadable", "A date cannot be read";
    StatusUnknown => "status_unknown", "The status is not known";
    StatusNotAllowed => "status_not_allowed", "The status may not change this way";
    DateMissing => "date_missing", "The status needs a date";
    BlockerMissing => "blocker_missing", "Blocked needs a category";
    BlockerUnknown => "blocker_unknown", "The blocker's category is not known";
    CohortUnknown => "cohort_unknown", "The cohort does not exist";
    CohortFixed => "cohort_fixed", "The cohort may not change any more";
    OwnerUnknown => "owner_unknown", "The owner is not known";
    CustomField => "custom_field", "A custom field does not take the value";
}

/// How many rows are refused for one kind of reason, with one of the reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    pub kind: ProblemKind,
    pub rows: u32,
    pub example: String,
}

/// Counts refused rows by their first problem, so that the counts add up to the number of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    kinds: BTreeMap<ProblemKind, (u32, String)>,
    rows: u32,
}

impl Tally {
    /// Counts one refused row. A row without a problem is not refused and not counted.
    pub fn count(&mut self, problems: &[RowProblem]) {
        let Some(first) = problems.first() else { return };
        let (rows, _) = self.kinds.entry(first.kind).or_insert_with(|| (0, first.reason.clone()));
        *rows += 1;
        self.rows += 1;
    }

    /// How many rows were counted.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The kinds, the most frequent first.
    pub fn by_kind(&self) -> Vec<KindCount> {
        let mut counts: Vec<_> = self
            .kinds
            .iter()
            .map(|(kind, (rows, example))| KindCount { kind: *kind, rows: *rows, example: example.clone() })
            .collect();
        counts.sort_by_key(|count| (std::cmp::Reverse(count.rows), count.kind));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let short = shorten(&"ä".repeat(200));
        assert_eq!(short.chars().count(), VALUE_MAX);
        assert!(short.ends_with('…'));
        assert_eq!(shorten("two\nlines"), "two lines");
        assert_eq!(shorten(&"x".repeat(VALUE_MAX)), "x".repeat(VALUE_MAX));
    }

    #[test]
    fn counts_by_kind_add_up_to_the_refused_rows() {
        let problem = |row, kind: ProblemKind| RowProblem::of_row(row, kind, format!("reason {row}"));
        let mut tally = Tally::default();
        tally.count(&[problem(2, ProblemKind::KeyTwice)]);
        tally.count(&[problem(3, ProblemKind::DateUnreadable), problem(3, ProblemKind::StatusUnknown)]);
        tally.count(&[problem(4, ProblemKind::DateUnreadable)]);
        tally.count(&[]);
        let counts = tally.by_kind();
        assert_eq!(counts.iter().map(|count| count.rows).sum::<u32>(), tally.rows());
        assert_eq!(counts[0], KindCount { kind: ProblemKind::DateUnreadable, rows: 2, example: "reason 3".to_owned() });
        assert_eq!(counts[1].kind, ProblemKind::KeyTwice);
    }
}
