//! The live table of accounts.

mod cache;
mod chips;
mod clipboard;
mod columns;
mod columns_menu;
mod conditions;
pub mod conflict;
pub mod dom;
pub mod edit;
pub mod editor;
mod export;
mod filter;
mod go;
mod grid;
mod group_head;
mod head;
mod lines;
mod new_account;
mod notices;
mod order_menus;
mod pick;
mod presence;
mod query;
mod rest;
mod row;
mod save_view;
pub mod saves;
mod say;
pub mod selection;
pub mod table;
mod toolbar;
mod undo;
mod view_bar;
mod views;
mod visits;
pub mod words;

pub use visits::Visits;

use crate::api::ApiError;
use crate::api::accounts::{TableWindow, table_window};
use crate::api::views::{ViewList, views as saved_views};
use crate::components::empty::{Empty, Skeleton};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::lazy::later;
use crate::live::{Link, Live};
use crate::pages::bulk::BulkBar;
use crate::pages::migration::Frame;
use cache::WINDOW;
use chips::StatusChips;
use conditions::Conditions;
use domain::policy::Action;
use domain::view::View;
use go::Go;
use grid::AccountGrid;
use leptos::prelude::*;
use leptos_meta::Title;
use notices::Notices;
use query::Asked;
use std::time::Duration;
use table::Table;
use toolbar::Toolbar;
use view_bar::ViewBar;
use views::{Views, meant};

/// A view that depends on the day is asked for again this often.
const DAY_PAUSE: Duration = Duration::from_secs(60);

/// The page. The first rows and counts come with the document, and so do the saved views; from then on the table
/// follows the address and the live feed by itself.
#[component]
pub fn AccountsPage() -> impl IntoView {
    let frame = Frame::here();
    let asked = query::use_asked();
    let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let id = migration.clone();
    let list = Resource::new(|| (), move |()| saved_views(id.clone()));
    let first = Resource::new(
        || (),
        move |()| {
            let (migration, asked) = (migration.clone(), asked.get_untracked());
            async move {
                // Which view is meant without any conditions, the reader has arranged.
                let list = if asked.bare { list.await.unwrap_or_default() } else { ViewList::default() };
                table_window(migration, meant(&asked, &list).0, 0, WINDOW, None).await
            }
        },
    );
    let retry = Callback::new(move |()| {
        list.refetch();
        first.refetch();
    });
    let title = move || frame.overview.with(|overview| format!("Accounts · {}", overview.migration.settings.name));
    view! {
        <Title text=title />
        <div class="accounts fills">
            <h1 class="visually-hidden">{title}</h1>
            <Transition fallback=|| view! { <Skeleton lines=12 /> }>
                {move || {
                    let (list, first) = (list.get()?, first.get()?);
                    Some(match first {
                        Ok(first) => view! { <Loaded frame asked list first /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
    }
}

#[component]
fn Loaded(frame: Frame, asked: Memo<Asked>, list: Result<ViewList, ApiError>, first: TableWindow) -> impl IntoView {
    let live = expect_context::<Live>();
    let go = Go::new(frame, asked);
    let (list, failed) = list.map_or_else(|error| (ViewList::default(), Some(error)), |list| (list, None));
    let views = Views::new(frame, live, go, asked, list);
    views.problem.set(failed);
    let view = views.view;
    let table = Table::new(views, live, first);
    follow_the_day(table);
    let matching = Signal::derive(move || table.summary.with(|summary| summary.matching));
    let created = Callback::new(move |()| {
        table.refresh();
        frame.refetch.run(());
    });
    Effect::new(move |_| {
        let reachable = live.link.with(|link| *link == Link::Live);
        if reachable && table.problem.with_untracked(Option::is_some) {
            table.retry();
        }
    });
    // Only what tells the three cases apart: the grid must not be built anew with every count.
    let shown = Memo::new(move |_| {
        table.summary.with(|summary| match (summary.all, summary.matching) {
            (0, _) => Shown::Nothing,
            (_, 0) => Shown::NoMatch,
            _ => Shown::Rows,
        })
    });
    view! {
        <ViewBar table />
        <Toolbar views matching waiting=table.waiting on_created=created />
        <Conditions frame view go />
        <StatusChips table />
        <Notices table />
        {move || {
            table.problem.get().map(|error| {
                view! { <Problem error retry=Callback::new(move |()| table.retry()) /> }
            })
        }}
        {move || match shown.get() {
            Shown::Rows => view! { <AccountGrid table /> }.into_any(),
            Shown::NoMatch => view! { <NoMatch go /> }.into_any(),
            Shown::Nothing => view! { <NoAccounts frame /> }.into_any(),
        }}
        {later!(tools: |table: Table| view! { <BulkBar table /> }).unseen()}
        <Foot table />
    }
}

/// Conditions such as "in the next 14 days" are asked again while the day may turn.
fn follow_the_day(table: Table) {
    Effect::new(move |_| {
        if !table.view.with(View::is_relative) {
            return;
        }
        if let Ok(clock) = set_interval_with_handle(move || table.refresh(), DAY_PAUSE) {
            on_cleanup(move || clock.clear());
        }
    });
}

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Nothing,
    NoMatch,
    Rows,
}

#[component]
fn NoMatch(go: Go) -> impl IntoView {
    view! {
        <div class="no-rows">
            <Empty icon="filter" title="No account matches" text="Take a condition out, or search for something else.">
                <a class="button" href=move || go.address_from(&View::default(), None)>
                    "Reset"
                </a>
            </Empty>
        </div>
    }
}

#[component]
fn NoAccounts(frame: Frame) -> impl IntoView {
    let may_import = frame.overview.with_untracked(|overview| overview.me.may(Action::ImportAccounts));
    let text = if may_import {
        "Import the spreadsheet that you have, in whatever state its rows are, or add a single account above."
    } else {
        "A lead imports them from a spreadsheet; they appear here by themselves."
    };
    view! {
        <div class="no-rows">
            <Empty icon="rows" title="No accounts yet" text=text>
                {may_import.then(|| view! {
                    <a class="button primary" href=move || frame.address("imports")>
                        "Import accounts"
                    </a>
                })}
            </Empty>
        </div>
    }
}

/// How many there are, as of when, and the keys.
#[component]
fn Foot(table: Table) -> impl IntoView {
    let summary = table.summary;
    let may_edit = move || table.frame.overview.with(|overview| overview.me.may(Action::EditAccounts));
    view! {
        <footer class="table-foot">
            <p>
                {move || counted(summary.with(|summary| summary.all), "account", "accounts")}
                " · "
                <b>{move || grouped(summary.with(|summary| summary.matching))}</b>
                " match · as of seq "
                <b>{move || grouped(summary.with(|summary| summary.position.migration))}</b>
            </p>
            <p class="keys">
                <span>
                    <kbd>"↑"</kbd>
                    " "
                    <kbd>"↓"</kbd>
                    " move"
                </span>
                " "
                {move || may_edit().then(|| view! {
                    <span>
                        <kbd>"Enter"</kbd>
                        " edit"
                    </span>
                    " "
                })}
                <span>
                    <kbd>"Shift"</kbd>
                    " range"
                </span>
                " "
                <span>
                    <kbd>"Space"</kbd>
                    " select"
                </span>
                " "
                <span>
                    <kbd>"Ctrl Z"</kbd>
                    " undo"
                </span>
            </p>
        </footer>
    }
}
