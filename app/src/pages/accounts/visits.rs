//! Where this tab was in the table, so that coming back from an account shows the same rows.

use domain::view::View;
use leptos::prelude::*;

/// The place that was left last; in the context of a migration's pages.
#[derive(Clone, Copy)]
pub struct Visits {
    left: StoredValue<Option<(View, u32)>>,
}

impl Default for Visits {
    fn default() -> Self {
        Visits { left: StoredValue::new(None) }
    }
}

impl Visits {
    /// The first row in sight when this view was left.
    pub fn left_at(&self, view: &View) -> Option<u32> {
        self.left.try_get_value().flatten().filter(|(left, place)| left == view && *place > 0).map(|(_, place)| place)
    }

    /// Remembers the first row in sight of a view.
    pub fn leave(&self, view: View, place: u32) {
        self.left.try_set_value(Some((view, place)));
    }

    /// The address that leads back to the table as it was left.
    pub fn way_back(&self, path: &str) -> String {
        match self.left.try_get_value().flatten() {
            Some((view, _)) => super::query::address(path, &view, None),
            None => path.to_owned(),
        }
    }
}
