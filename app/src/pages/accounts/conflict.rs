//! Two values for one field: theirs and mine, what it was before, and the choice.

use super::edit::{Conflict, Edit, change_text, value_text};
use super::words;
use crate::components::avatar::Avatar;
use domain::id::UserId;
use leptos::prelude::*;

/// Shows both values and asks which one to keep.
#[component]
pub fn ConflictChoice(edit: Edit, conflict: Conflict) -> impl IntoView {
    let Some(target) = edit.target.get_untracked() else { return ().into_any() };
    let overview = edit.frame.overview.get_untracked();
    let field = target.field;
    let theirs = value_text(&overview, &conflict.row, field);
    let mine = change_text(&overview, &conflict.mine);
    let before = value_text(&overview, &target.row, field);
    let who = conflict.by.as_ref().map_or_else(|| "Somebody".to_owned(), |id| words::person(&overview, id));
    let me = overview.me.clone();
    view! {
        <section class="conflict" role="alertdialog" aria-labelledby="conflict-title" aria-describedby="conflict-text">
            <h3 id="conflict-title">{format!("Two values for {}", field.name(&overview))}</h3>
            <p id="conflict-text">
                {format!("{who} saved another value while you were editing. It was {before}.")}
            </p>
            <dl>
                <Side by=conflict.by.clone() name=who whose="Theirs" note=words::ago(conflict.seconds_ago) value=theirs />
                <Side by=Some(me.id) name=me.name whose="Mine" note="not saved".to_owned() value=mine />
            </dl>
            <div class="actions">
                <button type="button" class="button" data-first="" on:click=move |_| edit.keep_theirs()>
                    "Keep theirs"
                </button>
                <button type="button" class="button primary" on:click=move |_| edit.use_mine()>
                    "Use mine"
                </button>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Side(by: Option<UserId>, name: String, whose: &'static str, note: String, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>
                {by.map(|id| view! { <Avatar id name size="tiny" /> })}
                {whose}
                <span class="soft">{note}</span>
            </dt>
            <dd>{value}</dd>
        </div>
    }
}
