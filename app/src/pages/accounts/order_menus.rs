//! The menus for groups and for the order of the rows.

use super::dom;
use super::group_head::all_folded;
use super::table::Table;
use super::views::Views;
use crate::components::icon::Icon;
use domain::view::{Column, FOLDED_MAX, SORTS_MAX, Sort, ValueKind, View};
use leptos::html;
use leptos::prelude::*;

/// By which column the rows stand together.
#[component]
pub fn GroupMenu(table: Table) -> impl IntoView {
    let Views { frame, view, go, .. } = table.views;
    let group = Memo::new(move |_| view.with(|view| view.group));
    let heading = move |column: Column| frame.overview.with(|overview| column.heading(&overview.migration.fields));
    let said = move || group.get().map_or_else(|| "None".to_owned(), heading);
    let choices = move || {
        let mut columns = frame.overview.with(|overview| {
            let fields = &overview.migration.fields;
            Column::of(fields).into_iter().filter(|column| column.groups(fields)).collect::<Vec<_>>()
        });
        columns.extend(group.get().filter(|column| !columns.contains(column)));
        let choice = move |to: Option<Column>| {
            // What was folded are groups of another column.
            let href = move || go.address(&View { group: to, folded: Vec::new(), ..view.get() });
            view! {
                <a href=href aria-current=move || (group.get() == to).then_some("true") data-noscroll="">
                    <Icon name=Signal::derive(move || if group.get() == to { "check" } else { "none" }) />
                    {to.map_or_else(|| "No groups".to_owned(), heading)}
                </a>
            }
        };
        std::iter::once(None).chain(columns.into_iter().map(Some)).map(choice).collect_view()
    };
    let fold_all = move |fold: bool, word: &'static str| {
        let act = move |_| {
            let folded = table.groups.with_untracked(|groups| all_folded(&groups.list, fold));
            go.replace(View { folded, ..view.get_untracked() });
        };
        view! {
            <button type="button" class="button small" on:click=act>
                {word}
            </button>
        }
    };
    view! {
        <button type="button" class="tool group-tool" popovertarget="group-menu" aria-haspopup="dialog">
            <Icon name="group" />
            <span class="soft">"Group"</span>
            " "
            <span class="tool-value">{said}</span>
        </button>
        <div id="group-menu" class="tool-menu" popover="auto" role="dialog" aria-label="Group">
            {choices}
            <div class="button-row" hidden=move || table.groups.with(|groups| groups.list.is_empty())>
                {fold_all(true, "Fold all")} {fold_all(false, "Unfold all")}
            </div>
        </div>
    }
}

