//! Conditions on columns, combined by "all of" and "any of".

use super::column::{Cell, Column, ValueKind, cell, small};
use crate::account::Row;
use crate::blocker::BlockerCategory;
use crate::custom::{CustomField, Decimal};
use crate::id::CohortNumber;
use crate::notice::Stage;
use crate::status::Status;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Conditions in one view.
pub const CONDITIONS_MAX: usize = 100;
/// How deep groups of conditions may lie in each other.
pub const DEPTH_MAX: usize = 4;
/// Longest text that a condition compares with, in characters.
pub const OPERAND_MAX: usize = 200;
/// Values in one "is" condition.
pub const VALUES_MAX: usize = 100;

/// Which rows to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every one of these; an empty list lets everything through.
    All(Vec<Filter>),
    /// At least one of these; an empty list lets everything through, as it does while somebody builds it.
    Any(Vec<Filter>),
    Where(Condition),
}

/// A question about one column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    pub column: Column,
    pub test: Test,
}

/// What is asked of a cell. Values are codes: a status, a cohort's number, a user's id, a category; else the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "test", content = "with", rename_all = "snake_case")]
pub enum Test {
    /// Any of these.
    Is(Vec<String>),
    /// None of these; empty cells are none of them.
    IsNot(Vec<String>),
    Contains(String),
    Lacks(String),
    On(NaiveDate),
    Before(NaiveDate),
    After(NaiveDate),
    /// From today to this many days from now, both included.
    NextDays(u16),
    /// From this many days ago to today, both included.
    LastDays(u16),
    AtLeast(Decimal),
    AtMost(Decimal),
    Empty,
    NotEmpty,
}

/// The kind of a test, as a menu offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TestKind {
    Is,
    IsNot,
    Contains,
    Lacks,
    On,
    Before,
    After,
    NextDays,
    LastDays,
    AtLeast,
    AtMost,
    Empty,
    NotEmpty,
}

impl TestKind {
    /// Every kind.
    pub const ALL: [TestKind; 13] = [
        TestKind::Is,
        TestKind::IsNot,
        TestKind::Contains,
        TestKind::Lacks,
        TestKind::On,
        TestKind::Before,
        TestKind::After,
        TestKind::NextDays,
        TestKind::LastDays,
        TestKind::AtLeast,
        TestKind::AtMost,
        TestKind::Empty,
        TestKind::NotEmpty,
    ];

    /// The kinds that make sense for what a column holds.
    pub fn of(kind: ValueKind) -> &'static [TestKind] {
        use TestKind::*;
        match kind {
            ValueKind::Text => &[Contains, Lacks, Is, IsNot, Empty, NotEmpty],
            ValueKind::Choice => &[Is, IsNot, Empty, NotEmpty],
            ValueKind::Day => &[On, Before, After, NextDays, LastDays, Empty, NotEmpty],
            ValueKind::Number => &[Is, IsNot, AtLeast, AtMost, Empty, NotEmpty],
            ValueKind::Flag => &[Is, Empty, NotEmpty],
        }
    }

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            TestKind::Is => "is",
            TestKind::IsNot => "not",
            TestKind::Contains => "has",
            TestKind::Lacks => "lacks",
            TestKind::On => "on",
            TestKind::Before => "before",
            TestKind::After => "after",
            TestKind::NextDays => "next",
            TestKind::LastDays => "last",
            TestKind::AtLeast => "min",
            TestKind::AtMost => "max",
            TestKind::Empty => "empty",
            TestKind::NotEmpty => "set",
        }
    }

    /// The words between column and value.
    pub fn label(self) -> &'static str {
        match self {
            TestKind::Is => "is",
            TestKind::IsNot => "is not",
            TestKind::Contains => "contains",
            TestKind::Lacks => "does not contain",
            TestKind::On => "is on",
            TestKind::Before => "is before",
            TestKind::After => "is after",
            TestKind::NextDays => "is in the next … days",
            TestKind::LastDays => "was in the last … days",
            TestKind::AtLeast => "is at least",
            TestKind::AtMost => "is at most",
            TestKind::Empty => "is empty",
            TestKind::NotEmpty => "is not empty",
        }
    }

    /// Reads the word of [`TestKind::code`] exactly.
    pub fn from_code(code: &str) -> Option<TestKind> {
        TestKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The test with these operands, as texts; `None` when they do not fit.
    pub fn with(self, operands: &[String]) -> Option<Test> {
        let one = || operands.first().filter(|_| operands.len() == 1).map(|text| text.trim());
        let day = || one().and_then(|text| text.parse::<NaiveDate>().ok());
        let days = || one().and_then(|text| text.parse::<u16>().ok()).filter(|days| *days <= 3_660);
        let number = || one().and_then(Decimal::parse);
        let text = || one().filter(|text| !text.is_empty()).map(|text| text.chars().take(OPERAND_MAX).collect());
        let values = || {
            let fits = (1..=VALUES_MAX).contains(&operands.len());
            fits.then(|| operands.iter().map(|value| value.chars().take(OPERAND_MAX).collect()).collect())
        };
        Some(match self {
            TestKind::Is => Test::Is(values()?),
            TestKind::IsNot => Test::IsNot(values()?),
            TestKind::Contains => Test::Contains(text()?),
            TestKind::Lacks => Test::Lacks(text()?),
            TestKind::On => Test::On(day()?),
            TestKind::Before => Test::Before(day()?),
            TestKind::After => Test::After(day()?),
            TestKind::NextDays => Test::NextDays(days()?),
            TestKind::LastDays => Test::LastDays(days()?),
            TestKind::AtLeast => Test::AtLeast(number()?),
            TestKind::AtMost => Test::AtMost(number()?),
            TestKind::Empty => Test::Empty,
            TestKind::NotEmpty => Test::NotEmpty,
        })
    }
}

