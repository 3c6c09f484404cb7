//! Asking the server for rows, and keeping what it answers.

use super::super::cache::WINDOW;
use super::super::selection::Selected;
use super::{Groups, Summary, Table};
use crate::api::ApiError;
use crate::api::accounts::{TableWindow, table_window};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Requests under way at the same time.
const FLIGHTS: usize = 2;

impl Table {
    /// Asks for what is missing of the rows in the document.
    pub fn fetch(&self) {
        let range = self.range.get_untracked();
        let stopped = self.waiting.get_untracked() || self.problem.with_untracked(Option::is_some);
        let Some(starts) = self.inner.try_update_value(|inner| {
            let needed = inner.cache.needed(&range).into_iter().filter(|index| !inner.flights.contains(index));
            let free = if stopped { 0 } else { FLIGHTS.saturating_sub(inner.flights.len()) };
            needed.take(free).collect::<Vec<_>>()
        }) else {
            return;
        };
        for index in starts {
            self.start(index);
        }
    }

    /// Asks for another view; with `stays`, the reader goes on at the place where they are.
    pub(super) fn change_view(&self, stays: bool) {
        self.waiting.set(true);
        self.problem.set(None);
        // Everything that matched the view before is something else than what matches now.
        self.selected.update(|selected| {
            if matches!(selected, Selected::AllMatching { .. }) {
                *selected = Selected::None;
            }
        });
        self.inner.update_value(|inner| {
            inner.ticked = None;
            inner.epoch += 1;
            inner.flights.clear();
            inner.stays = stays;
        });
        let index = if stays { self.range.with_untracked(|range| range.start) / WINDOW } else { 0 };
        self.start(index);
    }

    fn start(&self, index: u32) {
        let table = *self;
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let view = self.view.get_untracked();
        let at_least = Some(self.live.position.get_untracked());
        let Some((epoch, order)) = self.inner.try_update_value(|inner| {
            inner.flights.push(index);
            (inner.epoch, inner.cache.order())
        }) else {
            return;
        };
        spawn_local(async move {
            let answer = table_window(migration, view, index * WINDOW, WINDOW, at_least).await;
            table.receive(epoch, order, index, answer);
        });
    }

    fn receive(&self, epoch: u64, order: u64, index: u32, answer: Result<TableWindow, ApiError>) {
        let present = self.inner.try_update_value(|inner| {
            let present = inner.epoch == epoch;
            if present {
                inner.flights.retain(|flight| *flight != index);
            }
            present
        });
        if present != Some(true) {
            return;
        }
        match answer {
            Ok(window) => self.keep(order, index, window),
            Err(error) => self.problem.set(Some(error)),
        }
        self.fetch();
    }

    fn keep(&self, order: u64, index: u32, window: TableWindow) {
        let (summary, groups) = (Summary::from(&window), Groups::from(&window));
        let first_of_view = self.waiting.get_untracked();
        let range = self.range.get_untracked();
        self.inner.update_value(|inner| {
            let mut order = order;
            if first_of_view {
                inner.cache.clear();
                order = inner.cache.order();
            }
            inner.cache.store(index, window.rows, window.position, order);
            inner.cache.trim(&range, window.shown);
        });
        if summary.position.covers(&self.summary.with_untracked(|shown| shown.position)) || first_of_view {
            self.summary.set(summary);
            if self.groups.with_untracked(|shown| *shown != groups) {
                self.groups.set(groups);
            }
        }
        let mut starts = false;
        if first_of_view {
            self.waiting.set(false);
            let stays = self.inner.try_update_value(|inner| std::mem::take(&mut inner.stays)) == Some(true);
            // What is around those in sight comes with the next frame, so that this one is not late.
            let start = if stays { self.in_document.with_untracked(|lines| lines.start) } else { 0 };
            let shown = if stays { self.in_document.with_untracked(ExactSizeIterator::len) as u32 } else { 0 };
            let (lines, places) = self.lines.with_untracked(|lines| {
                let start = start.min(lines.count());
                let end = (start + shown.max(self.sight.get_value() + 1)).min(lines.count());
                (start..end, lines.places(&(start..end)))
            });
            self.show_lines(places, lines);
            starts = !stays;
            let told = if stays { self.looks } else { self.jumps };
            told.update(|count| *count += 1);
        } else if range.end > summary.shown || range.is_empty() {
            self.show(range.start.min(summary.shown)..range.end.max(WINDOW).min(summary.shown));
        }
        self.sync();
        // Those of another view are seen from their start on.
        if !starts {
            self.arrivals.update(|count| *count += 1);
        }
    }
}
