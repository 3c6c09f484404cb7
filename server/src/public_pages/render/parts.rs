//! Pieces that several pages are made of.

use super::super::zones;
use super::{View, icons};
use chrono::SecondsFormat;
use domain::clock::Instant;
use domain::cohort::Window;
use domain::public_page::{PublicIncident, PublicUpdate};
use domain::status_page::{ComponentState, Impact, IncidentKind, IncidentState, Localized, markdown};
use maud::{Markup, PreEscaped, html};

/// Longer texts are cut on the main page and whole on the incident's own.
const CUT: usize = 1_200;

/// An instant as the view's wall clock shows it; the script may rewrite it.
pub fn moment(view: &View, at: Instant) -> Markup {
    let local = view.local(at);
    let text = view.words.moment(local, view.other_year(local));
    html! { time datetime=(machine(at)) data-t="s" { (text) } }
}

/// `Tuesday 26 May, 00:30 to 04:30`.
pub fn window(view: &View, window: &Window) -> Markup {
    let (from, to) = (view.local(window.starts), view.local(window.ends));
    let end = if from.date() == to.date() {
        to.format("%H:%M").to_string()
    } else {
        view.words.moment(to, view.other_year(to))
    };
    html! {
        (moment(view, window.starts)) " " (view.words.to) " "
        time datetime=(machine(window.ends)) data-t="e" { (end) }
    }
}

fn machine(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// In which zone the page's times are, and the form that chooses another without script.
pub fn zone_form(view: &View) -> Markup {
    let now = view.page.updated_at;
    let label = zones::label(view.zone, now);
    html! {
        form.zone method="get" {
            @if view.site.languages.first().is_none_or(|own| own != view.tag()) {
                input type="hidden" name="lang" value=(view.tag());
            }
            label for="tz" data-own=(view.words.own_zone) { (view.words.times_in) " " (label) "." }
            span.choose {
                select.input #tz name="tz" {
                    @for zone in &view.site.zones {
                        option value=(zone.name()) selected[*zone == view.zone] { (zones::label(*zone, now)) }
                    }
                }
                button.button type="submit" { (view.words.change) }
            }
        }
    }
}

/// The same where there are only times and no choice.
pub fn zone_note(view: &View) -> Markup {
    let label = zones::label(view.zone, view.page.updated_at);
    html! { p.soft data-own=(view.words.own_zone) { (view.words.times_in) " " (label) "." } }
}

/// A state's pill.
pub fn pill(class: &str, icon: &Markup, word: &str) -> Markup {
    html! { span class=(format!("state {class}")) { (icon) (word) } }
}

/// How a component works.
pub fn component_pill(view: &View, state: ComponentState) -> Markup {
    pill(icons::component_class(state), &icons::component(state), view.words.component(state))
}

/// How far an incident is.
pub fn incident_pill(view: &View, incident: &PublicIncident) -> Markup {
    let (class, icon) = match (incident.kind, incident.state) {
        (_, state) if state.is_over() => ("ok", icons::component(ComponentState::Operational)),
        (IncidentKind::Maintenance, IncidentState::Scheduled) => ("planned", icons::calendar()),
        (IncidentKind::Maintenance, _) => ("maintenance", icons::component(ComponentState::UnderMaintenance)),
        (IncidentKind::Incident, IncidentState::Monitoring) => {
            ("degraded", icons::component(ComponentState::DegradedPerformance))
        }
        (IncidentKind::Incident, _) if incident.impact >= Impact::Major => {
            ("down", icons::component(ComponentState::MajorOutage))
        }
        (IncidentKind::Incident, _) => ("degraded", icons::alert()),
    };
    pill(class, &icon, view.words.incident(incident.state))
}

