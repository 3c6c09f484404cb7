//! A message to one recipient: what it is about and how far it is. Its text and address lie apart, because they are personal.

use super::{Medium, NoticeKind, Recipient, Stage};
use crate::clock::Instant;
use crate::id::{
    AccountNumber, BulkId, CohortNumber, NoticeRuleNumber, NoticeTemplateNumber, SubscriberNumber, UserId,
};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Unique per (rule, account, recipient, attempt), so that nothing is written twice; corrections and what recurs add a date
/// or the like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageKey(pub String);

impl MessageKey {
    /// The key of a rule's message. `extra` tells apart what one rule may send several times: the new date of a correction,
    /// the id of a ticket, a cohort's number; empty otherwise.
    pub fn of_rule(
        rule: NoticeRuleNumber,
        account: Option<AccountNumber>,
        to: &Recipient,
        attempt: u16,
        extra: &str,
    ) -> MessageKey {
        let account = account.map_or(0, |account| account.0);
        MessageKey(format!("r{rule}.{account}.{}.{attempt}.{extra}", to.key()))
    }

    /// The key of a message that a person asked for: a drafted correction, a test.
    pub fn of_command(command: &str, to: &Recipient) -> MessageKey {
        MessageKey(format!("x{command}.{}", to.key()))
    }

    /// The key of what a subscriber of the status page is told of one occasion.
    pub fn of_subscriber(number: SubscriberNumber, occasion: &str) -> MessageKey {
        MessageKey(format!("s{number}.{occasion}"))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub key: MessageKey,
    /// `None`: a person asked for it.
    pub rule: Option<NoticeRuleNumber>,
    pub template: Option<(NoticeTemplateNumber, u32)>,
    pub kind: NoticeKind,
    pub account: Option<AccountNumber>,
    pub cohort: Option<CohortNumber>,
    /// The attempt of the account that it belongs to.
    pub attempt: u16,
    pub to: Recipient,
    pub medium: Medium,
    /// The account's date as the message tells it; a promise once the message was accepted.
    pub told_date: Option<NaiveDate>,
    pub written: Instant,
    /// Not sent before this instant.
    pub due: Instant,
    /// Due while nothing could be sent, and sent all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// The bulk change that caused it: its undo cancels what has not been sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<BulkId>,
    /// Seconds that were left of its wait when the migration was paused or its cohort halted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<u32>,
    /// A person had it composed again although it was late: then neither its day nor the rule's minimum lead stops it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insisted: bool,
    pub state: MessageState,
}

/// How far a message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MessageState {
    /// Goes when it is due.
    Waiting {
        /// Attempts to send it so far, and what the last one was told.
        #[serde(default)]
        tries: u16,
        #[serde(default)]
        answer: String,
    },
    /// Waits for a person: drafted for review, or held by somebody.
    Held { by: Option<UserId>, why: String },
    /// A server is sending it; when the lease ends without a word, another one does, with the same Message-ID.
    Sending { until: Instant, tries: u16 },
    /// Accepted by the next server on its way.
    Sent { at: Instant, answer: String },
    /// Came back after it was accepted.
    Bounced { sent_at: Instant, at: Instant, answer: String },
    /// Refused for good, or tried too often.
    Failed { at: Instant, tries: u16, answer: String },
    /// Never to be sent, and why.
    Suppressed { at: Instant, why: Suppression },
    /// Taken back before it was sent.
    Cancelled {
        at: Instant,
        /// `None`: its cause went away.
        by: Option<UserId>,
        why: String,
        /// Who held it until then: what takes its place is held, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<Hold>,
    },
}

/// A person's hold on a message. It outlives a change of what the message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub by: UserId,
    pub why: String,
}

/// Why a message is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppression {
    NoContact,
    NoAddress,
    BadAddress,
    Unsubscribed,
    /// Fewer days left than the rule's minimum lead.
    TooLate,
    /// Its day passed while nothing could be sent, and the rule drops late messages.
    Missed,
    /// The template misses a variable for this account; the owner is told.
    Incomplete,
    EndpointDisabled,
}

