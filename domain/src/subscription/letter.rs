//! The letters to subscribers: what asks them to confirm, and what tells them an occasion. Plain text, and the same as HTML.
//!
//! A letter is made once per language, not once per reader: tokens stand in it as their marks ([`Purpose::mark`]) until it is
//! sent.

use super::demand::What;
use super::words::{Words, fill};
use super::{Purpose, unmarked};
use crate::clock::Instant;
use crate::cohort::Window;
use crate::id::{ComponentNumber, IncidentNumber};
use crate::notice::letter::{escape, frame, from_text};
use crate::notice::words::{Words as Days, offset};
use crate::public_page::{PublicIncident, PublicPage, PublicWave, WaveState};
use crate::status_page::markdown;
use chrono::Offset;
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// What a letter says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// The addresses of what letters link to.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The address that users type, without a slash at the end.
    pub base_url: &'a str,
    pub slug: &'a str,
}

impl Links<'_> {
    /// The status page.
    pub fn page(&self) -> String {
        format!("{}/status/{}", self.base_url, self.slug)
    }

    /// Where a pending subscriber says yes.
    pub fn confirm(&self) -> String {
        format!("{}/status/subscription/{}", self.base_url, Purpose::Confirm.mark())
    }

    /// Where a subscriber changes what they are told.
    pub fn manage(&self) -> String {
        format!("{}/status/subscription/{}", self.base_url, Purpose::Manage.mark())
    }

    /// Where a subscriber ends it; mail programs post there by themselves (RFC 8058).
    pub fn stop(&self) -> String {
        format!("{}/status/unsubscribe/{}", self.base_url, Purpose::Stop.mark())
    }
}

/// Asks somebody whether it was them who asked.
pub fn confirm(page_name: &str, language: &str, links: Links<'_>) -> Letter {
    let words = Words::of(language);
    let name = one_line(page_name);
    let values = [("page", name.as_str())];
    let text = format!(
        "{}\n\n{}:\n{}\n\n{}\n\n{}\n",
        capitalized(&fill(words.confirm_text, &values)),
        words.confirm_button,
        links.confirm(),
        words.confirm_ignore,
        links.page(),
    );
    let subject = fill(words.confirm_subject, &values);
    Letter { subject, html: from_text(&text, words.tag), text }
}

/// Tells somebody who is subscribed that somebody asked: nobody else learns that they are.
pub fn known(page_name: &str, language: &str, links: Links<'_>) -> Letter {
    let words = Words::of(language);
    let name = one_line(page_name);
    let values = [("page", name.as_str())];
    let text = format!(
        "{}\n\n{}:\n{}\n\n--\n{}: {}\n",
        capitalized(&fill(words.known_text, &values)),
        words.manage_button,
        links.manage(),
        words.stop,
        links.stop(),
    );
    Letter { subject: format!("[{name}] {}", words.known_subject), html: from_text(&text, words.tag), text }
}

/// What a letter is built of.
struct Parts {
    title: String,
    /// Above the text, in a box: when it is.
    when: Option<[String; 2]>,
    intro: String,
    /// Markdown, and the language that it is in.
    body: String,
    body_language: String,
    affected: Vec<String>,
}

/// Tells an occasion; `None` if what happened is not on the page any more, or is not told by letters.
pub fn occasion(page: &PublicPage, what: &What, language: &str, links: Links<'_>) -> Option<Letter> {
    let words = Words::of(language);
    let fallback = page.content.languages.first().map_or("en", String::as_str);
    let title = |incident: &PublicIncident| one_line(incident.title.text(language, fallback));
    let plain = |title: String, intro: String| Parts {
        title,
        when: None,
        intro,
        body: String::new(),
        body_language: words.tag.to_owned(),
        affected: Vec::new(),
    };
    let parts = match what {
        What::Update { incident, update } => {
            let incident = incident_of(page, *incident)?;
            let update = incident.updates.iter().find(|known| known.number == *update)?;
            let (tag, body) = update.body.find(language, fallback).unwrap_or((words.tag, ""));
            let title = format!("{}: {}", words.state(update.state), title(incident));
            Parts {
                when: incident
                    .window
                    .filter(|_| !update.state.is_over())
                    .map(|window| self::when(window, page, language)),
                body: unmarked(body),
                body_language: tag.to_owned(),
                affected: affected(page, incident, language, fallback),
                ..plain(title, String::new())
            }
        }
        What::BeforeMaintenance { incident, starts, .. } => {
            let incident = incident_of(page, *incident)?;
            let window = incident.window.filter(|window| window.starts == *starts)?;
            let announced = incident.updates.last();
            let (tag, body) =
                announced.and_then(|update| update.body.find(language, fallback)).unwrap_or((words.tag, ""));
            let title = fill(words.before_subject, &[("title", &title(incident))]);
            Parts {
                when: Some(self::when(window, page, language)),
                body: unmarked(body),
                body_language: tag.to_owned(),
                affected: affected(page, incident, language, fallback),
                ..plain(title, words.before_text.to_owned())
            }
        }
        What::BeforeWave { wave, starts, .. } => {
            let wave = wave_of(page, *wave)?;
            let window = wave.window.filter(|window| window.starts == *starts)?;
            let name = one_line(&wave.name);
            let values = [("name", name.as_str())];
            let intro = fill(words.wave_before_text, &values);
            Parts {
                when: Some(self::when(window, page, language)),
                ..plain(fill(words.wave_before_subject, &values), intro)
            }
        }
        What::WaveStarted { wave } | What::WaveEnded { wave } => {
            let wave = wave_of(page, *wave)?;
            let state = if matches!(what, What::WaveEnded { .. }) { WaveState::Done } else { WaveState::Moving };
            let title = fill(words.wave(state), &[("name", &one_line(&wave.name))]);
            let window = wave.window.filter(|_| state == WaveState::Moving);
            Parts { when: window.map(|window| self::when(window, page, language)), ..plain(title, String::new()) }
        }
        What::Component { .. } => return None,
    };
    Some(letter(&parts, page, words, links))
}

