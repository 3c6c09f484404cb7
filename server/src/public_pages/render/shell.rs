//! The frame of every public page: head, header and foot, style and script, and what the page may do.

use super::super::words::own_name;
use super::super::{theme, words};
use super::View;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::status_page::Look;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// What documents that run nothing may do: nothing.
pub const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'";

/// The pages' style, part of each so that one request brings all of it.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    minified(&[include_str!("../../../../style/tokens.css"), include_str!("../../../../style/public.css")].concat())
});

/// Rewrites times into the reader's own zone.
static SCRIPT: LazyLock<String> = LazyLock::new(|| minified_script(include_str!("../local_times.js")));

/// The mark of Landbridge in the browser's tab, so that it needs no request.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath \
d='M2 15.5c3 0 3.5-1 4.5-3.5C7.8 8.8 9.5 7 12 7s4.2 1.8 5.5 5c1 2.5 1.5 3.5 4.5 3.5' fill='none' stroke='%230b6e69' \
stroke-width='2.5' stroke-linecap='round'/%3E%3C/svg%3E";

/// The policy of a page that is one of ours alone.
pub static LONE_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    HeaderValue::from_str(&policy(&[STYLE.as_str()], "", "'none'")).unwrap_or(HeaderValue::from_static(CLOSED))
});

/// What a page may do: use its own styles and its own script, known by their hashes, and send its own forms.
pub fn page_policy(look: &Look) -> String {
    let accent = theme::style(look);
    policy(&[STYLE.as_str(), accent.as_str()], &SCRIPT, "'none'")
}

/// The same for a page without script that anybody may frame.
pub fn widget_policy(look: &Look) -> String {
    let accent = theme::style(look);
    policy(&[STYLE.as_str(), accent.as_str()], "", "*")
}

fn policy(styles: &[&str], script: &str, framed_by: &str) -> String {
    let hash = |text: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let styles: Vec<String> = styles.iter().filter(|style| !style.is_empty()).map(hash).collect();
    // The script connects to nothing; programs that judge a page (Lighthouse) ask for /robots.txt from within it.
    let script = match script {
        "" => String::new(),
        script => format!("script-src {}; connect-src 'self'; ", hash(&script)),
    };
    format!(
        "default-src 'none'; {script}style-src {}; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors {framed_by}",
        styles.join(" ")
    )
}

/// A page's head and what is particular in it.
pub struct Head<'a> {
    pub title: String,
    pub description: String,
    /// Its address below the page's own, with its query but for the language.
    pub path: &'a str,
}

/// A whole document.
pub fn document(view: &View, head: &Head, main: &Markup) -> String {
    let words = view.words;
    let accent = theme::style(&view.page.look);
    let address = |language: Option<&str>| {
        let address = if head.path.is_empty() { view.page_url() } else { view.url(head.path) };
        let with = if address.contains('?') { '&' } else { '?' };
        language.map_or(address.clone(), |language| format!("{address}{with}lang={language}"))
    };
    let languages = &view.site.languages;
    // The page in its own language is the address without a choice; the others name theirs.
    let canonical = address(languages.first().is_some_and(|own| own != view.tag()).then_some(view.tag()));
    html! {
        (DOCTYPE)
        html lang=(words.tag) data-zone=[view.chosen_zone.then_some("chosen")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (head.title) }
                meta name="description" content=(head.description);
                link rel="canonical" href=(canonical);
                @if languages.len() > 1 {
                    @for tag in languages { link rel="alternate" hreflang=(tag) href=(address(Some(tag))); }
                    link rel="alternate" hreflang="x-default" href=(address(None));
                }
                link rel="alternate" type="application/atom+xml" title=(words.updates) href=(view.path("/history.atom"));
                link rel="alternate" type="application/rss+xml" title=(words.updates) href=(view.path("/history.rss"));
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE.as_str())) }
                @if !accent.is_empty() { style { (PreEscaped(accent)) } }
            }
            body {
                a.skip href="#main" { (words.skip) }
                (header(view, head))
                main #main { (main) }
                (foot(view))
                script { (PreEscaped(SCRIPT.as_str())) }
            }
        }
    }
    .into_string()
}

fn header(view: &View, head: &Head) -> Markup {
    let brand = html! {
        @match &view.site.logo {
            Some(logo) => img.logo src=(view.path(&format!("/{}", logo.name))) alt="" height="32";,
            None => (mark()),
        }
        span lang=[view.own_lang()] { (view.title()) }
    };
    let home = Some(view.page.look.home.as_str()).filter(|home| is_link(home));
    let query = head.path.split_once('?').map_or(String::new(), |(_, query)| format!("{query}&"));
    html! {
        header.site { div.wrap {
            @match home {
                Some(home) => a.brand href=(home) { (brand) },
                None => p.brand { (brand) },
            }
            @if view.site.languages.len() > 1 {
                nav aria-label=(view.words.language) { ul.languages {
                    @for tag in &view.site.languages {
                        li { a href=(format!("?{query}lang={tag}")) lang=(tag) hreflang=(tag) aria-current=[(tag == view.tag()).then_some("true")] { (own_name(tag)) } }
                    }
                } }
            }
        } }
    }
}

