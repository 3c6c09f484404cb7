//! A view as the query part of an address, and back.
//!
//! Simple conditions are lists (`status=blocked,scheduled`). Combined ones are written as people would say them:
//! `where=any(status.is:blocked,all(date.next:14,owner.empty))`. Within a value, whatever means something here is
//! written as `*` and its two hexadecimal digits.

use super::column::{Column, ColumnChoice, Sort, WIDTHS};
use super::filter::{CONDITIONS_MAX, Condition, DEPTH_MAX, Filter, TestKind};
use super::{COLUMNS_MAX, FOLDED_MAX, SEARCH_MAX, SORTS_MAX, View};
use crate::blocker::BlockerCategory;
use crate::id::{CohortNumber, UserId};
use crate::status::Status;

/// What of an address could not be read. The rest of the view is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("The condition “{text}” in this address could not be read, so it was left out.")]
    Condition { text: String },
    #[error("The address ends in the middle of its conditions. What is missing was left out.")]
    CutOff,
    #[error("The address has more than {CONDITIONS_MAX} conditions. Only the first {CONDITIONS_MAX} are used.")]
    TooMany,
    #[error("“{text}” in this address is no column, so it was left out.")]
    Column { text: String },
    #[error("“{text}” in this address is no {what}, so it was left out.")]
    Value { what: &'static str, text: String },
}

impl View {
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
        push("where", self.filter.iter().filter(|filter| !filter.is_empty()).map(written).collect());
        push("sort", self.sort.iter().map(sort_text).collect());
        push("group", self.group.iter().map(|column| column.code().into_owned()).collect());
        push("fold", self.folded.iter().map(|key| guarded(key)).collect());
        push("columns", self.columns.iter().map(column_text).collect());
        parts.join("&")
    }

    /// Reads a view from the pairs of an address's query. What cannot be read is left out: an old link still opens.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> View {
        View::read(pairs).0
    }

    /// Reads a view from the pairs of an address's query, and says what could not be read.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> (View, Vec<Unread>) {
        let mut view = View::default();
        let mut unread = Vec::new();
        for (key, value) in pairs {
            let values = || value.split(',').filter(|part| !part.is_empty());
            match key {
                "status" => view.statuses = read_list(value, "status", Status::from_code, &mut unread),
                "cohort" => {
                    let cohort = |part: &str| match part {
                        "none" => Some(None),
                        number => number.parse().ok().map(|number| Some(CohortNumber(number))),
                    };
                    view.cohorts = read_list(value, "cohort", cohort, &mut unread);
                }
                "owner" => {
                    view.owners = values().map(|part| (part != "none").then(|| UserId::from(part))).collect();
                }
                "blocker" => view.blockers = read_list(value, "blocker", BlockerCategory::from_code, &mut unread),
                "from" => view.from = read_list(value, "day", |day| day.parse().ok(), &mut unread).pop(),
                "to" => view.to = read_list(value, "day", |day| day.parse().ok(), &mut unread).pop(),
                "q" => view.search = value.chars().take(SEARCH_MAX).collect(),
                "where" if !value.is_empty() => view.filter = Reader::read(value, &mut unread),
                "sort" => {
                    for part in values() {
                        match read_sort(part) {
                            Some(sort) => view.add_sort(sort),
                            None => unread.push(Unread::Column { text: part.to_owned() }),
                        }
                    }
                }
                "group" if !value.is_empty() => match Column::from_code(value) {
                    Some(column) => view.group = Some(column),
                    None => unread.push(Unread::Column { text: value.to_owned() }),
                },
                "fold" => view.folded = value.split(',').map(unguarded).take(FOLDED_MAX).collect(),
                "columns" => {
                    for part in values().take(COLUMNS_MAX) {
                        match read_column(part) {
                            Some(choice) if view.columns.iter().any(|other| other.column == choice.column) => {}
                            Some(choice) => view.columns.push(choice),
                            None => unread.push(Unread::Column { text: part.to_owned() }),
                        }
                    }
                }
                _ => {}
            }
        }
        (view, unread)
    }

    /// Adds a column to the order, unless it is there or there are enough.
    fn add_sort(&mut self, sort: Sort) {
        if self.sort.len() < SORTS_MAX && self.sort.iter().all(|other| other.column != sort.column) {
            self.sort.push(sort);
        }
    }
}

/// The values of a list that can be read; what cannot is said.
fn read_list<T>(list: &str, what: &'static str, read: impl Fn(&str) -> Option<T>, unread: &mut Vec<Unread>) -> Vec<T> {
    let mut values = Vec::new();
    for part in list.split(',').filter(|part| !part.is_empty()) {
        match read(part) {
            Some(value) => values.push(value),
            None => unread.push(Unread::Value { what, text: shortened(part) }),
        }
    }
    values
}

