//! Flags: what somebody has to look after in an account. Raised by the system, cleared by a person.

use crate::clock::Instant;
use crate::id::{AccountNumber, UserId};
use serde::{Deserialize, Serialize};

/// Why an account is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// A ticket was opened soon after its migration.
    FollowUp,
    /// Nobody was notified although the deadline is near.
    Escalated,
    /// Something needs a person: a notice that could not be sent, a promise that breaks.
    Attention,
}

impl FlagKind {
    /// The word in keys and addresses.
    pub fn code(self) -> &'static str {
        match self {
            FlagKind::FollowUp => "follow_up",
            FlagKind::Escalated => "escalated",
            FlagKind::Attention => "attention",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            FlagKind::FollowUp => "Follow up",
            FlagKind::Escalated => "Escalated",
            FlagKind::Attention => "Needs attention",
        }
    }
}

/// A flag of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    pub account: AccountNumber,
    pub kind: FlagKind,
    /// Tells apart flags of one kind: a ticket's id, a message's key; may be empty.
    pub about: String,
    pub raised: Instant,
    /// A sentence for whoever looks after it; no personal data.
    pub because: String,
    pub cleared: Option<Cleared>,
}

/// Who looked after a flag, and what they found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    pub at: Instant,
    /// `None`: the reason went away by itself.
    pub by: Option<UserId>,
    pub note: String,
}

impl Flag {
    /// Unique within the migration.
    pub fn key(&self) -> String {
        format!("{}.{}.{}", self.kind.code(), self.account, self.about)
    }
}
