//! Bulk changes and undos: their start, the chunks that write accounts, their end.

use super::{Context, Extra, Prepared};
use crate::bulk::{
    Bulk, BulkPlan, BulkProgress, BulkWork, Evidence, Series, Step, UndoProgress, take_back, to_steps, with_rules,
};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use domain::bulk::{
    BulkChange, BulkReport, BulkStage, NO_ACCOUNT, Outcome, UndoReport, to_runs, undo_until, whole_state,
};
use domain::custom::field_of;
use domain::event::{Draft, EventKind, Part, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, BulkId, ImportId, MigrationId, UserId};
use domain::policy::Role;
use domain::state::Move;
use serde_json::json;

/// Above so many accounts, open pages ask for their rows anew rather than being told each of them.
const LISTED_LIVE: u32 = 50;

/// What is asked of bulk changes.
pub(crate) enum BulkCommand {
    Start(NewBulk),
    Chunk(BulkChunk),
    Cancel(BulkId),
    StartUndo(UndoStart),
    UndoChunk(UndoChunk),
    FinishUndo(BulkId),
}

/// A bulk change that is to begin.
pub(crate) struct NewBulk {
    pub id: BulkId,
    pub migration: MigrationId,
    pub by: UserId,
    pub role: Role,
    pub change: BulkChange,
    /// The view that its accounts were taken from, as in an address.
    pub view: Option<String>,
    pub numbers: Vec<AccountNumber>,
}

/// A bulk change that the store itself puts together: whose it is.
#[derive(Clone)]
pub(crate) struct Job {
    pub id: BulkId,
    pub migration: MigrationId,
    pub by: UserId,
    pub role: Role,
}

/// Some accounts of a bulk change, decided as they are now and written in one transaction.
pub(crate) struct BulkChunk {
    pub id: BulkId,
    /// Index of the first account; must be how far the bulk change is.
    pub from: u32,
    pub numbers: Vec<AccountNumber>,
    pub last: bool,
}

/// An undo that is to begin, of a bulk change or of an import.
pub(crate) struct UndoStart {
    pub id: BulkId,
    pub by: UserId,
    /// Not yet among the bulk changes: the import that is undone, as one.
    pub import: Option<Box<Bulk>>,
}

/// Some accounts of one event or of several, taken back in one transaction.
pub(crate) struct UndoChunk {
    pub id: BulkId,
    /// The first event, and the first of its parts; must be how far the undo is.
    pub from: (u64, u32),
    pub to: (u64, u32),
    pub evidence: Vec<Evidence>,
}

pub(super) fn prepare(context: &Context<'_>, command: &BulkCommand) -> Result<Prepared, StoreError> {
    match command {
        BulkCommand::Start(new) => start(context, new),
        BulkCommand::Chunk(part) => chunk(context, part),
        BulkCommand::Cancel(id) => cancel(context, id),
        BulkCommand::StartUndo(asked) => start_undo(context, asked),
        BulkCommand::UndoChunk(part) => undo_chunk(context, part),
        BulkCommand::FinishUndo(id) => finish_undo(context, id),
    }
}

fn start(context: &Context<'_>, new: &NewBulk) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(&new.migration)?;
    // An import is undone under its own id, which must stay free for that.
    if context.model.imports.contains_key(&ImportId(new.id.0.clone())) {
        return Err(StoreError::field("command", "The command's id is not valid."));
    }
    if context.model.bulks.contains_key(&new.id) {
        // Sent again after a lost answer: it runs already.
        return Ok(Prepared::default());
    }
    let total = new.numbers.len() as u32;
    let plan = BulkPlan {
        by: new.by.clone(),
        role: new.role,
        created_at: context.now,
        total,
        work: BulkWork::Change { change: new.change.clone(), view: new.view.clone() },
    };
    let progress = BulkProgress { stage: BulkStage::Running, ..BulkProgress::default() };
    let bulk = Bulk { id: new.id.clone(), migration: new.migration.clone(), plan, progress };
    let mut changes = vec![FieldChange::set(Field::Rows, total)];
    changes.extend(wanted(migration, &new.change));
    Ok(Prepared {
        drafts: vec![draft(&bulk, EventKind::BulkStarted, changes)],
        extras: vec![Extra::PutScope { bulk: new.id.clone(), numbers: to_runs(&new.numbers) }],
        writes: vec![Write::Bulk(Box::new(bulk))],
        overview: true,
        ..Prepared::default()
    })
}

