//! The page itself.

use super::shell::{self, Head};
use super::{View, chart, icons, parts, wave_tone};
use domain::public_page::{Overall, PublicComponent, PublicIncident, PublicPart, PublicWave, WaveState};
use domain::status_page::ComponentState;
use maud::{Markup, html};

/// Incidents with their updates, updates of one, maintenance, and what is over: as many as one page bears.
const INCIDENTS: usize = 6;
const UPDATES: usize = 4;
const MAINTENANCE: usize = 12;
const PAST: usize = 5;
/// Waves and tasks of a page that is still read to its end.
const WAVES: usize = 60;

/// The page as HTML.
pub fn document(view: &View) -> String {
    let sentence = view.sentence();
    let head =
        Head { title: format!("{} · {}", view.short_state(), view.title()), description: sentence.clone(), path: "" };
    let main = html! {
        (banner(view))
        (hero(view, &sentence))
        div.wrap.columns {
            div.main {
                (incidents(view))
                (maintenance(view, true))
                (waves(view))
                (tasks(view))
                (changes(view))
                (components(view))
                (maintenance(view, false))
                (chart::over_time(view))
                (questions(view))
                (contact(view))
                (others(view))
                (past(view))
            }
            aside.aside aria-labelledby="subscribe" { (subscribe(view)) }
        }
    };
    shell::document(view, &head, &main)
}

fn banner(view: &View) -> Markup {
    let banner = &view.page.content.banner;
    html! {
        @if !banner.is_empty() { div.banner { div.wrap { (icons::alert()) (parts::line(view, banner)) } } }
    }
}

fn hero(view: &View, sentence: &str) -> Markup {
    let (page, words) = (view.page, view.words);
    let lead = &page.content.lead;
    let by = words.all_by.replace("{}", &words.day(page.deadline, true));
    html! {
        div class=(format!("hero {}", view.tone().class())) { div.wrap {
            p.big-state { (icons::tone(view.tone())) (words.overall(page.overall)) }
            h1 lang=[view.sentence_lang()] { (sentence) }
            @if !lead.is_empty() { p.lead lang=[view.lang(lead)] { (view.text(lead)) } }
            @for incident in view.open_incidents().take(3) {
                p.trouble { (icons::alert()) span { (words.open_problem) " " a href=(format!("#incident-{}", incident.number)) lang=[view.lang(&incident.title)] { (view.text(&incident.title)) } } }
            }
            @if page.progress.of > 0 {
                div.progress {
                    p { b { (have_moved(view, page.progress.moved, page.progress.of)) }
                        @if page.overall != Overall::Done { span.soft { (by) } } }
                    (chart::bar(page.progress, &page.waves))
                }
            }
            p.as-of.soft {
                (before(words.updated)) (parts::moment(view, page.updated_at)) (after(words.updated))
                " " a href="" { (words.reload) }
            }
            p.narrow-only { a.button href="#subscribe" { (icons::bell()) (words.subscribe) } }
        } }
    }
}

/// What stands before and after the place of a sentence that takes markup.
fn before(text: &str) -> &str {
    text.split_once("{}").map_or(text, |(before, _)| before)
}

fn after(text: &str) -> &str {
    text.split_once("{}").map_or("", |(_, after)| after)
}

fn have_moved(view: &View, moved: u32, of: u32) -> String {
    let words = view.words;
    words.have_moved.replace("{moved}", &words.number(moved)).replace("{of}", &words.number(of))
}

fn incidents(view: &View) -> Markup {
    let open: Vec<_> = view.open_incidents().collect();
    let (shown, rest) = open.split_at(open.len().min(INCIDENTS));
    html! {
        @for incident in shown { (open_incident(view, incident)) }
        @if !rest.is_empty() {
            section aria-labelledby="more-open" {
                h2 #more-open { (view.words.more_open) }
                ul.maintenance.card.plain {
                    @for incident in rest.iter().take(PAST * 4) {
                        li { h3 lang=[view.lang(&incident.title)] { a href=(parts::incident_path(view, incident)) { (view.text(&incident.title)) } } p { (parts::incident_pill(view, incident)) } }
                    }
                }
            }
        }
    }
}

