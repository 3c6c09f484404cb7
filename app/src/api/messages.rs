//! Messages of a migration: the queue, one message, what people do about them; calls, endpoints, keys of hooks.

use super::ApiError;
use domain::event::Position;
use domain::id::{AccountNumber, CommandId, ContactNumber, EndpointNumber, ExternalId, MigrationId, NoticeRuleNumber};
use domain::migration::MigrationStage;
use domain::notice::list::{ActCursor, MessageFilter};
use domain::notice::message::{Act, ActRefusal, MessageKey};
use domain::notice::{EndpointKind, Hook, Medium, NoticeKind};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Messages of one page.
pub const PAGE: u32 = 50;

/// A message as lists show it; times are in the migration's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageLine {
    pub key: MessageKey,
    pub kind: NoticeKind,
    pub medium: Medium,
    /// The code of its state.
    pub state: String,
    /// What stands beside the state: the server's answer, who holds it and why, why it was suppressed.
    pub note: String,
    pub tries: u16,
    pub late: bool,
    pub recipient: String,
    pub account: Option<NamedAccount>,
    pub rule: Option<String>,
    /// When it was sent or ended, or else when it is due: `27 May 2026, 09:00`.
    pub when: String,
    /// The date that it tells: `12 June 2026`.
    pub told_date: Option<String>,
    /// What may be done with it.
    pub acts: Vec<Act>,
}

/// An account with the words for a link to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedAccount {
    pub number: AccountNumber,
    pub external_id: ExternalId,
    pub name: String,
}

/// Some messages, with what else the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageList {
    pub position: Position,
    /// From 0.
    pub page: u32,
    pub lines: Vec<MessageLine>,
    pub matching: u32,
    /// Per state's code, by everything that the filter says but the state.
    pub counts: Vec<(String, u32)>,
    /// The migration's: messages go out while it runs.
    pub stage: MigrationStage,
    /// Whether mail leaves the server; otherwise it stays in the on-screen mailbox.
    pub sends_mail: bool,
    /// Rules that messages may come from.
    pub rules: Vec<(NoticeRuleNumber, String)>,
}

/// One message with what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageDetail {
    pub line: MessageLine,
    pub content: Option<MessageContent>,
    /// The newest first.
    pub history: Vec<MessageStep>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageContent {
    pub address: String,
    pub name: String,
    pub language: String,
    pub subject: String,
    pub text: String,
    pub has_html: bool,
}

/// Something that happened to a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageStep {
    pub when: String,
    pub who: String,
    /// `Sent`, `Held` …
    pub state: String,
    pub answer: String,
}

/// What came of an act on many messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActOutcome {
    pub done: u32,
    pub refused: Vec<(ActRefusal, u32)>,
    /// Named, but not there any more.
    pub missing: u32,
    /// Where to go on, while there are more that match.
    pub next: Option<ActCursor>,
    /// How many come after these.
    pub left: u32,
}

/// An endpoint as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointLine {
    pub number: EndpointNumber,
    pub name: String,
    /// Of its address only the host is shown.
    pub host: String,
    pub kind: EndpointKind,
    pub disabled: bool,
}

/// A page of the queue.
#[server(name = AskMessages, endpoint = "messages/list", input = Json)]
pub async fn messages(migration: MigrationId, filter: MessageFilter, page: u32) -> Result<MessageList, ApiError> {
    crate::backend::messages::list(migration, filter, page).await
}

/// One message.
#[server(name = AskMessage, endpoint = "messages/one", input = Json)]
pub async fn message(migration: MigrationId, key: MessageKey) -> Result<MessageDetail, ApiError> {
    crate::backend::messages::one(migration, key).await
}

/// The messages about an account, the newest first.
#[server(name = AskAccountMessages, endpoint = "messages/account", input = Json)]
pub async fn account_messages(migration: MigrationId, account: AccountNumber) -> Result<Vec<MessageLine>, ApiError> {
    crate::backend::messages::of_account(migration, account).await
}

/// Holds, releases, cancels, retries or composes these messages, or (`None`) some of all that the filter finds: the answer
/// says where to go on.
#[server(name = ActOnMessages, endpoint = "messages/act", input = Json)]
pub async fn act_on_messages(
    migration: MigrationId,
    keys: Option<Vec<MessageKey>>,
    filter: MessageFilter,
    act: Act,
    reason: String,
    from: Option<ActCursor>,
) -> Result<ActOutcome, ApiError> {
    crate::backend::messages::act(migration, keys, filter, act, reason, from).await
}

/// Records that a contact was told by telephone.
#[server(name = RecordCall, endpoint = "messages/call", input = Json)]
pub async fn record_call(
    migration: MigrationId,
    command: CommandId,
    account: AccountNumber,
    contact: ContactNumber,
    note: String,
) -> Result<(), ApiError> {
    crate::backend::messages::record_call(migration, command, account, contact, note).await
}

/// Whom one can call at an account's customer: number, name, telephone.
#[server(name = AskCallees, endpoint = "messages/callees", input = Json)]
pub async fn callees(
    migration: MigrationId,
    account: AccountNumber,
) -> Result<Vec<(ContactNumber, String, String)>, ApiError> {
    crate::backend::messages::callees(migration, account).await
}

/// The endpoints of a migration.
#[server(name = AskEndpoints, endpoint = "endpoints/list", input = Json)]
pub async fn endpoints(migration: MigrationId) -> Result<Vec<EndpointLine>, ApiError> {
    crate::backend::messages::endpoints(migration).await
}

/// Adds an endpoint; answers the key that signs what goes there, if it is signed. It is not shown again.
#[server(name = AddEndpoint, endpoint = "endpoints/add", input = Json)]
pub async fn add_endpoint(
    migration: MigrationId,
    name: String,
    url: String,
    kind: EndpointKind,
) -> Result<Option<String>, ApiError> {
    crate::backend::messages::add_endpoint(migration, name, url, kind).await
}

/// Gives an endpoint another name, switches it off or on again.
#[server(name = ChangeEndpoint, endpoint = "endpoints/change", input = Json)]
pub async fn change_endpoint(
    migration: MigrationId,
    number: EndpointNumber,
    name: String,
    disabled: bool,
) -> Result<(), ApiError> {
    crate::backend::messages::change_endpoint(migration, number, name, disabled).await
}

/// Whether there is a key for what another system reports by this hook.
#[server(name = AskHookKey, endpoint = "hooks/has-key", input = Json)]
pub async fn has_hook_key(hook: Hook) -> Result<bool, ApiError> {
    crate::backend::messages::has_hook_key(hook).await
}

/// Makes the key with which another system signs what it reports by this hook. It is not shown again.
#[server(name = MakeHookKey, endpoint = "hooks/make-key", input = Json)]
pub async fn make_hook_key(hook: Hook) -> Result<String, ApiError> {
    crate::backend::messages::make_hook_key(hook).await
}
