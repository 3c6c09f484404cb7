//! Migrations: creating, settings, stages, publishing.

use super::{Context, Prepared, reason};
use crate::error::StoreError;
use crate::model::Write;
use crate::zone::known_zone;
use domain::custom::CustomField;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::MigrationId;
use domain::migration::{FieldError, Migration, MigrationSettings, MigrationStage};
use domain::notice::defaults;
use serde_json::{Value, json};

pub(super) fn create(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
) -> Result<Prepared, StoreError> {
    create_with(context, id, settings, Vec::new())
}

/// A draft that begins with fields.
pub(super) fn create_with(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
    fields: Vec<CustomField>,
) -> Result<Prepared, StoreError> {
    check(context, id, settings)?;
    let migration = Migration {
        id: id.clone(),
        stage: MigrationStage::Draft,
        settings: settings.clone(),
        published: false,
        fields,
    };
    let changes = values(settings)
        .into_iter()
        .filter(|(_, value)| !value.is_null() && value != "")
        .map(|(field, value)| FieldChange::set(field, value))
        .collect();
    let mut prepared = written(migration, EventKind::MigrationCreated, changes);
    // They are off until a lead has looked at them.
    prepared.writes.extend(defaults::rules().into_iter().map(|rule| Write::NoticeRule(id.clone(), rule)));
    Ok(prepared)
}

pub(super) fn change(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.migration;
    check(context, id, settings)?;
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

fn check(context: &Context<'_>, id: &MigrationId, settings: &MigrationSettings) -> Result<(), StoreError> {
    let mut problems = settings.problems(known_zone);
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
