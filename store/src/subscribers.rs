//! Subscriptions to public status pages: what a visitor asks and does by links, what staff see, and the work that tells
//! subscribers what happens.
//!
//! The token of a link is made of a key outside of the database and a seed beside the subscriber; kept are only the hashes of
//! tokens. So letters need no token until they are sent, and a copy of the database opens nothing.

use crate::acting::Acting;
use crate::commands::subscribers::{Fresh, WEBHOOK};
use crate::commands::{Answer, Command, SubscribersCommand};
use crate::error::StoreError;
use crate::journal::hex;
use crate::model::{MigrationModel, Model};
use crate::public::Public;
use crate::queue::new_webhook_secret;
use crate::rows::{ContentRow, from_text};
use crate::system::System;
use crate::tokens::{self, TOKEN_LENGTH, TokenKey};
use crate::writer::{Store, new_command_id, random_text};
use crate::zone::local_date;
use chrono::{Days, NaiveDate};
use domain::actor::Actor;
use domain::clock::Instant;
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{CohortNumber, ComponentNumber, EndpointNumber, IncidentNumber, MigrationId, SubscriberNumber};
use domain::notice::message::{Content, Message};
use domain::notice::{Endpoint, EndpointKind, Medium, Recipient};
use domain::policy::Action;
use domain::public_page::PublicPage;
use domain::status_page::IncidentKind;
use domain::subscription::demand::Snapshot;
use domain::subscription::letter::Links;
use domain::subscription::{
    Asked, Channel, Choice, Offer, Purpose, StopReason, Subscriber, SubscriberState, Tokens, Topic,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Characters of a code that somebody types.
const CODE_LENGTH: usize = 8;
/// Whence the commands of visitors come. Their own address is not kept.
const FROM: &str = "status page";

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct SubscriptionView {
    pub page: PublicPage,
    pub purpose: Purpose,
    pub channel: Channel,
    /// The mailbox, or the host of the webhook.
    pub address: String,
    pub choice: Choice,
    pub state: SubscriberState,
    pub offer: Offer,
}

/// A subscription that was confirmed just now.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The token of the page on which it is changed.
    pub manage: String,
    /// The key that signs what a webhook gets; shown once.
    pub secret: Option<String>,
}

/// How many there are, and how that grew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriberCounts {
    /// Per state, by its word.
    pub states: BTreeMap<&'static str, u32>,
    /// Of those who are told.
    pub languages: BTreeMap<String, u32>,
    pub channels: BTreeMap<&'static str, u32>,
    /// Per day, the oldest first: how many were told at its end.
    pub growth: Vec<(NaiveDate, u32)>,
}

/// A subscriber in the list of staff.
#[derive(Clone, Debug)]
pub struct SubscriberLine {
    pub number: SubscriberNumber,
    pub channel: Channel,
    /// The mailbox, or the host of the webhook: the rest of its address may be a secret.
    pub address: String,
    pub choice: Choice,
    pub state: SubscriberState,
    pub asked: Instant,
    pub confirmed: Option<Instant>,
}

/// Subscribers as staff see them.
#[derive(Clone, Debug)]
pub struct SubscribersView {
    pub counts: SubscriberCounts,
    pub lines: Vec<SubscriberLine>,
    pub matching: u32,
    /// Messages that are not written yet.
    pub untold: bool,
    pub time_zone: String,
    pub published: bool,
}

/// Days of growth that are shown.
const GROWTH_DAYS: u64 = 30;
/// Subscribers that one question lists.
const LINES_MAX: usize = 100;

/// The page as readers see it now.
pub(crate) fn page_of(model: &Model, migration: &MigrationModel, now: Instant) -> PublicPage {
    crate::status_page::snapshot(model, migration, &migration.status.page, now)
}

/// The maintenance that waves' windows are.
pub(crate) fn follows(migration: &MigrationModel) -> BTreeMap<IncidentNumber, CohortNumber> {
    let incidents = migration.status.incidents.values();
    let windows = incidents.filter(|incident| incident.kind == IncidentKind::Maintenance);
    windows.filter_map(|incident| Some((incident.number, incident.cohort?))).collect()
}

/// The name under which the key of a subscriber's webhook is kept.
pub(crate) fn subscriber_secret(migration: &MigrationId, number: SubscriberNumber) -> String {
    format!("subscriber.{migration}.{number}")
}

/// The key of what an occasion says in a language.
pub(crate) fn text_key(occasion: &str, language: &str) -> String {
    format!("o.{occasion}|{language}")
}

