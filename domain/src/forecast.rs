//! When a cohort will be through, at the pace of its last working days: a date with an honest range.
//!
//! A day's count is taken as negative binomial: a Poisson count whose mean varies from day to day, so that it is never below
//! zero and scatters at least as much as chance alone makes it. Its spread is estimated as a moderated variance (Smyth 2004):
//! the sample's variance and a prior one, each with the weight of its degrees of freedom. Three days alone know next to nothing
//! of their spread, and a range that had to allow for that would be useless on the short horizons that matter; ten days
//! outweigh the prior.
//!
//! Spread and mean are drawn anew for each of many imagined futures, from what so few days can tell about them, then each
//! day's count. The same figures always give the same forecast. That eight of ten days ahead and eight of ten ends lie inside
//! of the range is tested on worlds whose future is known.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Working days that are looked at, the newest.
pub const PACE_DAYS: usize = 10;
/// Working days that are needed for a forecast.
pub const LEAST_DAYS: usize = 3;
/// Imagined futures.
const FUTURES: usize = 400;
/// How much days of a migration differ before anything is known of this one: a quarter of their mean.
const PRIOR_VARIATION: f64 = 0.25;
/// How many days the prior is worth.
const PRIOR_DAYS: f64 = 3.0;
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
    let mut chance = Chance::new(daily, pace.remaining);
    let spread = Spread::of(daily, mean);
    let futures: Vec<Future> = (0..FUTURES).map(|_| Future::imagine(mean, n, &spread, &mut chance)).collect();

    let remaining = f64::from(pace.remaining);
    let mut done = vec![0.0_f64; FUTURES];
    let mut ended: Vec<Option<NaiveDate>> = vec![None; FUTURES];
    let mut course = Vec::new();
    for ahead in 0..DAYS_MAX {
        let Some(day) = pace.from.checked_add_days(Days::new(ahead)) else { break };
        if (pace.works_on)(day) {
            for (index, future) in futures.iter().enumerate() {
                if ended[index].is_some() {
                    continue;
                }
                done[index] = (done[index] + future.count(&mut chance)).min(remaining);
                if done[index] >= remaining {
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

/// What is known of how much days differ: a variance, and how many days that knowledge is worth.
struct Spread {
    variance: f64,
    freedom: f64,
}

impl Spread {
    fn of(daily: &[u32], mean: f64) -> Spread {
        let squares: f64 = daily.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
        let prior = mean + (PRIOR_VARIATION * mean).powi(2);
        let freedom = PRIOR_DAYS + (daily.len() - 1) as f64;
        Spread { variance: (PRIOR_DAYS * prior + squares) / freedom, freedom }
    }
}

/// One imagined future.
struct Future {
    mean: f64,
    /// The shape of a day's own mean: the greater, the more days are alike. `None`: as alike as chance lets them be.
    shape: Option<f64>,
}

impl Future {
    fn imagine(mean: f64, days: usize, spread: &Spread, chance: &mut Chance) -> Future {
        let drawn = spread.variance * spread.freedom / chance.chi_squared(spread.freedom);
        // Counts scatter at least as much as chance alone makes them; equal days in a row prove nothing else.
        let variance = drawn.max(mean);
        let shape = (variance > mean * 1.001).then(|| mean * mean / (variance - mean));
        // The mean of so many days differs from the true one by its standard error.
        let of_mean = mean * mean * days as f64 / variance;
        Future { mean: chance.gamma(of_mean) / of_mean * mean, shape }
    }

    /// What is completed on one day.
    fn count(&self, chance: &mut Chance) -> f64 {
        let mean = self.shape.map_or(self.mean, |shape| chance.gamma(shape) / shape * self.mean);
        chance.poisson(mean)
    }
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

    fn chi_squared(&mut self, freedom: f64) -> f64 {
        (2.0 * self.gamma(freedom / 2.0)).max(1e-6)
    }

    /// Gamma with this shape and scale 1 (Marsaglia and Tsang 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.uniform().powf(1.0 / shape.max(1e-3));
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A count with this mean. Large ones are as good as normal.
    fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let limit = (-mean).exp();
        let mut product = self.uniform();
        let mut count = 0.0;
        while product > limit {
            product *= self.uniform();
            count += 1.0;
        }
        count
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

    /// A world whose days are known: their mean, and how much they differ beside chance, as a part of the mean.
    struct World {
        mean: f64,
        variation: f64,
        observed: usize,
    }

    impl World {
        fn count(&self, chance: &mut Chance) -> u32 {
            let shape = self.variation.powi(-2);
            let mean = chance.gamma(shape) / shape * self.mean;
            chance.poisson(mean) as u32
        }
    }

    /// Days as migrations have them, small and large, alike and not.
    fn worlds() -> Vec<World> {
        let mut worlds = Vec::new();
        for mean in [4.0, 30.0, 400.0] {
            for variation in [0.1, 0.25, 0.5] {
                for observed in [3, 5, 10] {
                    worlds.push(World { mean, variation, observed });
                }
            }
        }
        worlds
    }

    /// What the range promises, tried on worlds whose future is known: eight of ten counts lie inside, one day ahead, three,
    /// and ten, and eight of ten ends. Where days differ twice as much as the prior has it and only three are known, it is
    /// fewer; where they are alike, more; never far from it.
    #[test]
    fn eight_of_ten_futures_lie_inside_of_the_range() {
        const TRIES: u32 = 80;
        const AHEAD: [usize; 3] = [1, 3, 10];
        let mut chance = Chance(42);
        let worlds = worlds();
        let (mut inside, mut ends) = ([0_u32; 3], 0_u32);
        for world in &worlds {
            let mut here = 0;
            for _ in 0..TRIES {
                let daily: Vec<u32> = (0..world.observed).map(|_| world.count(&mut chance)).collect();
                let remaining = (world.mean * 12.0) as u32;
                let Some(forecast) =
                    forecast(&Pace { daily: &daily, remaining, from: day("2026-05-21"), works_on: &|_| true })
                else {
                    continue;
                };
                let (mut done, mut ahead) = (0, 0);
                while done < remaining {
                    done = (done + world.count(&mut chance)).min(remaining);
                    ahead += 1;
                    if let Some(horizon) = AHEAD.iter().position(|horizon| *horizon == ahead) {
                        let last = forecast.course.last().map(|(_, range)| *range);
                        let range = forecast.course.get(ahead - 1).map(|(_, range)| *range).or(last);
                        let fits = range.is_some_and(|[low, _, high]| (low..=high).contains(&done));
                        inside[horizon] += u32::from(fits);
                        here += u32::from(fits);
                    }
                }
                let end = day("2026-05-21") + Days::new(ahead as u64 - 1);
                let latest = forecast.latest.unwrap_or(NaiveDate::MAX);
                ends += u32::from((forecast.earliest.unwrap_or(NaiveDate::MAX)..=latest).contains(&end));
            }
            let share = f64::from(here) / f64::from(TRIES * 3);
            assert!(share > 0.55, "{} ± {} in {} days: {share:.2}", world.mean, world.variation, world.observed);
        }
        let all = f64::from(TRIES) * worlds.len() as f64;
        let shares = inside.map(|inside| f64::from(inside) / all);
        let ends = f64::from(ends) / all;
        println!("inside {shares:.2?}, ends {ends:.2}");
        assert!(shares.iter().all(|share| (0.77..=0.90).contains(share)), "{shares:.2?}");
        assert!((0.77..=0.93).contains(&ends), "{ends:.2}");
    }

    /// The spread of three days is known so badly that a range from it alone would be half as wide again.
    #[test]
    fn few_days_do_not_make_the_range_useless() {
        for daily in [[60, 140, 100], [20, 100, 60], [500, 150, 400]] {
            let forecast = look(&daily, 5_000).expect("there is a pace");
            let mean = f64::from(daily.iter().sum::<u32>()) / 3.0;
            let variance = daily.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum::<f64>() / 2.0;
            // Student's interval with two degrees of freedom, eight of ten inside.
            let from_these_alone = 2.0 * 1.886 * (variance * (1.0 + 1.0 / 3.0)).sqrt();
            let [low, middle, high] = forecast.course[0].1;
            let width = f64::from(high - low);
            assert!(width < 0.75 * from_these_alone, "{daily:?}: {width} of {from_these_alone:.0}");
            assert!(low > 0 && (f64::from(middle) - mean).abs() < 0.15 * mean, "{daily:?}: {low}, {middle}, {high}");
        }
    }

    #[test]
    fn the_numbers_are_distributed_as_they_say() {
        let mut chance = Chance(7);
        let mut look = |draw: &mut dyn FnMut(&mut Chance) -> f64| {
            let drawn: Vec<f64> = (0..20_000).map(|_| draw(&mut chance)).collect();
            let mean = drawn.iter().sum::<f64>() / 20_000.0;
            (mean, drawn.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 20_000.0)
        };
        let near = |(mean, variance): (f64, f64), expected: (f64, f64)| {
            (mean / expected.0 - 1.0).abs() < 0.05 && (variance / expected.1 - 1.0).abs() < 0.1
        };
        for shape in [0.4, 1.0, 3.5, 40.0] {
            assert!(near(look(&mut |chance| chance.gamma(shape)), (shape, shape)), "gamma {shape}");
        }
        for mean in [0.5, 4.0, 29.0, 200.0] {
            assert!(near(look(&mut |chance| chance.poisson(mean)), (mean, mean)), "poisson {mean}");
        }
        assert!(near(look(&mut |chance| chance.chi_squared(5.0)), (5.0, 10.0)));
    }
}
