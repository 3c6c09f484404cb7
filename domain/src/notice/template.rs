//! Templates of messages: subject, text and HTML with variables, a variant per language, every version kept.

use super::NoticeKind;
use crate::clock::Instant;
use crate::id::{NoticeTemplateNumber, UserId};
use crate::language;
use crate::migration::FieldError;
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

/// What somebody writes of a template, before it is a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateDraft {
    pub name: String,
    /// Of a template that exists already it stays as it is.
    pub kind: NoticeKind,
    pub fallback: String,
    pub variants: BTreeMap<String, Variant>,
}

/// Longest name of a template, in characters.
pub const NAME_MAX: usize = 80;
/// Languages that one template may have.
pub const VARIANTS_MAX: usize = 20;
/// Templates of one migration.
pub const TEMPLATES_MAX: usize = 100;

impl From<&NoticeTemplate> for TemplateDraft {
    fn from(template: &NoticeTemplate) -> Self {
        TemplateDraft {
            name: template.name.clone(),
            kind: template.kind,
            fallback: template.fallback.clone(),
            variants: template.variants.clone(),
        }
    }
}

impl TemplateDraft {
    /// What can be said without reading the template's language: names, languages, lengths. The browser asks this before
    /// it sends anything; `others` are the names of the migration's other templates.
    pub fn problems<'a>(&self, others: impl IntoIterator<Item = &'a str>) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            problems.push(FieldError::new("name", "Give the template a name."));
        } else if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            problems.push(FieldError::new("name", format!("At most {NAME_MAX} characters, in one line.")));
        } else if others.into_iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            problems.push(FieldError::new("name", "Another template of this migration has this name."));
        }
        if self.variants.is_empty() || self.variants.len() > VARIANTS_MAX {
            problems.push(FieldError::new("languages", format!("Between 1 and {VARIANTS_MAX} languages.")));
        } else if !self.variants.contains_key(&self.fallback) {
            let words = "Choose one of the languages below: readers of every other one get it.";
            problems.push(FieldError::new("fallback", words));
        }
        for (tag, variant) in &self.variants {
            if language::tag(tag).as_deref() != Some(tag) {
                problems.push(FieldError::new("languages", format!("“{tag}” is not the tag of a language.")));
            }
            problems.extend(variant.length_problems(tag));
        }
        problems
    }
}

/// How problems name a part of a variant: `de.subject`.
pub fn field_of(tag: &str, part: Part) -> String {
    format!("{tag}.{}", part.code())
}

impl Variant {
    /// Whether a part is longer than anybody reads: such a draft is sent nowhere.
    pub fn is_too_long(&self) -> bool {
        self.text.len() > BODY_MAX || self.html.len() > BODY_MAX || self.subject.chars().count() > SUBJECT_MAX * 2
    }

    /// What is missing or too long, or a subject of several lines.
    pub fn length_problems(&self, tag: &str) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut say = |part, words: String| problems.push(FieldError::new(&field_of(tag, part), words));
        if self.subject.contains(['\n', '\r']) {
            say(Part::Subject, "A subject is one line: take the line break out.".to_owned());
        } else if self.subject.trim().is_empty() {
            say(Part::Subject, "Write a subject.".to_owned());
        } else if self.subject.chars().count() > SUBJECT_MAX {
            say(Part::Subject, format!("At most {SUBJECT_MAX} characters."));
        }
        if self.text.trim().is_empty() {
            say(Part::Text, "Write the text: every message has one, also beside HTML.".to_owned());
        }
        for part in [Part::Text, Part::Html] {
            let length = self.part(part).len();
            if length > BODY_MAX {
                let (length, most) = (length.div_ceil(1_000), BODY_MAX / 1_000);
                say(part, format!("This is {length} kB long; a message has at most {most} kB."));
            }
        }
        problems
    }
}

/// What became of saving a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TemplateSaved {
    Saved {
        number: NoticeTemplateNumber,
        version: u32,
    },
    /// Somebody saved another version meanwhile; nothing was written.
    Conflict {
        theirs: Box<NoticeTemplate>,
        by: String,
    },
}

/// A version of a template in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLine {
    pub version: u32,
    /// `None`: it came with the migration.
    pub saved: Option<(Instant, String)>,
}

/// A draft as it is looked at while somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateLook {
    pub problems: Vec<FieldError>,
    /// By language: the message, or why there is none.
    pub messages: BTreeMap<String, Result<Shown, String>>,
    /// Who would read it, in words.
    pub reader: String,
}

/// A message in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub subject: String,
    pub text: String,
    /// What the account lacks and a message of this kind always has, made up here.
    pub invented: Vec<String>,
}
