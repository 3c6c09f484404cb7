//! What a form for a part of the view carries along of the rest, so that it works without script.

use super::go::Go;
use super::query::pairs;
use domain::view::View;
use leptos::prelude::*;

/// Hidden fields with everything of the address but these keys.
#[component]
pub fn Rest(view: Memo<View>, go: Go, without: &'static [&'static str]) -> impl IntoView {
    let rest = Memo::new(move |_| {
        let address = view.with(|view| go.address(view));
        let mut rest = pairs(address.split_once('?').map_or("", |(_, query)| query));
        rest.retain(|(key, _)| !without.contains(&key.as_str()));
        rest
    });
    move || {
        let field = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value /> };
        rest.get().into_iter().map(field).collect_view()
    }
}