/// What stands in a message's key before its number of the log, if it asks for a confirmation.
const QUESTION: &str = "ask.";

/// Whether a message asks somebody who asked: only that goes to those who have not confirmed.
pub(crate) fn is_question(message: &Message) -> bool {
    message.key.as_str().split_once('.').is_some_and(|(_, occasion)| occasion.starts_with(QUESTION))
}

/// Whether a message may still go to a subscriber.
pub(crate) fn is_open(migration: &MigrationModel, number: SubscriberNumber, message: &Message, now: Instant) -> bool {
    let subscriber = migration.subscriptions.all.get(&number);
    subscriber.is_some_and(|one| one.is_confirmed() || (is_question(message) && one.may_confirm(now)))
}

/// The address as colleagues may see it.
pub(crate) fn shown_address(subscriber: &Subscriber) -> String {
    match subscriber.channel {
        _ if subscriber.address.is_empty() => "(erased)".to_owned(),
        Channel::Email => subscriber.address.clone(),
        Channel::Webhook => host(&subscriber.address).to_owned(),
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn hash(token: &str) -> String {
    hex(&tokens::hash(token))
}

/// The token of a subscriber for a purpose: the same each time, unlike any other.
fn token(key: &TokenKey, seed: &str, purpose: Purpose) -> String {
    let mut token = key.subscriber(purpose.code(), seed);
    if purpose == Purpose::Code {
        token.truncate(CODE_LENGTH);
    }
    token
}

fn fresh(key: &TokenKey) -> Fresh {
    let seed = random_text(TOKEN_LENGTH);
    let hashed = |purpose| hash(&token(key, &seed, purpose));
    let tokens =
        Tokens { confirm: hashed(Purpose::Confirm), manage: hashed(Purpose::Manage), stop: hashed(Purpose::Stop) };
    Fresh { seed, tokens, secret: new_webhook_secret() }
}

/// The text with the subscriber's tokens in place of their marks.
fn filled(key: &TokenKey, text: &str, subscriber: &Subscriber) -> String {
    let mut filled = text.to_owned();
    for purpose in MARKED {
        if filled.contains(purpose.mark()) {
            filled = filled.replace(purpose.mark(), &token(key, &subscriber.seed, purpose));
        }
    }
    filled
}

/// What texts may have marks of.
const MARKED: [Purpose; 4] = [Purpose::Confirm, Purpose::Manage, Purpose::Stop, Purpose::Code];

/// The text without tokens, for eyes that are not the subscriber's.
fn masked(text: &str) -> String {
    let mut masked = text.to_owned();
    for purpose in MARKED {
        masked = masked.replace(purpose.mark(), "…");
    }
    masked
}

/// What it takes to send a message to a subscriber.
#[derive(Default)]
pub(crate) struct Opened {
    pub content: Option<Content>,
    pub unsubscribe: Option<String>,
    pub endpoint: Option<(Endpoint, Option<String>)>,
}

impl Store {
    fn token_key(&self) -> TokenKey {
        self.model().token_key.clone()
    }

    /// What these messages to subscribers say, in the order of the messages. What an occasion says is read once for all.
    async fn texts_of(&self, messages: &[(MigrationId, Arc<Message>)]) -> Result<Vec<Option<Content>>, StoreError> {
        let wishes: Vec<Vec<String>> = {
            let model = self.model();
            messages.iter().map(|(id, message)| text_keys(&model, id, message)).collect()
        };
        let wanted: BTreeSet<(&MigrationId, &String)> =
            messages.iter().zip(&wishes).flat_map(|((id, _), keys)| keys.iter().map(move |key| (id, key))).collect();
        let ids: Vec<_> = wanted.iter().map(|(id, key)| ContentRow::id(id, key)).collect();
        let mut response = self.inner.db.query("SELECT * FROM $ids").bind(("ids", ids)).await?.check()?;
        let rows: Vec<ContentRow> = response.take(0)?;
        let find = |id: &MigrationId, key: &String| {
            let row = ContentRow::id(id, key);
            rows.iter().find(|found| found.id == row)
        };
        let found = messages.iter().zip(&wishes).map(|((id, _), keys)| keys.iter().find_map(|key| find(id, key)));
        found.map(|row| row.map(|row| from_text(&row.body)).transpose()).collect()
    }

    /// Everything that it takes to send these messages.
    pub(crate) async fn open_for_subscribers(
        &self,
        messages: &[(MigrationId, Arc<Message>)],
    ) -> Result<Vec<Opened>, StoreError> {
        let key = self.token_key();
        let texts = self.texts_of(messages).await?;
        let mut opened = Vec::with_capacity(messages.len());
        for ((id, message), text) in messages.iter().zip(texts) {
            let (subscriber, links) = {
                let model = self.model();
                let migration = model.migrations.get(id);
                let base_url = model.base_url.clone();
                let subscriber = subscriber_of(migration, message).cloned();
                let slug = migration.map(|here| here.migration.settings.slug.clone()).unwrap_or_default();
                (subscriber, (base_url, slug))
            };
            let subscriber = subscriber.filter(|subscriber| !subscriber.address.is_empty());
            let (Some(subscriber), Some(text)) = (subscriber, text) else {
                opened.push(Opened::default());
                continue;
            };
            let stop = Links { base_url: &links.0, slug: &links.1 }.stop();
            let endpoint = match message.medium {
                Medium::Webhook => {
                    let endpoint = Endpoint {
                        number: EndpointNumber(0),
                        name: String::new(),
                        url: subscriber.address.clone(),
                        kind: EndpointKind::Standard,
                        disabled: false,
                    };
                    Some((endpoint, self.secret(&subscriber_secret(id, subscriber.number)).await?))
                }
                _ => None,
            };
            opened.push(Opened {
                content: Some(Content {
                    address: subscriber.address.clone(),
                    text: filled(&key, &text.text, &subscriber),
                    html: filled(&key, &text.html, &subscriber),
                    ..text
                }),
                unsubscribe: subscriber.is_confirmed().then(|| filled(&key, &stop, &subscriber)),
                endpoint,
            });
        }
        Ok(opened)
    }

    /// What a message to a subscriber says, for staff. Its links work only where letters are shown instead of being sent.
    pub(crate) async fn subscriber_content(
        &self,
        id: &MigrationId,
        message: &Arc<Message>,
    ) -> Result<Option<Content>, StoreError> {
        let Some(text) = self.texts_of(&[(id.clone(), message.clone())]).await?.pop().flatten() else {
            return Ok(None);
        };
        let model = self.model();
        let Some(subscriber) = subscriber_of(model.migrations.get(id), message) else { return Ok(None) };
        let key = &model.token_key;
        let shown = |text: &str| match model.mailbox && message.medium == Medium::Email {
            true => filled(key, text, subscriber),
            false => masked(text),
        };
        Ok(Some(Content {
            address: shown_address(subscriber),
            text: shown(&text.text),
            html: shown(&text.html),
            ..text
        }))
    }

    /// The next instant at which time alone makes something to tell.
    pub fn next_occasion(&self) -> Option<Instant> {
        let now = self.inner.clock.now();
        let model = self.model();
        let next = model.migrations.values().filter(|migration| is_listened_to(migration)).filter_map(|migration| {
            let page = page_of(&model, migration, now);
            Snapshot { page: &page, follows: &follows(migration) }.next(now)
        });
        next.min()
    }

    async fn by_visitor(&self, command: SubscribersCommand) -> Result<Answer, StoreError> {
        let command = Command::Subscribers(Box::new(command));
        self.submit(Actor::Anonymous, FROM.to_owned(), new_command_id(), command).await
    }

    async fn erase_subscriber(
        &self,
        id: &MigrationId,
        number: SubscriberNumber,
        reason: &str,
    ) -> Result<Command, StoreError> {
        let person = PersonRef::Subscriber(id.clone(), number);
        let (personal, removed) = self.personal_without(&person).await?;
        Ok(Command::Erase { person, reason: reason.to_owned(), personal, removed })
    }
}

fn subscriber_of<'m>(migration: Option<&'m MigrationModel>, message: &Message) -> Option<&'m Arc<Subscriber>> {
    let Recipient::Subscriber(number) = message.to else { return None };
    migration?.subscriptions.all.get(&number)
}

