//! Why an account cannot move.

use crate::clock::Instant;
use serde::{Deserialize, Serialize};

/// The kind of reason, from a short list so that blockers can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockerCategory {
    Integration,
    Data,
    Contract,
    Customer,
    Technical,
    Security,
    Other,
}

impl BlockerCategory {
    /// Every category, in the order in which menus offer them.
    pub const ALL: [BlockerCategory; 7] = [
        BlockerCategory::Integration,
        BlockerCategory::Data,
        BlockerCategory::Contract,
        BlockerCategory::Customer,
        BlockerCategory::Technical,
        BlockerCategory::Security,
        BlockerCategory::Other,
    ];

    /// The word in code, files and addresses.
    pub fn code(self) -> &'static str {
        match self {
            BlockerCategory::Integration => "integration",
            BlockerCategory::Data => "data",
            BlockerCategory::Contract => "contract",
            BlockerCategory::Customer => "customer",
            BlockerCategory::Technical => "technical",
            BlockerCategory::Security => "security",
            BlockerCategory::Other => "other",
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            BlockerCategory::Integration => "Integration",
            BlockerCategory::Data => "Data",
            BlockerCategory::Contract => "Contract",
            BlockerCategory::Customer => "Customer",
            BlockerCategory::Technical => "Technical",
            BlockerCategory::Security => "Security",
            BlockerCategory::Other => "Other",
        }
    }

    /// Reads a category by its code, whatever its case.
    pub fn from_code(code: &str) -> Option<BlockerCategory> {
        BlockerCategory::ALL.into_iter().find(|category| category.code().eq_ignore_ascii_case(code.trim()))
    }
}

/// A blocker: its kind, what exactly, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    pub category: BlockerCategory,
    /// Free text, up to [`BLOCKER_TEXT_MAX`] characters; may name people, so it counts as personal.
    pub text: String,
    pub since: Instant,
}

/// Longest text of a blocker, in characters.
pub const BLOCKER_TEXT_MAX: usize = 2_000;
