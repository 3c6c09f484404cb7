//! Adding a user.

use crate::api::ApiError;
use crate::api::users::{AddUser, OneTimeLink};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use domain::policy::Role;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The form in a dialog; what comes of it is a one-time link.
#[component]
pub fn AddUserDialog(open: RwSignal<bool>, link: RwSignal<Option<OneTimeLink>>, again: Callback<()>) -> impl IntoView {
    let add = ServerAction::<AddUser>::new();
    let error = failure(add);
    leave_when_signed_out(error);
    on_success(add, move |made| {
        open.set(false);
        link.set(Some(made));
        again.run(());
    });
    Effect::new(move |_| {
        if open.get() {
            add.clear();
        }
    });
    view! {
        <Dialog id="add-user" title="Add a user" open>
            {move || open.get().then(|| view! { <Form add error open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(add: ServerAction<AddUser>, error: Signal<Option<ApiError>>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <ActionForm action=add>
            <div class="fields">
                <FormError error fields=&["name", "email"] />
                <TextInput
                    name="name"
                    id="new-user-name"
                    label="Name"
                    error=error_of(error, "name")
                    maxlength=120
                    required=true
                    autocomplete="off"
                />
                <TextInput
                    name="email"
                    id="new-user-email"
                    kind="email"
                    label="E-mail address"
                    hint="They sign in with it. Nothing is sent: you pass the link on yourself."
                    error=error_of(error, "email")
                    required=true
                    autocomplete="off"
                />
                <RoleChoice name="role" present=Role::Viewer />
            </div>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label="Add and make a link" pending=add.pending() />
            </footer>
        </ActionForm>
    }
    .into_any()
}

/// The four roles, each with what it is for.
#[component]
pub fn RoleChoice(name: &'static str, present: Role, #[prop(optional)] bound: Option<RwSignal<Role>>) -> impl IntoView {
    view! {
        <fieldset class="roles">
            <legend>"Role"</legend>
            {Role::ALL
                .into_iter()
                .map(|role| view! {
                    <label class="role">
                        <input
                            type="radio"
                            name=name
                            value=role.code()
                            checked={role == present}
                            on:change=move |_| {
                                if let Some(bound) = bound {
                                    bound.set(role);
                                }
                            }
                        />
                        <span>
                            <b>{role.label()}</b>
                            <span class="soft">{role.explanation()}</span>
                        </span>
                    </label>
                })
                .collect_view()}
        </fieldset>
    }
    .into_any()
}
