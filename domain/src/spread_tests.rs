use super::*;
use crate::blocker::{Blocker, BlockerCategory};
use crate::clock::Instant;
use crate::migration::Blackout;
use crate::state::{Plan, begin};
use chrono::Days;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

fn scheduled(date: NaiveDate, pinned: bool) -> State {
    State::Scheduled { plan: Plan { date, pinned: pinned.then(|| "asked".to_owned()) } }
}

/// Mondays to Fridays of the first two weeks of June 2026, without Thursday the 4th.
fn calendar() -> Calendar {
    let blackout = Blackout { first: day("2026-06-04"), last: day("2026-06-04"), reason: "Audit".into() };
    Calendar { blackouts: vec![blackout], weekends: false }
}

fn frame(calendar: &Calendar, capacity: Option<u32>, keep: bool) -> Frame<'_> {
    Frame { first: day("2026-06-01"), last: day("2026-06-09"), today: day("2026-05-20"), capacity, calendar, keep }
}

fn run(states: &[State], frame: &Frame<'_>) -> Spread {
    let numbers = (1..).map(AccountNumber);
    spread(numbers.zip(states), frame)
}

fn planned(spread: &Spread) -> Vec<u32> {
    spread.days.iter().map(|day| day.planned).collect()
}

#[test]
fn accounts_are_spread_over_open_days() {
    let calendar = calendar();
    let spread = run(&vec![State::NotStarted; 14], &frame(&calendar, None, true));
    // Mon Tue Wed (Thu) Fri (Sat Sun) Mon Tue
    assert_eq!(planned(&spread), [3, 3, 2, 0, 2, 0, 0, 2, 2]);
    assert_eq!(spread.days[3].closed, Some(Closed::Blackout("Audit".into())));
    assert_eq!(spread.dates[0], DateMove { account: AccountNumber(1), before: None, after: day("2026-06-01") });
    assert_eq!(spread.dates[13].after, day("2026-06-09"));
}

#[test]
fn capacity_counts_pinned_dates_and_the_rest_is_listed() {
    let calendar = calendar();
    let mut states = vec![State::NotStarted; 12];
    states.extend([scheduled(day("2026-06-01"), true), scheduled(day("2026-06-01"), true)]);
    states.push(scheduled(day("2026-07-01"), true));
    let spread = run(&states, &frame(&calendar, Some(2), true));
    assert_eq!(planned(&spread), [0, 2, 2, 0, 2, 0, 0, 2, 2]);
    assert_eq!(spread.days[0].others, 2);
    let unplaced: Vec<u32> = spread.unplaced.iter().map(|unplaced| unplaced.account.0).collect();
    assert_eq!(unplaced, [11, 12]);
    let stays: Vec<_> = spread.stays.iter().map(|stays| (stays.account.0, stays.because)).collect();
    assert_eq!(stays, [(13, Because::Pinned), (14, Because::Pinned), (15, Because::Pinned)]);
}

#[test]
fn what_has_begun_or_waits_for_somebody_is_left_alone() {
    let calendar = calendar();
    let plan = Plan { date: day("2026-06-02"), pinned: None };
    let attempt = begin(Some(plan.clone()), Instant::UNIX_EPOCH, None);
    let blocker = Blocker { category: BlockerCategory::Other, text: String::new(), since: Instant::UNIX_EPOCH };
    let states = [
        State::InProgress { attempt: attempt.clone() },
        State::Completed { attempt, migrated_at: Instant::UNIX_EPOCH },
        State::Blocked { blocker, interrupted: Interrupted::Scheduled { plan } },
        State::RolledBack { rolled_back_at: Instant::UNIX_EPOCH, reason: "x".into() },
        State::OptedOut,
        State::NotStarted,
    ];
    let spread = run(&states, &frame(&calendar, Some(4), true));
    assert_eq!(spread.days[1].others, 3);
    let stays: Vec<_> = spread.stays.iter().map(|stays| (stays.account.0, stays.because)).collect();
    assert_eq!(stays, [(3, Because::Blocked), (4, Because::RolledBack)]);
    assert_eq!(spread.dates.len(), 1);
    assert!(takes_date(&states[5]) && !takes_date(&states[2]));
}

