//! Incidents and maintenance with their updates.

use super::{ComponentState, Localized};
use crate::clock::Instant;
use crate::cohort::Window;
use crate::id::{CohortNumber, ComponentNumber, IncidentNumber, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest title, in characters (Statuspage v2).
pub const TITLE_MAX: usize = 255;
/// Longest text of an update, in characters (Statuspage v2).
pub const BODY_MAX: usize = 25_000;

/// What happened unasked, or was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    Incident,
    Maintenance,
}

/// How far it is; the words are those of the Statuspage v2 API. The first five are an incident's, the rest a maintenance's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    Postmortem,
    Scheduled,
    InProgress,
    Verifying,
    Completed,
}

impl IncidentState {
    /// Every state, in the order of menus.
    pub const ALL: [IncidentState; 9] = [
        IncidentState::Investigating,
        IncidentState::Identified,
        IncidentState::Monitoring,
        IncidentState::Resolved,
        IncidentState::Postmortem,
        IncidentState::Scheduled,
        IncidentState::InProgress,
        IncidentState::Verifying,
        IncidentState::Completed,
    ];

    /// The word of the Statuspage v2 API.
    pub fn code(self) -> &'static str {
        match self {
            IncidentState::Investigating => "investigating",
            IncidentState::Identified => "identified",
            IncidentState::Monitoring => "monitoring",
            IncidentState::Resolved => "resolved",
            IncidentState::Postmortem => "postmortem",
            IncidentState::Scheduled => "scheduled",
            IncidentState::InProgress => "in_progress",
            IncidentState::Verifying => "verifying",
            IncidentState::Completed => "completed",
        }
    }

    /// The words for staff.
    pub fn label(self) -> &'static str {
        match self {
            IncidentState::Investigating => "Investigating",
            IncidentState::Identified => "Identified",
            IncidentState::Monitoring => "Monitoring",
            IncidentState::Resolved => "Resolved",
            IncidentState::Postmortem => "Post-mortem",
            IncidentState::Scheduled => "Scheduled",
            IncidentState::InProgress => "In progress",
            IncidentState::Verifying => "Verifying",
            IncidentState::Completed => "Completed",
        }
    }

    /// Reads the word of [`IncidentState::code`] exactly.
    pub fn from_code(code: &str) -> Option<IncidentState> {
        IncidentState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it belongs to this kind.
    pub fn is_of(self, kind: IncidentKind) -> bool {
        let incident = self <= IncidentState::Postmortem;
        incident == (kind == IncidentKind::Incident)
    }

    /// The states that may follow it, in the order of menus; itself, for an update that changes nothing else.
    pub fn next(self) -> &'static [IncidentState] {
        use IncidentState::*;
        match self {
            Investigating | Identified | Monitoring => &[Investigating, Identified, Monitoring, Resolved],
            // Whatever was said to be over may turn out not to be.
            Resolved => &[Resolved, Postmortem, Investigating, Identified, Monitoring],
            Postmortem => &[Postmortem],
            Scheduled => &[Scheduled, InProgress, Completed],
            InProgress | Verifying => &[InProgress, Verifying, Completed],
            Completed => &[Completed],
        }
    }

    /// The states in which an incident or a maintenance may begin.
    pub fn first(kind: IncidentKind) -> &'static [IncidentState] {
        use IncidentState::*;
        match kind {
            IncidentKind::Incident => &[Investigating, Identified, Monitoring, Resolved],
            IncidentKind::Maintenance => &[Scheduled, InProgress, Completed],
        }
    }

    /// Whether it is over.
    pub fn is_over(self) -> bool {
        matches!(self, IncidentState::Resolved | IncidentState::Postmortem | IncidentState::Completed)
    }
}

impl IncidentKind {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            IncidentKind::Incident => "Incident",
            IncidentKind::Maintenance => "Maintenance",
        }
    }
}

/// How bad it is; the words are those of the Statuspage v2 API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    #[default]
    None,
    Maintenance,
    Minor,
    Major,
    Critical,
}

