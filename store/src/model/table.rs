//! The rows of one migration in memory, and the answers to a table's questions about them.

use super::orders::Orders;
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::{Account, Row, Since, Touched};
use domain::clock::Instant;
use domain::customer::Customer;
use domain::event::Position;
use domain::id::{AccountNumber, CohortNumber, ExternalId};
use domain::notice::RowNotices;
use domain::notice::promise::{PromiseCounts, PromiseTally, Standing};
use domain::status::StatusCounts;
use domain::view::{Cell, Column, GROUPS_MAX, Group, Lookup, View, cell, group_key, search_text};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A question: rows `offset..offset + limit` of a view.
#[derive(Clone, Debug)]
pub struct TableQuery {
    pub view: View,
    pub offset: u32,
    pub limit: u32,
}

/// The answer, as of one position of the log.
#[derive(Clone, Debug)]
pub struct TableResult {
    pub position: Position,
    /// Today in the migration's zone: the day from which relative conditions count.
    pub as_of: NaiveDate,
    /// All accounts.
    pub all: u32,
    /// Accounts that match the view.
    pub matching: u32,
    /// Of these, the ones in groups that are not folded: the rows that can be asked for.
    pub shown: u32,
    /// The groups in their order; empty when the view has none, or more than [`GROUPS_MAX`].
    pub groups: Vec<Group>,
    /// Whether the view asks for groups and has too many.
    pub too_many_groups: bool,
    /// Counts per status of what matches everything but the condition on the status.
    pub counts: StatusCounts,
    pub rows: Vec<Row>,
}

/// Whether the customer of an account knows of this attempt's date; days of the migration's zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Heard {
    #[default]
    Nothing,
    /// Nobody was told yet; the notice goes out on this day.
    Planned(NaiveDate),
    /// Somebody was told on this day first.
    Told(NaiveDate),
}

/// One account in memory.
pub(crate) struct Slot {
    pub row: Row,
    heard: Heard,
    /// How its promises stand.
    standing: Standing,
    touched: Touched,
    chunk_seqs: Vec<u64>,
    /// Gone for everybody: no question finds it. Only its number is still taken.
    removed: bool,
    attempt: u16,
    since: Option<Since>,
    /// Sequence number, in the workspace's stream, of its customer's last change.
    customer_seq: u64,
    /// What the search looks in.
    text: Box<str>,
}

impl Slot {
    fn account(&self) -> Account {
        Account {
            number: self.row.number,
            customer: self.row.external_id.clone(),
            state: self.row.state.clone(),
            cohort: self.row.cohort,
            owner: self.row.owner.clone(),
            custom: self.row.custom.clone(),
            touched: self.touched,
            chunk_seqs: self.chunk_seqs.clone(),
            removed: self.removed,
            attempt: self.attempt,
            since: self.since.clone(),
        }
    }
}

/// All accounts of a migration; the account with number n is at index n - 1.
pub(crate) struct Table {
    slots: Vec<Slot>,
    by_customer: HashMap<ExternalId, u32>,
    /// What is to be shown of each account's messages and flags, by index; those beyond the end have nothing.
    notices: Vec<RowNotices>,
    /// How many slots are not removed.
    present: u32,
    counts: StatusCounts,
    tallies: HashMap<Option<CohortNumber>, Tally>,
    zone: String,
    cache: Mutex<Cache>,
}

/// Counts of one cohort, kept up to date with each row, so that nobody has to walk over all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub counts: StatusCounts,
    /// When its completed accounts were migrated.
    pub completed_at: BTreeMap<Instant, u32>,
    /// The same by days of the migration's zone.
    pub completed_on: BTreeMap<NaiveDate, u32>,
    /// Planned days of all accounts that have one.
    pub planned_on: BTreeMap<NaiveDate, u32>,
    /// The dates that their customers were told.
    pub promises: PromiseTally,
}

