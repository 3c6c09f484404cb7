//! Tickets that come in, and the flags that they raise.

use super::{Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Model, Write};
use domain::clock::Instant;
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, ExternalId, MigrationId, UserId};
use domain::notice::flag::{Cleared, Flag, FlagKind};
use domain::notice::ticket::{Candidate, FOLLOW_UP_DAYS, IncomingTicket, Ticket, TicketAccount, counts_for};
use domain::status::Status;
use serde_json::json;
use std::collections::BTreeSet;

/// Longest note on a flag, in characters.
const NOTE_MAX: usize = 1_000;

pub(super) fn receive(context: &Context<'_>, incoming: &IncomingTicket) -> Result<Prepared, StoreError> {
    let problems = incoming.problems();
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    let id = incoming.ticket_id.trim().to_owned();
    let known = context.model.tickets.get(&id);
    let opened_at = known.map_or_else(|| incoming.opened_at.unwrap_or(context.now), |known| known.opened_at);
    // Whose it is was decided when it came first; a later report only says what became of it.
    let matched = match known {
        Some(known) if !known.accounts.is_empty() => Vec::new(),
        _ => counts_for(candidates(context.model, incoming), opened_at),
    };
    let customers: BTreeSet<&ExternalId> = matched.iter().map(|candidate| &candidate.customer).collect();
    let accounts = matched
        .iter()
        .map(|candidate| TicketAccount { migration: candidate.migration.clone(), account: candidate.account });
    let ticket = Ticket {
        subject: incoming.subject.trim().to_owned(),
        url: incoming.url.trim().to_owned(),
        opened_at,
        status: incoming.status.trim().to_owned(),
        customer: known
            .and_then(|known| known.customer.clone())
            .or_else(|| customers.first().filter(|_| customers.len() == 1).map(|customer| (*customer).clone())),
        accounts: match known {
            Some(known) if !known.accounts.is_empty() => known.accounts.clone(),
            _ => accounts.collect(),
        },
        id,
    };
    if known == Some(&ticket) {
        return Ok(Prepared::default());
    }
    let mut prepared = Prepared::default();
    let told = ticket.accounts.clone();
    for one in &told {
        tell_account(context, &ticket, known, &one.migration, one.account, EventKind::TicketReceived, &mut prepared);
    }
    if told.is_empty() {
        let draft = Draft::new(Stream::Workspace, EventKind::TicketReceived, Subject::Whole, facts(&ticket, known));
        prepared.drafts.push(draft);
    }
    prepared.writes.push(Write::Ticket(ticket));
    Ok(prepared)
}

/// Says whose a ticket is: it counts for those of the customer's accounts that it may be about, or for all of them.
pub(super) fn assign(context: &Context<'_>, id: &str, customer: &ExternalId) -> Result<Prepared, StoreError> {
    let known = context.model.tickets.get(id).ok_or(StoreError::NotFound("This ticket is not known."))?;
    if !known.accounts.is_empty() {
        return Err(StoreError::Refused("Somebody has said already whose this ticket is. Nothing was changed.".into()));
    }
    let all = accounts_of(context.model, customer);
    if all.is_empty() {
        return Err(StoreError::field("customer", "No customer with this id has an account in a migration."));
    }
    let mut concerned = counts_for(all.clone(), known.opened_at);
    if concerned.is_empty() {
        concerned = all;
    }
    let accounts = concerned.into_iter().map(|one| TicketAccount { migration: one.migration, account: one.account });
    let ticket = Ticket { customer: Some(customer.clone()), accounts: accounts.collect(), ..known.clone() };
    let mut prepared = Prepared::default();
    for one in &ticket.accounts {
        tell_account(context, &ticket, None, &one.migration, one.account, EventKind::TicketAssigned, &mut prepared);
    }
    prepared.writes.push(Write::Ticket(ticket));
    Ok(prepared)
}

pub(super) fn clear(
    context: &Context<'_>,
    migration: &MigrationId,
    key: &str,
    by: &UserId,
    note: &str,
) -> Result<Prepared, StoreError> {
    let model = context.model.migration(migration)?;
    let flag = model.notices.flags.get(key).ok_or(StoreError::NotFound("This flag is gone."))?;
    let note = note.trim();
    if note.chars().count() > NOTE_MAX {
        return Err(StoreError::field("note", "At most 1,000 characters."));
    }
    if flag.cleared.is_some() {
        return Ok(Prepared::default());
    }
    let cleared = Cleared { at: context.now, by: Some(by.clone()), note: note.to_owned() };
    let flag = Flag { cleared: Some(cleared), ..flag.clone() };
    let mut changes = vec![FieldChange { field: Field::Flag, before: json!(flag.kind), after: json!(null) }];
    if !note.is_empty() {
        changes.push(FieldChange::set(Field::Note, note));
    }
    let mut prepared = Prepared::default();
    tell(context, migration, flag.account, EventKind::FlagCleared, changes, &mut prepared);
    prepared.writes.push(Write::Flag(migration.clone(), flag));
    Ok(prepared)
}

