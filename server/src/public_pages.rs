//! The public status pages: rendered once per change into bytes and served from memory, also while the database is away.

use crate::state::AppState;
use app::components::number::grouped;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::cohort::Window;
use domain::public_page::{Overall, PublicPage, PublicWave, WaveState};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;
use store::{Store, local_text};
use tokio::sync::broadcast::error::RecvError;

/// Changes within this time are rendered together.
const TOGETHER: Duration = Duration::from_millis(200);
const TYPE: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The page's style, part of the page so that one request brings all of it.
static STYLE: LazyLock<String> =
    LazyLock::new(|| [include_str!("../../style/tokens.css"), include_str!("../../style/public.css")].concat());

/// Allows the page's own style and nothing else. The style is known by its hash, since the page is the same for everybody.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let text = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{text}'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The pages as they are served.
#[derive(Default)]
pub struct PublicPages {
    pages: RwLock<HashMap<String, Arc<Rendered>>>,
}

/// One page's bytes in every encoding.
struct Rendered {
    etag: HeaderValue,
    identity: Bytes,
    gzip: Bytes,
    brotli: Bytes,
}

impl PublicPages {
    /// Renders all published pages and forgets those that were taken back.
    pub fn render_all(&self, store: &Store) {
        let public = store.public();
        let pages = public.slugs().into_iter().filter_map(|slug| {
            let page = public.page(&slug)?;
            Some((slug, Arc::new(Rendered::new(document(&page).into_string()))))
        });
        let pages: HashMap<_, _> = pages.collect();
        *self.pages.write().unwrap_or_else(PoisonError::into_inner) = pages;
    }

    /// Keeps the pages true until the store closes.
    pub async fn follow(self: Arc<Self>, store: Store) {
        let mut changes = store.listen();
        loop {
            match changes.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(TOGETHER).await;
            // What came meanwhile is rendered now.
            changes = changes.resubscribe();
            let (pages, store) = (self.clone(), store.clone());
            if tokio::task::spawn_blocking(move || pages.render_all(&store)).await.is_err() {
                tracing::error!("a status page could not be rendered");
            }
        }
    }

    fn get(&self, slug: &str) -> Option<Arc<Rendered>> {
        self.pages.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }
}

impl Rendered {
    fn new(html: String) -> Self {
        let digest = Sha256::digest(html.as_bytes());
        let etag: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Rendered {
            etag: HeaderValue::from_str(&format!("\"{etag}\"")).unwrap_or(HeaderValue::from_static("\"\"")),
            gzip: gzip(html.as_bytes()).into(),
            brotli: brotli(html.as_bytes()).into(),
            identity: html.into(),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to memory does not fail; an empty body would be served as it is otherwise, so fall back to it.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    let done = brotli::BrotliCompress(&mut std::io::Cursor::new(bytes), &mut compressed, &params);
    if done.is_ok() { compressed } else { Vec::new() }
}

/// Serves a page.
pub async fn page(State(state): State<AppState>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    let Some(page) = state.pages.get(&slug) else {
        let headers = [(CONTENT_TYPE, TYPE), (CONTENT_SECURITY_POLICY, POLICY.clone())];
        return (StatusCode::NOT_FOUND, headers, not_found().into_string()).into_response();
    };
    let common = [
        (ETAG, page.etag.clone()),
        (VARY, HeaderValue::from_static("accept-encoding")),
        // Kept, but asked about each time: the answer is a 304 until something changes.
        (CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
        (CONTENT_SECURITY_POLICY, POLICY.clone()),
    ];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| *known == page.etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let takes = |encoding: &str| accepted.split(',').any(|part| part.trim() == encoding);
    if takes("br") && !page.brotli.is_empty() {
        let encoding = (CONTENT_ENCODING, HeaderValue::from_static("br"));
        return (common, [(CONTENT_TYPE, TYPE), encoding], page.brotli.clone()).into_response();
    }
    if takes("gzip") && !page.gzip.is_empty() {
        let encoding = (CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return (common, [(CONTENT_TYPE, TYPE), encoding], page.gzip.clone()).into_response();
    }
    (common, [(CONTENT_TYPE, TYPE)], page.identity.clone()).into_response()
}

fn shell(title: &str, description: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                meta name="description" content=(description);
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                style { (PreEscaped(STYLE.as_str())) }
            }
            body { (content) }
        }
    }
}

fn not_found() -> Markup {
    let content = html! {
        main.lone { h1 { "There is no status page here" } p { "The address may be mistyped, or the page is not public yet." } }
    };
    shell("No status page", "There is no status page at this address.", content)
}

fn document(page: &PublicPage) -> Markup {
    let sentence = page.sentence();
    let day = |at, format| local_text(at, &page.time_zone, format);
    let content = html! {
        a.skip href="#main" { "Skip to the status" }
        header.site { div.wrap { p.brand { (mark()) (page.name) } } }
        main #main {
            div.hero.(tone(page.overall)) {
                div.wrap {
                    p.state { (shape(page.overall)) (word(page.overall)) }
                    h1 { (sentence) }
                    div.progress {
                        p {
                            b { (grouped(page.progress.moved)) " of " (grouped(page.progress.of)) " accounts have moved" }
                            span.soft { "all are to move by " time datetime=(page.deadline) { (page.deadline.format("%-d %B %Y")) } }
                        }
                        (bar(page))
                    }
                    p.soft {
                        "Updated "
                        time datetime=(page.updated_at.to_rfc3339()) { (day(page.updated_at, "%A %-d %B %Y, %H:%M %Z")) }
                        ". " a href="" { "Reload" }
                    }
                }
            }
            div.wrap.sections {
                @if !page.description.is_empty() {
                    section aria-labelledby="about" {
                        h2 #about { "What changes" }
                        @for paragraph in page.description.split("\n").filter(|line| !line.trim().is_empty()) {
                            p { (paragraph) }
                        }
                    }
                }
                section aria-labelledby="waves" {
                    h2 #waves { "When each wave moves" }
                    @if page.waves.is_empty() {
                        p.soft { "The waves have not been announced yet." }
                    } @else {
                        p.soft { "Times are in " (page.time_zone) "." }
                        ol.waves { @for wave in &page.waves { (wave_item(wave, &page.time_zone)) } }
                    }
                }
            }
        }
        footer { div.wrap { p.soft { "Made with Landbridge" } } }
    };
    let title = format!("{}, {} % done · {}", word(page.overall), page.progress.percent(), page.name);
    shell(&title, &sentence, content)
}

