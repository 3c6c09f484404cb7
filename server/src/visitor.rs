//! Who makes a request: the session behind its cookie and the address it came from.

use crate::state::AppState;
use app::api::ApiError;
use app::backend::Visitor;
use app::shell::Theme;
use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use domain::view::escape;
use std::net::SocketAddr;

/// Pages that may be seen without being signed in. Reviewed: everything else asks for a session.
const OPEN_PAGES: &[&str] = &["/sign-in", "/welcome/"];

/// Finds out who makes the request and puts a [`Visitor`] into it.
pub async fn recognise(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let jar = CookieJar::from_headers(request.headers());
    let session = match jar.get(state.cookies.name()) {
        Some(cookie) => match state.backend.store.session(cookie.value()).await {
            Ok(session) => session,
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                return unavailable();
            }
        },
        None => None,
    };
    let theme = jar.get(Theme::COOKIE).map(|cookie| Theme::from_code(cookie.value())).unwrap_or_default();
    let from = address(&state, &request);
    request.extensions_mut().insert(Visitor { session, from });
    request.extensions_mut().insert(theme);
    next.run(request).await
}

/// Sends visitors who are not signed in to the sign-in page, and back to where they wanted to go afterwards.
pub async fn require_session(request: Request, next: Next) -> Response {
    let signed_in = request.extensions().get::<Visitor>().is_some_and(|visitor| visitor.session.is_some());
    let path = request.uri().path();
    let open = OPEN_PAGES.iter().any(|page| path == *page || (page.ends_with('/') && path.starts_with(page)));
    if signed_in || open || request.method() != Method::GET {
        return next.run(request).await;
    }
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    match wanted {
        "/" => Redirect::to("/sign-in").into_response(),
        wanted => Redirect::to(&format!("/sign-in?next={}", escape(wanted))).into_response(),
    }
}

/// An error of the API with its status, as JSON.
pub fn refused(error: ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}

fn unavailable() -> Response {
    refused(ApiError::Unavailable { message: "The database does not answer. Nothing was changed; try again.".into() })
}

/// The address that a request came from, for handlers that no visitor is recognised for.
pub fn address_of(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> String {
    let forwarded = state.behind_proxy.then(|| last_forwarded(headers)).flatten();
    forwarded.unwrap_or_else(|| peer.ip().to_string())
}

fn address(state: &AppState, request: &Request) -> String {
    let forwarded = state.behind_proxy.then(|| last_forwarded(request.headers())).flatten();
    let peer = || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
    forwarded.or_else(peer).unwrap_or_default()
}

/// The address that our own proxy added: the last one. Those before it are the visitor's own claim.
fn last_forwarded(headers: &HeaderMap) -> Option<String> {
    let value = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    last.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}
