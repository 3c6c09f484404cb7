//! What a lead decides of the customers' pages of a migration: whether there are any, what they say, what they allow.

use crate::language;
use crate::migration::FieldError;
use crate::user::is_email;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Points of a checklist.
pub const POINTS_MAX: usize = 20;
/// Longest text of the page, in characters.
pub const TEXT_MAX: usize = 5_000;
/// Longest point of a checklist, in characters.
pub const POINT_MAX: usize = 200;
/// Languages of one text.
pub const LANGUAGES_MAX: usize = 20;
/// Days that a link may live.
pub const LINK_DAYS_MAX: u16 = 730;
/// Days before its date until which an account may ask for another one, at most.
pub const LEAD_DAYS_MAX: u16 = 60;

/// How a request takes effect whose sender might not be entitled to it: never by the link alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    #[default]
    Off,
    /// After the main contact has confirmed it by mail.
    Confirmed,
    /// After the account's owner, or another colleague, has agreed.
    Approved,
}

impl Way {
    /// Every way, in the order of menus.
    pub const ALL: [Way; 3] = [Way::Off, Way::Confirmed, Way::Approved];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Way::Off => "off",
            Way::Confirmed => "confirmed",
            Way::Approved => "approved",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Way::Off => "Not offered",
            Way::Confirmed => "After the main contact confirms by mail",
            Way::Approved => "After a colleague agrees",
        }
    }

    /// Reads the word of [`Way::code`] exactly.
    pub fn from_code(code: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// What customers may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    pub ready: bool,
    pub other_date: Way,
    pub opt_out: Way,
    pub contact: Way,
    pub rating: bool,
    pub problem: bool,
}

impl Default for Allowed {
    fn default() -> Self {
        Allowed {
            ready: true,
            other_date: Way::Approved,
            opt_out: Way::Off,
            contact: Way::Approved,
            rating: true,
            problem: true,
        }
    }
}

/// What the page says in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// What happens, and how long it takes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what_happens: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// What it means not to take part.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub opt_out: String,
}

/// One point of the checklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// 1, 2, 3 … in order of creation, never given twice: what a customer ticked stays ticked when the order changes.
    pub number: u16,
    /// By language.
    pub words: BTreeMap<String, PointWords>,
}

/// A point in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointWords {
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// Whom customers can turn to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// When somebody is there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hours: String,
}

/// What a lead decides of the customers' pages of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSettings {
    /// Whether customers have pages at all.
    pub on: bool,
    pub allowed: Allowed,
    /// The language for everybody whose own has no text.
    pub fallback: String,
    pub texts: BTreeMap<String, Texts>,
    pub checklist: Vec<Point>,
    pub support: Support,
    /// Days for which a link is good; a message that names it makes it good anew.
    pub link_days: u16,
    /// Days before its date until which an account may ask for another one; also the earliest that it may get.
    pub lead_days: u16,
}

impl Default for PageSettings {
    fn default() -> Self {
        PageSettings {
            on: false,
            allowed: Allowed::default(),
            fallback: "en".to_owned(),
            texts: BTreeMap::new(),
            checklist: Vec::new(),
            support: Support::default(),
            link_days: 180,
            lead_days: 2,
        }
    }
}

/// What there is in somebody's language: exactly, else in the language without its region, else in the fallback, else any.
pub fn in_language<'a, T>(texts: &'a BTreeMap<String, T>, language: &str, fallback: &str) -> Option<(&'a str, &'a T)> {
    let base = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    let exact = |wanted: &str| texts.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(wanted));
    let near = |wanted: &str| texts.iter().find(|(tag, _)| !wanted.is_empty() && base(tag) == base(wanted));
    let found = exact(language).or_else(|| near(language)).or_else(|| exact(fallback)).or_else(|| texts.iter().next());
    found.map(|(tag, text)| (tag.as_str(), text))
}

