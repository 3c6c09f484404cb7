//! Changing the account that was chosen, with the editor of the table: the same forms, rules and conflicts.

use crate::api::migrations::Overview;
use crate::pages::accounts::edit::{Edit, EditField, without_form};
use crate::pages::accounts::editor::Editor;
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

/// The form of a task. `on_saved` gets the row as it is then, `on_end` comes after saving and after giving up.
#[component]
pub fn TaskForm(task: Task, on_saved: Callback<Row>, on_end: Callback<()>) -> impl IntoView {
    let title = task.title();
    let Task { overview, row, field, kind } = task;
    let frame = Frame { overview: RwSignal::new(overview).into(), refetch: Callback::new(|()| ()) };
    let on_row = Callback::new(move |(row, position): (Row, Option<Position>)| {
        if position.is_some() {
            on_saved.run(row);
        }
    });
    let edit = Edit::new(frame, on_row, Callback::new(move |_| on_end.run(())));
    if edit.begin(row, field, kind)
        && let Some(to) = kind.and_then(without_form)
    {
        edit.save_move(to);
    }
    view! {
        <section class="palette-task" aria-labelledby="palette-task">
            <h3 id="palette-task">{title}</h3>
            <Editor edit />
        </section>
    }
    .into_any()
}
