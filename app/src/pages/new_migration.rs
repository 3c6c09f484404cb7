//! A new migration.

use crate::api::migrations::CreateMigration;
use crate::components::button::SubmitButton;
use crate::components::form::{FormError, failure};
use crate::components::frame::Page;
use crate::components::migration_form::{FIELDS, MigrationFields, proposal};
use crate::components::problem::leave_when_signed_out;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The whole form; the server goes to the new migration when it has been created.
#[component]
pub fn NewMigrationPage() -> impl IntoView {
    let create = ServerAction::<CreateMigration>::new();
    let error = failure(create);
    leave_when_signed_out(error);
    view! {
        <Page title="New migration" class="narrow">
            <div class="page-head">
                <h1>"New migration"</h1>
                <p>"It begins as a draft: nothing is public and no account can start until a lead starts it."</p>
            </div>
            <ActionForm action=create>
                <div class="panel">
                    <div class="panel-body fields">
                        <FormError error fields=FIELDS />
                        <MigrationFields form=proposal() error new=true />
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
