//! What the answer card finds customers by: one folded text for each, kept ready so that a search folds nothing.

use domain::customer::Customer;
use domain::id::ExternalId;
use domain::search::{Needle, Rank, card_text};
use domain::view::natural;
use std::cmp::Ordering;
use std::collections::HashMap;

/// The texts of all customers.
#[derive(Default)]
pub(crate) struct Finder {
    entries: Vec<Entry>,
    by_id: HashMap<ExternalId, u32>,
}

struct Entry {
    customer: ExternalId,
    text: Box<str>,
    /// Where the name begins in the text.
    name_at: u32,
}

impl Finder {
    /// Takes over a customer as it is now.
    pub(crate) fn put(&mut self, customer: &Customer) {
        let profile = &customer.profile;
        let contacts = profile.contacts.iter().flat_map(|contact| [contact.email.as_str(), contact.name.as_str()]);
        let text = card_text(customer.external_id.as_str(), &profile.name, contacts).into_boxed_str();
        let name_at = text.find('\n').map_or(0, |end| end as u32 + 1);
        let entry = Entry { customer: customer.external_id.clone(), text, name_at };
        match self.by_id.get(&customer.external_id) {
            Some(index) => self.entries[*index as usize] = entry,
            None => {
                self.by_id.insert(customer.external_id.clone(), self.entries.len() as u32);
                self.entries.push(entry);
            }
        }
    }

    /// The customers that fit best, at most `limit` of those who are `wanted`; and how many fit at all.
    pub(crate) fn best(
        &self,
        needle: &Needle,
        limit: usize,
        wanted: &dyn Fn(&ExternalId) -> bool,
    ) -> (usize, Vec<(Rank, &ExternalId)>) {
        let mut fitting = 0;
        let mut best: Vec<(Rank, &Entry)> = Vec::with_capacity(limit + 1);
        for entry in &self.entries {
            let Some(rank) = needle.rank(&entry.text) else { continue };
            fitting += 1;
            let place = best.partition_point(|(other, known)| {
                other.cmp(&rank).then_with(|| known.compare(entry, rank)) != Ordering::Greater
            });
            if place < limit && wanted(&entry.customer) {
                best.truncate(limit - 1);
                best.insert(place, (rank, entry));
            }
        }
        (fitting, best.into_iter().map(|(rank, entry)| (rank, &entry.customer)).collect())
    }
}

impl Entry {
    /// The order of two that fit equally well.
    fn compare(&self, other: &Entry, rank: Rank) -> Ordering {
        let by_id = || natural(self.customer.as_str(), other.customer.as_str());
        match rank {
            Rank::Id | Rank::IdStart => by_id(),
            _ => self.name().cmp(other.name()).then_with(by_id),
        }
    }

    fn name(&self) -> &str {
        self.text.get(self.name_at as usize..).unwrap_or_default()
    }
}