fn open_incident(view: &View, incident: &PublicIncident) -> Markup {
    let id = format!("incident-{}", incident.number);
    html! {
        section.card.notice aria-labelledby=(id) {
            header {
                h2 id=(id) lang=[view.lang(&incident.title)] { (view.text(&incident.title)) }
                (parts::incident_pill(view, incident)) (parts::impact(view, incident))
            }
            ol.updates.plain { @for update in incident.updates.iter().rev().take(UPDATES) { (parts::update(view, incident, update, false)) } }
            @if incident.updates.len() > UPDATES {
                p { a.hit href=(parts::incident_path(view, incident)) { (view.words.all_updates) } }
            }
        }
    }
}

fn maintenance(view: &View, running: bool) -> Markup {
    let found: Vec<_> = view.maintenance(running).into_iter().filter(|one| !stands_for_a_wave(view, one)).collect();
    let (id, title) =
        if running { ("maintenance-now", view.words.maintenance_now) } else { ("maintenance", view.words.maintenance) };
    html! {
        @if !found.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                ul.maintenance.card.plain {
                    @for one in found.iter().take(MAINTENANCE) {
                        li {
                            h3 lang=[view.lang(&one.title)] { a href=(parts::incident_path(view, one)) { (view.text(&one.title)) } }
                            p.facts { (parts::incident_pill(view, one)) (parts::impact(view, one)) }
                            @if let Some(window) = &one.window { p.when { (parts::window(view, window)) } }
                        }
                    }
                }
                @if !running {
                    p { a.hit href=(view.path("/calendar.ics")) { (icons::calendar()) (view.words.add_to_calendar) } }
                }
            }
        }
    }
}

/// Whether the list of waves says already what there is to say of a maintenance: when it is, and that it is under way.
fn stands_for_a_wave(view: &View, maintenance: &PublicIncident) -> bool {
    maintenance.components.is_empty() && view.page.waves.iter().any(|wave| is_of_wave(maintenance, wave))
}

fn is_of_wave(maintenance: &PublicIncident, wave: &PublicWave) -> bool {
    wave.window.is_some() && maintenance.window == wave.window
}

fn waves(view: &View) -> Markup {
    let page = view.page;
    html! {
        section aria-labelledby="waves" {
            h2 #waves { (view.words.waves) }
            @if page.waves.is_empty() {
                p.soft { (view.words.no_waves) }
            } @else {
                (parts::zone_form(view))
                (wave_list(view, &page.waves))
            }
        }
    }
}

fn wave_list(view: &View, waves: &[PublicWave]) -> Markup {
    html! { ol.windows.card.plain { @for wave in waves.iter().take(WAVES) { (wave_item(view, wave)) } } }
}

fn wave_item(view: &View, wave: &PublicWave) -> Markup {
    let words = view.words;
    let name = words.wave_name(&wave.name);
    // A name that was given is in the page's own language.
    let lang = if name == wave.name { view.own_lang() } else { None };
    let state = match wave.state {
        WaveState::Moving | WaveState::Held if wave.progress.of > 0 => {
            format!("{}, {}\u{a0}%", words.wave_state(wave.state), wave.progress.percent())
        }
        state => words.wave_state(state).to_owned(),
    };
    let tone = wave_tone(wave.state);
    let told = view.site.incidents().find(|one| is_of_wave(one, wave));
    html! {
        li.now[wave.state == WaveState::Moving] {
            h3 lang=[lang] {
                @match told {
                    Some(told) => a href=(parts::incident_path(view, told)) { (name) },
                    None => (name),
                }
            }
            (parts::pill(tone.class(), &icons::tone(tone), &state))
            @match &wave.window {
                Some(window) => p.when { (parts::window(view, window)) },
                None => p.when.soft { (words.no_date) },
            }
        }
    }
}

