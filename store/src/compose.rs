//! A message and what it says: finds its recipient's address, language and zone, and renders its template.

use crate::model::notices::Notices;
use crate::model::{MigrationModel, Model};
use chrono::NaiveDate;
use domain::account::Account;
use domain::clock::Instant;
use domain::customer::{Contact, Customer};
use domain::id::{AccountNumber, BulkId, CohortNumber, NoticeRuleNumber, NoticeTemplateNumber, UserId};
use domain::notice::facts::{Facts, Reader};
use domain::notice::message::{Content, Message, MessageKey, MessageState, Suppression};
use domain::notice::render::{Rendered, render};
use domain::notice::ticket::Ticket;
use domain::notice::{Medium, NoticeKind, Recipient};
use domain::user::{User, is_email};

/// What a message is to be.
pub(crate) struct Wanted<'a> {
    pub key: MessageKey,
    pub rule: Option<NoticeRuleNumber>,
    pub kind: NoticeKind,
    pub template: NoticeTemplateNumber,
    pub account: Option<&'a Account>,
    pub cohort: Option<CohortNumber>,
    pub to: Recipient,
    pub medium: Medium,
    pub told_date: Option<NaiveDate>,
    pub due: Instant,
    pub late: bool,
    pub bulk: Option<BulkId>,
}

/// Where a message goes, and how its reader speaks.
pub(crate) struct Addressee<'a> {
    pub address: String,
    pub name: String,
    pub language: String,
    pub zone: String,
    pub reader: Reader<'a>,
}

/// The message and what it says. A message that cannot be sent (no contact, no or bad address, a variable without a value)
/// comes back suppressed, without content. `ticket` is what it is because of, when that is not in the model yet.
pub(crate) fn compose(
    model: &Model,
    migration: &MigrationModel,
    wanted: Wanted<'_>,
    ticket: Option<&Ticket>,
    now: Instant,
) -> (Message, Option<Content>) {
    let template = migration.notices.template(wanted.template);
    let outcome = addressee(model, migration, &wanted).and_then(|addressee| {
        let template = template.ok_or(Suppression::Incomplete)?;
        let mut facts = facts(model, migration, &wanted, &addressee, now);
        facts.ticket = ticket.or(facts.ticket);
        let page = page_of(model, migration, &wanted, now);
        facts.customer_page = &page;
        let rendered = render(template, &addressee.language, &facts).map_err(|problem| {
            // The problem names a variable or a place in the template, never a value.
            tracing::warn!(key = %wanted.key, %problem, "a message could not be made");
            Suppression::Incomplete
        })?;
        let Rendered { language, subject, text, html } = rendered;
        let Addressee { address, name, .. } = addressee;
        Ok(Content { address, name, language, subject, text, html })
    });
    let (state, content) = match outcome {
        Ok(content) => (MessageState::Waiting { tries: 0, answer: String::new() }, Some(content)),
        Err(why) => (MessageState::Suppressed { at: now, why }, None),
    };
    let message = Message {
        key: wanted.key,
        rule: wanted.rule,
        template: template.map(|template| (template.number, template.version)),
        kind: wanted.kind,
        account: wanted.account.map(|account| account.number),
        cohort: wanted.cohort,
        attempt: wanted.account.map_or(0, |account| account.attempt),
        to: wanted.to,
        medium: wanted.medium,
        told_date: wanted.told_date,
        written: now,
        due: wanted.due,
        late: wanted.late,
        bulk: wanted.bulk,
        rest: None,
        insisted: false,
        state,
    };
    (message, content)
}

/// The address of the page of the contact who gets a message; empty if they have none.
fn page_of(model: &Model, migration: &MigrationModel, wanted: &Wanted<'_>, now: Instant) -> String {
    match (&wanted.to, wanted.account) {
        (Recipient::Contact(contact), Some(account)) if migration.portal.settings.on => {
            model.page_address(&migration.link_for(model, account.number, *contact, None, now).token)
        }
        _ => String::new(),
    }
}

