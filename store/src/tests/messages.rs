//! Messages on their way: leases, outcomes, acts, the table's stage, lists, bounces, calls, endpoints.

use crate::messages::message_id;
use crate::testing::{World, command, reopened_from};
use crate::{BounceReport, BounceTarget, EndpointInput, Leased, MessageScope, Settled, StoreError};
use chrono::{Duration, TimeDelta};
use domain::clock::Clock;
use domain::cohort::CohortStage;
use domain::event::EventKind;
use domain::id::{AccountNumber, ContactNumber, EndpointNumber};
use domain::migration::MigrationStage;
use domain::notice::list::MessageFilter;
use domain::notice::message::{Act, ActRefusal, Content, Message, MessageKey, MessageState, Outcome};
use domain::notice::{EndpointKind, Medium, NoticeKind, Recipient, Stage};
use domain::policy::Role;

const LEASE: TimeDelta = TimeDelta::minutes(5);

fn message(world: &World, account: AccountNumber, kind: NoticeKind) -> Message {
    let to = Recipient::Contact(ContactNumber(1));
    Message {
        key: MessageKey(format!("r1.{account}.c1.0.{}", kind.code())),
        rule: None,
        template: None,
        kind,
        account: Some(account),
        cohort: None,
        attempt: 0,
        to,
        medium: Medium::Email,
        told_date: None,
        written: world.clock.now(),
        due: world.clock.now(),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Waiting { tries: 0, answer: String::new() },
    }
}

fn content(text: &str) -> Content {
    Content {
        address: "c-1@customer.example".into(),
        subject: "Your move".into(),
        text: text.into(),
        ..Content::default()
    }
}

async fn put(world: &World, account: AccountNumber, kind: NoticeKind) -> MessageKey {
    let message = message(world, account, kind);
    let key = message.key.clone();
    let messages = vec![(message, content("Hello"))];
    world.store.system("test").put_messages(&world.migration, messages).await.unwrap();
    key
}

async fn leased(world: &World) -> Vec<Leased> {
    world.store.system("test").lease_due(100, LEASE).await.unwrap().messages
}

async fn settle(world: &World, leased: &[Leased], outcome: Outcome) {
    let batch = leased.iter().map(|leased| Settled {
        migration: leased.migration.clone(),
        key: leased.message.key.clone(),
        lease: leased.until,
        outcome: outcome.clone(),
        endpoint_gone: false,
    });
    world.store.system("test").settle(batch.collect(), 1).await.unwrap();
}

fn accepted() -> Outcome {
    Outcome::Accepted { answer: "250 ok".into() }
}

async fn stage(world: &World, account: AccountNumber) -> Stage {
    world.acting(Role::Viewer).row(&world.migration, account).await.unwrap().notices.stage
}

async fn state(world: &World, key: &MessageKey) -> String {
    let view = world.acting(Role::Viewer).message(&world.migration, key).await.unwrap();
    view.line.message.state.code().to_owned()
}

#[tokio::test]
async fn a_message_is_leased_sent_once_and_shown_in_the_table() {
    let world = World::on_disk().await;
    let account = world.account("C-1").await;
    world.start().await;
    let key = put(&world, account, NoticeKind::Notice).await;
    assert_eq!(stage(&world, account).await, Stage::None);
    let hand = leased(&world).await;
    assert_eq!(hand.len(), 1);
    assert_eq!(hand[0].content, Some(content("Hello")));
    assert_eq!(hand[0].customer.as_ref().map(|id| id.as_str()), Some("C-1"));
    assert!(leased(&world).await.is_empty(), "it is in somebody's hands");
    world.check().await;
    let before = world.store.model().position(&world.migration);
    settle(&world, &hand, accepted()).await;
    settle(&world, &hand, accepted()).await;
    assert_eq!(stage(&world, account).await, Stage::Notice);
    // A page that reconnects hears of it, and the account's history has it.
    let (_, rows) = world.acting(Role::Viewer).changed_since(&world.migration, &before).await.unwrap();
    assert_eq!(rows.unwrap().iter().map(|row| row.notices.stage).collect::<Vec<_>>(), [Stage::Notice]);
    let detail = world.acting(Role::Viewer).account(&world.migration, account).await.unwrap();
    let kinds: Vec<EventKind> = detail.history.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::MessagesSent, EventKind::MessagesWritten, EventKind::AccountCreated]);
    let view = world.acting(Role::Viewer).message(&world.migration, &key).await.unwrap();
    assert_eq!(view.history.len(), 2);
    world.clock.advance(Duration::days(30));
    assert!(leased(&world).await.is_empty(), "sent is sent");
    world.check().await;
    let world = reopened_from(world).await;
    assert_eq!(stage(&world, account).await, Stage::Notice);
    assert!(leased(&world).await.is_empty());
}

