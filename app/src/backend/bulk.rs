//! Bulk changes and their undo.

use super::acting;
use crate::api::ApiError;
use crate::api::bulk::{
    BulkDetail, BulkPreview, BulkSummary, BulkWork, NamedAccount, ReasonView, UndoPreview, UndoSummary,
};
use domain::bulk::{
    BULK_ACCOUNTS_MAX, BULK_SMALL_MAX, BulkChange, BulkScope, BulkStage, LISTED_MAX, Reasons, undo_until,
};
use domain::clock::Instant;
use domain::id::{BulkId, CommandId, MigrationId, UserId};
use domain::notice::list::MessageFilter;
use domain::policy::{Action, Role, allows};
use store::{Acting, Bulk, local_text};

/// Accounts listed per reason in a preview.
const PREVIEW_LISTED: usize = 5;

/// What a bulk change would do.
pub async fn preview(migration: MigrationId, scope: BulkScope, change: BulkChange) -> Result<BulkPreview, ApiError> {
    acting(async |acting, _| {
        bounded(&scope)?;
        let preview = acting.preview_bulk(&migration, &scope, &change).await?;
        Ok(BulkPreview {
            total: preview.total,
            changed: preview.report.changed,
            unchanged: preview.report.unchanged,
            refused: preview.report.refused,
            reasons: named(acting, &migration, &preview.report.reasons, PREVIEW_LISTED).await?,
            samples: preview.samples,
            obstacle: preview.lacks.map(|action| lacking(action, preview.total)),
        })
    })
    .await
}

/// Starts a bulk change.
pub async fn start(
    migration: MigrationId,
    command: CommandId,
    scope: BulkScope,
    change: BulkChange,
) -> Result<BulkId, ApiError> {
    acting(async |acting, _| {
        bounded(&scope)?;
        Ok(acting.start_bulk(&migration, command, &scope, change).await?)
    })
    .await
}

pub(super) fn bounded(scope: &BulkScope) -> Result<(), ApiError> {
    let fits = match scope {
        BulkScope::Accounts { numbers } => numbers.len() <= BULK_ACCOUNTS_MAX,
        BulkScope::Matching { view, .. } => match view.excess() {
            Some(message) => return Err(ApiError::Refused { message }),
            None => true,
        },
    };
    let message = || "A bulk change is of at most 100,000 accounts.".to_owned();
    if fits { Ok(()) } else { Err(ApiError::Refused { message: message() }) }
}

fn lacking(action: Action, total: u32) -> String {
    match action {
        Action::BulkEditMany => format!(
            "These are {total} accounts, and you may change up to {BULK_SMALL_MAX} at once. Ask a lead to run it, or select fewer."
        ),
        Action::BulkRollBack => "Only a lead rolls back several accounts at once.".to_owned(),
        _ => "Only a lead may do this.".to_owned(),
    }
}

/// The changes of many accounts of a migration.
pub async fn list(migration: MigrationId) -> Result<Vec<BulkSummary>, ApiError> {
    let role = reader();
    acting(async |acting, backend| {
        let zone = acting.time_zone(&migration).await?;
        let now = backend.clock.now();
        let mut list = Vec::new();
        for bulk in acting.bulks(&migration).await? {
            list.push(summary(acting, &bulk, &zone, now, role.as_ref()).await?);
        }
        Ok(list)
    })
    .await
}

/// One change of many accounts.
pub async fn one(migration: MigrationId, id: BulkId) -> Result<BulkDetail, ApiError> {
    let role = reader();
    acting(async |acting, backend| {
        let zone = acting.time_zone(&migration).await?;
        let bulk = acting.bulk(&migration, &id).await?;
        let caused = MessageFilter { bulk: Some(id.clone()), ..MessageFilter::default() };
        let messages = acting.messages(&migration, &caused, 0, 0).await?.counts;
        let none = Reasons::default();
        let kept = bulk.progress.undo.as_ref().map_or(&none, |undo| &undo.report.reasons);
        Ok(BulkDetail {
            summary: summary(acting, &bulk, &zone, backend.clock.now(), role.as_ref()).await?,
            refused: named(acting, &migration, &bulk.progress.report.reasons, LISTED_MAX).await?,
            kept: named(acting, &migration, kept, LISTED_MAX).await?,
            messages: messages.into_iter().map(|(state, count)| (state.to_owned(), count)).collect(),
        })
    })
    .await
}

/// Stops a bulk change.
pub async fn cancel(migration: MigrationId, id: BulkId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.cancel_bulk(&migration, &id).await?)).await
}

