//! The frame of a migration's pages: its name and deadline, the ways through it, whether the screen is live.

use crate::api::ApiError;
use crate::api::migrations::{Overview, overview};
use crate::components::date::{days_left, long_day};
use crate::components::due::use_due;
use crate::components::empty::Skeleton;
use crate::components::frame::Topbar;
use crate::components::icon::Icon;
use crate::components::paced::Paced;
use crate::components::problem::Problem;
use crate::live::{Live, LiveIndicator};
use crate::pages::accounts::Visits;
use crate::pages::cohort::HaltedBanner;
use domain::live::LiveMessage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_params_map};
use std::time::Duration;

/// What the pages inside the frame share, by context.
#[derive(Clone, Copy)]
pub struct Frame {
    pub overview: Signal<Overview>,
    pub refetch: Callback<()>,
}

impl Frame {
    /// The frame around this page.
    pub fn here() -> Frame {
        expect_context()
    }

    /// The address of something of this migration: `/m/ledger-3/accounts` for `accounts`.
    pub fn address(&self, rest: &str) -> String {
        self.overview.track();
        self.address_now(rest)
    }

    /// [`Frame::address`] for event handlers.
    pub fn address_now(&self, rest: &str) -> String {
        self.overview.with_untracked(|overview| format!("/m/{}/{rest}", overview.migration.settings.slug))
    }
}

/// The overview is asked for again at most this often.
const REFETCH_PAUSE: Duration = Duration::from_secs(1);

/// The frame around every page of a migration. Its first overview comes with the page; later ones replace the value
/// in [`Frame`], so that the page inside stays as it is.
#[component]
pub fn MigrationFrame() -> impl IntoView {
    let params = use_params_map();
    // On the way out of the migration the parameter is gone before the frame is.
    let slug = Memo::new(move |before: Option<&String>| {
        params.with(|params| params.get("slug")).or_else(|| before.cloned()).unwrap_or_default()
    });
    let first = Resource::new(move || slug.get(), overview);
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Transition fallback=|| view! { <Waiting /> }>
            {move || {
                first.get().map(|answer| match answer {
                    Ok(overview) => view! { <Inside first=overview /> }.into_any(),
                    Err(error) => view! { <Failed error retry /> }.into_any(),
                })
            }}
        </Transition>
    }
}

#[component]
fn Inside(first: Overview) -> impl IntoView {
    let live = Live::open(first.migration.id.clone(), first.position);
    let overview = RwSignal::new(first);
    let frame = Frame { overview: overview.into(), refetch: refetching(overview) };
    let due = use_due();
    live.subscribe(Callback::new(move |message| {
        if matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. }) {
            frame.refetch.run(());
        }
        if matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. } | LiveMessage::Rows { .. }) {
            due.ask();
        }
    }));
    provide_context(live);
    provide_context(frame);
    provide_context(Visits::default());

    // The title outlives its page for a moment.
    let name = move || overview.try_with(|overview| overview.migration.settings.name.clone()).unwrap_or_default();
    view! {
        <Title text=name />
        <Topbar tools=move || view! { <LiveIndicator /> }>
            <p class="place">{name}</p>
            <p class="deadline">
                <strong>{move || overview.with(|overview| days_left(overview.days_left))}</strong>
                " "
                <span>"until " {move || overview.with(|overview| long_day(overview.migration.settings.deadline))}</span>
            </p>
        </Topbar>
        <main id="content" class="migration" tabindex="-1">
            <Tabs frame />
            <HaltedBanner frame />
            <Outlet />
        </main>
    }
}

/// Asks for the overview again, but not at each of many changes.
fn refetching(overview: RwSignal<Overview>) -> Callback<()> {
    let asking = Paced::new(REFETCH_PAUSE, move || {
        let Some(slug) = overview.try_with_untracked(|overview| overview.migration.settings.slug.clone()) else {
            return;
        };
        spawn_local(async move {
            // A failure leaves what is shown; the indicator beside it tells whether the server can be reached.
            let Ok(newer) = crate::api::migrations::overview(slug).await else { return };
            let shown = overview.try_with_untracked(|shown| newer.position.covers(&shown.position));
            if shown == Some(true) {
                overview.try_set(newer);
            }
        });
    });
    Callback::new(move |()| asking.run())
}

/// The number that the address of a page inside the frame ends with, such as an account's.
pub fn number_in_address<N: Clone + PartialEq + Send + Sync + 'static, D>(of: fn(D) -> N) -> Memo<Option<N>>
where
    D: std::str::FromStr + 'static,
{
    let params = use_params_map();
    Memo::new(move |before: Option<&Option<N>>| {
        let number = params.with(|params| params.get("number")?.parse().ok().map(of));
        // On the way to another page the parameter is gone before this page is.
        number.or_else(|| before.cloned().flatten())
    })
}

#[component]
fn Tabs(frame: Frame) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |word: &'static str, rest: &'static str| {
        let current = move || path.with(|path| path.starts_with(&frame.address(rest))).then_some("page");
        view! {
            <a href=move || frame.address(rest) aria-current=current>
                {word}
            </a>
        }
    };
    let public = move || {
        let (published, slug) =
            frame.overview.with(|overview| (overview.migration.published, overview.migration.settings.slug.clone()));
        published.then(|| {
            view! {
                <a class="button quiet" href=format!("/status/{slug}") target="_blank" rel="noopener external">
                    <Icon name="status-page" />
                    "Public page"
                    <span class="visually-hidden">" (opens in a new tab)"</span>
                </a>
            }
        })
    };
    view! {
        <div class="subbar">
            <nav class="tabs" aria-label="This migration">
                {tab("Accounts", "accounts")}
                {tab("Cohorts", "cohorts")}
                {tab("Notifications", "notifications")}
                {tab("Status page", "status-page")}
                {tab("Imports", "imports")}
                {tab("Changes", "changes")}
                {tab("Settings", "settings")}
            </nav>
            <div class="page-actions">{public}</div>
        </div>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    view! {
        <Topbar>
            <p class="place">"Migration"</p>
        </Topbar>
        <main id="content" class="page" tabindex="-1">
            <Skeleton />
        </main>
    }
}

#[component]
fn Failed(error: ApiError, retry: Callback<()>) -> impl IntoView {
    let missing = matches!(error, ApiError::NotFound { .. });
    let heading = if missing { "There is no such migration" } else { "This migration could not be loaded" };
    view! {
        <Title text=heading />
        <Topbar>
            <p class="place">"Migration"</p>
        </Topbar>
        <main id="content" class="page" tabindex="-1">
            <div class="page-head">
                <h1>{heading}</h1>
            </div>
            <Problem error retry />
            <p>
                <a href="/">"All migrations"</a>
            </p>
        </main>
    }
}