impl Impact {
    /// Every impact, from the least.
    pub const ALL: [Impact; 5] = [Impact::None, Impact::Maintenance, Impact::Minor, Impact::Major, Impact::Critical];

    /// The word of the Statuspage v2 API.
    pub fn code(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Maintenance => "maintenance",
            Impact::Minor => "minor",
            Impact::Major => "major",
            Impact::Critical => "critical",
        }
    }

    /// The words for staff.
    pub fn label(self) -> &'static str {
        match self {
            Impact::None => "None",
            Impact::Maintenance => "Maintenance",
            Impact::Minor => "Minor",
            Impact::Major => "Major",
            Impact::Critical => "Critical",
        }
    }

    /// Reads the word of [`Impact::code`] exactly.
    pub fn from_code(code: &str) -> Option<Impact> {
        Impact::ALL.into_iter().find(|impact| impact.code() == code)
    }
}

/// An incident or a maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub number: IncidentNumber,
    pub kind: IncidentKind,
    /// Plain text, at most [`TITLE_MAX`] characters per language.
    pub title: Localized,
    pub impact: Impact,
    /// When a maintenance is; `None` for an incident.
    #[serde(default)]
    pub window: Option<Window>,
    /// The cohort whose window or halt it follows.
    #[serde(default)]
    pub cohort: Option<CohortNumber>,
    /// In order; never empty once it is published. The last published one is how it stands.
    pub updates: Vec<IncidentUpdate>,
    pub created: Instant,
    /// When it began: entered, or that of the first published update.
    pub started: Instant,
    /// `None`: a draft, which no reader sees.
    pub published: Option<Instant>,
    /// When the draft goes out by itself: the time of its first update that waits.
    #[serde(default)]
    pub publish_at: Option<Instant>,
    /// Taken back: no reader sees it, the calendar says cancelled.
    #[serde(default)]
    pub cancelled: Option<Instant>,
    /// Rises with each change: SEQUENCE of the calendar; a writer names the one they saw.
    pub version: u32,
    /// Who changed it last; `None`: the system.
    #[serde(default)]
    pub changed_by: Option<UserId>,
}

/// One update of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentUpdate {
    /// 1, 2, 3 … within its incident.
    pub number: u32,
    pub state: IncidentState,
    /// Markdown, at most [`BODY_MAX`] characters per language.
    pub body: Localized,
    /// The time that it bears; later than now: it waits until then. `None`: a draft.
    pub at: Option<Instant>,
    /// When it went out: set once, by the command that made it visible. `None`: it waits, or is a draft.
    #[serde(default)]
    pub published: Option<Instant>,
    /// What each named component is from this update on.
    #[serde(default)]
    pub components: BTreeMap<ComponentNumber, ComponentState>,
    /// Whether subscribers are told.
    pub notify: bool,
    pub created: Instant,
    pub updated: Instant,
    /// `None`: the system, following the migration.
    pub by: Option<UserId>,
}

impl Incident {
    /// The updates that readers see now, in order.
    pub fn seen(&self, now: Instant) -> impl DoubleEndedIterator<Item = &IncidentUpdate> {
        let open = self.published.is_some();
        self.updates.iter().filter(move |update| open && update.published.is_some_and(|at| at <= now))
    }

    /// What its updates say of components now: of each what was said last.
    pub fn affects(&self, now: Instant) -> BTreeMap<ComponentNumber, ComponentState> {
        self.seen(now).flat_map(|update| update.components.clone()).collect()
    }

    /// The first update that waits for its time.
    pub fn next_due(&self) -> Option<Instant> {
        if self.cancelled.is_some() {
            return None;
        }
        self.updates.iter().filter(|update| update.published.is_none()).filter_map(|update| update.at).min()
    }

    /// How it stands for readers.
    pub fn state(&self, now: Instant) -> Option<IncidentState> {
        self.seen(now).next_back().map(|update| update.state)
    }
}
