//! Time zones. Only the server carries the table of zones; rules get days and instants.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::clock::Instant;

fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// Whether this is a zone of the IANA table.
pub fn known_zone(name: &str) -> bool {
    name.parse::<Tz>().is_ok()
}

/// The day of an instant in a zone.
pub fn local_date(at: Instant, zone_name: &str) -> NaiveDate {
    at.with_timezone(&zone(zone_name)).date_naive()
}

/// The wall clock's date and time at an instant in a zone.
pub(crate) fn local_time(at: Instant, zone_name: &str) -> NaiveDateTime {
    at.with_timezone(&zone(zone_name)).naive_local()
}

/// An instant in a zone, for reading, in chrono's format language.
pub fn local_text(at: Instant, zone_name: &str, format: &str) -> String {
    at.with_timezone(&zone(zone_name)).format(format).to_string()
}

/// The instant of a wall clock's time in a zone. A time that a change to summer time skips becomes the first one after
/// it; of a time that occurs twice it is the first.
pub fn zone_instant(day: NaiveDate, time: NaiveTime, zone_name: &str) -> Instant {
    let zone = zone(zone_name);
    let wall = NaiveDateTime::new(day, time);
    let found = |wall: &NaiveDateTime| zone.from_local_datetime(wall).earliest();
    let after_gap = || found(&(wall + chrono::Duration::hours(1)));
    found(&wall).or_else(after_gap).map_or_else(|| wall.and_utc(), |at: DateTime<Tz>| at.with_timezone(&Utc))
}

/// Whole days from today in the zone until a day; negative when it has passed.
pub(crate) fn days_until(day: NaiveDate, now: Instant, zone_name: &str) -> i64 {
    i64::from(day.num_days_from_ce() - local_date(now, zone_name).num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_hour_becomes_the_one_after_it() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap_or_default();
        let time = NaiveTime::from_hms_opt(2, 30, 0).unwrap_or_default();
        assert_eq!(zone_instant(day, time, "Europe/Berlin").to_rfc3339(), "2026-03-29T01:30:00+00:00");
    }

    #[test]
    fn an_unknown_zone_is_not_known() {
        assert!(known_zone("Europe/Oslo"));
        assert!(!known_zone("Middle/Earth"));
    }
}
