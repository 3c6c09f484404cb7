//! What a column of a file can become.

use super::own_fields::NewKind;
use crate::field::Field;
use crate::id::FieldNumber;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

macro_rules! targets {
    ($($name:ident => $code:literal, $label:literal, $field:ident, [$($synonym:literal),*];)*) => {
        /// What a column becomes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Target {
            $($name,)*
            /// A custom field of the migration.
            Custom(FieldNumber),
            /// A custom field that the import adds before it commits.
            New(NewKind),
        }

        impl Target {
            /// Every target that each migration has, in the order in which menus offer them.
            pub const ALL: &'static [Target] = &[$(Target::$name,)*];

            /// The word in forms and in the database.
            pub fn code(self) -> Cow<'static, str> {
                Cow::Borrowed(match self {
                    $(Target::$name => $code,)*
                    Target::Custom(number) => return Cow::Owned(format!("{CUSTOM}{number}")),
                    Target::New(kind) => return Cow::Owned(format!("{NEW}{}", kind.code())),
                })
            }

            /// The words on screen; a custom field's own name is among the migration's fields.
            pub fn label(self) -> &'static str {
                match self {
                    $(Target::$name => $label,)*
                    Target::Custom(_) => "The same custom field",
                    Target::New(_) => "A new field",
                }
            }

            /// The field of an account or customer that it sets; a new one has no number yet.
            pub fn field(self) -> Option<Field> {
                match self {
                    $(Target::$name => Some(Field::$field),)*
                    Target::Custom(number) => Some(Field::Custom(number)),
                    Target::New(_) => None,
                }
            }

            /// What such a column is usually called: small letters and digits only, the surest name first.
            pub(super) fn synonyms(self) -> &'static [&'static str] {
                match self {
                    $(Target::$name => &[$($synonym),*],)*
                    Target::Custom(_) | Target::New(_) => &[],
                }
            }
        }
    };
}

targets! {
    ExternalId => "external_id", "External id", Customer, [
        "externalid", "customerid", "accountid", "accountnumber", "accountno", "customernumber", "customerno",
        "clientid", "companyid", "tenantid", "orgid", "organizationid", "organisationid", "workspaceid", "extid",
        "externalkey", "customerkey", "accountkey", "key", "id", "account", "kundennummer", "uuid", "guid"
    ];
    Name => "name", "Name", CustomerName, [
        "name", "company", "companyname", "customername", "accountname", "customer", "client", "clientname",
        "organization", "organisation", "organizationname", "organisationname", "legalname", "tenant", "tenantname",
        "business", "firma"
    ];
    ContactName => "contact_name", "Contact", ContactName, [
        "contactname", "contact", "contactperson", "maincontact", "primarycontact", "primarycontactname", "person",
        "ansprechpartner"
    ];
    ContactEmail => "contact_email", "Contact's e-mail", ContactEmail, [
        "contactemail", "email", "emailaddress", "contactmail", "mail", "primaryemail", "primarycontactemail",
        "maincontactemail", "customeremail", "contactemailaddress"
    ];
    ContactRole => "contact_role", "Contact's role", ContactRole, [
        "contactrole", "contactsrole", "contacttitle", "contactposition", "contactfunction", "jobtitle", "contactjobtitle", "roleatthecustomer"
    ];
    ContactPhone => "contact_phone", "Contact's phone", ContactPhone, [
        "contactphone", "contactsphone", "phone", "phonenumber", "contactphonenumber", "telephone", "tel", "mobile", "telefon"
    ];
    Status => "status", "Status", Status, [
        "status", "state", "migrationstatus", "migrationstate", "accountstatus", "stage", "progress"
    ];
    ScheduledFor => "scheduled_for", "Date", ScheduledFor, [
        "scheduledfor", "scheduleddate", "scheduledate", "scheduledon", "migrationdate", "plannedfor", "planneddate",
        "date", "movedate", "moveday", "cutoverdate", "cutover", "targetdate", "scheduled", "plannedmigrationdate",
        "slot", "plannedon"
    ];
    MigratedAt => "migrated_at", "Migrated", MigratedAt, [
        "migratedat", "migratedon", "migrated", "completedat", "completedon", "completiondate", "completed", "datemigrated",
        "migrateddate", "completeddate", "doneon", "finishedat", "finishedon", "actualdate", "golive", "golivedate"
    ];
    BlockerCategory => "blocker_category", "Blocker's category", BlockerCategory, [
        "blockercategory", "blockertype", "blockerkind", "blockercode", "blockedcategory", "blockerclass", "blocker",
        "blockedby"
    ];
    BlockerText => "blocker_text", "What blocks", BlockerText, [
        "blockertext", "blockerreason", "blockernote", "blockernotes", "blockerdetails", "blockerdetail",
        "blockerdescription", "blockedreason", "reasonblocked", "whatblocks", "blockedbecause", "blockercomment"
    ];
    Owner => "owner", "Owner", Owner, [
        "owner", "csm", "accountowner", "accountmanager", "customersuccessmanager", "owneremail", "ownername",
        "responsible", "assignee", "assignedto", "manager", "migrationowner", "csmemail", "rep"
    ];
    Cohort => "cohort", "Cohort", Cohort, [
        "cohort", "wave", "batch", "cohortname", "wavename", "migrationwave", "wavenumber", "wavenr", "group",
        "cohortnumber", "tranche", "phase", "migrationcohort"
    ];
    Plan => "plan", "Plan", Plan, [
        "plan", "tier", "planname", "subscription", "package", "product", "edition", "subscriptionplan", "billingplan",
        "pricingplan", "segment"
    ];
    Region => "region", "Region", Region, [
        "region", "country", "datacenter", "datacentre", "location", "geo", "territory", "market", "area", "shard", "land"
    ];
    Language => "language", "Language", Language, [
        "language", "lang", "locale", "contactlanguage", "preferredlanguage", "sprache"
    ];
    TimeZone => "time_zone", "Time zone", TimeZone, [
        "timezone", "tz", "zone", "contacttimezone", "zeitzone"
    ];
    Channel => "channel", "Preferred channel", Channel, [
        "channel", "preferredchannel", "contactchannel", "contactpreference", "preferredcontactmethod"
    ];
}

