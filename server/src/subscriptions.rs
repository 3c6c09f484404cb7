//! Subscribing to a status page, and the pages behind the links of letters. They work without script, change nothing on a
//! GET, and tell nobody who is subscribed.

use crate::attempts::Attempts;
use crate::mailer::Reach;
use crate::state::AppState;
use crate::visitor::address_of;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::Instant;
use domain::public_page::PublicPage;
use domain::subscription::choice::nearest_fixed;
use domain::subscription::words::{Words, fill};
use domain::subscription::{Channel, Choice, Form, LEADS, Offer, Problem, Purpose, SubscriberState, Topic};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use reqwest::Url;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;
use store::{Confirmed, StoreError, SubscriptionView};

/// Largest form, in bytes.
pub const FORM_MAX: usize = 20_000;
/// Requests for one mailbox or webhook within the window of [`Attempts`].
const PER_ADDRESS: u32 = 5;
/// Requests from one visitor's network.
const PER_VISITOR: u32 = 20;
/// Requests for one page.
const PER_PAGE: u32 = 600;
/// Links that lead nowhere, from one visitor's network.
const DEAD_PER_VISITOR: u32 = 30;

/// Counts requests where asking too often does harm.
#[derive(Default)]
pub struct Subscriptions {
    attempts: Attempts,
    /// How webhooks are reached, so that an address is looked at when it is entered.
    pub reach: Reach,
}

static STYLE: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        include_str!("../../style/tokens.css"),
        include_str!("../../style/public.css"),
        include_str!("../../style/public-subscription.css"),
    ];
    parts.concat()
});

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let text = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{text}'; img-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The form.
pub async fn form(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some((_, page, offer)) = state.backend.store.public().offer(&slug) else { return no_page(&headers) };
    let fields = Fields::of(query.as_deref().unwrap_or_default().as_bytes());
    let language = chosen_language(&fields, &offer, &headers);
    let words = Words::of(&language);
    let content = match fields.has("asked") {
        true => notice(words.asked_title, words.asked_text),
        false => {
            let typed = Form {
                language: language.clone(),
                events: Topic::ALL.iter().map(|topic| topic.code().to_owned()).collect(),
                ..Form::default()
            };
            subscribe_form(&page, &offer, &typed, &[], words)
        }
    };
    answer(StatusCode::OK, shell(words, words.subscribe, Some(&page), content), words)
}

/// Somebody asks to be told.
pub async fn subscribe(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let public = state.backend.store.public();
    let Some((migration, page, offer)) = public.offer(&slug) else { return no_page(&headers) };
    let fields = Fields::of(&body);
    let typed = fields.form();
    let language = chosen_language(&fields, &offer, &headers);
    let words = Words::of(&language);
    let again = |problems: &[Problem]| {
        let content = subscribe_form(&page, &offer, &typed, problems, words);
        answer(StatusCode::UNPROCESSABLE_ENTITY, shell(words, words.subscribe, Some(&page), content), words)
    };
    let asked = match typed.check(&offer, &language) {
        Ok(asked) => asked,
        Err(problems) => return again(&problems),
    };
    let now = state.backend.clock.now();
    let visitor = network(&address_of(&state, &headers, peer));
    let keys = [
        (format!("ask visitor {visitor}"), PER_VISITOR),
        (format!("ask address {} {}", slug, asked.address.to_lowercase()), PER_ADDRESS),
        (format!("ask page {slug}"), PER_PAGE),
    ];
    if let Some(seconds) = state.subscriptions.wait(&keys, now) {
        return too_often(words, &page, seconds);
    }
    if asked.channel == Channel::Webhook
        && let Err(problem) = state.subscriptions.reach.look_at(&asked.address).await
    {
        return again(&[problem]);
    }
    match public.subscribe(&migration, asked).await {
        Ok(None) => see_other(&format!("/status/{}/subscribe?asked=1&lang={}", escaped(&slug), escaped(&language))),
        // Links lead to the application's own name, also from a page that has another.
        Ok(Some(token)) => see_other(&format!("{}/status/subscription/{token}", state.backend.base_url)),
        Err(StoreError::Refused(_)) => {
            let content = notice(words.subscribe, words.full_text);
            answer(StatusCode::SERVICE_UNAVAILABLE, shell(words, words.subscribe, Some(&page), content), words)
        }
        Err(error) => failed(&error, words, Some(&page)),
    }
}

