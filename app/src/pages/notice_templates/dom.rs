//! What the editor asks of the browser: where the caret is, what is kept for later. Nothing happens on the server.

#[cfg(feature = "hydrate")]
mod imp {
    use leptos::prelude::{document, window};
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlFormElement, HtmlInputElement, HtmlTextAreaElement};

    /// Units of UTF-16, as the browser counts.
    fn units(id: &str) -> Option<(String, u32)> {
        let element = document().get_element_by_id(id)?;
        if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            return Some((area.value(), area.selection_start().ok()??));
        }
        let input = element.dyn_ref::<HtmlInputElement>()?;
        Some((input.value(), input.selection_start().ok()??))
    }

    pub fn caret(id: &str) -> Option<usize> {
        let (text, units) = units(id)?;
        let mut left = units as usize;
        let mut bytes = 0;
        for letter in text.chars() {
            if left < letter.len_utf16() {
                break;
            }
            left -= letter.len_utf16();
            bytes += letter.len_utf8();
        }
        Some(bytes)
    }

    pub fn place_caret(id: &str, text: &str, caret: usize) {
        let units = text.get(..caret).unwrap_or_default().encode_utf16().count() as u32;
        let Some(element) = document().get_element_by_id(id) else { return };
        // A caret that cannot be placed stays where it is.
        if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            area.set_value(text);
            area.focus().ok();
            area.set_selection_range(units, units).ok();
        } else if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.set_value(text);
            input.focus().ok();
            input.set_selection_range(units, units).ok();
        }
    }

    pub fn keep(key: &str, text: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            // Full or forbidden: then leaving the page still asks.
            storage.set_item(key, text).ok();
        }
    }

    pub fn kept(key: &str) -> Option<String> {
        window().local_storage().ok()??.get_item(key).ok()?
    }

    pub fn forget(key: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            storage.remove_item(key).ok();
        }
    }

    pub fn submit(id: &str) {
        if let Some(form) = document().get_element_by_id(id).and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            form.submit().ok();
        }
    }

    pub fn show(id: &str) {
        if let Some(element) = document().get_element_by_id(id) {
            element.scroll_into_view_with_bool(false);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    pub fn caret(_id: &str) -> Option<usize> {
        None
    }
    pub fn place_caret(_id: &str, _text: &str, _caret: usize) {}
    pub fn keep(_key: &str, _text: &str) {}
    pub fn kept(_key: &str) -> Option<String> {
        None
    }
    pub fn forget(_key: &str) {}
    pub fn submit(_id: &str) {}
    pub fn show(_id: &str) {}
}

/// Where the caret stands in the control of this id, in bytes of its text.
pub fn caret(id: &str) -> Option<usize> {
    imp::caret(id)
}

/// Gives the control this text and the focus, with the caret there.
pub fn place_caret(id: &str, text: &str, caret: usize) {
    imp::place_caret(id, text, caret);
}

/// Keeps a text in this browser.
pub fn keep(key: &str, text: &str) {
    imp::keep(key, text);
}

/// What was kept under this key.
pub fn kept(key: &str) -> Option<String> {
    imp::kept(key)
}

/// Lets go of what was kept.
pub fn forget(key: &str) {
    imp::forget(key);
}

/// Sends the form of this id.
pub fn submit(id: &str) {
    imp::submit(id);
}

/// Scrolls a list until this entry is in sight.
pub fn show(id: &str) {
    imp::show(id);
}
