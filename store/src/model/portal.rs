//! Customers' pages of a migration in memory: settings, links, requests.

use crate::compose::customer_of;
use crate::model::{MigrationModel, Model};
use crate::tokens::{self, TokenHash};
use chrono::TimeDelta;
use domain::account::Account;
use domain::clock::Instant;
use domain::customer::Customer;
use domain::customer_page::link::{Link, Purpose, Used};
use domain::customer_page::request::{Request, RequestState};
use domain::customer_page::settings::PageSettings;
use domain::id::{AccountNumber, ContactNumber, LinkId, MigrationId, RequestNumber, UserId};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Everything about customers' pages of one migration.
#[derive(Default)]
pub(crate) struct Portal {
    pub settings: Arc<PageSettings>,
    pub links: BTreeMap<LinkId, Link>,
    pub requests: BTreeMap<RequestNumber, Request>,
    /// The newest link last.
    by_contact: BTreeMap<(AccountNumber, ContactNumber), Vec<(u16, LinkId)>>,
    by_account: HashMap<AccountNumber, Vec<RequestNumber>>,
}

/// What is kept is compared; the indexes follow from it.
impl PartialEq for Portal {
    fn eq(&self, other: &Portal) -> bool {
        self.settings == other.settings
            && self.links == other.links
            && self.requests == other.requests
            && self.by_contact == other.by_contact
            && self.by_account == other.by_account
    }
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenOf {
    Link(LinkId, Purpose),
    Confirmation(RequestNumber),
}

/// What tokens open, by their hashes.
pub(crate) type Tokens = HashMap<TokenHash, (MigrationId, TokenOf)>;

impl Portal {
    /// Keeps a link, or what has become of it.
    pub(crate) fn put_link(&mut self, link: Link) {
        let known = self.by_contact.entry((link.account, link.contact)).or_default();
        if !known.iter().any(|(_, id)| *id == link.id) {
            known.push((link.generation, link.id.clone()));
            known.sort();
        }
        self.links.insert(link.id.clone(), link);
    }

    /// Keeps a request, or what has become of it.
    pub(crate) fn put_request(&mut self, request: Request) {
        let known = self.by_account.entry(request.account).or_default();
        if !known.contains(&request.number) {
            known.push(request.number);
            known.sort();
        }
        self.requests.insert(request.number, request);
    }

    /// The newest link of a contact.
    pub(crate) fn link_of(&self, account: AccountNumber, contact: ContactNumber) -> Option<&Link> {
        let (_, id) = self.by_contact.get(&(account, contact))?.last()?;
        self.links.get(id)
    }

    /// All links to an account's page, those of one contact together, the oldest first.
    pub(crate) fn links_to(&self, account: AccountNumber) -> impl Iterator<Item = &Link> {
        let all = self.by_contact.range((account, ContactNumber(0))..=(account, ContactNumber(u32::MAX)));
        all.flat_map(|(_, links)| links).filter_map(|(_, id)| self.links.get(id))
    }

    /// An account's requests, the oldest first.
    pub(crate) fn requests_of(&self, account: AccountNumber) -> impl DoubleEndedIterator<Item = &Request> {
        self.by_account.get(&account).into_iter().flatten().filter_map(|number| self.requests.get(number))
    }

    /// Whether a colleague has to decide something that this account's customer asked for.
    pub(crate) fn asks(&self, account: AccountNumber) -> bool {
        self.requests_of(account).any(Request::is_open)
    }
}

/// The hashes of a link's tokens with what they are for.
pub(crate) fn tokens_of_link(link: &Link) -> impl Iterator<Item = (TokenHash, TokenOf)> + '_ {
    let of = |purpose: Purpose| Some((unhex(link.hashes.of(purpose))?, TokenOf::Link(link.id.clone(), purpose)));
    Purpose::ALL.into_iter().filter_map(of)
}

/// The hash of the token that confirms a request, if it waits for one.
pub(crate) fn token_of_request(request: &Request) -> Option<(TokenHash, TokenOf)> {
    match &request.state {
        RequestState::AwaitsConfirmation { hash, .. } => Some((unhex(hash)?, TokenOf::Confirmation(request.number))),
        _ => None,
    }
}

fn unhex(text: &str) -> Option<TokenHash> {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A contact's link with its token, and what has to be written so that it is true.
pub(crate) struct Known {
    pub token: String,
    pub link: Link,
    /// It is new, or lives longer now.
    pub is_changed: bool,
}

impl MigrationModel {
    /// The link that a message to this contact names. Who asks and who writes it get the same.
    pub(crate) fn link_for(
        &self,
        model: &Model,
        account: AccountNumber,
        contact: ContactNumber,
        by: Option<&UserId>,
        now: Instant,
    ) -> Known {
        let id = &self.migration.id;
        let last = self.portal.link_of(account, contact);
        if let Some(last) = last.filter(|last| last.is_live(now)) {
            let token = model.token_key.page(id, account, contact, last.generation);
            // With another key than it was made with, its token cannot be made again.
            if tokens::hashes(&token) == last.hashes {
                let renewed = last.renew(self.portal.settings.link_days, now);
                let is_changed = renewed.is_some();
                return Known { token, link: renewed.unwrap_or_else(|| last.clone()), is_changed };
            }
        }
        let generation = last.map_or(0, |last| last.generation).saturating_add(1);
        let token = model.token_key.page(id, account, contact, generation);
        let link = Link {
            id: tokens::link_id(&token),
            account,
            contact,
            generation,
            hashes: tokens::hashes(&token),
            created: now,
            by: by.cloned(),
            expires: now + TimeDelta::days(self.portal.settings.link_days.into()),
            revoked: None,
            used: Used::default(),
        };
        Known { token, link, is_changed: true }
    }

    /// The account behind a link with its customer, while both and the contact are there.
    pub(crate) fn behind<'a>(&self, model: &'a Model, link: &Link) -> Option<(Account, &'a Customer)> {
        let account = self.table.account(link.account).filter(|account| !account.removed)?;
        let customer = customer_of(model, &account)?;
        customer.profile.contact(link.contact)?;
        Some((account, customer))
    }
}

impl Model {
    /// The address of a page with this token; empty when the address that users type is not known.
    pub(crate) fn page_address(&self, token: &str) -> String {
        match &*self.base_url {
            "" => String::new(),
            base_url => format!("{base_url}/c/{token}"),
        }
    }
}
