//! What happens on a page, as subscribers are told it: occasions.
//!
//! An occasion has a key that names what happened and nothing else. It is found from the page as readers see it now, never
//! from how that came about, and is noted once under its key. Hence it does not matter how often and in which order anybody
//! looks, whether a server was stopped meanwhile, or where its clock went. Noted occasions are numbered in the order in which
//! they were noted; a subscriber hears those with a greater number than the last one before they confirmed.

use super::{Channel, LEADS, Subscriber, Topic};
use crate::clock::Instant;
use crate::id::{CohortNumber, ComponentNumber, IncidentNumber};
use crate::public_page::{ComponentChange, PublicIncident, PublicPage, PublicUpdate, PublicWave, WaveState};
use crate::status_page::{IncidentKind, IncidentState};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// An update was published.
    Update {
        incident: IncidentNumber,
        update: u32,
    },
    /// An update says another state of a component: for webhooks, which are told so one by one.
    Component {
        incident: IncidentNumber,
        update: u32,
        component: ComponentNumber,
    },
    /// A maintenance begins in so many hours. One that moves to another time is told anew.
    BeforeMaintenance {
        incident: IncidentNumber,
        starts: Instant,
        lead: u16,
    },
    /// The window of a wave begins in so many hours.
    BeforeWave {
        wave: CohortNumber,
        starts: Instant,
        lead: u16,
    },
    WaveStarted {
        wave: CohortNumber,
    },
    WaveEnded {
        wave: CohortNumber,
    },
}

impl What {
    /// Unique within a page.
    pub fn key(&self) -> String {
        match self {
            What::Update { incident, update } => format!("i{incident}.{update}"),
            What::Component { incident, update, component } => format!("i{incident}.{update}.c{component}"),
            What::BeforeMaintenance { incident, starts, lead } => format!("i{incident}.b{}.{lead}", starts.timestamp()),
            What::BeforeWave { wave, starts, lead } => format!("w{wave}.b{}.{lead}", starts.timestamp()),
            What::WaveStarted { wave } => format!("w{wave}.start"),
            What::WaveEnded { wave } => format!("w{wave}.end"),
        }
    }
}

/// Something that happened, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    pub what: What,
    pub topic: Topic,
    /// The components that it names, with the groups that they are in. Empty, and no wave: it concerns everybody.
    #[serde(default)]
    pub components: BTreeSet<ComponentNumber>,
    #[serde(default)]
    pub wave: Option<CohortNumber>,
}

impl Occasion {
    /// Unique within a page.
    pub fn key(&self) -> String {
        self.what.key()
    }

    /// How many hours before it is, if it is told before: only to those who chose so many.
    fn lead(&self) -> Option<u16> {
        match self.what {
            What::BeforeMaintenance { lead, .. } | What::BeforeWave { lead, .. } => Some(lead),
            _ => None,
        }
    }

    /// Whether this subscriber is told, if the occasion was noted as this number.
    pub fn concerns(&self, subscriber: &Subscriber, number: u64) -> bool {
        let choice = &subscriber.choice;
        let only_webhooks = matches!(self.what, What::Component { .. });
        let named = !self.components.is_empty() || self.wave.is_some();
        subscriber.is_confirmed()
            && number > subscriber.heard
            && choice.topics.contains(&self.topic)
            && self.lead().is_none_or(|lead| lead == choice.lead)
            && (!only_webhooks || subscriber.channel == Channel::Webhook)
            && (!named
                || choice.is_everything()
                || self.wave.is_some_and(|wave| choice.waves.contains(&wave))
                || !self.components.is_disjoint(&choice.components))
    }
}

/// A page as readers see it at an instant, with what links its parts.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    pub page: &'a PublicPage,
    /// The maintenance that a wave's window is: such a wave says nothing of its own.
    pub follows: &'a BTreeMap<IncidentNumber, CohortNumber>,
}

