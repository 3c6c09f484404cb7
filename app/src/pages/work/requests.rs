//! Requests of customers that wait for the signed-in user.

use crate::api::customer_pages::{Waiting, WaitingLine, waiting_requests};
use crate::components::icon::Icon;
use crate::components::number::grouped;
use leptos::prelude::*;

/// The list; nothing when nobody asked for anything.
#[component]
pub fn Requests() -> impl IntoView {
    let waiting = Resource::new_blocking(|| (), |_| waiting_requests());
    view! {
        <Suspense>
            {move || {
                // A failure shows in the lists beside it, which ask the same server.
                waiting.get().and_then(Result::ok).filter(|waiting| waiting.total > 0).map(|waiting| view! { <List waiting /> })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn List(waiting: Waiting) -> impl IntoView {
    let more = waiting.total.saturating_sub(waiting.lines.len());
    let line = |line: WaitingLine| {
        view! {
            <li>
                <div class="what">
                    <a href=format!("/m/{}/accounts/{}", line.slug, line.account)>{line.name}</a>
                    <span class="soft">{line.external_id.to_string()}</span>
                    <p>{line.words}</p>
                </div>
                <span>{line.kind}</span>
                <span class="when">{line.at}</span>
                <span class="soft where">{line.migration_name}</span>
            </li>
        }
    };
    view! {
        <section class="panel work-list" aria-labelledby="work-requests">
            <header class="panel-head">
                <h2 id="work-requests">
                    <Icon name="mail" />
                    "Customers' requests"
                    " "
                    <span class="count">{grouped(waiting.total as u64)}</span>
                </h2>
                <p class="soft">"Accept or decline them on the account's page."</p>
            </header>
            <ul>{waiting.lines.into_iter().map(line).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="panel-foot soft">{format!("{} more", grouped(more as u64))}</p> })}
        </section>
    }
    .into_any()
}
