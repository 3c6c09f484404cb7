//! The form for a new field or for an existing one.

use crate::api::ApiError;
use crate::api::fields::{AddField, ChangeField, FieldForm};
use crate::components::button::SubmitButton;
use crate::components::custom_input::CustomInput;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextArea, TextInput, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::custom::{CustomField, CustomKind, LABEL_MAX, OPTION_MAX, OPTIONS_MAX, field_of};
use domain::id::FieldNumber;
use leptos::prelude::*;

const FIELDS: &[&str] = &["label", "kind", "options", "default"];

/// The form in a dialog; `edited` says for which field, `None` means a new one.
#[component]
pub fn FieldDialog(frame: Frame, edited: RwSignal<Option<FieldNumber>>, open: RwSignal<bool>) -> impl IntoView {
    let add = ServerAction::<AddField>::new();
    let change = ServerAction::<ChangeField>::new();
    let done = move || {
        open.set(false);
        frame.refetch.run(());
    };
    on_success(add, move |_| done());
    on_success(change, move |()| done());
    let (add_error, change_error) = (failure(add), failure(change));
    leave_when_signed_out(add_error);
    leave_when_signed_out(change_error);
    Effect::new(move |_| {
        if open.get() {
            add.clear();
            change.clear();
        }
    });
    let title = Signal::derive(move || if edited.get().is_some() { "Edit the field" } else { "New field" }.to_owned());
    let send = Callback::new(move |form: FieldForm| {
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        match edited.get_untracked() {
            Some(field) => _ = change.dispatch(ChangeField { migration, field, form }),
            None => _ = add.dispatch(AddField { migration, form }),
        }
    });
    let (adding, changing) = (add.pending(), change.pending());
    let pending = Signal::derive(move || adding.get() || changing.get());
    let error = Signal::derive(move || add_error.get().or(change_error.get()));
    view! {
        <Dialog id="field-form" title open>
            {move || {
                open.get().then(|| {
                    let field = frame.overview.with_untracked(|overview| {
                        edited.get_untracked().and_then(|number| field_of(&overview.migration.fields, number).cloned())
                    });
                    view! { <Form field send pending error open /> }
                })
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(
    field: Option<CustomField>,
    send: Callback<FieldForm>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let is_new = field.is_none();
    let form = match &field {
        Some(field) => FieldForm::of(field),
        None => FieldForm { kind: CustomKind::Text.code().to_owned(), ..FieldForm::default() },
    };
    let [label, kind, options, default] =
        [form.label, form.kind.clone(), form.options, form.default].map(RwSignal::new);
    let required = RwSignal::new(form.required);
    // A default of one kind means nothing in another.
    Effect::new(move |before: Option<String>| {
        let now = kind.get();
        if before.is_some_and(|before| before != now) {
            default.set(String::new());
        }
        now
    });
    let typed = move || FieldForm {
        label: label.get_untracked(),
        kind: kind.get_untracked(),
        options: options.get_untracked(),
        required: required.get_untracked(),
        default: default.get_untracked(),
    };
    let chosen = Memo::new(move |_| {
        let form = FieldForm { kind: kind.get(), options: options.get(), ..FieldForm::default() };
        form.chosen_kind().unwrap_or(CustomKind::Text)
    });
    let is_select = Memo::new(move |_| chosen.with(|kind| matches!(kind, CustomKind::Select { .. })));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            send.run(typed());
        }
    };
    view! {
        <form on:submit=submit novalidate=true>
            <div class="fields">
                <FormError error fields=FIELDS />
                <TextInput
                    name="label"
                    id="field-label"
                    label="Name"
                    bound=label
                    error=error_of(error, "label")
                    hint="The word in the table's head, for example Contract tier."
                    maxlength=LABEL_MAX as u32
                    required=true
                    autofocus=true
                    autocomplete="off"
                />
                {if is_new {
                    view! { <KindChoice kind present=form.kind error=error_of(error, "kind") /> }.into_any()
                } else {
                    view! { <KindRead kind=form.kind error=error_of(error, "kind") /> }.into_any()
                }}
                {move || is_select.get().then(|| view! {
                    <TextArea
                        name="options"
                        id="field-options"
                        label="Options"
                        bound=options
                        error=error_of(error, "options")
                        hint="One on each line. Accounts keep an option that is taken out here until they get another one."
                        rows=5
                        maxlength=(OPTIONS_MAX * (OPTION_MAX + 1)) as u32
                        required=true
                    />
                })}
                <div class="field">
                    <label class="choice">
                        <input
                            type="checkbox"
                            id="field-required"
                            prop:checked=required
                            aria-describedby="field-required-hint"
                            on:change=move |event| required.set(event_target_checked(&event))
                        />
                        "Required"
                    </label>
                    <p class="hint" id="field-required-hint">
                        "New accounts need a value, and it cannot be cleared. Accounts from before may lack one."
                    </p>
                </div>
                {move || {
                    let kind = chosen.get();
                    view! {
                        <CustomInput
                            kind
                            label="Default"
                            id="field-default"
                            bound=default
                            error=error_of(error, "default")
                            hint="What new accounts get when they bring no value."
                            optional=true
                        />
                    }
                }}
            </div>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label=if is_new { "Add the field" } else { "Save" } pending />
            </footer>
        </form>
    }
    .into_any()
}

#[component]
fn KindChoice(kind: RwSignal<String>, present: String, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <Select name="kind" id="field-kind" label="Kind" bound=kind error hint="It cannot be changed later.">
            {CustomKind::all()
                .into_iter()
                .map(|kind| view! {
                    <option value=kind.code() selected={kind.code() == present}>
                        {kind.label()}
                    </option>
                })
                .collect_view()}
        </Select>
    }
    .into_any()
}

/// The kind of a field that exists: its values are of that kind, so it stays.
#[component]
fn KindRead(kind: String, error: Signal<Option<String>>) -> impl IntoView {
    let word = CustomKind::from_code(&kind).map_or("", |kind| kind.label());
    view! {
        <div class="field">
            <p class="label">"Kind"</p>
            <p>{word}" "<span class="soft">"(stays as it is: the values are of that kind)"</span></p>
            {move || error.get().map(|message| view! { <p class="error">{message}</p> })}
        </div>
    }
    .into_any()
}
