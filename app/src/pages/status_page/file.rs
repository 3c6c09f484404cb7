//! The bytes of a file that somebody chose.

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::Event;
    use leptos::prelude::event_target;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::HtmlInputElement;

    /// The chosen file's bytes; `None`: none was chosen, or it cannot be read. A file of more than `max` bytes is cut one byte
    /// behind, so that it is refused without being read whole.
    pub async fn chosen(event: Event, max: usize) -> Option<Vec<u8>> {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files()?.get(0)?;
        let part = file.slice_with_i32_and_i32(0, i32::try_from(max).ok()? + 1).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(js_sys::Uint8Array::new(&buffer).to_vec())
    }
}

#[cfg(feature = "hydrate")]
pub use browser::chosen;

/// The server has no files that somebody chose.
#[cfg(not(feature = "hydrate"))]
pub async fn chosen(_event: leptos::ev::Event, _max: usize) -> Option<Vec<u8>> {
    None
}
