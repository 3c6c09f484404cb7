//! `POST /hooks/bounces`: another system says that mail came back. Signed as Standard Webhooks 1.0.0 says. A repeated or
//! replayed report changes nothing more: what has come back stays so.

use crate::attempts::FAILURES_MAX;
use crate::state::AppState;
use crate::visitor::address_of;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::clock::Instant;
use serde::Deserialize;
use serde_json::json;
use standardwebhooks::Webhook;
use std::net::SocketAddr;
use store::{BounceReport, BounceTarget};

/// Largest report, in bytes.
pub const REPORT_MAX: usize = 10_000;
/// Longest reason that is read, in characters.
const REASON_MAX: usize = 500;

/// A report: which message or which address, why, and when.
#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    at: Option<Instant>,
}

/// Takes a report.
pub async fn take(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let from = address_of(&state, &headers, peer);
    let now = state.backend.clock.now();
    if let Some(seconds) = state.hooks.wait(&from, FAILURES_MAX, now) {
        let wait = [("retry-after", seconds.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, wait, said("Too many refused reports. Wait.")).into_response();
    }
    let system = state.backend.store.system("bounces");
    let secret = match system.bounce_secret().await {
        Ok(secret) => secret,
        Err(error) => return failed(&error),
    };
    let signed = secret.and_then(|secret| Webhook::new(&secret).ok()).map(|webhook| webhook.verify(&body, &headers));
    if !matches!(signed, Some(Ok(()))) {
        state.hooks.failed(&from, now);
        if let Err(error) = state.backend.store.hook_refused("bounce report", &from).await {
            tracing::error!(%error, "a refused report could not be noted");
        }
        return (StatusCode::UNAUTHORIZED, said("The signature is missing, wrong or too old.")).into_response();
    }
    let report: Report = match serde_json::from_slice(&body) {
        Ok(report) => report,
        Err(_) => {
            return (StatusCode::BAD_REQUEST, said("This is not a report: {message_id | address, reason, at}."))
                .into_response();
        }
    };
    let target = match (report.message_id, report.address) {
        (Some(id), _) => BounceTarget::MessageId(local_part(&id).to_owned()),
        (None, Some(address)) => BounceTarget::Address(address.trim().to_owned()),
        (None, None) => return (StatusCode::BAD_REQUEST, said("Give a message_id or an address.")).into_response(),
    };
    let reason = report.reason.chars().take(REASON_MAX).collect();
    match system.bounce(BounceReport { target, reason, at: report.at }).await {
        Ok(bounced) => Json(json!({ "bounced": bounced })).into_response(),
        Err(error) => failed(&error),
    }
}

/// `<local@host>` or any part of it.
fn local_part(id: &str) -> &str {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    id.split('@').next().unwrap_or_default()
}

fn said(message: &str) -> Json<serde_json::Value> {
    Json(json!({ "message": message }))
}

fn failed(error: &store::StoreError) -> Response {
    tracing::error!(%error, "a report of a bounce could not be written");
    (StatusCode::SERVICE_UNAVAILABLE, said("Nothing was changed. Send it again in a moment.")).into_response()
}
