//! What customers see of a migration. These types have no private field, so nothing private can be shown.

use crate::clock::Instant;
use crate::cohort::{Cohort, CohortStage, Window};
use crate::id::{CohortNumber, ComponentNumber, IncidentNumber};
use crate::migration::{Migration, MigrationStage};
use crate::status::{Status, StatusCounts};
use crate::status_page::component::{ordered, state_of};
use crate::status_page::windows::Course;
use crate::status_page::{
    Component, ComponentState, Impact, Incident, IncidentKind, IncidentState, Localized, Look, PageContent, StatusPage,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Whether figures of the progress are shown; otherwise they are all 0.
    pub shows_progress: bool,
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

/// What a page is made of.
pub struct PageSources<'a> {
    pub migration: &'a Migration,
    /// In their order, with the counts of each.
    pub cohorts: &'a [(Cohort, StatusCounts)],
    pub counts: StatusCounts,
    pub page: &'a StatusPage,
    pub components: &'a [Component],
    pub incidents: &'a [&'a Incident],
    /// Accounts moved on each day.
    pub moved_on: Vec<(NaiveDate, u32)>,
    /// Other migrations that the page shows.
    pub also: Vec<PublicPart>,
    pub changed_at: Instant,
    pub now: Instant,
}

impl PublicPage {
    /// Builds the page as readers see it now.
    pub fn build(sources: PageSources<'_>) -> PublicPage {
        let PageSources { migration, cohorts, page, components, incidents, now, .. } = sources;
        let shows_progress = page.follow.progress;
        let shown =
            |counts: &StatusCounts| if shows_progress { Progress::of(counts) } else { Progress { moved: 0, of: 0 } };
        let waves: Vec<_> = cohorts
            .iter()
            .map(|(cohort, counts)| PublicWave {
                number: cohort.number,
                name: cohort.public_name(),
                state: wave_state(migration.stage, cohort.stage),
                window: cohort.settings.window,
                progress: shown(counts),
            })
            .collect();
        let progress = Progress::of(&sources.counts);
        let overall = match migration.stage {
            MigrationStage::Closed => Overall::Done,
            MigrationStage::Draft => Overall::Planned,
            MigrationStage::Paused => Overall::Held,
            MigrationStage::Running if progress.of > 0 && progress.moved == progress.of => Overall::Done,
            MigrationStage::Running if waves.iter().any(|wave| wave.state == WaveState::Moving) => Overall::Moving,
            MigrationStage::Running if waves.iter().any(|wave| wave.state == WaveState::Held) => Overall::Held,
            MigrationStage::Running if waves.is_empty() && sources.counts.of(Status::InProgress) > 0 => Overall::Moving,
            MigrationStage::Running => Overall::Planned,
        };
        let mut moved = 0;
        let moved_by_day = sources.moved_on.into_iter().filter(|_| shows_progress).map(|(day, count)| {
            moved += count;
            (day, moved)
        });
        let mut shown_incidents: Vec<_> =
            incidents.iter().filter_map(|incident| public_incident(incident, now)).collect();
        shown_incidents.sort_by_key(|incident| std::cmp::Reverse((incident.started, incident.number)));
        let content = page.published.as_ref().map(|published| published.content.clone()).unwrap_or_default();
        PublicPage {
            name: migration.public_name().to_owned(),
            slug: migration.settings.slug.clone(),
            description: migration.settings.description.clone(),
            time_zone: migration.settings.time_zone.clone(),
            deadline: migration.settings.deadline,
            overall,
            progress: shown(&sources.counts),
            waves,
            updated_at: sources.changed_at,
            shows_progress,
            content,
            moved_by_day: moved_by_day.collect(),
            components: public_components(components, incidents, now),
            incidents: shown_incidents,
            look: page.look.clone(),
            also: sources.also,
            next_change: next_change(migration, cohorts, page, incidents, now),
        }
    }

    /// What another page shows of this migration.
    pub fn part(&self) -> PublicPart {
        PublicPart {
            name: self.name.clone(),
            slug: self.slug.clone(),
            time_zone: self.time_zone.clone(),
            deadline: self.deadline,
            overall: self.overall,
            progress: self.progress,
            waves: self.waves.clone(),
        }
    }