/// `minor, affects Webhooks`.
pub fn impact(view: &View, incident: &PublicIncident) -> Markup {
    let named = incident.components.iter().filter_map(|(number, _)| {
        let found = view.page.components.iter().find(|component| component.number == *number)?;
        Some(view.text(&found.name).to_owned())
    });
    let named: Vec<String> = named.collect();
    let word = (incident.kind == IncidentKind::Incident).then(|| view.words.impact(incident.impact));
    html! {
        @if word.is_some() || !named.is_empty() {
            span.impact {
                @if let Some(word) = word { (word) }
                @if word.is_some() && !named.is_empty() { ", " }
                @if !named.is_empty() { (view.words.affects) " " (view.words.list(&named)) }
            }
        }
    }
}

/// Markdown of the page's texts. Its headings come below those of the page.
pub fn text(view: &View, text: &Localized) -> Markup {
    html! { div.text lang=[view.lang(text)] { (PreEscaped(lowered(&markdown::html(view.text(text))))) } }
}

/// Markdown without the paragraph around a single one, for one line.
pub fn line(view: &View, text: &Localized) -> Markup {
    let html = lowered(&markdown::html(view.text(text)));
    let inner = html.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    match inner.filter(|inner| !inner.contains("<p>")) {
        Some(inner) => html! { p lang=[view.lang(text)] { (PreEscaped(inner)) } },
        None => self::text(view, text),
    }
}

/// Every `<h1>` that a text makes becomes an `<h4>`. A `<` that somebody wrote is `&lt;` here.
fn lowered(html: &str) -> String {
    let mut text = html.to_owned();
    for (level, lower) in [(6, 6), (5, 6), (4, 6), (3, 6), (2, 5), (1, 4)] {
        text = text.replace(&format!("<h{level}>"), &format!("<h{lower}>"));
        text = text.replace(&format!("</h{level}>"), &format!("</h{lower}>"));
    }
    text
}

/// The first paragraphs of a long text; whether something was cut.
fn cut(text: &str) -> (&str, bool) {
    if text.len() <= CUT {
        return (text, false);
    }
    let mut end = CUT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    // At the end of a paragraph, of a line, of a word: whatever there is.
    let at = ["\n\n", "\n", " "].iter().find_map(|gap| head.rfind(gap).filter(|at| *at > CUT / 3));
    (&head[..at.unwrap_or(end)], true)
}

/// An update. `whole`: with all of its text, else with the beginning of a long one.
pub fn update(view: &View, incident: &PublicIncident, update: &PublicUpdate, whole: bool) -> Markup {
    let body = view.text(&update.body);
    let (shown, more) = if whole { (body, false) } else { cut(body) };
    html! {
        li id=[whole.then(|| format!("update-{}", update.number))] {
            b { (view.words.incident(update.state)) } " " (moment(view, update.at))
            div.text lang=[view.lang(&update.body)] { (PreEscaped(lowered(&markdown::html(shown)))) }
            @if more {
                p { a href=(incident_path(view, incident)) { "… " (view.words.all_updates) } }
            }
        }
    }
}

/// An incident's own page.
pub fn incident_path(view: &View, incident: &PublicIncident) -> String {
    view.path(&format!("/incidents/{}{}", incident.number, language_query(view)))
}

/// Keeps the language where it is not the page's own.
pub fn language_query(view: &View) -> String {
    if view.site.languages.first().is_some_and(|own| own == view.tag()) {
        String::new()
    } else {
        format!("?lang={}", view.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_where_it_hurts_least() {
        let short = "a".repeat(CUT);
        assert_eq!(cut(&short), (short.as_str(), false));
        let paragraphs = format!("{}\n\n{}", "b".repeat(700), "c".repeat(700));
        assert_eq!(cut(&paragraphs), ("b".repeat(700).as_str(), true));
        let letters = "ü".repeat(CUT);
        assert!(cut(&letters).1 && cut(&letters).0.len() <= CUT);
    }

    #[test]
    fn headings_of_texts_come_below_those_of_the_page() {
        let html = lowered(&markdown::html("# A\n## B\n### C <h1>\n"));
        assert!(html.contains("<h4>") && html.contains("<h5>") && html.contains("<h6>"), "{html}");
        assert!(!html.contains("<h1>") && !html.contains("<h2>") && !html.contains("<h3>"), "{html}");
    }
}
