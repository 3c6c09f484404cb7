//! What a cell says, as the text that a CSV file would have: what a person reads in the sheet, without its formatting.

use calamine::{DataRef, ExcelDateTime, Style};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use domain::import::refused::safe;

/// A cell's text, or that it shows an error.
#[derive(Debug, PartialEq, Eq)]
pub enum CellText {
    Text(String),
    Error,
}

/// The text of a cell; `zeros` is how many digits its format fills up with zeros, as for ids such as `00042`.
pub fn text(value: &DataRef<'_>, zeros: usize) -> CellText {
    CellText::Text(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => words(text),
        DataRef::SharedString(text) => words(text),
        DataRef::Bool(true) => "true".to_owned(),
        DataRef::Bool(false) => "false".to_owned(),
        DataRef::Int(number) => format!("{number:0zeros$}"),
        DataRef::Float(number) if number.is_finite() => self::number(*number, zeros),
        DataRef::Float(_) | DataRef::Error(_) => return CellText::Error,
        DataRef::DateTime(moment) => serial(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => iso(text),
    })
}

/// How many digits a format fills up with zeros: `00000` does, `0` and `0.00` do not.
pub fn zeros(style: &Style) -> usize {
    let code = style.number_format.as_ref().map_or("", |format| format.format_code.as_str());
    let only_zeros = (2..=20).contains(&code.len()) && code.bytes().all(|byte| byte == b'0');
    if only_zeros { code.len() } else { 0 }
}

/// A text as it is, but for characters that no text has, and for an apostrophe that the import would take for the one
/// that keeps CSV cells from being formulas.
fn words(text: &str) -> String {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let text = if text.contains(odd) { text.replace(odd, "\u{FFFD}") } else { text.to_owned() };
    if text.starts_with('\'') { safe(&text) } else { text }
}

/// A number as a sheet shows it when it has room: fifteen digits, no noise of binary fractions, no `.0`.
fn number(number: f64, zeros: usize) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        let (sign, digits) = (if number < 0.0 { "-" } else { "" }, format!("{:0zeros$}", number.abs()));
        return format!("{sign}{digits}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A date, a time or both, from the number by which sheets keep it. What is none stays the number.
fn serial(moment: &ExcelDateTime) -> String {
    let value = moment.as_f64();
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round();
        let whole = seconds.abs() as u64;
        let sign = if seconds < 0.0 { "-" } else { "" };
        return format!("{sign}{}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60);
    }
    let known = (0.0..2_958_466.0).contains(&value);
    let Some(at) = moment.as_datetime().filter(|_| known) else { return number(value, 0) };
    // Milliseconds come from fractions of days that are not exact.
    let at = at.checked_add_signed(chrono::Duration::milliseconds(500)).unwrap_or(at);
    let at = at.with_nanosecond(0).unwrap_or(at);
    if value < 1.0 { at.time().to_string() } else { day_or_moment(at) }
}

fn day_or_moment(at: NaiveDateTime) -> String {
    if at.time() == NaiveTime::MIN { at.date().to_string() } else { at.format("%Y-%m-%dT%H:%M:%S").to_string() }
}

/// A date that is written out in the file: without its time if that is midnight.
fn iso(text: &str) -> String {
    let text = text.trim();
    let moment: Option<NaiveDateTime> = text.parse().ok();
    match (moment, text.parse::<NaiveDate>()) {
        (Some(at), _) => day_or_moment(at.with_nanosecond(0).unwrap_or(at)),
        (None, Ok(day)) => day.to_string(),
        (None, Err(_)) => words(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    fn said(value: DataRef<'_>) -> String {
        match text(&value, 0) {
            CellText::Text(text) => text,
            CellText::Error => "error".to_owned(),
        }
    }

    fn moment(value: f64) -> DataRef<'static> {
        DataRef::DateTime(ExcelDateTime::new(value, DateTime, false))
    }

    #[test]
    fn numbers_are_what_the_sheet_shows() {
        let cases = [
            (10_492.0, "10492"),
            (-5.0, "-5"),
            (0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (1_234.56, "1234.56"),
            (0.25, "0.25"),
            (1e15, "1000000000000000"),
            (123_456_789_012.0, "123456789012"),
            (f64::NAN, "error"),
        ];
        for (number, expected) in cases {
            assert_eq!(said(DataRef::Float(number)), expected);
        }
        assert_eq!(text(&DataRef::Float(42.0), 5), CellText::Text("00042".to_owned()));
        assert_eq!(text(&DataRef::Float(-42.0), 5), CellText::Text("-00042".to_owned()));
    }

    #[test]
    fn dates_are_written_so_that_nobody_can_read_them_in_two_ways() {
        assert_eq!(said(moment(46_143.0)), "2026-05-01");
        assert_eq!(said(moment(46_143.5)), "2026-05-01T12:00:00");
        // Nine o'clock as a fraction that is not exact.
        assert_eq!(said(moment(46_143.374_999_999_99)), "2026-05-01T09:00:00");
        assert_eq!(said(moment(0.75)), "18:00:00");
        assert_eq!(said(moment(-1.0)), "-1");
        assert_eq!(said(DataRef::DateTime(ExcelDateTime::new(44_681.0, DateTime, true))), "2026-05-01");
        assert_eq!(said(DataRef::DateTime(ExcelDateTime::new(1.0625, TimeDelta, false))), "25:30:00");
        assert_eq!(said(DataRef::DateTimeIso("2026-05-01T00:00:00.000".to_owned())), "2026-05-01");
        assert_eq!(said(DataRef::DateTimeIso("2026-05-01".to_owned())), "2026-05-01");
        assert_eq!(said(DataRef::DateTimeIso("2026-05-01T08:30:00".to_owned())), "2026-05-01T08:30:00");
    }

    #[test]
    fn texts_stay_texts() {
        assert_eq!(said(DataRef::String("=1+1".to_owned())), "=1+1");
        assert_eq!(said(DataRef::String("'=1+1".to_owned())), "''=1+1");
        assert_eq!(said(DataRef::SharedString("a\u{0}b\nc")), "a\u{FFFD}b\nc");
        assert_eq!(said(DataRef::Bool(true)), "true");
        assert_eq!(said(DataRef::Error(calamine::CellErrorType::NA)), "error");
        assert_eq!(said(DataRef::Empty), "");
    }
}
