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
    let form = RwSignal::new(proposal());
    let take_over = Callback::new(move |template: Option<MigrationTemplate>| form.set(with(template)));
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
                        {move || view! { <MigrationFields form=form.get() error new=true /> }}
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
