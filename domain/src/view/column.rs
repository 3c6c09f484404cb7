//! The columns of the account table, how they are ordered, and what a cell holds.

use crate::account::Row;
use crate::blocker::BlockerCategory;
use crate::custom::{CustomField, CustomKind, CustomValue, Decimal, field_of};
use crate::id::{CohortNumber, FieldNumber, UserId};
use crate::notice::Stage;
use crate::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Column {
    Account,
    Name,
    Plan,
    Region,
    Cohort,
    Status,
    Date,
    Blocker,
    Owner,
    RollbackUntil,
    Email,
    /// How far the customer was told.
    Notified,
    /// A field of the migration's own.
    Custom(FieldNumber),
}

/// What a column's cells hold, which decides what can be asked of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    /// One of few values, which can be offered as a list.
    Choice,
    Day,
    Number,
    Flag,
}

impl Column {
    /// What the table shows, in this order, unless somebody arranged it otherwise.
    pub const ALL: [Column; 10] = [
        Column::Account,
        Column::Name,
        Column::Plan,
        Column::Region,
        Column::Cohort,
        Column::Status,
        Column::Date,
        Column::Blocker,
        Column::Owner,
        Column::RollbackUntil,
    ];

    /// Every column that each migration has: [`Column::ALL`] and those that are shown only when asked for.
    pub const BUILT_IN: [Column; 12] = {
        let mut all = [Column::Email; 12];
        let mut index = 0;
        while index < Column::ALL.len() {
            all[index] = Column::ALL[index];
            index += 1;
        }
        all[Column::ALL.len() + 1] = Column::Notified;
        all
    };

    /// The columns of a migration with these fields: the built-in ones, then the fields in use.
    pub fn of(fields: &[CustomField]) -> Vec<Column> {
        let own = fields.iter().filter(|field| !field.retired).map(|field| Column::Custom(field.number));
        Column::BUILT_IN.into_iter().chain(own).collect()
    }

    /// The word in addresses.
    pub fn code(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Column::Account => "account",
            Column::Name => "name",
            Column::Plan => "plan",
            Column::Region => "region",
            Column::Cohort => "cohort",
            Column::Status => "status",
            Column::Date => "date",
            Column::Blocker => "blocker",
            Column::Owner => "owner",
            Column::RollbackUntil => "rollback",
            Column::Email => "email",
            Column::Notified => "told",
            Column::Custom(number) => return Cow::Owned(format!("f{number}")),
        })
    }

    /// The word in the table's head; a custom field's own name is in [`Column::heading`].
    pub fn label(self) -> &'static str {
        match self {
            Column::Account => "Account",
            Column::Name => "Name",
            Column::Plan => "Plan",
            Column::Region => "Region",
            Column::Cohort => "Cohort",
            Column::Status => "Status",
            Column::Date => "Date",
            Column::Blocker => "Blocker",
            Column::Owner => "Owner",
            Column::RollbackUntil => "Rollback until",
            Column::Email => "E-mail",
            Column::Notified => "Told",
            Column::Custom(_) => "Custom field",
        }
    }

    /// The words in the table's head.
    pub fn heading(self, fields: &[CustomField]) -> String {
        match self {
            Column::Custom(number) => match field_of(fields, number) {
                Some(field) => field.settings.label.clone(),
                None => format!("Field {number}"),
            },
            built_in => built_in.label().to_owned(),
        }
    }

    /// Reads the word of [`Column::code`] exactly.
    pub fn from_code(code: &str) -> Option<Column> {
        let own = || code.strip_prefix('f')?.parse().ok().map(|number| Column::Custom(FieldNumber(number)));
        Column::BUILT_IN.into_iter().find(|column| column.code() == code).or_else(own)
    }

    /// What its cells hold; `None` for a field that the migration does not have.
    pub fn kind(self, fields: &[CustomField]) -> Option<ValueKind> {
        Some(match self {
            Column::Account | Column::Name | Column::Email | Column::Plan | Column::Region => ValueKind::Text,
            Column::Cohort | Column::Status | Column::Blocker | Column::Owner | Column::Notified => ValueKind::Choice,
            Column::Date | Column::RollbackUntil => ValueKind::Day,
            Column::Custom(number) => match field_of(fields, number)?.settings.kind {
                CustomKind::Text | CustomKind::Link => ValueKind::Text,
                CustomKind::Number => ValueKind::Number,
                CustomKind::Date => ValueKind::Day,
                CustomKind::Select { .. } => ValueKind::Choice,
                CustomKind::Checkbox => ValueKind::Flag,
            },
        })
    }

    /// Whether rows can be grouped by it: it has few values that people think in.
    pub fn groups(self, fields: &[CustomField]) -> bool {
        matches!(self, Column::Plan | Column::Region)
            || matches!(self.kind(fields), Some(ValueKind::Choice | ValueKind::Flag))
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.code().into_owned()
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Column::from_code(&code).ok_or_else(|| format!("no column is called {code}"))
    }
}

/// One column's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    pub column: Column,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// How a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ColumnChoice {
    pub column: Column,
    /// In CSS pixels; `None` is the column's own width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    /// Stays in sight when the table is scrolled sideways.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

/// Narrowest and widest column, in CSS pixels.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 48..=800;

