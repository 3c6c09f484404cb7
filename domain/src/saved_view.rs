//! Views that somebody saved under a name, and how each user has arranged a migration's table.

use crate::id::{MigrationId, UserId, ViewId};
use crate::policy::{Action, Role, allows};
use crate::view::{COLUMNS_MAX, ColumnChoice, WIDTHS};
use serde::{Deserialize, Serialize};

/// Longest name of a view, in characters.
pub const NAME_MAX: usize = 60;
/// Longest address that is saved, in characters.
pub const QUERY_MAX: usize = 8_000;
/// Views that one user may have in one migration.
pub const VIEWS_MAX: usize = 100;

/// A view with a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SavedView {
    pub id: ViewId,
    pub migration: MigrationId,
    pub owner: UserId,
    #[serde(flatten)]
    pub settings: ViewSettings,
}

/// What is saved of a view.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewSettings {
    pub name: String,
    /// Everybody sees a shared view; a personal one only its owner.
    pub shared: bool,
    /// The view as the query part of an address, read by [`crate::view::View::read`].
    pub query: String,
}

impl ViewSettings {
    /// What is wrong with the name.
    pub fn name_problem(&self) -> Option<String> {
        let name = self.name.trim();
        if name.is_empty() {
            return Some("Give the view a name.".to_owned());
        }
        let too_long = name.chars().count() > NAME_MAX || name.chars().any(char::is_control);
        too_long.then(|| format!("At most {NAME_MAX} characters, in one line."))
    }
}

impl SavedView {
    /// Whether this user finds it in the list.
    pub fn is_visible_to(&self, user: &UserId) -> bool {
        self.settings.shared || self.owner == *user
    }

    /// Whether this user may rename, change or delete it: its owner, and for a shared one whoever may arrange shared ones.
    pub fn may_change(&self, user: &UserId, role: Role) -> bool {
        self.owner == *user || (self.settings.shared && allows(role, Action::ManageSharedViews))
    }
}

/// How a user has arranged the table of one migration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The columns shown, in their order; empty: all of them as they come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnChoice>,
    /// What opens when no view is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_view: Option<ViewId>,
}

impl Arrangement {
    /// The arrangement within its bounds: each column once, widths that can be used.
    pub fn tidied(mut self) -> Arrangement {
        let mut seen = Vec::new();
        self.columns.retain(|choice| {
            !seen.contains(&choice.column) && {
                seen.push(choice.column);
                seen.len() <= COLUMNS_MAX
            }
        });
        for choice in &mut self.columns {
            choice.width = choice.width.map(|width| width.clamp(*WIDTHS.start(), *WIDTHS.end()));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Column;

    fn view(owner: &str, shared: bool) -> SavedView {
        SavedView {
            id: ViewId::from("v"),
            migration: MigrationId::from("m"),
            owner: UserId::from(owner),
            settings: ViewSettings { name: "Mine".to_owned(), shared, query: String::new() },
        }
    }

    #[test]
    fn personal_views_are_their_owners_and_shared_ones_everybodys() {
        let (ines, jonas) = (UserId::from("ines"), UserId::from("jonas"));
        assert!(view("ines", false).is_visible_to(&ines) && !view("ines", false).is_visible_to(&jonas));
        assert!(view("ines", true).is_visible_to(&jonas));
        assert!(view("ines", true).may_change(&ines, Role::Viewer));
        assert!(!view("ines", true).may_change(&jonas, Role::Operator));
        assert!(view("ines", true).may_change(&jonas, Role::Lead));
        assert!(!view("ines", false).may_change(&jonas, Role::Admin));
    }

    #[test]
    fn an_arrangement_has_each_column_once_and_widths_that_can_be_used() {
        let wide = ColumnChoice { column: Column::Name, width: Some(9_000), pinned: true };
        let columns = vec![wide, ColumnChoice::plain(Column::Status), ColumnChoice::plain(Column::Name)];
        let tidied = Arrangement { columns, default_view: None }.tidied();
        let expected = [ColumnChoice { width: Some(800), ..wide }, ColumnChoice::plain(Column::Status)];
        assert_eq!(tidied.columns, expected);
    }

    #[test]
    fn a_name_is_one_short_line() {
        let problem = |name: &str| ViewSettings { name: name.to_owned(), ..view("a", false).settings }.name_problem();
        assert_eq!(problem("Blocked in wave 2"), None);
        assert!(problem("  ").is_some() && problem("a\nb").is_some() && problem(&"x".repeat(61)).is_some());
    }
}
