//! Subscribers of the status page: asking and confirming, occasions told exactly once across restarts, ends, erasure.

use crate::testing::{World, reopened_from};
use crate::{BounceReport, BounceTarget, Leased, Settled, StoreError};
use chrono::TimeDelta;
use domain::clock::Clock;
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::event::PersonRef;
use domain::id::{CohortNumber, SubscriberNumber};
use domain::notice::message::{Message, Outcome};
use domain::notice::{Medium, Recipient};
use domain::policy::Role;
use domain::subscription::{
    Asked, CONFIRM_DAYS, Channel, Choice, LETTERS_PER_DAY, Purpose, StopReason, SubscriberState,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A public page; its wave has no window, so that no maintenance speaks for it.
async fn published(world: &World) -> CohortNumber {
    world.store.set_base_url("https://move.example");
    world.start().await;
    world.acting(Role::Lead).publish(&world.migration, true).await.unwrap();
    world.cohort("Secret").await
}

fn by_mail(address: &str) -> Asked {
    Asked { channel: Channel::Email, address: address.into(), choice: Choice::default() }
}

async fn ask(world: &World, asked: Asked) -> Option<String> {
    world.store.public().subscribe(&world.migration, asked).await.unwrap()
}

async fn leased(world: &World) -> Vec<Leased> {
    world.store.system("test").lease_due(100, TimeDelta::minutes(5)).await.unwrap().messages
}

async fn settle(world: &World, leased: &[Leased], outcome: Outcome, gone: bool) {
    let batch = leased.iter().map(|leased| Settled {
        migration: leased.migration.clone(),
        key: leased.message.key.clone(),
        lease: leased.until,
        outcome: outcome.clone(),
        endpoint_gone: gone,
    });
    world.store.system("test").settle(batch.collect(), 1).await.unwrap();
}

fn accepted() -> Outcome {
    Outcome::Accepted { answer: "250 ok".into() }
}

/// The token in a letter's link to a page of this kind.
fn token(leased: &Leased, kind: &str) -> String {
    let text = &leased.content.as_ref().expect("it says something").text;
    let after = text.split(&format!("/status/{kind}/")).nth(1).unwrap_or_else(|| panic!("no link to {kind} in {text}"));
    after.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Asks, takes the letter, confirms; answers the token of the page on which it is changed.
async fn subscribed(world: &World, address: &str) -> String {
    ask(world, by_mail(address)).await;
    let letters = leased(world).await;
    assert_eq!(letters.len(), 1);
    settle(world, &letters, accepted(), false).await;
    let token = token(&letters[0], "subscription");
    world.store.public().confirm(&token, "").await.unwrap().expect("mail needs no code").manage
}

async fn start_wave(world: &World, cohort: CohortNumber) {
    let go = "go".to_owned();
    world.acting(Role::Lead).move_cohort_past_gate(&world.migration, cohort, CohortStage::Running, go).await.unwrap();
}

async fn tell(world: &World) -> u64 {
    world.store.system("test").tell_subscribers().await.unwrap()
}

/// Messages per subscriber beside the question that they were asked.
fn told(world: &World) -> BTreeMap<SubscriberNumber, Vec<String>> {
    let model = world.store.model();
    let mut told: BTreeMap<SubscriberNumber, Vec<String>> = BTreeMap::new();
    for message in model.migrations[&world.migration].notices.messages.values() {
        let Recipient::Subscriber(number) = message.to else { continue };
        let occasion = message.key.as_str().split_once('.').unwrap().1;
        if !occasion.starts_with("ask.") {
            told.entry(number).or_default().push(occasion.to_owned());
        }
    }
    told
}

fn state(world: &World, number: u32) -> SubscriberState {
    world.store.model().migrations[&world.migration].subscriptions.all[&SubscriberNumber(number)].state.clone()
}

#[tokio::test]
async fn who_asks_confirms_and_hears_of_what_happens_afterwards() {
    let world = World::new().await;
    let cohort = published(&world).await;
    let early = world.cohort("Early").await;
    start_wave(&world, early).await;
    ask(&world, by_mail("Ann@Example.com")).await;
    assert_eq!(tell(&world).await, 0, "nobody has confirmed");
    let letters = leased(&world).await;
    let letter = letters[0].content.as_ref().unwrap();
    assert_eq!((letter.address.as_str(), letters[0].unsubscribe.as_deref()), ("Ann@Example.com", None));
    settle(&world, &letters, accepted(), false).await;
    let confirm = token(&letters[0], "subscription");
    let public = world.store.public();
    assert_eq!(public.subscription(&confirm).unwrap().purpose, Purpose::Confirm, "looking changes nothing");
    public.confirm(&confirm, "").await.unwrap().unwrap();
    assert!(matches!(public.confirm(&confirm, "").await, Err(StoreError::NotFound(_))), "a link confirms once");
    assert_eq!(tell(&world).await, 0, "what had happened before is not told");
    start_wave(&world, cohort).await;
    assert_eq!((tell(&world).await, tell(&world).await), (1, 0));
    let news = leased(&world).await;
    let content = news[0].content.as_ref().unwrap();
    assert_eq!(content.subject, "[Ledger 3] Wave 1 is moving now");
    let stop = token(&news[0], "unsubscribe");
    assert_eq!(
        news[0].unsubscribe.as_deref(),
        Some(format!("https://move.example/status/unsubscribe/{stop}").as_str())
    );
    assert!(!content.text.contains("Secret") && !content.html.contains('\u{e000}'));
    settle(&world, &news, accepted(), false).await;
    public.unsubscribe(&stop).await.unwrap();
    public.unsubscribe(&stop).await.unwrap();
    world
        .acting(Role::Lead)
        .move_cohort_past_gate(&world.migration, cohort, CohortStage::Closed, "done".into())
        .await
        .unwrap();
    assert_eq!(tell(&world).await, 0);
    world.check().await;
}

#[tokio::test]
async fn nobody_learns_who_is_subscribed_and_no_mailbox_is_filled() {
    let world = World::new().await;
    published(&world).await;
    subscribed(&world, "ann@example.com").await;
    for _ in 0..LETTERS_PER_DAY + 3 {
        assert_eq!(ask(&world, by_mail("ANN@example.com")).await, None);
        assert_eq!(ask(&world, by_mail("bob@example.com")).await, None);
    }
    let letters = leased(&world).await;
    let to = |address: &str| letters.iter().filter(|one| one.content.as_ref().unwrap().address == address).count();
    assert_eq!((to("ann@example.com"), to("bob@example.com")), (LETTERS_PER_DAY - 1, LETTERS_PER_DAY));
    let known = letters.iter().find(|one| one.content.as_ref().unwrap().address == "ann@example.com").unwrap();
    assert!(known.content.as_ref().unwrap().subject.contains("subscribed already"));
    assert_eq!(state(&world, 1), SubscriberState::Confirmed, "asking changes nothing");
    world.check().await;
}

#[tokio::test]
async fn tokens_and_addresses_are_not_where_they_must_not_be() {
    let world = World::new().await;
    let cohort = published(&world).await;
    let manage = subscribed(&world, "ann@example.com").await;
    start_wave(&world, cohort).await;
    tell(&world).await;
    let stop = token(&leased(&world).await[0], "unsubscribe");
    let dump =
        world.dump_of(&["subscriber", "event", "personal", "message", "message_content", "occasion", "secret"]).await;
    assert!(!dump.contains(&manage) && !dump.contains(&stop), "a token is in the database");
    assert!(!world.dump_of(&["event", "message", "message_content"]).await.contains("ann@example.com"));
    let public = world.store.public();
    assert!(
        public.confirm(&manage, "").await.is_err()
            && public.change_subscription(&stop, Choice::default()).await.is_err()
    );
    let mut altered = manage.clone();
    altered.replace_range(..1, if manage.starts_with('a') { "b" } else { "a" });
    assert!([altered.as_str(), "", "x", &"a".repeat(32)].iter().all(|token| public.subscription(token).is_none()));

    world
        .acting(Role::Lead)
        .remove_subscriber(&world.migration, SubscriberNumber(1), "Asked by mail.".into())
        .await
        .unwrap();
    let everything = ["subscriber", "event", "personal", "message", "message_content", "secret"];
    assert!(!world.dump_of(&everything).await.contains("ann@example.com"));
    assert!(public.subscription(&manage).is_none());
    assert!(matches!(state(&world, 1), SubscriberState::Stopped { why: StopReason::Removed, .. }));
    world.check().await;
}

#[tokio::test]
async fn admins_find_and_erase_subscribers_and_those_who_never_confirm_are_forgotten() {
    let world = World::new().await;
    published(&world).await;
    ask(&world, by_mail("ann@example.com")).await;
    subscribed_other(&world).await;
    let admin = world.acting(Role::Admin);
    let found = admin.find_person("bob@").await.unwrap();
    assert_eq!(found[0].person, PersonRef::Subscriber(world.migration.clone(), SubscriberNumber(2)));
    admin.erase_person(&found[0].person, "Asked by mail.").await.unwrap();
    world.clock.advance(TimeDelta::days(CONFIRM_DAYS));
    assert_eq!(world.store.system("test").forget_unconfirmed().await.unwrap(), 1);
    assert_eq!(world.store.system("test").forget_unconfirmed().await.unwrap(), 0);
    let dump = world.dump_of(&["subscriber", "event", "personal", "message_content"]).await;
    assert!(!dump.contains("ann@example.com") && !dump.contains("bob@example.com"));
    assert!(matches!(state(&world, 1), SubscriberState::Stopped { why: StopReason::Expired, .. }));
    world.check().await;
}

async fn subscribed_other(world: &World) {
    world.store.system("test").subscribe_at_once(&world.migration, by_mail("bob@example.com")).await.unwrap();
}

#[tokio::test]
async fn a_stopped_server_goes_on_where_it_was_and_tells_nobody_twice() {
    let world = World::on_disk().await;
    let cohort = published(&world).await;
    for number in 0..1_100 {
        let asked = by_mail(&format!("p{number}@example.com"));
        world.store.system("test").subscribe_at_once(&world.migration, asked).await.unwrap();
    }
    start_wave(&world, cohort).await;
    let system = world.store.system("test");
    let note = crate::commands::SubscribersCommand::Note { migration: world.migration.clone() };
    system.submit(crate::commands::Command::Subscribers(Box::new(note))).await.unwrap();
    let first = crate::commands::SubscribersCommand::Tell { migration: world.migration.clone() };
    system.submit(crate::commands::Command::Subscribers(Box::new(first))).await.unwrap();
    assert_eq!(told(&world).len(), 500, "one chunk is written");
    let world = reopened_from(world).await;
    assert_eq!(tell(&world).await, 600);
    let world = reopened_from(world).await;
    assert_eq!(tell(&world).await, 0);
    let told = told(&world);
    assert_eq!(told.len(), 1_100);
    assert!(told.values().all(|occasions| *occasions == ["w1.start"]), "somebody was told twice");
    world.check().await;
}

#[tokio::test]
async fn a_window_is_told_before_it_begins_as_each_subscriber_wants() {
    let world = World::new().await;
    published(&world).await;
    let starts = world.clock.now() + TimeDelta::days(30);
    let window = Some(Window { starts, ends: starts + TimeDelta::days(1) });
    let settings = CohortSettings { name: "Later".into(), window, ..CohortSettings::default() };
    world.acting(Role::Lead).create_cohort(&world.migration, settings).await.unwrap();
    for (address, lead) in [("day@example.com", 24), ("hour@example.com", 1)] {
        let choice = Choice { lead, ..Choice::default() };
        let asked = Asked { choice, ..by_mail(address) };
        world.store.system("test").subscribe_at_once(&world.migration, asked).await.unwrap();
    }
    assert_eq!(tell(&world).await, 0);
    let next = world.store.next_occasion().unwrap();
    assert_eq!(next, world.clock.now() + TimeDelta::days(23), "a week before");
    world.clock.advance(TimeDelta::days(29));
    assert_eq!(tell(&world).await, 1);
    // The clock is set back, and goes on again.
    world.clock.advance(-TimeDelta::days(3));
    assert_eq!(tell(&world).await, 0);
    world.clock.advance(TimeDelta::days(3) + TimeDelta::hours(23));
    assert_eq!(tell(&world).await, 1);
    assert!(told(&world).values().all(|occasions| occasions.len() == 1), "somebody was told twice");
    world.check().await;
}

#[tokio::test]
async fn bounces_failures_and_gone_webhooks_end_it() {
    let world = World::new().await;
    let cohort = published(&world).await;
    subscribed(&world, "ann@example.com").await;
    start_wave(&world, cohort).await;
    tell(&world).await;
    let news = leased(&world).await;
    settle(&world, &news, accepted(), false).await;
    let report =
        BounceReport { target: BounceTarget::Address("ANN@example.com".into()), reason: "550".into(), at: None };
    assert_eq!(world.store.system("test").bounce(report).await.unwrap(), 1);
    assert!(matches!(state(&world, 1), SubscriberState::Stopped { why: StopReason::Bounced, .. }));

    let asked = Asked { channel: Channel::Webhook, address: "https://hooks.example/x?secret".into(), ..by_mail("") };
    world.store.system("test").subscribe_at_once(&world.migration, asked).await.unwrap();
    world
        .acting(Role::Lead)
        .move_cohort_past_gate(&world.migration, cohort, CohortStage::Closed, "done".into())
        .await
        .unwrap();
    assert_eq!(tell(&world).await, 1);
    let posts = leased(&world).await;
    assert_eq!(posts.len(), 1, "who has confirmed is not asked");
    let (endpoint, secret) = posts[0].endpoint.as_ref().unwrap();
    assert!(endpoint.url.ends_with("?secret") && secret.as_ref().unwrap().starts_with("whsec_"));
    let gone = Outcome::Permanent { answer: "410 Gone".into() };
    settle(&world, &posts, gone, true).await;
    assert!(matches!(state(&world, 2), SubscriberState::Stopped { why: StopReason::Gone, .. }));
    let view = world.acting(Role::Viewer).subscribers(&world.migration, "hooks.example", None).await.unwrap();
    assert_eq!((view.matching, view.lines[0].address.as_str()), (1, "hooks.example"), "the rest may be a secret");
    world.check().await;
}

#[tokio::test]
async fn a_webhook_is_confirmed_by_the_code_that_it_got() {
    let world = World::new().await;
    published(&world).await;
    let asked = || Asked { channel: Channel::Webhook, address: "https://hooks.example/x".into(), ..by_mail("") };
    let public = world.store.public();
    let token = ask(&world, asked()).await.unwrap();
    let posts = leased(&world).await;
    let body: serde_json::Value = serde_json::from_str(&posts[0].content.as_ref().unwrap().text).unwrap();
    let code = body["subscription"]["code"].as_str().unwrap().to_owned();
    assert!(public.confirm(&token, "wrong").await.unwrap().is_none());
    let confirmed = public.confirm(&token, &code.to_uppercase()).await.unwrap().unwrap();
    assert_eq!(confirmed.secret.as_deref(), posts[0].endpoint.as_ref().unwrap().1.as_deref());
    // The same webhook anew: whoever can read what it gets takes its place.
    let token = ask(&world, asked()).await.unwrap();
    let posts = leased(&world).await;
    let body: serde_json::Value = serde_json::from_str(&posts[0].content.as_ref().unwrap().text).unwrap();
    public.confirm(&token, body["subscription"]["code"].as_str().unwrap()).await.unwrap().unwrap();
    assert!(matches!(state(&world, 1), SubscriberState::Stopped { why: StopReason::Replaced, .. }));
    // Guessing ends it.
    let token = ask(&world, asked()).await.unwrap();
    for _ in 0..domain::subscription::CODES_MAX {
        assert!(public.confirm(&token, "aaaaaaaa").await.unwrap().is_none());
    }
    assert!(public.confirm(&token, "aaaaaaaa").await.is_err());
    world.check().await;
}

#[tokio::test]
async fn staff_stop_and_export_and_an_update_knows_whom_it_reaches() {
    let world = World::new().await;
    published(&world).await;
    for address in ["ann@example.com", "bob@example.com"] {
        world.store.system("test").subscribe_at_once(&world.migration, by_mail(address)).await.unwrap();
    }
    let lead = world.acting(Role::Lead);
    assert_eq!(lead.subscribers_of(&world.migration, &Default::default()).await.unwrap(), 2);
    assert!(
        lead.stop_subscriber(&world.migration, SubscriberNumber(1), " ".into()).await.is_err(),
        "a reason is asked for"
    );
    lead.stop_subscriber(&world.migration, SubscriberNumber(1), "They called.".into()).await.unwrap();
    assert_eq!(lead.subscribers_of(&world.migration, &Default::default()).await.unwrap(), 1);
    let view = lead.subscribers(&world.migration, "", Some("confirmed")).await.unwrap();
    assert_eq!((view.matching, view.counts.states["stopped"], view.counts.growth.last().unwrap().1), (1, 1, 1));
    assert_eq!(lead.export_subscribers(&world.migration).await.unwrap().len(), 2);
    let open: Vec<Arc<Message>> = {
        let model = world.store.model();
        let messages = model.migrations[&world.migration].notices.of_subscriber(SubscriberNumber(1));
        messages.filter(|message| message.state.is_open()).cloned().collect()
    };
    assert!(open.is_empty(), "what has not gone is taken back");
    assert!(leased(&world).await.iter().all(|one| one.message.medium == Medium::Email));
    world.check().await;
}
