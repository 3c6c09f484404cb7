//! The HTML of customers' pages. Everything that a person typed is text here: maud escapes it.

use super::forms::Typed;
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::answer::Told;
use domain::customer_page::offer::Effect;
use domain::customer_page::request::{Ask, AskKind, OptOutReason};
use domain::customer_page::slots::Slot;
use domain::customer_page::view::{CustomerView, HowFar};
use domain::customer_page::words::{Lang, Say, Speech};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use store::Confirmation;

/// The page's style, part of the page so that one request brings all of it and nothing else learns its address.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    [include_str!("../../../style/tokens.css"), include_str!("../../../style/customer-page.css")].concat()
});

/// Allows the page's own style, known by its hash, and forms to ourselves; no script at all.
pub static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("'none'"));

/// The same for the preview, which stands in a frame of the settings.
pub static PREVIEW_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("'self'"));

fn policy(ancestors: &str) -> HeaderValue {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
         frame-ancestors {ancestors}"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn shell(lang: &str, title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                style { (PreEscaped(STYLE.as_str())) }
            }
            body { (content) }
        }
    }
}

/// A page with one thing to say.
fn lone(lang: &str, title: &str, content: Markup) -> Markup {
    shell(lang, title, html! { main.lone { h1 { (title) } (content) } })
}

/// The answer to every token that opens nothing: always the same.
pub fn not_found() -> Markup {
    lone(
        "en",
        "This link does not work",
        html! {
            p { "It may be mistyped, too old, or taken back. Ask whoever sent it for a new one." }
            p lang="de" { "Dieser Link funktioniert nicht: Er ist falsch geschrieben, zu alt oder wurde zurückgezogen. Bitten Sie um einen neuen." }
            p lang="fr" { "Ce lien ne fonctionne pas : il est mal écrit, trop ancien ou a été retiré. Demandez-en un nouveau." }
        },
    )
}

/// The answer when too many tokens were wrong.
pub fn too_many() -> Markup {
    lone(
        "en",
        "Too many links that do not work",
        html! {
            p { "Wait some minutes and open your link again." }
            p lang="de" { "Warten Sie einige Minuten, und öffnen Sie Ihren Link noch einmal." }
            p lang="fr" { "Attendez quelques minutes, puis rouvrez votre lien." }
        },
    )
}

/// One sentence under a heading.
pub fn notice(speech: Speech, title: &str, words: &str) -> Markup {
    lone(speech.lang.tag(), title, html! { p { (words) } })
}

/// The way out of messages.
pub fn unsubscribe(speech: Speech, is_out: bool, problem: Option<Say>) -> Markup {
    let say = |say| speech.say(say);
    lone(
        speech.lang.tag(),
        say(Say::Unsubscribe),
        html! {
            @if let Some(problem) = problem { p.problem role="alert" { (say(problem)) } }
            @if is_out {
                p role="status" { (say(Say::Unsubscribed)) }
            } @else {
                p { (say(Say::UnsubscribeText)) }
                form method="post" { button.button.primary type="submit" { (say(Say::UnsubscribeButton)) } }
            }
        },
    )
}

