//! Messages that something came between: a pause, a person's hold, a closing, a failure, an undo.

use super::notices::{CONFIRMATION, NOTICE, at, running};
use crate::testing::{World, command};
use crate::{MessageScope, StoreError};
use chrono::TimeDelta;
use domain::bulk::{BulkChange, BulkScope, BulkStage};
use domain::clock::Clock;
use domain::id::{AccountNumber, BulkId};
use domain::migration::MigrationStage;
use domain::notice::NoticeKind;
use domain::notice::flag::FlagKind;
use domain::notice::list::MessageFilter;
use domain::notice::message::{Act, ActRefusal, Hold, Message, MessageState, Suppression};
use domain::notice::rule::{Milestone, Trigger};
use domain::policy::Role;
use domain::state::Move;
use std::sync::Arc;

impl World {
    async fn move_to(&self, to: MigrationStage) {
        let lead = self.acting(Role::Lead);
        lead.move_migration(&self.migration, to, "because".into()).await.expect("the migration moves");
    }

    async fn act(&self, message: &Message, act: Act) -> crate::ActReport {
        let lead = self.acting(Role::Lead);
        let these = MessageScope::These(vec![message.key.clone()]);
        lead.act_on_messages(&self.migration, &these, act, "the wording").await.expect("the act is tried")
    }

    async fn in_bulk(&self, numbers: &[AccountNumber], to: Move) -> BulkId {
        let scope = BulkScope::Accounts { numbers: numbers.to_vec() };
        let operator = self.acting(Role::Operator);
        let id = operator.start_bulk(&self.migration, command(), &scope, BulkChange::State { to }).await.unwrap();
        self.until(&id, BulkStage::Done).await;
        id
    }

