//! The words of a template with saving: what was kept, what a colleague saved meanwhile, what is wrong.

use super::super::field::WordsField;
use super::super::versions::Comparison;
use super::super::{dom, kind_hint, language_name};
use super::Editor;
use super::languages::{Languages, tab_id};
use super::pauses::Restored;
use super::remove::RemoveButton;
use super::saved::{refresh, take_over};
use crate::api::notice_templates::SaveNoticeTemplate;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, Select, TextInput, failure, on_success};
use crate::components::notice::{Notice, Tone};
use crate::components::problem::leave_when_signed_out;
use domain::migration::FieldError;
use domain::notice::NoticeKind;
use domain::notice::template::{NAME_MAX, NoticeTemplate, Part, TemplateDraft, TemplateSaved};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The form around everything that is saved.
#[component]
pub(super) fn Form(editor: Editor) -> impl IntoView {
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
