//! Saved views and arrangements of the table: each belongs to a user, so their events are the workspace's.

use super::{Answer, Context, Extra, Prepared};
use crate::error::StoreError;
use crate::model::Write;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{MigrationId, UserId, ViewId};
use domain::saved_view::{Arrangement, QUERY_MAX, SavedView, VIEWS_MAX, ViewSettings};
use domain::view::View;
use serde_json::{Value, json};

pub(super) fn save(context: &Context<'_>, view: &SavedView) -> Result<Prepared, StoreError> {
    context.model.migration(&view.migration)?;
    let before = context.model.views.get(&view.id);
    let settings = checked(context, view)?;
    let own = context.model.views.values().filter(|other| of(other, &view.migration) && other.owner == view.owner);
    if before.is_none() && own.count() >= VIEWS_MAX {
        return Err(StoreError::Refused(format!(
            "You have {VIEWS_MAX} views in this migration. Delete one that you no longer need. Nothing was saved."
        )));
    }
    let view = SavedView { settings, ..view.clone() };
    let old = before.map(|before| values(&before.settings));
    let changes: Vec<_> = values(&view.settings)
        .into_iter()
        .enumerate()
        .map(|(index, (field, after))| {
            let before = old.as_ref().map_or(Value::Null, |old| old[index].1.clone());
            FieldChange { field, before, after }
        })
        .filter(|change| change.before != change.after)
        .collect();
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    let shared = view.settings.shared || before.is_some_and(|before| before.settings.shared);
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::ViewSaved, Subject::View(view.id.clone()), changes)],
        answer: Answer::View(view.id.clone()),
        writes: vec![Write::View(view)],
        people: shared,
        ..Prepared::default()
    })
}

pub(super) fn delete(context: &Context<'_>, id: &ViewId) -> Result<Prepared, StoreError> {
    let view = context.model.views.get(id).ok_or(NO_VIEW)?;
    let changes = values(&view.settings)
        .into_iter()
        .map(|(field, before)| FieldChange { field, before, after: Value::Null })
        .collect();
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::ViewDeleted, Subject::View(id.clone()), changes)],
        writes: vec![Write::NoView(id.clone())],
        extras: vec![Extra::DropView { view: id.clone() }],
        people: view.settings.shared,
        ..Prepared::default()
    })
}

pub(super) fn arrange(
    context: &Context<'_>,
    user: &UserId,
    migration: &MigrationId,
    arrangement: &Arrangement,
) -> Result<Prepared, StoreError> {
    let name = context.model.migration(migration)?.migration.settings.name.clone();
    let arrangement = arrangement.clone().tidied();
    if let Some(id) = &arrangement.default_view {
        let visible = context.model.views.get(id).is_some_and(|view| of(view, migration) && view.is_visible_to(user));
        if !visible {
            return Err(NO_VIEW);
        }
    }
    let before = context.model.arrangement(user, migration);
    if before == arrangement {
        return Ok(Prepared::default());
    }
    let changes = vec![
        FieldChange::set(Field::Name, name),
        FieldChange { field: Field::Columns, before: columns(&before), after: columns(&arrangement) },
        FieldChange {
            field: Field::DefaultView,
            before: json!(before.default_view),
            after: json!(arrangement.default_view),
        },
    ];
    let changes = changes.into_iter().filter(|change| change.before != change.after).collect();
    let subject = Subject::User(user.clone());
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::TableArranged, subject, changes)],
        writes: vec![Write::Arrangement(user.clone(), migration.clone(), arrangement)],
        arranged: Some((user.clone(), migration.clone())),
        ..Prepared::default()
    })
}

const NO_VIEW: StoreError = StoreError::NotFound("This view does not exist any more.");

fn of(view: &SavedView, migration: &MigrationId) -> bool {
    view.migration == *migration
}

fn columns(arrangement: &Arrangement) -> Value {
    json!(View { columns: arrangement.columns.clone(), ..View::default() }.to_query())
}

/// The settings with a tidy name, or what is wrong with them. Names are told apart where one person sees both.
fn checked(context: &Context<'_>, view: &SavedView) -> Result<ViewSettings, StoreError> {
    if let Some(problem) = view.settings.name_problem() {
        return Err(StoreError::field("name", problem));
    }
    if view.settings.query.len() > QUERY_MAX {
        return Err(StoreError::field("name", "This view has too many conditions to be saved."));
    }
    let name = view.settings.name.trim();
    let taken = context.model.views.values().any(|other| {
        other.id != view.id
            && of(other, &view.migration)
            && (other.owner == view.owner || (other.settings.shared && view.settings.shared))
            && other.settings.name.to_lowercase() == name.to_lowercase()
    });
    if taken {
        return Err(StoreError::field("name", "There is a view of this name already."));
    }
    Ok(ViewSettings { name: name.to_owned(), ..view.settings.clone() })
}

fn values(settings: &ViewSettings) -> [(Field, Value); 3] {
    [
        (Field::Name, json!(settings.name)),
        (Field::Shared, json!(settings.shared)),
        // What somebody searched for may be a person's name.
        (Field::ViewQuery, json!(settings.query)),
    ]
}
