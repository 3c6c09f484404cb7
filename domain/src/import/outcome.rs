//! What one row does to its account and its customer: created, updated, unchanged, or refused with a reason.
//!
//! A new account may begin in any status whose data the row carries; an existing one obeys [`State::apply`] like
//! any other edit.

use super::dates::DateCell;
use super::problem::{ProblemKind, RowProblem};
use super::profile;
use super::row::{OwnerCell, RowInput};
use super::status_words::allowed_categories;
use super::target::Target;
use crate::account::{Account, Touched, new_custom};
use crate::blocker::{Blocker, BlockerCategory};
use crate::clock::Instant;
use crate::cohort::CohortStage;
use crate::custom::{CustomField, field_of};
use crate::customer::{Customer, Profile};
use crate::event::Position;
use crate::field::Field;
use crate::id::{AccountNumber, CohortNumber, UserId};
use crate::migration::MigrationStage;
use crate::state::{Circumstances, Interrupted, Move, Plan, Refusal, State, begin};
use crate::status::Status;
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// The reason that an import gives for a rollback.
pub const ROLLBACK_REASON: &str = "imported";

/// What the rules need to know besides the row.
pub struct ImportContext<'a> {
    pub now: Instant,
    pub migration: MigrationStage,
    pub rollback_days: Option<u16>,
    /// How far the log was read at the dry run: what changed later is kept.
    pub checked_at: Position,
    /// Whether the event with this number in the migration's stream belongs to this very import.
    pub by_this_import: &'a dyn Fn(u64) -> bool,
    /// An instant of the migration's zone; without a time, the day's start.
    pub instant_of: &'a dyn Fn(NaiveDate, Option<NaiveTime>) -> Instant,
    /// The day of an instant in the migration's zone.
    pub day_of: &'a dyn Fn(Instant) -> NaiveDate,
    /// A cohort by its name, its label (`3 · Main EU`) or its place in the order.
    pub cohort: &'a dyn Fn(&str) -> Option<CohortNumber>,
    pub cohort_stage: &'a dyn Fn(CohortNumber) -> Option<CohortStage>,
    /// The labels of the cohorts in their order, for the message about an unknown one.
    pub cohort_labels: &'a [String],
    /// An active user by e-mail address or full name.
    pub owner: &'a dyn Fn(&str) -> Option<UserId>,
    /// Whether there is such a time zone.
    pub known_zone: &'a dyn Fn(&str) -> bool,
    /// The migration's custom fields.
    pub fields: &'a [CustomField],
    /// The header of the column that becomes this.
    pub header_of: &'a dyn Fn(Target) -> String,
}

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    Created,
    Updated,
    Unchanged,
}

/// What a row does, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOutcome {
    pub kind: OutcomeKind,
    /// The account as it becomes, if it is new or changes. A new one has the number 0 and was touched by nothing yet.
    pub account: Option<Account>,
    /// The customer's profile as it becomes, if the customer is new or changes.
    pub profile: Option<Profile>,
    /// Fields that the row would change, but that somebody changed since the dry run: they stay as they are.
    pub kept: Vec<Field>,
    /// Fields that the row fills, but that the account's status does not have: they are left out.
    pub ignored: Vec<Field>,
}

/// Says what the row does to its account (`None`: there is none yet) and its customer, or why it is refused.
pub fn decide(
    input: &RowInput,
    existing: Option<&Account>,
    customer: Option<&Customer>,
    context: &ImportContext<'_>,
) -> Result<RowOutcome, RowProblem> {
    let row = Row { input, context };
    let owner = row.owner()?;
    let cohort = row.cohort()?;
    row.check_zone()?;
    let mut kept = Vec::new();
    let profile = row.profile(customer, &mut kept)?;
    let mut ignored = Vec::new();
    let account = match existing {
        None => Some(row.create(owner, cohort, &mut ignored)?),
        Some(account) => row.update(account, owner, cohort, &mut kept, &mut ignored)?,
    };
    let kind = match (existing, &account, &profile) {
        (None, ..) => OutcomeKind::Created,
        (Some(_), None, None) => OutcomeKind::Unchanged,
        (Some(_), ..) => OutcomeKind::Updated,
    };
    Ok(RowOutcome { kind, account, profile, kept, ignored })
}

