//! Templates of messages: subject, text and HTML with variables, a variant per language, every version kept.

use super::NoticeKind;
use crate::clock::Instant;
use crate::id::{NoticeTemplateNumber, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest version of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeTemplate {
    pub number: NoticeTemplateNumber,
    /// 1, 2, 3 …; a message names the version that it was made from.
    pub version: u32,
    pub name: String,
    /// What its messages are to their readers: it decides which variables there are. A rule uses templates of its own kind.
    pub kind: NoticeKind,
    /// The language of [`NoticeTemplate::variants`] for readers of every other one.
    pub fallback: String,
    /// By BCP 47 tag; never empty, and has the fallback.
    pub variants: BTreeMap<String, Variant>,
    pub saved_at: Instant,
    pub saved_by: Option<UserId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// A template in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// One line.
    pub subject: String,
    /// Plain text, which every message has.
    pub text: String,
    /// HTML, autoescaped; empty: made from the text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub html: String,
}

/// A part of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    /// Every part, in the order of the form.
    pub const ALL: [Part; 3] = [Part::Subject, Part::Text, Part::Html];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        match self {
            Part::Subject => "subject",
            Part::Text => "text",
            Part::Html => "html",
        }
    }
}

impl Variant {
    /// The source of a part.
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Subject => &self.subject,
            Part::Text => &self.text,
            Part::Html => &self.html,
        }
    }
}

/// Longest subject, in characters.
pub const SUBJECT_MAX: usize = 200;
/// Longest text or HTML of a variant, in bytes.
pub const BODY_MAX: usize = 100_000;

impl NoticeTemplate {
    /// The variant for a reader's language: `de-AT`, then `de`, then the fallback. With the tag that was found.
    pub fn variant_for(&self, language: &str) -> Option<(&str, &Variant)> {
        let base = language.split('-').next().unwrap_or(language);
        let tags = [language, base, self.fallback.as_str()];
        tags.into_iter().find_map(|tag| {
            self.variants
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(tag))
                .map(|(tag, variant)| (tag.as_str(), variant))
        })
    }
}
