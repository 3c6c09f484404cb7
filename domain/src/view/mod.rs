//! A view of the account table: conditions, search, order, groups and columns, all of it in the address.

mod address;
mod column;
mod filter;
#[doc(hidden)]
pub mod testing;

pub use address::{Unread, escape};
pub use column::{Cell, Column, ColumnChoice, Lookup, Sort, ValueKind, WIDTHS, cell, natural, small};
pub use filter::{CONDITIONS_MAX, Condition, DEPTH_MAX, Filter, OPERAND_MAX, Test, TestKind, VALUES_MAX};

use crate::account::Row;
use crate::blocker::BlockerCategory;
use crate::id::{CohortNumber, UserId};
use crate::search::{Words, fold};
use crate::status::Status;
use chrono::NaiveDate;
use filter::Prepared;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Longest search text that is read, in characters.
pub const SEARCH_MAX: usize = 200;
/// Columns that one order may name.
pub const SORTS_MAX: usize = 4;
/// Columns that one view may name.
pub const COLUMNS_MAX: usize = 80;
/// Groups that one view may have folded.
pub const FOLDED_MAX: usize = 500;

/// What the table shows and in which order. The default shows everything by external id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// Any of these; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Status>,
    /// Any of these, `None` is "without a cohort"; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Option<CohortNumber>>,
    /// Any of these, `None` is "without an owner"; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Option<UserId>>,
    /// Any of these blockers; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blockers: Vec<BlockerCategory>,
    /// First day of the account's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of the account's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Words that must all occur in id, name, e-mail, plan, region, the blocker's text or a custom text; a longer one may
    /// have one typo, see [`Words`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Further conditions, combined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// By the first of these, then the next; empty sorts by external id, upwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<Sort>,
    /// Rows with the same value of this column stand together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Column>,
    /// Keys of the groups whose rows are hidden; see [`group_key`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<String>,
    /// The columns to show, in this order; empty: as each reader has arranged them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnChoice>,
}

impl View {
    /// The order of the rows: groups first, then what was asked for; without that, by external id.
    pub fn order(&self) -> Vec<Sort> {
        let group = self.group.map(|column| {
            let own = self.sort.iter().find(|sort| sort.column == column);
            own.copied().unwrap_or(Sort { column, descending: false })
        });
        let rest = self.sort.iter().copied().filter(|sort| Some(sort.column) != self.group);
        let mut order: Vec<Sort> = group.into_iter().chain(rest).collect();
        if self.sort.iter().all(|sort| Some(sort.column) == self.group) {
            order.push(Sort { column: Column::Account, descending: false });
        }
        order
    }

    /// Whether nothing is filtered out.
    pub fn shows_all(&self) -> bool {
        let View { statuses, cohorts, owners, blockers, from, to, search, filter, .. } = self;
        statuses.is_empty()
            && cohorts.is_empty()
            && owners.is_empty()
            && blockers.is_empty()
            && from.is_none()
            && to.is_none()
            && search.trim().is_empty()
            && filter.as_ref().is_none_or(Filter::is_empty)
    }

    /// The same view without the condition on the status, for the counts above the table.
    pub fn without_statuses(&self) -> View {
        View { statuses: Vec::new(), ..self.clone() }
    }

    /// What decides about rows and their order: the same view without its columns.
    pub fn rows_only(&self) -> View {
        View { columns: Vec::new(), ..self.clone() }
    }

    /// Whether what it shows depends on the day.
    pub fn is_relative(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_relative)
    }

    /// What is too large of a view that did not come from an address, which is cut on reading.
    pub fn excess(&self) -> Option<String> {
        let filter = self.filter.as_ref();
        let too_many = |what: &str, max: usize| Some(format!("A view has at most {max} {what}. Nothing was changed."));
        match self {
            _ if self.search.chars().count() > SEARCH_MAX => too_many("characters of search text", SEARCH_MAX),
            _ if filter.is_some_and(|filter| filter.len() > CONDITIONS_MAX) => too_many("conditions", CONDITIONS_MAX),
            _ if filter.is_some_and(|filter| filter.depth() > DEPTH_MAX) => too_many("levels of conditions", DEPTH_MAX),
            _ if self.sort.len() > SORTS_MAX => too_many("columns to sort by", SORTS_MAX),
            _ if self.columns.len() > COLUMNS_MAX => too_many("columns", COLUMNS_MAX),
            _ if self.folded.len() > FOLDED_MAX => too_many("folded groups", FOLDED_MAX),
            _ => None,
        }
    }

    /// The conditions prepared for testing many rows; relative ones count from `today`, in the migration's zone.
    pub fn matcher(&self, today: NaiveDate) -> Matcher<'_> {
        Matcher {
            view: self,
            words: Words::new(&self.search),
            filter: self.filter.as_ref().filter(|filter| !filter.is_empty()).map(|filter| filter.prepare(today)),
        }
    }
}

