//! Texts in several languages: one field that shows the chosen language, and the choice.

use crate::api::ApiError;
use crate::api::status_page::preview_texts;
use crate::components::form::{Field, described_by};
use domain::language;
use domain::status_page::Localized;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// A field for the text of the chosen language.
#[component]
pub fn Words(
    /// The name in complaints: `title` is complained about as `title.de`.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    text: RwSignal<Localized>,
    language: RwSignal<String>,
    error: RwSignal<Option<ApiError>>,
    /// More than one: Markdown of several lines.
    #[prop(default = 1)]
    rows: u32,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let id = format!("words-{}", name.replace('.', "-"));
    let complaint = Signal::derive(move || {
        let field = format!("{name}.{}", language.get());
        error.with(|error| error.as_ref().and_then(|error| error.for_field(&field)))
    });
    let value = move || text.with(|text| language.with(|language| text.exactly(language).to_owned()));
    // Not `Localized::set`: it leaves out blanks, and somebody may just be typing the first.
    let typed = move |words: String| {
        let tag = language.get_untracked();
        text.update(|text| match words.is_empty() {
            true => _ = text.0.remove(&tag),
            false => _ = text.0.insert(tag, words),
        });
    };
    let described = {
        let (id, has_hint) = (id.clone(), !hint.is_empty());
        move || described_by(&id, has_hint, complaint.get().is_some())
    };
    let first = untrack(value);
    let invalid = move || complaint.get().is_some().then_some("true");
    let control = if rows > 1 {
        view! {
            <textarea
                class="input"
                id=id.clone()
                rows=rows
                lang=move || language.get()
                prop:value=value
                on:input=move |event| typed(event_target_value(&event))
                aria-invalid=invalid
                aria-describedby=described
            >
                {first}
            </textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                class="input"
                type="text"
                id=id.clone()
                lang=move || language.get()
                value=first
                prop:value=value
                on:input=move |event| typed(event_target_value(&event))
                aria-invalid=invalid
                aria-describedby=described
            />
        }
        .into_any()
    };
    view! {
        <Field id label hint optional error=complaint>
            {control}
        </Field>
    }
    .into_any()
}

/// The choice of the language that the fields show. `missing` says how many texts a language has not.
#[component]
pub fn LanguageChoice(
    #[prop(into)] languages: Signal<Vec<String>>,
    chosen: RwSignal<String>,
    #[prop(into)] missing: Callback<String, usize>,
) -> impl IntoView {
    let button = move |tag: String| {
        let (own, pressed, count) = (tag.clone(), tag.clone(), tag.clone());
        view! {
            <button
                type="button"
                class="button small"
                aria-pressed=move || (chosen.get() == pressed).to_string()
                on:click=move |_| chosen.set(own.clone())
            >
                {name_of(&tag)}
                {move || {
                    let missing = missing.run(count.clone());
                    (missing > 0).then(|| view! { <span class="missing">{missing} " missing"</span> })
                }}
            </button>
        }
    };
    view! {
        <div class="language-choice" role="group" aria-label="Language of the texts">
            {move || languages.get().into_iter().map(button).collect_view()}
        </div>
    }
    .into_any()
}

/// `German` for `de`; the tag itself where there is no name for it.
pub fn name_of(tag: &str) -> String {
    let known = language::SUGGESTED.iter().find(|(known, _)| *known == tag);
    known.map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}

/// How long nobody has to type before a preview is asked for.
const REST: Duration = Duration::from_millis(400);

/// The HTML of Markdown texts, rendered by the server a moment after the last change.
pub fn rendered(texts: impl Fn() -> Vec<String> + Send + Sync + 'static) -> RwSignal<Vec<String>> {
    let html = RwSignal::new(Vec::new());
    let asked = StoredValue::new(0_u64);
    Effect::new(move |_| {
        let texts = texts();
        let Some(mine) = asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        }) else {
            return;
        };
        set_timeout(
            move || {
                if asked.try_get_value() != Some(mine) {
                    return;
                }
                spawn_local(async move {
                    // What cannot be rendered now leaves the preview as it is; saving tells what is wrong.
                    if let Ok(answer) = preview_texts(texts).await
                        && asked.try_get_value() == Some(mine)
                    {
                        html.try_set(answer);
                    }
                });
            },
            REST,
        );
    });
    html
}
