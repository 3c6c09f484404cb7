//! Searching: the table's field, letter by letter, and the answer card.

use crate::asking::{Asker, one_by_one};
use crate::person::Person;
use crate::server::Server;
use crate::stats::Times;
use crate::table::Table;
use crate::windows::UNSEEN_P99;
use crate::{Result, invented, say};
use serde_json::{Value, json};

/// Accounts that are looked for in the answer card, each by id, by address and by name.
const LOOKED_FOR: usize = 100;

/// Types what people look for; each letter is a question that nobody asked before.
pub async fn measure(
    person: &Person,
    migration: &str,
    server: &Server,
    accounts: u32,
    table: &mut Table,
) -> Result<()> {
    say("searching");
    let asker = Asker::new(person, migration);
    table.section("Search");

    let typed = invented::typed(accounts);
    let (words, longer): (Vec<_>, Vec<_>) = typed.into_iter().partition(|text| !text.contains([' ', '@', '-']));
    for (name, texts) in [("one word", words), ("ids, names, addresses", longer)] {
        let views: Vec<Value> = texts.iter().map(|text| json!({ "search": text })).collect();
        let measured = one_by_one(&asker, server, &views).await?;
        let name = format!("table, each letter of {name} ({})", measured.latency.count());
        table.figure(format!("{name}: p50"), measured.latency.p50(), "ms");
        table.compared(format!("{name}: p99"), measured.latency.p99(), "ms", UNSEEN_P99);
    }

    let (mut by_id, mut by_email, mut by_name) = (Vec::new(), Vec::new(), Vec::new());
    for index in (0..accounts as usize).step_by(accounts as usize / LOOKED_FOR) {
        let known = invented::known(index);
        for (text, times) in
            [(&known.id, &mut by_id), (&known.email, &mut by_email), (&known.name.to_lowercase(), &mut by_name)]
        {
            let (time, found) = person.timed("answers/find", json!({ "text": text }).to_string()).await?;
            let first = &found["hits"][0]["row"];
            // Several accounts may have the same name; an id and an address belong to one.
            if first["external_id"] != known.id.as_str() && first["name"] != known.name.as_str() {
                return Err(format!("the answer card finds {} for {text}", first["external_id"]).into());
            }
            times.push(time);
        }
    }
    for (name, times) in [("an id", by_id), ("an address", by_email), ("a name", by_name)] {
        let times = Times::new(times);
        let name = format!("answer card, {name} ({})", times.count());
        table.figure(format!("{name}: p50"), times.p50(), "ms");
        table.compared(format!("{name}: p99"), times.p99(), "ms", UNSEEN_P99);
    }
    Ok(())
}
