//! Who is told what happens on the public status page: how many, in which way, and one of them for support.

use crate::api::ApiError;
use crate::api::subscribers::{SubscriberLine, SubscriberList, end_subscription, subscribers};
use crate::components::date::long_day;
use crate::components::empty::{Empty, Skeleton};
use crate::components::notice::{Notice, Tone};
use crate::components::number::{counted, grouped};
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::components::reason_dialog::{Question, ReasonDialog};
use crate::pages::migration::Frame;
use crate::pages::status_page::Screen;
use domain::id::SubscriberNumber;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn SubscribersPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| (query.get("find").unwrap_or_default(), query.get("state").unwrap_or_default()))
    });
    let list = Resource::new(
        move || (migration.get(), asked.get()),
        |(migration, (text, state))| subscribers(migration, text, state),
    );
    let may_manage = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageSubscribers));
    let again = Callback::new(move |()| list.refetch());
    let error = RwSignal::new(None::<ApiError>);
    leave_when_signed_out(error.into());
    let pending = RwSignal::new(false);
    let question = RwSignal::new(None::<Question>);
    let chosen = RwSignal::new(None::<(SubscriberNumber, bool)>);
    let confirm = Callback::new(move |reason: String| {
        let Some((number, remove)) = chosen.get_untracked().filter(|_| !pending.get_untracked()) else { return };
        pending.set(true);
        let migration = migration.get_untracked();
        spawn_local(async move {
            let answer = end_subscription(migration, number, remove, reason).await;
            if pending.try_set(false).is_some() {
                return;
            }
            error.set(answer.clone().err());
            if answer.is_ok() {
                question.set(None);
                again.run(());
            }
        });
    });
    let end = Callback::new(move |(line, remove): (SubscriberLine, bool)| {
        error.set(None);
        chosen.set(Some((line.number, remove)));
        question.set(Some(ask(&line, remove)));
    });
    view! {
        <Screen
            frame
            title="Subscribers"
            text="Who is told what happens on the public status page, by mail or webhook."
        >
            <Form method="get" action=move || frame.address("status-page/subscribers")>
                <div class="erasure-search">
                    <div class="field">
                        <label for="find">"Address"</label>
                        <input
                            class="input"
                            id="find"
                            name="find"
                            type="search"
                            autocomplete="off"
                            maxlength="254"
                            prop:value=move || asked.get().0
                            value=asked.get_untracked().0
                        />
                    </div>
                    <button type="submit" class="button">
                        "Find"
                    </button>
                </div>
            </Form>
            <Transition fallback=|| view! { <Skeleton lines=8 /> }>
                {move || {
                    list.get().map(|answer| match answer {
                        Ok(list) => view! { <Shown frame list may_manage end finds=asked.get_untracked().0 /> }.into_any(),
                        Err(error) => view! { <Problem error retry=again /> }.into_any(),
                    })
                }}
            </Transition>
            {may_manage.then(|| view! {
                <ReasonDialog id="end-subscription" question on_confirm=confirm pending error />
            })}
        </Screen>
    }
    .into_any()
}

fn ask(line: &SubscriberLine, remove: bool) -> Question {
    match remove {
        true => Question {
            title: format!("Remove {}?", line.address),
            effect: "The subscription ends, and the address is erased here and from beside the log. The reason stays: do not name anybody in it.".to_owned(),
            verb: "Remove".to_owned(),
            reason: "Asked to be forgotten.".to_owned(),
            danger: true,
        },
        false => Question {
            title: format!("Stop {}?", line.address),
            effect: "Nothing more is sent there, and what waits is taken back. They can subscribe again themselves.".to_owned(),
            verb: "Stop".to_owned(),
            reason: String::new(),
            danger: true,
        },
    }
}

