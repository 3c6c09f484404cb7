//! One field of the list.

use super::Fields;
use crate::components::icon::Icon;
use domain::custom::{CustomField, CustomKind};
use domain::id::FieldNumber;
use leptos::prelude::*;

/// The id of the button that moves a field, so that it can have the focus again.
pub(super) fn step_id(number: FieldNumber, by: i8) -> String {
    let way = if by < 0 { "up" } else { "down" };
    format!("field-{number}-{way}")
}

/// A field in use.
#[component]
pub fn FieldLine(number: FieldNumber, fields: Fields) -> impl IntoView {
    let field = Memo::new(move |_| fields.find(number));
    view! {
        <li class="field-line">
            {move || field.get().map(|field| view! { <About field /> })}
            {fields.may_manage.then(|| view! { <Actions number field fields /> })}
        </li>
    }
    .into_any()
}

/// A field that was taken out of use.
#[component]
pub fn RetiredLine(number: FieldNumber, fields: Fields) -> impl IntoView {
    let field = Memo::new(move |_| fields.find(number));
    let name = move || field.with(|field| field.as_ref().map(|field| field.settings.label.clone()));
    view! {
        <li class="field-line">
            {move || field.get().map(|field| view! { <About field /> })}
            {fields.may_manage.then(|| view! {
                <div class="button-row actions">
                    <button type="button" class="button small" on:click=move |_| fields.bring_back.run(number)>
                        <Icon name="undo" />
                        "Bring back"
                        <span class="visually-hidden">" "{name}</span>
                    </button>
                </div>
            })}
        </li>
    }
    .into_any()
}

#[component]
fn About(field: CustomField) -> impl IntoView {
    let settings = field.settings;
    let options = match &settings.kind {
        CustomKind::Select { options } => Some(options.join(", ")),
        _ => None,
    };
    let default = settings.default.map(|value| value.text());
    view! {
        <div class="about">
            <h3>{settings.label}</h3>
            <p class="figures">
                <span class="kind">{settings.kind.label()}</span>
                {settings.required.then(|| view! { <span>"Required"</span> })}
                {default.map(|text| view! { <span class="default">"Default: "{text}</span> })}
            </p>
            {options.map(|options| view! { <p class="options">"Options: "{options}</p> })}
        </div>
    }
    .into_any()
}

#[component]
fn Actions(number: FieldNumber, field: Memo<Option<CustomField>>, fields: Fields) -> impl IntoView {
    let name = move || field.with(|field| field.as_ref().map(|field| field.settings.label.clone())).unwrap_or_default();
    let step = move |by: i8, icon: &'static str, way: &'static str| {
        let words = move || format!("Move {} {way}", name());
        let at_end = move || fields.all.with(|all| super::position_of_neighbour(all, number, by).is_none());
        view! {
            <button
                type="button"
                id=step_id(number, by)
                class="button quiet icon-only"
                title=words
                // Not taken away at the end of the list: it has the focus when the last step was made with it.
                aria-disabled=move || at_end().then_some("true")
                on:click=move |_| fields.step.run((number, by))
            >
                <Icon name=icon />
                <span class="visually-hidden">{words}</span>
            </button>
        }
    };
    view! {
        <div class="button-row actions">
            {step(-1, "up-arrow", "up")}
            {step(1, "down-arrow", "down")}
            <button
                type="button"
                class="button quiet"
                aria-haspopup="dialog"
                on:click=move |_| fields.edit.run(Some(number))
            >
                <Icon name="pencil" />
                "Edit"
                <span class="visually-hidden">" "{name}</span>
            </button>
            <button
                type="button"
                class="button quiet"
                aria-haspopup="dialog"
                on:click=move |_| {
                    if let Some(field) = field.get_untracked() {
                        fields.ask.run(field);
                    }
                }
            >
                "Retire"
                <span class="visually-hidden">" "{name}</span>
            </button>
        </div>
    }
    .into_any()
}
