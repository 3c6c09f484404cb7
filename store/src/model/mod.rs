//! The read model: everything of the workspace in memory, fed by the writer after each durable commit.

pub(crate) mod directory;
mod finder;
pub(crate) mod notices;
pub(crate) mod orders;
pub(crate) mod plan;
pub(crate) mod portal;
pub(crate) mod shelves;
pub(crate) mod status_pages;
pub(crate) mod subscribers;
pub mod table;
#[cfg(test)]
mod table_tests;

use crate::bulk::{Bulk, BulkRow};
use crate::db::Db;
use crate::error::StoreError;
use crate::imports::{Import, ImportRow};
use crate::journal::{Head, read};
use crate::rows::{
    AccountRow, ArrangementRow, BodyRow, CohortRow, CustomerRow, DecisionRow, EventRow, HeadRow, MigrationRow,
    StoredCustomer, StoredUser, TemplateRow, UserRow, ViewRow, from_text,
};
use crate::tokens::TokenKey;
use crate::zone::local_date;
use directory::Directory;
use domain::account::Account;
use domain::clock::Instant;
use domain::cohort::{Cohort, CohortStage};
use domain::customer::Customer;
use domain::customer_page::link::Link;
use domain::customer_page::request::Request;
use domain::customer_page::settings::PageSettings;
use domain::event::{Position, Stream};
use domain::gate::GateDecision;
use domain::id::{AccountNumber, BulkId, CohortNumber, ExternalId, ImportId, MigrationId, TemplateId, UserId, ViewId};
use domain::migration::{Migration, MigrationStage};
use domain::notice::flag::Flag;
use domain::notice::message::Message;
use domain::notice::promise::{first_told, last_told, standing};
use domain::notice::rule::NoticeRule;
use domain::notice::template::NoticeTemplate;
use domain::notice::ticket::Ticket;
use domain::notice::{Endpoint, RowNotices};
use domain::saved_view::{Arrangement, SavedView};
use domain::status::Status;
use domain::status_page::{Component, Incident, IncidentTemplate, StatusPage};
use domain::subscription::Subscriber;
use domain::template::MigrationTemplate;
use finder::Finder;
use notices::Notices;
use plan::Plan;
use portal::{Portal, Tokens, token_of_request, tokens_of_link};
use status_pages::StatusPages;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use subscribers::{Noted, Subscriptions};
use surrealdb::types::SurrealValue;
use table::{Heard, Table};

/// Everything in memory.
#[derive(Default)]
pub(crate) struct Model {
    pub users: BTreeMap<UserId, StoredUser>,
    pub customers: HashMap<ExternalId, Arc<StoredCustomer>>,
    /// The orders and the search of the customers' list.
    pub directory: Directory,
    /// What customers are found by from anywhere.
    pub finder: Finder,
    pub migrations: BTreeMap<MigrationId, MigrationModel>,
    pub imports: BTreeMap<ImportId, Arc<Import>>,
    pub views: BTreeMap<ViewId, SavedView>,
    pub templates: BTreeMap<TemplateId, MigrationTemplate>,
    pub arrangements: BTreeMap<(UserId, MigrationId), Arrangement>,
    pub bulks: BTreeMap<BulkId, Arc<Bulk>>,
    /// By the id that the other system gives them.
    pub tickets: BTreeMap<String, Ticket>,
    pub heads: BTreeMap<Stream, Head>,
    /// When each migration changed last.
    pub changed_at: BTreeMap<MigrationId, Instant>,
    /// The address that users type, for links in messages; of the process, not of the database.
    pub base_url: Arc<str>,
    /// What the tokens of customers' links open.
    pub tokens: Tokens,
    /// What such tokens are made with; of the process, too.
    pub token_key: TokenKey,
    /// Letters are shown on screen instead of being sent: their links work there. Of the process, too.
    pub mailbox: bool,
}

/// One migration in memory.
pub(crate) struct MigrationModel {
    pub migration: Migration,
    /// In their order.
    pub cohorts: Vec<Cohort>,
    /// What was decided at gates, by cohort and number.
    pub decisions: Vec<GateDecision>,
    pub table: Table,
    pub notices: Notices,
    /// When which messages are due.
    pub plan: Plan,
    pub portal: Portal,
    pub subscriptions: Subscriptions,
    pub status: StatusPages,
}