impl Snapshot<'_> {
    /// Everything that has happened on the page until now, or has come near, that subscribers may hear of.
    pub fn occasions(&self, now: Instant) -> Vec<Occasion> {
        let mut found = Vec::new();
        for incident in &self.page.incidents {
            found.extend(
                incident.updates.iter().filter(|update| update.notify).flat_map(|update| self.told(incident, update)),
            );
            let before = |lead| What::BeforeMaintenance { incident: incident.number, starts: starts(incident), lead };
            if self.is_ahead(incident) {
                let near = near(starts(incident), now).map(before);
                found.extend(near.map(|what| self.of_incident(incident, what, Topic::Before)));
            }
        }
        for wave in
            self.page.waves.iter().filter(|wave| !self.follows.values().any(|followed| *followed == wave.number))
        {
            let of_wave = |what, topic| Occasion { what, topic, components: BTreeSet::new(), wave: Some(wave.number) };
            let number = wave.number;
            if let Some(starts) = ahead(wave) {
                let before = |lead| What::BeforeWave { wave: number, starts, lead };
                found.extend(near(starts, now).map(|lead| of_wave(before(lead), Topic::Before)));
            }
            // One that ended before anybody looked has started, too: what was missed is not told.
            if matches!(wave.state, WaveState::Moving | WaveState::Held) {
                found.push(of_wave(What::WaveStarted { wave: number }, Topic::StartEnd));
            }
            if wave.state == WaveState::Done {
                found.push(of_wave(What::WaveEnded { wave: number }, Topic::StartEnd));
            }
        }
        found
    }

    /// The next instant after now at which time alone makes an occasion.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        let maintenance = self.page.incidents.iter().filter(|incident| self.is_ahead(incident)).map(starts);
        let waves = self.page.waves.iter().filter_map(ahead);
        let leads = |starts: Instant| LEADS.into_iter().map(move |lead| starts - TimeDelta::hours(i64::from(lead)));
        maintenance.chain(waves).flat_map(leads).filter(|at| *at > now).min()
    }

    fn told(&self, incident: &PublicIncident, update: &PublicUpdate) -> Vec<Occasion> {
        let topic = match (incident.kind, update.state) {
            (IncidentKind::Maintenance, IncidentState::InProgress | IncidentState::Completed) => Topic::StartEnd,
            _ => Topic::Incidents,
        };
        let (incident_number, number) = (incident.number, update.number);
        let what = What::Update { incident: incident_number, update: number };
        let mut found = vec![self.of_incident(incident, what, topic)];
        let changed = update.components.iter().filter(|change| change.before != change.after);
        found.extend(changed.map(|change| Occasion {
            what: What::Component { incident: incident_number, update: number, component: change.number },
            topic,
            components: self.with_groups([change.number]),
            wave: None,
        }));
        found
    }

    fn of_incident(&self, incident: &PublicIncident, what: What, topic: Topic) -> Occasion {
        // Whoever was told that a part is affected is told that it works again, even if the last update does not name it.
        let before =
            incident.updates.iter().flat_map(|update| &update.components).map(|change: &ComponentChange| change.number);
        let named = before.chain(incident.components.iter().map(|(number, _)| *number));
        let wave = self.follows.get(&incident.number).copied();
        Occasion { what, topic, components: self.with_groups(named), wave }
    }

    fn with_groups(&self, named: impl IntoIterator<Item = ComponentNumber>) -> BTreeSet<ComponentNumber> {
        let mut all: BTreeSet<ComponentNumber> = named.into_iter().collect();
        let groups = self.page.components.iter().filter(|component| all.contains(&component.number));
        let groups: Vec<_> = groups.filter_map(|component| component.group).collect();
        all.extend(groups);
        all
    }

    fn is_ahead(&self, incident: &PublicIncident) -> bool {
        incident.window.is_some() && incident.state == IncidentState::Scheduled && !incident.cancelled
    }
}

fn starts(incident: &PublicIncident) -> Instant {
    incident.window.map_or(incident.started, |window| window.starts)
}

fn ahead(wave: &PublicWave) -> Option<Instant> {
    wave.window.filter(|_| wave.state == WaveState::Planned).map(|window| window.starts)
}

/// The leads that have come for something that begins then. Once it should have begun, nobody is told that it will.
fn near(starts: Instant, now: Instant) -> impl Iterator<Item = u16> {
    let come = move |lead: &u16| now < starts && starts - TimeDelta::hours(i64::from(*lead)) <= now;
    LEADS.into_iter().filter(come)
}

#[cfg(test)]
#[path = "demand_tests.rs"]
pub(super) mod tests;
