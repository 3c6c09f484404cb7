//! One edit of one field: from opening it to saved, refused, or two values between which its author chooses.
//! The table and the account's page share it.

use super::dom;
use super::saves::{Page, Save, SaveId, Saves, Step};
use super::words;
use crate::api::ApiError;
use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::pages::migration::Frame;
use domain::account::{Change, Row};
use domain::clock::Instant;
use domain::custom::CustomValue;
use domain::event::Position;
use domain::id::{AccountNumber, CohortNumber, FieldNumber, MigrationId, UserId};
use domain::policy::Action;
use domain::state::{Circumstances, Move, MoveKind, Refusal, State};
use domain::view::Column;
use leptos::prelude::*;

/// What of an account can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditField {
    Status,
    Date,
    Owner,
    Cohort,
    Blocker,
    RollbackUntil,
    Custom(FieldNumber),
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
            EditField::Custom(_) => "Custom field",
        }
    }

    /// The word on screen; a migration's own fields have names of their own.
    pub fn name(self, overview: &Overview) -> String {
        match self {
            EditField::Custom(number) => Column::Custom(number).heading(&overview.migration.fields),
            field => field.label().to_owned(),
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
    /// What was typed before, if it was not saved: the form starts with it.
    pub draft: Option<Change>,
    /// The edit that was not saved and is open again.
    pub save: Option<SaveId>,
    /// What was typed at the cell, before there was a form for it.
    pub seed: String,
}

impl Target {
    /// The move that was typed before.
    pub fn draft_move(&self) -> Option<&Move> {
        match &self.draft {
            Some(Change::State { to, .. }) => Some(to),
            _ => None,
        }
    }
}

/// How far the edit is. Saving is no phase of it: that goes on in the background, see [`Saves`].
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Typing,
    /// Not saved, and why. What was typed is still there.
    Failed(ApiError),
    Conflict(Box<Conflict>),
}

/// Somebody else saved another value while this one was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub mine: Change,
    /// The row as it is now.
    pub row: Row,
    pub by: Option<UserId>,
    pub seconds_ago: u64,
}

/// Where the keyboard goes on after an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leave {
    /// In the cell that was edited.
    #[default]
    Stay,
    /// Below it, after Enter.
    Down,
    /// Beside it, after Tab.
    Right,
    /// Beside it, after Tab with Shift.
    Left,
}

/// What a page does about its edits.
#[derive(Clone, Copy)]
pub struct EditPage {
    /// Whether it can show an edit of this account that was not saved.
    pub accepts: Callback<AccountNumber, bool>,
    pub on_begin: Callback<Target>,
    /// Shows an account's newer row.
    pub on_row: Callback<(Row, Option<Position>)>,
    /// Gets what is no longer edited, and where its author goes on.
    pub on_end: Callback<(Target, Leave)>,
    /// An edit is saved: the row now.
    pub on_saved: Callback<(Save, Row, Position)>,
}

/// The edit of a page: at most one is open at a time, others may be on their way to the server.
#[derive(Clone, Copy)]
pub struct Edit {
    pub frame: Frame,
    pub saves: Saves,
    pub target: RwSignal<Option<Target>>,
    pub phase: RwSignal<Phase>,
    /// Whether something was typed that would be lost.
    pub typed: RwSignal<bool>,
    /// Where the key that was pressed last in the form leads.
    pub leave: StoredValue<Leave>,
    page: EditPage,
}