/// One row at work.
struct Row<'a> {
    input: &'a RowInput,
    context: &'a ImportContext<'a>,
}

impl Row<'_> {
    fn problem(&self, target: Target, value: &str, kind: ProblemKind, reason: impl Into<String>) -> RowProblem {
        RowProblem::of_cell(self.input.row, &(self.context.header_of)(target), value, kind, reason)
    }

    fn status_text(&self) -> &'static str {
        self.input.status.map_or("", Status::label)
    }

    fn owner(&self) -> Result<Option<UserId>, RowProblem> {
        match &self.input.owner {
            None => Ok(None),
            Some(OwnerCell::Answered { id }) => Ok(Some(id.clone())),
            Some(OwnerCell::Named { text }) => (self.context.owner)(text).map(Some).ok_or_else(|| {
                let reason = "No active user has this name or e-mail address. Say in the mapping who is meant.";
                self.problem(Target::Owner, text, ProblemKind::OwnerUnknown, reason)
            }),
        }
    }

    fn cohort(&self) -> Result<Option<CohortNumber>, RowProblem> {
        let Some(text) = &self.input.cohort else { return Ok(None) };
        (self.context.cohort)(text).map(Some).ok_or_else(|| {
            let reason = match self.context.cohort_labels {
                [] => "This migration has no cohorts yet. Create them first, or leave the column out.".to_owned(),
                labels => format!("There is no such cohort. There are: {}.", labels.join(", ")),
            };
            self.problem(Target::Cohort, text, ProblemKind::CohortUnknown, reason)
        })
    }

    fn check_zone(&self) -> Result<(), RowProblem> {
        match &self.input.time_zone {
            Some(zone) if !(self.context.known_zone)(zone) => {
                let reason = "This time zone is not known. Use a name like Europe/Berlin.";
                Err(self.problem(Target::TimeZone, zone, ProblemKind::ZoneUnknown, reason))
            }
            _ => Ok(()),
        }
    }

    fn profile(&self, customer: Option<&Customer>, kept: &mut Vec<Field>) -> Result<Option<Profile>, RowProblem> {
        let Some(customer) = customer else {
            if self.input.name.is_none() {
                let reason = "The directory does not have this customer yet, so the row needs a name.";
                return Err(self.problem(Target::Name, "", ProblemKind::NameMissing, reason));
            }
            return Ok(Some(profile::merged(&Profile::default(), self.input)));
        };
        let merged = profile::merged(&customer.profile, self.input);
        let changes = profile::differences(Some(&customer.profile), &merged);
        if changes.is_empty() {
            return Ok(None);
        }
        if customer.changed_seq > self.context.checked_at.workspace {
            kept.extend(changes.iter().map(|change| change.field));
            return Ok(None);
        }
        Ok(Some(merged))
    }

    /// The instant of a cell in the migration's zone.
    fn instant(&self, cell: &DateCell) -> Instant {
        cell.exact_instant().unwrap_or_else(|| (self.context.instant_of)(cell.date, cell.time))
    }

    /// What the row wants the status to be: what it says, else what its other cells imply.
    fn wanted(&self) -> Option<Status> {
        let input = self.input;
        input.status.or(if input.blocker_category.is_some() || input.blocker_text.is_some() {
            Some(Status::Blocked)
        } else if input.migrated_at.is_some() {
            Some(Status::Completed)
        } else if input.scheduled_for.is_some() {
            Some(Status::Scheduled)
        } else {
            None
        })
    }

    // --- A new account ---

    fn create(
        &self,
        owner: Option<UserId>,
        cohort: Option<CohortNumber>,
        ignored: &mut Vec<Field>,
    ) -> Result<Account, RowProblem> {
        let state = self.first_state()?;
        self.list_ignored(&state, ignored);
        let custom = new_custom(self.context.fields, &self.input.custom)
            .map_err(|problem| RowProblem::of_row(self.input.row, ProblemKind::CustomField, problem.to_string()))?;
        Ok(Account {
            number: AccountNumber(0),
            customer: self.input.external_id.clone(),
            state,
            cohort,
            owner,
            custom,
            touched: Touched::default(),
            chunk_seqs: Vec::new(),
            removed: false,
            attempt: 0,
            since: None,
        })
    }

    fn first_state(&self) -> Result<State, RowProblem> {
        let input = self.input;
        let now = self.context.now;
        let plan = input.scheduled_for.map(|cell| Plan { date: cell.date, pinned: None });
        match self.wanted().unwrap_or(Status::NotStarted) {
            Status::NotStarted => Ok(State::NotStarted),
            Status::Scheduled => Ok(State::Scheduled { plan: plan.ok_or_else(|| self.date_missing())? }),
            Status::InProgress => {
                let said = input.migrated_at.or(input.scheduled_for).map(|cell| self.instant(&cell));
                let started_at = said.filter(|instant| *instant < now).unwrap_or(now);
                Ok(State::InProgress { attempt: begin(plan, started_at, self.context.rollback_days) })
            }
            Status::Completed => {
                let migrated_at = self.migrated_at()?;
                // When it began is not known; the rollback period is counted from what is.
                let attempt = begin(plan, migrated_at, self.context.rollback_days);
                Ok(State::Completed { attempt, migrated_at })
            }
            Status::Blocked => {
                let interrupted = plan.map_or(Interrupted::NotStarted, |plan| Interrupted::Scheduled { plan });
                let text = input.blocker_text.clone().unwrap_or_default();
                let blocker = Blocker { category: self.category()?, text, since: now };
                Ok(State::Blocked { blocker, interrupted })
            }
            Status::OptedOut => Ok(State::OptedOut),
            Status::RolledBack => Ok(State::RolledBack { rolled_back_at: now, reason: ROLLBACK_REASON.to_owned() }),
        }
    }

    fn date_missing(&self) -> RowProblem {
        let reason = "Scheduled needs a date. Fill it in, or set the status to not_started.";
        self.problem(Target::ScheduledFor, "", ProblemKind::DateMissing, reason)
    }

    fn migrated_at(&self) -> Result<Instant, RowProblem> {
        let Some(cell) = &self.input.migrated_at else {
            let reason = "Completed needs the day on which it was migrated, in a column of its own.";
            return Err(self.problem(Target::MigratedAt, "", ProblemKind::DateMissing, reason));
        };
        let instant = self.instant(cell);
        if instant > self.context.now {
            return Err(self.refused(Target::MigratedAt, &Refusal::CompletedInFuture));
        }
        Ok(instant)
    }

    fn category(&self) -> Result<BlockerCategory, RowProblem> {
        self.input.blocker_category.ok_or_else(|| {
            let reason = format!("Blocked needs a category. Use one of: {}.", allowed_categories());
            self.problem(Target::BlockerCategory, "", ProblemKind::BlockerMissing, reason)
        })
    }

    /// Lists what the row fills and the state has no place for.
    fn list_ignored(&self, state: &State, ignored: &mut Vec<Field>) {
        let input = self.input;
        let started = state.attempt().is_some();
        if input.scheduled_for.is_some() && state.plan().is_none() {
            ignored.push(Field::ScheduledFor);
        }
        if input.migrated_at.is_some() && !started {
            ignored.push(Field::MigratedAt);
        }
        if input.blocker_category.is_some() && state.blocker().is_none() {
            ignored.push(Field::BlockerCategory);
        }
        if input.blocker_text.is_some() && state.blocker().is_none() {
            ignored.push(Field::BlockerText);
        }
    }

    // --- An account that is there ---

    fn update(
        &self,
        account: &Account,
        owner: Option<UserId>,
        cohort: Option<CohortNumber>,
        kept: &mut Vec<Field>,
        ignored: &mut Vec<Field>,
    ) -> Result<Option<Account>, RowProblem> {
        let mut edited = account.clone();
        let newer = |seq: u64| seq > self.context.checked_at.migration && !(self.context.by_this_import)(seq);
        if let Some(owner) = owner.filter(|owner| account.owner.as_ref() != Some(owner)) {
            if newer(account.touched.owner) {
                kept.push(Field::Owner);
            } else {
                edited.owner = Some(owner);
            }
        }
        let cohort = cohort.filter(|cohort| account.cohort != Some(*cohort));
        let cohort = match cohort {
            Some(_) if newer(account.touched.cohort) => {
                kept.push(Field::Cohort);
                None
            }
            cohort => cohort,
        };
        // Whichever order the rules allow: a start needs the new cohort, a return from opting out precedes it.
        let cohort_first = account.state.may_change_cohort().is_ok();
        if let Some(cohort) = cohort.filter(|_| cohort_first) {
            edited.cohort = Some(cohort);
        }
        if newer(account.touched.state) {
            if !matches!(self.wanted_move(account), Ok(None)) {
                kept.push(Field::Status);
            }
        } else {
            if let Some(wanted) = self.wanted_move(account)? {
                let circumstances = self.circumstances(&edited);
                let refused = |refusal: Refusal| self.refused(self.blamed(&wanted, &refusal), &refusal);
                edited.state = edited.state.apply(&wanted, &circumstances).map_err(refused)?;
            }
            self.list_ignored(&edited.state, ignored);
        }
        if let Some(cohort) = cohort.filter(|_| !cohort_first) {
            edited.state.may_change_cohort().map_err(|refusal| {
                let text = self.input.cohort.as_deref().unwrap_or("");
                self.problem(Target::Cohort, text, ProblemKind::CohortFixed, refusal.to_string())
            })?;
            edited.cohort = Some(cohort);
        }
        self.update_custom(account, &mut edited, kept)?;
        Ok((edited != *account).then_some(edited))
    }

    /// An empty cell leaves a custom field as it is, like any other.
    fn update_custom(&self, account: &Account, edited: &mut Account, kept: &mut Vec<Field>) -> Result<(), RowProblem> {
        let touched = account.touched.custom;
        let newer = touched > self.context.checked_at.migration && !(self.context.by_this_import)(touched);
        for (number, value) in &self.input.custom {
            if account.custom.get(number) == Some(value) {
                continue;
            }
            if newer {
                kept.push(Field::Custom(*number));
                continue;
            }
            let Some(field) = field_of(self.context.fields, *number).filter(|field| !field.retired) else { continue };
            field.settings.check(value).map_err(|problem| {
                let reason = format!("{}: {problem}", field.settings.label);
                RowProblem::of_row(self.input.row, ProblemKind::CustomField, reason)
            })?;
            edited.custom.insert(*number, value.clone());
        }
        Ok(())
    }

    fn circumstances(&self, account: &Account) -> Circumstances {
        Circumstances {
            now: self.context.now,
            migration: self.context.migration,
            cohort: account.cohort.and_then(|cohort| (self.context.cohort_stage)(cohort)),
            rollback_days: self.context.rollback_days,
        }
    }

    /// The move that makes the account what the row says; `None` when it is so already.
    fn wanted_move(&self, account: &Account) -> Result<Option<Move>, RowProblem> {
        let state = &account.state;
        let current = state.status();
        match self.wanted() {
            None => Ok(None),
            Some(Status::NotStarted) => Ok((current != Status::NotStarted).then_some(Move::Reset)),
            Some(Status::Scheduled) => self.schedule(state),
            Some(Status::InProgress) => Ok((current != Status::InProgress).then_some(Move::Start)),
            Some(Status::Completed) => self.complete(state),
            Some(Status::Blocked) => self.block(state),
            Some(Status::OptedOut) => Ok((current != Status::OptedOut).then_some(Move::OptOut)),
            Some(Status::RolledBack) => {
                Ok((current != Status::RolledBack).then(|| Move::RollBack { reason: ROLLBACK_REASON.to_owned() }))
            }
        }
    }

    fn schedule(&self, state: &State) -> Result<Option<Move>, RowProblem> {
        let said = self.input.scheduled_for.map(|cell| cell.date);
        let planned = state.scheduled_for();
        let same_date = said.is_none() || said == planned;
        match state {
            State::Scheduled { .. } if same_date => Ok(None),
            // A date alone does not take a blocker away.
            _ if self.input.status.is_none() && planned.is_some() && same_date => Ok(None),
            State::Blocked { .. } if self.input.status.is_none() => {
                let reason = "The account is blocked and keeps its date. Resume it first, then set another date.";
                let value = said.map(|date| date.to_string()).unwrap_or_default();
                Err(self.problem(Target::ScheduledFor, &value, ProblemKind::StatusNotAllowed, reason))
            }
            State::Blocked { interrupted: Interrupted::Scheduled { .. }, .. } if same_date => Ok(Some(Move::Resume)),
            _ => {
                let date = said.or(planned).ok_or_else(|| self.date_missing())?;
                Ok(Some(Move::Schedule { date, pinned: None }))
            }
        }
    }

    fn complete(&self, state: &State) -> Result<Option<Move>, RowProblem> {
        if let State::Completed { migrated_at, .. } = state {
            let Some(cell) = &self.input.migrated_at else { return Ok(None) };
            let same = match cell.time {
                Some(_) => self.instant(cell) == *migrated_at,
                None => cell.date == (self.context.day_of)(*migrated_at),
            };
            if same {
                return Ok(None);
            }
            let day = super::dates::spoken((self.context.day_of)(*migrated_at));
            let reason = format!("The account was migrated on {day}; an import does not change that.");
            return Err(self.problem(
                Target::MigratedAt,
                &cell.date.to_string(),
                ProblemKind::StatusNotAllowed,
                reason,
            ));
        }
        if !state.next().contains(&Status::Completed) {
            let refusal = Refusal::NotAllowed { from: state.status(), to: Status::Completed, allowed: state.next() };
            return Err(self.refused(Target::Status, &refusal));
        }
        let mut at = self.migrated_at()?;
        // A day without a time begins before an account that started on it.
        if let (Some(cell), Some(attempt)) = (&self.input.migrated_at, state.attempt())
            && cell.time.is_none()
            && cell.date == (self.context.day_of)(attempt.started_at)
        {
            at = at.max(attempt.started_at);
        }
        Ok(Some(Move::Complete { at: Some(at) }))
    }

    fn block(&self, state: &State) -> Result<Option<Move>, RowProblem> {
        let input = self.input;
        let Some(blocker) = state.blocker() else {
            let text = input.blocker_text.clone().unwrap_or_default();
            return Ok(Some(Move::Block { category: self.category()?, text }));
        };
        let category = input.blocker_category.unwrap_or(blocker.category);
        let text = input.blocker_text.clone().unwrap_or_else(|| blocker.text.clone());
        let same = category == blocker.category && text == blocker.text;
        Ok((!same).then_some(Move::Block { category, text }))
    }

    /// The column to which a refusal belongs.
    fn blamed(&self, wanted: &Move, refusal: &Refusal) -> Target {
        match (refusal, wanted) {
            (Refusal::CompletedInFuture | Refusal::CompletedBeforeStart, _) => Target::MigratedAt,
            _ if self.input.status.is_some() => Target::Status,
            (_, Move::Schedule { .. }) => Target::ScheduledFor,
            (_, Move::Complete { .. }) => Target::MigratedAt,
            (_, Move::Block { .. }) => Target::BlockerCategory,
            _ => Target::Status,
        }
    }

    fn refused(&self, target: Target, refusal: &Refusal) -> RowProblem {
        let input = self.input;
        let value = match target {
            Target::ScheduledFor => input.scheduled_for.map(|cell| cell.date.to_string()).unwrap_or_default(),
            Target::MigratedAt => input.migrated_at.map(|cell| cell.date.to_string()).unwrap_or_default(),
            _ => self.status_text().to_owned(),
        };
        self.problem(target, &value, ProblemKind::StatusNotAllowed, refusal.to_string())
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
