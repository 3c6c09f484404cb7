//! The texts of a status page, in every language that it has.

use super::Localized;
use serde::{Deserialize, Serialize};

/// The texts. Those named Markdown may have emphasis, links, lists and code, and neither HTML nor pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContent {
    /// BCP 47 tags; the first is what readers of other languages get. Never empty once it was saved.
    pub languages: Vec<String>,
    /// The page's title; empty: the migration's public name.
    #[serde(default)]
    pub title: Localized,
    /// Above everything, for what nobody may miss; one line of Markdown. Empty: no banner.
    #[serde(default)]
    pub banner: Localized,
    /// Instead of the sentence that the page makes by itself; plain text, one sentence.
    #[serde(default)]
    pub headline: Localized,
    /// Below the headline; plain text.
    #[serde(default)]
    pub lead: Localized,
    /// What changes; Markdown.
    #[serde(default)]
    pub changes: Localized,
    /// What stays as it is; Markdown.
    #[serde(default)]
    pub stays: Localized,
    /// What readers have to do, in order.
    #[serde(default)]
    pub tasks: Vec<Task>,
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Whom to ask; Markdown.
    #[serde(default)]
    pub contact: Localized,
}

/// Something that readers have to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Plain text.
    pub title: Localized,
    /// Whom it concerns, in words: "If you use the API". Empty: everyone.
    #[serde(default)]
    pub who: Localized,
    /// Markdown.
    #[serde(default)]
    pub text: Localized,
}

/// A question with its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Plain text.
    pub question: Localized,
    /// Markdown.
    pub answer: Localized,
}
