//! The server over HTTP, on a database in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod functions;
mod live;
mod pages;
mod sheets;
mod presence;
mod sign_in;
mod world;
