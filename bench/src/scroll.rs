//! Windows deep in the table beside its first page.

use crate::asking::Asker;
use crate::edits::Writer;
use crate::person::Person;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::{Value, json};

/// Questions of each kind.
const QUESTIONS: u32 = 400;
/// Rows that a page asks for at once.
const WINDOW: u32 = 100;
/// How much longer a window deep in the table may take.
const DEEP: Target = Target::AtMost(1.5);

/// Asks in turn for the first page and for one far down, so that what else the machine does falls on both: first with
/// nothing changing, then with an edit before each question, after which the answers that were kept are void.
pub async fn measure(person: &Person, migration: &str, accounts: u32, table: &mut Table) -> Result<()> {
    say("scrolling far down");
    let asker = Asker::new(person, migration);
    let writer = Writer::several(person, migration, 1, 100).await?.pop().ok_or("there is no writer")?;
    let mut writer = writer.called("scroll");
    let view = json!({ "sort": [{ "column": "name" }] });
    asker.ask(&view).await?;
    table.section(format!("Scrolling: {WINDOW} rows from the last half of all, beside the first page"));
    compare(&asker, None, &view, accounts, "nothing changing", table).await?;
    compare(&asker, Some(&mut writer), &view, accounts, "an edit before each", table).await
}

async fn compare(
    asker: &Asker,
    mut writer: Option<&mut Writer>,
    view: &Value,
    accounts: u32,
    when: &str,
    table: &mut Table,
) -> Result<()> {
    let (mut first, mut deep) = (Vec::new(), Vec::new());
    let half = accounts / 2;
    for turn in 0..QUESTIONS {
        // Steps by a prime wander all over the last half.
        let far = half + (turn * 7_919) % (half - WINDOW);
        for (offset, times) in [(0, &mut first), (far, &mut deep)] {
            if let Some(writer) = writer.as_deref_mut() {
                writer.edit().await?;
            }
            let (time, window) = asker.window(view, offset, WINDOW).await?;
            if window["rows"].as_array().map(Vec::len) != Some(WINDOW as usize) {
                return Err(format!("there are not {WINDOW} rows at {offset}").into());
            }
            times.push(time);
        }
    }
    let (first, deep) = (Times::new(first), Times::new(deep));
    for (rank, first, deep) in [("p50", first.p50(), deep.p50()), ("p99", first.p99(), deep.p99())] {
        table.figure(format!("{when}: first page: {rank}"), first, "ms");
        table.figure(format!("{when}: far down: {rank}"), deep, "ms");
        table.compared(format!("{when}: far down, as a multiple: {rank}"), deep / first.max(0.001), "×", DEEP);
    }
    Ok(())
}
