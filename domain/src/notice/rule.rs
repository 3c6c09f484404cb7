//! Rules: when whom is told what. They belong to a migration and are off until a lead switches them on.

use super::{Medium, NoticeKind};
use crate::clock::Instant;
use crate::id::{EndpointNumber, NoticeRuleNumber, NoticeTemplateNumber};
use crate::migration::FieldError;
use crate::status::Status;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Timelike};
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

/// Most rules that a migration may have.
pub const RULES_MAX: usize = 50;
/// Most days that a rule may count.
pub const RULE_DAYS_MAX: u16 = 365;
/// Most roles that an audience may name.
pub const ROLES_MAX: usize = 20;

impl NoticeRule {
    /// Whether it fires.
    pub fn is_on(&self) -> bool {
        self.on_since.is_some() && !self.removed
    }
}

impl Milestone {
    /// Every one, in the order of menus.
    pub const ALL: [Milestone; 5] = [
        Milestone::CohortStarted,
        Milestone::CohortHalted,
        Milestone::CohortClosed,
        Milestone::MigrationStarted,
        Milestone::MigrationClosed,
    ];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Milestone::CohortStarted => "cohort_started",
            Milestone::CohortHalted => "cohort_halted",
            Milestone::CohortClosed => "cohort_closed",
            Milestone::MigrationStarted => "migration_started",
            Milestone::MigrationClosed => "migration_closed",
        }
    }

    /// The words on screen, after "when".
    pub fn label(self) -> &'static str {
        match self {
            Milestone::CohortStarted => "a cohort starts",
            Milestone::CohortHalted => "a cohort is halted",
            Milestone::CohortClosed => "a cohort is closed",
            Milestone::MigrationStarted => "the migration starts",
            Milestone::MigrationClosed => "the migration is closed",
        }
    }

    /// Reads the word of [`Milestone::code`] exactly.
    pub fn from_code(code: &str) -> Option<Milestone> {
        Milestone::ALL.into_iter().find(|milestone| milestone.code() == code)
    }
}

impl Trigger {
    /// The days that it counts, if it counts any.
    pub fn days(&self) -> Option<u16> {
        match self {
            Trigger::BeforeDate { days } | Trigger::AfterMigration { days } => Some(*days),
            Trigger::Ticket { within_days } => Some(*within_days),
            Trigger::NotNotified { days_before_deadline } => Some(*days_before_deadline),
            Trigger::Status { .. } | Trigger::Milestone { .. } | Trigger::DateMoved => None,
        }
    }

    /// Whether it fires by the calendar, so that its messages are planned; the others fire when something happens.
    pub fn is_planned(&self) -> bool {
        matches!(self, Trigger::BeforeDate { .. } | Trigger::AfterMigration { .. } | Trigger::NotNotified { .. })
    }

    /// What its messages can be to their reader.
    pub fn kinds(&self) -> &'static [NoticeKind] {
        match self {
            Trigger::BeforeDate { .. } => &[NoticeKind::Notice, NoticeKind::Reminder, NoticeKind::Internal],
            Trigger::AfterMigration { .. } => &[NoticeKind::Confirmation, NoticeKind::Internal],
            Trigger::Status { to: Status::RolledBack } => &[NoticeKind::Rollback, NoticeKind::Internal],
            Trigger::Status { to: Status::Scheduled } => &[NoticeKind::Notice, NoticeKind::Internal],
            Trigger::Status { .. } => &[NoticeKind::Confirmation, NoticeKind::Internal],
            Trigger::DateMoved => &[NoticeKind::Correction, NoticeKind::Internal],
            Trigger::Ticket { .. } | Trigger::NotNotified { .. } | Trigger::Milestone { .. } => &[NoticeKind::Internal],
        }
    }

    /// When it fires, to begin a sentence.
    pub fn words(&self) -> String {
        match self {
            Trigger::BeforeDate { days: 0 } => "On the day of the date".to_owned(),
            Trigger::BeforeDate { days } => format!("{} before the date", in_days(*days)),
            Trigger::AfterMigration { days: 0 } => "When it is migrated".to_owned(),
            Trigger::AfterMigration { days } => format!("{} after it was migrated", in_days(*days)),
            Trigger::Status { to } => format!("When the account becomes {}", to.label().to_lowercase()),
            Trigger::Ticket { within_days } => {
                format!("When a ticket is opened within {} of the migration", in_days(*within_days))
            }
            Trigger::NotNotified { days_before_deadline } => {
                format!("{} before the deadline, if nobody was notified", in_days(*days_before_deadline))
            }
            Trigger::Milestone { of } => format!("When {}", of.label()),
            Trigger::DateMoved => "When a date moves that was told".to_owned(),
        }
    }
}

