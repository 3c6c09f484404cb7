//! What rules cause: in the transaction of a change, and when its time has come.

use crate::testing::{World, command};
use chrono::{DateTime, TimeDelta};
use domain::account::Change;
use domain::bulk::{BulkChange, BulkScope, BulkStage};
use domain::clock::{Clock, Instant};
use domain::cohort::CohortStage;
use domain::id::{AccountNumber, NoticeRuleNumber};
use domain::migration::MigrationStage;
use domain::notice::defaults::proposal;
use domain::notice::flag::FlagKind;
use domain::notice::message::{Message, MessageState, Outcome, Suppression};
use domain::notice::rule::{Late, Milestone, Trigger};
use domain::notice::{NoticeKind, Recipient};
use domain::policy::Role;
use domain::state::Move;
use domain::status::Status;
use std::sync::Arc;

/// The notice and the confirmation of the default set.
pub(super) const NOTICE: NoticeRuleNumber = NoticeRuleNumber(1);
pub(super) const CONFIRMATION: NoticeRuleNumber = NoticeRuleNumber(2);
const ESCALATION: NoticeRuleNumber = NoticeRuleNumber(4);

pub(super) fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

impl World {
    pub(super) async fn switch_on(&self, rule: NoticeRuleNumber) {
        self.acting(Role::Lead).switch_notice_rule(&self.migration, rule, true, None).await.expect("it goes on");
    }

    pub(super) async fn add_rule(&self, trigger: Trigger) -> NoticeRuleNumber {
        let lead = self.acting(Role::Lead);
        let number = lead.save_notice_rule(&self.migration, None, proposal(trigger)).await.expect("the rule is right");
        self.switch_on(number).await;
        number
    }

    pub(super) async fn make(&self, account: AccountNumber, to: Move) {
        let seen = self.acting(Role::Operator).row(&self.migration, account).await.expect("the row").state;
        let change = vec![Change::State { seen, to }];
        let lead = self.acting(Role::Lead);
        lead.edit_account(&self.migration, account, command(), change).await.expect("the move is allowed");
    }

    pub(super) async fn schedule(&self, account: AccountNumber, date: &str) {
        self.make(account, Move::Schedule { date: date.parse().unwrap(), pinned: None }).await;
    }

    pub(super) async fn write_due(&self) -> u64 {
        self.store.system("test").write_due().await.expect("what is due is written")
    }

    pub(super) fn go_to(&self, instant: &str) {
        self.clock.advance(at(instant) - self.clock.now());
    }

    pub(super) fn messages(&self, account: AccountNumber) -> Vec<Arc<Message>> {
        let model = self.store.model();
        model.migration(&self.migration).unwrap().notices.of_account(account).cloned().collect()
    }

    pub(super) fn only(&self, account: AccountNumber) -> Arc<Message> {
        let messages = self.messages(account);
        assert_eq!(messages.len(), 1, "{messages:#?}");
        messages[0].clone()
    }

    /// The words of the states of an account's messages.
    fn states(&self, account: AccountNumber) -> Vec<&'static str> {
        self.messages(account).iter().map(|message| message.state.code()).collect()
    }

    /// Sends everything that may go now; answers what went.
    pub(super) async fn send(&self) -> Vec<Arc<Message>> {
        let system = self.store.system("test");
        let mut sent = Vec::new();
        loop {
            let leases = system.lease_due(500, TimeDelta::minutes(5)).await.expect("messages are leased");
            let batch = leases.messages.iter().map(|leased| crate::Settled {
                migration: leased.migration.clone(),
                key: leased.message.key.clone(),
                lease: leased.until,
                outcome: Outcome::Accepted { answer: "250 ok".into() },
                endpoint_gone: false,
            });
            system.settle(batch.collect(), 1).await.expect("they are settled");
            sent.extend(leases.messages.into_iter().map(|leased| leased.message));
            if leases.looked_at < 500 {
                return sent;
            }
        }
    }

    pub(super) fn flags(&self, kind: FlagKind) -> usize {
        let model = self.store.model();
        let flags = &model.migration(&self.migration).unwrap().notices.flags;
        flags.values().filter(|flag| flag.kind == kind && flag.cleared.is_none()).count()
    }
}

pub(super) async fn running() -> World {
    let world = World::new().await;
    world.start().await;
    world
}

