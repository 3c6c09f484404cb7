//! Gates: what starting and closing ask, what decisions keep, and triggers that halt a cohort by themselves.

use crate::StoreError;
use crate::testing::{World, command, reopened_from};
use chrono::Duration;
use domain::account::Change;
use domain::cohort::{CohortSettings, CohortStage};
use domain::cohort_report::CohortReport;
use domain::event::{EventKind, Stream};
use domain::gate::{Amount, Criterion, Gate, GateId, GateLists, GateSet, Verdict};
use domain::health::Health;
use domain::id::{AccountNumber, CohortNumber, NoticeRuleNumber};
use domain::policy::Role;
use domain::state::Move;
use domain::status::Status;

impl World {
    async fn join(&self, cohort: CohortNumber, count: usize) -> Vec<AccountNumber> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            let taken = self.store.model().migration(&self.migration).unwrap().table.len();
            let number = self.account(&format!("C-{taken}")).await;
            let change = Change::Cohort { seen: None, to: Some(cohort) };
            let operator = self.acting(Role::Operator);
            operator.edit_account(&self.migration, number, command(), vec![change]).await.unwrap();
            numbers.push(number);
        }
        numbers
    }

    async fn step(&self, account: AccountNumber, to: Move) -> Result<(), StoreError> {
        let operator = self.acting(Role::Operator);
        let seen = operator.row(&self.migration, account).await?.state;
        let change = Change::State { seen, to };
        operator.edit_account(&self.migration, account, command(), vec![change]).await.map(|_| ())
    }

    async fn go(&self, cohort: CohortNumber, to: CohortStage) -> Result<(), StoreError> {
        self.acting(Role::Lead).move_cohort(&self.migration, cohort, to, "It is time".into()).await
    }

    async fn report(&self, cohort: CohortNumber) -> CohortReport {
        self.acting(Role::Lead).cohort_report(&self.migration, cohort).await.unwrap()
    }

    async fn set_gates(&self, cohort: CohortNumber, lists: GateLists) -> Result<(), StoreError> {
        self.acting(Role::Lead).change_gates(&self.migration, cohort, lists).await
    }

    /// How many events of this kind the migration's log has.
    async fn events(&self, kind: EventKind) -> usize {
        let query = crate::LogQuery {
            stream: Stream::Migration(self.migration.clone()),
            kind: Some(kind),
            user: None,
            from: None,
            until: None,
            before: None,
            limit: 100,
        };
        self.acting(Role::Admin).log(&query).await.unwrap().0.len()
    }

    /// A running migration with a running cohort of `count` accounts in progress and the usual gates.
    async fn with_running_cohort(count: usize) -> (World, CohortNumber, Vec<AccountNumber>) {
        let world = World::new().await;
        world.start().await;
        let cohort = world.cohort("Pilot").await;
        let accounts = world.join(cohort, count).await;
        world.go(cohort, CohortStage::Running).await.unwrap();
        for account in &accounts {
            world.step(*account, Move::Start).await.unwrap();
        }
        (world, cohort, accounts)
    }
}

fn roll_back() -> Move {
    Move::RollBack { reason: "Invoices were wrong".into() }
}

fn approval(four_eyes: bool) -> Gate {
    Gate::usual(Criterion::Approval { duty: "Customer success".into(), person: None, four_eyes })
}

#[tokio::test]
async fn a_start_signs_the_gates_that_are_met() {
    let world = World::new().await;
    world.start().await;
    let pilot = world.cohort("Pilot").await;
    let report = world.report(pilot).await;
    assert!(report.missing_entry.is_empty(), "nobody comes before it");
    world.go(pilot, CohortStage::Running).await.unwrap();
    let report = world.report(pilot).await;
    assert_eq!(report.decisions.len(), 1);
    let decision = &report.decisions[0];
    assert_eq!((decision.set, &decision.overridden, decision.number), (GateSet::Entry, &None, 1));
    assert_eq!(decision.by, world.caller(Role::Lead).user);
    assert!(decision.evaluations.iter().all(|seen| seen.verdict == Verdict::Met));
    assert_eq!(world.events(EventKind::GateSigned).await, 1);
    world.check().await;
}

