//! Progress, health and blockers.

use super::Shown;
use super::head::{HealthTag, icon_of};
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::segments::Segments;
use crate::components::stage::CohortStageTag;
use crate::pages::accounts::words;
use domain::cohort::CohortStage;
use domain::cohort_report::{BlockerLine, LongBlocked};
use domain::status::{Status, StatusCounts};
use leptos::prelude::*;

/// How many accounts stand where.
#[component]
pub fn ProgressPanel(shown: Shown) -> impl IntoView {
    let counts = shown.part(|report| report.facts.counts);
    let last_day = shown.part(|report| report.last_day);
    let share = move || counts.with(percent);
    let opted_out = move || {
        let out = counts.read().of(Status::OptedOut);
        (out > 0).then(|| view! { <span class="soft">{format!("{} opted out, not counted", grouped(out))}</span> })
    };
    let legend = Status::ALL
        .into_iter()
        .map(|status| {
            view! {
                <li>
                    <a class=status.css() href=move || shown.accounts(&format!("status={}", status.code()))>
                        <Icon name=status.css() />
                        <span>{status.label()}</span>
                        <b>{move || grouped(counts.read().of(status))}</b>
                    </a>
                </li>
            }
        })
        .collect_view();
    let lately = move || {
        let day = last_day.get();
        format!(
            "Last 24 hours: {} completed, {} blocked, {} rolled back",
            grouped(day.completed),
            grouped(day.blocked),
            grouped(day.rolled_back)
        )
    };
    view! {
        <section class="panel progress-panel" aria-labelledby="progress-title">
            <header class="panel-head">
                <h2 id="progress-title">"Progress"</h2>
                <p class="big">
                    <b>{share}</b>
                    " "
                    {opted_out}
                </p>
            </header>
            <div class="bar-line">
                <Segments counts />
            </div>
            <ul class="legend">{legend}</ul>
            <p class="panel-foot">{lately}</p>
        </section>
    }
    .into_any()
}

fn percent(counts: &StatusCounts) -> String {
    match counts.taking_part() {
        0 => "–".to_owned(),
        all => {
            let tenths = u64::from(counts.of(Status::Completed)) * 1_000 / u64::from(all);
            format!("{}.{} %", tenths / 10, tenths % 10)
        }
    }
}

/// Why the cohort is on track, or not.
#[component]
pub fn HealthPanel(shown: Shown) -> impl IntoView {
    let health = shown.part(|report| (report.cohort.stage, report.health.clone()));
    let tag = move || match health.get() {
        (_, Some((health, _))) => view! { <HealthTag health /> }.into_any(),
        (stage, None) => view! { <CohortStageTag stage /> }.into_any(),
    };
    let reasons = move || match health.get() {
        (_, Some((_, reasons))) => {
            let line = |reason: domain::health::Reason| {
                view! {
                    <li class=reason.health.css()>
                        <Icon name=icon_of(reason.health) />
                        <span>
                            <span class="visually-hidden">{format!("{}: ", reason.health.label())}</span>
                            <b>{format!("{}: ", reason.topic)}</b>
                            {reason.words}
                        </span>
                    </li>
                }
            };
            view! { <ul class="reasons">{reasons.into_iter().map(line).collect_view()}</ul> }.into_any()
        }
        (stage, None) => {
            let words = match stage {
                CohortStage::Planned => "Health is judged from the start on.",
                _ => "The cohort is closed; what it was judged by is kept with its gates.",
            };
            view! { <p class="none-yet">{words}</p> }.into_any()
        }
    };
    view! {
        <section class="panel health-panel" aria-labelledby="health-title">
            <header class="panel-head">
                <h2 id="health-title">"Health"</h2>
                {tag}
            </header>
            {reasons}
        </section>
    }
    .into_any()
}

/// What blocks accounts, and for how long.
#[component]
pub fn BlockersPanel(shown: Shown) -> impl IntoView {
    let lines = shown.part(|report| report.blockers.clone());
    let longest = shown.part(|report| report.longest.clone());
    let total = move || {
        let (all, new) = lines.with(|lines| sums(lines));
        format!("{}, of which {} new in the last 24 hours", counted(all, "account", "accounts"), grouped(new))
    };
    let table = move || {
        let lines = lines.get();
        let most = lines.iter().map(|line| line.count).max().unwrap_or(1);
        let row = |line: BlockerLine| {
            let width = format!("{:.1}%", f64::from(line.count) * 100.0 / f64::from(most));
            view! {
                <tr>
                    <th scope="row">
                        <a href=shown.accounts(&format!("status=blocked&blocker={}", line.category.code()))>{line.category.label()}</a>
                    </th>
                    <td class="barcell">
                        <svg aria-hidden="true">
                            <rect width=width height="100%" rx="2"></rect>
                        </svg>
                    </td>
                    <td class="n">
                        <b>{grouped(line.count)}</b>
                    </td>
                    <td class="n soft">{age(line.median_hours)}</td>
                    <td class="n soft">{if line.new > 0 { format!("+{}", grouped(line.new)) } else { "–".to_owned() }}</td>
                </tr>
            }
        };
        view! {
            <table class="figures blocker-table">
                <thead>
                    <tr>
                        <th scope="col">"Category"</th>
                        <th scope="col">
                            <span class="visually-hidden">"Share"</span>
                        </th>
                        <th scope="col" class="n">"Now"</th>
                        <th scope="col" class="n">"Median age"</th>
                        <th scope="col" class="n">"24 hours"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
    };
    view! {
        <section class="panel blockers-panel" aria-labelledby="blockers-title">
            <header class="panel-head">
                <h2 id="blockers-title">"Blockers"</h2>
                <span class="soft">{total}</span>
            </header>
            <Show
                when=move || !lines.read().is_empty()
                fallback=|| view! { <p class="none-yet">"No account of this cohort is blocked."</p> }
            >
                {table}
                <h3 class="list-title">"Blocked longest"</h3>
                <ul class="short-list">{move || longest.get().into_iter().map(|line| long(shown, line)).collect_view()}</ul>
            </Show>
        </section>
    }
    .into_any()
}

fn sums(lines: &[BlockerLine]) -> (u32, u32) {
    lines.iter().fold((0, 0), |(all, new), line| (all + line.count, new + line.new))
}

fn long(shown: Shown, line: LongBlocked) -> impl IntoView {
    let owner = line.owner.map(|id| shown.frame.overview.with_untracked(|overview| words::person(overview, &id)));
    view! {
        <li>
            <a href=shown.frame.address(&format!("accounts/{}", line.number))>{line.name}</a>
            <span class="soft">{line.category.label()}</span>
            <span class="soft">{owner}</span>
            <span class="n">{age(line.hours)}</span>
        </li>
    }
}

/// `9 h`, `2 d 4 h`.
pub fn age(hours: u32) -> String {
    match (hours / 24, hours % 24) {
        (0, hours) => format!("{hours} h"),
        (days, 0) => format!("{days} d"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_days_and_hours() {
        assert_eq!([age(9), age(24), age(52)], ["9 h", "1 d", "2 d 4 h"]);
    }

    #[test]
    fn shares_are_of_those_who_take_part_and_never_flatter() {
        assert_eq!(percent(&StatusCounts([999, 0, 0, 1, 0, 0, 50])), "99.9 %");
        assert_eq!(percent(&StatusCounts([0, 0, 0, 0, 0, 0, 50])), "–");
    }
}
