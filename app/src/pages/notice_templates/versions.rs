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
use std::collections::BTreeMap;

/// What is compared with what; versions never change, so each is read once.
#[derive(Clone, Copy)]
struct Compared {
    editor: Editor,
    from: RwSignal<Option<u32>>,
    /// `None`: the words in the editor.
    to: RwSignal<Option<u32>>,
    read: RwSignal<BTreeMap<u32, Result<TemplateDraft, ApiError>>>,
}

impl Compared {
    fn new(editor: Editor) -> Compared {
        let (from, to) = (RwSignal::new(None), RwSignal::new(None));
        Compared { editor, from, to, read: RwSignal::new(BTreeMap::new()) }
    }

    /// Opens the comparison of a version with the words in the editor, or closes it.
    fn toggle(self, version: u32) {
        let shown = self.from.get_untracked() == Some(version);
        self.from.set((!shown).then_some(version));
        self.to.set(None);
        self.fetch(version);
    }

    fn compare_with(self, version: Option<u32>) {
        self.to.set(version);
        if let Some(version) = version {
            self.fetch(version);
        }
    }

    fn fetch(self, version: u32) {
        let known = self.read.with_untracked(|read| matches!(read.get(&version), Some(Ok(_))));
        let Some(number) = self.editor.number.filter(|_| !known) else { return };
        let migration = self.editor.migration();
        spawn_local(async move {
            let answer = notice_template_version(migration, number, version).await;
            let draft = answer.map(|template| TemplateDraft::from(&template));
            self.read.try_update(|read| read.insert(version, draft));
        });
    }

    /// The two drafts, once both are here.
    fn drafts(self) -> Option<Result<(TemplateDraft, TemplateDraft), ApiError>> {
        let of = |version: u32| self.read.with(|read| read.get(&version).cloned());
        let old = of(self.from.get()?)?;
        let new = match self.to.get() {
            Some(version) => of(version)?,
            None => Ok(self.editor.draft.get()),
        };
        Some(old.and_then(|old| new.map(|new| (old, new))))
    }
}

/// `Version 3`; the first one of a default template has no number.
fn name_of(version: u32) -> String {
    if version == 0 { "The first words".to_owned() } else { format!("Version {version}") }
}

/// The list with its comparison.
#[component]
pub fn Versions(editor: Editor) -> impl IntoView {
    let compared = Compared::new(editor);
    let (restore, error) = restoring(editor);
    let bring_back = Callback::new(move |version: u32| {
        if let Some(number) = editor.number {
            let seen = editor.seen.get_untracked();
            restore.dispatch(RestoreNoticeTemplate { migration: editor.migration(), number, seen, version });
        }
    });
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
                        let versions = editor.versions.get().into_iter().enumerate();
                        let line = |(index, version)| view! { <VersionLine version is_newest={index == 0} compared bring_back /> };
                        versions.map(line).collect_view()
                    }}
                </ul>
                <div id="version-comparison">
                    {move || compared.from.get().map(|from| view! { <Between from compared /> })}
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn VersionLine(version: Version, is_newest: bool, compared: Compared, bring_back: Callback<u32>) -> impl IntoView {
    let Version { version, words } = version;
    let is_shown = move || compared.from.get() == Some(version);
    let name = name_of(version);
    let hidden = format!(" {name}");
    view! {
        <li>
            <div>
                <b>{name}</b>
                {is_newest.then(|| view! { <span class="tag">"newest"</span> })}
                <p class="soft">{words}</p>
            </div>
            <div class="button-row">
                <button
                    type="button"
                    class="button small"
                    aria-expanded=move || if is_shown() { "true" } else { "false" }
                    aria-controls="version-comparison"
                    on:click=move |_| compared.toggle(version)
                >
                    "Compare"
                    <span class="visually-hidden">{hidden.clone()} " with other words"</span>
                </button>
                {(compared.editor.may_manage && !is_newest).then(|| view! {
                    <button type="button" class="button small" on:click=move |_| bring_back.run(version)>
                        <Icon name="undo" />
                        "Restore"
                        <span class="visually-hidden">{hidden}</span>
                    </button>
                })}
            </div>
        </li>
    }
    .into_any()
}

/// One version against the words in the editor, or any other one.
#[component]
fn Between(from: u32, compared: Compared) -> impl IntoView {
    let others = move || {
        let versions = compared.editor.versions.get().into_iter().map(|version| version.version);
        versions
            .filter(|version| *version != from)
            .map(|version| view! { <option value=version.to_string()>{name_of(version)}</option> })
            .collect_view()
    };
    let result = move || {
        compared.drafts().map(|drafts| match drafts {
            Ok((old, new)) => view! { <Comparison old new /> }.into_any(),
            Err(error) => view! { <p class="error" role="alert">{error.to_string()}</p> }.into_any(),
        })
    };
    view! {
        <div class="version-ends">
            <h3>{format!("{} against", name_of(from))}</h3>
            <select
                class="input"
                aria-label=format!("What to compare {} with", name_of(from).to_lowercase())
                prop:value=move || compared.to.get().map(|version| version.to_string()).unwrap_or_default()
                on:change=move |event| compared.compare_with(event_target_value(&event).parse().ok())
            >
                <option value="">"the words above"</option>
                {others}
            </select>
        </div>
        {result}
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
