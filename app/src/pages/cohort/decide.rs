//! The question before a cohort moves or a gate is signed: what it does, what is missing, and the reason.

use super::Shown;
use crate::api::ApiError;
use crate::api::cohorts::move_cohort;
use crate::api::gates::{move_cohort_past_gate, override_gates, sign_gates};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextArea, error_of};
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use domain::cohort::CohortStage;
use domain::gate::{GateSet, Missing};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is to be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Move(CohortStage),
    Sign(GateSet),
}

/// The dialog; open while something is asked.
#[component]
pub fn DecideDialog(shown: Shown) -> impl IntoView {
    let ask = shown.ask;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(ask.read().is_some()));
    Effect::new(move |_| {
        if !open.get() && ask.read_untracked().is_some() {
            ask.set(None);
        }
    });
    let title = Signal::derive(move || {
        let (label, stage) = shown.read(|report| (report.cohort.label(), report.cohort.stage));
        match ask.get() {
            Some(Ask::Move(to)) => format!("{} {label}?", to.verb(stage)),
            Some(Ask::Sign(set)) => format!("Sign the {} gate of {label}?", set.label().to_lowercase()),
            None => String::new(),
        }
    });
    view! {
        <Dialog id="decide" title open>
            {move || ask.get().map(|asked| view! { <Asked shown asked open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Asked(shown: Shown, asked: Ask, open: RwSignal<bool>) -> impl IntoView {
    let stage = shown.report.with_untracked(|report| report.cohort.stage);
    let set = match asked {
        Ask::Move(CohortStage::Running) if stage == CohortStage::Planned => Some(GateSet::Entry),
        Ask::Move(CohortStage::Closed) => Some(GateSet::Exit),
        Ask::Move(_) => None,
        Ask::Sign(set) => Some(set),
    };
    let missing = shown.part(move |report| match set {
        Some(GateSet::Entry) => report.missing_entry.clone(),
        Some(GateSet::Exit) => report.missing_exit.clone(),
        _ => Vec::new(),
    });
    let overrides = RwSignal::new(false);
    let is_override = Memo::new(move |_| overrides.get() && !missing.read().is_empty());
    let reason = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    leave_when_signed_out(error.into());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        error.set(None);
        pending.set(true);
        let (migration, cohort) = shown.names();
        let (why, past) = (reason.get_untracked(), is_override.get_untracked());
        spawn_local(async move {
            let answer = match (asked, past) {
                (Ask::Move(to), false) => move_cohort(migration, cohort, to, why).await,
                (Ask::Move(to), true) => move_cohort_past_gate(migration, cohort, to, why).await,
                (Ask::Sign(set), false) => sign_gates(migration, cohort, set).await,
                (Ask::Sign(set), true) => override_gates(migration, cohort, set, why).await,
            };
            if pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    open.set(false);
                    shown.refresh.run(());
                    shown.frame.refetch.run(());
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let (effect, verb, class) = words(asked, stage);
    let label =
        Signal::derive(move || if is_override.get() { format!("{verb} in spite of it") } else { verb.to_owned() });
    // A plain signature says enough by itself.
    let asks_reason = move || matches!(asked, Ask::Move(_)) || is_override.get();
    let may_override = shown.may(Action::OverrideGates);
    view! {
        <p>{effect}</p>
        {move || (!missing.read().is_empty()).then(|| view! { <MissingList missing=missing.get() /> })}
        <form on:submit=send>
            <FormError error fields=&["reason"] />
            <Show when=move || may_override && !missing.read().is_empty() fallback=|| ()>
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || overrides.get()
                        on:change=move |event| overrides.set(event_target_checked(&event))
                    />
                    "Override the gate: I take the responsibility, and my reason is kept with the figures"
                </label>
            </Show>
            <Show when=asks_reason fallback=|| ()>
                <TextArea
                    name="reason"
                    id="decide-reason"
                    label="Reason"
                    hint="Colleagues read it in the audit log."
                    bound=reason
                    error=error_of(error.into(), "reason")
                    rows=2
                    maxlength=500
                    required=true
                />
            </Show>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label pending class />
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn MissingList(missing: Vec<Missing>) -> impl IntoView {
    view! {
        <Notice tone=Tone::Warning>
            <p>"The gate is not passed. Missing:"</p>
            <ul class="missing">
                {missing.into_iter().map(|missing| view! { <li>{missing.words}</li> }).collect_view()}
            </ul>
        </Notice>
    }
}

fn words(asked: Ask, stage: CohortStage) -> (&'static str, &'static str, &'static str) {
    match asked {
        Ask::Move(CohortStage::Running) if stage == CohortStage::Halted => (
            "Its accounts can start again, while the migration is running. A rollback trigger that is breached now halts it \
             again only when its figure gets worse.",
            "Resume the cohort",
            "primary",
        ),
        Ask::Move(CohortStage::Running) => (
            "Its accounts can start from now on, while the migration is running. Its entry gate is fixed from then on.",
            "Start the cohort",
            "primary",
        ),
        Ask::Move(CohortStage::Halted) => (
            "From now on no account of this cohort can start. Those in progress may finish, block or roll back. Other cohorts \
             go on. You can resume at any time.",
            "Halt now",
            "danger primary",
        ),
        Ask::Move(CohortStage::Closed) => (
            "No account of this cohort can start any more, and a closed cohort cannot be opened again.",
            "Close the cohort",
            "danger primary",
        ),
        Ask::Move(CohortStage::Planned) => ("", "Back to planned", "primary"),
        Ask::Sign(GateSet::Entry) => (
            "Your signature is kept with the figures of this moment. The cohort can start then.",
            "Sign the gate",
            "primary",
        ),
        Ask::Sign(_) => (
            "Your signature is kept with the figures of this moment. Cohorts that wait for this one can start then.",
            "Sign the gate",
            "primary",
        ),
    }
}
