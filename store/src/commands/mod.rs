//! Commands: every change of anything, prepared as rule → rows + events.

mod accounts;
mod bulk;
mod causes;
mod cohorts;
mod directory;
mod erasure;
mod fields;
mod gates;
mod imports;
mod links;
pub(crate) mod messages;
mod migrations;
mod notice_rules;
pub(crate) mod notice_templates;
mod requests;
mod status_page;
mod status_page_causes;
pub(crate) mod subscribers;
mod templates;
mod tickets;
mod users;
mod views;
mod waves;

pub(crate) use accounts::{AccountEdit, AccountUndo};
pub use accounts::{AccountInput, EditResult};
pub(crate) use bulk::{
    BulkChunk, BulkCommand, Job, NOT_FOUND as NO_BULK, NewBulk, UndoChunk, UndoStart, of_import, undo_obstacle,
};
pub use directory::CustomerInput;
pub(crate) use gates::Keeper;
pub(crate) use imports::Chunk;
pub(crate) use links::LinksCommand;
pub use messages::{ActReport, BounceReport, BounceTarget, EndpointInput, Settled};
pub(crate) use messages::{CallInput, MessagesCommand, endpoint_secret};
pub(crate) use notice_rules::RuleCommand;
pub(crate) use notice_templates::TemplatesCommand;
pub(crate) use requests::{RequestsCommand, in_words as request_in_words};
pub(crate) use status_page::{PageCommand, PageWork};
pub(crate) use subscribers::SubscribersCommand;
pub(crate) use users::{LinkInput, PasswordInput};
pub(crate) use waves::{NewDates, NewSplit};

use crate::error::StoreError;
use crate::imports::{Import, REFUSED_PIECE, piece_id};
use crate::model::{Model, Write};
use crate::rows::{ContentRow, PersonalRow};
use crate::writer::ExpectedRow;
use domain::calendar::Calendar;
use domain::clock::Instant;
use domain::cohort::{CohortSettings, CohortStage};
use domain::custom::FieldSettings;
use domain::customer::edit::CustomerChange;
use domain::customer_page::request::Request;
use domain::event::{Draft, PersonRef, Position, Stream};
use domain::gate::{Approval, GateId, GateLists, GateSet};
use domain::id::{
    AccountNumber, BulkId, CohortNumber, ComponentNumber, EndpointNumber, ExternalId, FieldNumber, ImportId,
    IncidentTemplateNumber, MigrationId, NoticeRuleNumber, SubscriberNumber, TemplateId, UserId, ViewId,
};
use domain::migration::{MigrationSettings, MigrationStage};
use domain::notice::message::Message;
use domain::notice::template::TemplateSaved;
use domain::notice::ticket::IncomingTicket;
use domain::policy::Role;
use domain::saved_view::{Arrangement, SavedView};
use domain::status_page::change::{ContentSaved, IncidentSaved};
use domain::template::TemplateTitle;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use surrealdb::engine::any::Any;
use surrealdb::method::Query;
use surrealdb::types::Bytes;

