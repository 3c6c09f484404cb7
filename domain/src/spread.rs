//! The dates of a cohort's accounts: spread over the open days of its window, never more on a day than it can take.
//!
//! An account with a date of its own (pinned) keeps it, and takes its place on its day like any other.

use crate::calendar::{Calendar, Closed, DateMove, days};
use crate::id::AccountNumber;
use crate::state::{Interrupted, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days that a window may have to be planned.
pub const WINDOW_DAYS_MAX: usize = 1_000;

/// Where accounts are to be planned.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The first and the last day of the window, in the migration's zone.
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// No account is planned on a day before it.
    pub today: NaiveDate,
    /// Accounts per day; `None`: no limit.
    pub capacity: Option<u32>,
    pub calendar: &'a Calendar,
    /// Dates that still fit stay; otherwise all are spread anew, in the order in which they stood.
    pub keep: bool,
}

/// Dates for the accounts of a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Every day of the window.
    pub days: Vec<Day>,
    /// Every account that has a place, also where it stays on its day; in the order of days, then numbers.
    pub dates: Vec<DateMove>,
    /// Accounts for which no open day has room: they keep what they have.
    pub unplaced: Vec<Unplaced>,
    /// Accounts that are not planned with the others.
    pub stays: Vec<Stays>,
}

/// One day of the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub day: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// Accounts planned with the cohort.
    pub planned: u32,
    /// Others that are there: with a date of their own, blocked, or started already.
    pub others: u32,
}

impl Day {
    /// All accounts of the day.
    pub fn total(&self) -> u32 {
        self.planned + self.others
    }
}

/// An account without a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unplaced {
    pub account: AccountNumber,
    /// The date that it has and keeps, although it does not fit.
    pub date: Option<NaiveDate>,
}

/// An account that keeps what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stays {
    pub account: AccountNumber,
    pub date: Option<NaiveDate>,
    pub because: Because,
}

/// Why an account is not planned with its cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    Pinned,
    Blocked,
    RolledBack,
}

impl Because {
    /// The words for all of them.
    pub fn words(self) -> &'static str {
        match self {
            Because::Pinned => "They have a date of their own.",
            Because::Blocked => "They are blocked; their date is planned when the blocker is gone.",
            Because::RolledBack => "They were rolled back; somebody decides when they try again.",
        }
    }
}

/// The days of a window with what is on them as it is, nothing moved. Those with a date from their cohort count as planned.
pub fn occupied<'a>(states: impl IntoIterator<Item = &'a State>, frame: &Frame<'_>) -> Vec<Day> {
    let mut loads = window(frame);
    for state in states {
        let (date, planned) = match part(state) {
            Part::Planned(date) => (date, true),
            Part::Stays(_, date) | Part::Begun(date) => (date, false),
        };
        if let Some(day) = date.and_then(|date| loads.get_mut(&date)) {
            *(if planned { &mut day.planned } else { &mut day.others }) += 1;
        }
    }
    loads.into_values().collect()
}

/// The days of a window, nothing on them.
fn window(frame: &Frame<'_>) -> BTreeMap<NaiveDate, Day> {
    days(frame.first, frame.last)
        .take(WINDOW_DAYS_MAX)
        .map(|day| (day, Day { day, closed: frame.calendar.closed(day), planned: 0, others: 0 }))
        .collect()
}

/// How an account takes part.
enum Part {
    /// Its date is the cohort's.
    Planned(Option<NaiveDate>),
    Stays(Because, Option<NaiveDate>),
    /// It has begun or is over, and takes a place on its day.
    Begun(Option<NaiveDate>),
}

