//! The question before a field is retired.

use crate::api::ApiError;
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::FormError;
use domain::custom::CustomField;
use domain::id::FieldNumber;
use leptos::prelude::*;

/// Open while a field is asked about.
#[component]
pub fn RetireDialog(
    asked: RwSignal<Option<CustomField>>,
    #[prop(into)] pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    on_confirm: Callback<FieldNumber>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asked.read().is_some()));
    Effect::new(move |_| {
        if !open.get() && asked.read_untracked().is_some() {
            asked.set(None);
        }
    });
    let title = Signal::derive(move || {
        asked.with(|field| field.as_ref().map(|field| format!("Retire {}?", field.settings.label))).unwrap_or_default()
    });
    let confirm = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(number) = asked.with_untracked(|field| field.as_ref().map(|field| field.number)) {
            on_confirm.run(number);
        }
    };
    view! {
        <Dialog id="retire-field" title open>
            <p>
                "It leaves the table, the pages of accounts, forms and new imports. Its values stay with the accounts and in the \
                histories: bring it back at any time, and they are there again."
            </p>
            <form on:submit=confirm>
                <FormError error />
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Retire the field" pending />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
