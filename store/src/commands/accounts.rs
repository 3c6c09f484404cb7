//! Accounts: editing, commenting, creating.

use super::{Answer, Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use crate::rows::StoredCustomer;
use domain::account::{
    Account, Change, CustomValues, EditContext, EditProblem, Row, Touched, first_values, new_custom,
};
use domain::customer::{Contact, Customer, Profile, SHORT_TEXT_MAX};
use domain::event::{Draft, EventKind, PersonRef, Position, RecordedChange, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, EXTERNAL_ID_MAX, ExternalId, MigrationId};
use domain::migration::FieldError;
use domain::policy::Role;
use domain::state::State;
use domain::undo::{self, UndoProblem};
use domain::user::is_email;
use std::sync::Arc;

/// Longest comment, in characters.
const COMMENT_MAX: usize = 10_000;

/// An edit with the role of its author.
pub(crate) struct AccountEdit {
    pub role: Role,
    pub changes: Vec<Change>,
}

/// An edit of the caller's own that is to be taken back: its event, and what that says.
pub(crate) struct AccountUndo {
    pub role: Role,
    pub seq: u64,
    pub changes: Vec<RecordedChange>,
}

/// What became of an edit that was saved.
#[derive(Clone, Debug)]
pub struct EditResult {
    pub row: Row,
    pub position: Position,
}

impl EditResult {
    pub(super) fn at(self, position: Position) -> Self {
        EditResult { position, ..self }
    }
}

/// A new account as typed.
#[derive(Clone, Debug)]
pub struct AccountInput {
    pub external_id: String,
    pub name: String,
    pub email: String,
    pub custom: CustomValues,
}

pub(super) fn edit(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: AccountNumber,
    edit: &AccountEdit,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let account = account(migration, number)?;
    let (edited, changes) = with_rules(context, migration, edit.role, |rules| account.edit(&edit.changes, rules))?;
    written(context, migration_id, &account, edited, changes, EventKind::AccountChanged)
}

/// Takes back an edit of one's own.
pub(super) fn undo(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: AccountNumber,
    wanted: &AccountUndo,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let account = account(migration, number)?;
    let undone = with_rules(context, migration, wanted.role, |rules| undo::undo(&account, &wanted.changes, rules));
    let undone = undone.map_err(|problem| match problem {
        // Who changed it is found as for any conflict.
        UndoProblem::ChangedSince { field } => {
            StoreError::Edit(EditProblem::Conflict { field, theirs: Box::new(account.clone()) })
        }
        UndoProblem::Lost => StoreError::Refused(problem.to_string()),
        UndoProblem::Edit(problem) => problem.into(),
    })?;
    let mut changes = account.differences(&undone);
    if !changes.is_empty() {
        changes.push(FieldChange::set(Field::Undone, wanted.seq));
    }
    written(context, migration_id, &account, undone, changes, EventKind::AccountChangeUndone)
}

fn with_rules<T>(
    context: &Context<'_>,
    migration: &MigrationModel,
    role: Role,
    act: impl FnOnce(&EditContext<'_>) -> T,
) -> T {
    act(&EditContext {
        now: context.now,
        role,
        migration: migration.migration.stage,
        rollback_days: migration.migration.settings.rollback_days,
        cohort_stage: &|cohort| migration.cohort_stage(cohort),
        may_own: &|user| context.model.users.get(user).is_some_and(|stored| !stored.user.disabled),
        fields: &migration.migration.fields,
    })
}

/// The event and the row of a changed account; nothing if it was so already.
fn written(
    context: &Context<'_>,
    migration_id: &MigrationId,
    account: &Account,
    mut edited: Account,
    mut changes: Vec<FieldChange>,
    kind: EventKind,
) -> Result<Prepared, StoreError> {
    let number = account.number;
    if changes.is_empty() {
        return Ok(Prepared { answer: as_it_is(context, migration_id, number)?, ..Prepared::default() });
    }
    let migration = context.model.migration(migration_id)?;
    let stream = Stream::Migration(migration_id.clone());
    edited.touch(&changes, (context.next_seq)(&stream));
    // After touching: it names no field of its own.
    changes.extend(undo::whole_state(&account.state, &edited.state));
    let draft =
        Draft::new(stream, kind, Subject::Account(number), changes).about(PersonRef::Customer(edited.customer.clone()));
    let row = joined(migration, context, &edited);
    Ok(Prepared {
        drafts: vec![draft],
        writes: vec![Write::Account(migration_id.clone(), edited)],
        answer: Answer::Edited(Box::new(EditResult { row, position: Position::default() })),
        ..Prepared::default()
    })
}

pub(super) fn comment(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: AccountNumber,
    text: &str,
) -> Result<Prepared, StoreError> {
    let account = account(context.model.migration(migration_id)?, number)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(StoreError::field("text", "Write something first."));
    }
    if text.chars().count() > COMMENT_MAX {
        return Err(StoreError::field("text", "At most 10,000 characters."));
    }
    let stream = Stream::Migration(migration_id.clone());
    let changes = vec![FieldChange::set(Field::Comment, text)];
    let draft = Draft::new(stream, EventKind::CommentAdded, Subject::Account(number), changes)
        .about(PersonRef::Customer(account.customer));
    Ok(Prepared { drafts: vec![draft], mentioned: vec![(migration_id.clone(), number)], ..Prepared::default() })
}

pub(super) fn create(
    context: &Context<'_>,
    migration_id: &MigrationId,
    input: &AccountInput,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let (external_id, profile) = checked(input)?;
    if migration.table.number_of(&external_id).is_some() {
        return Err(StoreError::field("external_id", "This migration has an account with this id already."));
    }
    // One that an undo took away comes back with its number and its history.
    let earlier = migration.table.any_account_of(&external_id);
    let number = earlier.as_ref().map_or(AccountNumber(migration.table.len() + 1), |earlier| earlier.number);
    let stream = Stream::Migration(migration_id.clone());
    let seq = (context.next_seq)(&stream);
    let account = Account {
        number,
        customer: external_id.clone(),
        state: State::NotStarted,
        cohort: None,
        owner: None,
        custom: new_custom(&migration.migration.fields, &input.custom)?,
        touched: Touched { state: seq, owner: seq, cohort: seq, custom: seq },
        chunk_seqs: earlier.as_ref().map(|earlier| earlier.chunk_seqs.clone()).unwrap_or_default(),
        removed: false,
        attempt: 0,
        since: None,
    };
    let mut changes = vec![FieldChange::set(Field::Customer, external_id.as_str())];
    changes.extend(first_values(&account));
    let mut prepared = Prepared {
        drafts: vec![
            Draft::new(stream, EventKind::AccountCreated, Subject::Account(number), changes)
                .about(PersonRef::Customer(external_id.clone())),
        ],
        writes: vec![Write::Account(migration_id.clone(), account)],
        created_accounts: usize::from(earlier.is_none()),
        answer: Answer::Account(number),
        ..Prepared::default()
    };
    if !context.model.customers.contains_key(&external_id) {
        super::directory::put_new(context, external_id, profile, &mut prepared);
    }
    Ok(prepared)
}

fn checked(input: &AccountInput) -> Result<(ExternalId, Profile), StoreError> {
    let (name, email) = (input.name.trim(), input.email.trim());
    let mut problems = Vec::new();
    let external_id = checked_id(&input.external_id).map_err(|problem| problems.push(problem));
    if name.is_empty() {
        problems.push(FieldError::new("name", "Give the customer's name."));
    } else if name.chars().count() > SHORT_TEXT_MAX {
        problems.push(FieldError::new("name", "At most 200 characters."));
    }
    if !email.is_empty() && !is_email(email) {
        problems.push(FieldError::new("email", "This is not an e-mail address."));
    }
    let Some(external_id) = external_id.ok().filter(|_| problems.is_empty()) else {
        return Err(StoreError::Invalid(problems));
    };
    let mut profile = Profile { name: name.to_owned(), ..Profile::default() };
    if !email.is_empty() {
        profile.add_contact(Contact { email: email.to_owned(), ..Contact::default() });
    }
    Ok((external_id, profile))
}

/// A customer's id as typed.
pub(super) fn checked_id(typed: &str) -> Result<ExternalId, FieldError> {
    let id = typed.trim();
    if id.is_empty() {
        return Err(FieldError::new("external_id", "Give the customer's id in your own systems."));
    }
    if id.chars().count() > EXTERNAL_ID_MAX || id.chars().any(char::is_control) {
        return Err(FieldError::new("external_id", "At most 120 characters, without line breaks or tabs."));
    }
    Ok(ExternalId::from(id))
}

/// The answer that shows an account as it is.
pub(super) fn as_it_is(
    context: &Context<'_>,
    migration_id: &MigrationId,
    number: AccountNumber,
) -> Result<Answer, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let row = migration.table.row(number).cloned().ok_or(NO_ACCOUNT)?;
    let position = context.model.position(migration_id);
    Ok(Answer::Edited(Box::new(EditResult { row, position })))
}

