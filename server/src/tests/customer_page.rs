//! Customers' pages over HTTP: what they tell, what they never tell, and that what opens nothing is refused alike.

use super::world::World;
use crate::customer_page::FAILURES_MAX;
use domain::account::Change;
use domain::customer::Contact;
use domain::customer::edit::CustomerChange;
use domain::customer_page::settings::{Allowed, PageSettings, Support, Texts, Way};
use domain::id::{AccountNumber, CommandId, ContactNumber};
use domain::migration::MigrationStage;
use domain::policy::Role;
use domain::state::Move;
use rand::Rng;
use reqwest::Response;
use std::collections::BTreeMap;

const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyz2345678";
/// What must be in no byte that anybody without a sign-in gets.
const PRIVATE: [&str; 6] =
    ["Halvorsen", "Secret cohort", "Internal codename", "marta@halvorsen.example", "Marta Rossi", "C-0"];

fn random_token() -> String {
    let mut rng = rand::rng();
    (0..32).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
}

impl World {
    /// A running migration with pages, whose first account has a date; the address of its contact's page.
    async fn with_page(&self, language: &str) -> String {
        self.store.set_base_url("https://move.ledger.example");
        let lead = self.store.acting_as(self.caller(Role::Lead));
        lead.move_migration(&self.migration, MigrationStage::Running, "go".into()).await.unwrap();
        let texts = |before: &str| Texts { before: before.into(), ..Texts::default() };
        let settings = PageSettings {
            on: true,
            allowed: Allowed { opt_out: Way::Confirmed, ..Allowed::default() },
            texts: BTreeMap::from([
                ("en".to_owned(), texts("<img src=x onerror=alert(1)>\n\n- Read https://docs.ledger.example/v3.")),
                ("de".to_owned(), texts("Bitte lesen.")),
            ]),
            support: Support { email: "move@ledger.example".into(), ..Support::default() },
            ..PageSettings::default()
        };
        lead.change_customer_page(&self.migration, settings).await.unwrap();
        let contact = Contact {
            name: "Marta Rossi".into(),
            email: "marta@halvorsen.example".into(),
            language: language.into(),
            time_zone: "Asia/Tokyo".into(),
            ..Contact::default()
        };
        let change = vec![CustomerChange::AddContact { contact }];
        lead.change_customer(&"C-0".into(), CommandId("contact-added".into()), change).await.unwrap();
        let row = lead.account(&self.migration, AccountNumber(1)).await.unwrap().row;
        let date = "2030-05-27".parse().unwrap();
        let plan = Change::State { seen: row.state, to: Move::Schedule { date, pinned: None } };
        let id = CommandId("scheduled-1".into());
        lead.edit_account(&self.migration, AccountNumber(1), id, vec![plan]).await.unwrap();
        let address = lead.customer_link(&self.migration, AccountNumber(1), ContactNumber(1)).await.unwrap();
        address.strip_prefix("https://move.ledger.example").unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Response {
        self.browser().get(self.url(path)).send().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.browser().post(self.url(path)).form(fields).send().await.unwrap()
    }
}

/// Status, headers that differ from answer to answer left out, and bytes.
async fn answer(response: Response) -> (u16, Vec<(String, String)>, String) {
    let status = response.status().as_u16();
    let changing = ["date", "x-request-id"];
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| !changing.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    headers.sort();
    (status, headers, response.text().await.unwrap())
}

#[tokio::test]
async fn the_page_tells_its_reader_their_date_and_nothing_private() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let response = world.get(&path).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert!(header("x-robots-tag").contains("noindex"));
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    let html = response.text().await.unwrap();
    assert!(html.contains("Your move is planned for Monday 27 May 2030"), "{html}");
    assert!(html.contains("Times are in Asia/Tokyo."));
    assert!(html.contains("&lt;img src=x") && !html.contains("<img") && !html.contains("<script"), "{html}");
    assert!(html.contains("<li>Read <a href=\"https://docs.ledger.example/v3\""), "{html}");
    for private in PRIVATE {
        assert!(!html.contains(private), "{private} is on the page");
    }
}

#[tokio::test]
async fn the_page_speaks_its_readers_language_or_the_one_that_they_choose() {
    let world = World::new().await;
    let path = world.with_page("de-AT").await;
    let text = async |path: &str| world.get(path).await.text().await.unwrap();
    let german = text(&path).await;
    assert!(
        german.contains("<html lang=\"de\">")
            && german.contains("Montag, 27. Mai 2030")
            && german.contains("Bitte lesen.")
    );
    let french = text(&format!("{path}?lang=fr")).await;
    assert!(french.contains("<html lang=\"fr\">") && french.contains("lundi 27 mai 2030"));
    assert!(french.contains("&lt;img"), "its own texts are in the language for everybody else");
    let nowhere = text(&format!("{path}?lang=xx-nowhere%22%3E")).await;
    assert_eq!(nowhere, german, "a language that does not exist is no choice");
}

