//! The pages as HTML.

use super::super::render::{View, shell};
use super::super::site::Key;
use super::{everything, sample, site, text};
use domain::public_page::Overall;
use domain::status_page::Localized;

const PAGE: Key = Key::Page { language: 0, zone: 0 };
const BUDGET: usize = 25_000;

#[test]
fn the_page_says_everything_without_script() {
    let site = site(sample::full());
    let html = text(&site, PAGE);
    for content in [
        "<html lang=\"en\">",
        "<title>Moving now, 25\u{a0}% · Move to Ledger 3</title>",
        "Europe is moving now.",
        "25,405 of 100,000 accounts have moved",
        "all are to move by 26 June 2026",
        "Sunday 24 May, 02:24",
        "Times in Berlin (UTC+2).",
        "<strong>Sign in</strong> once more",
        "Webhooks arrive late",
        "The new <em>queue</em> was too small.",
        "minor, affects Webhooks",
        "Billing is read-only",
        "Tuesday 26 May, 00:30",
        "data-t=\"e\">04:30</time>",
        "Change the API address",
        "<code>/v3</code>",
        "Will my customers notice?",
        "support@ledger.example",
        "Other migrations",
        "The new sign-in",
        "Reports were slow",
        "<option value=\"Europe/Berlin\" selected>Berlin (UTC+2)</option>",
        "<link rel=\"canonical\" href=\"https://status.ledger.example/\">",
        "hreflang=\"de\" href=\"https://status.ledger.example/?lang=de\"",
        "href=\"/status/ledger-3/history.atom\"",
        "action=\"/status/ledger-3/subscribe\"",
        "name=\"components\" value=\"2\"",
        "name=\"waves\" value=\"3\"",
        "src=\"/status/ledger-3/logo-",
        "https://ledger.example/privacy",
    ] {
        assert!(html.contains(content), "{content} is missing in {html}");
    }
    for hidden in [
        "called off",
        "Only when it hurts",
        "javascript:",
        "Evil",
        " style=\"",
        "Platform</span><span class=\"state ok",
    ] {
        assert!(!html.contains(hidden), "{hidden} is shown");
    }
    assert!(site.ready(PAGE).unwrap().compressed() < 12_000, "{}", site.ready(PAGE).unwrap().compressed());
}

#[test]
fn a_reader_of_another_language_gets_it_and_what_is_missing_is_marked() {
    let site = site(sample::full());
    let html = text(&site, Key::Page { language: 1, zone: 0 });
    for content in [
        "<html lang=\"de\">",
        "Europe zieht gerade um.",
        "25.405 von 100.000 Konten sind umgezogen",
        "Sonntag, 24. Mai, 02:24",
        "Welle 1",
        "Webhooks kommen verspätet an",
        "Die API-Adresse ändern",
        "<div class=\"text\" lang=\"en\"><p>They can pay all the time.</p>",
        "lang=\"en\">Europe</h3>",
        "<link rel=\"canonical\" href=\"https://status.ledger.example/?lang=de\">",
        "name=\"language\" value=\"de\"",
    ] {
        assert!(html.contains(content), "{content} is missing in {html}");
    }
}

#[test]
fn the_sentence_is_the_domains_while_there_is_no_trouble() {
    let mut page = sample::full();
    page.incidents.clear();
    page.components.clear();
    for overall in [Overall::Planned, Overall::Moving, Overall::Held, Overall::Done] {
        for moved in [0, 7] {
            page.overall = overall;
            page.progress.moved = moved;
            let site = site(page.clone());
            assert_eq!(View::new(&site, 0, 0).sentence(), page.sentence());
        }
    }
    // With an open incident nothing "works as usual".
    let troubled = site(domain::public_page::PublicPage { overall: Overall::Held, ..sample::full() });
    assert_eq!(View::new(&troubled, 0, 0).sentence(), "The migration is on hold for the moment.");
    page.content.headline = Localized::one("en", "All is well.");
    assert_eq!(View::new(&site(page), 0, 0).sentence(), "All is well.");
}

#[test]
fn a_chosen_zone_is_used_everywhere_and_left_alone_by_the_script() {
    let site = site(sample::full());
    let zone = site.zones.iter().position(|zone| zone.name() == "America/New_York").unwrap() as u8;
    let html = text(&site, Key::Page { language: 0, zone });
    assert!(html.contains("data-zone=\"chosen\""));
    assert!(html.contains("Monday 25 May, 18:30") && html.contains("data-t=\"e\">22:30</time>"), "{html}");
    assert!(html.contains("Times in New York (UTC−4)."), "{html}");
}

