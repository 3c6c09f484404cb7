//! Headers that browsers enforce, and refusing requests that another site made.

use crate::state::AppState;
use app::backend::Visitor;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::actor::Actor;

/// The policy of a page of the app: own files, one inline script known by its nonce, WebAssembly.
pub fn app_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What a message's HTML may do in a frame of one of our pages: show itself. Its styles are inline, as mail programs want
/// them; nothing in it runs, and it has no origin.
pub const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; \
    frame-ancestors 'self'; sandbox";

/// What responses that run nothing may do: nothing.
const CLOSED_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Puts the headers on every response; a page's own policy stays.
pub async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, CLOSED_POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    // Links with a token in them must not travel on to other sites.
    set(REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if state.cookies.secure {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}

/// Refuses to change anything for a request that another site's page made (CSRF). Browsers say so in
/// `Sec-Fetch-Site`, older ones in `Origin`; a client that sends neither has no cookie that a page could misuse.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let visitor = request.extensions().get::<Visitor>().cloned();
    let (actor, from) = match visitor {
        Some(Visitor { session: Some(session), from }) => (Actor::User { id: session.caller(&from).user }, from),
        Some(Visitor { session: None, from }) => (Actor::Anonymous, from),
        None => (Actor::Anonymous, String::new()),
    };
    if let Err(error) = state.backend.store.denied(actor, &from, "request from another site").await {
        tracing::error!(%error, "a denied request could not be noted");
    }
    let words = "This request came from another site and was refused. Nothing was changed. Open Landbridge itself and try there.";
    (StatusCode::FORBIDDEN, words).into_response()
}

/// Whether the request's own headers say that it comes from a page of this host.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(HOST.as_str())
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_pages_of_this_host_may_change_anything() {
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_same_origin(&headers(&[("origin", "http://a.example"), ("host", "a.example")])));
        assert!(is_same_origin(&headers(&[])));
        assert!(!is_same_origin(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_same_origin(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(!is_same_origin(&headers(&[("origin", "http://b.example"), ("host", "a.example")])));
        assert!(!is_same_origin(&headers(&[("origin", "null"), ("host", "a.example")])));
    }
}
