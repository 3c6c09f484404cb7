//! The Statuspage v2 API for readers, as existing clients know it.
//!
//! Ids are texts that never change: `component-3`, `incident-7`, `update-7-2`; the page's id is its address.

use super::address::Document;
use super::render::View;
use chrono::SecondsFormat;
use domain::clock::Instant;
use domain::id::{ComponentNumber, IncidentNumber};
use domain::public_page::{PublicComponent, PublicIncident, PublicPage, PublicUpdate};
use domain::status_page::{ComponentState, Impact, IncidentKind, IncidentState};
use serde_json::{Value, json};

/// Incidents in a document.
const LATEST: usize = 50;

/// A component's id.
pub fn component_id(number: ComponentNumber) -> String {
    format!("component-{number}")
}

/// An incident's or a maintenance's id.
pub fn incident_id(number: IncidentNumber) -> String {
    format!("incident-{number}")
}

/// The id of an incident's update.
pub fn update_id(incident: IncidentNumber, update: u32) -> String {
    format!("update-{incident}-{update}")
}

/// The worst that is open, and its words, as the API's clients know them.
pub fn indicator(page: &PublicPage) -> (&'static str, &'static str) {
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
    let words = match worst {
        Impact::None => "All Systems Operational",
        Impact::Maintenance => "Service Under Maintenance",
        Impact::Minor => "Partially Degraded Service",
        Impact::Major => "Partial System Outage",
        Impact::Critical => "Major System Outage",
    };
    (worst.code(), words)
}

/// One of the documents.
pub fn json(view: &View, document: Document) -> Value {
    let api = Api { view };
    let page = api.page();
    let status = || {
        let (indicator, description) = indicator(view.page);
        json!({ "indicator": indicator, "description": description })
    };
    let components = || view.page.components.iter().map(|component| api.component(component)).collect::<Vec<_>>();
    let incidents = |keep: fn(IncidentState) -> bool| api.of_kind(IncidentKind::Incident, keep);
    let maintenances = |keep: fn(IncidentState) -> bool| api.of_kind(IncidentKind::Maintenance, keep);
    let open = |state: IncidentState| !state.is_over();
    let upcoming = |state| state == IncidentState::Scheduled;
    let active = |state| matches!(state, IncidentState::InProgress | IncidentState::Verifying);
    match document {
        Document::Summary => json!({
            "page": page, "status": status(), "components": components(), "incidents": incidents(open),
            "scheduled_maintenances": maintenances(open),
        }),
        Document::Status => json!({ "page": page, "status": status() }),
        Document::Components => json!({ "page": page, "components": components() }),
        Document::Incidents => json!({ "page": page, "incidents": incidents(|_| true) }),
        Document::Unresolved => json!({ "page": page, "incidents": incidents(open) }),
        Document::Maintenances => json!({ "page": page, "scheduled_maintenances": maintenances(|_| true) }),
        Document::Upcoming => json!({ "page": page, "scheduled_maintenances": maintenances(upcoming) }),
        Document::Active => json!({ "page": page, "scheduled_maintenances": maintenances(active) }),
    }
}

struct Api<'a> {
    view: &'a View<'a>,
}

impl Api<'_> {
    fn page(&self) -> Value {
        let view = self.view;
        json!({
            "id": view.page.slug, "name": view.title(), "url": view.page_url(), "time_zone": view.page.time_zone,
            "updated_at": time(view.page.updated_at),
        })
    }

    fn component(&self, component: &PublicComponent) -> Value {
        let (view, all) = (self.view, &self.view.page.components);
        // Its place among those that stand beside it.
        let beside = all.iter().filter(|other| other.group == component.group);
        let position = beside.take_while(|other| other.number != component.number).count() + 1;
        let description = view.text(&component.description);
        let mut value = json!({
            "id": component_id(component.number),
            "name": view.text(&component.name),
            "status": component.state.code(),
            "created_at": time(component.created),
            "updated_at": time(component.updated),
            "position": position,
            "description": if description.is_empty() { Value::Null } else { description.into() },
            "showcase": !component.is_group,
            "start_date": component.created.date_naive(),
            "group_id": component.group.map(component_id),
            "page_id": view.page.slug,
            "group": component.is_group,
            "only_show_if_degraded": component.only_if_degraded,
        });
        if component.is_group {
            let parts = all.iter().filter(|part| part.group == Some(component.number));
            value["components"] = parts.map(|part| component_id(part.number)).collect();
        }
        value
    }

    fn of_kind(&self, kind: IncidentKind, keep: fn(IncidentState) -> bool) -> Vec<Value> {
        let found = self.view.site.incidents().filter(|incident| incident.kind == kind && keep(incident.state));
        found.take(LATEST).map(|incident| self.incident(incident)).collect()
    }

    fn incident(&self, incident: &PublicIncident) -> Value {
        let view = self.view;
        let named = |number: &ComponentNumber| view.page.components.iter().find(|one| one.number == *number);
        let components = incident.components.iter().filter_map(|(number, _)| named(number));
        let updates = incident.updates.iter().rev().map(|update| self.update(incident, update));
        let mut value = json!({
            "id": incident_id(incident.number),
            "name": view.text(&incident.title),
            "status": incident.state.code(),
            "impact": incident.impact.code(),
            "created_at": time(incident.created),
            "updated_at": time(incident.updated),
            "monitoring_at": incident.monitoring.map(time),
            "resolved_at": incident.ended.map(time),
            "started_at": time(incident.started),
            "shortlink": view.url(&format!("/incidents/{}", incident.number)),
            "page_id": view.page.slug,
            "components": components.map(|component| self.component(component)).collect::<Vec<_>>(),
            "incident_updates": updates.collect::<Vec<_>>(),
        });
        if incident.kind == IncidentKind::Maintenance {
            value["scheduled_for"] = incident.window.map(|window| time(window.starts)).into();
            value["scheduled_until"] = incident.window.map(|window| time(window.ends)).into();
        }
        value
    }

    fn update(&self, incident: &PublicIncident, update: &PublicUpdate) -> Value {
        let view = self.view;
        let affected = update.components.iter().filter_map(|change| {
            let component = view.page.components.iter().find(|one| one.number == change.number)?;
            Some(json!({
                "code": component_id(change.number), "name": view.text(&component.name),
                "old_status": change.before.code(), "new_status": change.after.code(),
            }))
        });
        json!({
            "id": update_id(incident.number, update.number),
            "incident_id": incident_id(incident.number),
            "status": update.state.code(),
            "body": view.text(&update.body),
            "created_at": time(update.created),
            "updated_at": time(update.updated),
            "display_at": time(update.at),
            "affected_components": affected.collect::<Vec<_>>(),
            "deliver_notifications": update.notify,
        })
    }
}

fn time(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
