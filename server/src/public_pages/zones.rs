//! Zones in which a page's times can be read without script.

use chrono::{NaiveDateTime, Offset};
use chrono_tz::Tz;
use domain::clock::Instant;

/// Offered beside the migration's own. A fixed list, so that the number of a page's renderings is known.
const OFFERED: [&str; 11] = [
    "UTC",
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// The zones of a page: the migration's first.
pub fn zones(own: &str) -> Vec<Tz> {
    let own: Tz = own.parse().unwrap_or(Tz::UTC);
    let others = OFFERED.iter().filter_map(|name| name.parse().ok()).filter(|zone| *zone != own);
    std::iter::once(own).chain(others).collect()
}

/// The wall clock there.
pub fn local(at: Instant, zone: Tz) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// `Berlin (UTC+2)`, as it is at an instant.
pub fn label(zone: Tz, at: Instant) -> String {
    let name = zone.name();
    let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
    let minutes = at.with_timezone(&zone).offset().fix().local_minus_utc() / 60;
    if minutes == 0 {
        return if city == "UTC" { city } else { format!("{city} (UTC)") };
    }
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let rest = if rest == 0 { String::new() } else { format!(":{rest:02}") };
    format!("{city} (UTC{sign}{hours}{rest})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn a_zone_is_named_by_its_city_and_offset() {
        let summer = DateTime::parse_from_rfc3339("2026-07-01T12:00:00Z").map(|at| at.to_utc()).unwrap_or_default();
        let winter = DateTime::parse_from_rfc3339("2026-01-01T12:00:00Z").map(|at| at.to_utc()).unwrap_or_default();
        assert_eq!(label(Tz::Europe__Berlin, summer), "Berlin (UTC+2)");
        assert_eq!(label(Tz::Europe__Berlin, winter), "Berlin (UTC+1)");
        assert_eq!(label(Tz::America__New_York, winter), "New York (UTC−5)");
        assert_eq!(label(Tz::Asia__Kolkata, winter), "Kolkata (UTC+5:30)");
        assert_eq!(label(Tz::UTC, winter), "UTC");
        assert_eq!(label(Tz::Europe__London, winter), "London (UTC)");
    }

    #[test]
    fn the_migrations_zone_is_first_and_only_once() {
        let zones = zones("Europe/Berlin");
        assert_eq!(zones.len(), OFFERED.len());
        assert_eq!(zones.iter().position(|zone| *zone == Tz::Europe__Berlin), Some(0));
        assert_eq!(super::zones("Asia/Kathmandu").len(), OFFERED.len() + 1);
        assert_eq!(super::zones("Nowhere").first(), Some(&Tz::UTC));
    }
}
