//! The pages over HTTP: what a request may choose, what it may not, and what is served when there is no database.

use super::super::disk;
use super::super::site::Key;
use super::sample;
use crate::public_pages::{AppHosts, Front, PublicPages};
use crate::tests::world::World;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response};
use std::path::Path;

async fn shown() -> (World, Client) {
    let world = World::new().await;
    world.pages.show(vec![sample::full()]);
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    (world, client)
}

async fn get(world: &World, client: &Client, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(world, client, Method::GET, path, headers).await
}

async fn ask(world: &World, client: &Client, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = client.request(method, world.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

#[tokio::test]
async fn the_language_is_chosen_by_link_or_by_browser() {
    let (world, client) = shown().await;
    for (query, accepted, language) in [
        ("", "de-CH, en;q=0.5", "de"),
        ("", "fr, en;q=0.5", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=xx", "de", "de"),
        ("?lang=%3Cscript%3E", "", "en"),
        ("?lang=", "", "en"),
    ] {
        let response =
            get(&world, &client, &format!("/status/ledger-3{query}"), &[("accept-language", accepted)]).await;
        assert_eq!(header(response.headers(), "vary"), "accept-encoding, accept-language");
        let html = response.text().await.unwrap();
        assert!(html.contains(&format!("<html lang=\"{language}\">")), "{query} {accepted}");
    }
}

#[tokio::test]
async fn nothing_else_of_a_query_counts_or_costs() {
    let (world, client) = shown().await;
    let site = world.pages.by_slug("ledger-3").unwrap();
    let plain = get(&world, &client, "/status/ledger-3", &[]).await;
    let etag = header(plain.headers(), "etag").to_owned();
    let plain = plain.bytes().await.unwrap();
    for query in
        ["?x=1", "?a=b&c=d", "?tz=Mars%2FOlympus", "?utm=1&lang=zz", "?month=2026-05", "?limit=7", "?%00", "?lang"]
    {
        let response = get(&world, &client, &format!("/status/ledger-3{query}"), &[]).await;
        assert_eq!(header(response.headers(), "etag"), etag, "{query}");
        assert_eq!(response.bytes().await.unwrap(), plain, "{query}");
    }
    let newest = get(&world, &client, "/status/ledger-3/history", &[]).await.bytes().await.unwrap();
    for query in ["?month=1999-01", "?month=9999999-01", "?month=x"] {
        let other = get(&world, &client, &format!("/status/ledger-3/history{query}"), &[]).await;
        assert_eq!(other.bytes().await.unwrap(), newest, "{query}");
    }
    // One rendering was made for all of them.
    assert!(site.ready(Key::History { language: 0, zone: 0, month: (2026, 5) }).is_some());
    assert!(site.ready(Key::History { language: 0, zone: 0, month: (1999, 1) }).is_none());
    let zone = get(&world, &client, "/status/ledger-3?tz=America%2FNew_York", &[]).await;
    assert!(zone.text().await.unwrap().contains("Times in New York"));
    let feed = get(&world, &client, "/status/ledger-3/history.atom?limit=1", &[]).await;
    assert_eq!(feed.text().await.unwrap().matches("<entry>").count(), 1);
}

#[tokio::test]
async fn every_address_has_its_type_and_may_be_kept_briefly() {
    let (world, client) = shown().await;
    let logo = world.pages.by_slug("ledger-3").unwrap().logo.as_ref().unwrap().name.clone();
    let second = "public, max-age=1, stale-if-error=86400";
    let minute = "public, max-age=60, stale-if-error=86400";
    for (path, media_type, caching, open) in [
        ("", "text/html; charset=utf-8", second, false),
        ("/", "text/html; charset=utf-8", second, false),
        ("/history", "text/html; charset=utf-8", second, false),
        ("/incidents/1", "text/html; charset=utf-8", second, false),
        ("/widget", "text/html; charset=utf-8", second, true),
        ("/api/v2/summary.json", "application/json; charset=utf-8", second, true),
        ("/api/v2/scheduled-maintenances/active.json", "application/json; charset=utf-8", second, true),
        ("/history.atom", "application/atom+xml; charset=utf-8", minute, true),
        ("/history.rss", "application/rss+xml; charset=utf-8", minute, true),
        ("/calendar.ics", "text/calendar; charset=utf-8", minute, true),
        ("/badge.svg", "image/svg+xml", minute, true),
        (&format!("/{logo}"), "image/png", "public, max-age=31536000, immutable", true),
    ] {
        let path = format!("/status/ledger-3{path}");
        let whole = get(&world, &client, &path, &[]).await;
        assert_eq!(whole.status(), 200, "{path}");
        let headers = whole.headers().clone();
        assert_eq!(header(&headers, "content-type"), media_type, "{path}");
        assert_eq!(header(&headers, "cache-control"), caching, "{path}");
        assert_eq!(header(&headers, "access-control-allow-origin"), if open { "*" } else { "" }, "{path}");
        assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
        assert!(header(&headers, "content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(header(&headers, "x-frame-options"), if path.ends_with("/widget") { "" } else { "DENY" }, "{path}");
        let length = whole.bytes().await.unwrap().len();

        let head = ask(&world, &client, Method::HEAD, &path, &[]).await;
        assert_eq!(
            (head.status().as_u16(), header(head.headers(), "content-length")),
            (200, length.to_string().as_str()),
            "{path}"
        );
        assert!(head.bytes().await.unwrap().is_empty());
        let again = get(&world, &client, &path, &[("if-none-match", header(&headers, "etag"))]).await;
        assert_eq!(again.status(), 304, "{path}");
        assert_eq!(header(again.headers(), "etag"), header(&headers, "etag"));
        assert!(again.bytes().await.unwrap().is_empty());
        for encoding in ["br", "gzip"] {
            let packed = get(&world, &client, &path, &[("accept-encoding", encoding)]).await;
            let name = header(packed.headers(), "content-encoding").to_owned();
            let bytes = packed.bytes().await.unwrap().len();
            assert!(
                name == encoding && bytes < length || name.is_empty() && bytes == length,
                "{path} {encoding} {name} {bytes} {length}"
            );
        }
        let asked = ask(&world, &client, Method::OPTIONS, &path, &[("origin", "https://a.example")]).await;
        assert_eq!(
            (asked.status().as_u16(), header(asked.headers(), "access-control-allow-methods")),
            (204, "GET, HEAD")
        );
    }
    for missing in ["/incidents/99", "/incidents/3", "/logo-0000", "/api/v2/nothing.json", "/nothing", "/history/x"] {
        let response = get(&world, &client, &format!("/status/ledger-3{missing}"), &[]).await;
        assert_eq!(response.status(), 404, "{missing}");
        assert_eq!(header(response.headers(), "cache-control"), "no-store");
    }
    let other = get(&world, &client, "/status/nowhere", &[("accept-language", "de")]).await;
    assert_eq!(other.status(), 404);
    assert!(other.text().await.unwrap().contains("Hier ist keine Statusseite"));
}

#[tokio::test]
async fn a_host_of_its_own_shows_the_page_and_nothing_of_the_app() {
    let (world, client) = shown().await;
    let own = [("host", "Status.Ledger.Example:8443")];
    let at_app = get(&world, &client, "/status/ledger-3", &[]).await.bytes().await.unwrap();
    let at_own = get(&world, &client, "/", &own).await;
    assert_eq!(at_own.status(), 200);
    assert_eq!(at_own.bytes().await.unwrap(), at_app, "the same bytes under both names");
    for path in [
        "/status/ledger-3",
        "/api/v2/summary.json",
        "/history.atom",
        "/status/ledger-3/badge.svg",
        "/incidents/1",
        "/healthz",
    ] {
        assert_eq!(get(&world, &client, path, &own).await.status(), 200, "{path}");
    }
    for path in [
        "/sign-in",
        "/users",
        "/status/sign-in",
        "/status/ledger-33",
        "/pkg/landbridge.1234.css",
        "/m/ledger-3/accounts",
    ] {
        assert_eq!(get(&world, &client, path, &own).await.status(), 404, "{path}");
    }
    assert_eq!(ask(&world, &client, Method::POST, "/api/session/sign-in", &own).await.status(), 404);
}

#[tokio::test]
async fn a_name_that_is_not_ours_gets_nothing_and_reaches_no_link() {
    let (world, client) = shown().await;
    for host in [
        "evil.example",
        "status.ledger.example.evil.example",
        "10.0.0.1",
        "test.evil.example",
        "localhost.evil.example",
    ] {
        for path in ["/", "/sign-in", "/status/ledger-3", "/api/v2/summary.json"] {
            let response = get(&world, &client, path, &[("host", host)]).await;
            assert_eq!(response.status(), 421, "{host}{path}");
            let words = response.text().await.unwrap();
            assert!(words.contains("LANDBRIDGE_BASE_URL") && !words.contains(host), "{words}");
        }
    }
    for host in ["test", "TEST:80", "localhost", "127.0.0.1:1"] {
        let names = [("host", host), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
        for path in ["", "/history.atom", "/history.rss", "/calendar.ics", "/api/v2/summary.json"] {
            let response = get(&world, &client, &format!("/status/ledger-3{path}"), &names).await;
            assert_eq!(response.status(), 200, "{host}{path}");
            let text = response.text().await.unwrap();
            assert!(!text.contains("evil.example") && !text.contains("localhost"), "{host}{path}");
        }
        assert_eq!(get(&world, &client, "/sign-in", &names).await.status(), 200);
    }
    for (host, rules) in [("test", "Allow: /status/\nDisallow: /\n"), ("status.ledger.example", "Allow: /\n")] {
        let robots = get(&world, &client, "/robots.txt", &[("host", host)]).await.text().await.unwrap();
        assert_eq!(robots, format!("User-agent: *\n{rules}"));
    }
    let machine = get(&world, &client, "/healthz", &[("host", "10.1.2.3:3000")]).await;
    assert_eq!(machine.status(), 200);
}

#[tokio::test]
async fn a_closed_store_changes_nothing_for_readers() {
    let (world, client) = shown().await;
    world.store.close().await;
    for path in ["", "/api/v2/status.json", "/history?month=2026-04", "/incidents/4", "/history.rss?limit=3"] {
        assert_eq!(get(&world, &client, &format!("/status/ledger-3{path}"), &[]).await.status(), 200, "{path}");
    }
    assert_eq!(get(&world, &client, "/readyz", &[]).await.status(), 503);
}

#[tokio::test]
async fn a_crowd_that_wants_what_was_not_rendered_costs_one_rendering() {
    let (world, client) = shown().await;
    let asked = (0..50).map(|_| get(&world, &client, "/status/ledger-3/incidents/1?lang=de&tz=Asia%2FTokyo", &[]));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let site = world.pages.by_slug("ledger-3").unwrap();
    let zone = site.zones.iter().position(|zone| zone.name() == "Asia/Tokyo").unwrap() as u8;
    let key = Key::Incident { language: 1, zone, number: 1 };
    let kept = site.ready(key).unwrap();
    assert!(std::sync::Arc::ptr_eq(&kept, &site.ready(key).unwrap()));
}

#[test]
fn a_change_is_rendered_and_what_is_as_before_is_not() {
    let pages = PublicPages::new("http://test", None);
    pages.show(vec![sample::full()]);
    let first = pages.by_slug("ledger-3").unwrap();
    let atom = Key::Atom { language: 0, limit: 50 };
    let past = Key::Incident { language: 0, zone: 0, number: 4 };
    first.make(past);
    pages.show(vec![sample::full()]);
    assert!(std::sync::Arc::ptr_eq(&first, &pages.by_slug("ledger-3").unwrap()));
    let mut moved = sample::full();
    moved.progress.moved += 100;
    pages.show(vec![moved]);
    let second = pages.by_slug("ledger-3").unwrap();
    let page = Key::Page { language: 0, zone: 0 };
    assert!(String::from_utf8_lossy(second.ready(page).unwrap().bytes()).contains("25,505"));
    // The feed and the past do not follow the progress.
    for key in [atom, past] {
        assert!(std::sync::Arc::ptr_eq(&first.ready(key).unwrap(), &second.ready(key).unwrap()), "{key:?}");
    }
    let mut told = sample::full();
    told.incidents[0].updates.pop();
    pages.show(vec![told]);
    let third = pages.by_slug("ledger-3").unwrap();
    assert!(
        third.ready(past).is_none()
            && !std::sync::Arc::ptr_eq(&second.ready(atom).unwrap(), &third.ready(atom).unwrap())
    );
    pages.show(Vec::new());
    assert!(pages.by_slug("ledger-3").is_none() && pages.by_host("status.ledger.example").is_none());
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_was_published_last_is_on_disk_and_served_without_an_application() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("published");
    let pages = PublicPages::new("http://test", Some(kept.clone()));
    let other = domain::public_page::PublicPage { slug: "other".into(), look: Default::default(), ..sample::random(3) };
    pages.show(vec![sample::full(), other.clone()]);
    assert_eq!(names(&kept), ["ledger-3.json", "other.json"]);
    let bytes = pages.by_slug("other").unwrap().ready(Key::Page { language: 0, zone: 0 }).unwrap().bytes().to_vec();

    // What is broken, or of another version, does not hinder the rest.
    std::fs::write(kept.join("broken.json"), "{").unwrap();
    std::fs::write(kept.join("half.new"), "{").unwrap();
    let again = std::sync::Arc::new(PublicPages::new("http://test", Some(kept.clone())));
    assert!(!again.is_empty() && PublicPages::new("http://test", Some(folder.path().join("none"))).is_empty());
    assert_eq!(again.by_slug("other").unwrap().page, other);
    assert_eq!(again.by_slug("other").unwrap().ready(Key::Page { language: 0, zone: 0 }).unwrap().bytes(), bytes);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let front = Front::new(again.clone(), AppHosts::new(None));
    let service = axum::ServiceExt::<axum::extract::Request>::into_make_service(front);
    tokio::spawn(async move { axum::serve(listener, service).await });
    let client = Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| client.get(format!("http://{address}{path}")).send().await.unwrap();
    assert_eq!(get("/status/ledger-3").await.status(), 200);
    assert_eq!(get("/healthz").await.status(), 200);
    for path in ["/", "/readyz", "/status/nowhere", "/sign-in"] {
        let response = get(path).await;
        assert_eq!((response.status().as_u16(), header(response.headers(), "retry-after")), (503, "5"), "{path}");
    }
    again.show(vec![sample::full()]);
    assert!(!names(&kept).contains(&"other.json".to_owned()), "a page that was taken back is gone");
    assert!(disk::write(&kept, &domain::public_page::PublicPage { slug: "../evil".into(), ..sample::full() }).is_err());
}
