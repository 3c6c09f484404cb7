//! One cohort of the list.

use super::Page;
use crate::api::migrations::CohortSummary;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::promises::PromisesKept;
use crate::components::segments::Segments;
use crate::components::stage::CohortStageTag;
use crate::pages::accounts::words;
use domain::cohort::{Cohort, CohortStage};
use domain::id::CohortNumber;
use domain::status::{Status, StatusCounts};
use leptos::prelude::*;

/// A cohort's name, stage, window, progress and buttons. Only what changes is drawn anew, so that
/// somebody else's edit does not take the focus away.
#[component]
pub fn CohortCard(number: CohortNumber, page: Page) -> impl IntoView {
    let overview = page.frame.overview;
    let find =
        move |summaries: &[CohortSummary]| summaries.iter().find(|summary| summary.cohort.number == number).cloned();
    let summary = Memo::new(move |_| overview.with(|overview| find(&overview.cohorts)));
    let cohort = Memo::new(move |_| summary.read().as_ref().map(|summary| summary.cohort.clone()));
    let counts = Memo::new(move |_| summary.read().as_ref().map(|summary| summary.counts).unwrap_or_default());
    let promises = Memo::new(move |_| summary.read().as_ref().map(|summary| summary.promises).unwrap_or_default());
    let window = Memo::new(move |_| summary.read().as_ref().map(|summary| summary.window.clone()).unwrap_or_default());
    // Those that wait for a day; only a window can give them one.
    let undated = Memo::new(move |_| {
        let has_window = !window.read().is_empty();
        counts.read().of(Status::NotStarted).min(if has_window { u32::MAX } else { 0 })
    });
    let last = Memo::new(move |_| overview.with(|overview| overview.cohorts.len()));
    let accounts = move || format!("/m/{}/accounts?cohort={number}", overview.read().migration.settings.slug);
    view! {
        <li class="panel cohort-card">
            <div class="head">{move || cohort.get().map(|cohort| head(cohort, page.frame.address(&format!("cohorts/{number}"))))}</div>
            <div class="facts-of-cohort">
                <p class="window">
                    <Icon name="calendar" />
                    {move || if window.read().is_empty() { "No window".to_owned() } else { window.get() }}
                </p>
                {move || cohort.get().map(|cohort| settings(&cohort, page))}
            </div>
            <div class="progress">
                <Segments counts=counts />
                <p class="figures">
                    {move || figures(counts.get())}
                    <PromisesKept counts=promises address=Signal::derive(move || page.frame.address("notifications/promises")) />
                    <a href=accounts>{move || counted(counts.read().total(), "account", "accounts")}</a>
                </p>
            </div>
            <div class="button-row actions">
                {move || cohort.get().map(|cohort| actions(cohort, page, last.get(), undated.get()))}
            </div>
        </li>
    }
    .into_any()
}

fn head(cohort: Cohort, address: String) -> impl IntoView {
    view! {
        <h2>
            <a href=address>{cohort.label()}</a>
        </h2>
        <CohortStageTag stage=cohort.stage />
        <p class="public">"Customers read: " {cohort.public_name()}</p>
    }
    .into_any()
}

/// Owner, limit and predecessors, as far as they are set.
fn settings(cohort: &Cohort, page: Page) -> impl IntoView + use<> {
    let overview = page.frame.overview.read();
    let settings = &cohort.settings;
    let mut facts = Vec::new();
    if let Some(owner) = &settings.owner {
        facts.push(("users", format!("Owner {}", words::person(&overview, owner))));
    }
    if let Some(capacity) = settings.capacity {
        facts.push(("flag", format!("{} per day", counted(capacity, "account", "accounts"))));
    }
    if !settings.after.is_empty() {
        let before: Vec<_> = settings.after.iter().map(|number| words::cohort(&overview, Some(*number))).collect();
        facts.push(("clock", format!("After {}", before.join(", "))));
    }
    facts
        .into_iter()
        .map(|(icon, words)| {
            view! {
                <p class="window">
                    <Icon name=icon />
                    {words}
                </p>
            }
        })
        .collect_view()
}

fn figures(counts: StatusCounts) -> impl IntoView {
    let completed = format!("{} of {} completed", grouped(counts.of(Status::Completed)), grouped(counts.taking_part()));
    let others = [Status::InProgress, Status::Blocked, Status::RolledBack]
        .into_iter()
        .filter(|status| counts.of(*status) > 0)
        .map(|status| {
            let words = format!("{} {}", grouped(counts.of(status)), status.label().to_lowercase());
            view! {
                <span class=format!("state-word {}", status.css())>
                    <Icon name=status.css() />
                    {words}
                </span>
            }
        })
        .collect_view();
    view! {
        <span class="main">{completed}</span>
        {others}
    }
    .into_any()
}

fn actions(cohort: Cohort, page: Page, last: usize, undated: u32) -> impl IntoView {
    view! {
        {page.may_move.then(|| stage_buttons(&cohort, page))}
        {(page.may_manage && cohort.settings.window.is_some() && cohort.stage != CohortStage::Closed)
            .then(|| plan_button(&cohort, page, undated))}
        {page.may_manage.then(|| arrangement(&cohort, page, last))}
    }
    .into_any()
}

fn stage_buttons(cohort: &Cohort, page: Page) -> impl IntoView + use<> {
    let stage = cohort.stage;
    stage
        .next()
        .iter()
        .map(|to| {
            let (to, cohort) = (*to, cohort.clone());
            let (class, icon) = match to {
                CohortStage::Running => ("button", "play"),
                CohortStage::Halted => ("button danger", "stop"),
                _ => ("button quiet", "check"),
            };
            view! {
                <button type="button" class=class aria-haspopup="dialog" on:click=move |_| page.ask.run((cohort.clone(), to))>
                    <Icon name=icon />
                    {to.verb(stage)}
                    <span class="visually-hidden">" "{cohort_name(&cohort)}</span>
                </button>
            }
        })
        .collect_view()
}

fn plan_button(cohort: &Cohort, page: Page, undated: u32) -> impl IntoView + use<> {
    let (number, name) = (cohort.number, cohort_name(cohort));
    view! {
        <button type="button" class="button" aria-haspopup="dialog" on:click=move |_| page.plan.run(number)>
            <Icon name="calendar" />
            "Plan dates"
            <span class="visually-hidden">" of "{name}</span>
            {(undated > 0).then(|| view! { <span class="soft">{format!("{} without", grouped(undated))}</span> })}
        </button>
    }
    .into_any()
}

fn arrangement(cohort: &Cohort, page: Page, last: usize) -> impl IntoView + use<> {
    let (number, position, name) = (cohort.number, cohort.position, cohort_name(cohort));
    let step = move |to: u16, icon: &'static str, words: String| {
        view! {
            <button type="button" class="button quiet icon-only" title=words.clone() on:click=move |_| page.order.run((number, to))>
                <Icon name=icon />
                <span class="visually-hidden">{words.clone()}</span>
            </button>
        }
    };
    view! {
        <span class="arrange">
            <button type="button" class="button quiet" aria-haspopup="dialog" on:click=move |_| page.edit.run(Some(number))>
                <Icon name="pencil" />
                "Edit"
                <span class="visually-hidden">" "{name.clone()}</span>
            </button>
            {(position > 1).then(|| step(position - 1, "up-arrow", format!("Move {name} up")))}
            {(usize::from(position) < last).then(|| step(position + 1, "down-arrow", format!("Move {name} down")))}
        </span>
    }
    .into_any()
}

fn cohort_name(cohort: &Cohort) -> String {
    cohort.settings.name.clone()
}
