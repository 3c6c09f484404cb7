//! Rules of notifications: saving, switching on and off, removing.

use super::{Answer, Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use crate::zone::local_date;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{EndpointNumber, MigrationId, NoticeRuleNumber, NoticeTemplateNumber};
use domain::notice::defaults;
use domain::notice::rule::{NoticeRule, RULES_MAX, RuleSettings, RuleSurroundings};
use serde_json::json;

/// What is asked of rules.
pub(crate) enum RuleCommand {
    /// `number`: the rule that changes; `None`: a new one.
    Save {
        migration: MigrationId,
        number: Option<NoticeRuleNumber>,
        settings: RuleSettings,
    },
    Switch {
        migration: MigrationId,
        number: NoticeRuleNumber,
        on: bool,
    },
    Remove {
        migration: MigrationId,
        number: NoticeRuleNumber,
    },
    /// The rules with which a new migration begins, for one that has none. They are off.
    AddUsual {
        migration: MigrationId,
    },
}

pub(super) fn prepare(context: &Context<'_>, command: &RuleCommand) -> Result<Prepared, StoreError> {
    match command {
        RuleCommand::Save { migration, number, settings } => save(context, migration, *number, settings),
        RuleCommand::Switch { migration, number, on } => switch(context, migration, *number, *on),
        RuleCommand::Remove { migration, number } => remove(context, migration, *number),
        RuleCommand::AddUsual { migration } => add_usual(context, migration),
    }
}

fn save(
    context: &Context<'_>,
    id: &MigrationId,
    number: Option<NoticeRuleNumber>,
    settings: &RuleSettings,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let settings = &RuleSettings { name: settings.name.trim().to_owned(), ..settings.clone() };
    check(context, migration, number, settings)?;
    let before = number.map(|number| rule(migration, number)).transpose()?;
    let rules = &migration.notices.rules;
    if before.is_none() && rules.values().filter(|rule| !rule.removed).count() >= RULES_MAX {
        return Err(StoreError::Refused("A migration has at most 50 rules.".into()));
    }
    let next = || NoticeRuleNumber(rules.keys().next_back().map_or(0, |last| last.0) + 1);
    let number = number.unwrap_or_else(next);
    let Some(before) = before else {
        let rule = NoticeRule { number, settings: settings.clone(), on_since: None, removed: false };
        return Ok(added(id, migration, rule));
    };
    if before.settings == *settings {
        return Ok(Prepared { answer: Answer::Rule(number), ..Prepared::default() });
    }
    // Whom it would reach has to be looked at again before it goes on.
    let same_reach = before.settings.trigger == settings.trigger
        && before.settings.audience == settings.audience
        && before.settings.kind == settings.kind
        && before.settings.medium == settings.medium;
    let on_since = before.on_since.filter(|_| same_reach);
    let after = NoticeRule { settings: settings.clone(), on_since, ..before.clone() };
    let mut changes = vec![FieldChange::set(Field::NoticeRule, number.0)];
    let mut changed = |field, before: String, after: String| {
        if before != after {
            changes.push(FieldChange { field, before: json!(before), after: json!(after) });
        }
    };
    changed(Field::Name, before.settings.name.clone(), settings.name.clone());
    changed(Field::RuleWords, words(migration, &before.settings), words(migration, settings));
    changed(Field::Template, before.settings.template.to_string(), settings.template.to_string());
    if before.is_on() != after.is_on() {
        changes.push(FieldChange { field: Field::RuleOn, before: json!(true), after: json!(false) });
    }
    Ok(written(id, after, EventKind::NoticeRuleSaved, changes))
}

fn added(id: &MigrationId, migration: &MigrationModel, rule: NoticeRule) -> Prepared {
    let changes = vec![
        FieldChange::set(Field::NoticeRule, rule.number.0),
        FieldChange::set(Field::Name, rule.settings.name.as_str()),
        FieldChange::set(Field::RuleWords, words(migration, &rule.settings)),
    ];
    written(id, rule, EventKind::NoticeRuleSaved, changes)
}

fn add_usual(context: &Context<'_>, id: &MigrationId) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let rules = &migration.notices.rules;
    if rules.values().any(|rule| !rule.removed) {
        return Err(StoreError::Refused("There are rules already. Nothing was added.".into()));
    }
    let last = rules.keys().next_back().map_or(0, |last| last.0);
    let mut prepared = Prepared { resync: true, ..Prepared::default() };
    for (rule, number) in defaults::rules().into_iter().zip(last + 1..) {
        let one = added(id, migration, NoticeRule { number: NoticeRuleNumber(number), ..rule });
        prepared.drafts.extend(one.drafts);
        prepared.writes.extend(one.writes);
    }
    Ok(prepared)
}

fn switch(context: &Context<'_>, id: &MigrationId, number: NoticeRuleNumber, on: bool) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let before = rule(migration, number)?;
    if before.is_on() == on {
        return Ok(Prepared { answer: Answer::Rule(number), ..Prepared::default() });
    }
    if on {
        // A template may have gone since it was saved, a deadline passed.
        check(context, migration, Some(number), &before.settings)?;
    }
    let after = NoticeRule { on_since: on.then_some(context.now), ..before.clone() };
    let changes = vec![
        FieldChange::set(Field::NoticeRule, number.0),
        FieldChange::set(Field::Name, before.settings.name.as_str()),
        FieldChange { field: Field::RuleOn, before: json!(!on), after: json!(on) },
    ];
    Ok(written(id, after, EventKind::NoticeRuleSwitched, changes))
}

fn remove(context: &Context<'_>, id: &MigrationId, number: NoticeRuleNumber) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let before = rule(migration, number)?;
    let after = NoticeRule { on_since: None, removed: true, ..before.clone() };
    let changes = vec![
        FieldChange::set(Field::NoticeRule, number.0),
        FieldChange { field: Field::Name, before: json!(before.settings.name), after: json!(null) },
    ];
    Ok(written(id, after, EventKind::NoticeRuleRemoved, changes))
}

fn written(id: &MigrationId, rule: NoticeRule, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
    Prepared {
        drafts: vec![Draft::new(Stream::Migration(id.clone()), kind, Subject::Whole, changes)],
        answer: Answer::Rule(rule.number),
        writes: vec![Write::NoticeRule(id.clone(), rule)],
        // The table says of each account whether a notice is planned.
        resync: true,
        ..Prepared::default()
    }
}

fn words(migration: &MigrationModel, settings: &RuleSettings) -> String {
    settings.sentence(|number| migration.notices.endpoints.get(&number).map(|endpoint| endpoint.name.clone()))
}

fn rule(migration: &MigrationModel, number: NoticeRuleNumber) -> Result<&NoticeRule, StoreError> {
    let rule = migration.notices.rules.get(&number).filter(|rule| !rule.removed);
    rule.ok_or(StoreError::NotFound("This rule does not exist."))
}

fn check(
    context: &Context<'_>,
    migration: &MigrationModel,
    number: Option<NoticeRuleNumber>,
    settings: &RuleSettings,
) -> Result<(), StoreError> {
    let others = migration.notices.rules.values().filter(|rule| !rule.removed && Some(rule.number) != number);
    let about = &migration.migration.settings;
    let around = RuleSurroundings {
        others: others.map(|rule| rule.settings.name.as_str()).collect(),
        has_template: &|number: NoticeTemplateNumber| migration.notices.template(number).is_some(),
        has_endpoint: &|number: EndpointNumber| {
            migration.notices.endpoints.get(&number).is_some_and(|endpoint| !endpoint.disabled)
        },
        deadline: about.deadline,
        today: local_date(context.now, &about.time_zone),
    };
    let problems = settings.problems(&around);
    if problems.is_empty() { Ok(()) } else { Err(StoreError::Invalid(problems)) }
}
