//! The counts per status above the table; each is a link that puts its status into the view or takes it out.

use super::query::toggled;
use super::table::Table;
use crate::components::icon::Icon;
use crate::components::number::grouped;
use crate::components::segments::Segments;
use domain::status::Status;
use domain::view::View;
use leptos::prelude::*;

/// The chips and the bar of shares below them. The counts follow all conditions but the one on the status.
#[component]
pub fn StatusChips(table: Table) -> impl IntoView {
    let Table { view, summary, views, .. } = table;
    let counts = Signal::derive(move || summary.with(|summary| summary.counts));
    let to = move |statuses: Vec<Status>| views.go.address(&View { statuses, ..view.get() });
    let chips = Status::ALL
        .into_iter()
        .map(|status| {
            let on = move || view.with(|view| view.statuses.contains(&status));
            view! {
                <a
                    class=format!("chip {}", status.css())
                    href=move || to(view.with(|view| toggled(&view.statuses, &status)))
                    aria-current=move || on().then_some("true")
                    data-noscroll=""
                >
                    <Icon name=status.css() />
                    {status.label()}
                    " "
                    <b>{move || grouped(counts.with(|counts| counts.of(status)))}</b>
                </a>
            }
        })
        .collect_view();
    view! {
        <section class="statusbar" aria-label="Accounts by status">
            <div class="chips">
                <a
                    class="chip all"
                    href=move || to(Vec::new())
                    aria-current=move || view.with(|view| view.statuses.is_empty()).then_some("true")
                    data-noscroll=""
                >
                    "All "
                    <b>{move || grouped(counts.with(|counts| counts.total()))}</b>
                </a>
                {chips}
            </div>
            <Segments counts thin=true />
        </section>
    }
}
