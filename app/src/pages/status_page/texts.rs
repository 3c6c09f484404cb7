//! The page's texts: a field for each, a language at a time, a preview beside them; saved as a draft, published when wanted.

use super::tabs::{Done, Loaded, Screen, Sending, page_once};
use super::words::{LanguageChoice, Words, name_of, rendered};
use crate::api::status_page::{PageAnswer, drop_plan, publish_texts, save_texts, status_page};
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::pages::migration::Frame;
use domain::id::MigrationId;
use domain::language::{self, SUGGESTED};
use domain::policy::Action;
use domain::status_page::change::ContentSaved;
use domain::status_page::{Localized, PageContent, Question, Task};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The editor.
#[component]
pub fn TextsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let page = page_once(frame);
    let shown = Callback::new(move |answer: PageAnswer| {
        let editor = Editor::new(frame, &answer);
        editor.answer.set(Some(answer));
        view! { <Form editor /> }.into_any()
    });
    view! {
        <Screen frame title="Texts" text="What changes, what to do, questions and answers: in every language of your customers.">
            <Loaded resource=page children=shown />
        </Screen>
    }
    .into_any()
}

/// A task or a question as it is being written.
#[derive(Clone, Copy, PartialEq)]
struct Item {
    /// Only for telling them apart while they move.
    key: u32,
    title: RwSignal<Localized>,
    who: RwSignal<Localized>,
    text: RwSignal<Localized>,
}

/// The texts as they are being written.
#[derive(Clone, Copy)]
struct Editor {
    frame: Frame,
    answer: RwSignal<Option<PageAnswer>>,
    seen: RwSignal<u32>,
    languages: RwSignal<Vec<String>>,
    chosen: RwSignal<String>,
    title: RwSignal<Localized>,
    banner: RwSignal<Localized>,
    headline: RwSignal<Localized>,
    lead: RwSignal<Localized>,
    changes: RwSignal<Localized>,
    stays: RwSignal<Localized>,
    contact: RwSignal<Localized>,
    tasks: RwSignal<Vec<Item>>,
    questions: RwSignal<Vec<Item>>,
    next: StoredValue<u32>,
    sending: Sending,
    /// What somebody else saved meanwhile, its version and who.
    theirs: RwSignal<Option<(PageContent, u32, String)>>,
    at: RwSignal<String>,
    may_publish: bool,
    may_edit: bool,
}

impl Editor {
    fn new(frame: Frame, answer: &PageAnswer) -> Editor {
        let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
        let mut content = answer.page.draft.clone();
        if content.languages.is_empty() {
            content.languages.push("en".to_owned());
        }
        let words = || RwSignal::new(Localized::default());
        let editor = Editor {
            frame,
            answer: RwSignal::new(None),
            seen: RwSignal::new(answer.page.draft_version),
            languages: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(content.fallback().to_owned()),
            title: words(),
            banner: words(),
            headline: words(),
            lead: words(),
            changes: words(),
            stays: words(),
            contact: words(),
            tasks: RwSignal::new(Vec::new()),
            questions: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            sending: Sending::new(),
            theirs: RwSignal::new(None),
            at: RwSignal::new(answer.soon.clone()),
            may_publish: may(Action::PublishPage),
            may_edit: may(Action::EditPage),
        };
        editor.take(&content);
        editor
    }

    fn item(self, title: Localized, who: Localized, text: Localized) -> Item {
        let key = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        Item { key: key.unwrap_or(0), title: RwSignal::new(title), who: RwSignal::new(who), text: RwSignal::new(text) }
    }

    /// Puts a content into the fields.
    fn take(self, content: &PageContent) {
        self.languages.set(content.languages.clone());
        if !content.languages.contains(&self.chosen.get_untracked()) {
            self.chosen.set(content.fallback().to_owned());
        }
        let texts = [
            (self.title, &content.title),
            (self.banner, &content.banner),
            (self.headline, &content.headline),
            (self.lead, &content.lead),
            (self.changes, &content.changes),
            (self.stays, &content.stays),
            (self.contact, &content.contact),
        ];
        for (field, text) in texts {
            field.set(text.clone());
        }
        let task = |task: &Task| self.item(task.title.clone(), task.who.clone(), task.text.clone());
        self.tasks.set(content.tasks.iter().map(task).collect());
        let question = |one: &Question| self.item(one.question.clone(), Localized::default(), one.answer.clone());
        self.questions.set(content.questions.iter().map(question).collect());
    }

