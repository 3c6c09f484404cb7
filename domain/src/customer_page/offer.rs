//! What a customer may ask for as things stand, and how it takes effect.

use super::request::AskKind;
use super::settings::{PageSettings, Way};
use crate::calendar::moved;
use crate::migration::MigrationStage;
use crate::state::{Interrupted, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a request takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    AtOnce,
    /// After the main contact has confirmed it by mail.
    Confirmed,
    /// After a colleague has agreed.
    Approved,
}

/// Whether this may be asked for now, and how it takes effect. `today` is a day of the migration's zone.
pub fn offered(
    kind: AskKind,
    state: &State,
    settings: &PageSettings,
    stage: MigrationStage,
    today: NaiveDate,
) -> Option<Effect> {
    let allowed = &settings.allowed;
    let way = |way: Way| match way {
        Way::Off => None,
        Way::Confirmed => Some(Effect::Confirmed),
        Way::Approved => Some(Effect::Approved),
    };
    let at_once = |on: bool| on.then_some(Effect::AtOnce);
    let effect = match kind {
        AskKind::Ready => at_once(allowed.ready && !settings.checklist.is_empty()),
        AskKind::OtherDate => way(allowed.other_date),
        AskKind::OptOut => way(allowed.opt_out),
        AskKind::Contact => way(allowed.contact),
        AskKind::Rating => at_once(allowed.rating),
        AskKind::Problem => at_once(allowed.problem),
    }?;
    let active = matches!(stage, MigrationStage::Running | MigrationStage::Paused);
    let blocked_before =
        matches!(state, State::Blocked { interrupted: Interrupted::NotStarted | Interrupted::Scheduled { .. }, .. });
    let before = matches!(state, State::NotStarted | State::Scheduled { .. }) || blocked_before;
    let fits = match kind {
        AskKind::Ready => active && before,
        AskKind::OtherDate => active && may_move(state, today, settings.lead_days),
        AskKind::OptOut => active && (before || matches!(state, State::RolledBack { .. })),
        AskKind::Contact => active && !matches!(state, State::OptedOut),
        AskKind::Rating => {
            stage != MigrationStage::Draft && matches!(state, State::Completed { .. } | State::RolledBack { .. })
        }
        AskKind::Problem => stage != MigrationStage::Draft,
    };
    fits.then_some(effect)
}

/// Whether an account may still ask for another date: it has not begun, and its date is far enough away.
fn may_move(state: &State, today: NaiveDate, lead_days: u16) -> bool {
    match state {
        State::NotStarted => true,
        State::Scheduled { plan } => plan.date < today || plan.date >= earliest(today, lead_days),
        _ => false,
    }
}

/// The first day that a customer may ask for.
pub fn earliest(today: NaiveDate, lead_days: u16) -> NaiveDate {
    moved(today, i32::from(lead_days).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocker::{Blocker, BlockerCategory};
    use crate::clock::Instant;
    use crate::state::{Attempt, Plan};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, day).unwrap_or_default()
    }

    fn states() -> Vec<State> {
        let plan = Plan { date: day(27), pinned: None };
        let attempt = Attempt { plan: None, started_at: Instant::UNIX_EPOCH, rollback_until: None };
        let blocker = Blocker { category: BlockerCategory::Data, text: String::new(), since: Instant::UNIX_EPOCH };
        vec![
            State::NotStarted,
            State::Scheduled { plan: plan.clone() },
            State::InProgress { attempt: attempt.clone() },
            State::Completed { attempt: attempt.clone(), migrated_at: Instant::UNIX_EPOCH },
            State::Blocked { blocker: blocker.clone(), interrupted: Interrupted::Scheduled { plan } },
            State::Blocked { blocker, interrupted: Interrupted::InProgress { attempt } },
            State::OptedOut,
            State::RolledBack { rolled_back_at: Instant::UNIX_EPOCH, reason: String::new() },
        ]
    }

    fn everything() -> PageSettings {
        let mut settings = PageSettings { checklist: vec![Default::default()], ..PageSettings::default() };
        settings.allowed.opt_out = Way::Confirmed;
        settings
    }

    #[test]
    fn each_status_has_its_requests() {
        use AskKind::{Contact, OptOut, OtherDate, Problem, Rating, Ready};
        let expected: [&[AskKind]; 8] = [
            &[Ready, OtherDate, Contact, Problem, OptOut],
            &[Ready, OtherDate, Contact, Problem, OptOut],
            &[Contact, Problem],
            &[Contact, Rating, Problem],
            &[Ready, Contact, Problem, OptOut],
            &[Contact, Problem],
            &[Problem],
            &[Contact, Rating, Problem, OptOut],
        ];
        for (state, expected) in states().iter().zip(expected) {
            let is_offered =
                |kind: &AskKind| offered(*kind, state, &everything(), MigrationStage::Running, day(20)).is_some();
            let found: Vec<_> = AskKind::ALL.into_iter().filter(is_offered).collect();
            assert_eq!(found, expected, "{:?}", state.status());
        }
    }

    #[test]
    fn nothing_that_touches_the_account_takes_effect_by_the_link_alone() {
        for state in states() {
            for kind in [AskKind::OtherDate, AskKind::OptOut, AskKind::Contact] {
                let effect = offered(kind, &state, &everything(), MigrationStage::Running, day(20));
                assert_ne!(effect, Some(Effect::AtOnce), "{kind:?}");
            }
        }
    }

    #[test]
    fn what_is_switched_off_is_never_offered() {
        let mut off = everything();
        off.allowed = crate::customer_page::settings::Allowed {
            ready: false,
            other_date: Way::Off,
            opt_out: Way::Off,
            contact: Way::Off,
            rating: false,
            problem: false,
        };
        for state in states() {
            for kind in AskKind::ALL {
                assert_eq!(offered(kind, &state, &off, MigrationStage::Running, day(20)), None);
                let draft = offered(kind, &state, &everything(), MigrationStage::Draft, day(20));
                assert_eq!(draft, None, "{kind:?} while the migration is a draft");
            }
        }
    }

    #[test]
    fn a_date_that_is_near_stays() {
        let ask = |today| {
            let state = &states()[1];
            offered(AskKind::OtherDate, state, &everything(), MigrationStage::Running, today).is_some()
        };
        // Two days before it is the last chance; once it has passed, another one is needed.
        assert!(ask(day(25)) && !ask(day(26)) && !ask(day(27)) && ask(day(28)));
        assert_eq!(earliest(day(20), 0), day(21), "never today");
    }
}
