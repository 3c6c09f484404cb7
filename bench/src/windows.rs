//! Windows of the table: filter, sort, counts and the first 50 rows.

use crate::person::Person;
use crate::server::{Server, ticks_per_second};
use crate::stats::{Times, milliseconds};
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

/// Requests per measurement. Enough for a p99, and for a processor time that the system counts in ticks of 10 ms.
const UNSEEN: usize = 600;
const CACHED: usize = 4_000;
const CLIENTS: usize = 16;

const UNSEEN_CPU: Target = Target::AtMost(5.0);
const UNSEEN_P99: Target = Target::AtMost(20.0);
const CACHED_CPU: Target = Target::AtMost(0.5);

/// Asks for views that nobody asked for before, and for the same one again and again.
pub async fn measure(person: &Person, migration: &str, server: &Server, table: &mut Table) -> Result<()> {
    say("asking for windows of the table");
    let asker = Asker { person: person.clone(), migration: migration.to_owned() };
    let ticks = ticks_per_second().await?;

    table.section("Window of the table: filter, sort, counts, 50 rows");
    let mut first = Vec::new();
    for sort in invented::sorts() {
        first.push(asker.ask(&json!({ "sort": sort })).await?);
    }
    let first = Times::new(first);
    table.figure(format!("first time in each of {} orders, median", first.count()), first.p50(), "ms");
    table.figure(format!("first time in each of {} orders, slowest", first.count()), first.longest(), "ms");

    let unseen = one_by_one(&asker, server, 0..UNSEEN).await?;
    let name = "filter not seen before, 1 client";
    match &unseen.exact_cpu {
        Some(cpu) => table.compared(format!("{name}: CPU p50"), cpu.p50(), "ms", UNSEEN_CPU),
        None => table.compared(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms", UNSEEN_CPU),
    }
    table.figure(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms");
    table.figure(format!("{name}: p50"), unseen.latency.p50(), "ms");
    table.compared(format!("{name}: p99"), unseen.latency.p99(), "ms", UNSEEN_P99);

    let views = (UNSEEN..UNSEEN + UNSEEN * 2).map(invented::view).collect();
    let unseen = at_once(&asker, server, views).await?;
    let name = "filter not seen before, 16 clients";
    table.compared(format!("{name}: CPU mean"), unseen.mean_cpu(ticks), "ms", UNSEEN_CPU);
    table.figure(format!("{name}: p50"), unseen.latency.p50(), "ms");
    table.compared(format!("{name}: p99"), unseen.latency.p99(), "ms", UNSEEN_P99);

    let view = json!({ "statuses": ["scheduled"], "sort": { "column": "date", "descending": false } });
    asker.ask(&view).await?;
    for clients in [1, CLIENTS] {
        let views = vec![view.clone(); CACHED];
        let cached =
            if clients == 1 { in_turn(&asker, server, views).await? } else { at_once(&asker, server, views).await? };
        let name = format!("same view again, {clients} client{}", if clients == 1 { "" } else { "s" });
        table.compared(format!("{name}: CPU mean"), cached.mean_cpu(ticks), "ms", CACHED_CPU);
        table.figure(format!("{name}: p50"), cached.latency.p50(), "ms");
        table.figure(format!("{name}: p99"), cached.latency.p99(), "ms");
    }
    Ok(())
}

/// Somebody who asks for windows.
#[derive(Clone)]
struct Asker {
    person: Person,
    migration: String,
}

impl Asker {
    async fn ask(&self, view: &Value) -> Result<Duration> {
        let body = json!({ "migration": self.migration, "view": view, "offset": 0, "limit": 50, "at_least": null });
        let (time, _) = self.person.timed("accounts/window", body.to_string()).await?;
        Ok(time)
    }
}

/// What a series of requests took.
struct Measured {
    latency: Times,
    /// Processor time of the server for all of them.
    ticks: u64,
    /// Per request, where the system tells.
    exact_cpu: Option<Times>,
}

impl Measured {
    /// Processor time per request, in milliseconds.
    fn mean_cpu(&self, ticks_per_second: f64) -> f64 {
        self.ticks as f64 * 1_000.0 / ticks_per_second / self.latency.count() as f64
    }
}

/// One client asks for views not seen before; the processor time of each is read between two requests.
async fn one_by_one(asker: &Asker, server: &Server, indexes: std::ops::Range<usize>) -> Result<Measured> {
    let (mut latency, mut cpu) = (Vec::new(), Vec::new());
    let ticks = server.ticks()?;
    for index in indexes {
        let before = server.exact_processor_time();
        latency.push(asker.ask(&invented::view(index)).await?);
        if let (Some(before), Some(after)) = (before, server.exact_processor_time()) {
            cpu.push(after.saturating_sub(before));
        }
    }
    let exact = cpu.len() == latency.len() && cpu.iter().any(|time| milliseconds(*time) > 0.0);
    let ticks = server.ticks()? - ticks;
    Ok(Measured { latency: Times::new(latency), ticks, exact_cpu: exact.then(|| Times::new(cpu)) })
}

/// One client asks for one view after the other.
async fn in_turn(asker: &Asker, server: &Server, views: Vec<Value>) -> Result<Measured> {
    let ticks = server.ticks()?;
    let mut latency = Vec::new();
    for view in &views {
        latency.push(asker.ask(view).await?);
    }
    Ok(Measured { latency: Times::new(latency), ticks: server.ticks()? - ticks, exact_cpu: None })
}

/// All clients ask at the same time; each takes its share of the views.
async fn at_once(asker: &Asker, server: &Server, views: Vec<Value>) -> Result<Measured> {
    let ticks = server.ticks()?;
    let mut clients = JoinSet::new();
    for share in views.chunks(views.len().div_ceil(CLIENTS)) {
        let (asker, share) = (asker.clone(), share.to_vec());
        clients.spawn(async move {
            let mut latency = Vec::new();
            for view in &share {
                latency.push(asker.ask(view).await?);
            }
            Result::Ok(latency)
        });
    }
    let mut latency = Vec::new();
    while let Some(times) = clients.join_next().await {
        latency.extend(times??);
    }
    Ok(Measured { latency: Times::new(latency), ticks: server.ticks()? - ticks, exact_cpu: None })
}
