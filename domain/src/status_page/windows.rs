//! The page follows the migration: a cohort's window is a maintenance, a halt the draft of an incident.

use super::{Impact, Incident, IncidentKind, IncidentState, IncidentUpdate, Localized};
use crate::clock::Instant;
use crate::cohort::{Cohort, CohortStage};
use crate::id::IncidentNumber;
use crate::migration::MigrationStage;

/// What a window says of a cohort.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    pub cohort: &'a Cohort,
    pub migration: MigrationStage,
    /// Accounts of the cohort that are being migrated.
    pub in_progress: u32,
    /// Whether the page is to follow windows.
    pub follows: bool,
    pub now: Instant,
}

impl Course<'_> {
    /// How far the window is: it starts with the cohort, not before its time, and ends when the cohort is closed, or when its
    /// time is over and nothing is moving any more.
    pub fn state(&self) -> IncidentState {
        let Some(window) = self.cohort.settings.window else { return IncidentState::Scheduled };
        let closed = self.cohort.stage == CohortStage::Closed || self.migration == MigrationStage::Closed;
        let begun = matches!(self.cohort.stage, CohortStage::Running | CohortStage::Halted)
            && self.migration != MigrationStage::Draft
            && self.now >= window.starts;
        match (closed, begun) {
            (true, _) => IncidentState::Completed,
            (false, true) if self.now >= window.ends && self.in_progress == 0 => IncidentState::Completed,
            (false, true) => IncidentState::InProgress,
            (false, false) => IncidentState::Scheduled,
        }
    }

    /// What becomes of the maintenance of this window; `None`: it stays as it is, or there is none. `next` numbers a new one.
    pub fn follow(&self, before: Option<&Incident>, next: IncidentNumber) -> Option<Incident> {
        match before {
            None => self.begin(next),
            Some(before) => self.go_on(before),
        }
    }

    /// When time alone changes it.
    pub fn next_change(&self) -> Option<Instant> {
        let window = self.cohort.settings.window.filter(|_| self.follows)?;
        [window.starts, window.ends].into_iter().find(|at| *at > self.now)
    }

    fn begin(&self, number: IncidentNumber) -> Option<Incident> {
        let window = self.cohort.settings.window.filter(|_| self.follows)?;
        let state = self.state();
        if state == IncidentState::Completed {
            return None;
        }
        let incident = Incident {
            number,
            kind: IncidentKind::Maintenance,
            title: self.title(),
            impact: Impact::Maintenance,
            window: Some(window),
            cohort: Some(self.cohort.number),
            updates: Vec::new(),
            created: self.now,
            started: if state == IncidentState::InProgress { window.starts } else { self.now },
            published: Some(self.now),
            publish_at: None,
            cancelled: None,
            version: 0,
            changed_by: None,
        };
        Some(self.told(incident, state, words(state, &self.name())))
    }

    fn go_on(&self, before: &Incident) -> Option<Incident> {
        let present = before.state(self.now).unwrap_or(IncidentState::Scheduled);
        let Some(window) = self.cohort.settings.window.filter(|_| self.follows) else {
            // The window is gone, or the page does not follow windows any more.
            let open = before.cancelled.is_none() && !present.is_over();
            return open.then(|| {
                let gone = Incident { cancelled: Some(self.now), ..before.clone() };
                changed(gone)
            });
        };
        let wanted = self.state();
        let moved = before.window != Some(window);
        let mut after = Incident { window: Some(window), title: self.title(), ..before.clone() };
        if before.cancelled.is_some() {
            // What a person took back stays so until the window is another one.
            if !(moved || before.changed_by.is_none()) || wanted == IncidentState::Completed {
                return None;
            }
            after.cancelled = None;
            return Some(self.told(after, wanted, words(wanted, &self.name())));
        }
        if wanted > present || (moved && present.is_over() && !wanted.is_over()) {
            if wanted == IncidentState::InProgress && present == IncidentState::Scheduled {
                after.started = self.now.max(window.starts);
            }
            return Some(self.told(after, wanted, words(wanted, &self.name())));
        }
        if present.is_over() {
            return None;
        }
        if moved {
            return Some(self.told(after, present, moved_words(&self.name())));
        }
        (after != *before).then(|| changed(after))
    }

    fn name(&self) -> String {
        self.cohort.public_name()
    }

    fn title(&self) -> Localized {
        let name = self.name();
        localized([
            ("en", format!("{name} moves")),
            ("de", format!("{name} zieht um")),
            ("fr", format!("{name} est migrée")),
            ("it", format!("{name} viene migrata")),
            ("es", format!("{name} se migra")),
        ])
    }

    /// With an update of the system.
    fn told(&self, mut incident: Incident, state: IncidentState, body: Localized) -> Incident {
        let last = incident.updates.iter().map(|update| update.number).max().unwrap_or(0);
        // What waits for its time stays behind what is told now.
        let place = incident.updates.iter().take_while(|update| update.published.is_some()).count();
        let update = IncidentUpdate {
            number: last + 1,
            state,
            body,
            at: Some(self.now),
            published: Some(self.now),
            components: Default::default(),
            notify: true,
            created: self.now,
            updated: self.now,
            by: None,
        };
        incident.updates.insert(place, update);
        changed(incident)
    }
}

