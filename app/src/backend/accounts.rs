//! Accounts: windows of the table, one account's page, edits, comments.

use super::acting;
use crate::api::ApiError;
use crate::api::accounts::{AccountDetail, AccountForm, EditOutcome, HistoryEntry, TableWindow, WINDOW_MAX};
use domain::account::{Account, Change};
use domain::actor::Actor;
use domain::event::{Event, Position, Subject};
use domain::field::Field;
use domain::id::{AccountNumber, BulkId, CommandId, MigrationId, UserId};
use domain::view::View;
use std::collections::BTreeMap;
use store::{AccountInput, Acting, StoreError, TableQuery, local_text};

/// Rows of a view.
pub async fn table_window(
    migration: MigrationId,
    view: View,
    offset: u32,
    limit: u32,
    at_least: Option<Position>,
) -> Result<TableWindow, ApiError> {
    acting(async |acting, _| {
        if limit > WINDOW_MAX {
            return Err(ApiError::Refused { message: "A window has at most 200 rows.".to_owned() });
        }
        if let Some(message) = view.excess() {
            return Err(ApiError::Refused { message });
        }
        let result = acting.table(&migration, &TableQuery { view, offset, limit }, at_least).await?;
        Ok(TableWindow {
            position: result.position,
            all: result.all,
            matching: result.matching,
            shown: result.shown,
            groups: result.groups,
            too_many_groups: result.too_many_groups,
            as_of: result.as_of,
            counts: result.counts,
            offset,
            rows: result.rows,
        })
    })
    .await
}

/// One account with its history.
pub async fn detail(migration: MigrationId, account: AccountNumber) -> Result<AccountDetail, ApiError> {
    acting(async |acting, _| {
        let view = acting.account(&migration, account).await?;
        let entry = |event: Event| HistoryEntry {
            seq: event.seq,
            at: event.at,
            day: local_text(event.at, &view.time_zone, "%-d %B %Y"),
            time: local_text(event.at, &view.time_zone, "%H:%M"),
            who: who(&event.actor, &view.names),
            kind: event.kind,
            change: match event.subject {
                Subject::Bulk(id) => Some(id),
                Subject::Import(id) => Some(BulkId(id.0)),
                _ => None,
            },
            changes: event.changes,
        };
        let contact = view.profile.contacts.first().cloned().unwrap_or_default();
        Ok(AccountDetail {
            row: view.row,
            language: view.profile.language_of(&contact).to_owned(),
            time_zone: view.profile.time_zone_of(&contact).to_owned(),
            channel: view.profile.channel_of(&contact),
            contacts: view.profile.contacts.len() as u32,
            contact_name: contact.name,
            contact_role: contact.role,
            contact_phone: contact.phone,
            history: view.history.into_iter().map(entry).collect(),
            position: view.position,
            now: view.now,
        })
    })
    .await
}

/// An actor in words.
pub(super) fn who(actor: &Actor, names: &BTreeMap<UserId, String>) -> String {
    let name = |id: &UserId| names.get(id).cloned().unwrap_or_else(|| "Somebody".to_owned());
    match actor {
        Actor::User { id } => name(id),
        Actor::Import { by, .. } => format!("{} (import)", name(by)),
        Actor::System => "Landbridge".to_owned(),
        Actor::Link { .. } => "The customer, by their link".to_owned(),
        Actor::Anonymous => "Somebody not signed in".to_owned(),
    }
}

/// Changes fields of one account.
pub async fn edit(
    migration: MigrationId,
    account: AccountNumber,
    command: CommandId,
    changes: Vec<Change>,
) -> Result<EditOutcome, ApiError> {
    acting(async |acting, backend| {
        let error = match acting.edit_account(&migration, account, command, changes).await {
            Ok(saved) => return Ok(EditOutcome::Saved { row: saved.row, position: saved.position }),
            Err(error) => error,
        };
        let Some((field, theirs)) = error.conflict() else { return Err(error.into()) };
        let (by, seconds_ago) = author(acting, backend, &migration, field, theirs).await?;
        let row = acting.row(&migration, account).await?;
        Ok(EditOutcome::Conflict { field, theirs: Box::new(theirs.clone()), row, by, seconds_ago })
    })
    .await
}

/// Who saved the value that stands against an edit, and how many seconds ago.
async fn author(
    acting: &Acting<'_>,
    backend: &super::Backend,
    migration: &MigrationId,
    field: Field,
    theirs: &Account,
) -> Result<(Option<UserId>, u64), StoreError> {
    let author = acting.author_of(migration, theirs.touched.of(field)).await?;
    let seconds = |at: domain::clock::Instant| (backend.clock.now() - at).num_seconds().max(0).unsigned_abs();
    Ok(author.map_or((None, 0), |(actor, at)| (actor.user().cloned(), seconds(at))))
}

/// Writes a comment.
pub async fn comment(
    migration: MigrationId,
    account: AccountNumber,
    command: CommandId,
    text: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.comment(&migration, account, command, text).await?)).await
}

/// Adds one account.
pub async fn create(migration: MigrationId, command: CommandId, form: AccountForm) -> Result<AccountNumber, ApiError> {
    acting(async |acting, _| {
        let AccountForm { external_id, name, email, custom } = form;
        let custom = super::fields::read_values(&acting.fields(&migration).await?, &custom)?;
        Ok(acting.create_account(&migration, command, AccountInput { external_id, name, email, custom }).await?)
    })
    .await
}
