//! The head of a cohort's page: the way through the cohorts, name and health, buttons, and the sentence that says it all.

use super::Shown;
use super::decide::Ask;
use crate::components::avatar::Who;
use crate::components::date::{long_day, short_day};
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::promises::PromisesKept;
use crate::components::stage::CohortStageTag;
use crate::pages::accounts::words;
use domain::cohort::CohortStage;
use domain::cohort_report::CohortReport;
use domain::health::Health;
use domain::id::CohortNumber;
use domain::policy::Action;
use domain::status::Status;
use leptos::prelude::*;

/// Crumbs, title, buttons, sentence, facts.
#[component]
pub fn Head(shown: Shown) -> impl IntoView {
    let label = shown.part(|report| report.cohort.label());
    let tag = shown.part(|report| (report.cohort.stage, report.health.as_ref().map(|(health, _)| *health)));
    view! {
        <header class="cohort-head">
            <Crumbs shown />
            <div class="title-row">
                <h1>{label}</h1>
                {move || match tag.get() {
                    (_, Some(health)) => view! { <HealthTag health /> }.into_any(),
                    (stage, None) => view! { <CohortStageTag stage /> }.into_any(),
                }}
                <Buttons shown />
            </div>
            <p class="lede">{move || shown.read(sentence)}</p>
            <Strip shown />
        </header>
    }
    .into_any()
}

/// Health as a squared tag.
#[component]
pub fn HealthTag(health: Health) -> impl IntoView {
    view! {
        <span class=format!("health {}", health.css())>
            <Icon name=icon_of(health) />
            {health.label()}
        </span>
    }
}

/// The drawing of a health.
pub fn icon_of(health: Health) -> &'static str {
    match health {
        Health::OnTrack => "on-track",
        Health::Lagging => "lagging",
        Health::AtRisk => "at-risk",
        Health::Halted => "pause",
    }
}

#[component]
fn Crumbs(shown: Shown) -> impl IntoView {
    let place = shown.part(|report| format!("{} of {}", report.cohort.position, report.of));
    let beside = shown.part(|report| (report.before.clone(), report.after.clone()));
    let step = move |to: Option<(CohortNumber, String)>, icon: &'static str, word: &'static str| {
        to.map(|(number, label)| view! {
            <a class="step" href=shown.frame.address(&format!("cohorts/{number}")) aria-label=format!("{word} cohort, {label}")>
                <Icon name=icon />
            </a>
        })
    };
    view! {
        <p class="crumbs">
            <a href=move || shown.frame.address("cohorts")>
                <Icon name="left" />
                "Cohorts"
            </a>
            <span class="soft">{place}</span>
            {move || {
                let (before, after) = beside.get();
                view! {
                    {step(before, "left", "Previous")}
                    {step(after, "right", "Next")}
                }
            }}
        </p>
    }
}

#[component]
fn Buttons(shown: Shown) -> impl IntoView {
    let stage = shown.part(|report| report.cohort.stage);
    let may_move = shown.may(Action::MoveCohorts);
    let may_roll_back = shown.may(Action::BulkRollBack);
    let available = shown.part(|report| report.rollback.available);
    let moves = move || {
        let from = stage.get();
        let button = |to: &CohortStage| {
            let to = *to;
            let (class, icon) = match to {
                CohortStage::Running => ("button primary", "play"),
                CohortStage::Halted => ("button danger", "pause"),
                _ => ("button", "check"),
            };
            view! {
                <button type="button" class=class aria-haspopup="dialog" on:click=move |_| shown.ask.set(Some(Ask::Move(to)))>
                    <Icon name=icon />
                    {format!("{} the cohort…", to.verb(from))}
                </button>
            }
        };
        from.next().iter().map(button).collect_view()
    };
    view! {
        <div class="head-actions">
            <a class="button" href=move || shown.accounts("")>
                <Icon name="rows" />
                "Accounts"
            </a>
            {may_roll_back.then(|| view! {
                <Show when=move || { available.get() > 0 } fallback=|| ()>
                    <button type="button" class="button" aria-haspopup="dialog" on:click=move |_| shown.rolling_back.set(true)>
                        <Icon name="rolled-back" />
                        "Roll back…"
                    </button>
                </Show>
            })}
            {may_move.then_some(moves)}
        </div>
    }
    .into_any()
}

