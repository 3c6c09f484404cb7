//! Subscribers of the status page: asking, confirming, changing, ending; and occasions, noted once and told in chunks.

use super::messages::{change, put};
use super::{Answer, Context, Extra, Prepared, reason};
use crate::error::StoreError;
use crate::model::subscribers::Noted;
use crate::model::{MigrationModel, Write};
use crate::rows::{BodyRow, ContentRow, to_text};
use crate::subscribers::{follows, page_of, subscriber_secret, text_key};
use crate::writer::ExpectedRow;
use domain::clock::Instant;
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{MigrationId, SubscriberNumber};
use domain::notice::message::{Content, Message, MessageKey, MessageState};
use domain::notice::{Medium, NoticeKind, Recipient};
use domain::subscription::demand::{Snapshot, What};
use domain::subscription::letter::{self, Links};
use domain::subscription::{
    Asked, CODES_MAX, CONFIRM_DAYS, Channel, Choice, Offer, StopReason, Subscriber, SubscriberState, Tokens, webhook,
};
use serde_json::{Value, json};
use std::sync::Arc;
use surrealdb::types::SurrealValue;

/// People who may have asked and not confirmed, per page: whoever asks for others fills no database.
const PENDING_MAX: usize = 10_000;
/// Confirmed subscribers of a page.
const ALL_MAX: usize = 200_000;
/// Messages of an occasion that one transaction writes.
const CHUNK: usize = 500;

/// Something about subscribers.
pub(crate) enum SubscribersCommand {
    Ask {
        migration: MigrationId,
        asked: Asked,
        fresh: Fresh,
    },
    Confirm {
        migration: MigrationId,
        number: SubscriberNumber,
        seed: String,
    },
    WrongCode {
        migration: MigrationId,
        number: SubscriberNumber,
    },
    Change {
        migration: MigrationId,
        number: SubscriberNumber,
        choice: Choice,
    },
    Stop {
        migration: MigrationId,
        number: SubscriberNumber,
        why: StopReason,
        /// What a colleague says.
        reason: Option<String>,
    },
    /// Notes what has happened on the page.
    Note {
        migration: MigrationId,
    },
    /// Writes the next chunk of messages.
    Tell {
        migration: MigrationId,
    },
}

/// What new links are made of.
pub(crate) struct Fresh {
    pub seed: String,
    pub tokens: Tokens,
    /// The key that signs what a webhook gets.
    pub secret: String,
}

pub(super) fn prepare(context: &Context<'_>, command: &SubscribersCommand) -> Result<Prepared, StoreError> {
    match command {
        SubscribersCommand::Ask { migration, asked, fresh } => ask(context, migration, asked, fresh),
        SubscribersCommand::Confirm { migration, number, seed } => confirm(context, migration, *number, seed),
        SubscribersCommand::WrongCode { migration, number } => wrong_code(context, migration, *number),
        SubscribersCommand::Change { migration, number, choice } => change_choice(context, migration, *number, choice),
        SubscribersCommand::Stop { migration, number, why, reason } => {
            stop(context, migration, *number, *why, reason.as_deref())
        }
        SubscribersCommand::Note { migration } => {
            let mut prepared = Prepared::default();
            note(context, context.model.migration(migration)?, &mut prepared);
            Ok(prepared)
        }
        SubscribersCommand::Tell { migration } => Ok(tell(context, context.model.migration(migration)?)),
    }
}

const NOBODY: StoreError = StoreError::NotFound("This subscription does not exist any more.");

fn find(migration: &MigrationModel, number: SubscriberNumber) -> Result<&Arc<Subscriber>, StoreError> {
    migration.subscriptions.all.get(&number).ok_or(NOBODY)
}

