//! A message to one recipient: what it is about and how far it is. Its text and address lie apart, because they are personal.

use super::{Medium, NoticeKind, Recipient};
use crate::clock::Instant;
use crate::id::{AccountNumber, BulkId, CohortNumber, NoticeRuleNumber, NoticeTemplateNumber, UserId};
use chrono::NaiveDate;
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
    Cancelled { at: Instant, by: Option<UserId>, why: String },
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

    /// Whether it may still go out.
    pub fn is_open(&self) -> bool {
        matches!(self, MessageState::Waiting { .. } | MessageState::Held { .. } | MessageState::Sending { .. })
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
