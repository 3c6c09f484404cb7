//! Writing a template: what the parts of the editor share, and the page around them.

mod form;
mod languages;
mod pauses;
mod remove;
mod saved;
mod variables;

pub use saved::restoring;

use super::dom;
use super::preview::Preview;
use super::versions::Versions;
use crate::api::ApiError;
use crate::api::notice_templates::{TemplatePage, Version};
use crate::pages::migration::Frame;
use domain::id::{AccountNumber, MigrationId, NoticeTemplateNumber};
use domain::migration::FieldError;
use domain::notice::NoticeKind;
use domain::notice::template::{Part, TemplateDraft, TemplateLook, Variant, field_of};
use domain::notice::variables::Variable;
use domain::notice::writing;
use domain::policy::Action;
use form::Form;
use leptos::prelude::*;
use leptos_meta::Title;
use pauses::{follow_kind, keep_unsaved, look_while_writing};
use variables::VariableList;

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

/// The field of a part in the language that is shown.
pub fn shown_field(editor: Editor, part: Part) -> String {
    field_of(&editor.language.get(), part)
}
