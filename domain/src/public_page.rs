//! What customers see of a migration. These types have no private field, so nothing private can be shown.

use crate::clock::Instant;
use crate::cohort::{Cohort, CohortStage, Window};
use crate::id::{CohortNumber, ComponentNumber, IncidentNumber};
use crate::migration::{Migration, MigrationStage};
use crate::status::{Status, StatusCounts};
use crate::status_page::{ComponentState, Impact, IncidentKind, IncidentState, Localized, Look, PageContent};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A published status page's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicPage {
    pub name: String,
    pub slug: String,
    pub description: String,
    pub time_zone: String,
    pub deadline: NaiveDate,
    pub overall: Overall,
    pub progress: Progress,
    pub waves: Vec<PublicWave>,
    pub updated_at: Instant,
    /// What was published of the page's texts; empty ones if nothing was.
    pub content: PageContent,
    /// Accounts moved by the end of each day, oldest first; empty if the page does not show progress.
    pub moved_by_day: Vec<(NaiveDate, u32)>,
    /// Groups and parts in their order; no retired ones.
    pub components: Vec<PublicComponent>,
    /// Published incidents and maintenance, newest first: whatever is open or planned, and what is over.
    pub incidents: Vec<PublicIncident>,
    pub look: Look,
    /// Other migrations that the page shows.
    pub also: Vec<PublicPart>,
    /// When the page changes next without anybody doing anything: an update that waits, a window that begins or ends.
    pub next_change: Option<Instant>,
}

/// Another migration on the same page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicPart {
    pub name: String,
    pub slug: String,
    pub time_zone: String,
    pub deadline: NaiveDate,
    pub overall: Overall,
    pub progress: Progress,
    pub waves: Vec<PublicWave>,
}

/// A part of the service as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicComponent {
    pub number: ComponentNumber,
    pub name: Localized,
    pub description: Localized,
    /// The worst of what was set and what open incidents and running maintenance say; of a group the worst of its parts.
    pub state: ComponentState,
    pub is_group: bool,
    pub group: Option<ComponentNumber>,
    pub only_if_degraded: bool,
    pub created: Instant,
    pub updated: Instant,
}

/// An incident or a maintenance as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicIncident {
    pub number: IncidentNumber,
    pub kind: IncidentKind,
    pub title: Localized,
    pub impact: Impact,
    pub state: IncidentState,
    /// When a maintenance is.
    pub window: Option<Window>,
    pub cancelled: bool,
    pub created: Instant,
    pub started: Instant,
    pub updated: Instant,
    pub monitoring: Option<Instant>,
    /// Resolved or completed.
    pub ended: Option<Instant>,
    /// Rises with each change.
    pub version: u32,
    /// What it affects as it stands now.
    pub components: Vec<(ComponentNumber, ComponentState)>,
    /// Oldest first.
    pub updates: Vec<PublicUpdate>,
}

/// An update as readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicUpdate {
    pub number: u32,
    pub state: IncidentState,
    /// Markdown.
    pub body: Localized,
    pub at: Instant,
    pub created: Instant,
    pub updated: Instant,
    pub components: Vec<ComponentChange>,
    pub notify: bool,
}

/// What an update says of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentChange {
    pub number: ComponentNumber,
    pub before: ComponentState,
    pub after: ComponentState,
}

/// The state of the whole, for the headline and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    Planned,
    Moving,
    Held,
    Done,
}

/// How many accounts have moved, of those that take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub moved: u32,
    pub of: u32,
}

impl Progress {
    fn of(counts: &StatusCounts) -> Self {
        Progress { moved: counts.of(Status::Completed), of: counts.taking_part() }
    }

    /// Whole percent, rounded down, so that 100 means all.
    pub fn percent(&self) -> u32 {
        if self.of == 0 { 0 } else { (u64::from(self.moved) * 100 / u64::from(self.of)) as u32 }
    }
}

/// A cohort as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicWave {
    pub number: CohortNumber,
    pub name: String,
    pub state: WaveState,
    pub window: Option<Window>,
    pub progress: Progress,
}

/// Where a wave stands, in a customer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    Planned,
    Moving,
    Held,
    Done,
}

impl WaveState {
    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            WaveState::Planned => "Planned",
            WaveState::Moving => "Moving now",
            WaveState::Held => "On hold",
            WaveState::Done => "Done",
        }
    }
}

impl PublicPage {
    /// Builds the page from a migration, its cohorts in order and the counts of each.
    pub fn build(
        migration: &Migration,
        cohorts: &[(Cohort, StatusCounts)],
        all: &StatusCounts,
        updated_at: Instant,
    ) -> PublicPage {
        let waves: Vec<_> = cohorts
            .iter()
            .map(|(cohort, counts)| PublicWave {
                number: cohort.number,
                name: cohort.public_name(),
                state: wave_state(migration.stage, cohort.stage),
                window: cohort.settings.window,
                progress: Progress::of(counts),
            })
            .collect();
        let progress = Progress::of(all);
        let overall = match migration.stage {
            MigrationStage::Closed => Overall::Done,
            MigrationStage::Draft => Overall::Planned,
            MigrationStage::Paused => Overall::Held,
            MigrationStage::Running if progress.of > 0 && progress.moved == progress.of => Overall::Done,
            MigrationStage::Running if waves.iter().any(|wave| wave.state == WaveState::Moving) => Overall::Moving,
            MigrationStage::Running if waves.iter().any(|wave| wave.state == WaveState::Held) => Overall::Held,
            MigrationStage::Running if waves.is_empty() && all.of(Status::InProgress) > 0 => Overall::Moving,
            MigrationStage::Running => Overall::Planned,
        };
        PublicPage {
            name: migration.public_name().to_owned(),
            slug: migration.settings.slug.clone(),
            description: migration.settings.description.clone(),
            time_zone: migration.settings.time_zone.clone(),
            deadline: migration.settings.deadline,
            overall,
            progress,
            waves,
            updated_at,
            content: PageContent::default(),
            moved_by_day: Vec::new(),
            components: Vec::new(),
            incidents: Vec::new(),
            look: Look::default(),
            also: Vec::new(),
            next_change: None,
        }
    }

    /// The state in one sentence: what is happening, with no cause and no name.
    pub fn sentence(&self) -> String {
        let moving: Vec<_> =
            self.waves.iter().filter(|wave| wave.state == WaveState::Moving).map(|wave| wave.name.as_str()).collect();
        match self.overall {
            Overall::Done => "The migration is complete. Everything has moved.".to_owned(),
            Overall::Planned if self.progress.moved == 0 => {
                "The migration has not started yet. Everything works as usual.".to_owned()
            }
            Overall::Planned => "No accounts are moving right now. The next wave is being prepared.".to_owned(),
            Overall::Held => "The migration is on hold for the moment. Everything works as usual.".to_owned(),
            Overall::Moving => match moving.as_slice() {
                [] => "Accounts are moving now.".to_owned(),
                [only] => format!("{only} is moving now."),
                [first @ .., last] => format!("{} and {last} are moving now.", first.join(", ")),
            },
        }
    }
}

fn wave_state(migration: MigrationStage, cohort: CohortStage) -> WaveState {
    match (migration, cohort) {
        (_, CohortStage::Closed) | (MigrationStage::Closed, _) => WaveState::Done,
        (_, CohortStage::Planned) => WaveState::Planned,
        (_, CohortStage::Halted) | (MigrationStage::Paused, _) => WaveState::Held,
        (MigrationStage::Draft, CohortStage::Running) => WaveState::Planned,
        (MigrationStage::Running, CohortStage::Running) => WaveState::Moving,
    }
}
