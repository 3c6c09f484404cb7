//! One status page with all of its addresses, as they are served.

use super::address::{Address, Document, Query};
use super::file::{Content, Effort, File, Kind};
use super::render::{self, View};
use super::{badge, calendar, feeds, languages, render::shell, statuspage, words, zones};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Datelike;
use chrono_tz::Tz;
use domain::public_page::{PublicIncident, PublicPage};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// Entries of a feed, and the most that are asked for.
pub const ENTRIES: u8 = 50;
pub const ENTRIES_MAX: u8 = 200;
/// Languages of one page, so that what is rendered ahead is bounded.
const LANGUAGES_MAX: usize = 12;
/// Renderings that are kept beside those made ahead.
const KEPT_MAX: usize = 400;

/// A month of the history.
pub type Month = (i32, u32);

/// One rendering of one address. What a request may choose is in here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Page { language: u8, zone: u8 },
    History { language: u8, zone: u8, month: Month },
    Incident { language: u8, zone: u8, number: u32 },
    Widget { language: u8 },
    Badge { language: u8 },
    Calendar { language: u8 },
    Atom { language: u8, limit: u8 },
    Rss { language: u8, limit: u8 },
    Json { language: u8, document: Document },
    Logo,
}

/// The company's picture, ready to be sent.
pub struct Picture {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    /// Its address' last part: named by its content.
    pub name: String,
}

/// A published page.
pub struct Site {
    pub page: PublicPage,
    /// The page's own absolute address, without a final slash.
    pub base: String,
    /// What readers may choose from; the first is the page's own.
    pub languages: Vec<String>,
    /// The migration's first.
    pub zones: Vec<Tz>,
    /// With anything in them, the newest first.
    pub months: Vec<Month>,
    pub logo: Option<Picture>,
    secure: bool,
    /// The page itself in each language, in the migration's zone.
    pages: Vec<Arc<File>>,
    files: RwLock<HashMap<Key, Arc<File>>>,
    /// Held by whoever makes a rendering that was not made ahead, so that a crowd costs as much as one reader.
    pub making: tokio::sync::Mutex<()>,
}

impl Site {
    /// Renders a page ahead. What came out the same as `before` is taken from there, and not compressed again.
    pub fn new(page: PublicPage, base_url: &str, before: Option<&Site>) -> Site {
        let secure = base_url.starts_with("https://");
        let base = match page.look.host.as_str() {
            "" => format!("{base_url}/status/{}", page.slug),
            host => format!("{}://{host}", if secure { "https" } else { "http" }),
        };
        let mut site = Site {
            base,
            languages: offered(&page.content.languages),
            zones: zones::zones(&page.time_zone),
            months: Vec::new(),
            logo: picture(&page),
            secure,
            pages: Vec::new(),
            files: RwLock::default(),
            making: tokio::sync::Mutex::new(()),
            page,
        };
        let months: BTreeSet<Month> = site.past().map(|incident| site.month_of(incident)).collect();
        site.months = months.into_iter().rev().collect();

        let before = before.filter(|before| before.base == site.base && before.languages == site.languages);
        let mut files = match before {
            Some(before) if before.tells_the_same_past(&site) => before.kept(),
            _ => HashMap::new(),
        };
        let languages = site.languages.len() as u8;
        let mut ahead: Vec<Key> = (0..languages).map(|language| Key::Page { language, zone: 0 }).collect();
        ahead.extend(Document::ALL.map(|document| Key::Json { language: 0, document }));
        ahead.extend([
            Key::Atom { language: 0, limit: ENTRIES },
            Key::Rss { language: 0, limit: ENTRIES },
            Key::Calendar { language: 0 },
            Key::Badge { language: 0 },
            Key::Widget { language: 0 },
        ]);
        for key in ahead {
            let Some(content) = site.content(key) else { continue };
            let same = before.and_then(|before| before.ready(key)).filter(|file| file.is_of(&content));
            let file = same.unwrap_or_else(|| Arc::new(site.file(key, content, Effort::Full)));
            files.insert(key, file);
        }
        site.pages =
            (0..languages).filter_map(|language| files.get(&Key::Page { language, zone: 0 }).cloned()).collect();
        site.files = RwLock::new(files);
        site
    }

