//! Tickets that another system reports.

use super::world::World;
use crate::attempts::FAILURES_MAX;
use crate::clock::ServerClock;
use domain::clock::Clock;
use domain::id::ExternalId;
use domain::notice::Hook;
use domain::policy::Role;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

impl World {
    async fn key(&self) -> String {
        self.store.acting_as(self.caller(Role::Admin)).make_hook_secret(Hook::Tickets).await.unwrap()
    }

    fn report(&self, key: &str, at: i64, body: &str) -> RequestBuilder {
        let signature = Webhook::new(key).unwrap().sign("msg_1", at, body.as_bytes()).unwrap();
        self.browser()
            .post(self.url("/hooks/tickets"))
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned())
    }

    async fn unmatched(&self) -> usize {
        self.store.acting_as(self.caller(Role::Viewer)).unmatched_tickets().await.unwrap().1
    }
}

fn now() -> i64 {
    ServerClock::default().now().timestamp()
}

fn ticket() -> String {
    json!({ "ticket_id": "T-1", "external_id": "C-404", "subject": "Where is it?", "status": "open" }).to_string()
}

#[tokio::test]
async fn a_signed_ticket_is_taken_once() {
    let world = World::new().await;
    let key = world.key().await;
    for _ in 0..2 {
        assert_eq!(world.report(&key, now(), &ticket()).send().await.unwrap().status(), 204);
    }
    assert_eq!(world.unmatched().await, 1);
    let nobody = ExternalId::from("C-404");
    assert!(world.store.acting_as(world.caller(Role::Operator)).assign_ticket("T-1", &nobody).await.is_err());
}

#[tokio::test]
async fn what_is_not_signed_changes_nothing_and_is_noted() {
    let world = World::new().await;
    let without_key = world.report("whsec_c2VjcmV0c2VjcmV0c2VjcmV0", now(), &ticket()).send().await.unwrap();
    assert_eq!(without_key.status(), 401, "nobody has made a key yet");
    let key = world.key().await;
    let status = async |request: RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(world.report("whsec_c2VjcmV0c2VjcmV0c2VjcmV0", now(), &ticket())).await, 401);
    assert_eq!(status(world.report(&key, now() - 3_600, &ticket())).await, 401, "an old report again");
    let altered = world.report(&key, now(), &ticket()).body(ticket().replace("T-1", "T-2"));
    assert_eq!(status(altered).await, 401);
    assert_eq!(world.unmatched().await, 0);
    for _ in 0..FAILURES_MAX {
        status(world.report("whsec_c2VjcmV0c2VjcmV0c2VjcmV0", now(), &ticket())).await;
    }
    assert_eq!(status(world.report(&key, now(), &ticket())).await, 429, "after many a good one has to wait, too");
}

#[tokio::test]
async fn a_bad_ticket_is_told_what_is_wrong_with_it() {
    let world = World::new().await;
    let key = world.key().await;
    let send = async |body: &str| -> Response { world.report(&key, now(), body).send().await.unwrap() };
    assert_eq!(send("{").await.status(), 400);
    let answer = send(&json!({ "ticket_id": "T-1", "url": "javascript:alert(1)" }).to_string()).await;
    assert_eq!(answer.status(), 422);
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let fields: Vec<_> = answer["problems"].as_array().unwrap().iter().map(|problem| &problem["field"]).collect();
    assert_eq!(fields, ["external_id", "url"]);
    assert_eq!(send(&"x".repeat(crate::hooks::TICKET_MAX + 1)).await.status(), 413);
    assert_eq!(world.unmatched().await, 0);
}