/// A view's conditions, with their operands read.
pub struct Matcher<'a> {
    view: &'a View,
    words: Words,
    filter: Option<Prepared>,
}

impl Matcher<'_> {
    /// Whether the row belongs to the view.
    pub fn matches(&self, row: &Row) -> bool {
        self.matches_status(row) && self.matches_rest(row, &search_text(row))
    }

    /// The condition on the status alone.
    pub fn matches_status(&self, row: &Row) -> bool {
        self.view.statuses.is_empty() || self.view.statuses.contains(&row.state.status())
    }

    /// All other conditions; `text` is [`search_text`] of the row, which a caller with many rows keeps ready.
    pub fn matches_rest(&self, row: &Row, text: &str) -> bool {
        let view = self.view;
        let within = |day: NaiveDate| view.from.is_none_or(|from| day >= from) && view.to.is_none_or(|to| day <= to);
        (view.cohorts.is_empty() || view.cohorts.contains(&row.cohort))
            && (view.owners.is_empty() || view.owners.contains(&row.owner))
            && (view.blockers.is_empty()
                || row.state.blocker().is_some_and(|blocker| view.blockers.contains(&blocker.category)))
            && ((view.from.is_none() && view.to.is_none()) || row.date().is_some_and(within))
            && self.filter.as_ref().is_none_or(|filter| filter.lets(row))
            && self.words.matches(text)
    }
}

/// The text that the search looks in, in small letters without accents.
pub fn search_text(row: &Row) -> String {
    let blocker = row.state.blocker().map_or("", |blocker| blocker.text.as_str());
    let mut text = [row.external_id.as_str(), &row.name, &row.email, &row.plan, &row.region, blocker].join("\n");
    for number in row.custom.keys() {
        if let Some(Cell::Text(words) | Cell::Option(_, words)) = cell(row, Column::Custom(*number)) {
            text.push('\n');
            text.push_str(words);
        }
    }
    fold(&text)
}

/// One group of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What its rows have in common; see [`group_key`].
    pub key: String,
    /// A group by a text: the text as its first row has it. Else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Rows that belong to it.
    pub count: u32,
    /// Whether its rows are hidden.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub folded: bool,
}

impl Group {
    /// How many of its rows are shown.
    pub fn shown(&self) -> u32 {
        if self.folded { 0 } else { self.count }
    }
}

/// A view with more groups than this is shown without them.
pub const GROUPS_MAX: usize = 500;

/// What rows of one group have in common: the code of the value, or the text in small letters; empty for "none".
pub fn group_key(row: &Row, column: Column) -> String {
    match cell(row, column) {
        None => String::new(),
        Some(Cell::Id(text) | Cell::Text(text)) => small(text).collect(),
        Some(Cell::Option(_, text)) => text.to_owned(),
        Some(Cell::Status(status)) => status.code().to_owned(),
        Some(Cell::Cohort(cohort)) => cohort.to_string(),
        Some(Cell::Owner(owner)) => owner.to_string(),
        Some(Cell::Blocker(category, _)) => category.code().to_owned(),
        Some(Cell::Day(day)) => day.to_string(),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Flag(checked)) => if checked { "yes" } else { "no" }.to_owned(),
        Some(Cell::Told(stage)) => stage.code().to_owned(),
    }
}

/// Whether a change of a row from `before` to `after` can move its view: its members, its counts, its order or its
/// groups. When it does not, putting the new row in place of the old one gives exactly the view's new window.
pub fn moves(view: &View, today: NaiveDate, lookup: &Lookup<'_>, before: &Row, after: &Row) -> bool {
    let matcher = view.matcher(today);
    let counted = |row: &Row| matcher.matches_rest(row, &search_text(row)).then(|| row.state.status());
    let (was, is) = (counted(before), counted(after));
    if was.is_none() && is.is_none() {
        return false;
    }
    if was != is || matcher.matches_status(before) != matcher.matches_status(after) {
        return true;
    }
    let order = view.order();
    // A row that stays equal to itself in every column of the order keeps its place.
    let regrouped = view.group.is_some_and(|column| group_key(before, column) != group_key(after, column));
    regrouped || (matcher.matches_status(after) && lookup.compare(&order, before, after) != Ordering::Equal)
}

#[cfg(test)]
mod tests;