/// One row and mostly one letter, whoever asked for whatever address: neither the answer nor its time tells who is subscribed.
fn ask(context: &Context<'_>, id: &MigrationId, asked: &Asked, fresh: &Fresh) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let subscriptions = &migration.subscriptions;
    if subscriptions.pending() >= PENDING_MAX || subscriptions.confirmed() >= ALL_MAX {
        return Err(StoreError::Refused("This page takes no more subscriptions at the moment.".into()));
    }
    let known = match asked.channel {
        Channel::Email => subscriptions.of_mailbox(&asked.address),
        // Whoever can read what a webhook gets shows that by the code; until then nothing is known of them.
        Channel::Webhook => None,
    };
    let now = context.now;
    let pending = |number| Subscriber {
        number,
        channel: asked.channel,
        address: asked.address.clone(),
        choice: asked.choice.clone(),
        state: SubscriberState::Pending { until: now + chrono::TimeDelta::days(CONFIRM_DAYS) },
        asked: now,
        letters: Vec::new(),
        confirmed: None,
        heard: 0,
        failures: 0,
        wrong: 0,
        seed: fresh.seed.clone(),
        tokens: fresh.tokens.clone(),
    };
    let mut after = match known {
        None => pending(subscriptions.next_number()),
        Some(known) if known.is_confirmed() => Subscriber { asked: now, ..(**known).clone() },
        Some(known) => {
            let again = known.ask_again(asked.choice.clone(), now);
            Subscriber { seed: fresh.seed.clone(), tokens: fresh.tokens.clone(), ..again }
        }
    };
    let mut prepared = Prepared { answer: Answer::Subscriber(after.number), ..Prepared::default() };
    let may = known.is_none_or(|known| known.may_get_letter(now));
    after.letters = known.map(|known| known.recent_letters(now).collect()).unwrap_or_default();
    if may {
        after.letters.push(now);
        prepared.answer = Answer::Subscriber(after.number);
        question(context, migration, &after, &mut prepared);
    }
    if asked.channel == Channel::Webhook {
        let name = subscriber_secret(id, after.number);
        prepared.extras.push(Extra::PutSecret { name, value: fresh.secret.clone() });
    }
    let changes = vec![
        FieldChange::set(Field::Address, asked.address.as_str()),
        FieldChange::set(Field::SubscriberChannel, asked.channel.code()),
        FieldChange::set(Field::SubscriberChoice, said(&asked.choice)),
    ];
    write(&mut prepared, migration, after, EventKind::SubscriptionAsked, changes);
    Ok(prepared)
}

/// The letter or the test message that asks whether it was them.
fn question(context: &Context<'_>, migration: &MigrationModel, to: &Subscriber, prepared: &mut Prepared) {
    let id = &migration.migration.id;
    let links = links(context, migration);
    let language = to.choice.language.clone();
    let content = match to.channel {
        Channel::Webhook => Content {
            text: webhook::challenge(&page_of(context.model, migration, context.now), links, context.now),
            ..Content::default()
        },
        Channel::Email => {
            let name = migration.migration.public_name();
            let letter = match to.is_confirmed() {
                true => letter::known(name, &language, links),
                false => letter::confirm(name, &language, links),
            };
            Content { language, subject: letter.subject, text: letter.text, html: letter.html, ..Content::default() }
        }
    };
    // Its number in the log makes each question one of its own.
    let seq = (context.next_seq)(&Stream::Migration(id.clone()));
    let message = message_to(context, to, &format!("ask.{seq}"));
    put(prepared, id, None, message, Some(content));
}

fn links<'a>(context: &Context<'a>, migration: &'a MigrationModel) -> Links<'a> {
    Links { base_url: &context.model.base_url, slug: &migration.migration.settings.slug }
}

fn message_to(context: &Context<'_>, to: &Subscriber, occasion: &str) -> Message {
    Message {
        key: MessageKey::of_subscriber(to.number, occasion),
        rule: None,
        template: None,
        kind: NoticeKind::StatusPage,
        account: None,
        cohort: None,
        attempt: 0,
        to: Recipient::Subscriber(to.number),
        medium: match to.channel {
            Channel::Email => Medium::Email,
            Channel::Webhook => Medium::Webhook,
        },
        told_date: None,
        written: context.now,
        due: context.now,
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Waiting { tries: 0, answer: String::new() },
    }
}

fn confirm(
    context: &Context<'_>,
    id: &MigrationId,
    number: SubscriberNumber,
    seed: &str,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let subscriber = find(migration, number)?;
    if subscriber.seed != seed {
        return Err(NOBODY);
    }
    let mut prepared = Prepared::default();
    // Whatever has happened until now is not told to them.
    let heard = note(context, migration, &mut prepared);
    let after = subscriber.confirm(heard, context.now).ok_or(NOBODY)?;
    // Nobody is asked who has answered.
    take_back(context, migration, number, "It was confirmed meanwhile.", &mut prepared);
    if after.channel == Channel::Webhook {
        let same = |other: &&Arc<Subscriber>| other.number != number && other.address == after.address;
        let before: Vec<Arc<Subscriber>> = migration
            .subscriptions
            .all
            .values()
            .filter(same)
            .filter(|other| other.channel == Channel::Webhook)
            .cloned()
            .collect();
        for other in before {
            end(context, migration, &other, StopReason::Replaced, None, &mut prepared);
        }
    }
    write(&mut prepared, migration, after, EventKind::SubscriptionConfirmed, Vec::new());
    Ok(prepared)
}

