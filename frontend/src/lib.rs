//! What the browser starts with: it takes over the page that the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the document's loader. Done when the page answers to clicks.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    app::lazy::fetch_shown(app::shell::PAGES).await;
    leptos::mount::hydrate_body(app::App);
}
