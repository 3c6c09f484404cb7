//! What the table is made of: counts, groups, lines in the document, marks.

use crate::api::accounts::TableWindow;
use chrono::NaiveDate;
use domain::account::Row;
use domain::event::Position;
use domain::id::{AccountNumber, UserId};
use domain::status::StatusCounts;
use domain::view::{Column, Group};
use leptos::prelude::*;
use std::sync::Arc;

/// How many rows there are, as of when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub all: u32,
    pub matching: u32,
    /// Rows of groups that are not folded.
    pub shown: u32,
    pub as_of: NaiveDate,
    pub counts: StatusCounts,
    pub position: Position,
}

impl From<&TableWindow> for Summary {
    fn from(window: &TableWindow) -> Self {
        Summary {
            all: window.all,
            matching: window.matching,
            shown: window.shown,
            as_of: window.as_of,
            counts: window.counts,
            position: window.position,
        }
    }
}

/// The groups of a view, or that there are too many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    pub list: Arc<[Group]>,
    pub too_many: bool,
}

impl From<&TableWindow> for Groups {
    fn from(window: &TableWindow) -> Self {
        Groups { list: window.groups.as_slice().into(), too_many: window.too_many_groups }
    }
}

/// A row in the document; `row` is `None` while it is on its way.
#[derive(Clone)]
pub struct Slot {
    pub place: u32,
    pub row: ArcRwSignal<Option<Row>>,
    pub mark: ArcRwSignal<Option<Mark>>,
}

/// A line in the document.
#[derive(Clone)]
pub enum Entry {
    Row(Slot),
    /// The index of a group and its key.
    Head(usize, String),
}

impl Entry {
    /// What tells lines apart while rows come and go.
    pub fn key(&self) -> (u32, Option<String>) {
        match self {
            Entry::Row(slot) => (slot.place, None),
            Entry::Head(index, key) => (*index as u32, Some(key.clone())),
        }
    }
}

/// What somebody else has just changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub columns: Vec<Column>,
    pub by: UserId,
    pub name: String,
    pub(super) serial: u64,
}

/// A cell whose new value was refused, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedCell {
    pub account: AccountNumber,
    /// Whose row it is, for lists.
    pub name: String,
    pub column: Column,
    pub reason: String,
}
