//! Windows of the table: filter, sort, counts and the first 50 rows.

use crate::asking::{Asker, at_once, in_turn, one_by_one};
use crate::person::Person;
use crate::server::{Server, ticks_per_second};
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use serde_json::{Value, json};

/// Requests per measurement. Enough for a p99, and for a processor time that the system counts in ticks of 10 ms.
const UNSEEN: usize = 600;
const CACHED: usize = 4_000;
const CLIENTS: usize = 16;

const UNSEEN_CPU: Target = Target::AtMost(5.0);
/// What people wait for: the other sections hold their questions to the same.
pub const UNSEEN_P99: Target = Target::AtMost(20.0);
const CACHED_CPU: Target = Target::AtMost(0.5);

/// Asks for views that nobody asked for before, and for the same one again and again.
pub async fn measure(person: &Person, migration: &str, server: &Server, table: &mut Table) -> Result<()> {
    say("asking for windows of the table");
    let asker = Asker::new(person, migration);
    let ticks = ticks_per_second()?;

    table.section("Window of the table: filter, sort, counts, 50 rows");
    let mut first = Vec::new();
    for sort in invented::sorts() {
        first.push(asker.ask(&json!({ "sort": sort })).await?);
    }
    let first = Times::new(first);
    table.figure(format!("first time in each of {} orders, median", first.count()), first.p50(), "ms");
    table.figure(format!("first time in each of {} orders, slowest", first.count()), first.longest(), "ms");

    let views: Vec<Value> = (0..UNSEEN).map(invented::view).collect();
    let unseen = one_by_one(&asker, server, &views).await?;
    let name = "filter not seen before, 1 client";
    match &unseen.exact_cpu {
        Some(cpu) => table.compared(format!("{name}: CPU p50"), cpu.p50(), "ms", UNSEEN_CPU),
        None => table.compared(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms", UNSEEN_CPU),
    }
    table.figure(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms");
    table.figure(format!("{name}: p50"), unseen.latency.p50(), "ms");
    table.compared(format!("{name}: p99"), unseen.latency.p99(), "ms", UNSEEN_P99);

    let views = (UNSEEN..UNSEEN + UNSEEN * 2).map(invented::view).collect();
    let unseen = at_once(&asker, server, views, CLIENTS).await?;
    let name = "filter not seen before, 16 clients";
    table.compared(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms", UNSEEN_CPU);
    table.figure(format!("{name}: p50"), unseen.latency.p50(), "ms");
    table.compared(format!("{name}: p99"), unseen.latency.p99(), "ms", UNSEEN_P99);

    let view = json!({ "statuses": ["scheduled"], "sort": [{ "column": "date" }] });
    asker.ask(&view).await?;
    for clients in [1, CLIENTS] {
        let views = vec![view.clone(); CACHED];
        let cached = match clients {
            1 => in_turn(&asker, server, views).await?,
            _ => at_once(&asker, server, views, clients).await?,
        };
        let name = format!("same view again, {clients} client{}", if clients == 1 { "" } else { "s" });
        table.compared(format!("{name}: CPU mean"), cached.mean_cpu(ticks), "ms", CACHED_CPU);
        table.figure(format!("{name}: p50"), cached.latency.p50(), "ms");
        table.figure(format!("{name}: p99"), cached.latency.p99(), "ms");
    }
    Ok(())
}