/// One row to write: to the database in the transaction, to the model after it.
#[derive(Clone)]
pub(crate) enum Write {
    Migration(Migration),
    Cohort(MigrationId, Cohort),
    Decision(MigrationId, Box<GateDecision>),
    Account(MigrationId, Account),
    Customer(StoredCustomer),
    User(StoredUser),
    Import(Box<Import>),
    View(SavedView),
    NoView(ViewId),
    Template(MigrationTemplate),
    NoTemplate(TemplateId),
    Arrangement(UserId, MigrationId, Arrangement),
    Bulk(Box<Bulk>),
    NoticeRule(MigrationId, NoticeRule),
    /// A new version: earlier ones stay in the database.
    NoticeTemplate(MigrationId, Box<NoticeTemplate>),
    Message(MigrationId, Box<Message>),
    Flag(MigrationId, Flag),
    Endpoint(MigrationId, Endpoint),
    Ticket(Ticket),
    CustomerPage(MigrationId, Box<PageSettings>),
    CustomerLink(MigrationId, Box<Link>),
    CustomerRequest(MigrationId, Box<Request>),
    Subscriber(MigrationId, Box<Subscriber>),
    Occasion(MigrationId, Box<Noted>),
    StatusPage(MigrationId, Box<StatusPage>),
    Component(MigrationId, Component),
    Incident(MigrationId, Box<Incident>),
    IncidentTemplate(MigrationId, IncidentTemplate),
}

impl MigrationModel {
    pub(crate) fn cohort(&self, number: CohortNumber) -> Option<&Cohort> {
        self.cohorts.iter().find(|cohort| cohort.number == number)
    }

    /// Shows in the table what is known of an account's messages and flags. While everything is loaded, accounts come after
    /// them and see to it themselves.
    fn show_notices(&mut self, account: Option<AccountNumber>) {
        let Some(number) = account else { return };
        let (Some(attempt), Some(row)) = (self.table.attempt_of(number), self.table.row(number)) else { return };
        // An account that was through, or has left, needs no date any more.
        let date = match row.state.status() {
            Status::Completed | Status::InProgress | Status::OptedOut => {
                last_told(self.notices.of_account(number).map(|message| &**message), attempt)
            }
            _ => row.state.scheduled_for(),
        };
        let planned = self.notice_due(number);
        let notices = self.notices.row_notices(number, attempt, date, planned.is_some());
        let notices = RowNotices { asks: self.portal.asks(number), ..notices };
        let zone = &self.migration.settings.time_zone;
        let told = first_told(self.notices.of_account(number).map(AsRef::as_ref), attempt);
        let heard = match (told, planned) {
            (Some(told), _) => Heard::Told(local_date(told, zone)),
            (None, Some(planned)) => Heard::Planned(local_date(planned, zone)),
            (None, None) => Heard::Nothing,
        };
        self.table.set_notices(number, notices);
        let messages = self.notices.of_account(number).map(AsRef::as_ref);
        let standing = standing(number, attempt, messages);
        self.table.set_told(number, heard, standing);
    }

    /// Whether nothing of the accounts in this cohort may go out.
    pub(crate) fn is_halted(&self, cohort: Option<CohortNumber>) -> bool {
        cohort.and_then(|number| self.cohort_stage(number)) == Some(CohortStage::Halted)
    }

    pub(crate) fn cohort_stage(&self, number: CohortNumber) -> Option<CohortStage> {
        self.cohort(number).map(|cohort| cohort.stage)
    }
}