fn foot(view: &View) -> Markup {
    let links = view.page.look.links.iter().filter(|link| is_link(&link.address) && !link.label.is_empty());
    let links: Vec<_> = links.collect();
    html! {
        footer.foot { div.wrap {
            @if !links.is_empty() {
                nav aria-label=(view.words.links) { ul.plain {
                    @for link in links { li { a href=(link.address) lang=[view.lang(&link.label)] { (view.text(&link.label)) } } }
                } }
            }
            p.soft { (view.words.made_with) }
        } }
    }
}

/// Whether an address may be a link of the page: one of the web or of mail, never one that runs something.
pub fn is_link(address: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|start| address.starts_with(start))
}

/// The mark of Landbridge.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            path d="M2 15.5c3 0 3.5-1 4.5-3.5C7.8 8.8 9.5 7 12 7s4.2 1.8 5.5 5c1 2.5 1.5 3.5 4.5 3.5" {}
            path d="M2 19.5c1.7 0 1.7-1 3.3-1s1.7 1 3.4 1 1.6-1 3.3-1 1.7 1 3.3 1 1.7-1 3.4-1 1.6 1 3.3 1" {}
        }
    }
}

/// A short page that says why there is nothing, in each language that the fixed words are in.
pub struct Lone(pub [(&'static str, &'static str, &'static str); 4]);

/// There is no page.
pub static NO_PAGE: Lone = Lone([
    ("en", "There is no status page here", "The address may be mistyped, or the page is not public yet."),
    (
        "de",
        "Hier ist keine Statusseite",
        "Vielleicht ist die Adresse vertippt, oder die Seite ist noch nicht öffentlich.",
    ),
    (
        "fr",
        "Il n’y a pas de page d’état ici",
        "L’adresse est peut-être mal écrite, ou la page n’est pas encore publique.",
    ),
    ("it", "Qui non c’è una pagina di stato", "Forse l’indirizzo è scritto male, o la pagina non è ancora pubblica."),
]);

/// The name is not ours.
pub static NOT_OURS: Lone = Lone(
    [(
        "en",
        "This name leads nowhere",
        "No page is reached under this name here. Whoever runs this server: the app answers under the name in \
         LANDBRIDGE_BASE_URL, a status page under the name that is set in its look. A proxy in front has to pass on the \
         Host that it was asked for.",
    ); 4],
);

/// The database is not open.
pub static STARTING: Lone = Lone(
    [(
        "en",
        "Landbridge is starting",
        "The database is not open yet. Published status pages are served meanwhile. Try again in a moment.",
    ); 4],
);

/// The page that says it, in the language that a browser asks for.
pub fn lone(words: &Lone, headers: &HeaderMap) -> String {
    let offered = words::LANGUAGES.map(str::to_owned);
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (tag, title, text) = words.0[super::super::languages::by_header(&offered, accepted)];
    html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE.as_str())) }
            }
            body { main.lone { h1 { (title) } p { (text) } } }
        }
    }
    .into_string()
}

/// A document for the frame of another site: without header, foot and script.
pub fn framed(view: &View, title: &str, content: &Markup) -> String {
    let accent = theme::style(&view.page.look);
    html! {
        (DOCTYPE)
        html lang=(view.words.tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="canonical" href=(view.page_url());
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE.as_str())) }
                @if !accent.is_empty() { style { (PreEscaped(accent)) } }
            }
            body.framed { (content) }
        }
    }
    .into_string()
}

/// A style without comments and needless space. Only space beside `{`, `}`, `;` and `,` goes: elsewhere it may mean something.
fn minified(style: &str) -> String {
    let mut rest = style;
    let mut text = String::with_capacity(style.len());
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let glued = out.ends_with(['{', '}', ';', ',']) || word.starts_with(['{', '}', ';', ',']);
        if !out.is_empty() && !glued {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Tokens of the app alone.
    out.split_inclusive(';').filter(|one| !one.starts_with("--person-")).collect()
}

/// A script without its comment lines and indents.
fn minified_script(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The title of a page below the main one.
pub fn title_below(view: &View, title: &str) -> String {
    format!("{title} · {}", view.title())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_means_the_same_without_its_space() {
        let text = minified(
            "/* a */ .a > .b,\n  .c:not(.d) { margin: 0 auto; /* x; } */ color: red }\n--person-1: x; --z: 1;",
        );
        assert_eq!(text, ".a > .b,.c:not(.d){margin: 0 auto;color: red}--person-1: x;--z: 1;");
        assert!(!STYLE.contains("/*") && STYLE.matches('{').count() == STYLE.matches('}').count());
        assert!(!STYLE.contains("--person-"), "{}", STYLE.as_str());
    }

    #[test]
    fn links_run_nothing() {
        assert!(is_link("https://a.example") && is_link("mailto:a@b.example"));
        assert!(!is_link("javascript:alert(1)") && !is_link("data:text/html,x") && !is_link("//evil.example"));
    }
}