fn wrong_code(context: &Context<'_>, id: &MigrationId, number: SubscriberNumber) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let subscriber = find(migration, number)?;
    let wrong = subscriber.wrong.saturating_add(1);
    let mut prepared = Prepared::default();
    let after = Subscriber { wrong, ..(**subscriber).clone() };
    match wrong >= CODES_MAX {
        true => end(context, migration, &after, StopReason::WrongCodes, None, &mut prepared),
        // It has no event, so no head is compared: another server may have confirmed or ended it meanwhile.
        false => {
            let key = vec![i64::from(number.0).into_value()];
            let row = BodyRow::new("subscriber", id.as_str(), key, &**subscriber);
            prepared.expected.push(ExpectedRow { id: row.id, part: to_text(&**subscriber) });
            prepared.writes.push(Write::Subscriber(id.clone(), Box::new(after)));
        }
    }
    Ok(prepared)
}

fn change_choice(
    context: &Context<'_>,
    id: &MigrationId,
    number: SubscriberNumber,
    choice: &Choice,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let subscriber = find(migration, number)?;
    if !subscriber.is_confirmed() {
        return Err(NOBODY);
    }
    let mut prepared = Prepared::default();
    if subscriber.choice == *choice {
        return Ok(prepared);
    }
    // What was told is told no more; what is being told just now follows the new choice.
    let changes =
        vec![FieldChange { field: Field::SubscriberChoice, before: said(&subscriber.choice), after: said(choice) }];
    let after = Subscriber { choice: choice.clone(), ..(**subscriber).clone() };
    write(&mut prepared, migration, after, EventKind::SubscriptionChanged, changes);
    Ok(prepared)
}

fn stop(
    context: &Context<'_>,
    id: &MigrationId,
    number: SubscriberNumber,
    why: StopReason,
    said: Option<&str>,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let said = said.map(reason).transpose()?;
    let subscriber = find(migration, number)?;
    let mut prepared = Prepared::default();
    end(context, migration, subscriber, why, said, &mut prepared);
    Ok(prepared)
}

/// Ends a subscription, and takes back what has not gone. One that has ended stays as it is.
fn end(
    context: &Context<'_>,
    migration: &MigrationModel,
    subscriber: &Subscriber,
    why: StopReason,
    said: Option<String>,
    prepared: &mut Prepared,
) {
    let Some(after) = subscriber.stop(why, context.now) else { return };
    let mut changes =
        vec![FieldChange { field: Field::SubscriberState, before: json!(subscriber.state.code()), after: json!(why) }];
    if let Some(said) = said {
        changes.push(FieldChange::set(Field::Reason, said));
    }
    take_back(context, migration, subscriber.number, ENDED, prepared);
    write(prepared, migration, after, EventKind::SubscriptionStopped, changes);
}

fn take_back(
    context: &Context<'_>,
    migration: &MigrationModel,
    number: SubscriberNumber,
    why: &str,
    prepared: &mut Prepared,
) {
    let id = &migration.migration.id;
    let open: Vec<Arc<Message>> = migration.notices.of_subscriber(number).cloned().collect();
    for message in open {
        let written =
            |write: &Write| matches!(write, Write::Message(of, known) if of == id && known.key == message.key);
        if prepared.writes.iter().any(written) {
            continue;
        }
        if let Some(after) = taken_back(&message, why, context.now) {
            change(prepared, id, None, EventKind::MessagesActedOn, &message, after);
        }
    }
}

/// Why messages to somebody are taken back who is not told any more.
pub(super) const ENDED: &str = "The subscription ended.";

/// A message to somebody who is not told any more; one that is being sent stays as it is.
pub(super) fn taken_back(message: &Message, why: &str, now: Instant) -> Option<Message> {
    if !matches!(message.state, MessageState::Waiting { .. } | MessageState::Held { .. }) {
        return None;
    }
    let state = message.state.taken_back(now, why.to_owned());
    Some(Message { state, ..message.clone() })
}

