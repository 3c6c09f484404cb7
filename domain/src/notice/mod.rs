//! Notifications: what contacts and colleagues are told about an account, because of which rule, and when.
//!
//! What is planned is computed from rules and accounts; a [`message::Message`] is written when it is due or when its cause
//! happens, once per rule, account, recipient and attempt, and is sent by a job of the server.

pub mod default_templates;
pub mod defaults;
pub mod endpoint;
#[cfg(feature = "server")]
pub mod facts;
pub mod flag;
#[cfg(feature = "server")]
pub mod hours;
#[cfg(feature = "server")]
pub(crate) mod letter;
pub mod list;
pub mod message;
pub mod plan;
pub mod preflight;
pub mod promise;
#[cfg(feature = "server")]
pub mod render;
pub mod rule;
pub mod template;
pub mod ticket;
pub mod variables;
#[cfg(feature = "server")]
pub mod words;
pub mod writing;

use crate::id::{ContactNumber, EndpointNumber, SubscriberNumber, UserId};
use serde::{Deserialize, Serialize};

/// What a message is to its reader. It decides which [`Stage`] the account has once the message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The first notice of a date.
    Notice,
    /// The date that was told, once more.
    Reminder,
    /// Another date than the one told before.
    Correction,
    /// The account was migrated.
    Confirmation,
    /// The account was rolled back.
    Rollback,
    /// About what was asked for on the customer's page.
    Request,
    /// For colleagues: an escalation, a follow-up, a halted cohort.
    Internal,
    /// News of the public status page, for its subscribers. No rule and no template writes it.
    StatusPage,
}

impl NoticeKind {
    /// Every kind that a rule or a template may have, in the order of menus.
    pub const ALL: [NoticeKind; 7] = [
        NoticeKind::Notice,
        NoticeKind::Reminder,
        NoticeKind::Correction,
        NoticeKind::Confirmation,
        NoticeKind::Rollback,
        NoticeKind::Request,
        NoticeKind::Internal,
    ];

    /// The word in forms and in the database.
    pub fn code(self) -> &'static str {
        match self {
            NoticeKind::Notice => "notice",
            NoticeKind::Reminder => "reminder",
            NoticeKind::Correction => "correction",
            NoticeKind::Confirmation => "confirmation",
            NoticeKind::Rollback => "rollback",
            NoticeKind::Request => "request",
            NoticeKind::Internal => "internal",
            NoticeKind::StatusPage => "status_page",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            NoticeKind::Notice => "Notice of the date",
            NoticeKind::Reminder => "Reminder",
            NoticeKind::Correction => "New date",
            NoticeKind::Confirmation => "Confirmation",
            NoticeKind::Rollback => "Rolled back",
            NoticeKind::Request => "Customer's request",
            NoticeKind::Internal => "To colleagues",
            NoticeKind::StatusPage => "Status page",
        }
    }

    /// Reads the word of [`NoticeKind::code`] exactly.
    pub fn from_code(code: &str) -> Option<NoticeKind> {
        NoticeKind::ALL.into_iter().chain([NoticeKind::StatusPage]).find(|kind| kind.code() == code)
    }

    /// Whether the message tells its reader the account's date: then it becomes a promise when it is accepted.
    pub fn tells_date(self) -> bool {
        matches!(self, NoticeKind::Notice | NoticeKind::Reminder | NoticeKind::Correction)
    }
}

/// How far an account's customer has been told in this attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    None,
    /// A notice is planned by a rule that is on.
    Planned,
    Notice,
    Reminder,
    /// A new date was told.
    Delay,
    Confirmed,
    Rollback,
    /// The last notice came back.
    Bounced,
    /// Nothing may be sent: no address, unsubscribed, too late.
    Suppressed,
}

impl Stage {
    /// Every stage, in the order of menus.
    pub const ALL: [Stage; 9] = [
        Stage::None,
        Stage::Planned,
        Stage::Notice,
        Stage::Reminder,
        Stage::Delay,
        Stage::Confirmed,
        Stage::Rollback,
        Stage::Bounced,
        Stage::Suppressed,
    ];