    /// Incidents and maintenance that readers see, the newest first.
    pub fn incidents(&self) -> impl Iterator<Item = &PublicIncident> {
        self.page.incidents.iter().filter(|incident| !incident.cancelled)
    }

    /// Those that have begun: the history.
    pub fn past(&self) -> impl Iterator<Item = &PublicIncident> {
        self.incidents().filter(|incident| incident.state != domain::status_page::IncidentState::Scheduled)
    }

    /// The month in which it stands in the history, in the migration's zone.
    pub fn month_of(&self, incident: &PublicIncident) -> Month {
        let day = zones::local(incident.started, self.zones[0]).date();
        (day.year(), day.month())
    }

    /// Which rendering a request gets; `None`: there is nothing at this address.
    pub fn key(&self, address: Address<'_>, query: &Query, headers: &HeaderMap) -> Option<Key> {
        let chosen = query.lang.as_deref().and_then(|tag| languages::by_tag(&self.languages, tag));
        let read = || {
            let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
            if self.languages.len() < 2 { 0 } else { languages::by_header(&self.languages, accepted) }
        };
        // A document is for machines, whose language says nothing about who reads it in the end.
        let of_document = chosen.unwrap_or(0) as u8;
        let of_page = || chosen.unwrap_or_else(read) as u8;
        let zone = || {
            let name = query.tz.as_deref().unwrap_or("");
            self.zones.iter().position(|zone| zone.name() == name).unwrap_or(0) as u8
        };
        let limit = || query.limit.unwrap_or(ENTRIES).clamp(1, ENTRIES_MAX);
        Some(match address {
            Address::Page => Key::Page { language: of_page(), zone: zone() },
            Address::History => {
                let newest = self.months.first().copied().unwrap_or((0, 1));
                let month = query.month.filter(|month| self.months.contains(month)).unwrap_or(newest);
                Key::History { language: of_page(), zone: zone(), month }
            }
            Address::Incident(number) => {
                self.incidents().find(|incident| incident.number.0 == number)?;
                Key::Incident { language: of_page(), zone: zone(), number }
            }
            Address::Widget => Key::Widget { language: of_page() },
            Address::Badge => Key::Badge { language: of_document },
            Address::Calendar => Key::Calendar { language: of_document },
            Address::Atom => Key::Atom { language: of_document, limit: limit() },
            Address::Rss => Key::Rss { language: of_document, limit: limit() },
            Address::Json(document) => Key::Json { language: of_document, document },
            Address::Logo(name) => {
                self.logo.as_ref().filter(|logo| logo.name == name)?;
                Key::Logo
            }
        })
    }

    /// A rendering that is there already.
    pub fn ready(&self, key: Key) -> Option<Arc<File>> {
        if let Key::Page { language, zone: 0 } = key {
            return self.pages.get(language as usize).cloned();
        }
        self.files.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    /// Makes a rendering that was not made ahead, and keeps it until the page changes.
    pub fn make(&self, key: Key) -> Option<Arc<File>> {
        let file = Arc::new(self.file(key, self.content(key)?, Effort::Quick));
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        if files.len() >= KEPT_MAX {
            files.retain(|key, _| matches!(key, Key::Page { zone: 0, .. } | Key::Json { language: 0, .. }));
        }
        files.insert(key, file.clone());
        Some(file)
    }

    /// Every address's rendering in every language, for tests that look at all of them.
    #[cfg(test)]
    pub fn every_key(&self) -> Vec<Key> {
        let mut keys = vec![Key::Logo];
        for language in 0..self.languages.len() as u8 {
            keys.extend([
                Key::Page { language, zone: 0 },
                Key::Page { language, zone: 3 },
                Key::Widget { language },
                Key::Badge { language },
                Key::Calendar { language },
                Key::Atom { language, limit: ENTRIES_MAX },
                Key::Rss { language, limit: ENTRIES_MAX },
            ]);
            keys.extend(Document::ALL.map(|document| Key::Json { language, document }));
            keys.extend(self.months.iter().map(|month| Key::History { language, zone: 0, month: *month }));
            keys.extend(self.incidents().map(|incident| Key::Incident {
                language,
                zone: 0,
                number: incident.number.0,
            }));
        }
        keys
    }

    fn view(&self, language: u8, zone: u8) -> View<'_> {
        View::new(self, language as usize, zone as usize)
    }