#[tokio::test]
async fn a_new_migration_begins_with_the_default_rules_off() {
    let world = World::new().await;
    let view = world.acting(Role::Viewer).notice_rules(&world.migration).await.unwrap();
    let names: Vec<_> = view.rules.iter().map(|rule| (rule.rule.settings.name.as_str(), rule.rule.is_on())).collect();
    let expected = ["Notice of the date", "Confirmation", "Ticket after the migration", "Nobody notified"]
        .map(|name| (name, false));
    assert_eq!(names, expected);
    assert!(view.rules.iter().all(|rule| !rule.template.is_empty()));
    world.check().await;
}

#[tokio::test]
async fn a_notice_is_written_when_it_is_due_and_only_once() {
    let world = running().await;
    let account = world.account("C-1").await;
    world.switch_on(NOTICE).await;
    world.schedule(account, "2026-06-15").await;
    assert_eq!(world.messages(account), []);
    assert_eq!(world.store.next_planned(), Some(at("2026-06-01T07:00:00Z")));
    assert_eq!(world.write_due().await, 0);
    world.go_to("2026-06-01T07:00:00Z");
    assert_eq!(world.write_due().await, 1);
    assert_eq!(world.write_due().await, 0);
    let message = world.only(account);
    assert_eq!((message.kind, message.told_date), (NoticeKind::Notice, "2026-06-15".parse().ok()));
    assert_eq!(message.state.code(), "waiting");
    assert_eq!(world.store.next_planned(), None);
    // The clock jumps back, the server restarts: nothing is written twice.
    world.clock.advance(TimeDelta::days(-3));
    assert_eq!(world.write_due().await, 0);
    let twin = world.store.twin().await;
    world.go_to("2026-06-02T07:00:00Z");
    assert_eq!(twin.system("test").write_due().await.unwrap(), 0);
    world.check().await;
}

#[tokio::test]
async fn of_two_servers_one_writes() {
    let world = running().await;
    let account = world.account("C-1").await;
    world.switch_on(NOTICE).await;
    world.schedule(account, "2026-06-15").await;
    let twin = world.store.twin().await;
    world.go_to("2026-06-01T07:00:00Z");
    let (one, other) = (world.store.system("one"), twin.system("other"));
    let (one, other) = tokio::join!(one.write_due(), other.write_due());
    assert_eq!(one.unwrap() + other.unwrap(), 1);
}

#[tokio::test]
async fn a_date_within_the_notice_goes_at_once_and_one_below_the_lead_is_suppressed_with_a_flag() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let (soon, tomorrow) = (world.account("C-1").await, world.account("C-2").await);
    world.schedule(soon, "2026-05-28").await;
    world.schedule(tomorrow, "2026-05-22").await;
    assert_eq!(world.write_due().await, 2);
    assert_eq!(world.only(soon).state.code(), "waiting");
    let too_late = MessageState::Suppressed { at: world.clock.now(), why: Suppression::TooLate };
    assert_eq!(world.only(tomorrow).state, too_late);
    assert_eq!(world.flags(FlagKind::Attention), 1);
    // With a later date there is something to tell after all.
    world.schedule(tomorrow, "2026-06-01").await;
    assert_eq!(world.write_due().await, 1);
    assert_eq!(world.only(tomorrow).state.code(), "waiting");
    assert_eq!(world.flags(FlagKind::Attention), 0);
    world.check().await;
}

#[tokio::test]
async fn a_customer_whom_nobody_can_write_to_is_flagged_and_told_once_somebody_can() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let operator = world.acting(Role::Operator);
    let input = crate::AccountInput {
        external_id: "C-1".into(),
        name: "One".into(),
        email: String::new(),
        custom: Default::default(),
    };
    let account = operator.create_account(&world.migration, command(), input).await.unwrap();
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    let nobody = MessageState::Suppressed { at: world.clock.now(), why: Suppression::NoContact };
    assert_eq!(world.only(account).state, nobody);
    assert_eq!(world.write_due().await, 0);
    assert_eq!(world.flags(FlagKind::Attention), 1);
    let contact = domain::customer::Contact { email: "new@customer.example".into(), ..Default::default() };
    let change = vec![domain::customer::edit::CustomerChange::AddContact { contact }];
    operator.change_customer(&"C-1".into(), command(), change).await.unwrap();
    assert_eq!(world.write_due().await, 1);
    assert!(world.states(account).contains(&"waiting"));
    assert_eq!(world.flags(FlagKind::Attention), 0);
    world.check().await;
}

