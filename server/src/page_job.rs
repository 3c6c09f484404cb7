//! Publishes what of a status page waits for its time: sleeps until the next of it, or until something changes.

use domain::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// It looks at least this often: the clock may have jumped, and another server may have written.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// It looks at most this often, however much is written.
const PAUSE: Duration = Duration::from_millis(250);

/// Runs until it is stopped.
pub async fn publish_when_due(store: Store, clock: Arc<dyn Clock>) {
    let mut commits = store.commits();
    loop {
        commits.mark_unchanged();
        match store.system("status page").publish_due().await {
            Ok(0) => {}
            Ok(written) => tracing::info!(written, "the status page moved on"),
            Err(error) => tracing::warn!(%error, "what is due on a status page could not be published"),
        }
        tokio::time::sleep(PAUSE).await;
        let until = store.next_page_change().map(|due| (due - clock.now()).to_std().unwrap_or_default());
        let wait = until.map_or(AT_LEAST_EVERY, |until| until.min(AT_LEAST_EVERY)).max(PAUSE);
        // Whichever comes first.
        tokio::time::timeout(wait, commits.changed()).await.ok();
    }
}
