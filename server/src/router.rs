//! Which address does what, and what every request passes through.

use crate::mailer::{bounces, letter};
use crate::state::AppState;
use crate::{
    customer_page, exports, health, hooks, imports, letters, live, page_preview, public_pages, security, subscriptions,
    unsubscribe, visitor,
};
use any_spawner::Executor;
use app::shell::Theme;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use metrics::{counter, histogram};
use std::path::Path;
use std::time::Instant;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::Instrument;

/// Largest body of an ordinary request.
const BODY_MAX: usize = 1_000_000;

/// The whole application.
pub fn router(state: AppState, site: &Path) -> Router {
    // Pages load their data on tokio; a second router in one process (tests) finds it set already.
    Executor::init_tokio().ok();
    // Files are named by their content, so browsers may keep them for ever.
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let files = ServeDir::new(site.join("pkg")).precompressed_br().precompressed_gzip();
    let files = ServiceBuilder::new().layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, forever)).service(files);

    let upload = post(imports::upload).layer(DefaultBodyLimit::max(imports::UPLOAD_MAX));
    let staff = Router::new()
        .route("/m/{migration}/imports/upload", upload)
        .route("/m/{migration}/imports/{import}/refused.csv", get(imports::refused_rows))
        .route("/m/{migration}/export.csv", get(exports::csv_file))
        .route("/m/{migration}/export.xlsx", get(exports::xlsx_file))
        .route("/m/{migration}/status-page/subscribers.csv", get(exports::subscribers::csv_file))
        .route("/letters/{migration}/{key}", get(letter::show))
        .route("/m/{migration}/notifications/preview", post(letters::preview))
        .route("/m/{migration}/customer-page/preview", get(page_preview::show))
        .route("/live", get(live::open))
        // Server functions read their body themselves, so the extractors' limit does not hold for them.
        .route("/api/{*function}", post(server_function).layer(RequestBodyLimitLayer::new(BODY_MAX)))
        .fallback(page)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(CompressionLayer::new())
        .layer(from_fn(visitor::require_session))
        .layer(from_fn_with_state(state.clone(), security::same_origin))
        .layer(from_fn_with_state(state.clone(), visitor::recognise));

    let small = || DefaultBodyLimit::max(subscriptions::FORM_MAX);
    let asking = get(subscriptions::form).post(subscriptions::subscribe).layer(small());
    let acting = get(subscriptions::show).post(subscriptions::act).layer(small());
    let stopping = get(subscriptions::ask_to_stop).post(subscriptions::stop).layer(small());

    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .merge(behind_links())
        .route("/status/{slug}/subscribe", asking)
        .route("/status/subscription/{token}", acting)
        .route("/status/unsubscribe/{token}", stopping)
        // Pages that are read are answered in front of this (`public_pages::Front`); what comes here is none.
        .route("/status/{slug}", get(public_pages::front::nothing_here))
        .route("/status/{slug}/{*rest}", get(public_pages::front::nothing_here))
        .route("/hooks/bounces", post(bounces::take).layer(DefaultBodyLimit::max(bounces::REPORT_MAX)))
        .route("/hooks/tickets", post(hooks::ticket).layer(DefaultBodyLimit::max(hooks::TICKET_MAX)))
        .nest_service("/pkg", files)
        .route_service("/favicon.svg", ServeFile::new(site.join("favicon.svg")))
        .merge(staff)
        .layer(from_fn_with_state(state.clone(), security::headers))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(watched))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(state)
}

/// What customers open by a link. The routes are logged and never the tokens in them.
fn behind_links() -> Router<AppState> {
    let page = get(customer_page::show).post(customer_page::take);
    let confirmation = get(customer_page::show_confirmation).post(customer_page::confirm);
    Router::new()
        .route("/c/{token}", page)
        .route("/c/{token}/date.ics", get(customer_page::calendar::date))
        .route("/c/confirm/{token}", confirmation)
        .route("/u/{token}", get(unsubscribe::show).post(unsubscribe::end))
        .layer(DefaultBodyLimit::max(customer_page::FORM_MAX))
}

/// A server function.
async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    let context = move || provide_context(state.backend.clone());
    let mut response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    // Our own errors carry their status. What is left as 500 is a request that could not be read, and that is the sender's.
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

/// A page of the application, rendered whole.
async fn page(State(state): State<AppState>, Extension(theme): Extension<Theme>, request: Request) -> Response {
    let assets = state.assets.clone();
    let context = move || {
        provide_context(state.backend.clone());
        provide_context(theme);
        if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&security::app_policy(&nonce))
        {
            options.insert_header(CONTENT_SECURITY_POLICY, policy);
            // A page shows what its reader may see: nobody else's cache may keep it.
            options.insert_header(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        }
    };
    let render = leptos_axum::render_app_async_with_context(context, move || app::shell(assets.clone()));
    render(request).await
}

/// A log line and metrics per request. The route is logged, not the address: links carry tokens.
async fn watched(request: Request, next: Next) -> Response {
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "page".to_owned(),
    };
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or("");
    // A name of the visitor's own would be kept for ever by the counters.
    let method = match request.method() {
        known @ (&Method::GET
        | &Method::HEAD
        | &Method::POST
        | &Method::PUT
        | &Method::PATCH
        | &Method::DELETE
        | &Method::OPTIONS) => known.to_string(),
        _ => "other".to_owned(),
    };
    let span = tracing::info_span!("request", id, method, route);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    span.in_scope(|| tracing::info!(status, milliseconds = elapsed.as_millis() as u64, "answered"));
    let labels = [("route", route), ("method", method), ("status", status.to_string())];
    counter!("landbridge_requests_total", &labels).increment(1);
    histogram!("landbridge_request_seconds", &labels[..1]).record(elapsed.as_secs_f64());
    response
}

/// A panic ends one request, not the server.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let words = "Something failed on the server and was noted. Nothing was changed as far as we know; try again.";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}
