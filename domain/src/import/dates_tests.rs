#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use proptest::prelude::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn verdict(cells: &[&str]) -> DateVerdict {
    let mut evidence = DateEvidence::default();
    cells.iter().for_each(|cell| evidence.observe(cell));
    evidence.verdict()
}

#[test]
fn common_forms_are_read_without_asking() {
    let forms = [
        "2026-04-03",
        "2026/04/03",
        "2026/4/3",
        "20260403",
        "Apr 3, 2026",
        "April 3 2026",
        "3 April 2026",
        "3. April 2026",
        "03-Apr-2026",
        "3rd Apr 2026",
        "Fri, 3 Apr 2026",
        "2026 Apr 3",
        "Friday 3 April 2026",
        " 2026-04-03 ",
    ];
    for form in forms {
        assert_eq!(read(form, None).map(|cell| cell.date), Ok(day(2026, 4, 3)), "{form}");
    }
}

#[test]
fn times_and_offsets_are_read() {
    let time = |h, m, s| NaiveTime::from_hms_opt(h, m, s);
    let cases = [
        ("2026-04-03T10:30", time(10, 30, 0), None),
        ("2026-04-03 10:30:05", time(10, 30, 5), None),
        ("2026-04-03T10:30:05.250Z", time(10, 30, 5), Some(0)),
        ("2026-04-03T10:30:00+02:00", time(10, 30, 0), Some(120)),
        ("2026-04-03T10:30:00-0530", time(10, 30, 0), Some(-330)),
        ("Apr 3, 2026, 2:30 PM", time(14, 30, 0), None),
        ("Apr 3, 2026 12:05 am", time(0, 5, 0), None),
        ("3 April 2026 10:30 UTC", time(10, 30, 0), Some(0)),
    ];
    for (text, time, offset) in cases {
        assert_eq!(read(text, None), Ok(DateCell { date: day(2026, 4, 3), time, offset }), "{text}");
    }
    let exact = read("2026-04-03T10:30:00+02:00", None).unwrap().exact_instant().unwrap();
    assert_eq!(exact.to_rfc3339(), "2026-04-03T08:30:00+00:00");
    assert_eq!(read("2026-04-03T10:30", None).unwrap().exact_instant(), None);
}

#[test]
fn a_column_says_what_comes_first_or_asks() {
    let decided = |by| DateVerdict::Decided { by };
    assert_eq!(verdict(&["03/04/2026", "23/04/2026"]), decided(DateOrder::DayFirst));
    assert_eq!(verdict(&["03/04/2026", "04/23/2026"]), decided(DateOrder::MonthFirst));
    assert_eq!(verdict(&["03-04-2026", "23-04-2026"]), decided(DateOrder::DayFirst));
    assert_eq!(verdict(&["2026-04-03", "Apr 3, 2026", "", "soon"]), DateVerdict::Irrelevant);
    assert_eq!(verdict(&["04/04/2026", "05/05/2026"]), DateVerdict::Irrelevant);
    let ambiguous = DateVerdict::Ambiguous {
        example: "03/04/2026".to_owned(),
        day_first: day(2026, 4, 3),
        month_first: day(2026, 3, 4),
    };
    assert_eq!(verdict(&["03/04/2026", "05/06/2026"]), ambiguous);
    let contradictory =
        DateVerdict::Contradictory { day_first: "23/04/2026".to_owned(), month_first: "04/23/2026".to_owned() };
    assert_eq!(verdict(&["03/04/2026", "23/04/2026", "04/23/2026"]), contradictory);
}

#[test]
fn dates_with_dots_are_day_first_unless_something_speaks_against_it() {
    assert_eq!(verdict(&["03.04.2026"]), DateVerdict::Decided { by: DateOrder::DayFirst });
    assert_eq!(verdict(&["03.04.2026", "04.23.2026"]), DateVerdict::Decided { by: DateOrder::MonthFirst });
    assert!(matches!(verdict(&["03.04.2026", "05/06/2026"]), DateVerdict::Ambiguous { .. }));
}