#[test]
fn nothing_that_somebody_wrote_runs_or_leaves_its_place() {
    for seed in 0..12 {
        let site = site(sample::random(seed));
        let policy = shell::page_policy(&site.page.look);
        for (key, bytes) in everything(&site) {
            // Not documents that a browser would run: they are sent under types of their own, with `nosniff`.
            if key.starts_with("Json") || key.starts_with("Calendar") || key == "Logo" {
                continue;
            }
            let text = String::from_utf8(bytes).unwrap_or_default();
            let lower = text.to_lowercase();
            let scripts = lower.matches("<script").count();
            let own = usize::from(key.starts_with("Page") || key.starts_with("History") || key.starts_with("Incident"));
            assert_eq!(scripts, own, "{seed} {key}: {text}");
            if lower.starts_with("<!doctype html") {
                for bad in [
                    "href=\"javascript:",
                    "src=\"javascript:",
                    "<img src=\"x",
                    "<svg onload",
                    " onerror=alert(1)>",
                    " style=\"",
                ] {
                    assert!(!lower.contains(bad), "{seed} {key} has {bad}: {text}");
                }
            }
            if own == 1 {
                // The style and the script are exactly what the policy allows.
                let inside = |tag: &str| {
                    let open = format!("<{tag}>");
                    text.split(&open)
                        .skip(1)
                        .map(|rest| rest.split(&format!("</{tag}>")).next().unwrap_or("").to_owned())
                        .collect::<Vec<_>>()
                };
                for content in inside("style").into_iter().chain(inside("script")) {
                    let hash = base64::Engine::encode(
                        &base64::engine::general_purpose::STANDARD,
                        <sha2::Sha256 as sha2::Digest>::digest(content.as_bytes()),
                    );
                    assert!(policy.contains(&format!("'sha256-{hash}'")), "{seed} {key}: {policy}");
                }
            }
        }
    }
}

/// The longest update that may be written, many incidents, waves and parts: the page stays small and leads to the rest.
#[test]
fn the_page_keeps_its_size_whatever_is_written() {
    use domain::status_page::IncidentState::Investigating;
    let mut page = sample::full();
    // Words that do not compress well: a number each.
    let long: String =
        (0..4_000u64).map(|n| format!("{:x} ", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect::<String>();
    let long: String = long.chars().take(25_000).collect();
    for number in 10..30 {
        let updates = (1..=8).map(|n| sample::update(n, Investigating, &long, "2026-05-23T23:32:00Z")).collect();
        page.incidents.insert(0, sample::incident(number, &format!("Incident {number}"), Investigating, updates));
    }
    for number in 10..60 {
        page.components.push(sample::component(number, &format!("Part {number} of the service"), None));
        let wave = page.waves[1].clone();
        page.waves.push(domain::public_page::PublicWave { number: domain::id::CohortNumber(number), ..wave });
    }
    let site = site(page);
    let size = site.ready(PAGE).unwrap().compressed();
    assert!(size <= BUDGET, "{size} bytes");
    let html = text(&site, PAGE);
    assert!(html.contains("More that is open") && html.contains("/status/ledger-3/incidents/29"));
    assert!(text(&site, Key::Incident { language: 0, zone: 0, number: 29 }).contains(long[24_000..].trim()));
}

#[test]
fn history_goes_by_month_and_every_incident_has_a_page() {
    let site = site(sample::full());
    assert_eq!(site.months, [(2026, 5), (2026, 4)]);
    let april = text(&site, Key::History { language: 0, zone: 0, month: (2026, 4) });
    assert!(april.contains("<h1>History, April 2026</h1>") && april.contains("Reports were slow"), "{april}");
    assert!(!april.contains("Webhooks arrive late") && april.contains("/status/ledger-3/history?month=2026-05"));
    let incident = text(&site, Key::Incident { language: 1, zone: 0, number: 1 });
    assert!(incident.contains("Webhooks kommen verspätet an") && incident.contains("id=\"update-3\""), "{incident}");
    assert!(incident.contains("<link rel=\"canonical\" href=\"https://status.ledger.example/incidents/1?lang=de\">"));
    let mut empty = sample::full();
    empty.incidents.clear();
    let empty = super::site(empty);
    assert!(text(&empty, Key::History { language: 0, zone: 0, month: (0, 1) }).contains("Nothing has happened yet."));
}

#[test]
fn a_maintenance_that_stands_for_a_wave_is_told_once() {
    let mut page = sample::full();
    let window = page.waves[2].window;
    page.incidents[1].window = window;
    let html = text(&site(page.clone()), PAGE);
    assert!(html.contains("<a href=\"/status/ledger-3/incidents/2\">Americas</a>"), "{html}");
    assert!(html.contains("Planned maintenance"), "it affects a part, which the wave does not say");
    page.incidents[1].components.clear();
    let html = text(&site(page), PAGE);
    assert!(
        html.contains("<a href=\"/status/ledger-3/incidents/2\">Americas</a>") && !html.contains("Planned maintenance")
    );
}

#[test]
fn the_widget_is_small_and_may_be_framed() {
    let site = site(sample::full());
    let html = text(&site, Key::Widget { language: 0 });
    assert!(html.contains("Move to Ledger 3") && html.contains("Open problem:") && !html.contains("<script"), "{html}");
    assert!(shell::widget_policy(&site.page.look).ends_with("frame-ancestors *"));
    assert!(shell::page_policy(&site.page.look).ends_with("frame-ancestors 'none'"));
}

#[test]
fn only_a_picture_is_a_logo() {
    let logo = |bytes: &str| {
        let mut page = sample::full();
        page.look.logo = Some(domain::status_page::Logo { media_type: "image/png".into(), bytes: bytes.into() });
        site(page).logo.as_ref().map(|logo| logo.media_type)
    };
    assert_eq!(
        site(sample::full()).logo.as_ref().map(|logo| logo.media_type),
        Some("image/png"),
        "not what was claimed"
    );
    assert_eq!(logo("PHNjcmlwdD4="), None);
    assert_eq!(logo("not base64"), None);
    assert_eq!(logo("/9j/4AAQ"), Some("image/jpeg"));
}
