//! JSON, feeds, calendar and badge, read back by other code than that which wrote them.

use super::super::address::Document;
use super::super::site::Key;
use super::{everything, sample, site, text};
use domain::status_page::{ComponentState, Impact, IncidentState};
use serde_json::Value;
use std::collections::BTreeSet;

fn json(document: Document) -> Value {
    serde_json::from_str(&text(&site(sample::full()), Key::Json { language: 0, document })).unwrap()
}

/// The keys of contracts.md, exactly.
fn has(value: &Value, keys: &[&str]) {
    let found: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found, keys.iter().copied().collect::<BTreeSet<_>>(), "{value}");
}

const COMPONENT: [&str; 13] = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
];
const INCIDENT: [&str; 13] = [
    "id",
    "name",
    "status",
    "impact",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "started_at",
    "shortlink",
    "page_id",
    "components",
    "incident_updates",
];

fn is_incident(incident: &Value, more: &[&str]) {
    has(incident, &[&INCIDENT[..], more].concat());
    assert!(Impact::from_code(incident["impact"].as_str().unwrap()).is_some());
    assert!(IncidentState::from_code(incident["status"].as_str().unwrap()).is_some());
    let times: Vec<_> = incident["incident_updates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|update| {
            has(
                update,
                &[
                    "id",
                    "incident_id",
                    "status",
                    "body",
                    "created_at",
                    "updated_at",
                    "display_at",
                    "affected_components",
                    "deliver_notifications",
                ],
            );
            assert_eq!(update["incident_id"], incident["id"]);
            for affected in update["affected_components"].as_array().unwrap() {
                has(affected, &["code", "name", "old_status", "new_status"]);
                assert!(ComponentState::from_code(affected["new_status"].as_str().unwrap()).is_some());
            }
            update["display_at"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "the newest first: {times:?}");
    for component in incident["components"].as_array().unwrap() {
        has(component, &COMPONENT);
    }
}

#[test]
fn the_api_has_the_shape_that_clients_know() {
    let summary = json(Document::Summary);
    has(&summary, &["page", "status", "components", "incidents", "scheduled_maintenances"]);
    has(&summary["page"], &["id", "name", "url", "time_zone", "updated_at"]);
    assert_eq!(summary["page"]["url"], "https://status.ledger.example/");
    assert_eq!(summary["page"]["updated_at"], "2026-05-24T00:24:00.000Z");
    assert_eq!(summary["status"]["indicator"], "minor");
    let components = summary["components"].as_array().unwrap();
    assert_eq!(components.len(), 5);
    has(&components[0], &[&COMPONENT[..], &["components"]].concat());
    assert_eq!((&components[0]["group"], &components[0]["components"][0]), (&Value::Bool(true), &"component-2".into()));
    has(&components[1], &COMPONENT);
    assert_eq!(
        (components[1]["group_id"].as_str(), components[2]["position"].as_u64(), components[1]["status"].as_str()),
        (Some("component-1"), Some(2), Some("degraded_performance"))
    );
    let names = |document, list: &str| {
        let value = json(document);
        has(&value, &["page", list]);
        let more: &[&str] = if list == "incidents" { &[] } else { &["scheduled_for", "scheduled_until"] };
        let found = value[list].as_array().unwrap().clone();
        found.iter().for_each(|incident| is_incident(incident, more));
        found.iter().map(|incident| incident["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(Document::Incidents, "incidents"), ["incident-1", "incident-4"]);
    assert_eq!(names(Document::Unresolved, "incidents"), ["incident-1"]);
    assert_eq!(
        names(Document::Maintenances, "scheduled_maintenances"),
        ["incident-2", "incident-5"],
        "none that was called off"
    );
    assert_eq!(names(Document::Upcoming, "scheduled_maintenances"), ["incident-2"]);
    assert!(names(Document::Active, "scheduled_maintenances").is_empty());
    has(&json(Document::Status), &["page", "status"]);
    has(&json(Document::Components), &["page", "components"]);
}

#[test]
fn the_indicator_is_the_worst_that_is_open() {
    let of = |change: fn(&mut domain::public_page::PublicPage)| {
        let mut page = sample::full();
        page.components.clear();
        page.incidents.clear();
        change(&mut page);
        super::super::statuspage::indicator(&page).0
    };
    assert_eq!(of(|_| {}), "none");
    assert_eq!(of(|page| page.incidents = vec![sample::incident(1, "a", IncidentState::Scheduled, vec![])]), "none");
    assert_eq!(
        of(|page| page.incidents = vec![sample::incident(1, "a", IncidentState::InProgress, vec![])]),
        "maintenance"
    );
    assert_eq!(of(|page| page.incidents = vec![sample::incident(1, "a", IncidentState::Resolved, vec![])]), "none");
    assert_eq!(of(|page| page.components = sample::full().components), "minor");
    assert_eq!(
        of(|page| {
            page.incidents = vec![sample::incident(1, "a", IncidentState::Identified, vec![])];
            page.incidents[0].impact = Impact::Critical;
        }),
        "critical"
    );
}

#[test]
fn feeds_have_an_entry_per_update_with_an_id_that_stays() {
    let site = site(sample::full());
    let atom: atom_syndication::Feed = text(&site, Key::Atom { language: 0, limit: 50 }).parse().unwrap();
    assert_eq!(atom.title.value, "Move to Ledger 3");
    let ids: Vec<_> = atom.entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), 7, "{ids:?}");
    assert_eq!(ids[0], "https://status.ledger.example/incidents/1#update-3");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(atom.entries[0].title.value, "Webhooks arrive late: Monitoring");
    assert!(atom.entries.windows(2).all(|pair| pair[0].published >= pair[1].published));
    assert!(atom.entries[1].content.as_ref().unwrap().value.as_ref().unwrap().contains("<em>queue</em>"));
    let rss: rss::Channel = text(&site, Key::Rss { language: 1, limit: 2 }).parse().unwrap();
    assert_eq!((rss.items.len(), rss.language.as_deref()), (2, Some("de")));
    assert_eq!(rss.items[0].guid.as_ref().unwrap().value, ids[0]);
    assert_eq!(rss.items[0].title.as_deref(), Some("Webhooks kommen verspätet an: Wird beobachtet"));
    // Whatever is written, both stay readable.
    for seed in 0..20 {
        let site = super::site(sample::random(seed));
        let atom: atom_syndication::Feed = text(&site, Key::Atom { language: 0, limit: 200 }).parse().unwrap();
        let rss: rss::Channel = text(&site, Key::Rss { language: 0, limit: 200 }).parse().unwrap();
        assert_eq!(atom.entries.len(), rss.items.len());
    }
}

#[test]
fn the_calendar_is_what_programs_expect() {
    let whole = text(&site(sample::full()), Key::Calendar { language: 0 });
    for line in whole.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains('\n'), "{line}");
    }
    let text = whole.replace("\r\n ", "");
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    for line in
        ["VERSION:2.0", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "NAME;VALUE=TEXT:Move to Ledger 3", "METHOD:PUBLISH"]
    {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} is missing in {text}");
    }
    let events: Vec<&str> = text.split("BEGIN:VEVENT\r\n").skip(1).collect();
    let event =
        |uid: &str| *events.iter().find(|event| event.contains(&format!("UID:{uid}@ledger-3.landbridge\r\n"))).unwrap();
    let planned = event("maintenance-2");
    for line in [
        "DTSTART:20260525T223000Z",
        "DTEND:20260526T023000Z",
        "SUMMARY:Billing is read-only",
        "STATUS:CONFIRMED",
        "SEQUENCE:3",
        "DTSTAMP:20260520T080000Z",
        "LAST-MODIFIED:20260520T080000Z",
    ] {
        assert!(planned.contains(&format!("{line}\r\n")), "{line} is missing in {planned}");
    }
    let cancelled = event("maintenance-3");
    assert!(cancelled.contains("STATUS:CANCELLED\r\n") && cancelled.contains("SEQUENCE:5\r\n"), "{cancelled}");
    assert!(cancelled.contains("größer"), "letters are not cut in two: {cancelled}");
    assert!(event("wave-ledger-3-4").contains("SUMMARY:Move to Ledger 3: Americas\r\n"));
    // A maintenance and a wave with the same window are one event.
    let mut page = sample::full();
    page.waves[0].window = page.incidents[1].window;
    let told = super::text(&site(page), Key::Calendar { language: 0 });
    assert!(!told.contains("wave-ledger-3-1@"), "{told}");
    // Nobody writes events of their own.
    for seed in 0..20 {
        let site = super::site(sample::random(seed));
        let text = super::text(&site, Key::Calendar { language: 0 });
        let windows = site.page.incidents.iter().filter(|incident| incident.window.is_some()).count();
        let waves = site.page.waves.len() + site.page.also.iter().map(|part| part.waves.len()).sum::<usize>();
        assert_eq!(text.matches("\nBEGIN:VEVENT").count(), windows + waves, "{text}");
        assert!(text.split_terminator("\r\n").all(|line| line.len() <= 75 && !line.contains(['\n', '\r'])), "{text}");
    }
}

#[test]
fn the_badge_is_a_picture_that_says_the_state() {
    let svg = text(&site(sample::full()), Key::Badge { language: 1 });
    assert!(svg.contains("aria-label=\"Move to Ledger 3: Läuft gerade, 25\u{a0}%\""), "{svg}");
    assert!(!svg.contains("<script") && !svg.contains("href"), "{svg}");
}

#[test]
fn what_is_written_in_one_language_is_served_in_all() {
    let site = site(sample::full());
    let all = everything(&site);
    assert_eq!(all.len(), site.every_key().len());
    assert!(all.iter().all(|(_, bytes)| !bytes.is_empty()));
}
