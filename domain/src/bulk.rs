//! Bulk changes: one change of many accounts, decided per account by the same rule as a single edit; and their undo.
//!
//! Undo is a command of its own: per field it restores what is still as the change left it, and says what it leaves alone.

use crate::account::{Account, Change, EditContext, EditProblem};
use crate::blocker::BLOCKER_TEXT_MAX;
use crate::clock::Instant;
use crate::custom::{BadValue, CustomValue, field_of};
use crate::event::{Position, Recorded, RecordedChange};
use crate::field::{Field, FieldChange};
use crate::id::{AccountNumber, CohortNumber, FieldNumber, UserId};
use crate::migration::FieldError;
use crate::policy::Action;
use crate::spread::takes_date;
use crate::state::{Move, Refusal, State};
use crate::status::Status;
use crate::view::View;
use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Accounts that one bulk change may name.
pub const BULK_ACCOUNTS_MAX: usize = 100_000;
/// Accounts above which a bulk change is a lead's.
pub const BULK_SMALL_MAX: u32 = 500;
/// Days after its end during which a change of many accounts can be undone.
pub const UNDO_DAYS: i64 = 30;

/// What a bulk change sets on each of its accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "set", rename_all = "snake_case")]
pub enum BulkChange {
    State {
        to: Move,
    },
    Owner {
        to: Option<UserId>,
    },
    Cohort {
        to: Option<CohortNumber>,
    },
    Custom {
        number: FieldNumber,
        to: Option<CustomValue>,
    },
    /// The day that its cohort gives it; only for accounts of this cohort that wait for one.
    CohortDate {
        cohort: CohortNumber,
        date: NaiveDate,
    },
}

/// Which accounts a bulk change is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum BulkScope {
    Accounts {
        numbers: Vec<AccountNumber>,
    },
    /// All that match this view, as of at least the position at which its author saw them.
    Matching {
        view: Box<View>,
        at_least: Option<Position>,
    },
}

/// What a bulk change does to one account.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Changed(Box<Account>, Vec<FieldChange>),
    /// It was so already.
    Unchanged,
    Refused(EditProblem),
}

impl BulkChange {
    /// What is wrong with the change itself, whatever the accounts.
    pub fn problem(&self) -> Option<FieldError> {
        let too_long = |field: &str, text: &str| {
            let long = text.trim().chars().count() > BLOCKER_TEXT_MAX;
            long.then(|| FieldError::new(field, format!("At most {BLOCKER_TEXT_MAX} characters.")))
        };
        match self {
            BulkChange::State { to: Move::Schedule { pinned: Some(reason), .. } } => too_long("pinned", reason),
            BulkChange::State { to: Move::Block { text, .. } } => too_long("text", text),
            BulkChange::State { to: Move::RollBack { reason } } if reason.trim().is_empty() => {
                Some(FieldError::new("reason", "A reason is needed."))
            }
            BulkChange::State { to: Move::RollBack { reason } } => too_long("reason", reason),
            _ => None,
        }
    }

    /// The change without free text, for keeping: once it has run, the text stands in the events of the accounts, where it
    /// can be erased with each customer.
    pub fn without_text(&self) -> BulkChange {
        let mut change = self.clone();
        match &mut change {
            BulkChange::State { to: Move::Schedule { pinned, .. } } => *pinned = None,
            BulkChange::State { to: Move::Block { text, .. } } => text.clear(),
            BulkChange::State { to: Move::RollBack { reason } } => reason.clear(),
            BulkChange::Custom { to: Some(CustomValue::Text(text) | CustomValue::Link(text)), .. } => text.clear(),
            _ => {}
        }
        change
    }

    /// What its author must be allowed, given how many accounts it is about.
    pub fn action(&self, accounts: u32) -> Action {
        match self {
            BulkChange::State { to: Move::RollBack { .. } } => Action::BulkRollBack,
            BulkChange::State { to: Move::SetRollbackUntil { .. } } => Action::SetRollbackDeadline,
            _ if accounts > BULK_SMALL_MAX => Action::BulkEditMany,
            _ => Action::BulkEdit,
        }
    }

    /// Decides for one account as it is now.
    pub fn decide(&self, account: &Account, context: &EditContext<'_>) -> Outcome {
        if self.is_so_already(account) {
            return Outcome::Unchanged;
        }
        if let BulkChange::CohortDate { cohort, .. } = self
            && (account.cohort != Some(*cohort) || !takes_date(&account.state))
        {
            return Outcome::Refused(EditProblem::NoCohortDate);
        }
        match account.edit(&[self.on(account)], context) {
            Ok((_, changes)) if changes.is_empty() => Outcome::Unchanged,
            Ok((edited, changes)) => Outcome::Changed(Box::new(edited), changes),
            Err(problem) => Outcome::Refused(problem),
        }
    }

