//! Notifications of a migration: rules, templates, the queue, the mailbox.

pub mod rules;
pub mod tabs;
