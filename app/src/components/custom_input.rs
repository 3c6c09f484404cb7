//! The control for a value of a custom field: the right one for its kind.

use super::form::{Select, TextInput};
use domain::custom::{CustomKind, LINK_MAX, TEXT_MAX};
use leptos::prelude::*;

/// More than the longest number that can be kept, blanks between its digits included.
const NUMBER_MAX: usize = 40;

/// A control whose text `FieldSettings::parse` reads; empty is no value. A checkbox is a choice of three here, because
/// "no" and "nobody has said" are two things.
#[component]
pub fn CustomInput(
    kind: CustomKind,
    #[prop(into)] label: String,
    #[prop(into)] id: String,
    bound: RwSignal<String>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// Not enforced by the browser: the server's words stand at the field.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let name = id.clone();
    let choice = move |options: Vec<(String, String)>| {
        let first = bound.get_untracked();
        // A value that is no option any more stays to be seen until another one is chosen.
        let gone = (!first.is_empty() && options.iter().all(|(value, _)| *value != first)).then(|| first.clone());
        let nothing = std::iter::once((String::new(), "Nothing".to_owned()));
        let all = nothing.chain(gone.map(|value| (value.clone(), value))).chain(options);
        all.map(|(value, words)| {
            let selected = value == first;
            view! {
                <option value=value selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view()
    };
    let label = match (&kind, optional) {
        (CustomKind::Select { .. } | CustomKind::Checkbox, true) => format!("{label} (optional)"),
        _ => label,
    };
    let text = |kind: &'static str, inputmode: &'static str, placeholder: &'static str, max: usize| {
        let (id, name, label, hint) = (id.clone(), name.clone(), label.clone(), hint.clone());
        view! {
            <TextInput
                name
                id
                label
                kind=kind
                bound=bound
                hint
                error=error
                optional=optional
                inputmode=inputmode
                placeholder=placeholder
                maxlength=max as u32
                autocomplete="off"
            />
        }
        .into_any()
    };
    match kind {
        CustomKind::Text => text("text", "text", "", TEXT_MAX),
        CustomKind::Number => text("text", "decimal", "", NUMBER_MAX),
        CustomKind::Date => text("date", "text", "", 10),
        CustomKind::Link => text("text", "url", "https://…", LINK_MAX),
        CustomKind::Select { options } => {
            let options = choice(options.into_iter().map(|option| (option.clone(), option)).collect());
            view! {
                <Select name id label bound hint error>
                    {options}
                </Select>
            }
            .into_any()
        }
        CustomKind::Checkbox => {
            let options = [("yes", "Yes"), ("no", "No")].map(|(value, words)| (value.to_owned(), words.to_owned()));
            let options = choice(options.to_vec());
            view! {
                <Select name id label bound hint error>
                    {options}
                </Select>
            }
            .into_any()
        }
    }
}
