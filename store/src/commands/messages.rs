//! Messages: written with their cause, leased, settled, acted on. One event per command says what has become of which, with a
//! part per account, so that the account's history and pages that reconnect find it.

use super::{Answer, Context, Extra, Prepared, reason};
use crate::compose::{Wanted, compose};
use crate::error::StoreError;
use crate::messages::{Go, customer_of, message_id, way};
use crate::model::{MigrationModel, Write};
use crate::rows::{BodyRow, ContentRow, to_text};
use crate::writer::ExpectedRow;
use domain::clock::Instant;
use domain::event::{Draft, EventKind, Part, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, CommandId, ContactNumber, EndpointNumber, ExternalId, MigrationId, UserId};
use domain::notice::endpoint::check_endpoint;
use domain::notice::list::ActCursor;
use domain::notice::message::{Act, ActRefusal, Content, Message, MessageKey, MessageState, Outcome, Suppression};
use domain::notice::plan::{date_told, obsolete};
use domain::notice::{Endpoint, EndpointKind, Medium, NoticeKind, Recipient};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use surrealdb::types::SurrealValue;

/// What is asked of written messages.
pub(crate) enum MessagesCommand {
    /// Takes messages into the hands of this server until an instant.
    Lease {
        keys: Vec<(MigrationId, MessageKey)>,
        until: Instant,
    },
    Settle {
        batch: Vec<Settled>,
        speedup: u32,
    },
    /// Messages that are ready, for tests and the benchmark.
    Put {
        migration: MigrationId,
        messages: Vec<(Message, Content)>,
    },
    /// Ends every lease: no other server can have one.
    TakeBack,
    Act {
        migration: MigrationId,
        keys: Vec<MessageKey>,
        act: Act,
        why: String,
        by: UserId,
    },
    Bounce(BounceReport),
    RecordCall(CallInput),
    AddEndpoint {
        migration: MigrationId,
        input: EndpointInput,
        secret: Option<String>,
    },
    /// Another name, or switched on or off. Another address is another endpoint.
    ChangeEndpoint {
        migration: MigrationId,
        number: EndpointNumber,
        name: String,
        disabled: bool,
    },
    /// Keeps a key under a name, in place of an earlier one.
    MakeSecret {
        name: String,
        value: String,
    },
}

/// How an attempt to send a leased message ended.
#[derive(Clone, Debug)]
pub struct Settled {
    pub migration: MigrationId,
    pub key: MessageKey,
    /// Until when the lease held, under which it was tried.
    pub lease: Instant,
    pub outcome: Outcome,
    /// Its endpoint says that it is gone (410).
    pub endpoint_gone: bool,
}

/// What another system says of mail that came back.
#[derive(Clone, Debug)]
pub struct BounceReport {
    pub target: BounceTarget,
    pub reason: String,
    pub at: Option<Instant>,
}

/// What came back.
#[derive(Clone, Debug)]
pub enum BounceTarget {
    /// The part of a Message-ID before the `@`.
    MessageId(String),
    Address(String),
}

/// A call that staff made instead of a message.
pub(crate) struct CallInput {
    /// The command's id, part of the message's key.
    pub id: CommandId,
    pub migration: MigrationId,
    pub account: AccountNumber,
    pub contact: ContactNumber,
    pub note: String,
}

/// A new endpoint as typed.
#[derive(Clone, Debug)]
pub struct EndpointInput {
    pub name: String,
    pub url: String,
    pub kind: EndpointKind,
}

/// What came of an act on many messages.
#[derive(Clone, Debug, Default)]
pub struct ActReport {
    pub done: u32,
    pub refused: BTreeMap<ActRefusal, u32>,
    /// Named, but not there.
    pub missing: u32,
    /// Where to go on, while there are more that match.
    pub next: Option<ActCursor>,
    /// How many of those that match come after them.
    pub left: u32,
}

impl ActReport {
    /// Adds what came of more messages.
    pub(crate) fn add(&mut self, other: &ActReport) {
        self.done += other.done;
        self.missing += other.missing;
        for (refusal, count) in &other.refused {
            *self.refused.entry(*refusal).or_default() += count;
        }
    }
}

