//! A store in memory with a clock that tests move, and people of every role.

use crate::commands::AccountInput;
use crate::writer::Store;
use chrono::{DateTime, Duration, NaiveDate};
use domain::actor::Caller;
use domain::clock::{Clock, Instant};
use domain::cohort::CohortSettings;
use domain::custom::{CustomKind, FieldSettings};
use domain::gate::Criterion;
use domain::id::{AccountNumber, CohortNumber, CommandId, MigrationId};
use domain::migration::{MigrationSettings, MigrationStage};
use domain::policy::Role;
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that stands still until it is moved.
pub(crate) struct TestClock(Mutex<Instant>);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        let start = DateTime::parse_from_rfc3339("2026-05-21T12:00:00Z").map(|at| at.to_utc());
        Arc::new(TestClock(Mutex::new(start.unwrap_or_default())))
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store with one migration, ready for a test.
pub(crate) struct World {
    pub store: Store,
    pub clock: Arc<TestClock>,
    pub migration: MigrationId,
    pub folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        Self::at("mem://").await
    }

    pub(crate) async fn on_disk() -> World {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = disk_url(&folder.path().join("db"));
        Self::open(&url, folder).await
    }

    async fn at(url: &str) -> World {
        Self::open(url, tempfile::tempdir().expect("a folder for the test")).await
    }

    async fn open(url: &str, folder: tempfile::TempDir) -> World {
        let clock = TestClock::new();
        let key = folder.path().join("audit.key");
        let store = Store::open(url, &key, clock.clone()).await.expect("the store opens");
        let system = store.system("test");
        for role in Role::ALL {
            let email = format!("{}@company.example", role.code());
            system.demo_user(role.label(), &email, role, "hash".into()).await.expect("a user");
        }
        let mut world = World { store, clock, migration: MigrationId::from(""), folder };
        let lead = world.caller(Role::Lead);
        world.migration =
            world.store.acting_as(lead).create_migration(settings("ledger-3")).await.expect("a migration");
        world
    }

    pub(crate) fn caller(&self, role: Role) -> Caller {
        let model = self.store.model();
        let stored = model.users.values().find(|stored| stored.user.role == role).expect("a user of each role");
        Caller { user: stored.user.id.clone(), role, from: "127.0.0.1".into() }
    }

    pub(crate) fn acting(&self, role: Role) -> crate::Acting<'_> {
        self.store.acting_as(self.caller(role))
    }

    pub(crate) async fn account(&self, external_id: &str) -> AccountNumber {
        let input = AccountInput {
            external_id: external_id.into(),
            name: format!("{external_id} Ltd"),
            email: format!("{}@customer.example", external_id.to_lowercase()),
            custom: Default::default(),
        };
        self.acting(Role::Operator)
            .create_account(&self.migration, command(), input)
            .await
            .expect("the account is created")
    }

    pub(crate) async fn start(&self) {
        let to = MigrationStage::Running;
        self.acting(Role::Lead).move_migration(&self.migration, to, "go".into()).await.expect("the migration starts");
    }

    /// A cohort as a lead adds it.
    pub(crate) async fn new_cohort(&self, name: &str) -> CohortNumber {
        let settings =
            CohortSettings { name: name.into(), public_name: String::new(), window: None, ..Default::default() };
        self.acting(Role::Lead).create_cohort(&self.migration, settings).await.expect("the cohort is created")
    }

    /// A cohort that starts without anybody being told of it.
    pub(crate) async fn cohort(&self, name: &str) -> CohortNumber {
        let cohort = self.new_cohort(name).await;
        let lead = self.acting(Role::Lead);
        let mut lists = lead.cohort_report(&self.migration, cohort).await.expect("its report").cohort.gates.lists;
        lists.entry.retain(|gate| !matches!(gate.criterion, Criterion::Notified { .. }));
        lead.change_gates(&self.migration, cohort, lists).await.expect("its gates are changed");
        cohort
    }

    /// Fails unless every chain verifies and memory and database agree.
    pub(crate) async fn check(&self) {
        for verdict in self.store.system("test").verify(&[]).await.expect("verifying works") {
            assert_eq!(verdict.broken, None, "{}", verdict.name);
        }
        let difference = self.store.system("test").compare_with_database().await.expect("comparing works");
        assert_eq!(difference, None);
    }
}