/// One change, as its author asks for it. Authorized before it comes here.
pub(crate) enum Command {
    EditAccount {
        migration: MigrationId,
        account: AccountNumber,
        edit: AccountEdit,
    },
    UndoEdit {
        migration: MigrationId,
        account: AccountNumber,
        undo: AccountUndo,
    },
    Comment {
        migration: MigrationId,
        account: AccountNumber,
        text: String,
    },
    CreateAccount {
        migration: MigrationId,
        input: AccountInput,
    },
    ChangeCustomer {
        customer: ExternalId,
        changes: Vec<CustomerChange>,
    },
    CreateCustomer {
        input: CustomerInput,
    },
    CreateMigration {
        id: MigrationId,
        settings: MigrationSettings,
        /// It ended before it came here: its deadline may have passed.
        is_over: bool,
    },
    CreateFromTemplate {
        id: MigrationId,
        settings: MigrationSettings,
        template: TemplateId,
    },
    ChangeMigration {
        id: MigrationId,
        settings: MigrationSettings,
    },
    ChangeDays {
        id: MigrationId,
        calendar: Calendar,
    },
    MoveMigration {
        id: MigrationId,
        to: MigrationStage,
        reason: String,
    },
    Publish {
        id: MigrationId,
        publish: bool,
    },
    AddField {
        migration: MigrationId,
        settings: FieldSettings,
    },
    ChangeField {
        migration: MigrationId,
        number: FieldNumber,
        settings: FieldSettings,
    },
    OrderField {
        migration: MigrationId,
        number: FieldNumber,
        position: u16,
    },
    RetireField {
        migration: MigrationId,
        number: FieldNumber,
        retired: bool,
    },
    CreateCohort {
        migration: MigrationId,
        settings: CohortSettings,
    },
    ChangeCohort {
        migration: MigrationId,
        cohort: CohortNumber,
        settings: CohortSettings,
    },
    OrderCohort {
        migration: MigrationId,
        cohort: CohortNumber,
        position: u16,
    },
    MoveCohort {
        migration: MigrationId,
        cohort: CohortNumber,
        to: CohortStage,
        reason: String,
        keeper: Keeper,
    },
    ChangeGates {
        migration: MigrationId,
        cohort: CohortNumber,
        lists: GateLists,
        by: UserId,
    },
    /// Says yes to what a gate asks of a person, or takes that back.
    ApproveGate {
        migration: MigrationId,
        cohort: CohortNumber,
        gate: GateId,
        by: UserId,
        given: bool,
        note: String,
    },
    SignGates {
        migration: MigrationId,
        cohort: CohortNumber,
        set: GateSet,
        keeper: Keeper,
        /// Why, if it is signed although not everything is met.
        reason: String,
    },
    /// Halts a cohort if a trigger is breached.
    HaltBreached {
        migration: MigrationId,
        cohort: CohortNumber,
    },
    CreateUser {
        id: UserId,
        name: String,
        email: String,
        role: Role,
        link: LinkInput,
    },
    ChangeRole {
        user: UserId,
        role: Role,
    },
    SetDisabled {
        user: UserId,
        disabled: bool,
    },
    MakeLink {
        user: UserId,
        link: LinkInput,
    },
    SetPassword {
        user: UserId,
        password: PasswordInput,
    },
    SaveView {
        view: SavedView,
    },
    DeleteView {
        id: ViewId,
    },
    Arrange {
        user: UserId,
        migration: MigrationId,
        arrangement: Arrangement,
    },
    /// Saves what a migration passes on.
    SaveTemplate {
        id: TemplateId,
        migration: MigrationId,
        title: TemplateTitle,
    },
    ChangeTemplate {
        id: TemplateId,
        title: TemplateTitle,
    },
    DeleteTemplate {
        id: TemplateId,
    },
    /// A ticket as another system reports it: a new one, or what became of a known one.
    ReceiveTicket {
        ticket: IncomingTicket,
    },
    /// Says whose a ticket is that nobody could be found for.
    AssignTicket {
        ticket: String,
        customer: ExternalId,
    },
    ClearFlag {
        migration: MigrationId,
        key: String,
        by: UserId,
        note: String,
    },
    /// An event of its own that changes no row: signed in, refused, denied.
    Record {
        draft: Draft,
    },
    /// A new import with its file, or its changed mapping; only its committing is an event.
    SaveImport {
        import: Box<Import>,
        drop_file: bool,
    },
    CommitImport {
        id: ImportId,
        /// Whether rules fire for what it brings.
        fire_rules: bool,
    },
    ImportChunk {
        chunk: Box<Chunk>,
    },
    Bulk(Box<BulkCommand>),
    NoticeTemplates(Box<TemplatesCommand>),
    Messages(Box<MessagesCommand>),
    /// Creates the cohorts of a split and starts to fill them.
    SplitAccounts(Box<NewSplit>),
    /// Moves windows and starts to give their accounts days.
    PlanDates(Box<NewDates>),
    /// Writes messages that are due now: at most of so many accounts.
    WriteDue {
        migration: MigrationId,
        limit: usize,
    },
    NoticeRule(Box<RuleCommand>),
    /// Customers' pages: their settings, links, and who wants no messages.
    Links(Box<LinksCommand>),
    /// What customers ask for on their pages.
    Requests(Box<RequestsCommand>),
    Subscribers(Box<SubscribersCommand>),
    StatusPage(Box<PageCommand>),
    Erase {
        person: PersonRef,
        reason: String,
        personal: Vec<PersonalRow>,
        removed: u32,
    },
}