    /// The change of one account, by an author who has seen its present value.
    fn on(&self, account: &Account) -> Change {
        match self {
            BulkChange::State { to } => Change::State { seen: account.state.clone(), to: to.clone() },
            BulkChange::CohortDate { date, .. } => {
                Change::State { seen: account.state.clone(), to: Move::Schedule { date: *date, pinned: None } }
            }
            BulkChange::Owner { to } => Change::Owner { seen: account.owner.clone(), to: to.clone() },
            BulkChange::Cohort { to } => Change::Cohort { seen: account.cohort, to: *to },
            BulkChange::Custom { number, to } => {
                let seen = account.custom.get(number).cloned();
                Change::Custom { number: *number, seen, to: to.clone() }
            }
        }
    }

    /// A move to where the account is already is no refusal: what was wanted is so.
    fn is_so_already(&self, account: &Account) -> bool {
        let BulkChange::State { to } = self else { return false };
        let target = match to {
            Move::Reset => Status::NotStarted,
            Move::Start => Status::InProgress,
            Move::Complete { at: None } => Status::Completed,
            Move::Complete { at } => return at.is_some() && account.state.migrated_at() == *at,
            Move::OptOut => Status::OptedOut,
            Move::RollBack { .. } => Status::RolledBack,
            Move::Schedule { .. } | Move::Block { .. } | Move::Resume | Move::SetRollbackUntil { .. } => return false,
        };
        account.state.status() == target
    }
}

/// The words for why accounts are refused: the same for all of them that one rule refuses.
pub fn refusal_words(problem: &EditProblem) -> String {
    match problem {
        EditProblem::Refused { refusal: Refusal::RollbackEnded { .. } } => {
            "The time for a rollback has ended.".to_owned()
        }
        EditProblem::Conflict { field, .. } => format!("Somebody changed {} at this moment.", field.label()),
        other => other.to_string(),
    }
}

/// The words for an account that is not there.
pub const NO_ACCOUNT: &str = "There is no such account any more.";

/// Why accounts stayed as they are: each reason with how many and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reasons(pub Vec<Reason>);

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub words: String,
    /// Whoever's change stands against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<UserId>,
    pub count: u32,
    /// The first [`LISTED_MAX`] accounts.
    pub accounts: Vec<AccountNumber>,
}

/// Accounts listed per reason.
pub const LISTED_MAX: usize = 100;
/// Reasons that are told apart.
const REASONS_MAX: usize = 30;
const OTHER_REASONS: &str = "For other reasons.";

impl Reasons {
    /// Counts an account that stayed as it is.
    pub fn add(&mut self, words: &str, who: Option<&UserId>, account: AccountNumber) {
        let find = |reasons: &[Reason], words: &str, who: Option<&UserId>| {
            reasons.iter().position(|reason| reason.words == words && reason.who.as_ref() == who)
        };
        let known = find(&self.0, words, who);
        let full = known.is_none() && self.0.len() >= REASONS_MAX;
        let (words, who) = if full { (OTHER_REASONS, None) } else { (words, who) };
        let index = known.or_else(|| find(&self.0, words, who)).unwrap_or_else(|| {
            self.0.push(Reason { words: words.to_owned(), who: who.cloned(), count: 0, accounts: Vec::new() });
            self.0.len() - 1
        });
        let reason = &mut self.0[index];
        reason.count += 1;
        if reason.accounts.len() < LISTED_MAX {
            reason.accounts.push(account);
        }
    }

    /// The reasons, the most frequent first.
    pub fn sorted(&self) -> Vec<&Reason> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        sorted
    }
}

/// Where a bulk change stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkStage {
    #[default]
    Running,
    Done,
    /// Stopped by a person; what was done until then stays.
    Cancelled,
    Undoing,
    Undone,
}

/// What a bulk change does, or has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkReport {
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    pub reasons: Reasons,
}

impl BulkReport {
    /// Counts what the change does to one account.
    pub fn count(&mut self, account: AccountNumber, outcome: &Outcome) {
        match outcome {
            Outcome::Changed(..) => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused(problem) => self.refuse(account, &refusal_words(problem)),
        }
    }

    /// Counts an account that is refused.
    pub fn refuse(&mut self, account: AccountNumber, words: &str) {
        self.refused += 1;
        self.reasons.add(words, None, account);
    }

    /// All accounts that were looked at.
    pub fn total(&self) -> u32 {
        self.changed + self.unchanged + self.refused
    }
}

