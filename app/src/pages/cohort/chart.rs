//! Completed against planned, day by day, with a forecast and its range. Shapes are stretched, words are not: they stand in
//! the outer drawing, which has no view box. Every figure is in the table below it.

use super::Shown;
use crate::components::date::{long_day, short_day};
use crate::components::number::grouped;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::cohort_report::{BurnDay, CohortReport};
use leptos::prelude::*;

/// Units of the stretched drawing.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 300.0;
/// Where the line of all accounts runs.
const TOP: f64 = 20.0;
/// Rows of the table of figures.
const ROWS_MAX: usize = 60;

/// The burn-up with its table.
#[component]
pub fn BurnPanel(shown: Shown) -> impl IntoView {
    let drawn = shown.part(Drawing::of);
    let range = move || {
        drawn
            .read()
            .as_ref()
            .map(|drawn| format!("Accounts completed, {} to {}", long_day(drawn.first), long_day(drawn.last)))
    };
    view! {
        <section class="panel burn-panel" aria-labelledby="burn-title">
            <header class="panel-head">
                <h2 id="burn-title">"Burn-up"</h2>
                <span class="soft">{range}</span>
            </header>
            {move || match drawn.get() {
                Some(drawn) => view! { <Chart drawn /> }.into_any(),
                None => view! {
                    <p class="none-yet">"The chart begins with a window, planned dates, or the first completed account."</p>
                }
                .into_any(),
            }}
        </section>
    }
    .into_any()
}

/// Everything that the chart shows, in units of the drawing.
#[derive(Clone, Debug, PartialEq)]
struct Drawing {
    first: NaiveDate,
    last: NaiveDate,
    all: u32,
    actual: String,
    plan: Option<String>,
    forecast: Option<String>,
    band: Option<String>,
    off: Vec<f64>,
    day_width: f64,
    grid: Vec<(f64, String)>,
    days: Vec<(f64, String)>,
    now: Option<f64>,
    window_end: Option<(f64, String)>,
    /// Where the line of what is completed ends.
    tip: Option<(f64, f64)>,
    rows: Vec<[String; 4]>,
    done: u32,
    planned: Option<u32>,
}

impl Drawing {
    fn of(report: &CohortReport) -> Option<Drawing> {
        let (first, last) = (report.burn.first()?.day, report.burn.last()?.day);
        let all = report.facts.counts.taking_part();
        if all == 0 {
            return None;
        }
        let days = (last - first).num_days() as f64 + 1.0;
        let day_width = WIDTH / days;
        // Sums stand at the end of their day.
        let x_end = |day: NaiveDate| ((day - first).num_days() as f64 + 1.0) * day_width;
        let x_start = |day: NaiveDate| (day - first).num_days() as f64 * day_width;
        let y = |count: f64| HEIGHT - count.min(f64::from(all)) / f64::from(all) * (HEIGHT - TOP);
        let line = |points: Vec<(f64, f64)>| {
            points.into_iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
        };
        let start =
            report.burn.first().filter(|day| day.completed != Some(0) && day.planned != Some(0)).map(|_| (0.0, y(0.0)));
        let completed = report.burn.iter().filter_map(|day| Some((day.day, day.completed?)));
        let within_today = |day: NaiveDate| match day == report.today {
            true => (x_start(day) + x_end(day)) / 2.0,
            false => x_end(day),
        };
        let actual: Vec<(f64, f64)> = completed.map(|(day, count)| (within_today(day), y(f64::from(count)))).collect();
        let planned = report.burn.iter().filter_map(|day| Some((x_end(day.day), y(f64::from(day.planned?)))));
        let planned: Vec<(f64, f64)> = start.into_iter().chain(planned).collect();
        let tip = actual.last().copied();
        let done = report.facts.of(domain::status::Status::Completed);
        let ahead = report.forecast.as_ref().map(|forecast| {
            let at = |place: usize| {
                let within = forecast.course.iter().filter(|(day, _)| *day <= last);
                let points = within.map(move |(day, course)| (x_end(*day), y(f64::from(done + course[place]))));
                tip.into_iter().chain(points).collect::<Vec<_>>()
            };
            let mut band = at(2);
            band.extend(at(0).into_iter().rev());
            (line(at(1)), line(band))
        });
        let (forecast, band) = ahead.unzip();
        let actual = start.into_iter().chain(actual).collect();
        let now = (first..=last).contains(&report.today).then(|| (x_start(report.today) + x_end(report.today)) / 2.0);
        Some(Drawing {
            first,
            last,
            all,
            actual: line(actual),
            plan: (planned.len() > 1).then(|| line(planned)),
            forecast,
            band,
            off: report.blackouts.iter().map(|day| x_start(*day)).collect(),
            day_width,
            grid: grid(all).into_iter().map(|count| (y(f64::from(count)) / HEIGHT * 100.0, grouped(count))).collect(),
            days: ticks(first, last)
                .into_iter()
                .map(|day| (x_start(day) / WIDTH * 100.0, short_day(day, first)))
                .collect(),
            now,
            window_end: report
                .window
                .filter(|(_, end)| *end <= last)
                .map(|(_, end)| (x_end(end), short_day(end, first))),
            tip,
            rows: rows(report),
            done,
            planned: report.planned,
        })
    }
}

