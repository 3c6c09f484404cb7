//! Which accounts of the table are selected.

use domain::id::AccountNumber;

/// The selection of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Selected {
    #[default]
    None,
    Rows(Vec<AccountNumber>),
    /// Everything that matches the view, also what is not loaded; so many when it was chosen.
    AllMatching {
        count: u32,
    },
}

impl Selected {
    /// How many rows are selected.
    pub fn count(&self) -> u32 {
        match self {
            Selected::None => 0,
            Selected::Rows(rows) => rows.len() as u32,
            Selected::AllMatching { count } => *count,
        }
    }
}
