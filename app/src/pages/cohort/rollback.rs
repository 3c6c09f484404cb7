//! Rolling back a cohort: what may go back now and what may not, the reason, and the change of many accounts that does it.

use super::Shown;
use crate::api::ApiError;
use crate::api::bulk::{BulkPreview, bulk_preview, start_bulk};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextArea, error_of};
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use crate::pages::bulk::{Figure, Figures, Reasons};
use domain::bulk::{BulkChange, BulkScope};
use domain::id::{BulkId, CommandId};
use domain::state::Move;
use domain::status::Status;
use domain::view::View;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How far the question is.
#[derive(Clone)]
enum Step {
    Looking,
    Failed(ApiError),
    Asking(Box<BulkPreview>),
    Started(BulkId),
}

/// The dialog.
#[component]
pub fn RollbackDialog(shown: Shown) -> impl IntoView {
    let open = shown.rolling_back;
    let title = Signal::derive(move || format!("Roll back {}?", shown.read(|report| report.cohort.label())));
    view! {
        <Dialog id="cohort-rollback" title open wide=true>
            {move || open.get().then(|| view! { <Inside shown open /> })}
        </Dialog>
    }
    .into_any()
}

/// Everything that was started: the rule decides about each, and says why not.
fn scope(shown: Shown) -> BulkScope {
    let (_, number) = shown.names();
    let started = vec![Status::Completed, Status::InProgress, Status::Blocked];
    let view = View { cohorts: vec![Some(number)], statuses: started, ..View::default() };
    BulkScope::Matching { view: Box::new(view), at_least: Some(shown.report.with_untracked(|report| report.position)) }
}

fn change(reason: &str) -> BulkChange {
    BulkChange::State { to: Move::RollBack { reason: reason.to_owned() } }
}

#[component]
fn Inside(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let step = RwSignal::new(Step::Looking);
    let (migration, _) = shown.names();
    let asked = scope(shown);
    spawn_local(async move {
        // The reason changes nothing of who may.
        let answer = bulk_preview(migration, asked, change("-")).await;
        step.try_set(match answer {
            Ok(preview) => Step::Asking(Box::new(preview)),
            Err(error) => Step::Failed(error),
        });
    });
    move || match step.get() {
        Step::Looking => view! { <p role="status">"Looking at the accounts …"</p> }.into_any(),
        Step::Failed(error) => view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> }.into_any(),
        Step::Asking(preview) => view! { <Asking shown preview=*preview step open /> }.into_any(),
        Step::Started(id) => view! {
            <Notice tone=Tone::Success>
                <p>
                    "The accounts are being rolled back. It goes on when you leave this page. "
                    <a href=shown.frame.address(&format!("changes/{id}"))>"Progress and undo"</a>
                </p>
            </Notice>
            <footer>
                <button type="button" class="button primary" on:click=move |_| open.set(false)>
                    "Close"
                </button>
            </footer>
        }
        .into_any(),
    }
}

#[component]
fn Asking(shown: Shown, preview: BulkPreview, step: RwSignal<Step>, open: RwSignal<bool>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let command = StoredValue::new(None::<CommandId>);
    leave_when_signed_out(error.into());
    let figures = vec![
        Figure { class: "updated", icon: "rolled-back", word: "Roll back", count: preview.changed },
        Figure { class: "out", icon: "close", word: "May not", count: preview.refused },
    ];
    let next = shown.report.with_untracked(|report| {
        let until = report.rollback.next_deadline?;
        Some(format!("The next completed account loses its rollback on {}.", report.time(&until)))
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let why = reason.get_untracked();
        if let Some(problem) = change(&why).problem() {
            return error.set(Some(ApiError::Invalid { problems: vec![problem] }));
        }
        error.set(None);
        pending.set(true);
        let id = command.get_value().unwrap_or_else(dom::new_command);
        command.set_value(Some(id.clone()));
        let (migration, _) = shown.names();
        let asked = scope(shown);
        spawn_local(async move {
            let answer = start_bulk(migration, id, asked, change(&why)).await;
            if pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(id) => _ = step.try_set(Step::Started(id)),
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let label = format!("Roll back {}", counted(preview.changed, "account", "accounts"));
    let nothing = preview.changed == 0;
    let effect = format!(
        "Accounts in progress, and completed ones before their deadline, go back to the old platform: {} of {}. Nothing is \
         changed yet.",
        grouped(preview.changed),
        counted(preview.total, "account", "accounts")
    );
    view! {
        <form on:submit=send>
            <p>{effect} " " {next}</p>
            <Figures figures />
            <FormError error fields=&["reason"] />
            <Reasons frame=shown.frame title="May not go back, and why" reasons=preview.reasons />
            {(!nothing).then(|| view! {
                <TextArea
                    name="reason"
                    id="rollback-reason"
                    label="Reason"
                    hint="It is kept with each account."
                    bound=reason
                    error=error_of(error.into(), "reason")
                    rows=2
                    maxlength=500
                    required=true
                />
            })}
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                {(!nothing).then(|| view! { <SubmitButton label pending class="danger primary" /> })}
            </footer>
        </form>
    }
    .into_any()
}