    /// The content of the fields.
    fn content(self) -> PageContent {
        PageContent {
            languages: self.languages.get(),
            title: self.title.get(),
            banner: self.banner.get(),
            headline: self.headline.get(),
            lead: self.lead.get(),
            changes: self.changes.get(),
            stays: self.stays.get(),
            tasks: self
                .tasks
                .get()
                .into_iter()
                .map(|item| Task { title: item.title.get(), who: item.who.get(), text: item.text.get() })
                .collect(),
            questions: self
                .questions
                .get()
                .into_iter()
                .map(|item| Question { question: item.title.get(), answer: item.text.get() })
                .collect(),
            contact: self.contact.get(),
        }
    }

    fn migration(self) -> MigrationId {
        self.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }

    fn answered(self, saved: ContentSaved, words: &'static str) {
        match saved {
            ContentSaved::Saved { version } => {
                self.seen.set(version);
                self.sending.done.set(words.to_owned());
                self.ask_again();
            }
            ContentSaved::Conflict { theirs, version, by } => self.theirs.set(Some((*theirs, version, by))),
        }
    }

    /// What is published and planned now; the fields stay as they are.
    fn ask_again(self) {
        let migration = self.migration();
        spawn_local(async move {
            if let Ok(answer) = status_page(migration).await {
                self.answer.try_set(Some(answer));
            }
        });
    }

    fn save(self) {
        let work = save_texts(self.migration(), self.seen.get_untracked(), untrack(move || self.content()));
        self.sending.run(work, move |saved| self.answered(saved, "Draft saved"));
    }

    /// Saves what is in the fields and publishes exactly that.
    fn publish(self, at: Option<String>) {
        let (migration, seen, content) = (self.migration(), self.seen.get_untracked(), untrack(move || self.content()));
        let words = if at.is_some() { "Planned" } else { "Published" };
        let work = async move {
            match save_texts(migration.clone(), seen, content).await? {
                ContentSaved::Saved { version } => publish_texts(migration, version, at).await,
                conflict => Ok(conflict),
            }
        };
        self.sending.run(work, move |saved| self.answered(saved, words));
    }
}

#[component]
fn Form(editor: Editor) -> impl IntoView {
    let error = editor.sending.error;
    let missing = Callback::new(move |tag: String| editor.content().missing(&tag).len());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        editor.save();
    };
    let one =
        move |name: &'static str, label: &'static str, hint: &'static str, text: RwSignal<Localized>, rows: u32| {
            view! { <Words name label hint text language=editor.chosen error rows optional=true /> }
        };
    view! {
        <Conflict editor />
        <div class="template-columns">
            <form class="template-main" on:submit=send>
                <FormError error fields=&["at"] />
                <Languages editor />
                <LanguageChoice languages=editor.languages chosen=editor.chosen missing />
                <section class="panel" aria-labelledby="head-heading">
                    <div class="panel-head"><h2 id="head-heading">"Head"</h2></div>
                    <div class="panel-body">
                        {one("title", "Title", "Empty: the migration's public name.", editor.title, 1)}
                        {one("banner", "Banner", "Above everything, for what nobody may miss. One line, Markdown.", editor.banner, 1)}
                        {one("headline", "Headline", "Empty: a sentence that the page makes by itself.", editor.headline, 1)}
                        {one("lead", "Below the headline", "Plain text.", editor.lead, 2)}
                    </div>
                </section>
                <section class="panel" aria-labelledby="changes-heading">
                    <div class="panel-head"><h2 id="changes-heading">"What changes"</h2></div>
                    <div class="panel-body">
                        {one("changes", "What changes", "Markdown.", editor.changes, 6)}
                        {one("stays", "What stays as it is", "Markdown.", editor.stays, 4)}
                    </div>
                </section>
                <Items editor tasks=true />
                <Items editor tasks=false />
                <section class="panel" aria-labelledby="contact-heading">
                    <div class="panel-head"><h2 id="contact-heading">"Contact"</h2></div>
                    <div class="panel-body">{one("contact", "Whom to ask", "Markdown.", editor.contact, 3)}</div>
                </section>
                <Foot editor />
            </form>
            <Preview editor />
        </div>
    }
    .into_any()
}