/// What an undo does, or has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoReport {
    /// Accounts of which at least one field is as before again.
    pub restored: u32,
    /// Accounts that the change had created and that are gone again.
    pub removed: u32,
    /// Accounts of which something stays as it is now, and why.
    pub kept: u32,
    pub reasons: Reasons,
}

/// Until when a change of many accounts that ended at this instant can be undone.
pub fn undo_until(ended: Instant) -> Instant {
    ended + Duration::days(UNDO_DAYS)
}

// What a change left behind, and taking it back

pub use crate::undo::whole_state;

/// What a change did to one field of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace<T> {
    Untouched,
    Changed {
        before: T,
        after: T,
    },
    /// It changed, but from what is not known any more.
    Lost,
}

/// What a change left behind at one account, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub account: AccountNumber,
    /// The change created the account.
    pub created: bool,
    pub state: Trace<State>,
    pub owner: Trace<Option<UserId>>,
    pub cohort: Trace<Option<CohortNumber>>,
    pub custom: BTreeMap<FieldNumber, Trace<Option<CustomValue>>>,
}

impl Left {
    /// Reads what an event says of one account.
    pub fn read(account: AccountNumber, created: bool, changes: &[RecordedChange]) -> Left {
        let of = |wanted: &[Field]| changes.iter().find(|change| wanted.contains(&change.field));
        let state = match of(&[Field::WholeState, Field::WholeStateText]) {
            Some(change) => trace(change, |value| serde_json::from_value(value.clone()).ok()),
            // Anything else that changed belongs to the state, and so was not kept whole.
            None if changes.iter().any(|change| is_of_state(change.field)) => Trace::Lost,
            None => Trace::Untouched,
        };
        let owner = of(&[Field::Owner]).map_or(Trace::Untouched, |change| trace(change, optional));
        let cohort = of(&[Field::Cohort]).map_or(Trace::Untouched, |change| trace(change, optional));
        let custom = changes.iter().filter_map(|change| match change.field {
            Field::Custom(number) => Some((number, trace(change, optional))),
            _ => None,
        });
        Left { account, created, state, owner, cohort, custom: custom.collect() }
    }
}

fn is_of_state(field: Field) -> bool {
    matches!(
        field,
        Field::Status
            | Field::ScheduledFor
            | Field::PinnedReason
            | Field::MigratedAt
            | Field::BlockerCategory
            | Field::BlockerText
            | Field::RollbackUntil
            | Field::RollbackReason
    )
}

fn trace<T>(change: &RecordedChange, read: impl Fn(&Value) -> Option<T>) -> Trace<T> {
    let read = |recorded: &Recorded| match recorded {
        Recorded::Value(value) => read(value),
        Recorded::Erased => None,
    };
    match (read(&change.before), read(&change.after)) {
        (Some(before), Some(after)) => Trace::Changed { before, after },
        _ => Trace::Lost,
    }
}

/// A value that may be nothing; `None` if it cannot be read.
fn optional<T: serde::de::DeserializeOwned>(value: &Value) -> Option<Option<T>> {
    serde_json::from_value(value.clone()).ok()
}

/// Why an undo leaves something as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// The event with this number changed it afterwards.
    ChangedSince { what: String, seq: u64 },
    /// What it was before is not known: it was erased, or never kept.
    Lost { what: String },
    /// A rule stands against it.
    Refused(EditProblem),
}

impl Kept {
    /// The reason in words; who changed it since is told apart.
    pub fn words(&self) -> String {
        match self {
            Kept::ChangedSince { what, .. } => format!("{what} changed since"),
            Kept::Lost { what } => format!("{what}: what it was before is not kept"),
            Kept::Refused(problem) => refusal_words(problem),
        }
    }

    /// The event that changed it since.
    pub fn since(&self) -> Option<u64> {
        match self {
            Kept::ChangedSince { seq, .. } => Some(*seq),
            Kept::Lost { .. } | Kept::Refused(_) => None,
        }
    }
}

/// What an undo does to one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    pub account: Account,
    /// Empty when nothing is to be done.
    pub changes: Vec<FieldChange>,
    pub kept: Vec<Kept>,
}

