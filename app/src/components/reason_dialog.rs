//! The question before a step that everybody will see: what it does, and the reason for it.

use super::button::SubmitButton;
use super::dialog::Dialog;
use super::form::{FormError, TextArea};
use crate::api::ApiError;
use leptos::prelude::*;

/// What a [`ReasonDialog`] asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// `Halt 3 · Main EU?`
    pub title: String,
    /// What will happen, in a sentence or two.
    pub effect: String,
    /// The word on the button: `Halt now`.
    pub verb: String,
    /// A reason that will do, so that a hurried person needs no typing; may be empty.
    pub reason: String,
    /// Whether the step stops or removes something.
    pub danger: bool,
}

/// Asks for a reason and hands it to `on_confirm`. It is open while there is a question.
#[component]
pub fn ReasonDialog(
    #[prop(into)] id: String,
    question: RwSignal<Option<Question>>,
    #[prop(into)] on_confirm: Callback<String>,
    #[prop(into)] pending: Signal<bool>,
    #[prop(into)] error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(question.read().is_some()));
    Effect::new(move |_| {
        if !open.get() && question.read_untracked().is_some() {
            question.set(None);
        }
    });
    let title = Signal::derive(move || question.get().map(|question| question.title).unwrap_or_default());
    let field = format!("{id}-reason");
    view! {
        <Dialog id title open>
            {move || {
                let field = field.clone();
                question.get().map(|question| view! { <Asked question id=field on_confirm pending error open /> })
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Asked(
    question: Question,
    id: String,
    on_confirm: Callback<String>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let reason = RwSignal::new(question.reason);
    let class = if question.danger { "danger primary" } else { "primary" };
    let complaint = super::form::error_of(error, "reason");
    view! {
        <p>{question.effect}</p>
        <form on:submit=move |event| {
            event.prevent_default();
            on_confirm.run(reason.get_untracked());
        }>
            <FormError error fields=&["reason"] />
            <TextArea
                name="reason"
                id=id
                label="Reason"
                hint="Colleagues read it in the audit log."
                bound=reason
                error=complaint
                rows=2
                maxlength=500
                required=true
            />
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label=question.verb pending class />
            </footer>
        </form>
    }
    .into_any()
}
