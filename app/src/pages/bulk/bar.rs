//! The bar that appears with a selection: what can be set, the dialog that asks, previews and runs it, and how far it is.

use super::form::{Draft, Tool, ToolFields, now};
use super::preview::{Figure, Figures, Reasons, Samples};
use super::watch::Watch;
use super::words;
use crate::api::ApiError;
use crate::api::bulk::{BulkPreview, BulkSummary, bulk_preview, cancel_bulk, start_bulk};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::FormError;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::accounts::selection::Selected;
use crate::pages::accounts::table::Table;
use crate::pages::migration::Frame;
use domain::bulk::{BulkChange, BulkScope, BulkStage};
use domain::id::CommandId;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where the dialog is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Form(Tool),
    Preview(Box<Previewed>),
    /// It runs, or has run: [`Watch`] knows.
    Running,
}

/// A change with what it would do.
#[derive(Clone, Debug, PartialEq)]
struct Previewed {
    tool: Tool,
    scope: BulkScope,
    change: BulkChange,
    preview: BulkPreview,
}

/// What the parts of the bar share.
#[derive(Clone, Copy)]
struct Bar {
    frame: Frame,
    table: Table,
    selected: RwSignal<Selected>,
    open: RwSignal<bool>,
    step: RwSignal<Step>,
    draft: Draft,
    error: RwSignal<Option<ApiError>>,
    pending: RwSignal<bool>,
    watch: Watch,
    /// What was sent and not answered: sending it again is safe.
    command: StoredValue<Option<CommandId>>,
}

impl Bar {
    /// Opens the form of a tool.
    fn choose(&self, tool: Tool) {
        self.draft.begin(tool);
        self.error.set(None);
        self.step.set(Step::Form(tool));
        self.open.set(true);
    }

    /// The accounts that are selected now.
    fn scope(&self) -> BulkScope {
        match self.selected.get_untracked() {
            Selected::None => BulkScope::Accounts { numbers: Vec::new() },
            Selected::Rows(numbers) => BulkScope::Accounts { numbers },
            Selected::AllMatching { .. } => BulkScope::Matching {
                view: Box::new(self.table.view.get_untracked()),
                at_least: Some(self.table.summary.with_untracked(|summary| summary.position)),
            },
        }
    }

    /// Asks what the change would do.
    fn preview(self, tool: Tool) {
        let fields = self.frame.overview.with_untracked(|overview| overview.migration.fields.clone());
        let change = match self.draft.read(tool, &fields, now()) {
            Ok(change) => change,
            Err(error) => return self.error.set(Some(error)),
        };
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        let scope = self.scope();
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = bulk_preview(migration, scope.clone(), change.clone()).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            // Somebody who closed the dialog meanwhile wants to see nothing of it.
            if !self.open.get_untracked() {
                return;
            }
            match answer {
                Ok(preview) => {
                    self.command.set_value(None);
                    self.step.set(Step::Preview(Box::new(Previewed { tool, scope, change, preview })));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }

    /// Runs what was previewed.
    fn run(self, what: Previewed) {
        if self.pending.get_untracked() {
            return;
        }
        self.error.set(None);
        self.pending.set(true);
        let command = self.command.get_value().unwrap_or_else(dom::new_command);
        self.command.set_value(Some(command.clone()));
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = start_bulk(migration, command, what.scope, what.change).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(id) => {
                    self.command.set_value(None);
                    self.step.set(Step::Running);
                    self.watch.follow(id);
                    self.selected.set(Selected::None);
                }
                Err(error) => {
                    if !matches!(error, ApiError::Transport { .. } | ApiError::Unavailable { .. }) {
                        self.command.set_value(None);
                    }
                    self.error.set(Some(error));
                }
            }
        });
    }

    /// Stops what runs.
    fn stop(self) {
        let Some((migration, id)) = self.watch.names() else { return };
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        spawn_local(async move {
            let answer = cancel_bulk(migration, id).await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            // It may have come to its end just before.
            if !matches!(answer, Err(ApiError::Refused { .. })) {
                self.error.set(answer.err());
            }
            self.watch.look();
        });
    }
}

/// The bar over the table, with its dialog. It shows while something is selected, and while a change that was started
/// here runs or has just ended.
#[component]
pub fn BulkBar(table: Table) -> impl IntoView {
    let (frame, selected) = (table.frame, table.selected);
    let bar = Bar {
        frame,
        table,
        selected,
        open: RwSignal::new(false),
        step: RwSignal::new(Step::Running),
        draft: Draft::new(),
        error: RwSignal::new(None),
        pending: RwSignal::new(false),
        watch: Watch::new(frame),
        command: StoredValue::new(None),
    };
    leave_when_signed_out(bar.error.into());
    // Another view has other rows: what was selected in the one before is not in sight any more.
    Effect::new(move |before: Option<domain::view::View>| {
        let view = table.view.get();
        if before.is_some_and(|before| before != view)
            && matches!(selected.get_untracked(), Selected::AllMatching { .. })
        {
            selected.set(Selected::None);
        }
        view
    });
    // The rows may be out of the live feed's sight: after the end the table asks for them once more.
    Effect::new(move |was_busy: Option<bool>| {
        let busy = bar.watch.seen.with(|seen| seen.as_ref().is_some_and(|seen| seen.summary.is_busy()));
        if was_busy == Some(true) && !busy {
            table.refresh();
        }
        busy
    });
    let any = Memo::new(move |_| selected.with(|selected| selected.count() > 0));
    let may = move || frame.overview.with(|overview| overview.me.may(Action::BulkEdit));
    view! {
        <Show when=move || any.get() && may() fallback=|| ()>
            <SelectionBar bar />
        </Show>
        <Show when=move || !any.get() && bar.watch.seen.with(Option::is_some) && !bar.open.get() fallback=|| ()>
            <ProgressBar bar />
        </Show>
        <BulkDialog bar />
    }
    .into_any()
}