impl PageSettings {
    /// The same with blanks taken off, languages as the standard writes them, and what is empty left out. Points without a
    /// number get the next ones; `before` are the settings until now.
    pub fn tidied(&self, before: &PageSettings) -> PageSettings {
        let mut tidy = self.clone();
        let trim = |text: &mut String| *text = text.replace("\r\n", "\n").trim().to_owned();
        let as_tag = |tag: &str| language::tag(tag).unwrap_or_else(|| tag.trim().to_owned());
        tidy.fallback = as_tag(&self.fallback);
        tidy.texts = self.texts.iter().map(|(tag, texts)| (as_tag(tag), texts.clone())).collect();
        for texts in tidy.texts.values_mut() {
            let Texts { what_happens, before, after, opt_out } = texts;
            [what_happens, before, after, opt_out].into_iter().for_each(trim);
        }
        tidy.texts.retain(|_, texts| *texts != Texts::default());
        let numbers = before.checklist.iter().chain(&self.checklist).map(|point| point.number);
        let mut last = numbers.max().unwrap_or_default();
        let mut given = BTreeSet::new();
        for point in &mut tidy.checklist {
            if point.number == 0 || !given.insert(point.number) {
                last = last.saturating_add(1);
                point.number = last;
                given.insert(last);
            }
            point.words =
                std::mem::take(&mut point.words).into_iter().map(|(tag, words)| (as_tag(&tag), words)).collect();
            for words in point.words.values_mut() {
                [&mut words.title, &mut words.hint].into_iter().for_each(trim);
            }
            point.words.retain(|_, words| *words != PointWords::default());
        }
        tidy.checklist.retain(|point| !point.words.is_empty());
        let Support { email, phone, hours } = &mut tidy.support;
        [email, phone, hours].into_iter().for_each(trim);
        tidy
    }

