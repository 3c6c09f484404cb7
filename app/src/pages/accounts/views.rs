//! The saved views of a migration and the reader's arrangement of its table, as the page holds them.

use super::columns::{self, Rearranged, rearranged};
use super::go::Go;
use super::query::{Asked, parse};
use crate::api::ApiError;
use crate::api::views::{ViewList, arrange, change_view, views};
use crate::components::palette::{Palette, ViewLink};
use crate::live::Live;
use crate::pages::migration::Frame;
use domain::id::ViewId;
use domain::live::LiveMessage;
use domain::saved_view::{Arrangement, SavedView};
use domain::view::{ColumnChoice, View};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// A new arrangement is kept on the server when nothing was moved for so long.
const ARRANGE_PAUSE: Duration = Duration::from_secs(1);

/// What a dialog about views asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A name for what is on screen.
    New,
    Rename(SavedView),
    Duplicate(SavedView),
    Delete(SavedView),
}

/// A handle that can be copied into every closure.
#[derive(Clone, Copy)]
pub struct Views {
    pub frame: Frame,
    pub go: Go,
    /// What the table shows.
    pub view: Memo<View>,
    pub list: RwSignal<ViewList>,
    /// The columns that are shown, in their order.
    pub columns: Memo<Vec<ColumnChoice>>,
    /// The saved view that is shown, or that the present one was made from.
    pub present: Memo<Option<SavedView>>,
    /// Why the arrangement or a view was not kept.
    pub problem: RwSignal<Option<ApiError>>,
    /// What a dialog asks about at the moment.
    pub task: RwSignal<Option<Task>>,
    asked: Memo<Asked>,
    waits: StoredValue<Option<TimeoutHandle>>,
}

impl Views {
    /// What came with the page; it follows the address and the live feed from there.
    pub fn new(frame: Frame, live: Live, go: Go, asked: Memo<Asked>, first: ViewList) -> Views {
        let list = RwSignal::new(first);
        let view = Memo::new(move |_| list.with(|list| asked.with(|asked| meant(asked, list).0)));
        let columns = Memo::new(move |_| {
            frame.overview.with(|overview| {
                list.with(|list| view.with(|view| columns::shown(view, &list.arrangement, &overview.migration.fields)))
            })
        });
        let present = Memo::new(move |_| {
            list.with(|list| {
                let from = asked.with(|asked| meant(asked, list).1);
                view.with(|view| present(&list.views, view, from.as_ref()))
            })
        });
        let (problem, task, waits) = (RwSignal::new(None), RwSignal::new(None), StoredValue::new(None));
        let views = Views { frame, go, view, list, columns, present, problem, task, asked, waits };
        live.subscribe(Callback::new(move |message| {
            if matches!(message, LiveMessage::Overview { .. } | LiveMessage::Resync { .. } | LiveMessage::Arranged) {
                views.refetch();
            }
        }));
        if let Some(palette) = use_context::<Palette>() {
            Effect::new(move |_| {
                let link = |saved: &SavedView| ViewLink {
                    name: saved.settings.name.clone(),
                    address: views.address_of(saved),
                };
                palette.offer_views(views.list.with(|list| list.views.iter().map(link).collect()));
            });
        }
        // The address says what is shown, so that it can be handed on.
        Effect::new(move |_| {
            if asked.with(|asked| asked.bare) {
                let (view, from) = list.with_untracked(|list| asked.with_untracked(|asked| meant(asked, list)));
                // The address of a view that is lost stays, so that this can be said.
                if from.is_some() && !views.is_lost() {
                    go.show_saved(&view, from.as_ref(), true);
                }
            }
        });
        on_cleanup(move || {
            let waiting = views.waits.try_update_value(Option::take).flatten();
            if let Some(waiting) = waiting {
                waiting.clear();
                views.keep();
            }
        });
        views
    }

    /// Whether the reader has something else on screen than what was saved.
    pub fn is_changed(&self) -> bool {
        self.present.with(|present| {
            present.as_ref().is_some_and(|saved| self.view.with(|view| !same(view, &parse(&saved.settings.query))))
        })
    }

    /// The present view together with the columns that the reader has chosen, for others to see the same.
    pub fn with_columns(&self) -> View {
        let arranged = self.list.with(|list| !list.arrangement.columns.is_empty());
        let view = self.view.get();
        if arranged || !view.columns.is_empty() { View { columns: self.columns.get(), ..view } } else { view }
    }

    /// What of the address could not be read.
    pub fn unread(&self) -> Vec<domain::view::Unread> {
        self.asked.with(|asked| asked.unread.clone())
    }

    /// Whether the address is that of a saved view which is not there, or not for this reader.
    pub fn is_lost(&self) -> bool {
        let of = |asked: &Asked, list: &ViewList| {
            let gone = |from: &ViewId| list.views.iter().all(|saved| saved.id != *from);
            asked.bare && asked.from.as_ref().is_some_and(gone)
        };
        self.problem.with(Option::is_none) && self.list.with(|list| self.asked.with(|asked| of(asked, list)))
    }

    /// The address of a saved view.
    pub fn address_of(&self, saved: &SavedView) -> String {
        self.go.address_from(&parse(&saved.settings.query), Some(&saved.id))
    }

    /// Asks for the list again.
    pub fn refetch(&self) {
        let views = *self;
        spawn_local(async move { views.fetch().await });
    }

    /// Asks for the list again and waits for it. A failure leaves what is shown: the screen tells elsewhere whether the
    /// server can be reached.
    pub async fn fetch(&self) {
        let Some(migration) = self.frame.overview.try_with_untracked(|overview| overview.migration.id.clone()) else {
            return;
        };
        let Ok(mut newer) = views(migration).await else { return };
        let unsaved = self.waits.try_with_value(Option::is_some) == Some(true);
        self.list.try_update(|list| {
            if unsaved {
                newer.arrangement = list.arrangement.clone();
            }
            *list = newer;
        });
    }