/// What a command is prepared against.
pub(crate) struct Context<'a> {
    pub model: &'a Model,
    pub now: Instant,
    /// The sequence number that the command's event will get in a stream.
    pub next_seq: &'a dyn Fn(&Stream) -> u64,
}

/// What a command writes, and what its author and the listeners hear.
#[derive(Default)]
pub(crate) struct Prepared {
    pub drafts: Vec<Draft>,
    pub writes: Vec<Write>,
    pub extras: Vec<Extra>,
    /// Rows that must still be as they were read; otherwise the command is prepared anew.
    pub expected: Vec<ExpectedRow>,
    /// How many of the account rows are new.
    pub created_accounts: usize,
    pub created_customers: usize,
    /// How many of the message rows are new.
    pub created_messages: usize,
    /// How many of the rows of customers' links are new.
    pub created_links: usize,
    /// The frame of the migration's pages changed, not only rows.
    pub overview: bool,
    /// The list of people changed.
    pub people: bool,
    /// Rows of many migrations changed: listeners must take everything anew.
    pub rows_anew: bool,
    /// Part of a change of many rows of one migration: listeners ask for their rows anew rather than being told each.
    pub resync: bool,
    pub signed_out: Option<UserId>,
    /// Who has arranged the table of which migration.
    pub arranged: Option<(UserId, MigrationId)>,
    /// Accounts whose history grew although their row stayed as it is.
    pub mentioned: Vec<(MigrationId, AccountNumber)>,
    pub answer: Answer,
}

/// What the author of a command is told.
#[derive(Clone, Debug, Default)]
pub(crate) enum Answer {
    #[default]
    Done,
    Edited(Box<EditResult>),
    Account(AccountNumber),
    Cohort(CohortNumber),
    Field(FieldNumber),
    View(ViewId),
    Template(TemplateId),
    NoticeTemplate(Box<TemplateSaved>),
    Leased(Vec<(MigrationId, Arc<Message>)>),
    Acted(ActReport),
    Endpoint(EndpointNumber),
    Bounced(u32),
    Subscriber(SubscriberNumber),
    Rule(NoticeRuleNumber),
    Content(Box<ContentSaved>),
    Component(ComponentNumber),
    Incident(Box<IncidentSaved>),
    IncidentTemplate(IncidentTemplateNumber),
    /// How many messages were written.
    Written(u64),
    /// The token of a customer's link.
    Token(String),
    /// A customer's request as it is now.
    Request(Box<Request>),
}

impl Answer {
    /// The answer with the position at which it became true.
    pub(crate) fn at(self, positions: &BTreeMap<MigrationId, Position>) -> Answer {
        match (self, positions.values().next()) {
            (Answer::Edited(result), Some(position)) => Answer::Edited(Box::new(result.at(*position))),
            (answer, _) => answer,
        }
    }
}

impl Prepared {
    pub(crate) fn writes_nothing(&self) -> bool {
        self.drafts.is_empty() && self.writes.is_empty() && self.extras.is_empty()
    }

    /// The accounts of a migration that changed or whose history grew.
    pub(crate) fn accounts_of(&self, migration: &MigrationId) -> Vec<AccountNumber> {
        let written = self.writes.iter().filter_map(|write| match write {
            Write::Account(of, account) if of == migration => Some(account.number),
            _ => None,
        });
        let mentioned = self.mentioned.iter().filter(|(of, _)| of == migration).map(|(_, number)| *number);
        written.chain(mentioned).collect()
    }

    /// The migrations whose listeners must hear of it.
    pub(crate) fn migrations(&self) -> BTreeSet<MigrationId> {
        let drafts = self.drafts.iter().filter_map(|draft| match &draft.stream {
            Stream::Migration(id) => Some(id.clone()),
            Stream::Workspace => None,
        });
        drafts.collect()
    }
}

impl Command {
    /// The account that this command is about alone, so that it may share a transaction with others.
    pub(crate) fn single_account(&self) -> Option<(MigrationId, AccountNumber)> {
        match self {
            Command::EditAccount { migration, account, .. }
            | Command::UndoEdit { migration, account, .. }
            | Command::Comment { migration, account, .. } => Some((migration.clone(), *account)),
            _ => None,
        }
    }

