//! A migration: one platform change with a deadline.

use crate::custom::CustomField;
use crate::id::MigrationId;
use crate::slug;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Draft → running ⇄ paused → closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationStage {
    Draft,
    Running,
    Paused,
    Closed,
}

impl MigrationStage {
    /// The word in the middle of a sentence.
    pub fn label(self) -> &'static str {
        match self {
            MigrationStage::Draft => "a draft",
            MigrationStage::Running => "running",
            MigrationStage::Paused => "paused",
            MigrationStage::Closed => "closed",
        }
    }

    /// The word on its own, on a tag.
    pub fn word(self) -> &'static str {
        match self {
            MigrationStage::Draft => "Draft",
            MigrationStage::Running => "Running",
            MigrationStage::Paused => "Paused",
            MigrationStage::Closed => "Closed",
        }
    }

    /// The stages to which a lead may move it from here.
    pub fn next(self) -> &'static [MigrationStage] {
        match self {
            MigrationStage::Draft => &[MigrationStage::Running],
            MigrationStage::Running => &[MigrationStage::Paused, MigrationStage::Closed],
            MigrationStage::Paused => &[MigrationStage::Running, MigrationStage::Closed],
            MigrationStage::Closed => &[],
        }
    }

    /// The verb on the button that leads to this stage from `from`.
    pub fn verb(self, from: MigrationStage) -> &'static str {
        match (from, self) {
            (MigrationStage::Paused, MigrationStage::Running) => "Resume",
            (_, MigrationStage::Running) => "Start",
            (_, MigrationStage::Paused) => "Pause",
            (_, MigrationStage::Closed) => "Close",
            (_, MigrationStage::Draft) => "Back to draft",
        }
    }
}

/// One platform change with a deadline; owns accounts, cohorts and a status page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    pub id: MigrationId,
    pub stage: MigrationStage,
    pub settings: MigrationSettings,
    /// Whether the public status page is published.
    pub published: bool,
    /// Columns of its own, in their order; retired ones included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<CustomField>,
}

impl Migration {
    /// The name that customers see; never the internal one.
    pub fn public_name(&self) -> &str {
        if self.settings.public_name.is_empty() { "Platform migration" } else { &self.settings.public_name }
    }

    /// The fields that are in use, in their order.
    pub fn live_fields(&self) -> impl Iterator<Item = &CustomField> {
        self.fields.iter().filter(|field| !field.retired)
    }
}

/// What a lead sets of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationSettings {
    /// The internal name, for colleagues.
    pub name: String,
    /// The name for customers; may be empty.
    pub public_name: String,
    /// The readable part of its addresses: `/m/SLUG` and `/status/SLUG`.
    pub slug: String,
    /// What customers read on the status page about the change; plain text.
    pub description: String,
    pub deadline: NaiveDate,
    /// IANA name, such as `Europe/Berlin`; days and deadlines are of this zone.
    pub time_zone: String,
    /// Days after the start during which an account can be rolled back; `None` means never.
    pub rollback_days: Option<u16>,
    /// Days on which no account may be planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackouts: Vec<Blackout>,
    /// Whether accounts are planned on Saturdays and Sundays, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub weekends: bool,
}

/// Days, both ends included, on which nothing moves: a quarter's end, a holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blackout {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub reason: String,
}

/// What is wrong with one field of a form: the field's name and a sentence for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    /// A complaint about one field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        FieldError { field: field.to_owned(), message: message.into() }
    }
}

/// The rollback period that a new migration proposes, in days.
pub const ROLLBACK_DAYS_DEFAULT: u16 = 14;

impl MigrationSettings {
    /// Everything that is wrong with these settings. Whether the zone exists is asked of `known_zone`,
    /// because only the server carries the table of zones; whether the slug is free is asked by the store.
    pub fn problems(&self, known_zone: impl Fn(&str) -> bool) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut check = |ok: bool, field: &str, message: &str| {
            if !ok {
                problems.push(FieldError::new(field, message));
            }
        };
        let name = self.name.trim();
        check(!name.is_empty(), "name", "Give the migration a name.");
        check(name.chars().count() <= 120, "name", "At most 120 characters.");
        check(self.public_name.chars().count() <= 120, "public_name", "At most 120 characters.");
        check(self.description.chars().count() <= 4_000, "description", "At most 4,000 characters.");
        check(slug::is_valid(&self.slug), "slug", slug::RULE);
        check(known_zone(&self.time_zone), "time_zone", "This time zone is not known. Use a name like Europe/Berlin.");
        check(
            self.rollback_days.is_none_or(|days| days <= 365),
            "rollback_days",
            "At most 365 days, or empty for no rollback.",
        );
        problems.extend(self.calendar().problems());
        problems
    }
}
