//! What the import would do, or did: four figures, a bar, and what stays out.

use super::refusals::Refusals;
use super::work::Work;
use crate::api::imports::{ImportCounts, ImportPhase, ImportReport};
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use leptos::prelude::*;

/// The outcome of the dry run or of the commit.
#[component]
pub fn OutcomePanel(work: Work) -> impl IntoView {
    let title = move || match work.phase.get() {
        ImportPhase::Committing { .. } => "What the import has done so far",
        ImportPhase::Finished => "What the import did",
        _ => "What the import would do",
    };
    let counts =
        Memo::new(move |_| work.report.with(|report| report.as_ref().map(|report| report.counts).unwrap_or_default()));
    view! {
        <section class="panel outcome" aria-labelledby="outcome-title">
            <header class="panel-head">
                <h2 id="outcome-title">{title}</h2>
                <span class="soft">{move || counted(counts.get().total(), "row", "rows")}</span>
            </header>
            <ul class="tiles">
                <Tile class="created" icon="plus" word="Created" note="new accounts" count=move || counts.get().created />
                <Tile class="updated" icon="pencil" word="Updated" note="something changes" count=move || counts.get().updated />
                <Tile class="unchanged" icon="check" word="Unchanged" note="identical already" count=move || counts.get().unchanged />
                <Tile class="out" icon="close" word="Refused" note="stay out, with a reason" count=move || counts.get().refused />
            </ul>
            <Shares counts />
            <Notes work />
            <Refusals work />
        </section>
    }
}

#[component]
fn Tile(
    class: &'static str,
    icon: &'static str,
    word: &'static str,
    note: &'static str,
    #[prop(into)] count: Signal<u32>,
) -> impl IntoView {
    view! {
        <li class=format!("tile {class}") class:none=move || count.get() == 0>
            <span>
                <Icon name=icon />
                {word}
            </span>
            <b>{move || grouped(count.get())}</b>
            <small>{note}</small>
        </li>
    }
}

/// The four figures as a bar. The figures themselves stand above it.
#[component]
fn Shares(counts: Memo<ImportCounts>) -> impl IntoView {
    let pieces = move || {
        let counts = counts.get();
        let total = f64::from(counts.total().max(1));
        let mut left = 0.0;
        [
            ("created", counts.created),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("out", counts.refused),
        ]
        .map(|(class, count)| {
            let (x, width) = (left, f64::from(count) * 100.0 / total);
            left += width;
            view! { <rect class=class x=format!("{x:.2}%") width=format!("{width:.2}%") height="100%"></rect> }
        })
        .into_iter()
        .collect_view()
    };
    view! {
        <svg class="shares" aria-hidden="true">
            {pieces}
        </svg>
    }
}

/// What the figures do not say: values that stay, cells that are left out.
#[component]
fn Notes(work: Work) -> impl IntoView {
    let notes = move || work.report.with(|report| report.as_ref().map(note_words).unwrap_or_default());
    view! {
        <ul class="import-notes">
            {move || notes().into_iter().map(|words| view! { <li><Icon name="info" /><span>{words}</span></li> }).collect_view()}
        </ul>
    }
}

fn note_words(report: &ImportReport) -> Vec<String> {
    let mut notes = Vec::new();
    if report.kept > 0 {
        notes.push(format!(
            "{} kept: somebody changed them after the dry run.",
            counted(report.kept, "value is", "values are")
        ));
    }
    if report.ignored > 0 {
        notes.push(format!(
            "{} left out: the status of their row has no place for them, such as a date for an account not started.",
            counted(report.ignored, "cell is", "cells are")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happened_is_noted() {
        assert_eq!(note_words(&ImportReport::default()), [] as [String; 0]);
        let report = ImportReport { kept: 1, ignored: 1_204, ..ImportReport::default() };
        let notes = note_words(&report);
        assert_eq!(notes[0], "1 value is kept: somebody changed them after the dry run.");
        assert!(notes[1].starts_with("1,204 cells are left out"));
    }
}
