//! Saved views, and how a user has arranged the columns of a migration's table.

use super::acting;
use crate::api::ApiError;
use crate::api::views::ViewList;
use domain::id::{MigrationId, ViewId};
use domain::saved_view::{Arrangement, ViewSettings};

/// The views that the user finds, and their arrangement.
pub async fn list(migration: MigrationId) -> Result<ViewList, ApiError> {
    acting(async |acting, _| {
        let store::Views { views, arrangement } = acting.views(&migration).await?;
        Ok(ViewList { views, arrangement })
    })
    .await
}

/// Saves a view under a new name.
pub async fn add(migration: MigrationId, settings: ViewSettings) -> Result<ViewId, ApiError> {
    acting(async |acting, _| Ok(acting.add_view(&migration, settings).await?)).await
}

/// Changes a view.
pub async fn change(view: ViewId, settings: ViewSettings) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_view(&view, settings).await?)).await
}

/// Deletes a view.
pub async fn delete(view: ViewId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.delete_view(&view).await?)).await
}

/// Keeps how the user has arranged the table.
pub async fn arrange(migration: MigrationId, arrangement: Arrangement) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.arrange(&migration, arrangement).await?)).await
}
