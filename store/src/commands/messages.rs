//! Messages: written with their cause, leased, settled, acted on. One event per command says what has become of which, with a
//! part per account, so that the account's history and pages that reconnect find it.

use super::{Context, Extra, Prepared};
use crate::model::Write;
use crate::rows::ContentRow;
use domain::event::{Draft, EventKind, Part, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, ExternalId, MigrationId};
use domain::notice::message::{Content, Message};
use serde_json::json;

/// Adds a new message to what a command writes: its row, what it says, and its line in the command's event. The caller has
/// made sure that its key is new. `customer` is whose data its content is.
#[allow(dead_code)]
pub(crate) fn put(
    prepared: &mut Prepared,
    migration: &MigrationId,
    customer: Option<ExternalId>,
    message: Message,
    content: Option<Content>,
) {
    note(prepared, migration, customer.as_ref(), EventKind::MessagesWritten, None, &message);
    if let Some(content) = content {
        let row = ContentRow::new(migration, message.key.as_str(), customer.as_ref(), &content);
        match prepared.extras.iter_mut().find(|extra| matches!(extra, Extra::PutContents { .. })) {
            Some(Extra::PutContents { rows }) => rows.push(row),
            _ => prepared.extras.push(Extra::PutContents { rows: vec![row] }),
        }
    }
    prepared.created_messages += 1;
    prepared.writes.push(Write::Message(migration.clone(), Box::new(message)));
}

/// Adds the new state of a known message to what a command writes.
#[allow(dead_code)]
pub(crate) fn change(
    prepared: &mut Prepared,
    migration: &MigrationId,
    customer: Option<&ExternalId>,
    kind: EventKind,
    before: &Message,
    after: Message,
) {
    note(prepared, migration, customer, kind, Some(before), &after);
    prepared.writes.push(Write::Message(migration.clone(), Box::new(after)));
}

/// The line of a message in the command's event of this kind.
#[allow(dead_code)]
fn note(
    prepared: &mut Prepared,
    migration: &MigrationId,
    customer: Option<&ExternalId>,
    kind: EventKind,
    before: Option<&Message>,
    after: &Message,
) {
    let subject = match (after.account, after.cohort) {
        (Some(account), _) => Subject::Account(account),
        (None, Some(cohort)) => Subject::Cohort(cohort),
        (None, None) => Subject::Whole,
    };
    let change = FieldChange {
        field: Field::Message,
        before: json!(before.map(|before| before.state.code())),
        after: json!({
            "key": after.key,
            "kind": after.kind,
            "to": after.to.key(),
            "medium": after.medium,
            "rule": after.rule,
            "state": after.state.code(),
            "answer": after.state.answer(),
        }),
    };
    let stream = Stream::Migration(migration.clone());
    let known = prepared.drafts.iter().position(|draft| draft.kind == kind && draft.stream == stream);
    let index = known.unwrap_or_else(|| {
        prepared.drafts.push(Draft::new(stream, kind, Subject::Whole, Vec::new()));
        prepared.drafts.len() - 1
    });
    let parts = &mut prepared.drafts[index].parts;
    match parts.iter_mut().rev().find(|part| part.subject == subject) {
        Some(part) => part.changes.push(change),
        None => {
            let person = customer.cloned().map(PersonRef::Customer);
            parts.push(Part { subject, person, created: false, changes: vec![change] });
        }
    }
}

/// Whether the parts of such an event are about messages.
fn is_about_messages(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::MessagesWritten
            | EventKind::MessagesActedOn
            | EventKind::MessagesSent
            | EventKind::MessagesPostponed
            | EventKind::MessagesFailed
            | EventKind::MessagesBounced
    )
}

/// Makes the accounts that a command's messages are about remember the event. Done once for every command, so that whoever
/// writes messages need not think of it.
pub(super) fn remember(context: &Context<'_>, prepared: &mut Prepared) {
    let mut mentions: Vec<(MigrationId, AccountNumber, u64)> = Vec::new();
    for (index, draft) in prepared.drafts.iter().enumerate() {
        let Stream::Migration(migration) = &draft.stream else { continue };
        if !is_about_messages(draft.kind) {
            continue;
        }
        let earlier = prepared.drafts[..index].iter().filter(|other| other.stream == draft.stream).count() as u64;
        let seq = (context.next_seq)(&draft.stream) + earlier;
        let accounts = draft.parts.iter().filter_map(|part| match part.subject {
            Subject::Account(number) => Some((migration.clone(), number, seq)),
            _ => None,
        });
        mentions.extend(accounts);
    }
    if mentions.is_empty() {
        return;
    }
    let mut written = std::collections::HashMap::new();
    for (index, write) in prepared.writes.iter().enumerate() {
        if let Write::Account(of, account) = write {
            written.insert((of.clone(), account.number), index);
        }
    }
    for (migration, number, seq) in mentions {
        let place = written.get(&(migration.clone(), number)).copied();
        if let Some(Write::Account(_, account)) = place.map(|index| &mut prepared.writes[index]) {
            account.remember_chunk(seq);
            continue;
        }
        let account = context.model.migrations.get(&migration).and_then(|model| model.table.account(number));
        let Some(mut account) = account else { continue };
        account.remember_chunk(seq);
        written.insert((migration.clone(), number), prepared.writes.len());
        prepared.writes.push(Write::Account(migration, account));
    }
}
