//! Parts of the service, as readers know them.

use super::Localized;
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
