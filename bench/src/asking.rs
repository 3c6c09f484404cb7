//! Somebody who asks for windows of the table, and what that takes.

use crate::Result;
use crate::person::Person;
use crate::server::Server;
use crate::stats::{Times, milliseconds};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

/// Rows of a first window.
const ROWS: u32 = 50;

/// Somebody who asks for windows.
#[derive(Clone)]
pub struct Asker {
    person: Person,
    migration: String,
}

impl Asker {
    pub fn new(person: &Person, migration: &str) -> Asker {
        Asker { person: person.clone(), migration: migration.to_owned() }
    }

    /// Asks for the first rows of a view; answers how long that took.
    pub async fn ask(&self, view: &Value) -> Result<Duration> {
        Ok(self.window(view, 0, ROWS).await?.0)
    }

    /// Asks for rows of a view; answers how long that took, and the window.
    pub async fn window(&self, view: &Value, offset: u32, limit: u32) -> Result<(Duration, Value)> {
        let body = json!({
            "migration": self.migration, "view": view, "offset": offset, "limit": limit, "at_least": null,
        });
        self.person.timed("accounts/window", body.to_string()).await
    }
}

/// What a series of requests took.
pub struct Measured {
    pub latency: Times,
    /// Processor time of the server for all of them.
    ticks: u64,
    /// Per request, where the system tells.
    pub exact_cpu: Option<Times>,
}

impl Measured {
    /// Processor time per request, in milliseconds.
    pub fn mean_cpu(&self, ticks_per_second: f64) -> f64 {
        self.ticks as f64 * 1_000.0 / ticks_per_second / self.latency.count().max(1) as f64
    }
}

/// One client asks for one view after the other; the processor time of each is read between two requests.
pub async fn one_by_one(asker: &Asker, server: &Server, views: &[Value]) -> Result<Measured> {
    let (mut latency, mut cpu) = (Vec::new(), Vec::new());
    let ticks = server.ticks()?;
    for view in views {
        let before = server.exact_processor_time();
        latency.push(asker.ask(view).await?);
        if let (Some(before), Some(after)) = (before, server.exact_processor_time()) {
            cpu.push(after.saturating_sub(before));
        }
    }
    let exact = cpu.len() == latency.len() && cpu.iter().any(|time| milliseconds(*time) > 0.0);
    let ticks = server.ticks()? - ticks;
    Ok(Measured { latency: Times::new(latency), ticks, exact_cpu: exact.then(|| Times::new(cpu)) })
}

/// One client asks for one view after the other.
pub async fn in_turn(asker: &Asker, server: &Server, views: Vec<Value>) -> Result<Measured> {
    let ticks = server.ticks()?;
    let mut latency = Vec::new();
    for view in &views {
        latency.push(asker.ask(view).await?);
    }
    Ok(Measured { latency: Times::new(latency), ticks: server.ticks()? - ticks, exact_cpu: None })
}

/// So many clients ask at the same time; each takes its share of the views.
pub async fn at_once(asker: &Asker, server: &Server, views: Vec<Value>, clients: usize) -> Result<Measured> {
    let ticks = server.ticks()?;
    let mut at_work = JoinSet::new();
    for share in views.chunks(views.len().div_ceil(clients)) {
        let (asker, share) = (asker.clone(), share.to_vec());
        at_work.spawn(async move {
            let mut latency = Vec::new();
            for view in &share {
                latency.push(asker.ask(view).await?);
            }
            Result::Ok(latency)
        });
    }
    let mut latency = Vec::new();
    while let Some(times) = at_work.join_next().await {
        latency.extend(times??);
    }
    Ok(Measured { latency: Times::new(latency), ticks: server.ticks()? - ticks, exact_cpu: None })
}
