//! Rules of notifications: whom one reaches among all accounts, and how fast the messages that are due then are written.

use crate::person::Person;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The rule of the default set that tells the date 14 days before.
const NOTICE: &str = "1";
/// Dates that are changed one by one.
const CHANGES: usize = 200;
const LOOK_EVERY: Duration = Duration::from_millis(100);
const WITHIN: Duration = Duration::from_secs(20 * 60);

/// Schedules what can be scheduled within the notice, asks whom the rule reaches, switches it on, and waits until everybody has
/// a message.
pub async fn measure(person: &Person, migration: &str, table: &mut Table) -> Result<()> {
    say("planning and writing notices");
    let day = person.overview().await?["today"].as_str().ok_or("there is no today")?.parse::<chrono::NaiveDate>()?;
    let date = day.checked_add_days(chrono::Days::new(10)).ok_or("the calendar ends")?;
    let body = json!({
        "migration": migration,
        "command": "bench-notices-0001",
        "scope": { "scope": "matching", "view": { "statuses": ["not_started", "scheduled"] }, "at_least": null },
        "change": { "set": "state", "to": { "move": "schedule", "date": date, "pinned": null } },
    });
    let id = person.json("bulk/start", &body).await?;
    let id = id.as_str().ok_or("a bulk change has no id")?.to_owned();
    until(|| async {
        let seen = person.form("bulk/one", &[("migration", migration), ("id", &id)]).await?;
        Ok((seen["summary"]["stage"] == "done").then_some(()))
    })
    .await?;

    let began = Instant::now();
    let reach = person.form("rules/reach", &[("migration", migration), ("number", NOTICE)]).await?;
    let looked = began.elapsed();
    let now = reach["now"].as_u64().ok_or("a reach has no number")?;

    let began = Instant::now();
    let body = json!({ "migration": migration, "number": 1, "on": true, "typed": now });
    let (switched, _) = person.timed("rules/switch", body.to_string()).await?;
    until(|| async {
        let rules = person.form("rules/list", &[("migration", migration)]).await?;
        let line = &rules["rules"][0];
        let written = line["open"].as_u64().unwrap_or(0) + line["sent"].as_u64().unwrap_or(0);
        Ok((written >= now).then_some(()))
    })
    .await?;
    let written = began.elapsed().saturating_sub(switched);

    table.section(format!("Notices to {now} of the accounts"));
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    let target = Target::AtMost(1_000.0);
    table.compared("whom a rule reaches: all accounts from nothing", milliseconds(looked), "ms", target);
    table.figure("switching it on: that, and the plan anew", milliseconds(switched), "ms");
    table.figure("messages that are due, written", now as f64 / written.as_secs_f64().max(0.001), "rows/s");
    let planned = changed_dates(person, migration, date).await?;
    let name = "a changed date: durable, its messages planned anew: p50";
    table.compared(name, planned.p50(), "ms", Target::AtMost(5.0));
    table.figure("the same: p99", planned.p99(), "ms");
    let off: Value = json!({ "migration": migration, "number": 1, "on": false, "typed": null });
    person.json("rules/switch", &off).await.map(|_| ())
}

/// Moves the date of some scheduled accounts, one after the other. What is measured has the plan in it, and the commit.
async fn changed_dates(person: &Person, migration: &str, date: chrono::NaiveDate) -> Result<Times> {
    let view = json!({ "statuses": ["scheduled"] });
    let body = json!({ "migration": migration, "view": view, "offset": 0, "limit": CHANGES, "at_least": null });
    let window = person.json("accounts/window", &body).await?;
    let rows = window["rows"].as_array().filter(|rows| !rows.is_empty()).ok_or("no account is scheduled")?;
    let later = date.checked_add_days(chrono::Days::new(20)).ok_or("the calendar ends")?;
    let mut times = Vec::with_capacity(rows.len());
    for row in rows {
        let to = json!({ "move": "schedule", "date": later, "pinned": "The customer asked for it" });
        let body = json!({
            "migration": migration,
            "account": row["number"],
            "command": format!("bench-plan-{:06}", row["number"].as_u64().unwrap_or(0)),
            "changes": [{ "field": "state", "seen": row["state"], "to": to }],
        });
        let (time, answer) = person.timed("accounts/edit", body.to_string()).await?;
        if answer["outcome"] != "saved" {
            return Err(format!("a date was not changed: {answer}").into());
        }
        times.push(time);
    }
    Ok(Times::new(times))
}

async fn until<F: Future<Output = Result<Option<()>>>>(look: impl Fn() -> F) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < WITHIN {
        if look().await?.is_some() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err("the notices were not written in time".into())
}
