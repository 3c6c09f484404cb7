//! Dates as people write them. What can be read in two ways is asked about, never guessed.

use crate::clock::Instant;
use crate::english::{self, MONTHS, WEEKDAYS};
use chrono::{Datelike, Duration, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// Which number comes first in a date such as `03/04/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

impl DateOrder {
    /// The word in forms and addresses.
    pub fn code(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "day_first",
            DateOrder::MonthFirst => "month_first",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "Day first",
            DateOrder::MonthFirst => "Month first",
        }
    }

    /// Reads the word of [`DateOrder::code`] exactly.
    pub fn from_code(code: &str) -> Option<DateOrder> {
        [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().find(|order| order.code() == code)
    }
}

/// A day, with a time of day if the cell has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateCell {
    pub date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<NaiveTime>,
    /// Minutes east of UTC, if the cell says so; otherwise the migration's zone counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i32>,
}

impl DateCell {
    /// The instant, if the cell itself says in which zone its time is.
    pub fn exact_instant(&self) -> Option<Instant> {
        let local = self.date.and_time(self.time?).and_utc();
        local.checked_sub_signed(Duration::minutes(i64::from(self.offset?)))
    }
}

/// What the dates of one column say about the order of day and month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateEvidence {
    /// A date that only makes sense day first, such as `23/04/2026`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_first: Option<String>,
    /// A date that only makes sense month first, such as `04/23/2026`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_first: Option<String>,
    /// A date that makes sense both ways and differs, such as `03/04/2026`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub either: Option<String>,
    /// Such a date, with dots: those are read day first unless another date of the column speaks against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dotted: Option<String>,
    /// How many cells can be read as a date.
    pub dates: u32,
    /// How many cells cannot.
    pub others: u32,
}

/// What follows from the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum DateVerdict {
    /// No date of the column depends on the order.
    Irrelevant,
    Decided {
        by: DateOrder,
    },
    /// Every date could be read both ways: somebody has to say. `example` would be one of the two days.
    Ambiguous {
        example: String,
        day_first: NaiveDate,
        month_first: NaiveDate,
    },
    /// Some dates only make sense day first, others only month first.
    Contradictory {
        day_first: String,
        month_first: String,
    },
}

impl DateEvidence {
    /// Takes one cell of the column into account.
    pub fn observe(&mut self, text: &str) {
        let Some(written) = Written::read(text) else {
            self.others += 1;
            return;
        };
        self.dates += 1;
        let Digits::Ordered { first, second, dotted } = written.digits else { return };
        let place = match (first, second) {
            (first, second) if first == second => return,
            (first, second) if first > 12 && second > 12 => return,
            (first, _) if first > 12 => &mut self.day_first,
            (_, second) if second > 12 => &mut self.month_first,
            _ if dotted => &mut self.dotted,
            _ => &mut self.either,
        };
        place.get_or_insert_with(|| text.trim().to_owned());
    }

    /// What the column's dates say together.
    pub fn verdict(&self) -> DateVerdict {
        match (&self.day_first, &self.month_first) {
            (Some(day_first), Some(month_first)) => {
                DateVerdict::Contradictory { day_first: day_first.clone(), month_first: month_first.clone() }
            }
            (Some(_), None) => DateVerdict::Decided { by: DateOrder::DayFirst },
            (None, Some(_)) => DateVerdict::Decided { by: DateOrder::MonthFirst },
            (None, None) => match (&self.either, &self.dotted) {
                (Some(example), _) => ambiguous(example).unwrap_or(DateVerdict::Irrelevant),
                (None, Some(_)) => DateVerdict::Decided { by: DateOrder::DayFirst },
                (None, None) => DateVerdict::Irrelevant,
            },
        }
    }
}

fn ambiguous(example: &str) -> Option<DateVerdict> {
    let day_first = read(example, Some(DateOrder::DayFirst)).ok()?.date;
    let month_first = read(example, Some(DateOrder::MonthFirst)).ok()?.date;
    Some(DateVerdict::Ambiguous { example: example.to_owned(), day_first, month_first })
}

/// Reads one cell. `order` is the column's; without one, a date that depends on it is refused.
/// The error is a sentence for the person who mends the file.
pub fn read(text: &str, order: Option<DateOrder>) -> Result<DateCell, String> {
    let Some(written) = Written::read(text) else { return Err(unreadable(text)) };
    let (month, day) = match written.digits {
        Digits::Named { month, day } => (month, day),
        Digits::Ordered { first, second, .. } if first == second => (second, first),
        Digits::Ordered { first, second, .. } => match order {
            Some(DateOrder::DayFirst) => (second, first),
            Some(DateOrder::MonthFirst) => (first, second),
            None => return Err("It is not clear whether the day or the month comes first.".to_owned()),
        },
    };
    if month > 12 || month == 0 {
        let hint = match (&written.digits, order) {
            (Digits::Ordered { .. }, Some(DateOrder::DayFirst)) => " Dates of this column are read day first.",
            (Digits::Ordered { .. }, Some(DateOrder::MonthFirst)) => " Dates of this column are read month first.",
            _ => "",
        };
        return Err(format!("There is no month {month}.{hint}"));
    }
    let date = NaiveDate::from_ymd_opt(written.year, month, day).ok_or_else(|| no_such_day(written.year, month))?;
    Ok(DateCell { date, time: written.time, offset: written.offset })
}

