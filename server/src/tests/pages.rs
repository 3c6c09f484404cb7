//! Pages, headers, the public status page.

use super::world::World;
use domain::policy::Role;

#[tokio::test]
async fn anonymous_visitors_are_sent_to_the_sign_in_page_and_back() {
    let world = World::new().await;
    let browser = world.browser();
    for (path, target) in [
        ("/", "/sign-in"),
        ("/m/ledger-3/accounts?status=blocked", "/sign-in?next=%2Fm%2Fledger-3%2Faccounts%3Fstatus%3Dblocked"),
        ("/audit", "/sign-in?next=%2Faudit"),
        ("/live?migration=x", "/sign-in?next=%2Flive%3Fmigration%3Dx"),
    ] {
        let response = browser.get(world.url(path)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["location"].to_str().unwrap()), (303, target));
    }
    for path in ["/sign-in", "/welcome/none"] {
        let response = browser.get(world.url(path)).send().await.unwrap();
        assert!(!response.status().is_redirection(), "{path}: {}", response.status());
    }
}

#[tokio::test]
async fn every_page_is_rendered_with_its_data_and_a_strict_policy() {
    let world = World::new().await;
    let browser = world.signed_in(Role::Admin).await;
    for (path, content) in [
        ("/", "Internal codename"),
        ("/new", "Deadline"),
        ("/m/ledger-3/accounts", "Halvorsen Maritime AS"),
        ("/m/ledger-3/accounts/1", "Halvorsen Maritime AS"),
        ("/m/ledger-3/cohorts", "Secret cohort"),
        ("/m/ledger-3/imports", "Import"),
        ("/m/ledger-3/settings", "Internal codename"),
        ("/m/ledger-3/status-page", "What readers would see"),
        ("/m/ledger-3/status-page/texts", "Save the draft"),
        ("/m/ledger-3/status-page/components", "No parts yet"),
        ("/m/ledger-3/status-page/incidents", "Nothing has happened"),
        ("/m/ledger-3/status-page/incidents?new=maintenance", "Starts and ends at these times by itself"),
        ("/m/ledger-3/status-page/templates", "No templates yet"),
        ("/m/ledger-3/status-page/look", "Accent on dark ground"),
        ("/m/ledger-3/notifications/templates", "Notice of the date"),
        ("/m/ledger-3/notifications/templates/1", "Your migration team"),
        ("/m/ledger-3/notifications/templates/new", "New template"),
        ("/customers?q=halvorsen&sort=-plan", "Halvorsen Maritime AS"),
        ("/customers/C-0", "Internal codename"),
        ("/users", "lead@company.example"),
        ("/audit", "signed in"),
        ("/erasure", "Erase"),
    ] {
        let response = browser.get(world.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        let html = response.text().await.unwrap();
        assert!(html.contains(content), "{path} does not say {content:?}");
        assert!(!html.contains("<script>alert(1)"), "{path} does not escape");
        assert!(!html.contains(" style=\""), "{path} has an inline style, which the policy forbids");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
        let (scripts, allowed) = (html.matches("<script").count(), html.matches(&format!("nonce=\"{nonce}\"")).count());
        assert_eq!(scripts, allowed, "{path} has a script without the nonce");
    }
    let missing = browser.get(world.url("/nowhere")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn the_status_page_shows_progress_and_nothing_private() {
    let world = World::new().await;
    let browser = world.browser();
    let get = || browser.get(world.url("/status/ledger-3")).send();
    assert_eq!(get().await.unwrap().status(), 404, "not published yet");
    world.store.acting_as(world.caller(Role::Lead)).publish(&world.migration, true).await.unwrap();
    world.pages.render_all(&world.store);
    let response = get().await.unwrap();
    assert_eq!(response.status(), 200);
    let etag = response.headers()["etag"].clone();
    let html = response.text().await.unwrap();
    for content in ["The move to Ledger 3", "0 of 2 accounts have moved", "Wave 1", "The migration has not started yet"]
    {
        assert!(html.contains(content), "{content} is missing");
    }
    for private in ["Internal codename", "Secret cohort", "Halvorsen", "<script>alert"] {
        assert!(!html.contains(private), "{private} is public");
    }
    let again = browser.get(world.url("/status/ledger-3")).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let brotli = browser.get(world.url("/status/ledger-3")).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(brotli.headers()["content-encoding"], "br");
    assert!(brotli.bytes().await.unwrap().len() < 25_000);
    world.store.acting_as(world.caller(Role::Lead)).publish(&world.migration, false).await.unwrap();
    world.pages.render_all(&world.store);
    assert_eq!(get().await.unwrap().status(), 404);
}

#[tokio::test]
async fn machines_see_health_metrics_and_cached_files() {
    let world = World::new().await;
    let browser = world.browser();
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(browser.get(world.url(path)).send().await.unwrap().status(), 200, "{path}");
    }
    let passed_on = browser.get(world.url("/metrics")).header("x-forwarded-for", "203.0.113.9").send().await.unwrap();
    assert_eq!(passed_on.status(), 404, "metrics are for this machine only");
    let file = browser.get(world.url("/pkg/landbridge.1234.css")).send().await.unwrap();
    assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(file.headers().contains_key("x-request-id"));
    assert_eq!(browser.get(world.url("/pkg/../audit.key")).send().await.unwrap().status(), 303);
    world.store.close().await;
    assert_eq!(browser.get(world.url("/readyz")).send().await.unwrap().status(), 503);
    assert_eq!(browser.get(world.url("/healthz")).send().await.unwrap().status(), 200);
}

/// The HTML of a message is a document of its own: it may be framed by our pages, shows its styles, and runs nothing.
#[tokio::test]
async fn the_html_of_a_message_is_framed_and_runs_nothing() {
    let world = World::new().await;
    let contact = domain::customer::Contact { email: "it@halvorsen.example".into(), ..Default::default() };
    let change = vec![domain::customer::edit::CustomerChange::AddContact { contact }];
    let operator = world.store.acting_as(world.caller(Role::Operator));
    operator.change_customer(&"C-0".into(), "a-contact-is-added".into(), change).await.unwrap();
    let path = format!("/m/{}/notifications/preview", world.migration);
    let draft = serde_json::json!({ "name": "x", "kind": "notice", "fallback": "en", "variants": { "en": {
        "subject": "a", "text": "b", "html": "<p style=\"color: red\">{{ customer.name }}</p><script>alert(1)</script>",
    } } });
    let form =
        [("draft", draft.to_string()), ("language", "en".into()), ("account", "1".into()), ("scheme", "dark".into())];
    let post = |browser: &reqwest::Client, pairs: &[(&str, String)]| {
        let pairs = pairs.iter().map(|(key, value)| format!("{key}={}", domain::view::escape(value)));
        let request = browser.post(world.url(&path)).header("content-type", "application/x-www-form-urlencoded");
        request.body(pairs.collect::<Vec<_>>().join("&")).send()
    };
    let send = async |browser: &reqwest::Client| post(browser, &form).await.unwrap();
    assert_eq!(send(&world.browser()).await.status(), 401);
    let browser = world.signed_in(Role::Viewer).await;
    let response = send(&browser).await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("script-src"),
        "{policy}"
    );
    assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
    let html = response.text().await.unwrap();
    assert!(
        html.contains("<p style=\"color: red\">Halvorsen Maritime AS</p>") && html.contains("@media all"),
        "{html}"
    );
    let nonsense = [("draft", "{".to_owned()), ("language", "en".to_owned())];
    assert_eq!(post(&browser, &nonsense).await.unwrap().status(), 422);
}
