//! Working hours: the next instant at which somebody may be written to, in their own zone.

use super::plan::Calendar;
use super::rule::WorkingHours;
use crate::clock::Instant;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The days that are looked at: enough for a window on one day of the week that a change of the clock has skipped.
const DAYS_LOOKED_AT: u64 = 16;

/// The first instant within working hours, from an instant on; that instant itself if it is. `None` if there is none,
/// because every day is off or the hours end before they begin.
pub fn next_within(hours: &WorkingHours, from: Instant, zone: Tz) -> Option<Instant> {
    let local = from.with_timezone(&zone).naive_local();
    if is_within(hours, local) {
        return Some(from);
    }
    // A day before as well: at an overlap the wall clock may go back over midnight.
    let first = local.date().checked_sub_days(Days::new(1))?;
    (0..DAYS_LOOKED_AT)
        .filter_map(|day| first.checked_add_days(Days::new(day)))
        .filter(|day| hours.days[day.weekday().num_days_from_monday() as usize])
        .flat_map(|day| openings(day.and_time(hours.from), zone))
        .flatten()
        .filter(|opening| *opening >= from)
        .find(|opening| is_within(hours, opening.with_timezone(&zone).naive_local()))
}

fn is_within(hours: &WorkingHours, local: NaiveDateTime) -> bool {
    let time = local.time();
    hours.days[local.weekday().num_days_from_monday() as usize] && hours.from <= time && time < hours.to
}

/// The instants of a time on the wall: two where the clock goes back over it, the end of the gap where it is skipped.
fn openings(wall: NaiveDateTime, zone: Tz) -> [Option<Instant>; 2] {
    let found = zone.from_local_datetime(&wall);
    let utc = |at: DateTime<Tz>| at.with_timezone(&Utc);
    match (found.earliest(), found.latest()) {
        (None, None) => [after_gap(wall, zone), None],
        (first, last) => [first.map(utc), last.filter(|last| Some(last) != first.as_ref()).map(utc)],
    }
}

/// The first instant after the gap in which this time on the wall falls. Zones move by whole minutes, at most a day.
fn after_gap(wall: NaiveDateTime, zone: Tz) -> Option<Instant> {
    // The clock's offset before the gap, applied to a time in it, gives an instant after it: as far after its end as the
    // time was after its beginning.
    let before = zone.from_local_datetime(&(wall - TimeDelta::days(2))).earliest()?;
    let inside = before + (wall - before.naive_local());
    let mut low = inside - TimeDelta::days(1);
    let mut high = inside;
    while high - low > TimeDelta::seconds(1) {
        let middle = low + (high - low) / 2;
        match middle.naive_local() < wall {
            true => low = middle,
            false => high = middle,
        }
    }
    let end = high.with_timezone(&Utc);
    // To the full second: offsets have no fractions.
    Some(end - TimeDelta::nanoseconds(i64::from(end.timestamp_subsec_nanos())))
}

/// The first instant of a day in a zone.
pub fn start_of(day: NaiveDate, zone: Tz) -> Instant {
    let midnight = day.and_time(NaiveTime::MIN);
    openings(midnight, zone)[0].unwrap_or_else(|| midnight.and_utc())
}

/// A migration's days and its contacts' hours, from the table of time zones.
#[derive(Clone, Copy, Debug)]
pub struct Zones {
    /// The zone of the migration's days.
    pub migration: Tz,
}

impl Zones {
    /// The calendar of a migration in this zone; an unknown one counts as UTC.
    pub fn new(migration: &str) -> Zones {
        Zones { migration: migration.parse().unwrap_or(Tz::UTC) }
    }

    /// A contact's zone; without one it is the migration's.
    pub fn zone(&self, name: &str) -> Tz {
        if name.is_empty() { self.migration } else { name.parse().unwrap_or(self.migration) }
    }
}

impl Calendar for Zones {
    fn start_of(&self, day: NaiveDate) -> Instant {
        start_of(day, self.migration)
    }

