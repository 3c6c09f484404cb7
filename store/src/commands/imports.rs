//! Imports: saving their plan, committing, and the chunks that write accounts and customers.

use super::{Context, Extra, Prepared};
use crate::error::StoreError;
use crate::imports::{Import, ImportPhase, REFUSED_PIECE, ReadRow, evaluate};
use crate::model::Write;
use crate::rows::StoredCustomer;
use domain::account::first_values;
use domain::bulk::whole_state;
use domain::customer::Customer;
use domain::event::{Draft, EventKind, Part, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, ImportId};
use domain::import::profile;

/// Some rows of a file, to be decided against the accounts as they are and written in one transaction.
pub(crate) struct Chunk {
    pub import: ImportId,
    /// Index of the first row; must be how far the import is.
    pub from: u32,
    /// Index after the last row.
    pub to: u32,
    /// Whether the file ends here.
    pub last: bool,
    pub rows: Vec<ReadRow>,
}

pub(super) fn save(import: &Import, drop_file: bool) -> Result<Prepared, StoreError> {
    let extras = if drop_file { vec![Extra::DropImportFile { import: import.id.clone() }] } else { Vec::new() };
    Ok(Prepared { writes: vec![Write::Import(Box::new(import.clone()))], extras, ..Prepared::default() })
}

pub(super) fn commit(context: &Context<'_>, id: &ImportId, fire_rules: bool) -> Result<Prepared, StoreError> {
    let mut import = stored(context, id)?;
    import.plan.fire_rules = fire_rules;
    let ImportPhase::Checked { report } = &import.phase else {
        return Err(StoreError::Refused("Only a checked import can be committed. Run the dry run first.".into()));
    };
    let checked = report.clone();
    let mut changes = vec![
        FieldChange::set(Field::File, import.file_name.as_str()),
        FieldChange::set(Field::Rows, import.rows),
        FieldChange::set(Field::Created, checked.created),
        FieldChange::set(Field::Updated, checked.updated),
        FieldChange::set(Field::Refused, checked.refused),
    ];
    if fire_rules {
        changes.push(FieldChange::set(Field::Messages, checked.fires));
    }
    let report = crate::imports::ImportReport { checked_at: checked.checked_at, ..Default::default() };
    import.phase = ImportPhase::Committing { done: 0, checked, report };
    let stream = Stream::Migration(import.migration.clone());
    Ok(Prepared {
        drafts: vec![Draft::new(stream, EventKind::ImportCommitted, Subject::Import(id.clone()), changes)],
        // The dry run's refused rows give way to those that the commit finds.
        extras: vec![Extra::DropRefusedRows { import: id.clone() }],
        writes: vec![Write::Import(Box::new(import))],
        ..Prepared::default()
    })
}

pub(super) fn chunk(context: &Context<'_>, chunk: &Chunk) -> Result<Prepared, StoreError> {
    let mut import = stored(context, &chunk.import)?;
    let ImportPhase::Committing { done, checked, report } = &import.phase else {
        return Err(StoreError::Refused("This import is not being committed.".into()));
    };
    if *done != chunk.from {
        return Err(StoreError::Refused("Another server has written this piece of the import already.".into()));
    }
    let checked = checked.clone();
    let evaluated = evaluate(context.model, &import, &chunk.rows, report.clone(), context.now)?;
    let mut prepared = Prepared::default();
    write_outcomes(context, &import, &evaluated.outcomes, &mut prepared)?;
    if !evaluated.refused_csv.is_empty() {
        let number = REFUSED_PIECE + chunk.from;
        let import = chunk.import.clone();
        prepared.extras.push(Extra::PutPiece { import, number, bytes: evaluated.refused_csv });
    }
    import.phase = match chunk.last {
        false => ImportPhase::Committing { done: chunk.to, checked, report: evaluated.report },
        true => {
            let report = evaluated.report;
            let changes = vec![
                FieldChange::set(Field::Created, report.created),
                FieldChange::set(Field::Updated, report.updated),
                FieldChange::set(Field::Refused, report.refused),
            ];
            let stream = Stream::Migration(import.migration.clone());
            let subject = Subject::Import(import.id.clone());
            prepared.drafts.push(Draft::new(stream, EventKind::ImportFinished, subject, changes));
            // The file served its purpose; it is full of personal data.
            prepared.extras.push(Extra::DropSourceFile { import: import.id.clone() });
            prepared.overview = true;
            ImportPhase::Finished { at: context.now, report }
        }
    };
    prepared.writes.push(Write::Import(Box::new(import)));
    Ok(prepared)
}