#[component]
fn SelectionBar(bar: Bar) -> impl IntoView {
    let Bar { selected, table, .. } = bar;
    let number = Memo::new(move |_| selected.with(Selected::count));
    let label = move || format!("{} selected", counted(number.get(), "account is", "accounts are"));
    let matching = Memo::new(move |_| table.summary.with(|summary| summary.matching));
    let has_fields =
        bar.frame.overview.with_untracked(|overview| overview.migration.fields.iter().any(|field| !field.retired));
    // Only rows that were picked one by one can become "all".
    let more = move || selected.with(|selected| matches!(selected, Selected::Rows(_))) && number.get() < matching.get();
    view! {
        <section class="bulk" aria-label=label>
            <p role="status">
                <b>{move || grouped(number.get())}</b>
                " selected"
            </p>
            <Show when=more fallback=|| ()>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| selected.set(Selected::AllMatching { count: matching.get_untracked() })
                >
                    {move || format!("Select all {} that match", grouped(matching.get()))}
                </button>
            </Show>
            <div class="bulk-actions" role="group" aria-label="Set for all of them">
                {Tool::ALL
                    .into_iter()
                    .filter(|tool| *tool != Tool::Field || has_fields)
                    .map(|tool| view! {
                        <button type="button" class="button quiet small" on:click=move |_| bar.choose(tool)>
                            {tool.label()}
                            "…"
                        </button>
                    })
                    .collect_view()}
            </div>
            <button type="button" class="button quiet icon-only small" on:click=move |_| selected.set(Selected::None)>
                <Icon name="close" />
                <span class="visually-hidden">"Clear the selection"</span>
            </button>
        </section>
    }
    .into_any()
}

/// How far a change is whose dialog is closed, or what came of it.
#[component]
fn ProgressBar(bar: Bar) -> impl IntoView {
    let Bar { watch, frame, .. } = bar;
    let summary = move || watch.seen.with(|seen| seen.as_ref().map(|seen| seen.summary.clone()));
    let busy = Memo::new(move |_| summary().is_some_and(|summary| summary.is_busy()));
    let words = move || summary().map(|summary| line(&summary));
    let address = move || summary().map(|summary| frame.address(&format!("changes/{}", summary.id)));
    view! {
        <section class="bulk" aria-label="A bulk change">
            <p role="status">{words}</p>
            <Show when=move || busy.get() fallback=|| ()>
                <Bars bar />
            </Show>
            <div class="bulk-actions">
                <Show when=move || busy.get() fallback=|| ()>
                    <button type="button" class="button quiet small" on:click=move |_| bar.open.set(true)>
                        "Show"
                    </button>
                </Show>
                <Show when=move || !busy.get() fallback=|| ()>
                    <a class="button quiet small" href=address>
                        "Details and undo"
                    </a>
                </Show>
            </div>
            <Show when=move || !busy.get() fallback=|| ()>
                <button type="button" class="button quiet icon-only small" on:click=move |_| watch.forget()>
                    <Icon name="close" />
                    <span class="visually-hidden">"Close"</span>
                </button>
            </Show>
        </section>
    }
    .into_any()
}

/// How far it is, or what came of it, in one line.
pub fn line(summary: &BulkSummary) -> String {
    let (done, total) = summary.progress();
    match summary.stage {
        BulkStage::Running | BulkStage::Undoing => {
            format!("{} of {}", grouped(done), counted(total, "account", "accounts"))
        }
        BulkStage::Cancelled => format!("Cancelled: {}", words::figures(summary)),
        BulkStage::Done => format!("Done: {}", words::figures(summary)),
        BulkStage::Undone => "Undone".to_owned(),
    }
}

#[component]
fn Bars(bar: Bar) -> impl IntoView {
    let progress =
        Memo::new(move |_| bar.watch.seen.with(|seen| seen.as_ref().map_or((0, 1), |seen| seen.summary.progress())));
    view! {
        <progress
            aria-label="Accounts done"
            prop:max=move || f64::from(progress.get().1.max(1))
            prop:value=move || f64::from(progress.get().0)
        ></progress>
    }
}