#[tokio::test]
async fn a_lease_of_a_dead_server_ends_and_two_servers_do_not_share_one() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    world.start().await;
    put(&world, account, NoticeKind::Notice).await;
    // Another server whose memory does not know of the first one's lease.
    let other = world.store.twin().await;
    assert_eq!(leased(&world).await.len(), 1);
    let theirs = other.system("test").lease_due(10, LEASE).await.unwrap();
    assert!(theirs.messages.is_empty(), "two servers have it");
    world.clock.advance(Duration::minutes(5));
    let again = other.system("test").lease_due(10, LEASE).await.unwrap();
    assert_eq!(again.messages.len(), 1, "the lease has ended");
    // A start with the database for itself need not wait.
    let world_again = world.store.twin().await;
    world_again.system("test").take_back_leases().await.unwrap();
    assert_eq!(world_again.system("test").lease_due(10, LEASE).await.unwrap().messages.len(), 1);
}

#[tokio::test]
async fn nothing_goes_while_migration_or_cohort_do_not_run() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    put(&world, account, NoticeKind::Notice).await;
    assert!(leased(&world).await.is_empty(), "the migration is a draft");
    assert_eq!(world.store.system("test").next_due(), None);
    world.start().await;
    let cohort = world.cohort("Pilot").await;
    let acting = world.acting(Role::Lead);
    let into = domain::account::Change::Cohort { seen: None, to: Some(cohort) };
    acting.edit_account(&world.migration, account, command(), vec![into]).await.unwrap();
    for stage in [CohortStage::Running, CohortStage::Halted] {
        acting.move_cohort(&world.migration, cohort, stage, "test".into()).await.unwrap();
    }
    put(&world, account, NoticeKind::Rollback).await;
    let hand = leased(&world).await;
    let kinds: Vec<NoticeKind> = hand.iter().map(|leased| leased.message.kind).collect();
    assert_eq!(kinds, [NoticeKind::Rollback], "what happened is told, a date is not");
    acting.move_cohort(&world.migration, cohort, CohortStage::Running, "go on".into()).await.unwrap();
    acting.move_migration(&world.migration, MigrationStage::Paused, "wait".into()).await.unwrap();
    assert!(leased(&world).await.is_empty(), "the migration is paused");
    acting.move_migration(&world.migration, MigrationStage::Running, "go on".into()).await.unwrap();
    assert_eq!(leased(&world).await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn failures_are_tried_again_or_kept_with_the_answer() {
    let world = World::new().await;
    let [first, second] = [world.account("C-1").await, world.account("C-2").await];
    world.start().await;
    let (one, two) = (put(&world, first, NoticeKind::Notice).await, put(&world, second, NoticeKind::Notice).await);
    let hand = leased(&world).await;
    settle(&world, &hand[..1], Outcome::Transient { answer: "451 later <a@b.example>".into() }).await;
    settle(&world, &hand[1..], Outcome::Permanent { answer: "550 no".into() }).await;
    assert_eq!((state(&world, &one).await.as_str(), state(&world, &two).await.as_str()), ("waiting", "failed"));
    let view = world.acting(Role::Viewer).message(&world.migration, &one).await.unwrap();
    assert_eq!(view.line.message.state.answer(), Some("451 later (address)"));
    assert!(leased(&world).await.is_empty());
    let next = world.store.system("test").next_due().unwrap() - world.clock.now();
    assert!((54..=66).contains(&next.num_seconds()), "{next}");
    world.clock.advance(Duration::seconds(66));
    settle(&world, &leased(&world).await, accepted()).await;
    let (lead, this) = (world.acting(Role::Lead), MessageScope::These(vec![two.clone()]));
    let report = lead.act_on_messages(&world.migration, &this, Act::Retry, "mended").await.unwrap();
    assert_eq!(report.done, 1);
    settle(&world, &leased(&world).await, accepted()).await;
    assert_eq!((stage(&world, first).await, stage(&world, second).await), (Stage::Notice, Stage::Notice));
    world.check().await;
}

#[tokio::test]
async fn many_are_held_released_and_cancelled_and_what_a_rule_refuses_is_counted() {
    let world = World::on_disk().await;
    world.start().await;
    let mut keys = Vec::new();
    for index in 0..5 {
        let account = world.account(&format!("C-{index}")).await;
        keys.push(put(&world, account, NoticeKind::Notice).await);
    }
    let hand = leased(&world).await;
    settle(&world, &hand[..1], accepted()).await;
    settle(&world, &hand[1..], Outcome::NotTried).await;
    let lead = world.acting(Role::Lead);
    let all = MessageScope::Matching { filter: MessageFilter::default(), from: None };
    let held = lead.act_on_messages(&world.migration, &all, Act::Hold, "wait a moment").await.unwrap();
    assert_eq!((held.done, held.refused.get(&ActRefusal::Sent)), (4, Some(&1)));
    assert!(leased(&world).await.is_empty(), "held is held");
    world.check().await;
    let one = MessageScope::These(vec![keys[1].clone(), keys[2].clone(), MessageKey("none".into())]);
    let cancelled = lead.act_on_messages(&world.migration, &one, Act::Cancel, "not these").await.unwrap();
    assert_eq!((cancelled.done, cancelled.missing), (2, 1));
    let filter = MessageFilter { state: Some("held".into()), ..MessageFilter::default() };
    let released = lead
        .act_on_messages(&world.migration, &MessageScope::Matching { filter, from: None }, Act::Release, "go")
        .await;
    assert_eq!(released.unwrap().done, 2);
    let without = lead.act_on_messages(&world.migration, &all, Act::Hold, " ").await;
    assert!(matches!(without, Err(StoreError::Invalid(_))), "a reason is needed");
    let page = lead.messages(&world.migration, &MessageFilter::default(), 0, 10).await.unwrap();
    let counts: Vec<_> = page.counts.into_iter().collect();
    assert_eq!(counts, [("cancelled", 2), ("sent", 1), ("waiting", 2)]);
    world.check().await;
    let world = reopened_from(world).await;
    assert_eq!(leased(&world).await.len(), 2);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let world = World::new().await;
    world.start().await;
    for index in 0..30 {
        let account = world.account(&format!("C-{index}")).await;
        put(&world, account, NoticeKind::Notice).await;
        world.clock.advance(Duration::seconds(1));
    }
    put(&world, AccountNumber(4), NoticeKind::Reminder).await;
    let acting = world.acting(Role::Viewer);
    let list = async |filter: MessageFilter, offset, limit| {
        acting.messages(&world.migration, &filter, offset, limit).await.unwrap()
    };
    let first = list(MessageFilter::default(), 0, 10).await;
    assert_eq!((first.matching, first.lines.len()), (31, 10));
    assert_eq!(first.lines[0].message.kind, NoticeKind::Reminder, "the newest first");
    let waiting = list(MessageFilter { state: Some("waiting".into()), ..Default::default() }, 0, 1).await;
    assert_eq!(waiting.lines[0].message.account, Some(AccountNumber(1)), "the next to go first");
    let last = list(MessageFilter::default(), 30, 10).await;
    assert_eq!(last.lines.iter().map(|line| line.message.account).collect::<Vec<_>>(), [Some(AccountNumber(1))]);
    let kind = list(MessageFilter { kind: Some(NoticeKind::Reminder), ..Default::default() }, 0, 10).await;
    assert_eq!((kind.matching, kind.counts.get("waiting")), (1, Some(&1)));
    let text = list(MessageFilter { text: "C-17".into(), ..Default::default() }, 0, 10).await;
    assert_eq!(text.lines.iter().map(|line| line.message.account).collect::<Vec<_>>(), [Some(AccountNumber(18))]);
    assert_eq!(text.lines[0].recipient, "c-17@customer.example");
    let account = acting.account_messages(&world.migration, AccountNumber(4)).await.unwrap();
    assert_eq!(account.len(), 2);
}

#[tokio::test]
async fn what_comes_back_is_marked_once() {
    let world = World::new().await;
    let [first, second] = [world.account("C-1").await, world.account("C-2").await];
    world.start().await;
    let key = put(&world, first, NoticeKind::Notice).await;
    put(&world, second, NoticeKind::Notice).await;
    settle(&world, &leased(&world).await, accepted()).await;
    let system = world.store.system("test");
    let bounce = async |target| {
        let report = BounceReport { target, reason: "mailbox full".into(), at: None };
        system.bounce(report).await.unwrap()
    };
    let id = message_id(&world.migration, &key);
    assert_eq!(bounce(BounceTarget::MessageId(id.clone())).await, 1);
    assert_eq!(bounce(BounceTarget::MessageId(id)).await, 0, "a repeated report changes nothing");
    assert_eq!(bounce(BounceTarget::MessageId("unknown".into())).await, 0);
    assert_eq!(stage(&world, first).await, Stage::Bounced);
    assert_eq!(bounce(BounceTarget::Address("C-2@Customer.example".into())).await, 1);
    assert_eq!(stage(&world, second).await, Stage::Bounced);
    assert_eq!(bounce(BounceTarget::Address("c-2@customer.example".into())).await, 0);
    world.check().await;
}

#[tokio::test]
async fn a_recorded_call_counts_as_notified() {
    let world = World::on_disk().await;
    let account = world.account("C-1").await;
    let operator = world.acting(Role::Operator);
    let id = command();
    let call = async |id, note: &str, contact| {
        operator.record_call(&world.migration, id, account, ContactNumber(contact), note.into()).await
    };
    assert!(call(command(), " ", 1).await.is_err(), "a note is needed");
    assert!(call(command(), "told Ann", 9).await.is_err(), "nobody is called");
    call(id.clone(), "told Ann", 1).await.unwrap();
    call(id, "told Ann", 1).await.unwrap();
    assert_eq!(stage(&world, account).await, Stage::Notice);
    let messages = operator.account_messages(&world.migration, account).await.unwrap();
    assert_eq!(messages.len(), 1, "the same command is one call");
    assert_eq!(messages[0].message.medium, Medium::Call);
    let view = operator.message(&world.migration, &messages[0].message.key).await.unwrap();
    assert_eq!(view.content.unwrap().text, "told Ann");
    assert!(!world.dump_of(&["event", "message"]).await.contains("told Ann"), "the note lies beside the log");
    world.check().await;
    assert_eq!(stage(&reopened_from(world).await, account).await, Stage::Notice);
}

#[tokio::test]
async fn endpoints_keep_their_secrets() {
    let world = World::new().await;
    world.start().await;
    let lead = world.acting(Role::Lead);
    let input = |name: &str, kind| EndpointInput {
        name: name.into(),
        url: "https://hooks.chat.example/T1/B2/hidden".into(),
        kind,
    };
    let (number, secret) = lead.add_endpoint(&world.migration, input("System", EndpointKind::Standard)).await.unwrap();
    let secret = secret.unwrap();
    assert!(secret.starts_with("whsec_"));
    let (_, none) = lead.add_endpoint(&world.migration, input("Chat", EndpointKind::Slack)).await.unwrap();
    assert_eq!(none, None);
    let twice = lead.add_endpoint(&world.migration, input("chat", EndpointKind::Slack)).await;
    assert!(matches!(twice, Err(StoreError::Invalid(_))));
    let log = world.dump_of(&["event", "personal"]).await;
    assert!(!log.contains(&secret) && !log.contains("hidden") && log.contains("hooks.chat.example"));

    let to = Recipient::Endpoint(number);
    let mut message = message(&world, AccountNumber(1), NoticeKind::Internal);
    (message.account, message.to, message.medium) = (None, to, Medium::Webhook);
    let messages = vec![(message.clone(), content("Halted"))];
    world.store.system("test").put_messages(&world.migration, messages).await.unwrap();
    let hand = leased(&world).await;
    let (endpoint, key) = hand[0].endpoint.clone().unwrap();
    assert_eq!((endpoint.number, key), (number, Some(secret)));
    let gone = Settled {
        migration: world.migration.clone(),
        key: message.key.clone(),
        lease: hand[0].until,
        outcome: Outcome::Permanent { answer: "410".into() },
        endpoint_gone: true,
    };
    world.store.system("test").settle(vec![gone], 1).await.unwrap();
    let endpoints = lead.endpoints(&world.migration).await.unwrap();
    assert!(endpoints.iter().any(|endpoint| endpoint.number == number && endpoint.disabled));
    message.key = MessageKey("another".into());
    let messages = vec![(message.clone(), content("Halted"))];
    world.store.system("test").put_messages(&world.migration, messages).await.unwrap();
    assert!(leased(&world).await.is_empty());
    assert_eq!(state(&world, &message.key).await, "suppressed");
    lead.change_endpoint(&world.migration, EndpointNumber(1), "System".into(), false).await.unwrap();
    world.check().await;
}

#[tokio::test]
async fn erasing_a_customer_erases_what_messages_said_and_stops_them() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    world.start().await;
    let sent = put(&world, account, NoticeKind::Notice).await;
    settle(&world, &leased(&world).await, accepted()).await;
    let open = put(&world, account, NoticeKind::Reminder).await;
    let person = domain::event::PersonRef::Customer("C-1".into());
    world.acting(Role::Admin).erase_person(&person, "asked for it").await.unwrap();
    assert_eq!(state(&world, &open).await, "cancelled");
    for key in [sent, open] {
        assert_eq!(world.acting(Role::Viewer).message(&world.migration, &key).await.unwrap().content, None);
    }
    assert!(!world.dump_of(&["message_content"]).await.contains("customer.example"));
    world.check().await;
}
