//! The parts of the service: groups, order, states at one click.

use super::overview::part_state;
use super::tabs::{Loaded, Screen, Sending, page_of};
use super::words::{LanguageChoice, Words};
use crate::api::status_page::{PageAnswer, place_component, retire_component, save_component, set_component_state};
use crate::components::button::SubmitButton;
use crate::components::empty::Empty;
use crate::components::form::FormError;
use crate::components::icon::Icon;
use crate::pages::migration::Frame;
use domain::id::{ComponentNumber, MigrationId};
use domain::policy::Action;
use domain::status_page::component::ordered;
use domain::status_page::{Component, ComponentDraft, ComponentState};
use leptos::prelude::*;

/// The list, and the form of another part.
#[component]
pub fn ComponentsPage() -> impl IntoView {
    let Some(frame) = use_context::<Frame>() else { return ().into_any() };
    let may_publish = frame.overview.with_untracked(|overview| overview.me.may(Action::PublishPage));
    let list = List {
        frame,
        sending: Sending::new(),
        edited: RwSignal::new(None),
        dragged: RwSignal::new(None),
        moved: RwSignal::new(String::new()),
    };
    let page = page_of(frame, move || list.edited.with(Option::is_some));
    let shown = Callback::new(move |answer: PageAnswer| view! { <Parts list answer may_publish /> }.into_any());
    view! {
        <Screen frame title="Parts of the service" text="What works and what does not, in words that customers know.">
            <FormError error=list.sending.error />
            <Loaded resource=page children=shown />
            <p class="visually-hidden" role="status">
                {list.moved}
            </p>
        </Screen>
    }
    .into_any()
}

/// What the lines of the list share.
#[derive(Clone, Copy)]
struct List {
    frame: Frame,
    sending: Sending,
    /// Whose form is open; `Some(None)`: that of a new one.
    edited: RwSignal<Option<Option<ComponentNumber>>>,
    dragged: RwSignal<Option<ComponentNumber>>,
    /// Where a part is now, for a screen reader.
    moved: RwSignal<String>,
}

impl List {
    fn migration(self) -> MigrationId {
        self.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }

    fn place(self, number: ComponentNumber, group: Option<ComponentNumber>, position: u16, words: String) {
        self.sending.run(place_component(self.migration(), number, group, position), move |()| {
            self.moved.set(words);
            self.frame.refetch.run(());
        });
    }
}

