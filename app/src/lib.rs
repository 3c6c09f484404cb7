//! The Leptos application: pages and components for staff, and the server functions that they call.
//!
//! Built twice: with `ssr` into the server, with `hydrate` for the browser; never both.

// A page's view is one deeply nested type.
#![recursion_limit = "512"]

pub mod api;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod components;
pub mod lazy;
pub mod live;
pub mod pages;
pub mod shell;

pub use shell::{App, Assets, shell};
