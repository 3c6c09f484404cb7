//! One gate against the facts.

use super::facts::per;
use super::{Amount, CohortFacts, Comparison, Criterion, Gate, GateId};
use crate::clock::Instant;
use crate::status::Status;
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// What came of one gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    /// Time or work can still meet it.
    NotYet,
    /// Its source does not exist yet, or nothing takes part.
    NoData,
}

impl Verdict {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Met => "Met",
            Verdict::Missed => "Missed",
            Verdict::NotYet => "Not yet",
            Verdict::NoData => "No data yet",
        }
    }
}

/// One gate against the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    pub gate: GateId,
    pub verdict: Verdict,
    pub value: Option<Amount>,
}

/// Measures one gate.
pub fn evaluate(gate: &Gate, facts: &CohortFacts, now: Instant) -> Evaluation {
    let criterion = &gate.criterion;
    let value = match criterion {
        Criterion::Completed => facts.share(facts.of(Status::Completed), criterion.comparison()),
        Criterion::Blocked => facts.share(facts.of(Status::Blocked), criterion.comparison()),
        Criterion::RolledBack => facts.share(facts.of(Status::RolledBack), criterion.comparison()),
        Criterion::Notified { days } => {
            let count = |list: &[(u16, u32)]| list.iter().find(|(ahead, _)| ahead == days).map(|(_, count)| *count);
            let planned = count(&facts.to_be_notified).unwrap_or(0);
            count(&facts.notified).and_then(|told| facts.share(told + planned, criterion.comparison()))
        }
        Criterion::Previous => Some(yes(facts.previous.iter().all(|cohort| cohort.passed))),
        Criterion::Soak => facts.last_completed.map(|at| hours(now - at)),
        Criterion::Tickets => facts
            .open_tickets
            .and_then(|tickets| per(u64::from(tickets) * 10_000, facts.counts.taking_part(), criterion.comparison())),
        Criterion::ErrorRate => facts.error_rate,
        Criterion::Readiness => facts.readiness,
        Criterion::HighRisks => facts.high_risks.map(Amount::whole),
        Criterion::Approval { .. } => Some(yes(facts.approvals.iter().any(|approval| approval.gate == gate.id))),
    };
    let verdict = match (value, criterion.comparison()) {
        (Some(value), Comparison::AtLeast) if value >= gate.threshold => Verdict::Met,
        (Some(value), Comparison::AtMost) if value <= gate.threshold => Verdict::Met,
        (Some(_), Comparison::AtMost) => Verdict::Missed,
        (Some(_), Comparison::AtLeast) if is_too_late(criterion, facts, now) => Verdict::Missed,
        (Some(_), Comparison::AtLeast) => Verdict::NotYet,
        // Nothing was completed yet, which is a matter of time.
        (None, _) if *criterion == Criterion::Soak => Verdict::NotYet,
        (None, _) => Verdict::NoData,
    };
    Evaluation { gate: gate.id, verdict, value }
}

/// Whether waiting does not help any more.
fn is_too_late(criterion: &Criterion, facts: &CohortFacts, now: Instant) -> bool {
    let Some(window) = facts.window else { return false };
    match criterion {
        Criterion::Completed => now >= window.ends,
        Criterion::Notified { days } => now >= window.starts - Duration::days(i64::from(*days)),
        _ => false,
    }
}

fn yes(is_so: bool) -> Amount {
    Amount::whole(u32::from(is_so))
}

fn hours(time: Duration) -> Amount {
    // Hundredths of hours are 36 seconds.
    Amount(u32::try_from((time.num_seconds() / 36).max(0)).unwrap_or(u32::MAX))
}
