//! The browser's end of a migration's live feed: what changes anywhere arrives here, in the order of its commit.
//!
//! One socket per tab, opened by the frame of the migration after hydration. On the server the same calls exist and
//! do nothing, so that views are the same on both sides.

mod indicator;
#[cfg(feature = "hydrate")]
mod socket;

pub use indicator::LiveIndicator;

use domain::event::Position;
use domain::id::MigrationId;
use domain::live::{LiveMessage, PageMessage};
use leptos::prelude::*;

/// How the tab is connected, in the words of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The page has just been opened.
    Connecting,
    Live,
    /// The connection was lost a moment ago.
    Reconnecting,
    /// No connection for half a minute; `since` is the reader's time of day, `14:05`.
    Stale {
        since: String,
    },
}

impl Link {
    /// The words of the indicator.
    pub fn label(&self) -> String {
        match self {
            Link::Connecting => "Connecting".to_owned(),
            Link::Live => "Live".to_owned(),
            Link::Reconnecting => "Reconnecting".to_owned(),
            Link::Stale { since } => format!("Stale since {since}"),
        }
    }
}

/// The live feed as pages see it; in the context of every page of a migration.
#[derive(Clone, Copy)]
pub struct Live {
    pub link: Signal<Link>,
    /// Everything up to here has been told to the subscribers.
    pub position: Signal<Position>,
    feed: Feed,
}

/// The parts of the feed that the socket writes.
#[derive(Clone, Copy)]
struct Feed {
    link: RwSignal<Link>,
    position: RwSignal<Position>,
    subscribers: StoredValue<Subscribers>,
    /// Hands a text to the open socket; answers whether it took it.
    #[cfg(feature = "hydrate")]
    speak: StoredValue<Option<socket::Speak>, LocalStorage>,
}

#[derive(Default)]
struct Subscribers {
    next: u32,
    callbacks: Vec<(u32, Callback<LiveMessage>)>,
}

impl Live {
    /// Opens the feed of a migration from `position` on. It closes with the reactive owner of the caller.
    pub fn open(migration: MigrationId, position: Position) -> Live {
        let feed = Feed {
            link: RwSignal::new(Link::Connecting),
            position: RwSignal::new(position),
            subscribers: StoredValue::new(Subscribers::default()),
            #[cfg(feature = "hydrate")]
            speak: StoredValue::new_local(None),
        };
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| socket::open(migration.clone(), feed));
        #[cfg(not(feature = "hydrate"))]
        drop(migration);
        Live { link: feed.link.into(), position: feed.position.into(), feed }
    }

    /// Tells the server something, if it can be reached; answers whether it was sent.
    #[cfg(feature = "hydrate")]
    pub fn say(&self, message: &PageMessage) -> bool {
        let Ok(text) = serde_json::to_string(message) else { return false };
        let speak = self.feed.speak.try_with_value(Clone::clone).flatten();
        speak.is_some_and(|speak| speak(&text))
    }

    /// On the server there is nobody to tell.
    #[cfg(not(feature = "hydrate"))]
    pub fn say(&self, _message: &PageMessage) -> bool {
        false
    }

    /// Calls `callback` with every message, until the reactive owner of the caller is gone.
    pub fn subscribe(&self, callback: Callback<LiveMessage>) {
        let subscribers = self.feed.subscribers;
        let id = subscribers.try_update_value(|all| {
            all.next += 1;
            all.callbacks.push((all.next, callback));
            all.next
        });
        on_cleanup(move || {
            subscribers.try_update_value(|all| all.callbacks.retain(|(other, _)| Some(*other) != id));
        });
    }
}

#[cfg(feature = "hydrate")]
impl Feed {
    /// Tells every subscriber, then counts the message as read.
    fn deliver(&self, message: LiveMessage, position: Position) {
        self.tell(&message);
        self.advance(position);
    }

    fn tell(&self, message: &LiveMessage) {
        let Some(callbacks) = self.subscribers.try_with_value(|all| all.callbacks.clone()) else { return };
        for (_, callback) in callbacks {
            callback.run(message.clone());
        }
    }

    fn advance(&self, position: Position) {
        let known = self.position.try_get_untracked().unwrap_or_default();
        if known != position {
            self.position.try_set(position);
        }
    }

    fn show(&self, link: Link) {
        if self.link.try_get_untracked().is_some_and(|shown| shown != link) {
            self.link.try_set(link);
        }
    }
}
