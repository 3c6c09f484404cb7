//! Written messages on their way: which may go now, leases and what came of them, and what people see and do about them.

use crate::acting::{Acting, entries_of};
use crate::commands::{
    ActReport, Answer, BounceReport, CallInput, Command, EndpointInput, MessagesCommand, Settled, endpoint_secret,
};
use crate::error::StoreError;
use crate::journal::{hex, read};
use crate::model::{MigrationModel, Model};
use crate::rows::{ContentRow, from_text};
use crate::subscribers;
use crate::system::System;
use crate::writer::Store;
use crate::zone::local_date;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use domain::actor::Actor;
use domain::clock::Instant;
use domain::cohort::CohortStage;
use domain::event::{Event, EventKind, Position, Stream, Subject};
use domain::field::Field;
use domain::id::{AccountNumber, CommandId, ContactNumber, EndpointNumber, ExternalId, MigrationId, NoticeRuleNumber};
use domain::migration::MigrationStage;
use domain::notice::hours::Zones;
use domain::notice::list::MessageFilter;
use domain::notice::message::{Act, Content, Message, MessageKey, MessageState, Suppression};
use domain::notice::plan::Calendar;
use domain::notice::rule::Late;
use domain::notice::{Endpoint, EndpointKind, Hook, Medium, NoticeKind, Recipient};
use domain::policy::Action;
use domain::view::{Lookup, View};
use rand::RngCore;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A message in the hands of this server, with everything that it takes to send it.
#[derive(Clone, Debug)]
pub struct Leased {
    pub migration: MigrationId,
    pub migration_name: String,
    pub message: Arc<Message>,
    /// Until when no other server sends it.
    pub until: Instant,
    /// What it says; `None` if that was erased.
    pub content: Option<Content>,
    /// Where a webhook goes, and the key that signs it.
    pub endpoint: Option<(Endpoint, Option<String>)>,
    /// The customer's id in the company's own systems, for other systems.
    pub customer: Option<ExternalId>,
    /// Where the reader ends such messages; mail programs post there (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// What a lease brought.
#[derive(Clone, Debug, Default)]
pub struct Leases {
    pub messages: Vec<Leased>,
    /// How many messages were looked at: when it is as many as asked for, there may be more.
    pub looked_at: usize,
}

/// A message as lists show it.
#[derive(Clone, Debug)]
pub struct MessageLine {
    pub message: Arc<Message>,
    /// The name of its recipient, as it is known now.
    pub recipient: String,
    pub account: Option<(ExternalId, String)>,
    pub rule: Option<String>,
}

/// Some messages of a list.
#[derive(Clone, Debug)]
pub struct MessagePage {
    pub position: Position,
    pub now: Instant,
    pub time_zone: String,
    pub lines: Vec<MessageLine>,
    /// How many the filter finds.
    pub matching: u32,
    /// How many there are per state, by everything that the filter says but the state.
    pub counts: BTreeMap<&'static str, u32>,
    /// Whether messages of this migration go out at the moment.
    pub running: bool,
}

/// One message with what it says and what has become of it.
#[derive(Clone, Debug)]
pub struct MessageView {
    pub line: MessageLine,
    pub time_zone: String,
    /// `None` if it was erased, or nothing was ever to be said.
    pub content: Option<Content>,
    /// The newest first.
    pub history: Vec<Event>,
    pub names: BTreeMap<domain::id::UserId, String>,
    pub now: Instant,
}

/// Whether a message may be sent now.
pub(crate) enum Go {
    Now {
        late: bool,
    },
    /// Not as things are; something else has to change first.
    Not,
    /// Not at this hour.
    Later(Instant),
    Never(Suppression),
}

/// Decides about a message that is due. Messages go while their migration is running. While a cohort is halted, its accounts
/// are told no dates; that an account in progress was completed or rolled back is true all the same, and colleagues must hear.
pub(crate) fn way(model: &Model, migration: &MigrationModel, message: &Message, now: Instant) -> Go {
    // Who asked for something is answered in any case.
    if message.kind == NoticeKind::Request {
        return Go::Now { late: false };
    }
    // Subscribers of the page hear what is on it, whatever the migration does.
    if let Recipient::Subscriber(number) = message.to {
        return match subscribers::is_open(migration, number, message, now) {
            true => Go::Now { late: false },
            false => Go::Never(Suppression::Unsubscribed),
        };
    }
    if migration.migration.stage != MigrationStage::Running {
        return Go::Not;
    }
    let account = message.account.and_then(|number| migration.table.row(number));
    let cohort = account.and_then(|row| row.cohort).and_then(|number| migration.cohort_stage(number));
    if message.kind.tells_date() && cohort == Some(CohortStage::Halted) {
        return Go::Not;
    }
    let untried = matches!(message.state, MessageState::Waiting { tries: 0, .. });
    if let Recipient::Endpoint(number) = &message.to
        && untried
        && migration.notices.endpoints.get(number).is_none_or(|endpoint| endpoint.disabled)
    {
        return Go::Never(Suppression::EndpointDisabled);
    }
    let zone = &migration.migration.settings.time_zone;
    let day_passed = untried && local_date(message.due, zone) < local_date(now, zone);
    let rule = message.rule.and_then(|number| migration.notices.rules.get(&number));
    if let (true, Some(hours)) = (untried, rule.and_then(|rule| rule.settings.hours.as_ref())) {
        // It was written for these hours, but could not go in them.
        let zone = zone_of(model, migration, message);
        let opening = Zones::new(&migration.migration.settings.time_zone).within(Some(hours), now, &zone);
        if opening > now {
            return Go::Later(opening);
        }
    }
    match rule.map(|rule| rule.settings.late) {
        Some(Late::Drop) if day_passed => Go::Never(Suppression::Missed),
        Some(Late::Mark) => Go::Now { late: day_passed },
        _ => Go::Now { late: false },
    }
}

/// The zone of a message's recipient; empty: that of the migration.
fn zone_of(model: &Model, migration: &MigrationModel, message: &Message) -> String {
    let Recipient::Contact(number) = &message.to else { return String::new() };
    let stored = customer_of(migration, message).and_then(|id| model.customers.get(&id));
    let profile = stored.map(|stored| &stored.customer.profile);
    let zone = profile.and_then(|profile| profile.contact(*number).map(|contact| profile.time_zone_of(contact)));
    zone.unwrap_or_default().to_owned()
}

/// The address at which the reader of a message ends such messages. Their link came into being with the message.
fn unsubscribe_address(model: &Model, migration: &MigrationModel, message: &Message) -> Option<String> {
    let (Recipient::Contact(contact), Some(account)) = (&message.to, message.account) else { return None };
    let link = migration.portal.link_of(account, *contact)?;
    let page = model.token_key.page(&migration.migration.id, account, *contact, link.generation);
    let is_known = crate::tokens::hashes(&page) == link.hashes && !model.base_url.is_empty();
    is_known.then(|| format!("{}/u/{}", model.base_url, crate::tokens::unsubscribe(&page)))
}

/// Whose data a message is.
pub(crate) fn customer_of(migration: &MigrationModel, message: &Message) -> Option<ExternalId> {
    message.account.and_then(|number| migration.table.row(number)).map(|row| row.external_id.clone())
}

/// The part of a message's Message-ID before the `@`: always the same for the message, and tells nothing about it.
pub fn message_id(migration: &MigrationId, key: &MessageKey) -> String {
    let mut hasher = Sha256::new();
    hasher.update(migration.as_str());
    hasher.update(b"\n");
    hasher.update(key.as_str());
    hex(&hasher.finalize()[..16])
}

/// A fresh key for Standard Webhooks.
pub(crate) fn new_webhook_secret() -> String {
    let mut key = [0_u8; 24];
    rand::rng().fill_bytes(&mut key);
    format!("whsec_{}", STANDARD.encode(key))
}

impl System<'_> {
    /// Takes up to `limit` due messages into the hands of this server for so long.
    pub async fn lease_due(&self, limit: usize, lease: TimeDelta) -> Result<Leases, StoreError> {
        self.lease_due_by(None, limit, lease).await
    }

