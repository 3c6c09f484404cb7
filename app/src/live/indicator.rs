//! Says whether the screen is live: a shape and a word, with an explanation behind it.

use super::{Link, Live};
use leptos::prelude::*;

/// The indicator in the bar at the top. Needs [`Live`] in the context.
#[component]
pub fn LiveIndicator() -> impl IntoView {
    let live = expect_context::<Live>();
    let is = move |wanted: fn(&Link) -> bool| live.link.with(wanted);
    view! {
        <button
            type="button"
            class="live"
            class:reconnecting=move || is(|link| matches!(link, Link::Connecting | Link::Reconnecting))
            class:stale=move || is(|link| matches!(link, Link::Stale { .. }))
            popovertarget="live-help"
        >
            <i aria-hidden="true"></i>
            <span role="status">{move || live.link.with(Link::label)}</span>
        </button>
        <div id="live-help" class="menu live-menu" popover="auto">
            <p>{move || explanation(&live.link.get(), live.position.get().migration)}</p>
            <dl>
                <div>
                    <dt class="live"><i aria-hidden="true"></i>"Live"</dt>
                    <dd>"Changes come by themselves."</dd>
                </div>
                <div>
                    <dt class="live reconnecting"><i aria-hidden="true"></i>"Reconnecting"</dt>
                    <dd>"You can read and type. What you save is sent as usual."</dd>
                </div>
                <div>
                    <dt class="live stale"><i aria-hidden="true"></i>"Stale since …"</dt>
                    <dd>"After 30 s. Catches up without a gap."</dd>
                </div>
            </dl>
        </div>
    }
}

fn explanation(link: &Link, seq: u64) -> String {
    let seq = crate::components::number::grouped(seq);
    match link {
        Link::Live => format!("All changes up to seq {seq} are on this screen."),
        Link::Connecting => format!("This screen shows everything up to seq {seq}. Connecting for what comes next."),
        Link::Reconnecting => format!("The connection was lost a moment ago. This screen shows seq {seq}."),
        Link::Stale { since } => format!(
            "No connection since {since}. This screen shows seq {seq}; newer changes are missing until it is back."
        ),
    }
}
