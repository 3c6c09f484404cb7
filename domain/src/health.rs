//! The health of a cohort, apart from its progress: on track, lagging, at risk or halted, with the reasons in words.

use crate::clock::Instant;
use crate::cohort::CohortStage;
use crate::gate::{Amount, CohortFacts, Comparison, Criterion, Evaluation, Gate, Gates, Verdict, evaluate};
use crate::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a running cohort does. The order is that of worry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    OnTrack,
    Lagging,
    AtRisk,
    Halted,
}

impl Health {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Health::OnTrack => "On track",
            Health::Lagging => "Lagging",
            Health::AtRisk => "At risk",
            Health::Halted => "Halted",
        }
    }

    /// The name in style sheets and of its icon.
    pub fn css(self) -> &'static str {
        match self {
            Health::OnTrack => "on-track",
            Health::Lagging => "lagging",
            Health::AtRisk => "at-risk",
            Health::Halted => "halted",
        }
    }
}

/// One reason: `Pace`, `1,628 a day; 1,767 are needed.`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub health: Health,
    pub topic: String,
    pub words: String,
}

/// What health is judged by.
pub struct Signs<'a> {
    pub stage: CohortStage,
    pub gates: &'a Gates,
    pub facts: &'a CohortFacts,
    pub now: Instant,
    /// Today in the migration's zone.
    pub today: NaiveDate,
    /// How many should be completed by now; `None` without a plan.
    pub planned: Option<u32>,
    /// Accounts per working day, lately.
    pub pace: Option<f64>,
    /// Accounts per working day that the rest of the window needs; `None` without a window or after it.
    pub needed: Option<f64>,
    pub capacity: Option<u32>,
    /// The middle of the forecast; `None`: no forecast.
    pub ends: Option<NaiveDate>,
    /// The last day of the window.
    pub window_ends: Option<NaiveDate>,
    /// The migration's deadline.
    pub deadline: NaiveDate,
}

/// So far behind its plan, in hundredths of the accounts, a cohort lags; and so far it is at risk.
const LAGGING: u64 = 3;
const AT_RISK: u64 = 15;
/// A trigger whose figure has come this close to its threshold, in hundredths, is a warning.
const NEAR: u64 = 80;

/// The health of a cohort with its reasons, the worst first. `None`: it has not begun or is over.
pub fn health(signs: &Signs<'_>) -> Option<(Health, Vec<Reason>)> {
    let mut reasons = match signs.stage {
        CohortStage::Planned | CohortStage::Closed => return None,
        CohortStage::Halted => vec![halted(signs)],
        CohortStage::Running => Vec::new(),
    };
    reasons.extend(progress(signs));
    reasons.extend(pace(signs));
    reasons.extend(end(signs));
    reasons.extend(signs.gates.lists.exit.iter().filter_map(|gate| of_gate(gate, signs)));
    reasons.extend(signs.gates.lists.triggers.iter().filter_map(|gate| of_trigger(gate, signs)));
    // A stable sort: within one health the order above stays.
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.health));
    let worst = reasons.first().map_or(Health::OnTrack, |reason| reason.health);
    Some((worst, reasons))
}

fn reason(health: Health, topic: &str, words: String) -> Reason {
    Reason { health, topic: topic.to_owned(), words }
}

fn halted(signs: &Signs<'_>) -> Reason {
    let (topic, why) = match &signs.gates.halt {
        Some(halt) if halt.by.is_none() => ("Halted by a rollback trigger", halt.why.clone()),
        Some(halt) => ("Halted", halt.why.clone()),
        None => ("Halted", "No account of it can start.".to_owned()),
    };
    reason(Health::Halted, topic, why)
}

fn progress(signs: &Signs<'_>) -> Option<Reason> {
    let planned = signs.planned?;
    let (done, all) = (signs.facts.of(Status::Completed), signs.facts.counts.taking_part());
    let behind = planned.saturating_sub(done);
    let share = (u64::from(behind) * 100).checked_div(u64::from(all))?;
    let health = match share {
        AT_RISK.. => Health::AtRisk,
        LAGGING.. => Health::Lagging,
        _ => Health::OnTrack,
    };
    let words = match behind {
        0 => format!("{} completed, {} planned for now.", grouped(done), grouped(planned)),
        _ => format!("{} fewer completed than planned for now.", grouped(behind)),
    };
    Some(reason(health, "Plan", words))
}

