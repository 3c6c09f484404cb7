//! The directory's list in memory: what its search looks in, and its orders, which follow every change.

use domain::customer::Customer;
use domain::customer::list::{CustomerList, ListSort, PAGE};
use domain::id::ExternalId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a customer stands in an order: without a value at the end, then the value in small letters, then the id.
type Place = (bool, String, ExternalId);
type Order = Arc<BTreeSet<Place>>;

/// What the list needs beside the customers themselves.
#[derive(Default)]
pub(crate) struct Directory {
    /// What the search looks in, in small letters.
    texts: HashMap<ExternalId, Box<str>>,
    /// The orders that were asked for; made at the first question, mended at each change.
    orders: Mutex<BTreeMap<ListSort, Order>>,
}

/// One page of the list.
pub(crate) struct Found {
    /// Customers that match the search.
    pub matching: u32,
    pub ids: Vec<ExternalId>,
}

impl Directory {
    /// Follows a customer from what it was (`None`: it is new) to what it is.
    pub(crate) fn put(&mut self, before: Option<&Customer>, after: &Customer) {
        self.texts.insert(after.external_id.clone(), search_text(after).into_boxed_str());
        let orders = self.orders.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (sort, order) in orders.iter_mut() {
            let was = before.map(|before| place(*sort, before));
            let is = place(*sort, after);
            if was.as_ref() == Some(&is) {
                continue;
            }
            let order = Arc::make_mut(order);
            if let Some(was) = was {
                order.remove(&was);
            }
            order.insert(is);
        }
    }

    /// The ids of a page.
    pub(crate) fn page<'c>(
        &self,
        list: &CustomerList,
        customers: impl Fn() -> Box<dyn Iterator<Item = &'c Customer> + 'c>,
    ) -> Found {
        let order = {
            let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
            let make = || Arc::new(customers().map(|customer| place(list.sort, customer)).collect());
            orders.entry(list.sort).or_insert_with(make).clone()
        };
        let words: Vec<String> = list.search.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let matches = |(_, _, id): &&Place| {
            words.is_empty()
                || self.texts.get(id).is_some_and(|text| words.iter().all(|word| text.contains(word.as_str())))
        };
        let blanks: Place = (true, String::new(), ExternalId(String::new()));
        let walk: Box<dyn Iterator<Item = &Place>> = match list.descending {
            false => Box::new(order.iter()),
            // Customers without a value come last in both directions.
            true => Box::new(order.range::<Place, _>(..&blanks).rev().chain(order.range::<Place, _>(&blanks..))),
        };
        let (first, last) = (u64::from(list.page) * u64::from(PAGE), u64::from(PAGE));
        let mut found = Found { matching: 0, ids: Vec::new() };
        for (_, _, id) in walk.filter(matches) {
            let at = u64::from(found.matching);
            if at >= first && at < first + last {
                found.ids.push(id.clone());
            }
            found.matching += 1;
        }
        found
    }
}

fn place(sort: ListSort, customer: &Customer) -> Place {
    let profile = &customer.profile;
    let text = match sort {
        ListSort::Name => &profile.name,
        ListSort::Plan => &profile.plan,
        ListSort::Region => &profile.region,
    };
    (text.is_empty(), text.to_lowercase(), customer.external_id.clone())
}

fn search_text(customer: &Customer) -> String {
    let profile = &customer.profile;
    let contacts = profile.contacts.iter().flat_map(|contact| [contact.name.as_str(), contact.email.as_str()]);
    let texts: Vec<&str> = [customer.external_id.as_str(), profile.name.as_str()].into_iter().chain(contacts).collect();
    texts.join("\n").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer::{Contact, Profile};

    fn customer(id: &str, name: &str, plan: &str) -> Customer {
        let mut profile = Profile { name: name.to_owned(), plan: plan.to_owned(), ..Profile::default() };
        profile.add_contact(Contact { email: format!("it@{id}.example"), ..Contact::default() });
        Customer { external_id: ExternalId::from(id), profile, changed_seq: 1 }
    }

    /// A directory with its customers, as the model keeps both.
    #[derive(Default)]
    struct Both {
        directory: Directory,
        customers: BTreeMap<ExternalId, Customer>,
    }

    impl Both {
        fn put(&mut self, customer: Customer) {
            self.directory.put(self.customers.get(&customer.external_id), &customer);
            self.customers.insert(customer.external_id.clone(), customer);
        }

        fn ids(&self, search: &str, sort: &str) -> Vec<String> {
            let list = CustomerList::from_parts(search, sort, "1");
            let found = self.directory.page(&list, || Box::new(self.customers.values()));
            assert_eq!(found.matching as usize, found.ids.len());
            found.ids.into_iter().map(|id| id.0).collect()
        }
    }

    #[test]
    fn orders_follow_changes_with_blanks_last_both_ways() {
        let mut both = Both::default();
        for (id, name, plan) in [("c", "Calder", ""), ("a", "adria", "Team"), ("b", "Brun", "Business")] {
            both.put(customer(id, name, plan));
        }
        assert_eq!(both.ids("", "name"), ["a", "b", "c"]);
        assert_eq!(both.ids("", "plan"), ["b", "a", "c"]);
        assert_eq!(both.ids("", "-plan"), ["a", "b", "c"]);
        both.put(customer("a", "Zeta", "Team"));
        both.put(customer("d", "Berg", ""));
        assert_eq!(both.ids("", "name"), ["d", "b", "c", "a"]);
        assert_eq!(both.ids("", "-plan"), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_search_looks_for_all_words_in_name_id_and_contacts() {
        let mut both = Both::default();
        both.put(customer("c-1", "Calder Foods", ""));
        both.put(customer("c-2", "Calder Media", ""));
        assert_eq!(both.ids("CALDER it@c-2", ""), ["c-2"]);
        assert_eq!(both.ids("c-1", ""), ["c-1"]);
        both.put(customer("c-1", "Brun", ""));
        assert_eq!(both.ids("calder", ""), ["c-2"]);
        assert!(both.ids("nothing", "").is_empty());
    }

    #[test]
    fn pages_cut_the_list_without_overlap() {
        let mut both = Both::default();
        for number in 0..(2 * PAGE + 7) {
            both.put(customer(&format!("c-{number:03}"), "Same name", ""));
        }
        let page = |page: u32| {
            let list = CustomerList { page, ..CustomerList::default() };
            both.directory.page(&list, || Box::new(both.customers.values())).ids
        };
        let all: BTreeSet<_> = (0..3).flat_map(page).collect();
        assert_eq!((all.len(), page(2).len(), page(3).len()), (107, 7, 0));
        assert!(page(u32::MAX).is_empty());
    }
}
