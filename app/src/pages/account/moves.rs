//! The state machine as buttons: what is allowed does or asks, what is refused stays and says why.

use super::Shown;
use crate::components::icon::Icon;
use crate::pages::accounts::dom;
use crate::pages::accounts::edit::{EditField, Phase, Target, circumstances, label, moves, without_form};
use crate::pages::accounts::editor::Editor;
use domain::account::Row;
use domain::policy::Action;
use domain::state::{MoveKind, Refusal};
use leptos::prelude::*;

/// The buttons, the refusals, and the form of a move that was chosen.
#[component]
pub fn Moves(shown: Shown) -> impl IntoView {
    let Shown { frame, detail, edit, .. } = shown;
    let may = move || frame.overview.with(|overview| overview.me.may(Action::EditAccounts));
    // What is being saved counts already: the next move stands on it.
    let ahead = Memo::new(move |_| edit.ahead(shown.row(Row::clone)));
    // The server's clock of the answer, so that server and browser draw the same buttons.
    let offered = Memo::new(move |_| {
        let now = detail.with(|detail| detail.now);
        ahead.with(|row| frame.overview.with(|overview| moves(&row.state, &circumstances(overview, row, now))))
    });
    let choose = move |kind: MoveKind| {
        let row = detail.with_untracked(|detail| detail.row.clone());
        if edit.begin(row, EditField::Status, Some(kind))
            && let Some(to) = without_form(kind)
        {
            edit.save_move(to);
        }
    };
    // Drawn anew only when they change: a button that is replaced while it is pressed misses its click.
    let state = Memo::new(move |_| ahead.with(|row| row.state.clone()));
    let buttons = move || {
        let state = state.get();
        offered
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, (kind, refusal))| {
                let icon = kind.target(&state).map_or("right", |status| status.css());
                let refused = refusal.is_some();
                view! {
                    <button
                        type="button"
                        class="button"
                        class:primary=index == 0 && !refused
                        aria-disabled=refused.then_some("true")
                        aria-describedby=refused.then_some("refused-moves")
                        on:click=move |_| {
                            if !refused {
                                choose(kind);
                            }
                        }
                    >
                        <Icon name=icon />
                        {label(kind, &state)}
                    </button>
                }
            })
            .collect_view()
    };
    let refusals = move || {
        let words = offered.with(|offered| refusals(offered));
        let status = ahead.with(|row| row.state.status());
        (!words.is_empty()).then(|| {
            view! {
                <div class="refused" id="refused-moves">
                    <Icon name="lock" />
                    <p>
                        <b>{format!("Refused from {}: ", status.label())}</b>
                        {words}
                    </p>
                </div>
            }
        })
    };
    // A move that asks nothing shows its form only when it was not saved.
    let open = Memo::new(move |_| {
        let waits = edit.phase.with(|phase| matches!(phase, Phase::Failed(_) | Phase::Conflict(_)));
        edit.target.with(|target| match target {
            Some(Target { field: EditField::Status, kind: Some(kind), .. }) => waits || without_form(*kind).is_none(),
            _ => false,
        })
    });
    let form = move || {
        open.get().then(|| {
            view! {
                <div class="panel move-form">
                    <Editor edit />
                </div>
            }
        })
    };
    move || {
        may().then(|| {
            view! {
                <div
                    class="moves"
                    role="group"
                    aria-label="Change the status"
                >
                    {buttons}
                </div>
                {refusals}
                {form}
            }
        })
    }
}

/// Why moves are refused: those that the table of transitions refuses in one sentence, others by their rule.
fn refusals(offered: &[(MoveKind, Option<Refusal>)]) -> String {
    let mut by_table = Vec::new();
    let mut sentences: Vec<String> = Vec::new();
    let mut allowed = String::new();
    for (kind, refusal) in offered {
        match refusal {
            None => {}
            Some(Refusal::NotAllowed { allowed: next, .. }) => {
                by_table.push(kind.label());
                let next: Vec<_> = next.iter().map(|status| status.label()).collect();
                allowed = next.join(", ");
            }
            Some(rule) => sentences.push(format!("{}: {rule}", kind.label())),
        }
    }
    if !by_table.is_empty() {
        sentences.push(format!("{}: from here it may go to {allowed}.", by_table.join(", ")));
    }
    sentences.join(" ")
}

/// Opens the edit of a field of the account that is shown.
pub fn open(shown: Shown, field: EditField) {
    let row = shown.detail.with_untracked(|detail| detail.row.clone());
    shown.edit.begin(row, field, None);
}

/// The editor of one field, where that field stands on the page; `back` is the id that gets the focus afterwards.
#[component]
pub fn FieldEditor(shown: Shown, field: EditField, #[prop(into)] back: String) -> impl IntoView {
    let edit = shown.edit;
    let open =
        Memo::new(move |_| edit.target.with(|target| target.as_ref().is_some_and(|target| target.field == field)));
    Effect::new(move |before: Option<bool>| {
        if before == Some(true) && !open.get() {
            let back = back.clone();
            request_animation_frame(move || dom::focus_id(&back));
        }
        open.get()
    });
    move || {
        open.get().then(|| {
            view! {
                <div class="field-editor">
                    <Editor edit />
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::Instant;
    use domain::migration::MigrationStage;
    use domain::state::{Circumstances, State};

    #[test]
    fn refusals_are_told_once() {
        let circumstances = Circumstances {
            now: Instant::UNIX_EPOCH,
            migration: MigrationStage::Paused,
            cohort: None,
            rollback_days: None,
        };
        let told = refusals(&moves(&State::NotStarted, &circumstances));
        assert!(told.starts_with("Start: The migration is paused."), "{told}");
        assert!(told.contains("Complete, Roll back: from here it may go to"), "{told}");
    }
}
