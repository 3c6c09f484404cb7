//! Bulk changes and their undo: previews, and the jobs that write chunk by chunk.
//!
//! How far a job is lies in its row and changes in the transaction of each chunk. A killed server finds it there and goes
//! on; nothing of a chunk is ever half written. Between two chunks other commands are taken, and while there are any the
//! chunks are short.

use crate::acting::{Acting, Permit, entries_of};
use crate::commands::{BulkChunk, BulkCommand, Command, NewBulk, UndoChunk, UndoStart, of_import, undo_obstacle};
use crate::error::StoreError;
use crate::imports::in_background;
use crate::journal::{read_parts, subject_key};
use crate::model::{MigrationModel, Model};
use crate::rows::{from_text, to_text};
use crate::writer::{Store, new_command_id};
use crate::zone::local_date;
use domain::account::{Account, EditContext, Row};
use domain::actor::Actor;
use domain::bulk::{
    self, BULK_ACCOUNTS_MAX, BulkChange, BulkReport, BulkScope, BulkStage, Left, NO_ACCOUNT, Outcome, UndoReport,
    from_runs, gone, may_go, to_runs,
};
use domain::clock::Instant;
use domain::event::{EventKind, Position, Stream, Subject};
use domain::field::FieldChange;
use domain::id::{AccountNumber, BulkId, CohortNumber, CommandId, ExternalId, ImportId, MigrationId, UserId};
use domain::policy::{Action, Role, allows};
use domain::view::{Column, Lookup};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use surrealdb::types::{RecordId, SurrealValue};
use tokio::sync::watch;

/// Accounts of which a preview shows before and after.
const SAMPLES_MAX: usize = 5;
/// Accounts that a preview looks at before it lets others at the model.
const LOOK_AT: usize = 2_000;
/// Accounts of one chunk, at least and at most.
const CHUNK_MIN: usize = 20;
const CHUNK_MAX: usize = 500;
/// How long a chunk should take while nobody else writes, and while somebody does: an edit waits for the chunk before it.
const ALONE: Duration = Duration::from_millis(50);
const AMONG_OTHERS: Duration = Duration::from_millis(6);
/// Attempts to write a chunk; the database may be away for a moment.
const ATTEMPTS_MAX: u64 = 8;

/// One change of many accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulk {
    pub id: BulkId,
    pub migration: MigrationId,
    pub plan: BulkPlan,
    pub progress: BulkProgress,
}

/// Who does what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BulkPlan {
    pub by: UserId,
    /// The author's role at the start: the rules ask for it.
    pub role: Role,
    pub created_at: Instant,
    /// How many accounts it names.
    pub total: u32,
    pub work: BulkWork,
}

/// What is done, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum BulkWork {
    Change {
        change: BulkChange,
        /// The view that its accounts were taken from, as in an address; `None`: they were selected one by one.
        view: Option<String>,
    },
    /// Accounts in an order: each step's change is for so many of them.
    Steps { series: Series, steps: Vec<Step> },
    /// An import, which is undone in the same way.
    Import { import: ImportId, file: String },
}

/// What steps are for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "series", rename_all = "snake_case")]
pub enum Series {
    /// Accounts come into the new cohorts of a split.
    Split {
        /// The view that they were taken from, as in an address; `None`: they were selected one by one.
        view: Option<String>,
        /// The waves, in words.
        parts: String,
        by: Option<Column>,
        seed: u32,
    },
    /// The accounts of these cohorts get their days.
    Dates { cohorts: Vec<CohortNumber> },
}

/// One step: the next so many accounts get this change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub accounts: u32,
    pub change: BulkChange,
}

impl BulkWork {
    /// The change of the account at this place among those of the bulk change.
    pub(crate) fn change_at(&self, index: u32) -> Option<&BulkChange> {
        match self {
            BulkWork::Change { change, .. } => Some(change),
            BulkWork::Steps { steps, .. } => {
                let mut end = 0;
                let reaches = |step: &&Step| {
                    end += step.accounts;
                    index < end
                };
                steps.iter().find(reaches).map(|step| &step.change)
            }
            BulkWork::Import { .. } => None,
        }
    }
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BulkProgress {
    pub stage: BulkStage,
    /// How many of its accounts were looked at.
    pub done: u32,
    pub ended_at: Option<Instant>,
    pub report: BulkReport,
    pub undo: Option<UndoProgress>,
}

/// How far its undo is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoProgress {
    pub by: UserId,
    pub started_at: Instant,
    /// The next event to take back, and the first of its parts.
    pub(crate) at: (u64, u32),
    /// How many accounts were looked at.
    pub done: u32,
    pub ended_at: Option<Instant>,
    pub report: UndoReport,
}