fn letter(parts: &Parts, page: &PublicPage, words: &Words, links: Links<'_>) -> Letter {
    let name = one_line(&page.name);
    let mut head = vec![parts.title.clone()];
    if !parts.intro.is_empty() {
        head.push(parts.intro.clone());
    }
    if let Some([time, zone]) = &parts.when {
        head.push(format!("    {time}\n    {zone}"));
    }
    let mut tail = Vec::new();
    if !parts.affected.is_empty() {
        tail.push(fill(words.affected, &[("names", &parts.affected.join(", "))]));
    }
    tail.push(format!("{}:\n{}", words.see_page, links.page()));
    let why = fill(words.why, &[("page", &name)]);
    let foot = format!("{}\n{}: {}\n{}: {}", why, words.manage, links.manage(), words.stop, links.stop());

    let mut text = head.clone();
    if !parts.body.trim().is_empty() {
        text.push(parts.body.trim().to_owned());
    }
    text.extend(tail.clone());
    let text = format!("{}\n\n--\n{foot}\n", text.join("\n\n"));

    let mut html = format!("<h1>{}</h1>\n", escape(&parts.title));
    html.push_str(&inner(&from_text(&head[1..].join("\n\n"), words.tag)));
    if !parts.body.trim().is_empty() {
        let language = escape(&parts.body_language);
        html.push_str(&format!("<div lang=\"{language}\">{}</div>\n", markdown::html(&parts.body)));
    }
    html.push_str(&inner(&from_text(&tail.join("\n\n"), words.tag)));
    let link =
        |label: &str, address: &str| format!("<a class=\"m-link\" href=\"{}\">{}</a>", escape(address), escape(label));
    html.push_str(&format!(
        "<div class=\"m-soft\" style=\"padding-top: 16px; border-top: 1px solid #e3e5df; font-size: 14px; color: #55615d;\">\
         <p>{} {} · {}</p></div>\n",
        escape(&why),
        link(words.manage, &links.manage()),
        link(words.stop, &links.stop()),
    ));
    Letter { subject: format!("[{name}] {}", parts.title), text, html: frame(&html, words.tag) }
}

/// What stands between the frame's beginning and end, of a document that [`from_text`] made.
fn inner(document: &str) -> String {
    let body = document.split_once("<div class=\"m-body\"").and_then(|(_, rest)| rest.split_once('>'));
    let body = body.map_or("", |(_, rest)| rest);
    body.rsplit_once("</div>\n</body>").map_or(body, |(body, _)| body).trim_start().to_owned()
}

fn incident_of(page: &PublicPage, number: IncidentNumber) -> Option<&PublicIncident> {
    page.incidents.iter().find(|incident| incident.number == number)
}

fn wave_of(page: &PublicPage, number: crate::id::CohortNumber) -> Option<&PublicWave> {
    page.waves.iter().find(|wave| wave.number == number)
}

fn affected(page: &PublicPage, incident: &PublicIncident, language: &str, fallback: &str) -> Vec<String> {
    let named: BTreeSet<ComponentNumber> = incident.components.iter().map(|(number, _)| *number).collect();
    let components = page.components.iter().filter(|component| named.contains(&component.number));
    components.map(|component| one_line(component.name.text(language, fallback))).collect()
}

