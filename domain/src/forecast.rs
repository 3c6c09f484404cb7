//! When a cohort will be through, at the pace of its last working days: a date with an honest range.
//!
//! The counts of the last working days are taken as draws from an unknown rate with an unknown spread. Both are drawn anew
//! for each of many imagined futures (rate and spread from what so few days can tell about them, then each day's count), so
//! that five days give a wide range and steady days a narrow one. The same figures always give the same forecast.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Working days that are looked at, the newest.
pub const PACE_DAYS: usize = 10;
/// Working days that are needed for a forecast.
pub const LEAST_DAYS: usize = 3;
/// Imagined futures.
const FUTURES: usize = 400;
/// How far a forecast looks.
const DAYS_MAX: u64 = 540;

/// What a forecast is made of.
pub struct Pace<'a> {
    /// Accounts completed on each of the last working days, the oldest first.
    pub daily: &'a [u32],
    /// Accounts that are still to be completed.
    pub remaining: u32,
    /// The first day that counts ahead.
    pub from: NaiveDate,
    /// Whether accounts are completed on this day.
    pub works_on: &'a dyn Fn(NaiveDate) -> bool,
}

/// The forecast: half of all futures end by `ends`, eight of ten between `earliest` and `latest`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Accounts per working day.
    pub pace: f64,
    /// How many working days the pace is of.
    pub days: u32,
    /// `None`: further away than a forecast looks.
    pub ends: Option<NaiveDate>,
    pub earliest: Option<NaiveDate>,
    pub latest: Option<NaiveDate>,
    /// What is completed by the end of each day ahead, beside what is completed now: low, middle, high.
    pub course: Vec<(NaiveDate, [u32; 3])>,
}

/// Looks ahead. `None` without enough days, with nothing left to do, or where nothing moves.
pub fn forecast(pace: &Pace<'_>) -> Option<Forecast> {
    let daily = &pace.daily[pace.daily.len().saturating_sub(PACE_DAYS)..];
    let n = daily.len();
    let sum: u64 = daily.iter().map(|count| u64::from(*count)).sum();
    if n < LEAST_DAYS || sum == 0 || pace.remaining == 0 {
        return None;
    }
    let mean = sum as f64 / n as f64;
    let squares: f64 = daily.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    // Counts scatter at least as much as chance alone makes them; equal days in a row prove nothing else.
    let variance = (squares / (n - 1) as f64).max(mean);
    let mut chance = Chance::new(daily, pace.remaining);
    let mut futures: Vec<(f64, f64)> = (0..FUTURES)
        .map(|_| {
            let freedom = (n - 1) as f64;
            let spread = (variance * freedom / chance.chi_squared(n - 1)).sqrt();
            let rate = mean + spread / (n as f64).sqrt() * chance.normal();
            (rate.max(0.0), spread)
        })
        .collect();
    // Sorting changes nothing of the draws; it keeps the sum of rounding the same on every machine.
    futures.sort_by(|one, other| one.0.total_cmp(&other.0));

    let remaining = f64::from(pace.remaining);
    let mut done = vec![0.0_f64; FUTURES];
    let mut ended: Vec<Option<NaiveDate>> = vec![None; FUTURES];
    let mut course = Vec::new();
    for ahead in 0..DAYS_MAX {
        let Some(day) = pace.from.checked_add_days(Days::new(ahead)) else { break };
        if (pace.works_on)(day) {
            for (index, (rate, spread)) in futures.iter().enumerate() {
                let today = (rate + spread * chance.normal()).max(0.0);
                done[index] = (done[index] + today).min(remaining);
                if done[index] >= remaining && ended[index].is_none() {
                    ended[index] = Some(day);
                }
            }
        }
        let mut sorted = done.clone();
        sorted.sort_by(f64::total_cmp);
        course.push((day, [quantile(&sorted, 0.1), quantile(&sorted, 0.5), quantile(&sorted, 0.9)]));
        // The slowest tenth decides how far the range goes.
        if quantile(&sorted, 0.1) >= pace.remaining {
            break;
        }
    }
    // Futures that have not ended sort last.
    ended.sort_by_key(|day| day.unwrap_or(NaiveDate::MAX));
    let end = |share: f64| ended[place(share)];
    Some(Forecast { pace: mean, days: n as u32, ends: end(0.5), earliest: end(0.1), latest: end(0.9), course })
}

fn place(share: f64) -> usize {
    ((FUTURES as f64 * share) as usize).min(FUTURES - 1)
}

fn quantile(sorted: &[f64], share: f64) -> u32 {
    sorted[place(share)].floor() as u32
}

/// Numbers that look random and are the same for the same figures (SplitMix64).
struct Chance(u64);