impl Suppression {
    /// A sentence for a person.
    pub fn explanation(self) -> &'static str {
        match self {
            Suppression::NoContact => "The customer has no contact.",
            Suppression::NoAddress => "The contact has no e-mail address.",
            Suppression::BadAddress => "The contact's e-mail address is not one.",
            Suppression::Unsubscribed => "The contact has unsubscribed.",
            Suppression::TooLate => "Too few days were left before the date.",
            Suppression::Missed => "It was due while nothing could be sent, and its day has passed.",
            Suppression::Incomplete => "The template needs something that is not known of this account.",
            Suppression::EndpointDisabled => "The endpoint is switched off.",
        }
    }
}

impl MessageState {
    /// The word in the database and in addresses.
    pub fn code(&self) -> &'static str {
        match self {
            MessageState::Waiting { .. } => "waiting",
            MessageState::Held { .. } => "held",
            MessageState::Sending { .. } => "sending",
            MessageState::Sent { .. } => "sent",
            MessageState::Bounced { .. } => "bounced",
            MessageState::Failed { .. } => "failed",
            MessageState::Suppressed { .. } => "suppressed",
            MessageState::Cancelled { .. } => "cancelled",
        }
    }

    /// What the other side said last, if it said anything.
    pub fn answer(&self) -> Option<&str> {
        let answer = match self {
            MessageState::Waiting { answer, .. }
            | MessageState::Sent { answer, .. }
            | MessageState::Bounced { answer, .. }
            | MessageState::Failed { answer, .. } => answer.as_str(),
            _ => "",
        };
        (!answer.is_empty()).then_some(answer)
    }

    /// Its cause went away: cancelled by nobody, remembering who held it.
    pub fn taken_back(&self, at: Instant, why: String) -> MessageState {
        MessageState::Cancelled { at, by: None, why, held: self.held_by() }
    }

    /// Whether it may still go out.
    pub fn is_open(&self) -> bool {
        matches!(self, MessageState::Waiting { .. } | MessageState::Held { .. } | MessageState::Sending { .. })
    }

    /// Whether it waits for a person who held it, not for one who has to look at a draft.
    pub fn held_by(&self) -> Option<Hold> {
        match self {
            MessageState::Held { by: Some(by), why } => Some(Hold { by: by.clone(), why: why.clone() }),
            _ => None,
        }
    }

    /// When it was accepted, bounced or not.
    pub fn sent_at(&self) -> Option<Instant> {
        match self {
            MessageState::Sent { at, .. } => Some(*at),
            MessageState::Bounced { sent_at, .. } => Some(*sent_at),
            _ => None,
        }
    }
}

/// What a message says and where it goes: personal, so it lies beside the message and can be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The e-mail address or the endpoint's name.
    pub address: String,
    /// The recipient's name.
    pub name: String,
    pub language: String,
    pub subject: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub html: String,
}

/// What a person does with a message that has not gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It waits until somebody releases it.
    Hold,
    /// A held one goes when it is due, or now if that has passed.
    Release,
    /// It never goes.
    Cancel,
    /// A failed one, or one that waits for another attempt, goes now.
    Retry,
    /// Composed anew from what is known now. One that failed or could not be sent goes then; one that has not gone stays
    /// waiting or held, with its new words.
    Compose,
}

impl Act {
    /// Every act, in the order of buttons.
    pub const ALL: [Act; 5] = [Act::Hold, Act::Release, Act::Cancel, Act::Retry, Act::Compose];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Act::Hold => "hold",
            Act::Release => "release",
            Act::Cancel => "cancel",
            Act::Retry => "retry",
            Act::Compose => "compose",
        }
    }

    /// The words of its button.
    pub fn label(self) -> &'static str {
        match self {
            Act::Hold => "Hold",
            Act::Release => "Release",
            Act::Cancel => "Cancel",
            Act::Retry => "Retry now",
            Act::Compose => "Compose again",
        }
    }

    /// Reads the word of [`Act::code`] exactly.
    pub fn from_code(code: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.code() == code)
    }
}

/// Why an act is not possible. The message stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ActRefusal {
    #[error("It is being sent at this moment. Look again in a minute.")]
    Sending,
    #[error("It was sent already and cannot be called back.")]
    Sent,
    #[error("It was suppressed and never goes out.")]
    Suppressed,
    #[error("It was cancelled.")]
    Cancelled,
    #[error("It is held already.")]
    Held,
    #[error("It is not held.")]
    NotHeld,
    #[error("It failed. Retry it, or leave it.")]
    Failed,
    #[error("It was not tried yet: it goes when it is due.")]
    NotTried,
    #[error("The contact has unsubscribed and is not written to.")]
    Unsubscribed,
    #[error("It is being tried: its words stay the same until that has ended.")]
    Trying,
    #[error("What it would say is not true any more.")]
    Untrue,
    #[error("Its account or its rule is gone.")]
    CauseGone,
    #[error("It still cannot be sent. {}", .0.explanation())]
    Still(Suppression),
}

