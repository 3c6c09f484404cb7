//! A user's own work: what is due of an account, and who looks after a flag.

use crate::account::Row;
use crate::cohort::{Cohort, CohortStage};
use crate::gate::{Criterion, Gate, GateSet};
use crate::id::UserId;
use crate::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What an account asks of its owner by its date alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// Its day has passed, and it is not through.
    Overdue,
    Today,
}

/// What is due of an account on this day of its migration's zone.
pub fn due(row: &Row, today: NaiveDate) -> Option<Due> {
    let waits = matches!(row.state.status(), Status::Scheduled | Status::InProgress | Status::Blocked);
    match row.state.scheduled_for().filter(|_| waits)? {
        date if date < today => Some(Due::Overdue),
        date if date == today => Some(Due::Today),
        _ => None,
    }
}

/// Who looks after an account: its owner; without one the cohort's owner; without either every lead does.
pub fn looked_after_by(owner: Option<&UserId>, cohort_owner: Option<&UserId>, user: &UserId, is_lead: bool) -> bool {
    match owner.or(cohort_owner) {
        Some(responsible) => responsible == user,
        None => is_lead,
    }
}

/// Whether a gate of a cohort asks this user for a yes now: nobody has given it, the gate has not been decided, and the user
/// is named, or looks after the cohort where nobody is.
pub fn asks_approval(cohort: &Cohort, set: GateSet, gate: &Gate, user: &UserId, is_lead: bool) -> bool {
    let Criterion::Approval { person, .. } = &gate.criterion else { return false };
    let open = match set {
        GateSet::Entry => cohort.stage == CohortStage::Planned,
        GateSet::Exit => matches!(cohort.stage, CohortStage::Running | CohortStage::Halted),
        GateSet::Triggers => false,
    };
    let given = cohort.gates.approvals.iter().any(|approval| approval.gate == gate.id);
    open && !given && looked_after_by(person.as_ref(), cohort.settings.owner.as_ref(), user, is_lead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocker::{Blocker, BlockerCategory};
    use crate::clock::Instant;
    use crate::cohort::CohortSettings;
    use crate::gate::{Approval, GateId, Gates};
    use crate::id::{AccountNumber, CohortNumber, ExternalId};
    use crate::state::{Attempt, Interrupted, Plan, State};

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, number).unwrap_or_default()
    }

    fn row(state: State) -> Row {
        Row {
            number: AccountNumber(1),
            external_id: ExternalId::from("C-1"),
            name: String::new(),
            email: String::new(),
            plan: String::new(),
            region: String::new(),
            state,
            migrated_on: None,
            rollback_until_on: None,
            cohort: None,
            owner: None,
            custom: Default::default(),
            notices: Default::default(),
        }
    }

    #[test]
    fn what_has_a_date_and_is_not_through_is_due_on_it() {
        let plan = Plan { date: day(10), pinned: None };
        let attempt = Attempt { plan: Some(plan.clone()), started_at: Instant::UNIX_EPOCH, rollback_until: None };
        let blocker = Blocker { category: BlockerCategory::Data, text: String::new(), since: Instant::UNIX_EPOCH };
        let waiting = [
            State::Scheduled { plan: plan.clone() },
            State::InProgress { attempt: attempt.clone() },
            State::Blocked { blocker, interrupted: Interrupted::Scheduled { plan } },
        ];
        for state in waiting {
            let row = row(state);
            let all: Vec<_> = (9..=11).map(|today| due(&row, day(today))).collect();
            assert_eq!(all, [None, Some(Due::Today), Some(Due::Overdue)], "{:?}", row.state);
        }
        let through =
            [State::Completed { attempt, migrated_at: Instant::UNIX_EPOCH }, State::OptedOut, State::NotStarted];
        for state in through {
            assert_eq!(due(&row(state), day(11)), None);
        }
    }

    #[test]
    fn somebody_always_looks_after_an_account() {
        let (ines, jonas) = (UserId::from("ines"), UserId::from("jonas"));
        assert!(looked_after_by(Some(&ines), Some(&jonas), &ines, false));
        assert!(!looked_after_by(Some(&ines), Some(&jonas), &jonas, true), "the owner, not the cohort's owner");
        assert!(looked_after_by(None, Some(&jonas), &jonas, false));
        assert!(!looked_after_by(None, Some(&jonas), &ines, true));
        assert!(looked_after_by(None, None, &ines, true) && !looked_after_by(None, None, &ines, false));
    }

    #[test]
    fn an_approval_is_asked_of_who_can_give_it_while_it_matters() {
        let (ines, jonas) = (UserId::from("ines"), UserId::from("jonas"));
        let gate = |person: Option<&UserId>| Gate {
            id: GateId(1),
            ..Gate::usual(Criterion::Approval { duty: "Data".into(), person: person.cloned(), four_eyes: true })
        };
        let mut cohort = Cohort {
            number: CohortNumber(1),
            position: 1,
            stage: CohortStage::Planned,
            settings: CohortSettings { owner: Some(ines.clone()), ..CohortSettings::default() },
            gates: Gates::default(),
        };
        let asks = |cohort: &Cohort, set, gate: &Gate| {
            [(&ines, false), (&jonas, true)].map(|(user, is_lead)| asks_approval(cohort, set, gate, user, is_lead))
        };
        assert_eq!(asks(&cohort, GateSet::Entry, &gate(Some(&jonas))), [false, true], "who is named");
        assert_eq!(asks(&cohort, GateSet::Entry, &gate(None)), [true, false], "the cohort's owner");
        assert_eq!(asks(&cohort, GateSet::Exit, &gate(None)), [false, false], "its end is far");
        assert_eq!(asks(&cohort, GateSet::Entry, &Gate::usual(Criterion::Completed)), [false, false]);
        cohort.stage = CohortStage::Halted;
        assert_eq!(asks(&cohort, GateSet::Entry, &gate(None)), [false, false], "it has been decided");
        assert_eq!(asks(&cohort, GateSet::Exit, &gate(None)), [true, false]);
        cohort.settings.owner = None;
        assert_eq!(asks(&cohort, GateSet::Exit, &gate(None)), [false, true], "without an owner every lead");
        let given = Approval { gate: GateId(1), by: jonas.clone(), at: Instant::UNIX_EPOCH, note: String::new() };
        cohort.gates.approvals.push(given);
        assert_eq!(asks(&cohort, GateSet::Exit, &gate(None)), [false, false], "one yes is enough");
    }
}
