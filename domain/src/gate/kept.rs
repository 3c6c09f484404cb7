//! What is kept of gates with their cohort: the lists, who said yes, what was changed late, why it was halted.

use super::{Amount, Gate, GateId, GateLists, GateSet, SETS};
use crate::clock::Instant;
use crate::cohort::CohortStage;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// A yes of a person with a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub gate: GateId,
    pub by: UserId,
    pub at: Instant,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A threshold that was changed after it should have been fixed; the page says so for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateChange {
    pub set: GateSet,
    pub gate: GateId,
    pub by: UserId,
    pub at: Instant,
    /// In words; `None`: it was added.
    pub before: Option<String>,
    /// In words; `None`: it was taken away.
    pub after: Option<String>,
}

impl LateChange {
    /// What was changed: `At most 2 % blocked → At most 5 % blocked`.
    pub fn words(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (None, Some(after)) => format!("added: {after}"),
            (Some(before), None) => format!("taken away: {before}"),
            (None, None) => String::new(),
        }
    }
}

/// Why and when a cohort was halted; gone once it runs again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    pub at: Instant,
    /// `None`: a trigger did it.
    pub by: Option<UserId>,
    pub why: String,
}

/// Everything about gates that is kept with a cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gates {
    #[serde(flatten)]
    pub lists: GateLists,
    /// The greatest number given to a gate.
    #[serde(default)]
    pub last_id: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateChange>,
    /// Triggers that were breached when somebody resumed the cohort, with their figures then: they fire again only when
    /// the figure is worse than that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed_at: Vec<(GateId, Amount)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
}

/// Late changes that are remembered, the newest.
const LATE_MAX: usize = 50;

/// Why gates were not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    #[error(
        "The entry gate was decided when the cohort started, so it cannot be changed any more. Nothing was changed."
    )]
    EntryIsPast,
    #[error("The cohort is closed, so its gates cannot be changed any more. Nothing was changed.")]
    Closed,
}

impl Gates {
    /// What a new cohort starts with.
    pub fn usual(tickets_come_in: bool) -> Gates {
        let lists = GateLists::usual(tickets_come_in);
        let last_id = lists.all().map(|(_, gate)| gate.id.0).max().unwrap_or(0);
        Gates { lists, last_id, ..Gates::default() }
    }

    /// A gate by its number.
    pub fn gate(&self, id: GateId) -> Option<&Gate> {
        self.lists.all().find(|(_, gate)| gate.id == id).map(|(_, gate)| gate)
    }

    /// The gates with other lists. Thresholds are set before the start: entry gates stay as they are from then on, and a
    /// change of the others is remembered as late. Whether the lists are sound is asked of [`GateLists::problems`].
    pub fn with(&self, wanted: GateLists, stage: CohortStage, by: &UserId, now: Instant) -> Result<Gates, GateRefusal> {
        let mut after = self.clone();
        for set in SETS {
            for gate in wanted.of(set) {
                // A number that this list does not know is a new gate's.
                let known = gate.id.0 > 0 && self.lists.of(set).iter().any(|old| old.id == gate.id);
                if !known {
                    after.last_id += 1;
                }
                let id = if known { gate.id } else { GateId(after.last_id) };
                after.lists.of_mut(set).push(Gate { id, ..gate.clone() });
            }
            let old = self.lists.of(set).len();
            after.lists.of_mut(set).drain(..old);
        }
        if stage == CohortStage::Closed && after.lists != self.lists {
            return Err(GateRefusal::Closed);
        }
        if stage != CohortStage::Planned && after.lists.entry != self.lists.entry {
            return Err(GateRefusal::EntryIsPast);
        }
        if stage != CohortStage::Planned {
            after.late.extend(self.late_changes(&after.lists, by, now));
            let forgotten = after.late.len().saturating_sub(LATE_MAX);
            after.late.drain(..forgotten);
        }
        // A yes was given to what the gate asked then; a mark belongs to its threshold.
        let same = |id: &GateId| self.gate(*id).is_some_and(|old| after.lists.all().any(|(_, gate)| gate == old));
        let approvals: Vec<_> = self.approvals.iter().filter(|approval| same(&approval.gate)).cloned().collect();
        let resumed_at: Vec<_> = self.resumed_at.iter().filter(|(id, _)| same(id)).copied().collect();
        after.approvals = approvals;
        after.resumed_at = resumed_at;
        Ok(after)
    }

    fn late_changes(&self, after: &GateLists, by: &UserId, now: Instant) -> Vec<LateChange> {
        let mut late = Vec::new();
        for set in SETS {
            let words = |gate: &Gate| if set == GateSet::Triggers { gate.trigger_words() } else { gate.words() };
            let mut add = |gate: GateId, before: Option<String>, after: Option<String>| {
                late.push(LateChange { set, gate, by: by.clone(), at: now, before, after });
            };
            for gate in after.of(set) {
                match self.lists.of(set).iter().find(|old| old.id == gate.id) {
                    Some(old) if old == gate => {}
                    Some(old) => add(gate.id, Some(words(old)), Some(words(gate))),
                    None => add(gate.id, None, Some(words(gate))),
                }
            }
            for old in self.lists.of(set) {
                if !after.of(set).iter().any(|gate| gate.id == old.id) {
                    add(old.id, Some(words(old)), None);
                }
            }
        }
        late
    }
}
