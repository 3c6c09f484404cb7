//! A bulk change of all accounts and its undo, alone and while somebody edits single accounts.

use crate::person::Person;
use crate::server::{Server, ticks_per_second};
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::{Value, json};
use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Edits while nothing else runs, half of them before and half after the jobs; while one runs, as many as there is time for.
const EDITS_IDLE: usize = 1_000;
/// Accounts that the editor takes in turn.
const EDITED: usize = 100;
/// People pause between two edits; so many a second are those of a large team.
const PAUSE: Duration = Duration::from_millis(10);
/// Between two looks at a job; its time is exact to this.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const JOB_WITHIN: Duration = Duration::from_secs(20 * 60);
/// How much longer an edit may take while a bulk change runs.
const SLOWER: Target = Target::AtMost(3.0);
/// As many rows as an import has to commit: a bulk change writes less for each.
const ALONE: Target = Target::AtLeast(8_000.0);

/// Bulk changes started so far: each gets an id of its own.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// Gives every account to one owner and takes that back, twice: alone, then with somebody who edits all the while.
pub async fn measure(person: &Person, migration: &str, server: &Server, table: &mut Table) -> Result<()> {
    say("changing all accounts at once, and undoing it");
    let owner = admin(person).await?;
    let change = Change { view: json!({}), change: json!({ "set": "owner", "to": owner }) };
    let mut editor = Editor::new(person, migration).await?;
    let mut idle = editor.edit_many(EDITS_IDLE / 2).await?;

    let alone = there_and_back(person, migration, server, &change, None).await?;
    say("the same while somebody edits");
    let among = there_and_back(person, migration, server, &change, Some(&mut editor)).await?;
    idle.extend(editor.edit_many(EDITS_IDLE / 2).await?);
    let idle = Times::new(idle);

    let ticks = ticks_per_second()?;
    table.section(format!("Bulk change of {} accounts, and its undo", alone[0].rows));
    for (name, done) in ["change", "undo"].into_iter().zip(&alone) {
        table.compared(format!("{name}, nobody editing"), done.rate(), "rows/s", ALONE);
        let cpu = done.ticks as f64 * 1e6 / ticks / done.rows.max(1.0);
        table.figure(format!("{name}, nobody editing: CPU per row"), cpu, "µs");
    }
    for (name, done) in ["change", "undo"].into_iter().zip(&among) {
        table.figure(format!("{name}, somebody editing"), done.rate(), "rows/s");
    }
    table.figure(format!("an edit, no job running ({}): p50", idle.count()), idle.p50(), "ms");
    table.figure("an edit, no job running: p99", idle.p99(), "ms");
    for (name, done) in ["change", "undo"].into_iter().zip(&among) {
        let edits = &done.edits;
        table.figure(format!("an edit during the {name} ({}): p50", edits.count()), edits.p50(), "ms");
        table.figure(format!("an edit during the {name}: p99"), edits.p99(), "ms");
        let slower = edits.p99() / idle.p99().max(0.001);
        table.compared(format!("an edit during the {name}: p99, as a multiple"), slower, "×", SLOWER);
    }
    Ok(())
}

/// A change of all accounts that a view shows.
pub struct Change {
    pub view: Value,
    pub change: Value,
}

/// Runs a change to its end.
pub async fn run(person: &Person, migration: &str, change: &Change) -> Result<()> {
    Job::start(person, migration, change).await?.changed().await.map(|_| ())
}

/// What a job did.
struct Done {
    rows: f64,
    seconds: f64,
    /// Processor time of the server, in clock ticks.
    ticks: u64,
    /// What edits took meanwhile.
    edits: Times,
}

impl Done {
    fn rate(&self) -> f64 {
        self.rows / self.seconds
    }
}

/// Runs the change, then its undo.
async fn there_and_back(
    person: &Person,
    migration: &str,
    server: &Server,
    change: &Change,
    mut editor: Option<&mut Editor>,
) -> Result<[Done; 2]> {
    let (began, before) = (Instant::now(), server.ticks()?);
    let job = Job::start(person, migration, change).await?;
    let (edits, rows) = beside(editor.as_deref_mut(), job.clone().changed()).await?;
    let there = Done { rows, seconds: began.elapsed().as_secs_f64(), ticks: server.ticks()? - before, edits };

    let (began, before) = (Instant::now(), server.ticks()?);
    person.form("bulk/undo", &[("migration", migration), ("id", &job.id)]).await?;
    let (edits, restored) = beside(editor, job.undone()).await?;
    if restored < rows {
        return Err(format!("the undo restored {restored} of {rows} accounts").into());
    }
    let back = Done { rows: restored, seconds: began.elapsed().as_secs_f64(), ticks: server.ticks()? - before, edits };
    Ok([there, back])
}

/// A bulk change on the server.
#[derive(Clone)]
struct Job {
    person: Person,
    migration: String,
    id: String,
}

