//! What is written of an update: state, parts, words in each language, when it goes out and who is told.

use super::words::{LanguageChoice, Words, rendered};
use crate::api::ApiError;
use crate::api::status_page::GoingForm;
use crate::components::form::{Field, TextInput};
use crate::components::number::grouped;
use domain::id::ComponentNumber;
use domain::status_page::change::UpdateDraft;
use domain::status_page::component::ordered;
use domain::status_page::{Component, ComponentState, IncidentKind, IncidentState, IncidentTemplateDraft, Localized};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// When it goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Now,
    Later,
    Draft,
}

/// An update as it is being written.
#[derive(Clone, Copy)]
pub struct Writing {
    pub kind: RwSignal<IncidentKind>,
    pub state: RwSignal<IncidentState>,
    pub body: RwSignal<Localized>,
    pub components: RwSignal<BTreeMap<ComponentNumber, ComponentState>>,
    pub notify: RwSignal<bool>,
    pub choice: RwSignal<Choice>,
    pub at: RwSignal<String>,
    pub language: RwSignal<String>,
}

impl Writing {
    /// An empty one, in the page's first language.
    pub fn new(
        kind: IncidentKind,
        state: IncidentState,
        languages: &[String],
        may_publish: bool,
        soon: &str,
    ) -> Writing {
        Writing {
            kind: RwSignal::new(kind),
            state: RwSignal::new(state),
            body: RwSignal::new(Localized::default()),
            components: RwSignal::new(BTreeMap::new()),
            notify: RwSignal::new(true),
            choice: RwSignal::new(if may_publish { Choice::Now } else { Choice::Draft }),
            at: RwSignal::new(soon.to_owned()),
            language: RwSignal::new(languages.first().cloned().unwrap_or_else(|| "en".to_owned())),
        }
    }

    /// What a template says.
    pub fn fill(self, template: &IncidentTemplateDraft) {
        self.kind.set(template.kind);
        self.state.set(template.state);
        self.body.set(template.body.clone());
        self.components.set(template.components.clone());
    }

    /// As it is sent.
    pub fn draft(self) -> UpdateDraft {
        UpdateDraft {
            state: self.state.get_untracked(),
            body: self.body.get_untracked(),
            components: self.components.get_untracked(),
            notify: self.notify.get_untracked(),
        }
    }

    /// When it is to go out.
    pub fn going(self) -> GoingForm {
        match self.choice.get_untracked() {
            Choice::Now => GoingForm::Now,
            Choice::Draft => GoingForm::Draft,
            Choice::Later => GoingForm::At(self.at.get_untracked()),
        }
    }

    /// The word on the button.
    pub fn verb(self) -> String {
        match self.choice.get() {
            Choice::Now => "Publish now".to_owned(),
            Choice::Later => "Publish at this time".to_owned(),
            Choice::Draft => "Save the draft".to_owned(),
        }
    }

    /// What pressing it does.
    pub fn consequence(self, published: bool, subscribers: u32) -> String {
        let told = match (self.choice.get(), self.notify.get()) {
            (Choice::Draft, _) => return "No reader sees a draft. A lead can publish it.".to_owned(),
            (_, true) if subscribers == 0 => "Nobody has subscribed, so nobody is written to.".to_owned(),
            (_, true) if subscribers == 1 => "1 subscriber is told.".to_owned(),
            (_, true) => format!("{} subscribers are told.", grouped(subscribers)),
            (_, false) => "Nobody is written to.".to_owned(),
        };
        match (self.choice.get(), published) {
            (_, false) => format!("Nobody sees it before the page is published. {told}"),
            (Choice::Now, true) => format!("Readers see this at once. {told}"),
            (_, true) => format!(
                "Readers see this at {}, without anybody doing anything. {told}",
                self.at.get().replace('T', " ")
            ),
        }
    }
}