#[tokio::test]
async fn a_status_rule_fires_in_the_transaction_of_its_cause() {
    let world = running().await;
    let account = world.account("C-1").await;
    let before = world.account("C-2").await;
    world.make(before, Move::Start).await;
    world.make(before, Move::Complete { at: None }).await;
    world.switch_on(CONFIRMATION).await;
    assert_eq!(world.write_due().await, 0, "what was before the rule does not fire it");
    world.make(account, Move::Start).await;
    assert_eq!(world.messages(account), []);
    world.make(account, Move::Complete { at: None }).await;
    let message = world.only(account);
    assert_eq!((message.kind, message.due), (NoticeKind::Confirmation, world.clock.now()));
    assert_eq!(world.messages(before), []);
    world.check().await;
}

#[tokio::test]
async fn what_is_not_true_any_more_is_cancelled_and_comes_back_with_its_cause() {
    let world = running().await;
    let account = world.account("C-1").await;
    world.switch_on(NOTICE).await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    world.schedule(account, "2026-06-30").await;
    assert_eq!(world.only(account).state.code(), "cancelled");
    world.schedule(account, "2026-06-01").await;
    world.write_due().await;
    let message = world.only(account);
    assert_eq!((message.state.code(), message.told_date), ("waiting", "2026-06-01".parse().ok()));
    world.make(account, Move::Reset).await;
    assert_eq!(world.only(account).state.code(), "cancelled");
    world.check().await;
}

#[tokio::test]
async fn after_a_notice_a_new_date_is_told_by_a_correction() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    assert_eq!(world.send().await.len(), 1);
    world.schedule(account, "2026-06-02").await;
    // No rule tells it: a person decides about the draft.
    assert_eq!(world.states(account), ["sent", "held"]);
    world.schedule(account, "2026-06-03").await;
    assert_eq!(world.states(account), ["sent", "cancelled", "held"]);
    let moved = world.add_rule(Trigger::DateMoved).await;
    world.schedule(account, "2026-06-04").await;
    let last = world.messages(account).into_iter().find(|message| message.rule == Some(moved)).unwrap();
    assert_eq!((last.rule, last.kind, last.state.code()), (Some(moved), NoticeKind::Correction, "waiting"));
    assert_eq!(world.send().await.len(), 1);
    assert_eq!(world.write_due().await, 0, "never a second notice");
    // Away and back: the first of both dates is told again.
    world.schedule(account, "2026-06-08").await;
    world.send().await;
    world.schedule(account, "2026-06-04").await;
    assert_eq!(world.send().await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_rollback_begins_a_new_attempt_and_its_undo_takes_that_back() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    world.send().await;
    world.make(account, Move::Start).await;
    world.make(account, Move::RollBack { reason: "errors".into() }).await;
    let attempt = |world: &World| world.store.model().migration(&world.migration).unwrap().table.attempt_of(account);
    assert_eq!(attempt(&world), Some(1));
    let model_seq = world.store.model().position(&world.migration).migration;
    world.acting(Role::Lead).undo_edits(&world.migration, command(), vec![(account, model_seq)]).await.unwrap();
    assert_eq!(attempt(&world), Some(0));
    world.make(account, Move::RollBack { reason: "errors again".into() }).await;
    world.schedule(account, "2026-06-01").await;
    assert_eq!(world.write_due().await, 1, "the new attempt has a notice of its own");
    assert_eq!(world.messages(account).last().unwrap().attempt, 1);
    world.check().await;
}