#[component]
fn Languages(editor: Editor) -> impl IntoView {
    let new = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let add = move |_| {
        let typed = new.get_untracked();
        match language::tag(&typed).filter(|tag| language::exists(tag)) {
            None => wrong.set(Some(format!("There is no language “{typed}”. Use a tag such as de or pt-BR."))),
            Some(tag) => {
                wrong.set(None);
                new.set(String::new());
                editor.languages.update(|languages| {
                    if !languages.contains(&tag) {
                        languages.push(tag.clone());
                    }
                });
                editor.chosen.set(tag);
            }
        }
    };
    let drop = move |_| {
        let tag = editor.chosen.get_untracked();
        let mut content = untrack(move || editor.content());
        content.drop_language(&tag);
        editor.take(&content);
    };
    let empties = move || {
        let tag = editor.chosen.get();
        let mut texts = 0;
        editor.content().each_text(|_, text, _, _| texts += usize::from(!text.exactly(&tag).is_empty()));
        texts
    };
    view! {
        <div class="language-tools">
            <TextInput
                name="new-language"
                label="Another language"
                bound=new
                list="known-languages"
                error=Signal::derive(move || wrong.get())
                hint="Readers of other languages get the first one."
            />
            <datalist id="known-languages">
                {SUGGESTED.iter().map(|(tag, name)| view! { <option value=*tag>{*name}</option> }).collect_view()}
            </datalist>
            <button type="button" class="button" on:click=add>
                "Add it"
            </button>
            <button
                type="button"
                class="button danger"
                hidden=move || editor.languages.with(|languages| languages.len() < 2)
                on:click=drop
            >
                {move || format!("Remove {} with {} texts", name_of(&editor.chosen.get()), empties())}
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Items(editor: Editor, tasks: bool) -> impl IntoView {
    let list = if tasks { editor.tasks } else { editor.questions };
    let (heading, id, add) = match tasks {
        true => ("What to do", "tasks-heading", "Add a task"),
        false => ("Questions", "questions-heading", "Add a question"),
    };
    let blank = Localized::default;
    let index_of = move |key: u32| list.with(|list| list.iter().position(|item| item.key == key).unwrap_or(0));
    let step = move |key: u32, by: i32| {
        list.update(|list| {
            let Some(place) = list.iter().position(|item| item.key == key) else { return };
            let wanted = place as i32 + by;
            if wanted >= 0 && (wanted as usize) < list.len() {
                list.swap(place, wanted as usize);
            }
        });
    };
    let error = editor.sending.error;
    let line = move |item: Item| {
        let key = item.key;
        // The names of complaints count from 0, at the place where it stands when it is sent.
        let place = index_of(key);
        let prefix = if tasks { format!("tasks.{place}") } else { format!("questions.{place}") };
        let (first, second) = if tasks { ("title", "text") } else { ("question", "answer") };
        let labels = if tasks { ("Task", "How") } else { ("Question", "Answer") };
        let number = place + 1;
        view! {
            <li>
                <Words name=format!("{prefix}.{first}") label=labels.0 text=item.title language=editor.chosen error />
                {tasks.then(|| view! {
                    <Words name=format!("{prefix}.who") label="Whom it concerns" hint="Empty: everyone." text=item.who language=editor.chosen error optional=true />
                })}
                <Words name=format!("{prefix}.{second}") label=labels.1 hint="Markdown." text=item.text language=editor.chosen error rows=3 optional=tasks />
                <div class="button-row">
                    <button type="button" class="button small icon-only" on:click=move |_| step(key, -1)>
                        <Icon name="up-arrow" />
                        <span class="visually-hidden">"Move up number " {number}</span>
                    </button>
                    <button type="button" class="button small icon-only" on:click=move |_| step(key, 1)>
                        <Icon name="down-arrow" />
                        <span class="visually-hidden">"Move down number " {number}</span>
                    </button>
                    <button type="button" class="button small danger" on:click=move |_| list.update(|list| list.retain(|other| other.key != key))>
                        "Remove"
                        <span class="visually-hidden">" number " {number}</span>
                    </button>
                </div>
            </li>
        }
    };
    view! {
        <section class="panel" aria-labelledby=id>
            <div class="panel-head">
                <h2 id=id>{heading}</h2>
                <button
                    type="button"
                    class="button small"
                    on:click=move |_| {
                        let item = editor.item(blank(), blank(), blank());
                        list.update(|list| list.push(item));
                    }
                >
                    <Icon name="plus" />
                    {add}
                </button>
            </div>
            <ol class="panel-body item-list">{move || list.get().into_iter().map(line).collect_view()}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Foot(editor: Editor) -> impl IntoView {
    let published = move || editor.answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.published));
    let planned = move || {
        editor.answer.with(|answer| answer.as_ref().map(|answer| answer.texts_planned.clone()).unwrap_or_default())
    };
    let drop = move |_| {
        editor.sending.run(drop_plan(editor.migration()), move |()| {
            editor.sending.done.set("Nothing goes out by itself any more".to_owned());
            editor.ask_again();
        });
    };
    let publish = move |_| editor.publish(None);
    let plan = move |_| editor.publish(Some(editor.at.get_untracked()));
    let error = editor.sending.error;
    let may_edit = editor.may_edit;
    view! {
        <section class="panel" aria-labelledby="publish-heading">
            <div class="panel-head"><h2 id="publish-heading">"Save and publish"</h2></div>
            <div class="panel-body">
                <Differences editor />
                {move || (!planned().is_empty()).then(|| view! {
                    <Notice tone=Tone::Info>
                        <p>"What was planned goes out by itself: " {planned()} ". A draft that you save changes nothing of it."</p>
                        {editor.may_publish.then(|| view! {
                            <button type="button" class="button small" on:click=drop>"Do not publish it"</button>
                        })}
                    </Notice>
                })}
                {may_edit.then(|| view! {
                    <div class="form-foot">
                        <SubmitButton label="Save the draft" pending=editor.sending.pending class="" />
                        {editor.may_publish.then(|| view! {
                            <button type="button" class="button primary" aria-busy=move || editor.sending.pending.get().then_some("true") on:click=publish>
                                "Publish now"
                            </button>
                        })}
                        <span class="consequence">
                            {move || match (editor.may_publish, published()) {
                                (false, _) => "No reader sees a draft. A lead can publish it.",
                                (true, true) => "Publishing: readers see this at once, in all languages.",
                                (true, false) => "The page is not published: nobody sees the texts yet.",
                            }}
                        </span>
                        <Done sending=editor.sending />
                    </div>
                })}
                {editor.may_publish.then(|| view! {
                    <details>
                        <summary>"Publish at a time"</summary>
                        <div class="form-foot">
                            <TextInput name="publish-at" label="Time" kind="datetime-local" bound=editor.at error=error_of(error.into(), "at") />
                            <button type="button" class="button" on:click=plan>"Plan it"</button>
                        </div>
                    </details>
                })}
            </div>
        </section>
    }
    .into_any()
}

/// What readers do not see yet.
#[component]
fn Differences(editor: Editor) -> impl IntoView {
    let differences = Memo::new(move |_| {
        let published = editor.answer.with(|answer| {
            answer.as_ref().and_then(|answer| answer.page.published.as_ref().map(|published| published.content.clone()))
        });
        editor.content().differences(&published.unwrap_or_default())
    });
    let back = move |_| {
        let published = editor.answer.with_untracked(|answer| {
            answer.as_ref().and_then(|answer| answer.page.published.as_ref().map(|published| published.content.clone()))
        });
        if let Some(content) = published {
            editor.take(&content);
        }
    };
    let has_published =
        move || editor.answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.page.published.is_some()));
    view! {
        <details class="differences">
            <summary>
                {move || match differences.with(Vec::len) {
                    0 => "Readers see exactly this".to_owned(),
                    1 => "1 text differs from what readers see".to_owned(),
                    count => format!("{count} texts differ from what readers see"),
                }}
            </summary>
            <ul>
                {move || differences.get().into_iter().map(|(field, tag)| {
                    let language = if tag.is_empty() { String::new() } else { format!(", {}", name_of(&tag)) };
                    view! { <li>{words_of(&field)} {language}</li> }
                }).collect_view()}
            </ul>
            {move || has_published().then(|| view! {
                <button type="button" class="button small" on:click=back>"Put what is published into the fields"</button>
            })}
        </details>
    }
    .into_any()
}

