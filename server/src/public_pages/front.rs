//! What stands before the application: it answers for the public pages by itself, also while there is no application yet.
//!
//! Nothing of a request gets into what is sent. Requests that change something, and addresses that it does not know, go on to
//! the application.

use super::PublicPages;
use super::address::{Address, Query};
use super::hosts::{self, AppHosts};
use super::render::shell;
use super::site::Site;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use metrics::{Counter, counter};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tower::{Service, ServiceExt};

/// Where public pages stand.
const BELOW: &str = "/status/";
/// What machines ask under any name, since they know only an address.
const FOR_MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Front {
    inner: Arc<Inner>,
}

struct Inner {
    pages: Arc<PublicPages>,
    hosts: AppHosts,
    /// There from when the database is open.
    app: OnceLock<Router>,
    whole: Counter,
    unchanged: Counter,
}

/// What search engines ask first.
const ROBOTS: &str = "/robots.txt";

/// What is done with a request.
enum Turn {
    Answer(Response),
    /// A rendering that nobody has asked for since the page changed.
    Make(Arc<Site>, super::site::Key),
    ToApp,
}

impl Front {
    /// Serves these pages, and the application under these names as soon as it is [`Front::open`].
    pub fn new(pages: Arc<PublicPages>, hosts: AppHosts) -> Front {
        let counted = |status: &'static str| counter!("landbridge_requests_total", "route" => "/status/{slug}", "method" => "GET", "status" => status);
        let (whole, unchanged) = (counted("200"), counted("304"));
        Front { inner: Arc::new(Inner { pages, hosts, app: OnceLock::new(), whole, unchanged }) }
    }

    /// From now on there is an application.
    pub fn open(&self, app: Router) {
        self.inner.app.set(app).ok();
    }

    fn turn(&self, request: &Request) -> Turn {
        let (path, headers) = (request.uri().path(), request.headers());
        if FOR_MACHINES.contains(&path) {
            return Turn::ToApp;
        }
        // A request that names its host in its line (HTTP/2, proxies) does it there.
        let named = request.uri().authority().map(|authority| authority.as_str());
        let host = hosts::name(named.or_else(|| headers.get(HOST)?.to_str().ok()).unwrap_or(""));
        if self.inner.hosts.is_app(&host) {
            if path == ROBOTS {
                // Sign-in and pages behind links are nobody's search result.
                return Turn::Answer(robots("User-agent: *\nAllow: /status/\nDisallow: /\n"));
            }
            let below = path.strip_prefix(BELOW).map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())));
            return match below {
                Some((slug, rest)) => match self.inner.pages.by_slug(slug) {
                    Some(site) => self.of_site(site, rest, request),
                    None => Turn::ToApp,
                },
                None => Turn::ToApp,
            };
        }
        let Some(site) = self.inner.pages.by_host(&host) else { return Turn::Answer(misdirected()) };
        match path.strip_prefix(BELOW) {
            // The same addresses as under the app's own name, for this page only.
            Some(rest) => match rest.strip_prefix(site.page.slug.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => self.of_site(site, rest, request),
                _ => Turn::Answer(not_found(headers)),
            },
            None if path == ROBOTS => Turn::Answer(robots("User-agent: *\nAllow: /\n")),
            None if Address::read(path).is_some() => self.of_site(site, path, request),
            None => Turn::Answer(not_found(headers)),
        }
    }

    fn of_site(&self, site: Arc<Site>, rest: &str, request: &Request) -> Turn {
        let Some(address) = Address::read(rest) else { return Turn::ToApp };
        match *request.method() {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return Turn::Answer(preflight()),
            _ => return Turn::ToApp,
        }
        let query = Query::read(request.uri().query());
        let Some(key) = site.key(address, &query, request.headers()) else {
            return Turn::Answer(not_found(request.headers()));
        };
        match site.ready(key) {
            Some(file) => Turn::Answer(self.counted(file.answer(request.headers()))),
            None => Turn::Make(site, key),
        }
    }

    fn counted(&self, response: Response) -> Response {
        let unchanged = response.status() == StatusCode::NOT_MODIFIED;
        if unchanged { &self.inner.unchanged } else { &self.inner.whole }.increment(1);
        response
    }

    async fn make(self, site: Arc<Site>, key: super::site::Key, headers: HeaderMap) -> Response {
        let _one = site.making.lock().await;
        let file = match site.ready(key) {
            Some(file) => Some(file),
            None => {
                let site = site.clone();
                tokio::task::spawn_blocking(move || site.make(key)).await.unwrap_or_default()
            }
        };
        match file {
            Some(file) => self.counted(file.answer(&headers)),
            None => not_found(&headers),
        }
    }

    async fn ask_app(self, request: Request) -> Response {
        match self.inner.app.get() {
            Some(app) => match app.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            None => closed(request.uri().path(), request.headers()),
        }
    }
}

impl Service<Request> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Answer {
        match self.turn(&request) {
            Turn::Answer(response) => Answer::Now(ready(Ok(response))),
            Turn::Make(site, key) => {
                let front = self.clone();
                let headers = request.headers().clone();
                Answer::Later(Box::pin(async move { Ok(front.make(site, key, headers).await) }))
            }
            Turn::ToApp => {
                let front = self.clone();
                Answer::Later(Box::pin(async move { Ok(front.ask_app(request).await) }))
            }
        }
    }
}

/// An answer that is there, or one that is awaited.
pub enum Answer {
    Now(Ready<Result<Response, Infallible>>),
    Later(Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>),
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Answer::Now(response) => Pin::new(response).poll(context),
            Answer::Later(response) => response.as_mut().poll(context),
        }
    }
}

fn robots(rules: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, rules).into_response()
}

/// A short page of our own with this status.
fn lone(status: StatusCode, headers: &HeaderMap, words: &shell::Lone) -> Response {
    let mut response = (status, shell::lone(words, headers)).into_response();
    let set = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, shell::LONE_POLICY.clone()),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    response.headers_mut().extend(set);
    response
}

/// There is no page, or nothing there, at an address below `/status`.
pub fn not_found(headers: &HeaderMap) -> Response {
    lone(StatusCode::NOT_FOUND, headers, &shell::NO_PAGE)
}

/// The handler of addresses below `/status` that nobody else answers.
pub async fn nothing_here(headers: HeaderMap) -> Response {
    not_found(&headers)
}

/// A name that is not ours: whoever runs the server learns what to do, everybody else nothing.
fn misdirected() -> Response {
    lone(StatusCode::MISDIRECTED_REQUEST, &HeaderMap::new(), &shell::NOT_OURS)
}

/// The database is not open yet.
fn closed(path: &str, headers: &HeaderMap) -> Response {
    if path == "/healthz" {
        return "ok\n".into_response();
    }
    let mut response = match path {
        "/readyz" | "/metrics" => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
        // Also for a status page: whether there is one is not known yet.
        _ => lone(StatusCode::SERVICE_UNAVAILABLE, headers, &shell::STARTING),
    };
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// A page of another site asks whether it may read.
fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let set = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "if-none-match"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    response.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}
