//! Subscribing over HTTP: what is refused, what nobody learns, and that looking changes nothing.

use super::world::World;
use chrono::TimeDelta;
use domain::policy::Role;
use reqwest::{Client, Response};
use store::Leased;

async fn published() -> World {
    let world = World::new().await;
    world.store.set_base_url("http://test");
    world.store.acting_as(world.caller(Role::Lead)).publish(&world.migration, true).await.unwrap();
    world
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let pair = |(key, value): &(&str, &str)| format!("{key}={}", domain::view::escape(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

async fn post(world: &World, browser: &Client, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = browser.post(world.url(path)).header("content-type", "application/x-www-form-urlencoded");
    request.body(encoded(fields)).send().await.unwrap()
}

const EVENTS: [(&str, &str); 2] = [("events", "before"), ("events[]", "incidents")];

async fn subscribe(world: &World, browser: &Client, fields: &[(&str, &str)]) -> Response {
    let fields: Vec<_> = EVENTS.iter().chain(fields).copied().collect();
    post(world, browser, "/status/ledger-3/subscribe", &fields).await
}

async fn letters(world: &World) -> Vec<Leased> {
    world.store.system("test").lease_due(100, TimeDelta::minutes(5)).await.unwrap().messages
}

/// The path of the letter's link to a page of this kind.
fn link(leased: &Leased, kind: &str) -> String {
    let text = &leased.content.as_ref().unwrap().text;
    let start = text.find(&format!("/status/{kind}/")).unwrap_or_else(|| panic!("no link to {kind} in {text}"));
    text[start..].split_whitespace().next().unwrap().to_owned()
}

fn is_private(response: &Response) {
    let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert_eq!((header("cache-control"), header("referrer-policy")), ("no-store".into(), "no-referrer".into()));
    assert!(header("x-robots-tag").contains("noindex"));
}

#[tokio::test]
async fn somebody_subscribes_confirms_changes_and_stops_without_script() {
    let world = published().await;
    let browser = world.browser();
    let form = browser.get(world.url("/status/ledger-3/subscribe?lang=de")).send().await.unwrap();
    assert_eq!(form.headers()["content-language"], "de");
    let policy = form.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self'") && !policy.contains("script-src"), "{policy}");
    let html = form.text().await.unwrap();
    assert!(html.contains("Nachrichten bekommen") && html.contains("Wave 1") && !html.contains("Secret"), "{html}");

    let asked = subscribe(&world, &browser, &[("email", "ann@example.com"), ("language", "de"), ("waves", "1")]).await;
    assert_eq!(asked.status(), 303);
    let there = asked.headers()["location"].to_str().unwrap().to_owned();
    let page = browser.get(world.url(&there)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Sehen Sie in Ihr Postfach") && !page.contains("ann@"), "{page}");

    let letter = &letters(&world).await[0];
    assert!(letter.content.as_ref().unwrap().subject.starts_with("Bitte bestätigen"));
    let confirm = link(letter, "subscription");
    // A scanner follows the link, twice.
    for _ in 0..2 {
        let shown = browser.get(world.url(&confirm)).send().await.unwrap();
        is_private(&shown);
        assert!(shown.text().await.unwrap().contains("Abonnement bestätigen"));
    }
    let done = post(&world, &browser, &confirm, &[]).await;
    is_private(&done);
    let done = done.text().await.unwrap();
    assert!(done.contains("Sie haben abonniert"));
    let start = done.find("/status/subscription/").unwrap();
    let manage = done[start..].split('"').next().unwrap().to_owned();
    assert_ne!(manage, confirm);

    let shown = browser.get(world.url(&manage)).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("ann@example.com") && shown.contains("name=\"waves\" value=\"1\" checked"), "{shown}");
    let nothing = post(&world, &browser, &manage, &[("language", "fr")]).await;
    assert_eq!(nothing.status(), 422, "at least one kind of news");
    let saved = post(&world, &browser, &manage, &[("language", "fr"), ("events", "incidents")]).await;
    assert_eq!(saved.status(), 303);
    let there = saved.headers()["location"].to_str().unwrap().to_owned();
    assert!(browser.get(world.url(&there)).send().await.unwrap().text().await.unwrap().contains("Enregistré."));
    let stopped = post(&world, &browser, &manage, &[("stop", "1")]).await.text().await.unwrap();
    assert!(stopped.contains("Vous êtes désabonné"));
    assert!(browser.get(world.url(&manage)).send().await.unwrap().text().await.unwrap().contains("désabonné"));
}

#[tokio::test]
async fn one_post_of_a_mail_program_ends_it_and_a_get_does_not() {
    let world = published().await;
    let browser = world.browser();
    subscribe(&world, &browser, &[("email", "ann@example.com")]).await;
    let confirm = link(&letters(&world).await[0], "subscription");
    post(&world, &browser, &confirm, &[]).await;
    // Asked once more: the letter to those who are subscribed has the link.
    subscribe(&world, &browser, &[("email", "ann@example.com")]).await;
    let known = letters(&world).await;
    let known = known.iter().find(|one| one.unsubscribe.is_some()).unwrap();
    let stop = known.unsubscribe.as_deref().unwrap().strip_prefix("http://test").unwrap().to_owned();
    let asked = browser.get(world.url(&stop)).send().await.unwrap();
    assert!(asked.status().is_success() && asked.text().await.unwrap().contains("Unsubscribe?"));
    let state = |state: &'static str| {
        let lead = world.store.acting_as(world.caller(Role::Lead));
        let migration = world.migration.clone();
        async move { lead.subscribers(&migration, "", Some(state)).await.unwrap().matching }
    };
    assert_eq!(state("confirmed").await, 1);
    for _ in 0..2 {
        let done = post(&world, &Client::new(), &stop, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!(done.status(), 200);
        is_private(&done);
    }
    assert_eq!((state("confirmed").await, state("stopped").await), (0, 1));
}

#[tokio::test]
async fn bad_input_is_answered_at_its_field_and_sends_nothing() {
    let world = published().await;
    let browser = world.browser();
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[], "Give an e-mail address."),
        (&[("email", "ann@example.com\r\nBcc: all@example.com")], "This is not an e-mail address."),
        (&[("email", "ann@example.com\n")], "This is not an e-mail address."),
        (&[("email", "ann@example.com"), ("language", "xx")], "Choose one of the languages offered."),
        (&[("email", "ann@example.com"), ("components", "77")], "not on this page any more"),
        (&[("webhook", "http://127.0.0.1:8080/in")], "leads into a private network"),
        (&[("webhook", "http://[::ffff:10.0.0.1]/in")], "leads into a private network"),
        (&[("webhook", "https://nowhere.invalid/in")], "was not found"),
        (&[("webhook", "javascript:alert(1)")], "begins with https://"),
    ];
    for (fields, words) in cases {
        let refused = subscribe(&world, &browser, fields).await;
        assert_eq!(refused.status(), 422, "{fields:?}");
        let html = refused.text().await.unwrap();
        assert!(
            html.contains(words) && html.contains("aria-invalid") | html.contains("role=\"alert\""),
            "{words}: {html}"
        );
    }
    let evil = subscribe(&world, &browser, &[("email", "\"><script>alert(1)</script>")]).await.text().await.unwrap();
    assert!(!evil.contains("<script"), "{evil}");
    assert!(letters(&world).await.is_empty());
    let large = "x".repeat(crate::subscriptions::FORM_MAX + 1);
    assert_eq!(post(&world, &browser, "/status/ledger-3/subscribe", &[("email", &large)]).await.status(), 413);
    for path in ["/status/none/subscribe", "/status/subscription/abc", "/status/unsubscribe/abc"] {
        let refused = browser.get(world.url(path)).send().await.unwrap();
        assert_eq!(refused.status(), 404, "{path}");
        is_private(&refused);
    }
}

#[tokio::test]
async fn ten_thousand_requests_for_one_address_are_refused_and_known_ones_look_like_others() {
    let world = published().await;
    let browser = world.browser();
    subscribe(&world, &browser, &[("email", "ann@example.com")]).await;
    let confirm = link(&letters(&world).await[0], "subscription");
    post(&world, &browser, &confirm, &[]).await;
    let mut answers = Vec::new();
    for address in ["ann@example.com", "new@example.com"] {
        let answer = subscribe(&world, &browser, &[("email", address)]).await;
        let head: Vec<_> = ["location", "content-type", "cache-control"]
            .map(|name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()))
            .into();
        answers.push((answer.status(), head, answer.text().await.unwrap()));
    }
    assert_eq!(answers[0], answers[1], "the answer tells who is subscribed");
    let mut refused = 0;
    for _ in 0..10_000 {
        let answer = subscribe(&world, &browser, &[("email", "ann@example.com")]).await;
        if answer.status() == 429 {
            refused += 1;
            if refused == 1 {
                assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
                assert!(answer.text().await.unwrap().contains("Nothing was changed"));
            }
        }
    }
    assert!(refused >= 9_990, "{refused}");
    // Guessing tokens ends in the same place.
    let mut status = 404;
    for number in 0..40 {
        let path = format!("/status/subscription/{number:032}");
        status = browser.get(world.url(&path)).send().await.unwrap().status().as_u16();
    }
    assert_eq!(status, 429);
}

#[tokio::test]
async fn a_lead_takes_the_list_away_and_others_do_not() {
    let world = published().await;
    subscribe(&world, &world.browser(), &[("email", "ann@example.com")]).await;
    let path = "/m/ledger-3/status-page/subscribers.csv";
    let file = world.signed_in(Role::Lead).await.get(world.url(path)).send().await.unwrap();
    assert_eq!(file.headers()["cache-control"], "private, no-store");
    assert!(file.text().await.unwrap().contains("1,email,ann@example.com,en,pending,"));
    let refused = world.signed_in(Role::Viewer).await.get(world.url(path)).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let page = world.signed_in(Role::Viewer).await.get(world.url("/m/ledger-3/status-page/subscribers")).send().await;
    let page = page.unwrap().text().await.unwrap();
    assert!(page.contains("ann@example.com") && !page.contains("All as CSV"), "viewers read, and change nothing");
}
