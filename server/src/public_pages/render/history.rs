//! What happened, by month.

use super::super::site::Month;
use super::shell::{self, Head};
use super::{View, parts};
use domain::public_page::PublicIncident;
use maud::{Markup, html};

/// Most of one month that a page shows; all of them are in the feeds and the API.
const OF_A_MONTH: usize = 200;

/// The page of a month.
pub fn document(view: &View, month: Month) -> String {
    let words = view.words;
    let name = words.month(month.0, month.1);
    let months = &view.site.months;
    let place = months.iter().position(|one| *one == month);
    let path = if place.is_some() { format!("/history?month={}", machine(month)) } else { "/history".to_owned() };
    let found: Vec<_> = view.site.past().filter(|one| view.site.month_of(one) == month).take(OF_A_MONTH).collect();
    let title = if place.is_some() { format!("{}, {name}", words.history) } else { words.history.to_owned() };
    let head = Head {
        title: shell::title_below(view, &title),
        description: format!("{title}. {}", view.title()),
        path: &path,
    };
    let language = parts::language_query(view).replace('?', "&");
    let to = |month: &Month| view.path(&format!("/history?month={}{language}", machine(*month)));
    let earlier = place.and_then(|place| months.get(place + 1));
    let later = place.and_then(|place| months.get(place.checked_sub(1)?));
    let main = html! {
        div.wrap.single {
            p { a.hit href=(view.path(&parts::language_query(view))) { "← " (words.back) } }
            h1 { (title) }
            @if found.is_empty() {
                p.soft { (words.nothing_yet) }
            } @else {
                (parts::zone_note(view))
                ol.history.plain { @for incident in found { (item(view, incident)) } }
            }
            @if earlier.is_some() || later.is_some() {
                nav.months aria-label=(words.history) {
                    @if let Some(month) = earlier { a.hit rel="prev" href=(to(month)) { "← " (words.earlier) ": " (words.month(month.0, month.1)) } }
                    @if let Some(month) = later { a.hit rel="next" href=(to(month)) { (words.later) ": " (words.month(month.0, month.1)) " →" } }
                }
            }
        }
    };
    shell::document(view, &head, &main)
}

/// One thing that happened.
pub fn item(view: &View, incident: &PublicIncident) -> Markup {
    html! {
        li {
            (parts::moment(view, incident.started))
            div {
                p { a href=(parts::incident_path(view, incident)) lang=[view.lang(&incident.title)] { (view.text(&incident.title)) } }
                p.facts { (parts::incident_pill(view, incident)) (parts::impact(view, incident)) }
            }
        }
    }
}

fn machine((year, month): Month) -> String {
    format!("{year:04}-{month:02}")
}
