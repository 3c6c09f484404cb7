//! Combined conditions: building them by clicks, saying them in words.

pub mod builder;
pub mod draft;
mod operand;
pub mod words;
