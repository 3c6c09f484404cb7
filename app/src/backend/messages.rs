//! Messages of a migration, calls, endpoints, keys of hooks.

use super::accounts::who;
use super::acting;
use crate::api::ApiError;
use crate::api::messages::{
    ActOutcome, EndpointLine, MessageContent, MessageDetail, MessageLine, MessageList, MessageStep, NamedAccount, PAGE,
};
use domain::clock::Instant;
use domain::event::{Event, EventKind, Recorded};
use domain::id::{AccountNumber, CommandId, ContactNumber, EndpointNumber, MigrationId, UserId};
use domain::notice::list::{ActCursor, MessageFilter, STATES, state_label};
use domain::notice::message::{Act, MessageKey, MessageState};
use domain::notice::{EndpointKind, Hook};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{EndpointInput, MessageScope, MessageView, local_text};

/// Messages that one call may name.
const NAMED_MAX: usize = 1_000;

/// A page of the queue.
pub async fn list(migration: MigrationId, filter: MessageFilter, page: u32) -> Result<MessageList, ApiError> {
    acting(async |acting, backend| {
        let found = acting.messages(&migration, &filter, page.saturating_mul(PAGE), PAGE).await?;
        let names = acting.people_names().await?;
        let counts = STATES.iter().map(|(code, _)| ((*code).to_owned(), found.counts.get(code).copied().unwrap_or(0)));
        Ok(MessageList {
            position: found.position,
            page,
            counts: counts.collect(),
            matching: found.matching,
            stage: found.stage,
            sends_mail: backend.sends_mail,
            rules: acting.message_rules(&migration).await?,
            lines: found.lines.into_iter().map(|line| shown(line, &found.time_zone, &names, found.now)).collect(),
        })
    })
    .await
}

/// One message.
pub async fn one(migration: MigrationId, key: MessageKey) -> Result<MessageDetail, ApiError> {
    acting(async |acting, _| {
        let MessageView { line, time_zone, content, history, names, now } = acting.message(&migration, &key).await?;
        let content = content.map(|content| MessageContent {
            address: content.address,
            name: content.name,
            language: content.language,
            subject: content.subject,
            text: content.text,
            has_html: !content.html.is_empty(),
        });
        let history = history.iter().map(|event| step(event, &time_zone, &names)).collect();
        Ok(MessageDetail { line: shown(line, &time_zone, &names, now), content, history })
    })
    .await
}

/// The messages about an account.
pub async fn of_account(migration: MigrationId, account: AccountNumber) -> Result<Vec<MessageLine>, ApiError> {
    acting(async |acting, backend| {
        let zone = acting.time_zone(&migration).await?;
        let names = acting.people_names().await?;
        let lines = acting.account_messages(&migration, account).await?;
        let now = backend.clock.now();
        Ok(lines.into_iter().map(|line| shown(line, &zone, &names, now)).collect())
    })
    .await
}

/// Holds, releases, cancels, retries or composes messages.
pub async fn act(
    migration: MigrationId,
    keys: Option<Vec<MessageKey>>,
    filter: MessageFilter,
    act: Act,
    reason: String,
    from: Option<ActCursor>,
) -> Result<ActOutcome, ApiError> {
    acting(async |acting, _| {
        let scope = match keys {
            Some(keys) if keys.len() > NAMED_MAX => {
                let message = "At most 1,000 messages at once; choose all that match instead.".to_owned();
                return Err(ApiError::Refused { message });
            }
            Some(keys) => MessageScope::These(keys),
            None => MessageScope::Matching { filter, from },
        };
        let report = acting.act_on_messages(&migration, &scope, act, &reason).await?;
        let refused = report.refused.into_iter().collect();
        Ok(ActOutcome { done: report.done, refused, missing: report.missing, next: report.next, left: report.left })
    })
    .await
}

/// Records a call.
pub async fn record_call(
    migration: MigrationId,
    command: CommandId,
    account: AccountNumber,
    contact: ContactNumber,
    note: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.record_call(&migration, command, account, contact, note).await?)).await
}

/// Whom one can call.
pub async fn callees(
    migration: MigrationId,
    account: AccountNumber,
) -> Result<Vec<(ContactNumber, String, String)>, ApiError> {
    acting(async |acting, _| {
        let view = acting.account(&migration, account).await?;
        let callee = |contact: domain::customer::Contact| {
            let name = if contact.name.is_empty() { contact.email } else { contact.name };
            (contact.number, name, contact.phone)
        };
        Ok(view.profile.contacts.into_iter().map(callee).collect())
    })
    .await
}