    /// What stands at an address.
    fn content(&self, key: Key) -> Option<Content> {
        let page = |html: String| Content {
            kind: Kind::Page,
            policy: shell::page_policy(&self.page.look),
            bytes: html.into(),
            media_type: None,
        };
        let document = |kind, text: String| Content {
            kind,
            policy: shell::CLOSED.to_owned(),
            bytes: text.into(),
            media_type: None,
        };
        Some(match key {
            Key::Page { language, zone } => page(render::page::document(&self.view(language, zone))),
            Key::History { language, zone, month } => {
                page(render::history::document(&self.view(language, zone), month))
            }
            Key::Incident { language, zone, number } => {
                let incident = self.incidents().find(|incident| incident.number.0 == number)?;
                page(render::incident::document(&self.view(language, zone), incident))
            }
            Key::Widget { language } => Content {
                kind: Kind::Widget,
                policy: shell::widget_policy(&self.page.look),
                bytes: render::widget::document(&self.view(language, 0)).into(),
                media_type: None,
            },
            Key::Badge { language } => document(Kind::Badge, badge::svg(&self.view(language, 0))),
            Key::Calendar { language } => document(Kind::Calendar, calendar::ics(&self.view(language, 0))),
            Key::Atom { language, limit } => document(Kind::Atom, feeds::atom(&self.view(language, 0), limit.into())),
            Key::Rss { language, limit } => document(Kind::Rss, feeds::rss(&self.view(language, 0), limit.into())),
            Key::Json { language, document: which } => {
                document(Kind::Json, statuspage::json(&self.view(language, 0), which).to_string())
            }
            Key::Logo => {
                let logo = self.logo.as_ref()?;
                Content {
                    kind: Kind::Logo,
                    policy: shell::CLOSED.to_owned(),
                    bytes: logo.bytes.clone(),
                    media_type: Some(logo.media_type),
                }
            }
        })
    }

    fn file(&self, key: Key, content: Content, effort: Effort) -> File {
        let of_page = matches!(key, Key::Page { .. } | Key::History { .. } | Key::Incident { .. } | Key::Widget { .. });
        File::new(content, effort, of_page && self.languages.len() > 1, self.secure)
    }

    /// Whether what does not follow the progress would be rendered as before.
    fn tells_the_same_past(&self, other: &Site) -> bool {
        let (one, two) = (&self.page, &other.page);
        one.incidents == two.incidents
            && one.components == two.components
            && one.content == two.content
            && one.look == two.look
            && one.name == two.name
            && one.time_zone == two.time_zone
    }

    /// Renderings that do not follow the progress.
    fn kept(&self) -> HashMap<Key, Arc<File>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let past = |key: &Key| {
            matches!(key, Key::History { .. } | Key::Incident { .. } | Key::Atom { .. } | Key::Rss { .. } | Key::Logo)
        };
        files.iter().filter(|(key, _)| past(key)).map(|(key, file)| (*key, file.clone())).collect()
    }
}

/// The languages of a page that was written; of one that only follows its migration all that the fixed words are in.
fn offered(written: &[String]) -> Vec<String> {
    let mut offered: Vec<String> = Vec::new();
    for tag in written.iter().filter_map(|tag| domain::language::tag(tag)) {
        if !offered.contains(&tag) && offered.len() < LANGUAGES_MAX {
            offered.push(tag);
        }
    }
    if offered.is_empty() { words::LANGUAGES.map(str::to_owned).into() } else { offered }
}

/// The company's picture, if it is one of a type that pages show.
fn picture(page: &PublicPage) -> Option<Picture> {
    let logo = page.look.logo.as_ref()?;
    let bytes = STANDARD.decode(&logo.bytes).ok()?;
    // By its first bytes, as the type was found when it was taken: what a browser is told is never what somebody wrote.
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    };
    let hex: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(Picture { media_type, bytes, name: format!("logo-{hex}") })
}