/// What a bulk change would do. Nothing is stored of it.
#[derive(Clone, Debug)]
pub struct BulkPreview {
    pub position: Position,
    /// How many accounts it is about.
    pub total: u32,
    pub report: BulkReport,
    /// Some accounts as they are and as they would be.
    pub samples: Vec<(Row, Row)>,
    /// What its author lacks: the change is shown, but somebody else has to run it.
    pub lacks: Option<Action>,
}

/// What an undo would do. Nothing is stored of it.
#[derive(Clone, Debug, Default)]
pub struct UndoPreview {
    pub report: UndoReport,
    pub samples: Vec<(Row, Row)>,
}

impl Bulk {
    /// The subject of its events.
    pub(crate) fn subject(&self) -> Subject {
        match &self.plan.work {
            BulkWork::Change { .. } | BulkWork::Steps { .. } => Subject::Bulk(self.id.clone()),
            BulkWork::Import { import, .. } => Subject::Import(import.clone()),
        }
    }

    /// What it is, in the audit log.
    pub(crate) fn about(&self) -> String {
        match &self.plan.work {
            BulkWork::Change { .. } => format!("Bulk change of {} accounts", self.plan.total),
            BulkWork::Steps { series: Series::Split { .. }, .. } => format!("Split of {} accounts", self.plan.total),
            BulkWork::Steps { series: Series::Dates { .. }, .. } => format!("Dates of {} accounts", self.plan.total),
            BulkWork::Import { file, .. } => file.clone(),
        }
    }

    /// Why it cannot be undone, if it cannot.
    pub fn undo_obstacle(&self, now: Instant) -> Option<&'static str> {
        undo_obstacle(self, now)
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct BulkRow {
    pub id: RecordId,
    pub key: String,
    pub migration: String,
    pub plan: String,
    pub progress: String,
}

impl From<&Bulk> for BulkRow {
    fn from(bulk: &Bulk) -> Self {
        BulkRow {
            id: RecordId::new("bulk", bulk.id.as_str()),
            key: bulk.id.0.clone(),
            migration: bulk.migration.0.clone(),
            plan: to_text(&bulk.plan),
            progress: to_text(&bulk.progress),
        }
    }
}

impl BulkRow {
    pub(crate) fn into_domain(self) -> Result<Bulk, StoreError> {
        Ok(Bulk {
            id: BulkId(self.key),
            migration: MigrationId(self.migration),
            plan: from_text(&self.plan)?,
            progress: from_text(&self.progress)?,
        })
    }
}

pub(crate) fn scope_id(id: &BulkId) -> RecordId {
    RecordId::new("bulk_scope", id.as_str())
}

/// The accounts of steps as one text: each step's as runs of numbers, one after the other.
pub(crate) fn to_steps(steps: &[Vec<AccountNumber>]) -> String {
    steps.iter().map(|numbers| to_runs(numbers)).collect::<Vec<_>>().join(";")
}

/// All accounts of [`to_steps`] in their order; the accounts of other bulk changes are one step.
fn from_steps(text: &str) -> Option<Vec<AccountNumber>> {
    let steps: Option<Vec<_>> = text.split(';').map(from_runs).collect();
    steps.map(|steps| steps.concat())
}

/// Runs `work` with what the rules need to know of a migration.
pub(crate) fn with_rules<T>(
    model: &Model,
    migration: &MigrationModel,
    now: Instant,
    role: Role,
    work: impl FnOnce(&EditContext<'_>) -> T,
) -> T {
    work(&EditContext {
        now,
        role,
        migration: migration.migration.stage,
        rollback_days: migration.migration.settings.rollback_days,
        cohort_stage: &|cohort| migration.cohort_stage(cohort),
        may_own: &|user| model.users.get(user).is_some_and(|stored| !stored.user.disabled),
        fields: &migration.migration.fields,
    })
}

/// What the log says of some accounts of one event, with what the model alone cannot tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// The event that is taken back.
    pub seq: u64,
    pub left: Vec<Left>,
    /// Who wrote the events that changed these accounts since.
    pub authors: BTreeMap<u64, UserId>,
    /// Accounts with events of their own, such as comments, which leave no trace in the row.
    pub spoken_of: BTreeSet<AccountNumber>,
}

/// What an undo makes of one account; `None` if it stays as it is. Counted in the report either way.
pub(crate) fn take_back(
    migration: &MigrationModel,
    left: &Left,
    evidence: &Evidence,
    rules: &EditContext<'_>,
    report: &mut UndoReport,
) -> Option<(Account, Vec<FieldChange>)> {
    let account = migration.table.account(left.account);
    let Some(account) = account else {
        report.kept += 1;
        report.reasons.add(NO_ACCOUNT, None, left.account);
        return None;
    };
    let mut keep = |kept: &[bulk::Kept]| {
        report.kept += u32::from(!kept.is_empty());
        for kept in kept {
            let who = kept.since().and_then(|seq| evidence.authors.get(&seq));
            report.reasons.add(&kept.words(), who, left.account);
        }
    };
    if !left.created {
        let undone = bulk::undo(&account, left, rules);
        keep(&undone.kept);
        report.restored += u32::from(!undone.changes.is_empty());
        return (!undone.changes.is_empty()).then_some((undone.account, undone.changes));
    }
    if let Err(kept) = may_go(&account, evidence.seq) {
        keep(&[kept]);
        return None;
    }
    if evidence.spoken_of.contains(&account.number) {
        report.kept += 1;
        report.reasons.add("The account was commented on or edited since", None, account.number);
        return None;
    }
    report.removed += 1;
    Some(gone(&account))
}

/// How many accounts the next chunk has: as many as take a bearable time, which depends on whether others write.
struct Pace {
    accounts: usize,
    commits: watch::Receiver<u64>,
}

impl Pace {
    fn new(store: &Store) -> Pace {
        Pace { accounts: 100, commits: store.commits() }
    }

