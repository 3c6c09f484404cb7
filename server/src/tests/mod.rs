//! The server over HTTP, on a database in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bounces;
mod customer_page;
mod functions;
mod hooks;
mod live;
mod pages;
mod presence;
mod sheets;
mod sign_in;
mod subscriptions;
pub(crate) mod world;
