//! The HTML of a message as its reader sees it: for a frame without rights on the message's page.

use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::response::{IntoResponse, Response};
use domain::id::MigrationId;
use domain::notice::message::MessageKey;

/// The letter may show its own styles and nothing else: no scripts, no forms, no files from anywhere, no way to its frame.
const LETTER_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

/// Answers the HTML of a message.
pub async fn show(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path((migration, key)): Path<(MigrationId, String)>,
) -> Response {
    let Some(session) = &visitor.session else { return refused(ApiError::SignedOut) };
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    match acting.message(&migration, &MessageKey(key)).await {
        Ok(view) => {
            let html = view.content.map(|content| content.html).unwrap_or_default();
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8"),
                (CONTENT_SECURITY_POLICY, LETTER_POLICY),
                (X_FRAME_OPTIONS, "SAMEORIGIN"),
                (CACHE_CONTROL, "private, no-store"),
            ];
            (headers, html).into_response()
        }
        Err(error) => refused(error.into()),
    }
}
