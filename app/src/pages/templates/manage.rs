//! Renaming and deleting the template that is chosen.

use super::{FIELDS, TitleFields};
use crate::api::templates::{ChangeTemplate, DeleteTemplate};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use domain::template::{MigrationTemplate, TemplateTitle};
use leptos::portal::Portal;
use leptos::prelude::*;

/// Two buttons and their dialogs. The dialogs stand at the end of the document: a form cannot stand in another one.
#[component]
pub fn Manage(template: MigrationTemplate, changed: Callback<()>) -> impl IntoView {
    let (renames, deletes) = (RwSignal::new(false), RwSignal::new(false));
    let template = StoredValue::new(template);
    view! {
        <div class="button-row">
            <button type="button" class="button small" aria-haspopup="dialog" on:click=move |_| renames.set(true)>
                <Icon name="pencil" />
                "Rename"
                <span class="visually-hidden">" the template"</span>
            </button>
            <button type="button" class="button small danger" aria-haspopup="dialog" on:click=move |_| deletes.set(true)>
                "Delete"
                <span class="visually-hidden">" the template"</span>
            </button>
        </div>
        <Portal>
            <Rename template=template.get_value() open=renames changed />
            <Delete template=template.get_value() open=deletes changed />
        </Portal>
    }
    .into_any()
}

#[component]
fn Rename(template: MigrationTemplate, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let change = ServerAction::<ChangeTemplate>::new();
    let error = failure(change);
    leave_when_signed_out(error);
    on_success(change, move |()| {
        open.set(false);
        changed.run(());
    });
    let MigrationTemplate { id, title, .. } = template;
    let (name, description) = (RwSignal::new(title.name), RwSignal::new(title.description));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let title = TemplateTitle { name: name.get_untracked(), description: description.get_untracked() };
        change.dispatch(ChangeTemplate { template: id.clone(), title });
    };
    view! {
        <Dialog id="rename-template" title="Rename the template" open>
            <form on:submit=submit novalidate=true>
                <FormError error fields=FIELDS />
                <TitleFields name description error />
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Save" pending=change.pending() />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Delete(template: MigrationTemplate, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let delete = ServerAction::<DeleteTemplate>::new();
    let error = failure(delete);
    leave_when_signed_out(error);
    on_success(delete, move |()| {
        open.set(false);
        changed.run(());
        request_animation_frame(|| dom::focus_id("template"));
    });
    let MigrationTemplate { id, title, .. } = template;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        delete.dispatch(DeleteTemplate { template: id.clone() });
    };
    view! {
        <Dialog id="delete-template" title=format!("Delete the template {}?", title.name) open>
            <p>"Migrations that started from it stay as they are. The template cannot be brought back."</p>
            <form on:submit=submit>
                <FormError error />
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Delete the template" pending=delete.pending() class="danger primary" />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
