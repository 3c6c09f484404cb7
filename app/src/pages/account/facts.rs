//! The facts beside the history; owner, cohort and rollback deadline can be edited where they stand.

use super::custom::CustomFacts;
use super::moves::{FieldEditor, open};
use super::{Shown, distance};
use crate::components::avatar::Who;
use crate::components::countdown::Countdown;
use crate::components::icon::Icon;
use crate::pages::accounts::edit::EditField;
use crate::pages::accounts::saves::SavingMark;
use crate::pages::accounts::words;
use domain::customer::address::path_of;
use domain::policy::Action;
use domain::status::Status;
use leptos::prelude::*;

/// Id, plan, region, cohort, owner, contact.
#[component]
pub fn Facts(shown: Shown) -> impl IntoView {
    let Shown { frame, detail, .. } = shown;
    let cohort = move || frame.overview.with(|overview| words::cohort(overview, shown.row(|row| row.cohort)));
    let owner = move || match shown.row(|row| row.owner.clone()) {
        None => view! { <span class="soft">"Nobody"</span> }.into_any(),
        Some(id) => {
            let name = frame.overview.with(|overview| words::person(overview, &id));
            view! { <Who id name /> }.into_any()
        }
    };
    let customer = move || path_of(&shown.row(|row| row.external_id.clone()));
    let others = move || detail.with(|detail| (detail.contacts > 1).then(|| format!("{} contacts", detail.contacts)));
    let channel = move || {
        let channel = detail.with(|detail| detail.channel);
        channel.map(|channel| channel.label().to_owned()).unwrap_or_default()
    };
    view! {
        <section class="panel" aria-labelledby="facts-title">
            <header class="panel-head">
                <h2 id="facts-title">"Facts"</h2>
            </header>
            <dl class="facts">
                <Fact name="External id" value=Signal::derive(move || shown.row(|row| row.external_id.to_string())) />
                <Fact name="Plan" value=Signal::derive(move || shown.row(|row| row.plan.clone())) />
                <Fact name="Region" value=Signal::derive(move || shown.row(|row| row.region.clone())) />
                <Editable shown field=EditField::Cohort id="edit-cohort">
                    {cohort}
                </Editable>
                <Editable shown field=EditField::Owner id="edit-owner">
                    {owner}
                </Editable>
                <CustomFacts shown />
            </dl>
        </section>
        <section class="panel" aria-labelledby="contact-title">
            <header class="panel-head">
                <h2 id="contact-title">"Main contact"</h2>
                <a class="button quiet small" href=customer>
                    "Open the customer"
                    {move || others().map(|others| view! { <span class="soft">{others}</span> })}
                </a>
            </header>
            <dl class="facts">
                <Fact name="Name" value=Signal::derive(move || detail.with(|detail| detail.contact_name.clone())) />
                <Fact name="Role" value=Signal::derive(move || detail.with(|detail| detail.contact_role.clone())) />
                <Fact name="E-mail" value=Signal::derive(move || shown.row(|row| row.email.clone())) />
                <Fact name="Phone" value=Signal::derive(move || detail.with(|detail| detail.contact_phone.clone())) />
                <Fact name="Channel" value=Signal::derive(channel) />
                <Fact name="Language" value=Signal::derive(move || detail.with(|detail| detail.language.clone())) />
                <Fact name="Time zone" value=Signal::derive(move || detail.with(|detail| detail.time_zone.clone())) />
            </dl>
        </section>
    }
}

#[component]
fn Fact(name: &'static str, value: Signal<String>) -> impl IntoView {
    let shown = move || match value.get() {
        text if text.is_empty() => view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any(),
        text => text.into_any(),
    };
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <span class="value">{shown}</span>
            </dd>
        </div>
    }
}

/// A fact that whoever may edit accounts can change by a click on it.
#[component]
fn Editable(shown: Shown, field: EditField, id: &'static str, children: ChildrenFn) -> impl IntoView {
    let may = move || shown.frame.overview.with(|overview| overview.me.may(Action::EditAccounts));
    let value = move || {
        let inside = children();
        if may() {
            view! {
                <button type="button" class="value" id=id on:click=move |_| open(shown, field)>
                    {inside}
                    <Icon name="pencil" />
                    <span class="visually-hidden">{format!(", change {}", field.label().to_lowercase())}</span>
                </button>
            }
            .into_any()
        } else {
            view! { <span class="value">{inside}</span> }.into_any()
        }
    };
    view! {
        <div>
            <dt>{field.label()}</dt>
            <dd>
                {value}
                <SavingMark fields=Signal::derive(move || shown.unsaved()) field />
                <FieldEditor shown field back=id />
            </dd>
        </div>
    }
}

/// Until when the account can be rolled back; a lead may change it.
#[component]
pub fn RollbackUntil(shown: Shown) -> impl IntoView {
    let overview = shown.frame.overview;
    let begun = Memo::new(move |_| shown.row(|row| row.state.attempt().is_some()));
    let until = move || shown.row(|row| row.state.rollback_until());
    let today = move || overview.with(|overview| overview.today);
    let may = move || overview.with(|overview| overview.me.may(Action::SetRollbackDeadline));
    move || {
        begun.get().then(|| view! {
            <div>
                <dt>"Rollback until"</dt>
                <dd>{move || until().map_or_else(|| "No rollback".to_owned(), |until| words::instant_text(until, today()))}</dd>
                {move || until().map(|until| {
                    let now = shown.detail.with_untracked(|detail| detail.now);
                    let waits = shown.row(|row| row.state.status() == Status::Completed);
                    match waits && until > now {
                        true => view! { <dd><Countdown until now /></dd> }.into_any(),
                        false => view! { <dd class="soft">{distance(until.date_naive(), today())}</dd> }.into_any(),
                    }
                })}
                {move || may().then(|| view! {
                    <dd>
                        <button
                            type="button"
                            class="link"
                            id="edit-rollback"
                            on:click=move |_| open(shown, EditField::RollbackUntil)
                        >
                            "Change"
                            <span class="visually-hidden">" the rollback deadline"</span>
                        </button>
                        <FieldEditor shown field=EditField::RollbackUntil back="edit-rollback" />
                    </dd>
                })}
            </div>
        })
    }
}