/// The words for a field's name.
fn words_of(field: &str) -> String {
    let mut parts = field.split('.');
    let (first, place, rest) = (parts.next().unwrap_or(""), parts.next(), parts.next());
    let number = place.and_then(|place| place.parse::<usize>().ok()).map_or(0, |place| place + 1);
    match (first, rest) {
        ("tasks", Some("who")) => format!("Task {number}: whom it concerns"),
        ("tasks", Some("text")) => format!("Task {number}: how"),
        ("tasks", _) => format!("Task {number}"),
        ("questions", Some("answer")) => format!("Question {number}: answer"),
        ("questions", _) => format!("Question {number}"),
        ("languages", _) => "Languages".to_owned(),
        ("title", _) => "Title".to_owned(),
        ("banner", _) => "Banner".to_owned(),
        ("headline", _) => "Headline".to_owned(),
        ("lead", _) => "Below the headline".to_owned(),
        ("changes", _) => "What changes".to_owned(),
        ("stays", _) => "What stays as it is".to_owned(),
        ("contact", _) => "Whom to ask".to_owned(),
        (other, _) => other.to_owned(),
    }
}

#[component]
fn Conflict(editor: Editor) -> impl IntoView {
    move || {
        editor.theirs.get().map(|(theirs, version, by)| {
            let differences = untrack(move || editor.content()).differences(&theirs);
            let (shown, taken) = (theirs.clone(), theirs);
            view! {
                <Notice tone=Tone::Warning>
                    <p>
                        <b>{by}</b>
                        " saved other texts while you were writing. Nothing of yours was saved or published, and all of it is still in the fields."
                    </p>
                    <table class="list-table">
                        <caption class="visually-hidden">"What differs"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Text"</th>
                                <th scope="col">"Theirs"</th>
                                <th scope="col">"Yours"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {differences.into_iter().map(|(field, tag)| {
                                let text = |content: &PageContent| {
                                    let mut found = String::new();
                                    content.clone().each_text(|name, text, _, _| {
                                        if name == field {
                                            found = text.exactly(&tag).to_owned();
                                        }
                                    });
                                    found
                                };
                                let (theirs, mine) = (text(&shown), text(&untrack(move || editor.content())));
                                view! {
                                    <tr>
                                        <th scope="row">{words_of(&field)} " " {name_of(&tag)}</th>
                                        <td>{theirs}</td>
                                        <td>{mine}</td>
                                    </tr>
                                }
                            }).collect_view()}
                        </tbody>
                    </table>
                    <div class="button-row">
                        <button
                            type="button"
                            class="button small"
                            on:click=move |_| {
                                editor.seen.set(version);
                                editor.theirs.set(None);
                            }
                        >
                            "Keep mine"
                        </button>
                        <button
                            type="button"
                            class="button small"
                            on:click=move |_| {
                                editor.take(&taken);
                                editor.seen.set(version);
                                editor.theirs.set(None);
                            }
                        >
                            "Take theirs"
                        </button>
                    </div>
                </Notice>
            }
        })
    }
}