/// A window in the page's zone: its times, and the zone.
fn when(window: Window, page: &PublicPage, language: &str) -> [String; 2] {
    let zone: Tz = page.time_zone.parse().unwrap_or(Tz::UTC);
    let days = Days::of(language);
    let local = |at: Instant| at.with_timezone(&zone).naive_local();
    let (from, to) = (local(window.starts), local(window.ends));
    let end = if from.date() == to.date() { to.format("%H:%M").to_string() } else { days.time(to) };
    let times = fill(Words::of(language).from_to, &[("from", &days.time(from)), ("to", &end)]);
    let seconds = window.starts.with_timezone(&zone).offset().fix().local_minus_utc();
    [times, format!("{}, {}", zone.name(), offset(seconds))]
}

fn one_line(text: &str) -> String {
    let plain: String = unmarked(text).chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status_page::{IncidentKind, IncidentState, Localized};
    use crate::subscription::demand::tests::{at, incident, page, update, wave};

    const LINKS: Links<'static> = Links { base_url: "https://move.example", slug: "ledger-3" };

    #[test]
    fn an_update_is_told_in_the_readers_language_with_its_links() {
        let mut page = page();
        page.content.languages = vec!["en".into(), "de".into()];
        page.incidents.push(incident(1, IncidentKind::Incident, None));
        page.incidents[0].components = vec![(ComponentNumber(3), crate::status_page::ComponentState::PartialOutage)];
        let mut told = update(1, IncidentState::Monitoring, true, &[3]);
        told.body = Localized::one("de", "Zustellungen sind **wieder** aktuell.\n\n<script>alert(1)</script>");
        page.incidents[0].updates.push(told);
        let what = What::Update { incident: IncidentNumber(1), update: 1 };
        let letter = occasion(&page, &what, "de", LINKS).unwrap_or_default();
        assert_eq!(letter.subject, "[Ledger 3] Wird beobachtet: Webhooks arrive late");
        for part in
            ["Zustellungen sind **wieder** aktuell.", "Betrifft: Part", Purpose::Manage.mark(), Purpose::Stop.mark()]
        {
            assert!(letter.text.contains(part), "{part} in {}", letter.text);
        }
        assert!(letter.html.contains("<strong>wieder</strong>") && !letter.html.contains("<script"), "{}", letter.html);
        assert!(letter.html.contains("lang=\"de\"") && letter.html.contains(Purpose::Stop.mark()));
        assert_eq!(letter.html.matches("<html").count(), 1);
        let english = occasion(&page, &what, "en", LINKS).unwrap_or_default();
        assert!(
            english.subject.contains("Monitoring") && english.html.contains("<div lang=\"de\">"),
            "{}",
            english.html
        );
    }

    #[test]
    fn what_comes_says_when_and_where() {
        let mut page = page();
        page.waves.push(wave(3, WaveState::Planned, Some(10)));
        let what = What::BeforeWave { wave: crate::id::CohortNumber(3), starts: at(10), lead: 24 };
        let letter = occasion(&page, &what, "it", LINKS).unwrap_or_default();
        assert_eq!(letter.subject, "[Ledger 3] Wave 3 si trasferisce presto");
        assert!(letter.text.contains("Europe/Berlin, UTC+2") && letter.html.contains("m-box"), "{}", letter.text);
        page.waves[0].window = None;
        assert_eq!(occasion(&page, &what, "it", LINKS), None, "a window that has moved is not told any more");
    }

    #[test]
    fn nobody_writes_a_token_or_a_header_into_a_letter() {
        let mut page = page();
        page.name = format!("Evil\r\nBcc: all@example.com {}", Purpose::Manage.mark());
        page.incidents.push(incident(1, IncidentKind::Incident, None));
        page.incidents[0].title = Localized::one("en", "A\nB");
        let mut told = update(1, IncidentState::Resolved, true, &[]);
        told.body = Localized::one("en", &format!("x {} y", Purpose::Confirm.mark()));
        page.incidents[0].updates.push(told);
        let what = What::Update { incident: IncidentNumber(1), update: 1 };
        let letter = occasion(&page, &what, "fr", LINKS).unwrap_or_default();
        assert!(!letter.subject.contains(['\n', '\r', '\u{e000}']), "{}", letter.subject);
        assert!(!letter.text.contains(Purpose::Confirm.mark()) && !letter.html.contains(Purpose::Confirm.mark()));
    }

    #[test]
    fn asking_says_how_to_say_yes_and_that_doing_nothing_is_fine() {
        for language in super::super::words::LANGUAGES {
            let letter = confirm("Ledger", language, LINKS);
            assert!(letter.text.contains(&LINKS.confirm()) && letter.html.contains("m-button"), "{}", letter.html);
            assert!(!letter.text.contains(Purpose::Manage.mark()), "who has not confirmed has nothing to manage");
            let again = known("Ledger", language, LINKS);
            assert!(again.text.contains(&LINKS.manage()) && !again.text.contains(&LINKS.confirm()));
        }
    }
}
