//! What anybody may see: the published status pages. Built of types that have no private field.

use crate::writer::Store;
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
        let cohorts: Vec<_> =
            found.cohorts.iter().map(|cohort| (cohort.clone(), found.table.counts_of(Some(cohort.number)))).collect();
        let changed_at = model.changed_at.get(&found.migration.id).copied();
        let changed_at = changed_at.unwrap_or_else(|| self.store.inner.clock.now());
        Some(PublicPage::build(&found.migration, &cohorts, &found.table.counts(), changed_at))
    }

    /// The addresses of all published pages.
    pub fn slugs(&self) -> Vec<String> {
        let model = self.store.model();
        let published = model.migrations.values().filter(|model| model.migration.published);
        published.map(|model| model.migration.settings.slug.clone()).collect()
    }
}