/// What a link of a letter leads to: a question, or what is told. Looking changes nothing: mail scanners follow links.
pub async fn show(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let view = match find(&state, &headers, peer, &token) {
        Ok(view) => view,
        Err(refused) => return *refused,
    };
    let words = Words::of(&view.choice.language);
    let saved = Fields::of(query.as_deref().unwrap_or_default().as_bytes()).has("saved");
    match (view.purpose, &view.state) {
        (Purpose::Confirm, SubscriberState::Pending { .. }) => confirm_page(&view, &[], words),
        (Purpose::Confirm, SubscriberState::Confirmed) => confirmed_page(&view, None, words),
        (Purpose::Manage, SubscriberState::Confirmed) => manage_page(&view, &typed_of(&view.choice), &[], saved, words),
        (Purpose::Confirm | Purpose::Manage, SubscriberState::Stopped { .. }) => stopped_page(&view, words),
        _ => dead(&state, &headers, peer, words),
    }
}

/// Somebody confirms, or changes what they are told.
pub async fn act(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let view = match find(&state, &headers, peer, &token) {
        Ok(view) => view,
        Err(refused) => return *refused,
    };
    let words = Words::of(&view.choice.language);
    let fields = Fields::of(&body);
    let public = state.backend.store.public();
    match (view.purpose, &view.state) {
        (Purpose::Confirm, SubscriberState::Pending { .. }) => match public.confirm(&token, fields.first("code")).await
        {
            Ok(Some(confirmed)) => confirmed_page(&view, Some(&confirmed), words),
            Ok(None) => confirm_page(&view, &[Problem::WrongCode], words),
            Err(StoreError::NotFound(_)) => dead(&state, &headers, peer, words),
            Err(error) => failed(&error, words, Some(&view.page)),
        },
        // Pressed twice.
        (Purpose::Confirm, SubscriberState::Confirmed) => confirmed_page(&view, None, words),
        (Purpose::Manage, SubscriberState::Confirmed) if fields.has("stop") => match public.unsubscribe(&token).await {
            Ok(()) => stopped_page(&view, words),
            Err(error) => failed(&error, words, Some(&view.page)),
        },
        (Purpose::Manage, SubscriberState::Confirmed) => {
            let typed = fields.form();
            match typed.choice(&view.offer, &view.choice.language) {
                Ok(choice) => match public.change_subscription(&token, choice).await {
                    Ok(()) => see_other(&format!("/status/subscription/{token}?saved=1")),
                    Err(error) => failed(&error, words, Some(&view.page)),
                },
                Err(problems) => manage_page(&view, &typed, &problems, false, words),
            }
        }
        (Purpose::Confirm | Purpose::Manage, SubscriberState::Stopped { .. }) => stopped_page(&view, words),
        _ => dead(&state, &headers, peer, words),
    }
}

/// Asks whether somebody really wants to hear nothing more.
pub async fn ask_to_stop(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let view = match find(&state, &headers, peer, &token) {
        Ok(view) => view,
        Err(refused) => return *refused,
    };
    let words = Words::of(&view.choice.language);
    match (view.purpose, &view.state) {
        (Purpose::Stop, SubscriberState::Stopped { .. }) => stopped_page(&view, words),
        (Purpose::Stop, _) => {
            let text = fill(words.stop_text, &[("page", &view.page.name)]);
            let content = html! {
                h1 { (words.stop_title) }
                p { (text) }
                form method="post" { p { button.primary type="submit" { (words.stop_button) } } }
            };
            answer(StatusCode::OK, shell(words, words.stop_title, Some(&view.page), content), words)
        }
        _ => dead(&state, &headers, peer, words),
    }
}

/// Ends a subscription: a person's button, or a mail program's one click (RFC 8058).
pub async fn stop(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let view = match find(&state, &headers, peer, &token) {
        Ok(view) => view,
        Err(refused) => return *refused,
    };
    let words = Words::of(&view.choice.language);
    if view.purpose != Purpose::Stop {
        return dead(&state, &headers, peer, words);
    }
    match state.backend.store.public().unsubscribe(&token).await {
        Ok(()) => stopped_page(&view, words),
        Err(error) => failed(&error, words, Some(&view.page)),
    }
}

impl Subscriptions {
    /// With or without webhooks in private networks.
    pub fn reaching(private: bool) -> Subscriptions {
        Subscriptions { reach: Reach { private }, ..Subscriptions::default() }
    }

