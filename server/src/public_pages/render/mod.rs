//! The public pages as HTML: whole without script, one request each.

pub mod chart;
pub mod history;
pub mod icons;
pub mod incident;
pub mod page;
pub mod parts;
pub mod shell;
pub mod widget;

use super::site::Site;
use super::words::{self, Words};
use super::zones;
use chrono::{Datelike, NaiveDateTime};
use chrono_tz::Tz;
use domain::clock::Instant;
use domain::public_page::{Overall, PublicIncident, PublicPage, WaveState};
use domain::status_page::{ComponentState, IncidentKind, IncidentState, Localized};

/// A page as one reader sees it: in a language, with times in a zone.
pub struct View<'a> {
    pub site: &'a Site,
    pub page: &'a PublicPage,
    pub words: &'static Words,
    /// Whether the zone was chosen, and the script leaves times alone.
    pub chosen_zone: bool,
    pub zone: Tz,
    language: &'a str,
    own: &'a str,
}

/// The tone of a state: its colour and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Planned,
    Moving,
    Held,
    Done,
}

impl<'a> View<'a> {
    /// The view in one of the site's languages and zones; what it has not is its first.
    pub fn new(site: &'a Site, language: usize, zone: usize) -> View<'a> {
        let own = site.languages.first().map_or("en", String::as_str);
        let language = site.languages.get(language).map_or(own, String::as_str);
        View {
            site,
            page: &site.page,
            words: words::words(language),
            chosen_zone: zone > 0,
            zone: site.zones.get(zone).copied().unwrap_or(Tz::UTC),
            language,
            own,
        }
    }

    /// The reader's language.
    pub fn tag(&self) -> &'a str {
        self.language
    }

    /// A text in the reader's language, or the next best.
    pub fn text<'t>(&self, text: &'t Localized) -> &'t str {
        text.text(self.language, self.own)
    }

    /// The language of that text, where it is another than that of the words around it.
    pub fn lang<'t>(&self, text: &'t Localized) -> Option<&'t str> {
        let (tag, _) = text.find(self.language, self.own)?;
        self.marked(tag).then_some(tag)
    }

    /// Texts without a language of their own are in the page's.
    pub fn own_lang(&self) -> Option<&'a str> {
        self.marked(self.own).then_some(self.own)
    }

    fn marked(&self, tag: &str) -> bool {
        tag.split('-').next() != Some(self.words.tag)
    }

    /// The page's title.
    pub fn title(&self) -> &'a str {
        match self.text(&self.page.content.title) {
            "" => &self.page.name,
            title => title,
        }
    }

    /// The absolute address that everything below the page begins with.
    pub fn base(&self) -> &'a str {
        &self.site.base
    }

    /// The absolute address of something below the page.
    pub fn url(&self, rest: &str) -> String {
        format!("{}{rest}", self.site.base)
    }

    /// The page's own absolute address.
    pub fn page_url(&self) -> String {
        if self.page.look.host.is_empty() { self.site.base.clone() } else { format!("{}/", self.site.base) }
    }

    /// The address within the host: the same under the app's name and under one of the page's own.
    pub fn path(&self, rest: &str) -> String {
        format!("/status/{}{rest}", self.page.slug)
    }

    /// Incidents that are open, the newest first.
    pub fn open_incidents(&self) -> impl Iterator<Item = &'a PublicIncident> {
        let open = |one: &&PublicIncident| one.kind == IncidentKind::Incident && !one.state.is_over();
        self.site.incidents().filter(open)
    }

    /// Maintenance that is planned or under way, the soonest first.
    pub fn maintenance(&self, running: bool) -> Vec<&'a PublicIncident> {
        let wanted = |one: &&PublicIncident| {
            one.kind == IncidentKind::Maintenance
                && !one.state.is_over()
                && (one.state != IncidentState::Scheduled) == running
        };
        let mut found: Vec<_> = self.site.incidents().filter(wanted).collect();
        found.sort_by_key(|one| one.window.map(|window| window.starts));
        found
    }

    /// Whether there is trouble that readers may feel.
    fn troubled(&self) -> bool {
        let degraded = |state: ComponentState| state > ComponentState::UnderMaintenance;
        self.open_incidents().next().is_some() || self.page.components.iter().any(|one| degraded(one.state))
    }

    /// The state in one sentence: what the lead wrote, else what the page finds by itself, with no cause and no name.
    pub fn sentence(&self) -> String {
        match self.text(&self.page.content.headline) {
            "" => {}
            written => return written.to_owned(),
        }
        let words = self.words;
        let moving = self.page.waves.iter().filter(|wave| wave.state == WaveState::Moving);
        let moving: Vec<String> = moving.map(|wave| words.wave_name(&wave.name)).collect();
        let as_usual = |text: &str| {
            if self.troubled() { text.to_owned() } else { format!("{text} {}", words.as_usual) }
        };
        match self.page.overall {
            Overall::Done => words.is_done.to_owned(),
            Overall::Planned if self.page.shows_progress && self.page.progress.moved == 0 => {
                as_usual(words.is_not_started)
            }
            Overall::Planned => words.is_between.to_owned(),
            Overall::Held => as_usual(words.is_held),
            Overall::Moving => match moving.as_slice() {
                [] => words.is_moving.to_owned(),
                [only] => words.one_moves.replace("{}", only),
                several => words.several_move.replace("{}", &words.list(several)),
            },
        }
    }

    /// The language of the sentence.
    pub fn sentence_lang(&self) -> Option<&'a str> {
        self.lang(&self.page.content.headline)
    }

    /// The tone of the whole.
    pub fn tone(&self) -> Tone {
        tone(self.page.overall)
    }

    /// `Moving now, 25 %`.
    pub fn short_state(&self) -> String {
        let word = self.words.overall(self.page.overall);
        match self.page.overall {
            Overall::Moving | Overall::Held if self.page.progress.of > 0 => {
                format!("{word}, {}\u{a0}%", self.page.progress.percent())
            }
            _ => word.to_owned(),
        }
    }

    /// The wall clock of the view's zone.
    pub fn local(&self, at: Instant) -> NaiveDateTime {
        zones::local(at, self.zone)
    }

    /// Whether a year has to be said.
    pub fn other_year(&self, at: NaiveDateTime) -> bool {
        at.year() != self.local(self.page.updated_at).year()
    }
}

/// A text without what no document of XML and no line of a calendar may have in it: control characters but tab and line feed.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|one| (!one.is_control() || matches!(one, '\n' | '\t')) && !matches!(one, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

/// The tone of a whole.
pub fn tone(overall: Overall) -> Tone {
    match overall {
        Overall::Planned => Tone::Planned,
        Overall::Moving => Tone::Moving,
        Overall::Held => Tone::Held,
        Overall::Done => Tone::Done,
    }
}

/// The tone of a wave.
pub fn wave_tone(state: WaveState) -> Tone {
    match state {
        WaveState::Planned => Tone::Planned,
        WaveState::Moving => Tone::Moving,
        WaveState::Held => Tone::Held,
        WaveState::Done => Tone::Done,
    }
}

impl Tone {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Planned => "planned",
            Tone::Moving => "moving",
            Tone::Held => "held",
            Tone::Done => "done",
        }
    }
}
