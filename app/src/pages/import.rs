//! One import, step by step: the file, its columns, the dry run, the commit.

mod columns;
mod foot;
mod owners;
mod progress;
mod refusals;
mod steps;
mod tiles;
mod work;

use crate::api::imports::{ImportPhase, ImportView, import};
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::pages::imports::NotAllowed;
use crate::pages::migration::Frame;
use columns::ColumnsPanel;
use domain::id::ImportId;
use domain::policy::Action;
use foot::Foot;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use owners::OwnersPanel;
use progress::CheckingPanel;
use steps::Steps;
use tiles::OutcomePanel;
use work::Work;

/// One import.
#[component]
pub fn ImportPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    if !frame.overview.with_untracked(|overview| overview.me.may(Action::ImportAccounts)) {
        return view! {
            <div class="page">
                <div class="page-head">
                    <h1>"Import accounts"</h1>
                </div>
                <NotAllowed />
            </div>
        }
        .into_any();
    }
    let params = use_params_map();
    let id = Memo::new(move |_| ImportId(params.with(|params| params.get("id").unwrap_or_default())));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let first = Resource::new(move || (migration.get(), id.get()), |(migration, id)| import(migration, id));
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Title text=move || format!("Import · {}", frame.overview.read().migration.settings.name) />
        <Transition fallback=|| view! { <div class="page"><Skeleton /></div> }>
            {move || {
                first.get().map(|answer| match answer {
                    Ok(view) => view! { <Inside frame first=view /> }.into_any(),
                    Err(error) => view! {
                        <div class="page">
                            <BackToList frame />
                            <Problem error retry />
                        </div>
                    }
                    .into_any(),
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn BackToList(frame: Frame) -> impl IntoView {
    view! {
        <p class="crumbs">
            <a href=move || frame.address("imports")>
                <Icon name="left" />
                "Imports"
            </a>
        </p>
    }
}

#[component]
fn Inside(frame: Frame, first: ImportView) -> impl IntoView {
    let work = Work::start(frame, first);
    leave_when_signed_out(work.error.into());
    let phase = work.phase;
    let before_commit = move || matches!(phase.get(), ImportPhase::Mapping | ImportPhase::Checked);
    view! {
        <div class="import-page">
            <header class="import-head">
                <BackToList frame />
                <div class="title-row">
                    <h1>"Import accounts"</h1>
                    <p class="soft filemark">
                        <Icon name="file" />
                        <span>{move || work.import.with(file_words)}</span>
                    </p>
                </div>
                <Steps work />
            </header>
            <div class="import-body">
                <Message work />
                <Show when=move || phase.get() == ImportPhase::Checking fallback=|| ()>
                    <CheckingPanel work />
                </Show>
                <Show when=move || work.report.read().is_some() fallback=|| ()>
                    <OutcomePanel work />
                </Show>
                <Show when=before_commit fallback=|| ()>
                    <SheetNotes work />
                    <OwnersPanel work />
                    <ColumnsPanel work />
                </Show>
            </div>
            <Foot work />
        </div>
    }
}

fn file_words(import: &ImportView) -> String {
    let sheet = import.source.as_ref().map(|source| format!(", read from the sheet “{}”", source.sheet));
    let (sheet, rows) = (sheet.unwrap_or_default(), counted(import.rows, "row", "rows"));
    format!("{}{sheet}, {rows}, uploaded {} by {}", import.file, import.when, import.who)
}

/// What of a workbook was not read as it stands there.
#[component]
fn SheetNotes(work: Work) -> impl IntoView {
    let notes = Memo::new(move |_| {
        work.import.with(|import| import.source.as_ref().map(|source| source.notes()).unwrap_or_default())
    });
    move || {
        let notes = notes.get();
        (!notes.is_empty()).then(|| {
            let lines = notes.into_iter().map(|note| view! { <p>{note}</p> }).collect_view();
            view! { <Notice tone=Tone::Info>{lines}</Notice> }
        })
    }
}

/// How it ended, or what went wrong.
#[component]
fn Message(work: Work) -> impl IntoView {
    let ended = move || match work.phase.get() {
        ImportPhase::Failed { message } => Some((Tone::Error, message)),
        ImportPhase::Discarded => {
            Some((Tone::Info, "This import was discarded before anything was written.".to_owned()))
        }
        ImportPhase::Finished => Some((Tone::Success, work.import.with(finished_words))),
        _ => None,
    };
    view! {
        {move || ended().map(|(tone, words)| view! { <Notice tone><p>{words}</p></Notice> })}
        {move || {
            work.error.get().map(|error| view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> })
        }}
    }
}

fn finished_words(import: &ImportView) -> String {
    let counts = import.report.as_ref().map(|report| report.counts).unwrap_or_default();
    let refused = match counts.refused {
        0 => String::new(),
        refused => format!(" {} stayed out.", counted(refused, "refused row", "refused rows")),
    };
    format!(
        "The import is finished: {} created, {} updated.{refused}",
        counted(counts.created, "account", "accounts"),
        counted(counts.updated, "account", "accounts"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::imports::{ImportCounts, ImportReport};
    use domain::import::mapping::Mapping;
    use domain::import::source::SheetSource;

    #[test]
    fn the_end_is_told_in_one_sentence_or_two() {
        let counts = ImportCounts { created: 1_204, updated: 1, unchanged: 5, refused: 139 };
        let mut import = ImportView {
            id: ImportId::from("x"),
            file: "may.csv".to_owned(),
            rows: 1,
            who: "Ines".to_owned(),
            when: "21 May 2026, 13:48".to_owned(),
            phase: ImportPhase::Finished,
            mapping: Mapping::default(),
            columns: Vec::new(),
            owners: Vec::new(),
            open: Vec::new(),
            report: Some(ImportReport { counts, ..ImportReport::default() }),
            source: None,
            remembered: None,
        };
        let words = "The import is finished: 1,204 accounts created, 1 account updated. 139 refused rows stayed out.";
        assert_eq!(finished_words(&import), words);
        assert_eq!(file_words(&import), "may.csv, 1 row, uploaded 21 May 2026, 13:48 by Ines");
        import.source = Some(SheetSource { sheet: "EU".to_owned(), ..SheetSource::default() });
        let words = "may.csv, read from the sheet “EU”, 1 row, uploaded 21 May 2026, 13:48 by Ines";
        assert_eq!(file_words(&import), words);
        import.report = None;
        assert_eq!(finished_words(&import), "The import is finished: 0 accounts created, 0 accounts updated.");
    }
}
