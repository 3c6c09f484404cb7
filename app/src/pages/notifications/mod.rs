//! Notifications of a migration.

pub mod promises;
