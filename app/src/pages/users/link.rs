//! A one-time link, shown once.

use crate::api::users::OneTimeLink;
use crate::components::button::CopyButton;
use crate::components::dialog::Dialog;
use crate::components::notice::{Notice, Tone};
use leptos::prelude::*;

/// Shows the link and what to do with it; open while there is one.
#[component]
pub fn LinkDialog(link: RwSignal<Option<OneTimeLink>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.read().is_some()));
    Effect::new(move |_| {
        if !open.get() && link.read_untracked().is_some() {
            link.set(None);
        }
    });
    let title = Signal::derive(move || link.get().map(|link| format!("Link for {}", link.name)).unwrap_or_default());
    view! {
        <Dialog id="one-time-link" title open>
            {move || link.get().map(|link| view! { <Shown link open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Shown(link: OneTimeLink, open: RwSignal<bool>) -> impl IntoView {
    let OneTimeLink { name, address } = link;
    view! {
        <p>
            {format!("Give it to {name}, and only to {name}, in a private message. ")}
            "It lets them set a password and sign in, once, within three days."
        </p>
        <div class="address-line">
            <code>{address.clone()}</code>
            <CopyButton text=address label="Copy the link" class="button primary" />
        </div>
        <Notice tone=Tone::Warning>
            <p>"It is shown this once. If it gets lost, make a new one: that ends this one."</p>
        </Notice>
        <footer>
            <button type="button" class="button" on:click=move |_| open.set(false)>
                "Done"
            </button>
        </footer>
    }
    .into_any()
}