/// Under which keys a message's text may lie, the best first.
fn text_keys(model: &Model, id: &MigrationId, message: &Message) -> Vec<String> {
    let own = message.key.as_str();
    let Some((_, occasion)) = own.split_once('.').filter(|_| !is_question(message)) else {
        return vec![own.to_owned()];
    };
    let language = match message.medium {
        Medium::Webhook => WEBHOOK,
        _ => subscriber_of(model.migrations.get(id), message).map_or("en", |one| one.choice.language.as_str()),
    };
    // A page may offer other languages than when somebody chose theirs.
    let base = language.split('-').next().unwrap_or(language);
    [language, base, "en"].into_iter().map(|language| text_key(occasion, language)).collect()
}

/// Whether anybody is told what happens there.
fn is_listened_to(migration: &MigrationModel) -> bool {
    migration.migration.published && migration.subscriptions.confirmed_after(SubscriberNumber(0)).next().is_some()
}

const DEAD: StoreError = StoreError::NotFound("This link does not work.");

impl Public<'_> {
    /// The migration whose page is published at this address, and what the page lets choose.
    pub fn offer(&self, slug: &str) -> Option<(MigrationId, PublicPage, Offer)> {
        let model = self.store().model();
        let found = model.migration_by_slug(slug).ok().filter(|found| found.migration.published)?;
        let page = page_of(&model, found, self.store().inner.clock.now());
        let offer = Offer::of(&page);
        Some((found.migration.id.clone(), page, offer))
    }

    /// Somebody asks to be told. The answer is the same whether they are known or not; of a webhook it is the token of the
    /// page on which its code is entered.
    pub async fn subscribe(&self, migration: &MigrationId, asked: Asked) -> Result<Option<String>, StoreError> {
        let key = self.store().token_key();
        let fresh = fresh(&key);
        let token = (asked.channel == Channel::Webhook).then(|| token(&key, &fresh.seed, Purpose::Confirm));
        let command = SubscribersCommand::Ask { migration: migration.clone(), asked, fresh };
        self.store().by_visitor(command).await?;
        Ok(token)
    }

    /// What a link leads to; `None`: nowhere.
    pub fn subscription(&self, token: &str) -> Option<SubscriptionView> {
        let model = self.store().model();
        let (migration, subscriber, purpose) = by_token(&model, token)?;
        let page = page_of(&model, migration, self.store().inner.clock.now());
        let offer = Offer::of(&page);
        Some(SubscriptionView {
            page,
            purpose,
            channel: subscriber.channel,
            address: shown_address(subscriber),
            choice: subscriber.choice.clone(),
            state: subscriber.state.clone(),
            offer,
        })
    }

    /// Somebody says yes; whoever has a webhook says so by the code that it got. `Ok(None)`: the code is wrong.
    pub async fn confirm(&self, token: &str, code: &str) -> Result<Option<Confirmed>, StoreError> {
        let (migration, subscriber) = self.find(token, Purpose::Confirm)?;
        if !subscriber.may_confirm(self.store().inner.clock.now()) {
            return Err(DEAD);
        }
        let (key, number) = (self.store().token_key(), subscriber.number);
        let right = self::token(&key, &subscriber.seed, Purpose::Code);
        let webhook = subscriber.channel == Channel::Webhook;
        // Hashes are compared: their time tells nothing of the code.
        if webhook && hash(&right) != hash(&code.trim().to_lowercase()) {
            self.store().by_visitor(SubscribersCommand::WrongCode { migration, number }).await?;
            return Ok(None);
        }
        let secret = match webhook {
            true => self.store().secret(&subscriber_secret(&migration, number)).await?,
            false => None,
        };
        let seed = subscriber.seed.clone();
        self.store().by_visitor(SubscribersCommand::Confirm { migration, number, seed }).await?;
        Ok(Some(Confirmed { manage: self::token(&key, &subscriber.seed, Purpose::Manage), secret }))
    }

    /// A subscriber changes what they are told.
    pub async fn change_subscription(&self, token: &str, choice: Choice) -> Result<(), StoreError> {
        let (migration, subscriber) = self.find(token, Purpose::Manage)?;
        let command = SubscribersCommand::Change { migration, number: subscriber.number, choice };
        self.store().by_visitor(command).await.map(|_| ())
    }

    /// A subscriber ends it, by either link. Once more changes nothing.
    pub async fn unsubscribe(&self, token: &str) -> Result<(), StoreError> {
        let found = self.find(token, Purpose::Stop).or_else(|_| self.find(token, Purpose::Manage));
        let (migration, subscriber) = found?;
        let (number, why) = (subscriber.number, StopReason::Unsubscribed);
        let command = SubscribersCommand::Stop { migration, number, why, reason: None };
        self.store().by_visitor(command).await.map(|_| ())
    }

    fn find(&self, token: &str, wanted: Purpose) -> Result<(MigrationId, Arc<Subscriber>), StoreError> {
        let model = self.store().model();
        let (migration, subscriber, purpose) = by_token(&model, token).ok_or(DEAD)?;
        if purpose != wanted {
            return Err(DEAD);
        }
        Ok((migration.migration.id.clone(), subscriber.clone()))
    }
}

