//! Templates of incidents: what is always written.

use super::form::{PartStates, Pick, Writing};
use super::tabs::{Loaded, Screen, Sending};
use super::words::{LanguageChoice, Words};
use crate::api::status_page::{IncidentsAnswer, incidents, remove_incident_template, save_incident_template};
use crate::components::button::SubmitButton;
use crate::components::empty::Empty;
use crate::components::form::{FormError, TextInput, error_of};
use crate::components::icon::Icon;
use crate::pages::migration::Frame;
use domain::id::{IncidentTemplateNumber, MigrationId};
use domain::policy::Action;
use domain::status_page::{Impact, IncidentKind, IncidentState, IncidentTemplate, IncidentTemplateDraft, Localized};
use leptos::prelude::*;

/// The list with its forms.
#[component]
pub fn IncidentTemplatesPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_edit = frame.overview.with_untracked(|overview| overview.me.may(Action::EditPage));
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let list = Resource::new(move || migration.get(), incidents);
    let page = Page {
        frame,
        edited: RwSignal::new(None),
        again: Callback::new(move |()| list.refetch()),
        sending: Sending::new(),
        may_edit,
    };
    let shown = Callback::new(move |answer: IncidentsAnswer| view! { <List page answer /> }.into_any());
    view! {
        <Screen frame title="Templates of incidents" text="Written in peace, so that at night only the figures are missing.">
            <FormError error=page.sending.error />
            <Loaded resource=list children=shown />
        </Screen>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Page {
    frame: Frame,
    /// Whose form is open; `Some(None)`: that of a new one.
    edited: RwSignal<Option<Option<IncidentTemplateNumber>>>,
    again: Callback<()>,
    sending: Sending,
    may_edit: bool,
}

impl Page {
    fn migration(self) -> MigrationId {
        self.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }
}

#[component]
fn List(page: Page, answer: IncidentsAnswer) -> impl IntoView {
    let templates = answer.templates.clone();
    let empty = templates.is_empty();
    let new = answer.clone();
    let line = move |template: IncidentTemplate| {
        let number = template.number;
        let name = template.draft.name.clone();
        let about = format!("{}, {}", template.draft.kind.label(), template.draft.state.label());
        let (answer, own) = (answer.clone(), template.draft.clone());
        let remove = move |_| {
            page.sending.run(remove_incident_template(page.migration(), number), move |()| page.again.run(()));
        };
        view! {
            <li>
                <div class="part-head">
                    <h2>{name.clone()}</h2>
                    <span class="soft">{about}</span>
                </div>
                {page.may_edit.then(|| view! {
                    <div class="button-row">
                        <button
                            type="button"
                            class="button small"
                            aria-expanded=move || (page.edited.get() == Some(Some(number))).to_string()
                            on:click=move |_| page.edited.update(|open| *open = if *open == Some(Some(number)) { None } else { Some(Some(number)) })
                        >
                            "Change"
                            <span class="visually-hidden">" " {name.clone()}</span>
                        </button>
                        <button type="button" class="button small danger" on:click=remove>
                            "Remove"
                            <span class="visually-hidden">" " {name.clone()}</span>
                        </button>
                    </div>
                })}
                {move || (page.edited.get() == Some(Some(number))).then(|| view! {
                    <Form page answer=answer.clone() number=Some(number) draft=own.clone() />
                })}
            </li>
        }
    };
    view! {
        {page.may_edit.then(|| view! {
            <div class="button-row">
                <button type="button" class="button primary" on:click=move |_| page.edited.set(Some(None))>
                    <Icon name="plus" />
                    "New template"
                </button>
            </div>
        })}
        {move || (page.edited.get() == Some(None)).then(|| view! {
            <section class="panel" aria-label="New template">
                <div class="panel-body">
                    <Form page answer=new.clone() number=None draft=blank() />
                </div>
            </section>
        })}
        {empty.then(|| view! {
            <Empty icon="file" title="No templates yet" text="For what happens again: a slow queue, a read-only hour, a wave that is paused." />
        })}
        <section class="panel" aria-label="Templates" hidden=empty>
            <ul class="part-list">{templates.into_iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn blank() -> IncidentTemplateDraft {
    IncidentTemplateDraft {
        name: String::new(),
        kind: IncidentKind::Incident,
        state: IncidentState::Investigating,
        impact: Impact::Minor,
        title: Localized::default(),
        body: Localized::default(),
        components: Default::default(),
    }
}

#[component]
fn Form(
    page: Page,
    answer: IncidentsAnswer,
    number: Option<IncidentTemplateNumber>,
    draft: IncidentTemplateDraft,
) -> impl IntoView {
    let writing = Writing::new(draft.kind, draft.state, &answer.languages, false, "");
    writing.fill(&draft);
    let name = RwSignal::new(draft.name.clone());
    let title = RwSignal::new(draft.title.clone());
    let impact = RwSignal::new(draft.impact);
    let sending = Sending::new();
    let error = sending.error;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let update = writing.draft();
        let draft = IncidentTemplateDraft {
            name: name.get_untracked(),
            kind: writing.kind.get_untracked(),
            state: update.state,
            impact: impact.get_untracked(),
            title: title.get_untracked(),
            body: update.body,
            components: update.components,
        };
        sending.run(save_incident_template(page.migration(), number, draft), move |_| {
            page.edited.set(None);
            page.again.run(());
        });
    };
    // A state of another kind is none.
    Effect::new(move |before: Option<IncidentKind>| {
        let kind = writing.kind.get();
        if before.is_some_and(|before| before != kind) {
            writing.state.set(IncidentState::first(kind)[0]);
        }
        kind
    });
    let kinds = vec![
        (IncidentKind::Incident, "incident", IncidentKind::Incident.label()),
        (IncidentKind::Maintenance, "maintenance", IncidentKind::Maintenance.label()),
    ];
    let impacts = Impact::ALL.map(|impact| (impact, impact.code(), impact.label())).to_vec();
    let id = number.map_or("new".to_owned(), |number| number.to_string());
    let missing = Callback::new(move |tag: String| {
        let missing = |text: RwSignal<Localized>| {
            text.with(|text| usize::from(!text.is_empty() && text.exactly(&tag).is_empty()))
        };
        missing(title) + missing(writing.body)
    });
    let (languages, fallback) = (answer.languages.clone(), answer.languages.first().cloned().unwrap_or_default());
    let states = move || {
        let kind = writing.kind.get();
        let of_kind = IncidentState::ALL.into_iter().filter(|state| state.is_of(kind));
        of_kind.map(|state| (state, state.code(), state.label())).collect::<Vec<_>>()
    };
    view! {
        <form class="fields part-form" on:submit=send>
            <FormError error fields=&["name", "state"] />
            <TextInput name="name" id=format!("template-name-{id}") label="Name" bound=name error=error_of(error.into(), "name") maxlength=80 required=true />
            <div class="pair">
                <Pick id=format!("template-kind-{id}") label="Kind" value=writing.kind options=kinds />
                <Pick id=format!("template-impact-{id}") label="Impact" value=impact options=impacts />
            </div>
            {let state_id = format!("template-state-{id}"); move || view! { <Pick id=state_id.clone() label="State" value=writing.state options=states() /> }}
            <LanguageChoice languages=Signal::derive(move || languages.clone()) chosen=writing.language missing />
            <Words name="title" label="Title" text=title language=writing.language error optional=true />
            <Words name="body" label="What readers are told" hint="Markdown." text=writing.body language=writing.language error rows=5 optional=true />
            {(!answer.components.is_empty()).then(|| view! { <PartStates writing components=answer.components.clone() fallback /> })}
            <div class="form-foot">
                <SubmitButton label="Save" pending=sending.pending />
                <button type="button" class="button" on:click=move |_| page.edited.set(None)>
                    "Leave it"
                </button>
            </div>
        </form>
    }
    .into_any()
}
