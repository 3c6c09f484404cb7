//! The status of an account as shape, word and hue.

use super::icon::Icon;
use domain::status::Status;
use leptos::prelude::*;

/// A status in a header or a diff: a pill with a wash.
#[component]
pub fn StatePill(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    view! { <Shown status=status class="state" /> }
}

/// A status in a row of a table: the same without a wash.
#[component]
pub fn StateWord(#[prop(into)] status: Signal<Status>) -> impl IntoView {
    view! { <Shown status=status class="state-word" /> }
}

#[component]
fn Shown(status: Signal<Status>, class: &'static str) -> impl IntoView {
    view! {
        <span class=move || format!("{class} {}", status.get().css())>
            <Icon name=Signal::derive(move || status.get().css()) />
            <span>{move || status.get().label()}</span>
        </span>
    }
}
