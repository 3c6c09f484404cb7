//! What happened to the account, the newest first: who, when, what, before and after; comments among it.

use super::Shown;
use crate::api::ApiError;
use crate::api::accounts::{HistoryEntry, comment};
use crate::api::migrations::Overview;
use crate::components::avatar::Avatar;
use crate::components::date::long_day;
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::state::StatePill;
use crate::pages::accounts::{dom, words};
use domain::blocker::BlockerCategory;
use domain::clock::Instant;
use domain::event::{EventKind, Recorded, RecordedChange};
use domain::field::Field;
use domain::id::{CohortNumber, CommandId, UserId};
use domain::status::Status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    Changes,
    Comments,
}

impl Filter {
    const ALL: [Filter; 3] = [Filter::All, Filter::Changes, Filter::Comments];

    fn label(self) -> &'static str {
        match self {
            Filter::All => "All",
            Filter::Changes => "Changes",
            Filter::Comments => "Comments",
        }
    }

    fn shows(self, entry: &HistoryEntry) -> bool {
        match self {
            Filter::All => true,
            Filter::Changes => entry.kind != EventKind::CommentAdded,
            Filter::Comments => entry.kind == EventKind::CommentAdded,
        }
    }
}

/// The history with the box for a comment.
#[component]
pub fn History(shown: Shown) -> impl IntoView {
    let filter = RwSignal::new(Filter::All);
    let count = move |filter: Filter| {
        shown.detail.with(|detail| detail.history.iter().filter(|entry| filter.shows(entry)).count() as u64)
    };
    let choices = Filter::ALL
        .into_iter()
        .map(|choice| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || if filter.get() == choice { "true" } else { "false" }
                    on:click=move |_| filter.set(choice)
                >
                    {choice.label()}
                    " "
                    <b>{move || grouped(count(choice))}</b>
                </button>
            }
        })
        .collect_view();
    let days = move || {
        let entries = shown.detail.with(|detail| {
            detail.history.iter().filter(|entry| filter.get().shows(entry)).cloned().collect::<Vec<_>>()
        });
        let overview = shown.frame.overview.get();
        if entries.is_empty() {
            return view! { <p class="soft no-entries">"Nothing here yet."</p> }.into_any();
        }
        entries
            .chunk_by(|a, b| a.day == b.day)
            .map(|day| view! { <Day entries=day.to_vec() overview=overview.clone() /> })
            .collect_view()
            .into_any()
    };
    view! {
        <section class="history" aria-labelledby="history-title">
            <header>
                <h2 id="history-title">"History"</h2>
                <div class="choices-row" role="group" aria-label="Show">
                    {choices}
                </div>
            </header>
            <Compose shown />
            {days}
        </section>
    }
}

/// The box for a comment; everybody who can read may write one.
#[component]
fn Compose(shown: Shown) -> impl IntoView {
    let Shown { frame, detail, refresh, .. } = shown;
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    // The same comment sent again after a lost answer is the same command.
    let command = StoredValue::new(None::<CommandId>);
    let send = move || {
        let written = text.get_untracked();
        if written.trim().is_empty() || pending.get_untracked() {
            return;
        }
        pending.set(true);
        let sent = command.get_value().unwrap_or_else(dom::new_command);
        command.set_value(Some(sent.clone()));
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let account = detail.with_untracked(|detail| detail.row.number);
        spawn_local(async move {
            let answer = comment(migration, account, sent, written).await;
            if pending.try_set(false).is_some() {
                return;
            }
            if !matches!(answer, Err(ApiError::Transport { .. } | ApiError::Unavailable { .. })) {
                command.set_value(None);
            }
            error.set(answer.clone().err());
            if answer.is_ok() {
                text.set(String::new());
                refresh.run(());
            }
        });
    };
    let me = frame.overview.with_untracked(|overview| overview.me.clone());
    view! {
        <form
            class="compose"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <Avatar id=me.id name=me.name />
            <label class="visually-hidden" for="comment">
                "Comment"
            </label>
            <textarea
                id="comment"
                rows="1"
                maxlength="4000"
                placeholder="Write a comment. Customers never see it."
                prop:value=text
                on:input=move |event| {
                    text.set(event_target_value(&event));
                    // Another text is another comment.
                    command.set_value(None);
                }
            ></textarea>
            <button type="submit" class="button small" aria-busy=move || pending.get().then_some("true")>
                "Comment"
            </button>
        </form>
        {move || {
            error.get().map(|error| view! {
                <p class="compose-error" role="alert">
                    <Icon name="alert" />
                    {error.to_string()}
                </p>
            })
        }}
    }
}

