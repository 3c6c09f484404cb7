//! Buttons with a behaviour of their own. A plain one is `<button class="button">`.

use super::browser;
use super::icon::Icon;
use leptos::prelude::*;
use std::time::Duration;

/// Sends its form; while `pending` it says so and does not send again.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] pending: Signal<bool>,
    /// `primary` (default) or `danger primary`, …
    #[prop(default = "primary", into)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=format!("button {class}")
            aria-busy=move || pending.get().then_some("true")
            // Not `disabled`: a disabled button loses the focus.
            on:click=move |event| {
                if pending.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            {label}
        </button>
    }
    .into_any()
}

/// Copies a text to the clipboard and says so.
#[component]
pub fn CopyButton(
    #[prop(into)] text: Signal<String>,
    #[prop(default = "Copy", into)] label: &'static str,
    #[prop(default = "button", into)] class: &'static str,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        browser::copy(text.get_untracked(), move || {
            copied.set(true);
            set_timeout(move || _ = copied.try_set(false), Duration::from_secs(3));
        });
    };
    view! {
        <button type="button" class=class on:click=copy>
            <Icon name=Signal::derive(move || if copied.get() { "check" } else { "copy" }) />
            <span aria-live="polite">{move || if copied.get() { "Copied" } else { label }}</span>
        </button>
    }
    .into_any()
}
