//! One account by hand.

use super::dom;
use crate::api::ApiError;
use crate::api::accounts::{AccountForm, create_account};
use crate::components::button::SubmitButton;
use crate::components::custom_input::CustomInput;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of};
use crate::pages::migration::Frame;
use domain::custom::CustomField;
use domain::id::{CommandId, EXTERNAL_ID_MAX, FieldNumber};
use domain::migration::FieldError;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

/// A dialog that adds an account, not started yet, and its customer if the directory does not have it.
#[component]
pub fn NewAccount(frame: Frame, open: RwSignal<bool>, on_created: Callback<()>) -> impl IntoView {
    let [id, name, email] = [(); 3].map(|()| RwSignal::new(String::new()));
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    // Sending the same form again after a lost answer must not add a second account.
    let command = StoredValue::new(None::<CommandId>);
    let custom = CustomInputs::default();
    let created = move || {
        for field in [id, name, email] {
            field.set(String::new());
        }
        custom.reset();
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
        let form = AccountForm {
            external_id: id.get_untracked(),
            name: name.get_untracked(),
            email: email.get_untracked(),
            custom: custom.typed(),
        };
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
                <FormError error=Signal::derive(move || error.get().map(beside_custom)) fields=&["external_id", "name", "email"] />
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
                <CustomFieldInputs frame custom error=error.into() />
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

/// What is typed into the custom fields, with what they begin with.
#[derive(Clone, Copy, Default)]
struct CustomInputs(StoredValue<BTreeMap<FieldNumber, (RwSignal<String>, String)>>);

impl CustomInputs {
    /// The texts by field.
    fn typed(&self) -> BTreeMap<FieldNumber, String> {
        let texts = |(number, (text, _)): (&FieldNumber, &(RwSignal<String>, String))| {
            text.try_get_untracked().map(|text| (*number, text))
        };
        self.0.with_value(|inputs| inputs.iter().filter_map(texts).collect())
    }

    fn reset(&self) {
        self.0.with_value(|inputs| inputs.values().for_each(|(text, first)| _ = text.try_set(first.clone())));
    }
}

/// Required fields, filled with their defaults; the others are folded away.
#[component]
fn CustomFieldInputs(frame: Frame, custom: CustomInputs, error: Signal<Option<ApiError>>) -> impl IntoView {
    let fields = move |required: bool| {
        Memo::new(move |_| {
            frame.overview.with(|overview| {
                let fields = overview.migration.live_fields().filter(|field| field.settings.required == required);
                fields.cloned().collect::<Vec<_>>()
            })
        })
    };
    let (required, others) = (fields(true), fields(false));
    let list = move |fields: Memo<Vec<CustomField>>| {
        view! {
            <For
                each=move || fields.get()
                key=|field| serde_json::to_string(field).unwrap_or_default()
                let(field)
            >
                <OneField field custom error />
            </For>
        }
    };
    // A complaint inside must be seen.
    let complains = Memo::new(move |_| {
        let at = |field: &CustomField| error.with(|error| error.as_ref()?.for_field(&error_name(field.number)));
        others.with(|others| others.iter().any(|field| at(field).is_some()))
    });
    view! {
        {list(required)}
        <details class="other-fields" hidden=move || others.read().is_empty() open=move || complains.get()>
            <summary>"Other fields"</summary>
            <div class="fields">{list(others)}</div>
        </details>
    }
    .into_any()
}

#[component]
fn OneField(field: CustomField, custom: CustomInputs, error: Signal<Option<ApiError>>) -> impl IntoView {
    let CustomField { number, settings, .. } = field;
    let default = settings.default.as_ref().map(|value| value.text());
    let (first, hint) = match (settings.required, default) {
        (true, default) => (default.unwrap_or_default(), String::new()),
        // The default comes by itself where nothing is typed.
        (false, Some(default)) => (String::new(), format!("Empty: {default}.")),
        (false, None) => (String::new(), String::new()),
    };
    let text = RwSignal::new(first.clone());
    custom.0.update_value(|inputs| _ = inputs.insert(number, (text, first)));
    on_cleanup(move || {
        custom.0.try_update_value(|inputs| {
            if inputs.get(&number).is_some_and(|(present, _)| *present == text) {
                inputs.remove(&number);
            }
        });
    });
    let complaint = Signal::derive(move || error.with(|error| error.as_ref()?.for_field(&error_name(number))));
    view! {
        <CustomInput
            kind=settings.kind
            label=settings.label
            id=format!("new-account-custom-{number}")
            bound=text
            hint
            error=complaint
            optional=!settings.required
        />
    }
    .into_any()
}

/// What the server calls a custom field in its complaints.
fn error_name(number: FieldNumber) -> String {
    format!("custom_{number}")
}

/// The error without what stands at custom fields; if nothing else is wrong, it says to look there.
fn beside_custom(error: ApiError) -> ApiError {
    match error {
        ApiError::Invalid { problems } => {
            let named = |field: &str| if field.starts_with("custom_") { "name" } else { field }.to_owned();
            let problems = problems.into_iter().map(|problem| FieldError { field: named(&problem.field), ..problem });
            ApiError::Invalid { problems: problems.collect() }
        }
        other => other,
    }
}