#[tokio::test]
async fn a_new_cohort_asks_whether_its_customers_know_the_date() {
    let world = World::new().await;
    world.start().await;
    let pilot = world.new_cohort("Pilot").await;
    assert_eq!(world.report(pilot).await.cohort.gates.lists, GateLists::usual(false));
    let accounts = world.join(pilot, 2).await;
    world.schedule(accounts[0], "2026-06-15").await;
    world.schedule(accounts[1], "2026-06-22").await;
    let told = async || {
        let facts = world.report(pilot).await.facts;
        (facts.notified[0].1, facts.to_be_notified[0].1)
    };
    assert_eq!(told().await, (0, 0), "no rule tells anybody");
    let refused = world.go(pilot, CohortStage::Running).await.unwrap_err().to_string();
    assert!(refused.contains("Everybody notified, or planned to be, 7 days ahead: 0 % now"), "{refused}");
    world.switch_on(NoticeRuleNumber(1)).await;
    assert_eq!(told().await, (0, 2), "both are told 14 days ahead");
    assert!(world.report(pilot).await.missing_entry.is_empty());

    // The server was off: what should have gone on 1 June goes on the tenth, five days before the date.
    world.go_to("2026-06-10T12:00:00Z");
    assert_eq!(told().await, (0, 1));
    world.write_due().await;
    world.send().await;
    assert_eq!(told().await, (1, 0), "what was told too late stays so");
    let refused = world.go(pilot, CohortStage::Running).await.unwrap_err().to_string();
    assert!(refused.contains("50 % now"), "{refused}");
    world.check().await;
}

#[tokio::test]
async fn tickets_are_asked_for_once_they_come_in() {
    let (world, pilot, accounts) = World::with_running_cohort(2).await;
    assert_eq!(world.report(pilot).await.facts.open_tickets, None);
    world.step(accounts[0], Move::Complete { at: None }).await.unwrap();
    let ticket = domain::notice::ticket::IncomingTicket {
        ticket_id: "T-1".into(),
        external_id: Some("C-0".into()),
        status: "open".into(),
        ..Default::default()
    };
    world.store.system("test").receive_ticket(ticket).await.unwrap();
    assert_eq!(world.report(pilot).await.facts.open_tickets, Some(1));
    let next = world.new_cohort("Next").await;
    let report = world.report(next).await;
    assert_eq!(report.cohort.gates.lists, GateLists::usual(true));
    assert_eq!(report.facts.open_tickets, Some(0), "where tickets come in, none is a figure");
    assert!(!world.report(pilot).await.cohort.gates.lists.exit.iter().any(|gate| gate.criterion == Criterion::Tickets));
}

#[tokio::test]
async fn a_start_waits_for_the_cohort_before_or_is_overridden_with_a_reason() {
    let world = World::new().await;
    world.start().await;
    world.cohort("Pilot").await;
    let early = world.cohort("Early").await;
    let position = world.store.model().position(&world.migration);
    let refused = world.go(early, CohortStage::Running).await.unwrap_err().to_string();
    assert!(refused.contains("entry gate of 2 · Early is not passed"), "{refused}");
    assert!(refused.contains("1 · Pilot has not passed its exit gate"), "{refused}");
    assert_eq!(world.store.model().position(&world.migration), position, "nothing was written");

    let lead = world.acting(Role::Lead);
    let past =
        |reason: &str| lead.move_cohort_past_gate(&world.migration, early, CohortStage::Running, reason.to_owned());
    assert!(matches!(past(" ").await, Err(StoreError::Invalid(_))), "not without a reason");
    past("The pilot is a formality").await.unwrap();
    let report = world.report(early).await;
    assert_eq!(report.cohort.stage, CohortStage::Running);
    let decision = &report.decisions[0];
    assert_eq!(decision.overridden.as_deref(), Some("The pilot is a formality"));
    assert_eq!(decision.facts.previous.len(), 1, "the figures that it saw");
    assert_eq!(world.events(EventKind::GateOverridden).await, 1);
    world.check().await;
}

