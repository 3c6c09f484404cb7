//! Keeping what is on screen: back to what was saved, saving it under its name or a new one.

use super::views::{Task, Views, same};
use crate::api::ApiError;
use crate::api::views::{add_view, change_view, delete_view};
use crate::components::button::SubmitButton;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, TextInput, error_of};
use domain::policy::Action;
use domain::saved_view::{NAME_MAX, SavedView, ViewSettings};
use domain::view::View;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The ways to keep or leave what is on screen, as far as there is something to keep.
#[component]
pub fn Keep(views: Views) -> impl IntoView {
    let Views { view, go, present, task, .. } = views;
    let changed = Memo::new(move |_| views.is_changed());
    let plain = Memo::new(move |_| view.with(|view| same(view, &View::default())));
    let reset = move || match present.get().filter(|_| changed.get()) {
        Some(saved) => views.address_of(&saved),
        None => go.address_from(&View::default(), None),
    };
    let unsaved = move || !plain.get() && (changed.get() || present.with(Option::is_none));
    let overwritable = move || changed.get() && present.get().is_some_and(|saved| views.may_change(&saved));
    let overwrite = move |_| {
        if let Some(saved) = present.get_untracked() {
            // Columns belong to it only if the address names them.
            let query = view.with_untracked(|view| View { folded: Vec::new(), ..view.clone() }.to_query());
            let settings = ViewSettings { query, ..saved.settings };
            views.change(SavedView { settings, ..saved });
        }
    };
    view! {
        <a
            class="button quiet small"
            hidden=move || !changed.get() && view.with(View::shows_all)
            href=reset
            data-noscroll=""
        >
            "Reset"
        </a>
        <button type="button" class="button small" hidden=move || !overwritable() on:click=overwrite>
            "Save changes"
        </button>
        <button
            type="button"
            class="button small"
            hidden=move || !unsaved()
            on:click=move |_| task.set(Some(Task::New))
        >
            {move || if changed.get() { "Save as new view" } else { "Save view" }}
        </button>
    }
    .into_any()
}

