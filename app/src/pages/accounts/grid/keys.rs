//! What a key does in the grid.

use super::super::clipboard;
use super::super::dom::{self, Cell};
use super::super::group_head::button_id;
use super::super::lines::Line;
use super::super::row::field_of;
use super::super::selection::{Span, moved, tabbed};
use super::{Grid, REGION};
use domain::view::Column;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

impl Grid {
    pub(super) fn key(&self, event: &KeyboardEvent, open_account: Callback<Cell>) {
        let Some(cell) = dom::cell_of(event) else { return };
        if event.alt_key() || event.is_composing() {
            return;
        }
        let (key, control, shift) = (event.key(), event.ctrl_key() || event.meta_key(), event.shift_key());
        let leaves = key == "Tab" && self.leaving.get_value();
        self.leaving.set_value(key == "Escape" && !self.span.with_untracked(Span::is_range));
        if !leaves && self.act(cell, &key, control, shift, open_account) {
            event.prevent_default();
        }
    }

    /// Does what a key stands for. Answers whether the key is one of the table's.
    pub(super) fn act(&self, cell: Cell, key: &str, control: bool, shift: bool, open_account: Callback<Cell>) -> bool {
        let waits = self.edit.target.with_untracked(Option::is_some);
        match key {
            // Whoever types quickly is ahead of the form; a blank then selects no row.
            _ if waits && key.chars().count() == 1 && !control => self.edit.type_more(key),
            "a" | "A" if control => {
                self.span.set(Span { anchor: self.bounds().last, head: Cell::default() });
                // The cursor goes to the first cell, but what is in sight stays.
                self.paint_soon();
            }
            "d" | "D" if control => clipboard::fill_down(*self),
            "Enter" if self.column(cell.column) == Some(Column::Name) => open_account.run(cell),
            "Enter" | "F2" if !self.is_editable(cell) => self.tell_why_not(cell),
            "Enter" | "F2" => self.open(cell),
            " " => {
                let places = self.span.with_untracked(Span::places);
                match places.start() == places.end() {
                    true => self.table.tick(cell.place, false),
                    false => self.table.tick_all(*places.start()..places.end() + 1),
                }
            }
            "Escape" => self.span.set(Span::at(cell)),
            "Delete" | "Backspace" => clipboard::clear(*self),
            "Tab" => match tabbed(cell, shift, self.bounds().last) {
                Some(to) => self.go(to, false),
                None => return false,
            },
            // It opens the list of keys.
            "?" => return false,
            _ if key.chars().count() == 1 && !control && !self.is_editable(cell) => self.tell_why_not(cell),
            _ if key.chars().count() == 1 && !control => {
                if !self.open_with(cell, key.to_owned()) {
                    return false;
                }
            }
            "ArrowUp" | "ArrowDown" if !control && !shift && self.is_beside_head(cell, key == "ArrowDown") => {
                let line = self.table.lines.with_untracked(|lines| lines.of_row(cell.place));
                return self.step_from(line, key == "ArrowDown");
            }
            _ => match moved(cell, key, control, &self.bounds()) {
                Some(to) => self.go(to, shift),
                None => return false,
            },
        }
        true
    }

    fn is_editable(&self, cell: Cell) -> bool {
        self.edit.may_edit() && self.column(cell.column).and_then(field_of).is_some()
    }

    /// Somebody wants to edit a cell that they cannot.
    fn tell_why_not(&self, cell: Cell) {
        let Some(column) = self.column(cell.column) else { return };
        self.table.say.say(match self.edit.may_edit() {
            false => "You can read accounts. Operators and leads change them.".to_owned(),
            true => self.table.frame.overview.with_untracked(|overview| {
                format!("{} cannot be changed here.", column.heading(&overview.migration.fields))
            }),
        });
    }

    /// Whether the line below or above a cell is the head of a group.
    pub(super) fn is_beside_head(&self, cell: Cell, below: bool) -> bool {
        self.table.lines.with_untracked(|lines| {
            let line = lines.of_row(cell.place);
            let next = if below { line.checked_add(1) } else { line.checked_sub(1) };
            matches!(next.and_then(|line| lines.at(line)), Some(Line::Head(_)))
        })
    }

    /// Focuses what stands below or above a line. Answers whether there is something.
    pub(super) fn step_from(&self, line: u32, below: bool) -> bool {
        let next = if below { line.checked_add(1) } else { line.checked_sub(1) };
        match next.and_then(|line| self.table.lines.with_untracked(|lines| lines.at(line))) {
            Some(Line::Row(place)) => self.go(Cell { place, ..self.cursor() }, false),
            Some(Line::Head(index)) => {
                let id = button_id(index);
                if !dom::focus_by_id(&id) {
                    dom::scroll_to_place(REGION, self.pixels(line.saturating_sub(self.table.sight.get_value() / 2)));
                    self.look();
                    request_animation_frame(move || dom::focus_id(&id));
                }
            }
            None => return false,
        }
        true
    }
}
