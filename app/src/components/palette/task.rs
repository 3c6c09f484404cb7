//! Changing the account that was chosen, with the editor of the table: the same forms, rules and conflicts.

use crate::api::migrations::Overview;
use crate::pages::accounts::edit::{Edit, EditField, EditPage, without_form};
use crate::pages::accounts::editor::Editor;
use crate::pages::accounts::saves::{Save, Saves};
use crate::pages::migration::Frame;
use domain::account::Row;
use domain::event::Position;
use domain::state::MoveKind;
use leptos::prelude::*;

/// What is to be changed of which account; the row is as its author saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub overview: Overview,
    pub row: Row,
    pub field: EditField,
    pub kind: Option<MoveKind>,
}

impl Task {
    fn title(&self) -> String {
        let what = match (self.field, self.kind) {
            (EditField::Status, Some(kind)) => kind.label(),
            (field, _) => field.label(),
        };
        format!("{what}: {}, {}", self.row.external_id, self.row.name)
    }
}

/// The form of a task. `on_saved` gets the row as it is then, `on_end` comes after saving and after giving up: until the
/// change is saved the form stays, and opens again with what was typed if it was not.
#[component]
pub fn TaskForm(task: Task, on_saved: Callback<Row>, on_end: Callback<()>) -> impl IntoView {
    let title = task.title();
    let Task { overview, row, field, kind } = task;
    let (migration, account) = (overview.migration.id.clone(), row.number);
    let frame = Frame { overview: RwSignal::new(overview).into(), refetch: Callback::new(|()| ()) };
    let saves = Saves::here();
    let page = EditPage {
        accepts: Callback::new(move |number| number == account),
        on_begin: Callback::new(|_| ()),
        on_row: Callback::new(|_| ()),
        on_end: Callback::new(move |_| {
            let is_sent = saves.is_under_way(&migration, account);
            if !is_sent {
                on_end.run(());
            }
        }),
        on_saved: Callback::new(move |(_, row, _): (Save, Row, Position)| {
            if row.number == account {
                on_saved.run(row);
                on_end.run(());
            }
        }),
    };
    let edit = Edit::new(frame, page);
    if edit.begin(row, field, kind)
        && let Some(to) = kind.and_then(without_form)
    {
        edit.save_move(to);
    }
    view! {
        <section class="palette-task" aria-labelledby="palette-task">
            <h3 id="palette-task">{title}</h3>
            <p class="saving" role="status" hidden=move || edit.target.with(Option::is_some)>
                "Saving…"
            </p>
            <Editor edit />
        </section>
    }
    .into_any()
}
