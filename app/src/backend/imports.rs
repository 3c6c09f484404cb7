//! Imports of accounts from files.

use super::acting;
use crate::api::ApiError;
use crate::api::imports::{
    ColumnView, ImportCounts, ImportPhase, ImportReport, ImportSummary, ImportView, OwnerQuestion, RememberedView,
};
use domain::id::{ImportId, MigrationId};
use domain::import::mapping::Mapping;
use store::{Acting, Import, local_text};

/// The imports of a migration.
pub async fn imports(migration: MigrationId) -> Result<Vec<ImportSummary>, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let mut list = Vec::new();
        for import in acting.imports(&migration).await? {
            list.push(ImportSummary {
                who: acting.name_of(&import.by).await?,
                when: when(&import, &zone),
                counts: report(&import).map(|report| counts(&report)),
                phase: phase(&import),
                rows: import.rows,
                file: import.plan.file_name,
                id: import.id,
            });
        }
        Ok(list)
    })
    .await
}

/// One import.
pub async fn import(migration: MigrationId, id: ImportId) -> Result<ImportView, ApiError> {
    acting(async |acting, _| view(acting, &migration, &id).await).await
}

/// Says what the columns become.
pub async fn save_mapping(migration: MigrationId, id: ImportId, mapping: Mapping) -> Result<ImportView, ApiError> {
    acting(async |acting, _| {
        acting.map_import(&migration, &id, mapping).await?;
        view(acting, &migration, &id).await
    })
    .await
}

/// Starts the dry run.
pub async fn check_import(migration: MigrationId, id: ImportId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.check_import(&migration, &id).await?)).await
}

/// Commits what the dry run found.
pub async fn commit_import(migration: MigrationId, id: ImportId, fire_rules: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.commit_import(&migration, &id, fire_rules).await?)).await
}

/// Throws an import away before its commit.
pub async fn discard_import(migration: MigrationId, id: ImportId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.discard_import(&migration, &id).await?)).await
}

async fn view(acting: &Acting<'_>, migration: &MigrationId, id: &ImportId) -> Result<ImportView, ApiError> {
    let zone = acting.time_zone(migration).await?;
    let (import, problems) = acting.import(migration, id).await?;
    let owners = acting.known_owners(&import).await?;
    let fields = acting.custom_fields(migration).await?;
    let plan = &import.plan;
    Ok(ImportView {
        id: import.id.clone(),
        file: plan.file_name.clone(),
        rows: plan.rows,
        who: acting.name_of(&plan.by).await?,
        when: when(&import, &zone),
        phase: phase(&import),
        mapping: plan.mapping.clone(),
        columns: ColumnView::all(&plan.survey, &fields, &plan.proposal, plan.remembered.as_ref(), &plan.mapping),
        owners: OwnerQuestion::all(&plan.survey, &plan.mapping, &|text| owners.contains(text)),
        open: problems.iter().map(ToString::to_string).collect(),
        report: report(&import).map(|report| ImportReport {
            counts: counts(&report),
            by_kind: report.by_kind,
            refused: report.problems,
            kept: report.kept,
            ignored: report.ignored,
            fires: report.fires,
        }),
        source: plan.source.clone(),
        remembered: remembered(acting, &import, &zone).await?,
    })
}

/// Whose mapping it is, as long as the columns are mapped so.
async fn remembered(acting: &Acting<'_>, import: &Import, zone: &str) -> Result<Option<RememberedView>, ApiError> {
    let Some(before) = import.plan.remembered.as_ref() else { return Ok(None) };
    if before.mapping.columns != import.plan.mapping.columns {
        return Ok(None);
    }
    let who = acting.name_of(&before.by).await?;
    let when = local_text(before.at, zone, "%-d %b %Y");
    let proposed = &import.plan.proposal.mapping;
    Ok(Some(RememberedView {
        words: format!("Mapped as last time, by {who} on {when}."),
        anew: (proposed.columns != before.mapping.columns).then(|| proposed.clone()),
    }))
}

fn when(import: &Import, zone: &str) -> String {
    local_text(import.created_at, zone, "%-d %b %Y, %H:%M")
}

fn phase(import: &Import) -> ImportPhase {
    match &import.phase {
        store::ImportPhase::Mapping => ImportPhase::Mapping,
        store::ImportPhase::Checking => ImportPhase::Checking,
        store::ImportPhase::Checked { .. } => ImportPhase::Checked,
        store::ImportPhase::Committing { done, .. } => ImportPhase::Committing { done: *done, total: import.rows },
        store::ImportPhase::Finished { .. } => ImportPhase::Finished,
        store::ImportPhase::Failed { message } => ImportPhase::Failed { message: message.clone() },
        store::ImportPhase::Discarded => ImportPhase::Discarded,
    }
}

fn report(import: &Import) -> Option<store::ImportReport> {
    match &import.phase {
        store::ImportPhase::Checked { report }
        | store::ImportPhase::Committing { report, .. }
        | store::ImportPhase::Finished { report, .. } => Some(report.clone()),
        _ => None,
    }
}

fn counts(report: &store::ImportReport) -> ImportCounts {
    ImportCounts {
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        refused: report.refused,
    }
}
