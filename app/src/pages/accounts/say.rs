//! The table's one voice: what was selected, saved, copied or undone, for eyes and for screen readers, then gone.

use leptos::prelude::*;
use std::time::Duration;

/// How long a sentence stays.
const STAYS: Duration = Duration::from_secs(7);

/// Says sentences, one at a time.
#[derive(Clone, Copy)]
pub struct Say {
    words: RwSignal<String>,
    /// Eyes see it elsewhere.
    unseen: RwSignal<bool>,
    count: StoredValue<u32>,
}

impl Say {
    /// Nothing said yet.
    pub fn nothing() -> Say {
        Say { words: RwSignal::new(String::new()), unseen: RwSignal::new(false), count: StoredValue::new(0) }
    }

    /// Says this instead of what was said before.
    pub fn say(&self, words: impl Into<String>) {
        self.put(words.into(), false);
    }

    /// Says this to screen readers alone: others see it elsewhere on the page.
    pub fn say_unseen(&self, words: impl Into<String>) {
        self.put(words.into(), true);
    }

    /// Whether nothing is being said.
    pub fn is_silent(&self) -> bool {
        self.words.with_untracked(String::is_empty)
    }

    fn put(&self, words: String, unseen: bool) {
        let (shown, count) = (self.words, self.count);
        let Some(mine) = count.try_update_value(|count| {
            *count += 1;
            *count
        }) else {
            return;
        };
        self.unseen.set(unseen);
        shown.set(words);
        set_timeout(
            move || {
                if count.try_get_value() == Some(mine) {
                    shown.set(String::new());
                }
            },
            STAYS,
        );
    }
}

/// Where it is said.
#[component]
pub fn Said(say: Say) -> impl IntoView {
    view! {
        <p class="said" class:silent=move || say.unseen.get() || say.words.with(String::is_empty) role="status">
            {move || say.words.get()}
        </p>
    }
}
