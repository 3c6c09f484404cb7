//! Writing a template: its languages, its words, what is wrong with them, saving.

use super::field::WordsField;
use super::preview::Preview;
use super::versions::{Comparison, Versions};
use super::{dom, kind_hint, language_name};
use crate::api::ApiError;
use crate::api::notice_templates::{
    RemoveNoticeTemplate, RestoreNoticeTemplate, SaveNoticeTemplate, TemplatePage, Version, look_at_template,
    notice_template, notice_variables,
};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextInput, failure, on_success};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::id::{AccountNumber, MigrationId, NoticeTemplateNumber};
use domain::language;
use domain::migration::FieldError;
use domain::notice::NoticeKind;
use domain::notice::template::{
    NAME_MAX, NoticeTemplate, Part, TemplateDraft, TemplateLook, TemplateSaved, Variant, field_of,
};
use domain::notice::variables::Variable;
use domain::notice::writing;
use domain::policy::Action;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// The server is asked when nothing was typed for so long.
const LOOK_PAUSE: Duration = Duration::from_millis(350);

/// What the parts of the editor share.
#[derive(Clone, Copy)]
pub struct Editor {
    pub frame: Frame,
    /// `None`: a new template.
    pub number: Option<NoticeTemplateNumber>,
    pub may_manage: bool,
    /// As it was saved last.
    pub saved: RwSignal<TemplateDraft>,
    /// The version that the draft began with.
    pub seen: RwSignal<u32>,
    pub draft: RwSignal<TemplateDraft>,
    pub versions: RwSignal<Vec<Version>>,
    /// The language that is shown.
    pub language: RwSignal<String>,
    pub variables: RwSignal<Vec<Variable>>,
    pub look: RwSignal<Option<Result<TemplateLook, ApiError>>>,
    /// The account of the preview, with its name.
    pub account: RwSignal<Option<(AccountNumber, String)>>,
    /// The part that was written in last: there a variable of the list goes.
    pub part: RwSignal<Part>,
    pub announcement: RwSignal<String>,
}

impl Editor {
    fn new(frame: Frame, loaded: &Option<TemplatePage>) -> Editor {
        let may_manage = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageNotices));
        let blank = || TemplateDraft {
            name: String::new(),
            kind: NoticeKind::Notice,
            fallback: "en".to_owned(),
            variants: [("en".to_owned(), Variant::default())].into(),
        };
        let draft = loaded.as_ref().map_or_else(blank, |loaded| TemplateDraft::from(&loaded.template));
        Editor {
            frame,
            number: loaded.as_ref().map(|loaded| loaded.template.number),
            may_manage,
            saved: RwSignal::new(draft.clone()),
            seen: RwSignal::new(loaded.as_ref().map_or(0, |loaded| loaded.template.version)),
            language: RwSignal::new(draft.fallback.clone()),
            draft: RwSignal::new(draft),
            versions: RwSignal::new(loaded.as_ref().map(|loaded| loaded.versions.clone()).unwrap_or_default()),
            variables: RwSignal::new(loaded.as_ref().map(|loaded| loaded.variables.clone()).unwrap_or_default()),
            look: RwSignal::new(None),
            account: RwSignal::new(None),
            part: RwSignal::new(Part::Text),
            announcement: RwSignal::new(String::new()),
        }
    }

    pub fn migration(self) -> MigrationId {
        self.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }

    /// The words of a part in the language that is shown.
    pub fn words(self, part: Part) -> String {
        let language = self.language.get();
        self.draft
            .with(|draft| draft.variants.get(&language).map(|variant| variant.part(part).to_owned()))
            .unwrap_or_default()
    }

    pub fn write(self, part: Part, words: String) {
        let language = self.language.get_untracked();
        self.draft.update(|draft| {
            let Some(variant) = draft.variants.get_mut(&language) else { return };
            match part {
                Part::Subject => variant.subject = words,
                Part::Text => variant.text = words,
                Part::Html => variant.html = words,
            }
        });
    }

    fn is_changed(self) -> bool {
        self.draft.with(|draft| self.saved.with(|saved| draft != saved))
    }

    /// The key under which this browser keeps what is not saved.
    fn key(self) -> String {
        let number = self.number.map_or_else(|| "new".to_owned(), |number| number.to_string());
        format!("template.{}.{number}", self.migration())
    }

    /// Everything that is wrong: what the browser sees itself at once, the rest as the server saw it last.
    pub fn problems(self) -> Vec<FieldError> {
        let mut problems = self.draft.with(|draft| draft.problems([]));
        self.look.with(|look| {
            if let Some(Ok(look)) = look {
                let others = look.problems.iter().filter(|of| problems.iter().all(|known| known.field != of.field));
                let others: Vec<_> = others.filter(|of| is_about_words(&of.field)).cloned().collect();
                problems.extend(others);
            }
        });
        problems
    }

    pub fn problem_at(self, field: &str) -> Option<String> {
        self.problems().into_iter().find(|problem| problem.field == field).map(|problem| problem.message)
    }

    /// Puts a variable where the caret was last.
    pub fn insert(self, variable: &Variable) {
        let part = self.part.get_untracked();
        let id = super::field::id_of(part);
        let words = untrack(|| self.words(part));
        let caret = dom::caret(&id).unwrap_or(words.len());
        let done = writing::put(&words, caret, variable);
        self.write(part, done.text.clone());
        dom::place_caret(&id, &done.text, done.caret);
        self.announcement.set(format!("{} is in the {}.", variable.name, part.code()));
    }
}

