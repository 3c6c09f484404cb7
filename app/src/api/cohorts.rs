//! Cohorts of a migration.

use super::ApiError;
use domain::cohort::CohortStage;
use domain::id::{CohortNumber, MigrationId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The fields of the cohort form as typed; the window's ends may both be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CohortForm {
    pub name: String,
    #[serde(default)]
    pub public_name: String,
    /// `2026-05-24T22:00` in the migration's zone.
    #[serde(default)]
    pub window_starts: String,
    #[serde(default)]
    pub window_ends: String,
}

/// Adds a cohort at the end of the order.
#[server(endpoint = "cohorts/create")]
pub async fn create_cohort(migration: MigrationId, form: CohortForm) -> Result<CohortNumber, ApiError> {
    crate::backend::cohorts::create(migration, form).await
}

/// Changes a cohort's settings.
#[server(endpoint = "cohorts/change")]
pub async fn change_cohort(migration: MigrationId, cohort: CohortNumber, form: CohortForm) -> Result<(), ApiError> {
    crate::backend::cohorts::change(migration, cohort, form).await
}

/// Puts a cohort at another place (from 1) in the order.
#[server(endpoint = "cohorts/order")]
pub async fn order_cohort(migration: MigrationId, cohort: CohortNumber, position: u16) -> Result<(), ApiError> {
    crate::backend::cohorts::order(migration, cohort, position).await
}

/// Starts, halts, resumes or closes a cohort, with a reason.
#[server(endpoint = "cohorts/move")]
pub async fn move_cohort(
    migration: MigrationId,
    cohort: CohortNumber,
    to: CohortStage,
    reason: String,
) -> Result<(), ApiError> {
    crate::backend::cohorts::move_to(migration, cohort, to, reason).await
}
