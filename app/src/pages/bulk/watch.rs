//! Looking how far a change of many accounts is, while the server is at work on it.

use crate::api::ApiError;
use crate::api::bulk::{BulkDetail, bulk_change};
use crate::pages::migration::Frame;
use domain::id::{BulkId, MigrationId};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often the page looks how far the server is.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// A change that this page follows.
#[derive(Clone, Copy)]
pub struct Watch {
    frame: Frame,
    /// As it was last seen.
    pub seen: RwSignal<Option<BulkDetail>>,
    /// Why it could not be looked at; it will be again.
    pub error: RwSignal<Option<ApiError>>,
    id: RwSignal<Option<BulkId>>,
    /// Counts looks, so that another one follows.
    looks: RwSignal<u32>,
}

impl Watch {
    /// Follows nothing yet.
    pub fn new(frame: Frame) -> Watch {
        let watch = Watch {
            frame,
            seen: RwSignal::new(None),
            error: RwSignal::new(None),
            id: RwSignal::new(None),
            looks: RwSignal::new(0),
        };
        Effect::new(move |_| {
            watch.looks.track();
            let busy = watch.seen.with(|seen| seen.as_ref().is_none_or(|seen| seen.summary.is_busy()));
            if watch.id.with(Option::is_none) || watch.error.with(Option::is_some) || !busy {
                return;
            }
            if let Ok(timer) = set_timeout_with_handle(move || watch.look(), LOOK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
        watch
    }

    /// Follows this one from now on.
    pub fn follow(&self, id: BulkId) {
        self.seen.set(None);
        self.error.set(None);
        self.id.set(Some(id));
        self.look();
    }

    /// Begins with what came with the page.
    pub fn begin(&self, first: BulkDetail) {
        self.id.set(Some(first.summary.id.clone()));
        self.seen.set(Some(first));
    }

    /// Follows nothing any more.
    pub fn forget(&self) {
        self.id.set(None);
        self.seen.set(None);
        self.error.set(None);
    }

    /// The migration and the change, as every request names them.
    pub fn names(&self) -> Option<(MigrationId, BulkId)> {
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        self.id.try_get_untracked().flatten().map(|id| (migration, id))
    }

    /// Asks how far it is now.
    pub fn look(self) {
        let Some((migration, id)) = self.names() else { return };
        spawn_local(async move {
            let answer = bulk_change(migration, id.clone()).await;
            if self.id.try_get_untracked().flatten() != Some(id) {
                return;
            }
            match answer {
                Ok(seen) => {
                    self.error.set(None);
                    self.seen.set(Some(seen));
                }
                // The server may be restarting: the change goes on then, and so does the looking.
                Err(ApiError::Transport { .. } | ApiError::Unavailable { .. }) => {}
                Err(error) => self.error.set(Some(error)),
            }
            self.looks.update(|looks| *looks += 1);
        });
    }
}