#[tokio::test]
async fn nothing_is_written_or_sent_in_a_pause_and_what_waited_goes_in_working_hours() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let (one, other) = (world.account("C-1").await, world.account("C-2").await);
    world.schedule(one, "2026-05-28").await;
    world.write_due().await;
    let lead = world.acting(Role::Lead);
    lead.move_migration(&world.migration, MigrationStage::Paused, "wait".into()).await.unwrap();
    world.schedule(other, "2026-05-28").await;
    assert_eq!((world.write_due().await, world.send().await.len()), (0, 0));
    assert_eq!(world.store.next_planned(), None);
    // Resumed in the evening: what waited goes in the morning.
    world.go_to("2026-05-21T20:00:00Z");
    lead.move_migration(&world.migration, MigrationStage::Running, "go".into()).await.unwrap();
    assert_eq!(world.only(one).due, at("2026-05-22T07:00:00Z"));
    world.write_due().await;
    assert_eq!(world.only(other).due, at("2026-05-22T07:00:00Z"));
    assert_eq!(world.send().await.len(), 0);
    world.go_to("2026-05-22T07:00:00Z");
    assert_eq!(world.send().await.len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_halted_cohort_is_told_no_dates_and_its_owner_hears_of_it() {
    let world = running().await;
    let halted = world.add_rule(Trigger::Milestone { of: Milestone::CohortHalted }).await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    let cohort = world.cohort("Pilot").await;
    let lead = world.acting(Role::Lead);
    let change = vec![Change::Cohort { seen: None, to: Some(cohort) }];
    lead.edit_account(&world.migration, account, command(), change).await.unwrap();
    for to in [CohortStage::Running, CohortStage::Halted] {
        lead.move_cohort(&world.migration, cohort, to, "because".into()).await.unwrap();
    }
    let told = |world: &World| {
        let model = world.store.model();
        let messages = &model.migration(&world.migration).unwrap().notices.messages;
        messages.values().filter(|message| message.rule == Some(halted)).count()
    };
    assert_eq!(told(&world), 1);
    world.schedule(account, "2026-05-28").await;
    assert_eq!(world.write_due().await, 0);
    lead.move_cohort(&world.migration, cohort, CohortStage::Running, "mended".into()).await.unwrap();
    assert_eq!(world.write_due().await, 1);
    lead.move_cohort(&world.migration, cohort, CohortStage::Halted, "again".into()).await.unwrap();
    assert_eq!(told(&world), 2, "each halt is told");
    world.check().await;
}

#[tokio::test]
async fn messages_of_a_bulk_change_wait_and_its_undo_cancels_them() {
    let world = running().await;
    world.switch_on(CONFIRMATION).await;
    let mut accounts = Vec::new();
    for number in 1..=3 {
        let account = world.account(&format!("C-{number}")).await;
        world.make(account, Move::Start).await;
        accounts.push(account);
    }
    let operator = world.acting(Role::Operator);
    let scope = BulkScope::Accounts { numbers: accounts.clone() };
    let change = BulkChange::State { to: Move::Complete { at: None } };
    let id = operator.start_bulk(&world.migration, command(), &scope, change).await.unwrap();
    let ended = async |stage: BulkStage| {
        let mut commits = world.store.commits();
        while world.store.model().bulks[&id].progress.stage != stage {
            commits.changed().await.unwrap();
        }
    };
    ended(BulkStage::Done).await;
    for account in &accounts {
        let message = world.only(*account);
        assert_eq!((message.due, message.bulk.as_ref()), (world.clock.now() + TimeDelta::minutes(10), Some(&id)));
    }
    assert_eq!(world.send().await.len(), 0);
    operator.undo_bulk(&world.migration, &id).await.unwrap();
    ended(BulkStage::Undone).await;
    for account in &accounts {
        assert_eq!(world.only(*account).state.code(), "cancelled");
    }
    world.clock.advance(TimeDelta::minutes(11));
    assert_eq!((world.write_due().await, world.send().await.len()), (0, 0));
    world.check().await;
}

#[tokio::test]
async fn nobody_notified_before_the_deadline_is_escalated_to_somebody() {
    let world = running().await;
    world.switch_on(ESCALATION).await;
    let (silent, told) = (world.account("C-1").await, world.account("C-2").await);
    world.switch_on(NOTICE).await;
    world.schedule(told, "2026-05-28").await;
    world.write_due().await;
    world.send().await;
    // 30 days before 30 June is a Sunday.
    assert_eq!(world.store.next_planned(), Some(at("2026-06-01T07:00:00Z")));
    world.go_to("2026-06-01T07:00:00Z");
    assert_eq!(world.write_due().await, 1);
    let lead = Recipient::User(world.caller(Role::Lead).user);
    assert_eq!(world.only(silent).to, lead, "without an owner the leads are told");
    assert_eq!(world.flags(FlagKind::Escalated), 1);
    assert_eq!(world.messages(told).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn an_import_fires_rules_only_if_whoever_commits_it_lets_it() {
    for fire in [false, true] {
        let world = running().await;
        world.switch_on(CONFIRMATION).await;
        world.switch_on(NOTICE).await;
        let lead = world.acting(Role::Lead);
        let file = "id,name,email,status,date,migrated\n\
                    C-1,One,one@c.example,completed,,2026-05-01\n\
                    C-2,Two,two@c.example,scheduled,2026-05-28,\n\
                    C-3,Three,three@c.example,scheduled,2026-06-20,\n";
        let id = lead.upload_import(&world.migration, "a.csv", file.as_bytes().to_vec()).await.unwrap();
        lead.check_import(&world.migration, &id).await.unwrap();
        let mut commits = world.store.commits();
        while !matches!(world.store.model().imports[&id].phase, crate::ImportPhase::Checked { .. }) {
            commits.changed().await.unwrap();
        }
        let crate::ImportPhase::Checked { report } = world.store.model().imports[&id].phase.clone() else { return };
        assert_eq!((report.created, report.fires), (3, 2), "{report:?}");
        lead.commit_import(&world.migration, &id, fire).await.unwrap();
        while !matches!(world.store.model().imports[&id].phase, crate::ImportPhase::Finished { .. }) {
            commits.changed().await.unwrap();
        }
        world.clock.advance(TimeDelta::minutes(10));
        assert_eq!(world.write_due().await, if fire { 2 } else { 0 });
        world.go_to("2026-06-08T07:00:00Z");
        assert_eq!(world.write_due().await, 1, "what is ahead is planned in any case");
        world.check().await;
    }
}

#[tokio::test]
async fn what_became_due_while_the_server_was_off_is_handled_as_the_rule_says() {
    for (late, state, marked) in
        [(Late::Send, "waiting", false), (Late::Mark, "waiting", true), (Late::Drop, "suppressed", false)]
    {
        let world = running().await;
        let mut settings = proposal(Trigger::BeforeDate { days: 14 });
        settings.late = late;
        let lead = world.acting(Role::Lead);
        let rule = lead.save_notice_rule(&world.migration, None, settings).await.unwrap();
        world.switch_on(rule).await;
        let account = world.account("C-1").await;
        world.schedule(account, "2026-06-15").await;
        world.go_to("2026-06-04T08:00:00Z");
        assert_eq!(world.write_due().await, 1);
        let message = world.only(account);
        assert_eq!((message.state.code(), message.late), (state, marked), "{late:?}");
        assert_eq!(world.write_due().await, 0);
    }
}

#[tokio::test]
async fn a_rule_shows_whom_it_would_reach_and_wants_a_large_number_typed() {
    let world = running().await;
    let mut file = String::from("id,name,email,status,date\n");
    for number in 1..=120 {
        file.push_str(&format!("C-{number},Customer {number},c{number}@c.example,scheduled,2026-05-29\n"));
    }
    file.push_str("C-200,Later,later@c.example,scheduled,2026-06-20\nC-201,Silent,,scheduled,2026-06-20\n");
    let lead = world.acting(Role::Lead);
    let id = lead.upload_import(&world.migration, "a.csv", file.into_bytes()).await.unwrap();
    lead.check_import(&world.migration, &id).await.unwrap();
    let mut commits = world.store.commits();
    while !matches!(world.store.model().imports[&id].phase, crate::ImportPhase::Checked { .. }) {
        commits.changed().await.unwrap();
    }
    lead.commit_import(&world.migration, &id, true).await.unwrap();
    while !matches!(world.store.model().imports[&id].phase, crate::ImportPhase::Finished { .. }) {
        commits.changed().await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(1));
    let reach = lead.rule_reach(&world.migration, NOTICE).await.unwrap();
    assert_eq!((reach.now, reach.accounts, reach.without_address.len()), (120, 122, 1));
    assert_eq!(reach.days, [("2026-05-21".parse().unwrap(), 120), ("2026-06-08".parse().unwrap(), 1)]);
    assert!(reach.findings.iter().any(|finding| finding.needs_confirmation()), "{:?}", reach.findings);
    for typed in [None, Some(119)] {
        let refused = lead.switch_notice_rule(&world.migration, NOTICE, true, typed).await;
        assert!(matches!(refused, Err(crate::StoreError::Invalid(_))), "{refused:?}");
    }
    lead.switch_notice_rule(&world.migration, NOTICE, true, Some(120)).await.unwrap();
    assert_eq!(world.write_due().await, 120);
    assert!(!lead.rule_reach(&world.migration, CONFIRMATION).await.unwrap().planned);
    world.check().await;
}

#[tokio::test]
async fn a_rule_whose_reach_changes_goes_off() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let lead = world.acting(Role::Lead);
    let rule = || world.store.model().migration(&world.migration).unwrap().notices.rules[&NOTICE].clone();
    let mut settings = rule().settings;
    settings.name = "First notice".into();
    lead.save_notice_rule(&world.migration, Some(NOTICE), settings.clone()).await.unwrap();
    assert!(rule().is_on());
    settings.trigger = Trigger::BeforeDate { days: 30 };
    lead.save_notice_rule(&world.migration, Some(NOTICE), settings).await.unwrap();
    assert!(!rule().is_on());
    lead.remove_notice_rule(&world.migration, NOTICE).await.unwrap();
    let view = lead.notice_rules(&world.migration).await.unwrap();
    assert!(view.rules.iter().all(|view| view.rule.number != NOTICE));
    world.check().await;
}

#[tokio::test]
async fn a_rule_for_a_deadline_that_has_passed_is_not_switched_on() {
    let world = running().await;
    world.go_to("2026-07-05T12:00:00Z");
    let refused = world.acting(Role::Lead).switch_notice_rule(&world.migration, ESCALATION, true, None).await;
    let Err(crate::StoreError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].field, "trigger");
}

#[tokio::test]
async fn status_rules_do_not_fire_for_what_an_undo_puts_back() {
    let world = running().await;
    let account = world.account("C-1").await;
    world.make(account, Move::Start).await;
    world.make(account, Move::Complete { at: None }).await;
    let seq = world.store.model().position(&world.migration).migration;
    world.add_rule(Trigger::Status { to: Status::InProgress }).await;
    world.acting(Role::Lead).undo_edits(&world.migration, command(), vec![(account, seq)]).await.unwrap();
    let row = world.acting(Role::Viewer).row(&world.migration, account).await.unwrap();
    assert_eq!(row.state.status(), Status::InProgress);
    assert_eq!((world.messages(account).len(), world.write_due().await), (0, 0));
    world.check().await;
}

#[tokio::test]
async fn a_migration_without_rules_gets_the_usual_ones_off() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let refused = lead.add_usual_rules(&world.migration).await;
    assert!(matches!(refused, Err(crate::StoreError::Refused(_))), "{refused:?}");
    for number in 1..=4 {
        lead.remove_notice_rule(&world.migration, NoticeRuleNumber(number)).await.unwrap();
    }
    lead.add_usual_rules(&world.migration).await.unwrap();
    let rules = lead.notice_rules(&world.migration).await.unwrap().rules;
    let names: Vec<_> = rules.iter().map(|rule| (rule.rule.number.0, rule.rule.settings.name.as_str())).collect();
    let expected =
        [(5, "Notice of the date"), (6, "Confirmation"), (7, "Ticket after the migration"), (8, "Nobody notified")];
    assert_eq!(names, expected);
    assert!(rules.iter().all(|rule| !rule.rule.is_on()));
    assert!(lead.rule_reach(&world.migration, NoticeRuleNumber(5)).await.unwrap().planned);
    world.check().await;
}

#[tokio::test]
async fn a_deadline_in_the_past_is_refused_where_it_is_entered() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let mut settings = crate::testing::settings("ledger-4");
    settings.deadline = "2026-05-20".parse().unwrap();
    let refused = lead.create_migration(settings.clone()).await.map(|_| ());
    let Err(crate::StoreError::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].field, "deadline");
    // Once it has passed, other settings can be changed all the same.
    let mut own = crate::testing::settings("ledger-3");
    world.go_to("2026-07-05T12:00:00Z");
    own.name = "Another name".into();
    lead.change_migration(&world.migration, own.clone()).await.unwrap();
    own.deadline = "2026-07-01".parse().unwrap();
    assert!(lead.change_migration(&world.migration, own).await.is_err());
}