/// Before the number of a custom field, and before the kind of a new one.
const CUSTOM: &str = "custom:";
const NEW: &str = "new:";

impl Target {
    /// Reads the word of [`Target::code`] exactly.
    pub fn from_code(code: &str) -> Option<Target> {
        if let Some(number) = code.strip_prefix(CUSTOM) {
            return number.parse().ok().map(|number| Target::Custom(FieldNumber(number)));
        }
        if let Some(kind) = code.strip_prefix(NEW) {
            return NewKind::from_code(kind).map(Target::New);
        }
        Target::ALL.iter().copied().find(|target| target.code() == code)
    }

    /// Whether its cells are dates.
    pub fn is_date(self) -> bool {
        matches!(self, Target::ScheduledFor | Target::MigratedAt)
    }

    /// Most characters that one cell of such a column may have; dates and words with a list have none.
    pub fn longest(self) -> usize {
        match self {
            Target::ExternalId => crate::id::EXTERNAL_ID_MAX,
            Target::BlockerText => crate::blocker::BLOCKER_TEXT_MAX,
            Target::ContactRole => crate::customer::CONTACT_ROLE_MAX,
            Target::ContactPhone => crate::customer::PHONE_MAX,
            _ => crate::customer::SHORT_TEXT_MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::status_words::bare;
    use std::collections::BTreeSet;

    #[test]
    fn every_header_name_means_one_target() {
        let all: Vec<_> = Target::ALL.iter().flat_map(|target| target.synonyms()).collect();
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), distinct.len());
        assert!(all.iter().all(|synonym| bare(synonym) == **synonym));
    }

    #[test]
    fn codes_and_labels_lead_back_to_their_target() {
        for target in Target::ALL {
            assert_eq!(Target::from_code(&target.code()), Some(*target));
            assert!(target.synonyms().contains(&bare(&target.code()).as_str()), "{target:?}");
        }
        for target in [Target::Custom(FieldNumber(7)), Target::New(NewKind::Select)] {
            assert_eq!(Target::from_code(&target.code()), Some(target));
        }
        assert_eq!(Target::from_code("new:nothing"), None);
    }
}
