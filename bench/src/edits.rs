//! Edits of one field, each writer on accounts of its own, beside what the disk needs to keep 4 kB.

use crate::person::Person;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, machine, say};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const WRITERS: usize = 16;
const ACCOUNTS_PER_WRITER: usize = 25;
const EDITS_ALONE: usize = 500;
const EDITS_PER_WRITER: usize = 250;
/// Syncs measured before and again after the edits.
const SYNCS: u32 = 100;
/// Rows that one request for a window may ask for.
const WINDOW_MAX: usize = 200;

/// Edits alone, then with many writers at once.
pub async fn measure(person: &Person, migration: &str, folder: &Path, table: &mut Table) -> Result<()> {
    say("editing accounts");
    let mut writers = Writer::several(person, migration, WRITERS, ACCOUNTS_PER_WRITER).await?;
    let mut syncs = machine::fsync_times(folder, SYNCS)?;

    let mut alone = writers.pop().ok_or("there are no writers")?;
    let began = Instant::now();
    let alone_times = Times::new(alone.edit_many(EDITS_ALONE).await?);
    let alone_rate = alone_times.count() as f64 / began.elapsed().as_secs_f64();
    writers.push(alone);

    let began = Instant::now();
    let mut at_work = JoinSet::new();
    for mut writer in writers {
        at_work.spawn(async move { writer.edit_many(EDITS_PER_WRITER).await });
    }
    let mut together = Vec::new();
    while let Some(times) = at_work.join_next().await {
        together.extend(times??);
    }
    let rate = together.len() as f64 / began.elapsed().as_secs_f64();
    let together = Times::new(together);

    syncs.extend(machine::fsync_times(folder, SYNCS)?);
    let syncs = Times::new(syncs);
    let target = Target::AtMost(3.0 * syncs.p50() + 2.0);
    table.section("Edit of one field, durable before it is answered");
    table.figure(format!("the disk alone: 4 kB and fsync, median of {}", syncs.count()), syncs.p50(), "ms");
    table.compared("1 writer: p50 (target 3 × fsync + 2 ms)", alone_times.p50(), "ms", target);
    table.figure("1 writer: p99", alone_times.p99(), "ms");
    table.figure("1 writer", alone_rate, "edits/s");
    // Sixteen who wait for each other cannot be as quick as one: their target is the rate.
    table.figure(format!("{WRITERS} writers: p50"), together.p50(), "ms");
    table.figure(format!("{WRITERS} writers: p99"), together.p99(), "ms");
    table.compared(format!("{WRITERS} writers"), rate, "edits/s", Target::AtLeast(1_000.0));
    table.figure("1 writer: p50 as a multiple of fsync", alone_times.p50() / syncs.p50().max(0.001), "×");
    Ok(())
}

/// Somebody who gives accounts to other owners.
pub struct Writer {
    person: Person,
    migration: String,
    /// Names its commands: no two writers may share one.
    name: String,
    owners: Vec<Value>,
    accounts: Vec<(u64, Value)>,
    next: usize,
}

/// An edit that was saved.
pub struct Saved {
    /// Just before it was sent.
    pub sent: Instant,
    /// When its answer was here.
    pub answered: Instant,
    /// The number of its event in the migration's stream.
    pub seq: u64,
}

impl Writer {
    /// Writers with the first accounts of the table, none in two hands.
    pub async fn several(
        person: &Person,
        migration: &str,
        writers: usize,
        accounts_each: usize,
    ) -> Result<Vec<Writer>> {
        let users = person.form("users/list", &[]).await?;
        let owners: Vec<Value> =
            users.as_array().ok_or("there are no users")?.iter().map(|user| user["id"].clone()).collect();
        let accounts = accounts(person, migration, writers * accounts_each).await?;
        let writer = |(index, accounts): (usize, &[(u64, Value)])| Writer {
            person: person.clone(),
            migration: migration.to_owned(),
            name: format!("writer-{index}"),
            owners: owners.clone(),
            accounts: accounts.to_vec(),
            next: 0,
        };
        Ok(accounts.chunks(accounts_each).enumerate().map(writer).collect())
    }

    /// Calls itself otherwise, so that its commands are not taken for repeats of another one's.
    pub fn called(self, name: &str) -> Writer {
        Writer { name: name.to_owned(), ..self }
    }

    /// Edits one account after the other; answers the time of each.
    async fn edit_many(&mut self, edits: usize) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(edits);
        for _ in 0..edits {
            let saved = self.edit().await?;
            times.push(saved.answered - saved.sent);
        }
        Ok(times)
    }

    /// Gives the next account to another owner.
    pub async fn edit(&mut self) -> Result<Saved> {
        let step = self.next;
        self.next += 1;
        let place = step % self.accounts.len();
        let (account, owner) = &mut self.accounts[place];
        let others: Vec<_> = self.owners.iter().filter(|other| *other != owner).collect();
        let to = others.get(step % others.len().max(1)).copied().cloned().ok_or("there is no other owner")?;
        let body = json!({
            "migration": self.migration,
            "account": account,
            "command": format!("bench-{}-{step}", self.name),
            "changes": [{ "field": "owner", "seen": owner, "to": to }],
        });
        let sent = Instant::now();
        let (time, answer) = self.person.timed("accounts/edit", body.to_string()).await?;
        if answer["outcome"] != "saved" {
            return Err(format!("an edit was not saved: {answer}").into());
        }
        *owner = to;
        let seq = answer["position"]["migration"].as_u64().ok_or("an answer names no position")?;
        Ok(Saved { sent, answered: sent + time, seq })
    }
}

/// The first accounts of the table with their owners.
async fn accounts(person: &Person, migration: &str, wanted: usize) -> Result<Vec<(u64, Value)>> {
    let mut accounts = Vec::new();
    while accounts.len() < wanted {
        let limit = WINDOW_MAX.min(wanted - accounts.len());
        let body =
            json!({ "migration": migration, "view": {}, "offset": accounts.len(), "limit": limit, "at_least": null });
        let window = person.json("accounts/window", &body).await?;
        let rows = window["rows"].as_array().filter(|rows| !rows.is_empty()).ok_or("there are too few accounts")?;
        for row in rows {
            accounts.push((row["number"].as_u64().ok_or("a row has no number")?, row["owner"].clone()));
        }
    }
    Ok(accounts)
}