impl Job {
    async fn start(person: &Person, migration: &str, change: &Change) -> Result<Job> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "migration": migration,
            "command": format!("bench-bulk-{number}"),
            "scope": { "scope": "matching", "view": change.view, "at_least": null },
            "change": change.change,
        });
        let id = person.json("bulk/start", &body).await?;
        let id = id.as_str().ok_or("a bulk change has no id")?.to_owned();
        Ok(Job { person: person.clone(), migration: migration.to_owned(), id })
    }

    /// Waits until it is done; answers how many accounts it changed.
    async fn changed(self) -> Result<f64> {
        let ended = self.reach("done").await?;
        if ended["summary"]["refused"] != 0 {
            return Err(format!("the bulk change refused accounts: {}", ended["refused"]).into());
        }
        ended["summary"]["changed"].as_f64().ok_or_else(|| "a bulk change has no count".into())
    }

    /// Waits until it is undone; answers how many accounts are what they were.
    async fn undone(self) -> Result<f64> {
        let ended = self.reach("undone").await?;
        ended["summary"]["undo"]["restored"].as_f64().ok_or_else(|| "an undo has no count".into())
    }

    /// Looks at it, as its page does, until it is in this stage.
    async fn reach(&self, stage: &str) -> Result<Value> {
        let began = Instant::now();
        while began.elapsed() < JOB_WITHIN {
            let fields = [("migration", self.migration.as_str()), ("id", self.id.as_str())];
            let seen = self.person.form("bulk/one", &fields).await?;
            if seen["summary"]["stage"] == stage {
                return Ok(seen);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(format!("the bulk change did not become {stage}").into())
    }
}

/// Waits for a job, and lets somebody edit until it has ended.
async fn beside(
    mut editor: Option<&mut Editor>,
    job: impl Future<Output = Result<f64>> + Send + 'static,
) -> Result<(Times, f64)> {
    let mut job = tokio::spawn(job);
    let mut edits = Vec::new();
    loop {
        tokio::select! {
            ended = &mut job => return Ok((Times::new(edits), ended??)),
            // An edit that was begun comes to its end, so that the next knows the cohort.
            () = ready_if(editor.is_some()) => {
                if let Some(editor) = editor.as_deref_mut() {
                    edits.push(editor.edit().await?);
                }
            }
        }
    }
}

async fn ready_if(ready: bool) {
    if !ready {
        pending::<()>().await;
    }
}

/// Somebody who puts accounts that have not started into other cohorts: a field that the bulk change leaves alone.
struct Editor {
    person: Person,
    migration: String,
    cohorts: Vec<Value>,
    accounts: Vec<(u64, Value)>,
    next: usize,
}

impl Editor {
    async fn new(person: &Person, migration: &str) -> Result<Editor> {
        let overview = person.overview().await?;
        let cohorts = overview["cohorts"].as_array().ok_or("there are no cohorts")?;
        let cohorts: Vec<Value> = cohorts.iter().map(|summary| summary["cohort"]["number"].clone()).collect();
        let view = json!({ "statuses": ["not_started"] });
        let body = json!({ "migration": migration, "view": view, "offset": 0, "limit": EDITED, "at_least": null });
        let window = person.json("accounts/window", &body).await?;
        let rows = window["rows"].as_array().filter(|rows| !rows.is_empty()).ok_or("no account has not started")?;
        let accounts = rows.iter().map(|row| Some((row["number"].as_u64()?, row["cohort"].clone())));
        let accounts = accounts.collect::<Option<Vec<_>>>().ok_or("a row has no number")?;
        Ok(Editor { person: person.clone(), migration: migration.to_owned(), cohorts, accounts, next: 0 })
    }

    async fn edit_many(&mut self, edits: usize) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(edits);
        for _ in 0..edits {
            times.push(self.edit().await?);
        }
        Ok(times)
    }

    /// Puts the next account into another cohort, and pauses; answers how long the edit took.
    async fn edit(&mut self) -> Result<Duration> {
        let step = self.next;
        self.next += 1;
        let place = step % self.accounts.len();
        let (account, cohort) = &mut self.accounts[place];
        let others: Vec<&Value> = self.cohorts.iter().filter(|other| *other != cohort).collect();
        let to = others.get(step % others.len().max(1)).copied().cloned().ok_or("there is no other cohort")?;
        let body = json!({
            "migration": self.migration,
            "account": account,
            "command": format!("bench-among-bulk-{step}"),
            "changes": [{ "field": "cohort", "seen": cohort, "to": to }],
        });
        let (time, answer) = self.person.timed("accounts/edit", body.to_string()).await?;
        if answer["outcome"] != "saved" {
            return Err(format!("an edit was not saved: {answer}").into());
        }
        *cohort = to;
        tokio::time::sleep(PAUSE).await;
        Ok(time)
    }
}

/// The first admin: owns nothing so far, so that every account changes.
async fn admin(person: &Person) -> Result<Value> {
    let users = person.form("users/list", &[]).await?;
    let admin = users.as_array().and_then(|users| users.iter().find(|user| user["role"] == "admin"));
    Ok(admin.ok_or("there is no admin")?["id"].clone())
}
