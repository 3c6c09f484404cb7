//! Rules: when whom is told what. They belong to a migration and are off until a lead switches them on.

use super::{Medium, NoticeKind};
use crate::clock::Instant;
use crate::id::{EndpointNumber, NoticeRuleNumber, NoticeTemplateNumber};
use crate::status::Status;
use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

/// A rule of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRule {
    pub number: NoticeRuleNumber,
    pub settings: RuleSettings,
    /// Since when it is on; `None`: it is off. Causes from before that instant do not fire it.
    pub on_since: Option<Instant>,
    /// Gone for everybody; its number is never used again, because messages name it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// What a lead sets of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSettings {
    pub name: String,
    pub kind: NoticeKind,
    pub trigger: Trigger,
    pub audience: Audience,
    pub template: NoticeTemplateNumber,
    pub medium: Medium,
    /// When a message may go, in its recipient's zone; `None`: at any time.
    pub hours: Option<WorkingHours>,
    /// For notices before a date: with fewer days left than this, nothing is sent and the owner is told.
    pub minimum_lead_days: u8,
    pub late: Late,
}

/// The lead in days that rules propose.
pub const MINIMUM_LEAD_DAYS_DEFAULT: u8 = 2;

/// What makes a rule fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// So many days before the account's date, while it is scheduled.
    BeforeDate { days: u16 },
    /// So many days after it was migrated.
    AfterMigration { days: u16 },
    /// The account came to this status.
    Status { to: Status },
    /// A ticket was opened within so many days after the migration.
    Ticket { within_days: u16 },
    /// Nobody was notified so many days before the migration's deadline.
    NotNotified { days_before_deadline: u16 },
    /// A cohort started, was halted, or closed; tells about the cohort, not about one account.
    Milestone { of: Milestone },
    /// The date of an account whose contacts were told another one has moved.
    DateMoved,
}

/// What happens to cohorts and the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    CohortStarted,
    CohortHalted,
    CohortClosed,
    MigrationStarted,
    MigrationClosed,
}

/// Whom a rule tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Audience {
    /// The main contact.
    MainContact,
    /// Contacts with one of these roles at the customer (any case); nobody has one: the main contact.
    Contacts {
        roles: Vec<String>,
    },
    AllContacts,
    /// The account's owner; without one the cohort's owner, then the leads.
    Owner,
    Leads,
    /// A chat channel or another system.
    Endpoint {
        number: EndpointNumber,
    },
}

/// The hours in which a person is written to, in their own zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    pub from: NaiveTime,
    /// Later than `from`.
    pub to: NaiveTime,
    /// Monday first.
    pub days: [bool; 7],
}

/// What happens to a message that is due while nothing could be sent (the server was off, the migration paused).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// Sent all the same.
    #[default]
    Send,
    /// Sent, with a mark on the message that it is late.
    Mark,
    /// Suppressed, when its day has passed.
    Drop,
}
