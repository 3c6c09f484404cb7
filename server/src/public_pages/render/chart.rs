//! The progress: a bar with a piece per wave, and how it grew over time as a chart with its figures as a table.

use super::View;
use chrono::NaiveDate;
use domain::public_page::{Progress, PublicWave};
use maud::{Markup, html};

const WIDTH: f64 = 1_000.0;
const GAP: f64 = 4.0;
const HEIGHT: f64 = 160.0;
/// Most points of the line, and most rows of the table.
const POINTS: usize = 120;
const ROWS: usize = 31;

/// The progress as a bar with a piece per wave, as wide as its accounts. The sentence beside it says the same.
pub fn bar(progress: Progress, waves: &[PublicWave]) -> Markup {
    let whole = [(progress.moved, progress.of)];
    let waves: Vec<_> =
        waves.iter().map(|wave| (wave.progress.moved, wave.progress.of)).filter(|(_, of)| *of > 0).collect();
    let in_waves: u64 = waves.iter().map(|(_, of)| u64::from(*of)).sum();
    // Accounts without a wave would be missing from the bar, so it is drawn whole then; as it is with more waves than can be seen.
    let fits = in_waves == u64::from(progress.of) && (1..=60).contains(&waves.len());
    let pieces: &[(u32, u32)] = if fits { &waves } else { &whole };
    let room = WIDTH - GAP * (pieces.len() as f64 - 1.0);
    let total = f64::from(progress.of.max(1));
    let mut x = 0.0;
    let rects: Vec<_> = pieces
        .iter()
        .map(|(moved, of)| {
            let (from, width) = (x, if progress.of == 0 { room } else { room * f64::from(*of) / total });
            x += width + GAP;
            (from, width, width * f64::from(*moved.min(of)) / f64::from((*of).max(1)))
        })
        .collect();
    html! {
        svg.bar viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" {
            @for (x, width, done) in rects {
                rect.rest x=(format!("{x:.1}")) y="1" width=(format!("{width:.1}")) height="14" {}
                @if done > 0.0 { rect.full x=(format!("{x:.1}")) y="1" width=(format!("{done:.1}")) height="14" {} }
            }
        }
    }
}

/// How the progress grew, if there is more than a day of it.
pub fn over_time(view: &View) -> Markup {
    let days = &view.page.moved_by_day;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return html! {} };
    if first.0 == last.0 {
        return html! {};
    }
    let words = view.words;
    let most = view.page.progress.of.max(days.iter().map(|(_, moved)| *moved).max().unwrap_or(0)).max(1);
    let span = (last.0 - first.0).num_days().max(1) as f64;
    let point = |(day, moved): &(NaiveDate, u32)| {
        let x = (*day - first.0).num_days() as f64 / span * WIDTH;
        (x, HEIGHT - f64::from(*moved) / f64::from(most) * HEIGHT)
    };
    let line: Vec<String> = thinned(days, POINTS).iter().map(point).map(|(x, y)| format!("{x:.0} {y:.0}")).collect();
    let line = line.join("L");
    let year = |day: NaiveDate| view.other_year(day.and_hms_opt(12, 0, 0).unwrap_or_default());
    let named = |day: NaiveDate| words.day(day, year(day));
    html! {
        section.over-time aria-labelledby="over-time" {
            h2 #over-time { (words.progress) }
            figure.chart.card {
                p.top.soft aria-hidden="true" { (words.number(most)) }
                svg viewBox="0 0 1000 160" preserveAspectRatio="none" aria-hidden="true" {
                    path.grid d="M0 0H1000M0 80H1000M0 160H1000" {}
                    path.area d=(format!("M{line}L1000 160L0 160Z")) {}
                    path.line d=(format!("M{line}")) {}
                }
                p.axis.soft aria-hidden="true" { span { (named(first.0)) } span { (named(last.0)) } }
                figcaption.visually-hidden {
                    (words.moved) ": " (named(first.0)) " " (words.number(first.1)) ", "
                    (named(last.0)) " " (words.number(last.1)) "."
                }
            }
            details.figures {
                summary { (words.as_table) (super::icons::down()) }
                table {
                    thead { tr { th scope="col" { (words.day) } th.number scope="col" { (words.moved) } } }
                    tbody {
                        @for (day, moved) in thinned(days, ROWS) {
                            tr { th scope="row" { time datetime=(day) { (named(day)) } } td.number { (words.number(moved)) } }
                        }
                    }
                }
            }
        }
    }
}

/// At most so many, evenly from all; always the last.
fn thinned(days: &[(NaiveDate, u32)], most: usize) -> Vec<(NaiveDate, u32)> {
    let step = days.len().div_ceil(most).max(1);
    let mut kept: Vec<_> = days.iter().rev().step_by(step).copied().collect();
    kept.reverse();
    // The line begins where the time does.
    if let (Some(first), Some(kept_first)) = (days.first(), kept.first_mut())
        && step > 1
    {
        *kept_first = *first;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_time_keeps_its_ends() {
        let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
        let days: Vec<_> = start.iter_days().take(400).zip(0..).collect();
        let kept = thinned(&days, 31);
        assert!(kept.len() <= 31 && kept.first() == days.first() && kept.last() == days.last(), "{kept:?}");
        assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(thinned(&days[..5], 31), days[..5]);
        assert!(thinned(&[], 31).is_empty());
    }
}
