//! What other systems report, signed as Standard Webhooks 1.0.0 says; and tickets, `POST /hooks/tickets`.

use crate::attempts::FAILURES_MAX;
use crate::state::AppState;
use crate::visitor::address_of;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::notice::Hook;
use domain::notice::ticket::IncomingTicket;
use serde_json::json;
use standardwebhooks::Webhook;
use std::net::SocketAddr;
use store::StoreError;

/// Largest ticket, in bytes.
pub const TICKET_MAX: usize = 20_000;

/// Whether a report was signed with its hook's key; the answer to the sender if not. Refused ones are counted and noted.
pub async fn signed(
    state: &AppState,
    hook: Hook,
    peer: SocketAddr,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Response> {
    let from = address_of(state, headers, peer);
    let now = state.backend.clock.now();
    if let Some(seconds) = state.hooks.wait(&from, FAILURES_MAX, now) {
        let wait = [("retry-after", seconds.to_string())];
        let answer = (StatusCode::TOO_MANY_REQUESTS, wait, said("Too many refused reports. Wait."));
        return Err(answer.into_response());
    }
    let secret = state.backend.store.system("hooks").hook_secret(hook).await.map_err(|error| failed(&error))?;
    let verified = secret.and_then(|secret| Webhook::new(&secret).ok()).map(|webhook| webhook.verify(body, headers));
    if matches!(verified, Some(Ok(()))) {
        return Ok(());
    }
    state.hooks.failed(&from, now);
    if let Err(error) = state.backend.store.hook_refused(hook.code(), &from).await {
        tracing::error!(%error, "a refused report could not be noted");
    }
    Err((StatusCode::UNAUTHORIZED, said("The signature is missing, wrong or too old.")).into_response())
}

/// Takes a ticket in the generic form. A repeat of what is known changes nothing.
pub async fn ticket(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refused) = signed(&state, Hook::Tickets, peer, &headers, &body).await {
        return refused;
    }
    let ticket: IncomingTicket = match serde_json::from_slice(&body) {
        Ok(ticket) => ticket,
        Err(error) => {
            let message = format!("This is not a ticket: {error}. Nothing was changed.");
            return (StatusCode::BAD_REQUEST, said(&message)).into_response();
        }
    };
    match state.backend.store.system("tickets").receive_ticket(ticket).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(StoreError::Invalid(problems)) => {
            let problems: Vec<_> =
                problems.iter().map(|problem| json!({ "field": problem.field, "message": problem.message })).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "problems": problems }))).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// A sentence for whoever looks at the other system's log.
pub fn said(message: &str) -> Json<serde_json::Value> {
    Json(json!({ "message": message }))
}

/// The store could not take it; the sender tries again.
pub fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "what a hook reported could not be written");
    (StatusCode::SERVICE_UNAVAILABLE, said("Nothing was changed. Send it again in a moment.")).into_response()
}
