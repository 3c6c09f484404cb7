//! Subscriptions to a migration's public status page: who is told what, by mail or webhook, and in which language.
//!
//! Somebody asks, confirms by a link that only they get, and hears from then on. What happens on the page becomes an
//! [`demand::Occasion`] once; an occasion is one message to each subscriber who wants it. The messages themselves are those
//! of [`crate::notice`]: leased, tried again and settled like all others.

pub mod choice;
pub mod demand;
#[cfg(feature = "server")]
pub mod letter;
#[cfg(feature = "server")]
pub mod webhook;
pub mod words;

pub use choice::{Asked, Choice, Form, LEAD_DEFAULT, LEADS, Offer, Problem, Topic};

use crate::clock::Instant;
use crate::id::SubscriberNumber;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// Days for which somebody may confirm. After that, what they asked for is forgotten.
pub const CONFIRM_DAYS: i64 = 3;
/// Letters that asking may bring to one address within a day, however often it is asked.
pub const LETTERS_PER_DAY: usize = 3;
/// Messages in a row that could not be delivered at all, after which nothing more is sent.
pub const FAILURES_MAX: u8 = 3;
/// Wrong codes for a webhook, after which somebody has to ask anew.
pub const CODES_MAX: u8 = 5;

/// Somebody who asked to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    pub number: SubscriberNumber,
    pub channel: Channel,
    /// The e-mail address or the webhook's address; empty once it was erased.
    pub address: String,
    pub choice: Choice,
    pub state: SubscriberState,
    /// When it was asked for last.
    pub asked: Instant,
    /// When letters went because of asking, within the last day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<Instant>,
    /// When it was confirmed, the last time.
    #[serde(default)]
    pub confirmed: Option<Instant>,
    /// The last occasion before it was confirmed: only later ones are told. A number, because clocks jump.
    #[serde(default)]
    pub heard: u64,
    /// Messages in a row that could not be delivered.
    #[serde(default)]
    pub failures: u8,
    /// Wrong codes.
    #[serde(default)]
    pub wrong: u8,
    /// What the tokens of its links are made of, together with a key outside of the database; other tokens with each asking.
    pub seed: String,
    pub tokens: Tokens,
}

/// What is kept of the tokens: only who has one can make its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub confirm: String,
    pub manage: String,
    pub stop: String,
}

/// What a token is good for. Each has one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// To say yes, once, for [`CONFIRM_DAYS`].
    Confirm,
    /// To see and change what is told.
    Manage,
    /// To end it.
    Stop,
    /// Sent to a webhook, entered by a person: shows that both belong together.
    Code,
}

impl Purpose {
    /// The purposes of links.
    pub const LINKS: [Purpose; 3] = [Purpose::Confirm, Purpose::Manage, Purpose::Stop];

    /// The word from which its token is made.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Confirm => "confirm",
            Purpose::Manage => "manage",
            Purpose::Stop => "stop",
            Purpose::Code => "code",
        }
    }

    /// What stands for its token in a text until it is sent: no text that somebody writes may contain it.
    pub fn mark(self) -> &'static str {
        match self {
            Purpose::Confirm => "\u{e000}confirm\u{e001}",
            Purpose::Manage => "\u{e000}manage\u{e001}",
            Purpose::Stop => "\u{e000}stop\u{e001}",
            Purpose::Code => "\u{e000}code\u{e001}",
        }
    }
}

/// A text without anything that could be taken for the mark of a token.
pub fn unmarked(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, '\u{e000}' | '\u{e001}')).collect()
}

/// By which way somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Webhook,
}

impl Channel {
    /// Every channel, in the order of menus.
    pub const ALL: [Channel; 2] = [Channel::Email, Channel::Webhook];

    /// The word in files and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Webhook => "webhook",
        }
    }

    /// The words for staff.
    pub fn label(self) -> &'static str {
        match self {
            Channel::Email => "E-mail",
            Channel::Webhook => "Webhook",
        }
    }
}

/// How far a subscription is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SubscriberState {
    /// Asked for; nothing but the question is sent.
    Pending {
        until: Instant,
    },
    Confirmed,
    Stopped {
        at: Instant,
        why: StopReason,
    },
}

/// Why nothing is sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// They said so.
    Unsubscribed,
    /// Mail came back.
    Bounced,
    /// The webhook answered 410.
    Gone,
    /// Nothing could be delivered several times in a row.
    Failing,
    /// Nobody confirmed in time.
    Expired,
    /// Too many wrong codes.
    WrongCodes,
    /// The same webhook was confirmed anew.
    Replaced,
    /// A colleague stopped it.
    Staff,
    /// A colleague removed it, or its data was erased.
    Removed,
}

impl StopReason {
    /// A sentence for staff.
    pub fn explanation(self) -> &'static str {
        match self {
            StopReason::Unsubscribed => "Unsubscribed.",
            StopReason::Bounced => "Mail to this address came back.",
            StopReason::Gone => "The webhook answered that it is gone (410).",
            StopReason::Failing => "Nothing could be delivered, several times in a row.",
            StopReason::Expired => "Nobody confirmed it in time.",
            StopReason::WrongCodes => "The code was entered wrongly too often.",
            StopReason::Replaced => "The same webhook was subscribed anew.",
            StopReason::Staff => "Stopped by a colleague.",
            StopReason::Removed => "Removed; the address was erased.",
        }
    }
}

