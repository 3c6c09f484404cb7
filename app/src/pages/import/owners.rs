//! Owners in the file whom nobody is called like: who is meant.

use super::work::Work;
use crate::api::imports::OwnerQuestion;
use crate::components::icon::Icon;
use crate::components::number::counted;
use domain::id::UserId;
use domain::import::mapping::OwnerAnswer;
use leptos::prelude::*;

/// What the menu says for "leave the owner as it is". No user has this id.
const NOBODY: &str = "-";

/// The questions about owners; nothing when everybody was found.
#[component]
pub fn OwnersPanel(work: Work) -> impl IntoView {
    let keys = Memo::new(move |_| {
        work.import.with(|import| import.owners.iter().map(|owner| owner.key.clone()).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || !keys.read().is_empty() fallback=|| ()>
            <section class="panel owners" aria-labelledby="owners-title">
                <header class="panel-head">
                    <h2 id="owners-title">"Owners that were not found"</h2>
                    <span class="soft">{move || counted(keys.read().len() as u64, "name", "names")}</span>
                </header>
                <ul class="owner-list">
                    <For each=move || keys.get() key=|key| key.clone() let(key)>
                        <Owner work key />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Owner(work: Work, key: String) -> impl IntoView {
    let question = work
        .import
        .with_untracked(|import| import.owners.iter().cloned().enumerate().find(|(_, owner)| owner.key == key));
    let Some((index, OwnerQuestion { name, rows, .. })) = question else { return ().into_any() };
    let id = format!("owner-{index}");
    let answer = {
        let key = key.clone();
        Memo::new(move |_| work.import.with(|import| code_of(import.mapping.owners.get(&key))))
    };
    let choose = move |code: String| {
        work.answer(|mapping| match answer_of(&code) {
            Some(answer) => drop(mapping.owners.insert(key.clone(), answer)),
            None => drop(mapping.owners.remove(&key)),
        });
    };
    let first = answer.get_untracked();
    let people = work
        .frame
        .overview
        .with_untracked(|overview| overview.people.iter().filter(|person| person.active).cloned().collect::<Vec<_>>());
    let options = people.into_iter().map(|person| {
        let chosen = first == person.id.as_str();
        view! { <option value=person.id.0 selected=chosen>{person.name}</option> }
    });
    view! {
        <li>
            <label for=id.clone()>
                <b>{name}</b>
                " "
                <span class="soft">{counted(rows, "row", "rows")}</span>
            </label>
            <Icon name="arrow" />
            <select
                class="input"
                id=id
                autocomplete="off"
                aria-invalid=move || answer.read().is_empty().then_some("true")
                prop:value=move || answer.get()
                on:change=move |event| choose(event_target_value(&event))
            >
                <option value="" selected=first.is_empty()>"Say who is meant"</option>
                <option value=NOBODY selected=first == NOBODY>"Nobody: leave the owner as it is"</option>
                {options.collect_view()}
            </select>
        </li>
    }
    .into_any()
}

fn code_of(answer: Option<&OwnerAnswer>) -> String {
    match answer {
        None => String::new(),
        Some(OwnerAnswer::Nobody) => NOBODY.to_owned(),
        Some(OwnerAnswer::User { id }) => id.0.clone(),
    }
}

fn answer_of(code: &str) -> Option<OwnerAnswer> {
    match code {
        "" => None,
        NOBODY => Some(OwnerAnswer::Nobody),
        id => Some(OwnerAnswer::User { id: UserId::from(id) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_survives_the_menu() {
        for answer in [None, Some(OwnerAnswer::Nobody), Some(OwnerAnswer::User { id: UserId::from("u7") })] {
            assert_eq!(answer_of(&code_of(answer.as_ref())), answer);
        }
    }
}