    /// As [`System::lease_due`], of messages that go by this way only: what hangs by one way does not hold up the other.
    pub async fn lease_due_by(
        &self,
        medium: Option<Medium>,
        limit: usize,
        lease: TimeDelta,
    ) -> Result<Leases, StoreError> {
        let now = self.store().inner.clock.now();
        let keys = {
            let model = self.store().model();
            // At one instant corrections go first: what else tells the new date would say nothing new after them.
            let mut due: Vec<(Option<Instant>, bool, MigrationId, MessageKey)> = Vec::new();
            for (id, migration) in &model.migrations {
                let here = migration.notices.leasable(now);
                let here = here.filter(|message| medium.is_none_or(|medium| message.medium == medium));
                let here = here.filter(|message| !matches!(way(&model, migration, message, now), Go::Not));
                due.extend(here.take(limit).map(|message| {
                    let waits = message.kind != NoticeKind::Correction;
                    (message.leasable_at(), waits, id.clone(), message.key.clone())
                }));
            }
            due.sort();
            due.truncate(limit);
            due.into_iter().map(|(.., id, key)| (id, key)).collect::<Vec<_>>()
        };
        if keys.is_empty() {
            return Ok(Leases::default());
        }
        let looked_at = keys.len();
        let until = now + lease;
        let leased = match self.send(MessagesCommand::Lease { keys, until }).await? {
            Answer::Leased(leased) => leased,
            _ => Vec::new(),
        };
        Ok(Leases { messages: self.store().with_contents(leased, until).await?, looked_at })
    }

