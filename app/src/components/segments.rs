//! The shares of the statuses as a thin bar.

use super::number::grouped;
use domain::status::{Status, StatusCounts};
use leptos::prelude::*;

/// A bar with one piece per status, in the order of every screen. Tells its figures to screen readers.
#[component]
pub fn Segments(
    #[prop(into)] counts: Signal<StatusCounts>,
    /// The lower bar below the head of a table.
    #[prop(optional)]
    thin: bool,
) -> impl IntoView {
    let pieces = move || {
        let widths = widths(&counts.get());
        let mut left = 0.0;
        Status::ALL
            .into_iter()
            .zip(widths)
            .map(|(status, width)| {
                let x = left;
                left += width;
                // A gap on the right, so that neighbours do not run into each other.
                let gap = if width > 0.0 { 0.15 } else { 0.0 };
                view! { <rect class=status.css() x=percent(x) width=percent(width - gap) height="100%"></rect> }
            })
            .collect_view()
    };
    view! {
        <svg class="segments" class:thin=thin role="img" aria-label=move || words(&counts.get())>
            {pieces}
        </svg>
    }
    .into_any()
}

/// The counts as a sentence: `1,094 completed, 48 in progress`.
pub fn words(counts: &StatusCounts) -> String {
    let parts: Vec<_> = Status::ALL
        .into_iter()
        .filter(|status| counts.of(*status) > 0)
        .map(|status| format!("{} {}", grouped(counts.of(status)), status.label().to_lowercase()))
        .collect();
    if parts.is_empty() { "No accounts".to_owned() } else { parts.join(", ") }
}

/// Widths in percent that add up to 100. What exists stays visible: at least 0.6 %, taken from the larger ones.
fn widths(counts: &StatusCounts) -> [f64; 7] {
    const LEAST: f64 = 0.6;
    let total = f64::from(counts.total());
    if total == 0.0 {
        return [0.0; 7];
    }
    let raw = counts.0.map(|count| if count == 0 { 0.0 } else { (f64::from(count) * 100.0 / total).max(LEAST) });
    let sum: f64 = raw.iter().sum();
    raw.map(|width| width * 100.0 / sum)
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fill_the_bar_and_hide_nothing() {
        let widths = widths(&StatusCounts([99_999, 1, 0, 0, 0, 0, 0]));
        assert!((widths.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        assert!(widths[1] > 0.5);
        assert_eq!(widths[2], 0.0);
    }

    #[test]
    fn the_figures_are_told_in_words() {
        assert_eq!(words(&StatusCounts([1_094, 48, 0, 0, 0, 0, 0])), "1,094 completed, 48 in progress");
        assert_eq!(words(&StatusCounts::default()), "No accounts");
    }
}
