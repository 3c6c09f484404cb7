//! `POST /hooks/bounces`: another system says that mail came back. Signed as Standard Webhooks 1.0.0 says. A repeated or
//! replayed report changes nothing more: what has come back stays so.

use crate::hooks::{failed, said, signed};
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::clock::Instant;
use domain::notice::Hook;
use serde::Deserialize;
use serde_json::json;
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
    if let Err(refused) = signed(&state, Hook::Bounces, peer, &headers, &body).await {
        return refused;
    }
    let system = state.backend.store.system("bounces");
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
