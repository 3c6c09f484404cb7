//! Saved views, and how a user has arranged the columns of a migration's table.

use super::ApiError;
use domain::id::{MigrationId, ViewId};
use domain::saved_view::{Arrangement, SavedView, ViewSettings};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// What a user finds above the table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ViewList {
    /// Shared ones and their own, by name.
    pub views: Vec<SavedView>,
    pub arrangement: Arrangement,
}

/// The views that the user finds in a migration, and how they arranged its table.
#[server(name = AskViews, endpoint = "views/list")]
pub async fn views(migration: MigrationId) -> Result<ViewList, ApiError> {
    crate::backend::views::list(migration).await
}

/// Saves a view under a new name.
#[server(endpoint = "views/add", input = Json)]
pub async fn add_view(migration: MigrationId, settings: ViewSettings) -> Result<ViewId, ApiError> {
    crate::backend::views::add(migration, settings).await
}

/// Renames a view, shares it or takes it back, or saves other conditions under its name.
#[server(endpoint = "views/change", input = Json)]
pub async fn change_view(view: ViewId, settings: ViewSettings) -> Result<(), ApiError> {
    crate::backend::views::change(view, settings).await
}

/// Deletes a view.
#[server(endpoint = "views/delete")]
pub async fn delete_view(view: ViewId) -> Result<(), ApiError> {
    crate::backend::views::delete(view).await
}

/// Keeps how the user has arranged the table, for each of their devices.
#[server(endpoint = "views/arrange", input = Json)]
pub async fn arrange(migration: MigrationId, arrangement: Arrangement) -> Result<(), ApiError> {
    crate::backend::views::arrange(migration, arrangement).await
}
