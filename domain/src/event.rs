//! Events: one append-only record per change. Audit trail, live feed and history are readers of it.

use crate::actor::Actor;
use crate::clock::Instant;
use crate::field::{Field, FieldChange};
use crate::id::{
    AccountNumber, BulkId, CohortNumber, CommandId, ComponentNumber, ExternalId, FieldNumber, ImportId, IncidentNumber,
    IncidentTemplateNumber, MigrationId, NoticeTemplateNumber, SubscriberNumber, TemplateId, UserId, ViewId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Which sequence an event belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// What belongs to no migration: users, directory, sign-ins.
    Workspace,
    Migration(MigrationId),
}

impl Stream {
    /// The stream's key in the database and in exports.
    pub fn key(&self) -> &str {
        match self {
            Stream::Workspace => "workspace",
            Stream::Migration(id) => id.as_str(),
        }
    }

    /// The stream of a key made by [`Stream::key`].
    pub fn from_key(key: &str) -> Stream {
        if key == "workspace" { Stream::Workspace } else { Stream::Migration(MigrationId::from(key)) }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// How far a reader has read: rows show names and contacts of the workspace's stream, so both count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub workspace: u64,
    pub migration: u64,
}

impl Position {
    /// Whether this position has reached the other one in both streams.
    pub fn covers(&self, other: &Position) -> bool {
        self.workspace >= other.workspace && self.migration >= other.migration
    }
}

macro_rules! kinds {
    ($($name:ident => $code:literal, $label:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventKind { $(#[serde(rename = $code)] $name,)* }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$name,)*];

            /// The word in code, files and addresses.
            pub fn code(self) -> &'static str {
                match self { $(EventKind::$name => $code,)* }
            }

            /// The words on screen, after a person's name: `Ines Ferreira` `changed the account`.
            pub fn label(self) -> &'static str {
                match self { $(EventKind::$name => $label,)* }
            }

            /// Reads the word of [`EventKind::code`] exactly.
            pub fn from_code(code: &str) -> Option<EventKind> {
                EventKind::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

kinds! {
    MigrationCreated => "migration_created", "created the migration";
    MigrationChanged => "migration_changed", "changed the migration's settings";
    MigrationMoved => "migration_moved", "changed the migration's stage";
    PagePublished => "page_published", "published the status page";
    PageWithdrawn => "page_withdrawn", "took the status page back";
    PageDraftSaved => "page_draft_saved", "saved a draft of the status page";
    PageTextsPublished => "page_texts_published", "published texts of the status page";
    PageTextsPlanned => "page_texts_planned", "set when texts of the status page go out";
    PageChanged => "page_changed", "changed the status page";
    ComponentAdded => "component_added", "added a part to the status page";
    ComponentChanged => "component_changed", "changed a part on the status page";
    IncidentSaved => "incident_saved", "wrote an incident or a maintenance";
    IncidentPublished => "incident_published", "published an update on the status page";
    IncidentTakenBack => "incident_taken_back", "took an incident or a maintenance back";
    IncidentTemplateSaved => "incident_template_saved", "saved a template of incidents";
    IncidentTemplateRemoved => "incident_template_removed", "removed a template of incidents";
    FieldAdded => "field_added", "added a field";
    FieldChanged => "field_changed", "changed a field";
    CohortCreated => "cohort_created", "created a cohort";
    CohortChanged => "cohort_changed", "changed a cohort";
    CohortMoved => "cohort_moved", "changed a cohort's stage";
    GatesChanged => "gates_changed", "changed a cohort's gates";
    GateApproved => "gate_approved", "approved at a gate";
    ApprovalWithdrawn => "approval_withdrawn", "took an approval back";
    GateSigned => "gate_signed", "signed a gate";
    GateOverridden => "gate_overridden", "signed a gate that is not met";
    AccountCreated => "account_created", "created the account";
    AccountChanged => "account_changed", "changed the account";
    AccountChangeUndone => "account_change_undone", "took a change back";
    CommentAdded => "comment_added", "commented";
    AccountsImported => "accounts_imported", "imported accounts";
    CustomersImported => "customers_imported", "imported customers";
    CustomerCreated => "customer_created", "added the customer";
    CustomerChanged => "customer_changed", "changed the customer";
    ContactAdded => "contact_added", "added a contact";
    ContactChanged => "contact_changed", "changed a contact";
    ContactRemoved => "contact_removed", "removed a contact";
    ImportCommitted => "import_committed", "committed an import";
    ImportFinished => "import_finished", "finished an import";
    Exported => "exported", "exported accounts";
    BulkStarted => "bulk_started", "started a bulk change";
    AccountsChangedInBulk => "accounts_changed_in_bulk", "changed accounts in a bulk change";
    BulkFinished => "bulk_finished", "finished a bulk change";
    BulkCancelled => "bulk_cancelled", "cancelled a bulk change";
    BulkUndoStarted => "bulk_undo_started", "started to undo a change of many accounts";
    BulkUndone => "bulk_undone", "undid a change of many accounts";
    BulkUndoFinished => "bulk_undo_finished", "finished undoing a change of many accounts";
    UserCreated => "user_created", "added a user";
    UserChanged => "user_changed", "changed a user";
    UserLinkMade => "user_link_made", "made a one-time link";
    PasswordSet => "password_set", "set a password";
    ViewSaved => "view_saved", "saved a view";
    ViewDeleted => "view_deleted", "deleted a view";
    TemplateSaved => "template_saved", "saved a template";
    TemplateDeleted => "template_deleted", "deleted a template";
    NoticeTemplateSaved => "notice_template_saved", "saved a template of messages";
    NoticeTemplateRemoved => "notice_template_removed", "removed a template of messages";
    TableArranged => "table_arranged", "arranged the table";
    SignedIn => "signed_in", "signed in";
    SignedOut => "signed_out", "signed out";
    SignInRefused => "sign_in_refused", "was refused at sign-in";
    Denied => "denied", "was denied an action";
    NoticeRuleSaved => "notice_rule_saved", "saved a rule of notifications";
    NoticeRuleSwitched => "notice_rule_switched", "switched a rule of notifications on or off";
    NoticeRuleRemoved => "notice_rule_removed", "removed a rule of notifications";
    MessagesWritten => "messages_written", "wrote messages";
    MessagesActedOn => "messages_acted_on", "held, released, cancelled or retried messages";
    MessagesSent => "messages_sent", "sent messages";
    MessagesPostponed => "messages_postponed", "will try to send messages again";
    MessagesFailed => "messages_failed", "could not send messages";
    MessagesBounced => "messages_bounced", "heard that messages came back";
    CallRecorded => "call_recorded", "recorded a call";
    EndpointAdded => "endpoint_added", "added an endpoint";
    EndpointChanged => "endpoint_changed", "changed an endpoint";
    SecretMade => "secret_made", "made a secret";
    HookRefused => "hook_refused", "was refused at a webhook";
    TicketReceived => "ticket_received", "a ticket came in";
    TicketAssigned => "ticket_assigned", "said whose a ticket is";
    FlagCleared => "flag_cleared", "looked after a flag";
    LinkMade => "link_made", "made a link to the customer's page";
    LinkRevoked => "link_revoked", "took a link to the customer's page back";
    CustomerAsked => "customer_asked", "made a request on the customer's page";
    RequestConfirmed => "request_confirmed", "confirmed a request";
    RequestAnswered => "request_answered", "answered a request";
    ContactUnsubscribed => "contact_unsubscribed", "wants no more messages";
    CustomerPageChanged => "customer_page_changed", "changed the customers' pages";
    SubscriptionAsked => "subscription_asked", "asked for a subscription";
    SubscriptionConfirmed => "subscription_confirmed", "confirmed a subscription";
    SubscriptionChanged => "subscription_changed", "changed a subscription";
    SubscriptionStopped => "subscription_stopped", "ended a subscription";
    OccasionNoted => "occasion_noted", "told subscribers of the status page";
    PersonErased => "person_erased", "erased a person's data";
}

/// What an event is about, within its stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// The migration of the stream, or the workspace itself.
    Whole,
    Cohort(CohortNumber),
    Field(FieldNumber),
    Account(AccountNumber),
    Import(ImportId),
    View(ViewId),
    Bulk(BulkId),
    Template(TemplateId),
    NoticeTemplate(NoticeTemplateNumber),
    Component(ComponentNumber),
    Incident(IncidentNumber),
    IncidentTemplate(IncidentTemplateNumber),
    User(UserId),
    Customer(ExternalId),
    /// Of the status page of the stream's migration.
    Subscriber(SubscriberNumber),
}

/// Whose data the personal values of an event are: they can be erased together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "person", content = "id", rename_all = "snake_case")]
pub enum PersonRef {
    Customer(ExternalId),
    User(UserId),
    Subscriber(MigrationId, SubscriberNumber),
}

/// One change of one thing, before it is sealed into the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub stream: Stream,
    pub kind: EventKind,
    pub subject: Subject,
    /// Whose the personal values among the changes are.
    pub person: Option<PersonRef>,
    pub changes: Vec<FieldChange>,
    /// Changes of many things in one event (a chunk of an import).
    pub parts: Vec<Part>,
}

impl Draft {
    /// An event about one thing.
    pub fn new(stream: Stream, kind: EventKind, subject: Subject, changes: Vec<FieldChange>) -> Self {
        Draft { stream, kind, subject, person: None, changes, parts: Vec::new() }
    }

    /// Says whose the personal values among the changes are.
    pub fn about(mut self, person: PersonRef) -> Self {
        self.person = Some(person);
        self
    }
}

/// One thing's changes within an event about many.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub subject: Subject,
    pub person: Option<PersonRef>,
    /// True when the thing was created.
    pub created: bool,
    pub changes: Vec<FieldChange>,
}

/// A value as a reader of the log sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", content = "value", rename_all = "snake_case")]
pub enum Recorded {
    Value(Value),
    /// The value was personal and has been erased; its hash stays in the chain.
    Erased,
}

impl Recorded {
    /// Whether it stands for nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Recorded::Value(Value::Null))
    }
}

/// One field's change as a reader of the log sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedChange {
    pub field: Field,
    pub before: Recorded,
    pub after: Recorded,
}

/// An event as a reader of the log sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub stream: Stream,
    pub seq: u64,
    pub at: Instant,
    pub actor: Actor,
    pub from: String,
    pub command: CommandId,
    pub kind: EventKind,
    pub subject: Subject,
    pub changes: Vec<RecordedChange>,
    /// How many things the event changed beside its subject.
    pub parts: u32,
    /// The hash of this event, in hexadecimal; covers the hash of the event before it.
    pub hash: String,
}