/// The draft of an incident because a cohort was halted. It says nothing of the cause.
pub fn halted(cohort: &Cohort, number: IncidentNumber, now: Instant) -> Incident {
    let name = cohort.public_name();
    let body = localized([
        (
            "en",
            format!(
                "We have paused {name} while we look into a problem. Accounts that have not moved yet work as usual."
            ),
        ),
        (
            "de",
            format!(
                "Wir haben {name} angehalten und sehen uns ein Problem an. Konten, die noch nicht umgezogen sind, funktionieren wie gewohnt."
            ),
        ),
        (
            "fr",
            format!(
                "Nous avons suspendu {name} pour examiner un problème. Les comptes pas encore migrés fonctionnent comme d’habitude."
            ),
        ),
        (
            "it",
            format!(
                "Abbiamo sospeso {name} per esaminare un problema. Gli account non ancora migrati funzionano come al solito."
            ),
        ),
        (
            "es",
            format!(
                "Hemos pausado {name} para revisar un problema. Las cuentas que aún no se han migrado funcionan como siempre."
            ),
        ),
    ]);
    let update = IncidentUpdate {
        number: 1,
        state: IncidentState::Investigating,
        body,
        at: None,
        published: None,
        components: Default::default(),
        notify: true,
        created: now,
        updated: now,
        by: None,
    };
    Incident {
        number,
        kind: IncidentKind::Incident,
        title: localized([
            ("en", format!("{name} is paused")),
            ("de", format!("{name} ist angehalten")),
            ("fr", format!("{name} est suspendue")),
            ("it", format!("{name} è sospesa")),
            ("es", format!("{name} está en pausa")),
        ]),
        impact: Impact::Minor,
        window: None,
        cohort: Some(cohort.number),
        updates: vec![update],
        created: now,
        started: now,
        published: None,
        publish_at: None,
        cancelled: None,
        version: 1,
        changed_by: None,
    }
}

fn changed(mut incident: Incident) -> Incident {
    incident.version += 1;
    incident.changed_by = None;
    incident
}

fn localized(texts: [(&str, String); 5]) -> Localized {
    Localized(texts.into_iter().map(|(tag, text)| (tag.to_owned(), text)).collect())
}

fn words(state: IncidentState, name: &str) -> Localized {
    match state {
        IncidentState::InProgress => localized([
            ("en", format!("The move of {name} has begun.")),
            ("de", format!("Der Umzug von {name} hat begonnen.")),
            ("fr", format!("La migration de {name} a commencé.")),
            ("it", format!("La migrazione di {name} è iniziata.")),
            ("es", format!("La migración de {name} ha comenzado.")),
        ]),
        IncidentState::Completed => localized([
            ("en", format!("The move of {name} is complete.")),
            ("de", format!("Der Umzug von {name} ist abgeschlossen.")),
            ("fr", format!("La migration de {name} est terminée.")),
            ("it", format!("La migrazione di {name} è terminata.")),
            ("es", format!("La migración de {name} ha terminado.")),
        ]),
        _ => localized([
            ("en", format!("The move of {name} is planned.")),
            ("de", format!("Der Umzug von {name} ist geplant.")),
            ("fr", format!("La migration de {name} est prévue.")),
            ("it", format!("La migrazione di {name} è prevista.")),
            ("es", format!("La migración de {name} está prevista.")),
        ]),
    }
}

fn moved_words(name: &str) -> Localized {
    localized([
        ("en", format!("The move of {name} has a new time.")),
        ("de", format!("Der Umzug von {name} hat eine neue Zeit.")),
        ("fr", format!("La migration de {name} a un nouvel horaire.")),
        ("it", format!("La migrazione di {name} ha un nuovo orario.")),
        ("es", format!("La migración de {name} tiene un nuevo horario.")),
    ])
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
