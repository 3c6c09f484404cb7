//! The answer: where an account stands, as of when, and what may be said of it.

use super::answers::{Cards, newest};
use crate::api::answers::{Answer, Hit, LastChange, Rollback};
use crate::components::avatar::Who;
use crate::components::button::CopyButton;
use crate::components::date::{days_left, long_day};
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::problem::Problem;
use crate::components::state::StatePill;
use domain::answer::RollbackChance;
use domain::customer::Contact;
use leptos::prelude::*;

/// Contacts that the card names.
const CONTACTS_MAX: usize = 4;

/// The card of an account. It is made once per account; what changes is replaced in place, so that a button keeps the
/// focus.
#[component]
pub fn AnswerCard(hit: Hit, cards: Cards) -> impl IntoView {
    let key = StoredValue::new(hit.key());
    let shown = Memo::new(move |_| newest(cards, &hit));
    let answer = Memo::new(move |_| cards.of(&key.get_value()));
    let known = Memo::new(move |_| answer.with(Option::is_some));
    let status = Signal::derive(move || shown.with(|hit| hit.row.state.status()));
    let ids = move || {
        shown.with(|hit| {
            let parts = [Some(hit.row.external_id.as_str()), Some(hit.row.plan.as_str()), hit.cohort.as_deref()];
            let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            parts.join(" · ")
        })
    };
    let retry = Callback::new(move |()| cards.ask(key.get_value()));
    let body = move || match (known.get(), cards.problem(&key.get_value())) {
        (true, _) => view! { <Known answer cards /> }.into_any(),
        (false, Some(error)) => view! { <Problem error retry /> }.into_any(),
        (false, None) => view! { <Skeleton lines=7 /> }.into_any(),
    };
    view! {
        <article class="answer-card" aria-labelledby="answer-name">
            <header>
                <h2 id="answer-name">{move || shown.with(|hit| hit.row.name.clone())}</h2>
                <StatePill status />
                <p class="soft">{ids}</p>
                <p class="soft">{move || shown.with(|hit| hit.migration_name.clone())}</p>
            </header>
            {body}
        </article>
    }
    .into_any()
}

