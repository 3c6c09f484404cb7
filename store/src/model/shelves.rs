//! Messages in the order of lists, kept per rule, kind and state, so that a page costs the page and not all messages.

use domain::id::NoticeRuleNumber;
use domain::notice::NoticeKind;
use domain::notice::message::Message;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Which messages: of a rule, of a kind, of both, or all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shelf {
    pub rule: Option<NoticeRuleNumber>,
    pub kind: Option<NoticeKind>,
}

/// A message in the order of lists.
#[derive(Debug)]
struct Listed(Arc<Message>);

impl Listed {
    fn place(&self) -> (domain::clock::Instant, &str) {
        (self.0.moment(), self.0.key.as_str())
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Listed) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Listed {}

impl PartialOrd for Listed {
    fn partial_cmp(&self, other: &Listed) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Listed {
    fn cmp(&self, other: &Listed) -> Ordering {
        self.place().cmp(&other.place())
    }
}

type ByState = BTreeMap<&'static str, BTreeSet<Listed>>;

/// All messages of a migration, each on every shelf that has it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shelves(HashMap<Shelf, ByState>);

/// The messages of one shelf, by state.
#[derive(Clone, Copy)]
pub(crate) struct States<'a>(Option<&'a ByState>);

impl Shelves {
    fn having(message: &Message) -> impl Iterator<Item = Shelf> + use<> {
        let (rule, kind) = (message.rule, Some(message.kind));
        let with_rule = rule.map(|_| [Shelf { rule, kind: None }, Shelf { rule, kind }]);
        [Shelf::default(), Shelf { rule: None, kind }].into_iter().chain(with_rule.into_iter().flatten())
    }

    pub(super) fn put(&mut self, message: Arc<Message>) {
        for shelf in Self::having(&message) {
            let states = self.0.entry(shelf).or_default();
            states.entry(message.state.code()).or_default().insert(Listed(message.clone()));
        }
    }

    /// Takes away a message as it was put.
    pub(super) fn remove(&mut self, message: &Arc<Message>) {
        for shelf in Self::having(message) {
            let Some(states) = self.0.get_mut(&shelf) else { continue };
            if let Some(listed) = states.get_mut(message.state.code()) {
                listed.remove(&Listed(message.clone()));
                if listed.is_empty() {
                    states.remove(message.state.code());
                }
            }
            if states.is_empty() {
                self.0.remove(&shelf);
            }
        }
    }

    pub(super) fn of(&self, shelf: Shelf) -> States<'_> {
        States(self.0.get(&shelf))
    }
}

impl<'a> States<'a> {
    /// How many messages there are in each state that has any.
    pub(crate) fn counts(self) -> BTreeMap<&'static str, u32> {
        let counted = self.0.into_iter().flatten();
        counted.map(|(state, listed)| (*state, u32::try_from(listed.len()).unwrap_or(u32::MAX))).collect()
    }

    /// The messages in a state, those first that were or are due first.
    pub(crate) fn in_state(self, state: &str) -> impl DoubleEndedIterator<Item = &'a Arc<Message>> + use<'a> {
        let listed = self.0.and_then(|states| states.get(state));
        listed.into_iter().flatten().map(|Listed(message)| message)
    }

    /// All messages, the newest first. The states' lists are merged as far as somebody reads.
    pub(crate) fn newest_first(self) -> impl Iterator<Item = &'a Arc<Message>> {
        let lists = self.0.into_iter().flat_map(|states| states.values());
        let begun = lists.map(|listed| {
            let mut rest = listed.iter().rev();
            (rest.next(), rest)
        });
        let mut lists: Vec<_> = begun.collect();
        std::iter::from_fn(move || {
            let (first, rest) = lists.iter_mut().max_by(|(one, _), (other, _)| one.cmp(other))?;
            let Listed(message) = std::mem::replace(first, rest.next())?;
            Some(message)
        })
    }
}

#[cfg(test)]
#[path = "shelves_tests.rs"]
mod tests;