fn part(state: &State) -> Part {
    match state {
        State::NotStarted => Part::Planned(None),
        State::Scheduled { plan } if plan.pinned.is_none() => Part::Planned(Some(plan.date)),
        State::Scheduled { plan } => Part::Stays(Because::Pinned, Some(plan.date)),
        State::Blocked { interrupted: Interrupted::InProgress { .. }, .. }
        | State::InProgress { .. }
        | State::Completed { .. }
        | State::OptedOut => Part::Begun(state.scheduled_for()),
        State::Blocked { .. } => Part::Stays(Because::Blocked, state.scheduled_for()),
        State::RolledBack { .. } => Part::Stays(Because::RolledBack, None),
    }
}

/// Whether the cohort gives this account its date: it has not begun, and has no date of its own.
pub fn takes_date(state: &State) -> bool {
    matches!(part(state), Part::Planned(_))
}

/// Spreads the accounts as evenly as the days allow; where it does not come out even, the earlier days have one more.
pub fn spread<'a>(accounts: impl IntoIterator<Item = (AccountNumber, &'a State)>, frame: &Frame<'_>) -> Spread {
    let mut result = Spread::default();
    let mut loads = window(frame);
    let mut waiting = Vec::new();
    for (account, state) in accounts {
        let other = match part(state) {
            Part::Planned(date) => {
                waiting.push((account, date));
                continue;
            }
            Part::Stays(because, date) => {
                result.stays.push(Stays { account, date, because });
                date
            }
            Part::Begun(date) => date,
        };
        if let Some(day) = other.and_then(|date| loads.get_mut(&date)) {
            day.others += 1;
        }
    }
    result.stays.sort_by_key(|stays| (stays.because, stays.date, stays.account));
    // In the order in which they stand; those without a date come last.
    waiting.sort_by_key(|(account, date)| (date.is_none(), *date, *account));
    let room = |day: &Day| frame.capacity.unwrap_or(u32::MAX).saturating_sub(day.total());
    let is_open = |day: &Day| day.closed.is_none() && day.day >= frame.today;
    let mut place = |day: &mut Day, account, before| {
        day.planned += 1;
        result.dates.push(DateMove { account, before, after: day.day });
    };
    if frame.keep {
        waiting.retain(|(account, date)| {
            let day = date.and_then(|date| loads.get_mut(&date)).filter(|day| is_open(day) && room(day) > 0);
            let stays = day.is_some();
            if let Some(day) = day {
                place(day, *account, *date);
            }
            !stays
        });
    }
    let mut open: Vec<&mut Day> = loads.values_mut().filter(|day| is_open(day)).collect();
    let levels: Vec<(u32, u32)> = open.iter().map(|day| (day.total(), room(day))).collect();
    let mut waiting = waiting.into_iter();
    for (day, count) in open.iter_mut().zip(fill(&levels, waiting.len() as u32)) {
        waiting.by_ref().take(count as usize).for_each(|(account, date)| place(day, account, date));
    }
    result.unplaced = waiting.map(|(account, date)| Unplaced { account, date }).collect();
    result.dates.sort_by_key(|date| (date.after, date.account));
    result.days = loads.into_values().collect();
    result
}

/// How many more each day gets, given how many it has and how many it can still take, so that all are as even as can be.
fn fill(days: &[(u32, u32)], count: u32) -> Vec<u32> {
    let up_to = |level: u32| days.iter().map(move |(has, room)| level.saturating_sub(*has).min(*room));
    let sum = |level: u32| up_to(level).map(u64::from).sum::<u64>();
    let highest = days.iter().map(|(has, _)| *has).max().unwrap_or(0).saturating_add(count);
    // The highest level that all days can reach together.
    let (mut low, mut high) = (0, highest);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if sum(middle) <= u64::from(count) { low = middle } else { high = middle - 1 }
    }
    let mut counts: Vec<u32> = up_to(low).collect();
    let mut left = count - counts.iter().sum::<u32>();
    for (more, (has, room)) in counts.iter_mut().zip(days) {
        if left > 0 && has + *more <= low && *more < *room {
            *more += 1;
            left -= 1;
        }
    }
    counts
}

#[cfg(test)]
#[path = "spread_tests.rs"]
mod tests;
