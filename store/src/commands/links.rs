//! Customers' pages: their settings, the links to them, and contacts who want no more messages.

use super::{Answer, Context, Prepared, messages};
use crate::compose::customer_of;
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use crate::rows::{BodyRow, StoredCustomer, to_text};
use crate::writer::ExpectedRow;
use chrono::NaiveDate;
use domain::customer::Customer;
use domain::customer_page::link::{Link, Purpose};
use domain::customer_page::settings::PageSettings;
use domain::event::{Draft, EventKind, PersonRef, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{AccountNumber, ContactNumber, ExternalId, LinkId, MigrationId, UserId};
use domain::migration::MigrationStage;
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::message::{Message, MessageState, Suppression};
use domain::notice::{Medium, NoticeKind, Recipient};
use serde_json::json;
use std::collections::BTreeSet;
use surrealdb::types::SurrealValue;

/// What is asked of customers' pages.
pub(crate) enum LinksCommand {
    ChangeSettings {
        migration: MigrationId,
        settings: PageSettings,
    },
    /// Hands out a contact's link; makes it if there is none.
    Make {
        migration: MigrationId,
        account: AccountNumber,
        contact: ContactNumber,
        by: UserId,
    },
    Revoke {
        migration: MigrationId,
        link: LinkId,
        by: UserId,
    },
    /// Notes that a link was used.
    Use {
        migration: MigrationId,
        link: LinkId,
        purpose: Purpose,
        day: Option<NaiveDate>,
    },
    /// The contact behind a link wants no more messages.
    Unsubscribe {
        migration: MigrationId,
        link: LinkId,
    },
    /// The contact wants messages again, as they told a colleague.
    Resubscribe {
        customer: ExternalId,
        contact: ContactNumber,
    },
}

const NO_LINK: StoreError = StoreError::NotFound("This link does not exist.");
const NO_CONTACT: StoreError = StoreError::NotFound("This contact does not exist any more.");

pub(super) fn prepare(context: &Context<'_>, command: &LinksCommand) -> Result<Prepared, StoreError> {
    match command {
        LinksCommand::ChangeSettings { migration, settings } => change_settings(context, migration, settings),
        LinksCommand::Make { migration, account, contact, by } => make(context, migration, *account, *contact, by),
        LinksCommand::Revoke { migration, link, by } => revoke(context, migration, link, by),
        LinksCommand::Use { migration, link, purpose, day } => {
            let known = link_of(context.model.migration(migration)?, link)?;
            let used = known.use_for(*purpose, *day, context.now);
            let Some(link) = used else { return Ok(Prepared::default()) };
            // It has no event, so no head is compared: another server may have revoked the link meanwhile.
            let key = vec![known.id.0.clone().into_value()];
            let row = BodyRow::new("customer_link", migration.as_str(), key, known);
            let expected = vec![ExpectedRow { id: row.id, part: to_text(known) }];
            let writes = vec![Write::CustomerLink(migration.clone(), Box::new(link))];
            Ok(Prepared { writes, expected, ..Prepared::default() })
        }
        LinksCommand::Unsubscribe { migration, link } => unsubscribe(context, migration, link),
        LinksCommand::Resubscribe { customer, contact } => resubscribe(context, customer, *contact),
    }
}

fn link_of<'a>(migration: &'a MigrationModel, id: &LinkId) -> Result<&'a Link, StoreError> {
    migration.portal.links.get(id).ok_or(NO_LINK)
}

fn change_settings(context: &Context<'_>, id: &MigrationId, settings: &PageSettings) -> Result<Prepared, StoreError> {
    let before = &context.model.migration(id)?.portal.settings;
    let settings = settings.tidied(before);
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    if **before == settings {
        return Ok(Prepared::default());
    }
    let change = FieldChange { field: Field::PageSettings, before: json!(**before), after: json!(settings) };
    let stream = Stream::Migration(id.clone());
    Ok(Prepared {
        drafts: vec![Draft::new(stream, EventKind::CustomerPageChanged, Subject::Whole, vec![change])],
        writes: vec![Write::CustomerPage(id.clone(), Box::new(settings))],
        overview: true,
        ..Prepared::default()
    })
}