#[tokio::test]
async fn named_predecessors_count_instead_of_the_order() {
    let world = World::new().await;
    world.start().await;
    let one = world.cohort("One").await;
    world.cohort("Two").await;
    let three = world.cohort("Three").await;
    let settings = CohortSettings { name: "Three".into(), after: vec![one], ..Default::default() };
    world.acting(Role::Lead).change_cohort(&world.migration, three, settings).await.unwrap();
    assert!(world.go(three, CohortStage::Running).await.is_err());
    world.acting(Role::Lead).override_gates(&world.migration, one, GateSet::Exit, "Done by hand".into()).await.unwrap();
    world.go(three, CohortStage::Running).await.unwrap();
}

#[tokio::test]
async fn closing_asks_the_exit_gate_and_lets_the_next_one_start() {
    let (world, pilot, accounts) = World::with_running_cohort(2).await;
    let early = world.cohort("Early").await;
    for account in &accounts {
        world.step(*account, Move::Complete { at: None }).await.unwrap();
    }
    let refused = world.go(pilot, CohortStage::Closed).await.unwrap_err().to_string();
    assert!(refused.contains("since the last account was completed"), "{refused}");
    world.clock.advance(Duration::hours(25));
    world.acting(Role::Lead).sign_gates(&world.migration, pilot, GateSet::Exit).await.unwrap();
    // The next one starts while the first is still open: its exit gate is signed.
    world.go(early, CohortStage::Running).await.unwrap();
    world.go(pilot, CohortStage::Closed).await.unwrap();
    let report = world.report(pilot).await;
    assert_eq!(report.decisions.len(), 2, "closing used the signature that was there");
    assert_eq!(report.health, None);
    world.check().await;
}

#[tokio::test]
async fn a_signature_is_worth_nothing_for_other_thresholds() {
    let world = World::new().await;
    world.start().await;
    let pilot = world.cohort("Pilot").await;
    let early = world.cohort("Early").await;
    world.acting(Role::Lead).override_gates(&world.migration, pilot, GateSet::Exit, "Agreed".into()).await.unwrap();
    assert!(world.report(early).await.missing_entry.is_empty());
    let mut lists = world.report(pilot).await.cohort.gates.lists;
    lists.exit[0].threshold = Amount::whole(50);
    world.set_gates(pilot, lists).await.unwrap();
    assert_eq!(world.report(early).await.missing_entry.len(), 1);
}

#[tokio::test]
async fn entry_gates_are_fixed_by_the_start_and_later_changes_are_marked() {
    let (world, pilot, _) = World::with_running_cohort(1).await;
    let lists = world.report(pilot).await.cohort.gates.lists;
    let refused = world.set_gates(pilot, GateLists { entry: Vec::new(), ..lists.clone() }).await.unwrap_err();
    assert!(refused.to_string().contains("entry gate was decided"), "{refused}");
    let mut later = lists.clone();
    later.exit[1].threshold = Amount::whole(5);
    let before = world.events(EventKind::GatesChanged).await;
    world.set_gates(pilot, later).await.unwrap();
    let report = world.report(pilot).await;
    let late = &report.cohort.gates.late;
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].words(), "At most 2 % blocked → At most 5 % blocked");
    assert!(!report.time(&late[0].at).is_empty());
    assert_eq!(world.events(EventKind::GatesChanged).await, before + 1);
    let lead = world.acting(Role::Lead);
    let closed = CohortStage::Closed;
    lead.move_cohort_past_gate(&world.migration, pilot, closed, "Stopped for good".into()).await.unwrap();
    assert!(world.set_gates(pilot, lists).await.is_err());
    world.check().await;
}

#[tokio::test]
async fn bad_gates_are_named_where_they_stand() {
    let world = World::new().await;
    let pilot = world.cohort("Pilot").await;
    let mut lists = GateLists::usual(false);
    lists.exit[0].threshold = Amount::whole(130);
    let Err(StoreError::Invalid(problems)) = world.set_gates(pilot, lists).await else { panic!("130 % was taken") };
    assert_eq!(problems[0].field, "exit-0");
}

