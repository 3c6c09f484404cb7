//! The form for a new cohort or for an existing one.

use crate::api::ApiError;
use crate::api::cohorts::{ChangeCohort, CohortForm, CreateCohort};
use crate::api::migrations::CohortSummary;
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::id::{CohortNumber, MigrationId};
use leptos::form::ActionForm;
use leptos::prelude::*;

const FIELDS: &[&str] = &["name", "public_name", "window_starts", "window_ends"];

/// The form in a dialog; `edited` says for which cohort, `None` means a new one.
#[component]
pub fn CohortDialog(frame: Frame, edited: RwSignal<Option<CohortNumber>>, open: RwSignal<bool>) -> impl IntoView {
    let create = ServerAction::<CreateCohort>::new();
    let change = ServerAction::<ChangeCohort>::new();
    let done = move || {
        open.set(false);
        frame.refetch.run(());
    };
    on_success(create, move |_| done());
    on_success(change, move |()| done());
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
    view! {
        <Dialog id="cohort-form" title open>
            {move || {
                open.get().then(|| {
                    let (migration, zone, found) = read(frame, edited.get_untracked());
                    match found {
                        Some(summary) => view! { <Change migration zone summary change error=change_error open /> }.into_any(),
                        None => view! { <Create migration zone create error=create_error open /> }.into_any(),
                    }
                })
            }}
        </Dialog>
    }
    .into_any()
}

fn read(frame: Frame, edited: Option<CohortNumber>) -> (MigrationId, String, Option<CohortSummary>) {
    frame.overview.with_untracked(|overview| {
        let found = overview.cohorts.iter().find(|summary| Some(summary.cohort.number) == edited).cloned();
        (overview.migration.id.clone(), overview.migration.settings.time_zone.clone(), found)
    })
}

#[component]
fn Create(
    migration: MigrationId,
    zone: String,
    create: ServerAction<CreateCohort>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <ActionForm action=create>
            <input type="hidden" name="migration" value=migration.to_string() />
            <Fields form=CohortForm::default() zone error />
            <Foot label="Add the cohort" pending=create.pending() open />
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Change(
    migration: MigrationId,
    zone: String,
    summary: CohortSummary,
    change: ServerAction<ChangeCohort>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = CohortForm {
        name: summary.cohort.settings.name,
        public_name: summary.cohort.settings.public_name,
        window_starts: summary.window_starts,
        window_ends: summary.window_ends,
    };
    view! {
        <ActionForm action=change>
            <input type="hidden" name="migration" value=migration.to_string() />
            <input type="hidden" name="cohort" value=summary.cohort.number.to_string() />
            <Fields form zone error />
            <Foot label="Save" pending=change.pending() open />
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Fields(form: CohortForm, zone: String, error: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <div class="fields">
            <FormError error fields=FIELDS />
            <TextInput
                name="form[name]"
                id="cohort-name"
                label="Name"
                value=form.name
                error=error_of(error, "name")
                hint="Colleagues see it, for example Main EU."
                maxlength=80
                required=true
                autocomplete="off"
            />
            <TextInput
                name="form[public_name]"
                id="cohort-public-name"
                label="Public name"
                value=form.public_name
                error=error_of(error, "public_name")
                hint="Customers see it on the status page. Empty: Wave 3, by its place."
                maxlength=80
                optional=true
                autocomplete="off"
            />
            <div class="pair">
                <TextInput
                    name="form[window_starts]"
                    id="cohort-window-starts"
                    kind="datetime-local"
                    label="Window starts"
                    value=form.window_starts
                    error=error_of(error, "window_starts")
                    hint=format!("In {zone}.")
                    optional=true
                />
                <TextInput
                    name="form[window_ends]"
                    id="cohort-window-ends"
                    kind="datetime-local"
                    label="Window ends"
                    value=form.window_ends
                    error=error_of(error, "window_ends")
                    optional=true
                />
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Foot(label: &'static str, #[prop(into)] pending: Signal<bool>, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <footer>
            <button type="button" class="button" on:click=move |_| open.set(false)>
                "Cancel"
            </button>
            <SubmitButton label pending />
        </footer>
    }
    .into_any()
}