    /// The next instant after now at which a message may be due.
    pub fn next_due(&self) -> Option<Instant> {
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        model.migrations.values().filter_map(|migration| migration.notices.next_leasable(now)).min()
    }

    /// Writes down how attempts ended, in one transaction. `speedup` divides the waits before the next attempt: 1 but in tests.
    pub async fn settle(&self, batch: Vec<Settled>, speedup: u32) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.send(MessagesCommand::Settle { batch, speedup }).await.map(|_| ())
    }

    /// Writes messages that are ready, as rules do. For tests and the benchmark.
    #[doc(hidden)]
    pub async fn put_messages(
        &self,
        migration: &MigrationId,
        messages: Vec<(Message, Content)>,
    ) -> Result<(), StoreError> {
        self.send(MessagesCommand::Put { migration: migration.clone(), messages }).await.map(|_| ())
    }

    /// Ends every lease at the start of a server that has the database for itself: whoever held them is gone.
    pub async fn take_back_leases(&self) -> Result<(), StoreError> {
        self.send(MessagesCommand::TakeBack).await.map(|_| ())
    }

    /// Marks what came back; answers how many messages that were.
    pub async fn bounce(&self, report: BounceReport) -> Result<u32, StoreError> {
        match self.send(MessagesCommand::Bounce(report)).await? {
            Answer::Bounced(count) => Ok(count),
            _ => Ok(0),
        }
    }

    /// The key that signs what comes in by this hook, if an admin has made one.
    pub async fn hook_secret(&self, hook: Hook) -> Result<Option<String>, StoreError> {
        self.store().secret(hook.code()).await
    }

    async fn send(&self, command: MessagesCommand) -> Result<Answer, StoreError> {
        self.submit_for_answer(Command::Messages(Box::new(command))).await
    }
}

impl Store {
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<String>, StoreError> {
        let query = "SELECT VALUE value FROM ONLY type::record('secret', $name)";
        Ok(self.inner.db.query(query).bind(("name", name.to_owned())).await?.check()?.take(0)?)
    }

    /// What these messages say, by their row's id.
    async fn contents(&self, keys: &[(&MigrationId, &MessageKey)]) -> Result<Vec<Option<Content>>, StoreError> {
        let ids: Vec<_> = keys.iter().map(|(migration, key)| ContentRow::id(migration, key.as_str())).collect();
        let mut response = self.inner.db.query("SELECT * FROM $ids").bind(("ids", ids.clone())).await?.check()?;
        let mut rows: Vec<Option<ContentRow>> = response.take::<Vec<ContentRow>>(0)?.into_iter().map(Some).collect();
        ids.iter()
            .map(|id| {
                let row = rows.iter_mut().find(|row| row.as_ref().is_some_and(|row| row.id == *id));
                row.and_then(Option::take).map(|row| from_text(&row.body)).transpose()
            })
            .collect()
    }

