//! Gates of a cohort and the cohort's own page.

use super::ApiError;
use domain::cohort::CohortStage;
use domain::cohort_report::{CohortReport, PastDecision};
use domain::gate::{GateId, GateLists, GateSet};
use domain::id::{CohortNumber, MigrationId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Everything that the page of a cohort shows.
#[server(name = AskCohortReport, endpoint = "gates/report")]
pub async fn cohort_report(migration: MigrationId, cohort: CohortNumber) -> Result<CohortReport, ApiError> {
    crate::backend::gates::report(migration, cohort).await
}

/// All decisions at gates of a migration, the newest first.
#[server(name = AskGateDecisions, endpoint = "gates/decisions")]
pub async fn gate_decisions(migration: MigrationId) -> Result<Vec<PastDecision>, ApiError> {
    crate::backend::gates::decisions(migration).await
}

/// Sets a cohort's gates and triggers. Problems are named `exit-0` for the first exit gate.
#[server(endpoint = "gates/change", input = Json)]
pub async fn change_gates(migration: MigrationId, cohort: CohortNumber, lists: GateLists) -> Result<(), ApiError> {
    crate::backend::gates::change(migration, cohort, lists).await
}

/// Says yes to what a gate asks of a person, or takes one's own yes back.
#[server(endpoint = "gates/approve")]
pub async fn approve_gate(
    migration: MigrationId,
    cohort: CohortNumber,
    gate: GateId,
    given: bool,
    #[server(default)] note: String,
) -> Result<(), ApiError> {
    crate::backend::gates::approve(migration, cohort, gate, given, note).await
}

/// Signs a gate whose criteria are all met.
#[server(endpoint = "gates/sign")]
pub async fn sign_gates(migration: MigrationId, cohort: CohortNumber, set: GateSet) -> Result<(), ApiError> {
    crate::backend::gates::sign(migration, cohort, set).await
}

/// Signs a gate although not everything is met, with a reason.
#[server(endpoint = "gates/override")]
pub async fn override_gates(
    migration: MigrationId,
    cohort: CohortNumber,
    set: GateSet,
    reason: String,
) -> Result<(), ApiError> {
    crate::backend::gates::override_gates(migration, cohort, set, reason).await
}

/// Starts or closes a cohort although its gate is not passed, with a reason.
#[server(endpoint = "gates/move-past")]
pub async fn move_cohort_past_gate(
    migration: MigrationId,
    cohort: CohortNumber,
    to: CohortStage,
    reason: String,
) -> Result<(), ApiError> {
    crate::backend::gates::move_past(migration, cohort, to, reason).await
}
