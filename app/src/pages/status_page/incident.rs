//! One incident or maintenance: how it stands, another update in seconds, what was told, its facts.

use super::form::{Choice, Pick, UpdateFields, Writing};
use super::tabs::{Done, Loaded, Screen, Sending};
use super::words::{LanguageChoice, Words};
use crate::api::status_page::{
    GoingForm, IncidentAnswer, IncidentForm, Standing, change_incident, incident, remove_update, save_update, take_back,
};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::notice::{Notice, Tone};
use crate::pages::migration::Frame;
use domain::id::IncidentNumber;
use domain::policy::Action;
use domain::status_page::change::IncidentSaved;
use domain::status_page::{Impact, Incident, IncidentKind, IncidentState, IncidentUpdate};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page of one incident.
#[component]
pub fn IncidentPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let params = use_params_map();
    let number = Memo::new(move |before: Option<&u32>| {
        let here = params.with(|params| params.get("number")).and_then(|number| number.parse().ok());
        here.or(before.copied()).unwrap_or(0)
    });
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    // Loaded anew only when asked for: what somebody writes at night is not replaced under their hands. A change by somebody
    // else is found by its version when this is saved, and is announced above.
    let loaded = Resource::new(
        move || (migration.get(), number.get()),
        |(migration, number)| incident(migration, IncidentNumber(number)),
    );
    let again = Callback::new(move |()| loaded.refetch());
    let shown = Callback::new(move |answer: IncidentAnswer| view! { <One frame answer again /> }.into_any());
    view! {
        <Screen frame title="Incident" text="">
            <Loaded resource=loaded children=shown />
        </Screen>
    }
    .into_any()
}

/// What everything on the page shares.
#[derive(Clone, Copy)]
struct Page {
    frame: Frame,
    number: IncidentNumber,
    /// The version that its forms began with.
    seen: RwSignal<u32>,
    /// What somebody else made of it meanwhile, and who.
    theirs: RwSignal<Option<(Incident, String)>>,
    again: Callback<()>,
    may_publish: bool,
    published: bool,
    subscribers: u32,
}

impl Page {
    /// What follows a saving: the page comes anew, or a conflict is shown and everything that was typed stays.
    fn answered(self, saved: IncidentSaved) {
        match saved {
            IncidentSaved::Saved { .. } => self.again.run(()),
            IncidentSaved::Conflict { theirs, by } => self.theirs.set(Some((*theirs, by))),
        }
    }
}

