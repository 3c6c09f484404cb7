//! Importing all accounts from one file.

use crate::person::Person;
use crate::server::Server;
use crate::stats::milliseconds;
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Between two looks at a job; its time is exact to this.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const JOB_WITHIN: Duration = Duration::from_secs(20 * 60);

/// Uploads, checks and commits a file of accounts, each timed apart.
pub async fn measure(
    person: &Person,
    migration: &str,
    server: &Server,
    accounts: u32,
    table: &mut Table,
) -> Result<()> {
    say("importing the accounts");
    let file = invented::file(accounts);
    let megabytes = file.len() as f64 / 1e6;
    let before = server.memory("VmHWM")?;

    let started = Instant::now();
    let id = person.upload(migration, file).await?;
    let uploaded = started.elapsed();
    let fields = [("migration", migration), ("id", id.as_str())];
    person.form("imports/check", &fields).await?;
    let dry = reach(person, &fields, "checked").await?;
    let checked = started.elapsed();
    let counts = &dry["report"]["counts"];
    if counts["created"] != accounts || counts["refused"] != 0 {
        return Err(format!("the import would not create all accounts: {}", dry["report"]).into());
    }
    person.form("imports/commit", &fields).await?;
    reach(person, &fields, "finished").await?;
    let committed = started.elapsed();

    let seconds = |time: Duration| milliseconds(time) / 1_000.0;
    let rate = |time: Duration| f64::from(accounts) / time.as_secs_f64();
    table.section(format!("Import of {accounts} accounts, {megabytes:.1} MB of CSV"));
    table.figure("upload and survey of the columns", seconds(uploaded), "s");
    table.figure("dry run", seconds(checked - uploaded), "s");
    table.figure("commit", seconds(committed - checked), "s");
    table.compared("commit", rate(committed - checked), "rows/s", Target::AtLeast(8_000.0));
    table.figure("upload, dry run and commit together", rate(committed), "rows/s");
    table.figure("memory of the empty server", before, "MB");
    table.figure("highest memory of the server", server.memory("VmHWM")?, "MB");
    Ok(())
}

/// Looks at the import, as its page does, until it is in this phase.
pub async fn reach(person: &Person, fields: &[(&str, &str)], wanted: &str) -> Result<Value> {
    let began = Instant::now();
    while began.elapsed() < JOB_WITHIN {
        let import = person.form("imports/one", fields).await?;
        let phase = &import["phase"]["phase"];
        if phase == wanted {
            return Ok(import);
        }
        if phase == "failed" || phase == "mapping" {
            return Err(format!("the import stopped: {} {}", import["phase"], import["open"]).into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(format!("the import did not become {wanted}").into())
}
