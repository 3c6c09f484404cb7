//! A customer's own page, `/c/TOKEN`: rendered for its reader, without script. The token is the authority: who has none gets
//! the same answer whatever is wrong with theirs. GET changes nothing but when the link was used last.

pub mod calendar;
pub mod forms;
pub mod render;

use crate::state::AppState;
use crate::visitor::address_of;
use axum::Form;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::customer_page::link::Purpose;
use domain::customer_page::offer::Effect;
use domain::customer_page::request::{Ask, RequestState};
use domain::customer_page::view::CustomerView;
use domain::customer_page::words::{Lang, Say, Speech};
use forms::Typed;
use maud::Markup;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use store::{Guest, StoreError};

/// Failures with tokens that one place may have before it has to wait.
pub const FAILURES_MAX: u32 = 30;
/// Largest form, in bytes: a text that is far too long still gets an answer that says so.
pub const FORM_MAX: usize = 400_000;

/// What stands behind the address's question mark.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The language that the reader chose.
    lang: String,
    /// What was done a moment ago.
    said: String,
}

impl Asked {
    /// A language that the page exists in; anything else is not a choice.
    fn language(&self) -> Option<&'static str> {
        Lang::known(&self.lang).map(Lang::tag)
    }
}

/// Who asks: the place that failures are counted by, and the address for the log.
pub struct Caller {
    place: String,
    pub from: String,
}

impl Caller {
    /// Of a request, by the address that it came from.
    pub fn of(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> Caller {
        let from = address_of(state, headers, peer);
        Caller { place: place(&from), from }
    }

    /// The answer when too many tokens from this place were wrong: no other is looked at for a while.
    pub fn turned_away(&self, state: &AppState) -> Option<Response> {
        let seconds = state.links.wait(&self.place, FAILURES_MAX, state.backend.clock.now())?;
        let mut response = page(StatusCode::TOO_MANY_REQUESTS, render::too_many());
        if let Ok(seconds) = HeaderValue::from_str(&seconds.to_string()) {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        Some(response)
    }

    /// The one answer to a token that opens nothing. It is counted.
    pub fn refused(&self, state: &AppState) -> Response {
        state.links.failed(&self.place, state.backend.clock.now());
        page(StatusCode::NOT_FOUND, render::not_found())
    }
}

/// What counts as one place: an address, or the part of a long one that one customer of a provider has.
fn place(from: &str) -> String {
    match from.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => from.to_owned(),
    }
}

/// A page with everything that keeps its address from going anywhere.
pub fn page(status: StatusCode, content: Markup) -> Response {
    let mut response = (status, content.into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, render::POLICY.clone());
    quiet(headers);
    response
}

/// Nothing is kept, nothing is indexed, no address travels on.
pub fn quiet(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
}

/// Whether another site's page made this request. With `no-referrer` browsers send `Origin: null` from our own page, too;
/// newer ones say where the request comes from in `Sec-Fetch-Site`.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, None | Some("null")) => false,
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text(HOST.as_str()),
    }
}

/// Shows the page.
pub async fn show(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let caller = Caller::of(&state, &headers, peer);
    if let Some(answer) = caller.turned_away(&state) {
        return answer;
    }
    let guest = state.backend.store.guest(&caller.from);
    let Some(behind) = guest.open(&token, Purpose::Page) else { return caller.refused(&state) };
    let Some(view) = guest.view(&behind, asked.language()) else { return caller.refused(&state) };
    guest.used(&behind, None).await;
    let said = said(&asked.said).map(|say| say.in_lang(Lang::of(&view.language)));
    let calendar = format!("/c/{}/date.ics", Guest::calendar_token(&token));
    page(StatusCode::OK, render::document(&view, &calendar, said, &Typed::default()))
}

