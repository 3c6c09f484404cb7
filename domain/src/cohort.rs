//! Cohorts: accounts that migrate together, in an order.

use crate::clock::Instant;
use crate::gate::Gates;
use crate::id::{CohortNumber, UserId};
use crate::migration::FieldError;
use serde::{Deserialize, Serialize};

/// Planned → running ⇄ halted → closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CohortStage {
    Planned,
    Running,
    Halted,
    Closed,
}

impl CohortStage {
    /// The word in the middle of a sentence.
    pub fn label(self) -> &'static str {
        match self {
            CohortStage::Planned => "planned",
            CohortStage::Running => "running",
            CohortStage::Halted => "halted",
            CohortStage::Closed => "closed",
        }
    }

    /// The word on its own, on a tag.
    pub fn word(self) -> &'static str {
        match self {
            CohortStage::Planned => "Planned",
            CohortStage::Running => "Running",
            CohortStage::Halted => "Halted",
            CohortStage::Closed => "Closed",
        }
    }

    /// The stages to which a lead may move it from here.
    pub fn next(self) -> &'static [CohortStage] {
        match self {
            CohortStage::Planned => &[CohortStage::Running],
            CohortStage::Running => &[CohortStage::Halted, CohortStage::Closed],
            CohortStage::Halted => &[CohortStage::Running, CohortStage::Closed],
            CohortStage::Closed => &[],
        }
    }

    /// The verb on the button that leads to this stage from `from`.
    pub fn verb(self, from: CohortStage) -> &'static str {
        match (from, self) {
            (CohortStage::Halted, CohortStage::Running) => "Resume",
            (_, CohortStage::Running) => "Start",
            (_, CohortStage::Halted) => "Halt",
            (_, CohortStage::Closed) => "Close",
            (_, CohortStage::Planned) => "Back to planned",
        }
    }
}

/// When a cohort moves; both ends are instants, shown in the migration's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub starts: Instant,
    pub ends: Instant,
}

/// Accounts that migrate together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    pub number: CohortNumber,
    /// Its place in the order, from 1.
    pub position: u16,
    pub stage: CohortStage,
    pub settings: CohortSettings,
    /// What it must meet to start and to close, and what halts it.
    #[serde(default)]
    pub gates: Gates,
}

impl Cohort {
    /// The name that customers see: the public one, or `Wave 3`; never the internal one.
    pub fn public_name(&self) -> String {
        if self.settings.public_name.is_empty() {
            format!("Wave {}", self.position)
        } else {
            self.settings.public_name.clone()
        }
    }

    /// The name as colleagues see it: `3 · Main EU`.
    pub fn label(&self) -> String {
        format!("{} · {}", self.position, self.settings.name)
    }
}

/// What a lead sets of a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortSettings {
    pub name: String,
    /// The name for customers; may be empty.
    pub public_name: String,
    pub window: Option<Window>,
    /// The zone in which the window is entered and shown; `None`: the migration's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Accounts that may migrate on one day; `None`: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Who answers for it, and is told when it halts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Cohorts that must be through before this one starts. Never itself, and never in a circle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<CohortNumber>,
}

impl CohortSettings {
    /// Everything that is wrong with these settings; `others` are the names of the other cohorts.
    pub fn problems<'a>(&self, others: impl IntoIterator<Item = &'a str>) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            problems.push(FieldError::new("name", "Give the cohort a name."));
        } else if name.chars().count() > 80 {
            problems.push(FieldError::new("name", "At most 80 characters."));
        } else if others.into_iter().any(|other| other.eq_ignore_ascii_case(name)) {
            problems.push(FieldError::new("name", "Another cohort of this migration has this name."));
        }
        if self.public_name.chars().count() > 80 {
            problems.push(FieldError::new("public_name", "At most 80 characters."));
        }
        if self.window.is_some_and(|window| window.ends <= window.starts) {
            problems.push(FieldError::new("window_ends", "The window must end after it starts."));
        }
        problems
    }
}
