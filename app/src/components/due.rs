//! How much of the user's work is due: the number beside "My work", on every page.

use super::paced::Paced;
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
    asking: Paced,
}

/// The number of the frame around this page.
pub fn use_due() -> Due {
    use_context().unwrap_or_else(Due::new)
}

impl Due {
    fn new() -> Due {
        let count = RwSignal::new(None);
        let ask = move || {
            spawn_local(async move {
                // A failure leaves what is shown; whoever is signed out is told so by the page.
                let Ok(now) = my_due().await else { return };
                if count.try_get_untracked().is_some_and(|shown| shown != Some(now)) {
                    count.try_set(Some(now));
                }
            });
        };
        Due { count, asking: Paced::new(PAUSE, ask) }
    }

    /// Begins to ask; for the frame of every page.
    pub fn provide() {
        let due = Due::new();
        provide_context(due);
        Effect::new(move |_| {
            due.ask();
            if let Ok(timer) = set_interval_with_handle(move || due.ask(), LOOK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
    }

    /// Asks anew, soon.
    pub fn ask(self) {
        self.asking.run();
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
