//! One part of a template's words, with completion of variables while somebody types.

use super::dom;
use super::editor::{Editor, shown_field};
use crate::components::form::{Field, described_by};
use domain::notice::template::{Part, SUBJECT_MAX};
use domain::notice::variables::Variable;
use domain::notice::writing::{self, fitting, fragment};
use leptos::ev;
use leptos::prelude::*;

/// Variables that the popup lists at once; more letters bring the others.
const POPUP_MAX: usize = 40;

/// The id of a part's control.
pub fn id_of(part: Part) -> String {
    format!("template-{}", part.code())
}

/// What completion offers.
#[derive(Clone, Copy)]
struct Popup {
    offered: RwSignal<Vec<Variable>>,
    chosen: RwSignal<usize>,
    editor: Editor,
    part: Part,
}

impl Popup {
    fn is_open(self) -> bool {
        self.offered.with(|offered| !offered.is_empty())
    }

    fn close(self) {
        if untrack(|| self.is_open()) {
            self.offered.set(Vec::new());
        }
    }

    /// Offers what fits before the caret.
    fn follow(self, words: &str) {
        let caret = dom::caret(&id_of(self.part)).unwrap_or(words.len());
        let fitting = fragment(words, caret).map(|typed| {
            let fits =
                |known: &Vec<Variable>| fitting(typed, known).into_iter().take(POPUP_MAX).cloned().collect::<Vec<_>>();
            let offered = self.editor.variables.with_untracked(fits);
            // A name that is whole already needs no help.
            if offered.iter().any(|variable| variable.name == typed) { Vec::new() } else { offered }
        });
        self.chosen.set(0);
        self.offered.set(fitting.unwrap_or_default());
    }

    fn take(self, index: usize) {
        let Some(variable) = self.offered.with_untracked(|offered| offered.get(index).cloned()) else { return };
        let id = id_of(self.part);
        let words = untrack(|| self.editor.words(self.part));
        let caret = dom::caret(&id).unwrap_or(words.len());
        let done = writing::put(&words, caret, &variable);
        self.offered.set(Vec::new());
        self.editor.write(self.part, done.text.clone());
        dom::place_caret(&id, &done.text, done.caret);
    }

    fn key(self, event: &ev::KeyboardEvent) {
        let count = self.offered.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        let chosen = self.chosen.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.choose((chosen + 1) % count),
            "ArrowUp" => self.choose((chosen + count - 1) % count),
            "Enter" | "Tab" => self.take(chosen),
            "Escape" => self.close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn choose(self, index: usize) {
        self.chosen.set(index);
        dom::show(&self.option_id(index));
    }

    fn list_id(self) -> String {
        format!("{}-variables", id_of(self.part))
    }

    fn option_id(self, index: usize) -> String {
        format!("{}-variable-{index}", id_of(self.part))
    }
}

/// The control of a part in the language that is shown.
#[component]
pub fn WordsField(editor: Editor, part: Part) -> impl IntoView {
    let popup = Popup { offered: RwSignal::new(Vec::new()), chosen: RwSignal::new(0), editor, part };
    let id = id_of(part);
    let error = Signal::derive(move || {
        let problem = editor.problem_at(&shown_field(editor, part));
        // What nobody has written yet is no mistake yet.
        problem.filter(|_| editor.number.is_some() || !editor.words(part).is_empty())
    });
    let (label, hint) = match part {
        Part::Subject => ("Subject", "One line."),
        Part::Text => (
            "Text",
            "What every message has. An indented paragraph stands out; a line that ends in a colon with an address under it becomes the button.",
        ),
        Part::Html => ("HTML", "Empty: made from the text, in a quiet frame. Values are always escaped."),
    };
    let described = {
        let id = id.clone();
        move || described_by(&id, true, error.get().is_some())
    };
    let expanded = move || popup.is_open().then(|| popup.list_id());
    let active = move || popup.is_open().then(|| popup.option_id(popup.chosen.get()));
    let typed = move |event: ev::Event| {
        let words = event_target_value(&event);
        editor.write(part, words.clone());
        popup.follow(&words);
    };
    let key = move |event: ev::KeyboardEvent| popup.key(&event);
    let focus = move |_: ev::FocusEvent| editor.part.set(part);
    let leave = move |_: ev::FocusEvent| popup.close();
    let moved = move |_: ev::MouseEvent| popup.close();
    let readonly = !editor.may_manage;
    let control_id = id.clone();
    let control = match part {
        Part::Subject => view! {
            <input
                class="input"
                type="text"
                id=control_id
                name=part.code()
                autocomplete="off"
                readonly=readonly
                maxlength=(SUBJECT_MAX * 2).to_string()
                prop:value=move || editor.words(part)
                on:input=typed
                on:keydown=key
                on:focus=focus
                on:blur=leave
                on:click=moved
                aria-autocomplete="list"
                aria-controls=expanded
                aria-activedescendant=active
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            />
        }
        .into_any(),
        _ => view! {
            <textarea
                class="input words"
                id=control_id
                name=part.code()
                rows=if part == Part::Text { 16 } else { 6 }
                spellcheck=if part == Part::Html { "false" } else { "true" }
                readonly=readonly
                prop:value=move || editor.words(part)
                on:input=typed
                on:keydown=key
                on:focus=focus
                on:blur=leave
                on:click=moved
                aria-autocomplete="list"
                aria-controls=expanded
                aria-activedescendant=active
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            >
                {untrack(|| editor.words(part))}
            </textarea>
        }
        .into_any(),
    };
    view! {
        <div class="words-field">
            <Field id=id label hint optional={part == Part::Html} error>
                <div class="with-popup">
                    {control}
                    {move || popup.is_open().then(|| view! { <Offers popup /> })}
                </div>
            </Field>
        </div>
    }
    .into_any()
}

#[component]
fn Offers(popup: Popup) -> impl IntoView {
    let options = move || {
        popup.offered.with(|offered| {
            offered
                .iter()
                .enumerate()
                .map(|(index, variable)| {
                    let is_chosen = move || if popup.chosen.get() == index { "true" } else { "false" };
                    view! {
                        <li
                            role="option"
                            id=popup.option_id(index)
                            aria-selected=is_chosen
                            // The field keeps the focus.
                            on:mousedown=move |event| {
                                event.prevent_default();
                                popup.take(index);
                            }
                        >
                            <code>{variable.name.clone()}</code>
                            <span class="soft">{variable.description.clone()}</span>
                        </li>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <ul class="menu completion" role="listbox" id=popup.list_id() aria-label="Variables">
            {options}
        </ul>
        <span class="visually-hidden" role="status">
            {move || format!("{} variables. Arrow keys choose, Enter inserts.", popup.offered.with(Vec::len))}
        </span>
    }
    .into_any()
}
