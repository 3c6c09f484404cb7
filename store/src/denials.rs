//! Denied attempts are events too, but summed up, so that nobody can fill the log from outside.

use domain::clock::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// One kind of attempt by one actor from one place writes at most one event in this many seconds.
const QUIET_SECONDS: i64 = 60;
/// Kinds of attempts remembered; beyond that, they are counted together.
const KINDS_MAX: usize = 1_000;

/// Counts attempts until they are written.
#[derive(Default)]
pub(crate) struct Denials {
    known: Mutex<HashMap<String, Counted>>,
}

struct Counted {
    written_at: Instant,
    unwritten: u32,
}

impl Denials {
    /// Counts an attempt of this kind; answers how many attempts to write as one event now, if any.
    pub(crate) fn count(&self, kind: &str, now: Instant) -> Option<u32> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, counted| counted.unwritten > 0 || (now - counted.written_at).num_seconds() < QUIET_SECONDS);
        let kind = if known.len() >= KINDS_MAX && !known.contains_key(kind) { "others" } else { kind };
        match known.get_mut(kind) {
            None => {
                known.insert(kind.to_owned(), Counted { written_at: now, unwritten: 0 });
                Some(1)
            }
            Some(counted) => {
                counted.unwritten += 1;
                let due = (now - counted.written_at).num_seconds() >= QUIET_SECONDS;
                due.then(|| {
                    counted.written_at = now;
                    std::mem::take(&mut counted.unwritten)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};

    #[test]
    fn the_first_is_written_at_once_and_the_following_are_summed_up() {
        let denials = Denials::default();
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(denials.count("edit by u1", start), Some(1));
        for second in 1..60 {
            assert_eq!(denials.count("edit by u1", start + Duration::seconds(second)), None);
        }
        assert_eq!(denials.count("edit by u1", start + Duration::seconds(60)), Some(60));
        assert_eq!(denials.count("edit by u2", start + Duration::seconds(60)), Some(1));
    }

    #[test]
    fn kinds_without_bound_are_counted_together() {
        let denials = Denials::default();
        let written = (0..3_000).filter(|n| denials.count(&n.to_string(), DateTime::UNIX_EPOCH).is_some()).count();
        assert_eq!(written, KINDS_MAX + 1);
    }
}
