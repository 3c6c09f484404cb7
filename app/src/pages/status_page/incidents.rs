//! Incidents and maintenance: open, planned, drafts and past ones; and the form of a new one.

use super::form::{Choice, Pick, UpdateFields, Writing};
use super::tabs::{Loaded, Screen, Sending};
use super::words::Words;
use crate::api::status_page::{IncidentForm, IncidentLine, IncidentsAnswer, Standing, begin_incident, incidents};
use crate::components::button::SubmitButton;
use crate::components::empty::Empty;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::icon::Icon;
use crate::pages::migration::Frame;
use domain::policy::Action;
use domain::status_page::change::IncidentSaved;
use domain::status_page::{Impact, IncidentKind, IncidentState, Localized};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// The list, and the form of a new one at `?new`.
#[component]
pub fn IncidentsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
    let (may_edit, may_publish) = (may(Action::EditPage), may(Action::PublishPage));
    let query = use_query_map();
    let new = Memo::new(move |_| query.with(|query| query.get("new")));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    // What is being written must not be replaced because somebody else wrote something.
    let seen = Memo::new(move |before: Option<&domain::event::Position>| {
        let now = frame.overview.with(|overview| overview.position);
        before.filter(|_| new.with(Option::is_some)).copied().unwrap_or(now)
    });
    let list = Resource::new(move || (migration.get(), seen.get()), |(migration, _)| incidents(migration));
    let shown = Callback::new(move |answer: IncidentsAnswer| match new.get() {
        Some(kind) if may_edit => {
            let kind = if kind == "maintenance" { IncidentKind::Maintenance } else { IncidentKind::Incident };
            view! { <NewIncident frame answer kind may_publish /> }.into_any()
        }
        _ => view! { <Lists frame answer may_edit /> }.into_any(),
    });
    view! {
        <Screen frame title="Incidents and maintenance" text="What is wrong, what is planned, and what was.">
            <Loaded resource=list children=shown />
        </Screen>
    }
    .into_any()
}

#[component]
fn Lists(frame: Frame, answer: IncidentsAnswer, may_edit: bool) -> impl IntoView {
    let fallback = answer.languages.first().cloned().unwrap_or_default();
    let of = |standing: Standing| -> Vec<IncidentLine> {
        answer.incidents.iter().filter(|line| line.standing == standing).cloned().collect()
    };
    let (open, planned, drafts, past) =
        (of(Standing::Open), of(Standing::Planned), of(Standing::Draft), of(Standing::Past));
    let nothing = answer.incidents.is_empty();
    let mut months: Vec<(String, Vec<IncidentLine>)> = Vec::new();
    for line in past {
        match months.iter_mut().find(|(month, _)| *month == line.month) {
            Some((_, lines)) => lines.push(line),
            None => months.push((line.month.clone(), vec![line])),
        }
    }
    let part = |title: &'static str, id: &'static str, lines: Vec<IncidentLine>| {
        (!lines.is_empty()).then(|| {
            view! {
                <section class="panel" aria-labelledby=id>
                    <div class="panel-head">
                        <h2 id=id>{title}</h2>
                    </div>
                    <ul class="incident-list">{lines.into_iter().map(|line| one(frame, line, &fallback)).collect_view()}</ul>
                </section>
            }
        })
    };
    view! {
        {may_edit.then(|| view! {
            <div class="button-row">
                <a class="button primary" href=frame.address("status-page/incidents?new=incident")>
                    <Icon name="alert" />
                    "New incident"
                </a>
                <a class="button" href=frame.address("status-page/incidents?new=maintenance")>
                    <Icon name="calendar" />
                    "Plan maintenance"
                </a>
            </div>
        })}
        {nothing.then(|| view! {
            <Empty icon="check" title="Nothing has happened" text="Incidents and maintenance that you write stand here. Windows of cohorts come by themselves." />
        })}
        {part("Open", "open-incidents", open)}
        {part("Planned", "planned-incidents", planned)}
        {part("Drafts", "draft-incidents", drafts)}
        {months
            .into_iter()
            .map(|(month, lines)| {
                let id = format!("past-{}", month.replace(' ', "-"));
                let labelled = id.clone();
                view! {
                    <section class="panel" aria-labelledby=labelled>
                        <div class="panel-head">
                            <h2 id=id>{month}</h2>
                        </div>
                        <ul class="incident-list">
                            {lines.into_iter().map(|line| one(frame, line, &fallback)).collect_view()}
                        </ul>
                    </section>
                }
            })
            .collect_view()}
    }
    .into_any()
}

fn one(frame: Frame, line: IncidentLine, fallback: &str) -> impl IntoView {
    let incident = line.incident;
    let address = frame.address(&format!("status-page/incidents/{}", incident.number));
    let title = incident.title.text(fallback, "en").to_owned();
    let last = incident.updates.iter().rev().find(|update| update.published.is_some());
    let state = match (incident.cancelled.is_some(), last) {
        (true, _) => "Taken back".to_owned(),
        (false, Some(update)) => update.state.label().to_owned(),
        (false, None) if incident.next_due().is_some() => "Goes out by itself".to_owned(),
        (false, None) => "Draft".to_owned(),
    };
    let source = incident.cohort.map(|_| "follows a cohort");
    view! {
        <li>
            <a href=address>{title}</a>
            <span class="soft">
                {incident.kind.label()} ": " {state} {source.map(|source| format!(", {source}"))}
            </span>
            <span class="soft when">{line.when}</span>
        </li>
    }
    .into_any()
}

