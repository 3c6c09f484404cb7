//! A migration's rules, templates, messages, flags and endpoints in memory; what messages say stays in the database.

use super::shelves::{Shelf, Shelves};
use chrono::NaiveDate;
use domain::clock::Instant;
use domain::id::{
    AccountNumber, BulkId, EndpointNumber, NoticeRuleNumber, NoticeTemplateNumber, SubscriberNumber, UserId,
};
use domain::migration::MigrationStage;
use domain::notice::default_templates;
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::message::{Message, MessageKey, stage};
use domain::notice::promise::last_told;
use domain::notice::rule::NoticeRule;
use domain::notice::template::NoticeTemplate;
use domain::notice::{Endpoint, NoticeKind, Recipient, RowNotices, Stage};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Everything about notifications of one migration.
#[derive(Default)]
pub(crate) struct Notices {
    pub rules: BTreeMap<NoticeRuleNumber, NoticeRule>,
    /// The newest stored version of each; [`Notices::template`] knows the default ones, too.
    pub templates: BTreeMap<NoticeTemplateNumber, NoticeTemplate>,
    pub endpoints: BTreeMap<EndpointNumber, Endpoint>,
    pub messages: HashMap<MessageKey, Arc<Message>>,
    /// In the order in which they were written.
    by_account: HashMap<AccountNumber, Vec<(Instant, MessageKey)>>,
    by_subscriber: HashMap<SubscriberNumber, Vec<MessageKey>>,
    /// What a server may lease, by the instant from which it may.
    leasable: BTreeMap<(Instant, MessageKey), Arc<Message>>,
    /// Of these, what may go although the migration does not run.
    leasable_always: BTreeMap<(Instant, MessageKey), Arc<Message>>,
    /// All messages as lists show them.
    shelves: Shelves,
    /// What bulk changes and imports caused.
    by_bulk: HashMap<BulkId, HashSet<MessageKey>>,
    /// What goes to colleagues.
    by_user: HashMap<UserId, HashSet<MessageKey>>,
    pub flags: BTreeMap<String, Flag>,
    /// By their id: the accounts of this migration for which each counts, and whether it is open.
    pub tickets: BTreeMap<String, Vec<(AccountNumber, bool)>>,
}

/// What is kept is compared; the indexes follow from it, and are compared for being complete.
impl PartialEq for Notices {
    fn eq(&self, other: &Notices) -> bool {
        self.rules == other.rules
            && self.templates == other.templates
            && self.endpoints == other.endpoints
            && self.messages == other.messages
            && self.leasable == other.leasable
            && self.leasable_always == other.leasable_always
            && self.shelves == other.shelves
            && self.by_bulk == other.by_bulk
            && self.by_user == other.by_user
            && self.flags == other.flags
    }
}

impl Notices {
    /// Keeps a message, or what has become of it.
    pub(crate) fn put(&mut self, message: Message) {
        let key = message.key.clone();
        let message = Arc::new(message);
        match self.messages.insert(key.clone(), message.clone()) {
            Some(before) => {
                self.shelves.remove(&before);
                if let Some(at) = before.leasable_at() {
                    self.leasable.remove(&(at, key.clone()));
                    self.leasable_always.remove(&(at, key.clone()));
                }
                // Written anew under its key, it may have another cause.
                if let Some(bulk) = before.bulk.as_ref().filter(|bulk| message.bulk.as_ref() != Some(bulk))
                    && let Some(keys) = self.by_bulk.get_mut(bulk)
                {
                    keys.remove(&key);
                    if keys.is_empty() {
                        self.by_bulk.remove(bulk);
                    }
                }
            }
            None => {
                if let Some(account) = message.account {
                    let keys = self.by_account.entry(account).or_default();
                    let new = (message.written, key.clone());
                    keys.insert(keys.partition_point(|known| *known < new), new);
                }
                if let Recipient::Subscriber(number) = message.to {
                    self.by_subscriber.entry(number).or_default().push(key.clone());
                }
            }
        }
        if let Some(bulk) = &message.bulk {
            self.by_bulk.entry(bulk.clone()).or_default().insert(key.clone());
        }
        if let Recipient::User(user) = &message.to {
            self.by_user.entry(user.clone()).or_default().insert(key.clone());
        }
        if let Some(at) = message.leasable_at() {
            self.leasable.insert((at, key.clone()), message.clone());
            if message.account.is_none() || message.kind == NoticeKind::Request {
                self.leasable_always.insert((at, key), message.clone());
            }
        }
        self.shelves.put(message);
    }

    /// What may be leased at all while the migration is at this stage: everything while it runs, else what is about no
    /// account (milestones, the status page) and answers to what a customer asked for.
    fn leasable_at(&self, stage: MigrationStage) -> &BTreeMap<(Instant, MessageKey), Arc<Message>> {
        if stage == MigrationStage::Running { &self.leasable } else { &self.leasable_always }
    }

