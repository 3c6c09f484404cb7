//! Quantiles of measured times.

use std::time::Duration;

/// Measured times, the shortest first.
pub struct Times(Vec<Duration>);

impl Times {
    /// Sorts what was measured.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Times(times)
    }

    /// The time that half of them do not exceed, in milliseconds.
    pub fn p50(&self) -> f64 {
        self.quantile(50)
    }

    /// The time that 99 of 100 do not exceed, in milliseconds.
    pub fn p99(&self) -> f64 {
        self.quantile(99)
    }

    /// The longest, in milliseconds.
    pub fn longest(&self) -> f64 {
        self.quantile(100)
    }

    /// How many were measured.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// By the nearest rank: an actual measurement, never a value between two.
    fn quantile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).map_or(0.0, |time| milliseconds(*time))
    }
}

/// A time as a number of milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_measurements_by_nearest_rank() {
        let times = Times::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!((times.p50(), times.p99(), times.longest()), (100.0, 198.0, 200.0));
        let one = Times::new(vec![Duration::from_millis(7)]);
        assert_eq!((one.p50(), one.p99(), one.longest()), (7.0, 7.0, 7.0));
        assert_eq!(Times::new(Vec::new()).p99(), 0.0);
    }
}
