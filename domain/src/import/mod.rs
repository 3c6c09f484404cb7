//! Importing accounts from a spreadsheet's CSV file: what the file says, what each row would do, and why not.
//!
//! The way of a file: [`sheet::Sheet`] reads it, [`survey::Survey`] looks at its columns, [`mapping::propose`] says what
//! each column means, a person corrects that [`mapping::Mapping`], [`row::RowReader`] reads each row by it, and
//! [`outcome::decide`] says what the row does to the account. A dry run and the commit use the same functions.

pub mod cohorts;
pub mod dates;
pub mod duplicates;
pub mod mapping;
pub mod memory;
pub mod outcome;
pub mod own_fields;
pub mod problem;
pub mod profile;
pub mod refused;
pub mod row;
pub mod sheet;
pub mod source;
pub mod status_words;
pub mod survey;
pub mod target;

pub use cohorts::find_cohort;
