//! Gates of a cohort and the cohort's own page.

use super::acting;
use crate::api::ApiError;
use domain::cohort::CohortStage;
use domain::cohort_report::{CohortReport, PastDecision};
use domain::gate::{GateId, GateLists, GateSet};
use domain::id::{CohortNumber, MigrationId};

/// Everything that the page of a cohort shows.
pub async fn report(migration: MigrationId, cohort: CohortNumber) -> Result<CohortReport, ApiError> {
    acting(async |acting, _| Ok(acting.cohort_report(&migration, cohort).await?)).await
}

/// All decisions at gates of a migration.
pub async fn decisions(migration: MigrationId) -> Result<Vec<PastDecision>, ApiError> {
    acting(async |acting, _| Ok(acting.gate_decisions(&migration).await?)).await
}

/// Sets a cohort's gates and triggers.
pub async fn change(migration: MigrationId, cohort: CohortNumber, lists: GateLists) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_gates(&migration, cohort, lists).await?)).await
}

/// Says yes to what a gate asks of a person, or takes one's own yes back.
pub async fn approve(
    migration: MigrationId,
    cohort: CohortNumber,
    gate: GateId,
    given: bool,
    note: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.approve_gate(&migration, cohort, gate, given, note).await?)).await
}

/// Signs a gate whose criteria are all met.
pub async fn sign(migration: MigrationId, cohort: CohortNumber, set: GateSet) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.sign_gates(&migration, cohort, set).await?)).await
}

/// Signs a gate although not everything is met.
pub async fn override_gates(
    migration: MigrationId,
    cohort: CohortNumber,
    set: GateSet,
    reason: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.override_gates(&migration, cohort, set, reason).await?)).await
}

/// Starts or closes a cohort although its gate is not passed.
pub async fn move_past(
    migration: MigrationId,
    cohort: CohortNumber,
    to: CohortStage,
    reason: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.move_cohort_past_gate(&migration, cohort, to, reason).await?)).await
}