/// Starts a bulk change in steps; nobody has to look whether it was sent before: the caller has.
pub(super) fn start_steps(
    context: &Context<'_>,
    job: &Job,
    series: Series,
    steps: Vec<(BulkChange, Vec<AccountNumber>)>,
) -> Prepared {
    let changes = match &series {
        Series::Split { parts, by, seed, .. } => vec![
            FieldChange::set(Field::SplitParts, parts.as_str()),
            FieldChange::set(Field::SplitBy, json!(by)),
            FieldChange::set(Field::Seed, *seed),
        ],
        Series::Dates { cohorts } => vec![FieldChange::set(Field::Cohort, json!(cohorts))],
    };
    let (changes_of_steps, numbers): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    let total = numbers.iter().map(Vec::len).sum::<usize>() as u32;
    let steps = changes_of_steps.into_iter().zip(&numbers);
    let steps = steps.map(|(change, numbers)| Step { accounts: numbers.len() as u32, change }).collect();
    let plan = BulkPlan {
        by: job.by.clone(),
        role: job.role,
        created_at: context.now,
        total,
        work: BulkWork::Steps { series, steps },
    };
    let progress = BulkProgress { stage: BulkStage::Running, ..BulkProgress::default() };
    let bulk = Bulk { id: job.id.clone(), migration: job.migration.clone(), plan, progress };
    let opening: Vec<_> = [FieldChange::set(Field::Rows, total)].into_iter().chain(changes).collect();
    Prepared {
        drafts: vec![draft(&bulk, EventKind::BulkStarted, opening)],
        extras: vec![Extra::PutScope { bulk: job.id.clone(), numbers: to_steps(&numbers) }],
        writes: vec![Write::Bulk(Box::new(bulk))],
        overview: true,
        ..Prepared::default()
    }
}

/// What the change sets, for its opening event. Free text stands in the events of the accounts, where it can be erased
/// with its customer.
fn wanted(migration: &MigrationModel, change: &BulkChange) -> Vec<FieldChange> {
    match change {
        BulkChange::Owner { to } => vec![FieldChange::set(Field::Owner, json!(to))],
        BulkChange::Cohort { to } => vec![FieldChange::set(Field::Cohort, json!(to))],
        BulkChange::CohortDate { cohort, date } => {
            vec![FieldChange::set(Field::Cohort, json!(cohort)), FieldChange::set(Field::ScheduledFor, json!(date))]
        }
        BulkChange::Custom { number, .. } => {
            let field = field_of(&migration.migration.fields, *number);
            vec![FieldChange::set(Field::FieldLabel, json!(field.map(|field| &field.settings.label)))]
        }
        BulkChange::State { to } => {
            let status = |word: &str| FieldChange::set(Field::Status, word);
            match to {
                Move::Reset => vec![status("not_started")],
                Move::Schedule { date, .. } => {
                    vec![status("scheduled"), FieldChange::set(Field::ScheduledFor, json!(date))]
                }
                Move::Start => vec![status("in_progress")],
                Move::Complete { at } => vec![status("completed"), FieldChange::set(Field::MigratedAt, json!(at))],
                Move::Block { category, .. } => {
                    vec![status("blocked"), FieldChange::set(Field::BlockerCategory, category.code())]
                }
                Move::Resume => vec![FieldChange::set(Field::Action, "resume")],
                Move::OptOut => vec![status("opted_out")],
                Move::RollBack { .. } => vec![status("rolled_back")],
                Move::SetRollbackUntil { until } => vec![FieldChange::set(Field::RollbackUntil, json!(until))],
            }
        }
    }
}

