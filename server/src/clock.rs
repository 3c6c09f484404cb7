//! The one place that asks the system for the time.

use chrono::{Duration, Utc};
use domain::clock::{Clock, Instant};
use std::sync::atomic::{AtomicI64, Ordering};

/// The system's clock. While demo data is made it can be set back, so that the demo has a history of weeks.
#[derive(Default)]
pub struct ServerClock {
    /// Seconds to add to the system's time; 0 but while demo data is made.
    offset: AtomicI64,
}

impl ServerClock {
    /// Sets the clock to this far before now.
    pub fn set_back(&self, by: Duration) {
        self.offset.store(-by.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for ServerClock {
    #[expect(clippy::disallowed_methods, reason = "this is the injected clock")]
    fn now(&self) -> Instant {
        Utc::now() + Duration::seconds(self.offset.load(Ordering::SeqCst))
    }
}
