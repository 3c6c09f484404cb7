//! A migration's rules, templates, messages, flags and endpoints in memory; what messages say stays in the database.

use chrono::NaiveDate;
use domain::clock::Instant;
use domain::id::{AccountNumber, EndpointNumber, NoticeRuleNumber, NoticeTemplateNumber, SubscriberNumber};
use domain::notice::default_templates;
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::message::{Message, MessageKey, stage};
use domain::notice::promise::last_told;
use domain::notice::rule::NoticeRule;
use domain::notice::template::NoticeTemplate;
use domain::notice::{Endpoint, Recipient, RowNotices, Stage};
use std::collections::{BTreeMap, HashMap};
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
    /// All messages, by the instant that lists show.
    by_moment: BTreeMap<(Instant, MessageKey), Arc<Message>>,
    counts: BTreeMap<&'static str, u32>,
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
            && self.by_moment == other.by_moment
            && self.counts == other.counts
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
                self.by_moment.remove(&(before.moment(), key.clone()));
                if let Some(at) = before.leasable_at() {
                    self.leasable.remove(&(at, key.clone()));
                }
                if let Some(count) = self.counts.get_mut(before.state.code()) {
                    *count = count.saturating_sub(1);
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
        *self.counts.entry(message.state.code()).or_default() += 1;
        self.counts.retain(|_, count| *count > 0);
        if let Some(at) = message.leasable_at() {
            self.leasable.insert((at, key.clone()), message.clone());
        }
        self.by_moment.insert((message.moment(), key), message);
    }

    /// What a server may lease at this instant, what waits longest first.
    pub(crate) fn leasable(&self, now: Instant) -> impl Iterator<Item = &Arc<Message>> {
        self.leasable.iter().take_while(move |((at, _), _)| *at <= now).map(|(_, message)| message)
    }

    /// The next instant after this one at which something may be leased.
    pub(crate) fn next_leasable(&self, after: Instant) -> Option<Instant> {
        use std::ops::Bound::{Excluded, Unbounded};
        // No key is as great as this one: what may be leased at this very instant lies before it.
        let bound = (after, MessageKey("\u{10ffff}".to_owned()));
        self.leasable.range((Excluded(bound), Unbounded)).next().map(|((at, _), _)| *at)
    }

    /// All messages, by the instant that lists show.
    pub(crate) fn by_moment(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.by_moment.values()
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
