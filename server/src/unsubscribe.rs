//! `/u/TOKEN`: a contact ends the messages about accounts (RFC 8058). Mail programs POST without asking; a GET, which link
//! scanners do, too, only shows a page with a button.

use crate::customer_page::{Caller, page, render};
use crate::state::AppState;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::customer_page::link::Purpose;
use domain::customer_page::words::{Say, Speech};
use std::net::SocketAddr;

/// Shows the button.
pub async fn show(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let caller = Caller::of(&state, &headers, peer);
    if let Some(answer) = caller.turned_away(&state) {
        return answer;
    }
    let guest = state.backend.store.guest(&caller.from);
    let reader = guest.open(&token, Purpose::Unsubscribe).and_then(|behind| guest.reader(&behind));
    let Some((language, zone, is_out)) = reader else { return caller.refused(&state) };
    page(StatusCode::OK, render::unsubscribe(Speech::new(&language, &zone), is_out, None))
}

/// Ends the messages, whoever sends the form: the token is the authority.
pub async fn end(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let caller = Caller::of(&state, &headers, peer);
    if let Some(answer) = caller.turned_away(&state) {
        return answer;
    }
    let guest = state.backend.store.guest(&caller.from);
    let Some(behind) = guest.open(&token, Purpose::Unsubscribe) else { return caller.refused(&state) };
    let Some((language, zone, _)) = guest.reader(&behind) else { return caller.refused(&state) };
    let speech = Speech::new(&language, &zone);
    match guest.unsubscribe(&behind).await {
        Ok(()) => page(StatusCode::OK, render::unsubscribe(speech, true, None)),
        Err(error) => {
            tracing::error!(%error, "a contact could not be unsubscribed");
            page(StatusCode::SERVICE_UNAVAILABLE, render::unsubscribe(speech, false, Some(Say::Wrong)))
        }
    }
}
