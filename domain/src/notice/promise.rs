//! The promise ledger: every date that a customer was told, and what became of it.
//!
//! A promise is made when a message that tells a date was accepted and has not bounced. It is read from the messages; nothing
//! else stores it.

use super::message::{Message, MessageKey, MessageState};
use crate::account::Row;
use crate::clock::Instant;
use crate::id::AccountNumber;
use crate::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// A date that a customer was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub account: AccountNumber,
    pub date: NaiveDate,
    /// When the first message with this date was accepted.
    pub told: Instant,
    /// The messages that told it, one for each contact.
    pub messages: Vec<MessageKey>,
    pub fate: Fate,
}

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The day is still ahead, and it is the account's date.
    Open,
    /// The day is still ahead or today, but the account's date is another one or none: the customer should be told.
    Breaking,
    /// The account was migrated on that day.
    Kept,
    /// Another date was told afterwards, the day passed, or the account was migrated on another day.
    Broken,
    /// The customer themselves left: opting out breaks nobody's word.
    Released,
}

impl Fate {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Fate::Open => "Open",
            Fate::Breaking => "Breaking",
            Fate::Kept => "Kept",
            Fate::Broken => "Broken",
            Fate::Released => "Released",
        }
    }
}

/// How many promises came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseCounts {
    pub open: u32,
    pub breaking: u32,
    pub kept: u32,
    pub broken: u32,
}

impl PromiseCounts {
    /// Counts one more; a released one counts for nothing.
    pub fn add(&mut self, fate: Fate) {
        match fate {
            Fate::Open => self.open += 1,
            Fate::Breaking => self.breaking += 1,
            Fate::Kept => self.kept += 1,
            Fate::Broken => self.broken += 1,
            Fate::Released => {}
        }
    }

    /// How many there are.
    pub fn total(&self) -> u32 {
        self.open + self.breaking + self.kept + self.broken
    }

    /// The share of promises kept among those that came to an end, in tenths of a percent, rounded down: all is said of all
    /// alone. `None` before the first.
    pub fn share_kept(&self) -> Option<u32> {
        let ended = u64::from(self.kept) + u64::from(self.broken);
        (u64::from(self.kept) * 1_000).checked_div(ended).and_then(|tenths| u32::try_from(tenths).ok())
    }

    /// `98.5 %`, or that none has ended.
    pub fn share_words(&self) -> String {
        match self.share_kept() {
            Some(tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
            None => "None has ended".to_owned(),
        }
    }
}

impl AddAssign for PromiseCounts {
    fn add_assign(&mut self, other: PromiseCounts) {
        self.open += other.open;
        self.breaking += other.breaking;
        self.kept += other.kept;
        self.broken += other.broken;
    }
}

/// What of an account's promises does not change with the days: it is kept with each account, so that the shares of many are
/// told without reading their messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Promises after which another date was told, or that ended with their attempt.
    pub broken: u32,
    /// The date that was told last in the present attempt.
    pub last: Option<NaiveDate>,
}

impl Standing {
    /// What became of each promise, the oldest first. `today` is a day of the migration's zone; `row` gives the account's date,
    /// status and day of migration.
    pub fn fates(self, row: &Row, today: NaiveDate) -> impl Iterator<Item = Fate> {
        let last = self.last.map(|date| fate(row, date, today));
        std::iter::repeat_n(Fate::Broken, self.broken as usize).chain(last)
    }
}

/// How the promises of an account stand.
pub fn standing<'a>(account: AccountNumber, attempt: u16, messages: impl IntoIterator<Item = &'a Message>) -> Standing {
    standing_of(&dates_told(account, messages), attempt)
}

fn standing_of(told: &[(u16, Promise)], attempt: u16) -> Standing {
    match told.split_last() {
        // A new attempt begins with a clean slate: what was promised for one that was rolled back is broken.
        Some(((of_attempt, last), earlier)) if *of_attempt >= attempt => {
            Standing { broken: earlier.len() as u32, last: Some(last.date) }
        }
        _ => Standing { broken: told.len() as u32, last: None },
    }
}

/// The promises of one account, the oldest first. `messages` are all of this account's, `today` is a day of the migration's
/// zone.
pub fn promises<'a>(
    row: &Row,
    attempt: u16,
    messages: impl IntoIterator<Item = &'a Message>,
    today: NaiveDate,
) -> Vec<Promise> {
    let told = dates_told(row.number, messages);
    let fates = standing_of(&told, attempt).fates(row, today);
    told.into_iter().zip(fates).map(|((_, promise), fate)| Promise { fate, ..promise }).collect()
}

