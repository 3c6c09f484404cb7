//! One customer by hand.

use crate::api::ApiError;
use crate::api::customers::{CustomerForm, create_customer};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::problem::leave_when_signed_out;
use crate::pages::accounts::dom;
use domain::customer::SHORT_TEXT_MAX;
use domain::customer::address::path_of;
use domain::id::{CommandId, EXTERNAL_ID_MAX};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// The fields that show their own errors.
const FIELDS: &[&str] = &["external_id", "name", "plan", "region", "contact_name", "contact_email"];

/// A dialog that adds a customer and goes to its page.
#[component]
pub fn NewCustomer(open: RwSignal<bool>) -> impl IntoView {
    let [id, name, plan, region, contact, email] = [(); 6].map(|()| RwSignal::new(String::new()));
    let error = RwSignal::new(None::<ApiError>);
    leave_when_signed_out(error.into());
    let pending = RwSignal::new(false);
    // Sending the same form again after a lost answer must not complain that the customer is there already.
    let command = StoredValue::new(None::<CommandId>);
    let navigate = StoredValue::new(use_navigate());
    let submit = move || {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let sent = command.get_value().unwrap_or_else(dom::new_command);
        command.set_value(Some(sent.clone()));
        let form = CustomerForm {
            external_id: id.get_untracked(),
            name: name.get_untracked(),
            plan: plan.get_untracked(),
            region: region.get_untracked(),
            contact_name: contact.get_untracked(),
            contact_email: email.get_untracked(),
        };
        spawn_local(async move {
            let answer = create_customer(sent, form).await;
            if pending.try_set(false).is_some() {
                return;
            }
            if !matches!(answer, Err(ApiError::Transport { .. } | ApiError::Unavailable { .. })) {
                command.set_value(None);
            }
            match answer {
                Ok(id) => navigate.with_value(|go| go(&path_of(&id), Default::default())),
                Err(problem) => error.set(Some(problem)),
            }
        });
    };
    let complaint = move |field| error_of(error.into(), field);
    view! {
        <Dialog id="new-customer" title="Add a customer" open>
            <form
                class="fields"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <FormError error fields=FIELDS />
                <TextInput
                    name="external_id"
                    id="new-customer-id"
                    label="External id"
                    hint="The customer's id in your own systems; it never changes."
                    bound=id
                    error=complaint("external_id")
                    required=true
                    maxlength=EXTERNAL_ID_MAX as u32
                    autocomplete="off"
                />
                <TextInput
                    name="name"
                    id="new-customer-name"
                    label="Name"
                    bound=name
                    error=complaint("name")
                    required=true
                    maxlength=SHORT_TEXT_MAX as u32
                    autocomplete="off"
                />
                <div class="pair">
                    <TextInput
                        name="plan"
                        id="new-customer-plan"
                        label="Plan"
                        bound=plan
                        error=complaint("plan")
                        optional=true
                        maxlength=SHORT_TEXT_MAX as u32
                        autocomplete="off"
                    />
                    <TextInput
                        name="region"
                        id="new-customer-region"
                        label="Region"
                        bound=region
                        error=complaint("region")
                        optional=true
                        maxlength=SHORT_TEXT_MAX as u32
                        autocomplete="off"
                    />
                </div>
                <div class="pair">
                    <TextInput
                        name="contact_name"
                        id="new-customer-contact"
                        label="Main contact"
                        bound=contact
                        error=complaint("contact_name")
                        optional=true
                        maxlength=SHORT_TEXT_MAX as u32
                        autocomplete="off"
                    />
                    <TextInput
                        name="contact_email"
                        id="new-customer-email"
                        kind="email"
                        label="Contact's e-mail"
                        bound=email
                        error=complaint("contact_email")
                        optional=true
                        autocomplete="off"
                    />
                </div>
                <footer>
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        "Cancel"
                    </button>
                    <SubmitButton label="Add" pending />
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
