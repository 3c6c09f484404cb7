//! Gates of a cohort: changing them, approving, signing; what they say to a cohort that starts or closes; and triggers.

use super::cohorts::{cohort, differences, written};
use super::{Answer, Context, Prepared, reason};
use crate::error::StoreError;
use crate::gates::{facts_of, trigger_facts};
use crate::model::{MigrationModel, Write};
use domain::cohort::{Cohort, CohortStage};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::gate::{
    Approval, Criterion, Gate, GateDecision, GateLists, GateSet, Gates, Halt, SETS, evaluate, figures_words,
    halt_words, missing,
};
use domain::id::{CohortNumber, MigrationId, UserId};
use serde_json::{Value, json};

/// Who signs, and whether although not everything is met.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub by: UserId,
    pub overrides: bool,
}

/// Longest note of an approval.
const NOTE_MAX: usize = 1_000;

pub(super) fn change(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    lists: &GateLists,
    by: &UserId,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let before = cohort(migration, number)?;
    let problems = lists.problems();
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    let refused = |refusal: domain::gate::GateRefusal| StoreError::Refused(refusal.to_string());
    let gates = before.gates.with(trimmed(lists), before.stage, by, context.now).map_err(refused)?;
    let changes = changes(&before.gates, &gates);
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    let after = Cohort { gates, ..before.clone() };
    Ok(written(migration_id, after, EventKind::GatesChanged, changes))
}

fn trimmed(lists: &GateLists) -> GateLists {
    let mut lists = lists.clone();
    for set in SETS {
        for gate in lists.of_mut(set) {
            if let Criterion::Approval { duty, .. } = &mut gate.criterion {
                *duty = duty.trim().to_owned();
            }
        }
    }
    lists
}

pub(super) fn changes(before: &Gates, after: &Gates) -> Vec<FieldChange> {
    let words = |gates: &Gates, set: GateSet| -> Value {
        let word = |gate: &Gate| if set == GateSet::Triggers { gate.trigger_words() } else { gate.words() };
        json!(gates.lists.of(set).iter().map(word).collect::<Vec<_>>())
    };
    let differs = |set: &GateSet| before.lists.of(*set) != after.lists.of(*set);
    let change = |set: GateSet| {
        let field = match set {
            GateSet::Entry => Field::EntryGates,
            GateSet::Exit => Field::ExitGates,
            GateSet::Triggers => Field::Triggers,
        };
        FieldChange { field, before: words(before, set), after: words(after, set) }
    };
    SETS.into_iter().filter(differs).map(change).collect()
}

pub(super) fn approve(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    approval: Approval,
    given: bool,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let before = cohort(migration, number)?;
    let asks = before.gates.lists.all().find(|(_, gate)| gate.id == approval.gate);
    let Some((set, Gate { criterion: Criterion::Approval { duty, person, .. }, .. })) = asks else {
        return Err(StoreError::NotFound("This gate asks for no approval any more."));
    };
    if let Some(person) = person.as_ref().filter(|person| **person != approval.by) {
        let name = context.model.name_of(person);
        return Err(StoreError::Refused(format!("Only {name} approves here. Nothing was changed.")));
    }
    if is_past(set, before.stage) {
        return Err(StoreError::Refused("This gate has been decided. Nothing was changed.".into()));
    }
    if approval.note.chars().count() > NOTE_MAX {
        return Err(StoreError::field("note", "At most 1,000 characters."));
    }
    let mut after = before.clone();
    let own = |other: &Approval| other.gate == approval.gate && other.by == approval.by;
    let was_given = after.gates.approvals.iter().any(own);
    if was_given == given {
        return Ok(Prepared::default());
    }
    let mut changes = vec![FieldChange::set(Field::Gate, format!("Approved by {duty}"))];
    if given && !approval.note.is_empty() {
        changes.push(FieldChange::set(Field::Reason, approval.note.clone()));
    }
    let kind = if given { EventKind::GateApproved } else { EventKind::ApprovalWithdrawn };
    match given {
        true => after.gates.approvals.push(approval),
        false => after.gates.approvals.retain(|other| !own(other)),
    }
    Ok(written(migration_id, after, kind, changes))
}

/// Whether the gate of this kind lies behind a cohort.
fn is_past(set: GateSet, stage: CohortStage) -> bool {
    match set {
        GateSet::Entry => stage != CohortStage::Planned,
        GateSet::Exit | GateSet::Triggers => stage == CohortStage::Closed,
    }
}

pub(super) fn sign(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
    set: GateSet,
    keeper: &Keeper,
    why: &str,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let cohort = cohort(migration, number)?;
    if set == GateSet::Triggers || cohort.gates.lists.of(set).is_empty() {
        return Err(StoreError::Refused("There is no gate to sign. Nothing was changed.".into()));
    }
    if is_past(set, cohort.stage) {
        return Err(StoreError::Refused("This gate has been decided. Nothing was changed.".into()));
    }
    let why = if keeper.overrides { reason(why)? } else { String::new() };
    let decision = decide(context, migration, cohort, set, &why, keeper)?;
    let prepared = Prepared { overview: true, ..Prepared::default() };
    Ok(with_decision(prepared, migration_id, decision))
}