impl Chance {
    fn new(daily: &[u32], remaining: u32) -> Chance {
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ u64::from(remaining));
        for count in daily {
            chance.0 = chance.next() ^ u64::from(*count);
        }
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// Above 0, at most 1.
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (radius, turn) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }

    fn chi_squared(&mut self, freedom: usize) -> f64 {
        let sum: f64 = (0..freedom).map(|_| self.normal().powi(2)).sum();
        sum.max(1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn weekdays(day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
    }

    fn look(daily: &[u32], remaining: u32) -> Option<Forecast> {
        forecast(&Pace { daily, remaining, from: day("2026-05-21"), works_on: &weekdays })
    }

    #[test]
    fn steady_days_end_where_division_says() {
        let forecast = look(&[100, 101, 99, 100, 100, 100, 101, 99, 100, 100], 1_000).expect("there is a pace");
        // Ten working days from Thursday: 21, 22, 25 to 29 May, 1 to 3 June.
        assert!((forecast.pace - 100.0).abs() < 0.01);
        let ends = forecast.ends.expect("an end");
        assert!((day("2026-06-02")..=day("2026-06-05")).contains(&ends), "{ends}");
        let (earliest, latest) = (forecast.earliest.expect("a start"), forecast.latest.expect("an end"));
        assert!(earliest <= ends && ends <= latest);
        assert!((latest - earliest).num_days() <= 4, "{earliest} to {latest}");
    }

    #[test]
    fn unsteady_days_give_a_wider_range() {
        let steady = look(&[100, 104, 96, 101, 99], 2_000).expect("there is a pace");
        let unsteady = look(&[20, 180, 60, 200, 40], 2_000).expect("there is a pace");
        let width = |forecast: &Forecast| forecast.latest.zip(forecast.earliest).map(|(l, e)| (l - e).num_days());
        assert!(width(&unsteady).unwrap_or(i64::MAX) > width(&steady).unwrap_or(0));
    }

    #[test]
    fn no_forecast_where_there_is_nothing_to_go_by() {
        assert_eq!(look(&[10, 12], 100), None, "two days tell nothing");
        assert_eq!(look(&[0, 0, 0, 0], 100), None);
        assert_eq!(look(&[10, 12, 11], 0), None);
    }

    #[test]
    fn an_end_out_of_sight_is_no_date() {
        let forecast = look(&[0, 1, 0, 0, 1], 50_000).expect("there is a pace");
        assert_eq!((forecast.ends, forecast.latest), (None, None));
        assert!(forecast.course.len() <= DAYS_MAX as usize);
    }

    #[test]
    fn the_same_figures_give_the_same_forecast_and_it_never_falls() {
        let daily = [120, 80, 95, 130, 70, 110];
        let one = look(&daily, 3_000).expect("there is a pace");
        assert_eq!(Some(&one), look(&daily, 3_000).as_ref());
        for pair in one.course.windows(2) {
            assert!(pair[0].1.iter().zip(pair[1].1).all(|(before, after)| *before <= after));
            let [low, middle, high] = pair[1].1;
            assert!(low <= middle && middle <= high && high <= 3_000);
        }
        let saturday = one.course.iter().position(|(day, _)| day.weekday() == Weekday::Sat).expect("a Saturday");
        assert_eq!(one.course[saturday].1, one.course[saturday - 1].1, "nothing moves on a free day");
    }

    /// What the range promises, tried on worlds whose future is known: eight of ten ends lie inside.
    #[test]
    fn eight_of_ten_ends_lie_inside_of_the_range() {
        let mut chance = Chance(42);
        // Mean per day, spread per day, days observed, remaining.
        for (mean, spread, observed, remaining) in
            [(100.0, 10.0, 10, 15_000), (100.0, 40.0, 10, 3_000), (30.0, 12.0, 5, 900), (400.0, 150.0, 7, 12_000)]
        {
            let worlds = 300;
            let mut inside = 0;
            for _ in 0..worlds {
                let mut count = || (mean + spread * chance.normal()).max(0.0).round() as u32;
                let daily: Vec<u32> = (0..observed).map(|_| count()).collect();
                let mut day = day("2026-05-21");
                let mut left = i64::from(remaining);
                let end = loop {
                    if weekdays(day) {
                        left -= i64::from(count());
                    }
                    if left <= 0 {
                        break day;
                    }
                    day = day + Days::new(1);
                };
                let forecast = look(&daily, remaining as u32).expect("there is a pace");
                let earliest = forecast.earliest.unwrap_or(NaiveDate::MAX);
                inside += i32::from((earliest..=forecast.latest.unwrap_or(NaiveDate::MAX)).contains(&end));
            }
            let share = f64::from(inside) / f64::from(worlds);
            assert!((0.70..=0.90).contains(&share), "{mean} ± {spread} in {observed} days: {share:.2}");
        }
    }
}
