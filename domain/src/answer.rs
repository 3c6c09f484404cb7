//! What may be said about an account: to the customer one safe sentence, to colleagues whether it can still go back.
//!
//! The sentence has no cause, no name of a person, and no date that the customer may not know. Of an account that is
//! scheduled the date is told; when whatever it depends on stands still, that the date is being confirmed.

use crate::clock::Instant;
use crate::cohort::{Cohort, CohortStage};
use crate::english;
use crate::migration::{Migration, MigrationStage};
use crate::state::{Interrupted, State};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// What the sentence is made from. Days are of the migration's zone.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub migration: &'a Migration,
    pub cohort: Option<&'a Cohort>,
    /// First and last day of the cohort's window.
    pub window: Option<(NaiveDate, NaiveDate)>,
    pub state: &'a State,
    /// The day on which the account was migrated.
    pub migrated_on: Option<NaiveDate>,
    pub today: NaiveDate,
}

const AS_USUAL: &str = "Everything works as usual.";
const CONFIRMING: &str = "The date is being confirmed.";

/// What is safe to tell the customer.
pub fn sentence(known: &Known<'_>) -> String {
    let words = words(known);
    match known.migration.settings.public_name.trim() {
        "" => words,
        // A customer may take part in several migrations.
        name => format!("{name}: {}", lower_first(&words)),
    }
}

fn words(known: &Known<'_>) -> String {
    let closed = known.migration.stage == MigrationStage::Closed;
    match known.state {
        State::NotStarted | State::Scheduled { .. } if closed => {
            format!("Your account has not moved, and no move is planned at the moment. {AS_USUAL}")
        }
        State::NotStarted if stands_still(known) => not_moved(CONFIRMING),
        State::NotStarted => match public_window(known) {
            Some(window) => not_moved(&format!("{window} Its own day is not set yet.")),
            None => not_moved("Its date is not set yet."),
        },
        State::Scheduled { plan } if stands_still(known) || plan.date < known.today => not_moved(CONFIRMING),
        State::Scheduled { plan } if plan.date == known.today => {
            format!("Your account is planned to move today, {}.", plain_day(plan.date))
        }
        State::Scheduled { plan } => {
            format!(
                "Your account is planned to move on {}. Until then everything works as usual.",
                plain_day(plan.date)
            )
        }
        State::InProgress { .. } if stands_still(known) => has_begun(),
        State::InProgress { .. } => "Your account is moving now. We will tell you as soon as it is done.".to_owned(),
        State::Completed { .. } => match known.migrated_on {
            Some(day) if day == known.today => "Your account has moved today. The move is complete.".to_owned(),
            Some(day) => format!("Your account has moved. The move was completed on {}.", plain_day(day)),
            None => "Your account has moved. The move is complete.".to_owned(),
        },
        State::Blocked { interrupted: Interrupted::InProgress { .. }, .. } => has_begun(),
        State::Blocked { .. } => not_moved(CONFIRMING),
        State::OptedOut => {
            "Your account does not take part in this move. If you would like it to, let us know.".to_owned()
        }
        State::RolledBack { .. } => {
            "Your account is back where it was before the move. A new date is being confirmed.".to_owned()
        }
    }
}

fn not_moved(date: &str) -> String {
    format!("Your account has not moved yet. {date} {AS_USUAL}")
}

fn has_begun() -> String {
    "The move of your account has begun and is not done yet. When it will be done is being confirmed.".to_owned()
}

/// Whether nothing starts at the moment, so that dates may move.
fn stands_still(known: &Known<'_>) -> bool {
    let cohort = known.cohort.map(|cohort| cohort.stage);
    matches!(known.migration.stage, MigrationStage::Paused | MigrationStage::Closed)
        || matches!(cohort, Some(CohortStage::Halted | CohortStage::Closed))
}

/// When the account's wave moves, if customers can read that on the status page, too.
fn public_window(known: &Known<'_>) -> Option<String> {
    let (first, last) = known.window.filter(|(_, last)| known.migration.published && *last >= known.today)?;
    let wave = known.cohort?.public_name();
    Some(match first == last {
        true => format!("Its wave, {wave}, is planned for {}.", plain_day(first)),
        false => format!("Its wave, {wave}, is planned for {} to {}.", plain_day(first), plain_day(last)),
    })
}

/// `Tuesday, 2 June 2026`
fn plain_day(day: NaiveDate) -> String {
    format!("{}, {} {} {}", english::weekday(day), day.day(), english::month(day), day.year())
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Whether an account that has begun can go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "chance", content = "until", rename_all = "snake_case")]
pub enum RollbackChance {
    /// It is not completed, so it may go back at any time; once it is completed, until then.
    WhileMoving(Option<Instant>),
    Until(Instant),
    Ended(Instant),
    /// It is completed and has no rollback.
    Never,
}

/// Whether the account can still go back; `None` while there is nothing to go back from.
pub fn rollback_chance(state: &State, now: Instant) -> Option<RollbackChance> {
    let until = state.attempt()?.rollback_until;
    Some(match (state, until) {
        (State::Completed { .. }, None) => RollbackChance::Never,
        (State::Completed { .. }, Some(until)) if now >= until => RollbackChance::Ended(until),
        (State::Completed { .. }, Some(until)) => RollbackChance::Until(until),
        (_, until) => RollbackChance::WhileMoving(until),
    })
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
