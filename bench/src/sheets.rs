//! Taking all accounts away as files, and importing such a workbook into another migration.

use crate::imports::reach;
use crate::person::Person;
use crate::server::Server;
use crate::stats::milliseconds;
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use std::time::{Duration, Instant};

/// The address of the migration into which the workbook is imported.
const COPY: &str = "bench-copy";
/// Columns that mean the same in another migration: it has no cohorts, and nobody owns anything yet.
const COLUMNS: &str = "account,name,plan,region,status,date,blocker";

/// The same as for a CSV file: a workbook becomes one when it is uploaded.
const COMMIT: Target = Target::AtLeast(8_000.0);
/// All of a large migration within five seconds: as long as people wait for a download to end without wondering.
const EXPORT: Target = Target::AtLeast(20_000.0);

/// Exports all accounts twice, then imports the workbook.
pub async fn measure(person: &Person, server: &Server, accounts: u32, table: &mut Table) -> Result<()> {
    say("exporting the accounts and importing a workbook");
    table.section(format!("Files of {accounts} accounts"));
    let rate = |time: Duration| f64::from(accounts) / time.as_secs_f64();

    let csv = export(person, server, "export.csv", table).await?;
    let lines = csv.bytes.iter().filter(|byte| **byte == b'\n').count();
    if lines != accounts as usize + 1 {
        return Err(format!("the exported CSV file has {lines} lines").into());
    }
    table.compared("export as CSV", rate(csv.time), "rows/s", EXPORT);
    let xlsx = export(person, server, &format!("export.xlsx?columns={COLUMNS}"), table).await?;
    table.compared("export as XLSX", rate(xlsx.time), "rows/s", EXPORT);

    let form = [
        ("form[name]", "Bench copy"),
        ("form[public_name]", "Bench copy"),
        ("form[slug]", COPY),
        ("form[description]", ""),
        ("form[deadline]", "2031-06-30"),
        ("form[time_zone]", "Europe/Berlin"),
        ("form[rollback_days]", "14"),
    ];
    person.form("migrations/create", &form).await?;
    let overview = person.form("migrations/overview", &[("slug", COPY)]).await?;
    let migration = overview["migration"]["id"].as_str().ok_or("a migration has no id")?.to_owned();
    server.forget_highest_memory()?;
    let before = server.memory("VmRSS")?;
    let started = Instant::now();
    let id = person.upload(&migration, xlsx.bytes).await?;
    let uploaded = started.elapsed();
    table.figure("upload of the workbook, read as CSV", rate(uploaded), "rows/s");
    table.figure("memory for that", server.memory("VmHWM")? - before, "MB");
    let fields = [("migration", migration.as_str()), ("id", id.as_str())];
    person.form("imports/check", &fields).await?;
    let dry = reach(person, &fields, "checked").await?;
    if dry["report"]["counts"]["created"] != accounts {
        return Err(format!("the workbook would not create all accounts: {}", dry["report"]).into());
    }
    let checked = started.elapsed();
    person.form("imports/commit", &fields).await?;
    reach(person, &fields, "finished").await?;
    let committed = started.elapsed();
    table.compared("import of the workbook: commit", rate(committed - checked), "rows/s", COMMIT);
    table.figure("upload, dry run and commit together", rate(committed), "rows/s");
    Ok(())
}

struct Exported {
    bytes: Vec<u8>,
    time: Duration,
}

async fn export(person: &Person, server: &Server, file: &str, table: &mut Table) -> Result<Exported> {
    server.forget_highest_memory()?;
    let before = server.memory("VmRSS")?;
    let started = Instant::now();
    let response = person.fetch(&format!("/m/{}/{file}", invented::SLUG), "identity").await?;
    let first = started.elapsed();
    let bytes = response.bytes().await?.to_vec();
    let time = started.elapsed();
    let kind = if file.contains("xlsx") { "XLSX" } else { "CSV" };
    table.figure(format!("size of the {kind} file"), bytes.len() as f64 / 1e6, "MB");
    table.figure(format!("{kind}: until it begins"), milliseconds(first), "ms");
    table.figure(format!("{kind}: memory for it"), server.memory("VmHWM")? - before, "MB");
    Ok(Exported { bytes, time })
}