/// By which columns the rows are sorted.
#[component]
pub fn SortMenu(views: Views) -> impl IntoView {
    let Views { frame, view, go, .. } = views;
    let sorts = Memo::new(move |_| view.with(|view| view.sort.clone()));
    let heading = move |column: Column| frame.overview.with(|overview| column.heading(&overview.migration.fields));
    let said = move || match sorts.get().as_slice() {
        [] => heading(Column::Account),
        sorts => sorts.iter().map(|sort| heading(sort.column)).collect::<Vec<_>>().join(", "),
    };
    let set = move |sort: Vec<Sort>| go.to(View { sort, ..view.get_untracked() });
    let free = move || {
        let columns = frame.overview.with(|overview| Column::of(&overview.migration.fields));
        columns.into_iter().filter(move |column| sorts.with(|sorts| sorts.iter().all(|sort| sort.column != *column)))
    };
    let line = move |index: usize, sort: Sort| {
        let Sort { column, descending } = sort;
        let change = move |next: Sort| {
            let mut sorts = sorts.get_untracked();
            if let Some(sort) = sorts.get_mut(index) {
                *sort = next;
            }
            set(sorts);
        };
        let others = free().chain([column]).collect::<Vec<_>>();
        let option = |other: Column| {
            view! {
                <option value=other.code().into_owned() selected=other == column>
                    {heading(other)}
                </option>
            }
        };
        let (upwards, downwards) = directions(kind(&views, column));
        view! {
            <li>
            <div class="sort-line" role="group" aria-label=heading(column)>
                <span class="soft">{if index == 0 { "By" } else { "then by" }}</span>
                <select
                    class="input"
                    aria-label="Column"
                    on:change=move |event| {
                        if let Some(column) = Column::from_code(&event_target_value(&event)) {
                            change(Sort { column, descending: false });
                        }
                    }
                >
                    {others.into_iter().map(option).collect_view()}
                </select>
                <select
                    class="input"
                    aria-label="Direction"
                    on:change=move |event| {
                        change(Sort { column, descending: event_target_value(&event) == "down" });
                    }
                >
                    <option value="up" selected=!descending>
                        {upwards}
                    </option>
                    <option value="down" selected=descending>
                        {downwards}
                    </option>
                </select>
                <button
                    type="button"
                    class="button quiet small icon-only"
                    aria-disabled=(index == 0).then_some("true")
                    on:click=move |_| {
                        if index > 0 {
                            let mut sorts = sorts.get_untracked();
                            sorts.swap(index - 1, index);
                            set(sorts);
                        }
                    }
                >
                    <Icon name="up" />
                    <span class="visually-hidden">{format!("Sort by {} earlier", heading(column))}</span>
                </button>
                <button
                    type="button"
                    class="button quiet small icon-only"
                    on:click=move |_| {
                        let mut sorts = sorts.get_untracked();
                        sorts.remove(index);
                        set(sorts);
                        request_animation_frame(|| dom::focus_id("add-sort"));
                    }
                >
                    <Icon name="close" />
                    <span class="visually-hidden">{format!("Do not sort by {}", heading(column))}</span>
                </button>
            </div>
            </li>
        }
    };
    let lines = move || sorts.get().into_iter().enumerate().map(|(index, sort)| line(index, sort)).collect_view();
    let full = move || sorts.with(|sorts| sorts.len() >= SORTS_MAX);
    let asks = NodeRef::<html::Select>::new();
    let adding = move || {
        let option = |column: Column| view! { <option value=column.code().into_owned()>{heading(column)}</option> };
        free().map(option).collect_view()
    };
    view! {
        <button type="button" class="tool sort-tool" popovertarget="sort-menu" aria-haspopup="dialog">
            <Icon name="sort" />
            <span class="soft">"Sort"</span>
            " "
            <span class="tool-value">{said}</span>
        </button>
        <div id="sort-menu" class="tool-menu wide" popover="auto" role="dialog" aria-label="Sort">
            <ol class="sort-lines">{lines}</ol>
            <label class="add-sort" hidden=full>
                <span>{move || if sorts.with(Vec::is_empty) { "Sort by" } else { "then by" }}</span>
                <select
                    class="input"
                    id="add-sort"
                    node_ref=asks
                    on:change=move |event| {
                        let chosen = Column::from_code(&event_target_value(&event));
                        // A chosen column goes from the list: the browser would show the next one as if it was chosen.
                        if let Some(asks) = asks.get_untracked() {
                            asks.set_value("");
                        }
                        let mut sorts = sorts.get_untracked();
                        sorts.extend(chosen.map(|column| Sort { column, descending: false }));
                        sorts.truncate(SORTS_MAX);
                        set(sorts);
                    }
                >
                    <option value="" selected=true>
                        "Choose a column …"
                    </option>
                    {adding}
                </select>
            </label>
            <p class="soft">"A click on a column's head sorts by it; with Shift it decides after the others."</p>
        </div>
    }
}

fn kind(views: &Views, column: Column) -> Option<ValueKind> {
    views.frame.overview.with(|overview| column.kind(&overview.migration.fields))
}

/// The two directions in the words of what is sorted.
fn directions(kind: Option<ValueKind>) -> (&'static str, &'static str) {
    match kind {
        Some(ValueKind::Text) | None => ("A to Z", "Z to A"),
        Some(ValueKind::Day) => ("Earliest first", "Latest first"),
        Some(ValueKind::Number) => ("Smallest first", "Largest first"),
        Some(ValueKind::Choice) => ("First to last", "Last to first"),
        Some(ValueKind::Flag) => ("Yes first", "No first"),
    }
}

/// The folded groups with this one put in or taken out; `None` if no more can be folded.
pub fn folded(present: &[String], key: &str) -> Option<Vec<String>> {
    let next = super::query::toggled(present, &key.to_owned());
    (next.len() <= FOLDED_MAX).then_some(next)
}
