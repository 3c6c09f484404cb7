//! Open slots: the days that a customer may ask for instead of their own.

use crate::spread::Day;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Days that one page offers.
pub const SLOTS_MAX: usize = 30;

/// A day that somebody may choose, or could if it were not full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub day: NaiveDate,
    /// Places that are left; `None`: as many as one likes.
    pub left: Option<u32>,
    /// The day that the account has now.
    pub own: bool,
}

impl Slot {
    /// Whether it can be asked for.
    pub fn is_open(&self) -> bool {
        !self.own && self.left != Some(0)
    }
}

/// The days of a window that are open from `earliest` on, the account's `own` among them. `days` say what is on each;
/// closed ones are not offered.
pub fn slots(
    days: &[Day],
    capacity: Option<u32>,
    earliest: NaiveDate,
    last: NaiveDate,
    own: Option<NaiveDate>,
) -> Vec<Slot> {
    let offered = days
        .iter()
        .filter(|day| Some(day.day) == own || day.closed.is_none() && day.day >= earliest && day.day <= last);
    let slot = |day: &Day| Slot {
        day: day.day,
        left: capacity.map(|capacity| capacity.saturating_sub(day.total())),
        own: Some(day.day) == own,
    };
    offered.map(slot).take(SLOTS_MAX).collect()
}

/// Why a day cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoSlot {
    #[error("This day is full by now. Nothing was changed; choose another one.")]
    Full,
    #[error("This day cannot be chosen. Nothing was changed; choose one of the list.")]
    NotOffered,
    #[error("This is the day that the account has already. Nothing was changed.")]
    Own,
}

/// Whether a day may be taken.
pub fn take(slots: &[Slot], day: NaiveDate) -> Result<(), NoSlot> {
    match slots.iter().find(|slot| slot.day == day) {
        None => Err(NoSlot::NotOffered),
        Some(slot) if slot.own => Err(NoSlot::Own),
        Some(slot) if !slot.is_open() => Err(NoSlot::Full),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, days, moved};
    use crate::migration::Blackout;
    use crate::spread::{Frame, occupied};
    use crate::state::{Plan, State};
    use proptest::prelude::*;

    fn start() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default()
    }

    fn scheduled(day: i32, pinned: bool) -> State {
        let pinned = pinned.then(|| "asked".to_owned());
        State::Scheduled { plan: Plan { date: moved(start(), day), pinned } }
    }

    #[test]
    fn full_days_are_shown_and_closed_ones_are_not() {
        let calendar = Calendar {
            blackouts: vec![Blackout { first: moved(start(), 1), last: moved(start(), 1), reason: String::new() }],
            weekends: false,
        };
        let states = [scheduled(0, false), scheduled(2, false), scheduled(2, true)];
        let frame = Frame {
            first: start(),
            last: moved(start(), 6),
            today: start(),
            capacity: Some(2),
            calendar: &calendar,
            keep: true,
        };
        let days = occupied(&states, &frame);
        let slots = slots(&days, Some(2), moved(start(), 1), moved(start(), 30), Some(start()));
        let found: Vec<_> = slots.iter().map(|slot| (slot.day, slot.left, slot.is_open())).collect();
        // Monday is one's own, Tuesday a blackout, Wednesday full; the week has no weekend.
        assert_eq!(
            found,
            [
                (start(), Some(1), false),
                (moved(start(), 2), Some(0), false),
                (moved(start(), 3), Some(2), true),
                (moved(start(), 4), Some(2), true)
            ]
        );
        assert_eq!(take(&slots, start()), Err(NoSlot::Own));
        assert_eq!(take(&slots, moved(start(), 1)), Err(NoSlot::NotOffered));
        assert_eq!(take(&slots, moved(start(), 2)), Err(NoSlot::Full));
        assert_eq!(take(&slots, moved(start(), 3)), Ok(()));
    }

    proptest! {
        /// Whoever takes a slot that was offered never brings a day above its capacity, on a closed day, or too early.
        #[test]
        fn a_slot_that_is_offered_breaks_nothing(
            planned in prop::collection::vec((0..20_i32, any::<bool>()), 0..60),
            asked in prop::collection::vec(0..25_i32, 1..40),
            capacity in prop::option::of(1..5_u32),
            blackouts in prop::collection::vec((0..20_i32, 0..3_i32), 0..3),
            weekends in any::<bool>(),
            earliest in 0..10_i32,
            length in 1..20_i32,
            deadline in 0..25_i32,
        ) {
            let blackouts = blackouts
                .into_iter()
                .map(|(first, days)| Blackout {
                    first: moved(start(), first),
                    last: moved(start(), first + days),
                    reason: String::new(),
                })
                .collect();
            let calendar = Calendar { blackouts, weekends };
            let (earliest, deadline) = (moved(start(), earliest), moved(start(), deadline));
            let last = moved(start(), length);
            let frame = Frame { first: start(), last, today: earliest, capacity, calendar: &calendar, keep: true };
            let mut states: Vec<State> = planned.into_iter().map(|(day, pinned)| scheduled(day, pinned)).collect();
            let count = |states: &[State], day| states.iter().filter(|state| state.scheduled_for() == Some(day)).count();
            for day in asked {
                let day = moved(start(), day);
                let offered = slots(&occupied(&states, &frame), capacity, earliest, deadline, None);
                if take(&offered, day).is_ok() {
                    states.push(scheduled((day - start()).num_days() as i32, true));
                    prop_assert!(capacity.is_none_or(|capacity| count(&states, day) <= capacity as usize));
                    prop_assert!(calendar.closed(day).is_none());
                    prop_assert!(day >= earliest && day <= deadline && day <= last);
                }
            }
            prop_assert_eq!(days(start(), last).count(), occupied(&states, &frame).len());
        }
    }
}
