//! Cohorts: creating, settings, order, stages.

use super::gates::{self, Keeper};
use super::{Answer, Context, Prepared, reason};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use crate::zone::known_zone;
use domain::cohort::{Cohort, CohortSettings, CohortStage, Window};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::gate::Gates;
use domain::id::{CohortNumber, MigrationId, UserId};
use domain::migration::FieldError;
use serde_json::{Value, json};

/// Most cohorts that a migration may have.
const COHORTS_MAX: usize = 200;

pub(super) fn create(
    context: &Context<'_>,
    migration_id: &MigrationId,
    settings: &CohortSettings,
) -> Result<Prepared, StoreError> {
    let cohort = next(context, &context.model.migration(migration_id)?.cohorts, settings)?;
    Ok(Prepared { answer: Answer::Cohort(cohort.number), ..created(migration_id, cohort) })
}

/// The cohort with these settings at the end of the order of `cohorts`.
pub(super) fn next(context: &Context<'_>, cohorts: &[Cohort], settings: &CohortSettings) -> Result<Cohort, StoreError> {
    check(context, cohorts, None, settings)?;
    if cohorts.len() >= COHORTS_MAX {
        return Err(StoreError::Refused("A migration has at most 200 cohorts. Nothing was changed.".into()));
    }
    let last = cohorts.iter().map(|cohort| cohort.number.0).max().unwrap_or(0);
    let position = cohorts.len() as u16 + 1;
    Ok(Cohort {
        number: CohortNumber(last + 1),
        position,
        stage: CohortStage::Planned,
        settings: settings.clone(),
        gates: Gates::usual(context.model.tickets_come_in()),
    })
}

/// The event and the row of a new cohort.
pub(super) fn created(migration: &MigrationId, cohort: Cohort) -> Prepared {
    let is_nothing = |value: &Value| value.is_null() || value == "" || *value == json!([]);
    let values = values(&cohort).into_iter().filter(|(_, value)| !is_nothing(value));
    let changes = values.map(|(field, value)| FieldChange::set(field, value)).collect();
    written(migration, cohort, EventKind::CohortCreated, changes)
}

pub(super) fn change(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    settings: &CohortSettings,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let before = cohort(migration, number)?;
    check(context, &migration.cohorts, Some(number), settings)?;
    let after = Cohort { settings: settings.clone(), ..before.clone() };
    let changes = differences(before, &after);
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    Ok(written(migration_id, after, EventKind::CohortChanged, changes))
}

/// Puts a cohort at another place; the others close up. Every cohort whose place changes gets its event.
pub(super) fn order(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    position: u16,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let moved = cohort(migration, number)?.clone();
    let mut order: Vec<Cohort> = migration.cohorts.iter().filter(|other| other.number != number).cloned().collect();
    let place = usize::from(position.max(1) - 1).min(order.len());
    order.insert(place, moved);
    let mut prepared = Prepared { overview: true, ..Prepared::default() };
    for (index, mut cohort) in order.into_iter().enumerate() {
        let before = cohort.clone();
        cohort.position = index as u16 + 1;
        let changes = differences(&before, &cohort);
        if !changes.is_empty() {
            let one = written(migration_id, cohort, EventKind::CohortChanged, changes);
            prepared.drafts.extend(one.drafts);
            prepared.writes.extend(one.writes);
        }
    }
    Ok(prepared)
}

pub(super) fn move_to(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    to: CohortStage,
    why: &str,
    keeper: &Keeper,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let before = cohort(migration, number)?;
    let why = reason(why)?;
    if !before.stage.next().contains(&to) {
        let (from, to) = (before.stage.label(), to.label());
        return Err(StoreError::Refused(format!("The cohort is {from} and cannot become {to} from there.")));
    }
    let (after, decision) = gates::on_move(context, migration, before, to, &why, keeper)?;
    let mut changes = differences(before, &after);
    changes.push(FieldChange::set(Field::Reason, why));
    let moved = written(migration_id, after, EventKind::CohortMoved, changes);
    Ok(gates::with_decision(moved, migration_id, decision))
}

pub(super) fn written(migration: &MigrationId, cohort: Cohort, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
    let stream = Stream::Migration(migration.clone());
    Prepared {
        drafts: vec![Draft::new(stream, kind, Subject::Cohort(cohort.number), changes)],
        writes: vec![Write::Cohort(migration.clone(), cohort)],
        overview: true,
        ..Prepared::default()
    }
}

pub(super) fn cohort(migration: &MigrationModel, number: CohortNumber) -> Result<&Cohort, StoreError> {
    migration.cohort(number).ok_or(StoreError::NotFound("This cohort does not exist."))
}

fn check(
    context: &Context<'_>,
    cohorts: &[Cohort],
    number: Option<CohortNumber>,
    settings: &CohortSettings,
) -> Result<(), StoreError> {
    let mut problems = settings.problems(number, cohorts, known_zone);
    let before = cohorts.iter().find(|cohort| Some(cohort.number) == number).map(|cohort| &cohort.settings);
    let may_own = |user: &UserId| context.model.users.get(user).is_some_and(|stored| !stored.user.disabled);
    // Somebody who was disabled since stays the owner until somebody chooses another.
    if let Some(owner) = &settings.owner
        && before.is_none_or(|before| before.owner.as_ref() != Some(owner))
        && !may_own(owner)
    {
        problems.push(FieldError::new("owner", "This user does not exist or is disabled."));
    }
    if problems.is_empty() { Ok(()) } else { Err(StoreError::Invalid(problems)) }
}

/// The cohort with another window, as it is written.
pub(super) fn with_window(migration: &MigrationId, before: &Cohort, window: Window) -> Prepared {
    let settings = CohortSettings { window: Some(window), ..before.settings.clone() };
    let after = Cohort { settings, ..before.clone() };
    let changes = differences(before, &after);
    written(migration, after, EventKind::CohortChanged, changes)
}

pub(super) fn differences(before: &Cohort, after: &Cohort) -> Vec<FieldChange> {
    values(before)
        .into_iter()
        .zip(values(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect()
}

fn values(cohort: &Cohort) -> [(Field, Value); 10] {
    let CohortSettings { window, time_zone, capacity, owner, after, .. } = &cohort.settings;
    [
        (Field::Stage, json!(cohort.stage)),
        (Field::Name, json!(cohort.settings.name)),
        (Field::PublicName, json!(cohort.settings.public_name)),
        (Field::WindowStarts, json!(window.map(|window| window.starts))),
        (Field::WindowEnds, json!(window.map(|window| window.ends))),
        (Field::Position, json!(cohort.position)),
        (Field::TimeZone, json!(time_zone)),
        (Field::Capacity, json!(capacity)),
        (Field::Owner, json!(owner)),
        (Field::After, json!(after)),
    ]
}
