//! The audit log: who did what, when, from where; and whether nobody tampered with it.

mod entry;
mod filter;
mod verify;

use crate::api::audit::{AuditPage as Piece, audit_log};
use crate::components::empty::{Empty, Skeleton};
use crate::components::frame::Page;
use crate::components::problem::Problem;
use entry::{Entry, Names};
use filter::{FilterForm, Shown};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use verify::Verify;

/// The log of one stream, the newest first; filter and place are in the address.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| query.with(Shown::from_query));
    let piece =
        Resource::new_blocking(move || shown.get(), |shown| async move { audit_log(shown.filter, shown.before).await });
    view! {
        <Page title="Audit log">
            <div class="page-head">
                <h1>"Audit log"</h1>
                <p>"Every change and every refused attempt. Nothing here can be changed: each entry carries the hash of the one before."</p>
            </div>
            <Verify />
            <Transition fallback=|| view! { <Skeleton lines=9 /> }>
                <FilterForm shown piece />
                {move || {
                    piece.get().map(|answer| match answer {
                        Ok(piece) => view! { <Entries piece shown=shown.get_untracked() /> }.into_any(),
                        Err(error) => view! { <Problem error retry=Callback::new(move |()| piece.refetch()) /> }.into_any(),
                    })
                }}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Entries(piece: Piece, shown: Shown) -> impl IntoView {
    if piece.entries.is_empty() {
        return view! {
            <Empty icon="audit" title="No entries" text="Nothing in this stream matches these conditions.">
                <a class="button" href="/audit">
                    "Reset the conditions"
                </a>
            </Empty>
        }
        .into_any();
    }
    let older = piece.older.map(|before| shown.at(Some(before)));
    let newest = shown.before.is_some().then(|| shown.at(None));
    let names = StoredValue::new(Names { people: piece.people, fields: piece.fields });
    view! {
        <ol class="audit-list panel">
            {piece.entries.into_iter().map(|entry| view! { <Entry entry names /> }).collect_view()}
        </ol>
        <nav class="button-row" aria-label="Pages of the log">
            {newest.map(|href| view! {
                <a class="button" href=href>
                    "Newest"
                </a>
            })}
            {older.map(|href| view! {
                <a class="button" href=href>
                    "Older"
                </a>
            })}
        </nav>
    }
    .into_any()
}
