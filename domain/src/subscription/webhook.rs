//! What webhooks of subscribers get: the subscriber webhook of the Statuspage v2 API.

use super::demand::What;
use super::letter::Links;
use super::{Purpose, unmarked};
use crate::clock::Instant;
use crate::id::{ComponentNumber, IncidentNumber};
use crate::public_page::{PublicComponent, PublicIncident, PublicPage, PublicUpdate, PublicWave};
use crate::status_page::{ComponentState, Impact, IncidentKind, IncidentState};
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// Largest payload, in bytes, as Standard Webhooks recommends.
pub const PAYLOAD_MAX: usize = 20_000;
/// Bytes that tokens take more than their marks.
const RESERVE: usize = 200;

/// The test message with the code that somebody has to enter.
pub fn challenge(page: &PublicPage, links: Links<'_>, now: Instant) -> String {
    let body = json!({
        "meta": { "unsubscribe": links.stop(), "documentation": links.page(), "generated_at": time(now) },
        "page": status(page),
        "subscription": { "code": Purpose::Code.mark() },
    });
    body.to_string()
}

/// The payload that tells an occasion; `None` if what happened is not on the page any more.
pub fn occasion(page: &PublicPage, what: &What, links: Links<'_>, now: Instant) -> Option<String> {
    let language = page.content.languages.first().map_or("en", String::as_str);
    let with = |mut value: Value| {
        value["meta"] =
            json!({ "unsubscribe": links.stop(), "documentation": links.page(), "generated_at": time(now) });
        value["page"] = status(page);
        value
    };
    match what {
        What::Update { incident, update } => {
            let incident = page.incidents.iter().find(|known| known.number == *incident)?;
            let last = incident.updates.iter().position(|known| known.number == *update)?;
            Some(fitted(incident, last, |updates| {
                with(json!({ "incident": incident_json(page, incident, updates, links, language) }))
            }))
        }
        What::BeforeMaintenance { incident, starts, .. } => {
            let incident = page.incidents.iter().find(|known| known.number == *incident)?;
            incident.window.filter(|window| window.starts == *starts)?;
            let last = incident.updates.len().checked_sub(1)?;
            Some(fitted(incident, last, |updates| {
                with(json!({ "incident": incident_json(page, incident, updates, links, language) }))
            }))
        }
        What::Component { incident, update, component } => {
            let known = page.incidents.iter().find(|known| known.number == *incident)?;
            let update = known.updates.iter().find(|known| known.number == *update)?;
            let change = update.components.iter().find(|change| change.number == *component)?;
            let component = page.components.iter().find(|known| known.number == *component)?;
            let body = json!({
                "component_update": {
                    "created_at": time(update.at),
                    "old_status": change.before.code(),
                    "new_status": change.after.code(),
                    "id": format!("{}-u{}", update_id(*incident, update.number), component.number),
                    "component_type": "Component",
                    "component_id": component_id(component.number),
                },
                "component": component_json(page, component, change.after, language),
            });
            Some(with(body).to_string())
        }
        What::BeforeWave { wave, starts, .. } => {
            let wave = page.waves.iter().find(|known| known.number == *wave)?;
            wave.window.filter(|window| window.starts == *starts)?;
            Some(with(json!({ "incident": wave_json(page, wave, IncidentState::Scheduled, links, now) })).to_string())
        }
        What::WaveStarted { wave } => {
            let wave = page.waves.iter().find(|known| known.number == *wave)?;
            Some(with(json!({ "incident": wave_json(page, wave, IncidentState::InProgress, links, now) })).to_string())
        }
        What::WaveEnded { wave } => {
            let wave = page.waves.iter().find(|known| known.number == *wave)?;
            Some(with(json!({ "incident": wave_json(page, wave, IncidentState::Completed, links, now) })).to_string())
        }
    }
}

