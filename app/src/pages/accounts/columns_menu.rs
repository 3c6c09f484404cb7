//! The menu for the columns: which are shown, in what order, which stay in sight.

use super::columns::{Rearranged, as_they_come};
use super::dom;
use super::views::Views;
use crate::components::icon::Icon;
use domain::view::{Column, ColumnChoice, View};
use leptos::prelude::*;

/// The menu and its button.
#[component]
pub fn ColumnsMenu(views: Views) -> impl IntoView {
    let Views { frame, view, go, columns, list, .. } = views;
    let heading = move |column: Column| frame.overview.with(|overview| column.heading(&overview.migration.fields));
    let all = move || frame.overview.with(|overview| Column::of(&overview.migration.fields));
    let said = move || format!("{} of {}", columns.with(Vec::len), all().len());
    let search = RwSignal::new(String::new());
    let found = move |column: Column| {
        let search = search.with(|search| search.trim().to_lowercase());
        search.is_empty() || heading(column).to_lowercase().contains(&search)
    };
    let dragged = RwSignal::new(None::<Column>);
    let shown = move || {
        let choices = columns.get().into_iter().enumerate();
        choices.filter(|(_, choice)| found(choice.column)).collect::<Vec<_>>()
    };
    let hidden = Memo::new(move |_| {
        let shown = columns.get();
        let mut hidden = all();
        hidden.retain(|column| shown.iter().all(|choice| choice.column != *column));
        hidden
    });
    let found_hidden = move || hidden.get().into_iter().filter(|column| found(*column)).collect::<Vec<_>>();
    let from_address = move || view.with(|view| !view.columns.is_empty());
    let arranged = move || from_address() || list.with(|list| !list.arrangement.columns.is_empty());
    let reset = move |_| {
        if untrack(from_address) {
            let fields = frame.overview.with_untracked(|overview| overview.migration.fields.clone());
            views.set_columns(as_they_come(&fields));
        } else {
            views.set_columns(Vec::new());
        }
    };
    view! {
        <button type="button" class="tool columns-tool" popovertarget="columns-menu" aria-haspopup="dialog">
            <Icon name="columns" />
            <span class="soft">"Columns"</span>
            " "
            <span class="tool-value">{said}</span>
        </button>
        <div id="columns-menu" class="tool-menu wide" popover="auto" role="dialog" aria-label="Columns">
            <div class="from-address" hidden=move || !from_address()>
                <p>"This link or view brought its columns along."</p>
                <a
                    class="button small"
                    href=move || go.address(&View { columns: Vec::new(), ..view.get() })
                    data-noscroll=""
                >
                    "Use my columns"
                </a>
            </div>
            <input
                class="input"
                id="search-columns"
                type="search"
                aria-label="Search columns"
                placeholder="Search columns"
                autocomplete="off"
                maxlength="60"
                prop:value=search
                on:input=move |event| search.set(event_target_value(&event))
            />
            <p class="menu-title">"Shown"</p>
            // By key, so that no box that somebody has just ticked stands for another column afterwards.
            <ol class="column-lines" id="shown-columns">
                <For each=shown key=|entry| *entry let((place, choice))>
                    <Shown views choice place dragged name=heading(choice.column) />
                </For>
            </ol>
            <p class="menu-title" hidden=move || hidden.with(Vec::is_empty)>
                "Hidden"
            </p>
            <ul class="column-lines">
                <For each=found_hidden key=|column| *column let:column>
                    <li class="column-line">
                        <label class="choice">
                            <input
                                type="checkbox"
                                id=box_id(column)
                                on:change=move |_| {
                                    let beside = neighbour(&hidden.get_untracked(), column);
                                    views.rearrange(Rearranged::Toggle(column));
                                    focus_box(beside);
                                }
                            />
                            {heading(column)}
                        </label>
                    </li>
                </For>
            </ul>
            <button type="button" class="button small" hidden=move || !arranged() on:click=reset>
                "Reset the columns"
            </button>
        </div>
    }
    .into_any()
}

fn box_id(column: Column) -> String {
    format!("column-{}-shown", column.code())
}

/// The column after this one in a list, or before it at the list's end.
fn neighbour(list: &[Column], column: Column) -> Option<Column> {
    let place = list.iter().position(|other| *other == column)?;
    list.get(place + 1).or_else(|| list.get(place.checked_sub(1)?)).copied()
}

/// A line has gone to the other list: the keyboard goes on with the one beside it, or at the start of the menu.
fn focus_box(column: Option<Column>) {
    let id = column.map_or_else(|| "search-columns".to_owned(), box_id);
    request_animation_frame(move || dom::focus_id(&id));
}

/// A column that is shown: can be taken away, moved, pinned.
#[component]
fn Shown(
    views: Views,
    choice: ColumnChoice,
    place: usize,
    dragged: RwSignal<Option<Column>>,
    name: String,
) -> impl IntoView {
    let ColumnChoice { column, pinned, .. } = choice;
    let only = views.columns.with_untracked(|columns| columns.len() == 1);
    let id = |what: &str| format!("column-{}-{what}", column.code());
    let (up_id, down_id, pin_id) = (id("up"), id("down"), id("pin"));
    let move_to = move |place: usize, focus: String| {
        views.rearrange(Rearranged::Move(column, place));
        // The list was made anew: the same button of the same column goes on.
        request_animation_frame(move || dom::focus_id(&focus));
    };
    let (up_focus, down_focus, pin_focus) = (up_id.clone(), down_id.clone(), pin_id.clone());
    let label = name.clone();
    view! {
        <li
            class="column-line"
            draggable="true"
            class:dragged=move || dragged.get() == Some(column)
            on:dragstart=move |_| dragged.set(Some(column))
            on:dragend=move |_| dragged.set(None)
            on:dragover=move |event| {
                if dragged.get_untracked().is_some() {
                    event.prevent_default();
                }
            }
            on:drop=move |event| {
                event.prevent_default();
                if let Some(other) = dragged.get_untracked() {
                    dragged.set(None);
                    views.rearrange(Rearranged::Move(other, place));
                }
            }
        >
            <label class="choice">
                <input
                    type="checkbox"
                    checked=true
                    prop:checked=true
                    disabled=only
                    id=box_id(column)
                    on:change=move |_| {
                        let shown = views.columns.get_untracked();
                        let beside = neighbour(&shown.iter().map(|choice| choice.column).collect::<Vec<_>>(), column);
                        views.rearrange(Rearranged::Toggle(column));
                        focus_box(beside);
                    }
                />
                {label}
            </label>
            <button
                type="button"
                id=pin_id
                class="button quiet small icon-only"
                aria-pressed=if pinned { "true" } else { "false" }
                on:click=move |_| {
                    views.rearrange(Rearranged::Pin(column));
                    let focus = pin_focus.clone();
                    request_animation_frame(move || dom::focus_id(&focus));
                }
            >
                <Icon name="pin" />
                <span class="visually-hidden">{format!("Keep {name} in sight")}</span>
            </button>
            <button
                type="button"
                id=up_id
                class="button quiet small icon-only"
                on:click=move |_| move_to(place.saturating_sub(1), up_focus.clone())
            >
                <Icon name="up" />
                <span class="visually-hidden">{format!("Move {name} up")}</span>
            </button>
            <button
                type="button"
                id=down_id
                class="button quiet small icon-only"
                on:click=move |_| move_to(place + 1, down_focus.clone())
            >
                <Icon name="down" />
                <span class="visually-hidden">{format!("Move {name} down")}</span>
            </button>
        </li>
    }
    .into_any()
}
