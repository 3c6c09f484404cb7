//! Who else is where in the table. Told by the server while they move, forgotten when they are silent.

use super::dom;
use crate::components::avatar::{Avatar, tint};
use crate::live::Live;
use domain::id::{AccountNumber, UserId};
use domain::live::{LiveMessage, PageMessage, Place};
use domain::view::Column;
use leptos::prelude::*;
use std::time::Duration;

/// Our own place is told at most this often.
const TELL_PAUSE: Duration = Duration::from_millis(250);
/// The server forgets the silent after a minute; should its word be lost, so do we.
const FORGET_AFTER_MS: i64 = 90_000;
const FORGET_EVERY: Duration = Duration::from_secs(15);

/// Somebody else in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    tab: u64,
    pub by: UserId,
    pub place: Place,
    heard_at: i64,
}

/// Where the others are, and what they know of us.
#[derive(Clone, Copy)]
pub struct Presence {
    others: RwSignal<Vec<Other>>,
    live: Live,
    told: StoredValue<Option<Place>>,
    here: StoredValue<Option<Place>>,
    waits: StoredValue<bool>,
}

impl Presence {
    /// Listens until the reactive owner of the caller is gone, then says that nobody is here any more.
    pub fn follow(live: Live) -> Presence {
        let presence = Presence {
            others: RwSignal::new(Vec::new()),
            live,
            told: StoredValue::new(None),
            here: StoredValue::new(None),
            waits: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let forget = set_interval_with_handle(move || presence.forget(), FORGET_EVERY);
            on_cleanup(move || {
                if let Ok(forget) = forget {
                    forget.clear();
                }
            });
        });
        // A new connection knows nothing of us, and we nothing of who has left meanwhile.
        Effect::new(move |before: Option<bool>| {
            let connected = live.link.with(|link| *link == crate::live::Link::Live);
            if connected && before == Some(false) {
                presence.told.set_value(None);
                presence.tell();
            } else if !connected {
                presence.others.set(Vec::new());
            }
            connected
        });
        on_cleanup(move || _ = live.say(&PageMessage::Here { at: None }));
        presence
    }

    /// The others at an account.
    pub fn at(&self, account: AccountNumber) -> Vec<Other> {
        self.others.with(|others| others.iter().filter(|other| other.place.account == account).cloned().collect())
    }

    /// All others.
    pub fn all(&self) -> Vec<Other> {
        self.others.get()
    }

    /// [`Presence::all`] for event handlers.
    pub fn all_now(&self) -> Vec<Other> {
        self.others.get_untracked()
    }

    /// Takes the server's word.
    pub fn hear(&self, message: &LiveMessage) {
        let LiveMessage::Presence { tab, by, at } = message else { return };
        let now = dom::now().timestamp_millis();
        self.others.update(|others| {
            others.retain(|other| other.tab != *tab);
            if let Some(place) = at {
                others.push(Other { tab: *tab, by: by.clone(), place: *place, heard_at: now });
            }
        });
    }

    /// Says where the cursor is now, a moment later and only if it has moved.
    pub fn here(&self, place: Option<Place>) {
        self.here.set_value(place);
        if self.waits.try_get_value() != Some(false) {
            return;
        }
        self.waits.set_value(true);
        let presence = *self;
        set_timeout(
            move || {
                if presence.waits.try_set_value(false).is_none() {
                    presence.tell();
                }
            },
            TELL_PAUSE,
        );
    }

    fn tell(&self) {
        let (Some(here), Some(told)) = (self.here.try_get_value(), self.told.try_get_value()) else { return };
        if here != told && self.live.say(&PageMessage::Here { at: here }) {
            self.told.set_value(here);
        }
    }

    fn forget(&self) {
        let since = dom::now().timestamp_millis() - FORGET_AFTER_MS;
        let old = self.others.try_with_untracked(|others| others.iter().any(|other| other.heard_at < since));
        if old == Some(true) {
            self.others.update(|others| others.retain(|other| other.heard_at >= since));
        }
    }
}

impl Other {
    /// The number of the person's tint.
    pub fn tint(&self) -> u32 {
        tint(&self.by)
    }
}

/// The initials of who is at a row, with where exactly for screen readers.
#[component]
pub fn Here(#[prop(into)] others: Signal<Vec<(Other, String)>>) -> impl IntoView {
    move || {
        let others = others.get();
        (!others.is_empty()).then(|| {
            let initials = others
                .into_iter()
                .take(3)
                .map(|(other, name)| {
                    let words = match other.place.column {
                        Some(column) => format!("{name} is at {}", words_of(column)),
                        None => format!("{name} is here"),
                    };
                    let tip = words.clone();
                    view! {
                        <span title=tip>
                            <Avatar id=other.by name size="tiny" />
                            <span class="visually-hidden">{words}</span>
                        </span>
                    }
                })
                .collect_view();
            view! { <span class="here">{initials}</span> }
        })
    }
}

fn words_of(column: Column) -> String {
    column.label().to_owned()
}