    /// Everything that is wrong with it: `texts_de_before` is a text in German, `point_2_title_de` the third point's.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut say = |field: String, message: &str| problems.push(FieldError::new(&field, message));
        let known = |tag: &str| language::tag(tag).is_some();
        if !known(&self.fallback) {
            say("fallback".to_owned(), "Use a language tag such as en or pt-BR.");
        }
        if self.texts.len() > LANGUAGES_MAX {
            say("texts".to_owned(), "At most 20 languages.");
        }
        for (tag, texts) in &self.texts {
            if !known(tag) {
                say(format!("texts_{tag}"), "This is not a language tag; use one such as de or pt-BR.");
            }
            let all = [
                ("what_happens", &texts.what_happens),
                ("before", &texts.before),
                ("after", &texts.after),
                ("opt_out", &texts.opt_out),
            ];
            for (name, text) in all {
                if text.chars().count() > TEXT_MAX {
                    say(format!("texts_{tag}_{name}"), "At most 5,000 characters.");
                }
            }
        }
        if self.checklist.len() > POINTS_MAX {
            say("checklist".to_owned(), "At most 20 points.");
        }
        for (index, point) in self.checklist.iter().enumerate() {
            for (tag, words) in &point.words {
                if !known(tag) {
                    say(
                        format!("point_{index}_title_{tag}"),
                        "This is not a language tag; use one such as de or pt-BR.",
                    );
                }
                if words.title.is_empty() {
                    say(format!("point_{index}_title_{tag}"), "Say what is to be done.");
                }
                for (name, text, max) in [("title", &words.title, POINT_MAX), ("hint", &words.hint, 2 * POINT_MAX)] {
                    if text.chars().count() > max {
                        say(format!("point_{index}_{name}_{tag}"), "This text is too long.");
                    }
                }
            }
        }
        if !self.support.email.is_empty() && !is_email(&self.support.email) {
            say("support_email".to_owned(), "This is not an e-mail address.");
        }
        if self.support.phone.chars().count() > 40 || self.support.phone.chars().any(char::is_control) {
            say("support_phone".to_owned(), "At most 40 characters.");
        }
        if self.support.hours.chars().count() > 200 {
            say("support_hours".to_owned(), "At most 200 characters.");
        }
        if !(1..=LINK_DAYS_MAX).contains(&self.link_days) {
            say("link_days".to_owned(), "From 1 to 730 days.");
        }
        if self.lead_days > LEAD_DAYS_MAX {
            say("lead_days".to_owned(), "At most 60 days.");
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, Texts> {
        let text = |before: &str| Texts { before: before.to_owned(), ..Texts::default() };
        pairs.iter().map(|(tag, before)| ((*tag).to_owned(), text(before))).collect()
    }

    #[test]
    fn a_text_comes_in_the_nearest_language_that_there_is() {
        let all = texts(&[("de", "d"), ("en", "e"), ("pt-BR", "p")]);
        for (wanted, found) in [("de", "d"), ("de-AT", "d"), ("pt", "p"), ("pt-PT", "p"), ("ja", "e"), ("", "e")] {
            assert_eq!(
                in_language(&all, wanted, "en").map(|(_, texts)| texts.before.as_str()),
                Some(found),
                "{wanted}"
            );
        }
        assert_eq!(in_language(&all, "ja", "xx").map(|(tag, _)| tag), Some("de"));
        assert_eq!(in_language(&texts(&[]), "de", "en"), None);
    }

    #[test]
    fn what_is_saved_is_tidy_and_numbers_of_points_are_never_given_twice() {
        let words = |title: &str| [("DE".to_owned(), PointWords { title: title.into(), hint: " h ".into() })].into();
        let before =
            PageSettings { checklist: vec![Point { number: 3, words: words("gone") }], ..PageSettings::default() };
        let typed = PageSettings {
            fallback: " EN ".to_owned(),
            texts: texts(&[("pt_br", " x\r\ny "), ("fr", "  ")]),
            checklist: vec![
                Point { number: 0, words: words(" new ") },
                Point { number: 1, words: words("one") },
                Point { number: 1, words: words("twice") },
                Point { number: 0, words: BTreeMap::new() },
            ],
            ..PageSettings::default()
        };
        let tidy = typed.tidied(&before);
        assert_eq!(tidy.fallback, "en");
        assert_eq!(tidy.texts, texts(&[("pt-BR", "x\ny")]));
        let numbers: Vec<_> = tidy.checklist.iter().map(|point| point.number).collect();
        assert_eq!(numbers, [4, 1, 5]);
        assert_eq!(tidy.checklist[0].words["de"], PointWords { title: "new".into(), hint: "h".into() });
        assert_eq!(tidy.problems(), []);
    }

    #[test]
    fn what_cannot_be_stands_at_its_field() {
        let point = |words: PointWords| Point { number: 1, words: [("de".to_owned(), words)].into() };
        let good = PageSettings::default();
        let cases = [
            (PageSettings { fallback: "klingon!".into(), ..good.clone() }, "fallback"),
            (PageSettings { texts: texts(&[("nowhere land", "x")]), ..good.clone() }, "texts_nowhere land"),
            (PageSettings { texts: texts(&[("de", &"x".repeat(TEXT_MAX + 1))]), ..good.clone() }, "texts_de_before"),
            (
                PageSettings {
                    checklist: vec![point(PointWords { title: String::new(), hint: "h".into() })],
                    ..good.clone()
                },
                "point_0_title_de",
            ),
            (PageSettings { checklist: vec![Point::default(); POINTS_MAX + 1], ..good.clone() }, "checklist"),
            (
                PageSettings {
                    support: Support { email: "a\nb@c.example".into(), ..Support::default() },
                    ..good.clone()
                },
                "support_email",
            ),
            (PageSettings { link_days: 0, ..good.clone() }, "link_days"),
            (PageSettings { lead_days: 61, ..good.clone() }, "lead_days"),
        ];
        assert_eq!(good.problems(), []);
        for (settings, field) in cases {
            let fields: Vec<_> = settings.problems().into_iter().map(|problem| problem.field).collect();
            assert_eq!(fields, [field]);
        }
    }
}
