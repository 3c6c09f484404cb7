//! The form for a new cohort or for an existing one.

use super::Page;
use crate::api::ApiError;
use crate::api::cohorts::{ChangeCohort, CohortForm, CreateCohort};
use crate::api::migrations::CohortSummary;
use crate::components::browser;
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, Select, TextInput, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::cohort::CohortStage;
use domain::id::CohortNumber;
use leptos::prelude::*;

const FIELDS: &[&str] =
    &["name", "public_name", "window_starts", "window_ends", "time_zone", "capacity", "owner", "after"];

/// The form in a dialog; `edited` says for which cohort, `None` means a new one. When a change may move dates, the
/// planning of dates opens after it.
#[component]
pub fn CohortDialog(page: Page, edited: RwSignal<Option<CohortNumber>>, open: RwSignal<bool>) -> impl IntoView {
    let frame = page.frame;
    let create = ServerAction::<CreateCohort>::new();
    let change = ServerAction::<ChangeCohort>::new();
    on_success(create, move |_| {
        open.set(false);
        frame.refetch.run(());
    });
    // Whether what was sent changes the days or how many fit on one.
    let moves_dates = StoredValue::new(false);
    on_success(change, move |()| {
        open.set(false);
        frame.refetch.run(());
        if let Some(cohort) = edited.get_untracked().filter(|_| moves_dates.get_value()) {
            page.plan.run(cohort);
        }
    });
    let (create_error, change_error) = (failure(create), failure(change));
    leave_when_signed_out(create_error);
    leave_when_signed_out(change_error);
    Effect::new(move |_| {
        if open.get() {
            create.clear();
            change.clear();
        }
    });
    let title =
        Signal::derive(move || if edited.get().is_some() { "Edit the cohort" } else { "New cohort" }.to_owned());
    let send = Callback::new(move |(before, form): (Option<CohortForm>, CohortForm)| {
        let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
        match (edited.get_untracked(), before) {
            (Some(cohort), Some(before)) => {
                let when = |form: &CohortForm| {
                    let CohortForm { window_starts, window_ends, time_zone, capacity, .. } = form.clone();
                    (window_starts, window_ends, time_zone, capacity)
                };
                let has_accounts = find(frame, Some(cohort)).is_some_and(|summary| summary.counts.total() > 0);
                let planned = !form.window_starts.is_empty() && has_accounts;
                moves_dates.set_value(planned && when(&before) != when(&form));
                change.dispatch(ChangeCohort { migration, cohort, form });
            }
            _ => _ = create.dispatch(CreateCohort { migration, form }),
        }
    });
    let (creating, changing) = (create.pending(), change.pending());
    let pending = Signal::derive(move || creating.get() || changing.get());
    let error = Signal::derive(move || create_error.get().or(change_error.get()));
    view! {
        <Dialog id="cohort-form" title open>
            {move || {
                open.get().then(|| view! { <Form frame cohort=edited.get_untracked() send pending error open /> })
            }}
        </Dialog>
    }
    .into_any()
}

fn find(frame: Frame, number: Option<CohortNumber>) -> Option<CohortSummary> {
    frame.overview.with_untracked(|overview| {
        overview.cohorts.iter().find(|summary| Some(summary.cohort.number) == number).cloned()
    })
}

fn filled(summary: CohortSummary) -> CohortForm {
    let settings = summary.cohort.settings;
    CohortForm {
        name: settings.name,
        public_name: settings.public_name,
        window_starts: summary.window_starts,
        window_ends: summary.window_ends,
        time_zone: settings.time_zone.unwrap_or_default(),
        capacity: settings.capacity.map(|count| count.to_string()).unwrap_or_default(),
        owner: settings.owner.map(|owner| owner.0).unwrap_or_default(),
        after: settings.after,
    }
}

