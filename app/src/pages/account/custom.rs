//! The migration's own fields among the facts, each changed where it stands.

use super::Shown;
use super::moves::{FieldEditor, open};
use crate::components::date::long_day;
use crate::components::icon::Icon;
use crate::pages::accounts::edit::EditField;
use crate::pages::accounts::saves::SavingMark;
use domain::custom::{CustomField, CustomValue};
use domain::id::FieldNumber;
use domain::policy::Action;
use leptos::prelude::*;

/// A line for each field in use, in their order.
#[component]
pub fn CustomFacts(shown: Shown) -> impl IntoView {
    // By name and number only: another option of a field must not close the editor beside it.
    let fields = Memo::new(move |_| {
        let named = |field: &CustomField| (field.number, field.settings.label.clone());
        shown.frame.overview.with(|overview| overview.migration.live_fields().map(named).collect::<Vec<_>>())
    });
    view! {
        <For each=move || fields.get() key=|field| field.clone() let(field)>
            <CustomFact shown number=field.0 label=field.1 />
        </For>
    }
    .into_any()
}

#[component]
fn CustomFact(shown: Shown, number: FieldNumber, label: String) -> impl IntoView {
    let value = Memo::new(move |_| shown.row(|row| row.custom.get(&number).cloned()));
    let may = Memo::new(move |_| shown.frame.overview.with(|overview| overview.me.may(Action::EditAccounts)));
    let field = EditField::Custom(number);
    let id = format!("edit-custom-{number}");
    let term = label.clone();
    let back = id.clone();
    let inside = move || {
        let (id, label) = (id.clone(), label.clone());
        let edit = move |inside: AnyView, verb: &str| {
            view! {
                <button type="button" class="value" id=id on:click=move |_| open(shown, field)>
                    {inside}
                    <Icon name="pencil" />
                    <span class="visually-hidden">{format!("{verb} {label}")}</span>
                </button>
            }
            .into_any()
        };
        match (value.get(), may.get()) {
            (Some(CustomValue::Link(address)), true) => view! {
                <span class="linked">
                    <Link address />
                    {edit(().into_any(), "Change")}
                </span>
            }
            .into_any(),
            (Some(CustomValue::Link(address)), false) => view! {
                <span class="linked">
                    <Link address />
                </span>
            }
            .into_any(),
            (value, true) => edit(words(value), ", change"),
            (value, false) => view! { <span class="value">{words(value)}</span> }.into_any(),
        }
    };
    view! {
        <div>
            <dt>{term}</dt>
            <dd>
                {inside}
                <SavingMark fields=Signal::derive(move || shown.unsaved()) field />
                <FieldEditor shown field back />
            </dd>
        </div>
    }
    .into_any()
}

fn words(value: Option<CustomValue>) -> AnyView {
    match value {
        None => view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any(),
        Some(CustomValue::Date(day)) => long_day(day).into_any(),
        Some(CustomValue::Checkbox(checked)) => {
            let (icon, word) = if checked { ("check", "Yes") } else { ("close", "No") };
            view! { <span class="answer"><Icon name=icon />{word}</span> }.into_any()
        }
        Some(value) => view! { <span class="long">{value.text()}</span> }.into_any(),
    }
}

/// A link that somebody wrote: it opens elsewhere, and the page there learns nothing of this one.
#[component]
fn Link(address: String) -> impl IntoView {
    let shown = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).trim_end_matches('/').to_owned();
    // What could be stored is checked on the way in; this is the second lock.
    if !address.to_ascii_lowercase().starts_with("http") {
        return view! { <span class="value">{address}</span> }.into_any();
    }
    view! {
        <a href=address target="_blank" rel="noopener noreferrer external">
            {shown}
            <span class="visually-hidden">" (opens in a new tab)"</span>
        </a>
    }
    .into_any()
}
