//! The calendar that readers subscribe to (RFC 5545, RFC 7986): maintenance, and windows of waves that no maintenance stands for.

use super::render::{View, clean};
use domain::clock::Instant;
use domain::cohort::Window;
use domain::status_page::{IncidentKind, IncidentState};
use icalendar::{Calendar, Component, Event, EventStatus, Property};

/// How often programs should ask again.
const REFRESH: &str = "PT1H";

/// The calendar.
pub fn ics(view: &View) -> String {
    let page = view.page;
    let mut calendar = Calendar::empty();
    let name = clean(view.title());
    for (key, value) in [("VERSION", "2.0"), ("PRODID", "-//Landbridge//Status page//EN"), ("CALSCALE", "GREGORIAN")] {
        calendar.append_property(Property::new(key, value));
    }
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    // The second names of these are what programs before RFC 7986 read.
    for key in ["NAME", "X-WR-CALNAME"] {
        // Named as text, so that it is escaped as such.
        calendar.append_property(Property::new(key, name.as_str()).add_parameter("VALUE", "TEXT").done());
    }
    calendar.append_property(Property::new("REFRESH-INTERVAL", REFRESH).add_parameter("VALUE", "DURATION").done());
    calendar.append_property(Property::new("X-PUBLISHED-TTL", REFRESH));

    let maintenance = page.incidents.iter().filter(|incident| incident.kind == IncidentKind::Maintenance);
    let mut told: Vec<Window> = Vec::new();
    for incident in maintenance {
        let Some(window) = incident.window else { continue };
        told.push(window);
        let id = format!("maintenance-{}", incident.number);
        let mut event = event(view, &id, view.text(&incident.title), window, incident.updated, incident.version);
        event.status(if incident.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed });
        event.add_property("CREATED", utc(incident.created));
        event.add_property("URL", view.url(&format!("/incidents/{}", incident.number)));
        if let Some(update) = incident.updates.last().filter(|_| incident.state != IncidentState::Completed) {
            event.description(&clean(view.text(&update.body)));
        }
        calendar.push(event.done());
    }
    let parts = std::iter::once((page.slug.as_str(), &page.waves));
    let parts = parts.chain(page.also.iter().map(|part| (part.slug.as_str(), &part.waves)));
    for (slug, waves) in parts {
        for wave in waves {
            let Some(window) = wave.window.filter(|window| !told.contains(window)) else { continue };
            let title = format!("{}: {}", view.title(), view.words.wave_name(&wave.name));
            let id = format!("wave-{slug}-{}", wave.number);
            let mut event = event(view, &id, &title, window, page.updated_at, 0);
            event.status(EventStatus::Confirmed);
            event.add_property("URL", view.page_url());
            calendar.push(event.done());
        }
    }
    calendar.to_string()
}

fn event(view: &View, id: &str, title: &str, window: Window, changed: Instant, version: u32) -> Event {
    let mut event = Event::new();
    event.uid(&format!("{id}@{}.landbridge", view.page.slug));
    event.timestamp(changed);
    event.add_property("DTSTART", utc(window.starts));
    event.add_property("DTEND", utc(window.ends));
    event.add_property("LAST-MODIFIED", utc(changed));
    event.summary(&clean(title));
    event.sequence(version);
    // It does not fill anybody's day: it says when something happens.
    event.add_property("TRANSP", "TRANSPARENT");
    event
}

/// In UTC, which every program turns into its reader's zone.
fn utc(at: Instant) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}
