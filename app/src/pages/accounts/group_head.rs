//! The head of a group of rows: what they have in common, how many there are, folding.

use super::filter::words;
use super::table::Table;
use crate::components::avatar::Avatar;
use crate::components::icon::Icon;
use crate::components::number::counted;
use domain::id::UserId;
use domain::status::Status;
use domain::view::{Column, Group};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// The id of the button in a group's head.
pub fn button_id(index: usize) -> String {
    format!("group-{index}")
}

/// A head; `on_key` gets the keys that lead to another line.
#[component]
pub fn GroupHead(table: Table, index: usize, key: String, on_key: Callback<(KeyboardEvent, usize)>) -> impl IntoView {
    let overview = table.frame.overview;
    let found = {
        let key = key.clone();
        Memo::new(move |_| table.groups.with(|groups| groups.list.iter().find(|group| group.key == key).cloned()))
    };
    let column = Memo::new(move |_| table.view.with(|view| view.group));
    let expanded = move || found.with(|group| group.as_ref().is_some_and(|group| !group.folded));
    let name = {
        let key = key.clone();
        move || {
            let text = found.with(|group| group.as_ref().map(|group| group.text.clone()).unwrap_or_default());
            let words = |column| overview.with(|overview| words::group(overview, column, &key, &text));
            column.get().map(words).unwrap_or_default()
        }
    };
    let mark = {
        let (key, name) = (key.clone(), name.clone());
        move || match column.get() {
            Some(Column::Owner) if !key.is_empty() => {
                Some(view! { <Avatar id=UserId::from(key.as_str()) name=name() size="tiny" /> }.into_any())
            }
            Some(Column::Status) => Status::from_code(&key).map(|status| {
                view! {
                    <span class=format!("group-state {}", status.css())>
                        <Icon name=status.css() />
                    </span>
                }
                .into_any()
            }),
            _ => None,
        }
    };
    let count = move || {
        found.with(|group| group.as_ref().map(|group| counted(group.count, "account", "accounts")).unwrap_or_default())
    };
    let nothing_else = move || table.summary.with(|summary| summary.shown) == 0;
    let line = move || (table.lines.with(|lines| lines.of_head(index)) + 2).to_string();
    let colspan = move || (table.columns.with(Vec::len) + 1).to_string();
    let fold = Callback::new(move |()| table.fold(&key));
    view! {
        <tr role="row" class="group" aria-rowindex=line data-head=index.to_string()>
            <th role="rowheader" scope="rowgroup" colspan=colspan aria-colindex="1" aria-colspan=colspan>
                <div>
                    <button
                        type="button"
                        id=button_id(index)
                        aria-expanded=move || if expanded() { "true" } else { "false" }
                        // The arrow keys come here; Tab does only when there are no rows.
                        tabindex=move || if nothing_else() || !table.awake.get() { "0" } else { "-1" }
                        on:click=move |_| fold.run(())
                        on:keydown=move |event| match event.key().as_str() {
                            "ArrowLeft" if untrack(expanded) => fold.run(()),
                            "ArrowRight" if !untrack(expanded) => fold.run(()),
                            "ArrowUp" | "ArrowDown" => on_key.run((event, index)),
                            _ => {}
                        }
                    >
                        <Icon name=Signal::derive(move || if expanded() { "down" } else { "right" }) />
                        {mark}
                        <span class="group-name">{name}</span>
                    </button>
                    <span class="count">{count}</span>
                </div>
            </th>
        </tr>
    }
    .into_any()
}

/// The groups with every one folded, or none.
pub fn all_folded(groups: &[Group], fold: bool) -> Vec<String> {
    groups.iter().filter(|_| fold).map(|group| group.key.clone()).collect()
}
