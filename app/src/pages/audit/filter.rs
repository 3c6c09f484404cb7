//! The conditions of the log, kept in the address.

use crate::api::ApiError;
use crate::api::audit::{AuditFilter, AuditPage as Piece};
use crate::components::form::{Select, TextInput};
use domain::event::EventKind;
use domain::id::UserId;
use domain::view::escape;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::params::ParamsMap;

/// The stream that an address without one means.
const WORKSPACE: &str = "workspace";

/// What of the log is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub filter: AuditFilter,
    /// Only entries before this sequence number.
    pub before: Option<u64>,
}

impl Shown {
    /// Reads it from the address; what cannot be read is left out.
    pub fn from_query(query: &ParamsMap) -> Shown {
        let text = |key: &str| query.get(key).unwrap_or_default();
        Shown {
            filter: AuditFilter {
                stream: text("stream"),
                kind: EventKind::from_code(&text("kind")),
                user: Some(text("user")).filter(|user| !user.is_empty()).map(UserId),
                from: text("from"),
                to: text("to"),
            },
            before: text("before").parse().ok(),
        }
    }

    /// The address of another place in the log under the same conditions.
    pub fn at(&self, before: Option<u64>) -> String {
        let AuditFilter { stream, kind, user, from, to } = &self.filter;
        let parts = [
            ("stream", stream.clone()),
            ("kind", kind.map(|kind| kind.code().to_owned()).unwrap_or_default()),
            ("user", user.as_ref().map(|user| user.to_string()).unwrap_or_default()),
            ("from", from.clone()),
            ("to", to.clone()),
            ("before", before.map(|before| before.to_string()).unwrap_or_default()),
        ];
        let query: Vec<_> = parts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={}", escape(&value)))
            .collect();
        if query.is_empty() { "/audit".to_owned() } else { format!("/audit?{}", query.join("&")) }
    }
}

/// The form that changes the address; the page then reads the log again.
#[component]
pub fn FilterForm(shown: Memo<Shown>, piece: Resource<Result<Piece, ApiError>>) -> impl IntoView {
    // A failed answer has no streams and people; what is chosen stays chosen.
    let loaded = move || piece.get().and_then(Result::ok);
    let streams = move || {
        let chosen = shown.get().filter.stream;
        loaded()
            .map(|piece| piece.streams)
            .unwrap_or_default()
            .into_iter()
            .map(|(key, name)| option(key, name, &chosen))
            .collect_view()
    };
    let people = move || {
        let chosen = shown.get().filter.user.map(|user| user.to_string()).unwrap_or_default();
        loaded()
            .map(|piece| piece.people)
            .unwrap_or_default()
            .into_iter()
            .map(|(id, name)| option(id.to_string(), name, &chosen))
            .collect_view()
    };
    let kinds = move || {
        let chosen = shown.get().filter.kind.map(EventKind::code).unwrap_or_default();
        EventKind::ALL
            .iter()
            .map(|kind| option(kind.code().to_owned(), sentence_case(kind.label()), chosen))
            .collect_view()
    };
    // The fields follow the address, also when a link or the browser's "back" changes it.
    let stream = following(move || {
        Some(shown.get().filter.stream).filter(|key| !key.is_empty()).unwrap_or(WORKSPACE.to_owned())
    });
    let kind = following(move || shown.get().filter.kind.map(EventKind::code).unwrap_or_default().to_owned());
    let user = following(move || shown.get().filter.user.map(|user| user.to_string()).unwrap_or_default());
    let from = following(move || shown.get().filter.from);
    let to = following(move || shown.get().filter.to);
    view! {
        <Form method="get" action="/audit">
            <div class="audit-filter">
                <Select name="stream" label="Of" bound=stream>
                    {streams}
                </Select>
                <Select name="kind" label="What" bound=kind>
                    <option value="">"Everything"</option>
                    {kinds}
                </Select>
                <Select name="user" label="Who" bound=user>
                    <option value="">"Everybody"</option>
                    {people}
                </Select>
                <TextInput name="from" kind="date" label="From (UTC)" bound=from />
                <TextInput name="to" kind="date" label="To (UTC)" bound=to />
                <div class="button-row">
                    <button type="submit" class="button primary">
                        "Show"
                    </button>
                    <a class="button quiet" href="/audit">
                        "Reset"
                    </a>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

/// A field's text that becomes `value` whenever that changes.
fn following(value: impl Fn() -> String + Copy + 'static) -> RwSignal<String> {
    let text = RwSignal::new(untrack(value));
    Effect::new(move |_| text.set(value()));
    text
}

fn option(value: String, words: String, chosen: &str) -> impl IntoView + use<> {
    let selected = value == chosen;
    view! { <option value=value selected=selected>{words}</option> }
}

/// `changed the account` becomes `Changed the account`.
fn sentence_case(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_the_conditions() {
        let shown = Shown {
            filter: AuditFilter {
                stream: "m1".to_owned(),
                kind: Some(EventKind::SignedIn),
                user: Some(UserId::from("u 1")),
                ..AuditFilter::default()
            },
            before: None,
        };
        assert_eq!(shown.at(Some(7)), "/audit?stream=m1&kind=signed_in&user=u%201&before=7");
        assert_eq!(Shown::default().at(None), "/audit");
    }
}
