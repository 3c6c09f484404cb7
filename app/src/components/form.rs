//! Fields of forms: a label, a hint and an error that belong to their control for everybody.

use super::browser;
use super::icon::Icon;
use crate::api::ApiError;
use leptos::prelude::*;

/// The id of the control of this name: `form[name]` becomes `form-name`.
pub fn id_of(name: &str) -> String {
    name.replace('[', "-").replace(']', "")
}

/// What describes a control of this id: its hint and, when there is one, its error.
pub fn described_by(id: &str, has_hint: bool, has_error: bool) -> Option<String> {
    let mut ids = Vec::new();
    if has_hint {
        ids.push(format!("{id}-hint"));
    }
    if has_error {
        ids.push(format!("{id}-error"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The label above, hint and error below any control. The control itself needs `id`, `aria-invalid` and
/// `aria-describedby` (see [`described_by`]); [`TextInput`], [`TextArea`] and [`Select`] do all of it.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    /// Says beside the label that the field may stay empty.
    #[prop(optional)]
    optional: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id>{label} {optional.then(|| view! { <span class="soft">" (optional)"</span> })}</label>
            {children()}
            {move || {
                error.get().map(|message| view! {
                    <p class="error" id=error_id.clone()>
                        <Icon name="alert" />
                        <span>{message}</span>
                    </p>
                })
            }}
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
    .into_any()
}

/// A field of one line. What was typed stays when an error comes back.
#[component]
pub fn TextInput(
    /// The name in the form: `email`, or `form[name]` for a field of a struct.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    /// Made of the name, if not given.
    #[prop(optional, into)]
    id: String,
    /// `text`, `email`, `password`, `date`, `datetime-local`, `number`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What it holds at first. With `bound`, the signal's value is used instead.
    #[prop(optional, into)]
    value: String,
    /// Follows and leads the field.
    #[prop(optional)]
    bound: Option<RwSignal<String>>,
    /// Called with each text that the person types, not when `bound` is set from elsewhere.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    #[prop(optional)] optional: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<&'static str>,
    #[prop(optional, into)] inputmode: Option<&'static str>,
    #[prop(optional, into)] min: Option<&'static str>,
    #[prop(optional, into)] max: Option<&'static str>,
    #[prop(optional)] maxlength: Option<u32>,
    /// The id of a `<datalist>`.
    #[prop(optional, into)]
    list: String,
) -> impl IntoView {
    let id = if id.is_empty() { id_of(&name) } else { id };
    if let Some(bound) = bound {
        keep_typed(&id, bound);
    }
    let described = {
        let (id, has_hint) = (id.clone(), !hint.is_empty());
        move || described_by(&id, has_hint, error.get().is_some())
    };
    let first = bound.map_or(value, |bound| bound.get_untracked());
    view! {
        <Field id=id.clone() label hint optional error>
            <input
                class="input"
                type=kind
                id=id
                name=name
                value=first
                prop:value=move || bound.map(|bound| bound.get())
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    if let Some(bound) = bound {
                        bound.set(typed.clone());
                    }
                    if let Some(on_input) = on_input {
                        on_input.run(typed);
                    }
                }
                required=required
                autofocus=autofocus
                autocomplete=autocomplete
                placeholder=placeholder
                inputmode=inputmode
                min=min
                max=max
                maxlength=maxlength
                list=(!list.is_empty()).then_some(list)
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            />
        </Field>
    }
    .into_any()
}

/// A field of several lines.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: String,
    #[prop(optional, into)] value: String,
    #[prop(optional)] bound: Option<RwSignal<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    #[prop(optional)] optional: bool,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional, into)] placeholder: Option<&'static str>,
) -> impl IntoView {
    let id = if id.is_empty() { id_of(&name) } else { id };
    if let Some(bound) = bound {
        keep_typed(&id, bound);
    }
    let described = {
        let (id, has_hint) = (id.clone(), !hint.is_empty());
        move || described_by(&id, has_hint, error.get().is_some())
    };
    let first = bound.map_or(value, |bound| bound.get_untracked());
    view! {
        <Field id=id.clone() label hint optional error>
            <textarea
                class="input"
                id=id
                name=name
                rows=rows
                prop:value=move || bound.map(|bound| bound.get())
                on:input=move |event| {
                    if let Some(bound) = bound {
                        bound.set(event_target_value(&event));
                    }
                }
                required=required
                maxlength=maxlength
                placeholder=placeholder
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            >
                {first}
            </textarea>
        </Field>
    }
    .into_any()
}

/// A choice from a list; the children are its `<option>`s, the first choice marked with `selected`.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: String,
    #[prop(optional)] bound: Option<RwSignal<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] required: bool,
    children: Children,
) -> impl IntoView {
    let id = if id.is_empty() { id_of(&name) } else { id };
    let described = {
        let (id, has_hint) = (id.clone(), !hint.is_empty());
        move || described_by(&id, has_hint, error.get().is_some())
    };
    view! {
        <Field id=id.clone() label hint error>
            <select
                class="input"
                id=id
                name=name
                required=required
                prop:value=move || bound.map(|bound| bound.get())
                on:change=move |event| {
                    if let Some(bound) = bound {
                        bound.set(event_target_value(&event));
                    }
                }
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            >
                {children()}
            </select>
        </Field>
    }
    .into_any()
}