#[component]
fn Parts(list: List, answer: PageAnswer, may_publish: bool) -> impl IntoView {
    let components = answer.components.clone();
    let languages = match answer.page.draft.languages.is_empty() {
        true => vec!["en".to_owned()],
        false => answer.page.draft.languages.clone(),
    };
    let fallback = languages[0].clone();
    let shown: Vec<Component> = ordered(&components).into_iter().cloned().collect();
    let retired: Vec<Component> = components.iter().filter(|component| component.retired).cloned().collect();
    let empty = shown.is_empty();
    let line = |component: &Component| {
        let seen = answer.public.components.iter().find(|seen| seen.number == component.number).map(|seen| seen.state);
        let entry = Entry {
            component: component.clone(),
            seen: seen.unwrap_or_default(),
            all: components.clone(),
            languages: languages.clone(),
        };
        view! { <Line list entry may_publish /> }
    };
    let lines = shown.iter().map(line).collect_view();
    let (all, tags) = (components.clone(), languages.clone());
    let published = answer.published;
    view! {
        <p class="consequence">
            {if published { "A click on a state reaches readers at once." } else { "The page is not published: nobody sees this yet." }}
        </p>
        {may_publish.then(|| view! {
            <div class="button-row">
                <button type="button" class="button primary" on:click=move |_| list.edited.set(Some(None))>
                    <Icon name="plus" />
                    "Add a part"
                </button>
            </div>
        })}
        {move || (list.edited.get() == Some(None)).then(|| view! {
            <section class="panel" aria-label="New part">
                <div class="panel-body">
                    <PartForm list component=None all=all.clone() languages=tags.clone() />
                </div>
            </section>
        })}
        {empty.then(|| view! {
            <Empty icon="status-page" title="No parts yet" text="Name what customers use: sign-in, payments, the API. Incidents then say what they concern." />
        })}
        <section class="panel" aria-label="Parts in their order" hidden=empty>
            <ol class="part-list">{lines}</ol>
        </section>
        {(!retired.is_empty()).then(|| view! {
            <details class="panel">
                <summary class="panel-head">"Off the page (" {retired.len()} ")"</summary>
                <ul class="panel-body plain-list">
                    {retired
                        .into_iter()
                        .map(|component| {
                            let number = component.number;
                            let name = component.draft.name.text(&fallback, "en").to_owned();
                            let back = move |_| {
                                let work = retire_component(list.migration(), number, false);
                                list.sending.run(work, move |()| list.frame.refetch.run(()));
                            };
                            view! {
                                <li>
                                    <span>{name.clone()}</span>
                                    {may_publish.then(|| view! {
                                        <button type="button" class="button small" on:click=back>
                                            "Put back"
                                            <span class="visually-hidden">" " {name}</span>
                                        </button>
                                    })}
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </details>
        })}
    }
    .into_any()
}

/// A part with what surrounds it.
#[derive(Clone)]
struct Entry {
    component: Component,
    /// As readers see it.
    seen: ComponentState,
    all: Vec<Component>,
    languages: Vec<String>,
}

impl Entry {
    /// Its group, its place there, and how many are there.
    fn place(&self) -> (Option<ComponentNumber>, u16, u16) {
        let group =
            self.component.draft.group.filter(|group| ordered(&self.all).iter().any(|other| other.number == *group));
        let siblings: Vec<_> = ordered(&self.all).into_iter().filter(|other| other.draft.group == group).collect();
        let place = siblings.iter().position(|other| other.number == self.component.number).unwrap_or(0);
        (group, place as u16 + 1, siblings.len() as u16)
    }
}

#[component]
fn Line(list: List, entry: Entry, may_publish: bool) -> impl IntoView {
    let component = entry.component.clone();
    let number = component.number;
    let fallback = entry.languages.first().cloned().unwrap_or_default();
    let name = component.draft.name.text(&fallback, "en").to_owned();
    let is_group = component.is_group();
    let (group, place, count) = entry.place();
    let step = {
        let name = name.clone();
        move |by: i32| {
            let position = i32::from(place) + by;
            if position >= 1 && position <= i32::from(count) {
                let words = format!("{name} is part {position} of {count} now");
                list.place(number, group, position as u16, words);
            }
        }
    };
    let (up, down) = (step.clone(), step);
    let dropped = {
        let name = name.clone();
        move |event: leptos::ev::DragEvent| {
            event.prevent_default();
            let Some(other) = list.dragged.get_untracked().filter(|other| *other != number) else { return };
            list.dragged.set(None);
            list.place(other, group, place, format!("It stands before {name} now"));
        }
    };
    let told = entry.seen != component.state && !is_group;
    let set = component.state;
    let state = move |state: ComponentState| {
        let clicked = move |_| {
            let work = set_component_state(list.migration(), number, state);
            list.sending.run(work, move |()| {
                list.moved.set(format!("Now: {}", state.label()));
                list.frame.refetch.run(());
            });
        };
        view! {
            <button type="button" class="button small" aria-pressed=(set == state).to_string() on:click=clicked>
                {state.label()}
            </button>
        }
    };
    let retire = move |_| {
        let work = retire_component(list.migration(), number, true);
        list.sending.run(work, move |()| list.frame.refetch.run(()));
    };
    let (all, languages, own) = (entry.all.clone(), entry.languages.clone(), component.clone());
    let label = format!("State of {name}");
    let spoken = StoredValue::new(name.clone());
    let of = move || view! { <span class="visually-hidden">" " {spoken.get_value()}</span> };
    view! {
        <li
            class:part-of-group=group.is_some()
            class:group=is_group
            draggable=if may_publish { "true" } else { "false" }
            on:dragstart=move |_| list.dragged.set(Some(number))
            on:dragover=move |event| event.prevent_default()
            on:drop=dropped
        >
            <div class="part-head">
                <h3>{name}</h3>
                {part_state(entry.seen)}
                {told.then(|| view! { <span class="soft">"because of an incident or a maintenance"</span> })}
                {is_group.then(|| view! { <span class="soft">"group: as bad as its worst part"</span> })}
            </div>
            {(may_publish && !is_group).then(|| view! {
                <div class="button-row states" role="group" aria-label=label>
                    {ComponentState::ALL.map(state)}
                </div>
            })}
            {may_publish.then(|| view! {
                <div class="button-row">
                    <button type="button" class="button small icon-only" aria-disabled=(place == 1).then_some("true") on:click=move |_| up(-1)>
                        <Icon name="up-arrow" />
                        <span class="visually-hidden">"Move up"</span>
                        {of()}
                    </button>
                    <button type="button" class="button small icon-only" aria-disabled=(place == count).then_some("true") on:click=move |_| down(1)>
                        <Icon name="down-arrow" />
                        <span class="visually-hidden">"Move down"</span>
                        {of()}
                    </button>
                    <button
                        type="button"
                        class="button small"
                        aria-expanded=move || (list.edited.get() == Some(Some(number))).to_string()
                        on:click=move |_| {
                            list.edited.update(|open| *open = if *open == Some(Some(number)) { None } else { Some(Some(number)) });
                        }
                    >
                        "Change"
                        {of()}
                    </button>
                    <button type="button" class="button small" on:click=retire>
                        "Take off the page"
                        {of()}
                    </button>
                </div>
            })}
            {move || (list.edited.get() == Some(Some(number))).then(|| view! {
                <PartForm list component=Some(own.clone()) all=all.clone() languages=languages.clone() />
            })}
        </li>
    }
    .into_any()
}

#[component]
fn PartForm(list: List, component: Option<Component>, all: Vec<Component>, languages: Vec<String>) -> impl IntoView {
    let draft = component.as_ref().map(|component| component.draft.clone()).unwrap_or_default();
    let number = component.as_ref().map(|component| component.number);
    let (name, description) = (RwSignal::new(draft.name.clone()), RwSignal::new(draft.description.clone()));
    let is_group = RwSignal::new(draft.is_group);
    let only = RwSignal::new(draft.only_if_degraded);
    let group = RwSignal::new(draft.group);
    let language = RwSignal::new(languages.first().cloned().unwrap_or_default());
    let sending = Sending::new();
    let error = sending.error;
    let before = draft.group;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let draft = ComponentDraft {
            name: name.get_untracked(),
            description: description.get_untracked(),
            is_group: is_group.get_untracked(),
            group: group.get_untracked().filter(|_| !is_group.get_untracked()),
            only_if_degraded: only.get_untracked(),
        };
        let migration = list.migration();
        let wanted = draft.group;
        let work = async move {
            let saved = save_component(migration.clone(), number, draft).await?;
            // Another group is another place: at its end.
            if number.is_some() && wanted != before {
                place_component(migration, saved, wanted, u16::MAX).await?;
            }
            Ok(saved)
        };
        sending.run(work, move |_| {
            list.edited.set(None);
            list.frame.refetch.run(());
        });
    };
    let groups: Vec<Component> =
        all.into_iter().filter(|other| other.is_group() && !other.retired && Some(other.number) != number).collect();
    let fallback = languages.first().cloned().unwrap_or_default();
    let missing = Callback::new(move |tag: String| {
        name.with(|name| usize::from(!name.is_empty() && name.exactly(&tag).is_empty()))
    });
    let several = languages.len() > 1;
    let id = number.map_or("new".to_owned(), |number| number.to_string());
    let group_id = format!("part-group-{id}");
    view! {
        <form class="fields part-form" on:submit=send>
            <FormError error fields=&["group"] />
            {several.then(|| view! {
                <LanguageChoice languages=Signal::derive(move || languages.clone()) chosen=language missing />
            })}
            <Words name="name" label="Name" text=name language error />
            <Words name="description" label="Description" text=description language error optional=true />
            {number.is_none().then(|| view! {
                <label class="choice">
                    <input type="checkbox" prop:checked=move || is_group.get() on:change=move |event| is_group.set(event_target_checked(&event)) />
                    <span>"A group, which only holds others together"</span>
                </label>
            })}
            <div class="field" hidden=move || is_group.get() || groups.is_empty()>
                <label for=group_id.clone()>"Group"</label>
                <select
                    class="input"
                    id=group_id.clone()
                    on:change=move |event| group.set(event_target_value(&event).parse().ok().map(ComponentNumber))
                >
                    <option value="" selected=move || group.get().is_none()>"None"</option>
                    {groups
                        .iter()
                        .map(|other| {
                            let number = other.number;
                            view! {
                                <option value=number.to_string() selected=move || group.get() == Some(number)>
                                    {other.draft.name.text(&fallback, "en").to_owned()}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
            <label class="choice">
                <input type="checkbox" prop:checked=move || only.get() on:change=move |event| only.set(event_target_checked(&event)) />
                <span>"Shown only while it does not work"</span>
            </label>
            <div class="form-foot">
                <SubmitButton label="Save" pending=sending.pending />
                <button type="button" class="button" on:click=move |_| list.edited.set(None)>
                    "Leave it"
                </button>
            </div>
        </form>
    }
    .into_any()
}
