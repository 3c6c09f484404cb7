//! Reports of mail that came back: signature, replay, size, and too many wrong ones.

use super::world::World;
use crate::attempts::FAILURES_MAX;
use crate::clock::ServerClock;
use crate::mailer::bounces::REPORT_MAX;
use domain::clock::Clock;
use domain::id::{AccountNumber, ContactNumber};
use domain::migration::MigrationStage;
use domain::notice::message::{Content, Message, MessageKey, MessageState};
use domain::notice::{Medium, NoticeKind, Recipient, Stage};
use domain::policy::Role;
use reqwest::Response;
use standardwebhooks::Webhook;
use store::message_id;

/// A message that was accepted, its Message-ID, and the key for reports.
async fn sent(world: &World) -> (String, String) {
    let lead = world.store.acting_as(world.caller(Role::Lead));
    lead.move_migration(&world.migration, MigrationStage::Running, "go".into()).await.unwrap();
    let now = ServerClock::default().now();
    let key = MessageKey("r1.1.c1.0.".into());
    let message = Message {
        key: key.clone(),
        rule: None,
        template: None,
        kind: NoticeKind::Notice,
        account: Some(AccountNumber(1)),
        cohort: None,
        attempt: 0,
        to: Recipient::Contact(ContactNumber(1)),
        medium: Medium::Email,
        told_date: None,
        written: now,
        due: now,
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Sent { at: now, answer: String::new() },
    };
    let content = Content { address: "it@halvorsen.example".into(), html: "<p>Hello</p>".into(), ..Content::default() };
    world.store.system("test").put_messages(&world.migration, vec![(message, content)]).await.unwrap();
    let secret =
        world.store.acting_as(world.caller(Role::Admin)).make_hook_secret(domain::notice::Hook::Bounces).await.unwrap();
    (format!("<{}@company.example>", message_id(&world.migration, &key)), secret)
}

async fn report(world: &World, secret: &str, body: &str, age: i64) -> Response {
    let timestamp = ServerClock::default().now().timestamp() - age;
    let signature = Webhook::new(secret).unwrap().sign("msg_1", timestamp, body.as_bytes()).unwrap();
    let request = world.browser().post(world.url("/hooks/bounces")).body(body.to_owned());
    let request = request.header("webhook-id", "msg_1").header("webhook-timestamp", timestamp.to_string());
    request.header("webhook-signature", signature).send().await.unwrap()
}

async fn stage(world: &World) -> Stage {
    let acting = world.store.acting_as(world.caller(Role::Viewer));
    acting.row(&world.migration, AccountNumber(1)).await.unwrap().notices.stage
}

#[tokio::test]
async fn a_signed_report_marks_the_message_and_a_replay_changes_nothing() {
    let world = World::new().await;
    let (id, secret) = sent(&world).await;
    assert_eq!(stage(&world).await, Stage::Notice);
    let body =
        format!(r#"{{"message_id":"{id}","reason":"550 <it@halvorsen.example> unknown","at":"2026-05-21T10:00:00Z"}}"#);
    let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert_eq!(report(&world, other, &body, 0).await.status(), 401, "another key");
    assert_eq!(report(&world, &secret, &body, 600).await.status(), 401, "an old one");
    let unsigned = world.browser().post(world.url("/hooks/bounces")).body(body.clone()).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    assert_eq!(stage(&world).await, Stage::Notice);
    assert_eq!(world.denied().await, ["bounces"], "refused ones are in the log, summed up");

    let accepted = report(&world, &secret, &body, 0).await;
    assert_eq!(accepted.status(), 200);
    assert_eq!(accepted.json::<serde_json::Value>().await.unwrap()["bounced"], 1);
    assert_eq!(stage(&world).await, Stage::Bounced);
    let replayed = report(&world, &secret, &body, 0).await;
    assert_eq!(replayed.json::<serde_json::Value>().await.unwrap()["bounced"], 0);
}

#[tokio::test]
async fn reports_that_are_none_are_refused() {
    let world = World::new().await;
    let nobody = report(&world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "{}", 0).await;
    assert_eq!(nobody.status(), 401, "no key was made");
    let (_, secret) = sent(&world).await;
    for body in
        ["", "[]", "{}", r#"{"reason":"x"}"#, r#"{"message_id":7}"#, r#"{"address":"a@b.example","at":"yesterday"}"#]
    {
        assert_eq!(report(&world, &secret, body, 0).await.status(), 400, "{body}");
    }
    let large = format!(r#"{{"address":"a@b.example","reason":"{}"}}"#, "x".repeat(REPORT_MAX));
    assert_eq!(report(&world, &secret, &large, 0).await.status(), 413);
    let unknown = report(&world, &secret, r#"{"address":"nobody@b.example"}"#, 0).await;
    assert_eq!(unknown.json::<serde_json::Value>().await.unwrap()["bounced"], 0);
}

#[tokio::test]
async fn who_guesses_at_keys_has_to_wait() {
    let world = World::new().await;
    let (id, secret) = sent(&world).await;
    let body = format!(r#"{{"message_id":"{id}"}}"#);
    for _ in 0..FAILURES_MAX {
        assert_eq!(report(&world, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &body, 0).await.status(), 401);
    }
    let response = report(&world, &secret, &body, 0).await;
    assert_eq!(response.status(), 429);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_letter_is_shown_without_rights_and_only_to_colleagues() {
    let world = World::new().await;
    sent(&world).await;
    let url = world.url(&format!("/letters/{}/r1.1.c1.0.", world.migration));
    let viewer = world.signed_in(Role::Viewer).await;
    let letter = viewer.get(&url).send().await.unwrap();
    let policy = letter.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(letter.text().await.unwrap(), "<p>Hello</p>");
    assert_eq!(world.browser().get(&url).send().await.unwrap().status(), 303, "others are sent to the door");
    assert_eq!(viewer.get(format!("{url}x")).send().await.unwrap().status(), 404);
}