    /// What a server may lease at this instant, what waits longest first.
    pub(crate) fn leasable(&self, stage: MigrationStage, now: Instant) -> impl Iterator<Item = &Arc<Message>> {
        let leasable = self.leasable_at(stage).iter();
        leasable.take_while(move |((at, _), _)| *at <= now).map(|(_, message)| message)
    }

    /// The next instant after this one at which something may be leased.
    pub(crate) fn next_leasable(&self, stage: MigrationStage, after: Instant) -> Option<Instant> {
        use std::ops::Bound::{Excluded, Unbounded};
        // No key is as great as this one: what may be leased at this very instant lies before it.
        let bound = (after, MessageKey("\u{10ffff}".to_owned()));
        self.leasable_at(stage).range((Excluded(bound), Unbounded)).next().map(|((at, _), _)| *at)
    }

    /// The messages in a state, by the instant that lists show.
    pub(crate) fn in_state(&self, state: &str) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.shelves.of(Shelf::default()).in_state(state)
    }

    /// The messages of a rule, of a kind, of both, or all.
    pub(crate) fn shelf(&self, shelf: Shelf) -> super::shelves::States<'_> {
        self.shelves.of(shelf)
    }

    /// The messages that a bulk change or an import caused.
    pub(crate) fn of_bulk(&self, bulk: &BulkId) -> impl Iterator<Item = &Arc<Message>> {
        self.by_bulk.get(bulk).into_iter().flatten().filter_map(|key| self.messages.get(key))
    }

    /// The messages to a colleague.
    pub(crate) fn to_user(&self, user: &UserId) -> impl Iterator<Item = &Arc<Message>> {
        self.by_user.get(user).into_iter().flatten().filter_map(|key| self.messages.get(key))
    }

    /// What the table shows of an account in this attempt; `date` is its present one, `plans_notice` whether a notice is planned.
    pub(crate) fn row_notices(
        &self,
        account: AccountNumber,
        attempt: u16,
        date: Option<NaiveDate>,
        plans_notice: bool,
    ) -> RowNotices {
        let flagged = |kind: FlagKind| {
            let prefix = format!("{}.{account}.", kind.code());
            let flags = self.flags.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
            flags.into_iter().any(|(_, flag)| flag.cleared.is_none())
        };
        let messages = || self.of_account(account).map(|message| &**message);
        let stage = match stage(messages(), attempt) {
            Stage::None if plans_notice => Stage::Planned,
            stage => stage,
        };
        RowNotices {
            stage,
            follow_up: flagged(FlagKind::FollowUp),
            escalated: flagged(FlagKind::Escalated),
            promise_broken: last_told(messages(), attempt).is_some_and(|told| date != Some(told)),
            asks: false,
        }
    }

    /// Keeps the version of a template if it is the newest.
    pub(crate) fn put_template(&mut self, template: NoticeTemplate) {
        let known = self.templates.get(&template.number);
        if known.is_none_or(|known| known.version <= template.version) {
            self.templates.insert(template.number, template);
        }
    }

    /// The newest version of a template: the stored one, else the one that every migration begins with. `None` when
    /// there is none or it was removed.
    pub(crate) fn template(&self, number: NoticeTemplateNumber) -> Option<&NoticeTemplate> {
        let template = self.templates.get(&number).or_else(|| default_templates::by_number(number))?;
        (!template.removed).then_some(template)
    }

    /// The names of the rules that use a template.
    pub(crate) fn rules_with(&self, template: NoticeTemplateNumber) -> Vec<String> {
        let rules = self.rules.values().filter(|rule| !rule.removed && rule.settings.template == template);
        rules.map(|rule| rule.settings.name.clone()).collect()
    }

    /// The newest version of every template, by number.
    pub(crate) fn templates_in_use(&self) -> Vec<&NoticeTemplate> {
        let defaults =
            default_templates::all().iter().filter(|template| !self.templates.contains_key(&template.number));
        let mut all: Vec<_> = defaults.chain(self.templates.values()).filter(|template| !template.removed).collect();
        all.sort_by_key(|template| template.number);
        all
    }

    /// The messages to a subscriber of the status page.
    pub(crate) fn of_subscriber(&self, number: SubscriberNumber) -> impl Iterator<Item = &Arc<Message>> {
        let keys = self.by_subscriber.get(&number).map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(|key| self.messages.get(key))
    }

    /// The accounts that messages are about.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountNumber> {
        self.by_account.keys().copied()
    }

    /// The messages about an account, in the order in which they were written.
    pub(crate) fn of_account(&self, account: AccountNumber) -> impl Iterator<Item = &Arc<Message>> {
        let keys = self.by_account.get(&account).map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(|(_, key)| self.messages.get(key))
    }
}
