//! Every version that was saved: comparing two, bringing one back.

use super::editor::{Editor, restoring};
use super::language_name;
use crate::api::ApiError;
use crate::api::notice_templates::{RestoreNoticeTemplate, Version, notice_template_version};
use crate::components::form::FormError;
use crate::components::icon::Icon;
use domain::notice::template::{Part, TemplateDraft, Variant};
use domain::notice::writing::{Line, compare};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The list with its comparison.
#[component]
pub fn Versions(editor: Editor) -> impl IntoView {
    let compared = RwSignal::new(None::<(u32, Result<TemplateDraft, ApiError>)>);
    let (restore, error) = restoring(editor);
    let look = move |version: u32| {
        let (migration, number) = (editor.migration(), editor.number);
        let Some(number) = number else { return };
        if compared.with_untracked(|compared| compared.as_ref().is_some_and(|(shown, _)| *shown == version)) {
            compared.set(None);
            return;
        }
        spawn_local(async move {
            let answer = notice_template_version(migration, number, version).await;
            compared.try_set(Some((version, answer.map(|template| TemplateDraft::from(&template)))));
        });
    };
    let bring_back = move |version: u32| {
        if let Some(number) = editor.number {
            let seen = editor.seen.get_untracked();
            restore.dispatch(RestoreNoticeTemplate { migration: editor.migration(), number, seen, version });
        }
    };
    let line = move |version: Version, is_newest: bool| {
        let Version { version, words } = version;
        let is_shown = move || compared.with(|compared| compared.as_ref().is_some_and(|(shown, _)| *shown == version));
        let name = if version == 0 { "The first words".to_owned() } else { format!("Version {version}") };
        let hidden = format!(" {name}");
        view! {
            <li>
                <div>
                    <b>{name.clone()}</b>
                    {is_newest.then(|| view! { <span class="tag">"newest"</span> })}
                    <p class="soft">{words}</p>
                </div>
                <div class="button-row">
                    <button
                        type="button"
                        class="button small"
                        aria-expanded=move || if is_shown() { "true" } else { "false" }
                        aria-controls="version-comparison"
                        on:click=move |_| look(version)
                    >
                        "Compare"
                        <span class="visually-hidden">{hidden.clone()} " with the words above"</span>
                    </button>
                    {(editor.may_manage && !is_newest).then(|| view! {
                        <button type="button" class="button small" on:click=move |_| bring_back(version)>
                            <Icon name="undo" />
                            "Restore"
                            <span class="visually-hidden">{hidden}</span>
                        </button>
                    })}
                </div>
            </li>
        }
    };
    view! {
        <section class="panel versions" aria-labelledby="versions-title">
            <header class="panel-head">
                <h2 id="versions-title">"Versions"</h2>
                <span class="soft">"Messages keep the words with which they were sent."</span>
            </header>
            <div class="panel-body">
                <FormError error />
                <ul class="version-list">
                    {move || {
                        let versions = editor.versions.get();
                        versions.into_iter().enumerate().map(|(index, version)| line(version, index == 0)).collect_view()
                    }}
                </ul>
                <div id="version-comparison">
                    {move || compared.get().map(|(version, answer)| match answer {
                        Ok(old) => view! {
                            <h3>{format!("From {} to the words above", if version == 0 { "the first words".to_owned() } else { format!("version {version}") })}</h3>
                            <Comparison old new=editor.draft.get() />
                        }
                        .into_any(),
                        Err(error) => view! { <p class="error" role="alert">{error.to_string()}</p> }.into_any(),
                    })}
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What differs between two drafts, line by line.
#[component]
pub fn Comparison(old: TemplateDraft, new: TemplateDraft) -> impl IntoView {
    let mut differences = Vec::new();
    if old.name != new.name {
        differences.push(("Name".to_owned(), compare(&old.name, &new.name)));
    }
    if old.fallback != new.fallback {
        differences.push(("Fallback".to_owned(), compare(&old.fallback, &new.fallback)));
    }
    let none = Variant::default();
    let mut tags: Vec<&String> = old.variants.keys().chain(new.variants.keys()).collect();
    tags.sort();
    tags.dedup();
    for tag in tags {
        let (was, is) = (old.variants.get(tag).unwrap_or(&none), new.variants.get(tag).unwrap_or(&none));
        for part in Part::ALL.into_iter().filter(|part| was.part(*part) != is.part(*part)) {
            let heading = format!("{}, {}", language_name(tag), part.code());
            differences.push((heading, compare(was.part(part), is.part(part))));
        }
    }
    if differences.is_empty() {
        return view! { <p class="soft">"The same words."</p> }.into_any();
    }
    let shown = differences.into_iter().map(|(heading, lines)| {
        view! {
            <h4>{heading}</h4>
            <div class="comparison" tabindex="0" role="group" aria-label="Differences">
                {lines.into_iter().map(difference).collect_view()}
            </div>
        }
    });
    shown.collect_view().into_any()
}

/// Said in a word for those who see no colour.
fn difference(line: Line) -> impl IntoView {
    let (class, mark, words, text) = match line {
        Line::Same(text) => ("same", " ", "", text),
        Line::Removed(text) => ("removed", "−", "removed: ", text),
        Line::Added(text) => ("added", "+", "added: ", text),
    };
    view! {
        <p class=class>
            <i aria-hidden="true">{mark}</i>
            <span class="visually-hidden">{words}</span>
            <span>{text}</span>
        </p>
    }
}