impl Test {
    /// Its kind.
    pub fn kind(&self) -> TestKind {
        match self {
            Test::Is(_) => TestKind::Is,
            Test::IsNot(_) => TestKind::IsNot,
            Test::Contains(_) => TestKind::Contains,
            Test::Lacks(_) => TestKind::Lacks,
            Test::On(_) => TestKind::On,
            Test::Before(_) => TestKind::Before,
            Test::After(_) => TestKind::After,
            Test::NextDays(_) => TestKind::NextDays,
            Test::LastDays(_) => TestKind::LastDays,
            Test::AtLeast(_) => TestKind::AtLeast,
            Test::AtMost(_) => TestKind::AtMost,
            Test::Empty => TestKind::Empty,
            Test::NotEmpty => TestKind::NotEmpty,
        }
    }

    /// What it compares with, as texts; the way back is [`TestKind::with`].
    pub fn operands(&self) -> Vec<String> {
        match self {
            Test::Is(values) | Test::IsNot(values) => values.clone(),
            Test::Contains(text) | Test::Lacks(text) => vec![text.clone()],
            Test::On(day) | Test::Before(day) | Test::After(day) => vec![day.to_string()],
            Test::NextDays(days) | Test::LastDays(days) => vec![days.to_string()],
            Test::AtLeast(number) | Test::AtMost(number) => vec![number.to_string()],
            Test::Empty | Test::NotEmpty => Vec::new(),
        }
    }
}

impl Filter {
    /// How many conditions it has.
    pub fn len(&self) -> usize {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().map(Filter::len).sum(),
            Filter::Where(_) => 1,
        }
    }

    /// Whether it has no condition, so that it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How deep its groups lie in each other; a single condition is 0 deep.
    pub fn depth(&self) -> usize {
        match self {
            Filter::All(parts) | Filter::Any(parts) => 1 + parts.iter().map(Filter::depth).max().unwrap_or(0),
            Filter::Where(_) => 0,
        }
    }

    /// All its conditions.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().flat_map(Filter::conditions).collect(),
            Filter::Where(condition) => vec![condition],
        }
    }

    /// Whether what it shows depends on the day.
    pub fn is_relative(&self) -> bool {
        self.conditions().iter().any(|condition| matches!(condition.test, Test::NextDays(_) | Test::LastDays(_)))
    }

    /// The columns that it asks about and that the migration does not have, each once.
    pub fn unknown_columns(&self, fields: &[CustomField]) -> Vec<Column> {
        let mut unknown: Vec<Column> = self.conditions().iter().map(|condition| condition.column).collect();
        unknown.retain(|column| column.kind(fields).is_none());
        unknown.sort();
        unknown.dedup();
        unknown
    }

    /// Makes it ready for testing many rows on this day.
    pub(super) fn prepare(&self, today: NaiveDate) -> Prepared {
        let all = |parts: &[Filter]| parts.iter().filter(|part| !part.is_empty()).map(|p| p.prepare(today)).collect();
        match self {
            Filter::All(parts) => Prepared::All(all(parts)),
            Filter::Any(parts) => Prepared::Any(all(parts)),
            Filter::Where(condition) => Prepared::Where(condition.column, condition.test.prepare(today)),
        }
    }
}

/// A filter with its operands read.
pub(super) enum Prepared {
    All(Vec<Prepared>),
    Any(Vec<Prepared>),
    Where(Column, Question),
}

/// A test with its operand read and, where it is relative, resolved.
pub(super) enum Question {
    OneOf(Operands),
    NoneOf(Operands),
    Contains(Vec<char>),
    Lacks(Vec<char>),
    Within(NaiveDate, NaiveDate),
    AtLeast(Decimal),
    AtMost(Decimal),
    Empty,
    NotEmpty,
}

/// The values of an "is", read in every way in which a cell may be compared with them.
pub(super) struct Operands {
    /// In small letters.
    texts: Vec<String>,
    statuses: Vec<Status>,
    cohorts: Vec<CohortNumber>,
    categories: Vec<BlockerCategory>,
    stages: Vec<Stage>,
    days: Vec<NaiveDate>,
    numbers: Vec<Decimal>,
    /// An empty value stands for the empty cell.
    nothing: bool,
}

