//! How much time is left until an instant, ticking.

use super::icon::Icon;
use crate::pages::accounts::dom;
use domain::clock::Instant;
use leptos::prelude::*;
use std::time::Duration;

/// How often it looks at the clock.
const TICK: Duration = Duration::from_secs(20);
/// From here on it is urgent.
const SOON_HOURS: i64 = 48;

/// `6 days 4 h left`, `3 h 20 min left`, `4 min left`; `None` when the time is over.
pub fn time_left(until: Instant, now: Instant) -> Option<String> {
    let seconds = (until - now).num_seconds();
    if seconds <= 0 {
        return None;
    }
    let minutes = (seconds + 59) / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let day = if days == 1 { "day" } else { "days" };
    Some(match (days, hours) {
        (0, 0) => format!("{rest} min left"),
        (0, hours) => format!("{hours} h {rest} min left"),
        (days, 0) => format!("{days} {day} left"),
        (days, hours) => format!("{days} {day} {hours} h left"),
    })
}

/// Shows the time left while there is any; `now` is the server's clock when the page came.
#[component]
pub fn Countdown(until: Instant, now: Instant) -> impl IntoView {
    let now = RwSignal::new(now);
    Effect::new(move |_| {
        if let Ok(clock) = set_interval_with_handle(move || _ = now.try_set(dom::now()), TICK) {
            on_cleanup(move || clock.clear());
        }
    });
    // A minute that passes is told to nobody who listens: the deadline itself stands beside it.
    let words = Memo::new(move |_| time_left(until, now.get()));
    let soon = Memo::new(move |_| (until - now.get()).num_hours() < SOON_HOURS);
    move || {
        words.get().map(|words| {
            view! {
                <span class="countdown" class:soon=soon>
                    <Icon name="clock" />
                    {words}
                </span>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_the_units_that_matter() {
        let now = Instant::UNIX_EPOCH;
        let left = |minutes: i64| time_left(now + chrono::Duration::minutes(minutes), now);
        assert_eq!(left(6 * 1_440 + 4 * 60 + 10).as_deref(), Some("6 days 4 h left"));
        assert_eq!(left(1_440).as_deref(), Some("1 day left"));
        assert_eq!(left(200).as_deref(), Some("3 h 20 min left"));
        assert_eq!(left(4).as_deref(), Some("4 min left"));
        assert_eq!(time_left(now + chrono::Duration::seconds(5), now).as_deref(), Some("1 min left"));
        assert_eq!(left(0), None);
    }
}
