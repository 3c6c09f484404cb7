//! Customers' pages for colleagues: settings, links, requests.

use super::ApiError;
use domain::customer_page::settings::PageSettings;
use domain::id::{AccountNumber, ContactNumber, ExternalId, LinkId, MigrationId, RequestNumber};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What an account's page says of the customer's own page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Whether customers have pages in this migration.
    pub on: bool,
    pub contacts: Vec<ContactLine>,
    /// The newest first.
    pub requests: Vec<RequestLine>,
}

/// A contact with their link. Times are for reading, in the migration's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactLine {
    pub contact: ContactNumber,
    pub name: String,
    /// Since when they want no messages.
    pub unsubscribed: Option<String>,
    pub link: Option<LinkLine>,
}

/// A link and how far it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkLine {
    pub id: LinkId,
    pub is_live: bool,
    /// `good until 3 Nov 2026`, `taken back on …`, `ended on …`.
    pub state: String,
    /// When the page was opened last; empty: never.
    pub opened: String,
    /// When the calendar was fetched last; empty: never.
    pub fetched: String,
}

/// A request of the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestLine {
    pub number: RequestNumber,
    pub kind: String,
    pub words: String,
    pub at: String,
    pub is_open: bool,
    /// What became of it, with who and when.
    pub state: String,
    /// Why it waits for a colleague, or why it was declined.
    pub note: String,
}

/// Requests that wait for the signed-in user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub lines: Vec<WaitingLine>,
    pub total: usize,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingLine {
    pub slug: String,
    pub migration_name: String,
    pub account: AccountNumber,
    pub external_id: ExternalId,
    pub name: String,
    pub who: String,
    pub kind: String,
    pub words: String,
    pub at: String,
}

/// Links of an account's contacts, and what the customer asked for.
#[server(name = AskPanel, endpoint = "customer-page/panel")]
pub async fn panel(migration: MigrationId, account: AccountNumber) -> Result<Panel, ApiError> {
    crate::backend::customer_pages::panel(migration, account).await
}

/// The address of a contact's page, made if there is none.
#[server(name = AskLink, endpoint = "customer-page/link")]
pub async fn link(migration: MigrationId, account: AccountNumber, contact: ContactNumber) -> Result<String, ApiError> {
    crate::backend::customer_pages::link(migration, account, contact).await
}

/// Takes a link back.
#[server(endpoint = "customer-page/revoke")]
pub async fn revoke_link(migration: MigrationId, link: LinkId) -> Result<(), ApiError> {
    crate::backend::customer_pages::revoke(migration, link).await
}

/// A contact wants messages again.
#[server(endpoint = "customer-page/resubscribe")]
pub async fn resubscribe(customer: ExternalId, contact: ContactNumber) -> Result<(), ApiError> {
    crate::backend::customer_pages::resubscribe(customer, contact).await
}

/// Does what a customer asked for, or says why not.
#[server(endpoint = "customer-page/answer")]
pub async fn answer_request(
    migration: MigrationId,
    number: RequestNumber,
    accept: bool,
    reason: String,
) -> Result<(), ApiError> {
    crate::backend::customer_pages::answer(migration, number, accept, reason).await
}

/// What customers' pages say and allow.
#[server(name = AskPageSettings, endpoint = "customer-page/settings")]
pub async fn page_settings(migration: MigrationId) -> Result<PageSettings, ApiError> {
    crate::backend::customer_pages::settings(migration).await
}

/// Changes what customers' pages say and allow.
#[server(endpoint = "customer-page/change", input = Json)]
pub async fn change_page(migration: MigrationId, settings: PageSettings) -> Result<(), ApiError> {
    crate::backend::customer_pages::change(migration, settings).await
}

/// The requests that wait for the signed-in user.
#[server(name = AskWaiting, endpoint = "work/requests")]
pub async fn waiting_requests() -> Result<Waiting, ApiError> {
    crate::backend::customer_pages::waiting().await
}
