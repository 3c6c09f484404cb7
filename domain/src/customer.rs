//! The directory of customers, kept across migrations.

pub mod address;
mod check;
pub mod edit;
pub mod list;
pub mod record;
#[cfg(test)]
mod tests;

pub use check::phone as phone_number;

use crate::clock::Instant;
use crate::field::Field;
use crate::id::{ContactNumber, ExternalId};
use serde::{Deserialize, Serialize};

/// A company in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub external_id: ExternalId,
    pub profile: Profile,
    /// The workspace's sequence number of the event that changed it last.
    pub changed_seq: u64,
}

/// What is known of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    /// The first is the main one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plan: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// BCP 47 tag, such as `de`; for contacts that have none of their own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// IANA name, such as `Europe/Oslo`; for contacts that have none of their own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// For contacts that have none of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The highest number that a contact ever had here: numbers are not given twice.
    #[serde(default, skip_serializing_if = "ContactNumber::is_none")]
    pub last_contact: ContactNumber,
}

/// A person at the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// 1, 2, 3 … in order of creation, so that two people can edit two contacts. Rows stored before contacts had
    /// numbers get theirs when they are read, by [`Profile::number_contacts`].
    #[serde(default, skip_serializing_if = "ContactNumber::is_none")]
    pub number: ContactNumber,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// What they do at the customer, in a word or two: one of [`CONTACT_ROLES`] or anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Since when they want no more messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribed: Option<Instant>,
}

/// How somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Phone,
    Webhook,
}

impl Channel {
    /// Every channel, in the order of menus.
    pub const ALL: [Channel; 3] = [Channel::Email, Channel::Phone, Channel::Webhook];

    /// The word in forms and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Phone => "phone",
            Channel::Webhook => "webhook",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Channel::Email => "E-mail",
            Channel::Phone => "Phone",
            Channel::Webhook => "Chat or webhook",
        }
    }

    /// Reads the word of [`Channel::code`] exactly.
    pub fn from_code(code: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// Reads what spreadsheets call it.
    pub fn from_words(text: &str) -> Option<Channel> {
        let bare: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        match bare.to_ascii_lowercase().as_str() {
            "email" | "mail" => Some(Channel::Email),
            "phone" | "telephone" | "call" | "calls" | "tel" | "telefon" => Some(Channel::Phone),
            "webhook" | "chat" | "slack" | "teams" | "chatorwebhook" => Some(Channel::Webhook),
            _ => None,
        }
    }
}

/// Longest name or other short text of a customer, in characters.
pub const SHORT_TEXT_MAX: usize = 200;
/// Longest role of a contact, in characters.
pub const CONTACT_ROLE_MAX: usize = 60;
/// Longest telephone number, in characters.
pub const PHONE_MAX: usize = 40;
/// Contacts that one customer may have.
pub const CONTACTS_MAX: usize = 20;
/// What contacts usually do at their company, as suggestions for [`Contact::role`].
pub const CONTACT_ROLES: [&str; 7] = ["Main", "Technical", "Billing", "Executive", "Operations", "Security", "Legal"];

macro_rules! facts {
    ($(#[$doc:meta])* $of:ident: $($name:ident => $code:literal, $label:literal, $field:ident;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $of { $($name,)* }

        impl $of {
            /// Every one, in the order of forms.
            pub const ALL: &'static [$of] = &[$($of::$name,)*];

            /// The word in forms.
            pub fn code(self) -> &'static str {
                match self { $($of::$name => $code,)* }
            }

            /// The words on screen.
            pub fn label(self) -> &'static str {
                match self { $($of::$name => $label,)* }
            }

            /// How events call it.
            pub fn field(self) -> Field {
                match self { $($of::$name => Field::$field,)* }
            }
        }
    };
}

facts! {
    /// One fact of a customer that can be edited on its own.
    Fact:
    Name => "name", "Name", CustomerName;
    Plan => "plan", "Plan", Plan;
    Region => "region", "Region", Region;
    Language => "language", "Language", Language;
    TimeZone => "time_zone", "Time zone", TimeZone;
    Channel => "channel", "Preferred channel", Channel;
}