impl SubscriberState {
    /// The word in files, addresses and counts.
    pub fn code(&self) -> &'static str {
        match self {
            SubscriberState::Pending { .. } => "pending",
            SubscriberState::Confirmed => "confirmed",
            SubscriberState::Stopped { .. } => "stopped",
        }
    }

    /// The word on screen.
    pub fn label(&self) -> &'static str {
        match self {
            SubscriberState::Pending { .. } => "Not confirmed yet",
            SubscriberState::Confirmed => "Confirmed",
            SubscriberState::Stopped { .. } => "Stopped",
        }
    }
}

impl Subscriber {
    /// Whether they are told what happens.
    pub fn is_confirmed(&self) -> bool {
        self.state == SubscriberState::Confirmed
    }

    /// Whether they may say yes at this time.
    pub fn may_confirm(&self, now: Instant) -> bool {
        matches!(self.state, SubscriberState::Pending { until } if now < until)
    }

    /// Whether one more letter may go because somebody asked. Whoever asks again and again fills no mailbox.
    pub fn may_get_letter(&self, now: Instant) -> bool {
        self.recent_letters(now).count() < LETTERS_PER_DAY
    }

    /// When letters went within a day; also those that a clock that has jumped back puts into the future.
    pub fn recent_letters(&self, now: Instant) -> impl Iterator<Item = Instant> {
        self.letters.iter().copied().filter(move |at| now - *at < TimeDelta::days(1))
    }

    /// Those who asked, asking once more, as pending again.
    pub fn ask_again(&self, choice: Choice, now: Instant) -> Subscriber {
        Subscriber {
            choice,
            state: SubscriberState::Pending { until: now + TimeDelta::days(CONFIRM_DAYS) },
            asked: now,
            failures: 0,
            wrong: 0,
            ..self.clone()
        }
    }

    /// The subscription once they said yes; `heard` is the last occasion until now. `None`: it is too late, or done already.
    pub fn confirm(&self, heard: u64, now: Instant) -> Option<Subscriber> {
        self.may_confirm(now).then(|| Subscriber {
            state: SubscriberState::Confirmed,
            confirmed: Some(now),
            heard,
            failures: 0,
            wrong: 0,
            ..self.clone()
        })
    }

    /// The subscription ended. `None`: it has ended already.
    pub fn stop(&self, why: StopReason, now: Instant) -> Option<Subscriber> {
        let open = !matches!(self.state, SubscriberState::Stopped { .. });
        open.then(|| Subscriber { state: SubscriberState::Stopped { at: now, why }, ..self.clone() })
    }

    /// The subscription after a message could not be delivered at all. One bad day of a mail server ends nobody's.
    pub fn fail(&self, now: Instant) -> Subscriber {
        let failures = self.failures.saturating_add(1);
        let failed = Subscriber { failures, ..self.clone() };
        match failures >= FAILURES_MAX {
            true => failed.stop(StopReason::Failing, now).unwrap_or(failed),
            false => failed,
        }
    }

    /// What tells subscribers apart: one mailbox has one subscription to a page, however its address is written.
    pub fn address_key(channel: Channel, address: &str) -> String {
        match channel {
            Channel::Email => format!("email {}", address.to_lowercase()),
            Channel::Webhook => format!("webhook {address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn pending() -> Subscriber {
        Subscriber {
            number: SubscriberNumber(1),
            channel: Channel::Email,
            address: "ann@example.com".into(),
            choice: Choice::default(),
            state: SubscriberState::Pending { until: DateTime::UNIX_EPOCH + TimeDelta::days(CONFIRM_DAYS) },
            asked: DateTime::UNIX_EPOCH,
            letters: Vec::new(),
            confirmed: None,
            heard: 0,
            failures: 0,
            wrong: 0,
            seed: String::new(),
            tokens: Tokens::default(),
        }
    }

    #[test]
    fn who_asked_confirms_once_and_in_time() {
        let (asked, start) = (pending(), DateTime::UNIX_EPOCH);
        assert!(asked.confirm(4, start + TimeDelta::days(CONFIRM_DAYS)).is_none());
        let confirmed = asked.confirm(4, start + TimeDelta::hours(1)).unwrap_or_else(pending);
        assert!(confirmed.is_confirmed() && confirmed.heard == 4);
        assert!(confirmed.confirm(9, start).is_none());
        let stopped = confirmed.stop(StopReason::Unsubscribed, start).unwrap_or_else(pending);
        assert!(stopped.stop(StopReason::Bounced, start).is_none() && stopped.confirm(9, start).is_none());
        assert!(stopped.ask_again(Choice::default(), start).may_confirm(start));
    }

    #[test]
    fn some_failures_in_a_row_end_it() {
        let now = DateTime::UNIX_EPOCH;
        let mut one = Subscriber { state: SubscriberState::Confirmed, ..pending() };
        for _ in 1..FAILURES_MAX {
            one = one.fail(now);
            assert!(one.is_confirmed());
        }
        assert_eq!(one.fail(now).state, SubscriberState::Stopped { at: now, why: StopReason::Failing });
    }

    #[test]
    fn asking_again_and_again_brings_few_letters() {
        let now = DateTime::UNIX_EPOCH;
        let full = Subscriber { letters: vec![now; LETTERS_PER_DAY], ..pending() };
        assert!(!full.may_get_letter(now) && !full.may_get_letter(now + TimeDelta::hours(23)));
        assert!(full.may_get_letter(now + TimeDelta::days(1)));
    }

    #[test]
    fn nothing_that_is_written_is_taken_for_a_token() {
        for purpose in [Purpose::Confirm, Purpose::Manage, Purpose::Stop, Purpose::Code] {
            assert!(!unmarked(&format!("x{}y", purpose.mark())).contains(purpose.mark()));
        }
    }
}
