//! The message that code of the application could not be loaded. It stands in the document from the start, because what would
//! show it may be the very thing that is missing.

use super::notice::{Notice, Tone};
use leptos::prelude::*;

/// The message's id; [`crate::shell`] shows it too, when the application itself does not arrive.
pub const ID: &str = "load-problem";
/// The button for another try.
pub const AGAIN: &str = "load-again";

/// The message, hidden. Part of the document outside of the application.
pub fn message() -> AnyView {
    view! {
        <div id=ID class="load-problem" hidden=true>
            <Notice tone=Tone::Error>
                <p>
                    "A part of Landbridge could not be loaded. What you have entered is still on this page. Check the connection and \
                     try again; if that does not help, Landbridge was updated: reload the page."
                </p>
                <p class="buttons">
                    <button type="button" class="button small" id=AGAIN>
                        "Try again"
                    </button>
                    <a class="button small" href="" rel="external">
                        "Reload the page"
                    </a>
                </p>
            </Notice>
        </div>
    }
    .into_any()
}

/// Shows the message until the person asks for another try. Whoever stops waiting takes it away again.
pub async fn another_try() {
    imp::another_try().await;
}

#[cfg(feature = "hydrate")]
mod imp {
    use super::{AGAIN, ID};
    use leptos::prelude::document;
    use std::cell::Cell;
    use wasm_bindgen_futures::JsFuture;

    thread_local! {
        static WAITING: Cell<u32> = const { Cell::new(0) };
    }

    /// One part that waits for another try; the message is shown while there is any.
    struct Waiting;

    impl Waiting {
        fn begin() -> Waiting {
            change(1);
            Waiting
        }
    }

    impl Drop for Waiting {
        fn drop(&mut self) {
            change(-1);
        }
    }

    fn change(by: i32) {
        let now = WAITING.get().saturating_add_signed(by);
        WAITING.set(now);
        let Some(message) = document().get_element_by_id(ID) else { return };
        // Neither can fail: the name is a valid one.
        if now == 0 {
            drop(message.set_attribute("hidden", ""));
        } else {
            drop(message.remove_attribute("hidden"));
        }
    }

    pub async fn another_try() {
        let _waiting = Waiting::begin();
        let pressed = js_sys::Promise::new(&mut |resolve, _| {
            if let Some(button) = document().get_element_by_id(AGAIN) {
                // Fails for no kind of event that exists.
                drop(button.add_event_listener_with_callback("click", &resolve));
            }
        });
        // It is never rejected.
        drop(JsFuture::from(pressed).await);
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    pub async fn another_try() {}
}