/// What the main contact is asked to confirm.
pub fn confirmation(confirmation: &Confirmation, speech: Speech, problem: Option<Say>) -> Markup {
    let say = |say| speech.say(say);
    let kind = speech.kind(confirmation.ask.kind());
    let asked = match &confirmation.ask {
        Ask::OtherDate { to, .. } => format!("{kind}: {}", speech.date(*to)),
        Ask::OptOut { why, .. } => format!("{kind}: {}", speech.opt_out_reason(*why)),
        Ask::Contact { email, .. } => format!("{kind}: {email}"),
        _ => kind.to_owned(),
    };
    lone(
        speech.lang.tag(),
        say(Say::ConfirmTitle),
        html! {
            p.soft { (confirmation.name) }
            @if let Some(problem) = problem { p.problem role="alert" { (say(problem)) } }
            p { (say(Say::ConfirmText)) }
            p.boxed { b { (asked) } }
            @if confirmation.how == HowFar::AwaitsConfirmation {
                form method="post" { button.button.primary type="submit" { (say(Say::ConfirmButton)) } }
                p.soft { (say(Say::ConfirmNot)) }
            } @else {
                p role="status" { (capital(speech.how_far(confirmation.how))) "." }
            }
        },
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The customer's page. `calendar` is the address of the calendar file; `said` what was done a moment ago; `typed` a form
/// that could not be taken.
pub fn document(view: &CustomerView, calendar: &str, said: Option<&str>, typed: &Typed) -> Markup {
    let speech = Speech::new(&view.language, &view.zone);
    let page = Page { view, speech, typed };
    let say = |say| speech.say(say);
    let headline = speech.headline(&view.told, view.hours);
    let today = speech.day_of(view.now);
    let content = html! {
        a.skip href="#main" { (say(Say::Skip)) }
        header.site { div.wrap {
            p.brand { (mark()) (view.name) }
            nav aria-label=(say(Say::Language)) { ul.languages {
                @for (lang, tag, name) in Lang::ALL {
                    li { a href={ "?lang=" (tag) } lang=(tag) hreflang=(tag) aria-current=[(lang == speech.lang).then_some("true")] { (name) } }
                }
            } }
        } }
        main #main {
            div.hero.(tone(&view.told)) { div.wrap {
                p.big-state { (shape(&view.told)) (speech.state(&view.told, today)) }
                h1 { (headline) }
                @if view.told.day().is_some() || view.rollback_until.is_some() { p.lead { (speech.zone()) } }
                @if let Some(until) = view.rollback_until {
                    p.lead { (say(Say::RollbackUntil)) " " time datetime=(until.to_rfc3339()) { (speech.time(until)) } "." }
                }
                p.actions {
                    @if page.offers(AskKind::Ready).is_some() && view.ready_since.is_none() { a.button.primary href="#ready" { (say(Say::Ready)) } }
                    @if page.offers(AskKind::OtherDate).is_some() { a.button href="#slot" { (say(Say::OtherDate)) } }
                    @if view.told.day().is_some() && !calendar.is_empty() { a.button href=(calendar) { (say(Say::AddToCalendar)) } }
                }
                @if let Some(said) = said { p.said role="status" { (said) } }
                @if let Some(problem) = typed.whole().filter(|_| page.fails_as_a_whole()) { p.problem role="alert" { (say(problem)) } }
            } }
            div.wrap.columns {
                div.main {
                    (page.ready())
                    (page.what_happens())
                    (page.other_date())
                    (page.rating())
                    (page.asked())
                    (page.messages())
                    (page.contact())
                    (page.problem())
                    (page.opt_out())
                }
                (page.help())
            }
        }
        footer.foot { div.wrap { p { (say(Say::WhoHasLink)) } } }
    };
    shell(speech.lang.tag(), &speech.title(&view.name), content)
}

struct Page<'a> {
    view: &'a CustomerView,
    speech: Speech,
    typed: &'a Typed,
}

