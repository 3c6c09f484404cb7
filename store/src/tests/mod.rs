//! The store as its callers see it, on the engine in memory and, where durability matters, on disk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod audit;
mod bulk;
mod cells;
mod customer_page;
mod directory;
mod exports;
mod fields;
mod find;
mod gates;
mod holds;
mod imports;
mod live;
mod messages;
mod notice_templates;
mod notices;
mod policy;
mod subscribers;
mod templates;
mod tickets;
mod users;
mod views;
mod waves;
mod work;
mod year;
