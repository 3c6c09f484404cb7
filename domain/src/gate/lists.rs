//! The lists of gates as a lead sets them: before the start, before the end, and what halts a cohort.

use super::{Amount, Comparison, Criterion, Gate, GateId};
use crate::migration::FieldError;
use serde::{Deserialize, Serialize};

/// Which of a cohort's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateSet {
    /// Before the start.
    Entry,
    /// Before the end.
    Exit,
    /// Halt the cohort when breached.
    Triggers,
}

impl GateSet {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            GateSet::Entry => "Entry",
            GateSet::Exit => "Exit",
            GateSet::Triggers => "Rollback triggers",
        }
    }

    /// The word in code and forms.
    pub fn code(self) -> &'static str {
        match self {
            GateSet::Entry => "entry",
            GateSet::Exit => "exit",
            GateSet::Triggers => "triggers",
        }
    }

    /// Whether it makes sense to ask for this here.
    pub fn takes(self, criterion: &Criterion) -> bool {
        match self {
            GateSet::Entry => !matches!(criterion, Criterion::Completed | Criterion::RolledBack | Criterion::Soak),
            GateSet::Exit => !matches!(criterion, Criterion::Previous | Criterion::Notified { .. }),
            GateSet::Triggers => criterion.comparison() == Comparison::AtMost,
        }
    }
}

/// The three lists as a lead sets them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateLists {
    #[serde(default)]
    pub entry: Vec<Gate>,
    #[serde(default)]
    pub exit: Vec<Gate>,
    #[serde(default)]
    pub triggers: Vec<Gate>,
}

impl GateLists {
    /// What a new cohort starts with: criteria that have data. Tickets are asked for where they come in; elsewhere no cohort
    /// could end without an override.
    pub fn usual(tickets_come_in: bool) -> GateLists {
        let mut next = 1..;
        let mut numbered = |gates: Vec<Gate>| -> Vec<Gate> {
            gates.into_iter().zip(&mut next).map(|(gate, id)| Gate { id: GateId(id), ..gate }).collect()
        };
        let entry = [Criterion::Previous, Criterion::Notified { days: NOTIFIED_AHEAD }];
        let exit = [Criterion::Completed, Criterion::Blocked, Criterion::RolledBack, Criterion::Soak];
        let tickets = tickets_come_in.then_some(Criterion::Tickets);
        let halting = Gate { threshold: Amount::whole(5), ..Gate::usual(Criterion::RolledBack) };
        GateLists {
            entry: numbered(entry.into_iter().map(Gate::usual).collect()),
            exit: numbered(exit.into_iter().chain(tickets).map(Gate::usual).collect()),
            triggers: numbered(vec![halting]),
        }
    }

    /// One of the lists.
    pub fn of(&self, set: GateSet) -> &[Gate] {
        match set {
            GateSet::Entry => &self.entry,
            GateSet::Exit => &self.exit,
            GateSet::Triggers => &self.triggers,
        }
    }

    /// One of the lists, to change it.
    pub fn of_mut(&mut self, set: GateSet) -> &mut Vec<Gate> {
        match set {
            GateSet::Entry => &mut self.entry,
            GateSet::Exit => &mut self.exit,
            GateSet::Triggers => &mut self.triggers,
        }
    }

    /// Every gate with the list that it stands in.
    pub fn all(&self) -> impl Iterator<Item = (GateSet, &Gate)> {
        SETS.into_iter().flat_map(|set| self.of(set).iter().map(move |gate| (set, gate)))
    }

    /// Everything that is wrong with the lists. The field is `entry-0` for the first entry gate, or the list's word.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        for set in SETS {
            let gates = self.of(set);
            if gates.len() > GATES_MAX {
                problems.push(FieldError::new(set.code(), format!("At most {GATES_MAX} of each kind.")));
            }
            for (index, gate) in gates.iter().enumerate() {
                if let Some(message) = problem(set, gate, &gates[..index]) {
                    problems.push(FieldError::new(&format!("{}-{index}", set.code()), message));
                }
            }
        }
        problems
    }
}

/// The lists in the order of the screen.
pub const SETS: [GateSet; 3] = [GateSet::Entry, GateSet::Exit, GateSet::Triggers];
/// Days ahead by which a new cohort's customers have to know. The notice of the default set goes out 14 days ahead, in working
/// hours: this leaves a week for those that could not be reached at once.
const NOTIFIED_AHEAD: u16 = 7;
/// Most gates of one list.
const GATES_MAX: usize = 20;
/// Longest duty, in characters.
pub const DUTY_MAX: usize = 80;
/// Most days ahead of a notice.
const DAYS_AHEAD_MAX: u16 = 90;

fn problem(set: GateSet, gate: &Gate, before: &[Gate]) -> Option<String> {
    let criterion = &gate.criterion;
    let unit = criterion.unit();
    if !set.takes(criterion) {
        return Some(format!(
            "\u{201c}{}\u{201d} is none of the {} criteria.",
            criterion.label(),
            set.label().to_lowercase()
        ));
    }
    if before.iter().any(|other| same_subject(&other.criterion, criterion)) {
        return Some("It is in the list already.".to_owned());
    }
    if gate.threshold > unit.most() {
        return Some(format!("At most {}.", unit.words(unit.most())));
    }
    match criterion {
        Criterion::Notified { days } if !(1..=DAYS_AHEAD_MAX).contains(days) => {
            Some(format!("Between 1 and {DAYS_AHEAD_MAX} days ahead."))
        }
        Criterion::Approval { duty, .. } if duty.trim().is_empty() => Some("Say whose approval: a duty.".to_owned()),
        Criterion::Approval { duty, .. } if duty.chars().count() > DUTY_MAX || duty.chars().any(char::is_control) => {
            Some(format!("At most {DUTY_MAX} characters, in one line."))
        }
        _ => None,
    }
}

pub(super) fn same_subject(one: &Criterion, other: &Criterion) -> bool {
    match (one, other) {
        (Criterion::Approval { duty: one, .. }, Criterion::Approval { duty: other, .. }) => {
            one.trim().eq_ignore_ascii_case(other.trim())
        }
        _ => one.code() == other.code(),
    }
}