/// Whose token this is. A hash is looked up, so the time of the answer tells nothing of any token.
fn by_token<'m>(model: &'m Model, token: &str) -> Option<(&'m MigrationModel, &'m Arc<Subscriber>, Purpose)> {
    let hash = hash(token);
    let found = model.migrations.values().filter_map(|migration| {
        let (subscriber, purpose) = migration.subscriptions.of_token(&hash)?;
        Some((migration, subscriber, purpose))
    });
    found.last()
}

impl System<'_> {
    /// Notes what has happened on all pages, and writes the messages that tell it; answers how many. Stopped anywhere, it
    /// goes on there.
    pub async fn tell_subscribers(&self) -> Result<u64, StoreError> {
        let now = self.store().inner.clock.now();
        let news: Vec<(MigrationId, bool)> = {
            let model = self.store().model();
            let all = model.migrations.iter();
            all.filter_map(|(id, migration)| {
                let subscriptions = &migration.subscriptions;
                let untold = subscriptions.undone().is_some();
                let new = is_listened_to(migration) && {
                    let page = page_of(&model, migration, now);
                    let found = Snapshot { page: &page, follows: &follows(migration) }.occasions(now);
                    found.iter().any(|occasion| !subscriptions.occasions.contains_key(&occasion.key()))
                };
                (new || untold).then(|| (id.clone(), new))
            })
            .collect()
        };
        let mut written = 0;
        for (migration, new) in news {
            if new {
                self.send_about(SubscribersCommand::Note { migration: migration.clone() }).await?;
            }
            while self.store().model().migration(&migration)?.subscriptions.undone().is_some() {
                let command = SubscribersCommand::Tell { migration: migration.clone() };
                if let Answer::Written(count) = self.send_about(command).await? {
                    written += count;
                }
            }
        }
        Ok(written)
    }

    /// Forgets those who asked and did not confirm in time; answers how many.
    pub async fn forget_unconfirmed(&self) -> Result<u32, StoreError> {
        let now = self.store().inner.clock.now();
        let late: Vec<(MigrationId, SubscriberNumber)> = {
            let model = self.store().model();
            let all = model.migrations.iter().flat_map(|(id, migration)| {
                let late = migration
                    .subscriptions
                    .all
                    .values()
                    .filter(move |one| matches!(one.state, SubscriberState::Pending { until } if until <= now));
                late.map(move |one| (id.clone(), one.number))
            });
            all.take(1_000).collect()
        };
        let mut forgotten = 0;
        for (migration, number) in late {
            let command = self.store().erase_subscriber(&migration, number, "Nobody confirmed it in time.").await?;
            self.submit(command).await?;
            forgotten += 1;
        }
        Ok(forgotten)
    }

    /// Subscribes somebody and confirms it at once; for demo data and tests.
    #[doc(hidden)]
    pub async fn subscribe_at_once(
        &self,
        migration: &MigrationId,
        asked: Asked,
    ) -> Result<SubscriberNumber, StoreError> {
        let fresh = fresh(&self.store().token_key());
        let seed = fresh.seed.clone();
        let command = SubscribersCommand::Ask { migration: migration.clone(), asked, fresh };
        let Answer::Subscriber(number) = self.send_about(command).await? else { return Err(StoreError::Stopping) };
        self.send_about(SubscribersCommand::Confirm { migration: migration.clone(), number, seed }).await?;
        Ok(number)
    }

    async fn send_about(&self, command: SubscribersCommand) -> Result<Answer, StoreError> {
        self.submit_for_answer(Command::Subscribers(Box::new(command))).await
    }
}

