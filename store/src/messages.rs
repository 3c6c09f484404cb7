//! Written messages on their way: which may go now, leases and what came of them.

use crate::commands::{Answer, BounceReport, Command, MessagesCommand, Settled, endpoint_secret};
use crate::error::StoreError;
use crate::journal::hex;
use crate::model::{MigrationModel, Model};
use crate::rows::{ContentRow, from_text};
use crate::subscribers;
use crate::system::System;
use crate::writer::Store;
use chrono::TimeDelta;
use domain::actor::Actor;
use domain::clock::Instant;
use domain::cohort::CohortStage;
use domain::id::{ExternalId, MigrationId};
use domain::migration::MigrationStage;
use domain::notice::message::{Content, Message, MessageKey, MessageState, Suppression};
use domain::notice::plan::{Calendar, is_below_lead};
use domain::notice::rule::Late;
use domain::notice::{Endpoint, Hook, Medium, NoticeKind, Recipient};
use sha2::{Digest, Sha256};
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
    match migration.migration.stage {
        MigrationStage::Running => {}
        // What colleagues hear of cohorts and of the migration itself stays true: above all that it was closed.
        MigrationStage::Closed if message.account.is_none() => {}
        MigrationStage::Draft | MigrationStage::Paused | MigrationStage::Closed => return Go::Not,
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
    let zones = migration.zones();
    let day_passed = untried && !message.insisted && zones.day_of(message.due) < zones.day_of(now);
    let rule = message.rule.and_then(|number| migration.notices.rules.get(&number));
    if let (true, Some(rule)) = (untried, rule) {
        // It may have been written for hours in which it could not go, and for a day that is too near now.
        let zone = reader_zone(model, migration, message);
        let opening = zones.within(rule.settings.hours.as_ref(), now, &zone);
        let date = account.and_then(|row| row.state.scheduled_for());
        if !message.insisted && is_below_lead(rule, date, opening, &zones) {
            return Go::Never(Suppression::TooLate);
        }
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
pub(crate) fn reader_zone(model: &Model, migration: &MigrationModel, message: &Message) -> String {
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
                let here = migration.notices.leasable(migration.migration.stage, now);
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
        let next = |migration: &MigrationModel| migration.notices.next_leasable(migration.migration.stage, now);
        model.migrations.values().filter_map(next).min()
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
    pub(crate) async fn contents(
        &self,
        keys: &[(&MigrationId, &MessageKey)],
    ) -> Result<Vec<Option<Content>>, StoreError> {
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
