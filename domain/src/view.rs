//! A view of the account table: conditions, search and order, all of it in the address.

use crate::account::Row;
use crate::blocker::BlockerCategory;
use crate::id::{CohortNumber, UserId};
use crate::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A column that the table can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
}

impl Column {
    /// Every column, in the order of the table.
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

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
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
        }
    }

    /// The word in the table's head.
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
        }
    }

    /// Reads the word of [`Column::code`] exactly.
    pub fn from_code(code: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.code() == code)
    }
}

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
    /// Words that must all occur in id, name, e-mail, plan, region or the blocker's text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// `None` sorts by external id, upwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
}

/// One column's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

/// Longest search text that is read, in characters.
pub const SEARCH_MAX: usize = 200;

impl View {
    /// The order of the rows.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(Sort { column: Column::Account, descending: false })
    }

    /// Whether nothing is filtered out.
    pub fn shows_all(&self) -> bool {
        View { sort: None, ..self.clone() } == View::default()
    }

    /// The same view without the condition on the status, for the counts above the table.
    pub fn without_statuses(&self) -> View {
        View { statuses: Vec::new(), ..self.clone() }
    }

    /// The conditions prepared for testing many rows.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher { view: self, words: self.search.to_lowercase().split_whitespace().map(str::to_owned).collect() }
    }

    /// The view as the query part of an address, without `?`; empty for the default view.
    pub fn to_query(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut push = |key: &str, values: Vec<String>| {
            if !values.is_empty() {
                parts.push(format!("{key}={}", values.iter().map(|v| escape(v)).collect::<Vec<_>>().join(",")));
            }
        };
        push("status", self.statuses.iter().map(|status| status.code().to_owned()).collect());
        push("cohort", self.cohorts.iter().map(|c| c.map_or("none".to_owned(), |c| c.to_string())).collect());
        push("owner", self.owners.iter().map(|o| o.as_ref().map_or("none".to_owned(), |o| o.to_string())).collect());
        push("blocker", self.blockers.iter().map(|blocker| blocker.code().to_owned()).collect());
        push("from", self.from.iter().map(|day| day.to_string()).collect());
        push("to", self.to.iter().map(|day| day.to_string()).collect());
        push("q", Some(self.search.clone()).filter(|text| !text.is_empty()).into_iter().collect());
        push(
            "sort",
            self.sort
                .iter()
                .map(|sort| format!("{}{}", if sort.descending { "-" } else { "" }, sort.column.code()))
                .collect(),
        );
        parts.join("&")
    }

    /// Reads a view from the pairs of an address's query. What cannot be read is left out: an old link still opens.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> View {
        let mut view = View::default();
        for (key, value) in pairs {
            let values = || value.split(',').filter(|part| !part.is_empty());
            match key {
                "status" => view.statuses = values().filter_map(Status::from_code).collect(),
                "cohort" => {
                    view.cohorts = values()
                        .filter_map(|part| match part {
                            "none" => Some(None),
                            number => number.parse().ok().map(|number| Some(CohortNumber(number))),
                        })
                        .collect();
                }
                "owner" => {
                    view.owners = values().map(|part| (part != "none").then(|| UserId::from(part))).collect();
                }
                "blocker" => view.blockers = values().filter_map(BlockerCategory::from_code).collect(),
                "from" => view.from = value.parse().ok(),
                "to" => view.to = value.parse().ok(),
                "q" => view.search = value.chars().take(SEARCH_MAX).collect(),
                "sort" => {
                    let (descending, code) = match value.strip_prefix('-') {
                        Some(code) => (true, code),
                        None => (false, value),
                    };
                    view.sort = Column::from_code(code).map(|column| Sort { column, descending });
                }
                _ => {}
            }
        }
        view
    }
}

/// A view's conditions, with the search words already in small letters.
pub struct Matcher<'a> {
    view: &'a View,
    words: Vec<String>,
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
            && self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

/// The text that the search looks in, in small letters.
pub fn search_text(row: &Row) -> String {
    let blocker = row.state.blocker().map_or("", |blocker| blocker.text.as_str());
    [row.external_id.as_str(), &row.name, &row.email, &row.plan, &row.region, blocker].join("\n").to_lowercase()
}

/// Compares two rows by one column. Rows without a value come last; the caller breaks ties by number.
/// `cohort_position` and `owner_name` look up what the row only refers to.
pub fn compare(
    column: Column,
    a: &Row,
    b: &Row,
    cohort_position: &dyn Fn(CohortNumber) -> u16,
    owner_name: &dyn Fn(&UserId) -> String,
) -> Ordering {
    fn last<T: Ord>(a: Option<T>, b: Option<T>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
    fn text(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_lowercase())
    }
    match column {
        Column::Account => natural(a.external_id.as_str(), b.external_id.as_str()),
        Column::Name => last(text(&a.name), text(&b.name)),
        Column::Plan => last(text(&a.plan), text(&b.plan)),
        Column::Region => last(text(&a.region), text(&b.region)),
        Column::Cohort => last(a.cohort.map(cohort_position), b.cohort.map(cohort_position)),
        Column::Status => a.state.status().cmp(&b.state.status()),
        Column::Date => last(a.date(), b.date()),
        Column::Blocker => last(
            a.state.blocker().map(|blocker| (blocker.category, blocker.text.as_str())),
            b.state.blocker().map(|blocker| (blocker.category, blocker.text.as_str())),
        ),
        Column::Owner => last(a.owner.as_ref().map(owner_name), b.owner.as_ref().map(owner_name)),
        Column::RollbackUntil => last(a.state.rollback_until(), b.state.rollback_until()),
    }
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

/// Escapes what may not stand in a query's value (RFC 3986), keeping letters, digits and `-._~`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
