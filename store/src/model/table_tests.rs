//! The table's answers against the slow, obvious ones.

use super::table::{Table, TableQuery};
use domain::account::{Account, Row, Touched};
use domain::customer::{Contact, Customer, Profile};
use domain::event::Position;
use domain::view::testing::{Answer, Chance, alter, answer, fields, lookup, row, today, view};
use proptest::prelude::*;

fn put(table: &mut Table, row: &Row) {
    let contacts = match row.email.is_empty() {
        true => Vec::new(),
        false => vec![Contact { email: row.email.clone(), ..Contact::default() }],
    };
    let (name, plan, region) = (row.name.clone(), row.plan.clone(), row.region.clone());
    let profile = Profile { name, plan, region, contacts, ..Profile::default() };
    let customer = Customer { external_id: row.external_id.clone(), profile, changed_seq: 0 };
    let account = Account {
        number: row.number,
        customer: row.external_id.clone(),
        state: row.state.clone(),
        cohort: row.cohort,
        owner: row.owner.clone(),
        custom: row.custom.clone(),
        touched: Touched::default(),
        chunk_seqs: Vec::new(),
        removed: false,
        attempt: 0,
        since: None,
    };
    table.set_notices(row.number, row.notices);
    table.put(account, &customer);
}

proptest! {
    /// Orders are mended in place while rows change, answers are shared: still each is what sorting everything gives.
    #[test]
    fn an_answer_is_what_sorting_everything_would_give(seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let fields = fields();
        let mut rows: Vec<Row> = (1..=chance.below(120) as u32 + 1).map(|number| row(&mut chance, number)).collect();
        let mut table = Table::new("UTC");
        rows.iter().for_each(|row| put(&mut table, row));
        let views: Vec<_> = (0..4).map(|_| view(&mut chance)).collect();
        for _ in 0..30 {
            for _ in 0..chance.below(3) {
                let index = chance.below(rows.len());
                alter(&mut chance, &mut rows[index]);
                put(&mut table, &rows[index]);
            }
            let view = chance.of(&views);
            let query = TableQuery { view: view.clone(), offset: 0, limit: u32::MAX };
            let result = table.query(&query, &lookup(&fields), Position::default(), today());
            let groups = result.groups.iter().map(|group| (group.key.clone(), group.count, group.folded)).collect();
            prop_assert_eq!(result.shown as usize, result.rows.len());
            let shown = Answer { rows: result.rows, matching: result.matching, counts: result.counts, groups };
            prop_assert_eq!(shown, answer(&view, &rows, &fields), "{:?}", view);
        }
    }
}