/// The dialogs about views: one asks for a name, the other before something goes.
#[component]
pub fn ViewDialogs(views: Views) -> impl IntoView {
    let task = views.task;
    let (naming, deleting) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        let task = task.get();
        deleting.set(matches!(task, Some(Task::Delete(_))));
        naming.set(task.is_some_and(|task| !matches!(task, Task::Delete(_))));
    });
    // A dialog that was closed asks no more.
    Effect::new(move |_| {
        if !naming.get() && !deleting.get() && task.with_untracked(Option::is_some) {
            task.set(None);
        }
    });
    let title = Signal::derive(move || match task.get() {
        Some(Task::Rename(saved)) => format!("Rename “{}”", saved.settings.name),
        Some(Task::Duplicate(saved)) => format!("Duplicate “{}”", saved.settings.name),
        _ => "Save this view".to_owned(),
    });
    let delete_title = Signal::derive(move || match task.get() {
        Some(Task::Delete(saved)) => format!("Delete “{}”?", saved.settings.name),
        _ => String::new(),
    });
    view! {
        <Dialog id="name-view" title open=naming>
            {move || {
                let task = task.get().filter(|task| !matches!(task, Task::Delete(_)));
                task.map(|task| view! { <NameForm views task /> })
            }}
        </Dialog>
        <Dialog id="delete-view" title=delete_title open=deleting>
            {move || match task.get() {
                Some(Task::Delete(saved)) => Some(view! { <DeleteForm views saved /> }),
                _ => None,
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn NameForm(views: Views, task: Task) -> impl IntoView {
    let overview = views.frame.overview;
    let first = match &task {
        Task::Rename(saved) => saved.settings.name.clone(),
        Task::Duplicate(saved) => copy_of(&saved.settings.name),
        _ => String::new(),
    };
    let (name, shared, columns) = (RwSignal::new(first), RwSignal::new(false), RwSignal::new(false));
    let (error, pending) = (RwSignal::new(None::<ApiError>), RwSignal::new(false));
    let may_share = overview.with_untracked(|overview| overview.me.may(Action::ShareViews));
    let asks_who = !matches!(task, Task::Rename(_));
    let asks_columns = task == Task::New && views.view.with_untracked(|view| view.columns.is_empty());
    let verb = if asks_who { "Save" } else { "Rename" };
    let submit = move || {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let (name, shared) = (name.get_untracked(), shared.get_untracked());
        let migration = overview.with_untracked(|overview| overview.migration.id.clone());
        let mut shown = views.view.get_untracked();
        if columns.get_untracked() {
            shown.columns = views.columns.get_untracked();
        }
        shown.folded.clear();
        let task = task.clone();
        spawn_local(async move {
            let answer = match task {
                Task::Rename(saved) => {
                    change_view(saved.id, ViewSettings { name, ..saved.settings }).await.map(|()| None)
                }
                Task::Duplicate(saved) => {
                    let query = saved.settings.query.clone();
                    let shown = super::query::parse(&query);
                    let added = add_view(migration, ViewSettings { name, shared, query }).await;
                    added.map(|id| Some((id, shown)))
                }
                _ => {
                    let settings = ViewSettings { name, shared, query: shown.to_query() };
                    add_view(migration, settings).await.map(|id| Some((id, shown)))
                }
            };
            if pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(added) => {
                    views.fetch().await;
                    if let Some((id, shown)) = added {
                        views.go.show_saved(&shown, Some(&id), true);
                    }
                    views.task.try_set(None);
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    };
    view! {
        <form
            class="fields"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <FormError error fields=&["name"] />
            <TextInput
                name="name"
                id="view-name"
                label="Name"
                bound=name
                error=error_of(error.into(), "name")
                required=true
                autofocus=true
                maxlength=NAME_MAX as u32
                autocomplete="off"
            />
            {asks_who.then(|| view! { <Who shared may_share /> })}
            {asks_columns.then(|| view! {
                <label class="choice">
                    <input type="checkbox" on:change=move |event| columns.set(event_target_checked(&event)) />
                    "Keep the columns, too: everybody who opens it sees these"
                </label>
            })}
            <footer>
                <button type="button" class="button" on:click=move |_| views.task.set(None)>
                    "Cancel"
                </button>
                <SubmitButton label=verb pending />
            </footer>
        </form>
    }
    .into_any()
}

/// For whom the view is.
#[component]
fn Who(shared: RwSignal<bool>, may_share: bool) -> impl IntoView {
    let choice = move |for_all: bool, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="shared"
                    value=for_all.to_string()
                    checked=!for_all
                    disabled=for_all && !may_share
                    on:change=move |_| shared.set(for_all)
                />
                {word}
            </label>
        }
    };
    view! {
        <fieldset class="who-sees">
            <legend>"Who sees it"</legend>
            {choice(false, "Only me")}
            {choice(true, "Everybody who works here")}
            {(!may_share).then(|| view! { <p class="hint">"Operators and leads share views; viewers keep theirs."</p> })}
        </fieldset>
    }
}

#[component]
fn DeleteForm(views: Views, saved: SavedView) -> impl IntoView {
    let (error, pending) = (RwSignal::new(None::<ApiError>), RwSignal::new(false));
    let effect = match saved.settings.shared {
        true => "It goes for everybody. No account changes; what is on your screen stays as it is.",
        false => "No account changes; what is on your screen stays as it is.",
    };
    let submit = move || {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let id = saved.id.clone();
        spawn_local(async move {
            let answer = delete_view(id).await;
            if pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    views.go.show_saved(&views.view.get_untracked(), None, true);
                    views.fetch().await;
                    views.task.try_set(None);
                }
                Err(problem) => drop(error.try_set(Some(problem))),
            }
        });
    };
    view! {
        <p>{effect}</p>
        <form on:submit=move |event| {
            event.prevent_default();
            submit();
        }>
            <FormError error />
            <footer>
                <button type="button" class="button" on:click=move |_| views.task.set(None)>
                    "Cancel"
                </button>
                <SubmitButton label="Delete the view" pending class="danger primary" />
            </footer>
        </form>
    }
    .into_any()
}

/// A name for a copy, within its bounds: `Blocked (copy)`.
fn copy_of(name: &str) -> String {
    const MARK: &str = " (copy)";
    let room = NAME_MAX - MARK.len();
    format!("{}{MARK}", name.chars().take(room).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_that_can_be_saved() {
        assert_eq!(copy_of("Blocked"), "Blocked (copy)");
        assert_eq!(copy_of(&"x".repeat(NAME_MAX)).chars().count(), NAME_MAX);
    }
}
