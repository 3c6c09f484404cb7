//! Parts of the service, as readers know them.

use super::{Incident, IncidentKind, IncidentState, Localized};
use crate::clock::Instant;
use crate::id::ComponentNumber;
use serde::{Deserialize, Serialize};

/// How a part of the service works; the words are those of the Statuspage v2 API. From the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentState {
    #[default]
    Operational,
    UnderMaintenance,
    DegradedPerformance,
    PartialOutage,
    MajorOutage,
}

impl ComponentState {
    /// Every state, from the best to the worst.
    pub const ALL: [ComponentState; 5] = [
        ComponentState::Operational,
        ComponentState::UnderMaintenance,
        ComponentState::DegradedPerformance,
        ComponentState::PartialOutage,
        ComponentState::MajorOutage,
    ];

    /// The word of the Statuspage v2 API.
    pub fn code(self) -> &'static str {
        match self {
            ComponentState::Operational => "operational",
            ComponentState::UnderMaintenance => "under_maintenance",
            ComponentState::DegradedPerformance => "degraded_performance",
            ComponentState::PartialOutage => "partial_outage",
            ComponentState::MajorOutage => "major_outage",
        }
    }

    /// The words for staff.
    pub fn label(self) -> &'static str {
        match self {
            ComponentState::Operational => "Works",
            ComponentState::UnderMaintenance => "Under maintenance",
            ComponentState::DegradedPerformance => "Slow",
            ComponentState::PartialOutage => "Partly down",
            ComponentState::MajorOutage => "Down",
        }
    }

    /// Reads the word of [`ComponentState::code`] exactly.
    pub fn from_code(code: &str) -> Option<ComponentState> {
        ComponentState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A part of the service, or a group of such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub number: ComponentNumber,
    /// Its place among its siblings.
    pub position: u16,
    pub draft: ComponentDraft,
    /// As set by a person. What readers see is the worst of this and what open incidents and running maintenance say.
    pub state: ComponentState,
    pub created: Instant,
    pub updated: Instant,
    /// Not shown any more; incidents that name it still do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// What a lead sets of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentDraft {
    /// Plain text, at most 255 characters.
    pub name: Localized,
    /// Plain text, one line.
    #[serde(default)]
    pub description: Localized,
    /// Whether it only holds others together. A group has no group.
    #[serde(default)]
    pub is_group: bool,
    /// The group that it is in.
    #[serde(default)]
    pub group: Option<ComponentNumber>,
    /// Shown only while it does not work.
    #[serde(default)]
    pub only_if_degraded: bool,
}

impl Component {
    /// Whether it is shown and holds others together.
    pub fn is_group(&self) -> bool {
        self.draft.is_group
    }
}

/// The components as they are listed: in their order, the parts of a group after it. Retired ones are left out.
pub fn ordered(components: &[Component]) -> Vec<&Component> {
    let mut shown: Vec<&Component> = components.iter().filter(|component| !component.retired).collect();
    shown.sort_by_key(|component| (component.position, component.number));
    let is_group = |number: ComponentNumber| shown.iter().any(|other| other.number == number && other.is_group());
    // Of a group that is gone only its parts are left; they stand alone.
    let group_of = |component: &Component| component.draft.group.filter(|group| is_group(*group));
    let mut list = Vec::with_capacity(shown.len());
    for top in shown.iter().filter(|component| group_of(component).is_none()) {
        list.push(*top);
        if top.is_group() {
            list.extend(shown.iter().filter(|part| group_of(part) == Some(top.number)));
        }
    }
    list
}

/// Puts a component at a place (1, 2, 3 …) in a group, or among those without one. Answers those that change, as they become.
pub fn placed(
    components: &[Component],
    number: ComponentNumber,
    group: Option<ComponentNumber>,
    position: u16,
) -> Result<Vec<Component>, &'static str> {
    let Some(moved) = components.iter().find(|component| component.number == number) else {
        return Err("This part does not exist any more.");
    };
    if let Some(group) = group {
        if moved.is_group() {
            return Err("A group cannot be in a group.");
        }
        if !components.iter().any(|other| other.number == group && other.is_group() && !other.retired) {
            return Err("This group does not exist any more.");
        }
    }
    let list = ordered(components);
    let place_of = |component: &Component| {
        let group = component.draft.group;
        group.filter(|group| list.iter().any(|other| other.number == *group))
    };
    let mut siblings: Vec<&Component> =
        list.iter().copied().filter(|other| other.number != number && place_of(other) == group).collect();
    let place = usize::from(position.max(1) - 1).min(siblings.len());
    siblings.insert(place, moved);
    let mut changed = Vec::new();
    for (index, sibling) in siblings.into_iter().enumerate() {
        let mut after = sibling.clone();
        after.position = index as u16 + 1;
        if after.number == number {
            after.draft.group = group;
        }
        if after != *sibling {
            changed.push(after);
        }
    }
    Ok(changed)
}

/// What an incident or a maintenance makes of a component now: what its updates said last, while it goes on. A maintenance
/// counts from its start to its end.
pub fn state_in(incident: &Incident, number: ComponentNumber, now: Instant) -> Option<ComponentState> {
    let counts = |state: IncidentState| match incident.kind {
        IncidentKind::Incident => !state.is_over(),
        IncidentKind::Maintenance => matches!(state, IncidentState::InProgress | IncidentState::Verifying),
    };
    if incident.cancelled.is_some() || !incident.state(now).is_some_and(counts) {
        return None;
    }
    incident.seen(now).rev().find_map(|update| update.components.get(&number).copied())
}

/// The state that readers see of a component: the worst of what was set and what goes on; of a group the worst of its parts.
pub fn state_of(
    components: &[Component],
    incidents: &[&Incident],
    number: ComponentNumber,
    now: Instant,
) -> ComponentState {
    let Some(component) = components.iter().find(|component| component.number == number) else {
        return ComponentState::Operational;
    };
    if component.is_group() {
        let parts =
            components.iter().filter(|part| !part.retired && !part.is_group() && part.draft.group == Some(number));
        return parts.map(|part| state_of(components, incidents, part.number, now)).max().unwrap_or_default();
    }
    let told = incidents.iter().filter_map(|incident| state_in(incident, number, now));
    told.chain([component.state]).max().unwrap_or_default()
}

#[cfg(test)]
#[path = "component_tests.rs"]
mod tests;
