//! Saying that a flag was looked after.

use crate::api::work::ClearFlag as Clear;
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextArea, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use domain::id::MigrationId;
use leptos::prelude::*;

/// Which flag is meant, and how the dialog calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleared {
    pub migration: MigrationId,
    pub flag: String,
    pub name: String,
    pub because: String,
}

/// The dialog, open while there is a question.
#[component]
pub fn ClearFlag(question: RwSignal<Option<Cleared>>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let clear = ServerAction::<Clear>::new();
    let error = failure(clear);
    leave_when_signed_out(error);
    let open = RwSignal::new(false);
    let note = RwSignal::new(String::new());
    Effect::new(move |_| {
        let asked = question.read().is_some();
        if asked {
            note.set(String::new());
            clear.clear();
        }
        open.set(asked);
    });
    Effect::new(move |_| {
        if !open.get() && question.read_untracked().is_some() {
            question.set(None);
        }
    });
    on_success(clear, move |()| {
        question.set(None);
        on_done.run(());
    });
    let title = Signal::derive(move || {
        question.get().map(|asked| format!("{}: looked after?", asked.name)).unwrap_or_default()
    });
    view! {
        <Dialog id="clear-flag" title open>
            <p>{move || question.get().map(|asked| asked.because)}</p>
            <form on:submit=move |event| {
                event.prevent_default();
                let Some(asked) = question.get_untracked() else { return };
                clear.dispatch(Clear { migration: asked.migration, flag: asked.flag, note: note.get_untracked() });
            }>
                <FormError error fields=&["note"] />
                <TextArea
                    name="note"
                    id="clear-flag-note"
                    label="What you found"
                    hint="Kept in the account's history."
                    bound=note
                    optional=true
                    rows=3
                    maxlength=1000
                    error=error_of(error, "note")
                />
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Looked after" pending=clear.pending() />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
