//! One edit of one field: from opening it to saved, refused, or two values between which its author chooses.
//! The table and the account's page share it.

use super::dom;
use super::words;
use crate::api::ApiError;
use crate::api::accounts::{EditOutcome, edit_account};
use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::pages::migration::Frame;
use domain::account::{Account, Change, Row};
use domain::clock::Instant;
use domain::custom::CustomValue;
use domain::event::Position;
use domain::id::{CommandId, UserId};
use domain::policy::Action;
use domain::state::{Circumstances, Move, MoveKind, Refusal, State};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What of an account can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditField {
    Status,
    Date,
    Owner,
    Cohort,
    Blocker,
    RollbackUntil,
}

impl EditField {
    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            EditField::Status => "Status",
            EditField::Date => "Date",
            EditField::Owner => "Owner",
            EditField::Cohort => "Cohort",
            EditField::Blocker => "Blocker",
            EditField::RollbackUntil => "Rollback until",
        }
    }
}

/// What is being edited: the row is as its author saw it when the edit began.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub row: Row,
    pub field: EditField,
    /// The move that was chosen already, if a button said so.
    pub kind: Option<MoveKind>,
}

/// How far the edit is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Typing,
    Saving,
    /// Not saved, and why. What was typed is still there.
    Failed(ApiError),
    Conflict(Box<Conflict>),
}

/// Somebody else saved another value while this one was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub mine: Change,
    pub theirs: Account,
    /// The row as it is now.
    pub row: Row,
    pub by: Option<UserId>,
    pub seconds_ago: u64,
}

/// The edit of a page: at most one at a time.
#[derive(Clone, Copy)]
pub struct Edit {
    pub frame: Frame,
    pub target: RwSignal<Option<Target>>,
    pub phase: RwSignal<Phase>,
    /// Whether something was typed that would be lost.
    pub typed: RwSignal<bool>,
    on_row: Callback<(Row, Option<Position>)>,
    on_end: Callback<Target>,
    /// What was sent last, with its command: sending it again is safe.
    sent: StoredValue<Option<(Change, CommandId)>>,
}

impl Edit {
    /// The edit of a page. `on_row` gets the account's newer row, `on_end` what is no longer edited.
    pub fn new(frame: Frame, on_row: Callback<(Row, Option<Position>)>, on_end: Callback<Target>) -> Edit {
        Edit {
            frame,
            target: RwSignal::new(None),
            phase: RwSignal::new(Phase::Typing),
            typed: RwSignal::new(false),
            on_row,
            on_end,
            sent: StoredValue::new(None),
        }
    }

    /// Whether the signed-in user may edit accounts at all.
    pub fn allowed(&self) -> bool {
        self.frame.overview.track();
        self.may_edit()
    }

    /// [`Edit::allowed`] for event handlers.
    pub fn may_edit(&self) -> bool {
        self.frame.overview.with_untracked(|overview| overview.me.may(Action::EditAccounts))
    }

    /// Opens an edit. Another one that is not finished stays instead; answers whether this one was opened.
    pub fn begin(&self, row: Row, field: EditField, kind: Option<MoveKind>) -> bool {
        let occupied = self.target.with_untracked(Option::is_some)
            && (self.typed.get_untracked() || self.phase.with_untracked(|phase| *phase != Phase::Typing));
        if occupied || !self.may_edit() {
            return false;
        }
        self.end();
        self.phase.set(Phase::Typing);
        self.target.set(Some(Target { row, field, kind }));
        true
    }

    /// Says which move of the state it is to be: its form comes next.
    pub fn choose(&self, kind: MoveKind) {
        self.target.update(|target| {
            if let Some(target) = target {
                target.kind = Some(kind);
            }
        });
    }

    /// Gives the edit up. While it is being saved it is too late for that.
    pub fn cancel(&self) {
        if self.phase.with_untracked(|phase| *phase != Phase::Saving) {
            self.end();
        }
    }

    /// Saves a move of the state.
    pub fn save_move(&self, to: Move) {
        if let Some(seen) = self.seen(|row| row.state.clone()) {
            self.save(Change::State { seen, to });
        }
    }

    /// Saves a change.
    pub fn save(&self, change: Change) {
        self.send(change, dom::new_command());
    }

