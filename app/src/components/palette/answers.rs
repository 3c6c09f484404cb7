//! Asking the server while somebody types: late answers are dropped, and cards that were asked for are kept.

use super::dom;
use crate::api::ApiError;
use crate::api::answers::{Answer, Found, Hit, answer, find_accounts};
use domain::id::{AccountNumber, MigrationId};
use domain::view::SEARCH_MAX;
use leptos::ev;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The search waits this long for the next letter.
const PAUSE: Duration = Duration::from_millis(80);

/// What the search has answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing is searched for.
    Idle,
    Found(Found),
    /// The browser has no connection; the search goes on when it is back.
    Offline,
    Failed(ApiError),
}

/// The search for accounts.
#[derive(Clone, Copy)]
pub struct Search {
    pub query: RwSignal<String>,
    pub outcome: RwSignal<Outcome>,
    /// Whether the outcome is not that of the query yet.
    pub asking: RwSignal<bool>,
    /// What was asked for last: answers to anything before it are late.
    serial: StoredValue<u64>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Search {
    pub fn new() -> Search {
        let search = Search {
            query: RwSignal::new(String::new()),
            outcome: RwSignal::new(Outcome::Idle),
            asking: RwSignal::new(false),
            serial: StoredValue::new(0),
            timer: StoredValue::new(None),
        };
        on_cleanup(move || search.stop());
        Effect::new(move |_| {
            let back = window_event_listener(ev::online, move |_| {
                if search.outcome.with_untracked(|outcome| *outcome == Outcome::Offline) {
                    search.ask();
                }
            });
            on_cleanup(move || back.remove());
        });
        search
    }

    /// Takes what was typed, and asks when no further letter follows.
    pub fn type_in(&self, text: String) {
        self.stop();
        self.serial.update_value(|serial| *serial += 1);
        let wanted = !text.trim().is_empty();
        self.query.set(text.chars().take(SEARCH_MAX).collect());
        self.asking.set(wanted);
        if wanted {
            let search = *self;
            self.timer.set_value(set_timeout_with_handle(move || search.ask(), PAUSE).ok());
        } else {
            self.outcome.set(Outcome::Idle);
        }
    }

    /// Asks for what the query says now.
    pub fn ask(&self) {
        let Some(query) = self.query.try_get_untracked() else { return };
        let Some(serial) = self.serial.try_update_value(|serial| {
            *serial += 1;
            *serial
        }) else {
            return;
        };
        if dom::is_offline() {
            self.asking.set(false);
            self.outcome.set(Outcome::Offline);
            return;
        }
        self.asking.set(true);
        let search = *self;
        spawn_local(async move {
            let answer = find_accounts(query).await;
            if search.serial.try_get_value() != Some(serial) {
                return;
            }
            search.outcome.set(match answer {
                Ok(found) => Outcome::Found(found),
                Err(ApiError::Transport { .. }) if dom::is_offline() => Outcome::Offline,
                Err(error) => Outcome::Failed(error),
            });
            search.asking.set(false);
        });
    }

    fn stop(&self) {
        if let Some(waiting) = self.timer.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }
}

/// Which account.
pub type Key = (MigrationId, AccountNumber);

/// The answer cards that were asked for since the palette was opened.
#[derive(Clone, Copy)]
pub struct Cards {
    known: RwSignal<Vec<Answer>>,
    /// The account whose card could not be had, and why.
    failed: RwSignal<Option<(Key, ApiError)>>,
}

impl Cards {
    pub fn new() -> Cards {
        Cards { known: RwSignal::new(Vec::new()), failed: RwSignal::new(None) }
    }

    /// The card of an account as it was answered last.
    pub fn of(&self, key: &Key) -> Option<Answer> {
        self.known.with(|known| known.iter().find(|answer| answer.hit.key() == *key).cloned())
    }

    /// [`Cards::of`] for event handlers.
    pub fn now(&self, key: &Key) -> Option<Answer> {
        untrack(|| self.of(key))
    }

    /// Why the newest card of an account is missing.
    pub fn problem(&self, key: &Key) -> Option<ApiError> {
        self.failed.with(|failed| failed.as_ref().filter(|(other, _)| other == key).map(|(_, error)| error.clone()))
    }

    /// Keeps a card. One that was read from the log earlier than the one at hand is late.
    pub fn keep(&self, answer: Answer) {
        let key = answer.hit.key();
        if self.now(&key).is_some_and(|known| !answer.position.covers(&known.position)) {
            return;
        }
        if self.failed.with_untracked(|failed| failed.as_ref().is_some_and(|(other, _)| *other == key)) {
            self.failed.set(None);
        }
        self.known.update(|known| {
            known.retain(|other| other.hit.key() != key);
            known.push(answer);
        });
    }

    /// Asks for the card of an account.
    pub fn ask(&self, key: Key) {
        let cards = *self;
        spawn_local(async move {
            let (migration, account) = key.clone();
            let answered = answer(migration, account).await;
            if cards.known.is_disposed() {
                return;
            }
            match answered {
                Ok(answer) => cards.keep(answer),
                Err(error) => cards.failed.set(Some((key, error))),
            }
        });
    }
}

/// The newest that is known of a hit: its card's version of it, or itself.
pub fn newest(cards: Cards, hit: &Hit) -> Hit {
    match cards.of(&hit.key()) {
        Some(answer) => Hit { rank: hit.rank, ..answer.hit },
        None => hit.clone(),
    }
}
