//! Groups with their counts, of all accounts and of filters that nobody asked for before.

use crate::asking::Asker;
use crate::bulk::{Change, run};
use crate::person::Person;
use crate::stats::Times;
use crate::table::Table;
use crate::windows::UNSEEN_P99;
use crate::{Result, invented, say};
use serde_json::{Value, json};
use std::time::Duration;

const COLUMNS: [&str; 6] = ["status", "cohort", "owner", "blocker", "plan", "region"];
/// Questions per column.
const QUESTIONS: usize = 100;
/// Views that the section on windows did not ask for.
const UNSEEN_FROM: usize = 10_000;
/// Options of a field of the migration's own, each given to the accounts in these statuses.
const SEGMENTS: [(&str, &[&str]); 4] = [
    ("Gold", &["completed"]),
    ("Silver", &["scheduled", "in_progress"]),
    ("Bronze", &["not_started"]),
    ("Tin", &["blocked", "rolled_back", "opted_out"]),
];

/// Groups by each column, the first time and with unseen filters.
pub async fn measure(person: &Person, migration: &str, table: &mut Table) -> Result<()> {
    say("grouping");
    let asker = Asker::new(person, migration);
    let select = select_field(person, migration).await?;
    let columns: Vec<&str> = COLUMNS.into_iter().chain([select.as_str()]).collect();
    table.section("Groups with their counts");

    let mut first = Vec::new();
    for column in &columns {
        first.push(group(&asker, json!({ "group": column })).await?);
    }
    let first = Times::new(first);
    table.figure(format!("all accounts, first time, by {} columns: p50", first.count()), first.p50(), "ms");
    table.figure("all accounts, first time: slowest", first.longest(), "ms");

    let mut unseen = Vec::new();
    for index in 0..QUESTIONS * columns.len() {
        let mut view = invented::view(UNSEEN_FROM + index);
        view["sort"] = json!([]);
        view["group"] = json!(columns[index % columns.len()]);
        unseen.push(group(&asker, view).await?);
    }
    let unseen = Times::new(unseen);
    let name = format!("filters not seen before ({})", unseen.count());
    table.figure(format!("{name}: p50"), unseen.p50(), "ms");
    table.compared(format!("{name}: p99"), unseen.p99(), "ms", UNSEEN_P99);
    Ok(())
}

/// Asks for a grouped view, and counts its counts.
async fn group(asker: &Asker, view: Value) -> Result<Duration> {
    let (time, window) = asker.window(&view, 0, 50).await?;
    let groups = window["groups"].as_array().ok_or("a window has no groups")?;
    let sum: u64 = groups.iter().filter_map(|group| group["count"].as_u64()).sum();
    if window["matching"] != sum {
        return Err(format!("the groups of {view} have {sum} rows, the view has {}", window["matching"]).into());
    }
    Ok(time)
}

/// Adds a select field and gives every account a value; answers the name of its column.
async fn select_field(person: &Person, migration: &str) -> Result<String> {
    let options = SEGMENTS.map(|(option, _)| option).join("\n");
    let form = [
        ("migration", migration),
        ("form[label]", "Segment"),
        ("form[kind]", "select"),
        ("form[options]", options.as_str()),
    ];
    let number = person.form("fields/add", &form).await?;
    for (option, statuses) in SEGMENTS {
        let value = json!({ "is": "select", "value": option });
        let change = json!({ "set": "custom", "number": number, "to": value });
        run(person, migration, &Change { view: json!({ "statuses": statuses }), change }).await?;
    }
    Ok(format!("f{number}"))
}