impl Operands {
    fn new(values: &[String]) -> Operands {
        let texts: Vec<String> = values.iter().map(|value| small(value.trim()).collect()).collect();
        Operands {
            statuses: texts.iter().filter_map(|text| Status::from_code(text)).collect(),
            cohorts: texts.iter().filter_map(|text| text.parse().ok().map(CohortNumber)).collect(),
            categories: texts.iter().filter_map(|text| BlockerCategory::from_code(text)).collect(),
            stages: texts.iter().filter_map(|text| Stage::from_code(text)).collect(),
            days: texts.iter().filter_map(|text| text.parse().ok()).collect(),
            numbers: texts.iter().filter_map(|text| Decimal::parse(text)).collect(),
            nothing: texts.iter().any(String::is_empty),
            texts,
        }
    }

    fn contain(&self, cell: Option<Cell<'_>>) -> bool {
        let is = |text: &str| self.texts.iter().any(|other| small(text).eq(other.chars()));
        match cell {
            None => self.nothing,
            Some(Cell::Id(text) | Cell::Text(text) | Cell::Option(_, text)) => is(text),
            Some(Cell::Owner(owner)) => is(owner.as_str()),
            Some(Cell::Status(status)) => self.statuses.contains(&status),
            Some(Cell::Cohort(cohort)) => self.cohorts.contains(&cohort),
            Some(Cell::Blocker(category, _)) => self.categories.contains(&category),
            Some(Cell::Day(day)) => self.days.contains(&day),
            Some(Cell::Number(number)) => self.numbers.contains(&number),
            Some(Cell::Flag(checked)) => is(if checked { "yes" } else { "no" }),
            Some(Cell::Told(stage)) => self.stages.contains(&stage),
        }
    }
}

impl Test {
    fn prepare(&self, today: NaiveDate) -> Question {
        let letters = |text: &str| small(text).collect();
        let later = |days: u16| today.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
        let earlier = |days: u16| today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN);
        match self {
            Test::Is(values) => Question::OneOf(Operands::new(values)),
            Test::IsNot(values) => Question::NoneOf(Operands::new(values)),
            Test::Contains(text) => Question::Contains(letters(text)),
            Test::Lacks(text) => Question::Lacks(letters(text)),
            Test::On(day) => Question::Within(*day, *day),
            Test::Before(day) => Question::Within(NaiveDate::MIN, day.pred_opt().unwrap_or(NaiveDate::MIN)),
            Test::After(day) => Question::Within(day.succ_opt().unwrap_or(NaiveDate::MAX), NaiveDate::MAX),
            Test::NextDays(days) => Question::Within(today, later(*days)),
            Test::LastDays(days) => Question::Within(earlier(*days), today),
            Test::AtLeast(number) => Question::AtLeast(*number),
            Test::AtMost(number) => Question::AtMost(*number),
            Test::Empty => Question::Empty,
            Test::NotEmpty => Question::NotEmpty,
        }
    }
}

impl Prepared {
    pub(super) fn lets(&self, row: &Row) -> bool {
        match self {
            Prepared::All(parts) => parts.iter().all(|part| part.lets(row)),
            Prepared::Any(parts) => parts.is_empty() || parts.iter().any(|part| part.lets(row)),
            Prepared::Where(column, question) => question.answer(cell(row, *column)),
        }
    }
}

impl Question {
    fn answer(&self, cell: Option<Cell<'_>>) -> bool {
        match self {
            Question::OneOf(values) => values.contain(cell),
            Question::NoneOf(values) => !values.contain(cell),
            Question::Contains(letters) => words_of(cell).is_some_and(|text| contains(text, letters)),
            Question::Lacks(letters) => !words_of(cell).is_some_and(|text| contains(text, letters)),
            Question::Within(first, last) => matches!(cell, Some(Cell::Day(day)) if *first <= day && day <= *last),
            Question::AtLeast(least) => matches!(cell, Some(Cell::Number(number)) if number >= *least),
            Question::AtMost(most) => matches!(cell, Some(Cell::Number(number)) if number <= *most),
            Question::Empty => cell.is_none(),
            Question::NotEmpty => cell.is_some(),
        }
    }
}

fn words_of(cell: Option<Cell<'_>>) -> Option<&str> {
    match cell? {
        Cell::Id(text) | Cell::Text(text) | Cell::Option(_, text) | Cell::Blocker(_, text) => Some(text),
        _ => None,
    }
}

/// Whether the text has these small letters in a row, whatever the case of its own.
fn contains(text: &str, letters: &[char]) -> bool {
    let Some(first) = letters.first() else { return true };
    text.char_indices().any(|(at, letter)| {
        letter.to_lowercase().next() == Some(*first) && {
            let mut rest = small(&text[at..]);
            letters.iter().all(|letter| rest.next() == Some(*letter))
        }
    })
}
