//! Migrations: the list, one migration's frame, settings, stages, publishing.

use super::ApiError;
use super::session::Me;
use chrono::NaiveDate;
use domain::cohort::Cohort;
use domain::event::Position;
use domain::id::{MigrationId, UserId};
use domain::migration::{Migration, MigrationStage};
use domain::notice::promise::PromiseCounts;
use domain::status::StatusCounts;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// One line of the list of migrations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigrationSummary {
    pub migration: Migration,
    pub counts: StatusCounts,
    /// The dates that customers were told.
    pub promises: PromiseCounts,
    pub cohorts: u16,
    /// Whole days until the deadline in the migration's zone; negative when it has passed.
    pub days_left: i64,
}

/// The frame of every page of a migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub migration: Migration,
    /// In their order.
    pub cohorts: Vec<CohortSummary>,
    pub counts: StatusCounts,
    /// The dates that customers were told.
    pub promises: PromiseCounts,
    pub people: Vec<Person>,
    pub me: Me,
    /// Today in the migration's zone.
    pub today: NaiveDate,
    pub days_left: i64,
    pub position: Position,
}

/// A cohort with how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortSummary {
    pub cohort: Cohort,
    pub counts: StatusCounts,
    /// The dates that its customers were told.
    pub promises: PromiseCounts,
    /// The window for reading, in the cohort's zone: `24 May 2026, 22:00 to 25 May 2026, 04:00 CEST`; empty without one.
    pub window: String,
    /// The window's ends for a form: `2026-05-24T22:00` in the cohort's zone; empty without one.
    pub window_starts: String,
    pub window_ends: String,
    /// The first and the last day of the window, in the migration's zone.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// Somebody whose name is shown beside what they own or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// By which a pasted owner is found, too.
    pub email: String,
    /// False for disabled users: they can own nothing new.
    pub active: bool,
}

/// All migrations, the nearest deadline first, closed ones last.
#[server(endpoint = "migrations/list")]
pub async fn migrations() -> Result<Vec<MigrationSummary>, ApiError> {
    crate::backend::migrations::list().await
}

/// The frame of the migration with this address.
#[server(name = AskOverview, endpoint = "migrations/overview")]
pub async fn overview(slug: String) -> Result<Overview, ApiError> {
    crate::backend::migrations::overview(slug).await
}

/// The fields of the migration form as typed; `rollback_days` may be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MigrationForm {
    pub name: String,
    #[serde(default)]
    pub public_name: String,
    /// Empty: made of the name.
    #[serde(default)]
    pub slug: String,
    #[serde(default)]
    pub description: String,
    /// `2026-06-30`
    pub deadline: String,
    #[serde(default)]
    pub time_zone: String,
    #[serde(default)]
    pub rollback_days: String,
}

/// One blackout as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BlackoutForm {
    /// `2026-12-24`
    pub first: String,
    pub last: String,
    pub reason: String,
}

/// Sets the days on which nothing is planned. A problem with the third blackout's end stands at `blackout_2_last`.
#[server(endpoint = "migrations/days", input = Json)]
pub async fn change_days(migration: MigrationId, blackouts: Vec<BlackoutForm>, weekends: bool) -> Result<(), ApiError> {
    crate::backend::migrations::change_days(migration, blackouts, weekends).await
}

/// Creates a migration as a draft and goes to it. Answers its slug. Field names of problems are those of the form.
#[server(endpoint = "migrations/create")]
pub async fn create_migration(
    form: MigrationForm,
    /// Its fields and cohorts come from this template; empty: it has none yet.
    #[server(default)]
    template: String,
) -> Result<String, ApiError> {
    crate::backend::migrations::create(form, template).await
}

/// Changes a migration's settings. Answers its slug, which may be new.
#[server(endpoint = "migrations/change")]
pub async fn change_migration(migration: MigrationId, form: MigrationForm) -> Result<String, ApiError> {
    crate::backend::migrations::change(migration, form).await
}

/// Starts, pauses, resumes or closes a migration, with a reason.
#[server(endpoint = "migrations/move")]
pub async fn move_migration(migration: MigrationId, to: MigrationStage, reason: String) -> Result<(), ApiError> {
    crate::backend::migrations::move_to(migration, to, reason).await
}

/// Publishes the status page (`/status/SLUG`), or takes it back.
#[server(endpoint = "migrations/publish")]
pub async fn publish_page(migration: MigrationId, publish: bool) -> Result<(), ApiError> {
    crate::backend::migrations::publish(migration, publish).await
}