    /// Whether a browser may send it again with the same id.
    pub(crate) fn may_repeat(&self) -> bool {
        matches!(
            self,
            Command::EditAccount { .. }
                | Command::UndoEdit { .. }
                | Command::Comment { .. }
                | Command::CreateAccount { .. }
                | Command::ChangeCustomer { .. }
                | Command::CreateCustomer { .. }
        ) || matches!(self, Command::Messages(command) if matches!(**command, MessagesCommand::RecordCall(_)))
    }

    /// Rule, rows and events of the command; an error writes nothing.
    pub(crate) fn prepare(&self, context: &Context<'_>) -> Result<Prepared, StoreError> {
        let mut prepared = self.decide(context)?;
        causes::follow(context, self, &mut prepared);
        status_page_causes::follow(context, &mut prepared);
        links::ensure(context, &mut prepared);
        subscribers::follow(context, &mut prepared);
        messages::remember(context, &mut prepared);
        Ok(prepared)
    }

    fn decide(&self, context: &Context<'_>) -> Result<Prepared, StoreError> {
        match self {
            Command::EditAccount { migration, account, edit } => accounts::edit(context, migration, *account, edit),
            Command::UndoEdit { migration, account, undo } => accounts::undo(context, migration, *account, undo),
            Command::Comment { migration, account, text } => accounts::comment(context, migration, *account, text),
            Command::CreateAccount { migration, input } => accounts::create(context, migration, input),
            Command::ChangeCustomer { customer, changes } => directory::change(context, customer, changes),
            Command::CreateCustomer { input } => directory::create(context, input),
            Command::CreateMigration { id, settings, is_over } => migrations::create(context, id, settings, *is_over),
            Command::CreateFromTemplate { id, settings, template } => {
                templates::create_from(context, id, settings, template)
            }
            Command::ChangeMigration { id, settings } => migrations::change(context, id, settings),
            Command::ChangeDays { id, calendar } => migrations::change_days(context, id, calendar),
            Command::MoveMigration { id, to, reason } => migrations::move_to(context, id, *to, reason),
            Command::Publish { id, publish } => migrations::publish(context, id, *publish),
            Command::AddField { migration, settings } => fields::add(context, migration, settings),
            Command::ChangeField { migration, number, settings } => {
                fields::change(context, migration, *number, settings)
            }
            Command::OrderField { migration, number, position } => {
                fields::order(context, migration, *number, *position)
            }
            Command::RetireField { migration, number, retired } => {
                fields::retire(context, migration, *number, *retired)
            }
            Command::CreateCohort { migration, settings } => cohorts::create(context, migration, settings),
            Command::ChangeCohort { migration, cohort, settings } => {
                cohorts::change(context, migration, *cohort, settings)
            }
            Command::OrderCohort { migration, cohort, position } => {
                cohorts::order(context, migration, *cohort, *position)
            }
            Command::MoveCohort { migration, cohort, to, reason, keeper } => {
                cohorts::move_to(context, migration, *cohort, *to, reason, keeper)
            }
            Command::ChangeGates { migration, cohort, lists, by } => {
                gates::change(context, migration, *cohort, lists, by)
            }
            Command::ApproveGate { migration, cohort, gate, by, given, note } => {
                let approval = Approval { gate: *gate, by: by.clone(), at: context.now, note: note.trim().to_owned() };
                gates::approve(context, migration, *cohort, approval, *given)
            }
            Command::SignGates { migration, cohort, set, keeper, reason } => {
                gates::sign(context, migration, *cohort, *set, keeper, reason)
            }
            Command::HaltBreached { migration, cohort } => gates::halt(context, migration, *cohort),
            Command::CreateUser { id, name, email, role, link } => users::create(context, id, name, email, *role, link),
            Command::ChangeRole { user, role } => users::change_role(context, user, *role),
            Command::SetDisabled { user, disabled } => users::set_disabled(context, user, *disabled),
            Command::MakeLink { user, link } => users::make_link(context, user, link),
            Command::SetPassword { user, password } => users::set_password(context, user, password),
            Command::SaveView { view } => views::save(context, view),
            Command::DeleteView { id } => views::delete(context, id),
            Command::Arrange { user, migration, arrangement } => views::arrange(context, user, migration, arrangement),
            Command::SaveTemplate { id, migration, title } => templates::save(context, id, migration, title),
            Command::ChangeTemplate { id, title } => templates::change(context, id, title),
            Command::DeleteTemplate { id } => templates::delete(context, id),
            Command::ReceiveTicket { ticket } => tickets::receive(context, ticket),
            Command::AssignTicket { ticket, customer } => tickets::assign(context, ticket, customer),
            Command::ClearFlag { migration, key, by, note } => tickets::clear(context, migration, key, by, note),
            Command::Record { draft } => Ok(Prepared { drafts: vec![draft.clone()], ..Prepared::default() }),
            Command::SaveImport { import, drop_file } => imports::save(import, *drop_file),
            Command::CommitImport { id, fire_rules } => imports::commit(context, id, *fire_rules),
            Command::ImportChunk { chunk } => imports::chunk(context, chunk),
            Command::Bulk(command) => bulk::prepare(context, command),
            Command::NoticeTemplates(command) => notice_templates::prepare(context, command),
            Command::Messages(command) => messages::prepare(context, command),
            Command::SplitAccounts(new) => waves::split(context, new),
            Command::PlanDates(new) => waves::plan(context, new),
            Command::WriteDue { migration, limit } => Ok(causes::write_due(context, migration, *limit)),
            Command::NoticeRule(command) => notice_rules::prepare(context, command),
            Command::Links(command) => links::prepare(context, command),
            Command::Requests(command) => requests::prepare(context, command),
            Command::Subscribers(command) => subscribers::prepare(context, command),
            Command::StatusPage(command) => status_page::prepare(context, command),
            Command::Erase { person, reason, personal, removed } => {
                erasure::erase(context, person, reason, personal, *removed)
            }
        }
    }