    async fn with_contents(
        &self,
        leased: Vec<(MigrationId, Arc<Message>)>,
        until: Instant,
    ) -> Result<Vec<Leased>, StoreError> {
        let keys: Vec<_> = leased.iter().map(|(migration, message)| (migration, &message.key)).collect();
        let contents = self.contents(&keys).await?;
        let (to_subscribers, others): (Vec<_>, Vec<_>) = leased
            .into_iter()
            .zip(contents)
            .partition(|((_, message), _)| matches!(message.to, Recipient::Subscriber(_)));
        let to_subscribers: Vec<_> = to_subscribers.into_iter().map(|(leased, _)| leased).collect();
        let mut ready = Vec::with_capacity(to_subscribers.len() + others.len());
        if !to_subscribers.is_empty() {
            let opened = self.open_for_subscribers(&to_subscribers).await?;
            for ((migration, message), opened) in to_subscribers.into_iter().zip(opened) {
                let subscribers::Opened { content, unsubscribe, endpoint } = opened;
                let migration_name = String::new();
                let customer = None;
                ready.push(Leased {
                    migration,
                    migration_name,
                    message,
                    until,
                    content,
                    endpoint,
                    customer,
                    unsubscribe,
                });
            }
        }
        for ((migration, message), content) in others {
            let (endpoint, customer, migration_name, unsubscribe) = {
                let model = self.model();
                let here = model.migrations.get(&migration);
                let endpoint = match &message.to {
                    Recipient::Endpoint(number) => here.and_then(|here| here.notices.endpoints.get(number)).cloned(),
                    _ => None,
                };
                let name = here.map(|here| here.migration.settings.name.clone()).unwrap_or_default();
                let unsubscribe = here.and_then(|here| unsubscribe_address(&model, here, &message));
                (endpoint, here.and_then(|here| customer_of(here, &message)), name, unsubscribe)
            };
            let endpoint = match endpoint {
                Some(endpoint) => {
                    let secret = self.secret(&endpoint_secret(&migration, endpoint.number)).await?;
                    Some((endpoint, secret))
                }
                None => None,
            };
            ready.push(Leased { migration, migration_name, message, until, content, endpoint, customer, unsubscribe });
        }
        Ok(ready)
    }

    /// Notes in the log that a call to one of the server's hooks was refused, summed up per minute and place.
    pub async fn hook_refused(&self, hook: &'static str, from: &str) -> Result<(), StoreError> {
        self.denied(Actor::Anonymous, from, hook).await
    }
}

/// Messages that one transaction acts on.
const ACT_CHUNK: usize = 200;
/// Messages that one question may ask for.
const PAGE_MAX: u32 = 200;

/// Which messages a person acts on.
#[derive(Clone, Debug)]
pub enum MessageScope {
    These(Vec<MessageKey>),
    Matching(MessageFilter),
}