/// Complaints that stand at their fields.
const FIELDS: &[&str] = &["window_starts", "window_ends", "started", "state", "at", "components"];

#[component]
fn NewIncident(frame: Frame, answer: IncidentsAnswer, kind: IncidentKind, may_publish: bool) -> impl IntoView {
    let IncidentsAnswer { components, templates, languages, published, time_zone, soon, later, subscribers, .. } =
        answer;
    let writing = Writing::new(kind, IncidentState::first(kind)[0], &languages, may_publish, &soon);
    let title = RwSignal::new(Localized::default());
    let impact = RwSignal::new(if kind == IncidentKind::Maintenance { Impact::Maintenance } else { Impact::Minor });
    let (starts, ends) = (RwSignal::new(soon.clone()), RwSignal::new(later));
    let started = RwSignal::new(String::new());
    let by_itself = RwSignal::new(true);
    let sending = Sending::new();
    let navigate = use_navigate();
    let maintenance = kind == IncidentKind::Maintenance;
    let templates: Vec<_> = templates.into_iter().filter(|template| template.draft.kind == kind).collect();
    let known = StoredValue::new(templates.clone());
    let choose = move |event: leptos::ev::Event| {
        let number: Option<u16> = event_target_value(&event).parse().ok();
        let chosen = known.with_value(|known| {
            known.iter().find(|template| Some(template.number.0) == number).map(|template| template.draft.clone())
        });
        if let Some(template) = chosen {
            title.set(template.title.clone());
            impact.set(template.impact);
            writing.fill(&template);
        }
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let form = IncidentForm {
            kind,
            title: title.get_untracked(),
            impact: impact.get_untracked(),
            window_starts: starts.get_untracked(),
            window_ends: ends.get_untracked(),
            started: started.get_untracked(),
            by_itself: maintenance && by_itself.get_untracked() && writing.choice.get_untracked() != Choice::Draft,
        };
        let (first, going) = (writing.draft(), writing.going());
        let navigate = navigate.clone();
        sending.run(begin_incident(migration, form, first, going), move |saved| {
            if let IncidentSaved::Saved { number, .. } = saved {
                let address = frame.address_now(&format!("status-page/incidents/{number}"));
                navigate(&address, NavigateOptions::default());
            }
        });
    };
    let heading = if maintenance { "Plan maintenance" } else { "New incident" };
    let states: Vec<_> = IncidentState::first(kind).to_vec();
    let impacts = Impact::ALL.map(|impact| (impact, impact.code(), impact.label())).to_vec();
    let error = sending.error;
    view! {
        <section class="panel" aria-labelledby="new-incident-heading">
            <div class="panel-head">
                <h2 id="new-incident-heading">{heading}</h2>
                <a class="button small" href=frame.address("status-page/incidents")>
                    "All incidents"
                </a>
            </div>
            <form class="panel-body" on:submit=send>
                <FormError error fields=FIELDS />
                {(!templates.is_empty()).then(|| view! {
                    <div class="field">
                        <label for="incident-template">"Template"</label>
                        <select class="input" id="incident-template" on:change=choose>
                            <option value="">"Without one"</option>
                            {templates
                                .into_iter()
                                .map(|template| view! {
                                    <option value=template.number.to_string()>{template.draft.name}</option>
                                })
                                .collect_view()}
                        </select>
                    </div>
                })}
                <Words name="title" label="Title" text=title language=writing.language error />
                {maintenance.then(|| view! {
                    <div class="fields">
                        <div class="pair">
                            <TextInput name="window_starts" label="Starts" kind="datetime-local" bound=starts hint=format!("In {time_zone}.") error=error_of(error.into(), "window_starts") />
                            <TextInput name="window_ends" label="Ends" kind="datetime-local" bound=ends error=error_of(error.into(), "window_ends") />
                        </div>
                    </div>
                    <label class="choice">
                        <input
                            type="checkbox"
                            prop:checked=move || by_itself.get()
                            on:change=move |event| by_itself.set(event_target_checked(&event))
                        />
                        <span>"Starts and ends at these times by itself"</span>
                    </label>
                })}
                <UpdateFields
                    writing
                    components
                    languages
                    states=Signal::derive(move || states.clone())
                    error
                    may_publish
                    time_zone=time_zone.clone()
                />
                <details class="more-facts">
                    <summary>"Impact and beginning"</summary>
                    <div class="fields">
                        <Pick id="incident-impact" label="Impact" value=impact options=impacts />
                        {(!maintenance).then(|| view! {
                            <TextInput name="started" label="Began" kind="datetime-local" bound=started hint="Empty: when this goes out." error=error_of(error.into(), "started") />
                        })}
                    </div>
                </details>
                <div class="form-foot">
                    <SubmitButton label=Signal::derive(move || writing.verb()) pending=sending.pending />
                    <span class="consequence">{move || writing.consequence(published, subscribers)}</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}
