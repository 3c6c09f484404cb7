//! The HTML part of a message: a quiet frame around what the template says, or around its text.
//!
//! Everything is inline but the colours of dark mode, because mail programs drop what else stands in a head.

use std::fmt::Write;

const BODY: &str = "max-width: 600px; margin: 0 auto; padding: 24px 20px; background: #ffffff; color: #18211f; \
font-family: -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 16px; line-height: 1.5;";
const PARAGRAPH: &str = "margin: 0 0 16px;";
const LIST: &str = "margin: 0 0 16px; padding: 0 0 0 24px;";
const LINK: &str = "color: #0b6e69;";
const BUTTON: &str = "display: inline-block; padding: 12px 20px; background: #0b6e69; color: #ffffff; font-weight: 700; \
text-decoration: none; border-radius: 6px;";
const BOX: &str = "margin: 0 0 20px; padding: 16px; background: #e2f1ef; border-left: 4px solid #0b6e69;";
const SOFT: &str = "font-size: 14px; color: #55615d;";

/// Colours of dark mode, and how plain elements of a template's own HTML look.
const STYLE: &str = "
  body { margin: 0; background: #ffffff; }
  .m-body h1, .m-body h2, .m-body h3 { margin: 0 0 8px; font-size: 18px; line-height: 1.3; }
  .m-body p { margin: 0 0 16px; }
  .m-body a { color: #0b6e69; }
  .m-body a.button { display: inline-block; padding: 12px 20px; background: #0b6e69; color: #ffffff; font-weight: 700; text-decoration: none; border-radius: 6px; }
  @media (prefers-color-scheme: dark) {
    body, .m-body { background: #171c1b !important; color: #e8ecea !important; }
    .m-soft { color: #a3aeaa !important; }
    .m-box { background: #12302d !important; border-color: #4fc3ba !important; }
    .m-body a { color: #4fc3ba !important; }
    .m-body a.m-button, .m-body a.button { background: #4fc3ba !important; color: #06211f !important; }
  }
";

/// The whole document around a template's HTML. One that is a document already stays as it is.
pub(crate) fn frame(body: &str, language: &str) -> String {
    let start: String = body.trim_start().chars().take(9).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        return body.to_owned();
    }
    let language = escape(language);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <div class=\"m-body\" lang=\"{language}\" style=\"{BODY}\">\n{}\n</div>\n</body>\n</html>\n",
        body.trim()
    )
}

/// The whole document from a text: paragraphs, lists, links. A paragraph that is indented stands in a box; a line that
/// ends in a colon, with nothing but an address under it, is the button, with its address in plain sight.
pub(crate) fn from_text(text: &str, language: &str) -> String {
    let mut html = String::new();
    let mut has_button = false;
    let mut paragraph: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            paragraph.push(line.trim_end());
            continue;
        }
        if !paragraph.is_empty() {
            html.push_str(&block(&paragraph, language, &mut has_button));
            paragraph.clear();
        }
    }
    frame(&html, language)
}

fn block(lines: &[&str], language: &str, has_button: &mut bool) -> String {
    if let [label, address] = lines
        && let Some(label) = label.trim().strip_suffix(':')
        && is_address(address.trim())
    {
        let first = !std::mem::replace(has_button, true);
        return action(label, address.trim(), language, first);
    }
    let items =
        |marker: fn(&str) -> Option<&str>| lines.iter().map(|line| marker(line.trim())).collect::<Option<Vec<_>>>();
    if let Some(items) = items(|line| line.strip_prefix("- ").or_else(|| line.strip_prefix("• "))) {
        return list("ul", &items);
    }
    if let Some(items) = items(numbered) {
        return list("ol", &items);
    }
    let inner: Vec<String> = lines.iter().map(|line| linked(line.trim())).collect();
    if lines.iter().all(|line| line.starts_with("    ")) {
        let mut boxed = format!("<div class=\"m-box\" style=\"{BOX}\">");
        for (index, line) in inner.iter().enumerate() {
            let strong = "display: block; font-size: 20px; line-height: 1.3;";
            // Writing into a string cannot fail.
            let _ = match index {
                0 => write!(boxed, "<strong style=\"{strong}\">{line}</strong>"),
                1 => write!(boxed, "<span>{line}</span>"),
                _ => write!(boxed, "<br><span>{line}</span>"),
            };
        }
        return boxed + "</div>\n";
    }
    format!("<p style=\"{PARAGRAPH}\">{}</p>\n", inner.join("<br>"))
}

fn action(label: &str, address: &str, language: &str, first: bool) -> String {
    let (label, address) = (escape(label), escape(address));
    let link = format!("<a class=\"m-link\" href=\"{address}\" style=\"{LINK}\">{address}</a>");
    if !first {
        return format!("<p style=\"{PARAGRAPH}\">{label}:<br>{link}</p>\n");
    }
    let or = match language.split('-').next().unwrap_or(language) {
        "de" => "Oder öffnen Sie diese Adresse:",
        "fr" => "Ou ouvrez cette adresse :",
        "es" => "O abra esta dirección:",
        "it" => "Oppure apra questo indirizzo:",
        "nl" => "Of open dit adres:",
        "en" => "Or open this address:",
        _ => "",
    };
    format!(
        "<p style=\"margin: 0 0 12px;\"><a class=\"m-button\" href=\"{address}\" style=\"{BUTTON}\">{label}</a></p>\n\
         <p class=\"m-soft\" style=\"margin: 0 0 24px; {SOFT}\">{or} {link}</p>\n"
    )
}

fn list(tag: &str, items: &[&str]) -> String {
    let items: String =
        items.iter().map(|item| format!("<li style=\"margin: 0 0 6px;\">{}</li>", linked(item))).collect();
    format!("<{tag} style=\"{LIST}\">{items}</{tag}>\n")
}

/// What follows `1. `.
fn numbered(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) && !text.contains(char::is_whitespace)
}

/// A line with its addresses as links.
fn linked(line: &str) -> String {
    let mut html = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            html.push(' ');
        }
        let address = word.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
        if is_address(address) {
            let (address, rest) = (escape(address), escape(&word[address.len()..]));
            html.push_str(&format!("<a class=\"m-link\" href=\"{address}\" style=\"{LINK}\">{address}</a>{rest}"));
        } else {
            html.push_str(&escape(word));
        }
    }
    html
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
    }
    escaped
}