impl Edit {
    /// The edit of a page.
    pub fn new(frame: Frame, page: EditPage) -> Edit {
        let edit = Edit {
            frame,
            saves: Saves::here(),
            target: RwSignal::new(None),
            phase: RwSignal::new(Phase::Typing),
            typed: RwSignal::new(false),
            leave: StoredValue::new(Leave::Stay),
            page,
        };
        let Saves { typing, open, .. } = edit.saves;
        Effect::new(move |_| typing.set(edit.typed.get()));
        on_cleanup(move || {
            typing.try_set(false);
            open.try_set(None);
        });
        edit.saves.register(Page {
            open: Callback::new(move |(save, asked)| edit.reopen(save, asked)),
            on_row: Callback::new(move |(save, row, position)| {
                if let (Some(save), Some(position)) = (save, position) {
                    edit.stand_on(&save, &row);
                    page.on_saved.run((save, row.clone(), position));
                }
                page.on_row.run((row, position));
            }),
        });
        edit
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

    /// Opens an edit. One with something typed in it stays instead; answers whether this one was opened.
    pub fn begin(&self, row: Row, field: EditField, kind: Option<MoveKind>) -> bool {
        self.begin_with(row, field, kind, String::new())
    }

    /// Opens an edit with what was typed at the cell already.
    pub fn begin_with(&self, row: Row, field: EditField, kind: Option<MoveKind>, seed: String) -> bool {
        if self.is_occupied() || !self.may_edit() {
            return false;
        }
        let migration = self.migration();
        if let Some(save) = self.saves.unsaved_of(&migration, row.number, field) {
            return self.reopen(save, true);
        }
        let row = self.saves.ahead_now(&migration, row);
        self.open(Target { row, field, kind, draft: None, save: None, seed }, Phase::Typing);
        true
    }

    /// More was typed before the form could take it.
    pub fn type_more(&self, key: &str) {
        self.target.update(|target| {
            if let Some(target) = target {
                target.seed.push_str(key);
            }
        });
    }

    /// Whether something was typed that opening another edit would lose.
    pub fn is_occupied(&self) -> bool {
        self.target.with_untracked(Option::is_some) && self.typed.get_untracked()
    }

    /// Says which move of the state it is to be: its form comes next.
    pub fn choose(&self, kind: MoveKind) {
        self.target.update(|target| {
            if let Some(target) = target {
                target.kind = Some(kind);
                // What was typed found the move; it is nothing of its form.
                target.seed.clear();
            }
        });
    }

    /// Something is typed: what was said of the attempt before does not hold of this.
    pub fn touch(&self) {
        self.typed.set(true);
        if self.phase.with_untracked(|phase| matches!(phase, Phase::Failed(_))) {
            self.phase.set(Phase::Typing);
        }
    }

    /// Closes the editor. What was typed and not sent is gone; an edit that was not saved is kept aside.
    pub fn cancel(&self) {
        self.leave.set_value(Leave::Stay);
        self.end();
    }

    /// Closes the editor and forgets the edit that was not saved.
    pub fn give_up(&self) {
        if let Some(id) = self.open_save() {
            self.saves.give_up(id);
        }
        self.cancel();
    }

    /// Saves a move of the state.
    pub fn save_move(&self, to: Move) {
        if let Some(seen) = self.seen(|row| row.state.clone()) {
            self.save(Change::State { seen, to });
        }
    }

    /// Saves another owner.
    pub fn save_owner(&self, to: Option<UserId>) {
        if let Some(seen) = self.seen(|row| row.owner.clone()) {
            self.save(Change::Owner { seen, to });
        }
    }

    /// Saves another cohort.
    pub fn save_cohort(&self, to: Option<CohortNumber>) {
        if let Some(seen) = self.seen(|row| row.cohort) {
            self.save(Change::Cohort { seen, to });
        }
    }

    /// Saves another value of a custom field.
    pub fn save_custom(&self, number: FieldNumber, to: Option<CustomValue>) {
        if let Some(seen) = self.seen(|row| row.custom.get(&number).cloned()) {
            self.save(Change::Custom { number, seen, to });
        }
    }

    /// Saves a change of a row without any form.
    pub fn save_directly(&self, row: Row, field: EditField, change: Change) {
        let target = Target { row, field, kind: None, draft: None, save: None, seed: String::new() };
        self.submit(target, change);
    }

    /// Closes the editor and saves the change in the background.
    fn save(&self, change: Change) {
        let Some(target) = self.target.get_untracked() else { return };
        self.submit(target, change);
        self.end();
    }

    fn submit(&self, target: Target, change: Change) {
        let expected = self
            .frame
            .overview
            .with_untracked(|overview| change.expected(&target.row, &circumstances(overview, &target.row, dom::now())));
        let before = target.save;
        let target = Target { draft: Some(change.clone()), save: None, seed: String::new(), ..target };
        match before {
            Some(id) => self.saves.replace(id, target, change, expected),
            None => self.saves.add(Save {
                id: 0,
                migration: self.migration(),
                address: self.frame.address_now(&format!("accounts/{}", target.row.number)),
                target,
                change,
                command: dom::new_command(),
                expected,
                step: Step::Waiting,
                shown: false,
            }),
        }
    }

    /// Sends again what could not be sent.
    pub fn retry(&self) {
        if let Some(id) = self.open_save() {
            self.saves.retry(id);
        }
        self.end();
    }

    /// Ends a conflict with the other's value.
    pub fn keep_theirs(&self) {
        self.give_up();
    }

    /// Ends a conflict with one's own value: the other's is now the one that was seen.
    pub fn use_mine(&self) {
        let Phase::Conflict(conflict) = self.phase.get_untracked() else { return };
        let Conflict { mine, row, .. } = *conflict;
        let change = mine.seeing(&row);
        self.target.update_untracked(|target| {
            if let Some(target) = target {
                target.row = row;
            }
        });
        self.save(change);
    }

    /// A value of the row as its author saw it.
    pub fn seen<T>(&self, value: impl FnOnce(&Row) -> T) -> Option<T> {
        self.target.with_untracked(|target| target.as_ref().map(|target| value(&target.row)))
    }

    /// The moves of an account are checked and chosen on top of those that are under way.
    pub fn ahead(&self, row: Row) -> Row {
        let migration = self.frame.overview.with(|overview| overview.migration.id.clone());
        self.saves.ahead(&migration, row)
    }

    /// The fields of an account that are not saved yet, and (true) those that could not be.
    pub fn unsaved(&self, account: AccountNumber) -> Vec<(EditField, bool)> {
        let migration = self.frame.overview.with(|overview| overview.migration.id.clone());
        self.saves.fields(&migration, account)
    }

    fn migration(&self) -> MigrationId {
        self.frame.overview.with_untracked(|overview| overview.migration.id.clone())
    }

    fn open_save(&self) -> Option<SaveId> {
        self.target.with_untracked(|target| target.as_ref().and_then(|target| target.save))
    }

    fn open(&self, target: Target, phase: Phase) {
        self.close();
        self.leave.set_value(Leave::Stay);
        self.saves.open.set(target.save);
        self.phase.set(phase);
        self.target.set(Some(target.clone()));
        self.page.on_begin.run(target);
    }

    /// Opens an edit that was not saved, with what was typed. Another one that is open stays, unless somebody asked
    /// for this one.
    fn reopen(&self, save: Save, asked: bool) -> bool {
        let Some(open) = self.target.try_with_untracked(Option::is_some) else { return false };
        let ours = save.migration == self.migration() && self.page.accepts.run(save.target.row.number);
        if !ours || (open && !asked) || self.is_occupied() {
            return false;
        }
        let phase = match save.step {
            Step::Failed(error) => Phase::Failed(error),
            Step::Conflict(conflict) => Phase::Conflict(conflict),
            Step::Waiting | Step::Sending => return false,
        };
        let kind = match &save.change {
            Change::State { to, .. } => save.target.kind.or(to.kind()),
            _ => None,
        };
        self.open(Target { kind, draft: Some(save.change), save: Some(save.id), ..save.target }, phase);
        true
    }

    /// An edit that is open stands on what its author has just saved: that is no conflict.
    fn stand_on(&self, save: &Save, row: &Row) {
        let Save { change, target: saved, expected, .. } = save;
        // Without telling: the form that shows it would start anew.
        self.target.try_update_untracked(|target| {
            let Some(target) = target.as_mut().filter(|target| target.row.number == row.number) else { return };
            let seen = change.clone().seeing(&target.row);
            if seen.saw(&saved.row) || seen.saw(expected) {
                change.copy_field(row, &mut target.row);
            }
        });
    }

    fn end(&self) {
        self.close();
        self.saves.offer();
    }

    fn close(&self) {
        self.typed.set(false);
        self.saves.open.set(None);
        let target = self.target.try_update(Option::take).flatten();
        self.phase.set(Phase::Typing);
        let leave = self.leave.try_update_value(std::mem::take).unwrap_or_default();
        if let Some(target) = target {
            self.page.on_end.run((target, leave));
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
        EditField::Custom(number) => row.custom.get(&number).map_or_else(|| "Nothing".to_owned(), CustomValue::text),
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
