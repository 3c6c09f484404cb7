//! Days on which accounts may be planned, and what the move of one cohort's window means for those that wait for it.

use crate::clock::Instant;
use crate::cohort::{Cohort, CohortStage, Window};
use crate::id::{AccountNumber, CohortNumber};
use crate::migration::{Blackout, FieldError, MigrationSettings};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Blackouts of one migration.
pub const BLACKOUTS_MAX: usize = 100;
/// Longest reason for a blackout, in characters.
pub const BLACKOUT_REASON_MAX: usize = 120;
/// Days of one blackout.
pub const BLACKOUT_DAYS_MAX: i64 = 366;

/// The days on which nothing is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    pub blackouts: Vec<Blackout>,
    /// Whether accounts are planned on Saturdays and Sundays, too.
    pub weekends: bool,
}

/// Why nothing is planned on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "closed", content = "reason", rename_all = "snake_case")]
pub enum Closed {
    Weekend,
    /// A blackout, with its reason; may be empty.
    Blackout(String),
}

impl Closed {
    /// The word on screen: the blackout's reason, if it has one.
    pub fn label(&self) -> &str {
        match self {
            Closed::Weekend => "Weekend",
            Closed::Blackout(reason) if reason.is_empty() => "Blackout",
            Closed::Blackout(reason) => reason,
        }
    }
}

impl Blackout {
    /// Whether this day is one of its days.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// In one line, for the log: `2026-12-24 to 2027-01-02: Holidays`.
    pub fn text(&self) -> String {
        let reason = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("{} to {}{reason}", self.first, self.last)
    }
}

impl MigrationSettings {
    /// The days on which nothing is planned.
    pub fn calendar(&self) -> Calendar {
        Calendar { blackouts: self.blackouts.clone(), weekends: self.weekends }
    }
}

impl Calendar {
    /// Why nothing is planned on this day; `None`: it is open. A blackout says more than a weekend.
    pub fn closed(&self, day: NaiveDate) -> Option<Closed> {
        if let Some(blackout) = self.blackouts.iter().find(|blackout| blackout.covers(day)) {
            return Some(Closed::Blackout(blackout.reason.clone()));
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        (weekend && !self.weekends).then_some(Closed::Weekend)
    }

    /// The same with blanks around the reasons taken off, in the order of the days.
    pub fn tidied(&self) -> Calendar {
        let mut calendar = self.clone();
        calendar.blackouts.iter_mut().for_each(|blackout| blackout.reason = blackout.reason.trim().to_owned());
        calendar.blackouts.sort_by_key(|blackout| (blackout.first, blackout.last));
        calendar
    }

    /// Everything that is wrong with it. `blackout_2_last` is the last day of the third blackout.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        if self.blackouts.len() > BLACKOUTS_MAX {
            problems.push(FieldError::new("blackouts", format!("At most {BLACKOUTS_MAX} blackouts.")));
        }
        for (index, blackout) in self.blackouts.iter().enumerate() {
            let mut problem = |field: &str, message: String| {
                problems.push(FieldError::new(&format!("blackout_{index}_{field}"), message));
            };
            let days = (blackout.last - blackout.first).num_days() + 1;
            if days < 1 {
                problem("last", "The last day is before the first.".to_owned());
            } else if days > BLACKOUT_DAYS_MAX {
                problem("last", format!("A blackout has at most {BLACKOUT_DAYS_MAX} days."));
            }
            if blackout.reason.trim().chars().count() > BLACKOUT_REASON_MAX {
                problem("reason", format!("At most {BLACKOUT_REASON_MAX} characters."));
            }
        }
        problems
    }
}

/// All days from the first to the last, both included; none if the last is before the first.
pub fn days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day <= last)
}

/// How far the two ends of a window are moved, in days; the times of day stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub starts: i32,
    pub ends: i32,
}

/// Farthest that one end may be moved at once, in days.
pub const SHIFT_MAX: i32 = 1_000;

impl Shift {
    /// Both ends by as many days.
    pub fn by(days: i32) -> Shift {
        Shift { starts: days, ends: days }
    }

