//! Rules of notifications.

use super::ApiError;
use chrono::NaiveDate;
use domain::id::{AccountNumber, EndpointNumber, MigrationId, NoticeRuleNumber, NoticeTemplateNumber};
use domain::migration::MigrationStage;
use domain::notice::preflight::Finding;
use domain::notice::rule::{Audience, NoticeRule, RuleSettings, Trigger};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// A migration's rules and what they can refer to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleList {
    pub rules: Vec<RuleLine>,
    pub templates: Vec<(NoticeTemplateNumber, String)>,
    pub endpoints: Vec<(EndpointNumber, String)>,
    pub stage: MigrationStage,
}

/// A rule with what has become of its messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleLine {
    pub rule: NoticeRule,
    /// What it does, in a sentence.
    pub sentence: String,
    pub template: String,
    pub sent: u32,
    /// Written, and waiting or held.
    pub open: u32,
    /// When its next message is due, in the migration's zone.
    pub next: Option<String>,
}

/// Whom a rule would reach now and in the next days, were it switched on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachView {
    /// False: it fires when something happens, so nobody can say whom it will reach.
    pub planned: bool,
    pub now: u32,
    pub days: Vec<(NaiveDate, u32)>,
    pub first: Vec<ReachedLine>,
    pub without_address: Vec<ReachedLine>,
    pub accounts: u32,
    /// What looks suspicious, and whether somebody has to type the number before it goes.
    pub findings: Vec<Finding>,
}

/// An account that a rule reaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachedLine {
    pub number: AccountNumber,
    pub name: String,
    /// In the migration's zone.
    pub due: String,
}

/// The form of a rule as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleForm {
    pub name: String,
    /// One of [`TRIGGERS`].
    pub trigger: String,
    pub days: String,
    /// The word of a status.
    pub status: String,
    /// The word of a milestone.
    pub milestone: String,
    /// The word of a kind of notice.
    pub kind: String,
    /// One of [`AUDIENCES`].
    pub audience: String,
    /// Separated by commas.
    pub roles: String,
    pub endpoint: String,
    pub template: String,
    pub any_hour: bool,
    pub hours_from: String,
    pub hours_to: String,
    /// Monday first.
    pub hours_days: [bool; 7],
    pub minimum_lead_days: String,
    /// The word of what happens to late messages.
    pub late: String,
}

/// The triggers of the form: their words in it and on screen.
pub const TRIGGERS: [(&str, &str); 7] = [
    ("before_date", "Days before the account's date"),
    ("after_migration", "Days after it was migrated"),
    ("status", "The account comes to a status"),
    ("date_moved", "A date moves that was told"),
    ("ticket", "A ticket within days of the migration"),
    ("not_notified", "Nobody notified days before the deadline"),
    ("milestone", "A milestone of cohorts or the migration"),
];

/// The audiences of the form: their words in it and on screen.
pub const AUDIENCES: [(&str, &str); 6] = [
    ("main_contact", "The main contact"),
    ("contacts", "Contacts with a role"),
    ("all_contacts", "All contacts"),
    ("owner", "The account's owner"),
    ("leads", "The leads"),
    ("endpoint", "A chat channel or another system"),
];

impl RuleForm {
    /// The form filled with a rule.
    pub fn of(settings: &RuleSettings) -> RuleForm {
        let (trigger, status, milestone) = match &settings.trigger {
            Trigger::BeforeDate { .. } => ("before_date", "", ""),
            Trigger::AfterMigration { .. } => ("after_migration", "", ""),
            Trigger::Status { to } => ("status", to.code(), ""),
            Trigger::Ticket { .. } => ("ticket", "", ""),
            Trigger::NotNotified { .. } => ("not_notified", "", ""),
            Trigger::Milestone { of } => ("milestone", "", of.code()),
            Trigger::DateMoved => ("date_moved", "", ""),
        };
        let (audience, roles, endpoint) = match &settings.audience {
            Audience::MainContact => ("main_contact", String::new(), String::new()),
            Audience::Contacts { roles } => ("contacts", roles.join(", "), String::new()),
            Audience::AllContacts => ("all_contacts", String::new(), String::new()),
            Audience::Owner => ("owner", String::new(), String::new()),
            Audience::Leads => ("leads", String::new(), String::new()),
            Audience::Endpoint { number } => ("endpoint", String::new(), number.to_string()),
        };
        let hours = settings.hours.unwrap_or_else(domain::notice::rule::WorkingHours::office);
        RuleForm {
            name: settings.name.clone(),
            trigger: trigger.to_owned(),
            days: settings.trigger.days().map(|days| days.to_string()).unwrap_or_default(),
            status: status.to_owned(),
            milestone: milestone.to_owned(),
            kind: settings.kind.code().to_owned(),
            audience: audience.to_owned(),
            roles,
            endpoint,
            template: settings.template.to_string(),
            any_hour: settings.hours.is_none(),
            hours_from: hours.from.format("%H:%M").to_string(),
            hours_to: hours.to.format("%H:%M").to_string(),
            hours_days: hours.days,
            minimum_lead_days: settings.minimum_lead_days.to_string(),
            late: settings.late.code().to_owned(),
        }
    }
}

/// The rules of a migration.
#[server(endpoint = "rules/list")]
pub async fn notice_rules(migration: MigrationId) -> Result<RuleList, ApiError> {
    crate::backend::rules::list(migration).await
}

/// Whom a rule would reach, were it switched on now.
#[server(endpoint = "rules/reach")]
pub async fn rule_reach(migration: MigrationId, number: NoticeRuleNumber) -> Result<ReachView, ApiError> {
    crate::backend::rules::reach(migration, number).await
}

/// Adds a rule, or changes one. A rule that then reaches others is off until it is switched on again.
#[server(endpoint = "rules/save", input = Json)]
pub async fn save_rule(
    migration: MigrationId,
    number: Option<NoticeRuleNumber>,
    form: RuleForm,
) -> Result<NoticeRuleNumber, ApiError> {
    crate::backend::rules::save(migration, number, form).await
}

/// Switches a rule on or off; `typed` is the number of messages that go at once, where they are many.
#[server(endpoint = "rules/switch", input = Json)]
pub async fn switch_rule(
    migration: MigrationId,
    number: NoticeRuleNumber,
    on: bool,
    typed: Option<u32>,
) -> Result<(), ApiError> {
    crate::backend::rules::switch(migration, number, on, typed).await
}

/// Adds the rules with which a new migration begins, all of them off, to one that has none.
#[server(endpoint = "rules/usual", input = Json)]
pub async fn add_usual_rules(migration: MigrationId) -> Result<(), ApiError> {
    crate::backend::rules::add_usual(migration).await
}

/// Takes a rule away; what it wrote stays.
#[server(endpoint = "rules/remove", input = Json)]
pub async fn remove_rule(migration: MigrationId, number: NoticeRuleNumber) -> Result<(), ApiError> {
    crate::backend::rules::remove(migration, number).await
}