impl Page<'_> {
    fn say(&self, say: Say) -> &'static str {
        self.speech.say(say)
    }

    fn offers(&self, kind: AskKind) -> Option<Effect> {
        self.view.offers.iter().find(|(offered, _)| *offered == kind).map(|(_, effect)| *effect)
    }

    /// Whether what is wrong is not said at a form: that may be gone by now.
    fn fails_as_a_whole(&self) -> bool {
        const FIELDS: [&str; 7] = ["slot", "words", "score", "email", "name", "role", "sure"];
        let at_field = |kind: AskKind| {
            self.offers(kind).is_some() && FIELDS.iter().any(|field| self.typed.problem(kind, field).is_some())
        };
        !AskKind::ALL.into_iter().any(at_field)
    }

    /// What is wrong with a field, under it; the field names it by this id.
    fn complaint(&self, kind: AskKind, field: &str) -> Markup {
        html! {
            @if let Some(problem) = self.typed.problem(kind, field) {
                p.problem role="alert" id={ "problem-" (kind.code()) "-" (field) } { (self.say(problem)) }
            }
        }
    }

    fn described(&self, kind: AskKind, field: &str) -> Option<String> {
        self.typed.problem(kind, field).map(|_| format!("problem-{}-{field}", kind.code()))
    }

    fn ready(&self) -> Markup {
        let view = self.view;
        if self.offers(AskKind::Ready).is_none() || view.checklist.is_empty() {
            return html! {};
        }
        let done = view.checklist.iter().filter(|point| point.done).count();
        html! {
            section #ready aria-labelledby="h-ready" {
                header.head-row {
                    h2 #h-ready { (self.say(Say::Ready)) }
                    span.state { (self.speech.done_of(done, view.checklist.len())) }
                }
                @if view.ready_since.is_some() { p.good { (self.say(Say::ReadyThanks)) } }
                form.card.checklist method="post" {
                    fieldset { legend.visually-hidden { (self.say(Say::Ready)) }
                        @for point in &view.checklist {
                            label.choice {
                                input type="checkbox" name="point" value=(point.number) checked[self.typed.ticked(point.number).unwrap_or(point.done)];
                                span { (point.title) }
                                @if !point.hint.is_empty() { small.soft { (linked(&point.hint)) } }
                            }
                        }
                    }
                    div.actions {
                        button.button.primary type="submit" name="do" value="confirm" { (self.say(Say::ConfirmReady)) }
                        button.button type="submit" name="do" value="save" { (self.say(Say::SaveForLater)) }
                    }
                    p.soft { (self.say(Say::ReadyHint)) }
                }
            }
        }
    }

    fn what_happens(&self) -> Markup {
        let texts = &self.view.texts;
        let parts = [
            ("course", Say::WhatHappens, &texts.what_happens),
            ("before", Say::Before, &texts.before),
            ("after", Say::After, &texts.after),
        ];
        html! {
            @for (id, heading, text) in parts {
                @if !text.is_empty() {
                    section aria-labelledby={ "h-" (id) } { h2 id={ "h-" (id) } { (self.say(heading)) } (paragraphs(text)) }
                }
            }
        }
    }

    fn other_date(&self) -> Markup {
        let Some(effect) = self.offers(AskKind::OtherDate) else { return html! {} };
        let chosen = self.typed.value(AskKind::OtherDate, "slot");
        let is_open = self.view.slots.iter().any(Slot::is_open);
        html! {
            section #slot aria-labelledby="h-slot" {
                h2 #h-slot { (self.say(Say::OtherDate)) }
                @if is_open {
                    form method="post" {
                        input type="hidden" name="do" value=(AskKind::OtherDate.code());
                        fieldset.slots aria-describedby=[self.described(AskKind::OtherDate, "slot")] {
                            legend.visually-hidden { (self.say(Say::OtherDate)) }
                            @for slot in &self.view.slots { (self.slot(slot, chosen)) }
                        }
                        (self.complaint(AskKind::OtherDate, "slot"))
                        div.actions { button.button type="submit" { (self.say(Say::AskForDay)) } }
                        p.soft {
                            (self.speech.effect(effect)) " " (self.say(Say::StaysYours))
                            @if let Some(until) = self.view.other_date_until { " " (self.speech.ask_until(until)) }
                        }
                    }
                } @else {
                    p { (self.say(Say::NoSlots)) }
                    (self.complaint(AskKind::OtherDate, "slot"))
                }
            }
        }
    }

    fn slot(&self, slot: &Slot, chosen: &str) -> Markup {
        let is_open = slot.is_open();
        let note = match slot {
            Slot { own: true, .. } => self.say(Say::YourDay).to_owned(),
            Slot { left: Some(0), .. } => self.say(Say::Full).to_owned(),
            Slot { left: Some(left), .. } => self.speech.places(*left),
            Slot { left: None, .. } => String::new(),
        };
        let code = slot.day.to_string();
        html! {
            label.slot.yours[slot.own].full[!is_open && !slot.own] {
                input type="radio" name="slot" value=(code) checked[code == chosen && is_open] disabled[!is_open] required[is_open];
                b { (self.speech.date(slot.day)) }
                span.note { (note) }
            }
        }
    }

    fn rating(&self) -> Markup {
        let kind = AskKind::Rating;
        if self.offers(kind).is_none() {
            return html! {};
        }
        html! {
            section #rating aria-labelledby="h-rating" {
                h2 #h-rating { (self.say(Say::Rating)) }
                form.card.feedback method="post" {
                    input type="hidden" name="do" value=(kind.code());
                    fieldset aria-describedby=[self.described(kind, "score")] {
                        legend { (self.say(Say::RatingQuestion)) }
                        div.scale { @for score in 1..=5 {
                            label {
                                input type="radio" name="score" value=(score) required checked[self.typed.value(kind, "score") == score.to_string()];
                                span { (score) }
                            }
                        } }
                        p.soft { (self.say(Say::RatingEnds)) }
                    }
                    (self.complaint(kind, "score"))
                    (self.area(kind, Say::RatingWords, true))
                    div.actions { button.button type="submit" { (self.say(Say::Send)) } }
                }
            }
        }
    }

    /// A field for several lines.
    fn area(&self, kind: AskKind, label: Say, optional: bool) -> Markup {
        let id = format!("words-{}", kind.code());
        html! {
            label.top for=(id) { (self.say(label)) @if optional { " " small.soft { (self.say(Say::Optional)) } } }
            textarea.input id=(id) name="words" rows="3" maxlength="2000" required[!optional]
                aria-invalid=[self.described(kind, "words").map(|_| "true")]
                aria-describedby=[self.described(kind, "words")] { (self.typed.value(kind, "words")) }
            (self.complaint(kind, "words"))
        }
    }

    /// A field for one line.
    fn line(&self, kind: AskKind, name: &str, label: Say, input: &str, optional: bool) -> Markup {
        let id = format!("{name}-{}", kind.code());
        html! {
            label.top for=(id) { (self.say(label)) @if optional { " " small.soft { (self.say(Say::Optional)) } } }
            input.input id=(id) name=(name) type=(input) autocomplete="off" required[!optional]
                value=(self.typed.value(kind, name))
                aria-invalid=[self.described(kind, name).map(|_| "true")]
                aria-describedby=[self.described(kind, name)];
            (self.complaint(kind, name))
        }
    }

    fn asked(&self) -> Markup {
        html! {
            @if !self.view.asked.is_empty() {
                section aria-labelledby="h-asked" {
                    h2 #h-asked { (self.say(Say::Asked)) }
                    ol.messages.plain { @for asked in &self.view.asked {
                        li {
                            time datetime=(asked.at.to_rfc3339()) { (self.speech.date(self.speech.day_of(asked.at))) }
                            p {
                                b { (self.speech.kind(asked.kind)) @if let Some(day) = asked.day { ": " (self.speech.date(day)) } }
                                " – " (self.speech.how_far(asked.how))
                            }
                        }
                    } }
                }
            }
        }
    }

    fn messages(&self) -> Markup {
        html! {
            section aria-labelledby="h-messages" {
                h2 #h-messages { (self.say(Say::Messages)) }
                @if self.view.messages.is_empty() { p.soft { (self.say(Say::NoMessages)) } }
                @if !self.view.messages.is_empty() {
                    ol.messages.plain { @for message in &self.view.messages {
                        li {
                            time datetime=(message.at.to_rfc3339()) { (self.speech.date(self.speech.day_of(message.at))) }
                            p { (self.speech.message(message.kind, message.date)) }
                        }
                    } }
                }
                @if self.view.unsubscribed { p.soft { (self.say(Say::Unsubscribed)) } }
            }
        }
    }

    /// A form that is folded away until somebody wants it, or until something in it is wrong.
    fn folded(&self, kind: AskKind, heading: Say, inside: Markup) -> Markup {
        let id = format!("h-{}", kind.code());
        html! {
            section.folded id=(kind.code()) aria-labelledby=(id) {
                details open[self.typed.failed(kind)] {
                    summary { h2 id=(id) { (self.say(heading)) } (down()) }
                    div.inside { (inside) }
                }
            }
        }
    }

    fn contact(&self) -> Markup {
        let kind = AskKind::Contact;
        let Some(effect) = self.offers(kind) else { return html! {} };
        self.folded(
            kind,
            Say::Contact,
            html! {
                form method="post" {
                    input type="hidden" name="do" value=(kind.code());
                    (self.line(kind, "email", Say::ContactEmail, "email", false))
                    (self.line(kind, "name", Say::ContactName, "text", true))
                    (self.line(kind, "role", Say::ContactRole, "text", true))
                    div.actions { button.button type="submit" { (self.say(Say::AddContact)) } }
                    p.soft { (self.speech.effect(effect)) }
                }
            },
        )
    }

    fn problem(&self) -> Markup {
        let kind = AskKind::Problem;
        if self.offers(kind).is_none() {
            return html! {};
        }
        self.folded(
            kind,
            Say::Problem,
            html! {
                form method="post" {
                    input type="hidden" name="do" value=(kind.code());
                    (self.area(kind, Say::ProblemWords, false))
                    div.actions { button.button type="submit" { (self.say(Say::ProblemSend)) } }
                }
            },
        )
    }

    fn opt_out(&self) -> Markup {
        let kind = AskKind::OptOut;
        let Some(effect) = self.offers(kind) else { return html! {} };
        let why = self.typed.value(kind, "why");
        self.folded(kind, Say::OptOut, html! {
            (paragraphs(&self.view.texts.opt_out))
            form method="post" {
                input type="hidden" name="do" value=(kind.code());
                label.top for="why" { (self.say(Say::OptOutWhy)) }
                select.input id="why" name="why" { @for reason in OptOutReason::ALL {
                    option value=(reason.code()) selected[reason.code() == why] { (self.speech.opt_out_reason(reason)) }
                } }
                (self.area(kind, Say::OptOutWords, true))
                label.choice {
                    input type="checkbox" name="sure" value="yes" required aria-describedby=[self.described(kind, "sure")];
                    span { (self.say(Say::OptOutSure)) }
                }
                (self.complaint(kind, "sure"))
                div.actions { button.button.danger type="submit" { (self.say(Say::OptOutSend)) } }
                p.soft { (self.speech.effect(effect)) }
            }
        })
    }

    fn help(&self) -> Markup {
        let support = &self.view.support;
        let digits: String = support.phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
        html! {
            aside.aside aria-labelledby="h-help" {
                div.card.help {
                    h2 #h-help { (self.say(Say::Help)) }
                    ul.plain {
                        @if !support.phone.is_empty() { li { a href={ "tel:" (digits) } { (support.phone) } } }
                        @if !support.email.is_empty() { li { a href={ "mailto:" (support.email) } { (support.email) } } }
                        @if !support.hours.is_empty() { li { span.soft { (support.hours) } } }
                        @if let Some(address) = &self.view.status_page { li { a href=(address) { (self.say(Say::StatusPage)) } } }
                    }
                    p.reference { (self.say(Say::Reference)) " " b { (self.view.reference) } }
                }
            }
        }
    }
}

