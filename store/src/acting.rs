//! What a signed-in user can ask of the store. Every way in checks the policy first and goes on with the proof of it.

use crate::commands::{AccountEdit, AccountInput, Answer, Command, EditResult, Keeper};
use crate::error::StoreError;
use crate::journal::{entries, read, subject_key};
use crate::model::table::{TableQuery, TableResult};
use crate::model::{MigrationModel, Model};
use crate::rows::{EventRow, PersonalRow};
use crate::writer::{Store, new_command_id, random_text};
use crate::zone::{days_until, local_date};
use chrono::NaiveDate;
use domain::account::{Change, Row};
use domain::actor::{Actor, Caller};
use domain::clock::Instant;
use domain::cohort::{Cohort, CohortSettings, CohortStage};
use domain::customer::Profile;
use domain::event::{Event, Position, Stream, Subject};
use domain::id::{AccountNumber, CohortNumber, CommandId, MigrationId, UserId};
use domain::migration::{Migration, MigrationSettings, MigrationStage};
use domain::notice::promise::PromiseCounts;
use domain::policy::{Action, allows};
use domain::status::StatusCounts;
use domain::user::User;
use domain::view::Lookup;
use std::collections::BTreeMap;

/// A signed-in user at work.
pub struct Acting<'a> {
    store: &'a Store,
    caller: Caller,
}

/// Proof that the caller may do what follows. Only [`Acting::allow`] makes one, and no command is taken without.
pub(crate) struct Permit(());

/// A migration with everything that its pages' frame shows.
#[derive(Clone, Debug)]
pub struct MigrationView {
    pub migration: Migration,
    pub cohorts: Vec<(Cohort, StatusCounts, PromiseCounts)>,
    pub counts: StatusCounts,
    /// The dates that customers were told.
    pub promises: PromiseCounts,
    pub people: Vec<User>,
    pub today: NaiveDate,
    pub days_left: i64,
    pub position: Position,
}

/// A migration among others.
#[derive(Clone, Debug)]
pub struct MigrationLine {
    pub migration: Migration,
    pub counts: StatusCounts,
    /// The dates that customers were told.
    pub promises: PromiseCounts,
    /// How many it has.
    pub cohorts: u16,
    /// Whole days until the deadline in its zone.
    pub days_left: i64,
}

/// An account with everything that its page shows.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub row: Row,
    pub profile: Profile,
    pub time_zone: String,
    /// The newest first.
    pub history: Vec<Event>,
    pub names: BTreeMap<UserId, String>,
    pub position: Position,
    pub now: Instant,
}

/// Events of one account that its page lists.
const HISTORY_MAX: usize = 500;

impl Store {
    /// The way in for a signed-in user.
    pub fn acting_as(&self, caller: Caller) -> Acting<'_> {
        Acting { store: self, caller }
    }
}

impl<'a> Acting<'a> {
    pub(crate) fn store(&self) -> &'a Store {
        self.store
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Checks the policy; a denial is noted in the log.
    pub(crate) async fn allow(&self, action: Action) -> Result<Permit, StoreError> {
        if allows(self.caller.role, action) {
            return Ok(Permit(()));
        }
        let actor = Actor::User { id: self.caller.user.clone() };
        self.store.denied(actor, &self.caller.from, action.code()).await?;
        Err(StoreError::Denied(action))
    }

    /// Hands a command to the writer under a fresh id.
    pub(crate) async fn submit(&self, permit: Permit, command: Command) -> Result<Answer, StoreError> {
        self.submit_as(permit, new_command_id(), command).await
    }

    /// Hands a command to the writer under the id that its sender chose.
    pub(crate) async fn submit_as(
        &self,
        _permit: Permit,
        id: CommandId,
        command: Command,
    ) -> Result<Answer, StoreError> {
        let actor = Actor::User { id: self.caller.user.clone() };
        self.store.submit(actor, self.caller.from.clone(), id, command).await
    }

    // Reading

