//! Choosing the template that a migration begins from.

use super::manage::Manage;
use crate::api::ApiError;
use crate::api::templates::templates;
use crate::components::frame::use_may;
use crate::components::number::counted;
use crate::components::problem::Problem;
use domain::policy::Action;
use domain::template::{MigrationTemplate, TemplateContent};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A choice for within the form of a new migration: it sends `template`. `on_choice` hears what was chosen, so that the
/// form can take over its settings.
#[component]
pub fn TemplateChoice(on_choice: Callback<Option<MigrationTemplate>>) -> impl IntoView {
    let list = Resource::new(|| (), |()| templates());
    let retry = Callback::new(move |()| list.refetch());
    let chosen = RwSignal::new(String::new());
    view! {
        <Transition fallback=|| ()>
            {move || {
                list.get().map(|answer| match answer {
                    Ok(list) if list.is_empty() => view! { <NoTemplates /> }.into_any(),
                    Ok(list) => view! { <Choice list chosen on_choice changed=retry /> }.into_any(),
                    Err(ApiError::SignedOut) => ().into_any(),
                    Err(error) => view! { <Problem error retry /> }.into_any(),
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn NoTemplates() -> impl IntoView {
    view! {
        <p class="soft">
            "There are no templates yet. A migration's settings have “Save as template”: the next one can begin with the same fields \
            and cohorts."
        </p>
    }
    .into_any()
}

#[component]
fn Choice(
    list: Vec<MigrationTemplate>,
    chosen: RwSignal<String>,
    on_choice: Callback<Option<MigrationTemplate>>,
    /// The list is another one now.
    changed: Callback<()>,
) -> impl IntoView {
    let list = StoredValue::new(list);
    let find = move |id: &str| list.with_value(|list| list.iter().find(|template| template.id.as_str() == id).cloned());
    let choose = move |id: String| {
        let found = find(&id);
        chosen.set(found.as_ref().map(|template| template.id.to_string()).unwrap_or_default());
        on_choice.run(found);
    };
    let query = use_query_map();
    let asked = query.with_untracked(|query| query.get("template")).unwrap_or_default();
    let first = StoredValue::new(asked);
    // An address may name a template; the form follows when the page answers to clicks.
    Effect::new(move |_| {
        let wanted = first.try_update_value(std::mem::take).unwrap_or_default();
        let now = chosen.get_untracked();
        if !wanted.is_empty() && now.is_empty() {
            choose(wanted);
        } else if !now.is_empty() && find(&now).is_none() {
            choose(String::new());
        }
    });
    let shown = Memo::new(move |_| find(&chosen.get()));
    let may_manage = use_may(Action::ManageTemplates);
    let options = list.with_value(|list| {
        list.iter()
            .map(|template| {
                let id = template.id.to_string();
                let selected = chosen.with_untracked(|chosen| *chosen == id);
                view! {
                    <option value=id selected=selected>
                        {template.title.name.clone()}
                    </option>
                }
            })
            .collect_view()
    });
    view! {
        <div class="field">
            <label for="template">"Start from a template" <span class="soft">" (optional)"</span></label>
            <select
                class="input"
                id="template"
                name="template"
                prop:value=chosen
                on:change=move |event| choose(event_target_value(&event))
            >
                <option value="">"No template: without fields and cohorts, with the usual rules"</option>
                {options}
            </select>
        </div>
        {move || shown.get().map(|template| {
            let manage = may_manage.get().then(|| view! { <Manage template=template.clone() changed /> });
            view! {
                <div class="template-chosen">
                    <Brings template />
                    {manage}
                </div>
            }
        })}
    }
    .into_any()
}

/// What the chosen template brings.
#[component]
fn Brings(template: MigrationTemplate) -> impl IntoView {
    let MigrationTemplate { title, content, .. } = template;
    let brought = words(&content);
    view! {
        <div class="brings" role="status">
            {(!title.description.is_empty()).then(|| view! { <p>{title.description}</p> })}
            {brought.into_iter().map(|words| view! { <p>{words}</p> }).collect_view()}
            <p class="soft">"The settings below are filled from it, too. Change what is different this time."</p>
        </div>
    }
    .into_any()
}

fn words(content: &TemplateContent) -> [String; 4] {
    let list = |count: String, names: Vec<&str>| match names.is_empty() {
        true => format!("{count}."),
        false => format!("{count}: {}.", names.join(", ")),
    };
    let fields = content.fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>();
    let cohorts = content.cohorts.iter().map(|cohort| cohort.name.as_str()).collect::<Vec<_>>();
    let rules = content.numbered_rules();
    let rules = rules.iter().map(|rule| rule.settings.name.as_str()).collect::<Vec<_>>();
    let messages = content.messages.iter().filter(|message| !message.removed);
    let messages = messages.map(|message| message.name.as_str()).collect::<Vec<_>>();
    [
        list(counted(fields.len() as u64, "field", "fields"), fields),
        list(counted(cohorts.len() as u64, "cohort with its gates", "cohorts with their gates"), cohorts),
        list(counted(rules.len() as u64, "rule, switched off", "rules, switched off"), rules),
        list(counted(messages.len() as u64, "message template of its own", "message templates of its own"), messages),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::template::TemplateCohort;

    #[test]
    fn what_a_template_brings_is_said_by_name() {
        let cohort = |name: &str| TemplateCohort { name: name.to_owned(), public_name: String::new(), gates: None };
        let content = TemplateContent { cohorts: vec![cohort("Pilot"), cohort("Main")], ..TemplateContent::default() };
        let rules =
            "4 rules, switched off: Notice of the date, Confirmation, Ticket after the migration, Nobody notified.";
        let cohorts = "2 cohorts with their gates: Pilot, Main.";
        assert_eq!(words(&content), ["0 fields.", cohorts, rules, "0 message templates of its own."]);
    }
}
