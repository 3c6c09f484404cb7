//! What the page of a cohort shows: progress, health, blockers, gates, and completed against planned day by day.

use crate::blocker::BlockerCategory;
use crate::clock::Instant;
use crate::cohort::Cohort;
use crate::event::Position;
use crate::forecast::Forecast;
use crate::gate::{CohortFacts, Evaluation, GateDecision, Missing};
use crate::health::{Health, Reason};
use crate::id::{AccountNumber, CohortNumber, ExternalId, UserId};
use crate::notice::promise::PromiseCounts;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything of one cohort, as of one position of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortReport {
    pub position: Position,
    pub now: Instant,
    /// Today in the migration's zone.
    pub today: NaiveDate,
    pub deadline: NaiveDate,
    pub cohort: Cohort,
    /// How many cohorts the migration has.
    pub of: u16,
    pub before: Option<(CohortNumber, String)>,
    pub after: Option<(CohortNumber, String)>,
    pub facts: CohortFacts,
    /// `None`: it has not begun or is over.
    pub health: Option<(Health, Vec<Reason>)>,
    /// How many should be completed by now; `None` without a plan.
    pub planned: Option<u32>,
    pub forecast: Option<Forecast>,
    /// The days of the window in the migration's zone.
    pub window: Option<(NaiveDate, NaiveDate)>,
    /// Free days that are blackouts, within the days of `burn`.
    pub blackouts: Vec<NaiveDate>,
    pub burn: Vec<BurnDay>,
    pub last_day: LastDay,
    pub blockers: Vec<BlockerLine>,
    pub longest: Vec<LongBlocked>,
    pub evaluations: Vec<Evaluation>,
    /// What stands against the reader's signing of the entry gate, and of the exit gate.
    pub missing_entry: Vec<Missing>,
    pub missing_exit: Vec<Missing>,
    /// The decisions about it, the oldest first.
    pub decisions: Vec<GateDecision>,
    pub rollback: RollbackOutlook,
    /// The dates that its customers were told.
    pub promises: PromiseCounts,
    /// Instants that the page mentions, in the migration's zone: `21 May 2026, 13:48`.
    pub times: BTreeMap<Instant, String>,
}

impl CohortReport {
    /// An instant for reading.
    pub fn time(&self, at: &Instant) -> String {
        self.times.get(at).cloned().unwrap_or_default()
    }
}

/// A past decision beside others, for replaying other thresholds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastDecision {
    /// The cohort's label.
    pub cohort: String,
    pub when: String,
    pub who: String,
    pub decision: GateDecision,
}

/// One day of the burn-up: sums at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BurnDay {
    pub day: NaiveDate,
    /// `None` without a plan.
    pub planned: Option<u32>,
    /// `None` for days ahead.
    pub completed: Option<u32>,
}

/// What happened within the last 24 hours and still is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDay {
    pub completed: u32,
    pub blocked: u32,
    pub rolled_back: u32,
}

/// One kind of blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerLine {
    pub category: BlockerCategory,
    pub count: u32,
    /// Hours that half of them have been blocked for, or longer.
    pub median_hours: u32,
    /// How many are new in the last 24 hours.
    pub new: u32,
}

/// An account that has been blocked for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongBlocked {
    pub number: AccountNumber,
    pub id: ExternalId,
    pub name: String,
    pub category: BlockerCategory,
    pub hours: u32,
    pub owner: Option<UserId>,
}

/// What could be rolled back now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackOutlook {
    /// In progress, blocked while in progress, or completed before their deadline.
    pub available: u32,
    /// Completed, and their deadline has passed or there is none.
    pub over: u32,
    /// When the next completed account loses it.
    pub next_deadline: Option<Instant>,
}

/// What [`burn_up`] is made of.
pub struct BurnUp<'a> {
    /// Accounts by their planned day.
    pub planned: &'a BTreeMap<NaiveDate, u32>,
    pub completed: &'a BTreeMap<NaiveDate, u32>,
    pub taking_part: u32,
    pub window: Option<(NaiveDate, NaiveDate)>,
    pub today: NaiveDate,
    /// The last day to show, if later than everything else.
    pub until: Option<NaiveDate>,
    pub works_on: &'a dyn Fn(NaiveDate) -> bool,
}

/// Most days of a burn-up.
const BURN_DAYS_MAX: u64 = 400;