#[tokio::test]
async fn what_opens_nothing_is_refused_alike() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let token = path.strip_prefix("/c/").unwrap();
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let mut altered = token.to_owned();
    altered.replace_range(..1, if token.starts_with('a') { "b" } else { "a" });
    let forged = answer(world.get(&format!("/c/{}", random_token())).await).await;
    assert_eq!(forged.0, 404);
    let panel = lead.customer_panel(&world.migration, AccountNumber(1)).await.unwrap();
    let link = panel.contacts[0].link.as_ref().unwrap().id.clone();
    lead.revoke_customer_link(&world.migration, &link).await.unwrap();
    let calendar = store::Guest::calendar_token(token);
    for path in [
        path.clone(),
        format!("/c/{altered}"),
        format!("/c/{calendar}"),
        format!("/c/{token}/date.ics"),
        format!("/c/{calendar}/date.ics"),
        "/c/short".to_owned(),
        format!("/c/confirm/{token}"),
        format!("/u/{token}"),
        "/u/x".to_owned(),
    ] {
        assert_eq!(answer(world.get(&path).await).await, forged, "{path}");
    }
    for path in [path, format!("/c/confirm/{altered}"), format!("/u/{altered}")] {
        assert_eq!(answer(world.post(&path, &[("do", "problem"), ("words", "x")]).await).await, forged, "{path}");
    }
}

#[tokio::test]
async fn guessing_gets_nowhere_and_has_to_wait() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let browser = world.browser();
    let mut statuses = BTreeMap::new();
    for _ in 0..4 * FAILURES_MAX {
        let response = browser.get(world.url(&format!("/c/{}", random_token()))).send().await.unwrap();
        *statuses.entry(response.status().as_u16()).or_insert(0_u32) += 1;
    }
    assert_eq!(statuses, BTreeMap::from([(404, FAILURES_MAX), (429, 3 * FAILURES_MAX)]));
    let waits = world.get(&path).await;
    assert_eq!(waits.status(), 429, "from that place a good one has to wait, too");
    assert!(waits.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
}

/// Without HTTP in between: none of many random tokens opens anything. `LANDBRIDGE_TOKENS=1000000` makes it a million.
#[tokio::test]
async fn random_tokens_open_nothing() {
    let world = World::new().await;
    world.with_page("").await;
    let count = std::env::var("LANDBRIDGE_TOKENS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000_u32);
    let guest = world.store.guest("");
    for _ in 0..count {
        let token = random_token();
        assert!(guest.open(&token, domain::customer_page::link::Purpose::Page).is_none());
    }
}

#[tokio::test]
async fn a_form_is_taken_once_and_answered_at_its_field() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let sent = world.post(&path, &[("do", "problem"), ("words", "Invoices are <b>missing</b>")]).await;
    assert_eq!(sent.status(), 303);
    let next = sent.headers()["location"].to_str().unwrap().to_owned();
    assert!(world.get(&next).await.text().await.unwrap().contains("Thank you for telling us."));
    let long = "x".repeat(25_001);
    for (fields, status, said) in [
        (&[("do", "problem"), ("words", "  ")][..], 422, "Please write something"),
        (&[("do", "problem"), ("words", &long)], 422, "at most 2,000 characters"),
        (
            &[("do", "contact"), ("email", "a@b.example\r\nBcc: c@d.example"), ("name", "Typed &amp; kept")],
            422,
            "This is not an e-mail address.",
        ),
        (&[("do", "opt_out"), ("why", "other")], 422, "Tick this first."),
        (&[("do", "rating"), ("score", "5")], 422, "This is not offered any more."),
        (&[("do", "other_date"), ("slot", "2030-02-31")], 422, "Choose one of the days"),
        (&[("do", "nothing of ours")], 422, "This is not offered any more."),
    ] {
        let response = world.post(&path, fields).await;
        assert_eq!(response.status(), status, "{fields:?}");
        let html = response.text().await.unwrap();
        assert!(html.contains(said), "{said} is not in the answer to {:?}", fields[0]);
    }
    let kept = world.post(&path, &[("do", "contact"), ("email", "no"), ("name", "<i>Kept</i>")]).await;
    assert!(kept.text().await.unwrap().contains("value=\"&lt;i&gt;Kept&lt;/i&gt;\""));
    let other_site = world.browser().post(world.url(&path)).header("sec-fetch-site", "cross-site");
    let other_site = other_site.form(&[("do", "problem"), ("words", "forged")]).send().await.unwrap();
    assert_eq!(other_site.status(), 403);
    assert_eq!(world.post(&path, &[("words", &"x".repeat(500_000))]).await.status(), 413);
    let lead = world.store.acting_as(world.caller(Role::Lead));
    assert_eq!(lead.customer_panel(&world.migration, AccountNumber(1)).await.unwrap().requests.len(), 1);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let before = lead.account(&world.migration, AccountNumber(1)).await.unwrap();
    for query in ["", "?do=problem&words=x", "?said=ready", "?said=%3Cscript%3E"] {
        assert_eq!(world.get(&format!("{path}{query}")).await.status(), 200);
    }
    let after = lead.account(&world.migration, AccountNumber(1)).await.unwrap();
    assert_eq!(before.history.len(), after.history.len());
    assert!(lead.customer_panel(&world.migration, AccountNumber(1)).await.unwrap().requests.is_empty());
}

