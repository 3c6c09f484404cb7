//! For machines that watch the server.

use crate::state::AppState;
use axum::extract::{ConnectInfo, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use metrics::gauge;
use std::net::SocketAddr;

/// The process runs.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The server can work: the database answers, commands are taken.
pub async fn readyz(State(state): State<AppState>) -> Response {
    match state.backend.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}

/// Prometheus' text format. For programs on this machine only: what it tells is nobody else's business. A request that a
/// proxy passes on comes from this machine too, but says so.
pub async fn metrics(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !peer.ip().is_loopback() || headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded") {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    gauge!("landbridge_commands_waiting").set(state.backend.store.queue_length() as f64);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render()).into_response()
}