pub(super) fn prepare(context: &Context<'_>, command: &MessagesCommand) -> Result<Prepared, StoreError> {
    match command {
        MessagesCommand::Lease { keys, until } => Ok(lease(context, keys, *until)),
        MessagesCommand::Settle { batch, speedup } => Ok(settle(context, batch, *speedup)),
        MessagesCommand::Put { migration, messages } => put_ready(context, migration, messages),
        MessagesCommand::TakeBack => Ok(take_back(context)),
        MessagesCommand::Act { migration, keys, act: wanted, why, by } => {
            act(context, migration, keys, *wanted, why, by)
        }
        MessagesCommand::Bounce(report) => Ok(bounce(context, report)),
        MessagesCommand::RecordCall(input) => record_call(context, input),
        MessagesCommand::AddEndpoint { migration, input, secret } => {
            add_endpoint(context, migration, input, secret.as_deref())
        }
        MessagesCommand::ChangeEndpoint { migration, number, name, disabled } => {
            change_endpoint(context, migration, *number, name, *disabled)
        }
        MessagesCommand::MakeSecret { name, value } => Ok(make_secret(name, value)),
    }
}

/// A lease is written without an event: it says nothing of what happened, only who is at work. That another server did
/// not take the message meanwhile is checked against its row.
fn lease(context: &Context<'_>, keys: &[(MigrationId, MessageKey)], until: Instant) -> Prepared {
    let mut prepared = Prepared::default();
    let mut leased = Vec::new();
    for (id, key) in keys {
        let Some(migration) = context.model.migrations.get(id) else { continue };
        let Some(message) = migration.notices.messages.get(key) else { continue };
        let customer = customer_of(migration, message);
        match way(context.model, migration, message, context.now) {
            Go::Not => {}
            Go::Later(due) => {
                if let Some(later) = message.postpone(due) {
                    change(&mut prepared, id, customer.as_ref(), EventKind::MessagesPostponed, message, later);
                }
            }
            Go::Never(why) => {
                if let Some(over) = message.suppress(why, context.now) {
                    change(&mut prepared, id, customer.as_ref(), EventKind::MessagesFailed, message, over);
                } else if let Some(over) =
                    super::subscribers::taken_back(message, super::subscribers::ENDED, context.now)
                {
                    change(&mut prepared, id, customer.as_ref(), EventKind::MessagesActedOn, message, over);
                }
            }
            Go::Now { late } => {
                let Some(mut mine) = message.lease(context.now, until) else { continue };
                mine.late |= late;
                prepared.expected.push(expected(id, message));
                prepared.writes.push(Write::Message(id.clone(), Box::new(mine.clone())));
                leased.push((id.clone(), Arc::new(mine)));
            }
        }
    }
    prepared.answer = Answer::Leased(leased);
    prepared
}

/// The row of a message, which must still have the same state.
fn expected(migration: &MigrationId, message: &Message) -> ExpectedRow {
    let row = BodyRow::new("message", migration.as_str(), vec![message.key.0.clone().into_value()], message);
    ExpectedRow { id: row.id, part: format!("\"state\":{}", to_text(&message.state)) }
}

fn put_ready(context: &Context<'_>, id: &MigrationId, messages: &[(Message, Content)]) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let mut prepared = Prepared::default();
    for (message, content) in messages {
        put(&mut prepared, id, customer_of(migration, message), message.clone(), Some(content.clone()));
    }
    Ok(prepared)
}