/// A text as typed: blank lines part paragraphs, lines that begin with a dash are a list, addresses are links.
fn paragraphs(text: &str) -> Markup {
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    html! {
        @for block in blocks {
            @let items: Option<Vec<&str>> = block.lines().map(|line| line.trim().strip_prefix("- ")).collect();
            @match items {
                Some(items) => ul { @for item in items { li { (linked(item)) } } },
                None => p { @for (index, line) in block.lines().enumerate() { @if index > 0 { br; } (linked(line)) } },
            }
        }
    }
}

/// A line with its addresses as links. They lead away from the page and tell nothing of it.
fn linked(line: &str) -> Markup {
    html! {
        @for (index, word) in line.split(' ').enumerate() {
            @if index > 0 { " " }
            @let address = word.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
            @if address.starts_with("https://") && address.len() > "https://".len() {
                a href=(address) rel="noreferrer noopener nofollow" { (address) } (&word[address.len()..])
            } @else { (word) }
        }
    }
}

fn tone(told: &Told) -> &'static str {
    match told {
        Told::Planned { .. } | Told::Today { .. } => "scheduled",
        Told::Moving | Told::Begun => "moving",
        Told::MovedToday | Told::Moved { .. } => "ok",
        _ => "quiet",
    }
}

/// A state is a shape beside its word.
fn shape(told: &Told) -> Markup {
    html! {
        svg.icon viewBox="0 0 16 16" aria-hidden="true" {
            @match tone(told) {
                "scheduled" => path d="M2.5 3.6h11v10h-11zM2.5 6.8h11M5.4 2v3M10.6 2v3" {},
                "moving" => { circle cx="8" cy="8" r="6.2" {} path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" class="filled" {} },
                "ok" => { circle cx="8" cy="8" r="6.2" {} path d="m5.3 8.2 1.9 1.9 3.5-3.9" {} },
                _ => circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.47" {},
            }
        }
    }
}

fn down() -> Markup {
    html! { svg.icon viewBox="0 0 16 16" aria-hidden="true" { path d="m4 6.2 4 4 4-4" {} } }
}

fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            path d="M2 15.5c3 0 3.5-1 4.5-3.5C7.8 8.8 9.5 7 12 7s4.2 1.8 5.5 5c1 2.5 1.5 3.5 4.5 3.5" {}
            path d="M2 19.5c1.7 0 1.7-1 3.3-1s1.7 1 3.4 1 1.6-1 3.3-1 1.7 1 3.3 1 1.7-1 3.4-1 1.6 1 3.3 1" {}
        }
    }
}
