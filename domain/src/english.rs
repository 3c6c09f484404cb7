//! English names of days and months, for screens, safe sentences, letters, and reading dates in files.

use chrono::{Datelike, NaiveDate};

/// January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `May`, `September`
pub fn month(day: NaiveDate) -> &'static str {
    MONTHS[day.month0() as usize]
}

/// `May`, `Sep`
pub fn short_month(day: NaiveDate) -> &'static str {
    &month(day)[..3]
}

/// `Tuesday`
pub fn weekday(day: NaiveDate) -> &'static str {
    WEEKDAYS[day.weekday().num_days_from_monday() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_calendar() {
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
        for day in first.iter_days().take(365) {
            assert_eq!(month(day), day.format("%B").to_string());
            assert_eq!(short_month(day), day.format("%b").to_string());
            assert_eq!(weekday(day), day.format("%A").to_string());
        }
    }
}