fn settle(context: &Context<'_>, batch: &[Settled], speedup: u32) -> Prepared {
    let mut prepared = Prepared::default();
    for settled in batch {
        let Some(migration) = context.model.migrations.get(&settled.migration) else { continue };
        let Some(message) = migration.notices.messages.get(&settled.key) else { continue };
        let Some(after) = message.settle(settled.lease, &settled.outcome, context.now, speedup) else { continue };
        let kind = match &after.state {
            MessageState::Sent { .. } => EventKind::MessagesSent,
            MessageState::Waiting { .. } => EventKind::MessagesPostponed,
            _ => EventKind::MessagesFailed,
        };
        let customer = customer_of(migration, message);
        change(&mut prepared, &settled.migration, customer.as_ref(), kind, message, after);
        if let (true, Recipient::Subscriber(number)) = (settled.endpoint_gone, &message.to) {
            super::subscribers::gone(context, &mut prepared, &settled.migration, *number);
        }
        if let (true, Recipient::Endpoint(number)) = (settled.endpoint_gone, &message.to) {
            switch_off(&mut prepared, &settled.migration, migration, *number);
        }
    }
    prepared
}

/// An endpoint that says that it is gone gets nothing more.
fn switch_off(prepared: &mut Prepared, id: &MigrationId, migration: &MigrationModel, number: EndpointNumber) {
    let Some(endpoint) = migration.notices.endpoints.get(&number).filter(|endpoint| !endpoint.disabled) else { return };
    let known = |write: &Write| matches!(write, Write::Endpoint(of, known) if of == id && known.number == number);
    if prepared.writes.iter().any(known) {
        return;
    }
    let changes = vec![
        FieldChange::set(Field::Endpoint, json!(endpoint.name)),
        FieldChange { field: Field::Disabled, before: json!(false), after: json!(true) },
    ];
    let stream = Stream::Migration(id.clone());
    prepared.drafts.push(Draft::new(stream, EventKind::EndpointChanged, Subject::Whole, changes));
    prepared.writes.push(Write::Endpoint(id.clone(), Endpoint { disabled: true, ..endpoint.clone() }));
}

fn take_back(context: &Context<'_>) -> Prepared {
    let mut prepared = Prepared::default();
    for (id, migration) in &context.model.migrations {
        for message in migration.notices.messages.values() {
            let Some(free) = message.give_back() else { continue };
            prepared.expected.push(expected(id, message));
            prepared.writes.push(Write::Message(id.clone(), Box::new(free)));
        }
    }
    prepared
}

fn act(
    context: &Context<'_>,
    id: &MigrationId,
    keys: &[MessageKey],
    act: Act,
    why: &str,
    by: &UserId,
) -> Result<Prepared, StoreError> {
    let why = reason(why)?;
    let migration = context.model.migration(id)?;
    let mut prepared = Prepared::default();
    let mut report = ActReport::default();
    for key in keys {
        let Some(message) = migration.notices.messages.get(key) else {
            report.missing += 1;
            continue;
        };
        let acted = message.act(act, by, &why, context.now).and_then(|after| match act {
            Act::Compose => {
                compose_again(context, migration, message, after).map(|(after, words)| (after, Some(words)))
            }
            _ => Ok((after, None)),
        });
        match acted {
            Ok((after, words)) => {
                report.done += 1;
                let customer = customer_of(migration, message);
                change(&mut prepared, id, customer.as_ref(), EventKind::MessagesActedOn, message, after);
                if let Some(words) = words {
                    put_content(&mut prepared, id, &message.key, customer.as_ref(), &words);
                }
            }
            Err(refusal) => *report.refused.entry(refusal).or_default() += 1,
        }
    }
    for draft in &mut prepared.drafts {
        draft.changes.push(FieldChange::set(Field::Action, act.code()));
        draft.changes.push(FieldChange::set(Field::Reason, why.as_str()));
    }
    prepared.answer = Answer::Acted(report);
    Ok(prepared)
}

