//! The seven words for where an account stands.

use serde::{Deserialize, Serialize};

/// Where an account stands. What each status carries is in [`crate::state::State`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Completed,
    InProgress,
    Scheduled,
    NotStarted,
    Blocked,
    RolledBack,
    OptedOut,
}

impl Status {
    /// Every status, in the order in which every screen shows them.
    pub const ALL: [Status; 7] = [
        Status::Completed,
        Status::InProgress,
        Status::Scheduled,
        Status::NotStarted,
        Status::Blocked,
        Status::RolledBack,
        Status::OptedOut,
    ];

    /// The word in code, files and addresses: `in_progress`.
    pub fn code(self) -> &'static str {
        match self {
            Status::Completed => "completed",
            Status::InProgress => "in_progress",
            Status::Scheduled => "scheduled",
            Status::NotStarted => "not_started",
            Status::Blocked => "blocked",
            Status::RolledBack => "rolled_back",
            Status::OptedOut => "opted_out",
        }
    }

    /// The words on screen: `In progress`.
    pub fn label(self) -> &'static str {
        match self {
            Status::Completed => "Completed",
            Status::InProgress => "In progress",
            Status::Scheduled => "Scheduled",
            Status::NotStarted => "Not started",
            Status::Blocked => "Blocked",
            Status::RolledBack => "Rolled back",
            Status::OptedOut => "Opted out",
        }
    }

    /// The name in style sheets and of its icon: `in-progress`.
    pub fn css(self) -> &'static str {
        match self {
            Status::Completed => "completed",
            Status::InProgress => "in-progress",
            Status::Scheduled => "scheduled",
            Status::NotStarted => "not-started",
            Status::Blocked => "blocked",
            Status::RolledBack => "rolled-back",
            Status::OptedOut => "opted-out",
        }
    }

    /// Reads the word of [`Status::code`] exactly.
    pub fn from_code(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Its place in [`Status::ALL`], for counting in an array.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// How many accounts stand in each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts(pub [u32; 7]);

impl StatusCounts {
    /// Counts one more account.
    pub fn add(&mut self, status: Status) {
        self.0[status.index()] += 1;
    }

    /// How many stand in this status.
    pub fn of(&self, status: Status) -> u32 {
        self.0[status.index()]
    }

    /// All accounts.
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Accounts that take part: all but the opted out. Shares, staff and public, are of these.
    pub fn taking_part(&self) -> u32 {
        self.total() - self.of(Status::OptedOut)
    }
}
