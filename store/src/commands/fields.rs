//! Custom fields: adding, changing, ordering, retiring. A field is never deleted, so no value is ever lost.

use super::{Answer, Context, Prepared};
use crate::error::StoreError;
use crate::model::Write;
use domain::custom::{CustomField, CustomKind, FIELDS_MAX, FieldSettings};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{FieldNumber, MigrationId};
use domain::migration::{FieldError, Migration};
use domain::view::Column;
use serde_json::{Value, json};

pub(super) fn add(
    context: &Context<'_>,
    migration: &MigrationId,
    settings: &FieldSettings,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(migration)?.migration;
    if before.fields.len() >= FIELDS_MAX {
        return Err(StoreError::Refused(format!(
            "A migration has at most {FIELDS_MAX} fields, retired ones included. Bring a retired one back instead."
        )));
    }
    let settings = checked(before, None, settings)?;
    let highest = before.fields.iter().map(|field| field.number.0).max().unwrap_or(0);
    let number = FieldNumber(highest + 1);
    let changes = first_values(&settings);
    let mut after = before.clone();
    after.fields.push(CustomField { number, settings, retired: false });
    Ok(Prepared { answer: Answer::Field(number), ..written(after, EventKind::FieldAdded, number, changes) })
}

/// What the event of a new field records.
pub(super) fn first_values(settings: &FieldSettings) -> Vec<FieldChange> {
    let values = values(settings).into_iter().filter(|(_, value)| !value.is_null());
    values.map(|(field, value)| FieldChange::set(field, value)).collect()
}

pub(super) fn change(
    context: &Context<'_>,
    migration: &MigrationId,
    number: FieldNumber,
    settings: &FieldSettings,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(migration)?.migration;
    let place = place_of(before, number)?;
    let settings = checked(before, Some(number), settings)?;
    let old = &before.fields[place].settings;
    if old.kind.code() != settings.kind.code() {
        let message = "The kind of a field stays as it is: its values are of that kind. Add another field instead.";
        return Err(StoreError::field("kind", message));
    }
    let changes = values(old)
        .into_iter()
        .zip(values(&settings))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect::<Vec<_>>();
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    let mut after = before.clone();
    after.fields[place].settings = settings;
    Ok(written(after, EventKind::FieldChanged, number, changes))
}

pub(super) fn order(
    context: &Context<'_>,
    migration: &MigrationId,
    number: FieldNumber,
    position: u16,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(migration)?.migration;
    let place = place_of(before, number)?;
    let to = usize::from(position).min(before.fields.len() - 1);
    if to == place {
        return Ok(Prepared::default());
    }
    let mut after = before.clone();
    let field = after.fields.remove(place);
    after.fields.insert(to, field);
    let change = FieldChange { field: Field::Position, before: json!(place), after: json!(to) };
    Ok(written(after, EventKind::FieldChanged, number, vec![change]))
}

pub(super) fn retire(
    context: &Context<'_>,
    migration: &MigrationId,
    number: FieldNumber,
    retired: bool,
) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(migration)?.migration;
    let place = place_of(before, number)?;
    if before.fields[place].retired == retired {
        return Ok(Prepared::default());
    }
    let mut after = before.clone();
    after.fields[place].retired = retired;
    if !retired {
        // Meanwhile another field may have taken its name.
        checked(before, Some(number), &before.fields[place].settings)?;
    }
    let change = FieldChange { field: Field::FieldRetired, before: json!(!retired), after: json!(retired) };
    Ok(written(after, EventKind::FieldChanged, number, vec![change]))
}

fn place_of(migration: &Migration, number: FieldNumber) -> Result<usize, StoreError> {
    let place = migration.fields.iter().position(|field| field.number == number);
    place.ok_or(StoreError::NotFound("This field does not exist."))
}

/// The settings with blanks taken off the name, or what is wrong with them.
fn checked(
    migration: &Migration,
    own: Option<FieldNumber>,
    settings: &FieldSettings,
) -> Result<FieldSettings, StoreError> {
    let others = migration.live_fields().filter(|field| Some(field.number) != own);
    let mut labels: Vec<&str> = others.map(|field| field.settings.label.as_str()).collect();
    labels.extend(Column::BUILT_IN.map(Column::label));
    let settings = FieldSettings { label: settings.label.trim().to_owned(), ..settings.clone() };
    let problems: Vec<FieldError> = settings.problems(&labels);
    if problems.is_empty() { Ok(settings) } else { Err(StoreError::Invalid(problems)) }
}

fn values(settings: &FieldSettings) -> [(Field, Value); 5] {
    let options = match &settings.kind {
        CustomKind::Select { options } => json!(options),
        _ => Value::Null,
    };
    [
        (Field::FieldLabel, json!(settings.label)),
        (Field::FieldKind, json!(settings.kind.code())),
        (Field::FieldOptions, options),
        (Field::FieldRequired, json!(settings.required)),
        (Field::FieldDefault, json!(settings.default.as_ref().map(|value| value.text()))),
    ]
}

fn written(migration: Migration, kind: EventKind, number: FieldNumber, changes: Vec<FieldChange>) -> Prepared {
    let stream = Stream::Migration(migration.id.clone());
    Prepared {
        drafts: vec![Draft::new(stream, kind, Subject::Field(number), changes)],
        writes: vec![Write::Migration(migration)],
        overview: true,
        ..Prepared::default()
    }
}