/// What a message says by what is known now, if that is still true and can be sent. `after` is the message once it does.
fn compose_again(
    context: &Context<'_>,
    migration: &MigrationModel,
    message: &Message,
    after: Message,
) -> Result<(Message, Content), ActRefusal> {
    let rule = message.rule.and_then(|number| migration.notices.rules.get(&number));
    let template = match (rule, message.template) {
        (Some(rule), _) => rule.settings.template,
        (None, Some((number, _))) => number,
        (None, None) => return Err(ActRefusal::CauseGone),
    };
    let account = match message.account {
        Some(number) => Some(migration.table.account(number).ok_or(ActRefusal::CauseGone)?),
        None => None,
    };
    // A correction is about its date; every other message tells the account's present one.
    let told_date = match (&account, message.kind) {
        (None, _) | (_, NoticeKind::Correction) => message.told_date,
        (Some(account), kind) => date_told(kind, &account.state),
    };
    let after = Message { told_date, ..after };
    if let Some(number) = message.account {
        let why = migration.with_facts(&context.model.customers, number, |facts| obsolete(&after, rule, facts, false));
        if why.flatten().is_some() {
            return Err(ActRefusal::Untrue);
        }
    }
    let wanted = Wanted {
        key: after.key.clone(),
        rule: after.rule,
        kind: after.kind,
        template,
        account: account.as_ref(),
        cohort: after.cohort,
        to: after.to.clone(),
        medium: after.medium,
        told_date,
        due: after.due,
        late: after.late,
        bulk: after.bulk.clone(),
    };
    match compose(context.model, migration, wanted, None, context.now) {
        (composed, Some(words)) => Ok((Message { template: composed.template, ..after }, words)),
        (Message { state: MessageState::Suppressed { why, .. }, .. }, None) => Err(ActRefusal::Still(why)),
        (_, None) => Err(ActRefusal::Still(Suppression::Incomplete)),
    }
}

/// How long after it was accepted mail is believed to have come back, when only its address is known.
const BOUNCE_DAYS: i64 = 7;

fn bounce(context: &Context<'_>, report: &BounceReport) -> Prepared {
    let at = report.at.unwrap_or(context.now).min(context.now);
    let mut prepared = Prepared::default();
    let mut bounced = 0;
    for (id, migration) in &context.model.migrations {
        let sent = migration.notices.in_state("sent").rev().filter(|message| message.medium == Medium::Email);
        let found: Vec<&Arc<Message>> = match &report.target {
            BounceTarget::MessageId(wanted) => {
                sent.filter(|message| message_id(id, &message.key) == *wanted).take(1).collect()
            }
            BounceTarget::Address(address) => {
                let recent = sent.filter(|message| match &message.state {
                    MessageState::Sent { at: sent, .. } => (context.now - *sent).num_days() < BOUNCE_DAYS,
                    _ => false,
                });
                recent.filter(|message| goes_to(context, migration, message, address)).take(1).collect()
            }
        };
        for message in found {
            let Some(after) = message.bounce(&report.reason, at) else { continue };
            bounced += 1;
            let customer = customer_of(migration, message);
            change(&mut prepared, id, customer.as_ref(), EventKind::MessagesBounced, message, after);
        }
    }
    prepared.answer = Answer::Bounced(bounced);
    prepared
}

/// Whether the recipient of a message has this address.
fn goes_to(context: &Context<'_>, migration: &MigrationModel, message: &Message, address: &str) -> bool {
    match &message.to {
        Recipient::Contact(number) => {
            let customer = customer_of(migration, message).and_then(|id| context.model.customers.get(&id));
            let contact = customer.and_then(|stored| stored.customer.profile.contact(*number));
            contact.is_some_and(|contact| contact.email.eq_ignore_ascii_case(address))
        }
        Recipient::User(id) => {
            context.model.users.get(id).is_some_and(|stored| stored.user.email.eq_ignore_ascii_case(address))
        }
        Recipient::Endpoint(_) => false,
        Recipient::Subscriber(number) => {
            let subscriber = migration.subscriptions.all.get(number);
            subscriber.is_some_and(|subscriber| subscriber.address.eq_ignore_ascii_case(address))
        }
    }
}

/// Longest note of a call, in characters.
const NOTE_MAX: usize = 2_000;

