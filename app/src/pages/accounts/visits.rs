//! Where this tab was in the table, so that coming back from an account shows the same rows.

use domain::id::ViewId;
use domain::view::View;
use leptos::prelude::*;

/// The place that was left last; in the context of a migration's pages.
#[derive(Clone, Copy)]
pub struct Visits {
    left: StoredValue<Option<Left>>,
}

#[derive(Clone)]
struct Left {
    view: View,
    /// The saved view that it was made from.
    from: Option<ViewId>,
    /// The first row in sight.
    place: u32,
}

impl Default for Visits {
    fn default() -> Self {
        Visits { left: StoredValue::new(None) }
    }
}

impl Visits {
    /// The first row in sight when this view was left.
    pub fn left_at(&self, view: &View) -> Option<u32> {
        self.left.try_get_value().flatten().filter(|left| left.view == *view && left.place > 0).map(|left| left.place)
    }

    /// Remembers the first row in sight of a view, and the saved one that it was made from.
    pub fn leave(&self, view: View, from: Option<ViewId>, place: u32) {
        self.left.try_set_value(Some(Left { view, from, place }));
    }

    /// The address that leads back to the table as it was left.
    pub fn way_back(&self, path: &str) -> String {
        match self.left.try_get_value().flatten() {
            Some(Left { view, from, .. }) => super::query::address(path, &view, from.as_ref()),
            None => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_the_view_as_it_was_left() {
        let owner = Owner::new();
        owner.set();
        let visits = Visits::default();
        assert_eq!(visits.way_back("/m/x/accounts"), "/m/x/accounts");
        let view = View { search: "alder".to_owned(), ..View::default() };
        visits.leave(view.clone(), Some(ViewId::from("blocked")), 40);
        assert_eq!(visits.way_back("/m/x/accounts"), "/m/x/accounts?q=alder&view=blocked");
        assert_eq!((visits.left_at(&view), visits.left_at(&View::default())), (Some(40), None));
    }
}
