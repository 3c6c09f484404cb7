//! Customers' pages for colleagues: settings, links, who wants no messages.

use crate::acting::Acting;
use crate::commands::{Answer, Command, LinksCommand};
use crate::error::StoreError;
use domain::account::Row;
use domain::clock::Instant;
use domain::customer_page::link::Link;
use domain::customer_page::request::Request;
use domain::customer_page::settings::PageSettings;
use domain::customer_page::view::CustomerView;
use domain::id::{AccountNumber, ContactNumber, ExternalId, LinkId, MigrationId};
use domain::policy::Action;
use domain::user::is_email;
use std::sync::Arc;

/// What an account's page says of the customer's own page.
#[derive(Clone, Debug)]
pub struct CustomerPanel {
    /// Whether customers have pages in this migration.
    pub on: bool,
    pub contacts: Vec<ContactLink>,
    /// The newest first.
    pub requests: Vec<Request>,
    pub time_zone: String,
    pub now: Instant,
}

/// A contact with their link, if they have one.
#[derive(Clone, Debug)]
pub struct ContactLink {
    pub contact: ContactNumber,
    pub name: String,
    pub has_mail: bool,
    pub unsubscribed: Option<Instant>,
    /// The newest.
    pub link: Option<Link>,
    /// Earlier ones, taken back or expired.
    pub earlier: usize,
}

impl Acting<'_> {
    /// What customers' pages of a migration say and allow.
    pub async fn customer_page(&self, migration: &MigrationId) -> Result<Arc<PageSettings>, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        Ok(self.store().model().migration(migration)?.portal.settings.clone())
    }

    /// Changes what customers' pages say and allow.
    pub async fn change_customer_page(
        &self,
        migration: &MigrationId,
        settings: PageSettings,
    ) -> Result<(), StoreError> {
        let permit = self.allow(Action::ManageMigrations).await?;
        let command = LinksCommand::ChangeSettings { migration: migration.clone(), settings };
        self.submit(permit, Command::Links(Box::new(command))).await.map(|_| ())
    }

    /// The page of an account as its main contact sees it, in a language; without a link, so that nobody can act in the
    /// customer's name. No account: the first that there is.
    pub async fn preview_customer_page(
        &self,
        migration: &MigrationId,
        account: Option<AccountNumber>,
        language: Option<&str>,
    ) -> Result<CustomerView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let here = model.migration(migration)?;
        let dated = |row: &&Row| row.state.scheduled_for().is_some();
        let first = || here.table.rows().find(dated).or_else(|| here.table.rows().next()).map(|row| row.number);
        let nobody = StoreError::NotFound("There is no account to show the page of.");
        let account = account.or_else(first).and_then(|number| here.table.account(number)).ok_or(nobody)?;
        let main = crate::compose::customer_of(&model, &account).map(|customer| customer.profile.main_contact());
        crate::customer_page::view(&model, here, &account, main.unwrap_or_default(), language, now)
            .ok_or(StoreError::NotFound("This customer does not exist."))
    }

    /// Links of an account's contacts, and what the customer asked for.
    pub async fn customer_panel(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
    ) -> Result<CustomerPanel, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let here = model.migration(migration)?;
        let known = here.table.account(account).ok_or(StoreError::NotFound("This account does not exist."))?;
        let customer = crate::compose::customer_of(&model, &known);
        let contacts = customer.map_or(&[][..], |customer| &customer.profile.contacts);
        let contacts = contacts.iter().map(|contact| ContactLink {
            contact: contact.number,
            name: contact.called().to_owned(),
            has_mail: is_email(&contact.email),
            unsubscribed: contact.unsubscribed,
            link: here.portal.link_of(account, contact.number).cloned(),
            earlier: here
                .portal
                .links_to(account)
                .filter(|link| link.contact == contact.number)
                .count()
                .saturating_sub(1),
        });
        Ok(CustomerPanel {
            on: here.portal.settings.on,
            contacts: contacts.collect(),
            requests: here.portal.requests_of(account).rev().cloned().collect(),
            time_zone: here.migration.settings.time_zone.clone(),
            now: self.store().inner.clock.now(),
        })
    }

    /// The address of a contact's page, made if there is none. That it was handed out is in the log; the address is not.
    pub async fn customer_link(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
        contact: ContactNumber,
    ) -> Result<String, StoreError> {
        let permit = self.allow(Action::EditCustomers).await?;
        let by = self.caller().user.clone();
        let command = LinksCommand::Make { migration: migration.clone(), account, contact, by };
        match self.submit(permit, Command::Links(Box::new(command))).await? {
            Answer::Token(token) => {
                let base_url = self.store().model().base_url.clone();
                Ok(format!("{base_url}/c/{token}"))
            }
            _ => Err(StoreError::Stopping),
        }
    }

    /// Takes a link back: it opens nothing from now on.
    pub async fn revoke_customer_link(&self, migration: &MigrationId, link: &LinkId) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditCustomers).await?;
        let by = self.caller().user.clone();
        let command = LinksCommand::Revoke { migration: migration.clone(), link: link.clone(), by };
        self.submit(permit, Command::Links(Box::new(command))).await.map(|_| ())
    }

    /// A contact wants messages again, as they said to the caller.
    pub async fn resubscribe(&self, customer: &ExternalId, contact: ContactNumber) -> Result<(), StoreError> {
        let permit = self.allow(Action::EditCustomers).await?;
        let command = LinksCommand::Resubscribe { customer: customer.clone(), contact };
        self.submit(permit, Command::Links(Box::new(command))).await.map(|_| ())
    }
}