/// The rows and the two events of a chunk: customers in the workspace's stream, accounts in the migration's.
fn write_outcomes(
    context: &Context<'_>,
    import: &Import,
    outcomes: &[(domain::import::row::RowInput, domain::import::outcome::RowOutcome)],
    prepared: &mut Prepared,
) -> Result<(), StoreError> {
    let migration = context.model.migration(&import.migration)?;
    let accounts_stream = Stream::Migration(import.migration.clone());
    let subject = Subject::Import(import.id.clone());
    let accounts_seq = (context.next_seq)(&accounts_stream);
    let customers_seq = (context.next_seq)(&Stream::Workspace);
    let mut customers = Draft::new(Stream::Workspace, EventKind::CustomersImported, subject.clone(), Vec::new());
    let mut accounts = Draft::new(accounts_stream, EventKind::AccountsImported, subject, Vec::new());
    let mut account_writes = Vec::new();
    for (input, outcome) in outcomes {
        let person = Some(PersonRef::Customer(input.external_id.clone()));
        if let Some(profile) = &outcome.profile {
            let before = context.model.customers.get(&input.external_id);
            let changes = profile::differences(before.map(|stored| &stored.customer.profile), profile);
            let mut import_seqs = before.map(|stored| stored.import_seqs.clone()).unwrap_or_default();
            import_seqs.push(customers_seq);
            let subject = Subject::Customer(input.external_id.clone());
            customers.parts.push(Part { subject, person: person.clone(), created: before.is_none(), changes });
            prepared.created_customers += usize::from(before.is_none());
            let external_id = input.external_id.clone();
            let customer = Customer { external_id, profile: profile.clone(), changed_seq: customers_seq };
            prepared.writes.push(Write::Customer(StoredCustomer { customer, import_seqs }));
        }
        let Some(account) = &outcome.account else { continue };
        let mut account = account.clone();
        let existing = migration.table.account(account.number);
        let changes: Vec<FieldChange> = match &existing {
            // An undo will want to know the state as a whole.
            Some(before) => {
                let kept = whole_state(&before.state, &account.state);
                before.differences(&account).into_iter().chain(kept).collect()
            }
            None => {
                match migration.table.any_account_of(&input.external_id) {
                    // One that an undo took away comes back with its number and its history.
                    Some(earlier) => {
                        account.number = earlier.number;
                        account.chunk_seqs = earlier.chunk_seqs;
                    }
                    None => {
                        account.number = AccountNumber(migration.table.len() + prepared.created_accounts as u32 + 1);
                        prepared.created_accounts += 1;
                    }
                }
                let customer = FieldChange::set(Field::Customer, input.external_id.as_str());
                std::iter::once(customer).chain(first_values(&account)).collect()
            }
        };
        account.touch(&changes, accounts_seq);
        account.remember_chunk(accounts_seq);
        let subject = Subject::Account(account.number);
        accounts.parts.push(Part { subject, person, created: existing.is_none(), changes });
        account_writes.push(Write::Account(import.migration.clone(), account));
    }
    // Customers first: the accounts' rows are joined with them.
    prepared.writes.extend(account_writes);
    prepared.drafts.extend([customers, accounts].into_iter().filter(|draft| !draft.parts.is_empty()));
    Ok(())
}

fn stored(context: &Context<'_>, id: &ImportId) -> Result<Import, StoreError> {
    let import = context.model.imports.get(id).ok_or(StoreError::NotFound("This import does not exist."))?;
    Ok((**import).clone())
}
