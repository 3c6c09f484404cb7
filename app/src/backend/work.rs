//! A user's own work, flags, tickets, promises.

use super::acting;
use crate::api::ApiError;
use crate::api::work::{
    ApprovalLine, Attention, FlagLine, Ledger, MyWork, OwnedAccounts, PromiseLine, TicketLine, TroubleLine, WorkKind,
    WorkLine, WorkList,
};
use crate::components::date::long_day;
use domain::clock::Instant;
use domain::id::{AccountNumber, ExternalId, MigrationId};
use domain::notice::promise::Promise;
use store::{Acting, local_text};

/// What the signed-in user has to do.
pub async fn mine() -> Result<MyWork, ApiError> {
    acting(async |acting, _| {
        let work = acting.my_work().await?;
        let (unmatched, unmatched_total) = acting.unmatched_tickets().await?;
        let lists = [
            (WorkKind::Overdue, work.overdue),
            (WorkKind::Today, work.today),
            (WorkKind::Escalated, work.escalated),
            (WorkKind::FollowUp, work.follow_ups),
            (WorkKind::Breaking, work.breaking),
            (WorkKind::Attention, work.attention),
            (WorkKind::Blocked, work.blocked),
        ];
        let lists = lists.into_iter().filter(|(_, list)| list.total > 0).map(|(kind, list)| WorkList {
            kind,
            total: list.total,
            lines: list.lines.into_iter().map(line).collect(),
        });
        let owned = work.owned.into_iter().map(|owned| OwnedAccounts {
            slug: owned.slug,
            name: owned.name,
            counts: owned.counts,
        });
        let approvals = work.approvals.into_iter().map(|line| ApprovalLine {
            slug: line.slug,
            migration_name: line.migration_name,
            cohort: line.cohort,
            label: line.label,
            set: line.set,
            words: line.gate.words(),
        });
        Ok(MyWork {
            lists: lists.collect(),
            approvals: approvals.collect(),
            owned: owned.collect(),
            unmatched,
            unmatched_total,
        })
    })
    .await
}

/// How much of it is due.
pub async fn due() -> Result<usize, ApiError> {
    acting(async |acting, _| Ok(acting.my_due().await?)).await
}

fn line(line: store::WorkLine) -> WorkLine {
    let row = line.row;
    let because = match (&line.flag, line.told, row.state.blocker()) {
        (Some(flag), ..) => flag.because.clone(),
        (None, Some(told), _) => format!("The customer was told {}.", long_day(told)),
        (None, None, Some(blocker)) if blocker.text.is_empty() => blocker.category.label().to_owned(),
        (None, None, Some(blocker)) => format!("{}: {}", blocker.category.label(), blocker.text),
        (None, None, None) => String::new(),
    };
    WorkLine {
        migration: line.migration,
        slug: line.slug,
        migration_name: line.migration_name,
        account: row.number,
        date: row.date(),
        status: row.state.status(),
        external_id: row.external_id,
        name: row.name,
        cohort: line.cohort,
        because,
        flag: line.flag.map(|flag| flag.key()),
    }
}

/// An instant for reading, in the migration's zone.
fn reading(at: Instant, zone: &str) -> String {
    local_text(at, zone, "%-d %b %Y, %H:%M")
}

fn promise_line(promise: Promise, zone: &str) -> PromiseLine {
    PromiseLine { told: reading(promise.told, zone), promise }
}

/// Flags, tickets and promises of an account.
pub async fn attention(migration: MigrationId, account: AccountNumber) -> Result<Attention, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let known = acting.attention(&migration, account).await?;
        let promises = acting.promises_of_account(&migration, account).await?;
        let mut flags = Vec::new();
        for flag in known.flags {
            let cleared = match &flag.cleared {
                Some(cleared) => {
                    let who = match &cleared.by {
                        Some(user) => acting.name_of(user).await?,
                        None => "By itself".to_owned(),
                    };
                    format!("{who}, {}", reading(cleared.at, &zone))
                }
                None => String::new(),
            };
            flags.push(FlagLine { key: flag.key(), raised: reading(flag.raised, &zone), cleared, flag });
        }
        let ticket =
            |ticket: domain::notice::ticket::Ticket| TicketLine { opened: reading(ticket.opened_at, &zone), ticket };
        Ok(Attention {
            flags,
            tickets: known.tickets.into_iter().map(ticket).collect(),
            promises: promises.into_iter().rev().map(|promise| promise_line(promise, &zone)).collect(),
        })
    })
    .await
}

/// Says that a flag was looked after.
pub async fn clear_flag(migration: MigrationId, flag: String, note: String) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.clear_flag(&migration, &flag, note).await?)).await
}

/// Says whose a ticket is.
pub async fn assign_ticket(ticket: String, customer: String) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.assign_ticket(&ticket, &ExternalId::from(customer.trim())).await?)).await
}

/// How a migration keeps its promises.
pub async fn promises(migration: MigrationId) -> Result<Ledger, ApiError> {
    acting(async |acting, _| ledger(acting, &migration).await).await
}

async fn ledger(acting: &Acting<'_>, migration: &MigrationId) -> Result<Ledger, ApiError> {
    let zone = acting.time_zone(migration).await?;
    let known = acting.ledger(migration).await?;
    let label = |number| match number {
        Some(number) => known.labels.get(&number).cloned().unwrap_or_default(),
        None => "No cohort".to_owned(),
    };
    // In the order of the cohorts; what has none comes last.
    let mut cohorts: Vec<_> = known.by_cohort.iter().collect();
    cohorts.sort_by_key(|(number, _)| (number.is_none(), **number));
    let in_trouble = known.in_trouble.iter().map(|(row, promise)| TroubleLine {
        account: row.number,
        name: row.name.clone(),
        cohort: label(row.cohort),
        date: row.date(),
        status: row.state.status(),
        line: promise_line(promise.clone(), &zone),
    });
    Ok(Ledger {
        counts: known.counts,
        in_trouble: in_trouble.collect(),
        cohorts: cohorts.into_iter().map(|(number, counts)| (label(*number), *counts)).collect(),
        total: known.total,
    })
}
