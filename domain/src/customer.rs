//! The directory of customers, kept across migrations.

use crate::id::ExternalId;
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plan: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// BCP 47 tag, such as `de`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// IANA name, such as `Europe/Oslo`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
}

/// A person at the customer; the first of a customer's contacts is the main one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
}

/// Longest name or other short text of a customer, in characters.
pub const SHORT_TEXT_MAX: usize = 200;
