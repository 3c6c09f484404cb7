//! What is known of the customer, and the form that changes it.

use super::edit::{Edit, OpenForm};
use super::form::{EditForm, Input};
use crate::components::icon::Icon;
use domain::customer::edit::CustomerChange;
use domain::customer::{Channel, Fact};
use domain::language;
use leptos::prelude::*;

/// Id, name, plan, region, and what holds for contacts that have nothing of their own.
#[component]
pub fn Facts(edit: Edit) -> impl IntoView {
    let open = Memo::new(move |_| edit.open.get() == Some(OpenForm::Facts));
    let button = move || {
        (edit.may && !open.get()).then(|| {
            view! {
                <button
                    type="button"
                    id="edit-facts"
                    class="button small"
                    on:click=move |_| edit.begin(OpenForm::Facts, "edit-facts".to_owned())
                >
                    <Icon name="pencil" />
                    "Edit"
                    <span class="visually-hidden">" the facts"</span>
                </button>
            }
        })
    };
    view! {
        <section class="panel" aria-labelledby="facts-title">
            <header class="panel-head">
                <h2 id="facts-title">"Facts"</h2>
                {button}
            </header>
            {move || if open.get() {
                view! { <FactsForm edit /> }.into_any()
            } else {
                view! { <Read edit /> }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Read(edit: Edit) -> impl IntoView {
    let id = edit.detail.with_untracked(|detail| detail.external_id.to_string());
    let facts = Fact::ALL
        .iter()
        .map(|fact| {
            let fact = *fact;
            let value = Memo::new(move |_| edit.detail.with(|detail| words(fact, detail.profile.fact(fact))));
            view! {
                <div>
                    <dt>{fact.label()}</dt>
                    <dd>
                        <span class="value">{move || match value.get() {
                            text if text.is_empty() => {
                                view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any()
                            }
                            text => text.into_any(),
                        }}</span>
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <dl class="facts">
            <div>
                <dt>"External id"</dt>
                <dd>
                    <span class="value">{id}</span>
                </dd>
            </div>
            {facts}
        </dl>
        <p class="panel-foot soft">"Language, time zone and channel hold for contacts without their own."</p>
    }
    .into_any()
}

#[component]
fn FactsForm(edit: Edit) -> impl IntoView {
    let inputs: Vec<_> = edit.detail.with_untracked(|detail| {
        let input = |fact: &Fact| Input::new(fact.code(), fact.label(), detail.profile.fact(*fact));
        Fact::ALL.iter().map(input).collect()
    });
    let typed = StoredValue::new(inputs.clone());
    let save = Callback::new(move |()| {
        let changes = typed.with_value(|inputs| {
            let changed = Fact::ALL.iter().zip(inputs).filter_map(|(fact, input)| {
                let (seen, to) = input.changed()?;
                Some(CustomerChange::Fact { fact: *fact, seen, to })
            });
            changed.collect()
        });
        edit.save(changes);
    });
    view! { <EditForm edit inputs label="Facts" verb="Save" on_save=save /> }
}

/// A fact as people read it.
fn words(fact: Fact, value: &str) -> String {
    match fact {
        Fact::Language => language::named(value),
        Fact::Channel => Channel::from_code(value).map(|channel| channel.label().to_owned()).unwrap_or_default(),
        _ => value.to_owned(),
    }
}