/// How an attempt to send ended. The answer is what the other side said, without personal data (see [`clean_answer`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The next server has taken it.
    Accepted { answer: String },
    /// Refused for now (4xx): tried again later.
    Transient { answer: String },
    /// Refused for good (5xx).
    Permanent { answer: String },
    /// Nobody answered, or the answer was lost: tried again later, under the same Message-ID.
    NetworkFailure { answer: String },
    /// There was no time or no way to try: it does not count as an attempt.
    NotTried,
}

/// Minutes between attempts to deliver mail; after the last, it has failed.
const MAIL_RETRY_MINUTES: [u32; 7] = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60];
/// Seconds between attempts to deliver to a webhook, as Standard Webhooks recommends; after the last, it has failed.
const WEBHOOK_RETRY_SECONDS: [u32; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600];

/// How long to wait after so many failed attempts; `None`: that was the last. The wait differs by up to a tenth from key to
/// key, so that what failed together does not come back together.
pub fn retry_after(medium: Medium, key: &MessageKey, tries: u16) -> Option<TimeDelta> {
    let index = usize::from(tries.max(1)) - 1;
    let seconds = match medium {
        Medium::Email => MAIL_RETRY_MINUTES.get(index).map(|minutes| minutes * 60),
        Medium::Webhook => WEBHOOK_RETRY_SECONDS.get(index).copied(),
        Medium::Call => None,
    }?;
    let percent = 90 + i64::try_from(fingerprint(key, tries) % 21).unwrap_or(10);
    Some(TimeDelta::milliseconds(i64::from(seconds) * 10 * percent))
}

