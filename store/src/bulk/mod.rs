//! Bulk changes and their undo: what is stored of them, what people ask of them (`actions`), the jobs that write chunk by
//! chunk (`job`), and taking back what the log tells (`undo`).
//!
//! How far a job is lies in its row and changes in the transaction of each chunk. A killed server finds it there and goes
//! on; nothing of a chunk is ever half written. Between two chunks other commands are taken, and while there are any the
//! chunks are short.

mod actions;
mod job;
mod undo;

pub(crate) use job::Pace;
pub(crate) use undo::{Evidence, take_back};

use crate::commands::{of_import, undo_obstacle};
use crate::error::StoreError;
use crate::model::{MigrationModel, Model};
use crate::rows::{from_text, to_text};
use crate::writer::Store;
use domain::account::{EditContext, Row};
use domain::bulk::{BulkChange, BulkReport, BulkStage, UndoReport, from_runs, to_runs};
use domain::clock::Instant;
use domain::event::{Position, Subject};
use domain::id::{AccountNumber, BulkId, CohortNumber, ImportId, MigrationId, UserId};
use domain::policy::{Action, Role};
use domain::view::Column;
use serde::{Deserialize, Serialize};
use surrealdb::types::{RecordId, SurrealValue};

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

impl Store {
    pub(super) fn find_bulk(&self, id: &BulkId) -> Option<Bulk> {
        self.model().bulks.get(id).map(|bulk| (**bulk).clone())
    }

    pub(super) fn bulk_of(&self, migration: &MigrationId, id: &BulkId) -> Result<Bulk, StoreError> {
        let model = self.model();
        let bulk = model.bulks.get(id).map(|bulk| (**bulk).clone());
        let import = || model.imports.get(&ImportId(id.0.clone())).and_then(|import| of_import(import));
        let found = bulk.or_else(import).filter(|bulk| bulk.migration == *migration);
        found.ok_or(crate::commands::NO_BULK)
    }
}