    /// Sends again what could not be sent.
    pub fn retry(&self) {
        if let Some((change, command)) = self.sent.get_value() {
            self.send(change, command);
        }
    }

    /// Ends a conflict with the other's value.
    pub fn keep_theirs(&self) {
        self.end();
    }

    /// Ends a conflict with one's own value: the other's is now the one that was seen.
    pub fn use_mine(&self) {
        let Phase::Conflict(conflict) = self.phase.get_untracked() else { return };
        let Conflict { mine, theirs, row, .. } = *conflict;
        self.target.update(|target| {
            if let Some(target) = target {
                target.row = row;
            }
        });
        self.save(match mine {
            Change::State { to, .. } => Change::State { seen: theirs.state, to },
            Change::Owner { to, .. } => Change::Owner { seen: theirs.owner, to },
            Change::Cohort { to, .. } => Change::Cohort { seen: theirs.cohort, to },
            Change::Custom { number, to, .. } => {
                Change::Custom { number, seen: theirs.custom.get(&number).cloned(), to }
            }
        });
    }

    /// A value of the row as its author saw it.
    pub fn seen<T>(&self, value: impl FnOnce(&Row) -> T) -> Option<T> {
        self.target.with_untracked(|target| target.as_ref().map(|target| value(&target.row)))
    }

    fn send(&self, change: Change, command: CommandId) {
        let Some(account) = self.seen(|row| row.number) else { return };
        if self.phase.with_untracked(|phase| *phase == Phase::Saving) {
            return;
        }
        self.sent.set_value(Some((change.clone(), command.clone())));
        self.phase.set(Phase::Saving);
        let migration = self.frame.overview.with_untracked(|overview| overview.migration.id.clone());
        let edit = *self;
        spawn_local(async move {
            let answer = edit_account(migration, account, command, vec![change.clone()]).await;
            edit.answered(change, answer);
        });
    }

    fn answered(&self, mine: Change, answer: Result<EditOutcome, ApiError>) {
        if self.target.is_disposed() {
            return;
        }
        match answer {
            Ok(EditOutcome::Saved { row, position }) => {
                self.on_row.run((row, Some(position)));
                self.end();
            }
            Ok(EditOutcome::Conflict { theirs, row, by, seconds_ago, .. }) => {
                self.on_row.run((row.clone(), None));
                let conflict = Conflict { mine, theirs: *theirs, row, by, seconds_ago };
                self.phase.set(Phase::Conflict(Box::new(conflict)));
            }
            Err(error) => self.phase.set(Phase::Failed(error)),
        }
    }

    fn end(&self) {
        self.typed.set(false);
        let target = self.target.try_update(Option::take).flatten();
        self.phase.set(Phase::Typing);
        if let Some(target) = target {
            self.on_end.run(target);
        }
    }
}

/// What the rules need to know about a row's surroundings; `now` is the browser's clock, the server decides by its own.
pub fn circumstances(overview: &Overview, row: &Row, now: Instant) -> Circumstances {
    let stage = |number| {
        let cohort = overview.cohorts.iter().find(|summary| summary.cohort.number == number);
        cohort.map(|summary| summary.cohort.stage)
    };
    // A row that has just come may be newer than the clock at hand: then it is at least as late as its start.
    let started = row.state.attempt().map(|attempt| attempt.started_at);
    Circumstances {
        now: started.map_or(now, |started| now.max(started)),
        migration: overview.migration.stage,
        cohort: row.cohort.and_then(stage),
        rollback_days: overview.migration.settings.rollback_days,
    }
}

/// The moves to show for a state, the allowed ones first, each refused one with its rule.
pub fn moves(state: &State, circumstances: &Circumstances) -> Vec<(MoveKind, Option<Refusal>)> {
    let mut moves: Vec<_> = MoveKind::ALL
        .into_iter()
        .filter(|kind| makes_sense(*kind, state))
        .map(|kind| (kind, state.check(kind, circumstances).err()))
        .collect();
    moves.sort_by_key(|(_, refusal)| refusal.is_some());
    moves
}

/// Not worth a button: going where it is already, resuming what is not blocked.
fn makes_sense(kind: MoveKind, state: &State) -> bool {
    match kind {
        MoveKind::Resume => state.blocker().is_some(),
        // Both would say "Start" and "Resume" for the same thing.
        MoveKind::Start if state.blocker().is_some() => false,
        MoveKind::Schedule => true,
        other => other.target(state) != Some(state.status()),
    }
}

