//! Tickets of customers, as another system reports them.

use crate::clock::Instant;
use crate::id::AccountNumber;
use serde::{Deserialize, Serialize};

/// A ticket as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The other system's id; unique in the workspace.
    pub id: String,
    /// May name people.
    pub subject: String,
    pub url: String,
    pub opened_at: Instant,
    /// As the other system says it: `open`, `solved` …
    pub status: String,
    /// The accounts that it counts for; empty: nobody matched.
    pub accounts: Vec<TicketAccount>,
}

/// An account that a ticket counts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketAccount {
    /// The migration's id.
    pub migration: crate::id::MigrationId,
    pub account: AccountNumber,
}

impl Ticket {
    /// Whether somebody still has to work on it.
    pub fn is_open(&self) -> bool {
        !matches!(self.status.to_ascii_lowercase().as_str(), "closed" | "solved" | "resolved" | "deleted" | "done")
    }
}
