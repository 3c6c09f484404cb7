//! One incident or maintenance with all of its updates.

use super::shell::{self, Head};
use super::{View, parts};
use domain::public_page::PublicIncident;
use maud::{Markup, html};

/// Its page.
pub fn document(view: &View, incident: &PublicIncident) -> String {
    let title = view.text(&incident.title);
    let words = view.words;
    let path = format!("/incidents/{}", incident.number);
    let state = words.incident(incident.state);
    let head = Head {
        title: shell::title_below(view, &format!("{title}: {state}")),
        description: format!("{title}: {state}. {}", view.title()),
        path: &path,
    };
    let main = html! {
        div.wrap.single {
            p { a.hit href=(view.path(&parts::language_query(view))) { "← " (words.back) } }
            h1 lang=[view.lang(&incident.title)] { (title) }
            p.facts { (parts::incident_pill(view, incident)) (parts::impact(view, incident)) }
            (times(view, incident))
            (parts::zone_note(view))
            section aria-labelledby="updates" {
                h2 #updates { (words.updates) }
                ol.updates.plain { @for update in incident.updates.iter().rev() { (parts::update(view, incident, update, true)) } }
            }
        }
    };
    shell::document(view, &head, &main)
}

/// When it is, or was.
fn times(view: &View, incident: &PublicIncident) -> Markup {
    html! {
        @match &incident.window {
            Some(window) => p.when { (parts::window(view, window)) },
            None => p.when {
                (view.words.began) ": " (parts::moment(view, incident.started)) ". "
                @if let Some(ended) = incident.ended { (view.words.ended) ": " (parts::moment(view, ended)) "." }
            },
        }
    }
}