impl Acting<'_> {
    /// Subscribers of a page: counts, growth, and those whose address contains a text, the newest first.
    pub async fn subscribers(
        &self,
        migration: &MigrationId,
        text: &str,
        state: Option<&str>,
    ) -> Result<SubscribersView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let here = model.migration(migration)?;
        let zone = here.migration.settings.time_zone.clone();
        let needle = text.trim().to_lowercase();
        let finds = |one: &&Arc<Subscriber>| {
            state.is_none_or(|state| one.state.code() == state)
                && (needle.is_empty() || shown_address(one).to_lowercase().contains(&needle))
        };
        let found: Vec<&Arc<Subscriber>> = here.subscriptions.all.values().rev().filter(finds).collect();
        Ok(SubscribersView {
            counts: counts(here, local_date(now, &zone), &zone),
            matching: u32::try_from(found.len()).unwrap_or(u32::MAX),
            lines: found.into_iter().take(LINES_MAX).map(|one| line(one)).collect(),
            untold: here.subscriptions.undone().is_some(),
            time_zone: zone,
            published: here.migration.published,
        })
    }

    /// How many subscribers an update about these components would be told to; of none: everybody who hears of incidents.
    pub async fn subscribers_of(
        &self,
        migration: &MigrationId,
        components: &BTreeSet<ComponentNumber>,
    ) -> Result<u32, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let here = model.migration(migration)?;
        let page = page_of(&model, here, now);
        let groups = page.components.iter().filter(|component| components.contains(&component.number));
        let mut named: BTreeSet<ComponentNumber> = groups.filter_map(|component| component.group).collect();
        named.extend(components);
        let told = here.subscriptions.confirmed_after(SubscriberNumber(0)).filter(|one| {
            let choice = &one.choice;
            let concerned = named.is_empty() || choice.is_everything() || !choice.components.is_disjoint(&named);
            choice.topics.contains(&Topic::Incidents) && concerned
        });
        Ok(u32::try_from(told.count()).unwrap_or(u32::MAX))
    }

    /// Ends a subscription, with a reason.
    pub async fn stop_subscriber(
        &self,
        migration: &MigrationId,
        number: SubscriberNumber,
        reason: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageSubscribers).await?;
        let (migration, why) = (migration.clone(), StopReason::Staff);
        let command = SubscribersCommand::Stop { migration, number, why, reason: Some(reason) };
        self.submit(permit, Command::Subscribers(Box::new(command))).await.map(|_| ())
    }

    /// Ends a subscription and erases its address, with a reason that must not name anybody.
    pub async fn remove_subscriber(
        &self,
        migration: &MigrationId,
        number: SubscriberNumber,
        reason: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageSubscribers).await?;
        let command = self.store().erase_subscriber(migration, number, &reason).await?;
        self.submit(permit, command).await.map(|_| ())
    }

    /// All subscribers, for a file. That it was taken away is noted.
    pub async fn export_subscribers(&self, migration: &MigrationId) -> Result<Vec<SubscriberLine>, StoreError> {
        let permit = self.allow(Action::ManageSubscribers).await?;
        let lines: Vec<SubscriberLine> = {
            let model = self.store().model();
            model.migration(migration)?.subscriptions.all.values().map(|one| line(one)).collect()
        };
        let changes =
            vec![FieldChange::set(Field::File, "subscribers.csv"), FieldChange::set(Field::Rows, lines.len() as u64)];
        let draft = Draft::new(Stream::Migration(migration.clone()), EventKind::Exported, Subject::Whole, changes);
        self.submit(permit, Command::Record { draft }).await?;
        Ok(lines)
    }
}