impl Acting<'_> {
    /// Messages of a migration: those that are still to go in the order in which they go, everything else the newest first.
    pub async fn messages(
        &self,
        migration: &MigrationId,
        filter: &MessageFilter,
        offset: u32,
        limit: u32,
    ) -> Result<MessagePage, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let position = model.position(migration);
        let here = model.migration(migration)?;
        let chosen = Chosen::new(&model, here, filter, now);
        let forward = matches!(filter.state.as_deref(), Some("waiting" | "sending" | "held"));
        let mut page = MessagePage {
            position,
            now,
            time_zone: here.migration.settings.time_zone.clone(),
            lines: Vec::new(),
            matching: 0,
            counts: BTreeMap::new(),
            running: here.migration.stage == MigrationStage::Running,
        };
        let (offset, limit) = (offset, limit.min(PAGE_MAX));
        let mut look = |message: &Arc<Message>| {
            if !chosen.finds(message) {
                return;
            }
            let code = message.state.code();
            *page.counts.entry(code).or_default() += 1;
            if filter.state.as_deref().is_none_or(|state| state == code) {
                if (offset..offset.saturating_add(limit)).contains(&page.matching) {
                    page.lines.push(line(&model, here, message));
                }
                page.matching += 1;
            }
        };
        match forward {
            true => here.notices.by_moment().for_each(&mut look),
            false => here.notices.by_moment().rev().for_each(&mut look),
        }
        Ok(page)
    }

    /// The messages about an account, the newest first.
    pub async fn account_messages(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
    ) -> Result<Vec<MessageLine>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        let mut messages: Vec<&Arc<Message>> = here.notices.of_account(account).collect();
        messages.sort_by_key(|message| std::cmp::Reverse((message.moment(), message.key.clone())));
        Ok(messages.into_iter().map(|message| line(&model, here, message)).collect())
    }

    /// One message, what it says, and what has become of it.
    pub async fn message(&self, migration: &MigrationId, key: &MessageKey) -> Result<MessageView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let (mut view, account) = {
            let model = self.store().model();
            let here = model.migration(migration)?;
            let message = here.notices.messages.get(key).ok_or(StoreError::NotFound("This message does not exist."))?;
            let account = message.account.and_then(|number| here.table.account(number));
            let view = MessageView {
                line: line(&model, here, message),
                time_zone: here.migration.settings.time_zone.clone(),
                content: None,
                history: Vec::new(),
                names: crate::audit::names(&model),
                now: self.store().inner.clock.now(),
            };
            (view, account)
        };
        view.content = match view.line.message.to {
            Recipient::Subscriber(_) => self.store().subscriber_content(migration, &view.line.message).await?,
            _ => self.store().contents(&[(migration, key)]).await?.into_iter().next().flatten(),
        };
        if let Some(account) = account {
            let stream = Stream::Migration(migration.clone());
            let subject = Subject::Account(account.number);
            for (row, personal) in self.store().events_at(&stream, &account.chunk_seqs).await? {
                let mut event = read(&row, &entries_of(personal.as_ref())?, Some(&subject))?;
                event.changes.retain(|change| {
                    let domain::event::Recorded::Value(value) = &change.after else { return false };
                    change.field == Field::Message && value.get("key").and_then(Value::as_str) == Some(key.as_str())
                });
                if !event.changes.is_empty() || event.kind == EventKind::CallRecorded && is_call(key, &event) {
                    view.history.push(event);
                }
            }
            view.history.sort_by_key(|event| std::cmp::Reverse(event.seq));
        }
        Ok(view)
    }

    /// Holds, releases, cancels or retries messages. What a rule refuses is counted, the others are done.
    pub async fn act_on_messages(
        &self,
        migration: &MigrationId,
        scope: &MessageScope,
        act: Act,
        why: &str,
    ) -> Result<ActReport, StoreError> {
        self.allow(Action::ManageNotices).await?;
        let keys = match scope {
            MessageScope::These(keys) => keys.clone(),
            MessageScope::Matching(filter) => {
                let now = self.store().inner.clock.now();
                let model = self.store().model();
                let here = model.migration(migration)?;
                let chosen = Chosen::new(&model, here, filter, now);
                let found = here.notices.by_moment().filter(|message| {
                    chosen.finds(message) && filter.state.as_deref().is_none_or(|state| state == message.state.code())
                });
                found.map(|message| message.key.clone()).collect()
            }
        };
        if keys.is_empty() {
            return Err(StoreError::Refused("No message is selected.".into()));
        }
        let mut report = ActReport::default();
        for chunk in keys.chunks(ACT_CHUNK) {
            let permit = self.allow(Action::ManageNotices).await?;
            let by = self.caller().user.clone();
            let why = why.to_owned();
            let command = MessagesCommand::Act { migration: migration.clone(), keys: chunk.to_vec(), act, why, by };
            if let Answer::Acted(part) = self.submit(permit, Command::Messages(Box::new(command))).await? {
                report.add(&part);
            }
        }
        Ok(report)
    }

    /// Records that somebody at the customer was told by telephone.
    pub async fn record_call(
        &self,
        migration: &MigrationId,
        id: CommandId,
        account: AccountNumber,
        contact: ContactNumber,
        note: String,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditAccounts).await?;
        let id = crate::acting::checked(id)?;
        let input = CallInput { id: id.clone(), migration: migration.clone(), account, contact, note };
        self.submit_as(permit, id, Command::Messages(Box::new(MessagesCommand::RecordCall(input)))).await.map(|_| ())
    }

    /// The rules that messages of a migration may come from.
    pub async fn message_rules(&self, migration: &MigrationId) -> Result<Vec<(NoticeRuleNumber, String)>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let rules = model.migration(migration)?.notices.rules.values();
        Ok(rules.map(|rule| (rule.number, rule.settings.name.clone())).collect())
    }

    /// The names of colleagues.
    pub async fn people_names(&self) -> Result<BTreeMap<domain::id::UserId, String>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(crate::audit::names(&self.store().model()))
    }

    /// The endpoints of a migration. Of their addresses only the hosts are for people's eyes.
    pub async fn endpoints(&self, migration: &MigrationId) -> Result<Vec<Endpoint>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store().model().migration(migration)?.notices.endpoints.values().cloned().collect())
    }

    /// Adds an endpoint; answers its number and, if what goes there is signed, the key, which is never shown again.
    pub async fn add_endpoint(
        &self,
        migration: &MigrationId,
        input: EndpointInput,
    ) -> Result<(EndpointNumber, Option<String>), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let secret = (input.kind == EndpointKind::Standard).then(new_webhook_secret);
        let command = MessagesCommand::AddEndpoint { migration: migration.clone(), input, secret: secret.clone() };
        match self.submit(permit, Command::Messages(Box::new(command))).await? {
            Answer::Endpoint(number) => Ok((number, secret)),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Gives an endpoint another name, switches it off or on again.
    pub async fn change_endpoint(
        &self,
        migration: &MigrationId,
        number: EndpointNumber,
        name: String,
        disabled: bool,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageNotices).await?;
        let command = MessagesCommand::ChangeEndpoint { migration: migration.clone(), number, name, disabled };
        self.submit(permit, Command::Messages(Box::new(command))).await.map(|_| ())
    }

    /// Makes the key that signs what comes in by a hook, in place of the one before; it is never shown again.
    pub async fn make_hook_secret(&self, hook: Hook) -> Result<String, StoreError> {
        let permit = self.allow(Action::ManageHooks).await?;
        let value = new_webhook_secret();
        let command = MessagesCommand::MakeSecret { name: hook.code().to_owned(), value: value.clone() };
        self.submit(permit, Command::Messages(Box::new(command))).await?;
        Ok(value)
    }

    /// Whether there is a key that signs what comes in by this hook.
    pub async fn has_hook_secret(&self, hook: Hook) -> Result<bool, StoreError> {
        self.allow(Action::ManageHooks).await?;
        Ok(self.store().secret(hook.code()).await?.is_some())
    }
}

