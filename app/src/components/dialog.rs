//! Native dialogs: they keep the focus inside, close with Escape and give the focus back.

use super::icon::Icon;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog, open while `open` is true. Put the buttons into a `<footer>` at the end of the children
/// (inside the form, if there is one). Its content is in the document while it is closed, too.
#[component]
pub fn Dialog(
    /// Unique in the document.
    #[prop(into)]
    id: String,
    #[prop(into)] title: Signal<String>,
    open: RwSignal<bool>,
    #[prop(optional)] wide: bool,
    /// There is nothing in it but text: the keyboard has to reach it for scrolling.
    #[prop(optional)]
    reading: bool,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only for a dialog outside of the document; then there is nothing to show.
            drop(dialog.show_modal());
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let heading = format!("{id}-title");
    let heading_id = heading.clone();
    view! {
        <dialog
            node_ref=element
            id=id
            class="dialog"
            class:wide=wide
            aria-labelledby=heading
            on:close=move |_| open.set(false)
        >
            <div class="frame">
                <header>
                    <h2 id=heading_id>{title}</h2>
                    <button type="button" class="button quiet icon-only" on:click=move |_| open.set(false)>
                        <Icon name="close" />
                        <span class="visually-hidden">"Close"</span>
                    </button>
                </header>
                <div class="body" tabindex=reading.then_some("0")>{children()}</div>
            </div>
        </dialog>
    }
    .into_any()
}
