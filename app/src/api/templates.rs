//! Templates of migrations.

use super::ApiError;
use domain::id::{MigrationId, TemplateId};
use domain::template::{MigrationTemplate, TemplateTitle};
use leptos::prelude::*;

/// All templates, by name.
#[server(endpoint = "templates/list")]
pub async fn templates() -> Result<Vec<MigrationTemplate>, ApiError> {
    crate::backend::templates::list().await
}

/// Saves a migration's fields, cohorts and settings as a template.
#[server(endpoint = "templates/save")]
pub async fn save_template(migration: MigrationId, title: TemplateTitle) -> Result<TemplateId, ApiError> {
    crate::backend::templates::save(migration, title).await
}

/// Gives a template another name or description.
#[server(endpoint = "templates/change")]
pub async fn change_template(template: TemplateId, title: TemplateTitle) -> Result<(), ApiError> {
    crate::backend::templates::change(template, title).await
}

/// Deletes a template.
#[server(endpoint = "templates/delete")]
pub async fn delete_template(template: TemplateId) -> Result<(), ApiError> {
    crate::backend::templates::delete(template).await
}
