//! What is painted over the cells, and what is said of it.

use super::super::dom::{self, Cell, Painting};
use super::super::selection::{Selected, Span};
use super::super::table::RefusedCell;
use super::{BODY, Grid};
use crate::components::number::{counted, grouped};
use domain::view::Column;
use leptos::prelude::*;
use std::time::Duration;

/// A selection is told when it has not grown for so long.
const TELL_AFTER: Duration = Duration::from_millis(600);

impl Grid {
    pub(super) fn keep_painted(&self) {
        let grid = *self;
        Effect::new(move |_| {
            grid.span.track();
            grid.table.range.track();
            grid.table.columns.track();
            grid.table.refused.track();
            grid.table.presence.all();
            grid.table.summary.track();
            grid.paint_soon();
        });
    }

    pub(super) fn paint_soon(&self) {
        if self.paint_waits.try_get_value() != Some(false) {
            return;
        }
        self.paint_waits.set_value(true);
        let grid = *self;
        request_animation_frame(move || {
            if grid.paint_waits.try_set_value(false).is_none() {
                dom::paint(BODY, &grid.painting());
            }
        });
    }

    pub(super) fn painting(&self) -> Painting {
        let columns = self.table.columns.get_untracked();
        let column = |wanted: Column| columns.iter().position(|column| *column == wanted).map(|index| index as u8);
        let span = self.span.get_untracked();
        let refused = self.table.refused.with_untracked(|refused| {
            let place = |cell: &RefusedCell| {
                let at = Cell { place: self.table.place(cell.account)?, column: column(cell.column)? };
                Some((at, cell.reason.clone()))
            };
            refused.iter().filter_map(place).collect()
        });
        let others = self.table.presence.all_now().into_iter().filter_map(|other| {
            let at = Cell { place: self.table.place(other.place.account)?, column: column(other.place.column?)? };
            Some((at, other.tint()))
        });
        Painting { cursor: span.head, span: Some(span).filter(Span::is_range), refused, others: others.collect() }
    }

    /// Says how much is selected, once it is chosen.
    pub(super) fn tell_selections(&self) {
        let grid = *self;
        Effect::new(move |_| {
            let span = grid.span.get();
            let Some(mine) = grid.tellings.try_update_value(|count| {
                *count += 1;
                *count
            }) else {
                return;
            };
            if !span.is_range() {
                return;
            }
            set_timeout(
                move || {
                    if grid.tellings.try_get_value() == Some(mine) {
                        let (rows, columns) = span.size();
                        let cells = u64::from(rows) * u64::from(columns);
                        grid.table.say.say(format!("{} cells selected, {} × {columns}", grouped(cells), grouped(rows)));
                    }
                },
                TELL_AFTER,
            );
        });
        let ticked = grid.table.selected;
        Effect::new(move |before: Option<u32>| {
            let count = ticked.with(Selected::count);
            if before.is_some_and(|before| before != count) {
                let words = match count {
                    0 => "Nothing selected".to_owned(),
                    count => format!("{} selected", counted(count, "account", "accounts")),
                };
                // The bar at the bottom shows it.
                grid.table.say.say_unseen(words);
            }
            count
        });
    }
}
