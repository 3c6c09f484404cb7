//! Taking back one's own edits of this tab. Each step back is a command of its own: the server restores what is still as
//! the edit left it, and says who changed it otherwise.

use super::dom;
use super::edit::{EditField, value_text};
use super::saves::Save;
use super::table::Table;
use crate::api::accounts::{CellsOutcome, undo_edits};
use crate::components::number::counted;
use domain::account::Row;
use domain::event::Position;
use domain::id::{AccountNumber, CommandId};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Steps that can be taken back.
const STEPS_MAX: usize = 100;

/// One step: an edit, or many at once.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    /// `owner of Acme`, `18 cells`.
    what: String,
    /// How it was before, if that can be said in a word; and how the step left it.
    values: Option<(String, String)>,
    /// Each account with the event that the step wrote.
    events: Vec<(AccountNumber, u64)>,
    command: CommandId,
}

#[derive(Debug, Default)]
struct Steps {
    done: Vec<Step>,
    undone: Vec<Step>,
    busy: bool,
}

impl Steps {
    fn push(&mut self, step: Step) {
        if self.done.len() >= STEPS_MAX {
            self.done.remove(0);
        }
        self.done.push(step);
        // What was taken back before stands on other values now.
        self.undone.clear();
    }

    /// The step to take now, backwards or forwards again.
    fn take(&mut self, back: bool) -> Option<Step> {
        if self.busy {
            return None;
        }
        let step = if back { self.done.pop() } else { self.undone.pop() };
        self.busy = step.is_some();
        step
    }

    /// The step has been taken: it can be reversed, as far as it went.
    fn taken(&mut self, back: bool, step: Option<Step>) {
        self.busy = false;
        if let Some(step) = step {
            if back { self.undone.push(step) } else { self.done.push(step) }
        }
    }

    /// It could not be tried: it stays where it was.
    fn failed(&mut self, back: bool, step: Step) {
        self.busy = false;
        if back { self.done.push(step) } else { self.undone.push(step) }
    }
}

/// The steps of this tab.
#[derive(Clone, Copy)]
pub struct Undo {
    steps: StoredValue<Steps>,
}

impl Default for Undo {
    fn default() -> Self {
        Undo { steps: StoredValue::new(Steps::default()) }
    }
}

impl Undo {
    /// An edit was saved.
    pub fn saved(&self, table: &Table, save: &Save, row: &Row, position: Position) {
        if save.change.saw(row) {
            return;
        }
        let field = save.target.field;
        let (name, before, after) = table.frame.overview.with_untracked(|overview| {
            let name = match field {
                EditField::Custom(_) => field.name(overview),
                _ => field.label().to_lowercase(),
            };
            (name, value_text(overview, &save.target.row, field), value_text(overview, row, field))
        });
        self.push(Step {
            what: format!("{name} of {}", row.name),
            values: Some((before, after)),
            events: vec![(row.number, position.migration)],
            command: dom::new_command(),
        });
    }

    /// Many cells were changed at once: each row as it was and as it is.
    pub fn saved_many(&self, _table: &Table, verb: &str, rows: &[(Row, Row, Position)], cells: usize) {
        if rows.is_empty() {
            return;
        }
        self.push(Step {
            what: format!("{} of {}", verb.to_lowercase(), counted(cells as u64, "cell", "cells")),
            values: None,
            events: rows.iter().map(|(_, row, position)| (row.number, position.migration)).collect(),
            command: dom::new_command(),
        });
    }

    fn push(&self, step: Step) {
        self.steps.try_update_value(|steps| steps.push(step));
    }

    /// Takes the last step back.
    pub fn undo(&self, table: Table) {
        self.go(table, true);
    }

    /// Takes the step that was taken back last once more.
    pub fn redo(&self, table: Table) {
        self.go(table, false);
    }

    fn go(&self, table: Table, back: bool) {
        let Some(step) = self.steps.try_update_value(|steps| steps.take(back)).flatten() else {
            return table.say.say(if back { "Nothing to undo" } else { "Nothing to redo" });
        };
        let steps = self.steps;
        let migration = table.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        spawn_local(async move {
            let answer = undo_edits(migration, step.command.clone(), step.events.clone()).await;
            let outcomes = match answer {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    steps.try_update_value(|steps| steps.failed(back, step));
                    return table.say.say(error.to_string());
                }
            };
            let mut events = Vec::new();
            let mut kept = Vec::new();
            for outcome in outcomes {
                match outcome {
                    CellsOutcome::Saved { row, position } => {
                        events.push((row.number, position.migration));
                        table.saved(row, Some(position));
                    }
                    CellsOutcome::NotSaved { reason, .. } => kept.push(reason),
                }
            }
            table.say.say(words(&step, back, events.len(), &kept));
            let next = (!events.is_empty()).then(|| Step { events, command: dom::new_command(), ..step });
            steps.try_update_value(|steps| steps.taken(back, next));
        });
    }
}

/// `Undid: owner of Acme back to Nobody`, or what stands against it.
fn words(step: &Step, back: bool, done: usize, kept: &[String]) -> String {
    let verb = if back { "Undid" } else { "Redid" };
    let value = step.values.as_ref().map(|(before, after)| match back {
        true => format!(" back to {before}"),
        false => format!(", {after} again"),
    });
    match (done, kept) {
        (0, [reason, ..]) => format!("{} stays as it is. {reason}", capital(&step.what)),
        (_, []) => format!("{verb}: {}{}", step.what, value.unwrap_or_default()),
        (_, [reason, ..]) => {
            format!("{verb}: {}, but {}. {reason}", step.what, counted(kept.len() as u64, "row stays", "rows stay"))
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str) -> Step {
        Step {
            what: format!("owner of {name}"),
            values: Some(("Nobody".to_owned(), "Ines".to_owned())),
            events: vec![(AccountNumber(1), 7)],
            command: CommandId::from("command"),
        }
    }

    #[test]
    fn steps_go_back_and_forth_until_something_new_is_done() {
        let mut steps = Steps::default();
        steps.push(step("a"));
        steps.push(step("b"));
        assert_eq!(steps.take(true), Some(step("b")));
        assert_eq!(steps.take(true), None, "one at a time");
        steps.taken(true, Some(step("b")));
        assert_eq!(steps.take(false), Some(step("b")));
        steps.failed(false, step("b"));
        assert_eq!(steps.take(true), Some(step("a")));
        steps.taken(true, None);
        steps.push(step("c"));
        assert_eq!(steps.take(false), None, "the new edit has ended it");
    }

    #[test]
    fn only_so_many_are_kept() {
        let mut steps = Steps::default();
        (0..STEPS_MAX + 5).for_each(|index| steps.push(step(&index.to_string())));
        assert_eq!((steps.done.len(), &steps.done[0]), (STEPS_MAX, &step("5")));
    }

    #[test]
    fn it_is_told_what_was_undone() {
        assert_eq!(words(&step("Acme"), true, 1, &[]), "Undid: owner of Acme back to Nobody");
        assert_eq!(words(&step("Acme"), false, 1, &[]), "Redid: owner of Acme, Ines again");
        let kept = ["Owner changed since by Lena Brandt.".to_owned()];
        assert_eq!(
            words(&step("Acme"), true, 0, &kept),
            "Owner of Acme stays as it is. Owner changed since by Lena Brandt."
        );
    }
}
