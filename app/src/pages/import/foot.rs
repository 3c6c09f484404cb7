//! The one step that is next, always in sight at the bottom.

use super::steps::percent;
use super::work::Work;
use crate::api::imports::{ImportCounts, ImportPhase};
use crate::components::button::SubmitButton;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use leptos::prelude::*;

/// What comes next, for the phase in which the import is.
#[component]
pub fn Foot(work: Work) -> impl IntoView {
    // Which foot it is changes rarely; the progress inside one changes often.
    let kind = Memo::new(move |_| std::mem::discriminant(&work.phase.get()));
    move || {
        kind.get();
        let content = match work.phase.get_untracked() {
            ImportPhase::Mapping => view! { <ToCheck work /> }.into_any(),
            ImportPhase::Checking => view! { <Checking /> }.into_any(),
            ImportPhase::Checked => view! { <ToCommit work /> }.into_any(),
            ImportPhase::Committing { .. } => view! { <Committing work /> }.into_any(),
            ImportPhase::Finished => view! { <Finished work /> }.into_any(),
            ImportPhase::Failed { .. } | ImportPhase::Discarded => view! { <Over work /> }.into_any(),
        };
        view! {
            <section class="commit" aria-label="Next step">
                {content}
            </section>
        }
    }
}

/// The migration and the import, for a form that works without script.
#[component]
fn Names(work: Work) -> impl IntoView {
    let (migration, id) = work.names();
    view! {
        <input type="hidden" name="migration" value=migration.0 />
        <input type="hidden" name="id" value=id.0 />
    }
}

#[component]
fn ToCheck(work: Work) -> impl IntoView {
    let open = Memo::new(move |_| work.import.with(|import| import.open.clone()));
    let waiting = move || work.is_waiting();
    // The form is for whoever has no script.
    let check = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if open.read_untracked().is_empty() {
            work.want_check();
        }
    };
    view! {
        <div class="line">
            <div role="status">
                {move || match open.get().as_slice() {
                    [] => view! { <p><b>"Next: a dry run."</b>" It says what would happen; nothing is written."</p> }.into_any(),
                    [first, rest @ ..] => view! {
                        <p class="obstacle">
                            <Icon name="alert" />
                            <span>{first.clone()} {(!rest.is_empty()).then(|| format!(" And {} more.", rest.len()))}</span>
                        </p>
                    }
                    .into_any(),
                }}
            </div>
            <div class="commit-actions">
                <Discard work />
                <ActionForm action=work.check>
                    <Names work />
                    <button
                        type="submit"
                        class="button primary"
                        aria-busy=move || waiting().then_some("true")
                        aria-disabled=move || (!open.read().is_empty()).then_some("true")
                        on:click=check
                    >
                        "Run the dry run"
                    </button>
                </ActionForm>
            </div>
        </div>
    }
}

#[component]
fn Checking() -> impl IntoView {
    view! {
        <div class="line">
            <p>
                <b>"The dry run is at work."</b>
                " You can close this page and come back."
            </p>
            <Reload />
        </div>
    }
}

#[component]
fn ToCommit(work: Work) -> impl IntoView {
    let counts =
        Memo::new(move |_| work.report.with(|report| report.as_ref().map(|report| report.counts).unwrap_or_default()));
    let label = Signal::derive(move || format!("Commit {}", counted(counts.get().written(), "row", "rows")));
    let words = move || written_words(&counts.get());
    view! {
        <div class="line">
            <p>
                {words} " "
                <span class="soft">
                    {move || (counts.get().refused > 0).then(|| format!("{} out.", counted(counts.get().refused, "refused row stays", "refused rows stay")))}
                </span>
            </p>
            <div class="commit-actions">
                <Discard work />
                <a class="button quiet" href="#columns" rel="external">"Back to the columns"</a>
                <Show when=move || counts.get().written() != 0 fallback=|| ()>
                    <ActionForm action=work.commit>
                        <Names work />
                        <FireRules work />
                        <SubmitButton label pending=Signal::derive(move || work.saving.get() || work.commit.pending().get()) />
                    </ActionForm>
                </Show>
            </div>
        </div>
    }
}

