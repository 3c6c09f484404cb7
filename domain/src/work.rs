//! A user's own work: what is due of an account, and who looks after a flag.

use crate::account::Row;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocker::{Blocker, BlockerCategory};
    use crate::clock::Instant;
    use crate::id::{AccountNumber, ExternalId};
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
}
