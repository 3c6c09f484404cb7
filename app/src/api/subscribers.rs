//! Subscribers of a migration's public status page, as staff see them.

use super::ApiError;
use chrono::NaiveDate;
use domain::id::{MigrationId, SubscriberNumber};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// A subscriber in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriberLine {
    pub number: SubscriberNumber,
    /// `E-mail`, `Webhook`.
    pub channel: String,
    /// The mailbox, or a webhook's host.
    pub address: String,
    pub language: String,
    /// `Everything`, or how many waves and parts.
    pub hears_of: String,
    /// `Confirmed`, and since when; or why it ended.
    pub state: String,
    pub when: String,
    /// Whether it can still be ended.
    pub open: bool,
    /// Whether its address is still known.
    pub known: bool,
}

/// Subscribers, how many there are, and how that grew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriberList {
    /// Word and count per state, then per way, then per language.
    pub states: Vec<(String, u32)>,
    pub channels: Vec<(String, u32)>,
    pub languages: Vec<(String, u32)>,
    /// Told at the end of each of the last 30 days.
    pub growth: Vec<(NaiveDate, u32)>,
    pub lines: Vec<SubscriberLine>,
    pub matching: u32,
    /// An update is being told at the moment.
    pub untold: bool,
    pub published: bool,
}

/// Subscribers whose address contains a text, the newest first; `state` is one's word, or empty.
#[server(endpoint = "subscribers/list", input = Json)]
pub async fn subscribers(migration: MigrationId, text: String, state: String) -> Result<SubscriberList, ApiError> {
    crate::backend::subscribers::list(migration, text, state).await
}

/// Ends a subscription; with `remove` its address is erased, too.
#[server(endpoint = "subscribers/end", input = Json)]
pub async fn end_subscription(
    migration: MigrationId,
    number: SubscriberNumber,
    remove: bool,
    reason: String,
) -> Result<(), ApiError> {
    crate::backend::subscribers::end(migration, number, remove, reason).await
}