    /// The answer to a command that is in the log already.
    pub(crate) fn answer_again(&self, context: &Context<'_>) -> Result<Prepared, StoreError> {
        let answer = match self {
            Command::EditAccount { migration, account, .. } | Command::UndoEdit { migration, account, .. } => {
                accounts::as_it_is(context, migration, *account)?
            }
            Command::CreateAccount { migration, input } => accounts::existing(context, migration, input)?,
            _ => Answer::Done,
        };
        Ok(Prepared { answer, ..Prepared::default() })
    }
}

/// A write beside the rows that the model keeps: secrets and erasures.
pub(crate) enum Extra {
    PutLink {
        hash: String,
        user: UserId,
        expires: i64,
    },
    DropLinks {
        user: UserId,
    },
    DropSessions {
        user: UserId,
    },
    PutPersonal {
        row: PersonalRow,
    },
    /// The file and the refused rows.
    DropImportFile {
        import: ImportId,
    },
    DropSourceFile {
        import: ImportId,
    },
    DropRefusedRows {
        import: ImportId,
    },
    DropView {
        view: ViewId,
    },
    DropTemplate {
        template: TemplateId,
    },
    PutPiece {
        import: ImportId,
        number: u32,
        bytes: Vec<u8>,
    },
    /// The accounts of a bulk change, as runs of numbers.
    PutScope {
        bulk: BulkId,
        numbers: String,
    },
    DropScope {
        bulk: BulkId,
    },
    /// What new messages say, beside the messages.
    PutContents {
        rows: Vec<ContentRow>,
    },
    /// What messages about this customer say.
    DropContents {
        customer: ExternalId,
    },
    /// A key that signs or checks webhooks, under its name.
    PutSecret {
        name: String,
        value: String,
    },
    DropSecret {
        name: String,
    },
}