facts! {
    /// One fact of a contact that can be edited on its own.
    ContactFact:
    Name => "name", "Name", ContactName;
    Role => "role", "Role at the customer", ContactRole;
    Email => "email", "E-mail", ContactEmail;
    Phone => "phone", "Phone", ContactPhone;
    Channel => "channel", "Preferred channel", ContactChannel;
    Language => "language", "Language", ContactLanguage;
    TimeZone => "time_zone", "Time zone", ContactTimeZone;
}

fn code_of(channel: Option<Channel>) -> &'static str {
    channel.map_or("", Channel::code)
}

impl Profile {
    /// A fact as forms write it; empty when nothing is known.
    pub fn fact(&self, fact: Fact) -> &str {
        match fact {
            Fact::Name => &self.name,
            Fact::Plan => &self.plan,
            Fact::Region => &self.region,
            Fact::Language => &self.language,
            Fact::TimeZone => &self.time_zone,
            Fact::Channel => code_of(self.channel),
        }
    }

    fn set_fact(&mut self, fact: Fact, value: String) {
        match fact {
            Fact::Name => self.name = value,
            Fact::Plan => self.plan = value,
            Fact::Region => self.region = value,
            Fact::Language => self.language = value,
            Fact::TimeZone => self.time_zone = value,
            Fact::Channel => self.channel = Channel::from_code(&value),
        }
    }

    /// The contact with this number.
    pub fn contact(&self, number: ContactNumber) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.number == number)
    }

    /// The number of the main contact, or none.
    pub fn main_contact(&self) -> ContactNumber {
        self.contacts.first().map(|contact| contact.number).unwrap_or_default()
    }

    /// Adds a contact at the end and gives it the next number.
    pub fn add_contact(&mut self, contact: Contact) -> ContactNumber {
        let number = ContactNumber(self.last_contact.0.saturating_add(1));
        self.last_contact = number;
        self.contacts.push(Contact { number, ..contact });
        number
    }

    /// Gives numbers to contacts that were stored without one.
    pub fn number_contacts(&mut self) {
        let highest = self.contacts.iter().map(|contact| contact.number).max().unwrap_or_default();
        self.last_contact = self.last_contact.max(highest);
        for contact in self.contacts.iter_mut().filter(|contact| contact.number.is_none()) {
            self.last_contact = ContactNumber(self.last_contact.0.saturating_add(1));
            contact.number = self.last_contact;
        }
    }

    /// The language in which a contact is written to.
    pub fn language_of<'a>(&'a self, contact: &'a Contact) -> &'a str {
        if contact.language.is_empty() { &self.language } else { &contact.language }
    }

    /// The zone in which a contact reads times.
    pub fn time_zone_of<'a>(&'a self, contact: &'a Contact) -> &'a str {
        if contact.time_zone.is_empty() { &self.time_zone } else { &contact.time_zone }
    }

    /// How a contact wants to be told.
    pub fn channel_of(&self, contact: &Contact) -> Option<Channel> {
        contact.channel.or(self.channel)
    }
}

impl Contact {
    /// A fact as forms write it; empty when nothing is known.
    pub fn fact(&self, fact: ContactFact) -> &str {
        match fact {
            ContactFact::Name => &self.name,
            ContactFact::Role => &self.role,
            ContactFact::Email => &self.email,
            ContactFact::Phone => &self.phone,
            ContactFact::Channel => code_of(self.channel),
            ContactFact::Language => &self.language,
            ContactFact::TimeZone => &self.time_zone,
        }
    }

    /// Writes a fact as forms do; what is no channel leaves none.
    pub fn set_fact(&mut self, fact: ContactFact, value: String) {
        match fact {
            ContactFact::Name => self.name = value,
            ContactFact::Role => self.role = value,
            ContactFact::Email => self.email = value,
            ContactFact::Phone => self.phone = value,
            ContactFact::Channel => self.channel = Channel::from_code(&value),
            ContactFact::Language => self.language = value,
            ContactFact::TimeZone => self.time_zone = value,
        }
    }

    /// What to call them: the name, else the address, else the number to ring.
    pub fn called(&self) -> &str {
        let first = [&self.name, &self.email, &self.phone].into_iter().find(|text| !text.is_empty());
        first.map_or("No name", String::as_str)
    }
}
