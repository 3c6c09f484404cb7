//! How incidents and maintenance change: what may be written, what follows what, what goes out when.

use super::check::{Checks, Lines, tidy, trimmed};
use super::incident::{BODY_MAX, TITLE_MAX};
use super::{ComponentState, Impact, Incident, IncidentKind, IncidentState, IncidentUpdate, Localized, PageContent};
use crate::clock::Instant;
use crate::cohort::Window;
use crate::id::{ComponentNumber, IncidentNumber, UserId};
use crate::migration::FieldError;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most updates of one incident.
pub const UPDATES_MAX: usize = 200;
/// The farthest time at which something may go out by itself.
const AHEAD_MAX: Duration = Duration::days(366);

/// What somebody writes of an incident as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentDraft {
    pub kind: IncidentKind,
    pub title: Localized,
    pub impact: Impact,
    /// When a maintenance is.
    #[serde(default)]
    pub window: Option<Window>,
    /// When it began, if that was earlier.
    #[serde(default)]
    pub started: Option<Instant>,
    /// Whether a maintenance starts and ends at its times without anybody writing that.
    #[serde(default)]
    pub by_itself: bool,
}

/// What somebody writes of an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateDraft {
    pub state: IncidentState,
    pub body: Localized,
    #[serde(default)]
    pub components: BTreeMap<ComponentNumber, ComponentState>,
    pub notify: bool,
}

/// When something goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Going {
    /// Not yet: it is kept for whoever may publish.
    Draft,
    Now,
    At(Instant),
}

/// What became of a saving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IncidentSaved {
    Saved {
        number: IncidentNumber,
        version: u32,
    },
    /// Somebody changed it meanwhile. Nothing was saved.
    Conflict {
        theirs: Box<Incident>,
        by: String,
    },
}

/// What became of saving or publishing the page's texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ContentSaved {
    Saved {
        version: u32,
    },
    /// Somebody saved another draft meanwhile. Nothing was saved or published.
    Conflict {
        theirs: Box<PageContent>,
        version: u32,
        by: String,
    },
}

/// Why a change was refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    Invalid(Vec<FieldError>),
    Refused(String),
}

impl From<Vec<FieldError>> for Refusal {
    fn from(problems: Vec<FieldError>) -> Self {
        Refusal::Invalid(problems)
    }
}

fn refused(words: &str) -> Refusal {
    Refusal::Refused(format!("{words} Nothing was changed."))
}

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// `None`: the system.
    pub by: Option<&'a UserId>,
    /// Whether what they write may reach readers.
    pub may_publish: bool,
    pub now: Instant,
    /// The language in which a text is asked for if there is none.
    pub language: &'a str,
}

impl IncidentDraft {
    /// Everything that is wrong with it.
    pub fn problems(&self, author: &Author<'_>) -> Vec<FieldError> {
        let mut checks = Checks::default();
        checks.needed("title", &self.title, author.language, "Give it a title: it is what readers see first.");
        checks.text("title", &self.title, TITLE_MAX, Lines::One);
        match (self.kind, self.window) {
            (IncidentKind::Maintenance, None) => checks.when(true, "window_starts", "Say when it starts and ends."),
            (IncidentKind::Maintenance, Some(window)) => {
                checks.when(window.ends <= window.starts, "window_ends", "It must end after it starts.");
            }
            (IncidentKind::Incident, window) => {
                checks.when(window.is_some(), "window_starts", "Only a maintenance has a window.");
            }
        }
        let later = self.started.is_some_and(|started| started > author.now);
        checks.when(later, "started", "It cannot have begun later than now.");
        checks.done()
    }
}

impl UpdateDraft {
    fn problems(&self, kind: IncidentKind, author: &Author<'_>, known: &[ComponentNumber]) -> Vec<FieldError> {
        let mut checks = Checks::default();
        checks.needed("body", &self.body, author.language, "Say what is known and when you write again.");
        checks.text("body", &self.body, BODY_MAX, Lines::Several);
        checks.when(!self.state.is_of(kind), "state", "This state belongs to another kind.");
        let strange = self.components.keys().any(|number| !known.contains(number));
        checks.when(strange, "components", "One of these parts does not exist any more.");
        checks.done()
    }

    fn tidied(&self) -> UpdateDraft {
        UpdateDraft { body: tidy(&self.body), ..self.clone() }
    }
}

impl Going {
    fn problems(self, author: &Author<'_>) -> Vec<FieldError> {
        let mut checks = Checks::default();
        if let Going::At(at) = self {
            checks.when(at <= author.now, "at", "This time has passed. Choose a later one, or publish now.");
            checks.when(at > author.now + AHEAD_MAX, "at", "At most a year ahead.");
        }
        checks.done()
    }

    /// Whether readers get it, now or later.
    pub fn reaches_readers(self) -> bool {
        self != Going::Draft
    }
}