/// The move that needs nothing more from its author, or `None` if a form has to ask.
pub fn without_form(kind: MoveKind) -> Option<Move> {
    match kind {
        MoveKind::Resume => Some(Move::Resume),
        MoveKind::Start => Some(Move::Start),
        MoveKind::Reset => Some(Move::Reset),
        MoveKind::OptOut => Some(Move::OptOut),
        MoveKind::Complete | MoveKind::Schedule | MoveKind::Block | MoveKind::RollBack => None,
    }
}

/// The words on the button of a move; dots say that something is asked first.
pub fn label(kind: MoveKind, state: &State) -> String {
    let word = match (kind, state) {
        (MoveKind::Schedule, State::Scheduled { .. }) => "Another date",
        _ => kind.label(),
    };
    let dots = if without_form(kind).is_none() { "…" } else { "" };
    format!("{word}{dots}")
}

/// The value of a row's field in words, for comparing two of them.
pub fn value_text(overview: &Overview, row: &Row, field: EditField) -> String {
    match field {
        EditField::Owner => words::owner(overview, row.owner.as_ref()),
        EditField::Cohort => words::cohort(overview, row.cohort),
        EditField::RollbackUntil => until_text(overview, row.state.rollback_until()),
        EditField::Date => match (&row.state, row.date()) {
            (State::Scheduled { .. }, Some(day)) => long_day(day),
            _ => words::state(&row.state),
        },
        EditField::Status | EditField::Blocker => words::state(&row.state),
    }
}

/// A change in words, beside [`value_text`].
pub fn change_text(overview: &Overview, change: &Change) -> String {
    match change {
        Change::Owner { to, .. } => words::owner(overview, to.as_ref()),
        Change::Cohort { to, .. } => words::cohort(overview, *to),
        Change::Custom { to, .. } => to.as_ref().map_or_else(|| "Nothing".to_owned(), CustomValue::text),
        Change::State { to, seen } => move_text(overview, to, seen),
    }
}

fn move_text(overview: &Overview, to: &Move, seen: &State) -> String {
    match to {
        Move::Schedule { date, .. } => long_day(*date),
        Move::Block { category, text } if text.is_empty() => format!("Blocked: {}", category.label()),
        Move::Block { category, text } => format!("Blocked: {}, {text}", category.label()),
        Move::RollBack { reason } => format!("Rolled back: {reason}"),
        Move::SetRollbackUntil { until } => until_text(overview, *until),
        Move::Resume => MoveKind::Resume.target(seen).map_or("Resume", |status| status.label()).to_owned(),
        Move::Start => "In progress".to_owned(),
        Move::Complete { .. } => "Completed".to_owned(),
        Move::Reset => "Not started".to_owned(),
        Move::OptOut => "Opted out".to_owned(),
    }
}

fn until_text(overview: &Overview, until: Option<Instant>) -> String {
    until.map_or_else(|| "No rollback".to_owned(), |until| words::instant_text(until, overview.today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::migration::MigrationStage;

    fn circumstances() -> Circumstances {
        Circumstances {
            now: Instant::UNIX_EPOCH,
            migration: MigrationStage::Running,
            cohort: None,
            rollback_days: Some(14),
        }
    }

    #[test]
    fn allowed_moves_come_first_and_none_leads_nowhere() {
        let moves = moves(&State::NotStarted, &circumstances());
        let allowed: Vec<_> = moves.iter().filter(|(_, refusal)| refusal.is_none()).map(|(kind, _)| *kind).collect();
        assert_eq!(allowed, [MoveKind::Start, MoveKind::Schedule, MoveKind::Block, MoveKind::OptOut]);
        assert!(moves[..4].iter().all(|(_, refusal)| refusal.is_none()));
        assert!(moves.iter().all(|(kind, _)| !matches!(kind, MoveKind::Reset | MoveKind::Resume)));
    }

    #[test]
    fn dots_say_that_something_is_asked() {
        assert_eq!(label(MoveKind::Schedule, &State::NotStarted), "Schedule…");
        assert_eq!(label(MoveKind::Start, &State::NotStarted), "Start");
    }
}
