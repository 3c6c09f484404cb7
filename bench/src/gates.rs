//! The report of a cohort with its gates evaluated, with all accounts in that cohort.

use crate::person::Person;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::json;
use std::time::{Duration, Instant};

const REPORTS: usize = 200;
const TARGET: Target = Target::AtMost(50.0);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const JOB_WITHIN: Duration = Duration::from_secs(20 * 60);

/// Puts every account into one cohort and asks for that cohort's report. An answer holds every gate against its figures,
/// health, forecast, burn-up and blockers, and looks at each account for whether it was told in time: more than what a trigger
/// looks at after each commit.
pub async fn measure(person: &Person, migration: &str, table: &mut Table) -> Result<()> {
    say("evaluating the gates of a cohort with all accounts");
    let form = [("migration", migration), ("form[name]", "Everybody")];
    let cohort = person.form("cohorts/create", &form).await?;
    let cohort = cohort.as_u64().ok_or("a cohort has no number")?;
    let body = json!({
        "migration": migration,
        "command": "bench-gates-cohort",
        "scope": { "scope": "matching", "view": {}, "at_least": null },
        "change": { "set": "cohort", "to": cohort },
    });
    let id = person.json("bulk/start", &body).await?;
    let id = id.as_str().ok_or("a bulk change has no id")?.to_owned();
    let began = Instant::now();
    let moved = loop {
        let one = person.form("bulk/one", &[("migration", migration), ("id", &id)]).await?;
        if one["summary"]["stage"] == "done" {
            break one["summary"]["changed"].as_u64().unwrap_or(0);
        }
        if began.elapsed() > JOB_WITHIN {
            return Err("the accounts did not get into their cohort".into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let number = cohort.to_string();
    let mut times = Vec::with_capacity(REPORTS);
    for _ in 0..REPORTS {
        let began = Instant::now();
        let report = person.form("gates/report", &[("migration", migration), ("cohort", &number)]).await?;
        times.push(began.elapsed());
        if report["evaluations"].as_array().is_none_or(Vec::is_empty) {
            return Err("a report has no evaluations".into());
        }
    }
    let times = Times::new(times);
    table.section(format!("Gates of a cohort of {moved} accounts"));
    table.figure("report with gates, health and forecast: p50", times.p50(), "ms");
    table.compared("report with gates, health and forecast: p99", times.p99(), "ms", TARGET);
    Ok(())
}