    /// Whether nothing is moved.
    pub fn is_none(self) -> bool {
        self == Shift::default()
    }

    /// The first and the last day after the move.
    pub fn of(self, first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        (moved(first, self.starts), moved(last, self.ends))
    }
}

/// The day so many days later, or earlier.
pub fn moved(day: NaiveDate, by: i32) -> NaiveDate {
    let days = Days::new(by.unsigned_abs().into());
    let moved = if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) };
    moved.unwrap_or(day)
}

/// Days by which the windows of planned cohorts have to be moved so that none starts before the end of one that it waits
/// for, when `number` gets the window `to`. Transitive; cohorts that do not wait for a moved one stay. `shift` moves both
/// ends of a window by days of its zone.
pub fn followers(
    cohorts: &[Cohort],
    number: CohortNumber,
    to: Window,
    shift: &dyn Fn(&Cohort, Window, i32) -> Window,
) -> Vec<(CohortNumber, i32)> {
    let mut moved: BTreeMap<CohortNumber, (i32, Window)> = BTreeMap::from([(number, (0, to))]);
    // Each round settles at least one more cohort of a chain; without circles there are no longer chains.
    for _ in 0..cohorts.len() {
        let mut settled = true;
        for cohort in cohorts.iter().filter(|cohort| cohort.number != number && cohort.stage == CohortStage::Planned) {
            let Some(own) = cohort.settings.window else { continue };
            let ends =
                cohort.settings.after.iter().filter_map(|before| moved.get(before)).map(|(_, window)| window.ends);
            let Some(free) = ends.max() else { continue };
            let (mut days, mut window) = moved.get(&cohort.number).copied().unwrap_or((0, own));
            while window.starts < free && days < SHIFT_MAX {
                days += days_short(window.starts, free);
                window = shift(cohort, own, days);
                settled = false;
            }
            if days > 0 {
                moved.insert(cohort.number, (days, window));
            }
        }
        if settled {
            break;
        }
    }
    moved.remove(&number);
    moved.into_iter().map(|(number, (days, _))| (number, days)).collect()
}

/// Whole days that are at least missing; one where it is less than a day, even if a change of the clock is in between.
fn days_short(starts: Instant, free: Instant) -> i32 {
    i32::try_from((free - starts).num_days()).unwrap_or(SHIFT_MAX).clamp(1, SHIFT_MAX)
}

/// The move of a cohort's window, or with no shift only the days of its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveMove {
    pub cohort: CohortNumber,
    pub shift: Shift,
    /// Planned cohorts that wait for it follow as far as they must.
    pub along: bool,
    /// Dates that still fit stay.
    pub keep: bool,
}

/// How much is planned on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPlan {
    pub day: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// Accounts whose date it is, whatever their status.
    pub planned: u32,
    /// Of these, with a date of their own.
    pub pinned: u32,
    /// Accounts that the cohorts with an open window can take together; `None`: one of them has no limit, or there is none.
    pub capacity: Option<u32>,
    /// How many of each cohort; `None` stands for accounts without one.
    pub cohorts: Vec<(Option<CohortNumber>, u32)>,
}

impl DayPlan {
    /// Whether more is planned than can be done.
    pub fn is_over(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.planned > capacity) || (self.closed.is_some() && self.planned > 0)
    }
}

/// A date that a customer was told and that a move would break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenPromise {
    pub account: AccountNumber,
    /// The day that was promised.
    pub told: NaiveDate,
    pub becomes: NaiveDate,
}

