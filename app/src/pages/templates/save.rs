//! Saving what a migration passes on, on its page of settings.

use super::{FIELDS, TitleFields};
use crate::api::ApiError;
use crate::api::templates::SaveTemplate;
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, failure, on_success};
use crate::components::icon::Icon;
use crate::components::notice::{Notice, Tone};
use crate::components::number::counted;
use crate::components::problem::leave_when_signed_out;
use crate::pages::migration::Frame;
use domain::id::TemplateId;
use domain::policy::Action;
use domain::template::TemplateTitle;
use leptos::prelude::*;

/// Says what a template of this migration would have, and saves it. Nothing for whoever may not.
#[component]
pub fn TemplateCard(frame: Frame) -> impl IntoView {
    if !frame.overview.with_untracked(|overview| overview.me.may(Action::ManageTemplates)) {
        return ().into_any();
    }
    let save = ServerAction::<SaveTemplate>::new();
    let error = failure(save);
    leave_when_signed_out(error);
    let open = RwSignal::new(false);
    let saved = RwSignal::new(None::<TemplateId>);
    on_success(save, move |id| {
        open.set(false);
        saved.set(Some(id));
    });
    let ask = move |_| {
        save.clear();
        saved.set(None);
        open.set(true);
    };
    let content = Memo::new(move |_| {
        frame.overview.with(|overview| {
            let fields = overview.migration.live_fields().count() as u64;
            (counted(fields, "field", "fields"), counted(overview.cohorts.len() as u64, "cohort", "cohorts"))
        })
    });
    view! {
        <section class="panel" aria-labelledby="template-heading">
            <div class="panel-head">
                <h2 id="template-heading">"Template"</h2>
                <button type="button" class="button" aria-haspopup="dialog" on:click=ask>
                    <Icon name="copy" />
                    "Save as template"
                </button>
            </div>
            <div class="panel-body">
                <p>
                    "Begin the next migration like this one: "
                    {move || content.with(|(fields, cohorts)| format!("{fields} with their options and defaults, {cohorts} with their names, order and gates, "))}
                    "rules and templates of messages, public name, description, time zone and rollback period. No account, no date and no window goes with it."
                </p>
                {move || saved.get().map(|id| view! {
                    <Notice tone=Tone::Success>
                        <p>"Saved as a template. " <a href=format!("/new?template={id}")>"Start a migration from it"</a></p>
                    </Notice>
                })}
            </div>
        </section>
        <Dialog id="save-template" title="Save as template" open>
            {move || open.get().then(|| view! { <Form frame save error open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Form(
    frame: Frame,
    save: ServerAction<SaveTemplate>,
    error: Signal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let proposed = frame.overview.with_untracked(|overview| {
        overview.migration.settings.name.chars().take(domain::template::NAME_MAX).collect::<String>()
    });
    let (name, description) = (RwSignal::new(proposed), RwSignal::new(String::new()));
    let pending = save.pending();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
            let title = TemplateTitle { name: name.get_untracked(), description: description.get_untracked() };
            save.dispatch(SaveTemplate { migration, title });
        }
    };
    view! {
        <form on:submit=submit novalidate=true>
            <FormError error fields=FIELDS />
            <TitleFields name description error />
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <SubmitButton label="Save the template" pending />
            </footer>
        </form>
    }
    .into_any()
}