    /// All migrations; nearest deadline first, closed ones last.
    pub async fn migrations(&self) -> Result<Vec<MigrationLine>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store.inner.clock.now();
        let model = self.store.model();
        let mut list: Vec<_> = model
            .migrations
            .values()
            .map(|model| {
                let settings = &model.migration.settings;
                MigrationLine {
                    counts: model.table.counts(),
                    promises: model.table.promises(local_date(now, &settings.time_zone)),
                    cohorts: model.cohorts.len() as u16,
                    days_left: days_until(settings.deadline, now, &settings.time_zone),
                    migration: model.migration.clone(),
                }
            })
            .collect();
        list.sort_by_key(|line| {
            let closed = line.migration.stage == MigrationStage::Closed;
            (closed, line.migration.settings.deadline, line.migration.settings.name.clone())
        });
        Ok(list)
    }

    /// The migration at this address.
    pub async fn migration_by_slug(&self, slug: &str) -> Result<MigrationView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store.model();
        let migration = model.migration_by_slug(slug)?;
        Ok(self.view_of(&model, migration))
    }

    fn view_of(&self, model: &Model, migration: &MigrationModel) -> MigrationView {
        let settings = &migration.migration.settings;
        let now = self.store.inner.clock.now();
        let mut people: Vec<_> = model.users.values().map(|stored| stored.user.clone()).collect();
        people.sort_by_key(|user| user.name.to_lowercase());
        let today = local_date(now, &settings.time_zone);
        let table = &migration.table;
        let counted = |cohort: &Cohort| {
            let number = Some(cohort.number);
            (cohort.clone(), table.counts_of(number), table.promises_of(number, today))
        };
        MigrationView {
            promises: table.promises(today),
            cohorts: migration.cohorts.iter().map(counted).collect(),
            counts: migration.table.counts(),
            people,
            today,
            days_left: days_until(settings.deadline, now, &settings.time_zone),
            position: model.position(&migration.migration.id),
            migration: migration.migration.clone(),
        }
    }

    /// Rows of the table, as of at least the position named.
    pub async fn table(
        &self,
        migration: &MigrationId,
        query: &TableQuery,
        at_least: Option<Position>,
    ) -> Result<TableResult, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        if let Some(position) = at_least {
            self.store.wait_for(migration, &position).await;
        }
        let model = self.store.model();
        let position = model.position(migration);
        let migration = model.migration(migration)?;
        let place = |number: CohortNumber| migration.cohort(number).map_or(u16::MAX, |cohort| cohort.position);
        let name = |user: &UserId| model.name_of(user).to_lowercase();
        let fields = &migration.migration.fields;
        let lookup = Lookup { cohort_position: &place, owner_name: &name, fields };
        let today = local_date(self.store.inner.clock.now(), &migration.migration.settings.time_zone);
        Ok(migration.table.query(query, &lookup, position, today))
    }

    /// The zone of a migration's days.
    pub async fn time_zone(&self, migration: &MigrationId) -> Result<String, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store.model().migration(migration)?.migration.settings.time_zone.clone())
    }

    /// A user's name.
    pub async fn name_of(&self, user: &UserId) -> Result<String, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store.model().name_of(user))
    }

    /// One account with its history.
    pub async fn account(&self, migration: &MigrationId, number: AccountNumber) -> Result<AccountView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let stream = Stream::Migration(migration.clone());
        let (mut view, chunk_seqs) = {
            let model = self.store.model();
            let position = model.position(migration);
            let migration = model.migration(migration)?;
            let not_found = StoreError::NotFound("This account does not exist.");
            let account = migration.table.account(number).ok_or(not_found)?;
            let row =
                migration.table.row(number).cloned().ok_or(StoreError::NotFound("This account does not exist."))?;
            let stored = model.customers.get(&account.customer);
            let view = AccountView {
                row,
                profile: stored.map(|stored| stored.customer.profile.clone()).unwrap_or_default(),
                time_zone: migration.migration.settings.time_zone.clone(),
                history: Vec::new(),
                names: crate::audit::names(&model),
                position,
                now: self.store.inner.clock.now(),
            };
            (view, account.chunk_seqs)
        };
        let subject = Subject::Account(number);
        view.history = self.store.events_about(&stream, &subject, &chunk_seqs, HISTORY_MAX).await?;
        Ok(view)
    }

    // Accounts

    /// Changes fields of one account.
    pub async fn edit_account(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
        id: CommandId,
        changes: Vec<Change>,
    ) -> Result<EditResult, StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let edit = AccountEdit { role: self.caller.role, changes };
        let command = Command::EditAccount { migration: migration.clone(), account, edit };
        match self.submit_as(permit, checked(id)?, command).await? {
            Answer::Edited(result) => Ok(*result),
            _ => Err(StoreError::Stopping),
        }
    }

    /// The row of an account as it is, for showing a conflict.
    pub async fn row(&self, migration: &MigrationId, number: AccountNumber) -> Result<Row, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store.model();
        let row = model.migration(migration)?.table.row(number).cloned();
        row.ok_or(StoreError::NotFound("This account does not exist."))
    }

    /// Who changed an account by the event with this number, and when.
    pub async fn author_of(&self, migration: &MigrationId, seq: u64) -> Result<Option<(Actor, Instant)>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let stream = Stream::Migration(migration.clone());
        let events = self.store.events_at(&stream, &[seq]).await?;
        let event = events.into_iter().next().map(|(row, personal)| read(&row, &entries_of(personal.as_ref())?, None));
        Ok(event.transpose()?.map(|event| (event.actor, event.at)))
    }

    /// Writes a comment on an account.
    pub async fn comment(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
        id: CommandId,
        text: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::Comment).await?;
        let command = Command::Comment { migration: migration.clone(), account, text };
        self.submit_as(permit, checked(id)?, command).await.map(|_| ())
    }

    /// Adds one account.
    pub async fn create_account(
        &self,
        migration: &MigrationId,
        id: CommandId,
        input: AccountInput,
    ) -> Result<AccountNumber, StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let command = Command::CreateAccount { migration: migration.clone(), input };
        match self.submit_as(permit, checked(id)?, command).await? {
            Answer::Account(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    // Migrations and cohorts

    /// Creates a migration as a draft.
    pub async fn create_migration(&self, settings: MigrationSettings) -> Result<MigrationId, StoreError> {
        let permit = self.allow(Action::ManageMigrations).await?;
        let id = MigrationId(random_text(8));
        self.submit(permit, Command::CreateMigration { id: id.clone(), settings, is_over: false }).await?;
        Ok(id)
    }

    /// Changes a migration's settings.
    pub async fn change_migration(&self, id: &MigrationId, settings: MigrationSettings) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageMigrations).await?;
        self.submit(permit, Command::ChangeMigration { id: id.clone(), settings }).await.map(|_| ())
    }

    /// Starts, pauses, resumes or closes a migration.
    pub async fn move_migration(&self, id: &MigrationId, to: MigrationStage, reason: String) -> Result<(), StoreError> {
        let permit = self.allow(Action::MoveMigrations).await?;
        self.submit(permit, Command::MoveMigration { id: id.clone(), to, reason }).await.map(|_| ())
    }

    /// Publishes the status page or takes it back.
    pub async fn publish(&self, id: &MigrationId, publish: bool) -> Result<(), StoreError> {
        let permit = self.allow(Action::PublishPage).await?;
        self.submit(permit, Command::Publish { id: id.clone(), publish }).await.map(|_| ())
    }

    /// Adds a cohort at the end of the order.
    pub async fn create_cohort(
        &self,
        migration: &MigrationId,
        settings: CohortSettings,
    ) -> Result<CohortNumber, StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        match self.submit(permit, Command::CreateCohort { migration: migration.clone(), settings }).await? {
            Answer::Cohort(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Changes a cohort's settings.
    pub async fn change_cohort(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        settings: CohortSettings,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        let command = Command::ChangeCohort { migration: migration.clone(), cohort, settings };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Puts a cohort at another place in the order.
    pub async fn order_cohort(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        position: u16,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageCohorts).await?;
        let command = Command::OrderCohort { migration: migration.clone(), cohort, position };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Starts, halts, resumes or closes a cohort.
    pub async fn move_cohort(
        &self,
        migration: &MigrationId,
        cohort: CohortNumber,
        to: CohortStage,
        reason: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::MoveCohorts).await?;
        let keeper = Keeper { by: self.caller.user.clone(), overrides: false };
        let command = Command::MoveCohort { migration: migration.clone(), cohort, to, reason, keeper };
        self.submit(permit, command).await.map(|_| ())
    }

    // Live

    /// What a page that knew everything up to `since` has to be told first; `None` means: take everything anew.
    pub async fn changed_since(
        &self,
        migration: &MigrationId,
        since: &Position,
    ) -> Result<(Position, Option<Vec<Row>>), StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store.model();
        let position = model.position(migration);
        let known = position.covers(since);
        let rows = model.migration(migration)?.table.changed_since(since, CHANGED_MAX);
        Ok((position, rows.filter(|_| known)))
    }
}

