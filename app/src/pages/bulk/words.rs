//! The words for changes of many accounts.

use crate::api::bulk::{BulkSummary, BulkWork};
use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::components::number::{counted, grouped};
use crate::pages::accounts::words;
use domain::account::Row;
use domain::bulk::{BulkChange, BulkStage};
use domain::custom::{CustomValue, field_of};
use domain::id::FieldNumber;
use domain::state::Move;
use std::collections::BTreeSet;

/// What a change sets: `Owner: Hanna Kowalska`, `Scheduled for 2 Jun 2026`.
pub fn change(overview: &Overview, change: &BulkChange) -> String {
    match change {
        BulkChange::Owner { to } => format!("Owner: {}", words::owner(overview, to.as_ref())),
        BulkChange::Cohort { to } => format!("Cohort: {}", words::cohort(overview, *to)),
        BulkChange::Custom { number, to } => {
            let label = field_label(overview, *number);
            match to.as_ref().map(CustomValue::text) {
                None => format!("{label} cleared"),
                // Free text is not kept here once the change has run.
                Some(text) if text.is_empty() => format!("{label} set"),
                Some(text) => format!("{label}: {text}"),
            }
        }
        BulkChange::CohortDate { date, .. } => format!("Scheduled for {}", long_day(*date)),
        BulkChange::State { to } => match to {
            Move::Reset => "Back to not started".to_owned(),
            Move::Schedule { date, .. } => format!("Scheduled for {}", long_day(*date)),
            Move::Start => "Started".to_owned(),
            Move::Complete { at: Some(at) } => {
                format!("Completed, migrated {}", words::instant_text(*at, overview.today))
            }
            Move::Complete { at: None } => "Completed".to_owned(),
            Move::Block { category, text } if text.is_empty() => format!("Blocked: {}", category.label()),
            Move::Block { category, text } => format!("Blocked: {}, {text}", category.label()),
            Move::Resume => "Resumed after a blocker".to_owned(),
            Move::OptOut => "Opted out".to_owned(),
            Move::RollBack { reason } if reason.is_empty() => "Rolled back".to_owned(),
            Move::RollBack { reason } => format!("Rolled back: {reason}"),
            Move::SetRollbackUntil { until: None } => "No rollback any more".to_owned(),
            Move::SetRollbackUntil { until: Some(until) } => {
                format!("Rollback until {}", words::instant_text(*until, overview.today))
            }
        },
    }
}

fn field_label(overview: &Overview, number: FieldNumber) -> String {
    let field = field_of(&overview.migration.fields, number);
    field.map_or_else(|| "A custom field".to_owned(), |field| field.settings.label.clone())
}

/// What was done, in the list of changes.
pub fn work(overview: &Overview, work: &BulkWork) -> String {
    match work {
        BulkWork::Change { change: what, .. } => change(overview, what),
        BulkWork::Split { parts, .. } => format!("Split into {parts}"),
        BulkWork::Dates { cohorts } => {
            let labels: Vec<_> = cohorts.iter().map(|cohort| words::cohort(overview, Some(*cohort))).collect();
            format!("Dates of {}", labels.join(", "))
        }
        BulkWork::Import { file, .. } => format!("Import of {file}"),
    }
}

/// Where it stands, in a word.
pub fn stage(stage: BulkStage) -> &'static str {
    match stage {
        BulkStage::Running => "Running",
        BulkStage::Done => "Done",
        BulkStage::Cancelled => "Cancelled",
        BulkStage::Undoing => "Being undone",
        BulkStage::Undone => "Undone",
    }
}

/// How many accounts did what: `1,204 changed, 3 refused`.
pub fn figures(summary: &BulkSummary) -> String {
    let mut parts = vec![format!("{} changed", grouped(summary.changed))];
    if summary.unchanged > 0 {
        parts.push(format!("{} so already", grouped(summary.unchanged)));
    }
    if summary.refused > 0 {
        parts.push(format!("{} refused", grouped(summary.refused)));
    }
    parts.join(", ")
}

/// What an undo did: `39 restored, 1 left as it is`.
pub fn undone(restored: u32, removed: u32, kept: u32) -> String {
    let mut parts = vec![format!("{} restored", counted(restored, "account", "accounts"))];
    if removed > 0 {
        parts.push(format!("{} taken away again", grouped(removed)));
    }
    if kept > 0 {
        parts.push(format!("{} left as {}", grouped(kept), if kept == 1 { "it is" } else { "they are" }));
    }
    parts.join(", ")
}

/// What of an account changes, before and after in words.
pub fn differences(overview: &Overview, before: &Row, after: &Row) -> Vec<(String, String, String)> {
    let mut list = Vec::new();
    if before.state != after.state {
        let (was, becomes) = (words::state(&before.state), words::state(&after.state));
        if was == becomes {
            let until = |row: &Row| {
                row.state
                    .rollback_until()
                    .map_or_else(|| "none".to_owned(), |at| words::instant_text(at, overview.today))
            };
            list.push(("Rollback until".to_owned(), until(before), until(after)));
        } else {
            list.push(("Status".to_owned(), was, becomes));
        }
    }
    if before.owner != after.owner {
        let owner = |row: &Row| words::owner(overview, row.owner.as_ref());
        list.push(("Owner".to_owned(), owner(before), owner(after)));
    }
    if before.cohort != after.cohort {
        let cohort = |row: &Row| words::cohort(overview, row.cohort);
        list.push(("Cohort".to_owned(), cohort(before), cohort(after)));
    }
    let numbers: BTreeSet<&FieldNumber> = before.custom.keys().chain(after.custom.keys()).collect();
    for number in numbers {
        let value = |row: &Row| row.custom.get(number).map_or_else(|| "none".to_owned(), CustomValue::text);
        if before.custom.get(number) != after.custom.get(number) {
            list.push((field_label(overview, *number), value(before), value(after)));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_is_told_in_one_line() {
        assert_eq!(undone(39, 0, 1), "39 accounts restored, 1 left as it is");
        assert_eq!(undone(1, 1_204, 12), "1 account restored, 1,204 taken away again, 12 left as they are");
    }
}
