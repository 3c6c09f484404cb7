//! Rows as the database keeps them, converted at this edge into the domain's types and back.

use crate::db::record;
use crate::error::StoreError;
use domain::account::{Account, CustomValues, Touched};
use domain::cohort::{Cohort, CohortStage};
use domain::customer::{Customer, Profile};
use domain::gate::{GateDecision, Gates};
use domain::id::{AccountNumber, CohortNumber, ExternalId, MigrationId, UserId};
use domain::migration::{Migration, MigrationStage};
use domain::notice::message::Content;
use domain::policy::Role;
use domain::saved_view::{Arrangement, SavedView};
use domain::template::MigrationTemplate;
use domain::user::User;
use serde::Serialize;
use serde::de::DeserializeOwned;
use surrealdb::types::{RecordId, SurrealValue, Value};

/// A domain value as JSON text. Serializing our own types to a string cannot fail.
pub(crate) fn to_text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a domain value from JSON text.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::corrupt)
}

/// A unit-like enum as its word.
fn word<T: Serialize>(value: &T) -> String {
    to_text(value).trim_matches('"').to_owned()
}

fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    from_text(&format!("\"{word}\""))
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct MigrationRow {
    pub id: RecordId,
    pub key: String,
    pub stage: String,
    pub slug: String,
    pub settings: String,
    pub published: bool,
    pub fields: Option<String>,
}

impl From<&Migration> for MigrationRow {
    fn from(migration: &Migration) -> Self {
        MigrationRow {
            id: RecordId::new("migration", migration.id.as_str()),
            key: migration.id.0.clone(),
            stage: word(&migration.stage),
            slug: migration.settings.slug.clone(),
            settings: to_text(&migration.settings),
            published: migration.published,
            fields: (!migration.fields.is_empty()).then(|| to_text(&migration.fields)),
        }
    }
}

