//! The directory: adding customers, changing their facts and contacts.

use super::accounts::checked_id;
use super::{Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use crate::rows::StoredCustomer;
use crate::zone::known_zone;
use domain::customer::edit::{CustomerChange, CustomerProblem};
use domain::customer::record::records;
use domain::customer::{Contact, Customer, Fact, Profile};
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::id::{AccountNumber, ExternalId, MigrationId};
use domain::import::profile::differences;
use std::collections::BTreeSet;

/// A new customer as typed.
#[derive(Clone, Debug, Default)]
pub struct CustomerInput {
    pub external_id: String,
    pub facts: Vec<(Fact, String)>,
    pub contact: Option<Contact>,
}

const NO_CUSTOMER: StoreError = StoreError::NotFound("This customer does not exist.");

pub(super) fn change(
    context: &Context<'_>,
    id: &ExternalId,
    changes: &[CustomerChange],
) -> Result<Prepared, StoreError> {
    let stored = context.model.customers.get(id).ok_or(NO_CUSTOMER)?;
    let before = &stored.customer.profile;
    let profile = before.edit(changes, &known_zone)?;
    let records = records(before, &profile);
    if records.is_empty() {
        return Ok(Prepared::default());
    }
    let changed_seq = (context.next_seq)(&Stream::Workspace) + records.len() as u64 - 1;
    let customer = Customer { external_id: id.clone(), profile, changed_seq };
    let drafts = records.into_iter().map(|record| {
        let draft = Draft::new(Stream::Workspace, record.kind, Subject::Customer(id.clone()), record.changes);
        draft.about(PersonRef::Customer(id.clone()))
    });
    Ok(Prepared {
        drafts: drafts.collect(),
        writes: vec![Write::Customer(StoredCustomer { customer, import_seqs: stored.import_seqs.clone() })],
        ..Prepared::default()
    })
}

pub(super) fn create(context: &Context<'_>, input: &CustomerInput) -> Result<Prepared, StoreError> {
    let id = checked_id(&input.external_id);
    let profile = Profile::first(&input.facts, input.contact.clone(), &known_zone);
    let (id, profile) = match (id, profile) {
        (Ok(id), Ok(profile)) => (id, profile),
        (Err(problem), Err(CustomerProblem::Invalid { mut problems })) => {
            problems.insert(0, problem);
            return Err(StoreError::Invalid(problems));
        }
        (Err(problem), _) => return Err(StoreError::Invalid(vec![problem])),
        (_, Err(problem)) => return Err(problem.into()),
    };
    if context.model.customers.contains_key(&id) {
        return Err(StoreError::field("external_id", "The directory has a customer with this id already."));
    }
    let mut prepared = Prepared::default();
    put_new(context, id, profile, &mut prepared);
    Ok(prepared)
}

/// Writes a customer whom the directory does not have yet. It comes before the account whose row is joined with it.
pub(super) fn put_new(context: &Context<'_>, id: ExternalId, profile: Profile, prepared: &mut Prepared) {
    let changed_seq = (context.next_seq)(&Stream::Workspace);
    let changes = differences(None, &profile);
    let draft = Draft::new(Stream::Workspace, EventKind::CustomerCreated, Subject::Customer(id.clone()), changes);
    prepared.drafts.push(draft.about(PersonRef::Customer(id.clone())));
    let customer = Customer { external_id: id, profile, changed_seq };
    prepared.writes.insert(0, Write::Customer(StoredCustomer { customer, import_seqs: Vec::new() }));
    prepared.created_customers = 1;
}

impl Prepared {
    /// The accounts of a migration whose row or history is another now: its own, and those of customers that changed.
    pub(crate) fn rows_of(&self, id: &MigrationId, migration: &MigrationModel) -> Vec<AccountNumber> {
        let mut rows = self.accounts_of(id);
        let mut known: BTreeSet<AccountNumber> = rows.iter().copied().collect();
        let customers = self.writes.iter().filter_map(|write| match write {
            Write::Customer(stored) => migration.table.number_of(&stored.customer.external_id),
            _ => None,
        });
        rows.extend(customers.filter(|number| known.insert(*number)));
        rows
    }
}

impl From<CustomerProblem> for StoreError {
    fn from(problem: CustomerProblem) -> Self {
        match problem {
            CustomerProblem::Invalid { problems } => StoreError::Invalid(problems),
            other => StoreError::Directory(other),
        }
    }
}
