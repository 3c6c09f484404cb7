//! The heads of the columns, which put the rows into another order and take another width.

use super::columns::{Rearranged, own_width};
use super::dom;
use super::pick::PickAll;
use super::query::next_sort;
use super::row::{aligned, pinned_class};
use super::table::Table;
use crate::components::icon::Icon;
use domain::view::{Column, Sort, View, WIDTHS};
use leptos::ev::{self, KeyboardEvent, PointerEvent};
use leptos::prelude::*;

/// One press of an arrow key changes a width by so many pixels, with Shift by one.
const WIDTH_STEP: i32 = 16;
/// What the blocker gets beside more columns than the usual, in the same pixels.
const BLOCKER_MORE: u32 = 104;
/// The column of the boxes, in CSS pixels where letters have their usual size.
const PICK_WIDTH: u32 = 40;

/// The heads of the columns: links that lead to another order.
#[component]
pub fn Head(table: Table) -> impl IntoView {
    let (view, go) = (table.view, table.views.go);
    let head = move |column: Column, index: u8, pins: usize| {
        let place = move || view.with(|view| view.sort.iter().position(|sort| sort.column == column));
        let sorted = move || view.with(|view| view.sort.iter().copied().find(|sort| sort.column == column));
        let several = move || view.with(|view| view.sort.len() > 1);
        let next = move |view: View, beside: bool| View { sort: next_sort(&view.sort, column, beside), ..view };
        view! {
            <th
                scope="col"
                role="columnheader"
                class=pinned_class(column, index, pins) + aligned(&table, column)
                aria-colindex=(index + 2).to_string()
                aria-sort=move || sorted().map(|sort| direction(&sort))
            >
                <a
                    href=move || go.address(&next(view.get(), false))
                    data-noscroll=""
                    on:click=move |event| {
                        // With Shift this column decides after the others.
                        if event.shift_key() {
                            event.prevent_default();
                            go.to(next(view.get_untracked(), true));
                        }
                    }
                >
                    <span class="heading">{move || heading(&table, column)}</span>
                    {move || sorted().map(|sort| view! {
                        <Icon name=if sort.descending { "down-arrow" } else { "up-arrow" } />
                    })}
                    {move || place().filter(|_| several()).map(|place| view! {
                        <span class="sort-place" aria-hidden="true">{place + 1}</span>
                    })}
                </a>
                <Edge table column index />
            </th>
        }
    };
    let heads = move || {
        let pins = table.pins.get();
        table.columns.get().into_iter().zip(0_u8..).map(|(column, index)| head(column, index, pins)).collect_view()
    };
    view! {
        <thead>
            <tr role="row" aria-rowindex="1">
                <PickAll table />
                {heads}
            </tr>
        </thead>
    }
}

fn heading(table: &Table, column: Column) -> String {
    table.frame.overview.with(|overview| column.heading(&overview.migration.fields))
}

fn direction(sort: &Sort) -> &'static str {
    if sort.descending { "descending" } else { "ascending" }
}

/// The edge of a column, which is dragged or moved by the arrow keys.
#[component]
fn Edge(table: Table, column: Column, index: u8) -> impl IntoView {
    // Where the pointer was when it took hold, and how wide the column was.
    let held = StoredValue::new(None::<(i32, i32)>);
    let measured = move || {
        let widths = dom::widths_of_heads(super::grid::REGION);
        widths.get(usize::from(index) + 1).map_or(i32::from(own_width(column)), |width| width.round() as i32)
    };
    let bounded = |width: i32| width.clamp(i32::from(*WIDTHS.start()), i32::from(*WIDTHS.end())) as u16;
    let keep = move |width: Option<u16>| table.views.rearrange(Rearranged::Width(column, width));
    let take_hold = move |event: PointerEvent| {
        event.prevent_default();
        dom::capture(&event);
        held.set_value(Some((event.client_x(), measured())));
    };
    let drag = move |event: PointerEvent| {
        if let Some((from, width)) = held.get_value() {
            table.dragged.set(Some((column, bounded(width + event.client_x() - from))));
        }
    };
    let let_go = move |_: PointerEvent| {
        held.set_value(None);
        if let Some((_, width)) = table.dragged.get_untracked().filter(|(dragged, _)| *dragged == column) {
            keep(Some(width));
            table.dragged.set(None);
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { 1 } else { WIDTH_STEP };
        match event.key().as_str() {
            "ArrowLeft" => keep(Some(bounded(measured() - step))),
            "ArrowRight" => keep(Some(bounded(measured() + step))),
            "Delete" | "Backspace" | "Escape" => keep(None),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <span
            class="edge"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=move || format!("Width of {}", heading(&table, column))
            aria-valuenow=move || table.width(column).unwrap_or(own_width(column)).to_string()
            aria-valuemin=WIDTHS.start().to_string()
            aria-valuemax=WIDTHS.end().to_string()
            aria-valuetext=move || match table.width(column) {
                Some(width) => format!("{width} pixels"),
                None => "its own width".to_owned(),
            }
            on:pointerdown=take_hold
            on:pointermove=drag
            on:pointerup=let_go
            on:pointercancel=let_go
            on:dblclick=move |_| keep(None)
            on:keydown=key
        ></span>
    }
}

/// Keeps the lengths that the style sheet needs: how wide the table is at least, and where pinned columns stay.
pub fn set_widths(table: Table, region: &'static str) {
    let measure = move || {
        let widths = dom::widths_of_heads(region);
        let Some(pins) = table.pins.try_get_untracked() else { return };
        let mut left = 0.0;
        let mut lengths = Vec::new();
        for (index, width) in widths.iter().take(pins + 1).enumerate() {
            if index > 0 {
                lengths.push((format!("--pin-{}", index - 1), format!("{left}px")));
            }
            left += width;
        }
        lengths.push(("--pinned".to_owned(), format!("{left}px")));
        dom::set_lengths(region, &lengths);
    };
    Effect::new(move |_| {
        let columns = table.columns.get();
        table.pins.track();
        let (mut own, mut given) = (PICK_WIDTH, 0);
        // A table that has to be scrolled sideways anyway need not save at the blocker.
        if columns.len() > Column::ALL.len() && columns.contains(&Column::Blocker) {
            own += BLOCKER_MORE;
        }
        for column in columns {
            match table.width(column) {
                Some(width) => given += u32::from(width),
                None => own += u32::from(own_width(column)),
            }
        }
        // What nobody has resized grows with the reader's letters.
        let least = format!("calc({}rem + {given}px)", f64::from(own) / 16.0);
        dom::set_lengths(region, &[("--least".to_owned(), least)]);
        request_animation_frame(measure);
    });
    Effect::new(move |_| {
        let resized = window_event_listener(ev::resize, move |_| measure());
        on_cleanup(move || resized.remove());
    });
}
