//! The form in the place of the facts or of a contact: its fields, what was wrong with it, its buttons.

use super::conflict::ConflictChoice;
use super::edit::Edit;
use crate::api::ApiError;
use crate::components::browser;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, Select, TextInput, error_of};
use domain::customer::{CONTACT_ROLE_MAX, CONTACT_ROLES, Channel, PHONE_MAX, SHORT_TEXT_MAX};
use domain::language::SUGGESTED;
use leptos::prelude::*;

/// The fields that show their own errors.
const FIELDS: &[&str] = &["name", "role", "email", "phone", "plan", "region", "language", "time_zone", "channel"];

/// One field: its name, its label, what it held when the form was opened, and what it holds now.
#[derive(Clone)]
pub struct Input {
    pub code: &'static str,
    pub label: &'static str,
    pub seen: String,
    pub value: RwSignal<String>,
}

impl Input {
    /// A field that holds what is known.
    pub fn new(code: &'static str, label: &'static str, seen: &str) -> Input {
        Input { code, label, seen: seen.to_owned(), value: RwSignal::new(seen.to_owned()) }
    }

    /// What was typed, if it is something else than before.
    pub fn changed(&self) -> Option<(String, String)> {
        let to = self.value.get_untracked();
        (to.trim() != self.seen).then(|| (self.seen.clone(), to))
    }
}

/// The form. `inherits` says that an empty field means the customer's own value.
#[component]
pub fn EditForm(
    edit: Edit,
    inputs: Vec<Input>,
    /// Names the form.
    #[prop(into)]
    label: String,
    verb: &'static str,
    #[prop(optional)] inherits: bool,
    on_save: Callback<()>,
) -> impl IntoView {
    let error: Signal<Option<ApiError>> = edit.error.into();
    let fields = inputs
        .chunks(2)
        .map(|pair| {
            let pair: Vec<_> = pair.to_vec();
            view! {
                <div class="pair">
                    {pair.into_iter().map(|input| view! { <OneInput input error inherits /> }).collect_view()}
                </div>
            }
        })
        .collect_view();
    let form = NodeRef::<leptos::html::Form>::new();
    // Whoever opened it goes on typing.
    Effect::new(move |_| {
        if let Some(form) = form.get() {
            request_animation_frame(move || crate::pages::accounts::dom::focus_first(&form));
        }
    });
    view! {
        <form
            node_ref=form
            class="fields directory-form"
            aria-label=label
            on:submit=move |event| {
                event.prevent_default();
                on_save.run(());
            }
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    edit.cancel();
                }
            }
        >
            <FormError error fields=FIELDS />
            {fields}
            <Suggestions />
            {move || edit.conflict.get().map(|conflict| view! { <ConflictChoice edit conflict /> })}
            <div class="form-foot">
                <SubmitButton label=verb pending=edit.pending />
                <button type="button" class="button" on:click=move |_| edit.cancel()>
                    "Cancel"
                </button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn OneInput(input: Input, error: Signal<Option<ApiError>>, inherits: bool) -> impl IntoView {
    let Input { code, label, value, .. } = input;
    let id = format!("edit-{code}");
    let error = error_of(error, code);
    let text = move |kind: &'static str, list: &'static str, longest: usize, hint: &'static str| {
        view! {
            <TextInput
                name=code
                id=id
                kind=kind
                label=label
                bound=value
                error=error
                hint=hint
                maxlength=longest as u32
                list=list
                autocomplete="off"
            />
        }
        .into_any()
    };
    match code {
        "channel" => {
            let nothing = if inherits { "As the customer" } else { "Not known" };
            let chosen = value.get_untracked();
            view! {
                <Select name=code id=format!("edit-{code}") label=label bound=value error=error>
                    <option value="" selected=chosen.is_empty()>
                        {nothing}
                    </option>
                    {Channel::ALL
                        .into_iter()
                        .map(|channel| view! {
                            <option value=channel.code() selected=channel.code() == chosen>
                                {channel.label()}
                            </option>
                        })
                        .collect_view()}
                </Select>
            }
            .into_any()
        }
        "language" => {
            text("text", "languages", 35, if inherits { "Empty: as the customer." } else { "Such as de or pt-BR." })
        }
        "time_zone" => {
            text("text", "time-zones", 60, if inherits { "Empty: as the customer." } else { "Such as Europe/Berlin." })
        }
        "role" => text("text", "contact-roles", CONTACT_ROLE_MAX, ""),
        "email" => text("email", "", 254, ""),
        "phone" => text("tel", "", PHONE_MAX, ""),
        _ => text("text", "", SHORT_TEXT_MAX, ""),
    }
}

/// What the fields propose. The zones come from the browser, so that their list is not part of the application.
#[component]
fn Suggestions() -> impl IntoView {
    let zones = RwSignal::new(Vec::new());
    Effect::new(move |_| zones.set(browser::time_zones()));
    view! {
        <datalist id="languages">
            {SUGGESTED.into_iter().map(|(tag, name)| view! { <option value=tag>{name}</option> }).collect_view()}
        </datalist>
        <datalist id="contact-roles">
            {CONTACT_ROLES.into_iter().map(|role| view! { <option value=role></option> }).collect_view()}
        </datalist>
        <datalist id="time-zones">
            {move || zones.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
        </datalist>
    }
    .into_any()
}
