//! The answer card: which account somebody means, in whichever migration, and everything that is known of it.

use crate::acting::{Acting, entries_of};
use crate::error::StoreError;
use crate::journal::read;
use crate::model::{MigrationModel, Model};
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::{Account, Row};
use domain::clock::Instant;
use domain::cohort::Cohort;
use domain::customer::Profile;
use domain::event::{Event, Position, Stream, Subject};
use domain::id::{AccountNumber, MigrationId, UserId};
use domain::migration::{Migration, MigrationStage};
use domain::policy::Action;
use domain::search::{Needle, Rank};
use std::collections::BTreeMap;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The best first; of one customer the migration with the nearest deadline first.
    pub accounts: Vec<FoundAccount>,
    /// Customers that fit, also those beyond the limit.
    pub customers: usize,
}

/// One account that was found.
#[derive(Clone, Debug)]
pub struct FoundAccount {
    pub migration: Migration,
    pub row: Row,
    pub cohort: Option<Cohort>,
    pub owner: Option<String>,
    /// By what it was found.
    pub rank: Rank,
}

/// Everything that the answer card says of an account.
#[derive(Clone, Debug)]
pub struct AnswerView {
    pub migration: Migration,
    pub row: Row,
    pub profile: Profile,
    pub cohort: Option<Cohort>,
    pub owner: Option<String>,
    /// The event that changed the account last.
    pub last_change: Option<Event>,
    pub names: BTreeMap<UserId, String>,
    pub position: Position,
    pub now: Instant,
    /// The day of `now` in the migration's zone.
    pub today: NaiveDate,
}

impl Acting<'_> {
    /// Finds accounts in all migrations by what somebody typed or pasted: an e-mail address, an id, a part of a name.
    pub async fn find(&self, text: &str, limit: usize) -> Result<Found, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let migrations = in_order(&model);
        for needle in Needle::readings(text) {
            let enrolled =
                |customer: &_| migrations.iter().any(|migration| migration.table.number_of(customer).is_some());
            let (customers, best) = model.finder.best(&needle, limit, &enrolled);
            if best.is_empty() || needle.is_too_common(customers) {
                continue;
            }
            let accounts = best.into_iter().flat_map(|(rank, customer)| {
                let model = &model;
                migrations.iter().filter_map(move |migration| {
                    let row = migration.table.row(migration.table.number_of(customer)?)?.clone();
                    let owner = row.owner.as_ref().map(|owner| model.name_of(owner));
                    let cohort = row.cohort.and_then(|cohort| migration.cohort(cohort)).cloned();
                    Some(FoundAccount { migration: migration.migration.clone(), row, cohort, owner, rank })
                })
            });
            return Ok(Found { accounts: accounts.take(limit).collect(), customers });
        }
        Ok(Found { accounts: Vec::new(), customers: 0 })
    }

    /// What the answer card says of one account.
    pub async fn answer(&self, migration: &MigrationId, number: AccountNumber) -> Result<AnswerView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let (mut view, last) = {
            let model = self.store().model();
            let position = model.position(migration);
            let migration = model.migration(migration)?;
            let not_found = StoreError::NotFound("This account does not exist.");
            let account = migration.table.account(number).ok_or(not_found)?;
            let row =
                migration.table.row(number).cloned().ok_or(StoreError::NotFound("This account does not exist."))?;
            let stored = model.customers.get(&account.customer);
            let now = self.store().inner.clock.now();
            let view = AnswerView {
                profile: stored.map(|stored| stored.customer.profile.clone()).unwrap_or_default(),
                cohort: row.cohort.and_then(|cohort| migration.cohort(cohort)).cloned(),
                owner: row.owner.as_ref().map(|owner| model.name_of(owner)),
                last_change: None,
                names: crate::audit::names(&model),
                position,
                now,
                today: local_date(now, &migration.migration.settings.time_zone),
                migration: migration.migration.clone(),
                row,
            };
            (view, last_seq(&account))
        };
        let stream = Stream::Migration(migration.clone());
        let subject = Subject::Account(number);
        let event = self.store().events_at(&stream, &[last]).await?.into_iter().next();
        let event = event.map(|(row, personal)| read(&row, &entries_of(personal.as_ref())?, Some(&subject)));
        view.last_change = event.transpose()?;
        Ok(view)
    }
}

/// The sequence number of the event that changed an account last.
fn last_seq(account: &Account) -> u64 {
    account.touched.last().max(account.chunk_seqs.last().copied().unwrap_or(0))
}

/// The migrations with the nearest deadline first, closed ones last, as the list of migrations shows them.
fn in_order(model: &Model) -> Vec<&MigrationModel> {
    let mut migrations: Vec<&MigrationModel> = model.migrations.values().collect();
    migrations.sort_by_key(|model| {
        let migration = &model.migration;
        (migration.stage == MigrationStage::Closed, migration.settings.deadline, &migration.settings.name)
    });
    migrations
}