#[test]
fn an_impossible_day_says_how_long_the_month_is() {
    let cases = [
        ("31/02/2026", Some(DateOrder::DayFirst), "February 2026 has 28 days."),
        ("31.02.2028", Some(DateOrder::DayFirst), "February 2028 has 29 days."),
        ("2026-02-31", None, "February 2026 has 28 days."),
        ("31 Jun 2026", None, "June 2026 has 30 days."),
        ("2026-04-00", None, "April 2026 has 30 days."),
        ("2026-13-01", None, "There is no month 13."),
        ("04/23/2026", Some(DateOrder::DayFirst), "There is no month 23. Dates of this column are read day first."),
    ];
    for (text, order, reason) in cases {
        assert_eq!(read(text, order), Err(reason.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused_with_advice() {
    for text in
        ["soon", "TBD", "4/2026", "3/4/26", "26-04-03", "2026-04", "2026-04-03 25:00", "1/2/3/2026", "0206-04-03"]
    {
        let reason = read(text, Some(DateOrder::DayFirst)).unwrap_err();
        assert!(reason.contains("2026-04-23"), "{text}: {reason}");
    }
    assert!(read("46115", None).unwrap_err().contains("Format the column as a date"));
    assert!(read("03/04/2026", None).is_err(), "never guessed");
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (1970i32..2200, 1u32..=366).prop_filter_map("no such day", |(year, ordinal)| NaiveDate::from_yo_opt(year, ordinal))
}

proptest! {
    /// A day written in any known form is read as that day, or not at all: never as another one.
    #[test]
    fn a_formatted_day_is_never_read_as_another(date in any_day()) {
        let forms = [
            "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%b %-d, %Y", "%B %d, %Y", "%-d %B %Y", "%d-%b-%Y", "%A, %-d %B %Y",
            "%Y-%m-%dT%H:%M:%S", "%-d %b %Y %H:%M",
        ];
        let noon = date.and_hms_opt(12, 0, 0).unwrap();
        for form in forms {
            let text = noon.format(form).to_string();
            prop_assert_eq!(read(&text, None).map(|cell| cell.date), Ok(date), "{}", text);
        }
        let ordered = [
            (DateOrder::DayFirst, ["%d/%m/%Y", "%-d/%-m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%-d.%-m.%Y %H:%M"]),
            (DateOrder::MonthFirst, ["%m/%d/%Y", "%-m/%-d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%-m/%-d/%Y %H:%M"]),
        ];
        for (order, forms) in ordered {
            for form in forms {
                let text = noon.format(form).to_string();
                prop_assert_eq!(read(&text, Some(order)).map(|cell| cell.date), Ok(date), "{}", text);
                let unasked = read(&text, None).map(|cell| cell.date);
                prop_assert!(unasked.is_err() || unasked == Ok(date), "{}", text);
            }
        }
    }

    /// A column in one order is read in that order, or somebody is asked: never in the other order with another day.
    #[test]
    fn a_column_is_never_read_in_the_wrong_order(
        dates in prop::collection::vec(any_day(), 1..8),
        month_first in any::<bool>(),
    ) {
        let (form, order) =
            if month_first { ("%m/%d/%Y", DateOrder::MonthFirst) } else { ("%d/%m/%Y", DateOrder::DayFirst) };
        let cells: Vec<_> = dates.iter().map(|date| date.format(form).to_string()).collect();
        let mut evidence = DateEvidence::default();
        cells.iter().for_each(|cell| evidence.observe(cell));
        match evidence.verdict() {
            DateVerdict::Decided { by } => prop_assert_eq!(by, order),
            DateVerdict::Ambiguous { day_first, month_first, .. } => {
                prop_assert!(dates.contains(&day_first) || dates.contains(&month_first));
                prop_assert!(dates.iter().all(|date| date.day() <= 12));
            }
            DateVerdict::Irrelevant => prop_assert!(dates.iter().all(|date| date.day() == date.month())),
            DateVerdict::Contradictory { .. } => prop_assert!(false, "{:?}", cells),
        }
    }

    /// No text makes it panic, and what is read is a day of the accepted years.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,30}", order in prop::sample::select(vec![None, Some(DateOrder::DayFirst)])) {
        if let Ok(cell) = read(&text, order) {
            prop_assert!((1970..=2199).contains(&cell.date.year()));
        }
    }

    #[test]
    fn text_like_a_date_is_read_or_refused(text in "[0-9A-Za-z:+./ ,TZ-]{0,24}") {
        let read_once = read(&text, Some(DateOrder::MonthFirst));
        prop_assert_eq!(read_once, read(&format!(" {text} "), Some(DateOrder::MonthFirst)));
    }
}
