//! A new migration.

use crate::api::migrations::{CreateMigration, MigrationForm};
use crate::components::browser;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, failure};
use crate::components::frame::Page;
use crate::components::migration_form::{FIELDS, MigrationFields, proposal};
use crate::components::problem::leave_when_signed_out;
use crate::pages::templates::TemplateChoice;
use domain::template::MigrationTemplate;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The whole form; the server goes to the new migration when it has been created.
#[component]
pub fn NewMigrationPage() -> impl IntoView {
    let create = ServerAction::<CreateMigration>::new();
    let error = failure(create);
    leave_when_signed_out(error);
    // Counted, so that another template makes the fields anew: those that stand there hold what was typed.
    let form = RwSignal::new((0_u32, proposal()));
    let take_over = Callback::new(move |template: Option<MigrationTemplate>| {
        let next = with(template);
        form.update(|(count, form)| {
            *count += 1;
            *form = next;
        });
    });
    view! {
        <Page title="New migration" class="narrow">
            <div class="page-head">
                <h1>"New migration"</h1>
                <p>"It begins as a draft: nothing is public and no account can start until a lead starts it."</p>
            </div>
            <ActionForm action=create>
                <div class="panel">
                    <div class="panel-body fields">
                        <TemplateChoice on_choice=take_over />
                        <FormError error fields=FIELDS />
                        <For each=move || [form.get()] key=|(count, _)| *count let((_, form))>
                            <MigrationFields form error new=true />
                        </For>
                        <div class="form-foot">
                            <SubmitButton label="Create the migration" pending=create.pending() />
                            <a class="button quiet" href="/">
                                "Cancel"
                            </a>
                        </div>
                    </div>
                </div>
            </ActionForm>
        </Page>
    }
    .into_any()
}

/// The form with a template's settings. What only this migration has stays as it was typed.
fn with(template: Option<MigrationTemplate>) -> MigrationForm {
    let typed = |field: &str| browser::present(&format!("form-{field}")).unwrap_or_default();
    let own = MigrationForm { name: typed("name"), slug: typed("slug"), deadline: typed("deadline"), ..proposal() };
    match template {
        None => own,
        Some(MigrationTemplate { content, .. }) => MigrationForm {
            public_name: content.public_name,
            description: content.public_text,
            time_zone: content.time_zone,
            rollback_days: content.rollback_days.map(|days| days.to_string()).unwrap_or_default(),
            ..own
        },
    }
}
