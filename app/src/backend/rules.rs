//! Rules of notifications.

use super::acting;
use crate::api::ApiError;
use crate::api::rules::{ReachView, ReachedLine, RuleForm, RuleLine, RuleList};
use chrono::NaiveTime;
use domain::clock::Instant;
use domain::id::{EndpointNumber, MigrationId, NoticeRuleNumber, NoticeTemplateNumber};
use domain::migration::FieldError;
use domain::notice::rule::{Audience, Late, Milestone, RuleSettings, Trigger, WorkingHours};
use domain::notice::{Medium, NoticeKind};
use domain::status::Status;
use store::{ReachedAccount, local_text};

/// How a due instant is written.
const DUE: &str = "%-d %b %Y, %H:%M";

/// The rules of a migration.
pub async fn list(migration: MigrationId) -> Result<RuleList, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let view = acting.notice_rules(&migration).await?;
        let line = |view: store::RuleView| RuleLine {
            rule: view.rule,
            sentence: view.sentence,
            template: view.template,
            sent: view.sent,
            open: view.open,
            next: view.next.map(|next| local_text(next, &zone, DUE)),
        };
        Ok(RuleList {
            rules: view.rules.into_iter().map(line).collect(),
            templates: view.templates,
            endpoints: view.endpoints,
            stage: view.stage,
        })
    })
    .await
}

/// Whom a rule would reach.
pub async fn reach(migration: MigrationId, number: NoticeRuleNumber) -> Result<ReachView, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let reach = acting.rule_reach(&migration, number).await?;
        let when = |due: Instant| local_text(due, &zone, DUE);
        let line = |account: ReachedAccount| ReachedLine {
            number: account.number,
            name: account.name,
            due: when(account.due),
        };
        Ok(ReachView {
            planned: reach.planned,
            now: reach.now,
            days: reach.days,
            first: reach.first.into_iter().map(line).collect(),
            without_address: reach.without_address.into_iter().map(line).collect(),
            accounts: reach.accounts,
            findings: reach.findings,
        })
    })
    .await
}

/// Adds a rule, or changes one.
pub async fn save(
    migration: MigrationId,
    number: Option<NoticeRuleNumber>,
    form: RuleForm,
) -> Result<NoticeRuleNumber, ApiError> {
    acting(async |acting, _| Ok(acting.save_notice_rule(&migration, number, read(&form)?).await?)).await
}

/// Switches a rule on or off.
pub async fn switch(
    migration: MigrationId,
    number: NoticeRuleNumber,
    on: bool,
    typed: Option<u32>,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.switch_notice_rule(&migration, number, on, typed).await?)).await
}

/// Adds the usual rules, off.
pub async fn add_usual(migration: MigrationId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.add_usual_rules(&migration).await?)).await
}

/// Takes a rule away.
pub async fn remove(migration: MigrationId, number: NoticeRuleNumber) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.remove_notice_rule(&migration, number).await?)).await
}