impl ColumnChoice {
    /// The column with its own width.
    pub fn plain(column: Column) -> Self {
        ColumnChoice { column, width: None, pinned: false }
    }
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Sorted so that numbers in it count as numbers.
    Id(&'a str),
    Text(&'a str),
    Status(Status),
    Cohort(CohortNumber),
    Owner(&'a UserId),
    Blocker(BlockerCategory, &'a str),
    Day(NaiveDate),
    Number(Decimal),
    Option(FieldNumber, &'a str),
    Flag(bool),
    Told(Stage),
}

/// The cell of a row; `None` when it is empty.
pub fn cell(row: &Row, column: Column) -> Option<Cell<'_>> {
    fn text(text: &str) -> Option<Cell<'_>> {
        (!text.is_empty()).then_some(Cell::Text(text))
    }
    match column {
        Column::Account => Some(Cell::Id(row.external_id.as_str())),
        Column::Name => text(&row.name),
        Column::Email => text(&row.email),
        Column::Plan => text(&row.plan),
        Column::Region => text(&row.region),
        Column::Cohort => row.cohort.map(Cell::Cohort),
        Column::Status => Some(Cell::Status(row.state.status())),
        Column::Date => row.date().map(Cell::Day),
        Column::Blocker => row.state.blocker().map(|blocker| Cell::Blocker(blocker.category, &blocker.text)),
        Column::Owner => row.owner.as_ref().map(Cell::Owner),
        Column::RollbackUntil => row.rollback_until_on.map(Cell::Day),
        Column::Notified => Some(Cell::Told(row.notices.stage)),
        Column::Custom(number) => row.custom.get(&number).map(|value| match value {
            CustomValue::Text(text) | CustomValue::Link(text) => Cell::Text(text),
            CustomValue::Number(value) => Cell::Number(*value),
            CustomValue::Date(day) => Cell::Day(*day),
            CustomValue::Select(option) => Cell::Option(number, option),
            CustomValue::Checkbox(checked) => Cell::Flag(*checked),
        }),
    }
}

/// What ordering needs to look up: what rows only refer to.
#[derive(Clone, Copy)]
pub struct Lookup<'a> {
    pub cohort_position: &'a dyn Fn(CohortNumber) -> u16,
    /// In small letters.
    pub owner_name: &'a dyn Fn(&UserId) -> String,
    pub fields: &'a [CustomField],
}

impl Lookup<'_> {
    /// The order of two rows in a view: by each column in turn, rows without a value last in both directions, at the
    /// end by number, so that no two rows are equal.
    pub fn compare(&self, sorts: &[Sort], a: &Row, b: &Row) -> Ordering {
        let by = |sort: &Sort| match (cell(a, sort.column), cell(b, sort.column)) {
            (Some(a), Some(b)) if sort.descending => self.compare_cells(&b, &a),
            (Some(a), Some(b)) => self.compare_cells(&a, &b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        let differs = sorts.iter().map(by).find(|order| *order != Ordering::Equal);
        differs.unwrap_or_else(|| a.number.cmp(&b.number))
    }

    fn compare_cells(&self, a: &Cell<'_>, b: &Cell<'_>) -> Ordering {
        match (a, b) {
            (Cell::Id(a), Cell::Id(b)) => natural(a, b),
            (Cell::Text(a), Cell::Text(b)) => small(a).cmp(small(b)),
            (Cell::Status(a), Cell::Status(b)) => a.cmp(b),
            (Cell::Cohort(a), Cell::Cohort(b)) => ((self.cohort_position)(*a), a).cmp(&((self.cohort_position)(*b), b)),
            (Cell::Owner(a), Cell::Owner(b)) if a == b => Ordering::Equal,
            (Cell::Owner(a), Cell::Owner(b)) => ((self.owner_name)(a), a).cmp(&((self.owner_name)(b), b)),
            (Cell::Blocker(a, x), Cell::Blocker(b, y)) => (a, x).cmp(&(b, y)),
            (Cell::Day(a), Cell::Day(b)) => a.cmp(b),
            (Cell::Number(a), Cell::Number(b)) => a.cmp(b),
            (Cell::Option(field, a), Cell::Option(_, b)) => {
                (self.option_position(*field, a), a).cmp(&(self.option_position(*field, b), b))
            }
            (Cell::Flag(a), Cell::Flag(b)) => b.cmp(a),
            (Cell::Told(a), Cell::Told(b)) => a.cmp(b),
            // A column's cells are all of one kind.
            _ => Ordering::Equal,
        }
    }

    /// The place of an option; those that were taken out come last.
    pub fn option_position(&self, field: FieldNumber, option: &str) -> usize {
        match field_of(self.fields, field).map(|field| &field.settings.kind) {
            Some(CustomKind::Select { options }) => options.iter().position(|other| other == option),
            _ => None,
        }
        .unwrap_or(usize::MAX)
    }
}

/// A text's letters as small ones, without a copy of it.
pub fn small(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// Compares texts so that runs of digits count as numbers: `C-9` comes before `C-10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let ((left, rest_a), (right, rest_b)) = (a.split_at(digits(a)), b.split_at(digits(b)));
                let trim = |number: &[u8]| number.iter().take_while(|byte| **byte == b'0').count();
                let (x, y) = (&left[trim(left)..], &right[trim(right)..]);
                let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y)).then_with(|| left.len().cmp(&right.len()));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) => {
                let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (&a[1..], &b[1..]);
            }
        }
    }
}