/// One promise per date and attempt that was told without another date between, as if none had ended.
fn dates_told<'a>(account: AccountNumber, messages: impl IntoIterator<Item = &'a Message>) -> Vec<(u16, Promise)> {
    let mut told: Vec<(Instant, u16, NaiveDate, &MessageKey)> = messages
        .into_iter()
        .filter(|message| message.account == Some(account) && message.kind.tells_date())
        .filter_map(|message| match message.state {
            MessageState::Sent { at, .. } => Some((at, message.attempt, message.told_date?, &message.key)),
            _ => None,
        })
        .collect();
    told.sort();
    let mut promises: Vec<(u16, Promise)> = Vec::new();
    for (at, of_attempt, date, key) in told {
        match promises.last_mut() {
            Some((known, promise)) if *known == of_attempt && promise.date == date => {
                promise.messages.push(key.clone())
            }
            _ => {
                let promise = Promise { account, date, told: at, messages: vec![key.clone()], fate: Fate::Open };
                promises.push((of_attempt, promise));
            }
        }
    }
    promises
}

/// The promises of many accounts, kept by the day on which the open ones end, so that counting them as of a day does not
/// depend on how many there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PromiseTally {
    kept: u32,
    broken: u32,
    /// Will be kept if it is the account's date still; broken once the day has passed.
    open: BTreeMap<NaiveDate, u32>,
    /// The account has another date; broken once the day has passed.
    breaking: BTreeMap<NaiveDate, u32>,
}

impl PromiseTally {
    /// Counts the promises of an account, or takes them out as they were counted.
    pub fn count(&mut self, row: &Row, standing: Standing, adds: bool) {
        let step = |count: &mut u32, by: u32| match adds {
            true => *count += by,
            false => *count = count.saturating_sub(by),
        };
        step(&mut self.broken, standing.broken);
        let Some(date) = standing.last else { return };
        // As of its own day, on which every promise that has not ended is still what it is before.
        let days = match fate(row, date, date) {
            Fate::Released => return,
            Fate::Kept => return step(&mut self.kept, 1),
            Fate::Broken => return step(&mut self.broken, 1),
            Fate::Open => &mut self.open,
            Fate::Breaking => &mut self.breaking,
        };
        let count = days.entry(date).or_default();
        step(count, 1);
        if *count == 0 {
            days.remove(&date);
        }
    }

    /// How many came to which end, as of a day.
    pub fn counts(&self, today: NaiveDate) -> PromiseCounts {
        let sum = |days: &BTreeMap<NaiveDate, u32>, ahead: bool| -> u32 {
            days.iter().filter(|(day, _)| (**day >= today) == ahead).map(|(_, count)| count).sum()
        };
        PromiseCounts {
            open: sum(&self.open, true),
            breaking: sum(&self.breaking, true),
            kept: self.kept,
            broken: self.broken + sum(&self.open, false) + sum(&self.breaking, false),
        }
    }
}

/// The messages of an attempt by which a customer was told the account's date, if they stayed accepted.
fn telling<'a>(
    messages: impl Iterator<Item = &'a Message>,
    attempt: u16,
) -> impl Iterator<Item = (Instant, &'a Message)> {
    let of_attempt = move |message: &&Message| message.attempt == attempt && message.kind.tells_date();
    messages.filter(of_attempt).filter_map(|message| match message.state {
        MessageState::Sent { at, .. } => Some((at, message)),
        _ => None,
    })
}

/// When somebody of the customer was first told of this attempt.
pub fn first_told<'a>(messages: impl Iterator<Item = &'a Message>, attempt: u16) -> Option<Instant> {
    telling(messages, attempt).map(|(at, _)| at).min()
}

/// The date that the customer was told last in this attempt.
pub fn last_told<'a>(messages: impl Iterator<Item = &'a Message>, attempt: u16) -> Option<NaiveDate> {
    let dated = telling(messages, attempt).filter_map(|(at, message)| Some((at, &message.key, message.told_date?)));
    dated.max().map(|(.., date)| date)
}

/// What became of the last date that was told in the present attempt.
fn fate(row: &Row, date: NaiveDate, today: NaiveDate) -> Fate {
    match row.state.status() {
        Status::OptedOut => Fate::Released,
        Status::Completed => match row.migrated_on == Some(date) {
            true => Fate::Kept,
            false => Fate::Broken,
        },
        // It has begun on its day, and may still be through before the day ends.
        Status::InProgress if date >= today => Fate::Open,
        _ if date < today => Fate::Broken,
        _ if row.state.scheduled_for() == Some(date) => Fate::Open,
        _ => Fate::Breaking,
    }
}

#[cfg(test)]
#[path = "promise_tests.rs"]
mod tests;
