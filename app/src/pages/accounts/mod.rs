//! The live table of accounts.

mod cache;
mod chips;
mod clipboard;
mod conditions;
pub mod conflict;
pub mod dom;
pub mod edit;
pub mod editor;
mod export;
mod grid;
mod head;
mod new_account;
mod pick;
mod presence;
mod query;
mod row;
pub mod saves;
mod say;
pub mod selection;
pub mod table;
mod toolbar;
mod undo;
mod visits;
pub mod words;

pub use visits::Visits;

use crate::api::accounts::{TableWindow, table_window};
use crate::components::empty::{Empty, Skeleton};
use crate::components::number::{counted, grouped};
use crate::components::problem::Problem;
use crate::live::{Link, Live};
use crate::pages::bulk::BulkBar;
use crate::pages::migration::Frame;
use cache::WINDOW;
use chips::StatusChips;
use conditions::{Conditions, Go};
use domain::policy::Action;
use domain::view::View;
use grid::AccountGrid;
use leptos::prelude::*;
use leptos_meta::Title;
use pick::Ticked;
use table::Table;
use toolbar::Toolbar;

/// The page. The first rows and counts come with the document; from then on the table follows the address and the
/// live feed by itself.
#[component]
pub fn AccountsPage() -> impl IntoView {
    let frame = Frame::here();
    let view = query::use_view();
    let migration = frame.overview.with_untracked(|overview| overview.migration.id.clone());
    let first = Resource::new(|| (), move |()| table_window(migration.clone(), view.get_untracked(), 0, WINDOW, None));
    let retry = Callback::new(move |()| first.refetch());
    let title = move || frame.overview.with(|overview| format!("Accounts · {}", overview.migration.settings.name));
    view! {
        <Title text=title />
        <div class="accounts fills">
            <h1 class="visually-hidden">{title}</h1>
            <Transition fallback=|| view! { <Skeleton lines=12 /> }>
                {move || {
                    first.get().map(|answer| match answer {
                        Ok(first) => view! { <Loaded frame view first /> }.into_any(),
                        Err(error) => view! { <Problem error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </div>
    }
}

#[component]
fn Loaded(frame: Frame, view: Memo<View>, first: TableWindow) -> impl IntoView {
    let live = expect_context::<Live>();
    let table = Table::new(frame, live, view, first);
    let go = Go::new(frame);
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
        <Toolbar frame view go matching on_created=created />
        <Conditions frame view />
        <StatusChips table />
        {move || {
            table.problem.get().map(|error| {
                view! { <Problem error retry=Callback::new(move |()| table.retry()) /> }
            })
        }}
        {move || match shown.get() {
            Shown::Rows => view! { <AccountGrid table /> }.into_any(),
            Shown::NoMatch => view! { <NoMatch frame /> }.into_any(),
            Shown::Nothing => view! { <NoAccounts frame /> }.into_any(),
        }}
        <BulkBar table />
        <Foot table />
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Nothing,
    NoMatch,
    Rows,
}

#[component]
fn NoMatch(frame: Frame) -> impl IntoView {
    view! {
        <div class="no-rows">
            <Empty icon="filter" title="No account matches" text="Take a condition out, or search for something else.">
                <a class="button" href=move || frame.address("accounts")>
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
    view! {
        <footer class="table-foot">
            <Ticked table />
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
                <span>
                    <kbd>"Enter"</kbd>
                    " edit"
                </span>
                " "
                <span>
                    <kbd>"Shift"</kbd>
                    " select cells"
                </span>
                " "
                <span>
                    <kbd>"Space"</kbd>
                    " select the row"
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
