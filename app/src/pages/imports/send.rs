//! Sending a file with progress, which only a browser can do. On the server nothing of this happens.

use crate::api::ApiError;
use leptos::prelude::{Callable, Callback};

/// The file in a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub name: String,
    pub bytes: f64,
}

/// The file in the field of this id, if one was chosen.
pub fn chosen(field: &str) -> Option<Chosen> {
    imp::chosen(field)
}

/// What became of a file that arrived.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrived {
    /// The import of this id begins.
    Import(String),
    /// It is a workbook, and several of its sheets have something in them: it is to be sent again with one of them.
    WhichSheet(Vec<String>),
}

/// Posts the file of the field to the address, with the name of a sheet if one was chosen. Tells the progress in bytes
/// sent of all, then what became of it. A file that is on its way already is stopped first.
pub fn send(
    field: &str,
    sheet: Option<String>,
    address: &str,
    progress: Callback<(f64, f64)>,
    arrived: Callback<Result<Arrived, ApiError>>,
) {
    imp::stop();
    if imp::send(field, sheet, address, progress, arrived).is_none() {
        arrived.run(Err(ApiError::Transport { detail: "The browser did not send the file.".to_owned() }));
    }
}

/// Leads to a choice that has just appeared.
pub fn focus(field: &str) {
    imp::focus(field);
}

/// Stops the file that is on its way, if there is one; nobody hears of it any more.
pub fn stop() {
    imp::stop();
}

/// What an answer means.
#[cfg_attr(not(any(feature = "hydrate", test)), allow(dead_code))]
fn answer(status: u16, body: &str) -> Result<Arrived, ApiError> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Accepted {
        Import { id: String },
        WhichSheet { sheets: Vec<String> },
    }
    if (200..300).contains(&status)
        && let Ok(accepted) = serde_json::from_str::<Accepted>(body)
    {
        return Ok(match accepted {
            Accepted::Import { id } => Arrived::Import(id),
            Accepted::WhichSheet { sheets } => Arrived::WhichSheet(sheets),
        });
    }
    if let Ok(error) = serde_json::from_str::<ApiError>(body) {
        return Err(error);
    }
    Err(match status {
        401 => ApiError::SignedOut,
        413 => ApiError::field("file", "The file is larger than 64 MB. Split it and import one part after the other."),
        _ => ApiError::Transport { detail: format!("status {status}") },
    })
}

#[cfg(feature = "hydrate")]
mod imp {
    use super::{ApiError, Arrived, Chosen, answer};
    use leptos::prelude::{Callable, Callback, document};
    use std::cell::RefCell;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{File, FormData, HtmlInputElement, HtmlSelectElement, ProgressEvent, XmlHttpRequest};

    thread_local! {
        /// Kept here and not in a signal: the server drops signals on any thread, and a request knows only its own.
        static UNDER_WAY: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
    }

    fn file(field: &str) -> Option<File> {
        document().get_element_by_id(field)?.dyn_into::<HtmlInputElement>().ok()?.files()?.get(0)
    }

    pub fn chosen(field: &str) -> Option<Chosen> {
        file(field).map(|file| Chosen { name: file.name(), bytes: file.size() })
    }

    pub fn focus(field: &str) {
        let field = document().get_element_by_id(field).and_then(|field| field.dyn_into::<HtmlSelectElement>().ok());
        if let Some(field) = field {
            // Fails for a field that is gone again, which is as good.
            drop(field.focus());
        }
    }

    pub fn send(
        field: &str,
        sheet: Option<String>,
        address: &str,
        progress: Callback<(f64, f64)>,
        arrived: Callback<Result<Arrived, ApiError>>,
    ) -> Option<()> {
        let file = file(field)?;
        let request = XmlHttpRequest::new().ok()?;
        request.open("POST", address).ok()?;
        request.set_request_header("Accept", "application/json").ok()?;
        let form = FormData::new().ok()?;
        if let Some(sheet) = sheet {
            form.append_with_str("sheet", &sheet).ok()?;
        }
        form.append_with_blob_and_filename("file", &file, &file.name()).ok()?;

        let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            progress.try_run((event.loaded(), event.total()));
        });
        let upload = request.upload().ok()?;
        upload.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));
        let loaded = request.clone();
        let on_load = Closure::once_into_js(move || {
            let body = loaded.response_text().ok().flatten().unwrap_or_default();
            arrived.try_run(answer(loaded.status().unwrap_or(0), &body));
        });
        request.set_onload(Some(on_load.unchecked_ref()));
        let on_error = Closure::once_into_js(move || {
            arrived.try_run(Err(ApiError::Transport { detail: "The upload broke off.".to_owned() }));
        });
        request.set_onerror(Some(on_error.unchecked_ref()));
        request.send_with_opt_form_data(Some(&form)).ok()?;
        UNDER_WAY.set(Some(request));
        Some(())
    }

    pub fn stop() {
        let Some(request) = UNDER_WAY.take() else { return };
        request.set_onload(None);
        request.set_onerror(None);
        // Fails for a request that has ended, which is as good.
        drop(request.abort());
    }
}

#[cfg(not(feature = "hydrate"))]
mod imp {
    use super::{ApiError, Arrived, Chosen};
    use leptos::prelude::Callback;

    pub fn chosen(_field: &str) -> Option<Chosen> {
        None
    }

    pub fn focus(_field: &str) {}

    pub fn send(
        _field: &str,
        _sheet: Option<String>,
        _address: &str,
        _progress: Callback<(f64, f64)>,
        _arrived: Callback<Result<Arrived, ApiError>>,
    ) -> Option<()> {
        None
    }

    pub fn stop() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_id_or_a_reason() {
        assert_eq!(answer(200, r#"{"id":"x7"}"#), Ok(Arrived::Import("x7".to_owned())));
        let sheets = vec!["EU".to_owned(), "US".to_owned()];
        assert_eq!(answer(200, r#"{"sheets":["EU","US"]}"#), Ok(Arrived::WhichSheet(sheets)));
        let refused = ApiError::field("file", "The file is empty.");
        let body = serde_json::to_string(&refused).unwrap_or_default();
        assert_eq!(answer(422, &body), Err(refused));
        assert!(matches!(answer(413, "<html>"), Err(ApiError::Invalid { .. })));
        assert_eq!(answer(401, ""), Err(ApiError::SignedOut));
        assert!(matches!(answer(200, "<html>"), Err(ApiError::Transport { .. })));
        assert!(matches!(answer(0, ""), Err(ApiError::Transport { .. })));
    }
}