    /// The word in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Stage::None => "none",
            Stage::Planned => "planned",
            Stage::Notice => "notice",
            Stage::Reminder => "reminder",
            Stage::Delay => "delay",
            Stage::Confirmed => "confirmed",
            Stage::Rollback => "rollback",
            Stage::Bounced => "bounced",
            Stage::Suppressed => "suppressed",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Stage::None => "Not told",
            Stage::Planned => "Notice planned",
            Stage::Notice => "Notified",
            Stage::Reminder => "Reminded",
            Stage::Delay => "New date told",
            Stage::Confirmed => "Confirmed",
            Stage::Rollback => "Rollback told",
            Stage::Bounced => "Bounced",
            Stage::Suppressed => "Suppressed",
        }
    }

    /// Whether the customer knows of this attempt's date or of its end.
    pub fn is_notified(self) -> bool {
        matches!(self, Stage::Notice | Stage::Reminder | Stage::Delay | Stage::Confirmed)
    }

    /// Reads the word of [`Stage::code`] exactly.
    pub fn from_code(code: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// By which way a message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    #[default]
    Email,
    /// To an endpoint of the migration: chat, or another system.
    Webhook,
    /// A person called, and recorded it: nothing is sent.
    Call,
}

impl Medium {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Medium::Email => "E-mail",
            Medium::Webhook => "Webhook",
            Medium::Call => "Call",
        }
    }
}

/// Who gets a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "to", content = "id", rename_all = "snake_case")]
pub enum Recipient {
    /// A contact of the account's customer.
    Contact(ContactNumber),
    /// A colleague.
    User(UserId),
    /// A chat channel or another system.
    Endpoint(EndpointNumber),
    /// Somebody who subscribed to the public status page.
    Subscriber(SubscriberNumber),
}

impl Recipient {
    /// Short and unique within a migration; part of a message's key.
    pub fn key(&self) -> String {
        match self {
            Recipient::Contact(number) => format!("c{number}"),
            Recipient::User(id) => format!("u-{id}"),
            Recipient::Endpoint(number) => format!("e{number}"),
            Recipient::Subscriber(number) => format!("s{number}"),
        }
    }
}

/// What the table shows of an account's messages, tickets and promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RowNotices {
    #[serde(default)]
    pub stage: Stage,
    /// A ticket came soon after its migration, and nobody has looked after it yet.
    #[serde(default)]
    pub follow_up: bool,
    /// Nobody was notified although the deadline is near.
    #[serde(default)]
    pub escalated: bool,
    /// A date that was told to the customer is not the account's date any more.
    #[serde(default)]
    pub promise_broken: bool,
    /// The customer asked for something on their page that a colleague has to decide.
    #[serde(default)]
    pub asks: bool,
}

impl RowNotices {
    /// Whether there is nothing to say.
    pub fn is_nothing(&self) -> bool {
        *self == RowNotices::default()
    }
}

/// A chat channel or another system that a migration's rules may write to. Its secret lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    pub number: EndpointNumber,
    pub name: String,
    pub url: String,
    pub kind: EndpointKind,
    /// Answered 410, or switched off by a lead: nothing is sent there.
    #[serde(default)]
    pub disabled: bool,
}

/// What other systems report to us; each has a key of its own that signs its reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// Mail that came back.
    Bounces,
    Tickets,
}

impl Hook {
    /// Every hook, in the order of the settings.
    pub const ALL: [Hook; 2] = [Hook::Bounces, Hook::Tickets];

    /// The last part of its address, `/hooks/CODE`, and the name of its key.
    pub fn code(self) -> &'static str {
        match self {
            Hook::Bounces => "bounces",
            Hook::Tickets => "tickets",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Hook::Bounces => "Mail that came back",
            Hook::Tickets => "Tickets",
        }
    }
}

/// How an endpoint wants its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// `{"text": …}`, as Slack's incoming webhooks take it.
    Slack,
    /// Signed as Standard Webhooks 1.0.0 says.
    Standard,
}
