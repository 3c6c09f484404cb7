//! What people ask of bulk changes: previews, starts, lists, ends.

use super::undo::{EVENTS_AT_ONCE, Evidence, take_back};
use super::{Bulk, BulkPreview, BulkWork, UndoPreview, with_rules};
use crate::acting::{Acting, Permit};
use crate::commands::{BulkCommand, Command, NewBulk, UndoStart, of_import};
use crate::error::StoreError;
use crate::imports::in_background;
use crate::model::{MigrationModel, Model};
use crate::writer::Store;
use crate::zone::local_date;
use domain::account::{Account, Row};
use domain::bulk::{BULK_ACCOUNTS_MAX, BulkChange, BulkReport, BulkScope, NO_ACCOUNT, Outcome};
use domain::id::{AccountNumber, BulkId, CohortNumber, CommandId, ExternalId, MigrationId, UserId};
use domain::policy::{Action, Role, allows};
use domain::view::Lookup;

/// Accounts of which a preview shows before and after.
const SAMPLES_MAX: usize = 5;
/// Accounts that a preview looks at before it lets others at the model.
const LOOK_AT: usize = 2_000;

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
        for seqs in self.store().chunks_of(&bulk, 0).await?.chunks(EVENTS_AT_ONCE) {
            let list = self.store().evidence(&bulk, seqs).await?;
            let model = self.store().model();
            let migration = model.migration(migration)?;
            with_rules(&model, migration, now, Role::Lead, |rules| {
                for (evidence, left) in list.iter().flat_map(Evidence::each) {
                    let back = take_back(migration, left, evidence, rules, &mut preview.report);
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
    fn matching(&self, id: &MigrationId, view: &domain::view::View) -> Result<Vec<AccountNumber>, StoreError> {
        let model = self.model();
        let migration = model.migration(id)?;
        let place = |number: CohortNumber| migration.cohort(number).map_or(u16::MAX, |cohort| cohort.position);
        let name = |user: &UserId| model.name_of(user).to_lowercase();
        let lookup = Lookup { cohort_position: &place, owner_name: &name, fields: &migration.migration.fields };
        let today = local_date(self.inner.clock.now(), &migration.migration.settings.time_zone);
        Ok(migration.table.matching(view, &lookup, today))
    }
}
