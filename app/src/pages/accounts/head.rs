//! The heads of the columns, which put the rows into another order.

use super::pick::PickAll;
use super::query::{address, next_sort};
use super::row::class_of;
use super::table::Table;
use crate::components::icon::Icon;
use domain::view::{Column, Sort, View};
use leptos::prelude::*;

/// The heads of the columns: links that lead to another order.
#[component]
pub fn Head(table: Table) -> impl IntoView {
    let view = table.view;
    let fields = move || table.frame.overview.with(|overview| overview.migration.fields.clone());
    let head = move |column: Column, index: u8| {
        let sorted = move || view.with(|view| view.sort.iter().copied().find(|sort| sort.column == column));
        let href = move || {
            let view = view.get();
            let next = View { sort: next_sort(&view.sort, column, false), ..view };
            address(&table.frame.address("accounts"), &next)
        };
        view! {
            <th
                scope="col"
                role="columnheader"
                class=class_of(column)
                aria-colindex=index.to_string()
                aria-sort=move || sorted().map(|sort| direction(&sort))
            >
                <a href=href data-noscroll="">
                    {move || column.heading(&fields())}
                    {move || sorted().map(|sort| view! {
                        <Icon name=if sort.descending { "down-arrow" } else { "up-arrow" } />
                    })}
                </a>
            </th>
        }
    };
    let heads =
        move || table.columns.get().into_iter().zip(2_u8..).map(|(column, index)| head(column, index)).collect_view();
    view! {
        <thead>
            <tr role="row" aria-rowindex="1">
                <PickAll table />
                {heads}
            </tr>
        </thead>
    }
}

fn direction(sort: &Sort) -> &'static str {
    if sort.descending { "descending" } else { "ascending" }
}