#[component]
fn Known(answer: Memo<Option<Answer>>, cards: Cards) -> impl IntoView {
    // While this is shown there is an answer.
    fn part<T: Default>(answer: Memo<Option<Answer>>, read: impl Fn(&Answer) -> T) -> T {
        answer.with(|answer| answer.as_ref().map(read)).unwrap_or_default()
    }
    let sentence = Signal::derive(move || part(answer, |answer| answer.sentence.clone()));
    let stale = move || {
        let key = answer.with(|answer| answer.as_ref().map(|answer| answer.hit.key()))?;
        cards.problem(&key).map(|_| view! { <span class="late">"It could not be asked for anew just now."</span> })
    };
    view! {
        <p class="verdict">
            <b>{move || part(answer, |answer| answer.verdict.clone())}</b>
            " "
            {move || part(answer, |answer| answer.detail.clone())}
            " "
            <span class="soft">
                "As of "
                <time datetime=move || part(answer, |answer| answer.now.at.to_rfc3339())>
                    {move || part(answer, |answer| answer.now.text.clone())}
                </time>
                ", seq "
                {move || part(answer, |answer| grouped(answer.position.migration))}
                "."
            </span>
            " "
            {stale}
        </p>
        <Facts answer />
        <section class="tell" aria-labelledby="tell-title">
            <h3 id="tell-title">
                <Icon name="check" />
                "Safe to tell the customer"
            </h3>
            <p class="sentence">{sentence}</p>
            <div class="tell-foot">
                <CopyButton text=sentence label="Copy the sentence" class="button primary" />
                <span class="soft">"No cause, no internal date, no names."</span>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Facts(answer: Memo<Option<Answer>>) -> impl IntoView {
    // Each is drawn anew only when it changes.
    let date = Memo::new(move |_| answer.with(|answer| answer.as_ref().and_then(|answer| answer.hit.row.date())));
    let pinned = Memo::new(move |_| {
        answer.with(|answer| answer.as_ref()?.hit.row.state.plan().and_then(|plan| plan.pinned.clone()))
    });
    let owner = Memo::new(move |_| {
        answer.with(|answer| {
            let hit = &answer.as_ref()?.hit;
            Some((hit.row.owner.clone()?, hit.owner.clone()?))
        })
    });
    let cohort = Memo::new(move |_| answer.with(|answer| answer.as_ref()?.hit.cohort.clone()));
    let rollback = Memo::new(move |_| answer.with(|answer| answer.as_ref()?.rollback.clone()));
    let blocker = Memo::new(move |_| answer.with(|answer| answer.as_ref()?.hit.row.state.blocker().cloned()));
    let change = Memo::new(move |_| answer.with(|answer| answer.as_ref()?.last_change.clone()));
    let contacts = Memo::new(move |_| {
        answer.with(|answer| answer.as_ref().map(|answer| answer.contacts.clone()).unwrap_or_default())
    });
    view! {
        <dl class="answer-facts">
            <div>
                <dt>"Date"</dt>
                <dd>
                    {move || date.get().map_or_else(nothing, |day| {
                        view! { <time datetime=day.to_string()>{long_day(day)}</time> }.into_any()
                    })}
                    {move || pinned.get().map(|reason| view! { " " <span class="soft">{reason}</span> })}
                </dd>
            </div>
            <div>
                <dt>"Owner"</dt>
                <dd>{move || owner.get().map_or_else(nothing, |(id, name)| view! { <Who id name /> }.into_any())}</dd>
            </div>
            <div>
                <dt>"Cohort"</dt>
                <dd>{move || cohort.get().map_or_else(nothing, IntoAny::into_any)}</dd>
            </div>
            <div>
                <dt>"Rollback until"</dt>
                <dd>{move || rollback.get().map_or_else(nothing, |rollback| view! { <Deadline rollback /> }.into_any())}</dd>
            </div>
            {move || blocker.get().map(|blocker| view! {
                <div class="wide">
                    <dt>"Blocker"</dt>
                    <dd>
                        <b>{blocker.category.label()}</b>
                        " "
                        {blocker.text}
                    </dd>
                </div>
            })}
            {move || change.get().map(|change| view! { <Change change /> })}
            {move || Some(contacts.get()).filter(|contacts| !contacts.is_empty()).map(|contacts| view! {
                <Contacts contacts />
            })}
        </dl>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! { <span class="none" role="img" aria-label="none">"–"</span> }.into_any()
}

#[component]
fn Deadline(rollback: Rollback) -> impl IntoView {
    let Rollback { chance, until, days_left: days } = rollback;
    let until = until.unwrap_or_default();
    match chance {
        RollbackChance::Never => view! { "No rollback" }.into_any(),
        RollbackChance::Ended(_) => view! { <span class="soft">"Ended "{until}</span> }.into_any(),
        RollbackChance::WhileMoving(None) => {
            view! { "Possible now; " <span class="soft">"none once it is completed"</span> }.into_any()
        }
        RollbackChance::WhileMoving(Some(_)) => {
            view! { "Possible now; " <span class="soft">"once completed until "{until}</span> }.into_any()
        }
        // Amber, with a clock: less than two days are left.
        RollbackChance::Until(_) if days < 2 => view! {
            <span class="soon">
                <Icon name="clock" />
                {until}
            </span>
        }
        .into_any(),
        RollbackChance::Until(_) => view! { {until} " " <span class="soft">{days_left(days)}</span> }.into_any(),
    }
}

#[component]
fn Change(change: LastChange) -> impl IntoView {
    view! {
        <div class="wide">
            <dt>"Last change"</dt>
            <dd>
                {format!("{} {}, ", change.who, change.what)}
                <time datetime=change.when.at.to_rfc3339()>{change.when.text}</time>
            </dd>
        </div>
    }
    .into_any()
}

#[component]
fn Contacts(contacts: Vec<Contact>) -> impl IntoView {
    let more = contacts.len().saturating_sub(CONTACTS_MAX);
    let line = |contact: Contact| {
        let separator = if contact.name.is_empty() || contact.email.is_empty() { "" } else { ", " };
        view! {
            <li>
                {contact.name}
                {separator}
                {contact.email}
            </li>
        }
    };
    view! {
        <div class="wide">
            <dt>"Contacts"</dt>
            <dd>
                <ul>
                    {contacts.into_iter().take(CONTACTS_MAX).map(line).collect_view()}
                    {(more > 0).then(|| view! { <li class="soft">{format!("and {more} more")}</li> })}
                </ul>
            </dd>
        </div>
    }
    .into_any()
}
