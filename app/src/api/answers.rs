//! The answer card: finding an account in any migration, and what is known of it.

use super::ApiError;
use domain::account::Row;
use domain::answer::RollbackChance;
use domain::clock::Instant;
use domain::customer::Contact;
use domain::event::Position;
use domain::id::{AccountNumber, MigrationId};
use domain::search::Rank;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// Accounts that one search answers with.
pub const HITS_MAX: usize = 8;

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Customers that fit, also those beyond the limit.
    pub customers: u32,
    /// Everything about the first hit.
    pub first: Option<Box<Answer>>,
}

/// An account that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub migration: MigrationId,
    pub slug: String,
    pub migration_name: String,
    pub row: Row,
    /// The cohort in words, such as `3 · Main EU`.
    pub cohort: Option<String>,
    pub owner: Option<String>,
    pub rank: Rank,
}

impl Hit {
    /// Which account it is.
    pub fn key(&self) -> (MigrationId, AccountNumber) {
        (self.migration.clone(), self.row.number)
    }

    /// The address of the account's page.
    pub fn address(&self) -> String {
        format!("/m/{}/accounts/{}", self.slug, self.row.number)
    }
}

/// Everything that the answer card says of an account. Texts of instants are in the migration's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub hit: Hit,
    /// How far the log was read for this answer.
    pub position: Position,
    /// The server's clock.
    pub now: Moment,
    /// Whether it is migrated, in two or three words.
    pub verdict: String,
    /// What exactly, since when, and what stands still around it.
    pub detail: String,
    pub rollback: Option<Rollback>,
    pub last_change: Option<LastChange>,
    /// The main contact first.
    pub contacts: Vec<Contact>,
    /// What is safe to tell the customer.
    pub sentence: String,
}

/// An instant with its words: `20 May 2026, 21:14`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub at: Instant,
    pub text: String,
}

/// Until when the account can go back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    pub chance: RollbackChance,
    /// The deadline in words, if there is one.
    pub until: Option<String>,
    /// Whole days until then.
    pub days_left: i64,
}

/// Who changed the account last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastChange {
    pub who: String,
    pub when: Moment,
    /// What, after the name: `changed status and date`.
    pub what: String,
}

/// Finds accounts in all migrations by what somebody typed or pasted: an e-mail address, an id, a part of a name.
#[server(name = AskAccounts, endpoint = "answers/find", input = Json)]
pub async fn find_accounts(text: String) -> Result<Found, ApiError> {
    crate::backend::answers::find(text).await
}

/// What is known of one account now.
#[server(name = AskAnswer, endpoint = "answers/one", input = Json)]
pub async fn answer(migration: MigrationId, account: AccountNumber) -> Result<Answer, ApiError> {
    crate::backend::answers::one(migration, account).await
}
