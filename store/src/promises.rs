//! The promise ledger: the dates that customers were told, read from the messages.

use crate::acting::Acting;
use crate::error::StoreError;
use crate::model::MigrationModel;
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::Row;
use domain::id::{AccountNumber, CohortNumber, MigrationId};
use domain::notice::promise::{Fate, Promise, PromiseCounts, promises};
use domain::policy::Action;
use std::collections::BTreeMap;

/// Promises that one list shows.
pub const PROMISES_MAX: usize = 500;

/// A migration's promises.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub counts: PromiseCounts,
    pub by_cohort: BTreeMap<Option<CohortNumber>, PromiseCounts>,
    /// The cohorts' labels.
    pub labels: BTreeMap<CohortNumber, String>,
    /// Those that are breaking, then the broken ones, the newest first; at most [`PROMISES_MAX`].
    pub in_trouble: Vec<(Row, Promise)>,
    /// How many are in trouble.
    pub total: usize,
}

impl MigrationModel {
    /// The promises of an account, the oldest first.
    pub(crate) fn promises_of(&self, number: AccountNumber, today: NaiveDate) -> Vec<Promise> {
        let (Some(attempt), Some(row)) = (self.table.attempt_of(number), self.table.row(number)) else {
            return Vec::new();
        };
        promises(row, attempt, self.notices.of_account(number).map(AsRef::as_ref), today)
    }
}

impl Acting<'_> {
    /// The promises of one account, the oldest first.
    pub async fn promises_of_account(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
    ) -> Result<Vec<Promise>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let migration = model.migration(migration)?;
        let today = local_date(self.store().inner.clock.now(), &migration.migration.settings.time_zone);
        Ok(migration.promises_of(account, today))
    }

    /// How a migration keeps its promises.
    pub async fn ledger(&self, migration: &MigrationId) -> Result<Ledger, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let migration = model.migration(migration)?;
        let today = local_date(self.store().inner.clock.now(), &migration.migration.settings.time_zone);
        let labels = migration.cohorts.iter().map(|cohort| (cohort.number, cohort.label())).collect();
        let mut ledger = Ledger { labels, ..Ledger::default() };
        for number in migration.notices.accounts() {
            let Some(row) = migration.table.row(number) else { continue };
            for promise in migration.promises_of(number, today) {
                ledger.counts.add(promise.fate);
                ledger.by_cohort.entry(row.cohort).or_default().add(promise.fate);
                if matches!(promise.fate, Fate::Breaking | Fate::Broken) {
                    ledger.in_trouble.push((row.clone(), promise));
                }
            }
        }
        ledger.in_trouble.sort_by_key(|(row, promise)| (promise.fate, std::cmp::Reverse(promise.date), row.number));
        ledger.total = ledger.in_trouble.len();
        ledger.in_trouble.truncate(PROMISES_MAX);
        Ok(ledger)
    }
}