/// A call is a message that nobody sends: it counts as accepted when it is recorded, so stage, promises and histories
/// treat it like one.
fn record_call(context: &Context<'_>, input: &CallInput) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(&input.migration)?;
    let account = migration.table.account(input.account);
    let account = account.ok_or(StoreError::NotFound("This account does not exist."))?;
    let profile = context.model.customers.get(&account.customer).map(|stored| &stored.customer.profile);
    let contact = profile.and_then(|profile| profile.contact(input.contact));
    let contact = contact.ok_or_else(|| StoreError::field("contact", "Choose whom you called."))?;
    let note = input.note.trim();
    if note.is_empty() {
        return Err(StoreError::field("note", "Say in a few words what you told them."));
    }
    if note.chars().count() > NOTE_MAX {
        return Err(StoreError::field("note", "At most 2,000 characters."));
    }
    let to = Recipient::Contact(contact.number);
    let message = Message {
        key: MessageKey::of_command(input.id.as_str(), &to),
        rule: None,
        template: None,
        kind: NoticeKind::Notice,
        account: Some(account.number),
        cohort: None,
        attempt: account.attempt,
        to,
        medium: Medium::Call,
        told_date: account.state.scheduled_for(),
        written: context.now,
        due: context.now,
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Sent { at: context.now, answer: "Recorded by a colleague.".to_owned() },
    };
    let content = Content {
        address: contact.phone.clone(),
        name: contact.name.clone(),
        subject: "Call".to_owned(),
        text: note.to_owned(),
        ..Content::default()
    };
    let changes = vec![
        FieldChange::set(Field::Contact, json!(contact.number)),
        FieldChange::set(Field::ScheduledFor, json!(message.told_date)),
        FieldChange::set(Field::CallNote, note),
    ];
    let stream = Stream::Migration(input.migration.clone());
    let draft = Draft::new(stream, EventKind::CallRecorded, Subject::Account(account.number), changes)
        .about(PersonRef::Customer(account.customer.clone()));
    let row = ContentRow::new(&input.migration, message.key.as_str(), Some(&account.customer), &content);
    let mut account = account;
    account.remember_chunk((context.next_seq)(&Stream::Migration(input.migration.clone())));
    Ok(Prepared {
        drafts: vec![draft],
        writes: vec![
            Write::Account(input.migration.clone(), account),
            Write::Message(input.migration.clone(), Box::new(message)),
        ],
        extras: vec![Extra::PutContents { rows: vec![row] }],
        ..Prepared::default()
    })
}

/// Endpoints of one migration, gone ones included.
const ENDPOINTS_MAX: usize = 50;

fn add_endpoint(
    context: &Context<'_>,
    id: &MigrationId,
    input: &EndpointInput,
    secret: Option<&str>,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let (name, url) = check_endpoint(&input.name, &input.url).map_err(StoreError::Invalid)?;
    let endpoints = &migration.notices.endpoints;
    if endpoints.values().any(|other| other.name.eq_ignore_ascii_case(&name)) {
        return Err(StoreError::field("name", "Another endpoint has this name."));
    }
    if endpoints.len() >= ENDPOINTS_MAX {
        return Err(StoreError::Refused("A migration has at most 50 endpoints.".into()));
    }
    let number = EndpointNumber(endpoints.keys().next_back().map_or(0, |last| last.0) + 1);
    let endpoint = Endpoint { number, name, url, kind: input.kind, disabled: false };
    // The address of a chat's webhook is its secret: the log gets no more than the host.
    let changes = vec![
        FieldChange::set(Field::Endpoint, endpoint.name.as_str()),
        FieldChange::set(Field::EndpointHost, endpoint.host()),
    ];
    let secret = secret.map(|value| Extra::PutSecret { name: endpoint_secret(id, number), value: value.to_owned() });
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Migration(id.clone()), EventKind::EndpointAdded, Subject::Whole, changes)],
        writes: vec![Write::Endpoint(id.clone(), endpoint)],
        extras: secret.into_iter().collect(),
        overview: true,
        answer: Answer::Endpoint(number),
        ..Prepared::default()
    })
}

/// The name under which an endpoint's key is kept.
pub(crate) fn endpoint_secret(migration: &MigrationId, number: EndpointNumber) -> String {
    format!("endpoint.{migration}.{number}")
}

