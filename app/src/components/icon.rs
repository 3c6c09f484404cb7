//! The drawings: one sprite in the document, small references to it everywhere.

use leptos::prelude::*;

/// Every drawing as a `<symbol id="i-NAME">`. The document holds it once, after the application.
pub const SPRITE: &str = include_str!("sprite.svg");

/// A drawing beside words. It says nothing to a screen reader: the words do.
#[component]
pub fn Icon(
    /// A name from `sprite.svg`, without `i-`.
    #[prop(into)]
    name: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use_ href=move || format!("#i-{}", name.get())></use_>
        </svg>
    }
}

/// The mark of Landbridge: a bridge over water.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 15.5c3 0 3.5-1 4.5-3.5C7.8 8.8 9.5 7 12 7s4.2 1.8 5.5 5c1 2.5 1.5 3.5 4.5 3.5"></path>
            <path d="M2 19.5c1.7 0 1.7-1 3.3-1s1.7 1 3.4 1 1.6-1 3.3-1 1.7 1 3.3 1 1.7-1 3.4-1 1.6 1 3.3 1"></path>
        </svg>
    }
}
