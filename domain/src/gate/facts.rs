//! Everything that gates are evaluated against.

use super::{Amount, Approval, Comparison};
use crate::clock::Instant;
use crate::cohort::Window;
use crate::id::CohortNumber;
use crate::status::{Status, StatusCounts};
use serde::{Deserialize, Serialize};

/// A cohort that has to be through before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    pub number: CohortNumber,
    pub label: String,
    /// Its exit gate was signed or overridden; or it is closed and has none.
    pub passed: bool,
}

/// Everything that gates are evaluated against. `None` stands for a source that has no data yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortFacts {
    pub counts: StatusCounts,
    pub last_completed: Option<Instant>,
    pub window: Option<Window>,
    pub previous: Vec<Previous>,
    /// Accounts that were notified at least so many days ahead.
    #[serde(default)]
    pub notified: Vec<(u16, u32)>,
    /// Accounts that nobody was told of yet, whose notice is planned for at least so many days ahead.
    #[serde(default)]
    pub to_be_notified: Vec<(u16, u32)>,
    #[serde(default)]
    pub open_tickets: Option<u32>,
    #[serde(default)]
    pub error_rate: Option<Amount>,
    #[serde(default)]
    pub readiness: Option<Amount>,
    #[serde(default)]
    pub high_risks: Option<u32>,
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

impl CohortFacts {
    /// A share of the accounts that take part, rounded against the gate, so that what is shown as met is met.
    pub fn share(&self, count: u32, comparison: Comparison) -> Option<Amount> {
        per(u64::from(count) * 10_000, self.counts.taking_part(), comparison)
    }

    /// How many accounts stand in this status.
    pub fn of(&self, status: Status) -> u32 {
        self.counts.of(status)
    }
}

pub(super) fn per(hundredths: u64, of: u32, comparison: Comparison) -> Option<Amount> {
    let of = u64::from(of);
    let value = match comparison {
        Comparison::AtLeast => hundredths.checked_div(of)?,
        Comparison::AtMost => hundredths.checked_add(of.checked_sub(1)?)?.checked_div(of)?,
    };
    u32::try_from(value).ok().map(Amount)
}
