//! Files of an import: the upload and the refused rows. The steps between are server functions.

use crate::state::AppState;
use crate::visitor::refused;
use crate::workbook::{self, Uploaded, WorkbookProblem};
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

/// Longest name of a sheet that is looked for; Excel allows 31 characters.
const SHEET_NAME_MAX: usize = 200;

/// What an upload came to.
enum Taken {
    Import {
        id: ImportId,
        slug: String,
    },
    /// A workbook with several sheets that have something in them. Nothing was stored: it is sent again with `sheet`.
    WhichSheet(Vec<String>),
}

/// Takes a file; answers its import's id or the sheets to choose from, or goes to its page when a plain form sent it.
pub async fn upload(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(migration): Path<MigrationId>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    match take(&state, &visitor, &migration, form, wants_json).await {
        Ok(Taken::Import { id, .. }) if wants_json => Json(serde_json::json!({ "id": id })).into_response(),
        Ok(Taken::Import { id, slug }) => Redirect::to(&format!("/m/{slug}/imports/{id}")).into_response(),
        Ok(Taken::WhichSheet(sheets)) => Json(serde_json::json!({ "sheets": sheets })).into_response(),
        Err(error) => refused(error),
    }
}

/// Without script nobody can be asked which sheet is meant: `ask` is false then, and the first one is read.
async fn take(
    state: &AppState,
    visitor: &Visitor,
    migration: &MigrationId,
    mut form: Multipart,
    ask: bool,
) -> Result<Taken, ApiError> {
    let session = visitor.session.as_ref().ok_or(ApiError::SignedOut)?;
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    // Asked before the body is read: who may not import need not send 64 MB first.
    acting.imports(migration).await?;
    let slug = acting.slug(migration).await?;
    let (mut file, mut sheet) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        match field.name() {
            Some("file") => {
                let name = field.file_name().unwrap_or("file.csv").to_owned();
                file = Some((name, field.bytes().await.map_err(|error| unreadable(&error))?));
            }
            Some("sheet") => {
                let name = field.text().await.map_err(|error| unreadable(&error))?;
                sheet = Some(name.chars().take(SHEET_NAME_MAX).collect::<String>()).filter(|name| !name.is_empty());
            }
            _ => {}
        }
    }
    let (name, bytes) = file.ok_or_else(|| ApiError::field("file", "Choose a file first."))?;
    let id = match workbook::read(&name, Vec::from(bytes), sheet, ask).await.map_err(workbook_refused)? {
        Uploaded::Text(bytes) => acting.upload_import(migration, &name, bytes).await?,
        Uploaded::Sheet { csv, source } => acting.upload_sheet(migration, &name, csv, source).await?,
        Uploaded::Which(sheets) => return Ok(Taken::WhichSheet(sheets)),
    };
    Ok(Taken::Import { id, slug })
}

fn workbook_refused(problem: WorkbookProblem) -> ApiError {
    let field = if matches!(problem, WorkbookProblem::NoSuchSheet { .. }) { "sheet" } else { "file" };
    ApiError::field(field, problem.to_string())
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