/// What went wrong with the whole form. Complaints about `fields` stand at those fields, so they are left out here.
#[component]
pub fn FormError(
    #[prop(into)] error: Signal<Option<ApiError>>,
    /// The fields of this form that show their own errors.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    move || {
        let words = error.get().and_then(|error| words_beside(&error, fields))?;
        Some(view! {
            <div class="notice error" role="alert">
                <Icon name="alert" />
                <div class="words">
                    <p>{words}</p>
                </div>
            </div>
        })
    }
}

/// The complaint about one field of the form, out of the error of the whole.
pub fn error_of(error: Signal<Option<ApiError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.for_field(field))))
}

/// The error of an action's last answer.
pub fn failure<S>(action: ServerAction<S>) -> Signal<Option<ApiError>>
where
    S: leptos::server_fn::ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|value| value.as_ref().and_then(|answer| answer.as_ref().err().cloned())))
}

/// Calls `then` with each answer that is a success.
pub fn on_success<S>(action: ServerAction<S>, then: impl Fn(S::Output) + 'static)
where
    S: leptos::server_fn::ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(output)) = value.get() {
            then(output);
        }
    });
}

fn words_beside(error: &ApiError, fields: &[&str]) -> Option<String> {
    let ApiError::Invalid { problems } = error else { return Some(error.to_string()) };
    let others: Vec<_> = problems
        .iter()
        .filter(|problem| !fields.contains(&problem.field.as_str()))
        .map(|problem| problem.message.as_str())
        .collect();
    match (others.is_empty(), problems.is_empty()) {
        (false, _) => Some(others.join(" ")),
        (true, false) => Some("Not saved yet: look at the fields that are marked.".to_owned()),
        (true, true) => None,
    }
}

/// What somebody typed before the page became interactive must not be overwritten by the first value.
fn keep_typed(id: &str, bound: RwSignal<String>) {
    let hydrating = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
    if let Some(typed) = hydrating.then(|| browser::typed(id)).flatten() {
        Effect::new(move |_| bound.set(typed.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::migration::FieldError;

    #[test]
    fn a_complaint_stands_at_its_field_or_at_the_form() {
        let error =
            ApiError::Invalid { problems: vec![FieldError::new("name", "Too long."), FieldError::new("x", "Odd.")] };
        assert_eq!(words_beside(&error, &["name"]).as_deref(), Some("Odd."));
        assert!(words_beside(&error, &["name", "x"]).is_some_and(|words| words.contains("marked")));
        assert_eq!(words_beside(&ApiError::TooMany { seconds: 9 }, &[]).map(|words| words.contains('9')), Some(true));
    }

    #[test]
    fn ids_are_made_of_names() {
        assert_eq!(id_of("form[public_name]"), "form-public_name");
        assert_eq!(described_by("a", true, true).as_deref(), Some("a-hint a-error"));
        assert_eq!(described_by("a", false, false), None);
    }
}