/// An account's date that changes; `before` is none for one that had none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateMove {
    pub account: AccountNumber,
    pub before: Option<NaiveDate>,
    pub after: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::CohortSettings;
    use chrono::Duration;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    fn blackout(first: &str, last: &str, reason: &str) -> Blackout {
        Blackout { first: day(first), last: day(last), reason: reason.to_owned() }
    }

    #[test]
    fn days_are_closed_by_weekends_and_blackouts() {
        let blackouts =
            vec![blackout("2026-06-05", "2026-06-06", "Quarter's end"), blackout("2026-06-10", "2026-06-10", "")];
        let calendar = Calendar { blackouts, weekends: false };
        let closed: Vec<_> = days(day("2026-06-04"), day("2026-06-10"))
            .map(|day| calendar.closed(day).map(|c| c.label().to_owned()))
            .collect();
        let expected =
            [None, Some("Quarter's end"), Some("Quarter's end"), Some("Weekend"), None, None, Some("Blackout")];
        assert_eq!(closed, expected.map(|label| label.map(str::to_owned)));
        assert_eq!(Calendar { weekends: true, ..calendar }.closed(day("2026-06-07")), None);
    }

    #[test]
    fn a_blackout_that_cannot_be_says_so_at_its_field() {
        let long = "x".repeat(BLACKOUT_REASON_MAX + 1);
        let blackouts = vec![
            blackout("2026-06-05", "2026-06-05", "fine"),
            blackout("2026-06-05", "2026-06-04", ""),
            blackout("2026-06-05", "2028-06-04", &long),
        ];
        let problems = Calendar { blackouts, weekends: false }.problems();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["blackout_1_last", "blackout_2_last", "blackout_2_reason"]);
    }

    fn cohort(number: u16, after: &[u16], starts: &str, days: i64) -> Cohort {
        let starts = day(starts).and_hms_opt(8, 0, 0).unwrap_or_default().and_utc();
        let settings = CohortSettings {
            name: format!("Wave {number}"),
            window: Some(Window { starts, ends: starts + Duration::days(days) }),
            after: after.iter().map(|number| CohortNumber(*number)).collect(),
            ..CohortSettings::default()
        };
        Cohort {
            number: CohortNumber(number),
            position: number,
            stage: CohortStage::Planned,
            settings,
            gates: Default::default(),
        }
    }

    fn later(_: &Cohort, window: Window, days: i32) -> Window {
        let by = Duration::days(days.into());
        Window { starts: window.starts + by, ends: window.ends + by }
    }

    fn pushed(cohorts: &[Cohort], number: u16, by: i32) -> Vec<(u16, i32)> {
        let moved = cohorts.iter().find(|cohort| cohort.number.0 == number);
        let to = moved.and_then(|cohort| cohort.settings.window.map(|window| later(cohort, window, by)));
        let to = to.unwrap_or(Window { starts: Instant::UNIX_EPOCH, ends: Instant::UNIX_EPOCH });
        let pushed = followers(cohorts, CohortNumber(number), to, &later);
        pushed.into_iter().map(|(number, days)| (number.0, days)).collect()
    }

    #[test]
    fn those_that_wait_follow_as_far_as_they_must() {
        let mut cohorts = vec![
            cohort(1, &[], "2026-06-01", 5),
            cohort(2, &[1], "2026-06-08", 5),
            cohort(3, &[2], "2026-06-15", 2),
            cohort(4, &[1, 3], "2026-07-15", 2),
            cohort(5, &[], "2026-06-02", 2),
        ];
        assert_eq!(pushed(&cohorts, 1, 2), []);
        assert_eq!(pushed(&cohorts, 1, 3), [(2, 1)]);
        assert_eq!(pushed(&cohorts, 1, 7), [(2, 5), (3, 3)]);
        assert_eq!(pushed(&cohorts, 1, -7), []);
        // What runs is not pushed, and neither is what waits for it.
        cohorts[1].stage = CohortStage::Running;
        assert_eq!(pushed(&cohorts, 1, 7), []);
        // A circle cannot be saved; if there were one, it would end all the same.
        cohorts[1] = cohort(2, &[1, 3], "2026-06-08", 5);
        assert!(pushed(&cohorts, 1, 7).len() >= 2);
    }

    #[test]
    fn the_ends_of_a_window_move_by_days() {
        let (first, last) = Shift { starts: -2, ends: 3 }.of(day("2026-06-01"), day("2026-06-05"));
        assert_eq!((first, last), (day("2026-05-30"), day("2026-06-08")));
        assert!(Shift::by(0).is_none() && !Shift::by(1).is_none());
    }
}