    async fn until(&self, id: &BulkId, stage: BulkStage) {
        let mut commits = self.store.commits();
        while self.store.model().bulks[id].progress.stage != stage {
            commits.changed().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_notice_for_which_a_pause_made_it_too_late_is_suppressed_and_its_owner_hears_of_it() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let (one, two) = (world.account("C-1").await, world.account("C-2").await);
    // Two days ahead, in hours: it may go today.
    world.schedule(one, "2026-05-23").await;
    world.schedule(two, "2026-05-29").await;
    world.write_due().await;
    world.move_to(MigrationStage::Paused).await;
    world.go_to("2026-05-21T20:00:00Z");
    world.move_to(MigrationStage::Running).await;
    let too_late = MessageState::Suppressed { at: world.clock.now(), why: Suppression::TooLate };
    assert_eq!(world.only(one).state, too_late, "the next working hours are a day before the date");
    assert_eq!(world.flags(FlagKind::Attention), 1);
    assert_eq!(world.only(two).state.code(), "waiting");
    world.go_to("2026-05-22T07:00:00Z");
    assert_eq!(world.send().await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_notice_that_nobody_sent_in_time_is_suppressed_when_a_server_takes_it() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-23").await;
    world.write_due().await;
    // No server for a day.
    world.go_to("2026-05-22T09:00:00Z");
    assert_eq!(world.send().await.len(), 0);
    let too_late = MessageState::Suppressed { at: world.clock.now(), why: Suppression::TooLate };
    assert_eq!(world.only(account).state, too_late);
    assert_eq!(world.flags(FlagKind::Attention), 1);
    // A person may insist: then it goes, and nobody has to look after it any more.
    assert_eq!(world.act(&world.only(account), Act::Compose).await.done, 1);
    assert_eq!(world.flags(FlagKind::Attention), 0);
    assert_eq!(world.send().await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_pause_keeps_what_is_left_of_a_wait() {
    let world = running().await;
    world.switch_on(CONFIRMATION).await;
    let account = world.account("C-1").await;
    world.make(account, Move::Start).await;
    world.in_bulk(&[account], Move::Complete { at: None }).await;
    world.clock.advance(TimeDelta::minutes(7));
    world.move_to(MigrationStage::Paused).await;
    world.clock.advance(TimeDelta::minutes(40));
    world.move_to(MigrationStage::Running).await;
    assert_eq!(world.only(account).due, world.clock.now() + TimeDelta::minutes(3));
    assert_eq!(world.only(account).rest, None);
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.send().await.len(), 0);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.send().await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn what_a_person_held_stays_held_when_its_date_moves() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    assert_eq!(world.act(&world.only(account), Act::Hold).await.done, 1);
    let held = MessageState::Held { by: Some(world.caller(Role::Lead).user), why: "the wording".into() };
    world.schedule(account, "2026-06-01").await;
    let message = world.only(account);
    assert_eq!((&message.state, message.told_date), (&held, "2026-06-01".parse().ok()));
    let view = world.acting(Role::Lead).message(&world.migration, &message.key).await.unwrap();
    assert!(view.content.unwrap().text.contains("1 June 2026"), "it says the new date");
    // Also when there is no date for a while.
    world.make(account, Move::Reset).await;
    let hold = Hold { by: world.caller(Role::Lead).user, why: "the wording".into() };
    assert!(
        matches!(&world.only(account).state, MessageState::Cancelled { by: None, held: Some(held), .. } if *held == hold)
    );
    world.schedule(account, "2026-05-29").await;
    world.write_due().await;
    assert_eq!(world.only(account).state, held);
    assert_eq!((world.write_due().await, world.send().await.len()), (0, 0));
    // It ends when a person says so.
    world.act(&world.only(account), Act::Release).await;
    assert_eq!(world.send().await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_correction_takes_the_place_of_one_that_is_held_and_is_held_too() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let moved = world.add_rule(Trigger::DateMoved).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    world.send().await;
    world.schedule(account, "2026-06-02").await;
    let of_rule = |world: &World| -> Vec<Arc<Message>> {
        world.messages(account).into_iter().filter(|message| message.rule == Some(moved)).collect()
    };
    world.act(&of_rule(&world)[0], Act::Hold).await;
    world.schedule(account, "2026-06-03").await;
    let codes: Vec<_> = of_rule(&world).iter().map(|message| message.state.code()).collect();
    assert_eq!(codes, ["cancelled", "held"]);
    assert_eq!(world.send().await.len(), 0);
    world.check().await;
}

#[tokio::test]
async fn that_the_migration_was_closed_is_told_and_nothing_else_goes() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let closed = world.add_rule(Trigger::Milestone { of: Milestone::MigrationClosed }).await;
    let account = world.account("C-1").await;
    world.schedule(account, "2026-05-28").await;
    world.write_due().await;
    // In the evening: colleagues have working hours, too.
    world.go_to("2026-05-21T18:00:00Z");
    world.move_to(MigrationStage::Closed).await;
    assert_eq!(world.only(account).state.code(), "cancelled");
    assert_eq!(world.store.system("test").next_due(), Some(at("2026-05-22T07:00:00Z")));
    world.go_to("2026-05-22T07:00:00Z");
    let sent = world.send().await;
    assert_eq!(sent.iter().map(|message| (message.rule, message.account)).collect::<Vec<_>>(), [(Some(closed), None)]);
    let view = world.acting(Role::Lead).message(&world.migration, &sent[0].key).await.unwrap();
    assert!(view.content.unwrap().subject.starts_with("Closed: "));
    world.check().await;
}

#[tokio::test]
async fn what_failed_or_was_incomplete_is_composed_again_and_what_is_not_true_is_not() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let (one, two) = (world.account("C-1").await, world.account("C-2").await);
    for account in [one, two] {
        world.schedule(account, "2026-05-28").await;
    }
    world.write_due().await;
    let system = world.store.system("test");
    let hand = system.lease_due(10, TimeDelta::minutes(5)).await.unwrap().messages;
    let batch = hand.iter().map(|leased| crate::Settled {
        migration: leased.migration.clone(),
        key: leased.message.key.clone(),
        lease: leased.until,
        outcome: domain::notice::message::Outcome::Permanent { answer: "550 no such user".into() },
        endpoint_gone: false,
    });
    system.settle(batch.collect(), 1).await.unwrap();
    world.make(two, Move::Reset).await;
    assert_eq!(world.act(&world.only(one), Act::Compose).await.done, 1);
    let refused = world.act(&world.only(two), Act::Compose).await.refused;
    assert_eq!(refused.into_iter().collect::<Vec<_>>(), [(ActRefusal::Untrue, 1)]);
    assert_eq!(world.send().await.iter().map(|message| message.account).collect::<Vec<_>>(), [Some(one)]);
    world.check().await;
}

#[tokio::test]
async fn an_undo_takes_back_by_the_bulk_change_and_drafts_what_was_told() {
    let world = running().await;
    world.switch_on(CONFIRMATION).await;
    world.switch_on(NOTICE).await;
    let (told, waiting) = (world.account("C-1").await, world.account("C-2").await);
    for account in [told, waiting] {
        world.make(account, Move::Start).await;
    }
    let id = world.in_bulk(&[told, waiting], Move::Complete { at: None }).await;
    // One of them is released at once.
    let first = world.only(told);
    world.act(&first, Act::Hold).await;
    world.act(&first, Act::Release).await;
    world.clock.advance(TimeDelta::minutes(11));
    world.act(&world.only(waiting), Act::Hold).await;
    assert_eq!(world.send().await.len(), 1);
    world.acting(Role::Operator).undo_bulk(&world.migration, &id).await.unwrap();
    world.until(&id, BulkStage::Undone).await;
    assert_eq!(world.only(waiting).state.code(), "cancelled");
    let codes: Vec<_> = world.messages(told).iter().map(|message| (message.kind, message.state.code())).collect();
    assert_eq!(codes, [(NoticeKind::Confirmation, "sent"), (NoticeKind::Rollback, "held")]);
    // The page of the change lists them.
    let filter = MessageFilter { bulk: Some(id), ..Default::default() };
    let page = world.acting(Role::Viewer).messages(&world.migration, &filter, 0, 50).await.unwrap();
    assert_eq!(page.counts.into_iter().collect::<Vec<_>>(), [("cancelled", 1), ("held", 1), ("sent", 1)]);
    world.check().await;
}

#[tokio::test]
async fn dates_of_a_bulk_change_are_told_after_a_while_under_its_id() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let account = world.account("C-1").await;
    let date = "2026-05-28".parse().unwrap();
    let id = world.in_bulk(&[account], Move::Schedule { date, pinned: None }).await;
    assert_eq!(world.write_due().await, 0, "its author can still take it back");
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.write_due().await, 1);
    assert_eq!(world.only(account).bulk.as_ref(), Some(&id));
    world.check().await;
}

#[tokio::test]
async fn all_that_match_are_dealt_with_in_pieces_and_nothing_that_comes_meanwhile() {
    let world = running().await;
    world.switch_on(NOTICE).await;
    let mut numbers = Vec::new();
    for index in 0..5 {
        numbers.push(world.account(&format!("C-{index}")).await);
        world.schedule(numbers[index], "2026-05-28").await;
    }
    world.write_due().await;
    let filter = MessageFilter { state: Some("waiting".into()), ..Default::default() };
    let lead = world.acting(Role::Lead);
    // As if the first piece had ended after two.
    let mut keys: Vec<_> = numbers.iter().map(|number| world.only(*number).key.clone()).collect();
    keys.sort();
    let until = world.clock.now();
    world.clock.advance(TimeDelta::seconds(1));
    let late = world.account("C-9").await;
    world.schedule(late, "2026-05-28").await;
    world.write_due().await;
    let from = Some(domain::notice::list::ActCursor { until, after: keys[1].clone() });
    let scope = MessageScope::Matching { filter: filter.clone(), from };
    let report = lead.act_on_messages(&world.migration, &scope, Act::Hold, "wait").await.unwrap();
    assert_eq!((report.done, report.left, report.next), (3, 0, None));
    assert_eq!(world.only(late).state.code(), "waiting");
    let all = MessageScope::Matching { filter, from: None };
    assert_eq!(lead.act_on_messages(&world.migration, &all, Act::Hold, "wait").await.unwrap().done, 3);
    let none = lead.act_on_messages(&world.migration, &all, Act::Hold, "wait").await;
    assert!(matches!(none, Err(StoreError::Refused(_))), "{none:?}");
    world.check().await;
}
