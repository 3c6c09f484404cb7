//! What the live feed changes in the table.

use super::{Mark, Slot, Table};
use domain::account::Row;
use domain::event::Position;
use domain::id::{CohortNumber, UserId};
use domain::live::LiveMessage;
use domain::view::{Column, Lookup, cell};
use leptos::prelude::*;
use std::time::Duration;

/// How long somebody else's change stays marked.
const MARK_FOR: Duration = Duration::from_secs(6);

impl Table {
    pub(super) fn hear(&self, message: LiveMessage) {
        match message {
            LiveMessage::Rows { position, by, rows } => {
                let mut moved = false;
                for row in rows {
                    moved |= self.take(row, position, by.as_ref());
                }
                if moved {
                    self.refresh();
                } else {
                    self.summary.update(|summary| summary.position = position);
                }
            }
            LiveMessage::Presence { .. } => self.presence.hear(&message),
            LiveMessage::Overview { .. } | LiveMessage::Resync { .. } => self.refresh(),
            LiveMessage::Ready { .. } | LiveMessage::Arranged | LiveMessage::Restarting | LiveMessage::SignedOut => {}
        }
    }

    /// Takes a newer version of a row, changed by `by`. Answers whether the view moves: its members, order or counts.
    pub(super) fn take(&self, row: Row, position: Position, by: Option<&UserId>) -> bool {
        let Some((patch, slot)) = self.inner.try_update_value(|inner| {
            let patch = inner.cache.patch(row.clone(), position, |before, after| self.moves(before, after));
            let free = inner.pinned != Some(row.number);
            let place = patch.replaced.as_ref().map(|(place, _)| place);
            let slot = place.filter(|_| free).and_then(|place| inner.slots.get(place).cloned());
            (patch, slot)
        }) else {
            return false;
        };
        if let (Some(slot), Some((_, before))) = (slot, &patch.replaced) {
            slot.row.set(Some(row.clone()));
            self.mark(&slot, before, &row, by);
        }
        if self.inner.try_with_value(|inner| inner.pinned == Some(row.number)) == Some(true) {
            self.note_strayed(&row);
        }
        patch.moves
    }

    fn mark(&self, slot: &Slot, before: &Row, after: &Row, by: Option<&UserId>) {
        let mine = self.frame.overview.with_untracked(|overview| by == Some(&overview.me.id));
        let Some(by) = by.filter(|_| !mine) else { return };
        let shown = self.columns.get_untracked();
        let columns: Vec<Column> =
            shown.into_iter().filter(|column| cell(before, *column) != cell(after, *column)).collect();
        if columns.is_empty() {
            return;
        }
        let name = self.frame.overview.with_untracked(|overview| super::super::words::person(overview, by));
        let serial = self.inner.try_update_value(|inner| {
            inner.marks += 1;
            inner.marks
        });
        let serial = serial.unwrap_or_default();
        slot.mark.set(Some(Mark { columns, by: by.clone(), name, serial }));
        let mark = slot.mark.clone();
        set_timeout(
            move || {
                if mark.with_untracked(|mark| mark.as_ref().is_some_and(|mark| mark.serial == serial)) {
                    mark.set(None);
                }
            },
            MARK_FOR,
        );
    }

    fn moves(&self, before: &Row, after: &Row) -> bool {
        let today = self.summary.with_untracked(|summary| summary.as_of);
        self.frame.overview.with_untracked(|overview| {
            let position = |number: CohortNumber| {
                let cohort = overview.cohorts.iter().find(|summary| summary.cohort.number == number);
                cohort.map_or(u16::MAX, |summary| summary.cohort.position)
            };
            let name = |id: &UserId| super::super::words::person(overview, id).to_lowercase();
            let fields = &overview.migration.fields;
            let lookup = Lookup { cohort_position: &position, owner_name: &name, fields };
            self.view.with_untracked(|view| domain::view::moves(view, today, &lookup, before, after))
        })
    }
}
