//! The ways through a migration's notifications.

use crate::pages::migration::Frame;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Links to the pages of notifications; the present one is marked.
#[component]
pub fn NotificationTabs(frame: Frame) -> impl IntoView {
    let path = use_location().pathname;
    let tab = move |word: &'static str, rest: &'static str| {
        let current = move || path.with(|path| *path == frame.address(rest)).then_some("page");
        view! {
            <a href=move || frame.address(rest) aria-current=current>
                {word}
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label="Notifications">
            {tab("Queue", "notifications")}
            {tab("Rules", "notifications/rules")}
            {tab("Templates", "notifications/templates")}
            {tab("Mailbox", "notifications/mailbox")}
        </nav>
    }
    .into_any()
}