/// `1 day`, `14 days`.
fn in_days(days: u16) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

impl Audience {
    /// Whether it is people of the customer.
    pub fn is_customer(&self) -> bool {
        matches!(self, Audience::MainContact | Audience::Contacts { .. } | Audience::AllContacts)
    }

    /// Whom it tells, within a sentence. `endpoint` is the name of an endpoint.
    pub fn words(&self, endpoint: impl Fn(EndpointNumber) -> Option<String>) -> String {
        match self {
            Audience::MainContact => "to the main contact".to_owned(),
            Audience::Contacts { roles } => {
                format!("to contacts in the role {}, else the main contact", roles.join(" or "))
            }
            Audience::AllContacts => "to all contacts".to_owned(),
            Audience::Owner => "to the owner, else the cohort's owner, else the leads".to_owned(),
            Audience::Leads => "to the leads".to_owned(),
            Audience::Endpoint { number } => {
                format!("to {}", endpoint(*number).unwrap_or_else(|| "an endpoint that is gone".to_owned()))
            }
        }
    }
}

impl WorkingHours {
    /// Nine to five on weekdays, as rules propose it.
    pub fn office() -> WorkingHours {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        WorkingHours { from: hour(9), to: hour(17), days: [true, true, true, true, true, false, false] }
    }

    /// `9–17 h in their zone, Mon–Fri`.
    pub fn words(&self) -> String {
        let time = |time: NaiveTime| match time.minute() {
            0 => time.hour().to_string(),
            _ => time.format("%-H:%M").to_string(),
        };
        let hours = format!("{}–{} h in their zone", time(self.from), time(self.to));
        match self.days {
            [true, true, true, true, true, true, true] => hours,
            [true, true, true, true, true, false, false] => format!("{hours}, Mon–Fri"),
            days => {
                let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
                let on: Vec<_> = names.into_iter().zip(days).filter(|(_, on)| *on).map(|(name, _)| name).collect();
                format!("{hours}, {}", on.join(", "))
            }
        }
    }
}

impl Late {
    /// Every one, in the order of menus.
    pub const ALL: [Late; 3] = [Late::Send, Late::Mark, Late::Drop];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Late::Send => "send",
            Late::Mark => "mark",
            Late::Drop => "drop",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Late::Send => "Send it all the same",
            Late::Mark => "Send it, marked as late",
            Late::Drop => "Drop it when its day has passed",
        }
    }

    /// Reads the word of [`Late::code`] exactly.
    pub fn from_code(code: &str) -> Option<Late> {
        Late::ALL.into_iter().find(|late| late.code() == code)
    }
}

/// What a rule is checked against.
pub struct RuleSurroundings<'a> {
    /// The names of the migration's other rules.
    pub others: Vec<&'a str>,
    pub has_template: &'a dyn Fn(NoticeTemplateNumber) -> bool,
    pub has_endpoint: &'a dyn Fn(EndpointNumber) -> bool,
    pub deadline: NaiveDate,
    /// In the migration's zone.
    pub today: NaiveDate,
}