fn pace(signs: &Signs<'_>) -> Option<Reason> {
    let (pace, needed) = (signs.pace?, signs.needed?);
    let capacity = signs.capacity.map_or(String::new(), |capacity| format!(", capacity is {}", grouped(capacity)));
    let words = format!("{} a day; {} are needed{capacity}.", rounded(pace), rounded(needed.ceil()));
    let beyond_capacity = signs.capacity.is_some_and(|capacity| needed > f64::from(capacity));
    let health = match () {
        () if beyond_capacity => Health::AtRisk,
        () if pace < needed => Health::Lagging,
        () => Health::OnTrack,
    };
    Some(reason(health, "Pace", words))
}

fn end(signs: &Signs<'_>) -> Option<Reason> {
    let left = signs.facts.counts.taking_part().saturating_sub(signs.facts.of(Status::Completed));
    let over = signs.window_ends.filter(|day| *day < signs.today);
    if let (Some(_), true) = (over, left > 0) {
        let words = format!("The window has ended; {} are not completed.", grouped(left));
        return Some(reason(Health::AtRisk, "Window", words));
    }
    let ends = signs.ends?;
    if ends > signs.deadline {
        let words = "At this pace the cohort ends after the migration's deadline.".to_owned();
        return Some(reason(Health::AtRisk, "Deadline", words));
    }
    let late = signs.window_ends.is_some_and(|day| ends > day);
    late.then(|| reason(Health::Lagging, "Window", "At this pace the cohort ends after its window.".to_owned()))
}

fn of_gate(gate: &Gate, signs: &Signs<'_>) -> Option<Reason> {
    // Whether accounts get completed is told by plan and pace already.
    if gate.criterion.comparison() == Comparison::AtLeast {
        return None;
    }
    let Evaluation { verdict, value, .. } = evaluate(gate, signs.facts, signs.now);
    let value = gate.value_words(value?);
    let limit = gate.value_words(gate.threshold);
    let (health, words) = match verdict {
        Verdict::Missed => (Health::Lagging, format!("{value}, the exit gate allows {limit}.")),
        Verdict::Met => (Health::OnTrack, format!("{value}, within the exit gate's {limit}.")),
        Verdict::NotYet | Verdict::NoData => return None,
    };
    Some(reason(health, &gate.criterion.label(), words))
}

fn of_trigger(gate: &Gate, signs: &Signs<'_>) -> Option<Reason> {
    const TOPIC: &str = "Rollback trigger";
    let Evaluation { verdict, value, .. } = evaluate(gate, signs.facts, signs.now);
    let Some(value) = value else {
        let words = format!("{}: its source has no data yet.", gate.trigger_words());
        return (gate.criterion != Criterion::RolledBack).then(|| reason(Health::OnTrack, TOPIC, words));
    };
    let close = u64::from(value.0) * 100 >= u64::from(gate.threshold.0) * NEAR && value > Amount(0);
    let (seen, limit) = (gate.value_words(value), gate.trigger_words());
    let (health, words) = match verdict {
        Verdict::Missed => {
            (Health::AtRisk, format!("{seen} now. {limit} is breached; somebody resumed in spite of it."))
        }
        _ if close => (Health::AtRisk, format!("{seen} now, close to its limit. {limit} halts the cohort.")),
        _ => (Health::OnTrack, format!("is armed. {limit} halts the cohort.")),
    };
    if signs.stage == CohortStage::Halted && verdict == Verdict::Missed {
        return None; // It is the reason for the halt.
    }
    Some(reason(health, TOPIC, words))
}

fn rounded(pace: f64) -> String {
    match pace < 10.0 && pace.fract() > 0.05 {
        true => format!("{pace:.1}"),
        false => grouped(pace.round() as u32),
    }
}

