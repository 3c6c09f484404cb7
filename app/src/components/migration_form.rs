//! The fields of a migration, for a new one and for its settings.

use super::browser;
use super::form::{TextArea, TextInput, error_of};
use crate::api::ApiError;
use crate::api::migrations::MigrationForm;
use domain::migration::{MigrationSettings, ROLLBACK_DAYS_DEFAULT};
use domain::slug;
use leptos::prelude::*;

/// The fields that show their own errors; the rest is for [`super::form::FormError`].
pub const FIELDS: &[&str] = &["name", "public_name", "slug", "description", "deadline", "time_zone", "rollback_days"];

/// What a new migration proposes. Its zone becomes the browser's as soon as that is known.
pub fn proposal() -> MigrationForm {
    MigrationForm {
        time_zone: "UTC".to_owned(),
        rollback_days: ROLLBACK_DAYS_DEFAULT.to_string(),
        ..MigrationForm::default()
    }
}

/// The form filled with a migration's settings.
pub fn filled(settings: &MigrationSettings) -> MigrationForm {
    MigrationForm {
        name: settings.name.clone(),
        public_name: settings.public_name.clone(),
        slug: settings.slug.clone(),
        description: settings.description.clone(),
        deadline: settings.deadline.to_string(),
        time_zone: settings.time_zone.clone(),
        rollback_days: settings.rollback_days.map(|days| days.to_string()).unwrap_or_default(),
    }
}

/// All fields of a migration, for use within an `ActionForm`.
#[component]
pub fn MigrationFields(
    form: MigrationForm,
    error: Signal<Option<ApiError>>,
    /// A new migration: the address follows the name until somebody types one, the zone is the browser's.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let own_address = !form.slug.is_empty() && form.slug != slug::from_name(&form.name);
    let address = RwSignal::new(form.slug);
    let address_touched = RwSignal::new(!new || own_address);
    let propose = Callback::new(move |name: String| {
        if !address_touched.get_untracked() {
            address.set(slug::from_name(&name));
        }
    });
    // An emptied field follows the name again.
    let touch = Callback::new(move |typed: String| address_touched.set(!new || !typed.is_empty()));
    view! {
        <div class="pair">
            <TextInput
                name="form[name]"
                label="Name"
                value=form.name
                on_input=propose
                error=error_of(error, "name")
                hint="Colleagues see it. Customers see the public name."
                maxlength=120
                required=true
                autocomplete="off"
            />
            <TextInput
                name="form[public_name]"
                label="Public name"
                value=form.public_name
                error=error_of(error, "public_name")
                hint="Customers see it on the status page. Empty: Platform migration."
                maxlength=120
                optional=true
                autocomplete="off"
            />
        </div>
        <TextInput
            name="form[slug]"
            label="Address"
            bound=address
            on_input=touch
            error=error_of(error, "slug")
            hint="The readable part of its addresses: /m/… for colleagues, /status/… for customers."
            maxlength=60
            optional=new
            required=!new
            autocomplete="off"
        />
        <TextArea
            name="form[description]"
            label="Description"
            value=form.description
            error=error_of(error, "description")
            hint="What customers read on the status page about the change."
            maxlength=4000
            optional=true
        />
        <div class="pair">
            <TextInput
                name="form[deadline]"
                kind="date"
                label="Deadline"
                value=form.deadline
                error=error_of(error, "deadline")
                hint="The day by which every customer must be across."
                required=true
            />
            <ZoneInput value=form.time_zone error=error_of(error, "time_zone") adopt=new />
        </div>
        <TextInput
            name="form[rollback_days]"
            kind="number"
            label="Rollback period in days"
            value=form.rollback_days
            error=error_of(error, "rollback_days")
            hint="How long after its start an account can be rolled back. Empty: not at all."
            min="0"
            max="365"
            inputmode="numeric"
            optional=true
        />
    }
    .into_any()
}

/// A time zone by name, with the browser's list of names to choose from.
#[component]
fn ZoneInput(value: String, error: Signal<Option<String>>, adopt: bool) -> impl IntoView {
    let zone = RwSignal::new(value);
    adopt_browsers_zone(zone, adopt);
    let names = RwSignal::new(Vec::new());
    Effect::new(move |_| names.set(browser::time_zones()));
    view! {
        <TextInput
            name="form[time_zone]"
            label="Time zone"
            bound=zone
            error=error
            hint="Days and deadlines are of this zone, for example Europe/Berlin."
            list="time-zones"
            required=true
            autocomplete="off"
        />
        <datalist id="time-zones">
            {move || names.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
        </datalist>
    }
    .into_any()
}

/// Puts the browser's zone into a new migration's form, unless somebody has typed another one before.
pub fn adopt_browsers_zone(zone: RwSignal<String>, adopt: bool) {
    Effect::new(move |_| {
        if adopt
            && zone.read_untracked().as_str() == "UTC"
            && let Some(here) = browser::time_zone()
        {
            zone.set(here);
        }
    });
}