/// Every account of the customers whom a ticket names.
fn candidates(model: &Model, incoming: &IncomingTicket) -> Vec<Candidate> {
    let mut customers: BTreeSet<ExternalId> = BTreeSet::new();
    match (incoming.customer_id(), incoming.customer_email()) {
        (Some(id), _) => {
            let id = ExternalId::from(id);
            customers.extend(model.customers.contains_key(&id).then_some(id));
        }
        (None, Some(email)) => {
            let has = |stored: &crate::rows::StoredCustomer| {
                stored.customer.profile.contacts.iter().any(|contact| contact.email.eq_ignore_ascii_case(email))
            };
            let found = model.customers.iter().filter(|(_, stored)| has(stored));
            customers.extend(found.map(|(id, _)| id.clone()));
        }
        (None, None) => {}
    }
    customers.iter().flat_map(|customer| accounts_of(model, customer)).collect()
}

/// A customer's accounts in all migrations.
fn accounts_of(model: &Model, customer: &ExternalId) -> Vec<Candidate> {
    let account = |(id, migration): (&MigrationId, &MigrationModel)| {
        let row = migration.table.row(migration.table.number_of(customer)?)?;
        Some(Candidate {
            customer: customer.clone(),
            migration: id.clone(),
            account: row.number,
            in_progress: row.state.status() == Status::InProgress,
            migrated_at: row.state.migrated_at(),
        })
    };
    model.migrations.iter().filter_map(account).collect()
}

/// What an event says of a ticket: all of a new one, what changed of a known one.
fn facts(ticket: &Ticket, known: Option<&Ticket>) -> Vec<FieldChange> {
    let values = |ticket: &Ticket| {
        [
            (Field::TicketSubject, json!(ticket.subject)),
            (Field::TicketUrl, json!(ticket.url)),
            (Field::TicketStatus, json!(ticket.status)),
            (Field::OpenedAt, json!(ticket.opened_at)),
        ]
    };
    let mut changes = vec![FieldChange::set(Field::Ticket, ticket.id.as_str())];
    let before = known.map(values);
    for (index, (field, after)) in values(ticket).into_iter().enumerate() {
        let before = before.as_ref().map_or(json!(null), |before| before[index].1.clone());
        if before != after && after != json!("") {
            changes.push(FieldChange { field, before, after });
        }
    }
    changes
}

/// A ticket's event in an account's history, and the flag that it raises.
fn tell_account(
    context: &Context<'_>,
    ticket: &Ticket,
    known: Option<&Ticket>,
    migration: &MigrationId,
    account: AccountNumber,
    kind: EventKind,
    prepared: &mut Prepared,
) {
    let flag = follow_up(context.model, ticket, migration, account, context.now);
    let mut changes = facts(ticket, known);
    if flag.is_some() {
        changes.push(FieldChange::set(Field::Flag, json!(FlagKind::FollowUp)));
    }
    tell(context, migration, account, kind, changes, prepared);
    prepared.writes.extend(flag.map(|flag| Write::Flag(migration.clone(), flag)));
}

/// The flag of a ticket that came soon after its account was migrated; raised once, whatever becomes of the ticket.
fn follow_up(
    model: &Model,
    ticket: &Ticket,
    migration: &MigrationId,
    account: AccountNumber,
    now: Instant,
) -> Option<Flag> {
    let migration = model.migrations.get(migration)?;
    let migrated_at = migration.table.row(account)?.state.migrated_at()?;
    let soon =
        ticket.opened_at >= migrated_at && ticket.opened_at - migrated_at <= chrono::Duration::days(FOLLOW_UP_DAYS);
    let days = (ticket.opened_at - migrated_at).num_days();
    let after = match days {
        0 => "on the day of its migration".to_owned(),
        1 => "a day after its migration".to_owned(),
        days => format!("{days} days after its migration"),
    };
    let flag = Flag {
        account,
        kind: FlagKind::FollowUp,
        about: ticket.id.clone(),
        raised: now,
        because: format!("Ticket {} was opened {after}.", ticket.id),
        cleared: None,
    };
    (soon && !migration.notices.flags.contains_key(&flag.key())).then_some(flag)
}

/// An event of one account whose own fields stay as they are; its row remembers the event, so that pages that were away hear
/// of it.
fn tell(
    context: &Context<'_>,
    migration: &MigrationId,
    number: AccountNumber,
    kind: EventKind,
    changes: Vec<FieldChange>,
    prepared: &mut Prepared,
) {
    let stream = Stream::Migration(migration.clone());
    let earlier = prepared.drafts.iter().filter(|draft| draft.stream == stream).count() as u64;
    let seq = (context.next_seq)(&stream) + earlier;
    let account = context.model.migrations.get(migration).and_then(|model| model.table.account(number));
    let Some(mut account) = account else { return };
    account.remember_chunk(seq);
    let person = PersonRef::Customer(account.customer.clone());
    prepared.drafts.push(Draft::new(stream, kind, Subject::Account(number), changes).about(person));
    prepared.writes.push(Write::Account(migration.clone(), account));
}
