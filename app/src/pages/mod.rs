//! One module per page.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod bulk;
pub mod cohort;
pub mod cohorts;
pub mod customer;
pub mod customers;
pub mod days;
pub mod erasure;
pub mod fields;
pub mod home;
pub mod import;
pub mod imports;
pub mod migration;
pub mod new_migration;
pub mod not_found;
pub mod notice_templates;
pub mod notifications;
pub mod settings;
pub mod sign_in;
pub mod subscribers;
pub mod templates;
pub mod users;
pub mod welcome;
pub mod work;
