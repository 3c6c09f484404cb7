//! A lead's way to templates of migrations.

use crate::acting::Acting;
use crate::commands::{Answer, Command};
use crate::error::StoreError;
use crate::writer::random_text;
use domain::id::{MigrationId, TemplateId};
use domain::migration::MigrationSettings;
use domain::policy::Action;
use domain::template::{MigrationTemplate, TemplateTitle};

impl Acting<'_> {
    /// All templates, by name.
    pub async fn templates(&self) -> Result<Vec<MigrationTemplate>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let mut templates: Vec<_> = self.store().model().templates.values().cloned().collect();
        templates.sort_by_key(|template| (template.title.name.to_lowercase(), template.id.clone()));
        Ok(templates)
    }

    /// Saves a migration's fields, cohorts with their gates, rules, templates of messages and settings as a template.
    pub async fn save_template(&self, migration: &MigrationId, title: TemplateTitle) -> Result<TemplateId, StoreError> {
        let permit = self.allow(Action::ManageTemplates).await?;
        let command = Command::SaveTemplate { id: TemplateId(random_text(10)), migration: migration.clone(), title };
        match self.submit(permit, command).await? {
            Answer::Template(id) => Ok(id),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Gives a template another name or description.
    pub async fn change_template(&self, id: &TemplateId, title: TemplateTitle) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageTemplates).await?;
        self.submit(permit, Command::ChangeTemplate { id: id.clone(), title }).await.map(|_| ())
    }

    /// Deletes a template. Migrations that started from it stay as they are.
    pub async fn delete_template(&self, id: &TemplateId) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageTemplates).await?;
        self.submit(permit, Command::DeleteTemplate { id: id.clone() }).await.map(|_| ())
    }

    /// Creates a migration as a draft, with the fields and cohorts of a template.
    pub async fn create_migration_from(
        &self,
        template: &TemplateId,
        settings: MigrationSettings,
    ) -> Result<MigrationId, StoreError> {
        let permit = self.allow(Action::ManageMigrations).await?;
        let id = MigrationId(random_text(8));
        let command = Command::CreateFromTemplate { id: id.clone(), settings, template: template.clone() };
        self.submit(permit, command).await?;
        Ok(id)
    }
}
