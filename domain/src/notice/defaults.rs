//! The rules with which a migration begins; a lead looks at them and switches them on.

use super::rule::{
    Audience, Late, MINIMUM_LEAD_DAYS_DEFAULT, Milestone, NoticeRule, RuleSettings, Trigger, WorkingHours,
};
use super::{Medium, NoticeKind, default_templates};
use crate::id::{NoticeRuleNumber, NoticeTemplateNumber};
use crate::status::Status;

/// The rules of a new migration, all of them off.
pub fn rules() -> Vec<NoticeRule> {
    let customer = |name: &str, kind, trigger, template| settings(name, kind, trigger, Audience::MainContact, template);
    let owner =
        |name: &str, trigger, template| settings(name, NoticeKind::Internal, trigger, Audience::Owner, template);
    let completed = Trigger::Status { to: Status::Completed };
    let all = [
        customer("Notice of the date", NoticeKind::Notice, Trigger::BeforeDate { days: 14 }, default_templates::NOTICE),
        customer("Confirmation", NoticeKind::Confirmation, completed, default_templates::CONFIRMATION),
        owner("Ticket after the migration", Trigger::Ticket { within_days: 7 }, default_templates::FOLLOW_UP),
        owner("Nobody notified", Trigger::NotNotified { days_before_deadline: 30 }, default_templates::ESCALATION),
    ];
    all.into_iter()
        .zip(1..)
        .map(|(settings, number)| NoticeRule {
            number: NoticeRuleNumber(number),
            settings,
            on_since: None,
            removed: false,
        })
        .collect()
}

/// What a new rule proposes for each trigger.
pub fn proposal(trigger: Trigger) -> RuleSettings {
    let (name, kind, audience, template) = match trigger {
        Trigger::BeforeDate { .. } => {
            ("Reminder", NoticeKind::Reminder, Audience::MainContact, default_templates::REMINDER)
        }
        Trigger::AfterMigration { .. } => {
            ("Some days after", NoticeKind::Confirmation, Audience::MainContact, default_templates::CONFIRMATION)
        }
        Trigger::Status { to: Status::RolledBack } => {
            ("Rolled back", NoticeKind::Rollback, Audience::MainContact, default_templates::ROLLBACK)
        }
        Trigger::Status { .. } => {
            ("Status", NoticeKind::Confirmation, Audience::MainContact, default_templates::CONFIRMATION)
        }
        Trigger::DateMoved => ("New date", NoticeKind::Correction, Audience::MainContact, default_templates::NEW_DATE),
        Trigger::Ticket { .. } => ("Ticket", NoticeKind::Internal, Audience::Owner, default_templates::FOLLOW_UP),
        Trigger::NotNotified { .. } => {
            ("Escalation", NoticeKind::Internal, Audience::Owner, default_templates::ESCALATION)
        }
        Trigger::Milestone { of: Milestone::CohortHalted } => {
            ("Cohort halted", NoticeKind::Internal, Audience::Owner, default_templates::COHORT_HALTED)
        }
        Trigger::Milestone { of } => {
            let (name, template) = match of {
                Milestone::CohortStarted => ("Cohort started", default_templates::COHORT_STARTED),
                Milestone::CohortHalted => ("Cohort halted", default_templates::COHORT_HALTED),
                Milestone::CohortClosed => ("Cohort closed", default_templates::COHORT_CLOSED),
                Milestone::MigrationStarted => ("Migration started", default_templates::MIGRATION_STARTED),
                Milestone::MigrationClosed => ("Migration closed", default_templates::MIGRATION_CLOSED),
            };
            (name, NoticeKind::Internal, Audience::Leads, template)
        }
    };
    settings(name, kind, trigger, audience, template)
}

fn settings(
    name: &str,
    kind: NoticeKind,
    trigger: Trigger,
    audience: Audience,
    template: NoticeTemplateNumber,
) -> RuleSettings {
    let days = trigger.days().unwrap_or(u16::MAX);
    let lead = u16::from(MINIMUM_LEAD_DAYS_DEFAULT).min(days);
    RuleSettings {
        name: name.to_owned(),
        kind,
        trigger,
        audience,
        template,
        medium: Medium::Email,
        hours: Some(WorkingHours::office()),
        minimum_lead_days: u8::try_from(lead).unwrap_or(MINIMUM_LEAD_DAYS_DEFAULT),
        late: Late::Send,
    }
}
