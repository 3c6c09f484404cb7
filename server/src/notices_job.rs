//! Writes messages when they are due: sleeps until the next one, or until something changes.

use std::time::Duration;
use store::Store;

/// It looks at least this often: the clock may have jumped, and another server may have written.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// It looks at most this often, however much is written: what is due can wait so long.
const PAUSE: Duration = Duration::from_millis(250);

/// Runs until it is stopped.
pub async fn write_when_due(store: Store, clock: std::sync::Arc<dyn domain::clock::Clock>) {
    let mut commits = store.commits();
    loop {
        commits.mark_unchanged();
        match store.system("notifications").write_due().await {
            Ok(0) => {}
            Ok(written) => tracing::info!(written, "messages written"),
            Err(error) => tracing::warn!(%error, "messages that are due could not be written"),
        }
        tokio::time::sleep(PAUSE).await;
        let until = store.next_planned().map(|due| (due - clock.now()).to_std().unwrap_or_default());
        let wait = until.map_or(AT_LEAST_EVERY, |until| until.min(AT_LEAST_EVERY)).max(PAUSE);
        // Whichever comes first.
        tokio::time::timeout(wait, commits.changed()).await.ok();
    }
}

/// Tells the subscribers of status pages what happens there, until it is stopped.
pub async fn tell_subscribers(store: Store, clock: std::sync::Arc<dyn domain::clock::Clock>) {
    let mut commits = store.commits();
    loop {
        commits.mark_unchanged();
        match store.system("subscriptions").tell_subscribers().await {
            Ok(0) => {}
            Ok(written) => tracing::info!(written, "messages to subscribers written"),
            Err(error) => tracing::warn!(%error, "subscribers could not be told"),
        }
        tokio::time::sleep(PAUSE).await;
        let until = store.next_occasion().map(|due| (due - clock.now()).to_std().unwrap_or_default());
        let wait = until.map_or(AT_LEAST_EVERY, |until| until.min(AT_LEAST_EVERY)).max(PAUSE);
        // Whichever comes first.
        tokio::time::timeout(wait, commits.changed()).await.ok();
    }
}
