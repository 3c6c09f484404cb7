//! How far a bulk change is that a dialog has started, and what came of it.

use super::bar::line;
use super::preview::Reasons;
use super::watch::Watch;
use crate::components::notice::{Notice, Tone};
use crate::pages::migration::Frame;
use leptos::prelude::*;

/// Progress first, then the outcome with the way to the undo. Put the button that closes the dialog into `children`.
#[component]
pub fn Progress(frame: Frame, watch: Watch, children: Children) -> impl IntoView {
    let summary = Memo::new(move |_| watch.seen.with(|seen| seen.as_ref().map(|seen| seen.summary.clone())));
    let busy = Memo::new(move |_| summary.get().is_none_or(|summary| summary.is_busy()));
    let progress = Memo::new(move |_| summary.get().map_or((0, 1), |summary| summary.progress()));
    let address = move || summary.get().map(|summary| frame.address(&format!("changes/{}", summary.id)));
    let ended = move || {
        let seen = watch.seen.get().filter(|seen| !seen.summary.is_busy())?;
        let until = match seen.summary.changed {
            0 => String::new(),
            _ => format!(" It can be undone until {}.", seen.summary.undo_until),
        };
        Some(view! {
            <Notice tone=Tone::Success>
                <p>{format!("{}.{until}", line(&seen.summary))}</p>
            </Notice>
            <Reasons frame title="Refused, and why" reasons=seen.refused />
        })
    };
    view! {
        <Show when=move || busy.get() fallback=|| ()>
            <p role="status">{move || summary.get().map_or_else(|| "Starting…".to_owned(), |summary| line(&summary))}</p>
            <progress
                aria-label="Accounts done"
                prop:max=move || f64::from(progress.get().1.max(1))
                prop:value=move || f64::from(progress.get().0)
            ></progress>
            <p class="soft">"You can close this: the change goes on, also after a restart of the server."</p>
        </Show>
        {move || watch.error.get().map(|error| view! { <Notice tone=Tone::Error><p>{error.to_string()}</p></Notice> })}
        {ended}
        <footer>
            <Show when=move || !busy.get() fallback=|| ()>
                <a class="button" href=address>
                    "Details and undo"
                </a>
            </Show>
            {children()}
        </footer>
    }
    .into_any()
}
