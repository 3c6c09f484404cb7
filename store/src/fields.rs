//! A lead's way to a migration's custom fields.

use crate::acting::Acting;
use crate::commands::{Answer, Command};
use crate::error::StoreError;
use domain::custom::{CustomField, FieldSettings};
use domain::id::{FieldNumber, MigrationId};
use domain::policy::Action;

impl Acting<'_> {
    /// A migration's fields in their order, retired ones included.
    pub async fn fields(&self, migration: &MigrationId) -> Result<Vec<CustomField>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store().model().migration(migration)?.migration.fields.clone())
    }

    /// Adds a field at the end of the order.
    pub async fn add_field(&self, migration: &MigrationId, settings: FieldSettings) -> Result<FieldNumber, StoreError> {
        let permit = self.allow(Action::ManageFields).await?;
        match self.submit(permit, Command::AddField { migration: migration.clone(), settings }).await? {
            Answer::Field(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Renames a field, changes its options, its default and whether it is required. Its kind stays.
    pub async fn change_field(
        &self,
        migration: &MigrationId,
        number: FieldNumber,
        settings: FieldSettings,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageFields).await?;
        let command = Command::ChangeField { migration: migration.clone(), number, settings };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Puts a field at another place in the order.
    pub async fn order_field(
        &self,
        migration: &MigrationId,
        number: FieldNumber,
        position: u16,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageFields).await?;
        let command = Command::OrderField { migration: migration.clone(), number, position };
        self.submit(permit, command).await.map(|_| ())
    }

    /// Takes a field out of use, or brings it back. Its values stay.
    pub async fn retire_field(
        &self,
        migration: &MigrationId,
        number: FieldNumber,
        retired: bool,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageFields).await?;
        let command = Command::RetireField { migration: migration.clone(), number, retired };
        self.submit(permit, command).await.map(|_| ())
    }
}