/// How far the cohort is, against its plan, and when it ends at this pace.
fn sentence(report: &CohortReport) -> String {
    let all = report.facts.counts.taking_part();
    if all == 0 {
        return "No account takes part in this cohort yet.".to_owned();
    }
    let done = report.facts.of(Status::Completed);
    let mut words = format!("{} of {} accounts are completed", grouped(done), grouped(all));
    if report.cohort.stage == CohortStage::Planned {
        let window = report.window.map(|(first, _)| format!(" It is to start on {}.", long_day(first)));
        return format!("{words}. The cohort has not started.{}", window.unwrap_or_default());
    }
    if report.cohort.stage == CohortStage::Closed {
        return format!("{words}. The cohort is closed.");
    }
    if let Some(planned) = report.planned {
        words.push_str(&match planned.checked_sub(done) {
            Some(0) => ", as many as planned for now".to_owned(),
            Some(behind) => format!(", {} fewer than planned for now", grouped(behind)),
            None => format!(", {} more than planned for now", grouped(done - planned)),
        });
    }
    words.push('.');
    words.push_str(&outlook(report));
    if let Some((_, last)) = report.window {
        let verb = if last < report.today { "ended" } else { "ends" };
        words.push_str(&format!(" Its window {verb} on {}.", short_day(last, report.today)));
    }
    words
}

fn outlook(report: &CohortReport) -> String {
    if report.cohort.stage == CohortStage::Halted {
        return " It is halted, so no account of it can start.".to_owned();
    }
    if report.facts.of(Status::Completed) == report.facts.counts.taking_part() {
        return " Every account is across.".to_owned();
    }
    let day = |day| short_day(day, report.today);
    let Some(forecast) = &report.forecast else {
        return " There are too few working days yet for a forecast.".to_owned();
    };
    let pace = format!(" At the pace of the last {} working days the cohort ends", forecast.days);
    match (forecast.ends, forecast.earliest, forecast.latest) {
        (Some(ends), Some(earliest), Some(latest)) if earliest < latest => {
            format!("{pace} on {}, between {} and {}.", day(ends), day(earliest), day(latest))
        }
        (Some(ends), Some(earliest), None) => format!("{pace} on {}, on {} at the earliest.", day(ends), day(earliest)),
        (Some(ends), ..) => format!("{pace} on {}.", day(ends)),
        (None, ..) => " At its present pace it has no end in sight.".to_owned(),
    }
}

#[component]
fn Strip(shown: Shown) -> impl IntoView {
    let settings =
        shown.part(|report| (report.cohort.settings.clone(), report.window, report.blackouts.clone(), report.today));
    let previous = shown.part(|report| report.facts.previous.clone());
    let owner = move || {
        let owner = settings.with(|(settings, ..)| settings.owner.clone());
        match owner {
            Some(id) => {
                let name = shown.frame.overview.with(|overview| words::person(overview, &id));
                view! { <Who id name /> }.into_any()
            }
            None => view! { <span class="soft">"Nobody"</span> }.into_any(),
        }
    };
    let window = move || {
        settings.with(|(_, window, _, today)| match window {
            Some((first, last)) => format!("{} to {}", short_day(*first, *today), short_day(*last, *today)),
            None => "None".to_owned(),
        })
    };
    let capacity = move || {
        settings.with(|(settings, ..)| match settings.capacity {
            Some(capacity) => format!("{} a day", grouped(capacity)),
            None => "No limit".to_owned(),
        })
    };
    let blackouts = move || {
        let days =
            settings.with(|(_, _, days, today)| days.iter().map(|day| short_day(*day, *today)).collect::<Vec<_>>());
        (!days.is_empty()).then(|| {
            view! {
                <div>
                    <dt>"Blackout"</dt>
                    <dd>{days.join(", ")}</dd>
                </div>
            }
        })
    };
    let depends = move || {
        let links = previous.get().into_iter().map(|cohort| {
            view! {
                <a href=shown.frame.address(&format!("cohorts/{}", cohort.number))>{cohort.label.clone()}</a>
                {if cohort.passed { " (passed) " } else { " (not passed yet) " }}
            }
        });
        let links = links.collect_view();
        (!previous.read().is_empty()).then(|| {
            view! {
                <div>
                    <dt>"Depends on"</dt>
                    <dd>{links}</dd>
                </div>
            }
        })
    };
    let promises = shown.part(|report| report.promises);
    let told = move || {
        (promises.read().total() > 0).then(|| {
            let address = Signal::derive(move || shown.frame.address("notifications/promises"));
            view! {
                <div>
                    <dt>"Dates told"</dt>
                    <dd>
                        <PromisesKept counts=promises address />
                    </dd>
                </div>
            }
        })
    };
    view! {
        <dl class="strip">
            <div>
                <dt>"Window"</dt>
                <dd>{window}</dd>
            </div>
            <div>
                <dt>"Capacity"</dt>
                <dd>{capacity}</dd>
            </div>
            {blackouts}
            {depends}
            <div>
                <dt>"Owner"</dt>
                <dd>{owner}</dd>
            </div>
            {told}
        </dl>
    }
    .into_any()
}
