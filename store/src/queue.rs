//! The queue: written messages as people see them and act on them; calls, endpoints, keys of hooks.

use crate::acting::{Acting, entries_of};
use crate::bulk::Pace;
use crate::commands::{ActReport, Answer, CallInput, Command, EndpointInput, MessagesCommand};
use crate::error::StoreError;
use crate::journal::read;
use crate::model::shelves::{Shelf, States};
use crate::model::{MigrationModel, Model};
use crate::subscribers;
use crate::tokens::veiled;
use crate::zone::local_date;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::Instant;
use domain::event::{Event, EventKind, Position, Stream, Subject};
use domain::field::Field;
use domain::id::{
    AccountNumber, CommandId, ContactNumber, EndpointNumber, ExternalId, MigrationId, NoticeRuleNumber, UserId,
};
use domain::migration::MigrationStage;
use domain::notice::list::{ActCursor, MessageFilter};
use domain::notice::message::{Act, Content, Message, MessageKey};
use domain::notice::{Endpoint, EndpointKind, Hook, Recipient};
use domain::policy::{Action, allows};
use domain::view::{Lookup, View};
use rand::RngCore;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashSet};
use std::sync::Arc;

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
    /// The migration's: messages go out while it runs.
    pub stage: MigrationStage,
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
    pub names: BTreeMap<UserId, String>,
    pub now: Instant,
}

/// A fresh key for Standard Webhooks.
pub(crate) fn new_webhook_secret() -> String {
    let mut key = [0_u8; 24];
    rand::rng().fill_bytes(&mut key);
    format!("whsec_{}", STANDARD.encode(key))
}

/// Messages that match a filter and that one question acts on.
const ACTS_AT_ONCE: usize = 1_000;
/// Messages that one question may ask for.
const PAGE_MAX: u32 = 200;

/// Which messages a person acts on.
#[derive(Clone, Debug)]
pub enum MessageScope {
    These(Vec<MessageKey>),
    /// All that a filter finds; `from` is where the last question ended.
    Matching {
        filter: MessageFilter,
        from: Option<ActCursor>,
    },
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
        let found = Found::new(&model, here, filter, now);
        let counts = found.counts();
        let matching = match &filter.state {
            Some(state) => counts.get(state.as_str()).copied().unwrap_or(0),
            None => counts.values().sum(),
        };
        let page = found.in_order(filter.state.as_deref()).skip(offset as usize).take(limit.min(PAGE_MAX) as usize);
        Ok(MessagePage {
            position,
            now,
            time_zone: here.migration.settings.time_zone.clone(),
            lines: page.map(|message| line(&model, here, message)).collect(),
            matching,
            counts,
            stage: here.migration.stage,
        })
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
            _ => {
                let content = self.store().contents(&[(migration, key)]).await?.into_iter().next().flatten();
                // A link acts in the customer's name. Where no mail leaves the server, those who may make one see it.
                let shows = self.store().model().mailbox && allows(self.caller().role, Action::EditCustomers);
                content.map(|content| match shows {
                    true => content,
                    false => Content { text: veiled(&content.text), html: veiled(&content.html), ..content },
                })
            }
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