    /// Runs one chunk and learns from it.
    async fn run<T>(&mut self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let before = *self.commits.borrow_and_update();
        let began = std::time::Instant::now();
        let outcome = work.await?;
        let took = began.elapsed().max(Duration::from_micros(500));
        let commits = self.commits.borrow_and_update().saturating_sub(before);
        let wanted = if commits > 1 { AMONG_OTHERS } else { ALONE };
        let fitting = self.accounts as f64 * wanted.as_secs_f64() / took.as_secs_f64();
        // Twice as many at most: one quick chunk proves little.
        self.accounts = (fitting as usize).clamp(CHUNK_MIN, CHUNK_MAX).min(self.accounts * 2);
        Ok(outcome)
    }
}

impl Acting<'_> {
    /// What a bulk change would do to its accounts as they are now.
    pub async fn preview_bulk(
        &self,
        migration: &MigrationId,
        scope: &BulkScope,
        change: &BulkChange,
    ) -> Result<BulkPreview, StoreError> {
        self.allow(Action::BulkEdit).await?;
        checked(change)?;
        let numbers = self.accounts_of(migration, scope).await?;
        let total = numbers.len() as u32;
        let (store, id, change) = (self.store().clone(), migration.clone(), change.clone());
        let role = self.caller().role;
        let action = change.action(total);
        in_background(move || {
            let now = store.inner.clock.now();
            let mut preview = BulkPreview {
                position: store.model().position(&id),
                total,
                report: BulkReport::default(),
                samples: Vec::new(),
                lacks: (!allows(role, action)).then_some(action),
            };
            // The model is let go between the pieces, so that edits do not wait for a whole preview.
            for piece in numbers.chunks(LOOK_AT) {
                let model = store.model();
                let migration = model.migration(&id)?;
                with_rules(&model, migration, now, role, |rules| {
                    for number in piece {
                        let Some(account) = migration.table.account(*number) else {
                            preview.report.refuse(*number, NO_ACCOUNT);
                            continue;
                        };
                        let outcome = change.decide(&account, rules);
                        preview.report.count(*number, &outcome);
                        if let Outcome::Changed(after, _) = &outcome {
                            sample(&model, migration, after, &mut preview.samples);
                        }
                    }
                });
            }
            Ok(preview)
        })
        .await
    }