#[component]
fn Shown(
    frame: Frame,
    list: SubscriberList,
    may_manage: bool,
    end: Callback<(SubscriberLine, bool)>,
    finds: String,
) -> impl IntoView {
    let SubscriberList { states, channels, languages, growth, lines, matching, untold, published } = list;
    let all: u32 = states.iter().map(|(_, count)| count).sum();
    if all == 0 {
        let text = match published {
            true => "Readers subscribe on the status page, under “Get updates”.",
            false => "The status page is not public yet. Readers subscribe there, under “Get updates”.",
        };
        return view! { <Empty icon="mail" title="Nobody has subscribed yet" text /> }.into_any();
    }
    let more = matching.saturating_sub(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    let file = format!("{}.csv", frame.address("status-page/subscribers"));
    let rows = lines.into_iter().map(|line| view! { <Line line may_manage end /> }).collect_view();
    view! {
        {untold.then(|| view! {
            <Notice tone=Tone::Info>
                <p>"An update is being told at the moment. The messages appear in the queue of notifications."</p>
            </Notice>
        })}
        <div class="panel panel-body subscriber-counts">
            <Counts title="Subscribers" counts=states />
            <Counts title="Told by" counts=channels />
            <Counts title="Languages" counts=languages />
            <Growth growth />
        </div>
        {may_manage.then(|| view! {
            <p>
                <a class="button" href=file download="">
                    "All as CSV"
                </a>
            </p>
        })}
        {(matching == 0).then(|| view! {
            <p>{format!("No address contains “{finds}”. Webhooks are found by their host.")}</p>
        })}
        {(matching > 0).then(|| view! {
            <div class="panel table-panel">
                <table class="list-table">
                    <caption class="visually-hidden">"Subscribers, the newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">"Language"</th>
                            <th scope="col">"Hears of"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })}
        {(more > 0).then(|| view! {
            <p class="soft">{format!("{} more: type a part of the address.", grouped(more))}</p>
        })}
    }
    .into_any()
}

#[component]
fn Counts(title: &'static str, counts: Vec<(String, u32)>) -> impl IntoView {
    view! {
        <section>
            <h2>{title}</h2>
            <dl class="facts">
                {counts
                    .into_iter()
                    .map(|(word, count)| view! {
                        <div>
                            <dt>{word}</dt>
                            <dd>{grouped(count)}</dd>
                        </div>
                    })
                    .collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

/// How the number of those who are told changed, in a sentence, with the figures behind it.
#[component]
fn Growth(growth: Vec<(chrono::NaiveDate, u32)>) -> impl IntoView {
    let first = growth.first().map_or(0, |(_, count)| *count);
    let last = growth.last().map_or(0, |(_, count)| *count);
    let days = growth.len() as u64;
    let sentence = match last.cmp(&first) {
        std::cmp::Ordering::Greater => {
            format!("{} more than {} ago", grouped(last - first), counted(days, "day", "days"))
        }
        std::cmp::Ordering::Less => {
            format!("{} fewer than {} ago", grouped(first - last), counted(days, "day", "days"))
        }
        std::cmp::Ordering::Equal => format!("As many as {} ago", counted(days, "day", "days")),
    };
    let steps: Vec<_> =
        growth.iter().rev().enumerate().filter(|(index, _)| index.is_multiple_of(7)).map(|(_, step)| *step).collect();
    view! {
        <section>
            <h2>"Growth"</h2>
            <p>{sentence}</p>
            <dl class="facts">
                {steps
                    .into_iter()
                    .map(|(day, count)| view! {
                        <div>
                            <dt>{long_day(day)}</dt>
                            <dd>{grouped(count)}</dd>
                        </div>
                    })
                    .collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

#[component]
fn Line(line: SubscriberLine, may_manage: bool, end: Callback<(SubscriberLine, bool)>) -> impl IntoView {
    let (to_stop, to_remove) = (line.clone(), line.clone());
    let named = line.address.clone();
    let other = named.clone();
    view! {
        <tr class:disabled=!line.open>
            <th scope="row">{line.address}</th>
            <td>{line.channel}</td>
            <td>{line.language}</td>
            <td>{line.hears_of}</td>
            <td>
                {line.state}
                " "
                <span class="soft">{line.when}</span>
            </td>
            <td class="actions">
                {may_manage.then(|| view! {
                    <div class="button-row">
                        {line.open.then(|| view! {
                            <button type="button" class="button small" on:click=move |_| end.run((to_stop.clone(), false))>
                                "Stop"
                                <span class="visually-hidden">" " {named}</span>
                            </button>
                        })}
                        {line.known.then(|| view! {
                            <button type="button" class="button small" on:click=move |_| end.run((to_remove.clone(), true))>
                                "Remove"
                                <span class="visually-hidden">" " {other}</span>
                            </button>
                        })}
                    </div>
                })}
            </td>
        </tr>
    }
    .into_any()
}
