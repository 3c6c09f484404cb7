//! Bulk changes: preview, start, progress, cancel, undo; the list of all changes of many accounts, imports among them.

use super::ApiError;
use domain::account::Row;
use domain::bulk::{BulkChange, BulkScope, BulkStage};
use domain::clock::Instant;
use domain::id::{AccountNumber, BulkId, CohortNumber, CommandId, ExternalId, ImportId, MigrationId, UserId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// One line of the list of changes of many accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BulkSummary {
    pub id: BulkId,
    pub by: UserId,
    pub who: String,
    pub at: Instant,
    /// When it was started, in the migration's zone: `21 May 2026, 13:48`.
    pub when: String,
    pub work: BulkWork,
    /// How many accounts it names.
    pub total: u32,
    pub stage: BulkStage,
    /// How many accounts it has looked at.
    pub done: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    /// Until when it can be undone, in the migration's zone: `20 Jun 2026`; empty while it is running.
    pub undo_until: String,
    /// Why the reader cannot undo it, if so.
    pub obstacle: Option<String>,
    /// Whether the reader may stop it while it is running.
    pub may_cancel: bool,
    pub undo: Option<UndoSummary>,
}

/// What was done, or is being done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum BulkWork {
    Change {
        change: BulkChange,
        /// The view that its accounts were taken from, as in an address; `None`: they were selected one by one.
        view: Option<String>,
    },
    /// Accounts came into the new cohorts of a split.
    Split {
        view: Option<String>,
        /// `25 accounts, 10 %, the rest`
        parts: String,
    },
    /// The accounts of these cohorts got their dates.
    Dates {
        cohorts: Vec<CohortNumber>,
    },
    Import {
        import: ImportId,
        file: String,
    },
}

/// How far an undo is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoSummary {
    pub who: String,
    pub when: String,
    /// Accounts looked at so far.
    pub done: u32,
    pub restored: u32,
    pub removed: u32,
    pub kept: u32,
}

impl BulkSummary {
    /// Whether the server is at work on it, so that looking again shows something else.
    pub fn is_busy(&self) -> bool {
        matches!(self.stage, BulkStage::Running | BulkStage::Undoing)
    }

    /// How many accounts are done, of how many, of what is being done now.
    pub fn progress(&self) -> (u32, u32) {
        match (&self.undo, self.stage) {
            (Some(undo), BulkStage::Undoing | BulkStage::Undone) => (undo.done.min(self.changed), self.changed),
            _ => (self.done, self.total),
        }
    }
}

/// One change of many accounts with all that its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BulkDetail {
    pub summary: BulkSummary,
    /// Why accounts were refused, the most frequent reason first.
    pub refused: Vec<ReasonView>,
    /// Why the undo left accounts as they are.
    pub kept: Vec<ReasonView>,
    /// Messages that it caused, and corrections that its undo drafted: per state's code.
    pub messages: Vec<(String, u32)>,
}

/// Why accounts stay as they are, with the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonView {
    pub words: String,
    pub count: u32,
    pub accounts: Vec<NamedAccount>,
}

/// An account in a list of reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedAccount {
    pub number: AccountNumber,
    pub id: ExternalId,
    pub name: String,
}

/// What a bulk change would do. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BulkPreview {
    pub total: u32,
    pub changed: u32,
    /// Accounts that are so already.
    pub unchanged: u32,
    pub refused: u32,
    /// Why, the most frequent reason first, each with a few accounts.
    pub reasons: Vec<ReasonView>,
    /// Some accounts before and after.
    pub samples: Vec<(Row, Row)>,
    /// Why the reader may not run it, if so.
    pub obstacle: Option<String>,
}

/// What an undo would do. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoPreview {
    pub restored: u32,
    pub removed: u32,
    pub kept: u32,
    pub reasons: Vec<ReasonView>,
    pub samples: Vec<(Row, Row)>,
}

/// What this change would do to these accounts as they are now.
#[server(name = AskBulkPreview, endpoint = "bulk/preview", input = Json)]
pub async fn bulk_preview(
    migration: MigrationId,
    scope: BulkScope,
    change: BulkChange,
) -> Result<BulkPreview, ApiError> {
    crate::backend::bulk::preview(migration, scope, change).await
}

/// Starts a bulk change. It goes on when the page is closed, and after a restart of the server. Sending it again with the
/// same `command` is safe.
#[server(endpoint = "bulk/start", input = Json)]
pub async fn start_bulk(
    migration: MigrationId,
    command: CommandId,
    scope: BulkScope,
    change: BulkChange,
) -> Result<BulkId, ApiError> {
    crate::backend::bulk::start(migration, command, scope, change).await
}

/// The changes of many accounts, the newest first.
#[server(name = AskBulkChanges, endpoint = "bulk/list")]
pub async fn bulk_changes(migration: MigrationId) -> Result<Vec<BulkSummary>, ApiError> {
    crate::backend::bulk::list(migration).await
}

/// One change of many accounts.
#[server(name = AskBulkChange, endpoint = "bulk/one")]
pub async fn bulk_change(migration: MigrationId, id: BulkId) -> Result<BulkDetail, ApiError> {
    crate::backend::bulk::one(migration, id).await
}

/// Stops a bulk change. What it did until then stays, and can be undone.
#[server(endpoint = "bulk/cancel")]
pub async fn cancel_bulk(migration: MigrationId, id: BulkId) -> Result<(), ApiError> {
    crate::backend::bulk::cancel(migration, id).await
}

/// What an undo would restore, and what it would leave and why.
#[server(name = AskUndoPreview, endpoint = "bulk/undo-preview")]
pub async fn undo_preview(migration: MigrationId, id: BulkId) -> Result<UndoPreview, ApiError> {
    crate::backend::bulk::undo_preview(migration, id).await
}

/// Undoes a change of many accounts: each field that is still as the change left it becomes what it was.
#[server(endpoint = "bulk/undo")]
pub async fn undo_bulk(migration: MigrationId, id: BulkId) -> Result<(), ApiError> {
    crate::backend::bulk::undo(migration, id).await
}
