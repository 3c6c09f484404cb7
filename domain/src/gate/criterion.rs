//! What a gate measures, and what its figure counts.

use super::Amount;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// What a gate measures. Shares are of accounts not opted out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "measures", rename_all = "snake_case")]
pub enum Criterion {
    /// Share of accounts completed.
    Completed,
    /// Share of accounts blocked.
    Blocked,
    /// Share of accounts rolled back.
    RolledBack,
    /// Share of accounts that were notified at least so many days before their date, or whose notice is planned for then: in
    /// a window of some weeks the turn of the last ones has not come when the first ones start.
    Notified { days: u16 },
    /// The cohorts before this one have passed their exit gates.
    Previous,
    /// Hours since the last account was completed.
    Soak,
    /// Open tickets per 100 accounts.
    Tickets,
    /// Error rate as a multiple of its baseline.
    ErrorRate,
    /// Share of the readiness checklist that is done.
    Readiness,
    /// Open risks that are rated high.
    HighRisks,
    /// A person with this duty says yes.
    Approval {
        duty: String,
        /// Who may say it; `None`: every operator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<UserId>,
        /// Whoever starts or closes the cohort must be somebody else than who approved.
        #[serde(default)]
        four_eyes: bool,
    },
}

/// On which side of its threshold a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    AtLeast,
    AtMost,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Percent,
    Hours,
    Per100,
    Times,
    Count,
    /// Yes or no: there is no threshold to set.
    Yes,
}

impl Unit {
    /// A figure with its unit.
    pub fn words(self, amount: Amount) -> String {
        match self {
            Unit::Percent => format!("{amount} %"),
            Unit::Hours => format!("{amount} h"),
            Unit::Per100 | Unit::Count => amount.to_string(),
            Unit::Times => format!("{amount} ×"),
            Unit::Yes => if amount.0 > 0 { "yes" } else { "no" }.to_owned(),
        }
    }

    /// What stands behind the field for the threshold.
    pub fn suffix(self) -> &'static str {
        match self {
            Unit::Percent => "%",
            Unit::Hours => "hours",
            Unit::Per100 => "per 100 accounts",
            Unit::Times => "× baseline",
            Unit::Count | Unit::Yes => "",
        }
    }

    pub(super) fn most(self) -> Amount {
        match self {
            Unit::Percent | Unit::Per100 | Unit::Times => Amount::whole(100),
            Unit::Hours => Amount::whole(90 * 24),
            Unit::Count => Amount::whole(1_000),
            Unit::Yes => Amount::whole(1),
        }
    }
}

impl Criterion {
    /// The word in code and forms.
    pub fn code(&self) -> &'static str {
        match self {
            Criterion::Completed => "completed",
            Criterion::Blocked => "blocked",
            Criterion::RolledBack => "rolled_back",
            Criterion::Notified { .. } => "notified",
            Criterion::Previous => "previous",
            Criterion::Soak => "soak",
            Criterion::Tickets => "tickets",
            Criterion::ErrorRate => "error_rate",
            Criterion::Readiness => "readiness",
            Criterion::HighRisks => "high_risks",
            Criterion::Approval { .. } => "approval",
        }
    }

    /// The words on screen.
    pub fn label(&self) -> String {
        match self {
            Criterion::Completed => "Completed".to_owned(),
            Criterion::Blocked => "Blocked".to_owned(),
            Criterion::RolledBack => "Rolled back".to_owned(),
            Criterion::Notified { days: 1 } => "Notified, or planned to be, a day ahead".to_owned(),
            Criterion::Notified { days } => format!("Notified, or planned to be, {days} days ahead"),
            Criterion::Previous => "Cohorts before passed their exit gates".to_owned(),
            Criterion::Soak => "Time since the last account was completed".to_owned(),
            Criterion::Tickets => "Open tickets per 100 accounts".to_owned(),
            Criterion::ErrorRate => "Error rate to baseline".to_owned(),
            Criterion::Readiness => "Readiness".to_owned(),
            Criterion::HighRisks => "Open high risks".to_owned(),
            Criterion::Approval { duty, .. } => format!("Approved by {duty}"),
        }
    }

    /// One of each, for menus.
    pub fn samples() -> [Criterion; 11] {
        [
            Criterion::Completed,
            Criterion::Blocked,
            Criterion::RolledBack,
            Criterion::Notified { days: 14 },
            Criterion::Previous,
            Criterion::Soak,
            Criterion::Tickets,
            Criterion::ErrorRate,
            Criterion::Readiness,
            Criterion::HighRisks,
            Criterion::Approval { duty: String::new(), person: None, four_eyes: true },
        ]
    }

    /// On which side of the threshold the figure has to be: what it measures decides that.
    pub fn comparison(&self) -> Comparison {
        match self {
            Criterion::Blocked
            | Criterion::RolledBack
            | Criterion::Tickets
            | Criterion::ErrorRate
            | Criterion::HighRisks => Comparison::AtMost,
            _ => Comparison::AtLeast,
        }
    }

    /// What its figure counts.
    pub fn unit(&self) -> Unit {
        match self {
            Criterion::Completed
            | Criterion::Blocked
            | Criterion::RolledBack
            | Criterion::Notified { .. }
            | Criterion::Readiness => Unit::Percent,
            Criterion::Soak => Unit::Hours,
            Criterion::Tickets => Unit::Per100,
            Criterion::ErrorRate => Unit::Times,
            Criterion::HighRisks => Unit::Count,
            Criterion::Previous | Criterion::Approval { .. } => Unit::Yes,
        }
    }

    /// The threshold that the editor proposes.
    pub fn usual(&self) -> Amount {
        match self {
            Criterion::Completed => Amount::whole(98),
            Criterion::Blocked | Criterion::RolledBack => Amount::whole(2),
            Criterion::Notified { .. } => Amount::whole(100),
            Criterion::Soak => Amount::whole(24),
            Criterion::Tickets => Amount::whole(4),
            Criterion::ErrorRate => Amount(150),
            Criterion::Readiness => Amount::whole(95),
            Criterion::HighRisks => Amount(0),
            Criterion::Previous | Criterion::Approval { .. } => Amount::whole(1),
        }
    }
}
