//! The date as a file for calendars, behind a token of its own: whoever shares their calendar does not share their page.

use super::{Caller, quiet};
use crate::state::AppState;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::Days;
use domain::customer_page::link::Purpose;
use domain::customer_page::view::CalendarEntry;
use domain::customer_page::words::Speech;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use std::net::SocketAddr;

/// Answers the calendar.
pub async fn date(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let caller = Caller::of(&state, &headers, peer);
    if let Some(answer) = caller.turned_away(&state) {
        return answer;
    }
    let guest = state.backend.store.guest(&caller.from);
    let Some(behind) = guest.open(&token, Purpose::Calendar) else { return caller.refused(&state) };
    let entry = guest.calendar(&behind);
    let day = entry.as_ref().filter(|entry| !entry.cancelled).map(|entry| entry.day);
    guest.used(&behind, day).await;
    let mut response = file(entry.as_ref()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"date.ics\""));
    quiet(headers);
    response
}

/// The file. Without a date it has no entry.
fn file(entry: Option<&CalendarEntry>) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//Landbridge//Customer page//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done())
        .append_property(Property::new("X-PUBLISHED-TTL", "PT1H"));
    if let Some(entry) = entry {
        let title = Speech::new(&entry.language, "UTC").title(&entry.name);
        calendar.name(&entry.name);
        let mut event = Event::new();
        event
            .uid(&entry.uid)
            .sequence(u32::try_from(entry.sequence).unwrap_or(u32::MAX))
            .summary(&title)
            .timestamp(entry.changed)
            .last_modified(entry.changed)
            .status(if entry.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed });
        match entry.hours {
            Some(hours) => _ = event.starts(hours.starts).ends(hours.ends),
            // The end of a whole day is the day after it.
            None => _ = event.starts(entry.day).ends(entry.day.checked_add_days(Days::new(1)).unwrap_or(entry.day)),
        }
        calendar.push(event.done());
    }
    calendar.done().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate};
    use domain::customer_page::view::Hours;

    fn entry() -> CalendarEntry {
        CalendarEntry {
            uid: "l1@landbridge".into(),
            sequence: 7,
            name: "The move to Ledger 3, with a name that is long enough to be folded; and a semicolon".into(),
            language: "de".into(),
            day: NaiveDate::from_ymd_opt(2026, 5, 27).unwrap_or_default(),
            hours: None,
            cancelled: false,
            changed: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_entry_says_when_and_keeps_its_name_when_it_is_cancelled() {
        let text = file(Some(&entry()));
        for line in [
            "UID:l1@landbridge",
            "SEQUENCE:7",
            "STATUS:CONFIRMED",
            "DTSTART;VALUE=DATE:20260527",
            "DTSTAMP:19700101T000000Z",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        let starts = DateTime::parse_from_rfc3339("2026-05-26T22:30:00Z").map(|at| at.to_utc()).unwrap_or_default();
        let hours = Some(Hours { starts, ends: starts + chrono::Duration::hours(4) });
        let gone = file(Some(&CalendarEntry { sequence: 8, cancelled: true, hours, ..entry() }));
        for line in [
            "UID:l1@landbridge",
            "SEQUENCE:8",
            "STATUS:CANCELLED",
            "DTSTART:20260526T223000Z",
            "DTEND:20260527T023000Z",
        ] {
            assert!(gone.contains(&format!("{line}\r\n")), "{line} is not in\n{gone}");
        }
        assert!(!file(None).contains("VEVENT"));
    }
}