fn make(
    context: &Context<'_>,
    id: &MigrationId,
    account: AccountNumber,
    contact: ContactNumber,
    by: &UserId,
) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    if !migration.portal.settings.on {
        let words = "Customers have no pages in this migration. Nothing was changed; a lead can switch them on.";
        return Err(StoreError::Refused(words.into()));
    }
    let known = migration.link_for(context.model, account, contact, Some(by), context.now);
    migration.behind(context.model, &known.link).ok_or(NO_CONTACT)?;
    let mut prepared = Prepared::default();
    let changes = vec![
        FieldChange::set(Field::LinkId, known.link.id.as_str()),
        FieldChange::set(Field::Contact, contact.0),
        FieldChange::set(Field::LinkExpires, json!(known.link.expires)),
    ];
    tell(context, id, account, EventKind::LinkMade, changes, &mut prepared);
    if known.is_changed {
        prepared.created_links = usize::from(!migration.portal.links.contains_key(&known.link.id));
        prepared.writes.push(Write::CustomerLink(id.clone(), Box::new(known.link)));
    }
    prepared.answer = Answer::Token(known.token);
    Ok(prepared)
}

fn revoke(context: &Context<'_>, id: &MigrationId, link: &LinkId, by: &UserId) -> Result<Prepared, StoreError> {
    let known = link_of(context.model.migration(id)?, link)?;
    let mut prepared = Prepared::default();
    let Some(revoked) = known.revoke(Some(by.clone()), context.now) else { return Ok(prepared) };
    let changes =
        vec![FieldChange::set(Field::LinkId, link.as_str()), FieldChange::set(Field::Contact, known.contact.0)];
    tell(context, id, known.account, EventKind::LinkRevoked, changes, &mut prepared);
    prepared.writes.push(Write::CustomerLink(id.clone(), Box::new(revoked)));
    Ok(prepared)
}

/// Takes back every link of an erased customer, and takes out of their requests what they wrote.
pub(super) fn forget(context: &Context<'_>, customer: &ExternalId, prepared: &mut Prepared) {
    for (id, migration) in &context.model.migrations {
        let Some(account) = migration.table.number_of(customer) else { continue };
        let revoked = migration.portal.links_to(account).filter_map(|link| link.revoke(None, context.now));
        prepared.writes.extend(revoked.map(|link| Write::CustomerLink(id.clone(), Box::new(link))));
        for request in migration.portal.requests_of(account) {
            let mut erased = request.clone();
            erased.ask = request.ask.erased();
            if let domain::customer_page::request::RequestState::Declined { reason, .. } = &mut erased.state {
                *reason = super::erasure::ERASED.to_owned();
            }
            prepared.writes.push(Write::CustomerRequest(id.clone(), Box::new(erased)));
        }
    }
}

/// Sees to it that everybody who is written to has a link: its address may stand in the message, and its token for
/// unsubscribing goes with it. Done once for every command, so that whoever writes messages need not think of it.
pub(super) fn ensure(context: &Context<'_>, prepared: &mut Prepared) {
    let mut seen: BTreeSet<(MigrationId, AccountNumber, ContactNumber)> = BTreeSet::new();
    let mut links = Vec::new();
    for write in &prepared.writes {
        let Write::Message(id, message) = write else { continue };
        let (Recipient::Contact(contact), Some(account), Medium::Email) =
            (&message.to, message.account, message.medium)
        else {
            continue;
        };
        let goes = matches!(message.state, MessageState::Waiting { .. } | MessageState::Held { .. });
        let Some(migration) = context.model.migrations.get(id) else { continue };
        let is_new = migration.notices.messages.get(&message.key).is_none_or(|known| !known.state.is_open());
        if !goes || !is_new || !seen.insert((id.clone(), account, *contact)) {
            continue;
        }
        let known = migration.link_for(context.model, account, *contact, None, context.now);
        let written = prepared
            .writes
            .iter()
            .any(|write| matches!(write, Write::CustomerLink(of, link) if of == id && link.id == known.link.id));
        if known.is_changed && !written {
            prepared.created_links += usize::from(!migration.portal.links.contains_key(&known.link.id));
            links.push(Write::CustomerLink(id.clone(), Box::new(known.link)));
        }
    }
    prepared.writes.extend(links);
}

fn unsubscribe(context: &Context<'_>, id: &MigrationId, link: &LinkId) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let link = link_of(migration, link)?;
    let (_, customer) = migration.behind(context.model, link).ok_or(NO_CONTACT)?;
    let contact = customer.profile.contact(link.contact).ok_or(NO_CONTACT)?;
    if contact.unsubscribed.is_some() {
        return Ok(Prepared::default());
    }
    let after = json!(context.now);
    let mut prepared = with_subscription(context, customer, link.contact, Some(context.now), after)?;
    for (id, migration) in &context.model.migrations {
        let Some(number) = migration.table.number_of(&customer.external_id) else { continue };
        for message in migration.notices.of_account(number) {
            if message.to == Recipient::Contact(link.contact)
                && let Some(stopped) = stopped(message, context)
            {
                let customer = Some(&customer.external_id);
                messages::change(&mut prepared, id, customer, EventKind::MessagesActedOn, message, stopped);
            }
        }
        if migration.migration.stage == MigrationStage::Closed {
            continue;
        }
        let flag = Flag {
            account: number,
            kind: FlagKind::Attention,
            about: format!("unsubscribed.{}", link.contact),
            raised: context.now,
            because: "A contact wants no more messages. Somebody has to tell the customer another way.".to_owned(),
            cleared: None,
        };
        let changes = vec![
            FieldChange::set(Field::Flag, json!(FlagKind::Attention)),
            FieldChange::set(Field::Contact, link.contact.0),
        ];
        tell(context, id, number, EventKind::ContactUnsubscribed, changes, &mut prepared);
        prepared.writes.push(Write::Flag(id.clone(), flag));
    }
    Ok(prepared)
}