/// A webhook that answered that it is gone.
pub(super) fn gone(context: &Context<'_>, prepared: &mut Prepared, id: &MigrationId, number: SubscriberNumber) {
    let Some(migration) = context.model.migrations.get(id) else { return };
    let Some(subscriber) = present(migration, prepared, number) else { return };
    end(context, migration, &subscriber, StopReason::Gone, None, prepared);
}

/// A subscriber as this command leaves them.
fn present(migration: &MigrationModel, prepared: &Prepared, number: SubscriberNumber) -> Option<Subscriber> {
    let id = &migration.migration.id;
    let written = prepared.writes.iter().rev().find_map(|write| match write {
        Write::Subscriber(of, known) if of == id && known.number == number => Some((**known).clone()),
        _ => None,
    });
    written.or_else(|| migration.subscriptions.all.get(&number).map(|known| (**known).clone()))
}

/// What follows for subscribers from what became of their messages: mail that came back ends it, and so do several messages
/// in a row that could not be delivered.
pub(super) fn follow(context: &Context<'_>, prepared: &mut Prepared) {
    let mut ended = Vec::new();
    for write in &prepared.writes {
        let Write::Message(id, message) = write else { continue };
        let Recipient::Subscriber(number) = message.to else { continue };
        if matches!(
            message.state,
            MessageState::Sent { .. } | MessageState::Bounced { .. } | MessageState::Failed { .. }
        ) {
            ended.push((id.clone(), number, message.state.clone()));
        }
    }
    for (id, number, state) in ended {
        let Some(migration) = context.model.migrations.get(&id) else { continue };
        let Some(subscriber) = present(migration, prepared, number) else { continue };
        match state {
            MessageState::Bounced { .. } => {
                end(context, migration, &subscriber, StopReason::Bounced, None, prepared);
            }
            MessageState::Failed { .. } if subscriber.is_confirmed() => match subscriber.fail(context.now) {
                failed if failed.is_confirmed() => prepared.writes.push(Write::Subscriber(id, Box::new(failed))),
                _ => end(context, migration, &subscriber, StopReason::Failing, None, prepared),
            },
            MessageState::Sent { .. } if subscriber.failures > 0 => {
                let well = Subscriber { failures: 0, ..subscriber };
                prepared.writes.push(Write::Subscriber(id, Box::new(well)));
            }
            _ => {}
        }
    }
}

/// Takes the address of a subscriber away, and ends the subscription.
pub(super) fn erased(
    context: &Context<'_>,
    id: &MigrationId,
    number: SubscriberNumber,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let subscriber = find(migration, number)?;
    let why = match subscriber.state {
        SubscriberState::Pending { until } if until <= context.now => StopReason::Expired,
        _ => StopReason::Removed,
    };
    let mut prepared = Prepared::default();
    take_back(context, migration, number, ENDED, &mut prepared);
    let after = subscriber.stop(why, context.now).unwrap_or_else(|| (**subscriber).clone());
    let after = Subscriber { address: String::new(), tokens: Tokens::default(), seed: String::new(), ..after };
    prepared.writes.push(Write::Subscriber(id.clone(), Box::new(after)));
    let name = subscriber_secret(id, number);
    prepared.extras.push(Extra::DropSecret { name });
    Ok(prepared)
}

fn said(choice: &Choice) -> Value {
    json!(choice)
}

/// Adds a subscriber's row and its event.
fn write(
    prepared: &mut Prepared,
    migration: &MigrationModel,
    after: Subscriber,
    kind: EventKind,
    changes: Vec<FieldChange>,
) {
    let id = &migration.migration.id;
    let person = PersonRef::Subscriber(id.clone(), after.number);
    let subject = Subject::Subscriber(after.number);
    prepared.drafts.push(Draft::new(Stream::Migration(id.clone()), kind, subject, changes).about(person));
    prepared.writes.push(Write::Subscriber(id.clone(), Box::new(after)));
}

