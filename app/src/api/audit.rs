//! The audit log, for admins: reading, verifying, erasing a person's data.

use super::ApiError;
use domain::custom::CustomField;
use domain::event::{Event, EventKind, PersonRef, Stream};
use domain::id::UserId;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What of the log to show. Empty fields filter nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// `workspace` or a migration's id; empty: the workspace.
    #[serde(default)]
    pub stream: String,
    #[serde(default)]
    pub kind: Option<EventKind>,
    #[serde(default)]
    pub user: Option<UserId>,
    /// First and last day (UTC), `2026-05-21`.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

/// One event with what is needed to read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub event: Event,
    /// The actor's name, `Landbridge` for the system, `Not signed in`.
    pub who: String,
    /// `21 May 2026, 13:48:07 UTC`
    pub when: String,
    /// What it is about: `C-10482 Halvorsen Maritime AS`, `3 · Main EU`, a user's name.
    pub about: String,
}

/// A piece of the log, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Pass as `before` for the next piece; `None` at the end.
    pub older: Option<u64>,
    /// The streams that can be chosen: key and name.
    pub streams: Vec<(String, String)>,
    pub people: Vec<(UserId, String)>,
    /// The custom fields of the stream's migration, for their names.
    pub fields: Vec<CustomField>,
}

/// Reads the log, the newest first, from just before the sequence number `before`.
#[server(endpoint = "audit/read", input = Json)]
pub async fn audit_log(filter: AuditFilter, before: Option<u64>) -> Result<AuditPage, ApiError> {
    crate::backend::audit::read(filter, before).await
}

/// What the verification of one stream found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub stream: Stream,
    pub name: String,
    pub events: u64,
    /// Personal values that were erased; the chain holds without them.
    pub erased: u64,
    /// The newest hash, shortened for reading.
    pub head: String,
    /// What is broken and where, in a sentence; `None` when the chain is whole.
    pub broken: Option<String>,
}

/// Verifies the hash chains of all streams.
#[server(endpoint = "audit/verify")]
pub async fn verify_log() -> Result<Vec<Verdict>, ApiError> {
    crate::backend::audit::verify().await
}

/// Somebody whom a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonFound {
    pub person: PersonRef,
    /// `Contact of Halvorsen Maritime AS (C-10482)` or `User, disabled`.
    pub about: String,
    pub name: String,
    pub email: String,
    /// Why this person cannot be erased now, if so.
    pub obstacle: Option<String>,
}

/// Looks for people by a part of a name, an e-mail address or an external id.
#[server(endpoint = "audit/find-person")]
pub async fn find_person(query: String) -> Result<Vec<PersonFound>, ApiError> {
    crate::backend::audit::find_person(query).await
}

/// Erases a person's data from the directory and from beside the log. Answers how many values are gone.
#[server(endpoint = "audit/erase-person", input = Json)]
pub async fn erase_person(person: PersonRef, reason: String) -> Result<u32, ApiError> {
    crate::backend::audit::erase_person(person, reason).await
}