#[component]
fn Form(
    frame: Frame,
    cohort: Option<CohortNumber>,
    send: Callback<(Option<CohortForm>, CohortForm)>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let before = find(frame, cohort).map(filled);
    let label = if before.is_some() { "Save" } else { "Add the cohort" };
    let CohortForm { name, public_name, window_starts, window_ends, time_zone, capacity, owner, after } =
        before.clone().unwrap_or_default();
    let [name, public_name, window_starts, window_ends, time_zone, capacity, owner] =
        [name, public_name, window_starts, window_ends, time_zone, capacity, owner].map(RwSignal::new);
    let after = RwSignal::new(after);
    let zone = frame.overview.with_untracked(|overview| overview.migration.settings.time_zone.clone());
    let zones = RwSignal::new(Vec::new());
    Effect::new(move |_| zones.set(browser::time_zones()));
    let people = frame.overview.with_untracked(|overview| {
        let chosen = owner.get_untracked();
        let people = overview.people.iter().filter(|person| person.active || person.id.0 == chosen);
        people.map(|person| (person.id.0.clone(), person.name.clone())).collect::<Vec<_>>()
    });
    let others = frame.overview.with_untracked(|overview| {
        let others = overview.cohorts.iter().map(|summary| &summary.cohort);
        let others = others.filter(|other| Some(other.number) != cohort);
        others.map(|other| (other.number, other.label(), other.stage)).collect::<Vec<_>>()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let form = CohortForm {
            name: name.get_untracked(),
            public_name: public_name.get_untracked(),
            window_starts: window_starts.get_untracked(),
            window_ends: window_ends.get_untracked(),
            time_zone: time_zone.get_untracked(),
            capacity: capacity.get_untracked(),
            owner: owner.get_untracked(),
            after: after.get_untracked(),
        };
        send.run((before.clone(), form));
    };
    view! {
        <form on:submit=submit novalidate=true>
            <div class="fields">
                <FormError error fields=FIELDS />
                <TextInput
                    name="name"
                    id="cohort-name"
                    label="Name"
                    bound=name
                    error=error_of(error, "name")
                    hint="Colleagues see it, for example Main EU."
                    maxlength=80
                    required=true
                    autocomplete="off"
                />
                <TextInput
                    name="public_name"
                    id="cohort-public-name"
                    label="Public name"
                    bound=public_name
                    error=error_of(error, "public_name")
                    hint="Customers see it on the status page. Empty: Wave 3, by its place."
                    maxlength=80
                    optional=true
                    autocomplete="off"
                />
                <div class="pair">
                    <TextInput
                        name="window_starts"
                        id="cohort-window-starts"
                        kind="datetime-local"
                        label="Window starts"
                        bound=window_starts
                        error=error_of(error, "window_starts")
                        optional=true
                    />
                    <TextInput
                        name="window_ends"
                        id="cohort-window-ends"
                        kind="datetime-local"
                        label="Window ends"
                        bound=window_ends
                        error=error_of(error, "window_ends")
                        optional=true
                    />
                </div>
                <div class="pair">
                    <TextInput
                        name="time_zone"
                        id="cohort-time-zone"
                        label="Time zone of the window"
                        bound=time_zone
                        error=error_of(error, "time_zone")
                        hint=format!("Empty: the migration's, {zone}.")
                        list="cohort-zones"
                        optional=true
                        autocomplete="off"
                    />
                    <TextInput
                        name="capacity"
                        id="cohort-capacity"
                        kind="number"
                        label="Accounts per day"
                        bound=capacity
                        error=error_of(error, "capacity")
                        hint="Dates are spread so that no day has more. Empty: no limit."
                        inputmode="numeric"
                        min="1"
                        optional=true
                    />
                </div>
                <datalist id="cohort-zones">
                    {move || zones.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
                </datalist>
                <Select
                    name="owner"
                    id="cohort-owner"
                    label="Owner"
                    bound=owner
                    error=error_of(error, "owner")
                    hint="Answers for it, and is told when it halts."
                >
                    <option value="">"Nobody"</option>
                    {people.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> }).collect_view()}
                </Select>
                <Predecessors others after error=error_of(error, "after") />
            </div>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label pending />
            </footer>
        </form>
    }
    .into_any()
}

/// The cohorts that must be through before this one starts.
#[component]
fn Predecessors(
    others: Vec<(CohortNumber, String, CohortStage)>,
    after: RwSignal<Vec<CohortNumber>>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    if others.is_empty() {
        return ().into_any();
    }
    let toggle = move |number: CohortNumber, on: bool| {
        after.update(|after| {
            after.retain(|other| *other != number);
            if on {
                after.push(number);
            }
        });
    };
    view! {
        <fieldset class="predecessors" aria-describedby="cohort-after-error">
            <legend>"Waits for"</legend>
            <div class="choices-list">
                {others
                    .into_iter()
                    .map(|(number, label, stage)| view! {
                        <label class="choice">
                            <input
                                type="checkbox"
                                prop:checked=move || after.with(|after| after.contains(&number))
                                on:change=move |event| toggle(number, event_target_checked(&event))
                            />
                            <span>{label}</span>
                            <span class="soft">{stage.label()}</span>
                        </label>
                    })
                    .collect_view()}
            </div>
            <p class="bulk-missing" id="cohort-after-error" role="alert">{error}</p>
        </fieldset>
    }
    .into_any()
}
