//! Sorted orders of the table's rows, kept per list of columns and mended in place when single rows change.

use super::table::Slot;
use domain::account::Row;
use domain::view::{Cell, Lookup, Sort, cell, natural, small};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// The orders that were asked for since the last large change.
#[derive(Default)]
pub(crate) struct Orders {
    known: HashMap<Vec<Sort>, Known>,
    /// Counts the questions, for forgetting the order that was asked for longest ago.
    asked: u64,
}

struct Known {
    order: Arc<Vec<u32>>,
    /// Rows whose place may be wrong.
    moved: Vec<u32>,
    asked: u64,
}

/// More moved rows than this are sorted anew rather than put in place one by one.
const MEND_MAX: usize = 64;
/// Orders that are kept: 400 kB each for 100,000 rows.
const KNOWN_MAX: usize = 48;

impl Orders {
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Notes that a row changed from `before` (or is new) so that orders by a changed column can be mended.
    pub(crate) fn note(&mut self, index: u32, before: Option<&Row>, after: &Row) {
        self.known.retain(|sorts, known| {
            let differs = |before| sorts.iter().any(|sort| cell(before, sort.column) != cell(after, sort.column));
            if before.is_none_or(differs) && !known.moved.contains(&index) {
                known.moved.push(index);
            }
            known.moved.len() <= MEND_MAX
        });
    }

    /// The rows in the order asked for; shared, so that readers walk it without holding anybody up.
    pub(crate) fn get(&mut self, sorts: &[Sort], slots: &[Slot], lookup: &Lookup<'_>) -> Arc<Vec<u32>> {
        self.asked += 1;
        if !self.known.contains_key(sorts) {
            if self.known.len() >= KNOWN_MAX {
                let oldest = self.known.iter().min_by_key(|(_, known)| known.asked).map(|(sorts, _)| sorts.clone());
                oldest.and_then(|sorts| self.known.remove(&sorts));
            }
            let order = Arc::new(sort_all(sorts, slots, lookup));
            self.known.insert(sorts.to_vec(), Known { order, moved: Vec::new(), asked: 0 });
        }
        let Some(known) = self.known.get_mut(sorts) else { return Arc::default() };
        known.asked = self.asked;
        let moved = std::mem::take(&mut known.moved);
        if !moved.is_empty() {
            let order = Arc::make_mut(&mut known.order);
            order.retain(|index| !moved.contains(index));
            for index in moved {
                let row = &slots[index as usize].row;
                let place = order
                    .partition_point(|other| lookup.compare(sorts, &slots[*other as usize].row, row) == Ordering::Less);
                order.insert(place, index);
            }
        }
        known.order.clone()
    }
}

/// A cell's place among its like, read once per row: making small letters or looking up a name at each comparison
/// would cost more than the sorting.
#[derive(PartialEq, Eq)]
enum Key<'a> {
    Number(i64),
    Text(String),
    Id(&'a str),
    Empty,
}

impl<'a> Key<'a> {
    fn of(row: &'a Row, sort: Sort, lookup: &Lookup<'_>) -> Key<'a> {
        match cell(row, sort.column) {
            None => Key::Empty,
            Some(Cell::Id(text)) => Key::Id(text),
            Some(Cell::Text(text)) => Key::Text(small(text).collect()),
            Some(Cell::Status(status)) => Key::Number(status as i64),
            Some(Cell::Cohort(cohort)) => {
                Key::Number(i64::from((lookup.cohort_position)(cohort)) << 16 | i64::from(cohort.0))
            }
            Some(Cell::Owner(owner)) => Key::Text(format!("{}\0{owner}", (lookup.owner_name)(owner))),
            Some(Cell::Blocker(category, text)) => Key::Text(format!("{:03}{text}", category as u8)),
            Some(Cell::Day(day)) => Key::Number(i64::from(chrono::Datelike::num_days_from_ce(&day))),
            Some(Cell::Number(number)) => Key::Number(number.ten_thousandths()),
            Some(Cell::Option(field, text)) => {
                Key::Text(format!("{:06}{text}", lookup.option_position(field, text).min(999_999)))
            }
            Some(Cell::Flag(checked)) => Key::Number(i64::from(!checked)),
            Some(Cell::Told(stage)) => Key::Number(stage as i64),
        }
    }

    /// Empty cells come last in both directions.
    fn compare(&self, other: &Key<'_>, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Key::Empty, Key::Empty) => Ordering::Equal,
            (Key::Empty, _) => Ordering::Greater,
            (_, Key::Empty) => Ordering::Less,
            (Key::Number(a), Key::Number(b)) => turned(a.cmp(b)),
            (Key::Text(a), Key::Text(b)) => turned(a.cmp(b)),
            (Key::Id(a), Key::Id(b)) => turned(natural(a, b)),
            // A column's cells are all of one kind.
            _ => Ordering::Equal,
        }
    }
}

/// External ids as their ranks. Comparing them costs more than anything else; accounts come in mostly in their order, which
/// makes them cheap to sort alone, but beside another column they would be compared throughout.
fn ranked(keys: Vec<Key<'_>>) -> Vec<Key<'_>> {
    if !keys.iter().all(|key| matches!(key, Key::Id(_))) {
        return keys;
    }
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].compare(&keys[*b], false));
    let mut ranks = vec![0; keys.len()];
    for pair in order.windows(2) {
        let same = keys[pair[0]].compare(&keys[pair[1]], false) == Ordering::Equal;
        ranks[pair[1]] = ranks[pair[0]] + i64::from(!same);
    }
    ranks.into_iter().map(Key::Number).collect()
}

fn sort_all(sorts: &[Sort], slots: &[Slot], lookup: &Lookup<'_>) -> Vec<u32> {
    let columns: Vec<(Vec<Key<'_>>, bool)> = sorts
        .iter()
        .map(|sort| {
            let keys: Vec<Key<'_>> = slots.iter().map(|slot| Key::of(&slot.row, *sort, lookup)).collect();
            (if sorts.len() > 1 { ranked(keys) } else { keys }, sort.descending)
        })
        .collect();
    let mut order: Vec<u32> = (0..slots.len() as u32).collect();
    order.sort_unstable_by(|a, b| {
        let by = |(keys, descending): &(Vec<Key<'_>>, bool)| keys[*a as usize].compare(&keys[*b as usize], *descending);
        columns.iter().map(by).find(|order| *order != Ordering::Equal).unwrap_or_else(|| a.cmp(b))
    });
    order
}