impl MigrationRow {
    pub(crate) fn into_domain(self) -> Result<Migration, StoreError> {
        Ok(Migration {
            id: MigrationId(self.key),
            stage: from_word::<MigrationStage>(&self.stage)?,
            settings: from_text(&self.settings)?,
            published: self.published,
            fields: self.fields.as_deref().map_or_else(|| Ok(Vec::new()), from_text)?,
        })
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct CohortRow {
    pub id: RecordId,
    pub migration: String,
    pub number: i64,
    pub position: i64,
    pub stage: String,
    pub settings: String,
    pub gates: Option<String>,
}

impl CohortRow {
    pub(crate) fn new(migration: &MigrationId, cohort: &Cohort) -> Self {
        let key = vec![migration.0.clone().into_value(), i64::from(cohort.number.0).into_value()];
        CohortRow {
            id: record("cohort", key),
            migration: migration.0.clone(),
            number: i64::from(cohort.number.0),
            position: i64::from(cohort.position),
            stage: word(&cohort.stage),
            settings: to_text(&cohort.settings),
            gates: (cohort.gates != Gates::default()).then(|| to_text(&cohort.gates)),
        }
    }

    pub(crate) fn into_domain(self) -> Result<(MigrationId, Cohort), StoreError> {
        let cohort = Cohort {
            number: CohortNumber(self.number.try_into().map_err(StoreError::corrupt)?),
            position: self.position.try_into().map_err(StoreError::corrupt)?,
            stage: from_word::<CohortStage>(&self.stage)?,
            settings: from_text(&self.settings)?,
            gates: self.gates.as_deref().map_or_else(|| Ok(Gates::default()), from_text)?,
        };
        Ok((MigrationId(self.migration), cohort))
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct DecisionRow {
    pub id: RecordId,
    pub migration: String,
    pub body: String,
}

impl DecisionRow {
    pub(crate) fn new(migration: &MigrationId, decision: &GateDecision) -> Self {
        let key = vec![
            migration.0.clone().into_value(),
            i64::from(decision.cohort.0).into_value(),
            i64::from(decision.number).into_value(),
        ];
        let body = to_text(decision);
        DecisionRow { id: record("gate_decision", key), migration: migration.0.clone(), body }
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct CustomerRow {
    pub id: RecordId,
    pub external_id: String,
    pub profile: String,
    pub changed_seq: u64,
    pub import_seqs: Vec<u64>,
}

/// A customer with the import chunks that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredCustomer {
    pub customer: Customer,
    pub import_seqs: Vec<u64>,
}

impl From<&StoredCustomer> for CustomerRow {
    fn from(stored: &StoredCustomer) -> Self {
        let customer = &stored.customer;
        CustomerRow {
            id: RecordId::new("customer", customer.external_id.as_str()),
            external_id: customer.external_id.0.clone(),
            profile: to_text(&customer.profile),
            changed_seq: customer.changed_seq,
            import_seqs: stored.import_seqs.clone(),
        }
    }
}

impl CustomerRow {
    pub(crate) fn into_domain(self) -> Result<StoredCustomer, StoreError> {
        let mut profile: Profile = from_text(&self.profile)?;
        profile.number_contacts();
        let customer = Customer { external_id: ExternalId(self.external_id), profile, changed_seq: self.changed_seq };
        Ok(StoredCustomer { customer, import_seqs: self.import_seqs })
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct AccountRow {
    pub id: RecordId,
    pub migration: String,
    pub number: i64,
    pub customer: String,
    pub status: String,
    pub state: String,
    pub cohort: Option<i64>,
    pub owner: Option<String>,
    pub custom: Option<String>,
    pub touched: Vec<u64>,
    /// The column kept its first name.
    pub import_seqs: Vec<u64>,
    pub removed: Option<bool>,
    pub attempt: Option<i64>,
    pub since: Option<String>,
}

impl AccountRow {
    pub(crate) fn new(migration: &MigrationId, account: &Account) -> Self {
        let key = vec![migration.0.clone().into_value(), i64::from(account.number.0).into_value()];
        AccountRow {
            id: record("account", key),
            migration: migration.0.clone(),
            number: i64::from(account.number.0),
            customer: account.customer.0.clone(),
            status: account.state.status().code().to_owned(),
            state: to_text(&account.state),
            cohort: account.cohort.map(|cohort| i64::from(cohort.0)),
            owner: account.owner.as_ref().map(|owner| owner.0.clone()),
            custom: (!account.custom.is_empty()).then(|| to_text(&account.custom)),
            touched: vec![account.touched.state, account.touched.owner, account.touched.cohort, account.touched.custom],
            import_seqs: account.chunk_seqs.clone(),
            removed: account.removed.then_some(true),
            attempt: (account.attempt > 0).then_some(i64::from(account.attempt)),
            since: account.since.as_ref().map(to_text),
        }
    }

    pub(crate) fn into_domain(self) -> Result<Account, StoreError> {
        let touched = |index: usize| self.touched.get(index).copied().unwrap_or(0);
        let cohort: Option<u16> = self.cohort.map(u16::try_from).transpose().map_err(StoreError::corrupt)?;
        Ok(Account {
            number: AccountNumber(self.number.try_into().map_err(StoreError::corrupt)?),
            state: from_text(&self.state)?,
            cohort: cohort.map(CohortNumber),
            touched: Touched { state: touched(0), owner: touched(1), cohort: touched(2), custom: touched(3) },
            custom: self.custom.as_deref().map_or_else(|| Ok(CustomValues::new()), from_text)?,
            customer: ExternalId(self.customer),
            owner: self.owner.map(UserId),
            chunk_seqs: self.import_seqs,
            removed: self.removed.unwrap_or(false),
            attempt: self.attempt.unwrap_or(0).try_into().map_err(StoreError::corrupt)?,
            since: self.since.as_deref().map(from_text).transpose()?,
        })
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct UserRow {
    pub id: RecordId,
    pub key: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub disabled: bool,
    pub password_hash: Option<String>,
}

/// A user with the hash of the password; the hash never leaves the store but for checking a password.
#[derive(Clone)]
pub(crate) struct StoredUser {
    pub user: User,
    pub password_hash: Option<String>,
}

impl From<&StoredUser> for UserRow {
    fn from(stored: &StoredUser) -> Self {
        let user = &stored.user;
        UserRow {
            id: RecordId::new("user", user.id.as_str()),
            key: user.id.0.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role.code().to_owned(),
            disabled: user.disabled,
            password_hash: stored.password_hash.clone(),
        }
    }
}

impl UserRow {
    pub(crate) fn into_domain(self) -> Result<StoredUser, StoreError> {
        let user = User {
            id: UserId(self.key),
            name: self.name,
            email: self.email,
            role: from_word::<Role>(&self.role)?,
            disabled: self.disabled,
            has_password: self.password_hash.is_some(),
        };
        Ok(StoredUser { user, password_hash: self.password_hash })
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct ViewRow {
    pub id: RecordId,
    pub key: String,
    pub body: String,
}

impl From<&SavedView> for ViewRow {
    fn from(view: &SavedView) -> Self {
        ViewRow { id: RecordId::new("view", view.id.as_str()), key: view.id.0.clone(), body: to_text(view) }
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct TemplateRow {
    pub id: RecordId,
    pub key: String,
    pub body: String,
}

impl From<&MigrationTemplate> for TemplateRow {
    fn from(template: &MigrationTemplate) -> Self {
        let id = RecordId::new("template", template.id.as_str());
        TemplateRow { id, key: template.id.0.clone(), body: to_text(template) }
    }
}

/// A row of a table that keeps one domain value as JSON beside its migration.
#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct BodyRow {
    pub id: RecordId,
    pub migration: String,
    pub body: String,
}

impl BodyRow {
    /// The row `table:[migration, key…]`.
    pub(crate) fn new<T: Serialize>(table: &str, migration: &str, key: Vec<Value>, value: &T) -> Self {
        let mut parts = vec![migration.to_owned().into_value()];
        parts.extend(key);
        BodyRow { id: record(table, parts), migration: migration.to_owned(), body: to_text(value) }
    }

    /// The row `table:[key]` of something that belongs to no single migration.
    pub(crate) fn of_workspace<T: Serialize>(table: &str, key: &str, value: &T) -> Self {
        let id = record(table, vec![key.to_owned().into_value()]);
        BodyRow { id, migration: String::new(), body: to_text(value) }
    }
}

/// What a message says, beside its message; `customer` is whose data it is.
#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct ContentRow {
    pub id: RecordId,
    pub migration: String,
    pub customer: Option<String>,
    pub body: String,
}

impl ContentRow {
    pub(crate) fn new(migration: &MigrationId, key: &str, customer: Option<&ExternalId>, content: &Content) -> Self {
        ContentRow {
            id: ContentRow::id(migration, key),
            migration: migration.0.clone(),
            customer: customer.map(|customer| customer.0.clone()),
            body: to_text(content),
        }
    }

    /// `message_content:[migration, key]`.
    pub(crate) fn id(migration: &MigrationId, key: &str) -> RecordId {
        record("message_content", vec![migration.0.clone().into_value(), key.to_owned().into_value()])
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct ArrangementRow {
    pub id: RecordId,
    pub user: String,
    pub migration: String,
    pub body: String,
}

impl ArrangementRow {
    pub(crate) fn new(user: &UserId, migration: &MigrationId, arrangement: &Arrangement) -> Self {
        let key = vec![user.0.clone().into_value(), migration.0.clone().into_value()];
        ArrangementRow {
            id: record("arrangement", key),
            user: user.0.clone(),
            migration: migration.0.clone(),
            body: to_text(arrangement),
        }
    }
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct EventRow {
    pub id: RecordId,
    pub stream: String,
    pub seq: u64,
    pub subject: String,
    pub command: String,
    pub body: String,
    pub previous: String,
    pub hash: String,
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct PersonalRow {
    pub id: RecordId,
    pub stream: String,
    pub seq: u64,
    pub entries: String,
}

#[derive(Clone, Debug, SurrealValue)]
pub(crate) struct HeadRow {
    pub id: RecordId,
    pub stream: String,
    pub seq: u64,
    pub hash: String,
}
