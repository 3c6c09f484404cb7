//! Days and times as people write them in their language.

use crate::english;
use chrono::{Datelike, NaiveDate, NaiveDateTime};

/// How one language writes a day. A language that is not here gets figures in the international order.
#[derive(Clone, Copy)]
pub struct Words {
    names: Option<&'static Names>,
    /// American English writes the month first and counts twelve hours.
    american: bool,
}

struct Names {
    tag: &'static str,
    /// Monday first.
    days: [&'static str; 7],
    months: [&'static str; 12],
    date: fn(&str, &str, i32, u32) -> String,
}

/// A language's own first of the month: `1er mai`.
fn french_day(day: u32) -> String {
    if day == 1 { "1er".to_owned() } else { day.to_string() }
}

const LANGUAGES: &[Names] = &[
    Names {
        tag: "en",
        days: english::WEEKDAYS,
        months: english::MONTHS,
        date: |weekday, month, year, day| format!("{weekday} {day} {month} {year}"),
    },
    Names {
        tag: "de",
        days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        date: |weekday, month, year, day| format!("{weekday}, {day}. {month} {year}"),
    },
    Names {
        tag: "fr",
        days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        date: |weekday, month, year, day| format!("{weekday} {} {month} {year}", french_day(day)),
    },
    Names {
        tag: "es",
        days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        date: |weekday, month, year, day| format!("{weekday}, {day} de {month} de {year}"),
    },
    Names {
        tag: "it",
        days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        date: |weekday, month, year, day| format!("{weekday} {day} {month} {year}"),
    },
    Names {
        tag: "nl",
        days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        months: [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        date: |weekday, month, year, day| format!("{weekday} {day} {month} {year}"),
    },
];

impl Words {
    /// Those of a language by its BCP 47 tag: `de-AT` is written as `de`.
    pub fn of(language: &str) -> Words {
        let base = language.split('-').next().unwrap_or(language);
        let names = LANGUAGES.iter().find(|names| names.tag.eq_ignore_ascii_case(base));
        Words { names, american: language.eq_ignore_ascii_case("en-US") }
    }

    /// `Wednesday 27 May 2026`.
    pub fn date(self, day: NaiveDate) -> String {
        let Some(names) = self.names else { return day.to_string() };
        let (weekday, month) = (self.weekday(day), names.months[day.month0() as usize]);
        match self.american {
            true => format!("{weekday}, {month} {}, {}", day.day(), day.year()),
            false => (names.date)(&weekday, month, day.year(), day.day()),
        }
    }

    /// `Wednesday`; in a language that is not known the day in figures.
    pub fn weekday(self, day: NaiveDate) -> String {
        let names = self.names.map(|names| names.days[day.weekday().num_days_from_monday() as usize]);
        names.map_or_else(|| day.to_string(), str::to_owned)
    }

    /// `Wednesday 27 May 2026, 00:30`.
    pub fn time(self, at: NaiveDateTime) -> String {
        let format = if self.american { "%-I:%M %p" } else { "%H:%M" };
        format!("{}, {}", self.date(at.date()), at.format(format))
    }
}

/// An offset to universal time: `UTC+5:30`.
pub(crate) fn offset(seconds: i32) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { '−' } else { '+' };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_a_day_its_own_way() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap_or_default();
        for (language, date, weekday) in [
            ("en", "Friday 1 May 2026", "Friday"),
            ("en-GB", "Friday 1 May 2026", "Friday"),
            ("en-US", "Friday, May 1, 2026", "Friday"),
            ("de", "Freitag, 1. Mai 2026", "Freitag"),
            ("de-AT", "Freitag, 1. Mai 2026", "Freitag"),
            ("fr", "vendredi 1er mai 2026", "vendredi"),
            ("es", "viernes, 1 de mayo de 2026", "viernes"),
            ("it", "venerdì 1 maggio 2026", "venerdì"),
            ("nl", "vrijdag 1 mei 2026", "vrijdag"),
            ("ja", "2026-05-01", "2026-05-01"),
        ] {
            let words = Words::of(language);
            assert_eq!((words.date(day).as_str(), words.weekday(day).as_str()), (date, weekday), "{language}");
        }
    }

    #[test]
    fn times_and_offsets_are_read_as_they_are_spoken() {
        let at = NaiveDate::from_ymd_opt(2026, 12, 31).and_then(|day| day.and_hms_opt(0, 30, 0)).unwrap_or_default();
        assert_eq!(Words::of("fr").time(at), "jeudi 31 décembre 2026, 00:30");
        assert_eq!(Words::of("en-US").time(at), "Thursday, December 31, 2026, 12:30 AM");
        let offsets: Vec<_> = [0, 7_200, 19_800, -12_600].into_iter().map(offset).collect();
        assert_eq!(offsets, ["UTC", "UTC+2", "UTC+5:30", "UTC−3:30"]);
    }
}
