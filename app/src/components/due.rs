//! How much of the user's work is due: the number beside "My work", on every page.

use crate::api::work::my_due;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// It is asked for at most this often, whatever happens.
const PAUSE: Duration = Duration::from_secs(5);
/// What is due changes with the clock, and by what others do in migrations that this tab does not show.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The number, in the context of every page for staff. The first page comes without it: it is asked for afterwards.
#[derive(Clone, Copy)]
pub struct Due {
    pub count: RwSignal<Option<usize>>,
    waiting: StoredValue<bool>,
    again: StoredValue<bool>,
}

/// The number of the frame around this page.
pub fn use_due() -> Due {
    use_context().unwrap_or_else(Due::new)
}

impl Due {
    fn new() -> Due {
        Due { count: RwSignal::new(None), waiting: StoredValue::new(false), again: StoredValue::new(false) }
    }

    /// Begins to ask; for the frame of every page.
    pub fn provide() -> Due {
        let due = Due::new();
        provide_context(due);
        Effect::new(move |_| {
            due.ask();
            if let Ok(timer) = set_interval_with_handle(move || due.ask(), LOOK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
        due
    }

    /// Asks anew: at once when nothing was asked for lately, otherwise after a pause.
    pub fn ask(self) {
        if self.waiting.try_get_value() != Some(false) {
            self.again.try_set_value(true);
            return;
        }
        self.waiting.set_value(true);
        spawn_local(async move {
            // A failure leaves what is shown; whoever is signed out is told so by the page.
            if let Ok(count) = my_due().await
                && self.count.try_get_untracked().is_some_and(|shown| shown != Some(count))
            {
                self.count.try_set(Some(count));
            }
        });
        set_timeout(
            move || {
                self.waiting.try_set_value(false);
                if self.again.try_get_value() == Some(true) {
                    self.again.set_value(false);
                    self.ask();
                }
            },
            PAUSE,
        );
    }
}

/// The number, with words for those who hear it.
#[component]
pub fn DueBadge() -> impl IntoView {
    let due = use_due();
    move || {
        due.count.get().filter(|count| *count > 0).map(|count| {
            let shown = if count > 99 { "99+".to_owned() } else { count.to_string() };
            view! {
                <b class="badge">
                    <i aria-hidden="true">{shown}</i>
                    <i class="visually-hidden">{format!(", {count} due")}</i>
                </b>
            }
        })
    }
}
