//! The imports of a migration, and the way to a new one.

mod send;
mod upload;

use crate::api::ApiError;
use crate::api::imports::{ImportCounts, ImportPhase, ImportSummary, imports};
use crate::components::empty::Skeleton;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::pages::migration::Frame;
use domain::policy::Action;
use leptos::prelude::*;
use leptos_meta::Title;
use upload::UploadCard;

/// The imports of a migration.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_import = frame.overview.with_untracked(|overview| overview.me.may(Action::ImportAccounts));
    view! {
        <Title text=move || format!("Imports · {}", frame.overview.read().migration.settings.name) />
        <div class="page imports-page">
            <div class="page-head">
                <h1>"Imports"</h1>
                <p>"Bring accounts in from a spreadsheet, or update many at once."</p>
            </div>
            {if may_import { view! { <Inside frame /> }.into_any() } else { view! { <NotAllowed /> }.into_any() }}
        </div>
    }
    .into_any()
}

/// What somebody sees who may not import.
#[component]
pub fn NotAllowed() -> impl IntoView {
    view! {
        <Notice tone=Tone::Info>
            <p>"Imports are for leads and admins. Ask one of them to import the file for you."</p>
        </Notice>
    }
}

#[component]
fn Inside(frame: Frame) -> impl IntoView {
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(move || migration.get(), imports);
    let retry = Callback::new(move |()| list.refetch());
    view! {
        <UploadCard frame />
        <Transition fallback=|| view! { <Skeleton lines=4 /> }>
            {move || list.get().map(|answer| earlier(frame, answer, retry))}
        </Transition>
    }
}

fn earlier(frame: Frame, answer: Result<Vec<ImportSummary>, ApiError>, retry: Callback<()>) -> AnyView {
    match answer {
        Err(error) => view! { <Problem error retry /> }.into_any(),
        Ok(list) if list.is_empty() => ().into_any(),
        Ok(list) => view! { <Earlier frame list /> }.into_any(),
    }
}

#[component]
fn Earlier(frame: Frame, list: Vec<ImportSummary>) -> impl IntoView {
    view! {
        <section class="panel table-panel" aria-labelledby="earlier-title">
            <header class="panel-head">
                <h2 id="earlier-title">"Imports so far"</h2>
                <span class="soft">{counted(list.len() as u64, "import", "imports")}</span>
            </header>
            <table class="list-table">
                <thead>
                    <tr>
                        <th scope="col">"File"</th>
                        <th scope="col">"Rows"</th>
                        <th scope="col">"Uploaded"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{list.into_iter().map(|import| line(frame, import)).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn line(frame: Frame, import: ImportSummary) -> impl IntoView {
    let address = frame.address(&format!("imports/{}", import.id));
    view! {
        <tr>
            <th scope="row">
                <a href=address>{import.file.clone()}</a>
            </th>
            <td>{grouped(import.rows)}</td>
            <td class="soft">{format!("{} by {}", import.when, import.who)}</td>
            <td>
                {import.phase.word()} " " <span class="soft">{standing(&import.phase, import.counts.as_ref())}</span>
            </td>
        </tr>
    }
}

/// The figures behind the word for the state.
fn standing(phase: &ImportPhase, counts: Option<&ImportCounts>) -> String {
    match (phase, counts) {
        (ImportPhase::Committing { done, total }, _) => format!("{} of {} rows", grouped(*done), grouped(*total)),
        (ImportPhase::Checked | ImportPhase::Finished, Some(counts)) => format!(
            "{} created, {} updated, {} refused",
            grouped(counts.created),
            grouped(counts.updated),
            grouped(counts.refused),
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_comes_with_its_figures() {
        let counts = ImportCounts { created: 1_204, updated: 7, unchanged: 3, refused: 0 };
        assert_eq!(standing(&ImportPhase::Finished, Some(&counts)), "1,204 created, 7 updated, 0 refused");
        let busy = ImportPhase::Committing { done: 500, total: 12_480 };
        assert_eq!(standing(&busy, Some(&counts)), "500 of 12,480 rows");
        assert_eq!(standing(&ImportPhase::Mapping, None), "");
    }
}
