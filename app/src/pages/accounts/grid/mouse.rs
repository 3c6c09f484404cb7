//! Choosing a range with the mouse.

use super::super::dom;
use super::super::selection::Span;
use super::{BODY, Grid};
use leptos::ev::PointerEvent;
use leptos::prelude::*;

impl Grid {
    pub(super) fn draw_from(&self, event: &PointerEvent) {
        self.click_is_over.set_value(false);
        let with_mouse = event.pointer_type() == "mouse" && event.button() == 0;
        let Some(cell) = dom::cell_of(event).filter(|_| with_mouse && !dom::is_narrow()) else { return };
        if event.shift_key() {
            // Otherwise the browser selects text, and the focus would begin a new selection.
            event.prevent_default();
            self.click_is_over.set_value(true);
            self.go(cell, true);
        } else {
            self.drawn_from.set_value(Some(cell));
        }
    }

    pub(super) fn draw_to(&self, event: &PointerEvent) {
        let Some(from) = self.drawn_from.get_value() else { return };
        if event.buttons() & 1 == 0 {
            return self.drawn_from.set_value(None);
        }
        if let Some(cell) = dom::cell_of(event).filter(|cell| *cell != self.cursor()) {
            self.click_is_over.set_value(true);
            self.span.set(Span { anchor: from, head: cell });
        }
    }

    pub(super) fn end_drawing(&self) {
        if self.drawn_from.try_update_value(Option::take).flatten().is_some()
            && self.span.with_untracked(Span::is_range)
        {
            // Keys go on from where the mouse has left it.
            dom::focus_cell_later(BODY, self.cursor());
        }
    }
}