/// What an undo would do.
pub async fn undo_preview(migration: MigrationId, id: BulkId) -> Result<UndoPreview, ApiError> {
    acting(async |acting, _| {
        let preview = acting.preview_undo(&migration, &id).await?;
        Ok(UndoPreview {
            restored: preview.report.restored,
            removed: preview.report.removed,
            kept: preview.report.kept,
            reasons: named(acting, &migration, &preview.report.reasons, PREVIEW_LISTED).await?,
            samples: preview.samples,
        })
    })
    .await
}

/// Undoes a change of many accounts.
pub async fn undo(migration: MigrationId, id: BulkId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.undo_bulk(&migration, &id).await?)).await
}

fn reader() -> Option<(UserId, Role)> {
    super::visitor().session.map(|session| (session.user.id.clone(), session.user.role))
}

async fn summary(
    acting: &Acting<'_>,
    bulk: &Bulk,
    zone: &str,
    now: Instant,
    reader: Option<&(UserId, Role)>,
) -> Result<BulkSummary, ApiError> {
    let (plan, progress) = (&bulk.plan, &bulk.progress);
    let is_import = matches!(plan.work, store::BulkWork::Import { .. });
    let may = |action| reader.is_some_and(|(_, role)| allows(*role, action));
    let mine = reader.is_some_and(|(user, _)| *user == plan.by);
    let rights =
        may(Action::BulkEdit) && (mine || may(Action::UndoOthers)) && (!is_import || may(Action::ImportAccounts));
    let not_allowed = match (may(Action::BulkEdit), is_import) {
        (false, _) => "Undoing needs an operator or a lead.",
        (true, true) => "Only a lead can undo an import.",
        (true, false) => "Only a lead can undo somebody else's change.",
    };
    let obstacle = bulk.undo_obstacle(now).or((!rights).then_some(not_allowed)).map(str::to_owned);
    let undo = match &progress.undo {
        Some(undo) => Some(UndoSummary {
            who: acting.name_of(&undo.by).await?,
            when: local_text(undo.ended_at.unwrap_or(undo.started_at), zone, "%-d %b %Y, %H:%M"),
            done: undo.done,
            restored: undo.report.restored,
            removed: undo.report.removed,
            kept: undo.report.kept,
        }),
        None => None,
    };
    Ok(BulkSummary {
        id: bulk.id.clone(),
        by: plan.by.clone(),
        who: acting.name_of(&plan.by).await?,
        at: plan.created_at,
        when: local_text(plan.created_at, zone, "%-d %b %Y, %H:%M"),
        work: match &plan.work {
            store::BulkWork::Change { change, view } => BulkWork::Change { change: change.clone(), view: view.clone() },
            store::BulkWork::Steps { series: store::Series::Split { view, parts, .. }, .. } => {
                BulkWork::Split { view: view.clone(), parts: parts.clone() }
            }
            store::BulkWork::Steps { series: store::Series::Dates { cohorts }, .. } => {
                BulkWork::Dates { cohorts: cohorts.clone() }
            }
            store::BulkWork::Import { import, file } => BulkWork::Import { import: import.clone(), file: file.clone() },
        },
        total: plan.total,
        stage: progress.stage,
        done: progress.done,
        changed: progress.report.changed,
        unchanged: progress.report.unchanged,
        refused: progress.report.refused,
        undo_until: progress.ended_at.map(|ended| local_text(undo_until(ended), zone, "%-d %b %Y")).unwrap_or_default(),
        obstacle,
        may_cancel: progress.stage == BulkStage::Running && rights,
        undo,
    })
}

/// Reasons with the names of their first accounts.
pub(super) async fn named(
    acting: &Acting<'_>,
    migration: &MigrationId,
    reasons: &Reasons,
    listed: usize,
) -> Result<Vec<ReasonView>, ApiError> {
    let mut views = Vec::new();
    for reason in reasons.sorted() {
        let numbers = &reason.accounts[..reason.accounts.len().min(listed)];
        let accounts = acting.account_names(migration, numbers).await?;
        let words = match &reason.who {
            Some(who) => format!("{} by {}.", reason.words, acting.name_of(who).await?),
            None => reason.words.clone(),
        };
        views.push(ReasonView {
            words,
            count: reason.count,
            accounts: accounts.into_iter().map(|(number, id, name)| NamedAccount { number, id, name }).collect(),
        });
    }
    Ok(views)
}