#[component]
fn BulkDialog(bar: Bar) -> impl IntoView {
    let number = move || bar.selected.with(Selected::count);
    let title = Signal::derive(move || match bar.step.get() {
        Step::Form(tool) => format!("{} of {}", tool.title(), counted(number(), "account", "accounts")),
        Step::Preview(what) => format!("{}: preview", what.tool.title()),
        Step::Running => "Bulk change".to_owned(),
    });
    // Each step is another form: what was in the one before must not be kept alive in it.
    let step = Memo::new(move |_| bar.open.get().then(|| bar.step.get()));
    view! {
        <Dialog id="bulk" title open=bar.open wide=true>
            {move || match step.get() {
                None => ().into_any(),
                Some(Step::Form(tool)) => view! { <FormStep bar tool /> }.into_any(),
                Some(Step::Preview(what)) => view! { <PreviewStep bar what=*what /> }.into_any(),
                Some(Step::Running) => view! { <RunningStep bar /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn FormStep(bar: Bar, tool: Tool) -> impl IntoView {
    let error: Signal<Option<ApiError>> = bar.error.into();
    view! {
        <form
            class="fields"
            novalidate=true
            on:submit=move |event| {
                event.prevent_default();
                bar.preview(tool);
            }
        >
            <FormError error fields=&["status", "day", "choice", "text", "pinned", "reason"] />
            <ToolFields frame=bar.frame tool draft=bar.draft error />
            <footer>
                <button type="button" class="button" on:click=move |_| bar.open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label="Preview" pending=bar.pending />
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn PreviewStep(bar: Bar, what: Previewed) -> impl IntoView {
    let Previewed { tool, change, preview, .. } = what.clone();
    let asked = bar.frame.overview.with_untracked(|overview| words::change(overview, &change));
    let figures = vec![
        Figure { class: "updated", icon: "pencil", word: "Change", count: preview.changed },
        Figure { class: "unchanged", icon: "check", word: "So already", count: preview.unchanged },
        Figure { class: "out", icon: "close", word: "Refused", count: preview.refused },
    ];
    let nothing = preview.changed == 0;
    let obstacle = preview.obstacle.clone();
    let allowed = obstacle.is_none();
    let label = format!("Change {}", counted(preview.changed, "account", "accounts"));
    view! {
        <form on:submit=move |event| {
            event.prevent_default();
            bar.run(what.clone());
        }>
            <p>
                <b>{asked}</b>
                " for "
                {counted(preview.total, "account", "accounts")}
                ". Nothing is changed yet."
            </p>
            <Figures figures />
            <FormError error=bar.error />
            {obstacle.map(|obstacle| view! { <Notice tone=Tone::Warning><p>{obstacle}</p></Notice> })}
            {nothing.then(|| view! { <Notice tone=Tone::Info><p>"Nothing would change."</p></Notice> })}
            <Samples frame=bar.frame samples=preview.samples of=preview.changed />
            <Reasons frame=bar.frame title="Refused, and why" reasons=preview.reasons />
            <footer>
                <button type="button" class="button" on:click=move |_| bar.step.set(Step::Form(tool))>
                    "Back"
                </button>
                {(allowed && !nothing).then(|| view! { <SubmitButton label pending=bar.pending /> })}
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn RunningStep(bar: Bar) -> impl IntoView {
    let Bar { watch, frame, .. } = bar;
    let summary = Memo::new(move |_| watch.seen.with(|seen| seen.as_ref().map(|seen| seen.summary.clone())));
    let busy = Memo::new(move |_| summary.get().is_none_or(|summary| summary.is_busy()));
    let address = move || summary.get().map(|summary| frame.address(&format!("changes/{}", summary.id)));
    let ended = move || {
        let seen = watch.seen.get().filter(|seen| !seen.summary.is_busy())?;
        let until = match seen.summary.changed {
            0 => String::new(),
            _ => format!(" It can be undone until {}.", seen.summary.undo_until),
        };
        let words = format!("{}.{until}", line(&seen.summary));
        Some(view! {
            <Notice tone=Tone::Success>
                <p>{words}</p>
            </Notice>
            <Reasons frame title="Refused, and why" reasons=seen.refused />
        })
    };
    view! {
        <Show when=move || busy.get() fallback=|| ()>
            <p role="status">{move || summary.get().map_or_else(|| "Starting…".to_owned(), |summary| line(&summary))}</p>
            <Bars bar />
            <p class="soft">
                "Colleagues can go on working. You can close this: the change goes on, also after a restart of the server."
            </p>
        </Show>
        {move || bar.error.get().map(|error| view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> })}
        {move || watch.error.get().map(|error| view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> })}
        {ended}
        <footer>
            <Show when=move || busy.get() fallback=|| ()>
                <button
                    type="button"
                    class="button danger"
                    aria-busy=move || bar.pending.get().then_some("true")
                    on:click=move |_| bar.stop()
                >
                    "Cancel the change"
                </button>
            </Show>
            <Show when=move || !busy.get() fallback=|| ()>
                <a class="button" href=address>
                    "Details and undo"
                </a>
            </Show>
            <button type="button" class="button primary" on:click=move |_| bar.open.set(false)>
                "Close"
            </button>
        </footer>
    }
    .into_any()
}