    /// Starts a bulk change; it runs as a job. Its id is the command's: sent again, it is not run again.
    pub async fn start_bulk(
        &self,
        migration: &MigrationId,
        command: CommandId,
        scope: &BulkScope,
        change: BulkChange,
    ) -> Result<BulkId, StoreError> {
        self.allow(Action::BulkEdit).await?;
        checked(&change)?;
        let id = BulkId(crate::acting::checked(command)?.0);
        let numbers = self.accounts_of(migration, scope).await?;
        if numbers.is_empty() {
            return Err(StoreError::Refused("No account is selected.".into()));
        }
        let permit = self.allow(change.action(numbers.len() as u32)).await?;
        let view = match scope {
            BulkScope::Matching { view, .. } => Some(view.to_query()),
            BulkScope::Accounts { .. } => None,
        };
        let new = NewBulk {
            id: id.clone(),
            migration: migration.clone(),
            by: self.caller().user.clone(),
            role: self.caller().role,
            change,
            view,
            numbers,
        };
        self.submit_bulk(permit, BulkCommand::Start(new)).await?;
        self.store().spawn_bulk(id.clone());
        Ok(id)
    }

    /// The bulk changes of a migration and its imports, the newest first.
    pub async fn bulks(&self, migration: &MigrationId) -> Result<Vec<Bulk>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        model.migration(migration)?;
        let bulks = model.bulks.values().filter(|bulk| bulk.migration == *migration).map(|bulk| (**bulk).clone());
        let imports = model.imports.values().filter(|import| import.migration == *migration);
        // An import is among the bulk changes itself once its undo has begun.
        let imports = imports
            .filter(|import| !model.bulks.contains_key(&BulkId(import.id.0.clone())))
            .filter_map(|import| of_import(import));
        let mut list: Vec<Bulk> = bulks.chain(imports).collect();
        list.sort_by_key(|bulk| std::cmp::Reverse((bulk.plan.created_at, bulk.id.clone())));
        Ok(list)
    }

    /// One bulk change, or an import as one.
    pub async fn bulk(&self, migration: &MigrationId, id: &BulkId) -> Result<Bulk, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        self.store().bulk_of(migration, id)
    }

    /// Ids and names of accounts, for lists that only have their numbers.
    pub async fn account_names(
        &self,
        migration: &MigrationId,
        numbers: &[AccountNumber],
    ) -> Result<Vec<(AccountNumber, ExternalId, String)>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let table = &model.migration(migration)?.table;
        let rows = numbers.iter().filter_map(|number| table.row(*number));
        Ok(rows.map(|row| (row.number, row.external_id.clone(), row.name.clone())).collect())
    }

    /// Stops a running bulk change. What it did until then stays, and can be undone.
    pub async fn cancel_bulk(&self, migration: &MigrationId, id: &BulkId) -> Result<(), StoreError> {
        let permit = self.allow(Action::BulkEdit).await?;
        let bulk = self.store().bulk_of(migration, id)?;
        let permit = self.allow_with(permit, &bulk).await?;
        self.submit_bulk(permit, BulkCommand::Cancel(id.clone())).await
    }

    /// What an undo would restore and what it would leave as it is.
    pub async fn preview_undo(&self, migration: &MigrationId, id: &BulkId) -> Result<UndoPreview, StoreError> {
        self.allow(Action::BulkEdit).await?;
        let bulk = self.store().bulk_of(migration, id)?;
        let now = self.store().inner.clock.now();
        if let Some(obstacle) = bulk.undo_obstacle(now) {
            return Err(StoreError::Refused(obstacle.to_owned()));
        }
        let mut preview = UndoPreview::default();
        for seq in self.store().chunks_of(&bulk, 0).await? {
            let evidence = self.store().evidence(&bulk, seq).await?;
            let model = self.store().model();
            let migration = model.migration(migration)?;
            with_rules(&model, migration, now, Role::Lead, |rules| {
                for left in &evidence.left {
                    let back = take_back(migration, left, &evidence, rules, &mut preview.report);
                    if let Some((after, _)) = back.filter(|(after, _)| !after.removed) {
                        sample(&model, migration, &after, &mut preview.samples);
                    }
                }
            });
        }
        Ok(preview)
    }

    /// Starts to undo a bulk change or an import; it runs as a job.
    pub async fn undo_bulk(&self, migration: &MigrationId, id: &BulkId) -> Result<(), StoreError> {
        let permit = self.allow(Action::BulkEdit).await?;
        let bulk = self.store().bulk_of(migration, id)?;
        let permit = self.allow_with(permit, &bulk).await?;
        let import = matches!(bulk.plan.work, BulkWork::Import { .. }).then(|| Box::new(bulk));
        let start = UndoStart { id: id.clone(), by: self.caller().user.clone(), import };
        self.submit_bulk(permit, BulkCommand::StartUndo(start)).await?;
        self.store().spawn_bulk(id.clone());
        Ok(())
    }

    /// Asks for what cancelling or undoing this takes beyond a bulk change of one's own.
    async fn allow_with(&self, permit: Permit, bulk: &Bulk) -> Result<Permit, StoreError> {
        let import = matches!(bulk.plan.work, BulkWork::Import { .. });
        let permit = if import { self.allow(Action::ImportAccounts).await? } else { permit };
        if bulk.plan.by == self.caller().user { Ok(permit) } else { self.allow(Action::UndoOthers).await }
    }

    async fn submit_bulk(&self, permit: Permit, command: BulkCommand) -> Result<(), StoreError> {
        self.submit(permit, Command::Bulk(Box::new(command))).await.map(|_| ())
    }

    /// The accounts of a scope, in order and each once.
    pub(crate) async fn accounts_of(
        &self,
        id: &MigrationId,
        scope: &BulkScope,
    ) -> Result<Vec<AccountNumber>, StoreError> {
        let mut numbers = match scope {
            BulkScope::Accounts { numbers } => {
                self.store().model().migration(id)?;
                numbers.clone()
            }
            BulkScope::Matching { view, at_least } => {
                if let Some(position) = at_least {
                    self.store().wait_for(id, position).await;
                }
                self.store().matching(id, view)?
            }
        };
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() > BULK_ACCOUNTS_MAX {
            return Err(StoreError::Refused(format!("A bulk change is of at most {BULK_ACCOUNTS_MAX} accounts.")));
        }
        Ok(numbers)
    }
}

