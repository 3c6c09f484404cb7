//! The server's side of the server functions: authorize, call the store once, return.
//!
//! The server crate provides [`Backend`] as context and puts a [`Visitor`] into every request.

pub mod accounts;
pub mod answers;
pub mod audit;
pub mod bulk;
pub mod cells;
pub mod cohorts;
pub mod customer_pages;
pub mod customers;
pub mod fields;
pub mod gates;
pub mod imports;
pub mod messages;
pub mod migrations;
pub mod notice_templates;
pub mod rules;
pub mod session;
pub mod status_page;
pub mod subscribers;
pub mod templates;
pub mod users;
pub mod views;
pub mod waves;
pub mod work;

use crate::api::ApiError;
use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use domain::actor::Actor;
use domain::clock::Clock;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Acting, SessionUser, Store, StoreError};

/// What server functions work with.
#[derive(Clone)]
pub struct Backend {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub door: Arc<dyn Door>,
    /// The public address of this server, without a slash at the end.
    pub base_url: Arc<str>,
    /// Whether mail leaves the server; otherwise it stays in the on-screen mailbox.
    pub sends_mail: bool,
}

/// A future that a trait object can return.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send + 'a>>;

/// Checking passwords: slow on purpose, bounded, and limited where guessing pays. Implemented by the server.
pub trait Door: Send + Sync {
    /// Checks a password and opens a session; answers the cookie to set.
    fn sign_in<'a>(&'a self, email: &'a str, password: &'a str, from: &'a str) -> Answer<'a, String>;
    /// Uses up a one-time link for a password and opens a session; answers the cookie to set.
    fn accept<'a>(&'a self, token: &'a str, password: &'a str, from: &'a str) -> Answer<'a, String>;
    /// The cookie that ends a session in the browser.
    fn farewell(&self) -> String;
}

/// Who makes a request, found out once per request.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub session: Option<SessionUser>,
    /// The address that the request came from.
    pub from: String,
}

pub(crate) fn backend() -> Backend {
    expect_context::<Backend>()
}

pub(crate) fn visitor() -> Visitor {
    let found = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visitor>().cloned());
    found.unwrap_or(Visitor { session: None, from: String::new() })
}

/// Runs what a signed-in user asks of the store, and answers with the right status if it is refused.
pub(crate) async fn acting<T>(
    work: impl AsyncFnOnce(&Acting<'_>, &Backend) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let backend = backend();
    let visitor = visitor();
    let outcome = match &visitor.session {
        Some(session) => work(&backend.store.acting_as(session.caller(&visitor.from)), &backend).await,
        None => {
            backend.store.denied(Actor::Anonymous, &visitor.from, "without being signed in").await?;
            Err(ApiError::SignedOut)
        }
    };
    outcome.map_err(with_status)
}

/// Gives the response the status of the error. A form sent without script is answered by going back to its page, which
/// shows the error, so its status stays a redirect.
pub(crate) fn with_status(error: ApiError) -> ApiError {
    if is_plain_form() {
        return error;
    }
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(error.status())) {
        options.set_status(status);
    }
    error
}

/// Whether the browser itself sent a form, rather than our code in it.
fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
        parts.method == Method::POST && accept.contains("text/html")
    })
}

/// Gives a page the status of an address that leads nowhere.
pub(crate) fn answer_not_found() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::NOT_FOUND);
    }
}

pub(crate) fn set_cookie(cookie: &str) {
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(cookie)) {
        options.append_header(SET_COOKIE, cookie);
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Denied(_) => ApiError::Forbidden { message },
            StoreError::NotFound(_) => ApiError::NotFound { message },
            StoreError::Invalid(problems) => ApiError::Invalid { problems },
            StoreError::Refused(_) | StoreError::Edit(_) | StoreError::Directory(_) => ApiError::Refused { message },
            StoreError::Stopping => ApiError::Unavailable { message },
            StoreError::Corrupt(_) | StoreError::Database(_) => {
                // What is inside is for the log, not for the screen.
                tracing::error!(error = %message, "the store failed");
                let message = "Something failed on the server. Nothing was changed; try again in a moment.".to_owned();
                ApiError::Unavailable { message }
            }
        }
    }
}