fn line(subscriber: &Subscriber) -> SubscriberLine {
    SubscriberLine {
        number: subscriber.number,
        channel: subscriber.channel,
        address: shown_address(subscriber),
        choice: subscriber.choice.clone(),
        state: subscriber.state.clone(),
        asked: subscriber.asked,
        confirmed: subscriber.confirmed,
    }
}

fn counts(migration: &MigrationModel, today: NaiveDate, zone: &str) -> SubscriberCounts {
    let mut counts = SubscriberCounts::default();
    let first = today.checked_sub_days(Days::new(GROWTH_DAYS - 1)).unwrap_or(today);
    let mut changes: HashMap<NaiveDate, i64> = HashMap::new();
    let mut before = 0_i64;
    for one in migration.subscriptions.all.values() {
        *counts.states.entry(one.state.code()).or_default() += 1;
        if one.is_confirmed() {
            *counts.languages.entry(one.choice.language.clone()).or_default() += 1;
            *counts.channels.entry(one.channel.code()).or_default() += 1;
        }
        let mut add = |at: Instant, by: i64| {
            let day = local_date(at, zone);
            match day < first {
                true => before += by,
                false => *changes.entry(day).or_default() += by,
            }
        };
        if let Some(at) = one.confirmed {
            add(at, 1);
            match one.state {
                SubscriberState::Stopped { at, .. } => add(at, -1),
                // Who asks again after an end is told again only once they confirm.
                SubscriberState::Pending { .. } => add(one.asked, -1),
                SubscriberState::Confirmed => {}
            }
        }
    }
    let mut count = before;
    counts.growth = first
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            count += changes.get(&day).copied().unwrap_or(0);
            (day, u32::try_from(count.max(0)).unwrap_or(u32::MAX))
        })
        .collect();
    counts
}
