//! The public status pages: rendered once per change into bytes, served from memory, also while the database is away.
//!
//! `front` stands before the application and answers for every address below `/status/SLUG` that is read (the page, its
//! history, JSON, feeds, calendar, badge and widget); `site` holds one page's bytes; `disk` keeps what was published last.

mod address;
mod badge;
mod calendar;
mod disk;
mod feeds;
mod file;
pub mod front;
mod hosts;
mod languages;
mod render;
mod site;
pub mod statuspage;
#[cfg(test)]
mod tests;
mod theme;
mod words;
mod zones;

pub use front::Front;
pub use hosts::AppHosts;

use chrono::Duration as TimeSpan;
use domain::clock::{Clock, Instant};
use domain::public_page::PublicPage;
use site::Site;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use store::Store;
use tokio::sync::broadcast::error::RecvError;

/// Changes within this time are rendered together.
const TOGETHER: Duration = Duration::from_millis(200);
/// A page that changes by itself is not rendered more often.
const AT_LEAST: Duration = Duration::from_secs(1);
/// Without any such page, the next look.
const AT_MOST: Duration = Duration::from_secs(3_600);

/// The pages as they are served.
#[derive(Default)]
pub struct PublicPages {
    /// The address that users type, without a final slash; what links are made of.
    base_url: String,
    /// Where the last published pages are kept; `None`: nowhere.
    folder: Option<PathBuf>,
    sites: RwLock<Sites>,
    /// When a page changes without anybody doing anything.
    next_change: Mutex<Option<Instant>>,
    /// Held while pages are rendered: one after the other.
    rendering: Mutex<()>,
}

#[derive(Clone, Default)]
struct Sites {
    by_slug: HashMap<String, Arc<Site>>,
    by_host: HashMap<String, Arc<Site>>,
}

impl Sites {
    fn new(sites: Vec<Arc<Site>>) -> Sites {
        let mut new = Sites::default();
        for site in sites {
            let host = hosts::name(&site.page.look.host);
            if !host.is_empty() {
                // Of two pages that name the same host, the first by its address.
                let first = new.by_host.entry(host).or_insert_with(|| site.clone());
                if site.page.slug < first.page.slug {
                    *first = site.clone();
                }
            }
            new.by_slug.insert(site.page.slug.clone(), site);
        }
        new
    }
}

impl PublicPages {
    /// Pages that are reached at `base_url`, with what was published last in `folder`.
    pub fn new(base_url: &str, folder: Option<PathBuf>) -> PublicPages {
        let pages = PublicPages { base_url: base_url.trim_end_matches('/').to_owned(), folder, ..Default::default() };
        if let Some(folder) = &pages.folder {
            let restored = disk::read(folder).into_iter().map(|page| Arc::new(Site::new(page, &pages.base_url, None)));
            let restored = Sites::new(restored.collect());
            *pages.sites.write().unwrap_or_else(PoisonError::into_inner) = restored;
        }
        pages
    }

    /// Whether there is any page to serve.
    pub fn is_empty(&self) -> bool {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).by_slug.is_empty()
    }

    /// Renders all published pages and forgets those that were taken back.
    pub fn render_all(&self, store: &Store) {
        let public = store.public();
        self.show(public.slugs().into_iter().filter_map(|slug| public.page(&slug)).collect());
    }

    /// Shows exactly these pages. One that is as before costs nothing.
    pub(crate) fn show(&self, pages: Vec<PublicPage>) {
        let _one = self.rendering.lock().unwrap_or_else(PoisonError::into_inner);
        let next = pages.iter().filter_map(|page| page.next_change).min();
        *self.next_change.lock().unwrap_or_else(PoisonError::into_inner) = next;
        let before = self.sites.read().unwrap_or_else(PoisonError::into_inner).clone();
        let sites: Vec<Arc<Site>> = pages
            .into_iter()
            .map(|page| match before.by_slug.get(&page.slug) {
                Some(site) if shows_the_same(&site.page, &page) => site.clone(),
                site => Arc::new(Site::new(page, &self.base_url, site.map(Arc::as_ref))),
            })
            .collect();
        *self.sites.write().unwrap_or_else(PoisonError::into_inner) = Sites::new(sites.clone());
        // Readers see it already; the disk comes after them.
        let Some(folder) = &self.folder else { return };
        for site in &sites {
            let same = before.by_slug.get(&site.page.slug).is_some_and(|before| Arc::ptr_eq(before, site));
            if !same && let Err(error) = disk::write(folder, &site.page) {
                tracing::error!(%error, slug = site.page.slug, "a published page could not be kept on disk");
            }
        }
        for slug in before.by_slug.keys().filter(|slug| sites.iter().all(|site| site.page.slug != **slug)) {
            if let Err(error) = disk::remove(folder, slug) {
                tracing::error!(%error, slug, "a page that was taken back could not be removed from disk");
            }
        }
    }

    /// Keeps the pages true until the store closes: at each change, and when one changes by itself.
    pub async fn follow(self: Arc<Self>, store: Store, clock: Arc<dyn Clock>) {
        let mut changes = store.listen();
        loop {
            // Also at first: something may have changed before anybody listened. What is as before costs nothing.
            let (pages, rendered) = (self.clone(), store.clone());
            if tokio::task::spawn_blocking(move || pages.render_all(&rendered)).await.is_err() {
                tracing::error!("a status page could not be rendered");
            }
            let wait = self.next_change(clock.now());
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(_) | Err(RecvError::Lagged(_)) => tokio::time::sleep(TOGETHER).await,
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(wait) => {}
            }
            // What came meanwhile is rendered now.
            changes = changes.resubscribe();
        }
    }

    /// How long until a page changes by itself.
    fn next_change(&self, now: Instant) -> Duration {
        let next = *self.next_change.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = next.map_or(TimeSpan::MAX, |at| at - now);
        wait.to_std().unwrap_or(AT_LEAST).clamp(AT_LEAST, AT_MOST)
    }

    /// The page at an address.
    fn by_slug(&self, slug: &str) -> Option<Arc<Site>> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).by_slug.get(slug).cloned()
    }

    /// The page with a host name of its own.
    fn by_host(&self, host: &str) -> Option<Arc<Site>> {
        self.sites.read().unwrap_or_else(PoisonError::into_inner).by_host.get(host).cloned()
    }
}

/// Whether readers would see the same. That something was changed which they do not see (an owner, a comment) is not told to
/// them either, and costs no rendering.
fn shows_the_same(before: &PublicPage, now: &PublicPage) -> bool {
    // Told apart first, so that a page with a long history is not copied for nothing.
    if before.progress != now.progress || before.waves != now.waves || before.incidents != now.incidents {
        return false;
    }
    let now = PublicPage { updated_at: before.updated_at, next_change: before.next_change, ..now.clone() };
    *before == now
}