#[component]
fn One(frame: Frame, answer: IncidentAnswer, again: Callback<()>) -> impl IntoView {
    let may = |action| frame.overview.with_untracked(|overview| overview.me.may(action));
    let incident = answer.incident.clone();
    let page = Page {
        frame,
        number: incident.number,
        seen: RwSignal::new(incident.version),
        theirs: RwSignal::new(None),
        again,
        may_publish: may(Action::PublishPage),
        published: answer.published,
        subscribers: answer.subscribers,
    };
    let may_edit = may(Action::EditPage) && incident.cancelled.is_none();
    let fallback = answer.languages.first().cloned().unwrap_or_default();
    let title = incident.title.text(&fallback, "en").to_owned();
    let standing = match answer.standing {
        Standing::Open => "Open: readers see it.",
        Standing::Planned => "Planned.",
        Standing::Draft => "A draft: no reader sees it.",
        Standing::Past if incident.cancelled.is_some() => "Taken back: no reader sees it.",
        Standing::Past => "Over.",
    };
    let kind = incident.kind.label();
    let history = answer.history.clone();
    view! {
        <p class="way-back">
            <a href=frame.address("status-page/incidents")>"All incidents"</a>
        </p>
        <header class="incident-head">
            <h2>{title}</h2>
            <p class="soft">{kind} ", " {answer.when.clone()} ". " {standing}</p>
        </header>
        <Conflict page fallback=fallback.clone() />
        {may_edit.then(|| view! { <NewUpdate page answer=answer.clone() /> })}
        <Updates page answer=answer.clone() may_edit />
        {may_edit.then(|| view! { <Facts page answer=answer.clone() /> })}
        <details class="panel incident-history">
            <summary class="panel-head">"Who did what"</summary>
            <ul class="panel-body plain-list">{history.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        </details>
    }
    .into_any()
}

/// What somebody else wrote meanwhile, above what stays in the forms.
#[component]
fn Conflict(page: Page, fallback: String) -> impl IntoView {
    move || {
        page.theirs.get().map(|(theirs, by)| {
            let last = theirs.updates.iter().rev().find(|update| update.at.is_some()).cloned();
            let (version, fallback) = (theirs.version, fallback.clone());
            view! {
                <Notice tone=Tone::Warning>
                    <p>
                        <b>{by}</b>
                        " changed this while you were writing. Nothing of yours was published, and everything you typed is still here."
                    </p>
                    {last.map(|update| view! {
                        <p>"It stands now: " <b>{update.state.label()}</b> ". " {update.body.text(&fallback, "en").to_owned()}</p>
                    })}
                    <div class="button-row">
                        <button
                            type="button"
                            class="button small"
                            on:click=move |_| {
                                page.seen.set(version);
                                page.theirs.set(None);
                            }
                        >
                            "Keep mine: I have read theirs"
                        </button>
                        <button type="button" class="button small" on:click=move |_| page.again.run(())>
                            "Drop mine and take theirs"
                        </button>
                    </div>
                </Notice>
            }
        })
    }
}

#[component]
fn NewUpdate(page: Page, answer: IncidentAnswer) -> impl IntoView {
    let incident = answer.incident.clone();
    let published: Vec<&IncidentUpdate> = incident.updates.iter().filter(|update| update.at.is_some()).collect();
    let last = published.last().map(|update| update.state);
    let states: Vec<IncidentState> = match last {
        Some(last) => last.next().to_vec(),
        None => IncidentState::first(incident.kind).to_vec(),
    };
    // A draft's first words are already written: what is missing is to publish them.
    let draft = incident.updates.iter().find(|update| update.at.is_none() && incident.published.is_none()).cloned();
    let state = draft.as_ref().map_or(states[0], |draft| draft.state);
    let writing = Writing::new(incident.kind, state, &answer.languages, page.may_publish, &answer.soon);
    if let Some(draft) = &draft {
        writing.body.set(draft.body.clone());
        writing.components.set(draft.components.clone());
        writing.notify.set(draft.notify);
    }
    let number = draft.as_ref().map(|draft| draft.number);
    let sending = Sending::new();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let migration = page.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let (draft, going) = (writing.draft(), writing.going());
        let work = save_update(migration, page.number, page.seen.get_untracked(), number, draft, going);
        sending.run(work, move |saved| page.answered(saved));
    };
    let heading = if number.is_some() { "The draft" } else { "Post an update" };
    let error = sending.error;
    view! {
        <section class="panel" aria-labelledby="new-update-heading">
            <div class="panel-head">
                <h3 id="new-update-heading">{heading}</h3>
            </div>
            <form class="panel-body" on:submit=send>
                <FormError error fields=&["state", "at", "components"] />
                <UpdateFields
                    writing
                    components=answer.components.clone()
                    languages=answer.languages.clone()
                    states=Signal::derive(move || states.clone())
                    error
                    may_publish=page.may_publish
                    time_zone=answer.time_zone.clone()
                />
                <div class="form-foot">
                    <SubmitButton label=Signal::derive(move || writing.verb()) pending=sending.pending />
                    <span class="consequence">{move || writing.consequence(page.published, page.subscribers)}</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Updates(page: Page, answer: IncidentAnswer, may_edit: bool) -> impl IntoView {
    let fallback = answer.languages.first().cloned().unwrap_or_default();
    let correcting = RwSignal::new(None::<u32>);
    let lines: Vec<_> = answer
        .incident
        .updates
        .iter()
        .rev()
        .map(|update| {
            let times = answer.updates.iter().find(|line| line.number == update.number);
            let when = times.map(|line| line.when.clone()).unwrap_or_default();
            let by = times.map(|line| line.by.clone()).unwrap_or_default();
            let number = update.number;
            let waits = match (update.published.is_some(), update.at.is_some()) {
                (true, _) => when,
                (false, true) => format!("goes out {when}"),
                (false, false) => "draft".to_owned(),
            };
            let can_change = may_edit && (page.may_publish || update.at.is_none());
            let body = update.body.text(&fallback, "en").to_owned();
            let languages = update.body.0.keys().map(|tag| super::words::name_of(tag)).collect::<Vec<_>>().join(", ");
            let (answer, update_of) = (answer.clone(), update.clone());
            view! {
                <li>
                    <p>
                        <b>{update.state.label()}</b>
                        " "
                        <span class="soft">{waits} ", " {by} ", " {languages} {update.notify.then_some(", subscribers told")}</span>
                    </p>
                    <p class="told">{body}</p>
                    {can_change.then(|| view! {
                        <button
                            type="button"
                            class="button small"
                            aria-expanded=move || (correcting.get() == Some(number)).to_string()
                            on:click=move |_| correcting.update(|open| *open = if *open == Some(number) { None } else { Some(number) })
                        >
                            {if update.published.is_some() { "Correct the words" } else { "Change" }}
                            <span class="visually-hidden">" of update " {number}</span>
                        </button>
                    })}
                    {move || (correcting.get() == Some(number)).then(|| view! {
                        <ChangeUpdate page answer=answer.clone() update=update_of.clone() />
                    })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="updates-heading">
            <div class="panel-head">
                <h3 id="updates-heading">"What was told"</h3>
            </div>
            <ol class="incident-updates" reversed=true>
                {lines}
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn ChangeUpdate(page: Page, answer: IncidentAnswer, update: IncidentUpdate) -> impl IntoView {
    let published = update.published.is_some();
    let at = answer.updates.iter().find(|line| line.number == update.number).map(|line| line.at.clone());
    let at = at.filter(|at| !at.is_empty()).unwrap_or_else(|| answer.soon.clone());
    let writing = Writing::new(answer.incident.kind, update.state, &answer.languages, page.may_publish, &at);
    writing.body.set(update.body.clone());
    writing.components.set(update.components.clone());
    writing.notify.set(update.notify);
    writing.choice.set(match (published, update.at) {
        (true, _) => Choice::Now,
        (false, Some(_)) => Choice::Later,
        (false, None) => Choice::Draft,
    });
    let before = answer.incident.updates.iter().rfind(|other| other.number < update.number && other.at.is_some());
    let states: Vec<_> = match before {
        Some(before) => before.state.next().to_vec(),
        None => IncidentState::first(answer.incident.kind).to_vec(),
    };
    let sending = Sending::new();
    let number = update.number;
    let migration = move || page.frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let going = if published { GoingForm::Now } else { writing.going() };
        let work =
            save_update(migration(), page.number, page.seen.get_untracked(), Some(number), writing.draft(), going);
        sending.run(work, move |saved| page.answered(saved));
    };
    let remove = move |_| {
        let work = remove_update(migration(), page.number, page.seen.get_untracked(), number);
        sending.run(work, move |saved| page.answered(saved));
    };
    let error = sending.error;
    let label = Signal::derive(move || if published { "Save the correction".to_owned() } else { writing.verb() });
    view! {
        <form class="change-update" on:submit=send>
            <FormError error fields=&["state", "at", "components"] />
            <UpdateFields
                writing
                components=answer.components.clone()
                languages=answer.languages.clone()
                states=Signal::derive(move || states.clone())
                error
                may_publish=page.may_publish
                time_zone=answer.time_zone.clone()
                correcting=published
            />
            <div class="form-foot">
                <SubmitButton label pending=sending.pending />
                {(!published).then(|| view! {
                    <button type="button" class="button danger" on:click=remove>
                        "Remove this update"
                    </button>
                })}
                <span class="consequence">
                    {move || match published {
                        true => "Readers see the corrected words at once. Nobody is written to again.".to_owned(),
                        false => writing.consequence(page.published, page.subscribers),
                    }}
                </span>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Facts(page: Page, answer: IncidentAnswer) -> impl IntoView {
    let incident = answer.incident.clone();
    let maintenance = incident.kind == IncidentKind::Maintenance;
    let title = RwSignal::new(incident.title.clone());
    let impact = RwSignal::new(incident.impact);
    let (starts, ends) = (RwSignal::new(answer.window_starts.clone()), RwSignal::new(answer.window_ends.clone()));
    let started = RwSignal::new(answer.started.clone());
    let language = RwSignal::new(answer.languages.first().cloned().unwrap_or_default());
    let sending = Sending::new();
    let open = RwSignal::new(false);
    let migration = move || page.frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let form = IncidentForm {
            kind: incident.kind,
            title: title.get_untracked(),
            impact: impact.get_untracked(),
            window_starts: starts.get_untracked(),
            window_ends: ends.get_untracked(),
            started: started.get_untracked(),
            by_itself: false,
        };
        let work = change_incident(migration(), page.number, page.seen.get_untracked(), form);
        sending.run(work, move |saved| {
            sending.done.set("Saved".to_owned());
            page.answered(saved);
        });
    };
    let confirm = move |_| {
        let work = take_back(migration(), page.number, page.seen.get_untracked());
        sending.run(work, move |saved| {
            open.set(false);
            page.answered(saved);
        });
    };
    let error = sending.error;
    let impacts = Impact::ALL.map(|impact| (impact, impact.code(), impact.label())).to_vec();
    let languages = answer.languages.clone();
    let missing = Callback::new(move |tag: String| title.with(|title| usize::from(title.exactly(&tag).is_empty())));
    let zone = answer.time_zone.clone();
    let follows = incident.cohort.is_some() && maintenance;
    view! {
        <details class="panel">
            <summary class="panel-head">"Title, impact and times"</summary>
            <form class="panel-body" on:submit=send>
                <FormError error fields=&["window_starts", "window_ends", "started"] />
                {follows.then(|| view! {
                    <p class="soft">"It follows a cohort: its title and window are set there."</p>
                })}
                <LanguageChoice languages=Signal::derive(move || languages.clone()) chosen=language missing />
                <Words name="title" label="Title" text=title language error />
                <Pick id="facts-impact" label="Impact" value=impact options=impacts />
                {if maintenance {
                    view! {
                        <div class="fields">
                            <div class="pair">
                                <TextInput name="window_starts" label="Starts" kind="datetime-local" bound=starts hint=format!("In {zone}.") error=error_of(error.into(), "window_starts") />
                                <TextInput name="window_ends" label="Ends" kind="datetime-local" bound=ends error=error_of(error.into(), "window_ends") />
                            </div>
                        </div>
                    }
                    .into_any()
                } else {
                    view! { <TextInput name="started" label="Began" kind="datetime-local" bound=started hint=format!("In {zone}.") error=error_of(error.into(), "started") /> }
                        .into_any()
                }}
                <div class="form-foot">
                    <SubmitButton label="Save" pending=sending.pending class="" />
                    <button type="button" class="button danger" aria-haspopup="dialog" on:click=move |_| open.set(true)>
                        {if maintenance { "Cancel the maintenance…" } else { "Take it back…" }}
                    </button>
                    <Done sending />
                </div>
            </form>
        </details>
        <Dialog id="take-back" title=Signal::derive(move || if maintenance { "Cancel this maintenance?".to_owned() } else { "Take this back?".to_owned() }) open>
            <p>
                {if maintenance {
                    "It leaves the page at once, and calendars of readers say that it is cancelled. It cannot be brought back."
                } else {
                    "No reader sees it any more, nor any of its updates. It cannot be brought back. Something that is solved is better told as Resolved."
                }}
            </p>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Keep it"
                </button>
                <button type="button" class="button danger primary" aria-busy=move || sending.pending.get().then_some("true") on:click=confirm>
                    {if maintenance { "Cancel the maintenance" } else { "Take it back" }}
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}
