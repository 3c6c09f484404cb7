//! The reconciler: writes the messages that have become due. What it finds depends on the accounts and on what was written
//! already, so it may run at any time, on any server, after any stop, and writes nothing twice.

use crate::commands::{Answer, Command};
use crate::error::StoreError;
use crate::system::System;
use crate::writer::Store;
use domain::clock::Instant;
use domain::id::MigrationId;
use domain::migration::MigrationStage;

/// Accounts whose messages one transaction writes.
const ACCOUNTS_AT_ONCE: usize = 500;

impl Store {
    /// When a message is due next by the plan of a running migration.
    pub fn next_planned(&self) -> Option<Instant> {
        self.model().migrations.values().filter_map(|migration| migration.next_due()).min()
    }
}

impl System<'_> {
    /// Writes everything that is due now; answers how many messages that were.
    pub async fn write_due(&self) -> Result<u64, StoreError> {
        let mut written = 0;
        while let Some(migration) = self.with_due() {
            let command = Command::WriteDue { migration, limit: ACCOUNTS_AT_ONCE };
            match self.submit_for_answer(command).await? {
                Answer::Written(count) if count > 0 => written += count,
                // Nothing could be written of what is due: it is looked at again after the next change.
                _ => break,
            }
        }
        Ok(written)
    }

    /// A migration of which something is due now.
    fn with_due(&self) -> Option<MigrationId> {
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let is_due = |due: Instant| due <= now;
        model
            .migrations
            .values()
            .filter(|migration| migration.migration.stage == MigrationStage::Running)
            .find(|migration| migration.next_due().is_some_and(is_due))
            .map(|migration| migration.migration.id.clone())
    }
}
