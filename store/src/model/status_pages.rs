//! A migration's status page in memory: texts, components, incidents, templates.

use domain::clock::Instant;
use domain::id::{CohortNumber, ComponentNumber, IncidentNumber, IncidentTemplateNumber};
use domain::status_page::{Component, Incident, IncidentKind, IncidentTemplate, StatusPage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything about the status page of one migration.
#[derive(Default, PartialEq)]
pub(crate) struct StatusPages {
    pub page: Arc<StatusPage>,
    pub components: BTreeMap<ComponentNumber, Component>,
    pub incidents: BTreeMap<IncidentNumber, Arc<Incident>>,
    pub templates: BTreeMap<IncidentTemplateNumber, IncidentTemplate>,
}

impl StatusPages {
    /// All components, retired ones included.
    pub(crate) fn components(&self) -> Vec<Component> {
        self.components.values().cloned().collect()
    }

    pub(crate) fn incident(&self, number: IncidentNumber) -> Option<&Incident> {
        self.incidents.get(&number).map(|incident| &**incident)
    }

    /// The numbers that updates may name.
    pub(crate) fn known_components(&self) -> Vec<ComponentNumber> {
        self.components.keys().copied().collect()
    }

    pub(crate) fn next_incident(&self) -> IncidentNumber {
        IncidentNumber(self.incidents.keys().next_back().map_or(0, |last| last.0) + 1)
    }

    /// The maintenance that follows this cohort's window.
    pub(crate) fn window_of(&self, cohort: CohortNumber) -> Option<&Incident> {
        let mut of_cohort = self.incidents.values().map(|incident| &**incident);
        of_cohort.find(|incident| incident.kind == IncidentKind::Maintenance && incident.cohort == Some(cohort))
    }

    /// When the next thing goes out that waits for its time.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let planned = self.page.planned.as_ref().map(|planned| planned.at);
        self.incidents.values().filter_map(|incident| incident.next_due()).chain(planned).min()
    }

    /// The language in which something is asked for.
    pub(crate) fn language(&self) -> &str {
        let content = self.page.published.as_ref().map_or(&self.page.draft, |published| &published.content);
        content.fallback()
    }
}
