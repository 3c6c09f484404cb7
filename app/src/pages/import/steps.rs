//! The four steps above every import.

use super::work::Work;
use crate::api::imports::{ImportPhase, ImportReport, ImportView};
use crate::components::icon::Icon;
use crate::components::number::grouped;
use leptos::prelude::*;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Done,
    Now,
    Later,
}

/// File, columns, dry run, commit: what is done, where we are, what is left.
#[component]
pub fn Steps(work: Work) -> impl IntoView {
    let step = move |number: u8, title: &'static str, words: fn(&ImportView) -> String| {
        let standing = Memo::new(move |_| standing(&work.phase.get(), number));
        let class = move || match standing.get() {
            Standing::Done => "done",
            Standing::Now => "now",
            Standing::Later => "later",
        };
        view! {
            <li class=class aria-current=move || (standing.get() == Standing::Now).then_some("step")>
                <span class="num">
                    {move || match standing.get() {
                        Standing::Done => view! { <Icon name="check" /><span class="visually-hidden">"Done: "</span> }.into_any(),
                        _ => number.into_any(),
                    }}
                </span>
                <span>
                    <b>{title}</b>
                    <small>{move || work.import.with(words)}</small>
                </span>
            </li>
        }
    };
    view! {
        <ol class="steps">
            {step(1, "File", |import| import.file.clone())} {step(2, "Columns", columns_words)}
            {step(3, "Dry run", dry_run_words)} {step(4, "Commit", commit_words)}
        </ol>
    }
}

/// The step that an import has reached; 5 when all are done.
fn reached(phase: &ImportPhase) -> u8 {
    match phase {
        ImportPhase::Mapping => 2,
        ImportPhase::Checking | ImportPhase::Checked | ImportPhase::Failed { .. } => 3,
        ImportPhase::Committing { .. } => 4,
        ImportPhase::Finished => 5,
        ImportPhase::Discarded => 2,
    }
}

fn standing(phase: &ImportPhase, number: u8) -> Standing {
    match reached(phase) {
        reached if number < reached => Standing::Done,
        reached if number == reached && *phase != ImportPhase::Discarded => Standing::Now,
        _ => Standing::Later,
    }
}

fn columns_words(import: &ImportView) -> String {
    format!("{} of {} used", import.mapping.used(), import.columns.len())
}

fn dry_run_words(import: &ImportView) -> String {
    match (&import.phase, &import.report) {
        (ImportPhase::Checking, _) => "Checking every row".to_owned(),
        (ImportPhase::Failed { .. }, _) => "Failed".to_owned(),
        (_, Some(ImportReport { counts, .. })) => match counts.refused {
            0 => "No row refused".to_owned(),
            refused => format!("{} refused", grouped(refused)),
        },
        _ => "Not run yet".to_owned(),
    }
}

fn commit_words(import: &ImportView) -> String {
    match &import.phase {
        ImportPhase::Committing { done, total } => format!("{} % written", percent(*done, *total)),
        ImportPhase::Finished => "Written".to_owned(),
        ImportPhase::Failed { .. } | ImportPhase::Discarded => "Nothing was written".to_owned(),
        _ => "Nothing is written yet".to_owned(),
    }
}

/// Whole percent, rounded down, so that 100 means all.
pub fn percent(done: u32, total: u32) -> u64 {
    if total == 0 { 0 } else { u64::from(done) * 100 / u64::from(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_the_phase() {
        let standings = |phase: ImportPhase| [1, 2, 3, 4].map(|number| standing(&phase, number));
        use Standing::{Done, Later, Now};
        assert_eq!(standings(ImportPhase::Mapping), [Done, Now, Later, Later]);
        assert_eq!(standings(ImportPhase::Checked), [Done, Done, Now, Later]);
        assert_eq!(standings(ImportPhase::Committing { done: 1, total: 2 }), [Done, Done, Done, Now]);
        assert_eq!(standings(ImportPhase::Finished), [Done; 4]);
        assert_eq!(standings(ImportPhase::Discarded), [Done, Later, Later, Later]);
    }

    #[test]
    fn all_is_a_hundred_percent_and_nothing_less_is() {
        assert_eq!(
            [percent(0, 0), percent(7_314, 11_020), percent(11_019, 11_020), percent(11_020, 11_020)],
            [0, 66, 99, 100]
        );
    }
}