    /// Seconds to wait, if one of these keys came too often; otherwise counts them all.
    fn wait(&self, keys: &[(String, u32)], now: Instant) -> Option<u64> {
        if let Some(seconds) = keys.iter().filter_map(|(key, max)| self.attempts.wait(key, *max, now)).max() {
            return Some(seconds);
        }
        keys.iter().for_each(|(key, _)| self.attempts.failed(key, now));
        None
    }
}

/// The network of a visitor: of the sixth version everybody has many addresses.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

/// What a token leads to. Tokens that lead nowhere are counted, and all refused alike.
fn find(
    state: &AppState,
    headers: &HeaderMap,
    peer: SocketAddr,
    token: &str,
) -> Result<SubscriptionView, Box<Response>> {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let words = Words::of(nearest_fixed(accepted));
    let key = dead_key(state, headers, peer);
    if let Some(seconds) = state.subscriptions.attempts.wait(&key, DEAD_PER_VISITOR, state.backend.clock.now()) {
        return Err(Box::new(wait_page(words, None, seconds)));
    }
    state.backend.store.public().subscription(token).ok_or_else(|| Box::new(dead(state, headers, peer, words)))
}

fn dead_key(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> String {
    format!("dead {}", network(&address_of(state, headers, peer)))
}

fn dead(state: &AppState, headers: &HeaderMap, peer: SocketAddr, words: &'static Words) -> Response {
    state.subscriptions.attempts.failed(&dead_key(state, headers, peer), state.backend.clock.now());
    answer(
        StatusCode::NOT_FOUND,
        shell(words, words.dead_title, None, notice(words.dead_title, words.dead_text)),
        words,
    )
}

/// Fields of a form or a query; a name may come several times.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(body: &[u8]) -> Fields {
        let mut url = match Url::parse("http://form/") {
            Ok(url) => url,
            Err(_) => return Fields(Vec::new()),
        };
        url.set_query(Some(&String::from_utf8_lossy(body)));
        Fields(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All values of a field, also as `name[]`.
    fn all(&self, name: &str) -> Vec<String> {
        let named = |known: &str| known == name || known.strip_suffix("[]") == Some(name);
        self.0.iter().filter(|(known, _)| named(known)).map(|(_, value)| value.clone()).collect()
    }

    fn form(&self) -> Form {
        Form {
            email: self.first("email").to_owned(),
            webhook: self.first("webhook").to_owned(),
            language: self.first("language").to_owned(),
            lead: self.first("lead").to_owned(),
            events: self.all("events"),
            components: self.all("components"),
            waves: self.all("waves"),
        }
    }
}

/// The language of the answer: as chosen in the form or by the link, else the browser's.
fn chosen_language(fields: &Fields, offer: &Offer, headers: &HeaderMap) -> String {
    let wanted = [fields.first("language"), fields.first("lang")];
    let chosen = wanted.into_iter().find_map(|wanted| {
        let tag = domain::language::tag(wanted)?;
        offer.languages.iter().find(|offered| **offered == tag)
    });
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    chosen.map_or_else(|| offer.nearest(accepted).to_owned(), Clone::clone)
}

fn typed_of(choice: &Choice) -> Form {
    Form {
        language: choice.language.clone(),
        lead: choice.lead.to_string(),
        events: choice.topics.iter().map(|topic| topic.code().to_owned()).collect(),
        components: choice.components.iter().map(ToString::to_string).collect(),
        waves: choice.waves.iter().map(ToString::to_string).collect(),
        ..Form::default()
    }
}

// Pages

fn shell(words: &Words, title: &str, page: Option<&PublicPage>, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) @if let Some(page) = page { " · " (page.name) } }
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                style { (PreEscaped(STYLE.as_str())) }
            }
            body.subscription {
                @if let Some(page) = page {
                    header.site { div.wrap { p.brand { (page.name) } } }
                }
                main #main.wrap {
                    (content)
                    @if let Some(page) = page {
                        p { a.hit href=(format!("/status/{}", escaped(&page.slug))) { (words.back) } }
                    }
                }
            }
        }
    }
}

fn notice(title: &str, text: &str) -> Markup {
    html! { h1 { (title) } p { (text) } }
}

fn subscribe_form(
    page: &PublicPage,
    offer: &Offer,
    typed: &Form,
    problems: &[Problem],
    words: &'static Words,
) -> Markup {
    html! {
        h1 { (words.subscribe) }
        (summary(problems, words))
        form method="post" novalidate {
            (text_field("email", words.email, &typed.email, problems, words))
            (choices(page, offer, typed, problems, words))
            details open[!typed.webhook.is_empty()] {
                summary { (words.webhook) }
                (text_field("webhook", words.webhook, &typed.webhook, problems, words))
                p.soft #webhook-hint { (words.webhook_hint) }
            }
            p { button.primary type="submit" { (words.subscribe) } }
            p.soft { (words.promise) }
        }
    }
}

