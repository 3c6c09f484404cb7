//! Who is where in a migration's table: in memory only, told to the others, gone with its connection.
//!
//! With several servers each knows its own readers only.

use domain::id::{MigrationId, UserId};
use domain::live::{LiveMessage, Place};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// Somebody who does not move for this long is not shown any more.
pub const IDLE_MAX: Duration = Duration::from_secs(60);
/// Moves that a slow listener may lag behind before it is told anew who is where.
const LAG_MAX: usize = 256;

/// The places of all readers of this server.
pub struct Presence {
    last: AtomicU64,
    taken: Mutex<BTreeMap<u64, Taken>>,
    news: broadcast::Sender<Arc<News>>,
}

#[derive(Clone)]
struct Taken {
    migration: MigrationId,
    by: UserId,
    place: Place,
}

/// Somebody has moved.
pub struct News {
    migration: MigrationId,
    by: UserId,
    /// The message, serialized once for all who hear it.
    text: String,
}

impl Default for Presence {
    fn default() -> Self {
        Presence { last: AtomicU64::new(0), taken: Mutex::new(BTreeMap::new()), news: broadcast::channel(LAG_MAX).0 }
    }
}

impl Presence {
    /// A seat for a reader's connection. It is given up with the seat.
    pub fn sit(self: &Arc<Self>, migration: &MigrationId, by: &UserId) -> Seat {
        Seat {
            presence: self.clone(),
            tab: self.last.fetch_add(1, Ordering::Relaxed) + 1,
            migration: migration.clone(),
            by: by.clone(),
            place: None,
            since: Instant::now(),
        }
    }

    /// Every move from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<News>> {
        self.news.subscribe()
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<u64, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader's place.
pub struct Seat {
    presence: Arc<Presence>,
    tab: u64,
    migration: MigrationId,
    by: UserId,
    place: Option<Place>,
    since: Instant,
}

impl Seat {
    /// The reader is here now.
    pub fn take(&mut self, place: Place) {
        self.since = Instant::now();
        if self.place != Some(place) {
            self.place = Some(place);
            let taken = Taken { migration: self.migration.clone(), by: self.by.clone(), place };
            self.presence.taken().insert(self.tab, taken);
            self.tell();
        }
    }

    /// The reader is nowhere any more.
    pub fn leave(&mut self) {
        if self.place.take().is_some() {
            self.presence.taken().remove(&self.tab);
            self.tell();
        }
    }

    pub fn is_taken(&self) -> bool {
        self.place.is_some()
    }

    /// When the reader last moved.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// The text of the message if it is for this reader: somebody else's move in the same migration.
    pub fn is_told<'a>(&self, news: &'a News) -> Option<&'a String> {
        (news.migration == self.migration && news.by != self.by).then_some(&news.text)
    }

    /// Where the others are.
    pub fn others(&self) -> Vec<LiveMessage> {
        let taken = self.presence.taken();
        let others = taken.iter().filter(|(_, other)| other.migration == self.migration && other.by != self.by);
        others
            .map(|(tab, other)| LiveMessage::Presence { tab: *tab, by: other.by.clone(), at: Some(other.place) })
            .collect()
    }

    fn tell(&self) {
        let message = LiveMessage::Presence { tab: self.tab, by: self.by.clone(), at: self.place };
        // Numbers and texts only: it cannot fail.
        let Ok(text) = serde_json::to_string(&message) else { return };
        let news = News { migration: self.migration.clone(), by: self.by.clone(), text };
        // Nobody listening is no error.
        self.presence.news.send(Arc::new(news)).ok();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::AccountNumber;

    fn place(account: u32) -> Place {
        Place { account: AccountNumber(account), column: None }
    }

    #[test]
    fn others_of_the_migration_see_where_somebody_is_until_the_seat_is_gone() {
        let presence = Arc::new(Presence::default());
        let seat = |migration: &str, by: &str| presence.sit(&MigrationId::from(migration), &UserId::from(by));
        let (mut ines, jonas, elsewhere, other_tab) = (seat("a", "i"), seat("a", "j"), seat("b", "j"), seat("a", "i"));
        let mut news = presence.listen();
        ines.take(place(7));
        let told = news.try_recv().unwrap();
        assert!(jonas.is_told(&told).is_some());
        assert!(elsewhere.is_told(&told).is_none() && other_tab.is_told(&told).is_none());
        assert_eq!(jonas.others().len(), 1);
        assert!(elsewhere.others().is_empty() && other_tab.others().is_empty());
        ines.take(place(7));
        assert!(news.try_recv().is_err(), "nothing new");
        drop(ines);
        assert!(news.try_recv().is_ok() && jonas.others().is_empty());
    }
}
