//! A customer's page as colleagues preview it: for a frame on the page of its settings, without a link that would let them
//! act in the customer's name.

use crate::customer_page::forms::Typed;
use crate::customer_page::{page, render};
use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::customer_page::words::Lang;
use domain::id::{AccountNumber, MigrationId};
use serde::Deserialize;

/// Which account, and in which language.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    account: String,
    lang: String,
}

/// Answers the page as its settings are saved.
pub async fn show(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Path(migration): Path<MigrationId>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let Some(session) = &visitor.session else { return refused(ApiError::SignedOut) };
    let acting = state.backend.store.acting_as(session.caller(&visitor.from));
    let account = wanted.account.parse().ok().map(AccountNumber);
    let language = Lang::known(&wanted.lang).map(Lang::tag);
    match acting.preview_customer_page(&migration, account, language).await {
        Ok(view) => {
            let mut response = page(StatusCode::OK, render::document(&view, "", None, &Typed::default()));
            let headers = response.headers_mut();
            headers.insert(CONTENT_SECURITY_POLICY, render::PREVIEW_POLICY.clone());
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
            response
        }
        Err(error) => refused(error.into()),
    }
}