/// The endpoints of a migration.
pub async fn endpoints(migration: MigrationId) -> Result<Vec<EndpointLine>, ApiError> {
    acting(async |acting, _| {
        let endpoints = acting.endpoints(&migration).await?;
        let line = |endpoint: domain::notice::Endpoint| EndpointLine {
            host: endpoint.host().to_owned(),
            number: endpoint.number,
            name: endpoint.name,
            kind: endpoint.kind,
            disabled: endpoint.disabled,
        };
        Ok(endpoints.into_iter().map(line).collect())
    })
    .await
}

/// Adds an endpoint.
pub async fn add_endpoint(
    migration: MigrationId,
    name: String,
    url: String,
    kind: EndpointKind,
) -> Result<Option<String>, ApiError> {
    acting(async |acting, _| {
        let (_, secret) = acting.add_endpoint(&migration, EndpointInput { name, url, kind }).await?;
        Ok(secret)
    })
    .await
}

/// Renames an endpoint, switches it off or on.
pub async fn change_endpoint(
    migration: MigrationId,
    number: EndpointNumber,
    name: String,
    disabled: bool,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_endpoint(&migration, number, name, disabled).await?)).await
}

/// Whether there is a key for what comes in by this hook.
pub async fn has_hook_key(hook: Hook) -> Result<bool, ApiError> {
    acting(async |acting, _| Ok(acting.has_hook_secret(hook).await?)).await
}

/// Makes the key for what comes in by this hook.
pub async fn make_hook_key(hook: Hook) -> Result<String, ApiError> {
    acting(async |acting, _| Ok(acting.make_hook_secret(hook).await?)).await
}

const WHEN: &str = "%-d %b %Y, %H:%M";

fn shown(line: store::MessageLine, zone: &str, names: &BTreeMap<UserId, String>, now: Instant) -> MessageLine {
    let message = &line.message;
    let nobody = UserId::from("");
    let tries = match &message.state {
        MessageState::Waiting { tries, .. }
        | MessageState::Sending { tries, .. }
        | MessageState::Failed { tries, .. } => *tries,
        _ => 0,
    };
    MessageLine {
        key: message.key.clone(),
        kind: message.kind,
        medium: message.medium,
        state: message.state.code().to_owned(),
        note: note(&message.state, names),
        tries,
        late: message.late,
        recipient: line.recipient,
        account: line.account.zip(message.account).map(|((external_id, name), number)| NamedAccount {
            number,
            external_id,
            name,
        }),
        rule: line.rule,
        when: local_text(message.moment(), zone, WHEN),
        told_date: message.told_date.map(|date| date.format("%-d %B %Y").to_string()),
        acts: Act::ALL.into_iter().filter(|act| message.act(*act, &nobody, "", now).is_ok()).collect(),
    }
}

/// What stands beside the state.
fn note(state: &MessageState, names: &BTreeMap<UserId, String>) -> String {
    let name = |by: &Option<UserId>| by.as_ref().and_then(|by| names.get(by)).cloned();
    match state {
        MessageState::Held { by, why } | MessageState::Cancelled { by, why, .. } => match name(by) {
            Some(name) => format!("{name}: {why}"),
            None => why.clone(),
        },
        MessageState::Suppressed { why, .. } => why.explanation().to_owned(),
        other => other.answer().unwrap_or_default().to_owned(),
    }
}

/// What an event says of one message.
fn step(event: &Event, zone: &str, names: &BTreeMap<UserId, String>) -> MessageStep {
    let part = |name: &str| {
        event.changes.first().and_then(|change| match &change.after {
            Recorded::Value(value) => value.get(name).and_then(Value::as_str).map(str::to_owned),
            Recorded::Erased => None,
        })
    };
    let state = match (event.kind, part("state")) {
        (EventKind::CallRecorded, _) => "Call recorded".to_owned(),
        (EventKind::MessagesWritten, Some(state)) if state == "waiting" => "Written".to_owned(),
        (EventKind::MessagesPostponed, _) => "To be tried again".to_owned(),
        (_, Some(state)) => state_label(&state).to_owned(),
        (_, None) => event.kind.label().to_owned(),
    };
    MessageStep {
        when: local_text(event.at, zone, WHEN),
        who: who(&event.actor, names),
        state,
        answer: part("answer").unwrap_or_default(),
    }
}
