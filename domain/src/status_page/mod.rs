//! The public status page of a migration: what a lead writes of it, its components, incidents and maintenance.
//!
//! What staff write is a draft until it is published; readers get a [`crate::public_page::PublicPage`], which is made of
//! published things only and has no private field.

pub mod accent;
pub mod change;
pub mod check;
pub mod component;
pub mod content;
pub mod incident;
pub mod localized;
#[cfg(feature = "server")]
pub mod markdown;
pub mod template;
pub mod windows;

pub use component::{Component, ComponentDraft, ComponentState};
pub use content::{PageContent, Question, Task};
pub use incident::{Impact, Incident, IncidentKind, IncidentState, IncidentUpdate};
pub use localized::Localized;
pub use template::{IncidentTemplate, IncidentTemplateDraft};

use crate::clock::Instant;
use crate::id::{MigrationId, UserId};
use serde::{Deserialize, Serialize};

/// Everything that staff set about a migration's page, beside its components and incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPage {
    /// What is being written.
    pub draft: PageContent,
    /// Rises with each saved draft; a writer names the one they saw, so that two do not overwrite each other.
    pub draft_version: u32,
    /// Who saved the draft last, and when.
    #[serde(default)]
    pub drafted: Option<Drafted>,
    /// What readers see; `None`: the page shows what it follows by itself, and no texts.
    pub published: Option<PublishedContent>,
    /// What replaces it at a time that was set. A draft that is saved meanwhile changes nothing of it: what goes out is what
    /// somebody who may publish has seen.
    #[serde(default)]
    pub planned: Option<PlannedContent>,
    pub look: Look,
    pub follow: Follow,
    /// Other migrations that this page shows as well, in this order. Only those whose own page is published appear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<MigrationId>,
}

/// A content as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedContent {
    pub content: PageContent,
    pub version: u32,
    pub at: Instant,
    /// Who published it, or planned that.
    pub by: Option<UserId>,
}

/// A content that goes out by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedContent {
    pub content: PageContent,
    /// The version of the draft that it was.
    pub version: u32,
    pub at: Instant,
    pub by: UserId,
}

/// The last saving of the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafted {
    pub by: UserId,
    pub at: Instant,
}

/// A company's theme: it sets the accent and the mark and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// `#rrggbb`, readable on the light page; empty: Landbridge's own.
    #[serde(default)]
    pub accent: String,
    /// `#rrggbb`, readable on the dark page; empty: made of the other one by [`accent::Accents::of`].
    #[serde(default)]
    pub accent_dark: String,
    /// A picture of at most 20 kB: PNG, JPEG, WebP. Served at an address of its own.
    #[serde(default)]
    pub logo: Option<Logo>,
    /// A name under which the page is reached, without scheme and port: `status.ledger.example`; empty: only `/status/SLUG`.
    #[serde(default)]
    pub host: String,
    /// Where the logo leads; empty: nowhere.
    #[serde(default)]
    pub home: String,
    /// Links at the foot: imprint, privacy, support.
    #[serde(default)]
    pub links: Vec<FootLink>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`, as its first bytes say.
    pub media_type: String,
    /// Base64.
    pub bytes: String,
}

/// A link at the foot of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FootLink {
    pub label: Localized,
    /// `https:`, `http:` or `mailto:`.
    pub address: String,
}

/// What the page shows by itself, as the migration goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// A cohort's window is a maintenance that starts and ends with it.
    pub windows: bool,
    /// A halted cohort opens the draft of an incident.
    pub halts: bool,
    /// The share of accounts that have moved, and how it grew.
    pub progress: bool,
}

impl Default for Follow {
    fn default() -> Self {
        Follow { windows: true, halts: true, progress: true }
    }
}
