//! Erasing a person's data on request.

use crate::api::ApiError;
use crate::api::audit::{ErasePerson, PersonFound, find_person};
use crate::components::empty::{Empty, Skeleton};
use crate::components::form::{TextInput, failure, on_success};
use crate::components::frame::Page;
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::components::reason_dialog::{Question, ReasonDialog};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

/// Finds a person, shows what is known, erases it after a question.
#[component]
pub fn ErasurePage() -> impl IntoView {
    let query = use_query_map();
    let searched = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default().trim().to_owned()));
    let found = Resource::new_blocking(move || searched.get(), search);

    let erase = ServerAction::<ErasePerson>::new();
    let error = failure(erase);
    leave_when_signed_out(error);
    let question = RwSignal::new(None);
    let chosen = StoredValue::new(None::<PersonFound>);
    let erased = RwSignal::new(None::<(String, u32)>);
    on_success(erase, move |values| {
        let name = chosen.get_value().map(|person| person.about).unwrap_or_default();
        erased.set(Some((name, values)));
        question.set(None);
        found.refetch();
    });
    let ask = Callback::new(move |person: PersonFound| {
        erase.clear();
        erased.set(None);
        question.set(Some(question_of(&person)));
        chosen.set_value(Some(person));
    });
    let confirm = move |reason| {
        if let Some(found) = chosen.get_value() {
            erase.dispatch(ErasePerson { person: found.person, reason });
        }
    };
    view! {
        <Page title="Erasure" class="narrow">
            <div class="page-head">
                <h1>"Erase a person's data"</h1>
                <p>
                    "Name, e-mail address and texts that may name the person go, here and beside the audit log. What happened \
                    and when stays, and the log still verifies."
                </p>
            </div>
            <SearchForm first=searched.get_untracked() />
            <div aria-live="polite">{move || erased.get().map(|(about, values)| view! { <Done about values /> })}</div>
            <Transition fallback=|| view! { <Skeleton lines=4 /> }>
                {move || {
                    found.get().map(|answer| match answer {
                        Ok(Some(people)) => view! { <Found people ask /> }.into_any(),
                        Ok(None) => ().into_any(),
                        Err(error) => view! { <Problem error retry=Callback::new(move |()| found.refetch()) /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
        <ReasonDialog id="erase-person" question on_confirm=confirm pending=erase.pending() error />
    }
    .into_any()
}

/// Nothing typed, nothing found: `None`.
async fn search(text: String) -> Result<Option<Vec<PersonFound>>, ApiError> {
    if text.is_empty() { Ok(None) } else { find_person(text).await.map(Some) }
}

#[component]
fn SearchForm(first: String) -> impl IntoView {
    view! {
        <Form method="get" action="/erasure">
            <div class="erasure-search">
                <TextInput
                    name="q"
                    kind="search"
                    label="Person"
                    value=first
                    hint="A part of the name, an e-mail address, or a customer's id."
                    required=true
                    autocomplete="off"
                />
                <button type="submit" class="button primary">
                    <Icon name="search" />
                    "Find"
                </button>
            </div>
        </Form>
    }
    .into_any()
}

#[component]
fn Found(people: Vec<PersonFound>, ask: Callback<PersonFound>) -> impl IntoView {
    if people.is_empty() {
        return view! {
            <Empty icon="search" title="Nobody found" text="Try another part of the name, or the e-mail address." />
        }
        .into_any();
    }
    view! { <ul class="people-found panel">{people.into_iter().map(|person| view! { <Person person ask /> }).collect_view()}</ul> }
        .into_any()
}

#[component]
fn Person(person: PersonFound, ask: Callback<PersonFound>) -> impl IntoView {
    let PersonFound { about, name, email, obstacle, .. } = person.clone();
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <li>
            <div class="known">
                <h2>{or_dash(name)}</h2>
                <p>{or_dash(email)}</p>
                <p class="soft">{about}</p>
            </div>
            {match obstacle {
                Some(obstacle) => view! { <p class="obstacle soft">{obstacle}</p> }.into_any(),
                None => view! {
                    <button type="button" class="button danger" aria-haspopup="dialog" on:click=move |_| ask.run(person.clone())>
                        <Icon name="erase" />
                        "Erase…"
                    </button>
                }
                .into_any(),
            }}
        </li>
    }
    .into_any()
}

#[component]
fn Done(about: String, values: u32) -> impl IntoView {
    view! {
        <Notice tone=Tone::Success>
            <p>{format!("{about}: {} erased. The audit log says that it happened, not what was there.", counted(values, "value", "values"))}</p>
        </Notice>
    }
    .into_any()
}

fn question_of(person: &PersonFound) -> Question {
    Question {
        title: format!("Erase {}?", if person.name.is_empty() { &person.email } else { &person.name }),
        effect: format!(
            "{}. This cannot be undone, and no backup that you make from now on will have the data.",
            person.about
        ),
        verb: "Erase for good".to_owned(),
        reason: String::new(),
        danger: true,
    }
}
