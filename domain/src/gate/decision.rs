//! Signing: what stands against it, what was decided with which figures, and what other thresholds would have decided.

use super::lists::same_subject;
use super::{Amount, CohortFacts, Criterion, Evaluation, Gate, GateId, GateSet, Verdict, evaluate};
use crate::clock::Instant;
use crate::id::{CohortNumber, UserId};
use serde::{Deserialize, Serialize};

/// A signed decision with all that it saw. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecision {
    pub cohort: CohortNumber,
    /// From 1, per cohort.
    pub number: u32,
    pub set: GateSet,
    pub at: Instant,
    pub by: UserId,
    pub gates: Vec<Gate>,
    pub evaluations: Vec<Evaluation>,
    pub facts: CohortFacts,
    /// Why it was signed although not everything was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

impl GateDecision {
    /// Whether it decided about these very gates: with other thresholds a signature is worth nothing.
    pub fn holds_for(&self, gates: &[Gate]) -> bool {
        self.gates == gates
    }

    /// Whether it let this gate pass although it was not met.
    pub fn waives(&self, gate: GateId) -> bool {
        let missed = |seen: &Evaluation| seen.gate == gate && seen.verdict != Verdict::Met;
        self.overridden.is_some() && self.evaluations.iter().any(missed)
    }
}

/// What stands against signing, and so against starting or closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub gate: GateId,
    /// For the person who asked: `At least 98 % completed: 37.7 % now`.
    pub words: String,
}

/// What is missing, if this person signs the gates now. `last` is the newest decision about these gates: what it waived
/// stays waived.
pub fn missing(
    gates: &[Gate],
    facts: &CohortFacts,
    last: Option<&GateDecision>,
    signer: &UserId,
    now: Instant,
) -> Vec<Missing> {
    let last = last.filter(|decision| decision.holds_for(gates));
    let missing = |gate: &Gate| {
        if last.is_some_and(|decision| decision.waives(gate.id)) {
            return None;
        }
        let seen = evaluate(gate, facts, now);
        let words = match (seen.verdict, seen.value) {
            (Verdict::Met, _) => own_approval(gate, facts, signer)?,
            (Verdict::NoData, _) => format!("{}: no data yet", gate.words()),
            (_, value) => unmet_words(gate, facts, value),
        };
        Some(Missing { gate: gate.id, words })
    };
    gates.iter().filter_map(missing).collect()
}

/// Four eyes: who approved may not be who signs.
fn own_approval(gate: &Gate, facts: &CohortFacts, signer: &UserId) -> Option<String> {
    let Criterion::Approval { duty, four_eyes: true, .. } = &gate.criterion else { return None };
    let mut approvals = facts.approvals.iter().filter(|approval| approval.gate == gate.id);
    let only_own = approvals.all(|approval| approval.by == *signer);
    only_own.then(|| format!("Approved by {duty}: you approved it yourself, so somebody else has to sign"))
}

fn unmet_words(gate: &Gate, facts: &CohortFacts, value: Option<Amount>) -> String {
    match (&gate.criterion, value) {
        (Criterion::Previous, _) => {
            let waiting: Vec<_> =
                facts.previous.iter().filter(|cohort| !cohort.passed).map(|cohort| cohort.label.as_str()).collect();
            format!("{} has not passed its exit gate", waiting.join(", "))
        }
        (Criterion::Approval { duty, .. }, _) => format!("{duty} has not approved"),
        (Criterion::Soak, None) => format!("{}: none is completed", gate.words()),
        (_, Some(value)) => format!("{}: {} now", gate.words(), gate.value_words(value)),
        (_, None) => gate.words(),
    }
}

/// What other thresholds would have decided about the figures of a past decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub evaluations: Vec<Evaluation>,
    /// Every gate would have been met.
    pub passes: bool,
}

/// Applies these gates to what a past decision saw.
pub fn replay(decision: &GateDecision, gates: &[Gate]) -> Replay {
    let evaluations: Vec<_> = gates.iter().map(|gate| seen_then(decision, gate)).collect();
    let passes = evaluations.iter().all(|seen| seen.verdict == Verdict::Met);
    Replay { evaluations, passes }
}

fn seen_then(decision: &GateDecision, gate: &Gate) -> Evaluation {
    if !matches!(gate.criterion, Criterion::Approval { .. }) {
        return evaluate(gate, &decision.facts, decision.at);
    }
    // A yes is not a matter of thresholds: what counts is whether it was asked for and given then.
    let asked = decision.gates.iter().find(|asked| same_subject(&asked.criterion, &gate.criterion));
    let given = asked.and_then(|asked| decision.evaluations.iter().find(|seen| seen.gate == asked.id));
    match given {
        Some(given) => Evaluation { gate: gate.id, ..*given },
        None => Evaluation { gate: gate.id, verdict: Verdict::NoData, value: None },
    }
}

/// The figures of a decision as text, for its event: `Completed 98.2 % (≥ 98 %): met`.
pub fn figures_words(gates: &[Gate], evaluations: &[Evaluation]) -> String {
    let line = |gate: &Gate| {
        let seen = evaluations.iter().find(|seen| seen.gate == gate.id)?;
        let value = seen.value.map_or_else(String::new, |value| format!(" {}", gate.value_words(value)));
        let threshold = gate.threshold_words();
        Some(format!("{}{value} ({threshold}): {}", gate.criterion.label(), seen.verdict.label().to_lowercase()))
    };
    gates.iter().filter_map(line).collect::<Vec<_>>().join("; ")
}
