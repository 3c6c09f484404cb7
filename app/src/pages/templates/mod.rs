//! Templates of migrations: saved where a migration's settings are, chosen and kept in order where one begins.

mod choice;
mod manage;
mod save;

pub use choice::TemplateChoice;
pub use save::TemplateCard;

use crate::api::ApiError;
use crate::components::form::{TextArea, TextInput, error_of};
use domain::template::{DESCRIPTION_MAX, NAME_MAX};
use leptos::prelude::*;

/// The fields that show their own errors.
const FIELDS: &[&str] = &["name", "description"];

/// Name and description of a template, within a form.
#[component]
fn TitleFields(
    name: RwSignal<String>,
    description: RwSignal<String>,
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    view! {
        <div class="fields">
            <TextInput
                name="title[name]"
                id="template-name"
                label="Name"
                bound=name
                error=error_of(error, "name")
                maxlength=NAME_MAX as u32
                required=true
                autocomplete="off"
            />
            <TextArea
                name="title[description]"
                id="template-description"
                label="Description"
                bound=description
                error=error_of(error, "description")
                hint="What it is for. Colleagues read it when they choose one."
                rows=2
                maxlength=DESCRIPTION_MAX as u32
                optional=true
            />
        </div>
    }
    .into_any()
}