/// Rows that a returning page is sent; with more it takes everything anew.
const CHANGED_MAX: usize = 500;

/// A browser's command id, refused when it cannot be one.
pub(crate) fn checked(id: CommandId) -> Result<CommandId, StoreError> {
    let fits = (8..=64).contains(&id.0.len()) && id.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(id) } else { Err(StoreError::field("command", "The command's id is not valid.")) }
}

pub(crate) fn entries_of(row: Option<&PersonalRow>) -> Result<Vec<crate::journal::Entry>, StoreError> {
    row.map_or_else(|| Ok(Vec::new()), entries)
}

impl Store {
    /// Events about one thing, found by the log's index and, for chunks, by their numbers. Newest first.
    pub(crate) async fn events_about(
        &self,
        stream: &Stream,
        subject: &Subject,
        chunk_seqs: &[u64],
        max: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let query = "SELECT * FROM event WHERE stream = $stream AND subject = $subject";
        let query = self.inner.db.query(query);
        let query = query.bind(("stream", stream.key().to_owned())).bind(("subject", subject_key(subject)));
        let mut own: Vec<EventRow> = query.await?.check()?.take(0)?;
        own.sort_by_key(|row| std::cmp::Reverse(row.seq));
        own.truncate(max);
        let mut seqs: Vec<u64> = own.iter().map(|row| row.seq).collect();
        seqs.extend(chunk_seqs);
        seqs.sort_unstable();
        seqs.dedup();
        let mut events = Vec::new();
        for (row, personal) in self.events_at(stream, &seqs).await? {
            events.push(read(&row, &entries_of(personal.as_ref())?, Some(subject))?);
        }
        events.sort_by_key(|event| std::cmp::Reverse(event.seq));
        events.truncate(max);
        Ok(events)
    }

