//! Server functions: what pages ask of the server. Each authorizes, calls the store once, and returns.

pub mod accounts;
pub mod answers;
pub mod audit;
pub mod bulk;
pub mod cohorts;
pub mod customer_pages;
pub mod customers;
pub mod error;
pub mod fields;
pub mod gates;
pub mod imports;
pub mod messages;
pub mod migrations;
pub mod notice_templates;
pub mod rules;
pub mod session;
pub mod status_page;
pub mod subscribers;
pub mod templates;
pub mod users;
pub mod views;
pub mod work;

pub use error::ApiError;
