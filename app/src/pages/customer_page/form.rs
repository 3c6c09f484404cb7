//! The form of the settings while somebody types.

use domain::customer_page::settings::{Allowed, PageSettings, Point, PointWords, Support, Texts, Way};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Every field; the lists have keys that stay while others come and go.
#[derive(Clone, Copy)]
pub struct Form {
    pub on: RwSignal<bool>,
    pub ready: RwSignal<bool>,
    pub rating: RwSignal<bool>,
    pub problem: RwSignal<bool>,
    pub other_date: RwSignal<String>,
    pub contact: RwSignal<String>,
    pub opt_out: RwSignal<String>,
    pub lead_days: RwSignal<String>,
    pub link_days: RwSignal<String>,
    pub email: RwSignal<String>,
    pub phone: RwSignal<String>,
    pub hours: RwSignal<String>,
    pub fallback: RwSignal<String>,
    pub languages: RwSignal<Vec<LanguageLine>>,
    pub points: RwSignal<Vec<PointLine>>,
    next: StoredValue<u32>,
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub struct LanguageLine {
    pub key: u32,
    pub tag: RwSignal<String>,
    pub what_happens: RwSignal<String>,
    pub before: RwSignal<String>,
    pub after: RwSignal<String>,
    pub opt_out: RwSignal<String>,
}

/// One point of the checklist, its words by the keys of the languages.
#[derive(Clone, Copy)]
pub struct PointLine {
    pub key: u32,
    number: u16,
    words: StoredValue<BTreeMap<u32, (RwSignal<String>, RwSignal<String>)>>,
}

impl LanguageLine {
    fn new(key: u32, tag: &str, texts: &Texts) -> LanguageLine {
        let text = |text: &str| RwSignal::new(text.to_owned());
        LanguageLine {
            key,
            tag: text(tag),
            what_happens: text(&texts.what_happens),
            before: text(&texts.before),
            after: text(&texts.after),
            opt_out: text(&texts.opt_out),
        }
    }
}

impl PointLine {
    /// Title and hint in a language.
    pub fn words(&self, language: u32) -> (RwSignal<String>, RwSignal<String>) {
        if let Some(known) = self.words.with_value(|words| words.get(&language).copied()) {
            return known;
        }
        let new = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        self.words.update_value(|words| _ = words.insert(language, new));
        new
    }
}

impl Form {
    /// Filled with what is saved.
    pub fn new(settings: &PageSettings) -> Form {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let Allowed { ready, other_date, opt_out, contact, rating, problem } = settings.allowed;
        // Languages of the checklist alone are languages, too.
        let mut texts = settings.texts.clone();
        for tag in settings.checklist.iter().flat_map(|point| point.words.keys()) {
            texts.entry(tag.clone()).or_default();
        }
        if texts.is_empty() {
            texts.insert(settings.fallback.clone(), Texts::default());
        }
        let languages: Vec<LanguageLine> =
            (0..).zip(&texts).map(|(key, (tag, texts))| LanguageLine::new(key, tag, texts)).collect();
        let points = (0..).zip(&settings.checklist).map(|(key, point)| {
            let keys = texts.keys().zip(&languages);
            let words = keys.filter_map(|(tag, language)| {
                let words = point.words.get(tag)?;
                Some((language.key, (text(&words.title), text(&words.hint))))
            });
            PointLine { key, number: point.number, words: StoredValue::new(words.collect()) }
        });
        let points: Vec<PointLine> = points.collect();
        Form {
            on: RwSignal::new(settings.on),
            ready: RwSignal::new(ready),
            rating: RwSignal::new(rating),
            problem: RwSignal::new(problem),
            other_date: text(other_date.code()),
            contact: text(contact.code()),
            opt_out: text(opt_out.code()),
            lead_days: text(&settings.lead_days.to_string()),
            link_days: text(&settings.link_days.to_string()),
            email: text(&settings.support.email),
            phone: text(&settings.support.phone),
            hours: text(&settings.support.hours),
            fallback: text(&settings.fallback),
            next: StoredValue::new((languages.len() + points.len()) as u32),
            languages: RwSignal::new(languages),
            points: RwSignal::new(points),
        }
    }

    fn new_key(self) -> u32 {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        key
    }

    /// Adds a language without texts.
    pub fn add_language(self) {
        let line = LanguageLine::new(self.new_key(), "", &Texts::default());
        self.languages.update(|lines| lines.push(line));
    }

    /// Adds a point without words.
    pub fn add_point(self) {
        let line = PointLine { key: self.new_key(), number: 0, words: StoredValue::new(BTreeMap::new()) };
        self.points.update(|lines| lines.push(line));
    }

    /// The settings as typed. What is no number becomes one that the server refuses.
    pub fn read(self) -> PageSettings {
        let way = |code: RwSignal<String>| Way::from_code(&code.get_untracked()).unwrap_or_default();
        let number = |text: RwSignal<String>| text.get_untracked().trim().parse().unwrap_or(u16::MAX);
        let languages = self.languages.get_untracked();
        let texts = languages.iter().map(|line| {
            let texts = Texts {
                what_happens: line.what_happens.get_untracked(),
                before: line.before.get_untracked(),
                after: line.after.get_untracked(),
                opt_out: line.opt_out.get_untracked(),
            };
            (line.tag.get_untracked().trim().to_owned(), texts)
        });
        let point = |point: &PointLine| {
            let words = languages.iter().filter_map(|language| {
                let (title, hint) = point.words.with_value(|words| words.get(&language.key).copied())?;
                let words = PointWords { title: title.get_untracked(), hint: hint.get_untracked() };
                (!words.title.trim().is_empty() || !words.hint.trim().is_empty())
                    .then(|| (language.tag.get_untracked().trim().to_owned(), words))
            });
            Point { number: point.number, words: words.collect() }
        };
        PageSettings {
            on: self.on.get_untracked(),
            allowed: Allowed {
                ready: self.ready.get_untracked(),
                other_date: way(self.other_date),
                opt_out: way(self.opt_out),
                contact: way(self.contact),
                rating: self.rating.get_untracked(),
                problem: self.problem.get_untracked(),
            },
            fallback: self.fallback.get_untracked(),
            texts: texts.collect(),
            checklist: self.points.with_untracked(|points| points.iter().map(point).collect()),
            support: Support {
                email: self.email.get_untracked(),
                phone: self.phone.get_untracked(),
                hours: self.hours.get_untracked(),
            },
            link_days: number(self.link_days),
            lead_days: number(self.lead_days),
        }
    }
}