fn sort_text(sort: &Sort) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, sort.column.code())
}

fn read_sort(text: &str) -> Option<Sort> {
    let (descending, code) = match text.strip_prefix('-') {
        Some(code) => (true, code),
        None => (false, text),
    };
    Column::from_code(code).map(|column| Sort { column, descending })
}

/// `name`, `name:240`, `name!` when pinned, `name:240!`.
fn column_text(choice: &ColumnChoice) -> String {
    let width = choice.width.map(|width| format!(":{width}")).unwrap_or_default();
    format!("{}{width}{}", choice.column.code(), if choice.pinned { "!" } else { "" })
}

fn read_column(text: &str) -> Option<ColumnChoice> {
    let (text, pinned) = match text.strip_suffix('!') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (code, width) = text.split_once(':').unwrap_or((text, ""));
    let width = width.parse::<u16>().ok().map(|width| width.clamp(*WIDTHS.start(), *WIDTHS.end()));
    Column::from_code(code).map(|column| ColumnChoice { column, width, pinned })
}

fn written(filter: &Filter) -> String {
    let list = |parts: &[Filter]| parts.iter().map(written).collect::<Vec<_>>().join(",");
    match filter {
        Filter::All(parts) => format!("all({})", list(parts)),
        Filter::Any(parts) => format!("any({})", list(parts)),
        Filter::Where(Condition { column, test }) => {
            let operands: Vec<String> = test.operands().iter().map(|operand| guarded(operand)).collect();
            let with = if operands.is_empty() { String::new() } else { format!(":{}", operands.join("~")) };
            format!("{}.{}{with}", column.code(), test.kind().code())
        }
    }
}

/// A value with `*hh` for every byte that means something in the grammar.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '(' | ')' | ',' | '~' | ':' | '*' | '.' | '%' | '+' | '&' => {
                guarded.push_str(&format!("*{:02x}", letter as u32));
            }
            other => guarded.push(other),
        }
    }
    guarded
}

fn unguarded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('*') {
        plain.push_str(before);
        let code = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                plain.push('*');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// Reads a combined condition from the left and keeps what it has when the text ends too early.
struct Reader<'a> {
    rest: &'a str,
    left: usize,
    unread: Vec<Unread>,
}

impl<'a> Reader<'a> {
    fn read(text: &'a str, unread: &mut Vec<Unread>) -> Option<Filter> {
        let mut reader = Reader { rest: text, left: CONDITIONS_MAX, unread: Vec::new() };
        let filter = reader.filter(0);
        if !reader.rest.is_empty() {
            reader.unread.push(Unread::Condition { text: shortened(reader.rest) });
        }
        reader.unread.dedup();
        unread.append(&mut reader.unread);
        filter.filter(|filter| !filter.is_empty())
    }

    fn filter(&mut self, depth: usize) -> Option<Filter> {
        for (word, combine) in [("all(", Filter::All as fn(Vec<Filter>) -> Filter), ("any(", Filter::Any)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                let parts = self.list(depth + 1);
                return (depth < DEPTH_MAX).then_some(combine(parts)).or_else(|| {
                    self.unread.push(Unread::Condition { text: word.to_owned() });
                    None
                });
            }
        }
        let end = self.rest.find([',', ')']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if self.left == 0 {
            self.unread.push(Unread::TooMany);
            return None;
        }
        let read = condition(text);
        match &read {
            Some(_) => self.left -= 1,
            None => self.unread.push(Unread::Condition { text: shortened(text) }),
        }
        read.map(Filter::Where)
    }

    fn list(&mut self, depth: usize) -> Vec<Filter> {
        let mut parts = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return parts;
            }
            if self.rest.is_empty() {
                self.unread.push(Unread::CutOff);
                return parts;
            }
            // Far too deep is not worth following: the whole is left out, and the reader goes on behind it.
            if depth > 4 * DEPTH_MAX {
                self.rest = "";
                continue;
            }
            parts.extend(self.filter(depth));
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
            } else if !self.rest.is_empty() && !self.rest.starts_with(')') {
                self.unread.push(Unread::Condition { text: shortened(self.rest) });
                self.rest = "";
            }
        }
    }
}

fn condition(text: &str) -> Option<Condition> {
    let (column, rest) = text.split_once('.')?;
    let (kind, operands) = match rest.split_once(':') {
        Some((kind, operands)) => (kind, operands.split('~').map(unguarded).collect()),
        None => (rest, Vec::new()),
    };
    let test = TestKind::from_code(kind)?.with(&operands)?;
    Some(Condition { column: Column::from_code(column)?, test })
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// Escapes what may not stand in a query's value (RFC 3986, section 3.4), keeping what reads well.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            b'(' | b')' | b':' | b'*' | b'!' | b',' => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}
