//! The languages of a template as tabs, with adding and removing.

use super::super::language_name;
use super::Editor;
use crate::components::icon::Icon;
use domain::language;
use leptos::ev;
use leptos::prelude::*;

/// The id of a language's tab.
pub(super) fn tab_id(tag: &str) -> String {
    format!("language-{tag}")
}

/// The languages as tabs, with adding and removing.
#[component]
pub(super) fn Languages(editor: Editor) -> impl IntoView {
    let tags = Memo::new(move |_| editor.draft.with(|draft| draft.variants.keys().cloned().collect::<Vec<_>>()));
    let fallback = Memo::new(move |_| editor.draft.with(|draft| draft.fallback.clone()));
    let typed = RwSignal::new(String::new());
    let adding_error = RwSignal::new(None::<String>);
    let step = move |event: ev::KeyboardEvent| {
        let by: isize = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        let tags = tags.get_untracked();
        let at = tags.iter().position(|tag| *tag == editor.language.get_untracked()).unwrap_or(0) as isize;
        let next = (at + by).rem_euclid(tags.len().max(1) as isize) as usize;
        if let Some(tag) = tags.get(next) {
            editor.language.set(tag.clone());
            let id = tab_id(tag);
            request_animation_frame(move || crate::pages::accounts::dom::focus_id(&id));
        }
    };
    let add = move |_| {
        let text = typed.get_untracked();
        let by_name = language::SUGGESTED.iter().find(|(_, name)| name.eq_ignore_ascii_case(text.trim()));
        let tag = by_name.map(|(tag, _)| (*tag).to_owned()).or_else(|| language::tag(&text));
        let Some(tag) = tag else {
            adding_error.set(Some("Write a language's tag, such as de or pt-BR.".to_owned()));
            return;
        };
        let here = editor.language.get_untracked();
        editor.draft.update(|draft| {
            // Begins as what is translated.
            let words = draft.variants.get(&here).cloned().unwrap_or_default();
            draft.variants.entry(tag.clone()).or_insert(words);
        });
        adding_error.set(None);
        typed.set(String::new());
        editor.announcement.set(format!(
            "{} was added, with the words of {}.",
            language_name(&tag),
            language_name(&here)
        ));
        editor.language.set(tag);
    };
    let remove = move |_| {
        let gone = editor.language.get_untracked();
        editor.language.set(fallback.get_untracked());
        editor.draft.update(|draft| {
            if draft.fallback != gone {
                draft.variants.remove(&gone);
            }
        });
        editor.announcement.set(format!("{} was taken away.", language_name(&gone)));
    };
    let make_fallback = move |_| {
        let here = editor.language.get_untracked();
        editor.announcement.set(format!("Readers of every other language get {} now.", language_name(&here)));
        editor.draft.update(|draft| draft.fallback = here);
    };
    let is_fallback = move || editor.language.with(|language| fallback.with(|fallback| language == fallback));
    view! {
        <div class="languages">
            <div class="language-tabs" role="tablist" aria-label="Languages" on:keydown=step>
                <For each=move || tags.get() key=|tag| tag.clone() let:tag>
                    <LanguageTab editor tag fallback />
                </For>
            </div>
            {editor.may_manage.then(|| view! {
                <div class="language-tools">
                    <label class="visually-hidden" for="new-language">"Another language"</label>
                    <input
                        class="input"
                        id="new-language"
                        list="languages-known"
                        placeholder="Add a language"
                        autocomplete="off"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                        aria-invalid=move || adding_error.get().is_some().then_some("true")
                        aria-describedby=move || adding_error.get().is_some().then_some("new-language-error")
                    />
                    <datalist id="languages-known">
                        {language::SUGGESTED.iter().map(|(tag, name)| view! { <option value=*tag>{*name}</option> }).collect_view()}
                    </datalist>
                    <button type="button" class="button small" on:click=add>
                        <Icon name="plus" />
                        "Add"
                        <span class="visually-hidden">" the language"</span>
                    </button>
                    {move || (!is_fallback()).then(|| view! {
                        <button type="button" class="button small quiet" on:click=make_fallback>
                            "Make it the fallback"
                        </button>
                        <button type="button" class="button small quiet danger" on:click=remove>
                            {move || format!("Remove {}", language_name(&editor.language.get()))}
                        </button>
                    })}
                </div>
                {move || adding_error.get().map(|words| view! {
                    <p class="error" id="new-language-error" role="alert">{words}</p>
                })}
            })}
            <p class="hint">
                {move || format!("Who reads none of these gets {}.", language_name(&fallback.get()))}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn LanguageTab(editor: Editor, tag: String, fallback: Memo<String>) -> impl IntoView {
    let tag = StoredValue::new(tag);
    let is_here = move || editor.language.with(|language| tag.with_value(|tag| language == tag));
    let wrong = Memo::new(move |_| {
        let prefix = format!("{}.", tag.get_value());
        editor.problems().iter().filter(|problem| problem.field.starts_with(&prefix)).count()
    });
    view! {
        <button
            type="button"
            role="tab"
            id=tab_id(&tag.get_value())
            aria-selected=move || if is_here() { "true" } else { "false" }
            aria-controls="template-words"
            tabindex=move || if is_here() { "0" } else { "-1" }
            on:click=move |_| editor.language.set(tag.get_value())
        >
            {language_name(&tag.get_value())}
            {move || (fallback.get() == tag.get_value()).then(|| view! { <span class="soft">" (fallback)"</span> })}
            {move || (wrong.get() > 0).then(|| view! {
                <span class="wrong">
                    <Icon name="alert" />
                    <span class="visually-hidden">" has problems"</span>
                </span>
            })}
        </button>
    }
    .into_any()
}
