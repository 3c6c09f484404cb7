//! Migrations: creating, settings, stages, publishing.

use super::{Context, Prepared, reason};
use crate::error::StoreError;
use crate::model::Write;
use crate::zone::{known_zone, local_date};
use domain::calendar::Calendar;
use domain::custom::CustomField;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::MigrationId;
use domain::migration::{Blackout, FieldError, Migration, MigrationSettings, MigrationStage};
use domain::notice::defaults;
use domain::notice::rule::NoticeRule;
use serde_json::{Value, json};

pub(super) fn create(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
    is_over: bool,
) -> Result<Prepared, StoreError> {
    let known = is_over.then_some(settings);
    check(context, id, known, settings)?;
    Ok(draft_with(id, settings, Vec::new(), defaults::rules()))
}

/// A draft that begins with fields and rules; the rules are off until a lead has looked at them.
pub(super) fn create_with(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
    fields: Vec<CustomField>,
    rules: Vec<NoticeRule>,
) -> Result<Prepared, StoreError> {
    check(context, id, None, settings)?;
    Ok(draft_with(id, settings, fields, rules))
}

fn draft_with(
    id: &MigrationId,
    settings: &MigrationSettings,
    fields: Vec<CustomField>,
    rules: Vec<NoticeRule>,
) -> Prepared {
    let migration = Migration {
        id: id.clone(),
        stage: MigrationStage::Draft,
        settings: settings.clone(),
        published: false,
        fields,
    };
    let words = |rule: &NoticeRule| format!("{}: {}", rule.settings.name, rule.settings.sentence(|_| None));
    let words: Vec<String> = rules.iter().map(words).collect();
    let rule_words = (!words.is_empty()).then(|| FieldChange::set(Field::NoticeRules, json!(words)));
    let changes = values(settings)
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value != "")
        .map(|(field, value)| FieldChange::set(field, value))
        .chain(rule_words)
        .collect();
    let mut prepared = written(migration, EventKind::MigrationCreated, changes);
    prepared.writes.extend(rules.into_iter().map(|rule| Write::NoticeRule(id.clone(), rule)));
    prepared
}

pub(super) fn change(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.migration;
    // The days have an editor of their own: an ordinary change of settings keeps them.
    let Calendar { blackouts, weekends } = before.settings.calendar();
    let settings = &MigrationSettings { blackouts, weekends, ..settings.clone() };
    check(context, id, Some(&before.settings), settings)?;
    let changes: Vec<_> = values(&before.settings)
        .into_iter()
        .zip(values(settings))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect();
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    let migration = Migration { settings: settings.clone(), ..before.clone() };
    Ok(written(migration, EventKind::MigrationChanged, changes))
}

/// Other days on which nothing is planned.
pub(super) fn change_days(
    context: &Context<'_>,
    id: &MigrationId,
    calendar: &Calendar,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.migration;
    let problems = calendar.problems();
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    let Calendar { blackouts, weekends } = calendar.tidied();
    let settings = MigrationSettings { blackouts, weekends, ..before.settings.clone() };
    let texts = |settings: &MigrationSettings| settings.blackouts.iter().map(Blackout::text).collect::<Vec<_>>();
    let mut changes = Vec::new();
    if before.settings.blackouts != settings.blackouts {
        let (before, after) = (json!(texts(&before.settings)), json!(texts(&settings)));
        changes.push(FieldChange { field: Field::Blackouts, before, after });
    }
    if before.settings.weekends != weekends {
        changes.push(FieldChange { field: Field::Weekends, before: json!(!weekends), after: json!(weekends) });
    }
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    Ok(written(Migration { settings, ..before.clone() }, EventKind::MigrationChanged, changes))
}

pub(super) fn move_to(
    context: &Context<'_>,
    id: &MigrationId,
    to: MigrationStage,
    why: &str,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.migration;
    let why = reason(why)?;
    if !before.stage.next().contains(&to) {
        let (from, to) = (before.stage.label(), to.label());
        return Err(StoreError::Refused(format!("The migration is {from} and cannot become {to} from there.")));
    }
    let changes = vec![
        FieldChange { field: Field::Stage, before: json!(before.stage), after: json!(to) },
        FieldChange::set(Field::Reason, why),
    ];
    Ok(written(Migration { stage: to, ..before.clone() }, EventKind::MigrationMoved, changes))
}

pub(super) fn publish(context: &Context<'_>, id: &MigrationId, publish: bool) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.migration;
    if before.published == publish {
        return Ok(Prepared::default());
    }
    let kind = if publish { EventKind::PagePublished } else { EventKind::PageWithdrawn };
    let changes = vec![FieldChange { field: Field::Published, before: json!(!publish), after: json!(publish) }];
    Ok(written(Migration { published: publish, ..before.clone() }, kind, changes))
}

fn written(migration: Migration, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
    let stream = Stream::Migration(migration.id.clone());
    Prepared {
        drafts: vec![Draft::new(stream, kind, Subject::Whole, changes)],
        writes: vec![Write::Migration(migration)],
        overview: true,
        ..Prepared::default()
    }
}

/// `before`: what the migration has now, if it is there already: a deadline that has passed meanwhile may stay.
fn check(
    context: &Context<'_>,
    id: &MigrationId,
    before: Option<&MigrationSettings>,
    settings: &MigrationSettings,
) -> Result<(), StoreError> {
    let mut problems = settings.problems(known_zone);
    let is_new = before.is_none_or(|before| before.deadline != settings.deadline);
    if is_new && settings.deadline < local_date(context.now, &settings.time_zone) {
        problems.push(FieldError::new("deadline", "This day has passed: give a deadline that is still ahead."));
    }
    if context.model.migration_by_slug(&settings.slug).is_ok_and(|other| other.migration.id != *id) {
        problems.push(FieldError::new("slug", "Another migration has this address."));
    }
    if problems.is_empty() { Ok(()) } else { Err(StoreError::Invalid(problems)) }
}

fn values(settings: &MigrationSettings) -> [(Field, Value); 7] {
    [
        (Field::Name, json!(settings.name)),
        (Field::PublicName, json!(settings.public_name)),
        (Field::Slug, json!(settings.slug)),
        (Field::Description, json!(settings.description)),
        (Field::Deadline, json!(settings.deadline)),
        (Field::TimeZone, json!(settings.time_zone)),
        (Field::RollbackDays, json!(settings.rollback_days)),
    ]
}