fn summary(problems: &[Problem], words: &Words) -> Markup {
    html! {
        @if !problems.is_empty() {
            div.problems role="alert" {
                p { (words.problem_summary) }
                ul { @for problem in problems { li { a href=(format!("#{}", problem.field())) { (words.problem(*problem)) } } } }
            }
        }
    }
}

fn problem_at(field: &str, problems: &[Problem], words: &Words) -> Markup {
    html! {
        @for problem in problems.iter().filter(|problem| problem.field() == field) {
            p.problem id=(format!("{field}-problem")) { (words.problem(*problem)) }
        }
    }
}

fn text_field(field: &str, label: &str, value: &str, problems: &[Problem], words: &Words) -> Markup {
    let wrong = problems.iter().any(|problem| problem.field() == field);
    let described =
        if wrong { Some(format!("{field}-problem")) } else { (field == "webhook").then(|| "webhook-hint".to_owned()) };
    let (kind, autocomplete) = match field {
        "email" => ("email", "email"),
        "webhook" => ("url", "off"),
        _ => ("text", "off"),
    };
    html! {
        div.field {
            label for=(field) { (label) }
            input id=(field) name=(field) type=(kind) value=(value) autocomplete=(autocomplete)
                aria-invalid=[wrong.then_some("true")] aria-describedby=[described];
            (problem_at(field, problems, words))
        }
    }
}

/// Everything about what is told.
fn choices(page: &PublicPage, offer: &Offer, typed: &Form, problems: &[Problem], words: &'static Words) -> Markup {
    let has = |list: &[String], value: &str| list.iter().any(|known| known == value);
    let fallback = page.content.languages.first().map_or("en", String::as_str);
    let lead = if typed.lead.is_empty() { domain::subscription::LEAD_DEFAULT.to_string() } else { typed.lead.clone() };
    let some = !typed.components.is_empty() || !typed.waves.is_empty();
    let shown: BTreeSet<_> =
        page.components.iter().filter(|component| !component.only_if_degraded).map(|one| one.number).collect();
    html! {
        fieldset #events {
            legend { (words.tell_me) }
            @for (topic, label) in Topic::ALL.iter().zip(words.topics) {
                label.choice {
                    input type="checkbox" name="events" value=(topic.code()) checked[has(&typed.events, topic.code())];
                    (label)
                }
            }
            (problem_at("events", problems, words))
        }
        div.field {
            label for="lead" { (words.lead) }
            select #lead name="lead" {
                @for (hours, label) in LEADS.iter().zip(words.leads) {
                    option value=(hours) selected[hours.to_string() == lead] { (label) }
                }
            }
            (problem_at("lead", problems, words))
        }
        div.field {
            label for="language" { (words.language) }
            select #language name="language" {
                @for tag in &offer.languages {
                    option value=(tag) lang=(tag) selected[*tag == typed.language] { (language_name(tag)) }
                }
            }
            (problem_at("language", problems, words))
        }
        @if !page.waves.is_empty() || !shown.is_empty() {
            details #components open[some] {
                summary { (words.only) }
                p.soft { (words.only_hint) }
                @if !page.waves.is_empty() {
                    fieldset {
                        legend { (words.waves) }
                        @for wave in &page.waves {
                            @let number = wave.number.to_string();
                            label.choice {
                                input type="checkbox" name="waves" value=(number) checked[has(&typed.waves, &number)];
                                (wave.name)
                            }
                        }
                    }
                }
                @if !shown.is_empty() {
                    fieldset {
                        legend { (words.components) }
                        @for component in page.components.iter().filter(|component| shown.contains(&component.number)) {
                            @let number = component.number.to_string();
                            @let (tag, name) = component.name.find(words.tag, fallback).unwrap_or((words.tag, ""));
                            label.choice {
                                input type="checkbox" name="components" value=(number) checked[has(&typed.components, &number)];
                                span lang=(tag) { (name) }
                            }
                        }
                    }
                }
                (problem_at("components", problems, words))
            }
        }
    }
}

/// What a language calls itself, where that is known.
fn language_name(tag: &str) -> String {
    let words = Words::of(tag);
    match tag.split('-').next() == Some(words.tag) {
        true if tag == words.tag => words.own_name.to_owned(),
        true => format!("{} ({tag})", words.own_name),
        false => domain::language::named(tag),
    }
}

