//! Why rows are refused: counted by reason, the first of them one by one, all of them as a file.

use super::work::Work;
use crate::api::imports::ImportReport;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use domain::import::problem::{KindCount, ProblemKind, RowProblem};
use leptos::prelude::*;

/// Rows shown before somebody asks for more.
const SHOWN_AT_FIRST: usize = 12;

/// Everything about the refused rows; nothing when there are none.
#[component]
pub fn Refusals(work: Work) -> impl IntoView {
    let refused =
        Memo::new(move |_| work.report.with(|report| report.as_ref().map_or(0, |report| report.counts.refused)));
    let only = RwSignal::new(None::<ProblemKind>);
    view! {
        <Show when=move || refused.get() != 0 fallback=|| ()>
            <div class="refusals">
                <Reasons work refused only />
                <Rows work only />
            </div>
        </Show>
    }
}

#[component]
fn Reasons(work: Work, refused: Memo<u32>, only: RwSignal<Option<ProblemKind>>) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        work.report.with(|report| report.as_ref().map(|report| report.by_kind.clone()).unwrap_or_default())
    });
    let (migration, id) = work.names();
    let file = format!("/m/{migration}/imports/{id}/refused.csv");
    view! {
        <div class="reasons-list">
            <h3>{move || format!("Why {} refused", counted(refused.get(), "row is", "rows are"))}</h3>
            <ul>
                <For each=move || kinds.get() key=|kind| (kind.kind, kind.rows) let(kind)>
                    <Reason kind only />
                </For>
            </ul>
            <a class="button" href=file rel="external" download="">
                <Icon name="download" />
                "Download the refused rows"
            </a>
            <p class="soft hint">"A CSV file with the row, the reason and the original cells. Mend it and import it again."</p>
        </div>
    }
}

#[component]
fn Reason(kind: KindCount, only: RwSignal<Option<ProblemKind>>) -> impl IntoView {
    let this = kind.kind;
    let toggle = move |_| only.update(|only| *only = (*only != Some(this)).then_some(this));
    view! {
        <li>
            <button type="button" aria-pressed=move || (only.get() == Some(this)).to_string() on:click=toggle>
                <b>{grouped(kind.rows)}</b>
                <span>
                    {this.label()}
                    <small>{kind.example}</small>
                </span>
            </button>
        </li>
    }
}

#[component]
fn Rows(work: Work, only: RwSignal<Option<ProblemKind>>) -> impl IntoView {
    let all = RwSignal::new(false);
    let found = Memo::new(move |_| {
        work.report.with(|report| report.as_ref().map(|report| pick(report, only.get())).unwrap_or_default())
    });
    let shown = move || if all.get() { usize::MAX } else { SHOWN_AT_FIRST };
    let hidden = move || found.read().len().saturating_sub(shown());
    let foot =
        move || work.report.with(|report| report.as_ref().and_then(|report| foot_words(report, found.read().len())));
    view! {
        <div class="refused-rows">
            <div class="scroll" role="region" aria-label="Refused rows" tabindex="0">
                <table class="refused-table">
                    <thead>
                        <tr>
                            <th scope="col">"Row"</th>
                            <th scope="col">"Column"</th>
                            <th scope="col">"In the file"</th>
                            <th scope="col">"Refused because"</th>
                        </tr>
                    </thead>
                    <tbody>{move || found.get().into_iter().take(shown()).map(line).collect_view()}</tbody>
                </table>
            </div>
            <Show when=move || hidden() != 0 fallback=|| ()>
                <p class="more-rows">
                    <button type="button" class="link" on:click=move |_| all.set(true)>
                        {move || format!("Show {} more", hidden())}
                    </button>
                </p>
            </Show>
            {move || (hidden() == 0).then(foot).flatten().map(|words| view! { <p class="more-rows soft">{words}</p> })}
        </div>
    }
}

fn line(problem: RowProblem) -> impl IntoView {
    let value = if problem.value.is_empty() {
        view! { <span class="soft">"empty"</span> }.into_any()
    } else {
        problem.value.into_any()
    };
    view! {
        <tr>
            <th scope="row">{grouped(problem.row)}</th>
            <td>{problem.column.unwrap_or_else(|| "Whole row".to_owned())}</td>
            <td class="new">{value}</td>
            <td class="why">{problem.reason}</td>
        </tr>
    }
}

fn pick(report: &ImportReport, only: Option<ProblemKind>) -> Vec<RowProblem> {
    report.refused.iter().filter(|problem| only.is_none_or(|kind| problem.kind == kind)).cloned().collect()
}

/// Says that there are more than are shown.
fn foot_words(report: &ImportReport, shown: usize) -> Option<String> {
    let rows: std::collections::BTreeSet<u32> = report.refused.iter().map(|problem| problem.row).collect();
    let complete = rows.len() as u64 >= u64::from(report.counts.refused);
    match (complete, shown) {
        (true, 0) => Some("No row has this as its reason.".to_owned()),
        (true, _) => None,
        (false, _) => Some("These are the first refused rows; the file has all of them.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::imports::ImportCounts;

    fn report(refused: u32) -> ImportReport {
        ImportReport {
            counts: ImportCounts { refused, ..ImportCounts::default() },
            refused: vec![
                RowProblem::of_row(2, ProblemKind::KeyTwice, "Also in row 3."),
                RowProblem::of_row(3, ProblemKind::KeyTwice, "Also in row 2."),
                RowProblem::of_row(3, ProblemKind::CellCount, "Too few cells."),
            ],
            ..ImportReport::default()
        }
    }

    #[test]
    fn a_reason_picks_its_rows() {
        assert_eq!(pick(&report(2), None).len(), 3);
        assert_eq!(pick(&report(2), Some(ProblemKind::KeyTwice)).len(), 2);
        assert_eq!(pick(&report(2), Some(ProblemKind::StatusUnknown)).len(), 0);
    }

    #[test]
    fn more_than_shown_is_said() {
        assert_eq!(foot_words(&report(2), 3), None);
        assert!(foot_words(&report(139), 3).is_some_and(|words| words.contains("file")));
    }
}