/// The words that stand at the start and the end of a maintenance that goes by itself.
fn by_itself(state: IncidentState) -> Localized {
    let words: &[(&str, &str)] = match state {
        IncidentState::InProgress => &[
            ("en", "The maintenance has begun."),
            ("de", "Die Wartung hat begonnen."),
            ("fr", "La maintenance a commencé."),
            ("it", "La manutenzione è iniziata."),
            ("es", "El mantenimiento ha comenzado."),
        ],
        _ => &[
            ("en", "The maintenance is complete."),
            ("de", "Die Wartung ist abgeschlossen."),
            ("fr", "La maintenance est terminée."),
            ("it", "La manutenzione è terminata."),
            ("es", "El mantenimiento ha terminado."),
        ],
    };
    Localized(words.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect())
}

impl Incident {
    /// A new one with its first update.
    pub fn begin(
        number: IncidentNumber,
        draft: &IncidentDraft,
        first: &UpdateDraft,
        going: Going,
        author: &Author<'_>,
        known: &[ComponentNumber],
    ) -> Result<Incident, Refusal> {
        let mut problems = draft.problems(author);
        problems.extend(first.problems(draft.kind, author, known));
        problems.extend(going.problems(author));
        if problems.is_empty() && !IncidentState::first(draft.kind).contains(&first.state) {
            problems.push(FieldError::new("state", format!("It cannot begin as “{}”.", first.state.label())));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let mut incident = Incident {
            number,
            kind: draft.kind,
            title: trimmed(&draft.title),
            impact: draft.impact,
            window: draft.window,
            cohort: None,
            updates: Vec::new(),
            created: author.now,
            started: draft.started.unwrap_or(author.now),
            published: None,
            publish_at: None,
            cancelled: None,
            version: 0,
            changed_by: None,
        };
        incident.put_update(None, first, going, author)?;
        if let (true, Some(window)) = (draft.by_itself && going.reaches_readers(), draft.window) {
            for (state, at) in [(IncidentState::InProgress, window.starts), (IncidentState::Completed, window.ends)] {
                if at > author.now && first.state < state {
                    let told =
                        UpdateDraft { state, body: by_itself(state), components: during(first, state), notify: true };
                    incident.put_update(None, &told, Going::At(at), author)?;
                }
            }
        }
        Ok(incident.touched(author))
    }

    /// With other facts.
    pub fn with_facts(&self, draft: &IncidentDraft, author: &Author<'_>) -> Result<Incident, Refusal> {
        let problems = draft.problems(author);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        self.must_be_open()?;
        if draft.kind != self.kind {
            return Err(refused("An incident stays one, and a maintenance, too."));
        }
        if self.reaches_readers() && !author.may_publish {
            return Err(refused("Readers see this, or will by itself: only a lead can change it."));
        }
        let mut after = Incident {
            title: trimmed(&draft.title),
            impact: draft.impact,
            window: draft.window,
            started: draft.started.unwrap_or(self.started),
            ..self.clone()
        };
        // What was to be told at the old start or end is told at the new one.
        if let (Some(old), Some(new)) = (self.window, draft.window) {
            for update in after.updates.iter_mut().filter(|update| update.published.is_none()) {
                update.at = match update.at {
                    Some(at) if at == old.starts && update.state == IncidentState::InProgress => Some(new.starts),
                    Some(at) if at == old.ends && update.state == IncidentState::Completed => Some(new.ends),
                    at => at,
                };
            }
        }
        after.sort();
        if after == *self { Ok(after) } else { Ok(after.touched(author)) }
    }

    /// With another update, or with update `number` as it is written now.
    pub fn with_update(
        &self,
        number: Option<u32>,
        draft: &UpdateDraft,
        going: Going,
        author: &Author<'_>,
        known: &[ComponentNumber],
    ) -> Result<Incident, Refusal> {
        let mut problems = draft.problems(self.kind, author, known);
        problems.extend(going.problems(author));
        if !problems.is_empty() {
            return Err(problems.into());
        }
        self.must_be_open()?;
        let mut after = self.clone();
        after.put_update(number, draft, going, author)?;
        if after == *self { Ok(after) } else { Ok(after.touched(author)) }
    }

    /// Without an update that nobody has seen yet.
    pub fn without_update(&self, number: u32, author: &Author<'_>) -> Result<Incident, Refusal> {
        let Some(update) = self.updates.iter().find(|update| update.number == number) else {
            return Err(refused("This update does not exist any more."));
        };
        if update.published.is_some() {
            return Err(refused("Readers have seen this update. Correct its words, or write another one."));
        }
        if update.at.is_some() && !author.may_publish {
            return Err(refused("This update goes out by itself: only a lead can take it away."));
        }
        if self.updates.len() == 1 {
            return Err(refused("This is its only update. Discard the whole draft instead."));
        }
        let mut after = self.clone();
        after.updates.retain(|update| update.number != number);
        after.sort();
        Ok(after.touched(author))
    }

    /// Taken back: no reader sees it any more.
    pub fn taken_back(&self, author: &Author<'_>) -> Result<Incident, Refusal> {
        self.must_be_open()?;
        if self.reaches_readers() && !author.may_publish {
            return Err(refused("Readers see this, or will by itself: only a lead can take it back."));
        }
        Ok(Incident { cancelled: Some(author.now), publish_at: None, ..self.clone() }.touched(author))
    }

    /// With what has become due. `None`: nothing has.
    pub fn with_due(&self, now: Instant) -> Option<Incident> {
        if self.next_due().is_none_or(|due| due > now) {
            return None;
        }
        let mut after = self.clone();
        for update in after.updates.iter_mut().filter(|update| update.published.is_none()) {
            if update.at.is_some_and(|at| at <= now) {
                update.published = Some(now);
                update.updated = now;
                after.published = after.published.or(Some(now));
            }
        }
        after.sort();
        after.version += 1;
        after.changed_by = None;
        Some(after)
    }

    /// Whether readers see it, or will without anybody doing anything.
    pub fn reaches_readers(&self) -> bool {
        self.published.is_some() || self.next_due().is_some()
    }

    /// The states that an update may have which goes out at a time.
    pub fn states_at(&self, at: Instant, except: Option<u32>) -> &'static [IncidentState] {
        let mut before = self.updates.iter().filter(|update| Some(update.number) != except);
        let before = before.rfind(|update| update.at.is_some_and(|other| other <= at));
        before.map_or(IncidentState::first(self.kind), |update| update.state.next())
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        match self.cancelled {
            Some(_) => Err(refused("This was taken back. Write a new one.")),
            None => Ok(()),
        }
    }

