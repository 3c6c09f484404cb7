//! The HTML of a message as its reader sees it: for a frame without rights on the message's page.

use crate::letters::framed;
use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::MigrationId;
use domain::notice::message::MessageKey;

/// Answers the HTML of a message.
pub async fn show(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path((migration, key)): Path<(MigrationId, String)>,
) -> Response {
    let Some(session) = &visitor.session else { return refused(ApiError::SignedOut) };
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    match acting.message(&migration, &MessageKey(key)).await {
        Ok(view) => framed(view.content.map(|content| content.html).unwrap_or_default()),
        Err(error) => refused(error.into()),
    }
}
