//! A bulk change of all accounts and its undo, and what single edits take meanwhile.

use crate::person::Person;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Edits while nothing else runs; while something runs, as many as there is time for.
const EDITS_IDLE: usize = 300;
/// Accounts that the editor takes in turn.
const EDITED: usize = 100;
/// Between two looks at a job; its time is exact to this.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const JOB_WITHIN: Duration = Duration::from_secs(20 * 60);
/// How much longer an edit may take while a bulk change runs.
const SLOWER_AT_MOST: f64 = 3.0;

/// Gives every account to one owner, takes that back, and edits single accounts all the while.
pub async fn measure(person: &Person, migration: &str, table: &mut Table) -> Result<()> {
    say("changing all accounts at once, and undoing it");
    let mut editor = Editor::new(person, migration).await?;
    let mut idle = Vec::with_capacity(EDITS_IDLE);
    for _ in 0..EDITS_IDLE {
        idle.push(editor.edit().await?);
    }
    let idle = Times::new(idle);

    let owner = admin(person).await?;
    let body = json!({
        "migration": migration,
        "command": format!("bench-bulk-{}", idle.count()),
        "scope": { "scope": "matching", "view": {}, "at_least": null },
        "change": { "set": "owner", "to": owner },
    });
    let began = Instant::now();
    let id = person.json("bulk/start", &body).await?;
    let id = id.as_str().ok_or("a bulk change has no id")?.to_owned();
    let (during, changed) = editor.until(&id, "done", began).await?;
    let rows = changed["summary"]["changed"].as_f64().ok_or("a bulk change has no count")?;
    if changed["summary"]["refused"] != 0 {
        return Err(format!("the bulk change refused accounts: {}", changed["refused"]).into());
    }

    let began = Instant::now();
    person.form("bulk/undo", &[("migration", migration), ("id", &id)]).await?;
    let (during_undo, undone) = editor.until(&id, "undone", began).await?;
    let restored = undone["summary"]["undo"]["restored"].as_f64().ok_or("an undo has no count")?;

    table.section(format!("Bulk change of {rows} accounts, and its undo"));
    table.figure("a single edit, nothing else running: p99", idle.p99(), "ms");
    table.figure("bulk change", rows / during.seconds, "rows/s");
    let slower = |edits: &Times| edits.p99() / idle.p99().max(0.001);
    let target = Target::AtMost(SLOWER_AT_MOST);
    table.figure(format!("edits meanwhile ({}): p99", during.edits.count()), during.edits.p99(), "ms");
    table.compared("edits meanwhile: p99 as a multiple", slower(&during.edits), "×", target);
    table.figure("undo", restored / during_undo.seconds, "rows/s");
    table.figure(format!("edits meanwhile ({}): p99", during_undo.edits.count()), during_undo.edits.p99(), "ms");
    table.compared("edits meanwhile: p99 as a multiple", slower(&during_undo.edits), "×", target);
    Ok(())
}

/// What was seen while a job ran.
struct During {
    seconds: f64,
    edits: Times,
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

    /// Puts the next account into another cohort; answers how long that took.
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
        Ok(time)
    }

    /// Edits until the job is in this stage; answers the times, and the job as its page sees it.
    async fn until(&mut self, id: &str, stage: &str, began: Instant) -> Result<(During, Value)> {
        let (person, migration) = (self.person.clone(), self.migration.clone());
        let looked_for = id.to_owned();
        let wanted = stage.to_owned();
        let mut job = tokio::spawn(async move {
            while began.elapsed() < JOB_WITHIN {
                let seen = person.form("bulk/one", &[("migration", &migration), ("id", &looked_for)]).await?;
                if seen["summary"]["stage"] == wanted.as_str() {
                    return Ok((began.elapsed(), seen));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Err(crate::Problem::from(format!("the bulk change did not become {wanted}")))
        });
        let mut edits = Vec::new();
        loop {
            tokio::select! {
                ended = &mut job => {
                    let (elapsed, seen) = ended??;
                    return Ok((During { seconds: elapsed.as_secs_f64(), edits: Times::new(edits) }, seen));
                }
                // An edit that was sent comes to its end, so that the next knows the cohort.
                () = std::future::ready(()) => edits.push(self.edit().await?),
            }
        }
    }
}

/// The first admin: owns nothing so far, so that every account changes.
async fn admin(person: &Person) -> Result<Value> {
    let users = person.form("users/list", &[]).await?;
    let admin = users.as_array().and_then(|users| users.iter().find(|user| user["role"] == "admin"));
    Ok(admin.ok_or("there is no admin")?["id"].clone())
}
