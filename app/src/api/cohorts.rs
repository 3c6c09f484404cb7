//! Cohorts of a migration.

use super::ApiError;
use super::bulk::ReasonView;
use chrono::NaiveDate;
use domain::calendar::{BrokenPromise, DayPlan, WaveMove};
use domain::cohort::{CohortStage, Window};
use domain::id::{BulkId, CohortNumber, CommandId, MigrationId};
use domain::split::{SplitPlan, Stratum};
use domain::spread::Day;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The fields of the cohort form as typed; the window's ends may both be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CohortForm {
    pub name: String,
    #[serde(default)]
    pub public_name: String,
    /// `2026-05-24T22:00` in the cohort's zone.
    #[serde(default)]
    pub window_starts: String,
    #[serde(default)]
    pub window_ends: String,
    /// Empty: the migration's.
    #[serde(default)]
    pub time_zone: String,
    /// Accounts per day; empty: no limit.
    #[serde(default)]
    pub capacity: String,
    /// A user's id; empty: nobody.
    #[serde(default)]
    pub owner: String,
    /// Cohorts that it waits for.
    #[serde(default)]
    pub after: Vec<CohortNumber>,
}

/// What a split would do. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitView {
    /// How many accounts are split.
    pub total: u32,
    /// Of these, accounts that leave another cohort.
    pub from_others: u32,
    /// What was asked for of each wave, in words, and how many accounts that is.
    pub waves: Vec<(String, u32)>,
    /// Accounts that no wave asked for: they stay where they are.
    pub left: u32,
    pub strata: Vec<Stratum>,
    /// Accounts that may not change cohort, and why.
    pub refused: u32,
    pub reasons: Vec<ReasonView>,
}

/// What the move of a window would do, or the planning of dates. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MoveView {
    /// The cohort itself, then those that follow.
    pub cohorts: Vec<MovedCohort>,
    /// Planned cohorts that would start before one that they wait for ends, and the days by which they have to move.
    pub overlaps: Vec<(CohortNumber, i32)>,
    pub promises: Vec<BrokenPromise>,
}

/// One cohort of a move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovedCohort {
    pub number: CohortNumber,
    /// As it is stored: sent back with the move, so that somebody else's change in between is noticed.
    pub window: Window,
    /// The windows for reading.
    pub before: String,
    pub after: String,
    /// Whether the window changes.
    pub moves: bool,
    /// Whether it would end after the migration's deadline.
    pub late: bool,
    pub capacity: Option<u32>,
    pub days: Vec<Day>,
    /// Accounts whose date changes.
    pub changed: u32,
    /// Of these, accounts that had none.
    pub first: u32,
    /// Accounts that stay on their day.
    pub same: u32,
    /// Accounts for which there is no room: they keep what they have.
    pub unplaced: Vec<ReasonView>,
    /// Accounts that are not planned with the others, and why.
    pub stays: Vec<ReasonView>,
    /// How many of those with a date of their own are outside of the window or on a closed day.
    pub pinned_outside: u32,
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

/// How accounts would be split into new cohorts.
#[server(name = AskSplitPreview, endpoint = "cohorts/split-preview", input = Json)]
pub async fn split_preview(migration: MigrationId, plan: SplitPlan) -> Result<SplitView, ApiError> {
    crate::backend::waves::split_preview(migration, plan).await
}

/// Creates a cohort of each name and starts to fill them, as a bulk change. `seen` is how many accounts the preview was of.
/// Sending it again with the same `command` is safe.
#[server(endpoint = "cohorts/split", input = Json)]
pub async fn split_accounts(
    migration: MigrationId,
    command: CommandId,
    plan: SplitPlan,
    names: Vec<String>,
    seen: u32,
) -> Result<BulkId, ApiError> {
    crate::backend::waves::split(migration, command, plan, names, seen).await
}

/// What a move of a window would do; without a shift, what planning the dates of its accounts would.
#[server(name = AskMovePreview, endpoint = "cohorts/move-preview", input = Json)]
pub async fn move_preview(migration: MigrationId, wanted: WaveMove) -> Result<MoveView, ApiError> {
    crate::backend::waves::move_preview(migration, wanted).await
}

/// Moves a window and plans the dates of its accounts, as a bulk change; `None` if no date changes. `seen` is the window as
/// it was in the preview.
#[server(endpoint = "cohorts/move-window", input = Json)]
pub async fn move_window(
    migration: MigrationId,
    command: CommandId,
    wanted: WaveMove,
    seen: Window,
) -> Result<Option<BulkId>, ApiError> {
    crate::backend::waves::move_window(migration, command, wanted, seen).await
}

/// What is planned on each of these days.
#[server(name = AskDayPlans, endpoint = "cohorts/days")]
pub async fn day_plans(migration: MigrationId, first: NaiveDate, last: NaiveDate) -> Result<Vec<DayPlan>, ApiError> {
    crate::backend::waves::day_plans(migration, first, last).await
}
