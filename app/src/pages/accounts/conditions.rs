//! The conditions of the view: each stands in a row, if there are any, and can be taken out; a menu puts others in.
//!
//! The menu has a builder for combined conditions, and a form that works by itself: with script every change is applied
//! at once, without it by its button.

use super::dom;
use super::filter::builder::Builder;
use super::filter::words::{self as filter_words, owner as owner_name};
use super::go::Go;
use super::query::toggled;
use super::rest::Rest;
use super::words;
use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::components::icon::Icon;
use crate::lazy::later;
use crate::pages::migration::Frame;
use chrono::NaiveDate;
use domain::blocker::BlockerCategory;
use domain::view::{Filter, View};
use leptos::prelude::*;

/// The button that opens the menu of conditions.
#[component]
pub fn Narrow(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    view! {
        <button type="button" class="add" popovertarget="condition-menu">
            <Icon name="plus" />
            "Condition"
        </button>
        <Menu frame view go />
    }
}

/// The row of conditions; hidden when there are none.
#[component]
pub fn Conditions(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    let shown = Memo::new(move |_| frame.overview.with(|overview| view.with(|view| conditions(overview, view))));
    let chip = move |condition: Condition| {
        let Condition { field, is, value, without } = condition;
        let words = format!("{field} {is} {value}").trim_end().to_owned();
        view! {
            <span class="condition" role="group" aria-label=words>
                <button type="button" popovertarget="condition-menu">
                    {field.clone()}
                    <span class="op">{is}</span>
                    <span class="value">{value}</span>
                </button>
                <a class="remove" href=move || go.address(&without) data-noscroll="">
                    <Icon name="close" />
                    <span class="visually-hidden">{format!("Remove the condition on {field}")}</span>
                </a>
            </span>
        }
    };
    let chips = move || {
        let (each, either): (Vec<_>, Vec<_>) = shown.get().into_iter().partition(|(joined, _)| *joined == Joined::And);
        let either = (!either.is_empty()).then(|| {
            let between = |index: usize| (index > 0).then(|| view! { <span class="or">"or"</span> });
            let chips = either.into_iter().enumerate().map(|(index, (_, condition))| (between(index), chip(condition)));
            view! {
                <span class="either" role="group" aria-label="Any of these">
                    {chips.collect_view()}
                </span>
            }
        });
        (each.into_iter().map(|(_, condition)| chip(condition)).collect_view(), either)
    };
    view! {
        <div class="conditions" role="group" aria-label="Conditions" hidden=move || shown.with(Vec::is_empty)>
            {chips}
        </div>
    }
    .into_any()
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    field: String,
    is: &'static str,
    value: String,
    /// The view without it.
    without: View,
}

/// How a condition stands to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joined {
    And,
    Or,
}

fn conditions(overview: &Overview, view: &View) -> Vec<(Joined, Condition)> {
    let mut conditions = Vec::new();
    let mut add = |field: &str, values: Vec<String>, without: View| {
        if !values.is_empty() {
            let is = if values.len() == 1 { "is" } else { "is any of" };
            let condition = Condition { field: field.to_owned(), is, value: values.join(", "), without };
            conditions.push((Joined::And, condition));
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
        conditions.push((Joined::And, Condition { field: "Date".to_owned(), is, value, without }));
    }
    if let Some(filter) = &view.filter {
        conditions.extend(combined(overview, view, filter));
    }
    conditions
}

/// The parts of the combined conditions, each with the view that is left without it.
fn combined(overview: &Overview, view: &View, filter: &Filter) -> Vec<(Joined, Condition)> {
    let several = |parts: &[Filter]| parts.iter().filter(|part| !part.is_empty()).count() > 1;
    let (joined, parts, any): (_, &[Filter], _) = match filter {
        Filter::All(parts) => (Joined::And, parts, false),
        Filter::Any(parts) if several(parts) => (Joined::Or, parts, true),
        Filter::Any(parts) => (Joined::And, parts, true),
        Filter::Where(_) => (Joined::And, std::slice::from_ref(filter), false),
    };
    let without = |index: usize| {
        let mut left = parts.to_vec();
        left.remove(index);
        let filter = if any { Filter::Any(left) } else { Filter::All(left) };
        View { filter: (!filter.is_empty()).then_some(filter), ..view.clone() }
    };
    let said = |part: &Filter| match part {
        Filter::Where(condition) => filter_words::parts(overview, condition),
        group => (String::new(), "", filter_words::sentence(overview, group)),
    };
    parts
        .iter()
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            let (field, is, value) = said(part);
            // A group stands in one chip.
            let (field, is) = if field.is_empty() { ("Group".to_owned(), "where") } else { (field, is) };
            (joined, Condition { field, is, value, without: without(index) })
        })
        .collect()
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

/// The menu; its content is loaded later.
#[component]
fn Menu(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    let menu = (frame, view, go);
    view! {
        <div id="condition-menu" class="condition-menu" popover="auto" role="dialog" aria-label="Conditions">
            {later!(tools: |menu: (Frame, Memo<View>, Go)| view! { <MenuBody frame=menu.0 view=menu.1 go=menu.2 /> })
                .over()}
        </div>
    }
    .into_any()
}

/// The builder, and the conditions that are asked most as boxes to tick.
#[component]
fn MenuBody(frame: Frame, view: Memo<View>, go: Go) -> impl IntoView {
    view! {
        <Builder view go />
        <form
            method="get"
            action=move || frame.address("accounts")
            on:submit=move |event| {
                // Everything is applied already: the button shows it.
                event.prevent_default();
                dom::hide_popover("condition-menu");
            }
        >
            // What this form does not ask for stays as it is.
            <Rest view go without=&["cohort", "owner", "blocker", "from", "to"] />
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
            <button type="submit" class="button small">
                "Show"
            </button>
        </form>
    }
    .into_any()
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

#[cfg(test)]
mod tests {
    use super::super::filter::words::tests::overview;
    use super::*;

    fn said(query: &str) -> Vec<(Joined, String, String)> {
        let view = super::super::query::parse(query);
        let words = |condition: &Condition| format!("{} {} {}", condition.field, condition.is, condition.value);
        let conditions = conditions(&overview(), &view);
        conditions.iter().map(|(joined, one)| (*joined, words(one), one.without.to_query())).collect()
    }

    #[test]
    fn each_condition_is_said_and_can_be_taken_out() {
        let said = said("owner=ines&where=all(plan.is:A~B,any(f2.min:5,status.is:blocked))&sort=-date");
        assert_eq!(
            said,
            [
                (
                    Joined::And,
                    "Owner is Me".to_owned(),
                    "where=all(plan.is:A~B,any(f2.min:5,status.is:blocked))&sort=-date".to_owned()
                ),
                (
                    Joined::And,
                    "Plan is any of A, B".to_owned(),
                    "owner=ines&where=all(any(f2.min:5,status.is:blocked))&sort=-date".to_owned()
                ),
                (
                    Joined::And,
                    "Group where Seats is at least 5 or Status is Blocked".to_owned(),
                    "owner=ines&where=all(plan.is:A~B)&sort=-date".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn alternatives_are_told_from_conditions_that_all_hold() {
        let joined = said("where=any(plan.is:A,plan.is:B)");
        assert_eq!(joined.iter().map(|(joined, ..)| *joined).collect::<Vec<_>>(), [Joined::Or, Joined::Or]);
        assert_eq!(joined[0].2, "where=any(plan.is:B)");
        assert_eq!(said("where=any(plan.is:A)")[0], (Joined::And, "Plan is A".to_owned(), String::new()));
    }
}
