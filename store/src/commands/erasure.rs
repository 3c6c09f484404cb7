//! Erasing a person: from the rows, and from beside the log. The log itself stays.

use super::{Context, Extra, Prepared, reason};
use crate::error::StoreError;
use crate::model::Write;
use crate::rows::{PersonalRow, StoredCustomer};
use domain::account::Account;
use domain::custom::CustomValue;
use domain::customer::{Customer, Profile};
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::notice::ticket::Ticket;
use domain::state::State;

/// What stands where a name was.
pub(crate) const ERASED: &str = "Erased";

pub(super) fn erase(
    context: &Context<'_>,
    person: &PersonRef,
    why: &str,
    personal: &[PersonalRow],
    removed: u32,
) -> Result<Prepared, StoreError> {
    let why = reason(why)?;
    let mut prepared = match person {
        PersonRef::Customer(external_id) => {
            let stored = context.model.customers.get(external_id);
            let stored = stored.ok_or(StoreError::NotFound("This customer does not exist."))?;
            let profile = Profile {
                name: ERASED.to_owned(),
                plan: stored.customer.profile.plan.clone(),
                region: stored.customer.profile.region.clone(),
                last_contact: stored.customer.profile.last_contact,
                ..Profile::default()
            };
            let changed_seq = (context.next_seq)(&Stream::Workspace);
            let customer = Customer { external_id: external_id.clone(), profile, changed_seq };
            let mut writes =
                vec![Write::Customer(StoredCustomer { customer, import_seqs: stored.import_seqs.clone() })];
            let theirs = context.model.tickets.values().filter(|ticket| ticket.customer.as_ref() == Some(external_id));
            writes.extend(theirs.map(|ticket| {
                let (subject, url) = (ERASED.to_owned(), String::new());
                Write::Ticket(Ticket { subject, url, ..ticket.clone() })
            }));
            for (id, migration) in &context.model.migrations {
                let account = migration.table.number_of(external_id).and_then(|number| migration.table.account(number));
                if let Some(account) = account {
                    writes.push(Write::Account(id.clone(), without_free_text(account)));
                }
            }
            let extras = vec![Extra::DropContents { customer: external_id.clone() }];
            let mut prepared = Prepared { writes, extras, rows_anew: true, ..Prepared::default() };
            super::messages::cancel_of_erased(context, external_id, &mut prepared);
            super::links::forget(context, external_id, &mut prepared);
            prepared
        }
        PersonRef::Subscriber(migration, number) => super::subscribers::erased(context, migration, *number)?,
        PersonRef::User(id) => {
            let mut stored =
                context.model.users.get(id).cloned().ok_or(StoreError::NotFound("This user does not exist."))?;
            if !stored.user.disabled {
                return Err(StoreError::Refused(
                    "Disable this user first, so that nobody is signed in as them.".into(),
                ));
            }
            stored.user.name = ERASED.to_owned();
            stored.user.email = format!("erased-{id}@erased.invalid");
            stored.password_hash = None;
            stored.user.has_password = false;
            let extras = vec![Extra::DropSessions { user: id.clone() }, Extra::DropLinks { user: id.clone() }];
            Prepared { writes: vec![Write::User(stored)], extras, people: true, ..Prepared::default() }
        }
    };
    let stream = match person {
        PersonRef::Subscriber(migration, _) => Stream::Migration(migration.clone()),
        _ => Stream::Workspace,
    };
    let subject = match person {
        PersonRef::Subscriber(_, number) => Subject::Subscriber(*number),
        PersonRef::Customer(id) => Subject::Customer(id.clone()),
        PersonRef::User(id) => Subject::User(id.clone()),
    };
    // The reason is kept and belongs to nobody: it must not name the person, which the form says.
    let changes = vec![FieldChange::set(Field::Erased, removed), FieldChange::set(Field::Reason, why)];
    prepared.drafts.push(Draft::new(stream, EventKind::PersonErased, subject, changes));
    prepared.extras.extend(personal.iter().map(|row| Extra::PutPersonal { row: row.clone() }));
    Ok(prepared)
}

/// The account with every free text taken out of its state.
fn without_free_text(mut account: Account) -> Account {
    if let Some(plan) = account.state.plan_mut() {
        plan.pinned = plan.pinned.take().map(|_| ERASED.to_owned());
    }
    match &mut account.state {
        State::Blocked { blocker, .. } => blocker.text = ERASED.to_owned(),
        State::RolledBack { reason, .. } => *reason = ERASED.to_owned(),
        _ => {}
    }
    account.custom.retain(|_, value| !matches!(value, CustomValue::Text(_) | CustomValue::Link(_)));
    account
}