#[tokio::test]
async fn who_approves_is_not_who_starts() {
    let world = World::new().await;
    world.start().await;
    let pilot = world.cohort("Pilot").await;
    world.set_gates(pilot, GateLists { entry: vec![approval(true)], ..GateLists::default() }).await.unwrap();
    let gate = world.report(pilot).await.cohort.gates.lists.entry[0].id;
    let approve = async |role: Role, given: bool| {
        world.acting(role).approve_gate(&world.migration, pilot, gate, given, "Looks good".into()).await
    };
    assert!(world.go(pilot, CohortStage::Running).await.is_err());
    approve(Role::Lead, true).await.unwrap();
    let refused = world.go(pilot, CohortStage::Running).await.unwrap_err().to_string();
    assert!(refused.contains("somebody else has to sign"), "{refused}");
    approve(Role::Lead, false).await.unwrap();
    approve(Role::Operator, true).await.unwrap();
    approve(Role::Operator, true).await.unwrap();
    assert_eq!(world.report(pilot).await.cohort.gates.approvals.len(), 1, "a yes is a yes once");
    world.go(pilot, CohortStage::Running).await.unwrap();
    assert!(approve(Role::Operator, false).await.is_err(), "what was decided on it stays");
    assert_eq!(world.events(EventKind::GateApproved).await, 2);
    assert_eq!(world.events(EventKind::ApprovalWithdrawn).await, 1);
    world.check().await;
}

