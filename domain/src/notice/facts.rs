//! What the variables say in one message, in its reader's language and zone.

use super::ticket::Ticket;
use super::variables::custom_name;
use super::words::{self, Words};
use crate::account::Account;
use crate::clock::Instant;
use crate::cohort::Cohort;
use crate::custom::CustomValue;
use crate::customer::{Contact, Customer};
use crate::migration::Migration;
use crate::status::{Status, StatusCounts};
use crate::user::User;
use chrono::{NaiveDate, Offset};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Who reads a message.
#[derive(Clone, Copy)]
pub enum Reader<'a> {
    /// Reads nothing internal.
    Contact(&'a Contact),
    Colleague(&'a User),
    /// A chat channel or another system of the company's own.
    Endpoint,
}

/// Everything that a message may say.
pub struct Facts<'a> {
    pub now: Instant,
    /// IANA name of the reader's zone.
    pub zone: &'a str,
    pub migration: &'a Migration,
    pub reader: Reader<'a>,
    pub customer: Option<&'a Customer>,
    pub account: Option<&'a Account>,
    /// The date that the message tells.
    pub date: Option<NaiveDate>,
    /// The date that was told before.
    pub old_date: Option<NaiveDate>,
    pub cohort: Option<(&'a Cohort, StatusCounts)>,
    pub owner: Option<&'a User>,
    pub ticket: Option<&'a Ticket>,
    /// The address that users type, without a slash at the end; empty: not known.
    pub base_url: &'a str,
    /// The address of the reader's own page; empty: there is none.
    pub customer_page: &'a str,
}

/// Values by the names of variables. One without a value is absent.
pub type Values = BTreeMap<String, String>;

impl Facts<'_> {
    /// The values in a language. Those for colleagues are absent when a contact reads it, so that no template can tell
    /// them to one.
    pub fn values(&self, language: &str) -> Values {
        let mut values = Values::new();
        let words = Words::of(language);
        let mut set = |name: &str, value: String| {
            // What people typed may have lines or control characters where a name is expected.
            let value = value.trim();
            if !value.is_empty() {
                values.insert(name.to_owned(), value.to_owned());
            }
        };
        let settings = &self.migration.settings;
        set("migration.name", self.migration.public_name().to_owned());
        set("migration.description", settings.description.clone());
        set("migration.deadline", words.date(settings.deadline));
        if self.migration.published && !self.base_url.is_empty() {
            set("status_page.url", format!("{}/status/{}", self.base_url, settings.slug));
        }
        if let Some(customer) = self.customer {
            let name = customer.profile.name.trim();
            set("customer.name", if name.is_empty() { customer.external_id.0.clone() } else { one_line(name) });
            set("customer.id", one_line(customer.external_id.as_str()));
        }
        if let Reader::Contact(contact) = self.reader {
            let name = one_line(&contact.name);
            set("contact.first_name", name.split(' ').next().unwrap_or_default().to_owned());
            set("contact.name", name);
            set("contact.email", contact.email.clone());
            set("customer_page.url", self.customer_page.to_owned());
        }
        if let Some(date) = self.date {
            set("account.date", words.date(date));
            set("account.date_iso", date.to_string());
            set("account.weekday", words.weekday(date));
        }
        if let Some(date) = self.old_date {
            set("account.old_date", words.date(date));
        }
        let zone = zone(self.zone);
        let time = |at: Instant| words.time(at.with_timezone(&zone).naive_local());
        if let Some(account) = self.account {
            if let Some(at) = account.state.migrated_at() {
                set("account.migrated_on", words.date(at.with_timezone(&zone).date_naive()));
            }
            if let Some(until) = account.state.rollback_until() {
                set("rollback.until", time(until));
            }
            for field in self.migration.live_fields() {
                let value = account.custom.get(&field.number).map(|value| match value {
                    CustomValue::Date(day) => words.date(*day),
                    other => other.text(),
                });
                set(&custom_name(field), value.unwrap_or_default());
            }
        }
        if let Some((cohort, _)) = &self.cohort {
            set("cohort.name", cohort.public_name());
            if let Some(window) = cohort.settings.window {
                set("window.starts", time(window.starts));
                set("window.ends", time(window.ends));
                let offset = window.starts.with_timezone(&zone).offset().fix().local_minus_utc();
                set("window.zone", format!("{}, {}", zone.name(), words::offset(offset)));
            }
        }
        if !matches!(self.reader, Reader::Contact(_)) {
            self.for_colleagues(&zone, &mut set);
        }
        values
    }

    fn for_colleagues(&self, zone: &Tz, set: &mut impl FnMut(&str, String)) {
        let settings = &self.migration.settings;
        let link = |path: String| match self.base_url {
            "" => String::new(),
            base_url => format!("{base_url}/m/{}/{path}", settings.slug),
        };
        let today = self.now.with_timezone(zone).date_naive();
        set("migration.internal_name", one_line(&settings.name));
        set("migration.days_left", (settings.deadline - today).num_days().max(0).to_string());
        if let Reader::Colleague(user) = self.reader {
            set("colleague.name", one_line(&user.name));
        }
        if let Some(owner) = self.owner {
            set("owner.name", one_line(&owner.name));
            set("owner.email", owner.email.clone());
        }
        if let Some(account) = self.account {
            set("account.number", account.number.to_string());
            set("account.status", account.state.status().label().to_owned());
            if let Some(blocker) = account.state.blocker() {
                set("account.blocker", format!("{}: {}", blocker.category.label(), blocker.text));
            }
            set("links.account", link(format!("accounts/{}", account.number)));
        }
        if let Some((cohort, counts)) = &self.cohort {
            set("cohort.internal_name", one_line(&cohort.label()));
            set("cohort.accounts", counts.taking_part().to_string());
            set("cohort.completed", counts.of(Status::Completed).to_string());
            set("cohort.blocked", counts.of(Status::Blocked).to_string());
            set("cohort.rolled_back", counts.of(Status::RolledBack).to_string());
            set("links.cohort", link(format!("cohorts/{}", cohort.number)));
        }
        if let Some(ticket) = self.ticket {
            set("ticket.id", one_line(&ticket.id));
            set("ticket.subject", one_line(&ticket.subject));
            // It becomes a link: nothing but the web's own schemes.
            if ticket.url.starts_with("https://") || ticket.url.starts_with("http://") {
                set("ticket.url", one_line(&ticket.url));
            }
        }
    }
}

/// A name as one line: line breaks and other control characters in it are blanks.
pub(super) fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}
