//! An account: one customer's enrolment in one migration, and how its fields are edited.

use crate::clock::Instant;
use crate::cohort::CohortStage;
use crate::custom::{BadValue, CustomField, CustomValue, field_of};
use crate::field::{Field, FieldChange};
use crate::id::{AccountNumber, BulkId, CohortNumber, ExternalId, FieldNumber, UserId};
use crate::migration::MigrationStage;
use crate::notice::RowNotices;
use crate::policy::{Action, Role, allows};
use crate::state::{Circumstances, Move, Refusal, State};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Values of custom fields; a field without a value is absent.
pub type CustomValues = BTreeMap<FieldNumber, CustomValue>;

/// The stored account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub number: AccountNumber,
    pub customer: ExternalId,
    pub state: State,
    pub cohort: Option<CohortNumber>,
    pub owner: Option<UserId>,
    pub custom: CustomValues,
    pub touched: Touched,
    /// Sequence numbers of the chunks of imports, bulk changes and undos that wrote it: their events name many accounts,
    /// so the account's history finds them here. At most [`CHUNK_SEQS_MAX`], the newest.
    #[serde(alias = "import_seqs")]
    pub chunk_seqs: Vec<u64>,
    /// It is gone for everybody: an undo took back the import that created it. Its number is never given again, but to
    /// the same customer's account when that comes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// How often it was rolled back: each attempt has notices of its own.
    #[serde(default)]
    pub attempt: u16,
    /// Since when it has its status and its date. `None`: since before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// Since when an account has its status and its date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    pub at: Instant,
    #[serde(default)]
    pub by: Means,
    /// The bulk change or import that brought it there: what it causes can be taken back for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<BulkId>,
}

/// By which means an account came to its status and its date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// An edit, a bulk change, an undo.
    #[default]
    Change,
    /// An import that fires no rules: what was due before is not sent.
    Import,
    /// An import that whoever committed it let fire the rules.
    FiringImport,
}

/// Chunks that an account remembers. When there are more, its oldest are found by reading the log.
pub const CHUNK_SEQS_MAX: usize = 256;

/// Which event (sequence number in the migration's stream) changed each field last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    pub state: u64,
    pub owner: u64,
    pub cohort: u64,
    /// Any of the custom fields.
    pub custom: u64,
}

impl Touched {
    /// The event that changed this field last.
    pub fn of(&self, field: Field) -> u64 {
        match field {
            Field::Owner => self.owner,
            Field::Cohort => self.cohort,
            Field::Custom(_) => self.custom,
            _ => self.state,
        }
    }

    /// The event that changed anything last.
    pub fn last(&self) -> u64 {
        self.state.max(self.owner).max(self.cohort).max(self.custom)
    }
}

/// The row of the table: the account joined with what the directory knows of its customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub number: AccountNumber,
    pub external_id: ExternalId,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plan: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    pub state: State,
    /// The day of `migrated_at` in the migration's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrated_on: Option<NaiveDate>,
    /// The last day on which it can be rolled back, in the migration's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_until_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<CohortNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: CustomValues,
    #[serde(default, skip_serializing_if = "RowNotices::is_nothing")]
    pub notices: RowNotices,
}

impl Row {
    /// The day shown in the table: when it was migrated, else when it is planned.
    pub fn date(&self) -> Option<NaiveDate> {
        self.migrated_on.or_else(|| self.state.scheduled_for())
    }
}

/// One field's new value, with the value that its author saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Change {
    State { seen: State, to: Move },
    Owner { seen: Option<UserId>, to: Option<UserId> },
    Cohort { seen: Option<CohortNumber>, to: Option<CohortNumber> },
    Custom { number: FieldNumber, seen: Option<CustomValue>, to: Option<CustomValue> },
}

/// What an edit needs to know of its surroundings.
pub struct EditContext<'a> {
    pub now: Instant,
    pub role: Role,
    pub migration: MigrationStage,
    pub rollback_days: Option<u16>,
    /// The stage of a cohort, or `None` if there is no such cohort.
    pub cohort_stage: &'a dyn Fn(CohortNumber) -> Option<CohortStage>,
    /// Whether this user exists and may own accounts.
    pub may_own: &'a dyn Fn(&UserId) -> bool,
    /// The migration's custom fields.
    pub fields: &'a [CustomField],
}

