//! The subscribers of a migration's status page, and what they were told, in memory.

use domain::clock::Instant;
use domain::id::SubscriberNumber;
use domain::subscription::demand::Occasion;
use domain::subscription::{Channel, Purpose, Subscriber};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// An occasion that was noted, and how far it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// 1, 2, 3 … in the order of noting.
    pub number: u64,
    pub occasion: Occasion,
    pub at: Instant,
    /// The last subscriber who was looked at.
    pub reached: SubscriberNumber,
    /// Messages that were written.
    pub told: u32,
    pub done: bool,
}

/// Everything about subscriptions of one migration.
#[derive(Default)]
pub(crate) struct Subscriptions {
    pub all: BTreeMap<SubscriberNumber, Arc<Subscriber>>,
    /// By key.
    pub occasions: HashMap<String, Noted>,
    /// Occasions that not everybody was told yet, by number.
    undone: BTreeMap<u64, String>,
    last: u64,
    /// The newest with this mailbox.
    by_address: HashMap<String, SubscriberNumber>,
    by_token: HashMap<String, (SubscriberNumber, Purpose)>,
    confirmed: BTreeSet<SubscriberNumber>,
    pending: usize,
}

/// What is kept is compared; the indexes follow from it.
impl PartialEq for Subscriptions {
    fn eq(&self, other: &Subscriptions) -> bool {
        self.all == other.all && self.occasions == other.occasions && self.undone == other.undone
    }
}

impl Subscriptions {
    /// Keeps a subscriber, or what has become of one.
    pub(crate) fn put(&mut self, subscriber: Subscriber) {
        let number = subscriber.number;
        if let Some(before) = self.all.get(&number).cloned() {
            for (hash, _) in hashes(&before) {
                self.by_token.remove(hash);
            }
            let key = Subscriber::address_key(before.channel, &before.address);
            if self.by_address.get(&key) == Some(&number) {
                self.by_address.remove(&key);
            }
            self.pending -= usize::from(before.state.code() == "pending");
        }
        self.pending += usize::from(subscriber.state.code() == "pending");
        match subscriber.is_confirmed() {
            true => self.confirmed.insert(number),
            false => self.confirmed.remove(&number),
        };
        for (hash, purpose) in hashes(&subscriber) {
            self.by_token.insert(hash.to_owned(), (number, purpose));
        }
        // A webhook may be asked for by several people until one shows that it is theirs.
        if !subscriber.address.is_empty() && subscriber.channel == Channel::Email {
            self.by_address.insert(Subscriber::address_key(subscriber.channel, &subscriber.address), number);
        }
        self.all.insert(number, Arc::new(subscriber));
    }

    /// Keeps an occasion, or how far it was told.
    pub(crate) fn note(&mut self, noted: Noted) {
        let key = noted.occasion.key();
        self.last = self.last.max(noted.number);
        match noted.done {
            true => self.undone.remove(&noted.number),
            false => self.undone.insert(noted.number, key.clone()),
        };
        self.occasions.insert(key, noted);
    }

    /// Who has this mailbox.
    pub(crate) fn of_mailbox(&self, address: &str) -> Option<&Arc<Subscriber>> {
        self.by_address.get(&Subscriber::address_key(Channel::Email, address)).and_then(|number| self.all.get(number))
    }

    /// Whose token has this hash, and what it is good for.
    pub(crate) fn of_token(&self, hash: &str) -> Option<(&Arc<Subscriber>, Purpose)> {
        let (number, purpose) = self.by_token.get(hash)?;
        Some((self.all.get(number)?, *purpose))
    }

    /// The next number of a subscriber.
    pub(crate) fn next_number(&self) -> SubscriberNumber {
        SubscriberNumber(self.all.keys().next_back().map_or(0, |last| last.0) + 1)
    }

    /// The number of the last occasion.
    pub(crate) fn last_occasion(&self) -> u64 {
        self.last
    }

    /// The oldest occasion that not everybody was told yet.
    pub(crate) fn undone(&self) -> Option<&Noted> {
        self.undone.values().next().and_then(|key| self.occasions.get(key))
    }

    /// Those who are told, after this one.
    pub(crate) fn confirmed_after(&self, number: SubscriberNumber) -> impl Iterator<Item = &Arc<Subscriber>> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.confirmed.range((Excluded(number), Unbounded)).filter_map(|number| self.all.get(number))
    }

    /// How many have asked and not confirmed.
    pub(crate) fn pending(&self) -> usize {
        self.pending
    }

    /// How many are told.
    pub(crate) fn confirmed(&self) -> usize {
        self.confirmed.len()
    }
}

fn hashes(subscriber: &Subscriber) -> impl Iterator<Item = (&str, Purpose)> {
    let tokens = &subscriber.tokens;
    let all = [
        (tokens.confirm.as_str(), Purpose::Confirm),
        (tokens.manage.as_str(), Purpose::Manage),
        (tokens.stop.as_str(), Purpose::Stop),
    ];
    all.into_iter().filter(|(hash, _)| !hash.is_empty())
}
