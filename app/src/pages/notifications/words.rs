//! Messages in words and shapes.

use crate::components::icon::Icon;
use domain::notice::list::state_label;
use leptos::prelude::*;

/// The state of a message as shape, word and hue.
#[component]
pub fn MessageState(
    /// Its code.
    #[prop(into)]
    state: String,
) -> impl IntoView {
    let (hue, icon) = look(&state);
    view! {
        <span class=format!("state-word {hue}")>
            <Icon name=icon />
            <span>{state_label(&state)}</span>
        </span>
    }
    .into_any()
}

/// The hue and the shape of a state.
pub fn look(state: &str) -> (&'static str, &'static str) {
    match state {
        "waiting" => ("scheduled", "clock"),
        "held" => ("in-progress", "pause"),
        "sending" => ("scheduled", "arrow"),
        "sent" => ("completed", "check"),
        "bounced" => ("rolled-back", "undo"),
        "failed" => ("blocked", "alert"),
        "suppressed" => ("opted-out", "opted-out"),
        _ => ("not-started", "close"),
    }
}

/// The word over the instant beside a state.
pub fn moment(state: &str) -> &'static str {
    match state {
        "waiting" | "held" | "sending" => "due",
        _ => "",
    }
}
