//! The jobs that change accounts chunk by chunk.

use super::{Bulk, from_steps, scope_id};
use crate::commands::{BulkChunk, BulkCommand, Command};
use crate::error::StoreError;
use crate::writer::{Store, new_command_id};
use domain::actor::Actor;
use domain::bulk::BulkStage;
use domain::id::{AccountNumber, BulkId, UserId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Accounts of one chunk, at least and at most.
const CHUNK_MIN: usize = 20;
const CHUNK_MAX: usize = 500;
/// How long a chunk should take while nobody else writes, and while somebody does: an edit waits for the chunk before it.
const ALONE: Duration = Duration::from_millis(50);
const AMONG_OTHERS: Duration = Duration::from_millis(6);
/// Whoever wrote so recently will write again: people pause between two edits.
const RECENTLY: Duration = Duration::from_secs(5);
/// Attempts to write a chunk; the database may be away for a moment.
const ATTEMPTS_MAX: u64 = 8;

/// How many accounts the next chunk has: as many as take a bearable time, which depends on whether others write.
pub(crate) struct Pace {
    pub(crate) accounts: usize,
    commits: watch::Receiver<u64>,
    /// When somebody else was seen to write.
    others: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(store: &Store) -> Pace {
        Pace { accounts: 100, commits: store.commits(), others: None }
    }

    /// Runs one chunk and learns from it.
    pub(crate) async fn run<T>(&mut self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let before = *self.commits.borrow_and_update();
        let began = Instant::now();
        let outcome = work.await?;
        let took = began.elapsed().max(Duration::from_micros(500));
        let commits = self.commits.borrow_and_update().saturating_sub(before);
        if commits > 1 {
            self.others = Some(Instant::now());
        }
        let among = self.others.is_some_and(|seen| seen.elapsed() < RECENTLY);
        let wanted = if among { AMONG_OTHERS } else { ALONE };
        let fitting = self.accounts as f64 * wanted.as_secs_f64() / took.as_secs_f64();
        // Twice as many at most: one quick chunk proves little.
        self.accounts = (fitting as usize).clamp(CHUNK_MIN, CHUNK_MAX).min(self.accounts * 2);
        Ok(outcome)
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

    pub(super) async fn submit_job(&self, by: &UserId, command: BulkCommand) -> Result<(), StoreError> {
        let actor = Actor::User { id: by.clone() };
        let command = Command::Bulk(Box::new(command));
        self.submit(actor, "bulk change".to_owned(), new_command_id(), command).await.map(|_| ())
    }

    /// The accounts of a bulk change that runs.
    async fn scope(&self, id: &BulkId) -> Result<Vec<AccountNumber>, StoreError> {
        let query = self.inner.db.query("SELECT VALUE numbers FROM $id").bind(("id", scope_id(id)));
        let numbers: Vec<String> = query.await?.check()?.take(0)?;
        let numbers = numbers.into_iter().next().and_then(|text| from_steps(&text));
        numbers.ok_or_else(|| StoreError::corrupt(format!("the accounts of bulk change {id} are missing")))
    }

    #[cfg(test)]
    pub(crate) async fn write_one_bulk_chunk(&self, id: &BulkId, accounts: usize) {
        let bulk = self.find_bulk(id).expect("the bulk change");
        let numbers = self.scope(id).await.expect("its accounts");
        let from = bulk.progress.done as usize;
        self.change_chunk(&bulk, &numbers, from, from + accounts).await.expect("the chunk is written");
    }
}
