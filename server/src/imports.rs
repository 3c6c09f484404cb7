//! Files of an import: the upload and the refused rows. The steps between are server functions.

use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use domain::id::{ImportId, MigrationId};
use domain::import::sheet::FILE_MAX;

/// Largest body of an upload: the file and its wrapping.
pub const UPLOAD_MAX: usize = FILE_MAX + 100_000;

/// Takes a file; answers its import's id, or goes to its page when a plain form sent it.
pub async fn upload(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(migration): Path<MigrationId>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let outcome = take(&state, &visitor, &migration, form).await;
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    match outcome {
        Ok((id, _)) if wants_json => Json(serde_json::json!({ "id": id })).into_response(),
        Ok((id, slug)) => Redirect::to(&format!("/m/{slug}/imports/{id}")).into_response(),
        Err(error) => refused(error),
    }
}

async fn take(
    state: &AppState,
    visitor: &Visitor,
    migration: &MigrationId,
    mut form: Multipart,
) -> Result<(ImportId, String), ApiError> {
    let session = visitor.session.as_ref().ok_or(ApiError::SignedOut)?;
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    // Asked before the body is read: who may not import need not send 64 MB first.
    acting.imports(migration).await?;
    let slug = acting.slug(migration).await?;
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        if field.name() == Some("file") {
            let name = field.file_name().unwrap_or("file.csv").to_owned();
            let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
            return Ok((acting.upload_import(migration, &name, bytes.to_vec()).await?, slug));
        }
    }
    Err(ApiError::field("file", "Choose a file first."))
}

fn unreadable(error: &MultipartError) -> ApiError {
    match error.status().as_u16() {
        413 => ApiError::field(
            "file",
            "The file is larger than 64 MB. Split it, or leave out columns that are not needed.",
        ),
        _ => ApiError::field("file", "The file did not arrive whole. Nothing was stored; try again."),
    }
}

/// The refused rows of an import as CSV.
pub async fn refused_rows(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path((migration, import)): Path<(MigrationId, ImportId)>,
) -> Response {
    let Some(session) = &visitor.session else { return refused(ApiError::SignedOut) };
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    match acting.refused_rows(&migration, &import).await {
        Ok(csv) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CONTENT_DISPOSITION, "attachment; filename=\"refused-rows.csv\""),
            ];
            (headers, csv).into_response()
        }
        Err(error) => refused(error.into()),
    }
}