impl World {
    /// Everything that is stored, as text, to search for what must not be there.
    pub(crate) async fn dump(&self) -> String {
        let tables = [
            "gate_decision",
            "account",
            "customer",
            "user",
            "session",
            "link",
            "event",
            "personal",
            "import",
            "import_file",
            "bulk",
        ];
        self.dump_of(&tables).await
    }

    pub(crate) async fn dump_of(&self, tables: &[&str]) -> String {
        let mut dump = String::new();
        for table in tables {
            let query = self.store.inner.db.query(format!("SELECT * FROM {table}"));
            let rows: surrealdb::types::Value = query.await.and_then(|mut rows| rows.take(0)).expect("the table reads");
            dump.push_str(&format!("{rows:?}\n"));
        }
        dump
    }
}

impl Store {
    /// Puts something into the model alone, for tests about what others write.
    pub(crate) fn apply_for_test(&self, write: crate::model::Write) {
        self.inner.apply_for_test(write);
    }

    /// Another server on the same database.
    pub(crate) async fn twin(&self) -> Store {
        Store::on(self.inner.db.clone(), self.inner.signer.clone(), self.inner.clock.clone()).await.expect("it opens")
    }

    /// Starts a bulk change of an operator as if the server died before its job began.
    pub(crate) async fn start_without_job(
        &self,
        world: &World,
        scope: &domain::bulk::BulkScope,
        change: domain::bulk::BulkChange,
    ) -> domain::id::BulkId {
        let domain::bulk::BulkScope::Accounts { numbers } = scope else { panic!("only numbers are taken here") };
        let by = world.caller(Role::Operator).user;
        let id = domain::id::BulkId(command().0);
        let new = crate::commands::NewBulk {
            id: id.clone(),
            migration: world.migration.clone(),
            by: by.clone(),
            role: Role::Operator,
            change,
            view: None,
            numbers: numbers.clone(),
        };
        let command = crate::commands::Command::Bulk(Box::new(crate::commands::BulkCommand::Start(new)));
        let actor = domain::actor::Actor::User { id: by };
        self.submit(actor, String::new(), crate::writer::new_command_id(), command).await.expect("it is taken");
        id
    }

    /// Commits an import as if the server died before its job began.
    pub(crate) async fn commit_without_job(&self, caller: &Caller, id: &domain::id::ImportId) {
        let actor = domain::actor::Actor::User { id: caller.user.clone() };
        let command = crate::commands::Command::CommitImport { id: id.clone(), fire_rules: false };
        self.submit(actor, String::new(), crate::writer::new_command_id(), command).await.expect("the commit is taken");
    }
}

/// The same world after its store was closed and its files were opened again.
pub(crate) async fn reopened_from(world: World) -> World {
    world.store.close().await;
    let World { store, clock, migration, folder } = world;
    drop(store);
    let (url, key) = (disk_url(&folder.path().join("db")), folder.path().join("audit.key"));
    // The engine frees its lock a moment after the last handle is gone.
    let mut every = tokio::time::interval(std::time::Duration::from_millis(20));
    for _ in 0..200 {
        every.tick().await;
        if let Ok(store) = Store::open(&url, &key, clock.clone()).await {
            return World { store, clock, migration, folder };
        }
    }
    panic!("the store did not open again");
}

/// The address of a database on disk that syncs every commit.
pub(crate) fn disk_url(path: &std::path::Path) -> String {
    format!("surrealkv://{}?sync=every", path.display())
}

pub(crate) fn command() -> CommandId {
    crate::writer::new_command_id()
}

/// A text field's settings.
pub(crate) fn field_settings(label: &str) -> FieldSettings {
    FieldSettings { label: label.into(), kind: CustomKind::Text, required: false, default: None }
}

pub(crate) fn settings(slug: &str) -> MigrationSettings {
    MigrationSettings {
        name: format!("Migration {slug}"),
        public_name: "Ledger 3".into(),
        slug: slug.into(),
        description: "Invoices move to the new ledger.".into(),
        deadline: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default(),
        time_zone: "Europe/Berlin".into(),
        rollback_days: Some(14),
        blackouts: Vec::new(),
        weekends: false,
    }
}