    /// Saves other settings of a view, then shows it as it is on the server.
    pub fn change(&self, saved: SavedView) {
        let views = *self;
        spawn_local(async move {
            let answer = change_view(saved.id, saved.settings).await;
            views.problem.try_set(answer.err());
            views.fetch().await;
        });
    }

    /// Whether the reader may rename, change or delete this view.
    pub fn may_change(&self, saved: &SavedView) -> bool {
        self.frame.overview.with(|overview| saved.may_change(&overview.me.id, overview.me.role))
    }

    /// Changes the columns: those of the address if it names any, else the reader's own.
    pub fn rearrange(&self, change: Rearranged) {
        self.set_columns(rearranged(&self.columns.get_untracked(), change));
    }

    /// Shows these columns; none: as they come.
    pub fn set_columns(&self, columns: Vec<ColumnChoice>) {
        let view = self.view.get_untracked();
        if view.columns.is_empty() {
            self.arrange(|arrangement| arrangement.columns = columns);
        } else {
            self.go.replace(View { columns, ..view });
        }
    }

    /// Changes the reader's arrangement at once, and keeps it on the server soon.
    pub fn arrange(&self, change: impl FnOnce(&mut Arrangement)) {
        self.list.update(|list| change(&mut list.arrangement));
        let views = *self;
        let stopped = self.waits.try_update_value(Option::take).flatten();
        if let Some(waiting) = stopped {
            waiting.clear();
        }
        let keep = move || {
            if views.waits.try_set_value(None).is_none() {
                views.keep();
            }
        };
        self.waits.set_value(set_timeout_with_handle(keep, ARRANGE_PAUSE).ok());
    }

    fn keep(&self) {
        let kept = self.list.try_with_untracked(|list| list.arrangement.clone());
        let migration = self.frame.overview.try_with_untracked(|overview| overview.migration.id.clone());
        let (Some(kept), Some(migration), problem) = (kept, migration, self.problem) else { return };
        spawn_local(async move {
            let answer = arrange(migration, kept).await;
            problem.try_set(answer.err());
        });
    }
}

/// The view that an address means, and the saved one that it comes from.
pub fn meant(asked: &Asked, list: &ViewList) -> (View, Option<ViewId>) {
    let named = asked.from.as_ref().or(list.arrangement.default_view.as_ref());
    let saved = named.and_then(|id| list.views.iter().find(|view| view.id == *id));
    match saved {
        Some(saved) if asked.bare => (parse(&saved.settings.query), Some(saved.id.clone())),
        _ => (asked.view.clone(), asked.from.clone()),
    }
}

/// The saved view that this one comes from, or that shows the same.
fn present(views: &[SavedView], view: &View, from: Option<&ViewId>) -> Option<SavedView> {
    let by_id = views.iter().find(|saved| Some(&saved.id) == from);
    let alike = || {
        let plain = same(view, &View::default());
        views.iter().find(|saved| !plain && same(view, &parse(&saved.settings.query)))
    };
    by_id.or_else(alike).cloned()
}

/// Whether two views are the same to those who saved them. Which groups are folded does not count.
pub fn same(a: &View, b: &View) -> bool {
    let without = |view: &View| View { folded: Vec::new(), ..view.clone() };
    without(a) == without(b)
}

#[cfg(test)]
mod tests {
    use super::super::query::read;
    use super::*;
    use domain::id::{MigrationId, UserId};
    use domain::saved_view::ViewSettings;

    fn saved(id: &str, query: &str) -> SavedView {
        SavedView {
            id: ViewId::from(id),
            migration: MigrationId::from("m"),
            owner: UserId::from("ines"),
            settings: ViewSettings { name: id.to_owned(), shared: false, query: query.to_owned() },
        }
    }

    fn list(default: Option<&str>) -> ViewList {
        let arrangement = Arrangement { columns: Vec::new(), default_view: default.map(ViewId::from) };
        ViewList { views: vec![saved("blocked", "status=blocked"), saved("grouped", "group=owner")], arrangement }
    }

    #[test]
    fn an_address_without_a_view_opens_the_default() {
        let meant = |query: &str, default| {
            let (view, from) = meant(&read(query), &list(default));
            (view.to_query(), from.map(|id| id.0))
        };
        assert_eq!(meant("", None), (String::new(), None));
        assert_eq!(meant("", Some("blocked")), ("status=blocked".to_owned(), Some("blocked".to_owned())));
        assert_eq!(meant("?all", Some("blocked")), (String::new(), None));
        assert_eq!(meant("?sort=name", Some("blocked")), ("sort=name".to_owned(), None));
        assert_eq!(meant("?view=grouped", Some("blocked")).0, "group=owner");
        assert_eq!(meant("?view=deleted", Some("blocked")), (String::new(), Some("deleted".to_owned())));
    }

    #[test]
    fn the_view_on_screen_is_known_by_its_id_or_by_what_it_shows() {
        let views = list(None).views;
        let present = |query: &str| {
            let asked = read(query);
            present(&views, &asked.view, asked.from.as_ref()).map(|saved| saved.id.0)
        };
        assert_eq!(present("?all"), None);
        assert_eq!(present("?status=blocked").as_deref(), Some("blocked"));
        assert_eq!(present("?status=completed&view=blocked").as_deref(), Some("blocked"));
        assert_eq!(present("?group=owner&fold=ines").as_deref(), Some("grouped"));
        assert_eq!(present("?status=completed"), None);
    }
}
