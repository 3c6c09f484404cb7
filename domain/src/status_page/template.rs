//! Templates of incidents: what is always written, so that at night only the figures are missing.

use super::check::{self, Checks};
use super::incident::{BODY_MAX, TITLE_MAX};
use super::{ComponentState, Impact, IncidentKind, IncidentState, Localized};
use crate::id::{ComponentNumber, IncidentTemplateNumber};
use crate::migration::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most templates that a page has.
pub const TEMPLATES_MAX: usize = 100;

/// A template with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTemplate {
    pub number: IncidentTemplateNumber,
    pub draft: IncidentTemplateDraft,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// What somebody writes of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentTemplateDraft {
    /// For colleagues.
    pub name: String,
    pub kind: IncidentKind,
    pub state: IncidentState,
    pub impact: Impact,
    /// May be empty: then the title is what has to be written.
    #[serde(default)]
    pub title: Localized,
    /// Markdown; may be empty.
    #[serde(default)]
    pub body: Localized,
    #[serde(default)]
    pub components: BTreeMap<ComponentNumber, ComponentState>,
}

impl IncidentTemplateDraft {
    /// Everything that is wrong with it, beside the names of the other templates.
    pub fn problems<'a>(&self, mut others: impl Iterator<Item = &'a str>) -> Vec<FieldError> {
        let mut checks = Checks::default();
        let name = self.name.trim();
        checks.when(name.is_empty(), "name", "Give the template a name.");
        checks.when(name.chars().count() > 80, "name", "At most 80 characters.");
        checks.when(others.any(|other| other.eq_ignore_ascii_case(name)), "name", "Another template has this name.");
        checks.when(!self.state.is_of(self.kind), "state", "This state belongs to another kind.");
        checks.text("title", &self.title, TITLE_MAX, check::Lines::One);
        checks.text("body", &self.body, BODY_MAX, check::Lines::Several);
        checks.done()
    }
}
