//! Identifiers. Each kind has its own type, so that an account's number cannot be taken for a cohort's.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_id!(
    /// A migration, by a short random text that never changes (its address slug may).
    MigrationId
);
text_id!(
    /// A user of the workspace, by a short random text.
    UserId
);
text_id!(
    /// A customer's id in the company's own systems: unique in the workspace, never changed.
    ExternalId
);
text_id!(
    /// One run of the import, by a short random text.
    ImportId
);
text_id!(
    /// A saved view, by a short random text.
    ViewId
);
text_id!(
    /// One change of many accounts; the command id of whoever asked for it.
    BulkId
);
text_id!(
    /// A migration template, by a short random text.
    TemplateId
);
text_id!(
    /// A customer's link to their page, by a short text that tells nothing of its token.
    LinkId
);
text_id!(
    /// Chosen by whoever sends a command; a repeat of it is answered, not executed again.
    CommandId
);
number_id!(
    /// An account's number in its migration: 1, 2, 3 … in order of creation.
    AccountNumber(u32)
);
number_id!(
    /// A cohort's number in its migration: 1, 2, 3 … in order of creation; its place in the order is another field.
    CohortNumber(u16)
);
number_id!(
    /// A notification rule's number in its migration: 1, 2, 3 … in order of creation, never given twice.
    NoticeRuleNumber(u16)
);
number_id!(
    /// A message template's number in its migration: 1, 2, 3 … in order of creation, never given twice.
    NoticeTemplateNumber(u16)
);
number_id!(
    /// A component's number on a migration's status page: 1, 2, 3 … in order of creation, never given twice.
    ComponentNumber(u16)
);
number_id!(
    /// An incident's or a maintenance's number on a migration's status page: 1, 2, 3 … in order of creation, never given twice.
    IncidentNumber(u32)
);
number_id!(
    /// A subscriber's number on a migration's status page: 1, 2, 3 … in order of asking, never given twice.
    SubscriberNumber(u32)
);
number_id!(
    /// A template of incidents, by its number in its migration: 1, 2, 3 … in order of creation, never given twice.
    IncidentTemplateNumber(u16)
);
number_id!(
    /// A webhook endpoint's number in its migration: 1, 2, 3 … in order of creation, never given twice.
    EndpointNumber(u16)
);
number_id!(
    /// A customer's request's number in its migration: 1, 2, 3 … in order of creation.
    RequestNumber(u32)
);
/// A custom field's number in its migration: 1, 2, 3 … in order of creation, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct FieldNumber(pub u16);

impl fmt::Display for FieldNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// As a number or as its text: JSON writes the keys of a map as texts, and inside of an enum with a tag serde no longer
/// knows that they were keys.
impl<'de> Deserialize<'de> for FieldNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl Visitor<'_> for NumberOrText {
            type Value = FieldNumber;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a field")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<FieldNumber, E> {
                number.try_into().map(FieldNumber).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<FieldNumber, E> {
                text.parse().map(FieldNumber).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(NumberOrText)
    }
}

number_id!(
    /// A contact's number within its customer: 1, 2, 3 … in order of creation, never given twice. 0 stands for none.
    #[derive(Default)]
    ContactNumber(u32)
);

impl ContactNumber {
    /// Whether it stands for no contact.
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }
}

/// Longest external id that is accepted, in characters.
pub const EXTERNAL_ID_MAX: usize = 120;