fn time(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

// The ids are those of the API that readers ask.

fn page_id(page: &PublicPage) -> String {
    page.slug.clone()
}

fn component_id(number: ComponentNumber) -> String {
    format!("component-{number}")
}

fn incident_id(number: IncidentNumber) -> String {
    format!("incident-{number}")
}

fn update_id(incident: IncidentNumber, update: u32) -> String {
    format!("update-{incident}-{update}")
}

/// The worst of what is open decides, in the words of the API that readers ask.
fn status(page: &PublicPage) -> Value {
    let open = page.incidents.iter().filter(|incident| !incident.cancelled && !incident.state.is_over());
    let said = open.map(|incident| match (incident.kind, incident.state) {
        (IncidentKind::Maintenance, IncidentState::Scheduled) => Impact::None,
        (IncidentKind::Maintenance, _) => Impact::Maintenance,
        (IncidentKind::Incident, _) => incident.impact,
    });
    let seen = page.components.iter().map(|component| match component.state {
        ComponentState::Operational => Impact::None,
        ComponentState::UnderMaintenance => Impact::Maintenance,
        ComponentState::DegradedPerformance => Impact::Minor,
        ComponentState::PartialOutage => Impact::Major,
        ComponentState::MajorOutage => Impact::Critical,
    });
    let worst = said.chain(seen).max().unwrap_or_default();
    let description = match worst {
        Impact::None => "All Systems Operational",
        Impact::Maintenance => "Service Under Maintenance",
        Impact::Minor => "Partially Degraded Service",
        Impact::Major => "Partial System Outage",
        Impact::Critical => "Major System Outage",
    };
    json!({ "id": page_id(page), "status_indicator": worst.code(), "status_description": description })
}

fn component_json(page: &PublicPage, component: &PublicComponent, state: ComponentState, language: &str) -> Value {
    json!({
        "id": component_id(component.number),
        "name": component.name.text(language, language),
        "status": state.code(),
        "created_at": time(component.created),
        "updated_at": time(component.updated),
        "description": component.description.text(language, language),
        "group_id": component.group.map(component_id),
        "page_id": page_id(page),
        "group": component.is_group,
        "only_show_if_degraded": component.only_if_degraded,
    })
}

/// An update with its text, perhaps shortened.
struct Shown<'a> {
    update: &'a PublicUpdate,
    chars: usize,
}