    /// The events with these numbers, each with what lies beside it.
    pub(crate) async fn events_at(
        &self,
        stream: &Stream,
        seqs: &[u64],
    ) -> Result<Vec<(EventRow, Option<PersonalRow>)>, StoreError> {
        use surrealdb::types::SurrealValue;
        let ids = |table: &str| -> Vec<surrealdb::types::RecordId> {
            let key = |seq: &u64| vec![stream.key().to_owned().into_value(), (*seq).into_value()];
            seqs.iter().map(|seq| crate::db::record(table, key(seq))).collect()
        };
        let query = self.inner.db.query("SELECT * FROM $events; SELECT * FROM $personal;");
        let query = query.bind(("events", ids("event"))).bind(("personal", ids("personal")));
        let mut response = query.await?.check()?;
        let events: Vec<EventRow> = response.take(0)?;
        let personal: Vec<PersonalRow> = response.take(1)?;
        Ok(pair(events, personal))
    }
}

/// Puts each event together with what lies beside it.
pub(crate) fn pair(events: Vec<EventRow>, personal: Vec<PersonalRow>) -> Vec<(EventRow, Option<PersonalRow>)> {
    let mut personal: BTreeMap<u64, PersonalRow> = personal.into_iter().map(|row| (row.seq, row)).collect();
    events
        .into_iter()
        .map(|event| {
            let beside = personal.remove(&event.seq);
            (event, beside)
        })
        .collect()
}