impl Tally {
    fn count(&mut self, row: &Row, standing: Standing, by: i32) {
        fn step<K: Ord>(counts: &mut BTreeMap<K, u32>, key: Option<K>, by: i32) {
            use std::collections::btree_map::Entry;
            let Some(key) = key else { return };
            match (counts.entry(key), by) {
                (Entry::Vacant(entry), 1..) => _ = entry.insert(by.unsigned_abs()),
                (Entry::Vacant(_), _) => {}
                (Entry::Occupied(mut entry), _) => match entry.get().saturating_add_signed(by) {
                    0 => _ = entry.remove(),
                    count => _ = entry.insert(count),
                },
            }
        }
        let status = row.state.status().index();
        self.counts.0[status] = self.counts.0[status].saturating_add_signed(by);
        step(&mut self.completed_at, row.state.migrated_at(), by);
        step(&mut self.completed_on, row.migrated_on, by);
        step(&mut self.planned_on, row.state.scheduled_for(), by);
        self.promises.count(row, standing, by > 0);
    }
}

/// Orders and the latest answers; both belong to one generation of the rows.
#[derive(Default)]
struct Cache {
    orders: Orders,
    found: Vec<(View, NaiveDate, Arc<Found>)>,
}

/// Which rows a view shows.
struct Found {
    order: Vec<u32>,
    matching: u32,
    counts: StatusCounts,
    groups: Vec<Group>,
    too_many_groups: bool,
}

/// Answers kept for viewers of the same view.
const FOUND_MAX: usize = 64;

impl Table {
    pub(crate) fn new(zone: &str) -> Self {
        Table {
            slots: Vec::new(),
            by_customer: HashMap::new(),
            notices: Vec::new(),
            present: 0,
            counts: StatusCounts::default(),
            tallies: HashMap::new(),
            zone: zone.to_owned(),
            cache: Mutex::default(),
        }
    }

    /// How many numbers are taken; accounts that are gone keep theirs.
    pub(crate) fn len(&self) -> u32 {
        self.slots.len() as u32
    }

    pub(crate) fn counts(&self) -> StatusCounts {
        self.counts
    }

    pub(crate) fn counts_of(&self, cohort: Option<CohortNumber>) -> StatusCounts {
        self.tallies.get(&cohort).map(|tally| tally.counts).unwrap_or_default()
    }

    /// The counts of a cohort; `None`: no account was ever in it.
    pub(crate) fn tally(&self, cohort: CohortNumber) -> Option<&Tally> {
        self.tallies.get(&Some(cohort))
    }

    /// How many accounts were migrated on each day of the migration's zone.
    pub(crate) fn completed_on(&self) -> BTreeMap<NaiveDate, u32> {
        let mut days = BTreeMap::new();
        for (day, count) in self.tallies.values().flat_map(|tally| &tally.completed_on) {
            *days.entry(*day).or_insert(0) += count;
        }
        days
    }

    /// The rows of a cohort, in the order of their numbers.
    pub(crate) fn rows_of(&self, cohort: CohortNumber) -> impl Iterator<Item = &Row> {
        let rows = self.slots.iter().filter(|slot| !slot.removed).map(|slot| &slot.row);
        rows.filter(move |row| row.cohort == Some(cohort))
    }

    /// The account with this number.
    pub(crate) fn account(&self, number: AccountNumber) -> Option<Account> {
        self.slot(number).map(Slot::account)
    }

    /// How often the account with this number was rolled back.
    pub(crate) fn attempt_of(&self, number: AccountNumber) -> Option<u16> {
        self.slot(number).map(|slot| slot.attempt)
    }

    /// The account of this customer even if it is gone, to find all that is kept of it, or to bring it back.
    pub(crate) fn any_account_of(&self, customer: &ExternalId) -> Option<Account> {
        let index = *self.by_customer.get(customer)?;
        self.slots.get(index as usize).map(Slot::account)
    }

    /// All accounts that match a view, also those in folded groups.
    pub(crate) fn matching(&self, view: &View, lookup: &Lookup<'_>, today: NaiveDate) -> Vec<AccountNumber> {
        let view = View { group: None, folded: Vec::new(), ..view.clone() };
        self.numbers(&view, lookup, today)
    }