/// Whether a call is the one that this key's message records.
fn is_call(key: &MessageKey, event: &Event) -> bool {
    key.as_str().starts_with(&format!("x{}.", event.command))
}

/// A filter made ready to look at many messages.
struct Chosen<'a> {
    filter: &'a MessageFilter,
    /// The accounts and colleagues that the text finds; `None`: there is no text.
    found: Option<(HashSet<AccountNumber>, HashSet<domain::id::UserId>)>,
}

impl<'a> Chosen<'a> {
    fn new(model: &Model, here: &MigrationModel, filter: &'a MessageFilter, now: Instant) -> Self {
        let text = filter.text.trim();
        let found = (!text.is_empty()).then(|| {
            let search: String = text.chars().take(domain::view::SEARCH_MAX).collect();
            let view = View { search, ..View::default() };
            let lookup =
                Lookup { cohort_position: &|_| 0, owner_name: &|_| String::new(), fields: &here.migration.fields };
            let today = local_date(now, &here.migration.settings.time_zone);
            let accounts = here.table.matching(&view, &lookup, today).into_iter().collect();
            let small = text.to_lowercase();
            let users = model.users.values().filter(|stored| stored.user.name.to_lowercase().contains(&small));
            (accounts, users.map(|stored| stored.user.id.clone()).collect())
        });
        Chosen { filter, found }
    }

    /// Whether the message is among them, whatever its state.
    fn finds(&self, message: &Message) -> bool {
        let filter = self.filter;
        filter.rule.is_none_or(|rule| message.rule == Some(rule))
            && filter.kind.is_none_or(|kind| message.kind == kind)
            && filter.account.is_none_or(|account| message.account == Some(account))
            && self.found.as_ref().is_none_or(|(accounts, users)| {
                message.account.is_some_and(|account| accounts.contains(&account))
                    || matches!(&message.to, Recipient::User(user) if users.contains(user))
            })
    }
}

fn line(model: &Model, here: &MigrationModel, message: &Arc<Message>) -> MessageLine {
    let row = message.account.and_then(|number| here.table.row(number));
    let recipient = match &message.to {
        Recipient::Contact(number) => {
            let stored = row.and_then(|row| model.customers.get(&row.external_id));
            let contact = stored.and_then(|stored| stored.customer.profile.contact(*number));
            match contact {
                Some(contact) if !contact.name.is_empty() => contact.name.clone(),
                Some(contact) => contact.email.clone(),
                None if message.state.code() == "suppressed" => "Nobody".to_owned(),
                None => "A contact who is gone".to_owned(),
            }
        }
        Recipient::User(id) => model.name_of(id),
        Recipient::Subscriber(number) => {
            let subscriber = here.subscriptions.all.get(number);
            subscriber.map_or_else(String::new, |subscriber| subscribers::shown_address(subscriber))
        }
        Recipient::Endpoint(number) => {
            let endpoint = here.notices.endpoints.get(number);
            endpoint.map_or_else(|| format!("Endpoint {number}"), |endpoint| endpoint.name.clone())
        }
    };
    let rule = message.rule.and_then(|number| here.notices.rules.get(&number));
    MessageLine {
        message: message.clone(),
        recipient,
        account: row.map(|row| (row.external_id.clone(), row.name.clone())),
        rule: rule.map(|rule| rule.settings.name.clone()),
    }
}