fn tasks(view: &View) -> Markup {
    let tasks = &view.page.content.tasks;
    html! {
        @if !tasks.is_empty() {
            section aria-labelledby="todo" {
                h2 #todo { (view.words.tasks) }
                ol.todo.card.plain {
                    @for task in tasks.iter().take(WAVES) {
                        li {
                            h3 lang=[view.lang(&task.title)] { (view.text(&task.title)) }
                            div {
                                @if task.who.is_empty() { p.who { (view.words.everyone) } }
                                @else { p.who lang=[view.lang(&task.who)] { (view.text(&task.who)) } }
                                @if !task.text.is_empty() { (parts::text(view, &task.text)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn changes(view: &View) -> Markup {
    let (page, words) = (view.page, view.words);
    let (changes, stays) = (&page.content.changes, &page.content.stays);
    html! {
        @if !changes.is_empty() || !stays.is_empty() {
            section.changes aria-labelledby="changes" {
                h2 #changes { (words.changes) }
                div.two {
                    @if !changes.is_empty() { div { h3 { (words.different) } (parts::text(view, changes)) } }
                    @if !stays.is_empty() { div { h3 { (words.stays) } (parts::text(view, stays)) } }
                }
            }
        } @else if !page.description.trim().is_empty() {
            section aria-labelledby="changes" {
                h2 #changes { (words.changes) }
                @for paragraph in page.description.lines().filter(|line| !line.trim().is_empty()) {
                    p lang=[view.own_lang()] { (paragraph) }
                }
            }
        }
    }
}

fn components(view: &View) -> Markup {
    let all = &view.page.components;
    let shown = |one: &&PublicComponent| !one.only_if_degraded || one.state != ComponentState::Operational;
    let top: Vec<_> = all.iter().filter(|one| one.group.is_none()).filter(shown).collect();
    let parts_of = |group: &PublicComponent| {
        let number = group.number;
        all.iter().filter(move |one| one.group == Some(number)).filter(shown).collect::<Vec<_>>()
    };
    html! {
        @if !top.is_empty() {
            section aria-labelledby="components" {
                h2 #components { (view.words.components) }
                ul.components.card.plain {
                    @for one in top {
                        @let inside = if one.is_group { parts_of(one) } else { Vec::new() };
                        @if !one.is_group { li { (component(view, one)) } }
                        @else if !inside.is_empty() {
                            li.group {
                                (component(view, one))
                                ul.plain { @for part in inside { li { (component(view, part)) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn component(view: &View, one: &PublicComponent) -> Markup {
    html! {
        span.name lang=[view.lang(&one.name)] { (view.text(&one.name)) }
        (parts::component_pill(view, one.state))
        @if !one.description.is_empty() {
            small.soft lang=[view.lang(&one.description)] { (view.text(&one.description)) }
        }
    }
}

fn questions(view: &View) -> Markup {
    let questions = &view.page.content.questions;
    html! {
        @if !questions.is_empty() {
            section.qa aria-labelledby="qa" {
                h2 #qa { (view.words.questions) }
                @for one in questions.iter().take(WAVES) {
                    details {
                        summary lang=[view.lang(&one.question)] { (view.text(&one.question)) (icons::down()) }
                        (parts::text(view, &one.answer))
                    }
                }
            }
        }
    }
}

fn contact(view: &View) -> Markup {
    let contact = &view.page.content.contact;
    html! {
        @if !contact.is_empty() {
            section aria-labelledby="contact" { h2 #contact { (view.words.contact) } (parts::text(view, contact)) }
        }
    }
}

fn others(view: &View) -> Markup {
    html! {
        @if !view.page.also.is_empty() {
            section aria-labelledby="others" {
                h2 #others { (view.words.others) }
                @for part in &view.page.also { (other(view, part)) }
            }
        }
    }
}

fn other(view: &View, part: &PublicPart) -> Markup {
    let (words, tone) = (view.words, super::tone(part.overall));
    html! {
        div class=(format!("other card {}", tone.class())) {
            header {
                h3 { a href=(format!("/status/{}{}", part.slug, parts::language_query(view))) lang=[view.own_lang()] { (part.name) } }
                (parts::pill(tone.class(), &icons::tone(tone), words.overall(part.overall)))
            }
            @if part.progress.of > 0 {
                div.progress {
                    p { span { (have_moved(view, part.progress.moved, part.progress.of)) } @if part.overall != Overall::Done { span.soft { (words.all_by.replace("{}", &words.day(part.deadline, true))) } } }
                    (chart::bar(part.progress, &part.waves))
                }
            }
            @if !part.waves.is_empty() {
                details { summary { (words.waves) (icons::down()) } (wave_list(view, &part.waves)) }
            }
        }
    }
}

fn past(view: &View) -> Markup {
    let over: Vec<_> = view.site.past().filter(|incident| incident.state.is_over()).take(PAST).collect();
    html! {
        section aria-labelledby="history" {
            h2 #history { (view.words.history) }
            @if over.is_empty() { p.soft { (view.words.nothing_yet) } }
            @else {
                ol.history.plain { @for incident in over { (super::history::item(view, incident)) } }
                p { a.hit href=(view.path(&format!("/history{}", parts::language_query(view)))) { (view.words.all_history) } }
            }
        }
    }
}

fn subscribe(view: &View) -> Markup {
    let (page, words) = (view.page, view.words);
    let parts_of_service: Vec<_> =
        page.components.iter().filter(|one| !one.is_group && !one.only_if_degraded).collect();
    let choice = |name: &str, value: &str, lang: Option<&str>, text: &str, checked: bool| {
        html! { label.choice { input type="checkbox" name=(name) value=(value) checked[checked]; span lang=[lang] { (text) } } }
    };
    html! {
        div.card.subscribe {
            h2 #subscribe { (words.subscribe) }
            form method="post" action=(view.path("/subscribe")) {
                label.top for="email" { (words.email) }
                input.input #email name="email" type="email" autocomplete="email" required maxlength="254";
                input type="hidden" name="language" value=(view.tag());
                fieldset {
                    legend { (words.tell_me) }
                    (choice("events", "before", None, words.tell_before, true))
                    (choice("events", "start_end", None, words.tell_start_end, true))
                    (choice("events", "incidents", None, words.tell_incidents, true))
                }
                @if !page.waves.is_empty() || !parts_of_service.is_empty() {
                    details {
                        summary { (words.only_some) (icons::down()) }
                        fieldset {
                            legend.visually-hidden { (words.waves_and_parts) }
                            @for wave in page.waves.iter().take(WAVES) {
                                (choice("waves", &wave.number.to_string(), None, &words.wave_name(&wave.name), false))
                            }
                            @for one in parts_of_service {
                                (choice("components", &one.number.to_string(), view.lang(&one.name), view.text(&one.name), false))
                            }
                        }
                    }
                }
                button.button.primary type="submit" { (words.do_subscribe) }
                small { (words.subscribe_note) }
            }
            ul.feeds.plain {
                li { a href=(view.path("/history.atom")) { (icons::feed()) "Atom" } }
                li { a href=(view.path("/history.rss")) { (icons::feed()) "RSS" } }
                li { a href=(view.path("/calendar.ics")) { (icons::calendar()) (words.calendar) } }
                li { a href=(view.path("/subscribe")) { (icons::bell()) "Webhook" } }
                li { a href=(view.path("/api/v2/summary.json")) { (icons::code()) "JSON" } }
            }
        }
    }
}