#[component]
fn Day(entries: Vec<HistoryEntry>, overview: Overview) -> impl IntoView {
    let day = entries.first().map(|entry| entry.day.clone()).unwrap_or_default();
    let today = if day == long_day(overview.today) { "Today, " } else { "" };
    view! {
        <h3 class="day">{today} {day}</h3>
        <ol class="entries">
            {entries
                .into_iter()
                .map(|entry| view! { <Entry entry overview=overview.clone() /> })
                .collect_view()}
        </ol>
    }
}

#[component]
fn Entry(entry: HistoryEntry, overview: Overview) -> impl IntoView {
    let is_comment = entry.kind == EventKind::CommentAdded;
    let author = overview.people.iter().find(|person| person.name == entry.who).map(|person| person.id.clone());
    let mark = match author {
        Some(id) => view! { <Avatar id name=entry.who.clone() /> }.into_any(),
        None => view! {
            <span class="mark">
                <Icon name="settings" />
            </span>
        }
        .into_any(),
    };
    let change = entry.change.map(|id| {
        let slug = &overview.migration.settings.slug;
        view! {
            " · "
            <a href=format!("/m/{slug}/changes/{id}")>"see all of it"</a>
        }
    });
    let body = entry
        .changes
        .into_iter()
        .map(|change| {
            if is_comment {
                view! { <Said change /> }.into_any()
            } else {
                view! { <Diff change overview=overview.clone() /> }.into_any()
            }
        })
        .collect_view();
    view! {
        <li class="entry">
            {mark}
            <div>
                <p class="what">
                    <b>{entry.who}</b>
                    " "
                    {entry.kind.label()}
                    {change}
                </p>
                {body}
            </div>
            <p class="when">
                <time datetime=entry.at.to_rfc3339()>{entry.time}</time>
                <span class="seq" title="Its number in the audit log">
                    "#"
                    {grouped(entry.seq)}
                </span>
            </p>
        </li>
    }
}

#[component]
fn Said(change: RecordedChange) -> impl IntoView {
    match change.after {
        Recorded::Erased => view! { <p class="bubble erased">"erased"</p> }.into_any(),
        Recorded::Value(value) => {
            view! { <p class="bubble">{value.as_str().unwrap_or_default().to_owned()}</p> }.into_any()
        }
    }
}

/// One field, before → after.
#[component]
fn Diff(change: RecordedChange, overview: Overview) -> impl IntoView {
    let side = |recorded: &Recorded| value_view(change.field, recorded, &overview);
    view! {
        <div class="diff">
            <span class="field-name">{words::field(&overview.migration.fields, change.field)}</span>
            <del class:nothing=change.before.is_nothing()>{side(&change.before)}</del>
            <Icon name="arrow" />
            <span class="visually-hidden">"became"</span>
            <ins>{side(&change.after)}</ins>
        </div>
    }
}

fn value_view(field: Field, recorded: &Recorded, overview: &Overview) -> AnyView {
    let value = match recorded {
        Recorded::Erased => return view! { <span class="erased">"erased"</span> }.into_any(),
        Recorded::Value(Value::Null) => return view! { <span class="soft">"none"</span> }.into_any(),
        Recorded::Value(value) => value,
    };
    match field {
        Field::Status => match value.as_str().and_then(Status::from_code) {
            Some(status) => view! { <StatePill status /> }.into_any(),
            None => plain(value).into_any(),
        },
        _ => value_words(field, value, overview).into_any(),
    }
}

/// A recorded value in the words of the screen.
fn value_words(field: Field, value: &Value, overview: &Overview) -> String {
    let text = value.as_str().unwrap_or_default();
    let known = match field {
        Field::ScheduledFor | Field::Deadline => text.parse().ok().map(long_day),
        Field::MigratedAt | Field::RollbackUntil => {
            text.parse::<Instant>().ok().map(|instant| words::instant_text(instant, overview.today))
        }
        Field::BlockerCategory => BlockerCategory::from_code(text).map(|category| category.label().to_owned()),
        Field::Cohort => value
            .as_u64()
            .and_then(|number| u16::try_from(number).ok())
            .map(|number| words::cohort(overview, Some(CohortNumber(number)))),
        Field::Owner => Some(words::person(overview, &UserId::from(text))),
        Field::Custom(_) => words::custom_value(value),
        Field::Message => words::message(value),
        _ => None,
    };
    known.unwrap_or_else(|| plain(value))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
