//! A user's own work across migrations, and how promises are counted for cohorts and migrations.

use crate::testing::{World, command};
use chrono::Duration;
use domain::account::Change;
use domain::cohort::CohortStage;
use domain::gate::{Criterion, Gate, GateLists, GateSet};
use domain::id::{AccountNumber, CohortNumber, NoticeRuleNumber};
use domain::notice::promise::PromiseCounts;
use domain::policy::Role;
use domain::state::Move;

impl World {
    async fn due(&self, role: Role) -> usize {
        self.acting(role).my_due().await.expect("it is counted")
    }

    async fn edit_one(&self, account: AccountNumber, change: Change) {
        let lead = self.acting(Role::Lead);
        lead.edit_account(&self.migration, account, command(), vec![change]).await.expect("the edit is taken");
    }
}

#[tokio::test]
async fn what_is_due_is_counted_for_whom_it_waits() {
    let world = World::new().await;
    world.start().await;
    let operator = world.caller(Role::Operator).user;
    for (customer, date) in [("C-1", "2026-05-21"), ("C-2", "2026-05-25")] {
        let account = world.account(customer).await;
        world.schedule(account, date).await;
        world.edit_one(account, Change::Owner { seen: None, to: Some(operator.clone()) }).await;
    }
    assert_eq!(world.due(Role::Operator).await, 1, "one has its day");
    world.clock.advance(Duration::days(4));
    let work = world.acting(Role::Operator).my_work().await.expect("work");
    assert_eq!((work.overdue.total, work.today.total, work.due()), (1, 1, 2), "apart from each other");

    let pilot = world.cohort("Pilot").await;
    let criterion = Criterion::Approval { duty: "Customer success".into(), person: None, four_eyes: false };
    let lists = GateLists { entry: vec![Gate::usual(criterion)], ..GateLists::default() };
    let lead = world.acting(Role::Lead);
    lead.change_gates(&world.migration, pilot, lists).await.expect("the gates are set");
    assert_eq!([world.due(Role::Lead).await, world.due(Role::Viewer).await], [1, 0], "nobody owns the cohort");
    let work = lead.my_work().await.expect("work");
    let asked = &work.approvals[0];
    assert_eq!((asked.cohort, asked.set, asked.label.as_str()), (pilot, GateSet::Entry, "1 · Pilot"));
    let gate = asked.gate.id;
    world.acting(Role::Operator).approve_gate(&world.migration, pilot, gate, true, "".into()).await.expect("a yes");
    assert_eq!(world.due(Role::Lead).await, 0);
    world.check().await;
}

#[tokio::test]
async fn cohort_and_migration_tell_how_promises_are_kept() {
    let world = World::new().await;
    world.start().await;
    world.switch_on(NoticeRuleNumber(1)).await;
    let pilot = world.cohort("Pilot").await;
    let [kept, moved] = [world.account("C-1").await, world.account("C-2").await];
    for account in [kept, moved] {
        world.edit_one(account, Change::Cohort { seen: None, to: Some(pilot) }).await;
        world.schedule(account, "2026-06-15").await;
    }
    // Of the cohort, of the migration, and of the migration in the list of all; the same of each.
    let counts = async || {
        let lead = world.acting(Role::Lead);
        let report = lead.cohort_report(&world.migration, CohortNumber(1)).await.expect("a report").promises;
        let view = lead.migration_by_slug("ledger-3").await.expect("the migration");
        let listed = lead.migrations().await.expect("all of them")[0].promises;
        let ledger = lead.ledger(&world.migration).await.expect("the ledger").counts;
        assert_eq!([view.cohorts[0].2, view.promises, listed, ledger], [report; 4]);
        report
    };
    assert_eq!(counts().await, PromiseCounts::default(), "nobody was told yet");
    world.go_to("2026-06-03T12:00:00Z");
    world.write_due().await;
    world.send().await;
    assert_eq!(counts().await, PromiseCounts { open: 2, ..PromiseCounts::default() });

    world.schedule(moved, "2026-06-22").await;
    assert_eq!(counts().await, PromiseCounts { open: 1, breaking: 1, ..PromiseCounts::default() });
    let lead = world.acting(Role::Lead);
    lead.move_cohort(&world.migration, pilot, CohortStage::Running, "go".into()).await.expect("it starts");
    world.go_to("2026-06-15T12:00:00Z");
    world.make(kept, Move::Start).await;
    world.make(kept, Move::Complete { at: None }).await;
    world.clock.advance(Duration::days(1));
    assert_eq!(counts().await, PromiseCounts { kept: 1, broken: 1, ..PromiseCounts::default() });
    world.check().await;
}