/// Lengths and names the browser knows better: the server's answer about them is older than the page.
fn is_about_words(field: &str) -> bool {
    field.contains('.')
}

/// The page around the editor.
#[component]
pub fn EditorPage(frame: Frame, loaded: Option<TemplatePage>) -> impl IntoView {
    let editor = Editor::new(frame, &loaded);
    let rules = loaded.as_ref().map(|loaded| loaded.rules.clone()).unwrap_or_default();
    keep_unsaved(editor);
    look_while_writing(editor);
    follow_kind(editor);
    let title = move || {
        let name = editor.saved.try_with(|saved| saved.name.clone()).unwrap_or_default();
        if name.is_empty() { "New template".to_owned() } else { name }
    };
    let used_by = match rules.as_slice() {
        [] => "No rule uses it.".to_owned(),
        rules => format!("Used by {}.", rules.iter().map(|rule| format!("“{rule}”")).collect::<Vec<_>>().join(", ")),
    };
    view! {
        <Title text=title />
        <div class="page template-page">
            <div class="page-head">
                <p class="way-back">
                    <a href=frame.address("notifications/templates")>"Message templates"</a>
                </p>
                <h1>{title}</h1>
                <p>
                    {editor.draft.with_untracked(|draft| draft.kind.label())} ". " {editor.number.map(|_| used_by)}
                </p>
            </div>
            <p class="visually-hidden" role="status">{move || editor.announcement.get()}</p>
            <div class="template-columns">
                <div class="template-main">
                    <Form editor />
                    {editor.number.map(|_| view! { <Versions editor /> })}
                </div>
                <div class="template-side">
                    <Preview editor />
                    <VariableList editor />
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// Unsaved words survive leaving the page; closing the window asks first.
fn keep_unsaved(editor: Editor) {
    let restored = RwSignal::new(false);
    provide_context(Restored(restored));
    Effect::new(move |_| {
        if !editor.may_manage {
            return;
        }
        if let Some(text) = dom::kept(&editor.key())
            && let Ok((seen, draft)) = serde_json::from_str::<(u32, TemplateDraft)>(&text)
            && editor.saved.with_untracked(|saved| *saved != draft)
        {
            let language = draft.fallback.clone();
            editor.draft.set(draft);
            editor.seen.set(seen);
            if !editor.draft.with_untracked(|draft| draft.variants.contains_key(&editor.language.get_untracked())) {
                editor.language.set(language);
            }
            restored.set(true);
        }
    });
    let unsaved = Memo::new(move |_| editor.is_changed());
    Effect::new(move |_| {
        // Only while it is needed: a page that listens to this is not kept for the way back.
        if unsaved.get() {
            let warning = window_event_listener(ev::beforeunload, |event| event.prevent_default());
            on_cleanup(move || warning.remove());
        }
    });
    Effect::new(move |before: Option<()>| {
        let changed = unsaved.get();
        editor.draft.track();
        let seen = editor.seen.get();
        // The first run comes before what was kept is read.
        if before.is_none() {
            return;
        }
        match changed {
            true => {
                if let Ok(text) = editor.draft.with(|draft| serde_json::to_string(&(seen, draft))) {
                    dom::keep(&editor.key(), &text);
                }
            }
            false => dom::forget(&editor.key()),
        }
    });
}

#[derive(Clone, Copy)]
struct Restored(RwSignal<bool>);

/// Asks the server about the draft when the writer pauses.
fn look_while_writing(editor: Editor) {
    let asked = StoredValue::new(0u32);
    Effect::new(move |_| {
        let draft = editor.draft.get();
        let account = editor.account.with(|account| account.as_ref().map(|(number, _)| *number));
        let this = asked.get_value().wrapping_add(1);
        asked.set_value(this);
        // What is too long is not sent anywhere.
        if draft.variants.values().any(Variant::is_too_long) {
            return;
        }
        set_timeout(
            move || {
                if asked.try_get_value() != Some(this) {
                    return;
                }
                let migration = editor.migration();
                spawn_local(async move {
                    let answer = look_at_template(migration, draft, account).await;
                    if asked.try_get_value() == Some(this) {
                        editor.look.try_set(Some(answer));
                    }
                });
            },
            LOOK_PAUSE,
        );
    });
}

/// A new template may be of another kind: then it has other variables.
fn follow_kind(editor: Editor) {
    if editor.number.is_some() {
        return;
    }
    let kind = Memo::new(move |_| editor.draft.with(|draft| draft.kind));
    Effect::new(move |_| {
        let (kind, migration) = (kind.get(), editor.migration());
        spawn_local(async move {
            // Without them there is no completion; the next change of the kind asks again.
            if let Ok(variables) = notice_variables(migration, kind).await {
                editor.variables.try_set(variables);
            }
        });
    });
}

#[component]
fn Form(editor: Editor) -> impl IntoView {
    let save = ServerAction::<SaveNoticeTemplate>::new();
    let error = failure(save);
    leave_when_signed_out(error);
    let sent = StoredValue::new(None::<TemplateDraft>);
    let conflict = RwSignal::new(None::<(NoticeTemplate, String)>);
    let restored = use_context::<Restored>();
    let said = RwSignal::new(String::new());
    let navigate = use_navigate();
    on_success(save, move |outcome| match outcome {
        TemplateSaved::Conflict { theirs, by } => conflict.set(Some((*theirs, by))),
        TemplateSaved::Saved { number, version } => {
            conflict.set(None);
            if let Some(Restored(restored)) = restored {
                restored.set(false);
            }
            if let Some(draft) = sent.get_value() {
                // A name comes back without blanks around it.
                let draft = TemplateDraft { name: draft.name.trim().to_owned(), ..draft };
                editor.saved.set(draft);
            }
            editor.seen.set(version);
            dom::forget(&editor.key());
            match editor.number {
                Some(_) => {
                    said.set(format!("Saved as version {version}."));
                    refresh(editor);
                }
                None => {
                    let address = editor.frame.address_now(&format!("notifications/templates/{number}"));
                    navigate(&address, Default::default());
                }
            }
        }
    });
    // What was said is about the words as they were.
    Effect::new(move |before: Option<()>| {
        editor.draft.track();
        if before.is_some() {
            said.set(String::new());
        }
    });
    let pending = save.pending();
    let send = move || {
        let draft = editor.draft.get_untracked();
        said.set(String::new());
        sent.set_value(Some(draft.clone()));
        save.dispatch(SaveNoticeTemplate {
            migration: editor.migration(),
            number: editor.number,
            seen: editor.seen.get_untracked(),
            draft,
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let problems = untrack(|| editor.problems());
        if let Some(first) = problems.first() {
            said.set(format!("Not saved yet. {}", whereabouts(first)));
            if let Some((tag, _)) = first.field.split_once('.') {
                editor.language.set(tag.to_owned());
            }
        } else if !pending.get_untracked() {
            send();
        }
    };
    let overwrite = Callback::new(move |()| {
        if let Some((theirs, _)) = conflict.get_untracked() {
            editor.seen.set(theirs.version);
            conflict.set(None);
            send();
        }
    });
    let take = Callback::new(move |()| {
        if let Some((theirs, _)) = conflict.get_untracked() {
            take_over(editor, &theirs);
            conflict.set(None);
            save.clear();
            refresh(editor);
        }
    });
    let name = RwSignal::new(editor.draft.with_untracked(|draft| draft.name.clone()));
    Effect::new(move |_| {
        let typed = name.get();
        if editor.draft.with_untracked(|draft| draft.name != typed) {
            editor.draft.update(|draft| draft.name = typed);
        }
    });
    Effect::new(move |_| name.set(editor.draft.with(|draft| draft.name.clone())));
    let name_error = Signal::derive(move || {
        let shown = error.with(|error| error.as_ref().and_then(|error| error.for_field("name")));
        // An empty name of a new template is nobody's mistake yet.
        shown.or_else(|| editor.problem_at("name").filter(|_| editor.is_changed() && editor.number.is_some()))
    });
    view! {
        <form class="panel template-form" on:submit=submit novalidate=true>
            <div class="panel-body">
                <RestoredNotice editor />
                {move || conflict.get().map(|(theirs, by)| view! { <Conflict editor theirs by overwrite take /> })}
                <div class="fields">
                    <div class="pair">
                        <TextInput
                            name="name"
                            id="template-name"
                            label="Name"
                            bound=name
                            error=name_error
                            maxlength=NAME_MAX as u32
                            required=true
                            autocomplete="off"
                        />
                        <KindField editor />
                    </div>
                </div>
                <Languages editor />
                <div id="template-words" class="fields" role="tabpanel" aria-labelledby=move || tab_id(&editor.language.get())>
                    <WordsField editor part=Part::Subject />
                    <WordsField editor part=Part::Text />
                    <WordsField editor part=Part::Html />
                </div>
                <FormError error fields=&["name"] />
                {editor.may_manage.then(|| view! {
                    <div class="form-foot">
                        <SubmitButton label=if editor.number.is_some() { "Save a new version" } else { "Save" } pending />
                        {editor.number.map(|number| view! { <RemoveButton editor number /> })}
                        <p role="status" class="soft">
                            {move || {
                                let words = said.get();
                                match (words.is_empty(), editor.is_changed()) {
                                    (false, _) => words,
                                    (true, true) => "Not saved; kept in this browser.".to_owned(),
                                    (true, false) => String::new(),
                                }
                            }}
                        </p>
                    </div>
                })}
            </div>
        </form>
    }
    .into_any()
}

/// Which field of which language a problem is about, with its words.
fn whereabouts(problem: &FieldError) -> String {
    match problem.field.split_once('.') {
        Some((tag, part)) => format!("{}, {part}: {}", language_name(tag), problem.message),
        None => problem.message.clone(),
    }
}

/// Versions and rules as they are now.
pub fn refresh(editor: Editor) {
    let Some(number) = editor.number else { return };
    let migration = editor.migration();
    spawn_local(async move {
        // A list that could not be read stays as it was.
        if let Ok(loaded) = notice_template(migration, number).await {
            editor.versions.try_set(loaded.versions);
            editor.variables.try_set(loaded.variables);
        }
    });
}

/// Lets go of the draft for what is saved.
pub fn take_over(editor: Editor, theirs: &NoticeTemplate) {
    let draft = TemplateDraft::from(theirs);
    if !draft.variants.contains_key(&editor.language.get_untracked()) {
        editor.language.set(draft.fallback.clone());
    }
    editor.saved.set(draft.clone());
    editor.draft.set(draft);
    editor.seen.set(theirs.version);
}

#[component]
fn RestoredNotice(editor: Editor) -> impl IntoView {
    let Some(Restored(restored)) = use_context::<Restored>() else { return ().into_any() };
    let discard = move |_| {
        restored.set(false);
        dom::forget(&editor.key());
        let saved = editor.saved.get_untracked();
        if !saved.variants.contains_key(&editor.language.get_untracked()) {
            editor.language.set(saved.fallback.clone());
        }
        editor.draft.set(saved);
        refresh(editor);
    };
    (move || {
        restored.get().then(|| {
            view! {
                <Notice tone=Tone::Info>
                    <p>"What you had not saved when you left is here again."</p>
                    <p>
                        <button type="button" class="button small" on:click=discard>
                            "Discard it"
                        </button>
                    </p>
                </Notice>
            }
        })
    })
    .into_any()
}

/// Somebody saved another version: both are shown, nothing is lost.
#[component]
fn Conflict(
    editor: Editor,
    theirs: NoticeTemplate,
    by: String,
    overwrite: Callback<()>,
    take: Callback<()>,
) -> impl IntoView {
    let by = if by.is_empty() { "Somebody".to_owned() } else { by };
    let mine = editor.draft.get_untracked();
    let theirs_draft = TemplateDraft::from(&theirs);
    view! {
        <div class="template-conflict" role="alert">
            <Notice tone=Tone::Warning>
                <p>{format!("{by} saved version {} meanwhile. Nothing of yours was saved yet.", theirs.version)}</p>
            </Notice>
            <h2>"Theirs, and what you would change"</h2>
            <Comparison old=theirs_draft new=mine />
            <div class="button-row">
                <button type="button" class="button" on:click=move |_| take.run(())>
                    "Take theirs, drop mine"
                </button>
                <button type="button" class="button" on:click=move |_| overwrite.run(())>
                    "Save mine over it"
                </button>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn KindField(editor: Editor) -> impl IntoView {
    let present = editor.draft.with_untracked(|draft| draft.kind);
    if editor.number.is_some() {
        return view! {
            <div class="field">
                <p class="label">"Kind"</p>
                <p>{present.label()}</p>
                <p class="hint">{kind_hint(present)}</p>
            </div>
        }
        .into_any();
    }
    let kind = RwSignal::new(present.code().to_owned());
    Effect::new(move |_| {
        if let Some(kind) = NoticeKind::from_code(&kind.get())
            && editor.draft.with_untracked(|draft| draft.kind != kind)
        {
            editor.draft.update(|draft| draft.kind = kind);
        }
    });
    view! {
        <Select
            name="kind"
            id="template-kind"
            label="Kind"
            bound=kind
            hint="It decides which variables there are, and cannot be changed later."
        >
            // Mails about requests have fixed words.
            {NoticeKind::ALL
                .into_iter()
                .filter(|kind| *kind != NoticeKind::Request)
                .map(|kind| view! {
                    <option value=kind.code() selected={kind == present}>
                        {kind.label()}
                    </option>
                })
                .collect_view()}
        </Select>
    }
    .into_any()
}

fn tab_id(tag: &str) -> String {
    format!("language-{tag}")
}

/// The languages as tabs, with adding and removing.
#[component]
fn Languages(editor: Editor) -> impl IntoView {
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

#[component]
fn RemoveButton(editor: Editor, number: NoticeTemplateNumber) -> impl IntoView {
    let open = RwSignal::new(false);
    let remove = ServerAction::<RemoveNoticeTemplate>::new();
    let error = failure(remove);
    leave_when_signed_out(error);
    let navigate = use_navigate();
    on_success(remove, move |()| {
        editor.saved.set(editor.draft.get_untracked());
        dom::forget(&editor.key());
        navigate(&editor.frame.address_now("notifications/templates"), Default::default());
    });
    let ask = move |_| {
        remove.clear();
        open.set(true);
    };
    let sure = move |_| {
        let seen = editor.seen.get_untracked();
        remove.dispatch(RemoveNoticeTemplate { migration: editor.migration(), number, seen });
    };
    view! {
        <button type="button" class="button danger" aria-haspopup="dialog" on:click=ask>
            "Remove"
            <span class="visually-hidden">" this template"</span>
        </button>
        <Dialog id="remove-template" title="Remove this template?" open>
            <FormError error />
            <p>"No rule can use it any more. Messages that were sent from it stay as they are."</p>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <button type="button" class="button danger primary" on:click=sure>
                    "Remove the template"
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}

/// Every variable with what it says, and a button that puts it into the words.
#[component]
fn VariableList(editor: Editor) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        let typed = wanted.get();
        editor.variables.with(|known| writing::fitting(typed.trim(), known).into_iter().cloned().collect::<Vec<_>>())
    });
    view! {
        <section class="panel variables" aria-labelledby="variables-title">
            <header class="panel-head">
                <h2 id="variables-title">"Variables"</h2>
                <span class="soft">"or type {{ in the text"</span>
            </header>
            <div class="panel-body">
                <label class="visually-hidden" for="variables-search">"Search the variables"</label>
                <input
                    class="input"
                    id="variables-search"
                    type="search"
                    placeholder="Search"
                    autocomplete="off"
                    on:input=move |event| wanted.set(event_target_value(&event))
                />
                <ul class="variable-list" tabindex="0" aria-label="Variables">
                    <For each=move || shown.get() key=|variable| (variable.name.clone(), variable.optional) let:variable>
                        <VariableLine editor variable />
                    </For>
                </ul>
                {move || shown.with(Vec::is_empty).then(|| view! { <p class="soft">"No variable is called like this."</p> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn VariableLine(editor: Editor, variable: Variable) -> impl IntoView {
    let Variable { name, description, example, optional } = variable.clone();
    view! {
        <li>
            <div>
                <code>{name.clone()}</code>
                {optional.then(|| view! { <span class="tag">"not always"</span> })}
                <p>{description}</p>
                <p class="soft">{example}</p>
            </div>
            {editor.may_manage.then(move || view! {
                <button type="button" class="button small" on:click=move |_| editor.insert(&variable)>
                    "Insert"
                    <span class="visually-hidden">" " {name}</span>
                </button>
            })}
        </li>
    }
    .into_any()
}

/// Makes an earlier version the newest.
pub fn restoring(editor: Editor) -> (ServerAction<RestoreNoticeTemplate>, Signal<Option<ApiError>>) {
    let restore = ServerAction::<RestoreNoticeTemplate>::new();
    let error = failure(restore);
    leave_when_signed_out(error);
    on_success(restore, move |outcome| match outcome {
        TemplateSaved::Conflict { theirs, by } => {
            editor.announcement.set(format!("{by} saved another version meanwhile. Nothing was restored."));
            take_over(editor, &theirs);
            refresh(editor);
        }
        TemplateSaved::Saved { number, version } => {
            let migration = editor.migration();
            spawn_local(async move {
                if let Ok(loaded) = notice_template(migration, number).await {
                    take_over(editor, &loaded.template);
                    editor.versions.try_set(loaded.versions);
                    editor.announcement.try_set(format!("Restored as version {version}."));
                }
            });
        }
    });
    (restore, error)
}

/// The field of a part in the language that is shown.
pub fn shown_field(editor: Editor, part: Part) -> String {
    field_of(&editor.language.get(), part)
}
