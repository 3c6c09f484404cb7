//! The directory: its list, one customer's page, changes.

use super::accounts::who;
use super::acting;
use crate::api::ApiError;
use crate::api::accounts::HistoryEntry;
use crate::api::customers::{
    Clashed, CustomerAccount, CustomerDetail, CustomerForm, CustomerLine, CustomerOutcome, DirectoryPage,
};
use domain::actor::Actor;
use domain::clock::Instant;
use domain::customer::edit::{Clash, CustomerChange, CustomerProblem};
use domain::customer::list::{CustomerList, LIST_SEARCH_MAX};
use domain::customer::{Contact, Customer, Fact, Profile};
use domain::event::Event;
use domain::id::{CommandId, ExternalId};
use domain::migration::FieldError;
use store::{Acting, CustomerInput, CustomerView, StoreError, local_text};

/// A page of the directory.
pub async fn list(list: CustomerList) -> Result<DirectoryPage, ApiError> {
    acting(async |acting, _| {
        if list.search.chars().count() > LIST_SEARCH_MAX {
            return Err(ApiError::field("q", "At most 200 characters."));
        }
        let page = acting.customers(&list).await?;
        Ok(DirectoryPage {
            list,
            all: page.all,
            matching: page.matching,
            customers: page.customers.into_iter().map(line).collect(),
        })
    })
    .await
}

fn line((customer, migrations): (Customer, u32)) -> CustomerLine {
    let Customer { external_id, profile, .. } = customer;
    let contacts = profile.contacts.len() as u32;
    let main = profile.contacts.into_iter().next().unwrap_or_default();
    CustomerLine {
        external_id,
        name: profile.name,
        contact: main.name,
        email: main.email,
        contacts,
        plan: profile.plan,
        region: profile.region,
        migrations,
    }
}

/// One customer.
pub async fn detail(customer: ExternalId) -> Result<CustomerDetail, ApiError> {
    acting(async |acting, _| Ok(detail_of(acting, &customer).await?)).await
}

async fn detail_of(acting: &Acting<'_>, customer: &ExternalId) -> Result<CustomerDetail, StoreError> {
    let CustomerView { customer, accounts, history, names } = acting.customer(customer).await?;
    let account = |account: store::CustomerAccount| {
        let settings = account.migration.settings;
        let row = account.row;
        let named = |id| (names.get(&id).cloned().unwrap_or_else(|| "Somebody".to_owned()), id);
        CustomerAccount {
            migration: account.migration.id,
            slug: settings.slug,
            migration_name: settings.name,
            stage: account.migration.stage,
            number: row.number,
            status: row.state.status(),
            date: row.date(),
            today: account.today,
            cohort: account.cohort.map(|cohort| cohort.label()).unwrap_or_default(),
            blocker: row.state.blocker().cloned(),
            owner: row.owner.map(named).map(|(name, id)| (id, name)),
            position: account.position,
        }
    };
    let entry = |event: Event| HistoryEntry {
        seq: event.seq,
        at: event.at,
        day: local_text(event.at, "UTC", "%-d %B %Y"),
        time: local_text(event.at, "UTC", "%H:%M"),
        who: who(&event.actor, &names),
        kind: event.kind,
        change: None,
        changes: event.changes,
    };
    Ok(CustomerDetail {
        external_id: customer.external_id,
        profile: customer.profile,
        accounts: accounts.into_iter().map(account).collect(),
        history: history.into_iter().map(entry).collect(),
        changed_seq: customer.changed_seq,
    })
}

/// Changes facts and contacts of one customer.
pub async fn change(
    customer: ExternalId,
    command: CommandId,
    changes: Vec<CustomerChange>,
) -> Result<CustomerOutcome, ApiError> {
    acting(async |acting, backend| match acting.change_customer(&customer, command, changes).await {
        Ok(()) => Ok(CustomerOutcome::Saved { detail: Box::new(detail_of(acting, &customer).await?) }),
        Err(StoreError::Directory(CustomerProblem::Conflict { clashes, theirs })) => {
            let now = backend.clock.now();
            Ok(conflict(acting, &customer, clashes, theirs, now).await?)
        }
        Err(error) => Err(error.into()),
    })
    .await
}

async fn conflict(
    acting: &Acting<'_>,
    customer: &ExternalId,
    clashes: Vec<Clash>,
    theirs: Box<Profile>,
    now: Instant,
) -> Result<CustomerOutcome, StoreError> {
    let mut told = Vec::new();
    for clash in clashes {
        let author = acting.author_of_clash(customer, &clash).await?;
        let seconds_ago = author.as_ref().map_or(0, |(_, at)| (now - at).num_seconds().max(0).unsigned_abs());
        let by = match author.map(|(actor, _)| actor) {
            Some(Actor::User { id } | Actor::Import { by: id, .. }) => {
                let name = acting.name_of(&id).await?;
                Some((id, name))
            }
            _ => None,
        };
        told.push(Clashed { clash, by, seconds_ago });
    }
    Ok(CustomerOutcome::Conflict { clashes: told, theirs })
}

/// Adds a customer to the directory.
pub async fn create(command: CommandId, form: CustomerForm) -> Result<ExternalId, ApiError> {
    acting(async |acting, _| {
        let contact = Contact { name: form.contact_name, email: form.contact_email, ..Contact::default() };
        let blank = contact.name.trim().is_empty() && contact.email.trim().is_empty();
        let input = CustomerInput {
            external_id: form.external_id,
            facts: vec![(Fact::Name, form.name), (Fact::Plan, form.plan), (Fact::Region, form.region)],
            contact: (!blank).then_some(contact),
        };
        acting.create_customer(command, input).await.map_err(at_its_field)
    })
    .await
}

/// The form has one field for the contact's address; its complaints stand there.
fn at_its_field(error: StoreError) -> ApiError {
    match ApiError::from(error) {
        ApiError::Invalid { problems } => {
            let renamed = |problem: FieldError| match problem.field.as_str() {
                "email" => FieldError::new("contact_email", problem.message),
                _ => problem,
            };
            ApiError::Invalid { problems: problems.into_iter().map(renamed).collect() }
        }
        other => other,
    }
}
