//! Server functions: what pages ask of the server. Each authorizes, calls the store once, and returns.

pub mod accounts;
pub mod audit;
pub mod cohorts;
pub mod error;
pub mod imports;
pub mod migrations;
pub mod session;
pub mod users;
pub mod views;

pub use error::ApiError;
