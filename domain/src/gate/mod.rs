//! Gates: measurable criteria of a cohort's start and end, and triggers that halt it. Evaluated by the system, signed by a
//! person, and every decision is kept with the figures that it saw.

mod amount;
mod criterion;
mod decision;
mod evaluation;
mod facts;
mod kept;
mod lists;
mod trigger;

pub use amount::Amount;
pub use criterion::{Comparison, Criterion, Unit};
pub use decision::{GateDecision, Missing, Replay, figures_words, missing, replay};
pub use evaluation::{Evaluation, Verdict, evaluate};
pub use facts::{CohortFacts, Previous};
pub use kept::{Approval, GateRefusal, Gates, Halt, LateChange};
pub use lists::{DUTY_MAX, GateLists, GateSet, SETS};
pub use trigger::{Breach, halt_words};

use serde::{Deserialize, Serialize};

/// The number of a gate within its cohort; never given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateId(pub u16);

/// One criterion with its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gate {
    /// 0 for a gate that has not been stored yet.
    #[serde(default)]
    pub id: GateId,
    pub criterion: Criterion,
    pub threshold: Amount,
}

impl Gate {
    /// A gate at its usual threshold.
    pub fn usual(criterion: Criterion) -> Gate {
        let threshold = criterion.usual();
        Gate { id: GateId(0), criterion, threshold }
    }

    /// The gate in plain words: `At least 98 % completed`.
    pub fn words(&self) -> String {
        let amount = self.criterion.unit().words(self.threshold);
        match &self.criterion {
            Criterion::Completed => format!("At least {amount} completed"),
            Criterion::Blocked => format!("At most {amount} blocked"),
            Criterion::RolledBack => format!("At most {amount} rolled back"),
            Criterion::Notified { days } => {
                let days = if *days == 1 { "a day".to_owned() } else { format!("{days} days") };
                match self.threshold >= Amount::whole(100) {
                    true => format!("Everybody notified, or planned to be, {days} ahead"),
                    false => format!("At least {amount} notified, or planned to be, {days} ahead"),
                }
            }
            Criterion::Previous => "The cohorts before passed their exit gates".to_owned(),
            Criterion::Soak => format!("At least {amount} since the last account was completed"),
            Criterion::Tickets => format!("At most {amount} open tickets per 100 accounts"),
            Criterion::ErrorRate => format!("Error rate at most {amount} baseline"),
            Criterion::Readiness => format!("Readiness at least {amount}"),
            Criterion::HighRisks if self.threshold.0 == 0 => "No open high risks".to_owned(),
            Criterion::HighRisks => format!("At most {amount} open high risks"),
            Criterion::Approval { duty, .. } => format!("Approved by {duty}"),
        }
    }

    /// The same gate as a trigger: `More than 5 % rolled back`.
    pub fn trigger_words(&self) -> String {
        let amount = self.criterion.unit().words(self.threshold);
        match &self.criterion {
            Criterion::Blocked => format!("More than {amount} blocked"),
            Criterion::RolledBack => format!("More than {amount} rolled back"),
            Criterion::Tickets => format!("More than {amount} open tickets per 100 accounts"),
            Criterion::ErrorRate => format!("Error rate above {amount} baseline"),
            Criterion::HighRisks => format!("More than {amount} open high risks"),
            _ => self.words(),
        }
    }

    /// The threshold with its sign: `≥ 98 %`.
    pub fn threshold_words(&self) -> String {
        match (self.criterion.unit(), self.criterion.comparison()) {
            (Unit::Yes, _) => "yes".to_owned(),
            (unit, Comparison::AtLeast) => format!("≥ {}", unit.words(self.threshold)),
            (unit, Comparison::AtMost) => format!("≤ {}", unit.words(self.threshold)),
        }
    }

    /// A figure of this gate with its unit.
    pub fn value_words(&self, value: Amount) -> String {
        self.criterion.unit().words(value)
    }
}

#[cfg(test)]
mod tests;