#[tokio::test]
async fn opting_out_takes_the_main_contacts_word() {
    let world = World::new().await;
    world.store.keep_letters();
    let path = world.with_page("").await;
    let fields = [("do", "opt_out"), ("why", "needs_time"), ("words", ""), ("sure", "yes")];
    assert_eq!(world.post(&path, &fields).await.status(), 303);
    let lead = world.store.acting_as(world.caller(Role::Lead));
    let lines = lead.account_messages(&world.migration, AccountNumber(1)).await.unwrap();
    let key = lines.iter().find(|line| line.message.key.as_str().contains("confirm")).unwrap().message.key.clone();
    let text = lead.message(&world.migration, &key).await.unwrap().content.unwrap().text;
    let at = text.find("/c/confirm/").unwrap();
    let confirm = text[at..].split_whitespace().next().unwrap();
    let status = async || lead.account(&world.migration, AccountNumber(1)).await.unwrap().row.state.status();
    let shown = world.get(confirm).await.text().await.unwrap();
    assert!(shown.contains("Not moving: We need more time") && shown.contains("<form method=\"post\">"));
    assert_eq!(status().await, domain::status::Status::Scheduled, "a link scanner confirms nothing");
    let done = world.post(confirm, &[]).await;
    assert_eq!(done.status(), 200);
    assert_eq!(status().await, domain::status::Status::OptedOut);
    assert_eq!(world.post(confirm, &[]).await.status(), 409);
}

#[tokio::test]
async fn the_calendar_has_a_token_of_its_own() {
    let world = World::new().await;
    let path = world.with_page("").await;
    let html = world.get(&path).await.text().await.unwrap();
    let at = html.find("date.ics").unwrap();
    let start = html[..at].rfind("href=\"").unwrap() + "href=\"".len();
    let calendar = &html[start..at + "date.ics".len()];
    assert!(!calendar.contains(path.strip_prefix("/c/").unwrap()), "whoever shares the calendar shares no page");
    let response = world.get(calendar).await;
    assert_eq!(response.headers()["content-type"], "text/calendar; charset=utf-8");
    let text = response.text().await.unwrap();
    for line in ["BEGIN:VEVENT", "STATUS:CONFIRMED", "DTSTART;VALUE=DATE:20300527"] {
        assert!(text.contains(line), "{text}");
    }
    for private in PRIVATE {
        assert!(!text.contains(private), "{private} is in the calendar");
    }
}

#[tokio::test]
async fn one_click_ends_the_messages_and_a_scanner_does_not() {
    let world = World::new().await;
    let path = world.with_page("fr").await;
    let lead = world.store.acting_as(world.caller(Role::Lead));
    // The address goes out with a message: the one that confirms opting out.
    let fields = [("do", "opt_out"), ("why", "other"), ("sure", "yes")];
    world.post(&path, &fields).await;
    let leases = world.store.system("test").lease_due(10, chrono::Duration::minutes(5)).await.unwrap();
    let address = leases.messages.iter().find_map(|leased| leased.unsubscribe.clone()).unwrap();
    let way_out = address.strip_prefix("https://move.ledger.example").unwrap();
    let out = async || {
        let customer = lead.customer(&"C-0".into()).await.unwrap();
        customer.customer.profile.contacts[0].unsubscribed.is_some()
    };
    let shown = world.get(way_out).await;
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.unwrap().contains("Plus de messages"));
    assert!(!out().await, "a GET never unsubscribes");
    // As a mail provider's server sends it (RFC 8058).
    let post = world.browser().post(world.url(way_out)).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(post.body("List-Unsubscribe=One-Click").send().await.unwrap().status(), 200);
    assert!(out().await);
    assert_eq!(world.post(way_out, &[]).await.status(), 200, "twice is no error");
}

#[tokio::test]
async fn the_preview_is_for_colleagues_and_opens_nothing() {
    let world = World::new().await;
    world.with_page("").await;
    let preview = format!("/m/{}/customer-page/preview?account=1&lang=de", world.migration);
    assert_eq!(world.get(&preview).await.status(), 303, "to the sign-in page");
    let viewer = world.signed_in(Role::Viewer).await;
    let response = viewer.get(world.url(&preview)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
    let html = response.text().await.unwrap();
    assert!(html.contains("Montag, 27. Mai 2030") && !html.contains("/c/"), "{html}");
}