/// Whether rules of notifications fire for what the file brings; without any that would, nothing is asked.
#[component]
fn FireRules(work: Work) -> impl IntoView {
    let fires = Memo::new(move |_| work.report.with(|report| report.as_ref().map_or(0, |report| report.fires)));
    let fire = RwSignal::new(false);
    view! {
        <input type="hidden" name="fire_rules" value=move || (fire.get() && fires.get() > 0).to_string() />
        <Show when=move || fires.get() != 0 fallback=|| ()>
            <label class="choice">
                <input type="checkbox" id="fire-rules" prop:checked=fire on:change=move |event| fire.set(event_target_checked(&event)) />
                {move || format!("Also send {} that rules have for what it brings", counted(fires.get(), "message", "messages"))}
            </label>
        </Show>
    }
    .into_any()
}

fn written_words(counts: &ImportCounts) -> AnyView {
    if counts.written() == 0 {
        return view! { <b>"Nothing would be written."</b> }.into_any();
    }
    let (created, updated) = (grouped(counts.created), grouped(counts.updated));
    let rows = counted(counts.written(), "row", "rows");
    view! {
        <b>{format!("{rows} will be written:")}</b>
        {format!(" {created} created, {updated} updated.")}
    }
    .into_any()
}

#[component]
fn Committing(work: Work) -> impl IntoView {
    let progress = Memo::new(move |_| match work.phase.get() {
        ImportPhase::Committing { done, total } => (done, total),
        _ => (0, 0),
    });
    let (first_done, first_total) = progress.get_untracked();
    view! {
        <div class="line running">
            <p>
                <b role="status">
                    {move || format!("{} of {}", grouped(progress.get().0), counted(progress.get().1, "row", "rows"))}
                </b>
                " "
                <span class="soft">
                    "Colleagues can go on working. You can close this page: the import goes on, also after a restart of the server."
                </span>
            </p>
            <progress
                max=first_total.to_string()
                value=first_done.to_string()
                prop:max=move || f64::from(progress.get().1.max(1))
                prop:value=move || f64::from(progress.get().0)
                aria-label="Rows written"
            >
                {move || format!("{} %", percent(progress.get().0, progress.get().1))}
            </progress>
            <Reload />
        </div>
    }
}

#[component]
fn Finished(work: Work) -> impl IntoView {
    // Undone like any change of many accounts, on the page of those.
    let (_, id) = work.names();
    let undo = move || work.frame.address(&format!("changes/{id}#undo"));
    view! {
        <div class="line">
            <p>
                <b>"All rows are written."</b>
                " Everybody sees them in the table."
            </p>
            <div class="commit-actions">
                <a class="button quiet" href=work.frame.address("imports")>"All imports"</a>
                <a class="button quiet" href=undo>
                    <Icon name="undo" />
                    "Undo import…"
                </a>
                <a class="button primary" href=work.frame.address("accounts")>"Show the accounts"</a>
            </div>
        </div>
    }
}

#[component]
fn Over(work: Work) -> impl IntoView {
    view! {
        <div class="line">
            <p>"Nothing was written."</p>
            <div class="commit-actions">
                <a class="button primary" href=work.frame.address("imports")>"Upload a file again"</a>
            </div>
        </div>
    }
}

#[component]
fn Discard(work: Work) -> impl IntoView {
    view! {
        <ActionForm action=work.discard>
            <Names work />
            <SubmitButton class="quiet" label="Discard" pending=work.discard.pending() />
        </ActionForm>
    }
}

/// A way to look again for whoever has no script; the page itself looks by itself.
#[component]
fn Reload() -> impl IntoView {
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    view! {
        <Show when=move || !awake.get() fallback=|| ()>
            <a class="button quiet" href="" rel="external">"Look again"</a>
        </Show>
    }
}