    fn day_of(&self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.migration).date_naive()
    }

    fn within(&self, hours: Option<&WorkingHours>, from: Instant, zone: &str) -> Instant {
        // Hours without a single day are refused where they are entered.
        hours.and_then(|hours| next_within(hours, from, self.zone(zone))).unwrap_or(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEEKDAYS: [bool; 7] = [true, true, true, true, true, false, false];

    fn hours(from: &str, to: &str, days: [bool; 7]) -> WorkingHours {
        let time = |text: &str| text.parse().unwrap();
        WorkingHours { from: time(from), to: time(to), days }
    }

    fn at(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn the_next_instant_within_hours() {
        let only = |day: usize| std::array::from_fn(|index| index == day);
        let office = hours("09:00:00", "17:00:00", WEEKDAYS);
        let night = hours("02:00:00", "04:00:00", [true; 7]);
        let cases = [
            ("inside: at once", office, "Europe/Berlin", "2026-05-21T12:00:00Z", "2026-05-21T12:00:00Z"),
            ("before they begin", office, "Europe/Berlin", "2026-05-21T04:00:00Z", "2026-05-21T07:00:00Z"),
            ("at the end: the next day", office, "Europe/Berlin", "2026-05-21T15:00:00Z", "2026-05-22T07:00:00Z"),
            ("Friday evening: Monday", office, "Europe/Berlin", "2026-05-22T16:00:00Z", "2026-05-25T07:00:00Z"),
            ("their Monday, not ours", office, "Pacific/Auckland", "2026-05-24T20:00:00Z", "2026-05-24T21:00:00Z"),
            ("half an hour off", office, "Asia/Kolkata", "2026-05-21T00:00:00Z", "2026-05-21T03:30:00Z"),
            (
                "a week until the one day",
                hours("09:00:00", "10:00:00", only(0)),
                "UTC",
                "2026-05-18T10:00:00Z",
                "2026-05-25T09:00:00Z",
            ),
            (
                "hours that begin in a gap begin after it",
                night,
                "Europe/Berlin",
                "2026-03-29T00:30:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "hours that lie in a gap wait for the next day",
                hours("02:00:00", "03:00:00", [true; 7]),
                "Europe/Berlin",
                "2026-03-29T00:30:00Z",
                "2026-03-30T00:00:00Z",
            ),
            (
                "an hour that occurs twice, first time",
                hours("02:30:00", "02:45:00", [true; 7]),
                "Europe/Berlin",
                "2026-10-25T00:00:00Z",
                "2026-10-25T00:30:00Z",
            ),
            (
                "an hour that occurs twice, second time",
                hours("02:30:00", "02:45:00", [true; 7]),
                "Europe/Berlin",
                "2026-10-25T00:50:00Z",
                "2026-10-25T01:30:00Z",
            ),
            (
                "a whole day that a zone skipped",
                hours("09:00:00", "17:00:00", only(4)),
                "Pacific/Apia",
                "2011-12-29T12:00:00Z",
                "2012-01-05T19:00:00Z",
            ),
        ];
        for (name, hours, zone, from, expected) in cases {
            let zone: Tz = zone.parse().unwrap();
            assert_eq!(next_within(&hours, at(from), zone), Some(at(expected)), "{name}");
        }
    }

    #[test]
    fn hours_that_never_come_are_refused() {
        let from = at("2026-05-21T12:00:00Z");
        assert_eq!(next_within(&hours("09:00:00", "17:00:00", [false; 7]), from, Tz::UTC), None);
        assert_eq!(next_within(&hours("17:00:00", "09:00:00", [true; 7]), from, Tz::UTC), None);
    }

    #[test]
    fn a_day_begins_at_midnight_or_after_the_gap_over_it() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let cases = [
            ("2026-05-21", "Europe/Berlin", "2026-05-20T22:00:00Z"),
            ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z"),
            ("2026-11-01", "America/New_York", "2026-11-01T04:00:00Z"),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(start_of(day(text), zone.parse().unwrap()), at(expected), "{text} in {zone}");
        }
    }

    proptest! {
        #[test]
        fn never_before_always_inside_within_eight_days(
            seconds in 1_700_000_000_i64..1_900_000_000,
            from in 0_u32..20,
            length in 2_u32..4,
            days in prop::array::uniform7(any::<bool>()),
            zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        ) {
            let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
            let hours = WorkingHours { from: time(from), to: time(from + length), days };
            let start = DateTime::from_timestamp(seconds, 0).unwrap();
            let next = next_within(&hours, start, zone);
            prop_assert_eq!(next.is_some(), days.contains(&true));
            if let Some(next) = next {
                prop_assert!(next >= start);
                prop_assert!(is_within(&hours, next.with_timezone(&zone).naive_local()));
                prop_assert!(next - start <= TimeDelta::days(8));
                // Nothing earlier would have done.
                let minutes = (next - start).num_minutes();
                for minute in (0..minutes).step_by(30) {
                    let earlier = start + TimeDelta::minutes(minute);
                    prop_assert!(!is_within(&hours, earlier.with_timezone(&zone).naive_local()));
                }
            }
        }
    }
}