/// Completed against planned, day by day. Accounts without a day of their own are spread evenly over the working days of
/// the window; without a window there is no plan for them, and so none at all.
pub fn burn_up(of: &BurnUp<'_>) -> Vec<BurnDay> {
    let dated: u32 = of.planned.values().sum();
    let undated = of.taking_part.saturating_sub(dated);
    let days_of = |range: (NaiveDate, NaiveDate)| {
        range.0.iter_days().take_while(move |day| *day <= range.1).take(BURN_DAYS_MAX as usize)
    };
    let free: Vec<NaiveDate> =
        of.window.map(|window| days_of(window).filter(|day| (of.works_on)(*day)).collect()).unwrap_or_default();
    let has_plan = dated + undated > 0 && (undated == 0 || !free.is_empty());
    let edges =
        [of.planned.keys().next().copied(), of.completed.keys().next().copied(), of.window.map(|window| window.0)];
    let Some(first) = edges.into_iter().flatten().min() else { return Vec::new() };
    let edges = [
        of.planned.keys().next_back().copied(),
        of.completed.keys().next_back().copied(),
        of.window.map(|window| window.1),
        of.until,
    ];
    let last = edges.into_iter().flatten().max().unwrap_or(first);
    // Today is always among them once the cohort has begun; what lies too far back is left out.
    let first = first.max(last.checked_sub_days(Days::new(BURN_DAYS_MAX)).unwrap_or(first));
    let mut completed: u32 = of.completed.range(..first).map(|(_, count)| count).sum();
    let mut dated: u32 = of.planned.range(..first).map(|(_, count)| count).sum();
    let mut free_gone = free.iter().filter(|day| **day < first).count();
    days_of((first, last))
        .map(|day| {
            completed += of.completed.get(&day).copied().unwrap_or(0);
            dated += of.planned.get(&day).copied().unwrap_or(0);
            free_gone += usize::from(free.binary_search(&day).is_ok());
            let spread = (u64::from(undated) * free_gone as u64).checked_div(free.len() as u64).unwrap_or(0);
            BurnDay {
                day,
                planned: has_plan.then_some(dated + spread as u32),
                completed: (day <= of.today).then_some(completed),
            }
        })
        .collect()
}

/// How many should be completed by now: all days before today, and of today's as much as of the day has passed.
pub fn planned_now(burn: &[BurnDay], today: NaiveDate, day_passed: f64) -> Option<u32> {
    let first = burn.first()?;
    let at = |wanted: NaiveDate| {
        let before = burn.iter().take_while(|day| day.day <= wanted).last();
        before.map_or(Some(0), |day| day.planned)
    };
    first.planned?;
    let until_yesterday = at(today.pred_opt()?)?;
    let until_tonight = at(today)?;
    let of_today = f64::from(until_tonight - until_yesterday) * day_passed.clamp(0.0, 1.0);
    Some(until_yesterday + of_today as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};
    use proptest::prelude::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, number).expect("a day in May")
    }

    fn weekdays(day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
    }

    fn look(
        planned: &[(u32, u32)],
        completed: &[(u32, u32)],
        taking_part: u32,
        window: Option<(u32, u32)>,
    ) -> Vec<BurnDay> {
        let map = |list: &[(u32, u32)]| list.iter().map(|(number, count)| (day(*number), *count)).collect();
        burn_up(&BurnUp {
            planned: &map(planned),
            completed: &map(completed),
            taking_part,
            window: window.map(|(first, last)| (day(first), day(last))),
            today: day(13),
            until: None,
            works_on: &weekdays,
        })
    }

    #[test]
    fn planned_and_completed_add_up_day_by_day() {
        // 11 May 2026 is a Monday.
        let burn = look(&[(11, 10), (13, 20)], &[(11, 8), (12, 1)], 30, Some((11, 15)));
        let planned: Vec<_> = burn.iter().map(|day| day.planned.unwrap_or(99)).collect();
        let completed: Vec<_> = burn.iter().map(|day| day.completed).collect();
        assert_eq!(planned, [10, 10, 30, 30, 30]);
        assert_eq!(completed, [Some(8), Some(9), Some(9), None, None]);
        assert_eq!(planned_now(&burn, day(13), 0.5), Some(20));
        assert_eq!(planned_now(&burn, day(10), 0.5), Some(0));
        assert_eq!(planned_now(&burn, day(20), 0.5), Some(30));
    }

    #[test]
    fn accounts_without_a_day_are_spread_over_the_working_days() {
        let burn = look(&[(11, 4)], &[], 14, Some((11, 18)));
        let planned: Vec<_> = burn.iter().map(|day| day.planned.unwrap_or(99)).collect();
        // Six working days for ten accounts; nothing on the weekend.
        assert_eq!(planned, [5, 7, 9, 10, 12, 12, 12, 14]);
    }

    #[test]
    fn without_a_window_there_is_no_plan_for_them() {
        assert!(look(&[], &[], 5, None).is_empty());
        let burn = look(&[(11, 4)], &[(12, 1)], 14, None);
        assert!(burn.iter().all(|day| day.planned.is_none()));
        assert_eq!(planned_now(&burn, day(13), 0.5), None);
        let all_dated = look(&[(11, 4)], &[(12, 1)], 4, None);
        assert_eq!(all_dated.last().and_then(|day| day.planned), Some(4));
    }

    proptest! {
        #[test]
        fn sums_never_fall_and_end_at_all(
            planned in proptest::collection::vec((1_u32..31, 0_u32..50), 0..10),
            completed in proptest::collection::vec((1_u32..14, 0_u32..50), 0..10),
            undated in 0_u32..100,
        ) {
            let mut by_day = BTreeMap::new();
            for (number, count) in &planned {
                *by_day.entry(*number).or_insert(0) += count;
            }
            let planned: Vec<(u32, u32)> = by_day.into_iter().collect();
            let all = undated + planned.iter().map(|(_, count)| count).sum::<u32>();
            let burn = look(&planned, &completed, all, Some((4, 22)));
            for pair in burn.windows(2) {
                prop_assert!(pair[0].planned <= pair[1].planned);
                prop_assert!(pair[1].completed.is_none() || pair[0].completed <= pair[1].completed);
            }
            let last = burn.last().and_then(|day| day.planned);
            prop_assert_eq!(last, (all > 0).then_some(all));
        }
    }
}
