//! What is in sight: which rows are in the document as somebody scrolls, and the place where they were.

use super::super::Visits;
use super::super::dom;
use super::super::group_head::button_id;
use super::super::lines::Heights;
use super::super::selection::Span;
use super::{BODY, Grid, REGION};
use leptos::ev;
use leptos::prelude::*;

/// Rows in the document above and below those in sight.
const OVERSCAN: u32 = 12;
/// The range moves in steps of this many rows, so that not every pixel of scrolling touches the document.
const STEP: u32 = 6;

impl Grid {
    /// Looks which rows are in sight, with the next frame.
    pub(super) fn look_soon(&self) {
        if self.frame_waits.try_get_value() != Some(false) {
            return;
        }
        self.frame_waits.set_value(true);
        let grid = *self;
        request_animation_frame(move || {
            if grid.frame_waits.try_set_value(false).is_none() {
                grid.look();
            }
        });
    }

    /// Puts the rows in sight, and some around them, into the document.
    pub(super) fn look(&self) {
        let Some(seen) = dom::viewport(REGION, BODY).filter(|seen| seen.row.max(seen.head) > 0.0) else {
            return self.table.fetch();
        };
        // What is not in the document now is as high as it was, or as the other.
        let known = self.heights.get_untracked();
        let measured = |now: f64, before: f64, other: f64| match (now > 0.0, before > 0.0) {
            (true, _) => now,
            (false, true) => before,
            (false, false) => other,
        };
        let heights =
            Heights { row: measured(seen.row, known.row, seen.head), head: measured(seen.head, known.head, seen.row) };
        if (known.row - heights.row).abs() > 0.01 || (known.head - heights.head).abs() > 0.01 {
            self.heights.set(heights);
        }
        let known = self.table.in_document.get_untracked();
        let (start, end, places, far) = self.table.lines.with_untracked(|lines| {
            let count = lines.count();
            let first = lines.below(seen.above.max(0.0), &heights).min(count);
            let last = lines.below(seen.above.max(0.0) + seen.height.max(0.0), &heights);
            self.first_in_sight.set_value(lines.places(&(first..first)).start);
            self.table.sight.set_value((last - first.min(last)).max(1));
            // Somewhere else altogether, what is in sight comes first, and what is around it with the next frame.
            let far = last < known.start || first >= known.end;
            let (around, step) = if far { (0, 1) } else { (OVERSCAN, STEP) };
            let start = first.saturating_sub(around) / step * step;
            let end = ((last + 1 + around).div_ceil(step) * step).min(count);
            (start.min(end), end, lines.places(&(start.min(end)..end)), far)
        });
        self.table.show_lines(places, start..end);
        if far && known != (start..end) {
            self.look_soon();
        }
        self.table.fetch();
    }

    /// Should the head of the group that was folded have lost the focus while rows came and went, it gets it back.
    pub(super) fn return_to_head(&self) {
        let Some(key) = self.table.folding.try_update_value(Option::take).flatten() else { return };
        let grid = *self;
        request_animation_frame(move || {
            let index =
                grid.table.groups.try_with_untracked(|groups| groups.list.iter().position(|group| group.key == key));
            if let Some(index) = index.flatten().filter(|_| dom::focus_is_lost()) {
                dom::focus_id(&button_id(index));
            }
        });
    }

    pub(super) fn follow_scrolling(&self) {
        let grid = *self;
        Effect::new(move |_| grid.look_soon());
        // Fewer or more rows match: what is in sight may have changed without any scrolling.
        Effect::new(move |_| {
            grid.table.lines.track();
            grid.table.looks.track();
            grid.look_soon();
        });
        Effect::new(move |before: Option<u32>| {
            let looks = grid.table.looks.get();
            if before.is_some_and(|before| before != looks) {
                grid.return_to_head();
            }
            looks
        });
        Effect::new(move |before: Option<u32>| {
            let jumps = grid.table.jumps.get();
            if before.is_some_and(|before| before != jumps) {
                grid.edit.cancel();
                grid.span.set(Span::default());
                dom::scroll_to_place(REGION, 0.0);
                grid.look_soon();
            }
            jumps
        });
        Effect::new(move |_| {
            let quiet = StoredValue::new_local(Some(dom::on_any_scroll(move || grid.look_soon())));
            let resize = window_event_listener(ev::resize, move |_| grid.look_soon());
            on_cleanup(move || {
                quiet.try_update_value(|quiet| quiet.take().map(|quiet| quiet()));
                resize.remove();
            });
        });
    }

    /// Comes back to the rows that were in sight when this view was left for an account.
    pub(super) fn remember_place(&self) {
        let grid = *self;
        let visits = expect_context::<Visits>();
        Effect::new(move |_| {
            let Some(place) = visits.left_at(&grid.table.view.get_untracked()) else { return };
            request_animation_frame(move || {
                let line = grid.table.lines.with_untracked(|lines| lines.of_row(place));
                dom::scroll_to_place(REGION, grid.pixels(line));
                grid.look();
            });
        });
        on_cleanup(move || {
            if let (Some(place), Some(view)) =
                (grid.first_in_sight.try_get_value(), grid.table.view.try_get_untracked())
            {
                visits.leave(view, grid.table.views.go.from(), place);
            }
        });
    }
}
