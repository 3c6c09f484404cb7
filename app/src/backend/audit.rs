//! The audit log, and erasing people's data.

use super::acting;
use crate::api::ApiError;
use crate::api::audit::{AuditEntry, AuditFilter, AuditPage, PersonFound, Verdict};
use chrono::{Days, NaiveDate, NaiveTime};
use domain::clock::Instant;
use domain::event::{PersonRef, Stream};
use store::{LogEntry, LogQuery, PersonMatch, StreamVerdict};

/// Events on one page.
const PAGE: usize = 50;

/// Reads the log, the newest first.
pub async fn read(filter: AuditFilter, before: Option<u64>) -> Result<AuditPage, ApiError> {
    acting(async |acting, _| {
        let stream = match filter.stream.as_str() {
            "" => Stream::Workspace,
            key => Stream::from_key(key),
        };
        let query = LogQuery {
            stream,
            kind: filter.kind,
            user: filter.user,
            from: day("from", &filter.from)?.map(midnight),
            until: day("to", &filter.to)?.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            before,
            limit: PAGE,
        };
        let (entries, older) = acting.log(&query).await?;
        let fields = match &query.stream {
            // A stream that no migration has is empty, too.
            Stream::Migration(id) => acting.fields(id).await.unwrap_or_default(),
            Stream::Workspace => Vec::new(),
        };
        let streams = acting.streams().await?;
        Ok(AuditPage {
            entries: entries.into_iter().map(entry).collect(),
            older,
            streams: streams.into_iter().map(|(stream, name)| (stream.key().to_owned(), name)).collect(),
            people: acting.user_names().await?,
            fields,
        })
    })
    .await
}

fn entry(entry: LogEntry) -> AuditEntry {
    let when = entry.event.at.format("%-d %b %Y, %H:%M:%S UTC").to_string();
    AuditEntry { event: entry.event, who: entry.who, when, about: entry.about }
}

fn day(field: &str, text: &str) -> Result<Option<NaiveDate>, ApiError> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| ApiError::field(field, "Give a day like 2026-05-21.")),
    }
}

fn midnight(day: NaiveDate) -> Instant {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Verifies the hash chains of all streams.
pub async fn verify() -> Result<Vec<Verdict>, ApiError> {
    acting(async |acting, _| {
        let verdict = |verdict: StreamVerdict| Verdict {
            stream: verdict.stream,
            name: verdict.name,
            events: verdict.events,
            erased: verdict.erased,
            head: verdict.head,
            broken: verdict.broken,
        };
        Ok(acting.verify().await?.into_iter().map(verdict).collect())
    })
    .await
}

/// Looks for people.
pub async fn find_person(query: String) -> Result<Vec<PersonFound>, ApiError> {
    acting(async |acting, _| {
        let found = |person: PersonMatch| PersonFound {
            person: person.person,
            about: person.about,
            name: person.name,
            email: person.email,
            obstacle: person.obstacle,
        };
        Ok(acting.find_person(&query).await?.into_iter().map(found).collect())
    })
    .await
}

/// Erases a person's data.
pub async fn erase_person(person: PersonRef, reason: String) -> Result<u32, ApiError> {
    acting(async |acting, _| Ok(acting.erase_person(&person, &reason).await?)).await
}
