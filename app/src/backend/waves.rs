//! Waves: splits, dates, windows that move, the calendar.

use super::acting;
use super::bulk::{bounded, named};
use super::migrations::window_text;
use crate::api::ApiError;
use crate::api::bulk::ReasonView;
use crate::api::cohorts::{MoveView, MovedCohort, SplitView};
use chrono::NaiveDate;
use domain::bulk::{LISTED_MAX, Reasons};
use domain::calendar::{DayPlan, WaveMove};
use domain::cohort::Window;
use domain::id::{AccountNumber, BulkId, CommandId, MigrationId};
use domain::split::SplitPlan;
use store::{Acting, MovePreview, zone_of};

/// What a split would do.
pub async fn split_preview(migration: MigrationId, plan: SplitPlan) -> Result<SplitView, ApiError> {
    acting(async |acting, _| {
        bounded(&plan.scope)?;
        let preview = acting.preview_split(&migration, &plan).await?;
        let placed: u32 = preview.sizes.iter().sum();
        Ok(SplitView {
            total: preview.total,
            from_others: preview.from_others,
            waves: preview.parts.iter().map(ToString::to_string).zip(preview.sizes).collect(),
            left: preview.total - placed,
            strata: preview.strata,
            refused: preview.refused,
            reasons: named(acting, &migration, &preview.reasons, LISTED_MAX).await?,
        })
    })
    .await
}

/// Splits accounts into new cohorts.
pub async fn split(
    migration: MigrationId,
    command: CommandId,
    plan: SplitPlan,
    names: Vec<String>,
    seen: u32,
) -> Result<BulkId, ApiError> {
    acting(async |acting, _| {
        bounded(&plan.scope)?;
        Ok(acting.start_split(&migration, command, &plan, &names, seen).await?)
    })
    .await
}

/// What a move of a window would do.
pub async fn move_preview(migration: MigrationId, wanted: WaveMove) -> Result<MoveView, ApiError> {
    acting(async |acting, _| {
        let preview = acting.preview_move(&migration, &wanted).await?;
        view(acting, &migration, preview).await
    })
    .await
}

/// Moves a window and plans the dates of its accounts.
pub async fn move_window(
    migration: MigrationId,
    command: CommandId,
    wanted: WaveMove,
    seen: Window,
) -> Result<Option<BulkId>, ApiError> {
    acting(async |acting, _| Ok(acting.start_move(&migration, command, &wanted, seen).await?)).await
}

/// What is planned on each of these days.
pub async fn day_plans(migration: MigrationId, first: NaiveDate, last: NaiveDate) -> Result<Vec<DayPlan>, ApiError> {
    acting(async |acting, _| Ok(acting.day_plans(&migration, first, last).await?)).await
}

async fn view(acting: &Acting<'_>, migration: &MigrationId, preview: MovePreview) -> Result<MoveView, ApiError> {
    let mut cohorts = Vec::new();
    for cohort in preview.cohorts {
        let zone = zone_of(&cohort.settings, &preview.time_zone);
        let mut reasons = [Reasons::default(), Reasons::default()];
        let mut add = |which: usize, words: &str, account: AccountNumber| reasons[which].add(words, None, account);
        cohort.unplaced.iter().for_each(|unplaced| add(0, NO_ROOM, unplaced.account));
        cohort.stays.iter().for_each(|stays| add(1, stays.because.words(), stays.account));
        let [unplaced, stays] = reasons;
        cohorts.push(MovedCohort {
            number: cohort.number,
            window: cohort.before,
            before: window_text(&cohort.before, zone),
            after: window_text(&cohort.after, zone),
            moves: cohort.before != cohort.after,
            late: cohort.days.last().is_some_and(|day| day.day > preview.deadline),
            capacity: cohort.settings.capacity,
            changed: cohort.changed,
            first: cohort.first,
            same: cohort.same,
            unplaced: listed(acting, migration, &unplaced).await?,
            stays: listed(acting, migration, &stays).await?,
            pinned_outside: cohort.pinned_outside,
            days: cohort.days,
        });
    }
    Ok(MoveView { cohorts, overlaps: preview.overlaps, promises: preview.promises })
}

/// Why accounts get no date.
const NO_ROOM: &str = "No open day of the window from today on has room for them.";

async fn listed(acting: &Acting<'_>, migration: &MigrationId, reasons: &Reasons) -> Result<Vec<ReasonView>, ApiError> {
    named(acting, migration, reasons, LISTED_MAX).await
}
