//! Counting failures where guessing pays: after too many within a while, further attempts are turned away unseen.

use domain::clock::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Failures that one key may have within [`WINDOW_SECONDS`].
pub const FAILURES_MAX: u32 = 10;
/// Seconds after which failures are forgotten.
pub const WINDOW_SECONDS: i64 = 300;
/// Keys remembered at most; when more fail at once, the oldest give way.
const KEYS_MAX: usize = 20_000;

/// Failures by key: an account's address, or a visitor's.
#[derive(Default)]
pub struct Attempts {
    failures: Mutex<HashMap<String, Failures>>,
}

struct Failures {
    since: Instant,
    count: u32,
}

impl Attempts {
    /// Seconds to wait before this key may try again, if it failed too often.
    pub fn wait(&self, key: &str, max: u32, now: Instant) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.get(key).filter(|known| known.count >= max)?;
        let left = WINDOW_SECONDS - (now - known.since).num_seconds();
        u64::try_from(left).ok().filter(|left| *left > 0)
    }

    /// Notes a failure.
    pub fn failed(&self, key: &str, now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|_, known| (now - known.since).num_seconds() < WINDOW_SECONDS);
        if failures.len() >= KEYS_MAX
            && let Some(oldest) = failures.iter().min_by_key(|(_, known)| known.since).map(|(key, _)| key.clone())
        {
            failures.remove(&oldest);
        }
        failures.entry(key.to_owned()).or_insert(Failures { since: now, count: 0 }).count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};

    #[test]
    fn too_many_failures_have_to_wait_for_the_window_to_pass() {
        let attempts = Attempts::default();
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..FAILURES_MAX {
            assert_eq!(attempts.wait("ines", FAILURES_MAX, start), None);
            attempts.failed("ines", start);
        }
        assert_eq!(attempts.wait("ines", FAILURES_MAX, start + Duration::seconds(100)), Some(200));
        assert_eq!(attempts.wait("ines", FAILURES_MAX, start + Duration::seconds(WINDOW_SECONDS)), None);
        assert_eq!(attempts.wait("jonas", FAILURES_MAX, start), None);
    }
}
