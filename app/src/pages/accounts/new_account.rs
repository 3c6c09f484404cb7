//! One account by hand.

use super::dom;
use crate::api::ApiError;
use crate::api::accounts::{AccountForm, create_account};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of};
use crate::pages::migration::Frame;
use domain::id::{CommandId, EXTERNAL_ID_MAX};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A dialog that adds an account, not started yet, and its customer if the directory does not have it.
#[component]
pub fn NewAccount(frame: Frame, open: RwSignal<bool>, on_created: Callback<()>) -> impl IntoView {
    let [id, name, email] = [(); 3].map(|()| RwSignal::new(String::new()));
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    // Sending the same form again after a lost answer must not add a second account.
    let command = StoredValue::new(None::<CommandId>);
    let created = move || {
        for field in [id, name, email] {
            field.set(String::new());
        }
        command.set_value(None);
        open.set(false);
        on_created.run(());
    };
    let submit = move || {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let sent = command.get_value().unwrap_or_else(dom::new_command);
        command.set_value(Some(sent.clone()));
        let form =
            AccountForm { external_id: id.get_untracked(), name: name.get_untracked(), email: email.get_untracked() };
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = create_account(migration, sent, form).await;
            if pending.try_set(false).is_some() {
                return;
            }
            // After a refusal the next try is another command; only a lost answer is asked for again.
            if !matches!(answer, Err(ApiError::Transport { .. } | ApiError::Unavailable { .. })) {
                command.set_value(None);
            }
            match answer {
                Ok(_) => {
                    error.set(None);
                    created();
                }
                Err(problem) => error.set(Some(problem)),
            }
        });
    };
    let complaint = move |field| error_of(error.into(), field);
    view! {
        <Dialog id="new-account" title="Add an account" open>
            <form
                class="fields"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <FormError error fields=&["external_id", "name", "email"] />
                <TextInput
                    name="external_id"
                    id="new-account-id"
                    label="External id"
                    hint="The customer's id in your own systems."
                    bound=id
                    error=complaint("external_id")
                    required=true
                    maxlength=EXTERNAL_ID_MAX as u32
                    autocomplete="off"
                />
                <TextInput
                    name="name"
                    id="new-account-name"
                    label="Name"
                    bound=name
                    error=complaint("name")
                    required=true
                    autocomplete="off"
                />
                <TextInput
                    name="email"
                    id="new-account-email"
                    label="E-mail of the contact"
                    kind="email"
                    bound=email
                    error=complaint("email")
                    optional=true
                    autocomplete="off"
                />
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Add" pending />
                </footer>
            </form>
        </Dialog>
    }
}