fn confirm_page(view: &SubscriptionView, problems: &[Problem], words: &'static Words) -> Response {
    let values = [("page", view.page.name.as_str())];
    let title = fill(words.confirm_title, &values);
    let webhook = view.channel == Channel::Webhook;
    let content = html! {
        h1 { (title) }
        p { (view.address) }
        (summary(problems, words))
        p { @if webhook { (words.code_text) } @else { (fill(words.confirm_page, &values)) } }
        form method="post" novalidate {
            @if webhook { (text_field("code", words.code, "", problems, words)) }
            p { button.primary type="submit" { (words.confirm_button) } }
        }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    answer(status, shell(words, &title, Some(&view.page), content), words)
}

fn confirmed_page(view: &SubscriptionView, confirmed: Option<&Confirmed>, words: &'static Words) -> Response {
    let content = html! {
        h1 { (words.confirmed_title) }
        p { (words.confirmed_text) }
        @if let Some(confirmed) = confirmed {
            @if let Some(secret) = &confirmed.secret {
                p { (words.secret_text) }
                p { code.secret { (secret) } }
            }
            p { a href=(format!("/status/subscription/{}", confirmed.manage)) { (words.manage) } }
        }
    };
    answer(StatusCode::OK, shell(words, words.confirmed_title, Some(&view.page), content), words)
}

fn manage_page(
    view: &SubscriptionView,
    typed: &Form,
    problems: &[Problem],
    saved: bool,
    words: &'static Words,
) -> Response {
    let title = fill(words.manage_title, &[("page", &view.page.name)]);
    let content = html! {
        h1 { (title) }
        p { (view.address) }
        @if saved { p.saved role="status" { (words.saved) } }
        (summary(problems, words))
        form method="post" novalidate {
            (choices(&view.page, &view.offer, typed, problems, words))
            p { button.primary type="submit" { (words.save) } }
        }
        form method="post" {
            h2 { (words.stop_title) }
            p { button type="submit" name="stop" value="1" { (words.stop_button) } }
        }
        p.soft { (words.manage_keep) }
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    answer(status, shell(words, &title, Some(&view.page), content), words)
}

fn stopped_page(view: &SubscriptionView, words: &'static Words) -> Response {
    let content = notice(words.stopped_title, words.stopped_text);
    answer(StatusCode::OK, shell(words, words.stopped_title, Some(&view.page), content), words)
}

fn too_often(words: &'static Words, page: &PublicPage, seconds: u64) -> Response {
    wait_page(words, Some(page), seconds)
}

fn wait_page(words: &'static Words, page: Option<&PublicPage>, seconds: u64) -> Response {
    let text = fill(words.too_often_text, &[("minutes", &seconds.div_ceil(60).to_string())]);
    let content = notice(words.too_often_title, &text);
    let mut response = answer(StatusCode::TOO_MANY_REQUESTS, shell(words, words.too_often_title, page, content), words);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn failed(error: &StoreError, words: &'static Words, page: Option<&PublicPage>) -> Response {
    tracing::error!(%error, "a subscription could not be written");
    let content = notice(words.subscribe, words.failed_text);
    answer(StatusCode::SERVICE_UNAVAILABLE, shell(words, words.subscribe, page, content), words)
}

fn no_page(headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let words = Words::of(nearest_fixed(accepted));
    answer(
        StatusCode::NOT_FOUND,
        shell(words, words.dead_title, None, notice(words.dead_title, words.dead_text)),
        words,
    )
}

fn see_other(address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    private((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

fn answer(status: StatusCode, content: Markup, words: &'static Words) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_LANGUAGE, HeaderValue::from_static(words.tag)),
        (CONTENT_SECURITY_POLICY, POLICY.clone()),
    ];
    private((status, headers, content.into_string()).into_response())
}

/// Addresses here may hold tokens: they are not passed on, kept or listed.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

fn escaped(text: &str) -> String {
    domain::view::escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_come_several_times() {
        let fields = Fields::of(b"email=a%40b.example&events=before&events%5B%5D=incidents&x=%0A");
        assert_eq!(fields.first("email"), "a@b.example");
        assert_eq!(fields.all("events"), ["before", "incidents"]);
        assert_eq!(fields.first("x"), "\n");
        assert!(!fields.has("stop"));
    }

    #[test]
    fn visitors_are_counted_by_their_network() {
        assert_eq!(network("203.0.113.7"), "203.0.113.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
