//! Templates of migrations.

use super::acting;
use crate::api::ApiError;
use domain::id::{MigrationId, TemplateId};
use domain::template::{MigrationTemplate, TemplateTitle};

/// All templates.
pub async fn list() -> Result<Vec<MigrationTemplate>, ApiError> {
    acting(async |acting, _| Ok(acting.templates().await?)).await
}

/// Saves what a migration passes on.
pub async fn save(migration: MigrationId, title: TemplateTitle) -> Result<TemplateId, ApiError> {
    acting(async |acting, _| Ok(acting.save_template(&migration, title).await?)).await
}

/// Gives a template another title.
pub async fn change(template: TemplateId, title: TemplateTitle) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_template(&template, title).await?)).await
}

/// Deletes a template.
pub async fn delete(template: TemplateId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.delete_template(&template).await?)).await
}