/// A message that has not gone, taken back because its reader wants none.
fn stopped(message: &Message, context: &Context<'_>) -> Option<Message> {
    if message.kind == NoticeKind::Internal {
        return None;
    }
    if let Some(suppressed) = message.suppress(Suppression::Unsubscribed, context.now) {
        return Some(suppressed);
    }
    let open = matches!(message.state, MessageState::Waiting { .. } | MessageState::Held { .. });
    let why = Suppression::Unsubscribed.explanation().to_owned();
    let state = message.state.taken_back(context.now, why);
    open.then(|| Message { state, ..message.clone() })
}

fn resubscribe(context: &Context<'_>, customer: &ExternalId, contact: ContactNumber) -> Result<Prepared, StoreError> {
    let stored = context.model.customers.get(customer);
    let stored = stored.ok_or(StoreError::NotFound("This customer does not exist."))?;
    let known = stored.customer.profile.contact(contact).ok_or(NO_CONTACT)?;
    if known.unsubscribed.is_none() {
        return Ok(Prepared::default());
    }
    with_subscription(context, &stored.customer, contact, None, json!(null))
}

/// The customer with a contact who wants messages or does not, and the event in the directory's history.
fn with_subscription(
    context: &Context<'_>,
    customer: &Customer,
    contact: ContactNumber,
    unsubscribed: Option<domain::clock::Instant>,
    after: serde_json::Value,
) -> Result<Prepared, StoreError> {
    let stored = context.model.customers.get(&customer.external_id).ok_or(NO_CONTACT)?;
    let mut profile = customer.profile.clone();
    let known = profile.contacts.iter_mut().find(|known| known.number == contact).ok_or(NO_CONTACT)?;
    let before = json!(known.unsubscribed);
    known.unsubscribed = unsubscribed;
    let changed_seq = (context.next_seq)(&Stream::Workspace);
    let changes =
        vec![FieldChange::set(Field::Contact, contact.0), FieldChange { field: Field::Unsubscribed, before, after }];
    let subject = Subject::Customer(customer.external_id.clone());
    let draft = Draft::new(Stream::Workspace, EventKind::ContactChanged, subject, changes);
    let changed = Customer { external_id: customer.external_id.clone(), profile, changed_seq };
    Ok(Prepared {
        drafts: vec![draft.about(PersonRef::Customer(customer.external_id.clone()))],
        writes: vec![Write::Customer(StoredCustomer { customer: changed, import_seqs: stored.import_seqs.clone() })],
        ..Prepared::default()
    })
}

/// An event of one account; the account remembers it, so that pages that were away hear of it.
pub(super) fn tell(
    context: &Context<'_>,
    id: &MigrationId,
    number: AccountNumber,
    kind: EventKind,
    changes: Vec<FieldChange>,
    prepared: &mut Prepared,
) {
    let stream = Stream::Migration(id.clone());
    let earlier = prepared.drafts.iter().filter(|draft| draft.stream == stream).count() as u64;
    let seq = (context.next_seq)(&stream) + earlier;
    let known = context.model.migrations.get(id).and_then(|migration| migration.table.account(number));
    let Some(mut account) = known else { return };
    let person = PersonRef::Customer(account.customer.clone());
    prepared.drafts.push(Draft::new(stream, kind, Subject::Account(number), changes).about(person));
    let written = prepared.writes.iter_mut().find_map(|write| match write {
        Write::Account(of, account) if of == id && account.number == number => Some(account),
        _ => None,
    });
    match written {
        Some(account) => account.remember_chunk(seq),
        None => {
            account.remember_chunk(seq);
            prepared.writes.push(Write::Account(id.clone(), account));
        }
    }
}

/// The customer of an account.
pub(super) fn customer<'a>(
    context: &Context<'a>,
    id: &MigrationId,
    number: AccountNumber,
) -> Result<&'a Customer, StoreError> {
    let account = context.model.migration(id)?.table.account(number);
    let account = account.ok_or(StoreError::NotFound("This account does not exist."))?;
    customer_of(context.model, &account).ok_or(StoreError::NotFound("This customer does not exist."))
}
