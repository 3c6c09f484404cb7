//! Files of the accounts that a view shows: `/m/SLUG/export.csv` and `/m/SLUG/export.xlsx`, with the view's own
//! query. They are written while they are sent, so that a large one takes no more memory than a small one.

mod csv;
pub mod subscribers;
mod xlsx;

use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::UserId;
use domain::view::View;
use futures_util::StreamExt;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use store::Export;

/// Rows that are read at a time: the model is let go between them, so that edits do not wait for a file.
const ROWS_AT_ONCE: usize = 500;

/// Those for whom a file is being written.
static UNDER_WAY: Mutex<BTreeSet<UserId>> = Mutex::new(BTreeSet::new());

/// Somebody's only export. Dropped when the file is whole, or nobody wants it any more.
struct Turn(UserId);

impl Turn {
    fn take(user: &UserId) -> Option<Turn> {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.insert(user.clone()).then(|| Turn(user.clone()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

type Pairs = Query<Vec<(String, String)>>;

/// The accounts of a view as CSV.
pub async fn csv_file(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    match begin(&state, &visitor, &slug, &pairs, "csv").await {
        Ok((export, turn)) => {
            let head = head(&export, "csv", "text/csv; charset=utf-8");
            (head, csv::body(export, turn)).into_response()
        }
        Err(error) => refused_here(error, &headers),
    }
}

/// The accounts of a view as an Excel workbook.
pub async fn xlsx_file(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Response {
    match begin(&state, &visitor, &slug, &pairs, "xlsx").await {
        Ok((export, turn)) => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let mut head = head(&export, "xlsx", kind);
            // It is a compressed archive already.
            head.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
            (head, xlsx::body(export, turn)).into_response()
        }
        Err(error) => refused_here(error, &headers),
    }
}

async fn begin(
    state: &AppState,
    visitor: &Visitor,
    slug: &str,
    pairs: &[(String, String)],
    kind: &'static str,
) -> Result<(Export, Turn), ApiError> {
    let session = visitor.session.as_ref().ok_or(ApiError::SignedOut)?;
    let caller = session.caller(&visitor.from);
    let turn = Turn::take(&caller.user).ok_or_else(|| ApiError::Refused {
        message: "Your last export is still being written. Wait until it has arrived, then ask for the next one."
            .into(),
    })?;
    let view = View::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let export = state.backend.store.acting_as(caller).export(slug, &view, kind).await?;
    Ok((export, turn))
}

fn head(export: &Export, ending: &str, kind: &'static str) -> HeaderMap {
    let mut head = HeaderMap::new();
    head.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    head.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // The name is made of a slug and a date: nothing in it needs escaping.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", export.file_name(ending))) {
        head.insert(CONTENT_DISPOSITION, value);
    }
    head
}

/// A browser that followed the link shows the reason as it is; everybody else gets the API's error.
fn refused_here(error: ApiError, headers: &HeaderMap) -> Response {
    let browser =
        headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("html"));
    if !browser {
        return refused(error);
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, format!("{error}\n\nNothing was exported. Go back to return to the accounts.\n")).into_response()
}

/// The body of a file whose pieces come one after the other.
fn streamed<S>(pieces: S) -> Body
where
    S: futures_util::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static,
{
    // Whoever compresses it asks once more after the end.
    Body::from_stream(pieces.fuse())
}
