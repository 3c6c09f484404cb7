//! Going from one view of the table to another.

use super::query::{Asked, address};
use crate::pages::migration::Frame;
use domain::id::ViewId;
use domain::view::View;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The addresses of other views of this table, and the way there. They remember which saved view they come from.
#[derive(Clone, Copy)]
pub struct Go {
    pub frame: Frame,
    from: Memo<Option<ViewId>>,
    navigate: Callback<(String, bool)>,
}

impl Go {
    /// The way to other views of the page in this frame.
    pub fn new(frame: Frame, asked: Memo<Asked>) -> Go {
        let navigate = use_navigate();
        let navigate = Callback::new(move |(to, replace): (String, bool)| {
            navigate(&to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        Go { frame, from: Memo::new(move |_| asked.with(|asked| asked.from.clone())), navigate }
    }

    /// The saved view that the present one was made from. Also for those who tidy up.
    pub fn from(&self) -> Option<ViewId> {
        self.from.try_get_untracked().flatten()
    }

    /// The address of a view.
    pub fn address(&self, view: &View) -> String {
        self.from.with(|from| address(&self.frame.address("accounts"), view, from.as_ref()))
    }

    /// The address of a view that was saved under this id, or of one that was made from none.
    pub fn address_from(&self, view: &View, from: Option<&ViewId>) -> String {
        address(&self.frame.address("accounts"), view, from)
    }

    /// Shows another view.
    pub fn to(&self, view: View) {
        self.navigate.run((untrack(|| self.address(&view)), false));
    }

    /// Shows another view in place of the present one.
    pub fn replace(&self, view: View) {
        self.navigate.run((untrack(|| self.address(&view)), true));
    }

    /// Shows a view that was saved under this id, or one that was made from none.
    pub fn show_saved(&self, view: &View, from: Option<&ViewId>, replace: bool) {
        self.navigate.run((untrack(|| self.address_from(view, from)), replace));
    }
}