/// Round counts below all accounts, and all accounts.
fn grid(all: u32) -> Vec<u32> {
    let rough = f64::from(all) / 3.5;
    let power = 10_f64.powf(rough.max(1.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(power).max(1.0) as u32;
    let mut counts: Vec<u32> =
        (0..).map(|index| index * step).take_while(|count| f64::from(*count) < f64::from(all) * 0.9).collect();
    counts.push(all);
    counts
}

/// At most six days to name: Mondays, or every so many of them.
fn ticks(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let length = (last - first).num_days();
    if length < 10 {
        return first.iter_days().take_while(|day| *day <= last).step_by(2).collect();
    }
    let mondays: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= last).filter(|day| day.weekday() == Weekday::Mon).collect();
    mondays.iter().step_by(mondays.len().div_ceil(6).max(1)).copied().collect()
}

fn rows(report: &CohortReport) -> Vec<[String; 4]> {
    let count = |count: Option<u32>| count.map_or_else(|| "–".to_owned(), grouped);
    let behind = |day: &BurnDay| match (day.planned, day.completed) {
        (Some(planned), Some(completed)) if completed > planned => format!("−{}", grouped(completed - planned)),
        (Some(planned), Some(completed)) => grouped(planned - completed),
        _ => "–".to_owned(),
    };
    let told = report.burn.iter().filter(|day| {
        let yesterday = day.day.checked_sub_days(Days::new(1));
        let before = report.burn.iter().find(|other| Some(other.day) == yesterday);
        before.is_none_or(|before| before.planned != day.planned || before.completed != day.completed)
    });
    let row = |day: &BurnDay| [long_day(day.day), count(day.planned), count(day.completed), behind(day)];
    let mut rows: Vec<_> = told.map(row).collect();
    rows.drain(..rows.len().saturating_sub(ROWS_MAX));
    rows
}

fn at(percent: f64) -> String {
    format!("{percent:.2}%")
}

fn along(x: f64) -> String {
    at(x / WIDTH * 100.0)
}

#[component]
fn Chart(drawn: Drawing) -> impl IntoView {
    let upright =
        |class: &'static str, x: f64| view! { <line class=class x1=along(x) x2=along(x) y1="0" y2="100%"></line> };
    let said = format!("{} of {} completed", grouped(drawn.done), grouped(drawn.all));
    let behind = drawn.planned.map(|planned| format!(", {} planned for now", grouped(planned))).unwrap_or_default();
    // Beside the tip of the line, on the side where there is room.
    let tip = drawn.tip.map(|(x, y)| {
        let (anchor, dx) = if x > WIDTH * 0.7 { ("end", "-10") } else { ("start", "10") };
        let words = format!("{} completed", grouped(drawn.done));
        view! {
            <circle class="dot" cx=along(x) cy=at(y / HEIGHT * 100.0) r="4"></circle>
            <text class="strong" x=along(x) y=at(y / HEIGHT * 100.0) dx=dx dy="18" text-anchor=anchor>{words}</text>
        }
    });
    let end = drawn.window_end.clone().map(|(x, day)| {
        let anchor = if x > WIDTH * 0.5 { "end" } else { "start" };
        let dx = if x > WIDTH * 0.5 { "-6" } else { "6" };
        view! {
            {upright("window-end", x)}
            <text x=along(x) y="100%" dx=dx dy="-8" text-anchor=anchor>{format!("Window ends {day}")}</text>
        }
    });
    view! {
        <figure class="chart" role="group" aria-labelledby="burn-title">
            <div class="plot">
                <div class="y-axis" aria-hidden="true">
                    <svg>
                        {drawn
                            .grid
                            .iter()
                            .map(|(y, count)| view! { <text x="100%" y=at(*y) dx="-8" dy="4" text-anchor="end">{count.clone()}</text> })
                            .collect_view()}
                    </svg>
                </div>
                <svg class="area" role="img" aria-label=format!("{said}{behind}")>
                    <svg viewBox="0 0 1000 300" preserveAspectRatio="none" width="100%" height="100%">
                        {drawn
                            .off
                            .iter()
                            .map(|x| view! { <rect class="off" x=*x y="0" width=drawn.day_width height="300"></rect> })
                            .collect_view()}
                        {drawn
                            .grid
                            .iter()
                            .map(|(y, _)| {
                                let y = y * HEIGHT / 100.0;
                                view! { <path class="grid" d=format!("M0 {y:.1}H1000")></path> }
                            })
                            .collect_view()}
                        {drawn.band.clone().map(|points| view! { <polygon class="band" points=points></polygon> })}
                        {drawn.plan.clone().map(|points| view! { <polyline class="plan" points=points></polyline> })}
                        {drawn.forecast.clone().map(|points| view! { <polyline class="forecast" points=points></polyline> })}
                        <polyline class="actual" points=drawn.actual.clone()></polyline>
                    </svg>
                    {drawn.now.map(|x| upright("now", x))}
                    {end}
                    {tip}
                </svg>
                <div class="x-axis" aria-hidden="true">
                    <svg>
                        {drawn
                            .days
                            .iter()
                            .map(|(x, day)| view! { <text x=at(*x) y="14">{day.clone()}</text> })
                            .collect_view()}
                    </svg>
                </div>
            </div>
            <figcaption>
                <span class="key actual">"Completed"</span>
                {drawn.plan.is_some().then(|| view! { <span class="key plan">"Plan"</span> })}
                {drawn.forecast.is_some().then(|| view! {
                    <span class="key forecast">"Forecast and its range, 8 of 10 times inside"</span>
                })}
                {(!drawn.off.is_empty()).then(|| view! { <span class="key off">"Blackout day"</span> })}
            </figcaption>
        </figure>
        <details class="as-table">
            <summary>"The figures as a table"</summary>
            <table class="figures">
                <thead>
                    <tr>
                        <th scope="col">"End of"</th>
                        <th scope="col" class="n">"Plan"</th>
                        <th scope="col" class="n">"Completed"</th>
                        <th scope="col" class="n">"Behind"</th>
                    </tr>
                </thead>
                <tbody>
                    {drawn
                        .rows
                        .into_iter()
                        .map(|[day, planned, completed, behind]| view! {
                            <tr>
                                <th scope="row">{day}</th>
                                <td class="n">{planned}</td>
                                <td class="n">{completed}</td>
                                <td class="n">{behind}</td>
                            </tr>
                        })
                        .collect_view()}
                </tbody>
            </table>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_of_round_counts_and_ends_with_all() {
        assert_eq!(grid(29_790), [0, 10_000, 20_000, 29_790]);
        assert_eq!(grid(7), [0, 2, 4, 6, 7]);
        assert_eq!(grid(1), [0, 1]);
    }

    #[test]
    fn few_days_are_named() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        for last in ["2026-05-12", "2026-05-20", "2026-06-12", "2027-06-12"] {
            let ticks = ticks(day("2026-05-11"), day(last));
            assert!((1..=6).contains(&ticks.len()), "{last}: {ticks:?}");
        }
    }
}
