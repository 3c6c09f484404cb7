//! The box at the top of the table, which ticks everything that the view shows.

use super::selection::Selected;
use super::table::Table;
use crate::components::number::grouped;
use leptos::html;
use leptos::prelude::*;

/// The head of the column of boxes.
#[component]
pub fn PickAll(table: Table) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let all = move || table.selected.with(|selected| matches!(selected, Selected::AllMatching { .. }));
    Effect::new(move |_| {
        let some = table.selected.with(|selected| matches!(selected, Selected::Rows(_)));
        if let Some(input) = input.get() {
            input.set_indeterminate(some);
        }
    });
    let tick = move |_| {
        let count = table.summary.with_untracked(|summary| summary.matching);
        table.selected.update(|selected| {
            *selected = match selected {
                Selected::AllMatching { .. } => Selected::None,
                Selected::None | Selected::Rows(_) => Selected::AllMatching { count },
            };
        });
    };
    view! {
        <th scope="col" role="columnheader" class="pick" aria-colindex="1">
            <input
                type="checkbox"
                node_ref=input
                aria-label=move || {
                    let matching = table.summary.with(|summary| summary.matching);
                    format!("Select all {} that match", grouped(matching))
                }
                prop:checked=all
                on:click=tick
            />
        </th>
    }
}
