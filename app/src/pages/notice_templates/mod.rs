//! The templates of a migration's messages: the list, and the editor of one.

mod dom;
mod editor;
mod field;
mod preview;
mod versions;

use crate::api::ApiError;
use crate::api::notice_templates::{TemplateLine, TemplatePage as Loaded, notice_template, notice_templates};
use crate::components::empty::Skeleton;
use crate::components::icon::Icon;
use crate::components::problem::Problem;
use crate::pages::migration::Frame;
use crate::pages::notifications::NotificationTabs;
use domain::id::NoticeTemplateNumber;
use domain::language;
use domain::notice::NoticeKind;
use domain::policy::Action;
use editor::EditorPage;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// All templates of the migration.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_manage = frame.overview.with_untracked(|overview| overview.me.may(Action::ManageNotices));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    // The overview comes anew when somebody saves a template.
    let list = Resource::new(
        move || (migration.get(), frame.overview.with(|overview| overview.position)),
        |(id, _)| notice_templates(id),
    );
    let retry = Callback::new(move |()| list.refetch());
    view! {
        <Title text=move || format!("Templates · {}", frame.overview.read().migration.settings.name) />
        <div class="page notice-templates">
            <div class="page-head">
                <h1>"Message templates"</h1>
                <p>"What customers and colleagues are told, in their own language."</p>
                {may_manage.then(|| view! {
                    <a class="button primary" href=move || frame.address("notifications/templates/new")>
                        <Icon name="plus" />
                        "New template"
                    </a>
                })}
            </div>
            <NotificationTabs />
            <Transition fallback=|| view! { <Skeleton lines=8 /> }>
                {move || list.get().map(|answer| match answer {
                    Ok(list) => view! { <List frame list /> }.into_any(),
                    Err(error) => view! { <Problem error retry /> }.into_any(),
                })}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn List(frame: Frame, list: Vec<TemplateLine>) -> impl IntoView {
    view! {
        <section class="panel table-panel" aria-label="Templates">
            <table class="list-table">
                <thead>
                    <tr>
                        <th scope="col">"Template"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Languages"</th>
                        <th scope="col">"Used by"</th>
                        <th scope="col">"Saved"</th>
                    </tr>
                </thead>
                <tbody>{list.into_iter().map(|template| line(frame, template)).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn line(frame: Frame, template: TemplateLine) -> impl IntoView {
    let address = frame.address(&format!("notifications/templates/{}", template.number));
    let languages: Vec<_> = template.languages.iter().map(|tag| language_name(tag)).collect();
    let rules = if template.rules.is_empty() { "No rule".to_owned() } else { template.rules.join(", ") };
    view! {
        <tr>
            <th scope="row">
                <a href=address>{template.name}</a>
            </th>
            <td>{template.kind.label()}</td>
            <td>{languages.join(", ")}</td>
            <td>{rules}</td>
            <td class="soft">{template.saved.unwrap_or_else(|| "As it came".to_owned())}</td>
        </tr>
    }
}

/// `German` for `de`; the tag itself where there is no name for it.
fn language_name(tag: &str) -> String {
    let known = language::SUGGESTED.iter().find(|(known, _)| *known == tag);
    known.map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}

/// The editor of one template, or of a new one.
#[component]
pub fn TemplatePage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let params = use_params_map();
    // On the way out the parameter is gone before the page is.
    let number = Memo::new(move |before: Option<&String>| {
        params.with(|params| params.get("number")).or_else(|| before.cloned()).unwrap_or_default()
    });
    let loaded = Resource::new(move || number.get(), move |number| load(frame, number));
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12 /> }>
            {move || loaded.get().map(|answer| match answer {
                Ok(loaded) => view! { <EditorPage frame loaded /> }.into_any(),
                Err(error) => view! { <Failed frame error retry /> }.into_any(),
            })}
        </Transition>
    }
    .into_any()
}

/// The template with this number; of a new one only what it may say.
async fn load(frame: Frame, number: String) -> Result<Option<Loaded>, ApiError> {
    let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
    if number == "new" {
        return Ok(None);
    }
    match number.parse() {
        Ok(number) => notice_template(migration, NoticeTemplateNumber(number)).await.map(Some),
        Err(_) => Err(ApiError::NotFound { message: "There is no template at this address.".to_owned() }),
    }
}

#[component]
fn Failed(frame: Frame, error: ApiError, retry: Callback<()>) -> impl IntoView {
    view! {
        <Title text="Template" />
        <div class="page">
            <div class="page-head">
                <h1>"This template could not be loaded"</h1>
            </div>
            <Problem error retry />
            <p>
                <a href=frame.address("notifications/templates")>"All templates"</a>
            </p>
        </div>
    }
    .into_any()
}

/// What a kind is for, beside its choice.
fn kind_hint(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Internal => "Read by colleagues: may name owners, cohorts and tickets.",
        _ => "Read by customers: internal names are refused. Rules for this kind of message can use it.",
    }
}