/// FNV-1a: the same on every machine and in every version.
fn fingerprint(key: &MessageKey, tries: u16) -> u64 {
    let bytes = key.0.bytes().chain(tries.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Longest answer that is kept, in characters.
const ANSWER_MAX: usize = 300;

/// A server's answer as it is kept: one line, not too long, without addresses, because those are personal.
pub fn clean_answer(answer: &str) -> String {
    let words = answer.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| if word.contains('@') { "(address)" } else { word }).collect();
    words.join(" ").chars().take(ANSWER_MAX).collect()
}

impl Message {
    /// The message after a person's act, which says why.
    pub fn act(&self, act: Act, by: &UserId, why: &str, now: Instant) -> Result<Message, ActRefusal> {
        let (state, due) = match (act, &self.state) {
            (Act::Compose, _) => return self.compose_again(now),
            (_, MessageState::Sending { .. }) => return Err(ActRefusal::Sending),
            (_, MessageState::Sent { .. } | MessageState::Bounced { .. }) => return Err(ActRefusal::Sent),
            (_, MessageState::Suppressed { .. }) => return Err(ActRefusal::Suppressed),
            (_, MessageState::Cancelled { .. }) => return Err(ActRefusal::Cancelled),
            (Act::Hold, MessageState::Held { .. }) => return Err(ActRefusal::Held),
            (Act::Hold | Act::Cancel | Act::Release, MessageState::Failed { .. }) => return Err(ActRefusal::Failed),
            (Act::Release, MessageState::Waiting { .. }) => return Err(ActRefusal::NotHeld),
            (Act::Retry, MessageState::Held { .. }) => return Err(ActRefusal::Held),
            (Act::Retry, MessageState::Waiting { tries: 0, .. }) => return Err(ActRefusal::NotTried),
            (Act::Hold, MessageState::Waiting { .. }) => {
                (MessageState::Held { by: Some(by.clone()), why: why.to_owned() }, self.due)
            }
            (Act::Release, MessageState::Held { .. }) => {
                (MessageState::Waiting { tries: 0, answer: String::new() }, self.due.max(now))
            }
            (Act::Cancel, MessageState::Waiting { .. } | MessageState::Held { .. }) => {
                (MessageState::Cancelled { at: now, by: Some(by.clone()), why: why.to_owned(), held: None }, self.due)
            }
            (Act::Retry, MessageState::Waiting { tries, answer }) => {
                (MessageState::Waiting { tries: *tries, answer: answer.clone() }, now)
            }
            // All attempts anew: a person has looked at it.
            (Act::Retry, MessageState::Failed { answer, .. }) => {
                (MessageState::Waiting { tries: 0, answer: answer.clone() }, now)
            }
        };
        Ok(Message { due, state, rest: None, ..self.clone() })
    }

    /// The message as it is once it says what is known now; what it says is not decided here.
    fn compose_again(&self, now: Instant) -> Result<Message, ActRefusal> {
        match &self.state {
            MessageState::Waiting { tries: 0, .. } | MessageState::Held { .. } => Ok(self.clone()),
            MessageState::Waiting { .. } => Err(ActRefusal::Trying),
            MessageState::Sending { .. } => Err(ActRefusal::Sending),
            MessageState::Sent { .. } | MessageState::Bounced { .. } => Err(ActRefusal::Sent),
            MessageState::Cancelled { .. } => Err(ActRefusal::Cancelled),
            MessageState::Suppressed { why: Suppression::Unsubscribed, .. } => Err(ActRefusal::Unsubscribed),
            MessageState::Failed { .. } | MessageState::Suppressed { .. } => {
                let state = MessageState::Waiting { tries: 0, answer: String::new() };
                Ok(Message { due: now, rest: None, late: false, insisted: true, state, ..self.clone() })
            }
        }
    }

    /// When it may be leased: when it is due, or when the lease of a server that fell silent ends. `None`: never.
    pub fn leasable_at(&self) -> Option<Instant> {
        match &self.state {
            MessageState::Waiting { .. } => Some(self.due),
            MessageState::Sending { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// The message in the hands of a server until `until`; `None` if it must not be sent now.
    pub fn lease(&self, now: Instant, until: Instant) -> Option<Message> {
        if self.leasable_at().is_none_or(|at| at > now) {
            return None;
        }
        let tries = match &self.state {
            MessageState::Waiting { tries, .. } | MessageState::Sending { tries, .. } => *tries,
            _ => return None,
        };
        Some(Message { state: MessageState::Sending { until, tries: tries.saturating_add(1) }, ..self.clone() })
    }

    /// A lease given back without an attempt: the server stops, or was killed and has come back.
    pub fn give_back(&self) -> Option<Message> {
        let MessageState::Sending { tries, .. } = &self.state else { return None };
        Some(Message { state: MessageState::Waiting { tries: *tries, answer: String::new() }, ..self.clone() })
    }

    /// The message after an attempt under the lease that ends at `lease`; `None` if it changes nothing. `speedup` divides the
    /// waits between attempts: 1 but in tests.
    pub fn settle(&self, lease: Instant, outcome: &Outcome, now: Instant, speedup: u32) -> Option<Message> {
        let state = match (outcome, &self.state) {
            (_, MessageState::Sent { .. } | MessageState::Bounced { .. }) => return None,
            // What was accepted was sent, whatever happened to the message here meanwhile.
            (Outcome::Accepted { answer }, _) => MessageState::Sent { at: now, answer: clean_answer(answer) },
            (Outcome::Permanent { answer }, MessageState::Sending { until, tries }) if *until == lease => {
                MessageState::Failed { at: now, tries: *tries, answer: clean_answer(answer) }
            }
            (
                Outcome::Transient { answer } | Outcome::NetworkFailure { answer },
                MessageState::Sending { until, tries },
            ) if *until == lease => {
                let (tries, answer) = (*tries, clean_answer(answer));
                match retry_after(self.medium, &self.key, tries) {
                    Some(wait) => {
                        let wait = wait / i32::try_from(speedup.max(1)).unwrap_or(i32::MAX);
                        let state = MessageState::Waiting { tries, answer };
                        return Some(Message { due: now + wait, state, ..self.clone() });
                    }
                    None => MessageState::Failed { at: now, tries, answer },
                }
            }
            (Outcome::NotTried, MessageState::Sending { until, tries }) if *until == lease => {
                MessageState::Waiting { tries: tries.saturating_sub(1), answer: String::new() }
            }
            // Another server has it meanwhile.
            _ => return None,
        };
        Some(Message { state, ..self.clone() })
    }

    /// It came back. `None` if it was never sent, or has come back before.
    pub fn bounce(&self, answer: &str, at: Instant) -> Option<Message> {
        let MessageState::Sent { at: sent_at, .. } = &self.state else { return None };
        let state = MessageState::Bounced { sent_at: *sent_at, at, answer: clean_answer(answer) };
        Some(Message { state, ..self.clone() })
    }

    /// Its recipient is not written to at this hour, or its cause waits: it goes later. Only before the first attempt.
    pub fn postpone(&self, due: Instant) -> Option<Message> {
        let untried = matches!(self.state, MessageState::Waiting { tries: 0, .. });
        (untried && due > self.due).then(|| Message { due, ..self.clone() })
    }

    /// It must not go any more. Only before the first attempt.
    pub fn suppress(&self, why: Suppression, now: Instant) -> Option<Message> {
        let untried = matches!(self.state, MessageState::Waiting { tries: 0, .. });
        untried.then(|| Message { state: MessageState::Suppressed { at: now, why }, ..self.clone() })
    }

    /// Nothing is sent for a while: what is left of the wait that lets its author take it back is kept. `None` if it has
    /// none left.
    pub fn stop_waiting(&self, now: Instant, longest: TimeDelta) -> Option<Message> {
        let waits = matches!(self.state, MessageState::Waiting { tries: 0, .. }) && self.bulk.is_some();
        let left = (self.due - now).min(longest).num_seconds();
        let rest = u32::try_from(left).ok().filter(|left| waits && self.rest.is_none() && *left > 0)?;
        Some(Message { rest: Some(rest), ..self.clone() })
    }

    /// When it goes now that messages are sent again, working hours aside: after what was left of its wait.
    pub fn resumes_at(&self, now: Instant) -> Instant {
        (now + TimeDelta::seconds(i64::from(self.rest.unwrap_or(0)))).max(self.due)
    }

    /// When it was sent or ended, or else when it is to go: the instant by which lists are ordered.
    pub fn moment(&self) -> Instant {
        match &self.state {
            MessageState::Waiting { .. } | MessageState::Held { .. } | MessageState::Sending { .. } => self.due,
            MessageState::Sent { at, .. }
            | MessageState::Bounced { at, .. }
            | MessageState::Failed { at, .. }
            | MessageState::Suppressed { at, .. }
            | MessageState::Cancelled { at, .. } => *at,
        }
    }

    /// Whether its acceptance told the account's customer something.
    fn tells_customer(&self) -> bool {
        matches!(self.to, Recipient::Contact(_)) && !matches!(self.kind, NoticeKind::Request | NoticeKind::Internal)
    }

    /// The stage of an account whose last accepted message this is.
    fn stage(&self) -> Stage {
        match self.kind {
            NoticeKind::Notice => Stage::Notice,
            NoticeKind::Reminder => Stage::Reminder,
            NoticeKind::Correction => Stage::Delay,
            NoticeKind::Confirmation => Stage::Confirmed,
            NoticeKind::Rollback => Stage::Rollback,
            NoticeKind::Request | NoticeKind::Internal | NoticeKind::StatusPage => Stage::None,
        }
    }
}

/// How far the customer of an account has been told in this attempt, by what was sent: what is planned is not seen here. That the
/// attempt before was rolled back is told in the new one.
pub fn stage<'a>(messages: impl Iterator<Item = &'a Message>, attempt: u16) -> Stage {
    let mut last: Option<(Instant, &MessageKey, Stage)> = None;
    let (mut bounced, mut suppressed) = (false, false);
    for message in messages.filter(|message| message.tells_customer()) {
        let ended = message.kind == NoticeKind::Rollback && message.attempt.checked_add(1) == Some(attempt);
        if message.attempt != attempt && !ended {
            continue;
        }
        match &message.state {
            // Of those accepted at one instant the key decides, so that the order in which they come does not.
            MessageState::Sent { at, .. } if last.is_none_or(|(known, key, _)| (known, key) <= (*at, &message.key)) => {
                last = Some((*at, &message.key, message.stage()));
            }
            MessageState::Bounced { .. } => bounced = true,
            MessageState::Suppressed { .. } => suppressed = true,
            _ => {}
        }
    }
    match last {
        Some((.., stage)) => stage,
        None if bounced => Stage::Bounced,
        None if suppressed => Stage::Suppressed,
        None => Stage::None,
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
