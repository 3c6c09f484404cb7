//! The directory: its list, one customer's page, changes.

use super::ApiError;
use super::accounts::HistoryEntry;
use chrono::NaiveDate;
use domain::blocker::Blocker;
use domain::customer::Profile;
use domain::customer::edit::{Clash, CustomerChange};
use domain::customer::list::CustomerList;
use domain::event::Position;
use domain::id::{AccountNumber, CommandId, ExternalId, MigrationId, UserId};
use domain::migration::MigrationStage;
use domain::status::Status;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// One line of the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerLine {
    pub external_id: ExternalId,
    pub name: String,
    /// The main contact's name and address; empty when not known.
    pub contact: String,
    pub email: String,
    pub contacts: u32,
    pub plan: String,
    pub region: String,
    /// Migrations that it is part of.
    pub migrations: u32,
}

/// A page of the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DirectoryPage {
    pub list: CustomerList,
    pub all: u32,
    pub matching: u32,
    pub customers: Vec<CustomerLine>,
}

/// A page of the directory.
#[server(name = AskCustomers, endpoint = "customers/list", input = Json)]
pub async fn customers(list: CustomerList) -> Result<DirectoryPage, ApiError> {
    crate::backend::customers::list(list).await
}

/// A customer's account in one migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerAccount {
    pub migration: MigrationId,
    pub slug: String,
    pub migration_name: String,
    pub stage: MigrationStage,
    pub number: AccountNumber,
    pub status: Status,
    pub date: Option<NaiveDate>,
    /// Today in the migration's zone.
    pub today: NaiveDate,
    /// `3 · Main EU`; empty without one.
    pub cohort: String,
    pub blocker: Option<Blocker>,
    pub owner: Option<(UserId, String)>,
    pub position: Position,
}

/// What a customer's page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerDetail {
    pub external_id: ExternalId,
    pub profile: Profile,
    pub accounts: Vec<CustomerAccount>,
    /// Changes of the directory's entry, the newest first; days and times are UTC.
    pub history: Vec<HistoryEntry>,
    /// The number of the newest change: a later answer has a higher one.
    pub changed_seq: u64,
}

/// One customer.
#[server(name = AskCustomerDetail, endpoint = "customers/detail", input = Json)]
pub async fn customer_detail(customer: ExternalId) -> Result<CustomerDetail, ApiError> {
    crate::backend::customers::detail(customer).await
}

/// Two values for one fact, and who saved the other one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clashed {
    pub clash: Clash,
    pub by: Option<(UserId, String)>,
    pub seconds_ago: u64,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CustomerOutcome {
    Saved {
        detail: Box<CustomerDetail>,
    },
    /// Somebody else saved other values of these facts first: nothing was written.
    /// To save anyway, send the changes again [insisting](CustomerChange::insisting) against `theirs`.
    Conflict {
        clashes: Vec<Clashed>,
        theirs: Box<Profile>,
    },
}

/// Changes facts and contacts of one customer. Repeating it with the same `command` is safe.
#[server(endpoint = "customers/change", input = Json)]
pub async fn change_customer(
    customer: ExternalId,
    command: CommandId,
    changes: Vec<CustomerChange>,
) -> Result<CustomerOutcome, ApiError> {
    crate::backend::customers::change(customer, command, changes).await
}

/// The fields of the form for a new customer as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerForm {
    pub external_id: String,
    pub name: String,
    #[serde(default)]
    pub plan: String,
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub contact_name: String,
    #[serde(default)]
    pub contact_email: String,
}

/// Adds a customer to the directory; answers its id.
#[server(endpoint = "customers/create")]
pub async fn create_customer(command: CommandId, form: CustomerForm) -> Result<ExternalId, ApiError> {
    crate::backend::customers::create(command, form).await
}