/// The texts of the chosen language as readers get them.
#[component]
fn Preview(editor: Editor) -> impl IntoView {
    let text = move |text: RwSignal<Localized>| {
        let fallback = editor.languages.with(|languages| languages.first().cloned().unwrap_or_default());
        editor.chosen.with(|tag| text.with(|text| text.text(tag, &fallback).to_owned()))
    };
    let html = rendered(move || {
        let mut texts = vec![text(editor.banner), text(editor.changes), text(editor.stays), text(editor.contact)];
        texts.extend(editor.tasks.get().into_iter().map(|item| text(item.text)));
        texts.extend(editor.questions.get().into_iter().map(|item| text(item.text)));
        texts
    });
    let part = move |index: usize| html.with(|html| html.get(index).cloned().unwrap_or_default());
    let block = move |heading: &'static str, index: usize| {
        move || {
            let html = part(index);
            (!html.is_empty()).then(|| {
                view! {
                    <h3>{heading}</h3>
                    <div inner_html=html></div>
                }
            })
        }
    };
    view! {
        <section class="panel text-preview" aria-labelledby="preview-heading">
            <div class="panel-head">
                <h2 id="preview-heading">"Preview"</h2>
                <span class="soft">{move || name_of(&editor.chosen.get())}</span>
            </div>
            <div class="panel-body" lang=move || editor.chosen.get()>
                {move || {
                    let html = part(0);
                    (!html.is_empty()).then(|| view! { <div class="banner" inner_html=html></div> })
                }}
                <p class="headline">{move || text(editor.headline)}</p>
                <p>{move || text(editor.lead)}</p>
                {block("What changes", 1)}
                {block("What stays", 2)}
                {move || {
                    let tasks = editor.tasks.get();
                    (!tasks.is_empty()).then(|| view! {
                        <h3>"What to do"</h3>
                        <ol>
                            {tasks.into_iter().enumerate().map(|(index, item)| view! {
                                <li>
                                    <b>{text(item.title)}</b>
                                    " "
                                    <span class="soft">{text(item.who)}</span>
                                    <div inner_html=part(4 + index)></div>
                                </li>
                            }).collect_view()}
                        </ol>
                    })
                }}
                {move || {
                    let (questions, before) = (editor.questions.get(), editor.tasks.with(Vec::len));
                    (!questions.is_empty()).then(|| view! {
                        <h3>"Questions"</h3>
                        {questions.into_iter().enumerate().map(|(index, item)| view! {
                            <p><b>{text(item.title)}</b></p>
                            <div inner_html=part(4 + before + index)></div>
                        }).collect_view()}
                    })
                }}
                {block("Contact", 3)}
            </div>
        </section>
    }
    .into_any()
}
