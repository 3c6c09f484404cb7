//! Time is passed into every rule; this trait is the one place from which a process takes it.

use chrono::{DateTime, Utc};

/// An instant, always in UTC; zones are applied at the edge.
pub type Instant = DateTime<Utc>;

/// The clock of a process. The server injects the system's clock, tests inject one that they move.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Instant;
}
