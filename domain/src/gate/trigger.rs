//! Rollback triggers: gates that halt a cohort by themselves once they are breached.

use super::{Amount, CohortFacts, Gate, Gates, Verdict, evaluate};
use crate::clock::Instant;
use serde::{Deserialize, Serialize};

impl Gates {
    /// The triggers that halt the cohort now: breached, and worse than when somebody last resumed in spite of them.
    pub fn breaches(&self, facts: &CohortFacts, now: Instant) -> Vec<Breach> {
        self.breached(facts, now).into_iter().filter(|breach| !self.is_known(breach)).collect()
    }

    /// All triggers that are breached.
    pub fn breached(&self, facts: &CohortFacts, now: Instant) -> Vec<Breach> {
        let breach = |gate: &Gate| {
            let seen = evaluate(gate, facts, now);
            let value = seen.value.filter(|_| seen.verdict == Verdict::Missed)?;
            Some(Breach { gate: gate.clone(), value })
        };
        self.lists.triggers.iter().filter_map(breach).collect()
    }

    fn is_known(&self, breach: &Breach) -> bool {
        self.resumed_at.iter().any(|(id, value)| *id == breach.gate.id && breach.value <= *value)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    pub gate: Gate,
    pub value: Amount,
}

impl Breach {
    /// `Rolled back: 6.2 %, allowed is 5 %`.
    pub fn words(&self) -> String {
        let (gate, value) = (&self.gate, self.gate.value_words(self.value));
        format!("{}: {value}, allowed is {}", gate.criterion.label(), gate.value_words(gate.threshold))
    }
}

/// The sentence for triggers that halted a cohort.
pub fn halt_words(breaches: &[Breach]) -> String {
    let words: Vec<String> = breaches.iter().map(Breach::words).collect();
    format!("{}.", words.join("; "))
}