impl Model {
    /// Reads everything from the database.
    pub(crate) async fn load(db: &Db) -> Result<Model, StoreError> {
        let mut model = Model::default();
        for row in all::<HeadRow>(db, "head").await? {
            let head = Head { seq: row.seq, hash: row.hash };
            model.heads.insert(Stream::from_key(&row.stream), head);
        }
        for row in all::<UserRow>(db, "user").await? {
            model.apply(Write::User(row.into_domain()?));
        }
        for row in all::<CustomerRow>(db, "customer").await? {
            model.apply(Write::Customer(row.into_domain()?));
        }
        for row in all::<MigrationRow>(db, "migration").await? {
            model.apply(Write::Migration(row.into_domain()?));
        }
        for row in all::<CohortRow>(db, "cohort").await? {
            let (migration, cohort) = row.into_domain()?;
            model.apply(Write::Cohort(migration, cohort));
        }
        for row in all::<DecisionRow>(db, "gate_decision").await? {
            let decision = Box::new(from_text(&row.body)?);
            model.apply(Write::Decision(MigrationId(row.migration), decision));
        }
        for row in all::<ImportRow>(db, "import").await? {
            model.apply(Write::Import(Box::new(row.into_domain()?)));
        }
        for row in all::<ViewRow>(db, "view").await? {
            model.apply(Write::View(from_text(&row.body)?));
        }
        for row in all::<TemplateRow>(db, "template").await? {
            model.apply(Write::Template(from_text(&row.body)?));
        }
        for row in all::<ArrangementRow>(db, "arrangement").await? {
            let arrangement = from_text(&row.body)?;
            model.apply(Write::Arrangement(UserId(row.user), MigrationId(row.migration), arrangement));
        }
        for row in all::<BulkRow>(db, "bulk").await? {
            model.apply(Write::Bulk(Box::new(row.into_domain()?)));
        }
        for row in all::<BodyRow>(db, "notice_rule").await? {
            model.apply(Write::NoticeRule(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "notice_template").await? {
            model.apply(Write::NoticeTemplate(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "message").await? {
            model.apply(Write::Message(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "flag").await? {
            model.apply(Write::Flag(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "endpoint").await? {
            model.apply(Write::Endpoint(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "ticket").await? {
            model.apply(Write::Ticket(from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "customer_page").await? {
            model.apply(Write::CustomerPage(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "customer_link").await? {
            model.apply(Write::CustomerLink(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "customer_request").await? {
            model.apply(Write::CustomerRequest(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "subscriber").await? {
            model.apply(Write::Subscriber(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "occasion").await? {
            model.apply(Write::Occasion(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "status_page").await? {
            model.apply(Write::StatusPage(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "component").await? {
            model.apply(Write::Component(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "incident").await? {
            model.apply(Write::Incident(MigrationId(row.migration), from_text(&row.body)?));
        }
        for row in all::<BodyRow>(db, "incident_template").await? {
            model.apply(Write::IncidentTemplate(MigrationId(row.migration), from_text(&row.body)?));
        }
        let migrations: Vec<MigrationId> = model.migrations.keys().cloned().collect();
        for migration in migrations {
            let mut response = db
                .query("SELECT * FROM account:[$m, 0]..=[$m, 4294967295]")
                .bind(("m", migration.0.clone()))
                .await?
                .check()?;
            for row in response.take::<Vec<AccountRow>>(0)? {
                model.apply(Write::Account(migration.clone(), row.into_domain()?));
            }
            if let Some(at) = last_change(db, &model, &migration).await? {
                model.changed_at.insert(migration, at);
            }
        }
        Ok(model)
    }

    /// Takes over what was written.
    pub(crate) fn apply(&mut self, write: Write) {
        match write {
            Write::User(user) => {
                let id = user.user.id.clone();
                self.users.insert(id, user);
                // Rows sorted by their owner's name are sorted by another name now.
                for migration in self.migrations.values_mut() {
                    migration.table.forget_orders();
                }
            }
            Write::Customer(customer) => {
                let customer = Arc::new(customer);
                let id = customer.customer.external_id.clone();
                for migration in self.migrations.values_mut() {
                    migration.table.put_customer(&customer.customer);
                }
                self.finder.put(&customer.customer);
                let before = self.customers.get(&id).map(|stored| &stored.customer);
                self.directory.put(before, &customer.customer);
                self.customers.insert(id.clone(), customer);
                for migration in self.migrations.values_mut() {
                    if let Some(number) = migration.table.number_of(&id) {
                        migration.replan(&self.customers, [number]);
                    }
                }
            }
            Write::Migration(migration) => match self.migrations.get_mut(&migration.id) {
                Some(model) => {
                    model.table.set_zone(&migration.settings.time_zone);
                    let before = std::mem::replace(&mut model.migration, migration);
                    let (old, new) = (&before.settings, &model.migration.settings);
                    let closed = before.stage != model.migration.stage
                        && [before.stage, model.migration.stage].contains(&MigrationStage::Closed);
                    if closed || old.time_zone != new.time_zone || old.deadline != new.deadline {
                        model.replan_all(&self.customers);
                    }
                }
                None => {
                    let table = Table::new(&migration.settings.time_zone);
                    let id = migration.id.clone();
                    let (cohorts, decisions) = (Vec::new(), Vec::new());
                    let (notices, plan, portal) = (Notices::default(), Plan::default(), Portal::default());
                    let (subscriptions, status) = (Subscriptions::default(), StatusPages::default());
                    let model = MigrationModel {
                        migration,
                        cohorts,
                        decisions,
                        table,
                        notices,
                        plan,
                        portal,
                        subscriptions,
                        status,
                    };
                    self.migrations.insert(id, model);
                }
            },
            Write::Cohort(migration, cohort) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                let number = cohort.number;
                let was_halted = model.is_halted(Some(number));
                model.cohorts.retain(|other| other.number != cohort.number);
                model.cohorts.push(cohort);
                model.cohorts.sort_by_key(|cohort| (cohort.position, cohort.number));
                model.table.forget_orders();
                if model.is_halted(Some(number)) != was_halted {
                    let accounts = model.table.numbers_in(number);
                    model.replan(&self.customers, accounts);
                }
            }
            Write::Decision(migration, decision) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.decisions.push(*decision);
                model.decisions.sort_by_key(|decision| (decision.cohort, decision.number));
            }
            Write::Account(migration, account) => {
                let nobody =
                    Customer { external_id: account.customer.clone(), profile: Default::default(), changed_seq: 0 };
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                let customer = self.customers.get(&account.customer);
                let number = account.number;
                model.table.put(account, customer.map_or(&nobody, |stored| &stored.customer));
                model.replan(&self.customers, [number]);
            }
            Write::Import(import) => {
                self.imports.insert(import.id.clone(), Arc::from(import));
            }
            Write::View(view) => {
                self.views.insert(view.id.clone(), view);
            }
            Write::NoView(id) => {
                self.views.remove(&id);
            }
            Write::Template(template) => {
                self.templates.insert(template.id.clone(), template);
            }
            Write::NoTemplate(id) => {
                self.templates.remove(&id);
            }
            Write::Arrangement(user, migration, arrangement) => {
                self.arrangements.insert((user, migration), arrangement);
            }
            Write::Bulk(bulk) => {
                self.bulks.insert(bulk.id.clone(), Arc::from(bulk));
            }
            Write::NoticeRule(migration, rule) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.notices.rules.insert(rule.number, rule);
                model.replan_all(&self.customers);
            }
            Write::NoticeTemplate(migration, template) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.notices.put_template(*template);
            }
            Write::Message(migration, message) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                let account = message.account;
                model.notices.put(*message);
                model.show_notices(account);
                model.replan(&self.customers, account);
            }
            Write::Flag(migration, flag) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                let account = flag.account;
                model.notices.flags.insert(flag.key(), flag);
                model.show_notices(Some(account));
            }
            Write::Endpoint(migration, endpoint) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.notices.endpoints.insert(endpoint.number, endpoint);
            }
            Write::Ticket(ticket) => {
                for (id, model) in &mut self.migrations {
                    let here = ticket.accounts.iter().filter(|one| one.migration == *id);
                    let here: Vec<_> = here.map(|one| (one.account, ticket.is_open())).collect();
                    if !here.is_empty() {
                        model.notices.tickets.insert(ticket.id.clone(), here);
                    }
                }
                self.tickets.insert(ticket.id.clone(), ticket);
            }
            Write::CustomerPage(migration, settings) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.portal.settings = Arc::from(settings);
            }
            Write::CustomerLink(migration, link) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                self.tokens.extend(tokens_of_link(&link).map(|(hash, of)| (hash, (migration.clone(), of))));
                model.portal.put_link(*link);
            }
            Write::CustomerRequest(migration, request) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                let account = request.account;
                let token = token_of_request(&request);
                self.tokens.extend(token.map(|(hash, of)| (hash, (migration.clone(), of))));
                model.portal.put_request(*request);
                model.show_notices(Some(account));
            }
            Write::Subscriber(migration, subscriber) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.subscriptions.put(*subscriber);
            }
            Write::Occasion(migration, noted) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.subscriptions.note(*noted);
            }
            Write::StatusPage(migration, page) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.status.page = Arc::from(page);
            }
            Write::Component(migration, component) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.status.components.insert(component.number, component);
            }
            Write::Incident(migration, incident) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.status.incidents.insert(incident.number, Arc::from(incident));
            }
            Write::IncidentTemplate(migration, template) => {
                let Some(model) = self.migrations.get_mut(&migration) else { return };
                model.status.templates.insert(template.number, template);
            }
        }
    }

    /// Whether another system reports tickets: one has come.
    pub(crate) fn tickets_come_in(&self) -> bool {
        !self.tickets.is_empty()
    }

    /// How far the log is in memory, as a reader of this migration sees it.
    pub(crate) fn position(&self, migration: &MigrationId) -> Position {
        let seq = |stream: &Stream| self.heads.get(stream).map_or(0, |head| head.seq);
        Position { workspace: seq(&Stream::Workspace), migration: seq(&Stream::Migration(migration.clone())) }
    }

    pub(crate) fn migration(&self, id: &MigrationId) -> Result<&MigrationModel, StoreError> {
        self.migrations.get(id).ok_or(StoreError::NotFound("This migration does not exist."))
    }

    pub(crate) fn migration_by_slug(&self, slug: &str) -> Result<&MigrationModel, StoreError> {
        self.migrations
            .values()
            .find(|model| model.migration.settings.slug == slug)
            .ok_or(StoreError::NotFound("There is no migration at this address."))
    }

    /// The first difference to another model of the same log, in words.
    pub(crate) fn difference(&self, other: &Model) -> Option<String> {
        if self.heads != other.heads {
            return Some(format!("heads: {:?} and {:?}", self.heads, other.heads));
        }
        if self.customers != other.customers {
            return Some("customers".to_owned());
        }
        if self.views != other.views || self.arrangements != other.arrangements {
            return Some("views or arrangements".to_owned());
        }
        if self.bulks != other.bulks {
            return Some("bulk changes".to_owned());
        }
        if self.tickets != other.tickets {
            return Some("tickets".to_owned());
        }
        if self.templates != other.templates {
            return Some("templates".to_owned());
        }
        for (id, migration) in &self.migrations {
            let Some(twin) = other.migrations.get(id) else { return Some(format!("migration {id} is missing")) };
            if migration.migration != twin.migration || migration.cohorts != twin.cohorts {
                return Some(format!("migration {id} or its cohorts"));
            }
            if migration.decisions != twin.decisions {
                return Some(format!("decisions of migration {id}"));
            }
            let numbers = 1..=migration.table.len().max(twin.table.len());
            let differs = |number: &u32| {
                let number = AccountNumber(*number);
                migration.table.account(number) != twin.table.account(number)
                    || migration.table.row(number) != twin.table.row(number)
                    || migration.table.heard(number) != twin.table.heard(number)
            };
            if let Some(number) = numbers.into_iter().find(differs) {
                return Some(format!("account {number} of migration {id}"));
            }
            if migration.plan != twin.plan {
                return Some(format!("the plan of messages of migration {id}"));
            }
            if migration.notices != twin.notices {
                return Some(format!("rules, messages or flags of migration {id}"));
            }
            if migration.status != twin.status {
                return Some(format!("the status page of migration {id}"));
            }
            if migration.subscriptions != twin.subscriptions {
                return Some(format!("subscribers of migration {id}"));
            }
            if migration.portal != twin.portal {
                return Some(format!("links or requests of customers of migration {id}"));
            }
            // A cohort that all accounts have left counts like one that never had any.
            let tally =
                |of: &MigrationModel, cohort: &Cohort| of.table.tally(cohort.number).cloned().unwrap_or_default();
            let tallies_differ = |cohort: &Cohort| tally(migration, cohort) != tally(twin, cohort);
            if migration.table.counts() != twin.table.counts() || migration.cohorts.iter().any(tallies_differ) {
                return Some(format!("counts of migration {id}"));
            }
        }
        None
    }

    /// How a user has arranged the table of a migration.
    pub(crate) fn arrangement(&self, user: &UserId, migration: &MigrationId) -> Arrangement {
        self.arrangements.get(&(user.clone(), migration.clone())).cloned().unwrap_or_default()
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Option<&StoredUser> {
        self.users.values().find(|stored| stored.user.email == email)
    }

    /// A user's name, or what stands for it.
    pub(crate) fn name_of(&self, user: &UserId) -> String {
        self.users.get(user).map_or_else(|| "Somebody".to_owned(), |stored| stored.user.name.clone())
    }
}

/// When the newest event of a migration happened.
async fn last_change(db: &Db, model: &Model, migration: &MigrationId) -> Result<Option<Instant>, StoreError> {
    let seq = model.position(migration).migration;
    let query = db.query("SELECT * FROM event:[$m, $seq]").bind(("m", migration.0.clone())).bind(("seq", seq));
    let row: Option<EventRow> = query.await?.check()?.take(0)?;
    row.map(|row| read(&row, &[], None).map(|event| event.at)).transpose()
}

async fn all<R: SurrealValue>(db: &Db, table: &str) -> Result<Vec<R>, StoreError> {
    let table = surrealdb::types::Table::new(table);
    let mut response =
        db.query("SELECT * FROM type::table($table)").bind(("table", table.to_string())).await?.check()?;
    Ok(response.take(0)?)
}