/// What gates say to a cohort that gets another stage: the cohort afterwards, and the decision that is kept.
pub(super) fn on_move(
    context: &Context<'_>,
    migration: &MigrationModel,
    before: &Cohort,
    to: CohortStage,
    why: &str,
    keeper: &Keeper,
) -> Result<(Cohort, Option<GateDecision>), StoreError> {
    let mut after = Cohort { stage: to, ..before.clone() };
    let decision = match (before.stage, to) {
        (CohortStage::Planned, CohortStage::Running) => {
            decide(context, migration, before, GateSet::Entry, why, keeper)?
        }
        (_, CohortStage::Closed) => decide(context, migration, before, GateSet::Exit, why, keeper)?,
        _ => None,
    };
    after.gates.halt = None;
    match to {
        CohortStage::Halted => {
            after.gates.halt = Some(Halt { at: context.now, by: Some(keeper.by.clone()), why: why.to_owned() });
        }
        // What is breached now is known to whoever resumes: it halts again only when it gets worse.
        CohortStage::Running => {
            let breached = before.gates.breached(&trigger_facts(context.model, migration, before), context.now);
            after.gates.resumed_at = breached.into_iter().map(|breach| (breach.gate.id, breach.value)).collect();
        }
        CohortStage::Planned | CohortStage::Closed => {}
    }
    Ok((after, decision))
}

/// Decides at a gate, or says what is missing. `None`: it has been decided already, or there is nothing to decide.
fn decide(
    context: &Context<'_>,
    migration: &MigrationModel,
    cohort: &Cohort,
    set: GateSet,
    why: &str,
    keeper: &Keeper,
) -> Result<Option<GateDecision>, StoreError> {
    let gates = cohort.gates.lists.of(set);
    if gates.is_empty() {
        return Ok(None);
    }
    let facts = facts_of(context.model, migration, cohort, context.now);
    let last = migration.last_decision(cohort.number, set);
    let missing = missing(gates, &facts, last, &keeper.by, context.now);
    if !missing.is_empty() && !keeper.overrides {
        let list: Vec<_> = missing.into_iter().map(|missing| missing.words).collect();
        let gate = set.label().to_lowercase();
        return Err(StoreError::Refused(format!(
            "The {gate} gate of {} is not passed. Nothing was changed. Missing: {}.",
            cohort.label(),
            list.join("; ")
        )));
    }
    if missing.is_empty() && last.is_some_and(|last| last.holds_for(gates)) {
        return Ok(None);
    }
    let of_cohort = migration.decisions.iter().filter(|decision| decision.cohort == cohort.number);
    Ok(Some(GateDecision {
        cohort: cohort.number,
        number: of_cohort.map(|decision| decision.number).max().unwrap_or(0) + 1,
        set,
        at: context.now,
        by: keeper.by.clone(),
        gates: gates.to_vec(),
        evaluations: gates.iter().map(|gate| evaluate(gate, &facts, context.now)).collect(),
        facts,
        overridden: (!missing.is_empty()).then(|| why.to_owned()),
    }))
}

/// Adds a decision with its event.
pub(super) fn with_decision(
    mut prepared: Prepared,
    migration: &MigrationId,
    decision: Option<GateDecision>,
) -> Prepared {
    let Some(decision) = decision else { return prepared };
    let kind = if decision.overridden.is_some() { EventKind::GateOverridden } else { EventKind::GateSigned };
    let mut changes = vec![
        FieldChange::set(Field::Gate, decision.set.label()),
        FieldChange::set(Field::Figures, figures_words(&decision.gates, &decision.evaluations)),
    ];
    changes.extend(decision.overridden.as_deref().map(|why| FieldChange::set(Field::Reason, why)));
    let stream = Stream::Migration(migration.clone());
    // The decision comes before what it allows.
    prepared.drafts.insert(0, Draft::new(stream, kind, Subject::Cohort(decision.cohort), changes));
    prepared.writes.push(Write::Decision(migration.clone(), Box::new(decision)));
    prepared
}

/// Halts a running cohort whose triggers are breached. Evaluated here once more: between the look and the command
/// something may have changed.
pub(super) fn halt(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: CohortNumber,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let before = cohort(migration, number)?;
    let breaches = before.gates.breaches(&trigger_facts(context.model, migration, before), context.now);
    if before.stage != CohortStage::Running || breaches.is_empty() {
        return Ok(Prepared::default());
    }
    let why = halt_words(&breaches);
    let mut after = Cohort { stage: CohortStage::Halted, ..before.clone() };
    after.gates.halt = Some(Halt { at: context.now, by: None, why: why.clone() });
    let mut changes = differences(before, &after);
    changes.push(FieldChange::set(Field::Figures, why));
    changes.push(FieldChange::set(Field::Reason, "A rollback trigger was breached."));
    let prepared = written(migration_id, after, EventKind::CohortMoved, changes);
    Ok(Prepared { answer: Answer::Cohort(number), ..prepared })
}
