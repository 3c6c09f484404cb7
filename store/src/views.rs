//! A user's way to saved views and to the arrangement of the table.

use crate::acting::Acting;
use crate::commands::{Answer, Command};
use crate::error::StoreError;
use crate::writer::random_text;
use domain::id::{MigrationId, ViewId};
use domain::policy::Action;
use domain::saved_view::{Arrangement, SavedView, ViewSettings};

/// What a user finds above the table.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// Shared ones and their own, by name.
    pub views: Vec<SavedView>,
    pub arrangement: Arrangement,
}

impl Acting<'_> {
    /// The views that this user finds in a migration, and how they arranged its table.
    pub async fn views(&self, migration: &MigrationId) -> Result<Views, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let user = &self.caller().user;
        let found = model.views.values().filter(|view| view.migration == *migration && view.is_visible_to(user));
        let mut views: Vec<SavedView> = found.cloned().collect();
        views.sort_by_key(|view| (view.settings.name.to_lowercase(), view.id.clone()));
        let mut arrangement = model.arrangement(user, migration);
        // A default that was deleted, or is shared no longer, is none.
        arrangement.default_view.take_if(|id| views.iter().all(|view| view.id != *id));
        Ok(Views { views, arrangement })
    }

    /// Saves a view under a new name.
    pub async fn add_view(&self, migration: &MigrationId, settings: ViewSettings) -> Result<ViewId, StoreError> {
        let action = if settings.shared { Action::ShareViews } else { Action::ReadMigrations };
        let permit = self.allow(action).await?;
        let owner = self.caller().user.clone();
        let view = SavedView { id: ViewId(random_text(10)), migration: migration.clone(), owner, settings };
        match self.submit(permit, Command::SaveView { view }).await? {
            Answer::View(id) => Ok(id),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Renames a view, shares it or takes it back, or saves other conditions under its name.
    pub async fn change_view(&self, id: &ViewId, settings: ViewSettings) -> Result<(), StoreError> {
        let before = self.changeable(id).await?;
        let shares = settings.shared && !before.settings.shared;
        let permit = self.allow(if shares { Action::ShareViews } else { Action::ReadMigrations }).await?;
        let view = SavedView { settings, ..before };
        self.submit(permit, Command::SaveView { view }).await.map(|_| ())
    }

    /// Deletes a view.
    pub async fn delete_view(&self, id: &ViewId) -> Result<(), StoreError> {
        self.changeable(id).await?;
        let permit = self.allow(Action::ReadMigrations).await?;
        self.submit(permit, Command::DeleteView { id: id.clone() }).await.map(|_| ())
    }

    /// Keeps how this user has arranged the table.
    pub async fn arrange(&self, migration: &MigrationId, arrangement: Arrangement) -> Result<(), StoreError> {
        let permit = self.allow(Action::ReadMigrations).await?;
        let (user, migration) = (self.caller().user.clone(), migration.clone());
        self.submit(permit, Command::Arrange { user, migration, arrangement }).await.map(|_| ())
    }

    /// The view, if this user may change it. One that they may not see does not exist for them.
    async fn changeable(&self, id: &ViewId) -> Result<SavedView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let view = self.store().model().views.get(id).filter(|view| view.is_visible_to(&self.caller().user)).cloned();
        let view = view.ok_or(StoreError::NotFound("This view does not exist any more."))?;
        if !view.may_change(&self.caller().user, self.caller().role) {
            self.allow(Action::ManageSharedViews).await?;
        }
        Ok(view)
    }
}
