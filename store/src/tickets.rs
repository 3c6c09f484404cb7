//! Tickets as another system reports them, and the flags of accounts.

use crate::acting::Acting;
use crate::commands::Command;
use crate::error::StoreError;
use crate::system::System;
use domain::id::{AccountNumber, ExternalId, MigrationId};
use domain::notice::flag::Flag;
use domain::notice::ticket::{IncomingTicket, Ticket};
use domain::policy::Action;

/// Tickets that nobody could be found for, at most this many are listed.
pub const UNMATCHED_MAX: usize = 200;

/// What an account's page says of tickets and flags.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// The newest first.
    pub tickets: Vec<Ticket>,
    /// Those that nobody has looked after first, then the newest.
    pub flags: Vec<Flag>,
}

impl System<'_> {
    /// Takes in a ticket. A repeat of what is known changes nothing.
    pub async fn receive_ticket(&self, ticket: IncomingTicket) -> Result<(), StoreError> {
        self.submit(Command::ReceiveTicket { ticket }).await
    }
}

impl Acting<'_> {
    /// Tickets and flags of one account.
    pub async fn attention(&self, migration: &MigrationId, account: AccountNumber) -> Result<Attention, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let notices = &model.migration(migration)?.notices;
        let counts =
            |ticket: &&Ticket| ticket.accounts.iter().any(|one| one.account == account && one.migration == *migration);
        let mut tickets: Vec<Ticket> = model.tickets.values().filter(counts).cloned().collect();
        tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.opened_at));
        let mut flags: Vec<Flag> = notices.flags.values().filter(|flag| flag.account == account).cloned().collect();
        flags.sort_by_key(|flag| (flag.cleared.is_some(), std::cmp::Reverse(flag.raised)));
        Ok(Attention { tickets, flags })
    }

    /// Tickets for which no account was found, the newest first, and how many there are.
    pub async fn unmatched_tickets(&self) -> Result<(Vec<Ticket>, usize), StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let mut tickets: Vec<&Ticket> = model.tickets.values().filter(|ticket| ticket.accounts.is_empty()).collect();
        tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.opened_at));
        let count = tickets.len();
        Ok((tickets.into_iter().take(UNMATCHED_MAX).cloned().collect(), count))
    }

    /// Says whose a ticket is that nobody could be found for.
    pub async fn assign_ticket(&self, ticket: &str, customer: &ExternalId) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let command = Command::AssignTicket { ticket: ticket.to_owned(), customer: customer.clone() };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Says that a flag was looked after, and what was found.
    pub async fn clear_flag(&self, migration: &MigrationId, key: &str, note: String) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let by = self.caller().user.clone();
        let command = Command::ClearFlag { migration: migration.clone(), key: key.to_owned(), by, note };
        self.submit(permit, command).await.map(|_| ())
    }
}