impl RuleSettings {
    /// The rule in a sentence: `14 days before the date, to the main contact, by e-mail, 9–17 h in their zone, Mon–Fri`.
    pub fn sentence(&self, endpoint: impl Fn(EndpointNumber) -> Option<String>) -> String {
        let medium = match self.medium {
            Medium::Email => "by e-mail",
            Medium::Webhook => "by webhook",
            Medium::Call => "by telephone",
        };
        let hours = self.hours.map_or_else(|| "at any hour".to_owned(), |hours| hours.words());
        format!("{}, {}, {medium}, {hours}", self.trigger.words(), self.audience.words(endpoint))
    }

    /// Everything that is wrong with these settings, at its field.
    pub fn problems(&self, around: &RuleSurroundings<'_>) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut check = |ok: bool, field: &str, message: &str| {
            if !ok {
                problems.push(FieldError::new(field, message));
            }
        };
        let name = self.name.trim();
        check(!name.is_empty(), "name", "Give the rule a name.");
        check(name.chars().count() <= 80, "name", "At most 80 characters.");
        check(!name.chars().any(char::is_control), "name", "One line, please.");
        let taken = around.others.iter().any(|other| other.eq_ignore_ascii_case(name));
        check(!taken, "name", "Another rule of this migration has this name.");
        let days = self.trigger.days().unwrap_or(0);
        check(days <= RULE_DAYS_MAX, "days", "At most 365 days.");
        if let Trigger::Ticket { within_days } = self.trigger {
            check(within_days > 0, "days", "At least one day.");
        }
        if let Trigger::NotNotified { days_before_deadline } = self.trigger {
            let passed = around.deadline < around.today;
            check(
                !passed,
                "trigger",
                "The migration's deadline has passed: nobody can be warned of it any more. Change the deadline first.",
            );
            let fits = around.deadline.checked_sub_days(Days::new(u64::from(days_before_deadline))).is_some();
            check(fits, "days", "So many days before the deadline there is no date.");
        }
        if let Trigger::BeforeDate { days } = self.trigger {
            let lead = u16::from(self.minimum_lead_days) <= days;
            check(lead, "minimum_lead_days", "More than the days before the date: it would never be sent.");
        }
        check(self.trigger.kinds().contains(&self.kind), "kind", "This trigger sends no messages of this kind.");
        let colleagues = self.kind == NoticeKind::Internal;
        let fits = self.audience.is_customer() != colleagues;
        check(fits || colleagues, "audience", "Messages of this kind go to contacts of the customer.");
        check(fits || !colleagues, "audience", "Messages to colleagues do not go to contacts of the customer.");
        if let Audience::Contacts { roles } = &self.audience {
            check(!roles.is_empty(), "roles", "Name at least one role.");
            check(roles.len() <= ROLES_MAX, "roles", "At most 20 roles.");
            let fine = |role: &String| !role.trim().is_empty() && role.chars().count() <= 60;
            check(roles.iter().all(fine), "roles", "A role has 1 to 60 characters.");
        }
        let endpoint = match self.audience {
            Audience::Endpoint { number } => Some(number),
            _ => None,
        };
        let known = endpoint.is_none_or(|number| (around.has_endpoint)(number));
        check(known, "audience", "This endpoint does not exist or is switched off.");
        check(self.medium != Medium::Call, "medium", "Calls are made by people, not by rules.");
        let webhook = self.medium == Medium::Webhook;
        check(
            webhook == endpoint.is_some(),
            "medium",
            match webhook {
                true => "A webhook needs an endpoint as its audience.",
                false => "An endpoint is told by webhook.",
            },
        );
        check((around.has_template)(self.template), "template", "Choose a template of this migration.");
        if let Some(hours) = self.hours {
            check(hours.days.contains(&true), "hours_days", "Choose at least one day: otherwise it is never sent.");
            check(hours.from < hours.to, "hours_to", "The hours must end after they begin.");
            let long = hours.from >= hours.to || hours.to - hours.from >= TimeDelta::hours(1);
            check(long, "hours_to", "At least one hour.");
        }
        problems
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
