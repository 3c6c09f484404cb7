//! Days for reading.

use chrono::{Datelike, NaiveDate};
use domain::english::{self, short_month};

/// `27 May 2026`
pub fn long_day(day: NaiveDate) -> String {
    format!("{} {} {}", day.day(), short_month(day), day.year())
}

/// `27 May` in the year of `today`, otherwise `27 May 2026`.
pub fn short_day(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { format!("{} {}", day.day(), short_month(day)) } else { long_day(day) }
}

/// How far a deadline is: `40 days left`, `1 day left`, `today`, `3 days over`.
pub fn days_left(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1 => "1 day left".to_owned(),
        -1 => "1 day over".to_owned(),
        days if days > 0 => format!("{days} days left"),
        days => format!("{} days over", -days),
    }
}

/// `June 2026`
pub fn month_and_year(day: NaiveDate) -> String {
    format!("{} {}", english::month(day), day.year())
}

/// `Mon 27 May`, for lists of days that follow each other.
pub fn week_day(day: NaiveDate) -> String {
    format!("{} {} {}", day.weekday(), day.day(), short_month(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_day_of_this_year_has_no_year() {
        assert_eq!(short_day(day("2026-05-27"), day("2026-01-01")), "27 May");
        assert_eq!(short_day(day("2027-05-27"), day("2026-01-01")), "27 May 2027");
    }

    #[test]
    fn deadlines_are_told_in_days() {
        let told: Vec<_> = [40, 1, 0, -1, -3].into_iter().map(days_left).collect();
        assert_eq!(told, ["40 days left", "1 day left", "today", "1 day over", "3 days over"]);
    }
}