fn checked(change: &BulkChange) -> Result<(), StoreError> {
    change.problem().map_or(Ok(()), |problem| Err(StoreError::Invalid(vec![problem])))
}

/// Adds the account before and after to the samples while there is room.
fn sample(model: &Model, migration: &MigrationModel, after: &Account, samples: &mut Vec<(Row, Row)>) {
    if samples.len() >= SAMPLES_MAX {
        return;
    }
    let customer = model.customers.get(&after.customer);
    if let (Some(before), Some(customer)) = (migration.table.row(after.number), customer) {
        samples.push((before.clone(), migration.table.join(after, &customer.customer)));
    }
}

impl Store {
    /// Goes on with the bulk changes and undos that a stopped server left. Called once at the start.
    pub fn resume_bulks(&self) {
        let left: Vec<BulkId> = {
            let model = self.model();
            let at_work = |bulk: &&Arc<Bulk>| matches!(bulk.progress.stage, BulkStage::Running | BulkStage::Undoing);
            model.bulks.values().filter(at_work).map(|bulk| bulk.id.clone()).collect()
        };
        for id in left {
            tracing::info!(bulk = %id, "going on with a bulk change");
            self.spawn_bulk(id);
        }
    }

    pub(crate) fn spawn_bulk(&self, id: BulkId) {
        let store = self.clone();
        tokio::spawn(async move {
            if let Err(error) = store.run_bulk(&id).await {
                tracing::error!(bulk = %id, %error, "a bulk change stopped");
            }
        });
    }

    /// Runs a bulk change or its undo to its end, or until somebody cancels it.
    pub(crate) async fn run_bulk(&self, id: &BulkId) -> Result<(), StoreError> {
        let mut attempt = 0;
        loop {
            let bulk = self.find_bulk(id).ok_or(crate::commands::NO_BULK)?;
            let before = (bulk.progress.done, bulk.progress.undo.as_ref().map(|undo| undo.at));
            let outcome = match bulk.progress.stage {
                BulkStage::Running => self.change_all(bulk).await,
                BulkStage::Undoing => self.undo_all(bulk).await,
                BulkStage::Done | BulkStage::Cancelled | BulkStage::Undone => return Ok(()),
            };
            let Err(error) = outcome else { return Ok(()) };
            let now = self.find_bulk(id).map(|bulk| bulk.progress);
            let moved = now.is_some_and(|now| before != (now.done, now.undo.map(|undo| undo.at)));
            attempt = if moved { 1 } else { attempt + 1 };
            if matches!(error, StoreError::Stopping) || attempt > ATTEMPTS_MAX {
                return Err(error);
            }
            tracing::warn!(bulk = %id, %error, attempt, "a piece of a bulk change could not be written");
            tokio::time::sleep(Duration::from_millis(100 * attempt)).await;
        }
    }

