//! One customer: its migrations, its contacts, what is known of it, and what changed in the directory.

mod accounts;
mod conflict;
mod contacts;
mod edit;
mod facts;
mod form;
mod history;

use crate::api::ApiError;
use crate::api::customers::{CustomerDetail, customer_detail};
use crate::components::empty::Skeleton;
use crate::components::frame::{Topbar, use_may};
use crate::components::icon::Icon;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::live::Live;
use accounts::Accounts;
use contacts::Contacts;
use domain::customer::address::from_segment;
use domain::id::ExternalId;
use domain::live::LiveMessage;
use domain::policy::Action;
use edit::Edit;
use facts::Facts;
use history::History;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// Changes that come together are asked for once.
const REFRESH_PAUSE: Duration = Duration::from_millis(250);

/// The page.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |before: Option<&Option<ExternalId>>| {
        let segment = params.with(|params| params.get("id"));
        match segment {
            Some(segment) => from_segment(&segment),
            // On the way to another page the parameter is gone before this page is.
            None => before.cloned().flatten(),
        }
    });
    let first = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => customer_detail(id).await,
                None => Err(ApiError::NotFound { message: "There is no customer at this address.".to_owned() }),
            }
        },
    );
    let retry = Callback::new(move |()| first.refetch());
    let may = use_may(Action::EditCustomers);
    view! {
        // Until the name is known; and what an earlier page called itself is not asked for any more.
        <Title text="Customer" />
        <Topbar>
            <p class="place">"Customers"</p>
        </Topbar>
        <main id="content" tabindex="-1">
            <Transition fallback=|| view! { <div class="page"><Skeleton lines=9 /></div> }>
                {move || {
                    first.get().map(|answer| match answer {
                        Ok(first) => view! { <Loaded first may=may.get() /> }.into_any(),
                        Err(error) => view! { <Failed error retry /> }.into_any(),
                    })
                }}
            </Transition>
        </main>
    }
    .into_any()
}

#[component]
fn Failed(error: ApiError, retry: Callback<()>) -> impl IntoView {
    let missing = matches!(error, ApiError::NotFound { .. });
    let heading = if missing { "There is no such customer" } else { "This customer could not be loaded" };
    view! {
        <Title text=heading />
        <div class="page">
            <WayBack />
            <div class="page-head">
                <h1>{heading}</h1>
            </div>
            <Problem error retry />
        </div>
    }
    .into_any()
}

#[component]
fn Loaded(first: CustomerDetail, may: bool) -> impl IntoView {
    let live_at = first.accounts.first().map(|account| (account.migration.clone(), account.position));
    let detail = RwSignal::new(first);
    if let Some((migration, position)) = live_at {
        // A customer's change is told to the pages of every migration that it is part of, so one of them will do.
        follow(Live::open(migration, position), detail);
    }
    let edit = Edit::new(detail, may);
    leave_when_signed_out(edit.error.into());
    // The title outlives its page for a moment.
    let name = move || detail.try_with(|detail| detail.profile.name.clone()).unwrap_or_default();
    let line = move || {
        detail.with(|detail| {
            let CustomerDetail { external_id, profile, .. } = detail;
            [external_id.as_str(), &profile.plan, &profile.region]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| view! { <span>{text.to_owned()}</span> })
                .collect_view()
        })
    };
    view! {
        <Title text=name />
        <div class="record customer">
            <header class="record-head">
                <WayBack />
                <div class="title">
                    <h1>{name}</h1>
                    <div class="ids">{line}</div>
                </div>
            </header>
            <div class="record-body">
                <div class="record-main">
                    <Accounts detail />
                    <Contacts edit />
                    <History detail />
                </div>
                <aside class="record-side" aria-label="Facts">
                    <Facts edit />
                </aside>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn WayBack() -> impl IntoView {
    view! {
        <p class="crumbs">
            <a href="/customers">
                <Icon name="left" />
                "All customers"
            </a>
        </p>
    }
}

/// Asks for the customer anew, a moment after the feed gave the first reason to.
fn follow(live: Live, detail: RwSignal<CustomerDetail>) {
    let waiting = StoredValue::new(false);
    let ask = move || {
        if waiting.try_set_value(false).is_some() {
            return;
        }
        let Some(id) = detail.try_with_untracked(|detail| detail.external_id.clone()) else { return };
        spawn_local(async move {
            // A failure leaves what is shown.
            let Ok(newer) = customer_detail(id).await else { return };
            let is_newer = detail.try_with_untracked(|shown| newer.changed_seq >= shown.changed_seq);
            if is_newer == Some(true) {
                detail.set(newer);
            }
        });
    };
    live.subscribe(Callback::new(move |message| {
        let concerns_us = match message {
            LiveMessage::Rows { rows, .. } => {
                detail.with_untracked(|detail| rows.iter().any(|row| row.external_id == detail.external_id))
            }
            LiveMessage::Resync { .. } | LiveMessage::Overview { .. } => true,
            LiveMessage::Ready { .. }
            | LiveMessage::Presence { .. }
            | LiveMessage::Arranged
            | LiveMessage::Restarting
            | LiveMessage::SignedOut => false,
        };
        if concerns_us && waiting.try_get_value() == Some(false) {
            waiting.set_value(true);
            set_timeout(ask, REFRESH_PAUSE);
        }
    }));
}
