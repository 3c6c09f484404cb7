//! Accounts: windows of the table, one account's page, edits, comments.

use super::ApiError;
use chrono::NaiveDate;
use domain::account::{Account, Change, Row};
use domain::clock::Instant;
use domain::customer::Channel;
use domain::event::{EventKind, Position, RecordedChange};
use domain::field::Field;
use domain::id::{AccountNumber, BulkId, CommandId, FieldNumber, MigrationId, UserId};
use domain::status::StatusCounts;
use domain::view::{Group, View};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows that one request may ask for.
pub const WINDOW_MAX: u32 = 200;

/// A piece of the table as a view shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableWindow {
    /// How far the log was read for this answer.
    pub position: Position,
    /// All accounts of the migration.
    pub all: u32,
    /// Rows that match the view.
    pub matching: u32,
    /// Of these, the ones in groups that are not folded: the rows that can be asked for.
    pub shown: u32,
    /// The groups in their order; empty when the view has none, or too many.
    pub groups: Vec<Group>,
    /// Whether the view asks for groups and has too many of them to show.
    pub too_many_groups: bool,
    /// Today in the migration's zone: the day from which relative conditions count.
    pub as_of: NaiveDate,
    /// Counts per status of the rows that match everything but the condition on the status.
    pub counts: StatusCounts,
    pub offset: u32,
    pub rows: Vec<Row>,
}

/// Rows `offset..offset + limit` of the view. Waits, at most a second, until the server has read up to `at_least`.
#[server(name = AskTableWindow, endpoint = "accounts/window", input = Json)]
pub async fn table_window(
    migration: MigrationId,
    view: View,
    offset: u32,
    limit: u32,
    at_least: Option<Position>,
) -> Result<TableWindow, ApiError> {
    crate::backend::accounts::table_window(migration, view, offset, limit, at_least).await
}

/// What an account's page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountDetail {
    pub row: Row,
    /// Of the main contact: its own values, else the customer's.
    pub contact_name: String,
    pub contact_role: String,
    pub contact_phone: String,
    pub language: String,
    pub time_zone: String,
    pub channel: Option<Channel>,
    /// How many contacts the customer has.
    pub contacts: u32,
    /// The newest entries first.
    pub history: Vec<HistoryEntry>,
    pub position: Position,
    /// The server's clock, for "until when" rules.
    pub now: Instant,
}

/// One entry of an account's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub seq: u64,
    pub at: Instant,
    /// The day in the migration's zone, for reading: `21 May 2026`.
    pub day: String,
    /// The time in the migration's zone, for reading: `13:48`.
    pub time: String,
    pub who: String,
    pub kind: EventKind,
    /// The change of many accounts that this was part of.
    pub change: Option<BulkId>,
    /// For a comment: one change of [`Field::Comment`].
    pub changes: Vec<RecordedChange>,
}

/// One account with its history.
#[server(name = AskAccountDetail, endpoint = "accounts/detail", input = Json)]
pub async fn account_detail(migration: MigrationId, account: AccountNumber) -> Result<AccountDetail, ApiError> {
    crate::backend::accounts::detail(migration, account).await
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum EditOutcome {
    /// Saved; the row as it is now (also when it was so already).
    Saved { row: Row, position: Position },
    /// Somebody else saved another value of this field first: nothing was written.
    /// To save anyway, send the change again with `theirs` as the value seen.
    Conflict { field: Field, theirs: Box<Account>, row: Row, by: Option<UserId>, seconds_ago: u64 },
}

/// Changes fields of one account. Repeating it with the same `command` is safe.
#[server(endpoint = "accounts/edit", input = Json)]
pub async fn edit_account(
    migration: MigrationId,
    account: AccountNumber,
    command: CommandId,
    changes: Vec<Change>,
) -> Result<EditOutcome, ApiError> {
    crate::backend::accounts::edit(migration, account, command, changes).await
}

/// The changes of one row, of many that are changed at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowEdit {
    pub account: AccountNumber,
    pub changes: Vec<Change>,
}

/// What became of one row of many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CellsOutcome {
    /// Saved; the row as it is now, and the position of its event.
    Saved { row: Row, position: Position },
    /// Nothing of this row was written, and why; the row as it is now, if there is one.
    NotSaved { account: AccountNumber, reason: String, row: Option<Row> },
}

/// Changes up to 500 accounts, each on its own: what is refused of one does not hold the others back. Answers in the
/// order of the rows. Repeating it with the same `command` is safe.
#[server(endpoint = "accounts/cells", input = Json)]
pub async fn edit_cells(
    migration: MigrationId,
    command: CommandId,
    rows: Vec<RowEdit>,
) -> Result<Vec<CellsOutcome>, ApiError> {
    crate::backend::cells::edit(migration, command, rows).await
}

/// Takes back own edits, each named by its account and event, where nothing has changed since.
#[server(endpoint = "accounts/undo", input = Json)]
pub async fn undo_edits(
    migration: MigrationId,
    command: CommandId,
    events: Vec<(AccountNumber, u64)>,
) -> Result<Vec<CellsOutcome>, ApiError> {
    crate::backend::cells::undo(migration, command, events).await
}

/// Writes a comment on an account.
#[server(endpoint = "accounts/comment")]
pub async fn comment(
    migration: MigrationId,
    account: AccountNumber,
    command: CommandId,
    text: String,
) -> Result<(), ApiError> {
    crate::backend::accounts::comment(migration, account, command, text).await
}

/// The fields of the form for one new account as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountForm {
    pub external_id: String,
    pub name: String,
    #[serde(default)]
    pub email: String,
    /// Values of custom fields; those that were not asked for are absent.
    #[serde(default)]
    pub custom: BTreeMap<FieldNumber, String>,
}

/// Adds one account, not started, and its customer if the directory does not have it yet.
#[server(endpoint = "accounts/create", input = Json)]
pub async fn create_account(
    migration: MigrationId,
    command: CommandId,
    form: AccountForm,
) -> Result<AccountNumber, ApiError> {
    crate::backend::accounts::create(migration, command, form).await
}
