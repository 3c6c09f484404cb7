//! Sorted orders of the table's rows, kept per column and mended in place when single rows change.

use super::table::Slot;
use domain::account::Row;
use domain::id::{CohortNumber, UserId};
use domain::view::{Column, Sort, compare};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// What sorting needs to look up: places of cohorts and names of owners.
pub(crate) struct Lookup<'a> {
    pub cohort_position: &'a dyn Fn(CohortNumber) -> u16,
    pub owner_name: &'a dyn Fn(&UserId) -> String,
}

impl Lookup<'_> {
    fn compare(&self, sort: Sort, a: &Row, b: &Row) -> Ordering {
        let blank = |row: &Row| is_blank(sort.column, row);
        let order = compare(sort.column, a, b, self.cohort_position, self.owner_name);
        // Rows without a value come last in both directions.
        let order = if sort.descending && !blank(a) && !blank(b) { order.reverse() } else { order };
        order.then_with(|| a.number.cmp(&b.number))
    }
}

fn is_blank(column: Column, row: &Row) -> bool {
    match column {
        Column::Account | Column::Status => false,
        Column::Name => row.name.is_empty(),
        Column::Plan => row.plan.is_empty(),
        Column::Region => row.region.is_empty(),
        Column::Cohort => row.cohort.is_none(),
        Column::Date => row.date().is_none(),
        Column::Blocker => row.state.blocker().is_none(),
        Column::Owner => row.owner.is_none(),
        Column::RollbackUntil => row.state.rollback_until().is_none(),
    }
}

/// The orders that were asked for since the last large change.
#[derive(Default)]
pub(crate) struct Orders {
    known: HashMap<Sort, Known>,
}

struct Known {
    order: Arc<Vec<u32>>,
    /// Rows whose place may be wrong.
    moved: Vec<u32>,
}

/// More moved rows than this are sorted anew rather than put in place one by one.
const MEND_MAX: usize = 64;

impl Orders {
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Notes that a row changed from `before` (or is new) so that orders by a changed column can be mended.
    pub(crate) fn note(&mut self, index: u32, before: Option<&Row>, after: &Row) {
        self.known.retain(|sort, known| {
            let moved = before.is_none_or(|before| differs(sort.column, before, after));
            if moved && !known.moved.contains(&index) {
                known.moved.push(index);
            }
            known.moved.len() <= MEND_MAX
        });
    }

    /// The rows in the order asked for; shared, so that readers walk it without holding anybody up.
    pub(crate) fn get(&mut self, sort: Sort, slots: &[Slot], lookup: &Lookup<'_>) -> Arc<Vec<u32>> {
        let known = self.known.entry(sort).or_insert_with(|| {
            let mut order: Vec<u32> = (0..slots.len() as u32).collect();
            sort_all(&mut order, sort, slots, lookup);
            Known { order: Arc::new(order), moved: Vec::new() }
        });
        let moved = std::mem::take(&mut known.moved);
        if !moved.is_empty() {
            let order = Arc::make_mut(&mut known.order);
            order.retain(|index| !moved.contains(index));
            for index in moved {
                let row = &slots[index as usize].row;
                let place = order
                    .partition_point(|other| lookup.compare(sort, &slots[*other as usize].row, row) == Ordering::Less);
                order.insert(place, index);
            }
        }
        known.order.clone()
    }
}

fn differs(column: Column, before: &Row, after: &Row) -> bool {
    match column {
        Column::Account => before.external_id != after.external_id,
        Column::Name => before.name != after.name,
        Column::Plan => before.plan != after.plan,
        Column::Region => before.region != after.region,
        Column::Cohort => before.cohort != after.cohort,
        Column::Status => before.state.status() != after.state.status(),
        Column::Date => before.date() != after.date(),
        Column::Blocker => before.state.blocker() != after.state.blocker(),
        Column::Owner => before.owner != after.owner,
        Column::RollbackUntil => before.state.rollback_until() != after.state.rollback_until(),
    }
}

/// Sorts all rows. Text columns are sorted by keys made once per row, since making small letters at each comparison
/// would cost more than the sorting.
fn sort_all(order: &mut [u32], sort: Sort, slots: &[Slot], lookup: &Lookup<'_>) {
    let row = |index: &u32| &slots[*index as usize].row;
    let text = |index: &u32| match sort.column {
        Column::Name => row(index).name.to_lowercase(),
        Column::Plan => row(index).plan.to_lowercase(),
        Column::Region => row(index).region.to_lowercase(),
        _ => row(index).owner.as_ref().map(|owner| (lookup.owner_name)(owner)).unwrap_or_default(),
    };
    match sort.column {
        Column::Name | Column::Plan | Column::Region | Column::Owner => {
            let mut keyed: Vec<(bool, String, u32)> =
                order.iter().map(|index| (is_blank(sort.column, row(index)), text(index), *index)).collect();
            keyed.sort_by(|a, b| {
                let words = if sort.descending { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
                a.0.cmp(&b.0).then(words).then(a.2.cmp(&b.2))
            });
            for (place, (_, _, index)) in order.iter_mut().zip(keyed) {
                *place = index;
            }
        }
        _ => order.sort_by(|a, b| lookup.compare(sort, row(a), row(b))),
    }
}