fn unreadable(text: &str) -> String {
    let text = text.trim();
    if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return "This is a spreadsheet's inner number for a date. Format the column as a date and save the file again."
            .to_owned();
    }
    "This cannot be read as a date. Write it like 2026-04-23, with four digits for the year.".to_owned()
}

fn no_such_day(year: i32, month: u32) -> String {
    let days = (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some()).unwrap_or(31);
    let name = MONTHS[month as usize - 1];
    format!("{name} {year} has {days} days.")
}

/// The parts of a date as written, before it is decided which number is the day.
struct Written {
    year: i32,
    digits: Digits,
    time: Option<NaiveTime>,
    offset: Option<i32>,
}

enum Digits {
    /// It is written which is which.
    Named { month: u32, day: u32 },
    /// Two numbers before the year; `dotted` if dots stand between them.
    Ordered { first: u32, second: u32, dotted: bool },
}

impl Written {
    fn read(text: &str) -> Option<Written> {
        let text = text.trim();
        if text.len() > 60 {
            return None;
        }
        let (date, time) = split_time(text);
        let (time, offset) = match time {
            Some(time) => read_time(time).map(|(time, offset)| (Some(time), offset))?,
            None => (None, None),
        };
        let dotted = date.contains('.');
        let parts: Vec<&str> = date
            .split(|character: char| character.is_whitespace() || matches!(character, ',' | '.' | '/' | '-'))
            .filter(|part| !part.is_empty() && !is_weekday(part))
            .collect();
        let (year, digits) = read_parts(&parts, dotted)?;
        Some(Written { year, digits, time, offset })
    }
}

fn read_parts(parts: &[&str], dotted: bool) -> Option<(i32, Digits)> {
    match *parts {
        [compact] if compact.len() == 8 => {
            let year = year(compact.get(..4)?)?;
            Some((year, Digits::Named { month: number(compact.get(4..6)?)?, day: number(compact.get(6..)?)? }))
        }
        // 2026-04-23, 2026/4/23, 2026 Apr 23
        [first, month, day] if first.len() == 4 && year(first).is_some() => Some((
            year(first)?,
            Digits::Named { month: month_name(month).or_else(|| number(month))?, day: day_number(day)? },
        )),
        [first, second, last] => {
            let year = year(last)?;
            let digits = match (month_name(first), month_name(second)) {
                (Some(month), None) => Digits::Named { month, day: day_number(second)? },
                (None, Some(month)) => Digits::Named { month, day: day_number(first)? },
                (Some(_), Some(_)) => return None,
                (None, None) => Digits::Ordered { first: number(first)?, second: number(second)?, dotted },
            };
            Some((year, digits))
        }
        _ => None,
    }
}

/// Four digits, of a year in which a migration or its customer can have lived.
fn year(text: &str) -> Option<i32> {
    if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|year| (1970..=2199).contains(year))
}

fn number(text: &str) -> Option<u32> {
    if text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `3`, `03`, `3rd`.
fn day_number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    number(bare)
}

/// `April`, `Apr`, `Sept`: at least three letters of an English month.
fn month_name(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    if lower.len() < 3 {
        return None;
    }
    let index = MONTHS.iter().position(|month| month.to_ascii_lowercase().starts_with(&lower))?;
    u32::try_from(index + 1).ok()
}

fn is_weekday(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.len() >= 3 && WEEKDAYS.iter().any(|day| day.to_ascii_lowercase().starts_with(&lower))
}

/// Splits `2026-04-23T10:00Z` or `23 April 2026, 10:00` before the time of day.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    let before = text[..colon].trim_end_matches(|character: char| character.is_ascii_digit());
    let date = before.strip_suffix(['T', 't']).unwrap_or(before);
    (date, Some(&text[before.len()..]))
}

/// `10:00`, `10:00:05.250`, `2:30 pm`, `10:00+02:00`, `10:00Z`: a time of day and its distance from UTC in minutes.
fn read_time(text: &str) -> Option<(NaiveTime, Option<i32>)> {
    let clock_end = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(clock_end);
    let rest = rest.trim().to_ascii_lowercase();
    let (half, offset) = match rest.as_str() {
        "" => (None, None),
        "am" | "a.m." => (Some(0), None),
        "pm" | "p.m." => (Some(12), None),
        zone => (None, Some(read_offset(zone)?)),
    };
    let mut parts = clock.split(':');
    let hour: u32 = number(parts.next()?)?;
    let minute: u32 = number(parts.next()?)?;
    let second: u32 = match parts.next() {
        Some(seconds) => number(seconds.split('.').next()?)?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, offset))
}

fn read_offset(zone: &str) -> Option<i32> {
    if matches!(zone, "z" | "utc" | "gmt") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    (hours <= 14 && minutes < 60).then_some(sign * total)
}

/// A day for reading: `23 April 2026`.
pub fn spoken(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), english::month(date), date.year())
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
