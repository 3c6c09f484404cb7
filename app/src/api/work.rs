//! A user's own work, and what an account asks for attention with: flags, tickets, promises.

use super::ApiError;
use chrono::NaiveDate;
use domain::gate::GateSet;
use domain::id::{AccountNumber, CohortNumber, ExternalId, MigrationId};
use domain::notice::flag::Flag;
use domain::notice::promise::{Promise, PromiseCounts};
use domain::notice::ticket::Ticket;
use domain::status::{Status, StatusCounts};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Everything that the signed-in user has to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MyWork {
    /// In the order of urgency; empty lists are left out.
    pub lists: Vec<WorkList>,
    pub approvals: Vec<ApprovalLine>,
    pub owned: Vec<OwnedAccounts>,
    /// Tickets that nobody could be found for.
    pub unmatched: Vec<Ticket>,
    pub unmatched_total: usize,
}

/// Why accounts are listed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    Overdue,
    Today,
    Escalated,
    FollowUp,
    Breaking,
    Attention,
    Blocked,
}

/// Accounts that ask for the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkList {
    pub kind: WorkKind,
    pub lines: Vec<WorkLine>,
    /// How many there are; more than the lines when the list is long.
    pub total: usize,
}

/// One account in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkLine {
    pub migration: MigrationId,
    pub slug: String,
    pub migration_name: String,
    pub account: AccountNumber,
    pub external_id: ExternalId,
    pub name: String,
    pub status: Status,
    pub date: Option<NaiveDate>,
    pub cohort: Option<(CohortNumber, String)>,
    /// Why it is here, in a sentence; empty when the list says it.
    pub because: String,
    /// The flag that can be cleared here.
    pub flag: Option<String>,
}

/// A gate that asks the user for a yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalLine {
    pub slug: String,
    pub migration_name: String,
    pub cohort: CohortNumber,
    /// The cohort's.
    pub label: String,
    pub set: GateSet,
    /// `Approved by Customer success`
    pub words: String,
}

/// The accounts of a migration that the user owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnedAccounts {
    pub slug: String,
    pub name: String,
    pub counts: StatusCounts,
}

/// What an account's page says of flags, tickets and promises.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    pub flags: Vec<FlagLine>,
    pub tickets: Vec<TicketLine>,
    pub promises: Vec<PromiseLine>,
}

/// A flag with its times for reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagLine {
    pub key: String,
    pub flag: Flag,
    /// In the migration's zone.
    pub raised: String,
    /// Who looked after it and when; empty while nobody has.
    pub cleared: String,
}

/// A ticket with its time for reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketLine {
    pub ticket: Ticket,
    /// In the migration's zone.
    pub opened: String,
}

/// A promise with its time for reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromiseLine {
    pub promise: Promise,
    /// When it was told, in the migration's zone.
    pub told: String,
}

/// How a migration keeps its promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub counts: PromiseCounts,
    /// By cohort, in their order; what has no cohort last.
    pub cohorts: Vec<(String, PromiseCounts)>,
    /// Promises that break or are broken.
    pub in_trouble: Vec<TroubleLine>,
    pub total: usize,
}

/// A promise that breaks or is broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TroubleLine {
    pub account: AccountNumber,
    pub name: String,
    pub cohort: String,
    /// The account's present date.
    pub date: Option<NaiveDate>,
    pub status: Status,
    pub line: PromiseLine,
}

/// What the signed-in user has to do.
#[server(name = AskMyWork, endpoint = "work/mine")]
pub async fn my_work() -> Result<MyWork, ApiError> {
    crate::backend::work::mine().await
}

/// How much of it is due.
#[server(name = AskMyDue, endpoint = "work/due")]
pub async fn my_due() -> Result<usize, ApiError> {
    crate::backend::work::due().await
}

/// Flags, tickets and promises of an account.
#[server(name = AskAttention, endpoint = "work/attention")]
pub async fn attention(migration: MigrationId, account: AccountNumber) -> Result<Attention, ApiError> {
    crate::backend::work::attention(migration, account).await
}

/// Says that a flag was looked after, and what was found.
#[server(endpoint = "work/clear_flag")]
pub async fn clear_flag(migration: MigrationId, flag: String, note: String) -> Result<(), ApiError> {
    crate::backend::work::clear_flag(migration, flag, note).await
}

/// Says whose a ticket is.
#[server(endpoint = "work/assign_ticket")]
pub async fn assign_ticket(ticket: String, customer: String) -> Result<(), ApiError> {
    crate::backend::work::assign_ticket(ticket, customer).await
}

/// How a migration keeps its promises.
#[server(name = AskLedger, endpoint = "work/promises")]
pub async fn promises(migration: MigrationId) -> Result<Ledger, ApiError> {
    crate::backend::work::promises(migration).await
}
