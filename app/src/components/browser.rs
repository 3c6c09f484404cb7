//! The few things that only a browser can do. On the server each does nothing, so pages call them from
//! event handlers and effects without asking where they run.

#[cfg(feature = "hydrate")]
mod imp {
    use leptos::prelude::{document, window};
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

    pub fn copy(text: String, done: impl Fn() + 'static) {
        wasm_bindgen_futures::spawn_local(async move {
            // There is no clipboard without HTTPS (except on localhost).
            let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
            let copied = match clipboard {
                Ok(value) if !value.is_undefined() => {
                    let clipboard: web_sys::Clipboard = value.unchecked_into();
                    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await.is_ok()
                }
                _ => false,
            };
            if copied {
                done();
            }
        });
    }

    pub fn typed(id: &str) -> Option<String> {
        let element = document().get_element_by_id(id)?;
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            return (input.value() != input.default_value()).then(|| input.value());
        }
        if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            let first = area.default_value().unwrap_or_default();
            return (area.value() != first).then(|| area.value());
        }
        element.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value)
    }

    pub fn present(id: &str) -> Option<String> {
        let element = document().get_element_by_id(id)?;
        element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value)
    }

    pub fn address() -> String {
        let location = window().location();
        format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
    }

    pub fn origin() -> String {
        window().location().origin().unwrap_or_default()
    }

    pub fn time_zone() -> Option<String> {
        let format = js_sys::Intl::DateTimeFormat::default();
        let zone = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?;
        zone.as_string().filter(|zone| !zone.is_empty())
    }

    pub fn time_zones() -> Vec<String> {
        all_zones().unwrap_or_default()
    }

    fn all_zones() -> Option<Vec<String>> {
        let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list = js_sys::Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
        let list: js_sys::Function = list.dyn_into().ok()?;
        let zones: js_sys::Array = list.call1(&intl, &JsValue::from("timeZone")).ok()?.dyn_into().ok()?;
        Some(zones.iter().filter_map(|zone| zone.as_string()).collect())
    }

    pub fn root_attribute(name: &str) -> Option<String> {
        document().document_element()?.get_attribute(name)
    }

    pub fn set_root_attribute(name: &str, value: Option<&str>) {
        let Some(root) = document().document_element() else { return };
        // Neither can fail: the name is a valid one.
        match value {
            Some(value) => drop(root.set_attribute(name, value)),
            None => drop(root.remove_attribute(name)),
        }
    }

    pub fn set_cookie(name: &str, value: &str, days: u32) {
        let secure =
            if window().location().protocol().is_ok_and(|protocol| protocol == "https:") { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={}; SameSite=Lax{secure}", u64::from(days) * 86_400);
        // Refused cookies are the reader's choice.
        drop(js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into()));
    }

    pub fn title() -> String {
        document().title()
    }

    pub fn width_of(id: &str) -> f64 {
        document().get_element_by_id(id).map_or(0.0, |element| element.get_bounding_client_rect().width())
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    pub fn copy(_text: String, _done: impl Fn() + 'static) {}
    pub fn typed(_id: &str) -> Option<String> {
        None
    }
    pub fn present(_id: &str) -> Option<String> {
        None
    }
    pub fn address() -> String {
        String::new()
    }
    pub fn origin() -> String {
        String::new()
    }
    pub fn time_zone() -> Option<String> {
        None
    }
    pub fn time_zones() -> Vec<String> {
        Vec::new()
    }
    pub fn root_attribute(_name: &str) -> Option<String> {
        None
    }
    pub fn set_root_attribute(_name: &str, _value: Option<&str>) {}
    pub fn set_cookie(_name: &str, _value: &str, _days: u32) {}
    pub fn title() -> String {
        String::new()
    }
    pub fn width_of(_id: &str) -> f64 {
        0.0
    }
}

/// Puts a text on the clipboard and calls `done` when it is there.
pub fn copy(text: String, done: impl Fn() + 'static) {
    imp::copy(text, done);
}

/// What stands in the control of this id, if it was changed since the document came.
pub fn typed(id: &str) -> Option<String> {
    imp::typed(id)
}

/// What stands in the field of one line with this id.
pub fn present(id: &str) -> Option<String> {
    imp::present(id)
}

/// The path and query of this page.
pub fn address() -> String {
    imp::address()
}

/// The scheme and host of this page, such as `https://move.example`.
pub fn origin() -> String {
    imp::origin()
}

/// The browser's time zone.
pub fn time_zone() -> Option<String> {
    imp::time_zone()
}

/// The names of all time zones that the browser knows.
pub fn time_zones() -> Vec<String> {
    imp::time_zones()
}

/// An attribute of `<html>`.
pub fn root_attribute(name: &str) -> Option<String> {
    imp::root_attribute(name)
}

/// Sets or removes an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    imp::set_root_attribute(name, value);
}

/// Keeps a value that the server reads with the next page; not for secrets.
pub fn set_cookie(name: &str, value: &str, days: u32) {
    imp::set_cookie(name, value, days);
}

/// How wide the element of this id is, in pixels.
pub fn width_of(id: &str) -> f64 {
    imp::width_of(id)
}

/// The document's title.
pub fn title() -> String {
    imp::title()
}
