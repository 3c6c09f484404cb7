//! The ways through a migration's status page, and what its screens begin with.

use crate::api::ApiError;
use crate::api::status_page::{PageAnswer, status_page};
use crate::components::empty::Skeleton;
use crate::components::problem::{Problem, leave_when_signed_out};
use crate::pages::migration::Frame;
use domain::event::Position;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A screen of the status page: heading and tabs around it.
#[component]
pub fn Screen(frame: Frame, title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <Title text=move || format!("{title} · {}", frame.overview.read().migration.settings.name) />
        <div class="page status-editor">
            <div class="page-head">
                <h1>{title}</h1>
                <p>{text}</p>
            </div>
            <StatusTabs frame />
            {children()}
        </div>
    }
    .into_any()
}

#[component]
fn StatusTabs(frame: Frame) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |word: &'static str, rest: &'static str| {
        // The overview's address is the beginning of all others.
        let current = move || {
            let own = frame.address(rest);
            path.with(|path| if rest == "status-page" { *path == own } else { path.starts_with(&own) })
                .then_some("page")
        };
        view! {
            <a href=move || frame.address(rest) aria-current=current>
                {word}
            </a>
        }
    };
    view! {
        <nav class="tabs notification-tabs" aria-label="Status page">
            {tab("Overview", "status-page")}
            {tab("Incidents", "status-page/incidents")}
            {tab("Texts", "status-page/texts")}
            {tab("Parts", "status-page/components")}
            {tab("Templates", "status-page/templates")}
            {tab("Look", "status-page/look")}
            {tab("Subscribers", "status-page/subscribers")}
        </nav>
    }
    .into_any()
}

/// The page, loaded again whenever something of the migration changes; while somebody `writes` it stays as it is.
pub fn page_of(
    frame: Frame,
    writes: impl Fn() -> bool + Send + Sync + 'static,
) -> Resource<Result<PageAnswer, ApiError>> {
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    let seen = Memo::new(move |before: Option<&Position>| {
        let now = frame.overview.with(|overview| overview.position);
        before.filter(|_| writes()).copied().unwrap_or(now)
    });
    Resource::new(move || (migration.get(), seen.get()), |(migration, _)| status_page(migration))
}

/// The page, loaded once: a form that is made of it keeps what is typed, whatever others do meanwhile.
pub fn page_once(frame: Frame) -> Resource<Result<PageAnswer, ApiError>> {
    let migration = Memo::new(move |_| frame.overview.with(|overview| overview.migration.id.clone()));
    Resource::new(move || migration.get(), status_page)
}

/// Shows what was loaded, or what went wrong.
#[component]
pub fn Loaded<T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static>(
    resource: Resource<Result<T, ApiError>>,
    children: Callback<T, AnyView>,
) -> impl IntoView {
    let retry = Callback::new(move |()| resource.refetch());
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8 /> }>
            {move || resource.get().map(|answer| match answer {
                Ok(loaded) => children.run(loaded),
                Err(error) => view! { <Problem error retry /> }.into_any(),
            })}
        </Transition>
    }
    .into_any()
}

/// One thing on its way to the server at a time.
#[derive(Clone, Copy)]
pub struct Sending {
    pub pending: RwSignal<bool>,
    pub error: RwSignal<Option<ApiError>>,
    /// What was done, for everybody.
    pub done: RwSignal<String>,
}

impl Sending {
    /// Nothing is on its way.
    pub fn new() -> Sending {
        let error = RwSignal::new(None::<ApiError>);
        leave_when_signed_out(error.into());
        Sending { pending: RwSignal::new(false), error, done: RwSignal::new(String::new()) }
    }

    /// Sends, unless something is on its way already; `then` gets a success.
    pub fn run<T: 'static>(
        self,
        work: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.done.set(String::new());
        spawn_local(async move {
            let answer = work.await;
            if self.pending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(value) => {
                    self.error.set(None);
                    then(value);
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// Says what was done.
#[component]
pub fn Done(sending: Sending) -> impl IntoView {
    view! {
        <span class="saved" role="status">
            {move || sending.done.get()}
        </span>
    }
}
