//! The ways through a migration's notifications.

use crate::pages::migration::Frame;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Queue, rules, templates, mailbox, promises, endpoints.
#[component]
pub fn NotificationTabs() -> impl IntoView {
    let frame = Frame::here();
    let path = use_location().pathname;
    let tab = move |word: &'static str, rest: &'static str| {
        // The queue's address is the beginning of all others.
        let current = move || {
            let own = frame.address(rest);
            path.with(|path| if rest == "notifications" { *path == own } else { path.starts_with(&own) })
                .then_some("page")
        };
        view! {
            <a href=move || frame.address(rest) aria-current=current>
                {word}
            </a>
        }
    };
    view! {
        <nav class="tabs notification-tabs" aria-label="Notifications">
            {tab("Queue", "notifications")}
            {tab("Rules", "notifications/rules")}
            {tab("Templates", "notifications/templates")}
            {tab("Mailbox", "notifications/mailbox")}
            {tab("Promises", "notifications/promises")}
            {tab("Endpoints", "notifications/endpoints")}
        </nav>
    }
    .into_any()
}
