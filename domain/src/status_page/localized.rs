//! A text in several languages.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text by BCP 47 tag; empty texts are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// A text in one language.
    pub fn one(language: &str, text: &str) -> Localized {
        let mut texts = Localized::default();
        texts.set(language, text);
        texts
    }

    /// Sets, or with an empty text removes, the text in a language.
    pub fn set(&mut self, language: &str, text: &str) {
        if text.trim().is_empty() {
            self.0.remove(language);
        } else {
            self.0.insert(language.to_owned(), text.to_owned());
        }
    }

    /// The text exactly in this language; empty if there is none.
    pub fn exactly(&self, language: &str) -> &str {
        self.0.get(language).map_or("", String::as_str)
    }

    /// The text for a reader: in their language, else without its region (`de-AT` → `de`), else in the page's own, else in
    /// whichever there is. With the language that was found, so that it can be marked.
    pub fn find(&self, language: &str, fallback: &str) -> Option<(&str, &str)> {
        let base = language.split('-').next().unwrap_or(language);
        [language, base, fallback]
            .into_iter()
            .find_map(|tag| self.0.get_key_value(tag))
            .or_else(|| self.0.first_key_value())
            .map(|(tag, text)| (tag.as_str(), text.as_str()))
    }

    /// The text of [`Localized::find`]; empty if there is none at all.
    pub fn text(&self, language: &str, fallback: &str) -> &str {
        self.find(language, fallback).map_or("", |(_, text)| text)
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let mut texts = Localized::one("en", "Hello");
        texts.set("de", "Hallo");
        texts.set("fr", "  ");
        assert_eq!(texts.find("de-AT", "en"), Some(("de", "Hallo")));
        assert_eq!(texts.find("fr", "en"), Some(("en", "Hello")));
        assert_eq!(texts.find("fr", "it"), Some(("de", "Hallo")), "any is better than none");
        assert_eq!(Localized::default().find("en", "en"), None);
        texts.set("de", "");
        assert_eq!(texts.exactly("de"), "");
    }
}