    /// All rows, in the order of their numbers.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter().filter(|slot| !slot.removed).map(|slot| &slot.row)
    }

    /// The row with this number.
    pub(crate) fn row(&self, number: AccountNumber) -> Option<&Row> {
        self.slot(number).map(|slot| &slot.row)
    }

    /// The row with this number, with what a plan of messages also needs to know of the account.
    pub(crate) fn planning(&self, number: AccountNumber) -> Option<(&Row, u16, Option<&Since>)> {
        self.slot(number).map(|slot| (&slot.row, slot.attempt, slot.since.as_ref()))
    }

    /// The accounts of a cohort.
    pub(crate) fn numbers_in(&self, cohort: CohortNumber) -> Vec<AccountNumber> {
        let of_cohort = |slot: &&Slot| !slot.removed && slot.row.cohort == Some(cohort);
        self.slots.iter().filter(of_cohort).map(|slot| slot.row.number).collect()
    }

    /// The number of this customer's account.
    pub(crate) fn number_of(&self, customer: &ExternalId) -> Option<AccountNumber> {
        let number = self.by_customer.get(customer).map(|index| AccountNumber(index + 1))?;
        self.slot(number).map(|_| number)
    }

    /// Puts an account in its place. Accounts come in the order of their numbers when they are new.
    pub(crate) fn put(&mut self, account: Account, customer: &Customer) {
        let index = account.number.0.saturating_sub(1);
        let row = self.join(&account, customer);
        let text = search_text(&row).into_boxed_str();
        if !account.removed {
            self.count(&row, Standing::default(), 1);
        }
        let slot = Slot {
            row,
            heard: Heard::default(),
            standing: Standing::default(),
            touched: account.touched,
            chunk_seqs: account.chunk_seqs,
            removed: account.removed,
            attempt: account.attempt,
            since: account.since,
            customer_seq: customer.changed_seq,
            text,
        };
        self.by_customer.insert(slot.row.external_id.clone(), index);
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.found.clear();
        if (index as usize) < self.slots.len() {
            let before = std::mem::replace(&mut self.slots[index as usize], slot);
            cache.orders.note(index, Some(&before.row), &self.slots[index as usize].row);
            if !before.removed {
                self.count(&before.row, before.standing, -1);
            }
        } else {
            cache.orders.note(index, None, &slot.row);
            self.slots.push(slot);
        }
    }

    /// Shows what is known of an account's messages and flags.
    pub(crate) fn set_notices(&mut self, number: AccountNumber, notices: RowNotices) {
        let Some(index) = (number.0 as usize).checked_sub(1) else { return };
        if self.notices_of(number) == notices {
            return;
        }
        if self.notices.len() <= index {
            self.notices.resize(index + 1, RowNotices::default());
        }
        self.notices[index] = notices;
        let Some(slot) = self.slots.get_mut(index) else { return };
        let before = slot.row.clone();
        slot.row.notices = notices;
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.found.clear();
        cache.orders.note(index as u32, Some(&before), &slot.row);
    }

    /// Keeps whether an account's customer knows of its date, and how its promises stand.
    pub(crate) fn set_told(&mut self, number: AccountNumber, heard: Heard, standing: Standing) {
        let index = (number.0 as usize).checked_sub(1);
        let Some(slot) = index.and_then(|index| self.slots.get_mut(index)) else { return };
        slot.heard = heard;
        let before = std::mem::replace(&mut slot.standing, standing);
        if before != standing && !slot.removed {
            let promises = &mut self.tallies.entry(slot.row.cohort).or_default().promises;
            promises.count(&slot.row, before, false);
            promises.count(&slot.row, standing, true);
        }
    }

    /// How an account's promises stand.
    pub(crate) fn standing(&self, number: AccountNumber) -> Standing {
        self.slot(number).map(|slot| slot.standing).unwrap_or_default()
    }

    /// How the promises of a cohort's accounts stand; `None`: of those without a cohort.
    pub(crate) fn promises_of(&self, cohort: Option<CohortNumber>, today: NaiveDate) -> PromiseCounts {
        self.tallies.get(&cohort).map(|tally| tally.promises.counts(today)).unwrap_or_default()
    }

    /// How all promises stand.
    pub(crate) fn promises(&self, today: NaiveDate) -> PromiseCounts {
        let mut all = PromiseCounts::default();
        for tally in self.tallies.values() {
            all += tally.promises.counts(today);
        }
        all
    }

    /// Whether an account's customer knows of its date.
    pub(crate) fn heard(&self, number: AccountNumber) -> Heard {
        self.slot(number).map(|slot| slot.heard).unwrap_or_default()
    }

    /// The accounts of a cohort, each with whether its customer knows of its date.
    pub(crate) fn heard_in(&self, cohort: CohortNumber) -> impl Iterator<Item = (&Row, Heard)> {
        let slots = self.slots.iter().filter(move |slot| !slot.removed && slot.row.cohort == Some(cohort));
        slots.map(|slot| (&slot.row, slot.heard))
    }

    fn notices_of(&self, number: AccountNumber) -> RowNotices {
        let index = (number.0 as usize).checked_sub(1);
        index.and_then(|index| self.notices.get(index)).copied().unwrap_or_default()
    }

    /// Shows a customer's new name and contacts in its row.
    pub(crate) fn put_customer(&mut self, customer: &Customer) {
        if let Some(account) = self.any_account_of(&customer.external_id) {
            self.put(account, customer);
        }
    }

    pub(crate) fn set_zone(&mut self, zone: &str) {
        if zone == self.zone {
            return;
        }
        self.zone = zone.to_owned();
        for slot in &mut self.slots {
            slot.row.migrated_on = slot.row.state.migrated_at().map(|at| local_date(at, zone));
            slot.row.rollback_until_on = slot.row.state.rollback_until().map(|at| local_date(at, zone));
        }
        self.tallies.clear();
        for slot in self.slots.iter().filter(|slot| !slot.removed) {
            self.tallies.entry(slot.row.cohort).or_default().count(&slot.row, slot.standing, 1);
        }
        self.forget_orders();
    }

    pub(crate) fn forget_orders(&mut self) {
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.orders.forget();
        cache.found.clear();
    }

    /// The rows that changed after a position, or `None` if they are more than `max` or some are gone.
    pub(crate) fn changed_since(&self, position: &Position, max: usize) -> Option<Vec<Row>> {
        let changed = |slot: &&Slot| {
            let touched = slot.touched;
            let last = touched.last().max(slot.chunk_seqs.last().copied().unwrap_or(0));
            last > position.migration || slot.customer_seq > position.workspace
        };
        let slots: Vec<&Slot> = self.slots.iter().filter(changed).take(max + 1).collect();
        // A row that went away cannot be told as a row.
        let tellable = slots.len() <= max && !slots.iter().any(|slot| slot.removed);
        tellable.then(|| slots.into_iter().map(|slot| slot.row.clone()).collect())
    }

    /// Answers a question, on this day. Answers are shared by everybody who looks at the same view.
    pub(crate) fn query(
        &self,
        query: &TableQuery,
        lookup: &Lookup<'_>,
        position: Position,
        today: NaiveDate,
    ) -> TableResult {
        let found = self.find(&query.view, lookup, today);
        let rows = found
            .order
            .iter()
            .skip(query.offset as usize)
            .take(query.limit as usize)
            .map(|index| self.slots[*index as usize].row.clone())
            .collect();
        TableResult {
            position,
            as_of: today,
            all: self.present,
            matching: found.matching,
            shown: found.order.len() as u32,
            counts: found.counts,
            groups: found.groups.clone(),
            too_many_groups: found.too_many_groups,
            rows,
        }
    }

    /// The accounts that a view shows, in its order.
    pub(crate) fn numbers(&self, view: &View, lookup: &Lookup<'_>, today: NaiveDate) -> Vec<AccountNumber> {
        self.find(view, lookup, today).order.iter().map(|index| AccountNumber(index + 1)).collect()
    }

    fn find(&self, view: &View, lookup: &Lookup<'_>, today: NaiveDate) -> Arc<Found> {
        let view = view.rows_only();
        let cache = || self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let order = {
            let mut cache = cache();
            if let Some((.., found)) = cache.found.iter().find(|(known, day, _)| *day == today && *known == view) {
                return found.clone();
            }
            cache.orders.get(&view.order(), &self.slots, lookup)
        };
        // The walk over all rows holds no lock of the cache: viewers of different views do not wait for each other.
        let found = Arc::new(self.look(&view, &order, today));
        let mut cache = cache();
        if cache.found.len() >= FOUND_MAX {
            cache.found.remove(0);
        }
        cache.found.push((view, today, found.clone()));
        found
    }

    fn look(&self, view: &View, order: &[u32], today: NaiveDate) -> Found {
        let matcher = view.matcher(today);
        let mut counts = StatusCounts::default();
        // In the order of memory, which is several times as fast as in the order of the view.
        let shows: Vec<bool> = self
            .slots
            .iter()
            .map(|slot| {
                let rest = !slot.removed && matcher.matches_rest(&slot.row, &slot.text);
                if rest {
                    counts.add(slot.row.state.status());
                }
                rest && matcher.matches_status(&slot.row)
            })
            .collect();
        let order: Vec<u32> = order.iter().copied().filter(|index| shows[*index as usize]).collect();
        let matching = order.len() as u32;
        let groups = view.group.map(|column| self.group(&order, column, &view.folded));
        let too_many_groups = groups.as_ref().is_some_and(Option::is_none);
        let groups = groups.flatten().unwrap_or_default();
        if !groups.iter().any(|group| group.folded) {
            return Found { order, matching, counts, groups, too_many_groups };
        }
        let mut unfolded = Vec::with_capacity(order.len());
        let mut rest = order.as_slice();
        for group in &groups {
            let (rows, after) = rest.split_at(group.count as usize);
            rest = after;
            if !group.folded {
                unfolded.extend_from_slice(rows);
            }
        }
        Found { order: unfolded, matching, counts, groups, too_many_groups }
    }

    /// The runs of rows with the same key, which the order has put together; `None` when they are too many.
    fn group(&self, order: &[u32], column: Column, folded: &[String]) -> Option<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        for index in order {
            let row = &self.slots[*index as usize].row;
            let key = group_key(row, column);
            let full = groups.len() >= GROUPS_MAX;
            match groups.last_mut() {
                Some(group) if group.key == key => group.count += 1,
                _ if full => return None,
                _ => {
                    let text = match cell(row, column) {
                        Some(Cell::Text(text) | Cell::Option(_, text)) => text.to_owned(),
                        _ => String::new(),
                    };
                    groups.push(Group { folded: folded.contains(&key), key, text, count: 1 });
                }
            }
        }
        Some(groups)
    }

    fn slot(&self, number: AccountNumber) -> Option<&Slot> {
        self.slots.get((number.0 as usize).checked_sub(1)?).filter(|slot| !slot.removed)
    }

    pub(crate) fn join(&self, account: &Account, customer: &Customer) -> Row {
        let profile = &customer.profile;
        Row {
            number: account.number,
            external_id: account.customer.clone(),
            name: profile.name.clone(),
            email: profile.contacts.first().map(|contact| contact.email.clone()).unwrap_or_default(),
            plan: profile.plan.clone(),
            region: profile.region.clone(),
            migrated_on: account.state.migrated_at().map(|at| local_date(at, &self.zone)),
            rollback_until_on: account.state.rollback_until().map(|at| local_date(at, &self.zone)),
            state: account.state.clone(),
            cohort: account.cohort,
            owner: account.owner.clone(),
            custom: account.custom.clone(),
            notices: self.notices_of(account.number),
        }
    }

    fn count(&mut self, row: &Row, standing: Standing, by: i32) {
        self.present = self.present.saturating_add_signed(by);
        let status = row.state.status().index();
        self.counts.0[status] = self.counts.0[status].saturating_add_signed(by);
        self.tallies.entry(row.cohort).or_default().count(row, standing, by);
    }
}
