//! One change of many accounts: what it did, what it refused, how far it is, and its undo with a preview.

use super::changes::Standing;
use super::preview::{Figure, Figures, Reasons, Samples};
use super::watch::Watch;
use super::words;
use crate::api::ApiError;
use crate::api::bulk::{
    BulkDetail, BulkSummary, BulkWork, UndoPreview, bulk_change, cancel_bulk, undo_bulk, undo_preview,
};
use crate::components::avatar::Who;
use crate::components::empty::Skeleton;
use crate::components::form::FormError;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::live::Live;
use crate::pages::migration::Frame;
use domain::bulk::BulkStage;
use domain::id::BulkId;
use domain::live::LiveMessage;
use domain::notice::list::{MessageFilter, state_label};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn ChangePage() -> impl IntoView {
    let frame = Frame::here();
    let params = use_params_map();
    let id = Memo::new(move |before: Option<&BulkId>| {
        let id = params.with(|params| params.get("id")).map(BulkId);
        // On the way to another page the parameter is gone before this page is.
        id.or_else(|| before.cloned()).unwrap_or_else(|| BulkId(String::new()))
    });
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let first = Resource::new(move || (migration.get(), id.get()), |(migration, id)| bulk_change(migration, id));
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Title text=move || format!("Change · {}", frame.overview.read().migration.settings.name) />
        <div class="page change-page">
            <p class="crumbs">
                <a href=move || frame.address("changes")>
                    <Icon name="left" />
                    "Bulk changes"
                </a>
            </p>
            <Transition fallback=|| view! { <Skeleton lines=6 /> }>
                {move || {
                    first.get().map(|answer| match answer {
                        Ok(first) => view! { <Loaded frame first /> }.into_any(),
                        Err(error) => view! {
                            <h1>"This change could not be shown"</h1>
                            <Problem error retry />
                        }
                        .into_any(),
                    })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Shown {
    frame: Frame,
    watch: Watch,
    summary: Memo<BulkSummary>,
    error: RwSignal<Option<ApiError>>,
    pending: RwSignal<bool>,
    preview: RwSignal<Option<UndoPreview>>,
}

#[component]
fn Loaded(frame: Frame, first: BulkDetail) -> impl IntoView {
    let watch = Watch::new(frame);
    let start = first.summary.clone();
    watch.begin(first);
    let summary = Memo::new(move |_| {
        watch.seen.with(|seen| seen.as_ref().map_or_else(|| start.clone(), |seen| seen.summary.clone()))
    });
    let shown = Shown {
        frame,
        watch,
        summary,
        error: RwSignal::new(None),
        pending: RwSignal::new(false),
        preview: RwSignal::new(None),
    };
    leave_when_signed_out(shown.error.into());
    // Somebody else may have cancelled or undone it.
    expect_context::<Live>().subscribe(Callback::new(move |message| {
        if matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. })
            && !summary.read_untracked().is_busy()
        {
            watch.look();
        }
    }));
    let what = move || frame.overview.with(|overview| words::work(overview, &summary.read().work));
    let refused = move || watch.seen.with(|seen| seen.as_ref().map(|seen| seen.refused.clone()).unwrap_or_default());
    view! {
        <div class="page-head">
            <h1>{what}</h1>
            <Facts shown />
        </div>
        {move || shown.error.get().map(|_| view! { <FormError error=shown.error /> })}
        <section class="panel" aria-labelledby="did-title">
            <header class="panel-head">
                <h2 id="did-title">"What it did"</h2>
                <Cancel shown />
            </header>
            <div class="panel-body">
                <p role="status">
                    {move || view! { <Standing change=summary.get() /> }}
                </p>
                {move || view! { <Figures figures=figures(&summary.get()) /> }}
                {move || view! { <Reasons frame title="Refused, and why" reasons=refused() /> }}
            </div>
        </section>
        <Caused shown />
        <Undo shown />
    }
    .into_any()
}

/// The messages that it caused, and what its undo drafted.
#[component]
fn Caused(shown: Shown) -> impl IntoView {
    let Shown { frame, watch, summary, .. } = shown;
    let messages = move || {
        let messages = watch.seen.with(|seen| seen.as_ref().map(|seen| seen.messages.clone()).unwrap_or_default());
        let words: Vec<String> = messages
            .iter()
            .map(|(state, count)| format!("{} {}", grouped(*count), state_label(state).to_lowercase()))
            .collect();
        (!words.is_empty()).then(|| {
            let filter = MessageFilter { bulk: Some(summary.read_untracked().id.clone()), ..MessageFilter::default() };
            let address = frame.address_now(&format!("notifications?{}", filter.to_query()));
            view! {
                <section class="panel" aria-labelledby="caused-title">
                    <header class="panel-head">
                        <h2 id="caused-title">"Messages it caused"</h2>
                    </header>
                    <div class="panel-body">
                        <p>{words.join(", ")} ". " <a href=address>"Show them"</a></p>
                        <p class="soft">
                            "An undo cancels those that have not gone. For those that went out it drafts corrections, which are held until a lead releases them."
                        </p>
                    </div>
                </section>
            }
        })
    };
    view! { {messages} }.into_any()
}

fn figures(summary: &BulkSummary) -> Vec<Figure> {
    vec![
        Figure { class: "updated", icon: "pencil", word: "Changed", count: summary.changed },
        Figure { class: "unchanged", icon: "check", word: "Were so already", count: summary.unchanged },
        Figure { class: "out", icon: "close", word: "Refused", count: summary.refused },
    ]
}

/// Who, when, and where its accounts came from.
#[component]
fn Facts(shown: Shown) -> impl IntoView {
    let summary = shown.summary.get_untracked();
    let frame = shown.frame;
    let source = match summary.work {
        BulkWork::Change { view: Some(query), .. } | BulkWork::Split { view: Some(query), .. } => {
            let address = match query.is_empty() {
                true => frame.address_now("accounts"),
                false => frame.address_now(&format!("accounts?{query}")),
            };
            view! { <a href=address>"All that matched this view"</a> }.into_any()
        }
        BulkWork::Dates { .. } => view! { <a href=frame.address_now("cohorts")>"The cohorts"</a> }.into_any(),
        BulkWork::Change { view: None, .. } | BulkWork::Split { view: None, .. } => {
            "Accounts selected in the table".into_any()
        }
        BulkWork::Import { import, .. } => {
            view! { <a href=frame.address_now(&format!("imports/{import}"))>"The import"</a> }.into_any()
        }
    };
    view! {
        <p class="change-facts">
            <Who id=summary.by name=summary.who />
            <span class="soft">{summary.when}</span>
            <span>{counted(summary.total, "account", "accounts")}</span>
            <span>{source}</span>
        </p>
    }
    .into_any()
}

#[component]
fn Cancel(shown: Shown) -> impl IntoView {
    let stop = move |_| {
        shown.send(|migration, id| async move { cancel_bulk(migration, id).await });
    };
    view! {
        <Show when=move || shown.summary.read().may_cancel fallback=|| ()>
            <button
                type="button"
                class="button danger small"
                aria-busy=move || shown.pending.get().then_some("true")
                on:click=stop
            >
                "Cancel the change"
            </button>
        </Show>
    }
}

impl Shown {
    /// Asks the server for something, then looks what became of it.
    fn send<F>(self, ask: impl FnOnce(domain::id::MigrationId, BulkId) -> F + 'static)
    where
        F: Future<Output = Result<(), ApiError>> + 'static,
    {
        let Some((migration, id)) = self.watch.names() else { return };
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        spawn_local(async move {
            let answer = ask(migration, id).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            self.error.set(answer.err());
            self.preview.set(None);
            self.watch.look();
        });
    }

    fn ask_preview(self) {
        let Some((migration, id)) = self.watch.names() else { return };
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        spawn_local(async move {
            let answer = undo_preview(migration, id).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(preview) => {
                    self.error.set(None);
                    self.preview.set(Some(preview));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// The undo: what it would do, then the step itself; or what it did.
#[component]
fn Undo(shown: Shown) -> impl IntoView {
    let Shown { summary, watch, frame, .. } = shown;
    let kept = move || watch.seen.with(|seen| seen.as_ref().map(|seen| seen.kept.clone()).unwrap_or_default());
    let content = move || {
        let summary = summary.get();
        match (summary.stage, summary.undo.clone()) {
            (BulkStage::Running, _) => view! { <p class="soft">"It can be undone once it has ended."</p> }.into_any(),
            (BulkStage::Undoing, _) => view! {
                <p role="status">
                    <Standing change=summary.clone() />
                </p>
            }
            .into_any(),
            (BulkStage::Undone, Some(undo)) => {
                let words = words::undone(undo.restored, undo.removed, undo.kept);
                view! {
                    <Notice tone=Tone::Success>
                        <p>{format!("Undone by {} on {}: {words}.", undo.who, undo.when)}</p>
                    </Notice>
                    <Reasons frame title="Left as they are, and why" reasons=kept() />
                }
                .into_any()
            }
            _ => match summary.obstacle.clone() {
                Some(obstacle) => view! { <p class="soft">{obstacle}</p> }.into_any(),
                None => view! { <Offer shown until=summary.undo_until /> }.into_any(),
            },
        }
    };
    view! {
        <section class="panel" id="undo" aria-labelledby="undo-title" tabindex="-1">
            <header class="panel-head">
                <h2 id="undo-title">"Undo"</h2>
            </header>
            <div class="panel-body">{content}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Offer(shown: Shown, until: String) -> impl IntoView {
    let Shown { frame, preview, pending, .. } = shown;
    let is_import = matches!(shown.summary.read_untracked().work, BulkWork::Import { .. });
    let busy = move || pending.get().then_some("true");
    view! {
        <p>
            "Each field that is still as this change left it becomes what it was before. What somebody has changed since stays. Until "
            <b>{until}</b>
            "."
        </p>
        {is_import
            .then(|| view! {
                <p class="soft">"What the import wrote into the directory (names, contacts, plans) stays as it is."</p>
            })}
        {move || match preview.get() {
            None => view! {
                <div class="button-row">
                    <button type="button" class="button" aria-busy=busy on:click=move |_| shown.ask_preview()>
                        <Icon name="undo" />
                        "See what an undo would do"
                    </button>
                </div>
            }
            .into_any(),
            Some(found) => {
                let affected = found.restored + found.removed;
                let mut figures = vec![
                    Figure { class: "updated", icon: "undo", word: "Restored", count: found.restored },
                    Figure { class: "out", icon: "lock", word: "Left as they are", count: found.kept },
                ];
                if is_import {
                    let gone = Figure { class: "unchanged", icon: "close", word: "Taken away", count: found.removed };
                    figures.insert(1, gone);
                }
                let label = format!("Undo for {}", counted(affected, "account", "accounts"));
                view! {
                    <Figures figures />
                    <Samples frame samples=found.samples of=found.restored />
                    <Reasons frame title="Left as they are, and why" reasons=found.reasons />
                    {(found.removed > 0)
                        .then(|| view! {
                            <p class="soft">
                                {format!(
                                    "{} that the import created and nobody has touched since will be gone. The customers stay in the directory.",
                                    counted(found.removed, "account", "accounts"),
                                )}
                            </p>
                        })}
                    <div class="button-row">
                        {(affected > 0)
                            .then(|| view! {
                                <button
                                    type="button"
                                    class="button danger primary"
                                    aria-busy=busy
                                    on:click=move |_| shown.send(|migration, id| async move { undo_bulk(migration, id).await })
                                >
                                    {label}
                                </button>
                            })}
                        {(affected == 0)
                            .then(|| view! {
                                <p class="soft">{format!("Nothing would be restored: {} changed since.", grouped(found.kept))}</p>
                            })}
                        <button type="button" class="button" on:click=move |_| preview.set(None)>
                            "Not now"
                        </button>
                    </div>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}