/// Why an edit was not saved. Nothing of it was written then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum EditProblem {
    /// Somebody saved another value after this edit's author looked.
    #[error("Somebody else changed {} meanwhile.", field.label())]
    Conflict { field: Field, theirs: Box<Account> },
    #[error("{refusal}")]
    Refused { refusal: Refusal },
    #[error("This cohort does not exist any more.")]
    NoSuchCohort,
    #[error("This user does not exist or is disabled.")]
    NoSuchOwner,
    #[error("Only a lead may change a rollback deadline.")]
    LeadOnly,
    #[error("{label}: {because}")]
    BadValue { label: String, because: BadValue },
    /// It was to get its cohort's date, which is not for it any more.
    #[error("It is in another cohort by now, has begun, is blocked, or has a date of its own.")]
    NoCohortDate,
}

impl From<Refusal> for EditProblem {
    fn from(refusal: Refusal) -> Self {
        EditProblem::Refused { refusal }
    }
}

impl Account {
    /// Applies the changes in order and lists what they changed. An empty list means that all was so already.
    pub fn edit(
        &self,
        changes: &[Change],
        context: &EditContext<'_>,
    ) -> Result<(Account, Vec<FieldChange>), EditProblem> {
        let mut edited = self.clone();
        let conflict = |field| EditProblem::Conflict { field, theirs: Box::new(self.clone()) };
        for change in changes {
            match change {
                Change::State { seen, to } => {
                    if *seen != self.state {
                        return Err(conflict(Field::Status));
                    }
                    let deadline = matches!(to, Move::SetRollbackUntil { .. });
                    if deadline && !allows(context.role, Action::SetRollbackDeadline) {
                        return Err(EditProblem::LeadOnly);
                    }
                    edited.state = edited.state.apply(to, &edited.circumstances(context))?;
                }
                Change::Owner { seen, to } => {
                    if *seen != self.owner && *to != self.owner {
                        return Err(conflict(Field::Owner));
                    }
                    if to.as_ref().is_some_and(|owner| !(context.may_own)(owner)) {
                        return Err(EditProblem::NoSuchOwner);
                    }
                    edited.owner = to.clone();
                }
                Change::Cohort { seen, to } => {
                    if *seen != self.cohort && *to != self.cohort {
                        return Err(conflict(Field::Cohort));
                    }
                    if *to != edited.cohort {
                        edited.state.may_change_cohort()?;
                    }
                    if to.is_some_and(|cohort| (context.cohort_stage)(cohort).is_none()) {
                        return Err(EditProblem::NoSuchCohort);
                    }
                    edited.cohort = *to;
                }
                Change::Custom { number, seen, to } => {
                    let present = self.custom.get(number);
                    if seen.as_ref() != present && to.as_ref() != present {
                        return Err(conflict(Field::Custom(*number)));
                    }
                    if to.as_ref() == present {
                        continue;
                    }
                    check_custom(context.fields, *number, to.as_ref())?;
                    match to {
                        Some(value) => edited.custom.insert(*number, value.clone()),
                        None => edited.custom.remove(number),
                    };
                }
            }
        }
        let changed = self.differences(&edited);
        Ok((edited, changed))
    }

    /// The fields in which `after` differs from this account, for its event.
    pub fn differences(&self, after: &Account) -> Vec<FieldChange> {
        differences(Some(self), after)
    }

    /// Marks the fields of these changes as changed last by the event `seq`.
    pub fn touch(&mut self, changes: &[FieldChange], seq: u64) {
        for change in changes {
            match change.field {
                Field::Owner => self.touched.owner = seq,
                Field::Cohort => self.touched.cohort = seq,
                Field::Custom(_) => self.touched.custom = seq,
                // It says which event was taken back, and is no field of the account.
                Field::Undone => {}
                _ => self.touched.state = seq,
            }
        }
    }

    /// Remembers the event of a chunk that wrote it.
    pub fn remember_chunk(&mut self, seq: u64) {
        if self.chunk_seqs.len() >= CHUNK_SEQS_MAX {
            self.chunk_seqs.drain(..=self.chunk_seqs.len() - CHUNK_SEQS_MAX);
        }
        self.chunk_seqs.push(seq);
    }

