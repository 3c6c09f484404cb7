//! The conditions of the view: each stands in a row, if there are any, and can be taken out; a menu puts others in.
//!
//! The menu is a form that works by itself: with script every change is applied at once, without it by its button.

use super::query::{address, toggled};
use super::words;
use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::components::icon::Icon;
use crate::pages::migration::Frame;
use chrono::NaiveDate;
use domain::blocker::BlockerCategory;
use domain::id::UserId;
use domain::view::View;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Goes to another view of this table; `replace` leaves no step in the history.
#[derive(Clone, Copy)]
pub struct Go(Callback<(View, bool)>);

impl Go {
    /// The way to other views of the page in this frame.
    pub fn new(frame: Frame) -> Go {
        let navigate = use_navigate();
        Go(Callback::new(move |(view, replace)| {
            let to = address(&frame.address_now("accounts"), &view);
            navigate(&to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        }))
    }

    /// Shows another view.
    pub fn to(&self, view: View) {
        self.0.run((view, false));
    }

    /// Shows another view in place of the present one.
    pub fn replace(&self, view: View) {
        self.0.run((view, true));
    }
}

/// The button that opens the menu of conditions, and the way back to all accounts.
#[component]
pub fn Narrow(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    view! {
        <div class="narrow-view">
            <button type="button" class="add" popovertarget="condition-menu">
                <Icon name="plus" />
                "Condition"
            </button>
            <a
                class="button quiet small"
                hidden=move || view.with(View::shows_all)
                href=move || frame.address("accounts")
                data-noscroll=""
            >
                "Reset"
            </a>
            <Menu frame view go />
        </div>
    }
}

/// The row of conditions; hidden when there are none.
#[component]
pub fn Conditions(frame: Frame, view: Memo<View>) -> impl IntoView {
    let path = move || frame.address("accounts");
    let shown = move || frame.overview.with(|overview| view.with(|view| conditions(overview, view)));
    view! {
        <div class="conditions" role="group" aria-label="Conditions" hidden=move || shown().is_empty()>
            {move || {
                shown()
                    .into_iter()
                    .map(|condition| {
                        let Condition { field, is, value, without } = condition;
                        let without = address(&path(), &without);
                        let words = format!("{field} {is} {value}");
                        view! {
                            <span class="condition" role="group" aria-label=words>
                                <button type="button" popovertarget="condition-menu">
                                    {field}
                                    <span class="op">{is}</span>
                                    <span class="value">{value}</span>
                                </button>
                                <a class="remove" href=without data-noscroll="">
                                    <Icon name="close" />
                                    <span class="visually-hidden">
                                        {format!("Remove the condition on {field}")}
                                    </span>
                                </a>
                            </span>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

struct Condition {
    field: &'static str,
    is: &'static str,
    value: String,
    without: View,
}

fn conditions(overview: &Overview, view: &View) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let mut add = |field, values: Vec<String>, without: View| {
        if !values.is_empty() {
            let is = if values.len() == 1 { "is" } else { "is any of" };
            conditions.push(Condition { field, is, value: values.join(", "), without });
        }
    };
    let cohorts = view.cohorts.iter().map(|cohort| words::cohort(overview, *cohort)).collect();
    add("Cohort", cohorts, View { cohorts: Vec::new(), ..view.clone() });
    let owners = view.owners.iter().map(|owner| owner_name(overview, owner.as_ref())).collect();
    add("Owner", owners, View { owners: Vec::new(), ..view.clone() });
    let blockers = view.blockers.iter().map(|blocker| blocker.label().to_owned()).collect();
    add("Blocker", blockers, View { blockers: Vec::new(), ..view.clone() });
    if let Some((is, value)) = days(view.from, view.to) {
        let without = View { from: None, to: None, ..view.clone() };
        conditions.push(Condition { field: "Date", is, value, without });
    }
    conditions
}

fn owner_name(overview: &Overview, owner: Option<&UserId>) -> String {
    if owner == Some(&overview.me.id) { "Me".to_owned() } else { words::owner(overview, owner) }
}

fn days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<(&'static str, String)> {
    match (from, to) {
        (None, None) => None,
        (Some(from), None) => Some(("from", long_day(from))),
        (None, Some(to)) => Some(("until", long_day(to))),
        (Some(from), Some(to)) if from == to => Some(("is", long_day(from))),
        (Some(from), Some(to)) => Some(("between", format!("{} and {}", long_day(from), long_day(to)))),
    }
}

/// Every condition that there is, as boxes to tick.
#[component]
fn Menu(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    let status = move || view.with(|view| join(view.statuses.iter().map(|status| status.code())));
    let sort =
        move || view.with(|view| View { sort: view.sort.clone(), ..View::default() }.to_query().replace("sort=", ""));
    view! {
        <div id="condition-menu" class="condition-menu" popover="auto" role="dialog" aria-label="Conditions">
            <form method="get" action=move || frame.address("accounts") on:submit=move |event| event.prevent_default()>
                // What this form does not ask for stays as it is.
                <input type="hidden" name="status" value=status />
                <input type="hidden" name="sort" value=sort />
                <input type="hidden" name="q" value=move || view.with(|view| view.search.clone()) />
                {move || groups(frame, view, go)}
                <fieldset>
                    <legend>"Date"</legend>
                    <Day
                        label="From"
                        name="from"
                        day=Signal::derive(move || view.with(|view| view.from))
                        choose=Callback::new(move |from| go.to(View { from, ..view.get_untracked() }))
                    />
                    <Day
                        label="Until"
                        name="to"
                        day=Signal::derive(move || view.with(|view| view.to))
                        choose=Callback::new(move |to| go.to(View { to, ..view.get_untracked() }))
                    />
                </fieldset>
                <button
                    type="submit"
                    class="button small"
                    popovertarget="condition-menu"
                    popovertargetaction="hide"
                >
                    "Show"
                </button>
            </form>
        </div>
    }
}

/// The boxes for cohorts, owners and blockers; made anew when the cohorts or people change.
fn groups(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    let (cohorts, owners) = frame.overview.with(|overview| {
        let numbers = overview.cohorts.iter().map(|summary| Some(summary.cohort.number));
        let cohorts: Vec<_> = numbers.chain([None]).map(|number| (number, words::cohort(overview, number))).collect();
        let others = overview.people.iter().map(|person| &person.id).filter(|id| **id != overview.me.id);
        let owners: Vec<_> = std::iter::once(Some(overview.me.id.clone()))
            .chain([None])
            .chain(others.cloned().map(Some))
            .map(|owner| (owner.clone(), owner_name(overview, owner.as_ref())))
            .collect();
        (cohorts, owners)
    });
    let cohorts = cohorts
        .into_iter()
        .map(|(cohort, word)| {
            let value = cohort.map_or_else(|| "none".to_owned(), |number| number.to_string());
            let on = Signal::derive(move || view.with(|view| view.cohorts.contains(&cohort)));
            let toggle = Callback::new(move |()| {
                let now = view.get_untracked();
                go.to(View { cohorts: toggled(&now.cohorts, &cohort), ..now });
            });
            view! { <Tick name="cohort" value word on toggle /> }
        })
        .collect_view();
    let owners = owners
        .into_iter()
        .map(|(owner, word)| {
            let value = owner.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            let asked = owner.clone();
            let on = Signal::derive(move || view.with(|view| view.owners.contains(&asked)));
            let toggle = Callback::new(move |()| {
                let now = view.get_untracked();
                go.to(View { owners: toggled(&now.owners, &owner), ..now });
            });
            view! { <Tick name="owner" value word on toggle /> }
        })
        .collect_view();
    let blockers = BlockerCategory::ALL
        .into_iter()
        .map(|blocker| {
            let on = Signal::derive(move || view.with(|view| view.blockers.contains(&blocker)));
            let toggle = Callback::new(move |()| {
                let now = view.get_untracked();
                go.to(View { blockers: toggled(&now.blockers, &blocker), ..now });
            });
            view! { <Tick name="blocker" value=blocker.code().to_owned() word=blocker.label().to_owned() on toggle /> }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend>"Cohort"</legend>
            {cohorts}
        </fieldset>
        <fieldset>
            <legend>"Owner"</legend>
            {owners}
        </fieldset>
        <fieldset>
            <legend>"Blocker"</legend>
            {blockers}
        </fieldset>
    }
}

#[component]
fn Tick(name: &'static str, value: String, word: String, on: Signal<bool>, toggle: Callback<()>) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                name=name
                value=value
                checked=on.get_untracked()
                prop:checked=on
                on:change=move |_| toggle.run(())
            />
            {word}
        </label>
    }
}

#[component]
fn Day(
    label: &'static str,
    name: &'static str,
    day: Signal<Option<NaiveDate>>,
    choose: Callback<Option<NaiveDate>>,
) -> impl IntoView {
    let text = move || day.get().map(|day| day.to_string()).unwrap_or_default();
    view! {
        <label class="day-choice">
            <span>{label}</span>
            <input
                class="input"
                type="date"
                name=name
                value=day.get_untracked().map(|day| day.to_string())
                prop:value=text
                on:change=move |event| choose.run(event_target_value(&event).parse().ok())
            />
        </label>
    }
}

fn join<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(",")
}
