//! When something could not be loaded.

use super::browser;
use super::notice::{Notice, Tone};
use crate::api::ApiError;
use domain::view::escape;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Says what went wrong in place of the content, and offers another try where that may help.
/// Somebody whose session has ended goes to the sign-in page and comes back here.
#[component]
pub fn Problem(error: ApiError, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    if error == ApiError::SignedOut {
        sign_in_again();
    }
    let may_help =
        matches!(error, ApiError::Unavailable { .. } | ApiError::Transport { .. } | ApiError::TooMany { .. });
    view! {
        <div class="problem">
            <Notice tone=Tone::Error>
                <p>{error.to_string()}</p>
                {retry
                    .filter(|_| may_help)
                    .map(|retry| view! {
                        <p>
                            <button type="button" class="button small" on:click=move |_| retry.run(())>
                                "Try again"
                            </button>
                        </p>
                    })}
            </Notice>
        </div>
    }
    .into_any()
}

/// Goes to the sign-in page, which leads back to this address. Only in the browser: the server redirects itself.
pub fn sign_in_again() {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let here = browser::address();
        let target = if here.is_empty() { "/sign-in".to_owned() } else { format!("/sign-in?next={}", escape(&here)) };
        navigate(&target, NavigateOptions { replace: true, ..NavigateOptions::default() });
    });
}

/// Watches an action: when it answers that the session has ended, goes to the sign-in page.
pub fn leave_when_signed_out(error: Signal<Option<ApiError>>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if error.with(|error| error == &Some(ApiError::SignedOut)) {
            navigate(&format!("/sign-in?next={}", escape(&browser::address())), NavigateOptions::default());
        }
    });
}