/// The fields of an update.
#[component]
pub fn UpdateFields(
    writing: Writing,
    components: Vec<Component>,
    languages: Vec<String>,
    /// The states that may come next.
    #[prop(into)]
    states: Signal<Vec<IncidentState>>,
    error: RwSignal<Option<ApiError>>,
    may_publish: bool,
    time_zone: String,
    /// The words of something that was published already: only they can change.
    #[prop(optional)]
    correcting: bool,
) -> impl IntoView {
    let fallback = languages.first().cloned().unwrap_or_default();
    let all = StoredValue::new(languages.clone());
    let missing = Callback::new(move |tag: String| {
        writing.body.with(|body| usize::from(!body.is_empty() && body.exactly(&tag).is_empty()))
    });
    let several = languages.len() > 1;
    let state_of = move |state: IncidentState| {
        view! {
            <label class="state-choice">
                <input
                    type="radio"
                    name="update-state"
                    prop:checked=move || writing.state.get() == state
                    on:change=move |_| writing.state.set(state)
                />
                <span>{state.label()}</span>
            </label>
        }
    };
    let complaint = move |field: &'static str| {
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.for_field(field))))
    };
    let html =
        rendered(move || vec![writing.language.with(|tag| writing.body.with(|body| body.exactly(tag).to_owned()))]);
    view! {
        <fieldset class="states" hidden=correcting>
            <legend>"State"</legend>
            <div class="state-choices">{move || states.get().into_iter().map(state_of).collect_view()}</div>
            {move || complaint("state").get().map(|words| view! { <p class="error">{words}</p> })}
        </fieldset>
        {several.then(|| view! {
            <LanguageChoice languages=Signal::derive(move || all.get_value()) chosen=writing.language missing />
        })}
        <Words
            name="body"
            label="What readers are told"
            hint="Markdown: **bold**, [words](https://…), lists with a dash."
            text=writing.body
            language=writing.language
            error
            rows=5
        />
        {move || html.get().first().filter(|html| !html.is_empty()).map(|html| view! {
            <div class="markdown-preview" role="region" aria-label="Preview" inner_html=html.clone()></div>
        })}
        {(!correcting && !components.is_empty()).then(|| view! {
            <PartStates writing components=components.clone() fallback=fallback.clone() />
        })}
        {move || complaint("components").get().map(|words| view! { <p class="error">{words}</p> })}
        <fieldset class="going" hidden=correcting>
            <legend>"Goes out"</legend>
            {choice(writing, Choice::Now, "Now", !may_publish)}
            {choice(writing, Choice::Later, "At a time", !may_publish)}
            {choice(writing, Choice::Draft, "Not yet: save a draft", false)}
            {(!may_publish).then(|| view! { <p class="soft">"A lead or an admin can publish."</p> })}
        </fieldset>
        <div hidden=move || writing.choice.get() != Choice::Later || correcting>
            <TextInput
                name="update-at"
                label="Time"
                kind="datetime-local"
                bound=writing.at
                hint=format!("In {time_zone}.")
                error=complaint("at")
            />
        </div>
        <label class="choice" hidden=correcting>
            <input
                type="checkbox"
                prop:checked=move || writing.notify.get()
                on:change=move |event| writing.notify.set(event_target_checked(&event))
            />
            <span>"Tell subscribers"</span>
        </label>
    }
    .into_any()
}

fn choice(writing: Writing, which: Choice, words: &'static str, disabled: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="radio"
                name="update-going"
                disabled=disabled
                prop:checked=move || writing.choice.get() == which
                on:change=move |_| writing.choice.set(which)
            />
            <span>{words}</span>
        </label>
    }
    .into_any()
}

/// What each part is from this update on.
#[component]
pub fn PartStates(writing: Writing, components: Vec<Component>, fallback: String) -> impl IntoView {
    let line = |component: &Component| {
        let (number, name) = (component.number, component.draft.name.text(&fallback, "en").to_owned());
        let id = format!("part-{number}");
        let chosen = move || writing.components.with(|map| map.get(&number).map_or("", |state| state.code()));
        let option = move |state: ComponentState| {
            view! {
                <option value=state.code() selected=move || chosen() == state.code()>
                    {state.label()}
                </option>
            }
        };
        view! {
            <div class="part-line">
                <label for=id.clone()>{name}</label>
                <select
                    class="input"
                    id=id
                    on:change=move |event| {
                        let state = ComponentState::from_code(&event_target_value(&event));
                        writing.components.update(|map| match state {
                            Some(state) => _ = map.insert(number, state),
                            None => _ = map.remove(&number),
                        });
                    }
                >
                    <option value="" selected=move || chosen().is_empty()>
                        "Not concerned"
                    </option>
                    {ComponentState::ALL.map(option)}
                </select>
            </div>
        }
    };
    let lines: Vec<_> = ordered(&components).into_iter().filter(|component| !component.is_group()).map(line).collect();
    let concerned = move || writing.components.with(|map| map.len());
    view! {
        <details class="part-states" open=move || concerned() > 0>
            <summary>"Parts that it concerns" {move || match concerned() { 0 => String::new(), n => format!(" ({n})") }}</summary>
            <div class="part-lines">{lines}</div>
        </details>
    }
    .into_any()
}

/// A plain choice from words.
#[component]
pub fn Pick<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    value: RwSignal<T>,
    options: Vec<(T, &'static str, &'static str)>,
) -> impl IntoView {
    let known = options.clone();
    let option = move |(one, code, words): (T, &'static str, &'static str)| {
        view! {
            <option value=code selected=move || value.get() == one>
                {words}
            </option>
        }
    };
    view! {
        <Field id=id.clone() label>
            <select
                class="input"
                id=id
                on:change=move |event| {
                    let code = event_target_value(&event);
                    if let Some((one, ..)) = known.iter().find(|(_, known, _)| *known == code) {
                        value.set(*one);
                    }
                }
            >
                {options.into_iter().map(option).collect_view()}
            </select>
        </Field>
    }
    .into_any()
}