/// Restores, field by field, what is still as the change left it. Status, dates, blocker and rollback deadline are one
/// field; a transition may be reversed, since the state is put back rather than moved.
pub fn undo(account: &Account, left: &Left, context: &EditContext<'_>) -> Undone {
    let mut undone = account.clone();
    let mut kept = Vec::new();
    let touched = account.touched;
    if let Some(before) = restored(&left.state, &account.state, "Status", touched.state, &mut kept) {
        undone.state = before;
    }
    if let Some(before) = restored(&left.owner, &account.owner, "Owner", touched.owner, &mut kept) {
        match before.as_ref().is_none_or(|owner| (context.may_own)(owner)) {
            true => undone.owner = before,
            false => kept.push(Kept::Refused(EditProblem::NoSuchOwner)),
        }
    }
    if let Some(before) = restored(&left.cohort, &account.cohort, "Cohort", touched.cohort, &mut kept) {
        let exists = before.is_none_or(|cohort| (context.cohort_stage)(cohort).is_some());
        match undone.state.may_change_cohort() {
            Err(refusal) => kept.push(Kept::Refused(refusal.into())),
            Ok(()) if !exists => kept.push(Kept::Refused(EditProblem::NoSuchCohort)),
            Ok(()) => undone.cohort = before,
        }
    }
    for (number, left) in &left.custom {
        let field = field_of(context.fields, *number);
        let label = field.map_or("A custom field", |field| field.settings.label.as_str());
        let present = account.custom.get(number).cloned();
        let Some(before) = restored(left, &present, label, touched.custom, &mut kept) else { continue };
        // Nobody sees a retired field: what it holds stays until it comes back.
        if field.is_none_or(|field| field.retired) {
            let because = if field.is_none() { BadValue::NoSuchField } else { BadValue::Retired };
            kept.push(Kept::Refused(EditProblem::BadValue { label: label.to_owned(), because }));
            continue;
        }
        match before {
            Some(value) => undone.custom.insert(*number, value),
            None => undone.custom.remove(number),
        };
    }
    let changes = account.differences(&undone);
    Undone { account: undone, changes, kept }
}

/// The value to put back, if the present one is still what the change left.
fn restored<T: Clone + PartialEq>(
    left: &Trace<T>,
    present: &T,
    what: &str,
    seq: u64,
    kept: &mut Vec<Kept>,
) -> Option<T> {
    match left {
        Trace::Untouched => None,
        Trace::Changed { before, after } if present == after => Some(before.clone()),
        // Somebody has put it back by hand.
        Trace::Changed { before, .. } if present == before => None,
        Trace::Changed { .. } => {
            kept.push(Kept::ChangedSince { what: what.to_owned(), seq });
            None
        }
        Trace::Lost => {
            kept.push(Kept::Lost { what: what.to_owned() });
            None
        }
    }
}

/// Whether an account that the event `seq` created may go with the undo: only if nothing has touched it since.
pub fn may_go(account: &Account, seq: u64) -> Result<(), Kept> {
    let touched = account.touched;
    let last = touched.last().max(account.chunk_seqs.last().copied().unwrap_or(0));
    if last > seq { Err(Kept::ChangedSince { what: "The account".to_owned(), seq: last }) } else { Ok(()) }
}

/// The account as it stays in the store when it is gone for everybody, and what its event says.
pub fn gone(account: &Account) -> (Account, Vec<FieldChange>) {
    let gone = Account {
        removed: true,
        attempt: account.attempt,
        state: State::NotStarted,
        owner: None,
        cohort: None,
        custom: Default::default(),
        ..account.clone()
    };
    let mut changes: Vec<FieldChange> = crate::account::first_values(account)
        .into_iter()
        .map(|change| FieldChange { before: change.after, after: Value::Null, ..change })
        .collect();
    changes.insert(0, FieldChange { field: Field::Customer, before: json!(account.customer), after: Value::Null });
    (gone, changes)
}

// Many numbers in little room

/// Numbers as runs, in order and each once: `1-500,502`. Selections are mostly runs, and a job keeps its numbers.
pub fn to_runs(numbers: &[AccountNumber]) -> String {
    let mut sorted: Vec<u32> = numbers.iter().map(|number| number.0).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let runs = sorted.chunk_by(|a, b| a + 1 == *b).filter_map(|run| match (run.first(), run.last()) {
        (Some(first), Some(last)) if first == last => Some(first.to_string()),
        (Some(first), Some(last)) => Some(format!("{first}-{last}")),
        _ => None,
    });
    runs.collect::<Vec<_>>().join(",")
}

/// The numbers of [`to_runs`]; `None` if the text is none of its texts.
pub fn from_runs(text: &str) -> Option<Vec<AccountNumber>> {
    let mut numbers = Vec::new();
    for run in text.split(',').filter(|run| !run.is_empty()) {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if last < first || (last - first) as usize >= BULK_ACCOUNTS_MAX {
            return None;
        }
        numbers.extend((first..=last).map(AccountNumber));
    }
    Some(numbers)
}

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
