//! The promise ledger of a migration: how many of the dates that customers were told held, and which do not.

use super::tabs::NotificationTabs;
use crate::api::work::{Ledger, TroubleLine, promises};
use crate::components::date::long_day;
use crate::components::empty::{Empty, Skeleton};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::components::state::StateWord;
use crate::live::Live;
use crate::pages::account::attention::FateTag;
use crate::pages::migration::Frame;
use domain::live::LiveMessage;
use domain::notice::promise::PromiseCounts;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn PromisesPage() -> impl IntoView {
    let frame = Frame::here();
    let ledger = Resource::new_blocking(
        || (),
        move |()| promises(frame.overview.with_untracked(|overview| overview.migration.id.clone())),
    );
    let live = expect_context::<Live>();
    live.subscribe(Callback::new(move |message| {
        if matches!(message, LiveMessage::Resync { .. } | LiveMessage::Rows { .. }) {
            ledger.refetch();
        }
    }));
    let retry = Callback::new(move |()| ledger.refetch());
    view! {
        <Title text="Promises" />
        <div class="page">
            <div class="page-head">
                <h1>"Promises"</h1>
                <p>"Every date that a customer was told, in a message that was accepted."</p>
            </div>
            <NotificationTabs />
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                {move || {
                    ledger.get().map(|answer| match answer {
                        Ok(ledger) => view! { <Shown ledger frame /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn Shown(ledger: Ledger, frame: Frame) -> impl IntoView {
    let Ledger { counts, cohorts, in_trouble, total } = ledger;
    if counts == PromiseCounts::default() && in_trouble.is_empty() {
        return view! {
            <Empty
                icon="mail"
                title="No customer was told a date yet"
                text="Once a notice is accepted, its date is kept here as a promise."
            />
        }
        .into_any();
    }
    let more = total.saturating_sub(in_trouble.len());
    let figure = |counts: &PromiseCounts| {
        view! {
            <td class="n">{counts.share_words()}</td>
            <td class="n">{grouped(counts.kept)}</td>
            <td class="n">{grouped(counts.broken)}</td>
            <td class="n">{grouped(counts.breaking)}</td>
            <td class="n">{grouped(counts.open)}</td>
        }
    };
    let lines = in_trouble.into_iter().map(|line| view! { <Trouble line frame /> }).collect_view();
    view! {
        <div class="table-panel panel">
            <table class="list-table promise-counts">
                <caption class="visually-hidden">"Promises by cohort"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Cohort"</th>
                        <th scope="col" class="n">"Share kept"</th>
                        <th scope="col" class="n">"Kept"</th>
                        <th scope="col" class="n">"Broken"</th>
                        <th scope="col" class="n">"Breaking"</th>
                        <th scope="col" class="n">"Open"</th>
                    </tr>
                </thead>
                <tbody>
                    {cohorts
                        .iter()
                        .map(|(label, counts)| view! {
                            <tr>
                                <th scope="row">{label.clone()}</th>
                                {figure(counts)}
                            </tr>
                        })
                        .collect_view()}
                    <tr class="sum">
                        <th scope="row">"All"</th>
                        {figure(&counts)}
                    </tr>
                </tbody>
            </table>
        </div>
        <h2>{counted(total as u64, "promise breaks or is broken", "promises break or are broken")}</h2>
        {(total > 0).then(|| view! {
            <div class="table-panel panel">
                <table class="list-table">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            <th scope="col">"Told"</th>
                            <th scope="col">"Now"</th>
                            <th scope="col">"Promise"</th>
                            <th scope="col">"Cohort"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        })}
        {(more > 0).then(|| view! { <p class="soft">{format!("{} more", grouped(more as u64))}</p> })}
    }
    .into_any()
}

#[component]
fn Trouble(line: TroubleLine, frame: Frame) -> impl IntoView {
    let address = frame.address(&format!("accounts/{}", line.account));
    view! {
        <tr>
            <th scope="row">
                <a href=address>{line.name}</a>
            </th>
            <td>
                {long_day(line.line.promise.date)}
                " "
                <span class="soft">{format!("on {}", line.line.told)}</span>
            </td>
            <td>
                <StateWord status=line.status />
                " "
                {line.date.map(long_day)}
            </td>
            <td>
                <FateTag fate=line.line.promise.fate />
            </td>
            <td>{line.cohort}</td>
        </tr>
    }
    .into_any()
}
