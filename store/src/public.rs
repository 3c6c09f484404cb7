//! What anybody may see: the published status pages. Built of types that have no private field.

use crate::writer::Store;
use domain::id::MigrationId;
use domain::public_page::PublicPage;

/// The way in for somebody who is not signed in.
pub struct Public<'a> {
    store: &'a Store,
}

impl Store {
    /// The way in for somebody who is not signed in.
    pub fn public(&self) -> Public<'_> {
        Public { store: self }
    }
}

impl Public<'_> {
    pub(crate) fn store(&self) -> &Store {
        self.store
    }

    /// The published page at this address; nothing tells an unpublished one from one that does not exist.
    pub fn page(&self, slug: &str) -> Option<PublicPage> {
        let model = self.store.model();
        let found = model.migration_by_slug(slug).ok().filter(|model| model.migration.published)?;
        let now = self.store.inner.clock.now();
        let mut page = crate::status_page::snapshot(&model, found, &found.status.page, now);
        let others = found.status.page.also.iter().filter(|id| **id != found.migration.id);
        let others = others.filter_map(|id| model.migrations.get(id)).filter(|other| other.migration.published);
        page.also =
            others.map(|other| crate::status_page::snapshot(&model, other, &other.status.page, now).part()).collect();
        Some(page)
    }

    /// The addresses of all published pages.
    pub fn slugs(&self) -> Vec<String> {
        let model = self.store.model();
        let published = model.migrations.values().filter(|model| model.migration.published);
        published.map(|model| model.migration.settings.slug.clone()).collect()
    }

    /// The addresses of the published pages that are reached under a host's name.
    pub fn hosts(&self) -> Vec<(String, String)> {
        let model = self.store.model();
        let published = model.migrations.values().filter(|model| model.migration.published);
        let named = published.filter(|model| !model.status.page.look.host.is_empty());
        named.map(|model| (model.status.page.look.host.clone(), model.migration.settings.slug.clone())).collect()
    }

    /// The migration of the published page at this address.
    pub fn migration_of(&self, slug: &str) -> Option<MigrationId> {
        let model = self.store.model();
        let found = model.migration_by_slug(slug).ok().filter(|model| model.migration.published)?;
        Some(found.migration.id.clone())
    }
}