/// A count with its thousands set apart.
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Halt;
    use crate::status::StatusCounts;
    use chrono::DateTime;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn facts(completed: u32, rest: u32, blocked: u32, rolled_back: u32) -> CohortFacts {
        let counts = StatusCounts([completed, 0, rest, 0, blocked, rolled_back, 0]);
        CohortFacts { counts, ..CohortFacts::default() }
    }

    fn signs<'a>(gates: &'a Gates, facts: &'a CohortFacts) -> Signs<'a> {
        Signs {
            stage: CohortStage::Running,
            gates,
            facts,
            now: DateTime::parse_from_rfc3339("2026-05-21T12:00:00Z").expect("an instant").to_utc(),
            today: day("2026-05-21"),
            planned: Some(400),
            pace: Some(50.0),
            needed: Some(45.0),
            capacity: None,
            ends: Some(day("2026-06-03")),
            window_ends: Some(day("2026-06-05")),
            deadline: day("2026-06-30"),
        }
    }

    #[test]
    fn health_is_the_worst_of_its_reasons() {
        let gates = Gates::usual(false);
        let good = facts(410, 590, 0, 0);
        let few = facts(360, 640, 0, 0);
        let far = facts(200, 800, 0, 0);
        let stuck = facts(410, 560, 30, 0);
        let near = facts(410, 549, 0, 41);
        type Change = fn(&mut Signs<'_>);
        let table: [(&str, &CohortFacts, Change, Health, &str); 11] = [
            ("all is well", &good, |_| {}, Health::OnTrack, "Plan"),
            ("a little behind", &few, |_| {}, Health::Lagging, "Plan"),
            ("far behind", &far, |_| {}, Health::AtRisk, "Plan"),
            ("too slow", &good, |s| s.needed = Some(60.0), Health::Lagging, "Pace"),
            ("more than capacity", &good, |s| (s.needed, s.capacity) = (Some(60.0), Some(55)), Health::AtRisk, "Pace"),
            ("after its window", &good, |s| s.ends = Some(day("2026-06-08")), Health::Lagging, "Window"),
            ("after the deadline", &good, |s| s.ends = Some(day("2026-07-01")), Health::AtRisk, "Deadline"),
            ("window over", &good, |s| s.window_ends = Some(day("2026-05-20")), Health::AtRisk, "Window"),
            ("blocked", &stuck, |_| {}, Health::Lagging, "Blocked"),
            ("near a trigger", &near, |_| {}, Health::AtRisk, "Rollback trigger"),
            ("halted", &good, |s| s.stage = CohortStage::Halted, Health::Halted, "Halted"),
        ];
        for (name, facts, change, expected, topic) in table {
            let mut signs = signs(&gates, facts);
            change(&mut signs);
            let (found, reasons) = health(&signs).expect("it has begun");
            assert_eq!((found, reasons[0].topic.as_str()), (expected, topic), "{name}: {reasons:?}");
            assert!(reasons.iter().all(|reason| reason.health <= found));
        }
    }

    #[test]
    fn a_cohort_that_has_not_begun_or_is_over_has_none() {
        let (gates, facts) = (Gates::usual(false), facts(0, 10, 0, 0));
        for stage in [CohortStage::Planned, CohortStage::Closed] {
            assert_eq!(health(&Signs { stage, ..signs(&gates, &facts) }), None);
        }
    }

    #[test]
    fn a_halt_says_who_or_what_did_it() {
        let facts = facts(100, 800, 0, 100);
        let mut gates = Gates::usual(false);
        let halt = |by| Halt { at: DateTime::default(), by, why: "Rolled back: 10 %, allowed is 5 %.".to_owned() };
        let first = |gates: &Gates| {
            let signs = Signs { stage: CohortStage::Halted, ..signs(gates, &facts) };
            health(&signs).expect("it has begun").1.remove(0)
        };
        gates.halt = Some(halt(None));
        assert_eq!(first(&gates).topic, "Halted by a rollback trigger");
        gates.halt = Some(halt(Some("ann".into())));
        assert_eq!(first(&gates).topic, "Halted");
        assert_eq!(first(&gates).words, "Rolled back: 10 %, allowed is 5 %.");
    }

    #[test]
    fn nothing_divides_by_an_empty_cohort() {
        let (gates, facts) = (Gates::usual(false), facts(0, 0, 0, 0));
        let signs = Signs { planned: Some(0), pace: None, ends: None, ..signs(&gates, &facts) };
        assert_eq!(health(&signs).map(|(health, _)| health), Some(Health::OnTrack));
    }
}
