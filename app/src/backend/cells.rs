//! Many rows at once: pasted cells, and taking edits back.

use super::acting;
use crate::api::ApiError;
use crate::api::accounts::{CellsOutcome, RowEdit};
use domain::account::EditProblem;
use domain::id::{AccountNumber, CommandId, MigrationId};
use store::{Acting, EditResult, StoreError};

/// Changes many accounts, each on its own.
pub async fn edit(
    migration: MigrationId,
    command: CommandId,
    rows: Vec<RowEdit>,
) -> Result<Vec<CellsOutcome>, ApiError> {
    acting(async |acting, _| {
        let rows = rows.into_iter().map(|row| (row.account, row.changes)).collect();
        let outcomes = acting.edit_cells(&migration, command, rows).await?;
        told(acting, &migration, outcomes).await
    })
    .await
}

/// Takes edits back.
pub async fn undo(
    migration: MigrationId,
    command: CommandId,
    events: Vec<(AccountNumber, u64)>,
) -> Result<Vec<CellsOutcome>, ApiError> {
    acting(async |acting, _| {
        let outcomes = acting.undo_edits(&migration, command, events).await?;
        told(acting, &migration, outcomes).await
    })
    .await
}

async fn told(
    acting: &Acting<'_>,
    migration: &MigrationId,
    outcomes: Vec<(AccountNumber, Result<EditResult, StoreError>)>,
) -> Result<Vec<CellsOutcome>, ApiError> {
    let mut told = Vec::with_capacity(outcomes.len());
    for (account, outcome) in outcomes {
        told.push(match outcome {
            Ok(saved) => CellsOutcome::Saved { row: saved.row, position: saved.position },
            Err(error) => {
                let reason = reason(acting, migration, error).await?;
                CellsOutcome::NotSaved { account, reason, row: acting.row(migration, account).await.ok() }
            }
        });
    }
    Ok(told)
}

/// Why a row was not written, in words for its author. What is wrong with the server is wrong with the whole request.
async fn reason(acting: &Acting<'_>, migration: &MigrationId, error: StoreError) -> Result<String, ApiError> {
    let StoreError::Edit(EditProblem::Conflict { field, theirs }) = &error else {
        return match error {
            StoreError::Refused(_) | StoreError::Edit(_) | StoreError::NotFound(_) | StoreError::Invalid(_) => {
                Ok(error.to_string())
            }
            error => Err(error.into()),
        };
    };
    let author = acting.author_of(migration, theirs.touched.of(*field)).await?;
    let name = match author.as_ref().and_then(|(actor, _)| actor.user()) {
        Some(user) => acting.name_of(user).await?,
        None => "Somebody else".to_owned(),
    };
    Ok(format!("{name} has changed {} meanwhile.", field.label().to_lowercase()))
}
