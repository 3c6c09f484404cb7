//! The page in small, for a frame on the company's own site.

use super::{View, chart, icons, shell};
use maud::html;

/// The widget as HTML. A frame, not a script: what runs on the company's site stays the company's alone.
pub fn document(view: &View) -> String {
    let (page, words) = (view.page, view.words);
    let content = html! {
        main class=(format!("widget {}", view.tone().class())) {
            p.big-state { (icons::tone(view.tone())) (view.short_state()) }
            h1 lang=[view.own_lang()] { (view.title()) }
            p lang=[view.sentence_lang()] { (view.sentence()) }
            @for incident in view.open_incidents().take(2) {
                p.trouble { (icons::alert()) span { (words.open_problem) " " span lang=[view.lang(&incident.title)] { (view.text(&incident.title)) } } }
            }
            @if page.progress.of > 0 { (chart::bar(page.progress, &page.waves)) }
            p { a href=(view.page_url()) target="_blank" rel="noopener" { (words.updates) } }
        }
    };
    shell::framed(view, view.title(), &content)
}
