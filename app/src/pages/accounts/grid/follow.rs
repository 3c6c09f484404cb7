//! The cursor and the selection stay with their accounts when rows come and go above them: whoever types at a cell means
//! this account and no other.

use super::super::dom::{self, Cell};
use super::super::selection::Span;
use super::{BODY, Grid};
use domain::account::Row;
use domain::id::AccountNumber;
use leptos::prelude::*;

/// The accounts in which a selection begins and has its head.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ends {
    anchor: Option<AccountNumber>,
    head: Option<AccountNumber>,
}

impl Grid {
    pub(super) fn follow_accounts(&self) {
        let grid = *self;
        Effect::new(move |_| {
            let span = grid.span.get();
            grid.hold(&span);
        });
        Effect::new(move |before: Option<u32>| {
            let arrivals = grid.table.arrivals.get();
            if before.is_some_and(|before| before != arrivals) {
                grid.follow();
            }
            arrivals
        });
    }

    fn hold(&self, span: &Span) {
        let account = |cell: Cell| self.table.row(cell.place).map(|row| row.number);
        self.held.set_value(Ends { anchor: account(span.anchor), head: account(span.head) });
    }

    /// Rows have come: moves the selection to where its accounts are now.
    fn follow(&self) {
        let span = self.span.get_untracked();
        // Nobody has chosen a cell yet: the first one is the first one.
        if span == Span::default() {
            return;
        }
        let held = self.held.get_value();
        let (range, last) = (self.table.range.get_untracked(), self.bounds().last.place);
        let followed = |account: Option<AccountNumber>, cell: Cell| {
            let place = account.and_then(|account| self.table.place(account));
            match place.filter(|place| range.contains(place)) {
                Some(place) => Some(Cell { place, ..cell }),
                // It is nowhere near, unless it is among the rows that are still on their way.
                None => self.table.is_settled().then_some(Cell { place: cell.place.min(last), ..cell }),
            }
        };
        let (Some(anchor), Some(head)) = (followed(held.anchor, span.anchor), followed(held.head, span.head)) else {
            return;
        };
        let here = dom::focused_cell() == Some(span.head);
        if (Span { anchor, head }) == span {
            self.hold(&span);
        } else {
            self.span.set(Span { anchor, head });
            if here && !dom::focus_cell_in_place(BODY, head) {
                request_animation_frame(move || _ = dom::focus_cell_in_place(BODY, head));
            }
        }
        let now = self.table.row(head.place);
        if here && held.head.is_some() && held.head != now.as_ref().map(|row| row.number) {
            self.tell_where(now);
        }
    }

    /// The account under the cursor has gone, and another has taken its place.
    fn tell_where(&self, now: Option<Row>) {
        // What somebody has just done themselves is said already.
        if let Some(row) = now.filter(|_| self.table.say.is_silent()) {
            self.table.say.say(format!("The account that you were on has moved away. You are on {} now.", row.name));
        }
    }
}
