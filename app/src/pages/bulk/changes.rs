//! The changes of many accounts: bulk changes and imports, the newest first, each with what came of it and its undo.

use super::words;
use crate::api::ApiError;
use crate::api::bulk::{BulkSummary, BulkWork, bulk_changes};
use crate::components::avatar::Who;
use crate::components::empty::{Empty, Skeleton};
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::live::Live;
use crate::pages::migration::Frame;
use domain::bulk::BulkStage;
use domain::live::LiveMessage;
use leptos::prelude::*;
use leptos_meta::Title;
use std::time::Duration;

/// What is told at once is asked for once.
const REFETCH_PAUSE: Duration = Duration::from_millis(250);
/// Running changes are asked about so often.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);

/// The list.
#[component]
pub fn ChangesPage() -> impl IntoView {
    let frame = Frame::here();
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(move || migration.get(), bulk_changes);
    let retry = Callback::new(move |()| list.refetch());
    // A change that starts or ends anywhere is told to everybody.
    let live = expect_context::<Live>();
    let waiting = StoredValue::new(false);
    live.subscribe(Callback::new(move |message| {
        let told = matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. });
        if !told || waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    list.refetch();
                }
            },
            REFETCH_PAUSE,
        );
    }));
    Effect::new(move |_| {
        let busy = matches!(list.get(), Some(Ok(list)) if list.iter().any(BulkSummary::is_busy));
        if busy && let Ok(timer) = set_timeout_with_handle(move || list.refetch(), LOOK_EVERY) {
            on_cleanup(move || timer.clear());
        }
    });
    view! {
        <Title text=move || format!("Changes · {}", frame.overview.read().migration.settings.name) />
        <div class="page changes-page">
            <div class="page-head">
                <h1>"Bulk changes"</h1>
                <p>"Everything that changed many accounts at once, imports too. Each can be undone for 30 days."</p>
            </div>
            <Transition fallback=|| view! { <Skeleton lines=6 /> }>
                {move || list.get().map(|answer| shown(frame, answer, retry))}
            </Transition>
        </div>
    }
    .into_any()
}

fn shown(frame: Frame, answer: Result<Vec<BulkSummary>, ApiError>, retry: Callback<()>) -> AnyView {
    match answer {
        Err(error) => view! { <Problem error retry /> }.into_any(),
        Ok(list) if list.is_empty() => view! {
            <Empty
                icon="rows"
                title="Nothing was changed in bulk yet"
                text="Select several accounts in the table, and set a status, a date, an owner or a cohort for all of them."
            >
                <a class="button primary" href=frame.address("accounts")>
                    "Show the accounts"
                </a>
            </Empty>
        }
        .into_any(),
        Ok(list) => view! { <List frame list /> }.into_any(),
    }
}

#[component]
fn List(frame: Frame, list: Vec<BulkSummary>) -> impl IntoView {
    view! {
        <section class="panel table-panel" aria-labelledby="changes-title">
            <header class="panel-head">
                <h2 id="changes-title">"Changes so far"</h2>
                <span class="soft">{counted(list.len() as u64, "change", "changes")}</span>
            </header>
            <table class="list-table changes-table">
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Who and when"</th>
                        <th scope="col">"Accounts"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Undo"</th>
                    </tr>
                </thead>
                <tbody>{list.into_iter().map(|change| line(frame, change)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn line(frame: Frame, change: BulkSummary) -> AnyView {
    let address = frame.address(&format!("changes/{}", change.id));
    let what = frame.overview.with(|overview| words::work(overview, &change.work));
    let icon = match &change.work {
        BulkWork::Change { .. } => "rows",
        BulkWork::Split { .. } => "group",
        BulkWork::Dates { .. } => "calendar",
        BulkWork::Import { .. } => "upload",
    };
    let undo = undo_words(&change);
    let can_undo = change.obstacle.is_none() && undo.is_empty();
    view! {
        <tr>
            <th scope="row">
                <a href=address.clone()>
                    <Icon name=icon />
                    " "
                    {what.clone()}
                </a>
            </th>
            <td>
                <Who id=change.by.clone() name=change.who.clone() />
                <br />
                <span class="soft">{change.when.clone()}</span>
            </td>
            <td>{words::figures(&change)}</td>
            <td>
                <Standing change=change.clone() />
            </td>
            <td class="undo-cell">
                {can_undo
                    .then(|| view! {
                        <a class="button small" href=format!("{address}#undo")>
                            <span>"Undo…" <span class="visually-hidden">{format!(" {what}")}</span></span>
                        </a>
                        <br />
                        <span class="soft">{format!("until {}", change.undo_until)}</span>
                    })}
                <span class="soft">{undo}</span>
            </td>
        </tr>
    }
    .into_any()
}

/// The word for where it stands, with a bar while the server is at work.
#[component]
pub fn Standing(change: BulkSummary) -> impl IntoView {
    let (done, total) = change.progress();
    view! {
        <span class="standing">{words::stage(change.stage)}</span>
        {change
            .is_busy()
            .then(|| view! {
                <span class="soft">{format!(" {} of {}", grouped(done), grouped(total))}</span>
                <progress aria-label="Accounts done" max=total.max(1).to_string() value=done.to_string()></progress>
            })}
    }
    .into_any()
}

/// What is to be said in place of the button; empty where the button stands or its reason is told elsewhere.
fn undo_words(change: &BulkSummary) -> String {
    match (&change.undo, change.stage, &change.obstacle) {
        (Some(undo), BulkStage::Undone, _) => {
            format!("{} by {}, {}", words::undone(undo.restored, undo.removed, undo.kept), undo.who, undo.when)
        }
        (_, BulkStage::Running | BulkStage::Undoing, _) => String::from("–"),
        (_, _, Some(obstacle)) => obstacle.clone(),
        _ => String::new(),
    }
}