fn chunk(context: &Context<'_>, chunk: &BulkChunk) -> Result<Prepared, StoreError> {
    let mut bulk = stored(context, &chunk.id)?;
    if bulk.progress.stage != BulkStage::Running || bulk.progress.done != chunk.from {
        return Err(moved_on());
    }
    let migration = context.model.migration(&bulk.migration)?;
    let mut draft = draft(&bulk, EventKind::AccountsChangedInBulk, Vec::new());
    let seq = (context.next_seq)(&draft.stream);
    let mut prepared = Prepared::default();
    let mut report = std::mem::take(&mut bulk.progress.report);
    with_rules(context.model, migration, context.now, bulk.plan.role, |rules| {
        for (number, index) in chunk.numbers.iter().zip(chunk.from..) {
            let account = migration.table.account(*number);
            let (Some(account), Some(change)) = (account, bulk.plan.work.change_at(index)) else {
                report.refuse(*number, NO_ACCOUNT);
                continue;
            };
            let outcome = change.decide(&account, rules);
            report.count(*number, &outcome);
            let Outcome::Changed(edited, mut changes) = outcome else { continue };
            let mut edited = *edited;
            edited.touch(&changes, seq);
            edited.remember_chunk(seq);
            changes.extend(whole_state(&account.state, &edited.state));
            draft.parts.push(part(&account.customer, *number, changes));
            prepared.writes.push(Write::Account(bulk.migration.clone(), edited));
        }
    });
    if !draft.parts.is_empty() {
        prepared.drafts.push(draft);
    }
    prepared.resync = bulk.plan.total > LISTED_LIVE;
    bulk.progress.done = chunk.from + chunk.numbers.len() as u32;
    bulk.progress.report = report;
    if chunk.last {
        end(context, &mut bulk, BulkStage::Done, EventKind::BulkFinished, &mut prepared);
    }
    prepared.writes.push(Write::Bulk(Box::new(bulk)));
    Ok(prepared)
}

fn cancel(context: &Context<'_>, id: &BulkId) -> Result<Prepared, StoreError> {
    let mut bulk = stored(context, id)?;
    if bulk.progress.stage != BulkStage::Running {
        return Err(StoreError::Refused("This bulk change is over already. What it did can be undone.".into()));
    }
    let mut prepared = Prepared::default();
    end(context, &mut bulk, BulkStage::Cancelled, EventKind::BulkCancelled, &mut prepared);
    prepared.writes.push(Write::Bulk(Box::new(bulk)));
    Ok(prepared)
}

fn end(context: &Context<'_>, bulk: &mut Bulk, stage: BulkStage, kind: EventKind, prepared: &mut Prepared) {
    bulk.progress.stage = stage;
    if let BulkWork::Change { change, .. } = &mut bulk.plan.work {
        *change = change.without_text();
    }
    bulk.progress.ended_at = Some(context.now);
    let report = &bulk.progress.report;
    let changes =
        vec![FieldChange::set(Field::Updated, report.changed), FieldChange::set(Field::Refused, report.refused)];
    prepared.drafts.push(draft(bulk, kind, changes));
    prepared.extras.push(Extra::DropScope { bulk: bulk.id.clone() });
    prepared.overview = true;
}

fn start_undo(context: &Context<'_>, asked: &UndoStart) -> Result<Prepared, StoreError> {
    let known = context.model.bulks.get(&asked.id).map(|bulk| (**bulk).clone());
    let mut bulk = match (known, &asked.import) {
        (Some(bulk), _) => bulk,
        (None, Some(import)) => (**import).clone(),
        (None, None) => return Err(NOT_FOUND),
    };
    if let Some(obstacle) = undo_obstacle(&bulk, context.now) {
        return Err(StoreError::Refused(obstacle.to_owned()));
    }
    bulk.progress.stage = BulkStage::Undoing;
    bulk.progress.undo = Some(UndoProgress {
        by: asked.by.clone(),
        started_at: context.now,
        at: (0, 0),
        done: 0,
        ended_at: None,
        report: UndoReport::default(),
    });
    let changes = vec![FieldChange::set(Field::Rows, bulk.progress.report.changed)];
    Ok(Prepared {
        drafts: vec![draft(&bulk, EventKind::BulkUndoStarted, changes)],
        writes: vec![Write::Bulk(Box::new(bulk))],
        overview: true,
        ..Prepared::default()
    })
}

/// Why this cannot be undone, if it cannot.
pub(crate) fn undo_obstacle(bulk: &Bulk, now: domain::clock::Instant) -> Option<&'static str> {
    let progress = &bulk.progress;
    match progress.stage {
        BulkStage::Running => Some("It is still running. Cancel it first; what it did can be undone then."),
        BulkStage::Undoing => Some("It is being undone already."),
        BulkStage::Undone => Some("It was undone already."),
        BulkStage::Done | BulkStage::Cancelled if progress.report.changed == 0 => {
            Some("It changed nothing, so there is nothing to undo.")
        }
        BulkStage::Done | BulkStage::Cancelled => {
            let late = progress.ended_at.is_none_or(|ended| now > undo_until(ended));
            late.then_some("It is older than 30 days and cannot be undone any more.")
        }
    }
}

