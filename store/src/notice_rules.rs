//! Rules of notifications: reading them, whom one would reach, saving and switching.

use crate::acting::Acting;
use crate::commands::{Answer, Command, RuleCommand};
use crate::error::StoreError;
use crate::model::shelves::Shelf;
use crate::model::{MigrationModel, Model};
use crate::zone::local_date;
use chrono::{Days, NaiveDate};
use domain::clock::Instant;
use domain::id::{AccountNumber, EndpointNumber, MigrationId, NoticeRuleNumber, NoticeTemplateNumber};
use domain::migration::MigrationStage;
use domain::notice::default_templates;
use domain::notice::plan::{Calendar, Planned, Whom, reachable, zone_of};
use domain::notice::preflight::{AT_ONCE_CONFIRM, Finding, Going, look_at_rule};
use domain::notice::rule::{NoticeRule, RuleSettings};
use domain::policy::Action;
use std::collections::BTreeMap;

/// A rule with what has become of its messages.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleView {
    pub rule: NoticeRule,
    /// What it does, in a sentence.
    pub sentence: String,
    pub template: String,
    pub sent: u32,
    /// Written, and waiting or held.
    pub open: u32,
    /// When its next message is due, if it has a place in the plan.
    pub next: Option<Instant>,
}

/// A migration's rules and what they can refer to.
#[derive(Clone, Debug)]
pub struct RulesView {
    pub rules: Vec<RuleView>,
    pub templates: Vec<(NoticeTemplateNumber, String)>,
    pub endpoints: Vec<(EndpointNumber, String)>,
    pub stage: MigrationStage,
}

/// Whom a rule would reach now and in the next days, were it switched on.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// False: it fires when something happens, so nobody can say whom it will reach.
    pub planned: bool,
    /// Messages that go at once, or as soon as their recipients' working hours begin.
    pub now: u32,
    /// Messages per day, in the migration's zone, of the next [`REACH_DAYS`] days.
    pub days: Vec<(NaiveDate, u32)>,
    /// The first accounts that it reaches, by the time of their messages.
    pub first: Vec<ReachedAccount>,
    /// The first accounts with somebody who has no address.
    pub without_address: Vec<ReachedAccount>,
    pub accounts: u32,
    pub findings: Vec<Finding>,
}

/// An account that a rule reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachedAccount {
    pub number: AccountNumber,
    pub name: String,
    pub due: Instant,
}

/// How far a rule's reach is looked ahead.
pub const REACH_DAYS: u64 = 30;
/// Accounts that a reach names.
const NAMED_MAX: usize = 50;

impl Acting<'_> {
    /// The rules of a migration.
    pub async fn notice_rules(&self, migration: &MigrationId) -> Result<RulesView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let migration = model.migration(migration)?;
        let notices = &migration.notices;
        let counts = |rule: &NoticeRule| {
            let counts = notices.shelf(Shelf { rule: Some(rule.number), kind: None }).counts();
            let of = |states: &[&str]| states.iter().filter_map(|state| counts.get(state)).sum::<u32>();
            (of(&["sent"]), of(&["waiting", "held", "sending"]))
        };
        let endpoint = |number| notices.endpoints.get(&number).map(|endpoint| endpoint.name.clone());
        let view = |rule: &NoticeRule| RuleView {
            sentence: rule.settings.sentence(endpoint),
            template: notices.template(rule.settings.template).map(|found| found.name.clone()).unwrap_or_default(),
            sent: counts(rule).0,
            open: counts(rule).1,
            next: migration.plan.first_of(rule.number),
            rule: rule.clone(),
        };
        let mut templates: BTreeMap<NoticeTemplateNumber, String> =
            default_templates::all().iter().map(|template| (template.number, template.name.clone())).collect();
        templates.extend(notices.templates.values().map(|template| (template.number, template.name.clone())));
        templates.retain(|number, _| notices.template(*number).is_some());
        Ok(RulesView {
            rules: notices.rules.values().filter(|rule| !rule.removed).map(view).collect(),
            templates: templates.into_iter().collect(),
            endpoints: notices
                .endpoints
                .values()
                .filter(|endpoint| !endpoint.disabled)
                .map(|endpoint| (endpoint.number, endpoint.name.clone()))
                .collect(),
            stage: migration.migration.stage,
        })
    }

    /// Whom a rule would reach, were it switched on now.
    pub async fn rule_reach(&self, migration: &MigrationId, number: NoticeRuleNumber) -> Result<Reach, StoreError> {
        self.allow(Action::ManageNotices).await?;
        let store = self.store().clone();
        let id = migration.clone();
        // It looks at every account; the executor has other things to do.
        crate::imports::in_background(move || {
            let now = store.inner.clock.now();
            let model = store.model();
            let migration = model.migration(&id)?;
            let rule = migration.notices.rules.get(&number).filter(|rule| !rule.removed);
            let rule = rule.ok_or(StoreError::NotFound("This rule does not exist."))?;
            Ok(reach(&model, migration, rule, now))
        })
        .await
    }

    /// Adds a rule, or changes one; a rule that then reaches others is off.
    pub async fn save_notice_rule(
        &self,
        migration: &MigrationId,
        number: Option<NoticeRuleNumber>,
        settings: RuleSettings,
    ) -> Result<NoticeRuleNumber, StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let command = RuleCommand::Save { migration: migration.clone(), number, settings };
        match self.submit(permit, Command::NoticeRule(Box::new(command))).await? {
            Answer::Rule(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Switches a rule on or off. Where many messages go at once, `typed` must be their number.
    pub async fn switch_notice_rule(
        &self,
        migration: &MigrationId,
        number: NoticeRuleNumber,
        on: bool,
        typed: Option<u32>,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        if on {
            let reach = self.rule_reach(migration, number).await?;
            if reach.now as usize > AT_ONCE_CONFIRM && typed != Some(reach.now) {
                let text = format!("{} messages would go at once. Type this number if that is meant.", reach.now);
                return Err(StoreError::field("typed", &text));
            }
        }
        let command = RuleCommand::Switch { migration: migration.clone(), number, on };
        self.submit(permit, Command::NoticeRule(Box::new(command))).await.map(|_| ())
    }

    /// Adds the rules with which a new migration begins, to one that has none. They are off.
    pub async fn add_usual_rules(&self, migration: &MigrationId) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let command = RuleCommand::AddUsual { migration: migration.clone() };
        self.submit(permit, Command::NoticeRule(Box::new(command))).await.map(|_| ())
    }

    /// Takes a rule away; what it wrote stays.
    pub async fn remove_notice_rule(
        &self,
        migration: &MigrationId,
        number: NoticeRuleNumber,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let command = RuleCommand::Remove { migration: migration.clone(), number };
        self.submit(permit, Command::NoticeRule(Box::new(command))).await.map(|_| ())
    }
}