/// The answer to a repeated creation.
pub(super) fn existing(
    context: &Context<'_>,
    migration_id: &MigrationId,
    input: &AccountInput,
) -> Result<Answer, StoreError> {
    let migration = context.model.migration(migration_id)?;
    let number = migration.table.number_of(&ExternalId::from(input.external_id.trim()));
    number.map(Answer::Account).ok_or(NO_ACCOUNT)
}

const NO_ACCOUNT: StoreError = StoreError::NotFound("This account does not exist.");

fn account(migration: &MigrationModel, number: AccountNumber) -> Result<Account, StoreError> {
    migration.table.account(number).ok_or(NO_ACCOUNT)
}

/// The row as it will be once the edit is durable.
fn joined(migration: &MigrationModel, context: &Context<'_>, account: &Account) -> Row {
    let unknown = || {
        let customer = Customer { external_id: account.customer.clone(), profile: Profile::default(), changed_seq: 0 };
        Arc::new(StoredCustomer { customer, import_seqs: Vec::new() })
    };
    let customer = context.model.customers.get(&account.customer).cloned().unwrap_or_else(unknown);
    migration.table.join(account, &customer.customer)
}

/// Puts the account of a conflict before the person who has to choose.
impl StoreError {
    /// The conflict in this error, if it is one.
    pub fn conflict(&self) -> Option<(Field, &Account)> {
        match self {
            StoreError::Edit(EditProblem::Conflict { field, theirs }) => Some((*field, theirs)),
            _ => None,
        }
    }
}