fn change_endpoint(
    context: &Context<'_>,
    id: &MigrationId,
    number: EndpointNumber,
    name: &str,
    disabled: bool,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let endpoint = migration.notices.endpoints.get(&number);
    let endpoint = endpoint.ok_or(StoreError::NotFound("This endpoint does not exist."))?;
    let (name, _) = check_endpoint(name, &endpoint.url).map_err(StoreError::Invalid)?;
    let same = |other: &&Endpoint| other.number != number && other.name.eq_ignore_ascii_case(&name);
    if migration.notices.endpoints.values().any(|other| same(&other)) {
        return Err(StoreError::field("name", "Another endpoint has this name."));
    }
    let mut changes = Vec::new();
    if endpoint.name != name {
        changes.push(FieldChange { field: Field::Endpoint, before: json!(endpoint.name), after: json!(name) });
    }
    if endpoint.disabled != disabled {
        changes.push(FieldChange::set(Field::Endpoint, name.as_str()));
        changes.push(FieldChange { field: Field::Disabled, before: json!(!disabled), after: json!(disabled) });
    }
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Migration(id.clone()), EventKind::EndpointChanged, Subject::Whole, changes)],
        writes: vec![Write::Endpoint(id.clone(), Endpoint { name, disabled, ..endpoint.clone() })],
        overview: true,
        ..Prepared::default()
    })
}

fn make_secret(name: &str, value: &str) -> Prepared {
    let changes = vec![FieldChange::set(Field::Secret, name)];
    Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::SecretMade, Subject::Whole, changes)],
        extras: vec![Extra::PutSecret { name: name.to_owned(), value: value.to_owned() }],
        ..Prepared::default()
    }
}

/// Messages to an erased customer that have not gone never go: what they said is erased with them.
pub(super) fn cancel_of_erased(context: &Context<'_>, customer: &ExternalId, prepared: &mut Prepared) {
    for (id, migration) in &context.model.migrations {
        let Some(account) = migration.table.any_account_of(customer) else { continue };
        let open: Vec<Arc<Message>> =
            migration.notices.of_account(account.number).filter(|message| message.state.is_open()).cloned().collect();
        for message in open {
            let state = message.state.taken_back(context.now, "The customer was erased.".into());
            let after = Message { state, ..(*message).clone() };
            change(prepared, id, Some(customer), EventKind::MessagesActedOn, &message, after);
        }
    }
}

/// Adds a new message to what a command writes: its row, what it says, and its line in the command's event. The caller has
/// made sure that its key is new, or that what was written under it is over and may be written anew. `customer` is whose data its content is.
pub(crate) fn put(
    prepared: &mut Prepared,
    migration: &MigrationId,
    customer: Option<ExternalId>,
    message: Message,
    content: Option<Content>,
) {
    note(prepared, migration, customer.as_ref(), EventKind::MessagesWritten, None, &message);
    if let Some(content) = content {
        put_content(prepared, migration, &message.key, customer.as_ref(), &content);
    }
    prepared.writes.push(Write::Message(migration.clone(), Box::new(message)));
}

/// Adds what a message says to what a command writes, in place of what it said before.
fn put_content(
    prepared: &mut Prepared,
    migration: &MigrationId,
    key: &MessageKey,
    customer: Option<&ExternalId>,
    content: &Content,
) {
    let row = ContentRow::new(migration, key.as_str(), customer, content);
    match prepared.extras.iter_mut().find(|extra| matches!(extra, Extra::PutContents { .. })) {
        Some(Extra::PutContents { rows }) => rows.push(row),
        _ => prepared.extras.push(Extra::PutContents { rows: vec![row] }),
    }
}

/// Adds the new state of a known message to what a command writes.
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
    // A message whose cause went away and came back is written under its key once more.
    let known = |id: &MigrationId, key: &MessageKey| {
        context.model.migrations.get(id).is_some_and(|migration| migration.notices.messages.contains_key(key))
    };
    let created = |write: &&Write| matches!(write, Write::Message(id, message) if !known(id, &message.key));
    prepared.created_messages = prepared.writes.iter().filter(created).count();
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
    let mut written = HashMap::new();
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
