//! The directory as signed-in users see and change it.

use crate::acting::Acting;
use crate::commands::{Command, CustomerInput};
use crate::error::StoreError;
use crate::zone::local_date;
use chrono::NaiveDate;
use domain::account::Row;
use domain::actor::Actor;
use domain::clock::Instant;
use domain::cohort::Cohort;
use domain::customer::Customer;
use domain::customer::edit::{Clash, CustomerChange};
use domain::customer::list::CustomerList;
use domain::event::{Event, EventKind, Position, Recorded, Stream, Subject};
use domain::field::Field;
use domain::id::{CommandId, ContactNumber, ExternalId, UserId};
use domain::migration::{Migration, MigrationStage};
use domain::policy::Action;
use serde_json::json;
use std::collections::BTreeMap;

/// Events of one customer that its page lists.
const HISTORY_MAX: usize = 200;

/// One page of the directory's list.
#[derive(Clone, Debug)]
pub struct CustomerPage {
    /// All customers.
    pub all: u32,
    /// Customers that match the search.
    pub matching: u32,
    /// Each with the number of migrations that it is part of.
    pub customers: Vec<(Customer, u32)>,
}

/// A customer with everything that its page shows.
#[derive(Clone, Debug)]
pub struct CustomerView {
    pub customer: Customer,
    /// Its accounts: migrations under way first, the nearest deadline before others.
    pub accounts: Vec<CustomerAccount>,
    /// Changes of the directory's entry, the newest first.
    pub history: Vec<Event>,
    pub names: BTreeMap<UserId, String>,
}

/// A customer's account in one migration.
#[derive(Clone, Debug)]
pub struct CustomerAccount {
    pub migration: Migration,
    pub row: Row,
    pub cohort: Option<Cohort>,
    /// Today in the migration's zone.
    pub today: NaiveDate,
    pub position: Position,
}

impl Acting<'_> {
    /// One page of the directory.
    pub async fn customers(&self, list: &CustomerList) -> Result<CustomerPage, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let all = || -> Box<dyn Iterator<Item = &Customer>> {
            Box::new(model.customers.values().map(|stored| &stored.customer))
        };
        let found = model.directory.page(list, all);
        let customers = found.ids.iter().filter_map(|id| model.customers.get(id)).map(|stored| {
            let id = &stored.customer.external_id;
            let part_of = model.migrations.values().filter(|model| model.table.number_of(id).is_some());
            (stored.customer.clone(), part_of.count() as u32)
        });
        Ok(CustomerPage { all: model.customers.len() as u32, matching: found.matching, customers: customers.collect() })
    }

    /// One customer with its accounts and its history.
    pub async fn customer(&self, id: &ExternalId) -> Result<CustomerView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let (mut view, import_seqs) = {
            let model = self.store().model();
            let stored = model.customers.get(id).ok_or(StoreError::NotFound("This customer does not exist."))?;
            let accounts = model.migrations.values().filter_map(|model_of| {
                let row = model_of.table.number_of(id).and_then(|number| model_of.table.row(number))?.clone();
                Some(CustomerAccount {
                    cohort: row.cohort.and_then(|number| model_of.cohort(number)).cloned(),
                    today: local_date(now, &model_of.migration.settings.time_zone),
                    position: model.position(&model_of.migration.id),
                    migration: model_of.migration.clone(),
                    row,
                })
            });
            let mut accounts: Vec<_> = accounts.collect();
            accounts.sort_by_key(|account| {
                let settings = &account.migration.settings;
                (account.migration.stage == MigrationStage::Closed, settings.deadline, settings.name.clone())
            });
            let customer = stored.customer.clone();
            let names = crate::audit::names(&model);
            (CustomerView { customer, accounts, history: Vec::new(), names }, stored.import_seqs.clone())
        };
        let subject = Subject::Customer(id.clone());
        view.history = self.store().events_about(&Stream::Workspace, &subject, &import_seqs, HISTORY_MAX).await?;
        Ok(view)
    }

    /// Changes facts and contacts of one customer.
    pub async fn change_customer(
        &self,
        id: &ExternalId,
        command: CommandId,
        changes: Vec<CustomerChange>,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditCustomers).await?;
        let change = Command::ChangeCustomer { customer: id.clone(), changes };
        self.submit_as(permit, crate::acting::checked(command)?, change).await.map(|_| ())
    }

    /// Adds a customer to the directory; answers its id.
    pub async fn create_customer(&self, command: CommandId, input: CustomerInput) -> Result<ExternalId, StoreError> {
        let permit = self.allow(Action::EditCustomers).await?;
        let id = ExternalId::from(input.external_id.trim());
        let create = Command::CreateCustomer { input };
        self.submit_as(permit, crate::acting::checked(command)?, create).await.map(|_| id)
    }

    /// Who saved the value that stands against an edit, and when.
    pub async fn author_of_clash(
        &self,
        id: &ExternalId,
        clash: &Clash,
    ) -> Result<Option<(Actor, Instant)>, StoreError> {
        let history = self.customer(id).await?.history;
        let event = history.into_iter().find(|event| is_about(event, clash));
        Ok(event.map(|event| (event.actor, event.at)))
    }
}

/// Whether an event changed the fact of which there are two values.
fn is_about(event: &Event, clash: &Clash) -> bool {
    let changes = |field: Field| event.changes.iter().filter(move |change| change.field == field);
    let names = |number: ContactNumber| {
        let number = Recorded::Value(json!(number));
        changes(Field::Contact).any(|change| change.after == number || change.before == number)
    };
    match clash.field {
        Field::Contact => names(clash.contact),
        // An import says nothing of the contact's number: it changes the main one.
        field if !clash.contact.is_none() => {
            changes(field).next().is_some() && (names(clash.contact) || event.kind == EventKind::CustomersImported)
        }
        field => changes(field).next().is_some(),
    }
}