    async fn change_all(&self, bulk: Bulk) -> Result<(), StoreError> {
        let numbers = self.scope(&bulk.id).await?;
        let mut done = bulk.progress.done as usize;
        let mut pace = Pace::new(self);
        while done < numbers.len() {
            let end = (done + pace.accounts).min(numbers.len());
            let written = pace.run(self.change_chunk(&bulk, &numbers, done, end)).await;
            if written.is_err()
                && self.find_bulk(&bulk.id).is_some_and(|bulk| bulk.progress.stage != BulkStage::Running)
            {
                // Cancelled between two chunks.
                return Ok(());
            }
            written?;
            done = end;
        }
        Ok(())
    }

    async fn change_chunk(
        &self,
        bulk: &Bulk,
        numbers: &[AccountNumber],
        from: usize,
        end: usize,
    ) -> Result<(), StoreError> {
        let chunk = BulkChunk {
            id: bulk.id.clone(),
            from: from as u32,
            numbers: numbers[from..end].to_vec(),
            last: end == numbers.len(),
        };
        self.submit_job(&bulk.plan.by, BulkCommand::Chunk(chunk)).await
    }

    async fn undo_all(&self, bulk: Bulk) -> Result<(), StoreError> {
        let Some(undo) = &bulk.progress.undo else { return Ok(()) };
        let (next, mut skip) = undo.at;
        let mut pace = Pace::new(self);
        for seq in self.chunks_of(&bulk, next).await? {
            // What stands against it is looked up anew for each event: people go on working meanwhile.
            let evidence = self.evidence(&bulk, seq).await?;
            let mut done = if seq == next { std::mem::take(&mut skip) as usize } else { 0 };
            while done < evidence.left.len() {
                let end = (done + pace.accounts).min(evidence.left.len());
                let to = if end == evidence.left.len() { (seq + 1, 0) } else { (seq, end as u32) };
                let part = Evidence {
                    seq,
                    left: evidence.left[done..end].to_vec(),
                    authors: evidence.authors.clone(),
                    spoken_of: evidence.spoken_of.clone(),
                };
                let chunk = UndoChunk { id: bulk.id.clone(), from: (seq, done as u32), to, evidence: part };
                pace.run(self.submit_job(&undo.by, BulkCommand::UndoChunk(chunk))).await?;
                done = end;
            }
        }
        self.submit_job(&undo.by, BulkCommand::FinishUndo(bulk.id.clone())).await
    }

    async fn submit_job(&self, by: &UserId, command: BulkCommand) -> Result<(), StoreError> {
        let actor = Actor::User { id: by.clone() };
        let command = Command::Bulk(Box::new(command));
        self.submit(actor, "bulk change".to_owned(), new_command_id(), command).await.map(|_| ())
    }

    /// The events in which a change of many accounts wrote them, from this one on. Events of its undo are among them.
    async fn chunks_of(&self, bulk: &Bulk, from: u64) -> Result<Vec<u64>, StoreError> {
        let stream = Stream::Migration(bulk.migration.clone());
        let mut seqs = self.seqs_about(&stream, &bulk.subject()).await?;
        seqs.retain(|seq| *seq >= from);
        seqs.sort_unstable();
        Ok(seqs)
    }

    /// What the log says of one event: what it left behind, and what happened to its accounts since.
    async fn evidence(&self, bulk: &Bulk, seq: u64) -> Result<Evidence, StoreError> {
        let stream = Stream::Migration(bulk.migration.clone());
        let mut evidence = Evidence { seq, ..Evidence::default() };
        let Some((row, personal)) = self.events_at(&stream, &[seq]).await?.pop() else { return Ok(evidence) };
        let (kind, _, parts) = read_parts(&row, &entries_of(personal.as_ref())?)?;
        if !matches!(kind, EventKind::AccountsChangedInBulk | EventKind::AccountsImported) {
            return Ok(evidence);
        }
        evidence.left = parts
            .into_iter()
            .filter_map(|part| match part.subject {
                Subject::Account(number) => Some(Left::read(number, part.created, &part.changes)),
                _ => None,
            })
            .collect();
        let since = self.changed_since_by_others(&bulk.migration, &evidence)?;
        for (row, _) in self.events_at(&stream, &since).await? {
            let (_, actor, _) = read_parts(&row, &[])?;
            if let Some(user) = actor.user() {
                evidence.authors.insert(row.seq, user.clone());
            }
        }
        evidence.spoken_of = self.spoken_of(&stream, &evidence).await?;
        Ok(evidence)
    }