    /// Counts attempts and keeps since when the account is as it is, for an account that was `before` and is written now.
    /// An attempt ends with a rollback; an undo that restores what was rolled back takes that back.
    pub fn follow(&mut self, before: Option<&Account>, since: Since) {
        let rolled_back = |state: &State| matches!(state, State::RolledBack { .. });
        let was = before.map(|account| &account.state);
        self.attempt = match before {
            None => u16::from(rolled_back(&self.state)),
            Some(before) if rolled_back(&self.state) && before.state.attempt().is_some() => {
                before.attempt.saturating_add(1)
            }
            Some(before) if rolled_back(&before.state) && self.state.attempt().is_some() => {
                before.attempt.saturating_sub(1)
            }
            Some(before) => before.attempt,
        };
        let moment = |state: &State| (state.status(), state.scheduled_for(), state.migrated_at());
        if was.map(moment) != Some(moment(&self.state)) || before.is_some_and(|before| before.removed) {
            self.since = Some(since);
        }
    }

    fn circumstances(&self, context: &EditContext<'_>) -> Circumstances {
        Circumstances {
            now: context.now,
            migration: context.migration,
            cohort: self.cohort.and_then(|cohort| (context.cohort_stage)(cohort)),
            rollback_days: context.rollback_days,
        }
    }
}

/// Whether a custom field may get this value.
fn check_custom(fields: &[CustomField], number: FieldNumber, to: Option<&CustomValue>) -> Result<(), EditProblem> {
    let bad = |label: &str, because| EditProblem::BadValue { label: label.to_owned(), because };
    let Some(field) = field_of(fields, number) else {
        return Err(bad("Custom field", BadValue::NoSuchField));
    };
    let checked = match to {
        _ if field.retired => Err(BadValue::Retired),
        Some(value) => field.settings.check(value),
        None if field.settings.required => Err(BadValue::Missing),
        None => Ok(()),
    };
    checked.map_err(|because| bad(&field.settings.label, because))
}

/// The values that a new account gets: its own, else the defaults. Fails with the first required field without a value.
pub fn new_custom(fields: &[CustomField], own: &CustomValues) -> Result<CustomValues, EditProblem> {
    let mut values = CustomValues::new();
    for field in fields.iter().filter(|field| !field.retired) {
        let value = own.get(&field.number).or(field.settings.default.as_ref());
        check_custom(fields, field.number, value)?;
        values.extend(value.map(|value| (field.number, value.clone())));
    }
    Ok(values)
}

/// The fields of a new account, as changes from nothing.
pub fn first_values(account: &Account) -> Vec<FieldChange> {
    differences(None, account)
}

fn differences(before: Option<&Account>, after: &Account) -> Vec<FieldChange> {
    let values = |account: &Account| -> [(Field, Value); 9] {
        let state = &account.state;
        let reason = match state {
            State::RolledBack { reason, .. } => json!(reason),
            _ => Value::Null,
        };
        [
            (Field::Status, json!(state.status())),
            (Field::ScheduledFor, json!(state.scheduled_for())),
            (Field::PinnedReason, json!(state.plan().and_then(|plan| plan.pinned.clone()))),
            (Field::MigratedAt, json!(state.migrated_at())),
            (Field::BlockerCategory, json!(state.blocker().map(|blocker| blocker.category))),
            (Field::BlockerText, json!(state.blocker().map(|blocker| &blocker.text).filter(|text| !text.is_empty()))),
            (Field::RollbackUntil, json!(state.rollback_until())),
            (Field::Cohort, json!(account.cohort)),
            (Field::RollbackReason, reason),
        ]
    };
    let owner = |account: &Account| json!(account.owner);
    let mut changes = Vec::new();
    let mut compare = |field: Field, before: Value, after: Value| {
        if before != after {
            changes.push(FieldChange { field, before, after });
        }
    };
    let old = before.map(values);
    for (index, (field, value)) in values(after).into_iter().enumerate() {
        let previous = old.as_ref().map_or(Value::Null, |old| old[index].1.clone());
        compare(field, previous, value);
    }
    compare(Field::Owner, before.map_or(Value::Null, owner), owner(after));
    let nothing = CustomValues::new();
    let previous = before.map_or(&nothing, |account| &account.custom);
    let numbers: BTreeSet<&FieldNumber> = previous.keys().chain(after.custom.keys()).collect();
    for number in numbers {
        compare(Field::Custom(*number), json!(previous.get(number)), json!(after.custom.get(number)));
    }
    changes
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