/// Takes a form of the page.
pub async fn take(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let caller = Caller::of(&state, &headers, peer);
    if let Some(answer) = caller.turned_away(&state) {
        return answer;
    }
    let guest = state.backend.store.guest(&caller.from);
    let Some(behind) = guest.open(&token, Purpose::Page) else { return caller.refused(&state) };
    let Some(view) = guest.view(&behind, asked.language()) else { return caller.refused(&state) };
    let again = |view: &CustomerView, typed: &Typed, status| {
        let calendar = format!("/c/{}/date.ics", Guest::calendar_token(&token));
        page(status, render::document(view, &calendar, None, typed))
    };
    let typed = Typed::new(fields);
    if is_of_another_site(&headers) {
        return again(&view, &typed.wrong("gone"), StatusCode::FORBIDDEN);
    }
    let ask = match typed.ask() {
        Ok(ask) => ask,
        Err(field) => return again(&view, &typed.wrong(field), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let effect = view.offers.iter().find(|(kind, _)| *kind == ask.kind()).map(|(_, effect)| *effect);
    let saves = matches!(ask, Ask::Ready { confirmed: false, .. });
    match guest.ask(&behind, ask).await {
        Ok(request) => {
            let code = match (&request.state, effect) {
                _ if saves => "saved",
                (RequestState::AwaitsConfirmation { .. }, _) => "confirm",
                (_, Some(Effect::AtOnce)) => typed.kind(),
                _ => "approve",
            };
            back_to(&token, &asked, code)
        }
        Err(StoreError::Invalid(problems)) => {
            let field = problems.into_iter().next().map(|problem| problem.field).unwrap_or_default();
            // Others may have taken a place meanwhile: the days are those of now.
            let view = guest.view(&behind, asked.language()).unwrap_or(view);
            again(&view, &typed.wrong(&field), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => {
            tracing::error!(%error, "a customer's request could not be written");
            again(&view, &typed.wrong("wrong"), StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// To the page again, so that reloading it sends nothing twice.
fn back_to(token: &str, asked: &Asked, said: &str) -> Response {
    let language = asked.language().map(|tag| format!("lang={tag}&")).unwrap_or_default();
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::from_str(&format!("/c/{token}?{language}said={said}")) {
        response.headers_mut().insert(LOCATION, address);
    }
    quiet(response.headers_mut());
    response
}

/// What is said after something was sent.
fn said(code: &str) -> Option<Say> {
    Some(match code {
        "saved" => Say::ThanksSaved,
        "ready" => Say::ThanksReady,
        "confirm" => Say::ThanksConfirm,
        "approve" => Say::ThanksApprove,
        "rating" => Say::ThanksRating,
        "problem" => Say::ThanksProblem,
        _ => return None,
    })
}

/// Shows a request that the main contact was asked to confirm. A link scanner that follows the link confirms nothing.
pub async fn show_confirmation(
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
    let Some(confirmation) = guest.confirmation(&token) else { return caller.refused(&state) };
    let speech = Speech::new(&confirmation.language, &confirmation.zone);
    page(StatusCode::OK, render::confirmation(&confirmation, speech, None))
}

/// Confirms a request.
pub async fn confirm(
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
    let Some(confirmation) = guest.confirmation(&token) else { return caller.refused(&state) };
    let speech = Speech::new(&confirmation.language, &confirmation.zone);
    if is_of_another_site(&headers) {
        return page(StatusCode::FORBIDDEN, render::confirmation(&confirmation, speech, Some(Say::Gone)));
    }
    match guest.confirm(&confirmation).await {
        Ok(request) => {
            let say = if request.is_done() { Say::Confirmed } else { Say::ConfirmedOpen };
            page(StatusCode::OK, render::notice(speech, speech.say(Say::ConfirmTitle), speech.say(say)))
        }
        // It was confirmed, replaced or answered meanwhile: what it is now is said.
        Err(StoreError::Refused(_)) => {
            let now = guest.confirmation(&token).unwrap_or(confirmation);
            page(StatusCode::CONFLICT, render::confirmation(&now, speech, Some(Say::Gone)))
        }
        Err(error) => {
            tracing::error!(%error, "a confirmation could not be written");
            page(StatusCode::SERVICE_UNAVAILABLE, render::confirmation(&confirmation, speech, Some(Say::Wrong)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_address_or_the_network_of_a_long_one() {
        assert_eq!(place("192.0.2.7"), "192.0.2.7");
        assert_eq!(place("2001:db8:1:2:3:4:5:6"), place("2001:db8:1:2::1"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.7"), "::ffff:192.0.2.7");
    }

    #[test]
    fn a_form_of_another_site_is_known() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            pairs.iter().map(pair).collect::<HeaderMap>()
        };
        for (sent, expected) in [
            (headers(&[]), false),
            (headers(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), false),
            (headers(&[("sec-fetch-site", "cross-site"), ("origin", "null")]), true),
            (headers(&[("sec-fetch-site", "same-site")]), true),
            (headers(&[("origin", "null"), ("host", "a.example")]), false),
            (headers(&[("origin", "https://a.example"), ("host", "a.example")]), false),
            (headers(&[("origin", "https://b.example"), ("host", "a.example")]), true),
        ] {
            assert_eq!(is_of_another_site(&sent), expected, "{sent:?}");
        }
    }
}
