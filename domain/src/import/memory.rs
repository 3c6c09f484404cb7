//! What was said of a file's columns holds for the next file with the same columns, in whatever order they stand.

use super::dates::DateVerdict;
use super::mapping::{Mapping, OwnerAnswer};
use super::status_words::bare;
use super::survey::Survey;
use super::target::Target;
use crate::clock::Instant;
use crate::id::UserId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A mapping taken over from an earlier import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Who imported the earlier file.
    pub by: UserId,
    pub at: Instant,
    pub mapping: Mapping,
}

/// The names of a file's columns, however they are written and ordered: files with the same shape are mapped alike.
pub fn shape(survey: &Survey) -> Vec<String> {
    let mut names: Vec<String> = survey.columns.iter().map(|column| name(&column.header)).collect();
    names.sort();
    names
}

/// The earlier mapping put on this file's columns; `None` if the files differ in shape. An answer that this file's own
/// dates speak against is asked for again, and so is an owner who `may_own` no more; what is not `there` any more, such
/// as a retired field, is left out.
pub fn carried(
    survey: &Survey,
    earlier: &Survey,
    mapping: &Mapping,
    there: &dyn Fn(Target) -> bool,
    may_own: &dyn Fn(&UserId) -> bool,
) -> Option<Mapping> {
    if shape(survey) != shape(earlier) {
        return None;
    }
    let places: BTreeMap<(String, usize), usize> =
        places(earlier).into_iter().enumerate().map(|(index, place)| (place, index)).collect();
    let mut carried = Mapping::empty(survey.columns.len());
    for (index, place) in places_of(survey).enumerate() {
        let Some(before) = places.get(&place) else { continue };
        carried.columns[index] = mapping.columns.get(*before).copied().flatten().filter(|target| there(*target));
        let ambiguous = matches!(survey.columns[index].date_verdict(), DateVerdict::Ambiguous { .. });
        carried.date_orders[index] = mapping.date_orders.get(*before).copied().flatten().filter(|_| ambiguous);
    }
    carried.owners = mapping.owners.clone();
    carried.owners.retain(|_, answer| match answer {
        OwnerAnswer::User { id } => may_own(id),
        OwnerAnswer::Nobody => true,
    });
    Some(carried)
}

fn places(survey: &Survey) -> Vec<(String, usize)> {
    places_of(survey).collect()
}

/// Each column by its name and how many of that name stand before it.
fn places_of(survey: &Survey) -> impl Iterator<Item = (String, usize)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    survey.columns.iter().map(move |column| {
        let name = name(&column.header);
        let before = seen.entry(name.clone()).or_insert(0);
        *before += 1;
        (name, *before)
    })
}

fn name(header: &str) -> String {
    let letters = bare(header);
    if letters.is_empty() { header.trim().to_owned() } else { letters }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::id::FieldNumber;
    use crate::import::dates::DateOrder;
    use crate::import::sheet::Sheet;
    use proptest::prelude::*;

    fn survey(csv: &str) -> Survey {
        Survey::of(&Sheet::open(csv.as_bytes()).unwrap())
    }

    fn anybody(_: &UserId) -> bool {
        true
    }

    fn anything(_: Target) -> bool {
        true
    }

    #[test]
    fn names_count_and_their_order_does_not() {
        let first = survey("Customer ID,E-mail,Note\n1,a@b.example,x\n");
        assert_eq!(shape(&first), shape(&survey("note;customer_id;EMail\nx;1;a@b.example\n")));
        assert_ne!(shape(&first), shape(&survey("Customer ID,E-mail\n1,a@b.example\n")));
        assert_ne!(shape(&first), shape(&survey("Customer ID,E-mail,Notes\n1,a@b.example,x\n")));
    }

    #[test]
    fn answers_move_with_their_columns() {
        let first = survey("id,When,Text\n1,03/04/2026,x\n");
        let mapping = Mapping {
            columns: vec![Some(Target::ExternalId), Some(Target::ScheduledFor), Some(Target::Region)],
            date_orders: vec![None, Some(DateOrder::MonthFirst), None],
            owners: BTreeMap::new(),
        };
        let second = survey("text,id,when\nx,1,05/06/2026\n");
        let carried = carried(&second, &first, &mapping, &anything, &anybody).unwrap();
        assert_eq!(carried.columns, [Some(Target::Region), Some(Target::ExternalId), Some(Target::ScheduledFor)]);
        assert_eq!(carried.date_orders, [None, None, Some(DateOrder::MonthFirst)]);
        assert_eq!(super::carried(&survey("a,b\n1,2\n"), &first, &mapping, &anything, &anybody), None);
    }

    #[test]
    fn an_answer_that_the_new_dates_speak_against_is_asked_for_again() {
        let first = survey("id,when\n1,03/04/2026\n");
        let mapping = Mapping {
            columns: vec![Some(Target::ExternalId), Some(Target::ScheduledFor)],
            date_orders: vec![None, Some(DateOrder::MonthFirst)],
            owners: BTreeMap::new(),
        };
        for dates in ["23/04/2026", "2026-04-23"] {
            let second = survey(&format!("id,when\n1,{dates}\n"));
            assert_eq!(
                carried(&second, &first, &mapping, &anything, &anybody).unwrap().date_orders,
                [None, None],
                "{dates}"
            );
        }
    }

    #[test]
    fn what_is_gone_is_left_out() {
        let first = survey("id,tier\n1,x\n");
        let mut mapping = Mapping::empty(2);
        mapping.columns = vec![Some(Target::ExternalId), Some(Target::Custom(FieldNumber(1)))];
        let built_in = |target| !matches!(target, Target::Custom(_));
        let carried = carried(&first, &first, &mapping, &built_in, &anybody).unwrap();
        assert_eq!(carried.columns, [Some(Target::ExternalId), None]);
    }

    #[test]
    fn an_owner_who_left_is_asked_about_again() {
        let first = survey("id,owner\n1,Dora\n2,Old\n");
        let mut mapping = Mapping::empty(2);
        mapping.owners.insert("dora".to_owned(), OwnerAnswer::User { id: UserId::from("gone") });
        mapping.owners.insert("old".to_owned(), OwnerAnswer::Nobody);
        let carried = carried(&first, &first, &mapping, &anything, &|_| false).unwrap();
        assert_eq!(carried.owners.keys().collect::<Vec<_>>(), ["old"]);
    }

    proptest! {
        /// A mapping taken over by the very same columns in another order says the same of each of them.
        #[test]
        fn columns_keep_what_was_said_of_them(
            names in prop::collection::hash_set("[a-z]{1,6}", 1..8),
            picks in prop::collection::vec(0..Target::ALL.len() + 3, 8),
            turn in 0_usize..8,
        ) {
            let names: Vec<String> = names.into_iter().collect();
            let mut turned = names.clone();
            turned.rotate_left(turn % names.len());
            let row = vec!["x"; names.len()].join(",");
            let (before, after) =
                (survey(&format!("{}\n{row}\n", names.join(","))), survey(&format!("{}\n{row}\n", turned.join(","))));
            let mut mapping = Mapping::empty(names.len());
            for (column, pick) in mapping.columns.iter_mut().zip(&picks) {
                *column = Target::ALL.get(*pick).copied();
            }
            let carried = carried(&after, &before, &mapping, &anything, &anybody).unwrap();
            for (index, name) in turned.iter().enumerate() {
                let place = names.iter().position(|other| other == name).unwrap();
                prop_assert_eq!(carried.columns[index], mapping.columns[place]);
            }
        }
    }
}