/// Who gets a message, or why nobody does.
pub(crate) fn addressee<'a>(
    model: &'a Model,
    migration: &'a MigrationModel,
    wanted: &Wanted<'_>,
) -> Result<Addressee<'a>, Suppression> {
    let own_zone = &migration.migration.settings.time_zone;
    match &wanted.to {
        Recipient::Contact(number) => {
            let customer = wanted.account.and_then(|account| customer_of(model, account));
            let customer = customer.ok_or(Suppression::NoContact)?;
            let contact = customer.profile.contact(*number).ok_or(Suppression::NoContact)?;
            let addressee = of_contact(customer, contact, own_zone);
            match addressee.address.as_str() {
                _ if contact.unsubscribed.is_some() => Err(Suppression::Unsubscribed),
                "" => Err(Suppression::NoAddress),
                address if !is_email(address) => Err(Suppression::BadAddress),
                _ => Ok(addressee),
            }
        }
        Recipient::User(id) => {
            let user = model.users.get(id).map(|stored| &stored.user).filter(|user| !user.disabled);
            let user = user.ok_or(Suppression::NoContact)?;
            if !is_email(&user.email) {
                return Err(Suppression::BadAddress);
            }
            Ok(Addressee {
                address: user.email.clone(),
                name: user.name.clone(),
                language: String::new(),
                zone: own_zone.clone(),
                reader: Reader::Colleague(user),
            })
        }
        // What they are told is made with its occasion, not of a template.
        Recipient::Subscriber(_) => Err(Suppression::NoContact),
        Recipient::Endpoint(number) => {
            let endpoint = migration.notices.endpoints.get(number).filter(|endpoint| !endpoint.disabled);
            let endpoint = endpoint.ok_or(Suppression::EndpointDisabled)?;
            Ok(Addressee {
                address: endpoint.name.clone(),
                name: endpoint.name.clone(),
                language: String::new(),
                zone: own_zone.clone(),
                reader: Reader::Endpoint,
            })
        }
    }
}

/// A contact as the one who reads, whether or not there is an address.
pub(crate) fn of_contact<'a>(customer: &'a Customer, contact: &'a Contact, migration_zone: &str) -> Addressee<'a> {
    let zone = customer.profile.time_zone_of(contact);
    Addressee {
        address: contact.email.clone(),
        name: contact.name.clone(),
        language: customer.profile.language_of(contact).to_owned(),
        zone: if zone.is_empty() { migration_zone.to_owned() } else { zone.to_owned() },
        reader: Reader::Contact(contact),
    }
}

/// What a message may say.
pub(crate) fn facts<'a>(
    model: &'a Model,
    migration: &'a MigrationModel,
    wanted: &Wanted<'a>,
    addressee: &'a Addressee<'a>,
    now: Instant,
) -> Facts<'a> {
    let account = wanted.account;
    let cohort = wanted.cohort.or_else(|| account.and_then(|account| account.cohort));
    let cohort = cohort.and_then(|number| migration.cohort(number));
    let owner = account.and_then(|account| account.owner.as_ref());
    let date = wanted.told_date.or_else(|| account.and_then(|account| account.state.scheduled_for()));
    Facts {
        now,
        zone: &addressee.zone,
        migration: &migration.migration,
        reader: addressee.reader,
        customer: account.and_then(|account| customer_of(model, account)),
        account,
        date,
        old_date: account.and_then(|account| told_before(&migration.notices, account, date, wanted.key.as_str())),
        cohort: cohort.map(|cohort| (cohort, migration.table.counts_of(Some(cohort.number)))),
        owner: owner.and_then(|owner| user_of(model, owner)),
        ticket: account.and_then(|account| newest_ticket(model, migration, account.number)),
        base_url: &model.base_url,
        customer_page: "",
    }
}

/// The account's customer.
pub(crate) fn customer_of<'a>(model: &'a Model, account: &Account) -> Option<&'a Customer> {
    model.customers.get(&account.customer).map(|stored| &stored.customer)
}

fn user_of<'a>(model: &'a Model, id: &UserId) -> Option<&'a User> {
    model.users.get(id).map(|stored| &stored.user)
}

/// The date that the account's customer was told last, if it is another one.
fn told_before(notices: &Notices, account: &Account, now_told: Option<NaiveDate>, key: &str) -> Option<NaiveDate> {
    let told = notices.of_account(account.number).filter(|message| {
        message.attempt == account.attempt && message.key.as_str() != key && message.kind.tells_date()
    });
    let last = told.filter_map(|message| Some((message.state.sent_at()?, message.told_date?))).max()?;
    (Some(last.1) != now_told).then_some(last.1)
}

fn newest_ticket<'a>(model: &'a Model, migration: &MigrationModel, account: AccountNumber) -> Option<&'a Ticket> {
    let counts = |ticket: &&Ticket| {
        ticket.accounts.iter().any(|of| of.account == account && of.migration == migration.migration.id)
    };
    model.tickets.values().filter(counts).max_by_key(|ticket| ticket.opened_at)
}
