//! The palette: with Ctrl+K anywhere, an account is found and answered for, and commands are run, by keyboard alone.

mod answers;
mod card;
mod commands;
pub mod dom;
mod entry;
mod list;
mod sheet;
mod task;

use crate::api::answers::Hit;
use crate::components::icon::Icon;
use crate::components::shortcuts::ShortcutsDialog;
use crate::lazy::later;
use crate::pages::accounts::dom::is_on;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use sheet::Sheet;

/// The palette as pages see it; in the context of every page for staff.
#[derive(Clone, Copy)]
pub struct Palette {
    open: RwSignal<bool>,
    shortcuts: RwSignal<bool>,
    views: RwSignal<Vec<ViewLink>>,
    /// The accounts that were looked at last, kept in this tab only.
    recent: StoredValue<Vec<Hit>>,
}

/// A saved view as a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewLink {
    pub name: String,
    /// The address on this site, such as `/m/ledger-3/accounts?status=blocked`.
    pub address: String,
}

/// Accounts that are offered again before anybody types.
const RECENT_MAX: usize = 5;

impl Palette {
    /// Puts the palette into the context.
    pub fn provide() -> Palette {
        let palette = Palette {
            open: RwSignal::new(false),
            shortcuts: RwSignal::new(false),
            views: RwSignal::new(Vec::new()),
            recent: StoredValue::new(Vec::new()),
        };
        provide_context(palette);
        palette
    }

    /// Offers these saved views as commands from now on.
    pub fn offer_views(&self, views: Vec<ViewLink>) {
        self.views.set(views);
    }

    /// Opens the list of keyboard shortcuts.
    pub fn show_shortcuts(&self) {
        self.shortcuts.set(true);
    }

    fn remember(&self, hit: Hit) {
        self.recent.update_value(|recent| {
            recent.retain(|known| known.key() != hit.key());
            recent.insert(0, hit);
            recent.truncate(RECENT_MAX);
        });
    }
}

/// The dialogs themselves, and the keys that open them.
#[component]
pub fn PaletteDialogs(palette: Palette) -> impl IntoView {
    let Palette { open, shortcuts, .. } = palette;
    Effect::new(move |_| {
        let stop = dom::on_any_key(move |event: KeyboardEvent| {
            if opens_palette(&event) {
                event.prevent_default();
                event.stop_propagation();
                if !event.repeat() {
                    shortcuts.set(false);
                    open.update(|open| *open = !*open);
                }
            } else if opens_shortcuts(&event) {
                event.prevent_default();
                event.stop_propagation();
                shortcuts.set(true);
            }
        });
        let stop = StoredValue::new_local(Some(stop));
        on_cleanup(move || {
            stop.try_update_value(|stop| stop.take().map(|stop| stop()));
        });
    });
    later!(tools: |palette: Palette| view! { <Dialogs palette /> }).unseen()
}

/// The palette on screen, and the list of shortcuts.
#[component]
fn Dialogs(palette: Palette) -> impl IntoView {
    let Palette { open, shortcuts, .. } = palette;
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only for a dialog outside of the document; then there is nothing to show.
            drop(dialog.show_modal());
            request_animation_frame(|| dom::focus_input(sheet::INPUT));
        } else if !open.get() && dialog.open() {
            // The browser gives the focus back to where it was.
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=element
            class="palette"
            aria-label=sheet::LABEL
            on:close=move |_| open.set(false)
            // A click beside it closes it: there the dialog itself is the target.
            on:mousedown=move |event| {
                if !is_on(&event, ".palette > *") {
                    event.prevent_default();
                    open.set(false);
                }
            }
        >
            {move || open.get().then(|| view! { <Sheet palette /> })}
        </dialog>
        <ShortcutsDialog open=shortcuts />
    }
    .into_any()
}

/// Ctrl+K, or ⌘K.
fn opens_palette(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() != event.meta_key())
        && !event.shift_key()
        && !event.alt_key()
        && event.key().eq_ignore_ascii_case("k")
}

/// `?`, but not where it is a letter of somebody's text.
fn opens_shortcuts(event: &KeyboardEvent) -> bool {
    let control = event.ctrl_key() || event.meta_key() || event.alt_key();
    event.key() == "?" && !control && !is_on(event, "input, textarea, select, [contenteditable]")
}

/// The way in for the pointer: looks like a field, on a phone like an icon.
#[component]
pub fn FindButton() -> impl IntoView {
    let Some(palette) = use_context::<Palette>() else { return ().into_any() };
    let control = RwSignal::new("Ctrl");
    Effect::new(move |_| control.set(dom::control_key()));
    view! {
        <button
            type="button"
            class="find-button"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            on:click=move |_| palette.open.set(true)
        >
            <Icon name="search" />
            <span>{sheet::LABEL}</span>
            <kbd aria-hidden="true">{control}" K"</kbd>
        </button>
    }
    .into_any()
}