fn wave_item(wave: &PublicWave, zone: &str) -> Markup {
    let state = match wave.state {
        WaveState::Moving => format!("{}, {} %", wave.state.word(), wave.progress.percent()),
        state => state.word().to_owned(),
    };
    let overall = match wave.state {
        WaveState::Planned => Overall::Planned,
        WaveState::Moving => Overall::Moving,
        WaveState::Held => Overall::Held,
        WaveState::Done => Overall::Done,
    };
    html! {
        li {
            h3 { (wave.name) }
            span.state.(tone(overall)) { (shape(overall)) (state) }
            @match &wave.window {
                Some(window) => p.when { (window_times(window, zone)) },
                None => p.when.soft { "Date to be announced" },
            }
        }
    }
}

fn window_times(window: &Window, zone: &str) -> Markup {
    let text = |at, format| local_text(at, zone, format);
    let same_day = text(window.starts, "%F") == text(window.ends, "%F");
    let end_format = if same_day { "%H:%M %Z" } else { "%-d %B %Y, %H:%M %Z" };
    html! {
        time datetime=(window.starts.to_rfc3339()) { (text(window.starts, "%-d %B %Y, %H:%M")) }
        " to "
        time datetime=(window.ends.to_rfc3339()) { (text(window.ends, end_format)) }
    }
}

/// The progress as a bar with a piece per wave, as wide as its accounts. The sentence beside it says the same.
fn bar(page: &PublicPage) -> Markup {
    const WIDTH: f64 = 1_000.0;
    const GAP: f64 = 4.0;
    let whole = [(page.progress.moved, page.progress.of)];
    let waves: Vec<_> =
        page.waves.iter().map(|wave| (wave.progress.moved, wave.progress.of)).filter(|(_, of)| *of > 0).collect();
    let in_waves: u32 = waves.iter().map(|(_, of)| of).sum();
    // Accounts without a wave would be missing from the bar, so it is drawn whole then.
    let pieces: &[(u32, u32)] = if in_waves == page.progress.of && !waves.is_empty() { &waves } else { &whole };
    let room = WIDTH - GAP * (pieces.len() as f64 - 1.0);
    let total = f64::from(page.progress.of.max(1));
    let mut x = 0.0;
    let rects = pieces.iter().map(|(moved, of)| {
        let (from, width) = (x, room * f64::from(*of) / total);
        x += width + GAP;
        (from, width, width * f64::from(*moved) / f64::from((*of).max(1)))
    });
    html! {
        svg.bar viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" {
            @for (x, width, done) in rects {
                rect.rest x=(format!("{x:.1}")) y="1" width=(format!("{width:.1}")) height="14" {}
                rect.done x=(format!("{x:.1}")) y="1" width=(format!("{done:.1}")) height="14" {}
            }
        }
    }
}

fn tone(overall: Overall) -> &'static str {
    match overall {
        Overall::Planned => "planned",
        Overall::Moving => "moving",
        Overall::Held => "held",
        Overall::Done => "done",
    }
}

fn word(overall: Overall) -> &'static str {
    match overall {
        Overall::Planned => "Planned",
        Overall::Moving => "Moving now",
        Overall::Held => "On hold",
        Overall::Done => "Done",
    }
}

/// A state is always a shape beside its word.
fn shape(overall: Overall) -> Markup {
    html! {
        svg.icon viewBox="0 0 16 16" aria-hidden="true" {
            @match overall {
                Overall::Planned => circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.47" {},
                Overall::Moving => { circle cx="8" cy="8" r="6.2" {} path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" class="filled" {} },
                Overall::Held => path d="M5 3v10M11 3v10" stroke-width="2.25" {},
                Overall::Done => { circle cx="8" cy="8" r="6.2" {} path d="m5.3 8.2 1.9 1.9 3.5-3.9" {} },
            }
        }
    }
}

fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            path d="M2 15.5c3 0 3.5-1 4.5-3.5C7.8 8.8 9.5 7 12 7s4.2 1.8 5.5 5c1 2.5 1.5 3.5 4.5 3.5" {}
            path d="M2 19.5c1.7 0 1.7-1 3.3-1s1.7 1 3.4 1 1.6-1 3.3-1 1.7 1 3.3 1 1.7-1 3.4-1 1.6 1 3.3 1" {}
        }
    }
}
