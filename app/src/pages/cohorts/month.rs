//! The calendar: a month with what is planned on each day, against what the cohorts can take.

use crate::api::cohorts::day_plans;
use crate::components::date::{long_day, month_and_year, week_day};
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::pages::migration::Frame;
use chrono::{Datelike, Days, Months, NaiveDate};
use domain::calendar::DayPlan;
use domain::cohort::CohortStage;
use leptos::prelude::*;

const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The first day of the month that an address names, such as `2026-06`.
pub fn month_of(text: Option<&str>, today: NaiveDate) -> NaiveDate {
    let named = text.and_then(|text| format!("{text}-01").parse::<NaiveDate>().ok());
    named.or_else(|| today.with_day(1)).unwrap_or(today)
}

/// The days of the weeks that touch a month.
fn weeks_of(month: NaiveDate) -> (NaiveDate, NaiveDate) {
    let before = u64::from(month.weekday().num_days_from_monday());
    let first = month.checked_sub_days(Days::new(before)).unwrap_or(month);
    let end = month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(month);
    let after = 6 - u64::from(end.weekday().num_days_from_monday());
    (first, end.checked_add_days(Days::new(after)).unwrap_or(end))
}

/// One month.
#[component]
pub fn MonthView(frame: Frame, #[prop(into)] month: Signal<NaiveDate>) -> impl IntoView {
    let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
    // Asked for again whenever something of the migration changes.
    let asked = Memo::new(move |_| (month.get(), frame.overview.with(|overview| overview.position)));
    let plans = Resource::new(
        move || asked.get(),
        move |(month, _)| {
            let (first, last) = weeks_of(month);
            day_plans(migration.clone(), first, last)
        },
    );
    let address = move |by: i32| {
        let months = Months::new(by.unsigned_abs());
        let moved =
            if by < 0 { month.get().checked_sub_months(months) } else { month.get().checked_add_months(months) };
        let month = moved.unwrap_or_else(|| month.get()).format("%Y-%m").to_string();
        frame.address(&format!("cohorts?as=calendar&month={month}"))
    };
    view! {
        <section class="panel calendar" aria-labelledby="calendar-heading">
            <header class="panel-head">
                <h2 id="calendar-heading" aria-live="polite">{move || month_and_year(month.get())}</h2>
                <nav class="button-row" aria-label="Months">
                    <a class="button small" href=move || address(-1)>
                        <Icon name="left" />
                        "Earlier"
                    </a>
                    <a class="button small" href=move || frame.address("cohorts?as=calendar")>"This month"</a>
                    <a class="button small" href=move || address(1)>
                        "Later"
                        <Icon name="right" />
                    </a>
                </nav>
            </header>
            <Transition fallback=|| view! { <Skeleton lines=8 /> }>
                {move || {
                    let month = month.get();
                    plans.get().map(|answer| match answer {
                        Ok(plans) => view! { <Weeks frame month plans /> }.into_any(),
                        Err(error) => {
                            view! { <Problem error retry=Callback::new(move |()| plans.refetch()) /> }.into_any()
                        }
                    })
                }}
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Weeks(frame: Frame, month: NaiveDate, plans: Vec<DayPlan>) -> impl IntoView {
    let head = WEEK
        .into_iter()
        .map(|name| {
            let short: String = name.chars().take(3).collect();
            view! { <th scope="col" abbr=name>{short}</th> }
        })
        .collect_view();
    let weeks = plans
        .chunks(7)
        .map(|week| {
            let days = week.iter().cloned().map(|plan| view! { <DayCell frame month plan /> }).collect_view();
            view! { <tr>{days}</tr> }
        })
        .collect_view();
    view! {
        <table>
            <caption class="visually-hidden">{format!("{}: planned accounts per day", month_and_year(month))}</caption>
            <thead>
                <tr>{head}</tr>
            </thead>
            <tbody>{weeks}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn DayCell(frame: Frame, month: NaiveDate, plan: DayPlan) -> impl IntoView {
    let day = plan.day;
    let overview = frame.overview.read_untracked();
    let outside = day.month() != month.month();
    let today = day == overview.today;
    let deadline = day == overview.migration.settings.deadline;
    let windows: Vec<_> = overview
        .cohorts
        .iter()
        .filter(|summary| summary.days.is_some_and(|(first, last)| first <= day && day <= last))
        .map(|summary| {
            let planned = plan.cohorts.iter().find(|(number, _)| *number == Some(summary.cohort.number));
            let stage = match summary.cohort.stage {
                CohortStage::Closed => "closed",
                CohortStage::Planned => "ahead",
                _ => "open",
            };
            (summary.cohort.label(), stage, planned.map_or(0, |(_, count)| *count))
        })
        .collect();
    let nothing = windows.is_empty() && plan.planned == 0 && plan.closed.is_none() && !today && !deadline;
    let load = (plan.planned > 0).then(|| {
        let capacity = plan.capacity.filter(|_| plan.closed.is_none());
        let words = match capacity {
            Some(capacity) => format!("{} of {}", grouped(plan.planned), grouped(capacity)),
            None => counted(plan.planned, "account", "accounts"),
        };
        let share = capacity.filter(|capacity| *capacity > 0).map(|capacity| {
            format!("{:.1}%", (f64::from(plan.planned) * 100.0 / f64::from(capacity)).min(100.0))
        });
        let over = plan.is_over();
        view! {
            <a class="load" class:over=over href=frame.address_now(&format!("accounts?from={day}&to={day}"))>
                <span>{words}</span>
                {over.then(|| view! { <span class="too-many"><Icon name="alert" />"too many"</span> })}
                {share.map(|share| view! { <svg aria-hidden="true"><rect width=share height="100%"></rect></svg> })}
            </a>
            {(plan.pinned > 0).then(|| view! { <span class="soft">{format!("{} with a date of their own", grouped(plan.pinned))}</span> })}
        }
    });
    view! {
        <td class:outside=outside class:closed=plan.closed.is_some() class:today=today class:nothing=nothing>
            <p class="day">
                <time datetime=day.to_string()>
                    <span class="number" aria-hidden="true">{day.day()}</span>
                    <span class="full" aria-hidden="true">{week_day(day)}</span>
                    <span class="visually-hidden">{long_day(day)}</span>
                </time>
                {today.then(|| view! { <b class="mark">"Today"</b> })}
                {deadline.then(|| view! { <b class="mark deadline">"Deadline"</b> })}
            </p>
            {plan.closed.as_ref().map(|closed| view! { <p class="why">{closed.label().to_owned()}</p> })}
            {load}
            <ul class="windows">
                {windows
                    .into_iter()
                    .map(|(label, stage, count)| view! {
                        <li class=stage title=label.clone()>
                            <span>{label.clone()}</span>
                            {(count > 0).then(|| view! { <b>{grouped(count)}</b> })}
                        </li>
                    })
                    .collect_view()}
            </ul>
        </td>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_month_is_shown_in_whole_weeks() {
        assert_eq!(weeks_of(day("2026-06-01")), (day("2026-06-01"), day("2026-07-05")));
        assert_eq!(weeks_of(day("2027-02-01")), (day("2027-02-01"), day("2027-02-28")));
        assert_eq!(weeks_of(day("2026-05-01")), (day("2026-04-27"), day("2026-05-31")));
    }

    #[test]
    fn an_address_names_a_month_or_means_this_one() {
        assert_eq!(month_of(Some("2026-06"), day("2026-05-21")), day("2026-06-01"));
        for text in [None, Some(""), Some("2026-13"), Some("June")] {
            assert_eq!(month_of(text, day("2026-05-21")), day("2026-05-01"), "{text:?}");
        }
    }
}