#[tokio::test]
async fn a_named_person_approves_alone() {
    let world = World::new().await;
    let pilot = world.cohort("Pilot").await;
    let person = Some(world.caller(Role::Operator).user);
    let gate = Gate::usual(Criterion::Approval { duty: "Data owner".into(), person, four_eyes: true });
    world.set_gates(pilot, GateLists { entry: vec![gate], ..GateLists::default() }).await.unwrap();
    let gate = world.report(pilot).await.cohort.gates.lists.entry[0].id;
    let refused =
        world.acting(Role::Lead).approve_gate(&world.migration, pilot, gate, true, "".into()).await.unwrap_err();
    assert!(refused.to_string().contains("Only Operator approves here"), "{refused}");
    world.acting(Role::Operator).approve_gate(&world.migration, pilot, gate, true, "".into()).await.unwrap();
    let missing = world.acting(Role::Operator).approve_gate(&world.migration, pilot, GateId(99), true, "".into()).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn a_breached_trigger_halts_the_cohort_by_itself_and_nothing_starts_then() {
    let (world, pilot, accounts) = World::with_running_cohort(20).await;
    let waiting = world.join(pilot, 1).await[0];
    let watch = tokio::spawn(world.store.clone().watch_triggers());
    let mut changes = world.store.listen();
    world.step(accounts[0], roll_back()).await.unwrap();
    assert_eq!(world.report(pilot).await.cohort.stage, CohortStage::Running, "1 of 21 is below 5 %");
    world.step(accounts[1], roll_back()).await.unwrap();
    // The feed tells it as soon as it is durable.
    let told = async {
        loop {
            let change = changes.recv().await.unwrap();
            if change.text.contains("overview") {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), told).await.expect("the halt is told");
    watch.abort();
    let report = world.report(pilot).await;
    assert_eq!(report.cohort.stage, CohortStage::Halted);
    let halt = report.cohort.gates.halt.clone().unwrap();
    assert_eq!((halt.by, halt.why.as_str()), (None, "Rolled back: 9.53 %, allowed is 5 %."));
    assert_eq!(report.health.as_ref().map(|(health, _)| *health), Some(Health::Halted));
    let refused = world.step(waiting, Move::Start).await.unwrap_err().to_string();
    assert!(refused.contains("Its cohort is halted"), "{refused}");
    world.check().await;
}

#[tokio::test]
async fn a_resumed_cohort_halts_again_only_when_it_gets_worse() {
    let (world, pilot, accounts) = World::with_running_cohort(10).await;
    world.step(accounts[0], roll_back()).await.unwrap();
    world.store.halt_breached().await;
    assert_eq!(world.report(pilot).await.cohort.stage, CohortStage::Halted);
    world.store.halt_breached().await;
    assert_eq!(world.events(EventKind::CohortMoved).await, 2, "started, halted, and nothing twice");
    world.go(pilot, CohortStage::Running).await.unwrap();
    world.store.halt_breached().await;
    let report = world.report(pilot).await;
    assert_eq!((report.cohort.stage, &report.cohort.gates.halt), (CohortStage::Running, &None));
    assert_eq!(report.health.map(|(health, _)| health), Some(Health::AtRisk), "it is still beyond its limit");
    world.step(accounts[1], roll_back()).await.unwrap();
    world.store.halt_breached().await;
    assert_eq!(world.report(pilot).await.cohort.stage, CohortStage::Halted);
    world.check().await;
}

#[tokio::test]
async fn what_was_breached_while_the_server_was_down_halts_at_its_start() {
    let world = World::on_disk().await;
    world.start().await;
    let pilot = world.cohort("Pilot").await;
    let accounts = world.join(pilot, 4).await;
    world.go(pilot, CohortStage::Running).await.unwrap();
    for account in &accounts {
        world.step(*account, Move::Start).await.unwrap();
    }
    world.step(accounts[0], roll_back()).await.unwrap();
    let world = reopened_from(world).await;
    assert_eq!(world.report(pilot).await.cohort.stage, CohortStage::Running);
    let mut commits = world.store.commits();
    let watch = tokio::spawn(world.store.clone().watch_triggers());
    tokio::time::timeout(std::time::Duration::from_secs(20), commits.changed()).await.expect("it halts").unwrap();
    watch.abort();
    let report = world.report(pilot).await;
    assert_eq!(report.cohort.stage, CohortStage::Halted);
    assert_eq!(report.decisions.len(), 1, "decisions are read again");
    world.check().await;
}

#[tokio::test]
async fn the_report_counts_blockers_and_what_may_go_back() {
    use domain::blocker::BlockerCategory;
    let (world, pilot, accounts) = World::with_running_cohort(6).await;
    let block = |text: &str| Move::Block { category: BlockerCategory::Data, text: text.into() };
    world.step(accounts[0], block("Duplicates")).await.unwrap();
    world.clock.advance(Duration::hours(30));
    world.step(accounts[1], block("More of them")).await.unwrap();
    world.step(accounts[2], Move::Complete { at: None }).await.unwrap();
    let report = world.report(pilot).await;
    assert_eq!(report.facts.counts.of(Status::Blocked), 2);
    let line = report.blockers[0];
    assert_eq!((line.category, line.count, line.new, line.median_hours), (BlockerCategory::Data, 2, 1, 30));
    assert_eq!(report.longest[0].number, accounts[0]);
    assert_eq!((report.rollback.available, report.rollback.over), (6, 0));
    assert_eq!(report.last_day.completed, 1);
    world.clock.advance(Duration::days(15));
    let later = world.report(pilot).await.rollback;
    assert_eq!((later.available, later.over, later.next_deadline), (5, 1, None), "its deadline has passed");
}

/// The counts that gates are evaluated from are those of the rows, whatever happened to them.
#[tokio::test]
async fn counts_that_are_kept_are_those_of_the_rows() {
    let (world, pilot, accounts) = World::with_running_cohort(8).await;
    for (index, account) in accounts.iter().enumerate() {
        world.clock.advance(Duration::hours(7));
        world.step(*account, Move::Complete { at: None }).await.unwrap();
        if index % 3 == 0 {
            world.step(*account, roll_back()).await.unwrap();
        }
    }
    let settings = crate::testing::settings("ledger-3");
    let elsewhere = domain::migration::MigrationSettings { time_zone: "Pacific/Auckland".into(), ..settings };
    for zone_changed in [false, true] {
        if zone_changed {
            world.acting(Role::Lead).change_migration(&world.migration, elsewhere.clone()).await.unwrap();
        }
        let model = world.store.model();
        let table = &model.migration(&world.migration).unwrap().table;
        let tally = table.tally(pilot).unwrap();
        let mut days = std::collections::BTreeMap::new();
        for day in table.rows_of(pilot).filter_map(|row| row.migrated_on) {
            *days.entry(day).or_insert(0_u32) += 1;
        }
        assert_eq!(tally.completed_on, days);
        assert_eq!(tally.completed_at.values().sum::<u32>(), 5);
        let last = table.rows_of(pilot).filter_map(|row| row.state.migrated_at()).max();
        assert_eq!(tally.completed_at.keys().next_back().copied(), last);
    }
}
