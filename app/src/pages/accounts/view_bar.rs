//! The bar above the table: saved views as links, and the menus for groups, order and columns.

use super::columns_menu::ColumnsMenu;
use super::order_menus::{GroupMenu, SortMenu};
use super::save_view::ViewDialogs;
use super::table::Table;
use super::views::{Task, Views, same};
use crate::components::icon::Icon;
use crate::lazy::later;
use crate::pages::cohorts::SplitEntry;
use domain::id::ViewId;
use domain::policy::Action;
use domain::saved_view::{SavedView, ViewSettings};
use domain::view::View;
use leptos::prelude::*;

/// Saved views and menus.
#[component]
pub fn ViewBar(table: Table) -> impl IntoView {
    let views = table.views;
    view! {
        <div class="views-bar">
            <SavedViews views />
            <div class="tools" role="group" aria-label="How the table is shown">
                <GroupMenu table />
                <SortMenu views />
                <ColumnsMenu views />
            </div>
            {later!(tools: |table: Table| view! { <SplitEntry table /> }).over()}
            {later!(tools: |views: Views| view! { <ViewDialogs views /> }).unseen()}
        </div>
    }
    .into_any()
}

#[component]
fn SavedViews(views: Views) -> impl IntoView {
    let Views { list, view, go, .. } = views;
    let present = Memo::new(move |_| views.present.with(|present| present.as_ref().map(|saved| saved.id.clone())));
    let all = move || present.with(Option::is_none) && view.with(|view| same(view, &View::default()));
    view! {
        <nav class="views" aria-label="Saved views">
            <a href=move || go.address_from(&View::default(), None) aria-current=move || all().then_some("page")>
                "All accounts"
            </a>
            <For each=move || list.with(|list| list.views.clone()) key=SavedView::clone let:saved>
                <SavedLink views saved present />
            </For>
        </nav>
        <MoreViews views />
    }
}

/// A saved view; the present one says when it was changed.
#[component]
fn SavedLink(views: Views, saved: SavedView, present: Memo<Option<ViewId>>) -> impl IntoView {
    let id = saved.id.clone();
    let here = Memo::new(move |_| present.with(|present| present.as_ref() == Some(&id)));
    let name = saved.settings.name.clone();
    view! {
        <a href=move || views.address_of(&saved) aria-current=move || here.get().then_some("page")>
            {name}
            {move || (here.get() && views.is_changed()).then(|| view! {
                <i class="edited" title="changed, not saved"></i>
                <span class="visually-hidden">" (changed, not saved)"</span>
            })}
        </a>
    }
}

/// Every view, and what can be done with the present one.
#[component]
fn MoreViews(views: Views) -> impl IntoView {
    let present = views.present;
    let (frame, list, task) = (views.frame, views.list, views.task);
    let default = Memo::new(move |_| list.with(|list| list.arrangement.default_view.clone()));
    let all = move || {
        let entry = |saved: SavedView| {
            let id = saved.id.clone();
            let here = move || present.with(|present| present.as_ref().is_some_and(|other| other.id == id));
            let mut marks = vec![if saved.settings.shared { "shared" } else { "personal" }];
            if default.with(|default| *default == Some(saved.id.clone())) {
                marks.push("opens first");
            }
            view! {
                <a href=views.address_of(&saved) aria-current=move || here().then_some("page")>
                    <span class="view-name">{saved.settings.name.clone()}</span>
                    " "
                    <span class="soft">{marks.join(", ")}</span>
                </a>
            }
        };
        list.with(|list| list.views.clone()).into_iter().map(entry).collect_view()
    };
    let actions = move || {
        present.get().map(|saved| {
            let mine = frame.overview.with(|overview| overview.me.id == saved.owner);
            let may_change = views.may_change(&saved);
            let may_share = frame.overview.with(|overview| overview.me.may(Action::ShareViews));
            let first = default.with(|default| *default == Some(saved.id.clone()));
            let item = move |word: &'static str, act: Callback<()>| {
                view! {
                    <button
                        type="button"
                        class="item"
                        popovertarget="more-views"
                        popovertargetaction="hide"
                        on:click=move |_| act.run(())
                    >
                        {word}
                    </button>
                }
            };
            let ask = move |next: Task| Callback::new(move |()| task.set(Some(next.clone())));
            let sharing = {
                let settings = ViewSettings { shared: !saved.settings.shared, ..saved.settings.clone() };
                let other = SavedView { settings, ..saved.clone() };
                Callback::new(move |()| views.change(other.clone()))
            };
            let opening = {
                let next = (!first).then(|| saved.id.clone());
                Callback::new(move |()| views.arrange(|arrangement| arrangement.default_view = next.clone()))
            };
            let shared = saved.settings.shared;
            let share = match shared {
                true if mine => Some("Make it personal"),
                false if mine && may_share => Some("Share with everybody"),
                _ => None,
            };
            view! {
                <div role="group" aria-label=format!("“{}”", saved.settings.name)>
                    <p class="menu-title">{format!("“{}”", saved.settings.name)}</p>
                    {may_change.then(|| item("Rename …", ask(Task::Rename(saved.clone()))))}
                    {item("Duplicate …", ask(Task::Duplicate(saved.clone())))}
                    {share.map(|word| item(word, sharing))}
                    {item(if first { "Do not open it first" } else { "Open it first" }, opening)}
                    {may_change.then(|| item("Delete …", ask(Task::Delete(saved.clone()))))}
                    {(!may_change).then(|| view! {
                        <p class="soft">"Its owner and leads rename, change and delete it."</p>
                    })}
                </div>
            }
        })
    };
    view! {
        <button type="button" class="tool more-views-button" popovertarget="more-views" aria-haspopup="dialog">
            "More views"
            <Icon name="down" />
        </button>
        <div id="more-views" class="tool-menu" popover="auto" role="dialog" aria-label="Views">
            {actions}
            <p class="menu-title">"All views"</p>
            <div class="all-views">
                {all}
                <p class="soft" hidden=move || list.with(|list| !list.views.is_empty())>
                    "None yet. Narrow the table down, put it into an order or group it, then save that as a view."
                </p>
            </div>
        </div>
    }
}