    /// The state in one sentence: what is happening, with no cause and no name.
    pub fn sentence(&self) -> String {
        let moving: Vec<_> =
            self.waves.iter().filter(|wave| wave.state == WaveState::Moving).map(|wave| wave.name.as_str()).collect();
        match self.overall {
            Overall::Done => "The migration is complete. Everything has moved.".to_owned(),
            Overall::Planned if self.shows_progress && self.progress.moved == 0 => {
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

fn public_components(components: &[Component], incidents: &[&Incident], now: Instant) -> Vec<PublicComponent> {
    let shown = ordered(components);
    let in_sight = |number: ComponentNumber| shown.iter().any(|other| other.number == number);
    shown
        .iter()
        .map(|component| PublicComponent {
            number: component.number,
            name: component.draft.name.clone(),
            description: component.draft.description.clone(),
            state: state_of(components, incidents, component.number, now),
            is_group: component.draft.is_group,
            group: component.draft.group.filter(|group| in_sight(*group)),
            only_if_degraded: component.draft.only_if_degraded,
            created: component.created,
            updated: component.updated,
        })
        .collect()
}

/// An incident as readers see it; `None`: they do not. Of a maintenance that was taken back the calendar says so, and nothing
/// of its texts is left.
fn public_incident(incident: &Incident, now: Instant) -> Option<PublicIncident> {
    let state = incident.state(now)?;
    let cancelled = incident.cancelled.is_some();
    if cancelled && incident.kind == IncidentKind::Incident {
        return None;
    }
    let mut known: BTreeMap<ComponentNumber, ComponentState> = BTreeMap::new();
    let mut updates = Vec::new();
    for update in incident.seen(now).filter(|_| !cancelled) {
        let changes = update.components.iter().map(|(number, after)| {
            let before = known.insert(*number, *after).unwrap_or_default();
            ComponentChange { number: *number, before, after: *after }
        });
        updates.push(PublicUpdate {
            number: update.number,
            state: update.state,
            body: update.body.clone(),
            at: update.at.unwrap_or(update.created),
            components: changes.collect(),
            created: update.created,
            updated: update.updated,
            notify: update.notify,
        });
    }
    let last = |wanted: fn(IncidentState) -> bool| {
        incident.seen(now).rfind(|update| wanted(update.state)).and_then(|update| update.at)
    };
    let first_over = || {
        // Of a row of such states at the end the first one counts: what is added after the end does not move it.
        let over = incident.seen(now).rev().take_while(|update| update.state.is_over());
        over.last().and_then(|update| update.at)
    };
    let updated = incident.seen(now).map(|update| update.updated).chain(incident.cancelled).max();
    Some(PublicIncident {
        number: incident.number,
        kind: incident.kind,
        title: incident.title.clone(),
        impact: incident.impact,
        state,
        window: incident.window,
        cancelled,
        created: incident.created,
        started: incident.started,
        updated: updated.unwrap_or(incident.created),
        monitoring: last(|state| state == IncidentState::Monitoring),
        ended: first_over(),
        version: incident.version,
        components: if cancelled { Vec::new() } else { known.into_iter().collect() },
        updates,
    })
}

/// When time alone changes the page.
fn next_change(
    migration: &Migration,
    cohorts: &[(Cohort, StatusCounts)],
    page: &StatusPage,
    incidents: &[&Incident],
    now: Instant,
) -> Option<Instant> {
    let planned = page.planned.as_ref().map(|planned| planned.at);
    let waiting = incidents.iter().filter_map(|incident| incident.next_due());
    let windows =
        incidents.iter().filter(|incident| incident.cancelled.is_none()).filter_map(|incident| incident.window);
    let windows = windows.flat_map(|window| [window.starts, window.ends]);
    let courses = cohorts.iter().filter_map(|(cohort, counts)| {
        let in_progress = counts.of(Status::InProgress);
        Course { cohort, migration: migration.stage, in_progress, follows: page.follow.windows, now }.next_change()
    });
    planned.into_iter().chain(waiting).chain(windows).chain(courses).filter(|at| *at > now).min()
}
