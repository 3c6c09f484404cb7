//! The HTML of a draft's message, for a frame in the editor of templates. It comes from an address of its own, because a
//! frame that is part of the page would have the page's policy, which forbids the inline styles of mail.

use crate::security::LETTER_POLICY;
use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Form};
use domain::id::{AccountNumber, MigrationId};
use domain::notice::template::TemplateDraft;
use serde::Deserialize;

/// What the editor's form sends.
#[derive(Deserialize)]
pub struct Wanted {
    /// JSON of a [`TemplateDraft`].
    draft: String,
    language: String,
    /// Empty: a made-up reader.
    #[serde(default)]
    account: String,
    /// `dark` shows it as a mail program in dark mode does.
    #[serde(default)]
    scheme: String,
}

/// The message of a draft as a document of its own.
pub async fn preview(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(migration): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Response {
    match message(&state, &visitor, &MigrationId(migration), &wanted).await {
        Ok(html) => framed(html),
        Err(error) => refused(error),
    }
}

async fn message(
    state: &AppState,
    visitor: &Visitor,
    migration: &MigrationId,
    wanted: &Wanted,
) -> Result<String, ApiError> {
    let session = visitor.session.as_ref().ok_or(ApiError::SignedOut)?;
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    let draft: TemplateDraft = serde_json::from_str(&wanted.draft)
        .map_err(|_| ApiError::field("draft", "This is not a template as the editor sends it."))?;
    let account = wanted.account.parse().ok().map(AccountNumber);
    let html = acting.notice_template_html(migration, &draft, &wanted.language, account).await?;
    Ok(match html {
        Ok(html) => in_scheme(&html, wanted.scheme == "dark"),
        // The reasons stand beside the frame.
        Err(_) => String::new(),
    })
}

/// The colours of a mail program's mode, whatever the browser's own is.
fn in_scheme(html: &str, dark: bool) -> String {
    html.replace("(prefers-color-scheme: dark)", if dark { "all" } else { "not all" })
}

/// HTML that a template made, shown and nothing else.
pub fn framed(html: String) -> Response {
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(LETTER_POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
