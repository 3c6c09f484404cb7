//! Two values for one fact: theirs and mine, what it was before, and the choice.

use super::edit::{Conflict, Edit};
use super::history::fact_words;
use crate::api::customers::Clashed;
use crate::components::avatar::Avatar;
use crate::pages::accounts::dom;
use crate::pages::accounts::words::ago;
use leptos::prelude::*;

/// Shows both values of each fact and asks which to keep.
#[component]
pub fn ConflictChoice(edit: Edit, conflict: Conflict) -> impl IntoView {
    let clashes = conflict.clashes.into_iter().map(|clashed| view! { <Clash clashed /> }).collect_view();
    // The choice comes to whoever has to make it.
    Effect::new(move |_| request_animation_frame(|| dom::focus_id("keep-theirs")));
    view! {
        <section class="conflict" role="alertdialog" aria-labelledby="conflict-title">
            <h3 id="conflict-title">"Somebody else saved meanwhile"</h3>
            {clashes}
            <div class="actions">
                <button type="button" id="keep-theirs" class="button" on:click=move |_| edit.keep_theirs()>
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
fn Clash(clashed: Clashed) -> impl IntoView {
    let Clashed { clash, by, seconds_ago } = clashed;
    let who = by.as_ref().map_or("Somebody", |(_, name)| name).to_owned();
    let shown = |value: &str| match value {
        "" => "Nothing".to_owned(),
        value => fact_words(clash.field, value),
    };
    let label = clash.field.label();
    view! {
        <p>{format!("{label}: {who} saved another value. It was {} before.", shown(&clash.seen))}</p>
        <dl>
            <div>
                <dt>
                    {by.map(|(id, name)| view! { <Avatar id name size="tiny" /> })}
                    "Theirs"
                    <span class="soft">{ago(seconds_ago)}</span>
                </dt>
                <dd>{shown(&clash.theirs)}</dd>
            </div>
            <div>
                <dt>
                    "Mine"
                    <span class="soft">"not saved"</span>
                </dt>
                <dd>{shown(&clash.mine)}</dd>
            </div>
        </dl>
    }
    .into_any()
}