/// Plans every account as if the rule were on since now.
fn reach(model: &Model, migration: &MigrationModel, rule: &NoticeRule, now: Instant) -> Reach {
    let settings = &migration.migration.settings;
    let today = local_date(now, &settings.time_zone);
    let planned = rule.settings.trigger.is_planned();
    let mut reach = Reach { planned, ..Reach::default() };
    if !planned {
        return reach;
    }
    let zones = migration.zones();
    let would_be = NoticeRule { on_since: Some(now), ..rule.clone() };
    let others = migration.notices.rules.values().filter(|other| other.is_on() && other.number != rule.number);
    let rules: Vec<&NoticeRule> = others.chain([&would_be]).collect();
    let until = today.checked_add_days(Days::new(REACH_DAYS)).unwrap_or(NaiveDate::MAX);
    let mut days: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    let mut going = Vec::new();
    let mut reached: Vec<(Instant, AccountNumber, bool)> = Vec::new();
    let mut people = 1;
    if matches!(rule.settings.audience, domain::notice::rule::Audience::Leads) {
        let lead = |stored: &&crate::rows::StoredUser| stored.user.role == domain::policy::Role::Lead;
        people = model.users.values().filter(lead).count().max(1);
    }
    for number in (1..=migration.table.len()).map(AccountNumber) {
        let all = migration.planned_by(&model.customers, number, &zones, &rules);
        for planned in all.into_iter().filter(|planned| planned.rule == rule.number) {
            let Planned { to, due, .. } = planned;
            let found = migration.with_facts(&model.customers, number, |facts| {
                let start = zones.within(rule.settings.hours.as_ref(), now, zone_of(to, facts.customer));
                (reachable(to, facts.customer), start)
            });
            let (addressed, start) = found.unwrap_or((false, now));
            let at_once = due <= start;
            let day = if at_once { today } else { zones.day_of(due) };
            if day > until {
                continue;
            }
            let times = if to == Whom::Colleagues { people } else { 1 };
            if addressed {
                reach.now += if at_once { times as u32 } else { 0 };
                *days.entry(day).or_default() += times as u32;
            }
            let due_as_seen = if at_once { now } else { due };
            going.extend((0..times).map(|_| Going { account: Some(number), due: due_as_seen, addressed }));
            reached.push((due, number, addressed));
        }
    }
    reached.sort_unstable();
    let named = |(due, number, _): &(Instant, AccountNumber, bool)| ReachedAccount {
        number: *number,
        name: migration.table.row(*number).map(|row| row.name.clone()).unwrap_or_default(),
        due: *due,
    };
    let mut accounts: Vec<AccountNumber> = reached.iter().map(|(_, number, _)| *number).collect();
    accounts.sort_unstable();
    accounts.dedup();
    reach.accounts = accounts.len() as u32;
    reach.first = reached.iter().filter(|(.., addressed)| *addressed).take(NAMED_MAX).map(named).collect();
    reach.without_address = reached.iter().filter(|(.., addressed)| !addressed).take(NAMED_MAX).map(named).collect();
    reach.days = days.into_iter().collect();
    reach.findings = look_at_rule(&rule.settings, &going, settings.deadline, today, now);
    reach
}