    /// Holds, releases, cancels, retries or composes messages. What a rule refuses is counted, the others are done. Of those
    /// that match a filter at most [`ACTS_AT_ONCE`] are dealt with; the report says where to go on.
    pub async fn act_on_messages(
        &self,
        migration: &MigrationId,
        scope: &MessageScope,
        act: Act,
        why: &str,
    ) -> Result<ActReport, StoreError> {
        self.allow(Action::ManageNotices).await?;
        let mut report = ActReport::default();
        let keys = match scope {
            MessageScope::These(keys) => keys.clone(),
            MessageScope::Matching { filter, from } => {
                let now = self.store().inner.clock.now();
                let model = self.store().model();
                let found = Found::new(&model, model.migration(migration)?, filter, now);
                let until = from.as_ref().map_or(now, |from| from.until);
                let (keys, left) = found.keys_after(filter.state.as_deref(), from.as_ref(), until, ACTS_AT_ONCE);
                report.left = left;
                let last = keys.last().filter(|_| left > 0).cloned();
                report.next = last.map(|after| ActCursor { until, after });
                keys
            }
        };
        let begins = !matches!(scope, MessageScope::Matching { from: Some(_), .. });
        if keys.is_empty() && begins {
            return Err(StoreError::Refused("No message is selected.".into()));
        }
        // Short pieces while others write: nobody's edit waits for it.
        let mut pace = Pace::new(self.store());
        let mut rest = keys.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(pace.accounts.min(rest.len()));
            rest = later;
            let permit = self.allow(Action::ManageNotices).await?;
            let by = self.caller().user.clone();
            let why = why.to_owned();
            let command = MessagesCommand::Act { migration: migration.clone(), keys: now.to_vec(), act, why, by };
            if let Answer::Acted(part) = pace.run(self.submit(permit, Command::Messages(Box::new(command)))).await? {
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
    pub async fn people_names(&self) -> Result<BTreeMap<UserId, String>, StoreError> {
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

/// What a filter finds, whatever its state.
enum Found<'a> {
    /// Kept in the order of lists already.
    Shelf(States<'a>),
    /// A few: of an account, of a bulk change, or of what a text finds. The newest first.
    Few(Vec<&'a Arc<Message>>),
}

impl<'a> Found<'a> {
    fn new(model: &Model, here: &'a MigrationModel, filter: &MessageFilter, now: Instant) -> Self {
        let text = filter.text.trim();
        let candidates: Vec<&'a Arc<Message>> = if let Some(account) = filter.account {
            here.notices.of_account(account).collect()
        } else if let Some(bulk) = &filter.bulk {
            here.notices.of_bulk(bulk).collect()
        } else if !text.is_empty() {
            let (accounts, users) = meant(model, here, text, now);
            let about = accounts.iter().flat_map(|account| here.notices.of_account(*account));
            let to = users.iter().flat_map(|user| here.notices.to_user(user));
            // What tells a colleague about such an account is found by both.
            let to = to.filter(|message| message.account.is_none_or(|account| !accounts.contains(&account)));
            about.chain(to).collect()
        } else {
            return Found::Shelf(here.notices.shelf(Shelf { rule: filter.rule, kind: filter.kind }));
        };
        let by_text = (!text.is_empty() && (filter.account.is_some() || filter.bulk.is_some()))
            .then(|| meant(model, here, text, now));
        let finds = |message: &&Arc<Message>| {
            filter.rule.is_none_or(|rule| message.rule == Some(rule))
                && filter.kind.is_none_or(|kind| message.kind == kind)
                && (filter.bulk.is_none() || message.bulk == filter.bulk)
                && by_text.as_ref().is_none_or(|(accounts, users)| {
                    message.account.is_some_and(|account| accounts.contains(&account))
                        || matches!(&message.to, Recipient::User(user) if users.contains(user))
                })
        };
        let mut few: Vec<_> = candidates.into_iter().filter(finds).collect();
        few.sort_by_cached_key(|message| Reverse((message.moment(), message.key.clone())));
        Found::Few(few)
    }

    fn counts(&self) -> BTreeMap<&'static str, u32> {
        match self {
            Found::Shelf(states) => states.counts(),
            Found::Few(few) => {
                let mut counts = BTreeMap::new();
                for message in few {
                    *counts.entry(message.state.code()).or_default() += 1;
                }
                counts
            }
        }
    }

    /// Those in a state, or all. What is still to go comes in the order in which it goes, everything else the newest first.
    fn in_order<'s>(&'s self, state: Option<&'s str>) -> Box<dyn Iterator<Item = &'a Arc<Message>> + 's> {
        let forward = matches!(state, Some("waiting" | "sending" | "held"));
        match (self, state) {
            (Found::Shelf(states), Some(state)) if forward => Box::new(states.in_state(state)),
            (Found::Shelf(states), Some(state)) => Box::new(states.in_state(state).rev()),
            (Found::Shelf(states), None) => Box::new(states.newest_first()),
            (Found::Few(few), _) => {
                let of =
                    few.iter().copied().filter(move |message| state.is_none_or(|state| message.state.code() == state));
                if forward { Box::new(of.rev()) } else { Box::new(of) }
            }
        }
    }

    /// The first keys after those that a cursor names, and how many come after them.
    fn keys_after(
        &self,
        state: Option<&str>,
        from: Option<&ActCursor>,
        until: Instant,
        most: usize,
    ) -> (Vec<MessageKey>, u32) {
        let meant = self
            .in_order(state)
            .filter(|message| message.written <= until && from.is_none_or(|from| message.key > from.after));
        // The greatest of those that are kept lies on top.
        let mut kept: BinaryHeap<&MessageKey> = BinaryHeap::new();
        let mut left = 0;
        for message in meant {
            kept.push(&message.key);
            if kept.len() > most {
                kept.pop();
                left += 1;
            }
        }
        (kept.into_sorted_vec().into_iter().cloned().collect(), left)
    }
}

/// The accounts and colleagues that a text finds.
fn meant(model: &Model, here: &MigrationModel, text: &str, now: Instant) -> (HashSet<AccountNumber>, HashSet<UserId>) {
    let search: String = text.chars().take(domain::view::SEARCH_MAX).collect();
    let view = View { search, ..View::default() };
    let lookup = Lookup { cohort_position: &|_| 0, owner_name: &|_| String::new(), fields: &here.migration.fields };
    let today = local_date(now, &here.migration.settings.time_zone);
    let accounts = here.table.matching(&view, &lookup, today).into_iter().collect();
    let small = text.to_lowercase();
    let users = model.users.values().filter(|stored| stored.user.name.to_lowercase().contains(&small));
    (accounts, users.map(|stored| stored.user.id.clone()).collect())
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
