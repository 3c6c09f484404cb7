//! One public address's bytes, in every encoding and with its headers.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::io::Write;

/// What an address answers with; it decides headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Page,
    /// A page that others may frame.
    Widget,
    Json,
    Atom,
    Rss,
    Calendar,
    Badge,
    /// The company's picture, named by its content.
    Logo,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub kind: Kind,
    pub bytes: Vec<u8>,
    /// Of a logo, which may be of several types.
    pub media_type: Option<&'static str>,
    /// What the document may do in a browser.
    pub policy: String,
}

/// How much is done for few bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Rendered ahead and read by many.
    Full,
    /// Made when somebody asks for it.
    Quick,
}

/// The bytes of one address.
pub struct File {
    content: Content,
    etag: String,
    plain: Encoded,
    gzip: Option<Encoded>,
    brotli: Option<Encoded>,
    not_modified: HeaderMap,
}

struct Encoded {
    headers: HeaderMap,
    body: Bytes,
}

impl File {
    /// Compresses the content and prepares every header. `by_language`: the answer depends on `Accept-Language`; `secure`:
    /// readers come by HTTPS.
    pub fn new(content: Content, effort: Effort, by_language: bool, secure: bool) -> File {
        let digest = Sha256::digest(&content.bytes);
        let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        // Weak: each encoding has other bytes of the same content.
        let etag = format!("W/\"{hex}\"");
        let headers = headers(&content, &etag, by_language, secure);
        let encoded = |encoding: &'static str, bytes: Vec<u8>| {
            let mut headers = headers.clone();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            // Bytes that did not get fewer, or could not be made, are not offered.
            let fewer = !bytes.is_empty() && bytes.len() < content.bytes.len();
            fewer.then(|| Encoded { headers, body: bytes.into() })
        };
        let text = content.kind != Kind::Logo;
        let gzip = text.then(|| gzip(&content.bytes, effort)).and_then(|bytes| encoded("gzip", bytes));
        let brotli = text.then(|| brotli(&content.bytes, effort)).and_then(|bytes| encoded("br", bytes));
        let mut not_modified = headers.clone();
        not_modified.remove(CONTENT_TYPE);
        let plain = Encoded { headers, body: content.bytes.clone().into() };
        File { content, etag, plain, gzip, brotli, not_modified }
    }

    /// Whether these are its bytes already.
    pub fn is_of(&self, content: &Content) -> bool {
        self.content == *content
    }

    /// The bytes without compression.
    #[cfg(test)]
    pub fn bytes(&self) -> &[u8] {
        &self.content.bytes
    }

    /// How many bytes the best compression leaves.
    #[cfg(test)]
    pub fn compressed(&self) -> usize {
        self.brotli.as_ref().map_or(self.plain.body.len(), |encoded| encoded.body.len())
    }

    /// The answer for a request with these headers.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        if request.get(IF_NONE_MATCH).is_some_and(|known| matches(known, &self.etag)) {
            return response(StatusCode::NOT_MODIFIED, self.not_modified.clone(), Body::empty());
        }
        let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
        let best = match (&self.brotli, &self.gzip) {
            (Some(encoded), _) if takes(accepted, "br") => encoded,
            (_, Some(encoded)) if takes(accepted, "gzip") => encoded,
            _ => &self.plain,
        };
        response(StatusCode::OK, best.headers.clone(), Body::from(best.body.clone()))
    }
}

fn response(status: StatusCode, headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether a reader has this already: `*`, or one of the tags, weak or not.
fn matches(known: &HeaderValue, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = bare(etag);
    known.to_str().is_ok_and(|known| known.trim() == "*" || known.split(',').any(|tag| bare(tag) == own))
}

/// Whether an encoding is accepted: named, and not with the weight 0.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
        name.trim() == encoding && weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0)
    })
}

fn headers(content: &Content, etag: &str, by_language: bool, secure: bool) -> HeaderMap {
    let kind = content.kind;
    let mut headers = HeaderMap::with_capacity(14);
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let media_type = match kind {
        Kind::Page | Kind::Widget => "text/html; charset=utf-8",
        Kind::Json => "application/json; charset=utf-8",
        Kind::Atom => "application/atom+xml; charset=utf-8",
        Kind::Rss => "application/rss+xml; charset=utf-8",
        Kind::Calendar => "text/calendar; charset=utf-8",
        Kind::Badge => "image/svg+xml",
        Kind::Logo => content.media_type.unwrap_or("application/octet-stream"),
    };
    set(CONTENT_TYPE, media_type);
    set(ETAG, etag);
    set(VARY, if by_language { "accept-encoding, accept-language" } else { "accept-encoding" });
    // A cache in between may answer for a second, so that a change is seen within two, and goes on while we are away. Readers of
    // feeds come once a minute.
    let caching = match kind {
        Kind::Page | Kind::Widget | Kind::Json => "public, max-age=1, stale-if-error=86400",
        Kind::Atom | Kind::Rss | Kind::Calendar | Kind::Badge => "public, max-age=60, stale-if-error=86400",
        Kind::Logo => "public, max-age=31536000, immutable",
    };
    set(CACHE_CONTROL, caching);
    set(CONTENT_SECURITY_POLICY, &content.policy);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "same-origin");
    if kind != Kind::Widget {
        set(X_FRAME_OPTIONS, "DENY");
    }
    if kind == Kind::Page {
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    } else {
        // Pages of others may read and show it.
        set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(ACCESS_CONTROL_EXPOSE_HEADERS, "etag");
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    }
    if secure {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    headers
}

fn gzip(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let level = if effort == Effort::Full { 9 } else { 5 };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    // Writing to memory does not fail; without bytes the plain ones are served.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn brotli(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let mut compressed = Vec::new();
    let quality = if effort == Effort::Full { 9 } else { 5 };
    let params = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    let done = brotli::BrotliCompress(&mut std::io::Cursor::new(bytes), &mut compressed, &params);
    if done.is_ok() { compressed } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_and_tags_are_read_as_the_standard_says() {
        assert!(takes("gzip, deflate, br", "br") && takes("br;q=0.5", "br") && takes("gzip;q=1.0, br", "gzip"));
        assert!(!takes("br;q=0", "br") && !takes("", "br") && !takes("brotli", "br"));
        let tag = "W/\"abc\"";
        for known in ["W/\"abc\"", "\"abc\"", "\"x\", W/\"abc\"", "*"] {
            assert!(matches(&HeaderValue::from_static(known), tag), "{known}");
        }
        for known in ["\"ab\"", "abc", "", "\"abcd\""] {
            assert!(!matches(&HeaderValue::from_static(known), tag), "{known}");
        }
    }
}