/// Reads the form as typed; each problem stands at its field. What else is wrong with the settings says the store.
fn read(form: &RuleForm) -> Result<RuleSettings, ApiError> {
    let mut problems = Vec::new();
    let mut complain = |field: &str, message: &str| problems.push(FieldError::new(field, message));
    let counted = matches!(form.trigger.as_str(), "before_date" | "after_migration" | "ticket" | "not_notified");
    let days = form.days.trim().parse::<u16>().unwrap_or_else(|_| {
        if counted {
            complain("days", "Give the days as a number, 0 to 365.");
        }
        0
    });
    let trigger = match form.trigger.as_str() {
        "before_date" => Some(Trigger::BeforeDate { days }),
        "after_migration" => Some(Trigger::AfterMigration { days }),
        "ticket" => Some(Trigger::Ticket { within_days: days }),
        "not_notified" => Some(Trigger::NotNotified { days_before_deadline: days }),
        "date_moved" => Some(Trigger::DateMoved),
        "status" => {
            let to = Status::ALL.into_iter().find(|status| status.code() == form.status);
            if to.is_none() {
                complain("status", "Choose a status.");
            }
            Some(Trigger::Status { to: to.unwrap_or(Status::Completed) })
        }
        "milestone" => {
            let of = Milestone::from_code(&form.milestone);
            if of.is_none() {
                complain("milestone", "Choose a milestone.");
            }
            Some(Trigger::Milestone { of: of.unwrap_or(Milestone::CohortHalted) })
        }
        _ => None,
    };
    let trigger = trigger.unwrap_or_else(|| {
        complain("trigger", "Choose when it fires.");
        Trigger::DateMoved
    });
    let roles = || form.roles.split(',').map(str::trim).filter(|role| !role.is_empty()).map(str::to_owned).collect();
    let audience = match form.audience.as_str() {
        "main_contact" => Some(Audience::MainContact),
        "contacts" => Some(Audience::Contacts { roles: roles() }),
        "all_contacts" => Some(Audience::AllContacts),
        "owner" => Some(Audience::Owner),
        "leads" => Some(Audience::Leads),
        "endpoint" => form.endpoint.parse().ok().map(|number| Audience::Endpoint { number: EndpointNumber(number) }),
        _ => None,
    };
    let audience = audience.unwrap_or_else(|| {
        complain("audience", "Choose whom it tells.");
        Audience::MainContact
    });
    let kind = NoticeKind::from_code(&form.kind).unwrap_or_else(|| {
        complain("kind", "Choose what the message is.");
        NoticeKind::Notice
    });
    let template = form.template.parse().map(NoticeTemplateNumber).unwrap_or_else(|_| {
        complain("template", "Choose a template.");
        NoticeTemplateNumber(0)
    });
    let mut time = |field: &str, text: &str| {
        NaiveTime::parse_from_str(text.trim(), "%H:%M").unwrap_or_else(|_| {
            if !form.any_hour {
                complain(field, "Give a time, such as 09:00.");
            }
            NaiveTime::MIN
        })
    };
    let (from, to) = (time("hours_from", &form.hours_from), time("hours_to", &form.hours_to));
    let hours = (!form.any_hour).then_some(WorkingHours { from, to, days: form.hours_days });
    let before_date = matches!(trigger, Trigger::BeforeDate { .. });
    let minimum_lead_days = form.minimum_lead_days.trim().parse::<u8>().unwrap_or_else(|_| {
        if before_date {
            complain("minimum_lead_days", "Give the days as a number, 0 to 255.");
        }
        0
    });
    let late = Late::from_code(&form.late).unwrap_or_default();
    let medium = if matches!(audience, Audience::Endpoint { .. }) { Medium::Webhook } else { Medium::Email };
    if !problems.is_empty() {
        return Err(ApiError::Invalid { problems });
    }
    let minimum_lead_days = if before_date { minimum_lead_days } else { 0 };
    let name = form.name.trim().to_owned();
    Ok(RuleSettings { name, kind, trigger, audience, template, medium, hours, minimum_lead_days, late })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::notice::defaults;

    #[test]
    fn a_form_reads_back_as_the_rule_that_filled_it() {
        let mut triggers: Vec<Trigger> = Status::ALL.map(|to| Trigger::Status { to }).to_vec();
        triggers.extend(Milestone::ALL.map(|of| Trigger::Milestone { of }));
        triggers.extend([Trigger::BeforeDate { days: 3 }, Trigger::AfterMigration { days: 9 }, Trigger::DateMoved]);
        let mut all: Vec<RuleSettings> = triggers.into_iter().map(defaults::proposal).collect();
        all.extend(defaults::rules().into_iter().map(|rule| rule.settings));
        for settings in all {
            let before_date = matches!(settings.trigger, Trigger::BeforeDate { .. });
            let lead = if before_date { settings.minimum_lead_days } else { 0 };
            let settings = RuleSettings { minimum_lead_days: lead, ..settings };
            assert_eq!(read(&RuleForm::of(&settings)).ok(), Some(settings));
        }
    }

    #[test]
    fn each_problem_stands_at_its_field() {
        let form = RuleForm { trigger: "before_date".into(), days: "soon".into(), ..RuleForm::default() };
        let Err(ApiError::Invalid { problems }) = read(&form) else { panic!("it is empty") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        let expected = ["days", "audience", "kind", "template", "hours_from", "hours_to", "minimum_lead_days"];
        assert_eq!(fields, expected);
    }
}