impl Extra {
    /// The statement, with parameters that end in the extra's index.
    pub(crate) fn statement(&self, index: usize) -> String {
        match self {
            Extra::PutLink { .. } => {
                format!(
                    "UPSERT type::record('link', $key{index}) CONTENT {{ user: $user{index}, expires: $expires{index} }};"
                )
            }
            Extra::DropLinks { .. } => format!("DELETE link WHERE user = $user{index};"),
            Extra::DropSessions { .. } => format!("DELETE session WHERE user = $user{index};"),
            Extra::DropView { .. } => {
                format!("LET $view{index} = type::record('view', $key{index}); DELETE $view{index};")
            }
            Extra::DropTemplate { .. } => {
                format!("LET $template{index} = type::record('template', $key{index}); DELETE $template{index};")
            }
            Extra::PutPersonal { .. } => {
                format!("LET $personal_id{index} = $row{index}.id; UPSERT $personal_id{index} CONTENT $row{index};")
            }
            Extra::DropImportFile { .. } | Extra::DropSourceFile { .. } | Extra::DropRefusedRows { .. } => {
                format!("DELETE import_file:[$key{index}, $first{index}]..=[$key{index}, $last{index}];")
            }
            Extra::PutPiece { .. } => {
                format!(
                    "LET $piece{index} = $key{index}; UPSERT $piece{index} CONTENT {{ bytes: $bytes{index} }} RETURN NONE;"
                )
            }
            Extra::PutScope { .. } => {
                format!(
                    "LET $scope{index} = $key{index}; UPSERT $scope{index} CONTENT {{ numbers: $numbers{index} }} RETURN NONE;"
                )
            }
            Extra::DropScope { .. } => format!("LET $scope{index} = $key{index}; DELETE $scope{index};"),
            Extra::PutContents { .. } => {
                format!(
                    "INSERT INTO message_content $rows{index}
                     ON DUPLICATE KEY UPDATE customer = $input.customer, body = $input.body RETURN NONE;"
                )
            }
            Extra::DropContents { .. } => format!("DELETE message_content WHERE customer = $customer{index};"),
            Extra::DropSecret { .. } => {
                format!("LET $secret{index} = type::record('secret', $key{index}); DELETE $secret{index};")
            }
            Extra::PutSecret { .. } => {
                format!(
                    "LET $secret{index} = type::record('secret', $key{index});
                     UPSERT $secret{index} CONTENT {{ value: $value{index} }} RETURN NONE;"
                )
            }
        }
    }

    /// Binds the statement's parameters.
    pub(crate) fn bind<'q>(&self, query: Query<'q, Any>, index: usize) -> Query<'q, Any> {
        let name = |key: &str| format!("{key}{index}");
        match self {
            Extra::PutLink { hash, user, expires } => query
                .bind((name("key"), hash.clone()))
                .bind((name("user"), user.0.clone()))
                .bind((name("expires"), *expires)),
            Extra::DropLinks { user } | Extra::DropSessions { user } => query.bind((name("user"), user.0.clone())),
            Extra::DropView { view } => query.bind((name("key"), view.0.clone())),
            Extra::DropTemplate { template } => query.bind((name("key"), template.0.clone())),
            Extra::PutPersonal { row } => query.bind((name("row"), row.clone())),
            Extra::DropImportFile { import } => bind_pieces(query, index, import, 0..=u32::MAX),
            Extra::DropSourceFile { import } => bind_pieces(query, index, import, 0..=REFUSED_PIECE - 1),
            Extra::DropRefusedRows { import } => bind_pieces(query, index, import, REFUSED_PIECE..=u32::MAX),
            Extra::PutPiece { import, number, bytes } => {
                query.bind((name("key"), piece_id(import, *number))).bind((name("bytes"), Bytes::from(bytes.clone())))
            }
            Extra::PutScope { bulk, numbers } => {
                query.bind((name("key"), crate::bulk::scope_id(bulk))).bind((name("numbers"), numbers.clone()))
            }
            Extra::DropScope { bulk } => query.bind((name("key"), crate::bulk::scope_id(bulk))),
            Extra::PutContents { rows } => query.bind((name("rows"), rows.clone())),
            Extra::DropContents { customer } => query.bind((name("customer"), customer.0.clone())),
            Extra::DropSecret { name: key } => query.bind((name("key"), key.clone())),
            Extra::PutSecret { name: key, value } => {
                query.bind((name("key"), key.clone())).bind((name("value"), value.clone()))
            }
        }
    }
}

fn bind_pieces<'q>(
    query: Query<'q, Any>,
    index: usize,
    import: &ImportId,
    pieces: std::ops::RangeInclusive<u32>,
) -> Query<'q, Any> {
    let query = query.bind((format!("key{index}"), import.0.clone()));
    query.bind((format!("first{index}"), *pieces.start())).bind((format!("last{index}"), *pieces.end()))
}

/// A reason as typed, shortened of blanks; refused when empty or too long.
fn reason(text: &str) -> Result<String, StoreError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(StoreError::field("reason", "Say why, in a few words: it is kept in the history.")),
        1..=1_000 => Ok(text.to_owned()),
        _ => Err(StoreError::field("reason", "At most 1,000 characters.")),
    }
}