    fn put_update(
        &mut self,
        number: Option<u32>,
        draft: &UpdateDraft,
        going: Going,
        author: &Author<'_>,
    ) -> Result<(), Refusal> {
        let draft = draft.tidied();
        let before = match number {
            None => None,
            Some(number) => match self.updates.iter().find(|update| update.number == number) {
                Some(update) => Some(update.clone()),
                None => return Err(refused("This update does not exist any more.")),
            },
        };
        if (going.reaches_readers() || before.as_ref().is_some_and(|update| update.at.is_some())) && !author.may_publish
        {
            return Err(refused("What reaches readers is published by a lead. Save it as a draft."));
        }
        if let Some(before) = before.as_ref().filter(|update| update.published.is_some()) {
            if going != Going::Now {
                return Err(refused("Readers have seen this update already."));
            }
            if draft.state != before.state || draft.components != before.components {
                return Err(refused("What was published keeps its state. Correct its words, or write another update."));
            }
            for update in
                self.updates.iter_mut().filter(|update| update.number == before.number && update.body != draft.body)
            {
                update.body = draft.body.clone();
                update.updated = author.now;
            }
            return Ok(());
        }
        if before.is_none() && self.updates.len() >= UPDATES_MAX {
            return Err(refused("It has 200 updates. Write a new incident."));
        }
        let (at, published) = match going {
            Going::Draft => (None, None),
            Going::Now => (Some(author.now), Some(author.now)),
            Going::At(at) => (Some(at), None),
        };
        if let Some(at) = at {
            let next = self.states_at(at, number);
            if !next.contains(&draft.state) {
                let message = format!("“{}” cannot come next here.", draft.state.label());
                return Err(vec![FieldError::new("state", message)].into());
            }
        }
        let last = self.updates.iter().map(|update| update.number).max().unwrap_or(0);
        let update = IncidentUpdate {
            number: number.unwrap_or(last + 1),
            state: draft.state,
            body: draft.body,
            at,
            published,
            components: draft.components,
            notify: draft.notify,
            created: before.as_ref().map_or(author.now, |before| before.created),
            updated: author.now,
            by: author.by.cloned(),
        };
        self.updates.retain(|other| other.number != update.number);
        // What was to be told later is untrue once it is over.
        if published.is_some() && update.state.is_over() {
            for later in
                self.updates.iter_mut().filter(|later| later.published.is_none() && later.number != update.number)
            {
                later.at = None;
            }
        }
        self.updates.push(update);
        if published.is_some() && self.published.is_none() {
            self.published = published;
        }
        self.sort();
        Ok(())
    }

    /// By the time that each bears, drafts last; and when the whole goes out by itself.
    fn sort(&mut self) {
        self.updates.sort_by_key(|update| (update.at.is_none(), update.at, update.number));
        self.publish_at = if self.published.is_some() { None } else { self.next_due() };
    }

    fn touched(mut self, author: &Author<'_>) -> Incident {
        self.version += 1;
        self.changed_by = author.by.cloned();
        self
    }
}

/// What a maintenance makes of the parts that its announcement names.
fn during(first: &UpdateDraft, state: IncidentState) -> BTreeMap<ComponentNumber, ComponentState> {
    let told = |told: ComponentState| match state {
        IncidentState::InProgress => told.max(ComponentState::UnderMaintenance),
        _ => ComponentState::Operational,
    };
    first.components.iter().map(|(number, state)| (*number, told(*state))).collect()
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