/// Notes what has happened on the page and was not noted yet; answers the number of the last occasion. What concerns nobody
/// is done with that.
fn note(context: &Context<'_>, migration: &MigrationModel, prepared: &mut Prepared) -> u64 {
    let subscriptions = &migration.subscriptions;
    let id = &migration.migration.id;
    let mut last = subscriptions.last_occasion();
    if !migration.migration.published {
        return last;
    }
    let page = page_of(context.model, migration, context.now);
    let follows = follows(migration);
    let found = Snapshot { page: &page, follows: &follows }.occasions(context.now);
    for occasion in found {
        let key = occasion.key();
        if subscriptions.occasions.contains_key(&key) {
            continue;
        }
        last += 1;
        let concerned = subscriptions.confirmed_after(SubscriberNumber(0)).any(|one| occasion.concerns(one, last));
        let rows = if concerned { texts(context, migration, &page, &occasion.what) } else { Vec::new() };
        let done = rows.is_empty();
        if !done {
            put_contents(prepared, rows);
        }
        let (at, reached) = (context.now, SubscriberNumber(0));
        let noted = Noted { number: last, occasion, at, reached, told: 0, done };
        prepared.writes.push(Write::Occasion(id.clone(), Box::new(noted)));
        // Rows without an event are not compared with the head; this one makes a second server start over.
        let changes = vec![FieldChange::set(Field::Occasion, key)];
        let stream = Stream::Migration(id.clone());
        prepared.drafts.push(Draft::new(stream, EventKind::OccasionNoted, Subject::Whole, changes));
    }
    last
}

/// What an occasion says, once in each language that the page offers, and once for webhooks.
fn texts(
    context: &Context<'_>,
    migration: &MigrationModel,
    page: &domain::public_page::PublicPage,
    what: &What,
) -> Vec<ContentRow> {
    let (id, links) = (&migration.migration.id, links(context, migration));
    let mut rows = Vec::new();
    for language in Offer::of(page).languages {
        let Some(letter) = letter::occasion(page, what, &language, links) else { break };
        let key = text_key(&what.key(), &language);
        let content =
            Content { language, subject: letter.subject, text: letter.text, html: letter.html, ..Content::default() };
        rows.push(ContentRow::new(id, &key, None, &content));
    }
    if let Some(body) = webhook::occasion(page, what, links, context.now) {
        let content = Content { text: body, ..Content::default() };
        rows.push(ContentRow::new(id, &text_key(&what.key(), WEBHOOK), None, &content));
    }
    rows
}

/// Stands for a language in the key of what webhooks get.
pub(crate) const WEBHOOK: &str = "webhook";

fn put_contents(prepared: &mut Prepared, new: Vec<ContentRow>) {
    match prepared.extras.iter_mut().find(|extra| matches!(extra, Extra::PutContents { .. })) {
        Some(Extra::PutContents { rows }) => rows.extend(new),
        _ => prepared.extras.push(Extra::PutContents { rows: new }),
    }
}

/// Writes the messages of the oldest occasion to the next of those whom it concerns, and how far that is.
fn tell(context: &Context<'_>, migration: &MigrationModel) -> Prepared {
    let mut prepared = Prepared::default();
    let Some(noted) = migration.subscriptions.undone() else { return prepared };
    let id = &migration.migration.id;
    let key = noted.occasion.key();
    let concerns = |one: &&Arc<Subscriber>| noted.occasion.concerns(one, noted.number);
    let chunk: Vec<&Arc<Subscriber>> =
        migration.subscriptions.confirmed_after(noted.reached).filter(concerns).take(CHUNK).collect();
    let done = chunk.len() < CHUNK;
    let reached = chunk.last().map_or(noted.reached, |last| last.number);
    for subscriber in &chunk {
        let message = message_to(context, subscriber, &key);
        if !migration.notices.messages.contains_key(&message.key) {
            put(&mut prepared, id, None, message, None);
        }
    }
    let told = noted.told + u32::try_from(chunk.len()).unwrap_or(u32::MAX);
    let after = Noted { reached, told, done, ..noted.clone() };
    prepared.writes.push(Write::Occasion(id.clone(), Box::new(after)));
    if prepared.drafts.is_empty() {
        let changes = vec![FieldChange::set(Field::Occasion, key), FieldChange::set(Field::Messages, told)];
        let stream = Stream::Migration(id.clone());
        prepared.drafts.push(Draft::new(stream, EventKind::OccasionNoted, Subject::Whole, changes));
    }
    prepared.answer = Answer::Written(chunk.len() as u64);
    prepared
}