fn undo_chunk(context: &Context<'_>, chunk: &UndoChunk) -> Result<Prepared, StoreError> {
    let mut bulk = stored(context, &chunk.id)?;
    let migration = context.model.migration(&bulk.migration)?;
    let mut draft = draft(&bulk, EventKind::BulkUndone, Vec::new());
    let seq = (context.next_seq)(&draft.stream);
    let Some(undo) = bulk.progress.undo.as_mut().filter(|undo| undo.at <= chunk.from && undo.ended_at.is_none()) else {
        return Err(moved_on());
    };
    let mut prepared = Prepared::default();
    let mut report = std::mem::take(&mut undo.report);
    with_rules(context.model, migration, context.now, Role::Lead, |rules| {
        for (evidence, left) in chunk.evidence.iter().flat_map(Evidence::each) {
            let Some((mut account, changes)) = take_back(migration, left, evidence, rules, &mut report) else {
                continue;
            };
            account.touch(&changes, seq);
            account.remember_chunk(seq);
            draft.parts.push(part(&account.customer, account.number, changes));
            prepared.writes.push(Write::Account(bulk.migration.clone(), account));
        }
    });
    prepared.resync = bulk.progress.report.changed > LISTED_LIVE;
    undo.report = report;
    undo.at = chunk.to;
    undo.done += chunk.evidence.iter().map(|evidence| evidence.left.len() as u32).sum::<u32>();
    if !draft.parts.is_empty() {
        prepared.drafts.push(draft);
    }
    prepared.writes.push(Write::Bulk(Box::new(bulk)));
    Ok(prepared)
}

fn finish_undo(context: &Context<'_>, id: &BulkId) -> Result<Prepared, StoreError> {
    let mut bulk = stored(context, id)?;
    let Some(undo) = bulk.progress.undo.as_mut().filter(|undo| undo.ended_at.is_none()) else {
        return Err(moved_on());
    };
    undo.ended_at = Some(context.now);
    let changes = vec![
        FieldChange::set(Field::Restored, undo.report.restored),
        FieldChange::set(Field::Removed, undo.report.removed),
        FieldChange::set(Field::Kept, undo.report.kept),
    ];
    bulk.progress.stage = BulkStage::Undone;
    Ok(Prepared {
        drafts: vec![draft(&bulk, EventKind::BulkUndoFinished, changes)],
        writes: vec![Write::Bulk(Box::new(bulk))],
        overview: true,
        ..Prepared::default()
    })
}

fn part(customer: &domain::id::ExternalId, number: AccountNumber, changes: Vec<FieldChange>) -> Part {
    let person = Some(PersonRef::Customer(customer.clone()));
    Part { subject: Subject::Account(number), person, created: false, changes }
}

/// An event of a bulk change, or of the import that is undone like one: it names the original.
fn draft(bulk: &Bulk, kind: EventKind, changes: Vec<FieldChange>) -> Draft {
    Draft::new(Stream::Migration(bulk.migration.clone()), kind, bulk.subject(), changes)
}

fn stored(context: &Context<'_>, id: &BulkId) -> Result<Bulk, StoreError> {
    context.model.bulks.get(id).map(|bulk| (**bulk).clone()).ok_or(NOT_FOUND)
}

pub(crate) const NOT_FOUND: StoreError = StoreError::NotFound("This bulk change does not exist.");

fn moved_on() -> StoreError {
    StoreError::Refused("This piece was written already, or the bulk change was cancelled.".into())
}

/// An import as a change of many accounts, so that it is undone like one.
pub(crate) fn of_import(import: &crate::imports::Import) -> Option<Bulk> {
    let crate::imports::ImportPhase::Finished { at, report } = &import.phase else { return None };
    let report = BulkReport {
        changed: report.created + report.updated,
        unchanged: report.unchanged,
        refused: report.refused,
        ..BulkReport::default()
    };
    let total = report.total();
    let ImportId(key) = import.id.clone();
    Some(Bulk {
        id: BulkId(key),
        migration: import.migration.clone(),
        plan: BulkPlan {
            by: import.by.clone(),
            role: Role::Lead,
            created_at: import.created_at,
            total,
            work: BulkWork::Import { import: import.id.clone(), file: import.file_name.clone() },
        },
        progress: BulkProgress { stage: BulkStage::Done, done: total, ended_at: Some(*at), report, undo: None },
    })
}
