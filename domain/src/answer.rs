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

/// What a customer may be told of their account: nothing else is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// The migration is over, and the account has not moved.
    NotPlanned,
    Confirming,
    NoDate,
    /// When its wave moves, as the status page says, too.
    Wave {
        name: String,
        first: NaiveDate,
        last: NaiveDate,
    },
    Today {
        day: NaiveDate,
    },
    Planned {
        day: NaiveDate,
    },
    Moving,
    /// It has begun, and nobody knows when it will be done.
    Begun,
    MovedToday,
    Moved {
        day: Option<NaiveDate>,
    },
    NotTakingPart,
    /// It was rolled back.
    Back,
}

impl Told {
    /// The day that the account is planned for, if the customer may know.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Told::Today { day } | Told::Planned { day } => Some(*day),
            _ => None,
        }
    }
}

/// What is safe to tell the customer.
pub fn told(known: &Known<'_>) -> Told {
    let closed = known.migration.stage == MigrationStage::Closed;
    match known.state {
        State::NotStarted | State::Scheduled { .. } if closed => Told::NotPlanned,
        State::NotStarted if stands_still(known) => Told::Confirming,
        State::NotStarted => public_window(known).unwrap_or(Told::NoDate),
        State::Scheduled { plan } if stands_still(known) || plan.date < known.today => Told::Confirming,
        State::Scheduled { plan } if plan.date == known.today => Told::Today { day: plan.date },
        State::Scheduled { plan } => Told::Planned { day: plan.date },
        State::InProgress { .. } if stands_still(known) => Told::Begun,
        State::InProgress { .. } => Told::Moving,
        State::Completed { .. } if known.migrated_on == Some(known.today) => Told::MovedToday,
        State::Completed { .. } => Told::Moved { day: known.migrated_on },
        State::Blocked { interrupted: Interrupted::InProgress { .. }, .. } => Told::Begun,
        State::Blocked { .. } => Told::Confirming,
        State::OptedOut => Told::NotTakingPart,
        State::RolledBack { .. } => Told::Back,
    }
}

/// The same in one sentence.
pub fn sentence(known: &Known<'_>) -> String {
    let words = words(&told(known));
    match known.migration.settings.public_name.trim() {
        "" => words,
        // A customer may take part in several migrations.
        name => format!("{name}: {}", lower_first(&words)),
    }
}

fn words(told: &Told) -> String {
    match told {
        Told::NotPlanned => format!("Your account has not moved, and no move is planned at the moment. {AS_USUAL}"),
        Told::Confirming => not_moved(CONFIRMING),
        Told::NoDate => not_moved("Its date is not set yet."),
        Told::Wave { name, first, last } => {
            let days = match first == last {
                true => plain_day(*first),
                false => format!("{} to {}", plain_day(*first), plain_day(*last)),
            };
            not_moved(&format!("Its wave, {name}, is planned for {days}. Its own day is not set yet."))
        }
        Told::Today { day } => format!("Your account is planned to move today, {}.", plain_day(*day)),
        Told::Planned { day } => {
            format!("Your account is planned to move on {}. Until then everything works as usual.", plain_day(*day))
        }
        Told::Moving => "Your account is moving now. We will tell you as soon as it is done.".to_owned(),
        Told::Begun => {
            "The move of your account has begun and is not done yet. When it will be done is being confirmed."
                .to_owned()
        }
        Told::MovedToday => "Your account has moved today. The move is complete.".to_owned(),
        Told::Moved { day: Some(day) } => {
            format!("Your account has moved. The move was completed on {}.", plain_day(*day))
        }
        Told::Moved { day: None } => "Your account has moved. The move is complete.".to_owned(),
        Told::NotTakingPart => {
            "Your account does not take part in this move. If you would like it to, let us know.".to_owned()
        }
        Told::Back => "Your account is back where it was before the move. A new date is being confirmed.".to_owned(),
    }
}

fn not_moved(date: &str) -> String {
    format!("Your account has not moved yet. {date} {AS_USUAL}")
}

/// Whether nothing starts at the moment, so that dates may move.
fn stands_still(known: &Known<'_>) -> bool {
    let cohort = known.cohort.map(|cohort| cohort.stage);
    matches!(known.migration.stage, MigrationStage::Paused | MigrationStage::Closed)
        || matches!(cohort, Some(CohortStage::Halted | CohortStage::Closed))
}

/// When the account's wave moves, if customers can read that on the status page, too.
fn public_window(known: &Known<'_>) -> Option<Told> {
    let (first, last) = known.window.filter(|(_, last)| known.migration.published && *last >= known.today)?;
    Some(Told::Wave { name: known.cohort?.public_name(), first, last })
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
