//! What a customer's page shows: nothing here can hold a name, a cause, a colleague or an internal word.

use super::link::Link;
use super::offer::Effect;
use super::request::AskKind;
use super::settings::{PageSettings, Support, Texts, in_language};
use super::slots::Slot;
use crate::answer::Told;
use crate::clock::Instant;
use crate::notice::NoticeKind;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The page of one account, for one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerView {
    /// The migration's public name.
    pub name: String,
    /// A BCP 47 tag and an IANA zone.
    pub language: String,
    pub zone: String,
    pub now: Instant,
    pub told: Told,
    /// The hours of the day that the account is planned for, if its cohort has some.
    pub hours: Option<Hours>,
    /// Until when it can be moved back.
    pub rollback_until: Option<Instant>,
    pub texts: Texts,
    pub checklist: Vec<PointLine>,
    /// When they said that they are ready.
    pub ready_since: Option<Instant>,
    pub offers: Vec<(AskKind, Effect)>,
    pub slots: Vec<Slot>,
    /// Until when another date may be asked for.
    pub other_date_until: Option<NaiveDate>,
    pub deadline: NaiveDate,
    /// The newest first.
    pub asked: Vec<Asked>,
    /// What this reader was sent, the newest first.
    pub messages: Vec<ToldMessage>,
    pub support: Support,
    /// The status page's address, while it is published.
    pub status_page: Option<String>,
    pub reference: String,
    /// Whether this reader wants no messages.
    pub unsubscribed: bool,
}

/// From when to when an account moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub starts: Instant,
    pub ends: Instant,
}

/// A point of the checklist in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointLine {
    pub number: u16,
    pub title: String,
    pub hint: String,
    pub done: bool,
}

/// A request of the account and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub kind: AskKind,
    pub at: Instant,
    pub how: HowFar,
    /// The day that was asked for.
    pub day: Option<NaiveDate>,
}

/// How far a request is, for the customer: a reason that a colleague gave is told by mail, not on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowFar {
    AwaitsConfirmation,
    Lapsed,
    Open,
    Done,
    Declined,
}

/// A message that the reader was sent: what it was about, not what it said, because that has names in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldMessage {
    pub at: Instant,
    pub kind: NoticeKind,
    pub date: Option<NaiveDate>,
}

/// The points of a checklist in a language, with what is done.
pub fn points(settings: &PageSettings, language: &str, done: &BTreeSet<u16>) -> Vec<PointLine> {
    let lines = settings.checklist.iter().filter_map(|point| {
        let (_, words) = in_language(&point.words, language, &settings.fallback)?;
        Some(PointLine {
            number: point.number,
            title: words.title.clone(),
            hint: words.hint.clone(),
            done: done.contains(&point.number),
        })
    });
    lines.collect()
}

/// The texts of the page in a language: each on its own, so that one that is not translated yet comes in another language.
pub fn texts(settings: &PageSettings, language: &str) -> Texts {
    let one = |of: fn(&Texts) -> &String| {
        let filled = settings.texts.iter().filter(|(_, texts)| !of(texts).is_empty());
        let filled = filled.map(|(tag, texts)| (tag.clone(), of(texts).clone())).collect();
        in_language(&filled, language, &settings.fallback).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    Texts {
        what_happens: one(|texts| &texts.what_happens),
        before: one(|texts| &texts.before),
        after: one(|texts| &texts.after),
        opt_out: one(|texts| &texts.opt_out),
    }
}

/// The date as a calendar is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEntry {
    /// Stays the same for ever.
    pub uid: String,
    pub sequence: u64,
    /// The migration's public name.
    pub name: String,
    pub language: String,
    pub day: NaiveDate,
    pub hours: Option<Hours>,
    pub cancelled: bool,
    pub changed: Instant,
}

impl CalendarEntry {
    /// The entry of a link: the day that may be told now; else the day that was told before, cancelled; else nothing.
    /// `sequence` rises with every change of the account.
    pub fn of(
        link: &Link,
        name: &str,
        language: &str,
        told: &Told,
        hours: impl Fn(NaiveDate) -> Option<Hours>,
        sequence: u64,
        changed: Instant,
    ) -> Option<CalendarEntry> {
        let (day, cancelled) = match (told, told.day()) {
            (_, Some(day)) => (day, false),
            // While it moves, and once it has, the day was what it was.
            (Told::Moving | Told::Begun | Told::MovedToday | Told::Moved { .. }, None) => {
                (link.used.calendar_day?, false)
            }
            _ => (link.used.calendar_day?, true),
        };
        let (uid, name, language) = (format!("{}@landbridge", link.id), name.to_owned(), language.to_owned());
        Some(CalendarEntry { uid, sequence, name, language, day, hours: hours(day), cancelled, changed })
    }
}
