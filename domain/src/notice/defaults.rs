//! The rules with which a migration begins; a lead looks at them and switches them on.

use super::rule::{
    Audience, Late, MINIMUM_LEAD_DAYS_DEFAULT, Milestone, NoticeRule, RuleSettings, Trigger, WorkingHours,
};
use super::{Medium, NoticeKind};
use crate::id::{NoticeRuleNumber, NoticeTemplateNumber};
use crate::status::Status;

/// The numbers of the templates that every migration begins with.
pub mod templates {
    use crate::id::NoticeTemplateNumber;

    pub const NOTICE: NoticeTemplateNumber = NoticeTemplateNumber(1);
    pub const REMINDER: NoticeTemplateNumber = NoticeTemplateNumber(2);
    pub const NEW_DATE: NoticeTemplateNumber = NoticeTemplateNumber(3);
    pub const CONFIRMATION: NoticeTemplateNumber = NoticeTemplateNumber(4);
    pub const ROLLBACK: NoticeTemplateNumber = NoticeTemplateNumber(5);
    pub const ESCALATION: NoticeTemplateNumber = NoticeTemplateNumber(6);
    pub const FOLLOW_UP: NoticeTemplateNumber = NoticeTemplateNumber(7);
    pub const COHORT_HALTED: NoticeTemplateNumber = NoticeTemplateNumber(8);
}

/// The rules of a new migration, all of them off.
pub fn rules() -> Vec<NoticeRule> {
    let customer = |name: &str, kind, trigger, template| settings(name, kind, trigger, Audience::MainContact, template);
    let owner =
        |name: &str, trigger, template| settings(name, NoticeKind::Internal, trigger, Audience::Owner, template);
    let completed = Trigger::Status { to: Status::Completed };
    let all = [
        customer("Notice of the date", NoticeKind::Notice, Trigger::BeforeDate { days: 14 }, templates::NOTICE),
        customer("Confirmation", NoticeKind::Confirmation, completed, templates::CONFIRMATION),
        owner("Ticket after the migration", Trigger::Ticket { within_days: 7 }, templates::FOLLOW_UP),
        owner("Nobody notified", Trigger::NotNotified { days_before_deadline: 30 }, templates::ESCALATION),
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
        Trigger::BeforeDate { .. } => ("Reminder", NoticeKind::Reminder, Audience::MainContact, templates::REMINDER),
        Trigger::AfterMigration { .. } => {
            ("Some days after", NoticeKind::Confirmation, Audience::MainContact, templates::CONFIRMATION)
        }
        Trigger::Status { to: Status::RolledBack } => {
            ("Rolled back", NoticeKind::Rollback, Audience::MainContact, templates::ROLLBACK)
        }
        Trigger::Status { .. } => ("Status", NoticeKind::Confirmation, Audience::MainContact, templates::CONFIRMATION),
        Trigger::DateMoved => ("New date", NoticeKind::Correction, Audience::MainContact, templates::NEW_DATE),
        Trigger::Ticket { .. } => ("Ticket", NoticeKind::Internal, Audience::Owner, templates::FOLLOW_UP),
        Trigger::NotNotified { .. } => ("Escalation", NoticeKind::Internal, Audience::Owner, templates::ESCALATION),
        Trigger::Milestone { of: Milestone::CohortHalted } => {
            ("Cohort halted", NoticeKind::Internal, Audience::Owner, templates::COHORT_HALTED)
        }
        Trigger::Milestone { .. } => ("Milestone", NoticeKind::Internal, Audience::Leads, templates::COHORT_HALTED),
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