fn incident_json(
    page: &PublicPage,
    incident: &PublicIncident,
    shown: &[Shown<'_>],
    links: Links<'_>,
    language: &str,
) -> Value {
    let state = shown.first().map_or(incident.state, |shown| shown.update.state);
    let updates = shown.iter().map(|Shown { update, chars }| {
        let body = unmarked(update.body.text(language, language));
        let short: String = body.chars().take(*chars).collect();
        let affected = update.components.iter().map(|change| {
            let name = page.components.iter().find(|known| known.number == change.number);
            json!({
                "code": component_id(change.number),
                "name": name.map(|known| known.name.text(language, language)),
                "old_status": change.before.code(),
                "new_status": change.after.code(),
            })
        });
        json!({
            "id": update_id(incident.number, update.number),
            "incident_id": incident_id(incident.number),
            "status": update.state.code(),
            "body": if short.len() < body.len() { format!("{short}…") } else { short },
            "created_at": time(update.created),
            "updated_at": time(update.updated),
            "display_at": time(update.at),
            "affected_components": affected.collect::<Vec<_>>(),
            "deliver_notifications": update.notify,
        })
    });
    let components = incident.components.iter().filter_map(|(number, state)| {
        let component = page.components.iter().find(|known| known.number == *number)?;
        Some(component_json(page, component, *state, language))
    });
    let mut value = json!({
        "id": incident_id(incident.number),
        "name": unmarked(incident.title.text(language, language)),
        "status": state.code(),
        "impact": incident.impact.code(),
        "created_at": time(incident.created),
        "updated_at": time(incident.updated),
        "monitoring_at": incident.monitoring.map(time),
        "resolved_at": incident.ended.map(time),
        "started_at": time(incident.started),
        "shortlink": links.page(),
        "page_id": page_id(page),
        "components": components.collect::<Vec<_>>(),
        "incident_updates": updates.collect::<Vec<_>>(),
    });
    if let Some(window) = incident.window {
        value["scheduled_for"] = json!(time(window.starts));
        value["scheduled_until"] = json!(time(window.ends));
    }
    value
}

/// A wave as the maintenance that it is to readers.
fn wave_json(page: &PublicPage, wave: &PublicWave, state: IncidentState, links: Links<'_>, now: Instant) -> Value {
    json!({
        "id": format!("wave-{}", wave.number),
        "name": unmarked(&wave.name),
        "status": state.code(),
        "impact": Impact::Maintenance.code(),
        "created_at": time(now),
        "updated_at": time(now),
        "monitoring_at": null,
        "resolved_at": if state.is_over() { json!(time(now)) } else { json!(null) },
        "started_at": wave.window.map(|window| time(window.starts)),
        "scheduled_for": wave.window.map(|window| time(window.starts)),
        "scheduled_until": wave.window.map(|window| time(window.ends)),
        "shortlink": links.page(),
        "page_id": page_id(page),
        "components": [],
        "incident_updates": [],
    })
}

/// The payload with as many updates, the newest first, and as much of their texts as fits.
fn fitted(incident: &PublicIncident, last: usize, payload: impl Fn(&[Shown<'_>]) -> Value) -> String {
    let mut shown: Vec<Shown<'_>> =
        incident.updates[..=last].iter().rev().map(|update| Shown { update, chars: usize::MAX }).collect();
    loop {
        let body = payload(&shown).to_string();
        if body.len() + RESERVE < PAYLOAD_MAX {
            return body;
        }
        match shown.len() {
            2.. => {
                shown.pop();
            }
            _ => {
                let Some(only) = shown.first_mut() else { return body };
                if only.chars == 0 {
                    return body;
                }
                // Escapes make letters longer: it is shortened until it fits.
                only.chars = only.chars.min(PAYLOAD_MAX) * 3 / 4;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::CohortNumber;
    use crate::public_page::WaveState;
    use crate::status_page::Localized;
    use crate::subscription::demand::tests::{at, incident, page, update, wave};

    const LINKS: Links<'static> = Links { base_url: "https://move.example", slug: "ledger-3" };

    fn parsed(page: &PublicPage, what: What) -> Value {
        let body = occasion(page, &what, LINKS, at(0)).unwrap_or_default();
        assert!(body.len() < PAYLOAD_MAX, "{}", body.len());
        serde_json::from_str(&body).unwrap_or_default()
    }

    #[test]
    fn an_incident_has_the_shape_of_statuspage() {
        let mut page = page();
        page.incidents.push(incident(1, IncidentKind::Incident, None));
        page.incidents[0].updates.push(update(1, IncidentState::Investigating, true, &[3]));
        page.incidents[0].updates.push(update(2, IncidentState::Resolved, true, &[]));
        let first = parsed(&page, What::Update { incident: IncidentNumber(1), update: 1 });
        assert_eq!(first["incident"]["status"], "investigating", "as it was said, not as it is now");
        assert_eq!(first["incident"]["incident_updates"].as_array().map(Vec::len), Some(1));
        assert_eq!(first["page"]["status_indicator"], "minor");
        for field in
            ["id", "name", "impact", "created_at", "updated_at", "started_at", "shortlink", "page_id", "components"]
        {
            assert!(!first["incident"][field].is_null(), "{field}");
        }
        let change =
            parsed(&page, What::Component { incident: IncidentNumber(1), update: 1, component: ComponentNumber(3) });
        assert_eq!(change["component_update"]["new_status"], "partial_outage");
        assert_eq!(change["component"]["id"], change["component_update"]["component_id"]);
        assert!(change["meta"]["unsubscribe"].as_str().is_some_and(|link| link.contains(Purpose::Stop.mark())));
    }

    #[test]
    fn payloads_stay_below_the_limit() {
        for text in ["long ".repeat(5_000), "\"\n<é>".repeat(5_000), "\u{1}".repeat(25_000)] {
            let mut page = page();
            page.incidents.push(incident(1, IncidentKind::Incident, None));
            for number in 1..4 {
                let body = Localized::one("en", &text);
                page.incidents[0]
                    .updates
                    .push(PublicUpdate { body, ..update(number, IncidentState::Identified, true, &[]) });
            }
            let value = parsed(&page, What::Update { incident: IncidentNumber(1), update: 3 });
            let updates = value["incident"]["incident_updates"].as_array().cloned().unwrap_or_default();
            assert_eq!(updates.len(), 1);
            assert!(updates[0]["body"].as_str().is_some_and(|body| body.ends_with('…')));
        }
    }

    #[test]
    fn a_wave_is_a_maintenance_and_a_challenge_has_a_code() {
        let mut page = page();
        page.waves.push(wave(3, WaveState::Planned, Some(5)));
        let what = What::BeforeWave { wave: CohortNumber(3), starts: at(5), lead: 24 };
        assert_eq!(parsed(&page, what)["incident"]["status"], "scheduled");
        assert!(challenge(&page, LINKS, at(0)).contains(Purpose::Code.mark()));
    }
}
