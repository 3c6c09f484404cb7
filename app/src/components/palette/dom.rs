//! What the palette asks of the browser. On the server each does nothing.

#[cfg(feature = "hydrate")]
mod imp {
    use leptos::ev::KeyboardEvent;
    use leptos::prelude::{document, window};
    use wasm_bindgen::{JsCast, prelude::Closure};
    use web_sys::{HtmlElement, HtmlInputElement};

    pub fn on_any_key(act: impl Fn(KeyboardEvent) + 'static) -> impl FnOnce() {
        let closure = Closure::<dyn Fn(KeyboardEvent)>::new(act);
        let document = document();
        // On the way down: whoever keeps keys for itself further in does not keep these.
        drop(document.add_event_listener_with_callback_and_bool("keydown", closure.as_ref().unchecked_ref(), true));
        move || {
            let listener = closure.as_ref().unchecked_ref();
            drop(document.remove_event_listener_with_callback_and_bool("keydown", listener, true));
        }
    }

    pub fn focus_input(id: &str) {
        let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlElement>().ok());
        if let Some(input) = input {
            drop(input.focus());
        }
    }

    pub fn has_selection(id: &str) -> bool {
        let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        input.is_some_and(|input| input.selection_start().ok() != input.selection_end().ok())
    }

    pub fn scroll_into_view(list: &str, option: &str) {
        let (Some(list), Some(option)) = (document().get_element_by_id(list), document().get_element_by_id(option))
        else {
            return;
        };
        let (around, own) = (list.get_bounding_client_rect(), option.get_bounding_client_rect());
        let (below, above) = (own.bottom() - around.bottom(), own.top() - around.top());
        if below > 0.0 {
            list.set_scroll_top(list.scroll_top() + below.ceil() as i32);
        } else if above < 0.0 {
            list.set_scroll_top(list.scroll_top() + above.floor() as i32);
        }
    }

    pub fn is_offline() -> bool {
        !window().navigator().on_line()
    }

    pub fn is_visible() -> bool {
        let hidden = js_sys::Reflect::get(&document(), &"hidden".into()).ok().and_then(|hidden| hidden.as_bool());
        hidden != Some(true)
    }

    pub fn control_key() -> &'static str {
        let platform = window().navigator().platform().unwrap_or_default();
        if platform.starts_with("Mac") || platform.starts_with("iP") { "⌘" } else { "Ctrl" }
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    use leptos::ev::KeyboardEvent;

    pub fn on_any_key(_act: impl Fn(KeyboardEvent) + 'static) -> impl FnOnce() {
        || ()
    }
    pub fn focus_input(_id: &str) {}
    pub fn has_selection(_id: &str) -> bool {
        false
    }
    pub fn scroll_into_view(_list: &str, _option: &str) {}
    pub fn is_offline() -> bool {
        false
    }
    pub fn is_visible() -> bool {
        true
    }
    pub fn control_key() -> &'static str {
        "Ctrl"
    }
}

use leptos::ev::KeyboardEvent;

/// Calls `act` with every key before anybody else sees it, until the closure that it answers is called.
pub fn on_any_key(act: impl Fn(KeyboardEvent) + 'static) -> impl FnOnce() {
    imp::on_any_key(act)
}

/// Focuses the field of this id.
pub fn focus_input(id: &str) {
    imp::focus_input(id);
}

/// Whether a part of the text in this field is selected.
pub fn has_selection(id: &str) -> bool {
    imp::has_selection(id)
}

/// Scrolls a list just far enough to show one of its options.
pub fn scroll_into_view(list: &str, option: &str) {
    imp::scroll_into_view(list, option);
}

/// Whether the browser knows that it has no connection.
pub fn is_offline() -> bool {
    imp::is_offline()
}

/// Whether the tab is in sight.
pub fn is_visible() -> bool {
    imp::is_visible()
}

/// The name of the key for shortcuts: `Ctrl`, or `⌘` on a Mac.
pub fn control_key() -> &'static str {
    imp::control_key()
}