#[test]
fn dates_that_fit_stay_or_all_follow_the_window() {
    let calendar = calendar();
    let states = [
        scheduled(day("2026-06-03"), false),
        scheduled(day("2026-06-03"), false),
        // On a blackout, and outside of the window.
        scheduled(day("2026-06-04"), false),
        scheduled(day("2026-05-22"), false),
    ];
    let kept = run(&states, &frame(&calendar, Some(2), true));
    let of = |spread: &Spread, number: u32| {
        spread.dates.iter().find(|date| date.account.0 == number).map(|date| date.after.to_string()).unwrap_or_default()
    };
    assert_eq!([1, 2, 3, 4].map(|n| of(&kept, n)), ["2026-06-03", "2026-06-03", "2026-06-02", "2026-06-01"]);
    let moved = run(&states, &frame(&calendar, Some(2), false));
    assert_eq!([4, 1, 2, 3].map(|n| of(&moved, n)), ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-05"]);
}

#[test]
fn nothing_is_planned_in_the_past_or_in_no_window() {
    let calendar = calendar();
    let late = Frame { today: day("2026-06-09"), ..frame(&calendar, Some(3), true) };
    let spread = run(&[scheduled(day("2026-06-02"), false), State::NotStarted], &late);
    assert!(spread.dates.iter().all(|date| date.after == day("2026-06-09")));
    let over = Frame { today: day("2026-06-10"), ..late.clone() };
    let spread = run(&[scheduled(day("2026-06-02"), false)], &over);
    assert_eq!(spread.unplaced, [Unplaced { account: AccountNumber(1), date: Some(day("2026-06-02")) }]);
    let backwards = Frame { last: day("2026-05-01"), ..late };
    assert_eq!(run(&[State::NotStarted], &backwards).unplaced.len(), 1);
}

fn states() -> impl Strategy<Value = Vec<State>> {
    let date = || (0_u64..14).prop_map(|days| day("2026-05-29") + Days::new(days));
    let state = prop_oneof![
        3 => Just(State::NotStarted),
        3 => date().prop_map(|date| scheduled(date, false)),
        1 => date().prop_map(|date| scheduled(date, true)),
        1 => Just(State::OptedOut),
    ];
    proptest::collection::vec(state, 0..80)
}

proptest! {
    #[test]
    fn no_day_has_too_many_and_nobody_is_lost(
        states in states(),
        capacity in proptest::option::of(0_u32..12),
        keep in any::<bool>(),
        today in 0_u64..12,
    ) {
        let calendar = calendar();
        let frame = Frame { today: day("2026-05-28") + Days::new(today), ..frame(&calendar, capacity, keep) };
        let spread = run(&states, &frame);
        let mut seen: Vec<u32> = spread.dates.iter().map(|date| date.account.0).collect();
        seen.extend(spread.unplaced.iter().map(|unplaced| unplaced.account.0));
        seen.sort_unstable();
        let expected: Vec<u32> =
            (1..).zip(&states).filter(|(_, state)| takes_date(state)).map(|(number, _)| number).collect();
        prop_assert_eq!(seen, expected);
        let mut room = false;
        for day in &spread.days {
            let open = day.closed.is_none() && day.day >= frame.today;
            prop_assert!(open || day.planned == 0);
            prop_assert!(day.planned == 0 || capacity.is_none_or(|most| day.total() <= most));
            room |= open && capacity.is_none_or(|most| day.total() < most);
            let there = spread.dates.iter().filter(|date| date.after == day.day).count();
            prop_assert_eq!(there as u32, day.planned);
        }
        prop_assert!(spread.unplaced.is_empty() || !room, "somebody has no place although a day has room");
        if !keep {
            // As even as can be: no day with planned accounts is two above a day that has room.
            let open: Vec<&Day> =
                spread.days.iter().filter(|day| day.closed.is_none() && day.day >= frame.today).collect();
            let least = open.iter().filter(|day| capacity.is_none_or(|most| day.total() < most)).map(|day| day.total()).min();
            for day in open.iter().filter(|day| day.planned > 0) {
                prop_assert!(least.is_none_or(|least| day.total() <= least + 1));
            }
        }
    }

    #[test]
    fn planning_again_changes_nothing(states in states(), capacity in proptest::option::of(1_u32..12), keep in any::<bool>()) {
        let calendar = calendar();
        let frame = frame(&calendar, capacity, keep);
        let first = run(&states, &frame);
        // Spreading all anew gives everybody another chance whose old date was earlier than that of those who have a place.
        prop_assume!(keep || first.unplaced.is_empty());
        let mut after = states.clone();
        for date in &first.dates {
            after[date.account.0 as usize - 1] = scheduled(date.after, false);
        }
        let second = run(&after, &frame);
        prop_assert!(second.dates.iter().all(|date| date.before == Some(date.after)));
    }
}
