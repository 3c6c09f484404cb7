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

    /// The share of promises kept among those that came to an end, in percent; `None` before the first.
    pub fn share_kept(&self) -> Option<f64> {
        let ended = self.kept + self.broken;
        (ended > 0).then(|| f64::from(self.kept) * 100.0 / f64::from(ended))
    }
}

/// The promises of one account, the oldest first. `messages` are all of this account's, `today` is a day of the migration's
/// zone; `row` gives the account's date, status and day of migration.
///
/// A new attempt begins with a clean slate: what was promised for an attempt that was rolled back was kept when it was
/// migrated on that day, and is broken otherwise.
pub fn promises<'a>(
    row: &Row,
    attempt: u16,
    messages: impl IntoIterator<Item = &'a Message>,
    today: NaiveDate,
) -> Vec<Promise> {
    let mut told: Vec<(Instant, u16, NaiveDate, &MessageKey)> = messages
        .into_iter()
        .filter(|message| message.account == Some(row.number) && message.kind.tells_date())
        .filter_map(|message| match message.state {
            MessageState::Sent { at, .. } => Some((at, message.attempt, message.told_date?, &message.key)),
            _ => None,
        })
        .collect();
    told.sort();
    // One promise per date and attempt that was told without another date between.
    let mut promises: Vec<(u16, Promise)> = Vec::new();
    for (at, of_attempt, date, key) in told {
        match promises.last_mut() {
            Some((known, promise)) if *known == of_attempt && promise.date == date => {
                promise.messages.push(key.clone())
            }
            _ => {
                let promise =
                    Promise { account: row.number, date, told: at, messages: vec![key.clone()], fate: Fate::Open };
                promises.push((of_attempt, promise));
            }
        }
    }
    let last = promises.len().saturating_sub(1);
    for (index, (of_attempt, promise)) in promises.iter_mut().enumerate() {
        promise.fate = match (index < last, *of_attempt < attempt) {
            (true, _) => Fate::Broken,
            (false, true) => Fate::Broken,
            (false, false) => fate(row, promise.date, today),
        };
    }
    promises.into_iter().map(|(_, promise)| promise).collect()
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