    /// The events that stand against restoring something of these accounts.
    fn changed_since_by_others(&self, id: &MigrationId, evidence: &Evidence) -> Result<Vec<u64>, StoreError> {
        let model = self.model();
        let migration = model.migration(id)?;
        let now = self.inner.clock.now();
        let mut since = BTreeSet::new();
        with_rules(&model, migration, now, Role::Lead, |rules| {
            for left in &evidence.left {
                let Some(account) = migration.table.account(left.account) else { continue };
                let kept = match left.created {
                    true => may_go(&account, evidence.seq).err().into_iter().collect(),
                    false => bulk::undo(&account, left, rules).kept,
                };
                since.extend(kept.iter().filter_map(bulk::Kept::since));
            }
        });
        Ok(since.into_iter().collect())
    }

    /// Which of the accounts that an event created have events of their own: somebody has worked with them.
    async fn spoken_of(&self, stream: &Stream, evidence: &Evidence) -> Result<BTreeSet<AccountNumber>, StoreError> {
        let created = evidence.left.iter().filter(|left| left.created);
        let mut by_subject: BTreeMap<String, AccountNumber> =
            created.map(|left| (subject_key(&Subject::Account(left.account)), left.account)).collect();
        if by_subject.is_empty() {
            return Ok(BTreeSet::new());
        }
        let subjects: Vec<String> = by_subject.keys().cloned().collect();
        let query = "SELECT VALUE subject FROM event WHERE stream = $stream AND subject IN $subjects AND seq > $seq";
        let query = self.inner.db.query(query).bind(("stream", stream.key().to_owned()));
        let mut response = query.bind(("subjects", subjects)).bind(("seq", evidence.seq)).await?.check()?;
        let found: Vec<String> = response.take(0)?;
        Ok(found.iter().filter_map(|subject| by_subject.remove(subject)).collect())
    }

    /// The accounts of a bulk change that runs.
    async fn scope(&self, id: &BulkId) -> Result<Vec<AccountNumber>, StoreError> {
        let query = self.inner.db.query("SELECT VALUE numbers FROM $id").bind(("id", scope_id(id)));
        let numbers: Vec<String> = query.await?.check()?.take(0)?;
        let numbers = numbers.into_iter().next().and_then(|text| from_steps(&text));
        numbers.ok_or_else(|| StoreError::corrupt(format!("the accounts of bulk change {id} are missing")))
    }

    fn matching(&self, id: &MigrationId, view: &domain::view::View) -> Result<Vec<AccountNumber>, StoreError> {
        let model = self.model();
        let migration = model.migration(id)?;
        let place = |number: CohortNumber| migration.cohort(number).map_or(u16::MAX, |cohort| cohort.position);
        let name = |user: &UserId| model.name_of(user).to_lowercase();
        let lookup = Lookup { cohort_position: &place, owner_name: &name, fields: &migration.migration.fields };
        let today = local_date(self.inner.clock.now(), &migration.migration.settings.time_zone);
        Ok(migration.table.matching(view, &lookup, today))
    }

    fn find_bulk(&self, id: &BulkId) -> Option<Bulk> {
        self.model().bulks.get(id).map(|bulk| (**bulk).clone())
    }

    fn bulk_of(&self, migration: &MigrationId, id: &BulkId) -> Result<Bulk, StoreError> {
        let model = self.model();
        let bulk = model.bulks.get(id).map(|bulk| (**bulk).clone());
        let import = || model.imports.get(&ImportId(id.0.clone())).and_then(|import| of_import(import));
        let found = bulk.or_else(import).filter(|bulk| bulk.migration == *migration);
        found.ok_or(crate::commands::NO_BULK)
    }

    #[cfg(test)]
    pub(crate) async fn write_one_bulk_chunk(&self, id: &BulkId, accounts: usize) {
        let bulk = self.find_bulk(id).expect("the bulk change");
        let numbers = self.scope(id).await.expect("its accounts");
        let from = bulk.progress.done as usize;
        self.change_chunk(&bulk, &numbers, from, from + accounts).await.expect("the chunk is written");
    }
}
