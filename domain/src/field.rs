//! The names of everything that can change, and what an event records of a change.

use crate::id::FieldNumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;

macro_rules! fields {
    ($($name:ident => $code:literal, $label:literal, $privacy:ident;)*) => {
        /// A field of anything, as events name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($name,)*
            /// A custom field's value in an account; its name is among the migration's fields.
            Custom(FieldNumber),
        }

        impl Field {
            /// The word in code and files.
            pub fn code(self) -> Cow<'static, str> {
                match self {
                    $(Field::$name => Cow::Borrowed($code),)*
                    Field::Custom(number) => Cow::Owned(format!("{CUSTOM}{number}")),
                }
            }

            /// Reads the word of [`Field::code`] exactly.
            pub fn from_code(code: &str) -> Option<Field> {
                if let Some(number) = code.strip_prefix(CUSTOM) {
                    return number.parse().ok().map(|number| Field::Custom(FieldNumber(number)));
                }
                match code {
                    $($code => Some(Field::$name),)*
                    _ => None,
                }
            }

            /// The word on screen; a custom field's own name is asked of its migration.
            pub fn label(self) -> &'static str {
                match self { $(Field::$name => $label,)* Field::Custom(_) => "Custom field" }
            }

            /// Whether its values may name people. Such values lie beside the event, so that they can be erased.
            pub fn is_personal(self) -> bool {
                // What people write into a column of their own making may be about anybody.
                match self { $(Field::$name => fields!(@ $privacy),)* Field::Custom(_) => true }
            }
        }
    };
    (@ plain) => { false };
    (@ personal) => { true };
}

fields! {
    Status => "status", "Status", plain;
    ScheduledFor => "scheduled_for", "Date", plain;
    PinnedReason => "pinned_reason", "Reason for the date", personal;
    MigratedAt => "migrated_at", "Migrated", plain;
    BlockerCategory => "blocker_category", "Blocker", plain;
    BlockerText => "blocker_text", "What blocks", personal;
    RollbackUntil => "rollback_until", "Rollback until", plain;
    RollbackReason => "rollback_reason", "Reason for the rollback", personal;
    Cohort => "cohort", "Cohort", plain;
    Owner => "owner", "Owner", plain;
    Customer => "customer", "Customer", plain;
    Comment => "comment", "Comment", personal;
    Name => "name", "Name", plain;
    PublicName => "public_name", "Public name", plain;
    Slug => "slug", "Address", plain;
    Description => "description", "Description", plain;
    Deadline => "deadline", "Deadline", plain;
    TimeZone => "time_zone", "Time zone", plain;
    RollbackDays => "rollback_days", "Rollback period in days", plain;
    Stage => "stage", "Stage", plain;
    Reason => "reason", "Reason", personal;
    Position => "position", "Place in the order", plain;
    WindowStarts => "window_starts", "Window starts", plain;
    WindowEnds => "window_ends", "Window ends", plain;
    EntryGates => "entry_gates", "Entry gates", plain;
    ExitGates => "exit_gates", "Exit gates", plain;
    Triggers => "triggers", "Rollback triggers", plain;
    Gate => "gate", "Gate", plain;
    Figures => "figures", "Figures", plain;
    Published => "published", "Status page published", plain;
    // What staff write for everybody to read, by the name of the text and its language.
    PageTexts => "page_texts", "Texts of the page", plain;
    PageLook => "page_look", "Look of the page", plain;
    PageFollows => "page_follows", "What the page follows", plain;
    PageAlso => "page_also", "Other migrations on the page", plain;
    GoesOutAt => "goes_out_at", "Goes out", plain;
    PartState => "part_state", "State", plain;
    PartDescription => "part_description", "Description of the part", plain;
    PartGroup => "part_group", "Group", plain;
    IncidentKind => "incident_kind", "Kind", plain;
    IncidentTitle => "incident_title", "Title", plain;
    Impact => "impact", "Impact", plain;
    Started => "started", "Began", plain;
    TakenBack => "taken_back", "Taken back", plain;
    Updates => "updates", "Updates", plain;
    IncidentTemplate => "incident_template", "Template of incidents", plain;
    CustomerName => "customer_name", "Customer's name", personal;
    Contact => "contact", "Contact no.", plain;
    MainContact => "main_contact", "Main contact no.", plain;
    ContactName => "contact_name", "Contact's name", personal;
    ContactEmail => "contact_email", "Contact's e-mail", personal;
    ContactRole => "contact_role", "Contact's role at the customer", personal;
    ContactPhone => "contact_phone", "Contact's phone", personal;
    ContactChannel => "contact_channel", "Contact's preferred channel", personal;
    ContactLanguage => "contact_language", "Contact's language", personal;
    ContactTimeZone => "contact_time_zone", "Contact's time zone", personal;
    Channel => "channel", "Preferred channel", plain;
    Plan => "plan", "Plan", plain;
    Region => "region", "Region", plain;
    Language => "language", "Language", plain;
    PersonName => "person_name", "Person's name", personal;
    PersonEmail => "person_email", "Person's e-mail", personal;
    Role => "role", "Role", plain;
    Disabled => "disabled", "Disabled", plain;
    File => "file", "File", personal;
    Rows => "rows", "Rows", plain;
    Created => "created", "Created", plain;
    Updated => "updated", "Updated", plain;
    Refused => "refused", "Refused", plain;
    Action => "action", "Action", plain;
    Attempts => "attempts", "Attempts", plain;
    Erased => "erased", "Erased values", plain;
    Shared => "shared", "Shared", plain;
    ViewQuery => "view_query", "Conditions and order", personal;
    Columns => "columns", "Columns", plain;
    DefaultView => "default_view", "Default view", plain;
    FieldLabel => "field_label", "Name of the field", plain;
    FieldKind => "field_kind", "Kind of the field", plain;
    FieldOptions => "field_options", "Options", plain;
    FieldRequired => "field_required", "Required", plain;
    FieldDefault => "field_default", "Default", plain;
    FieldRetired => "field_retired", "Retired", plain;
    // The whole state, which only an undo reads.
    WholeState => "whole_state", "State", plain;
    WholeStateText => "whole_state_text", "State", personal;
    Ticket => "ticket", "Ticket", plain;
    TicketSubject => "ticket_subject", "Ticket's subject", personal;
    TicketUrl => "ticket_url", "Ticket's address", personal;
    TicketStatus => "ticket_status", "Ticket's status", plain;
    OpenedAt => "opened_at", "Opened", plain;
    Flag => "flag", "Flag", plain;
    Note => "note", "Note", personal;
    Undone => "undone", "Change taken back", plain;
    Restored => "restored", "Restored", plain;
    Removed => "removed", "Removed", plain;
    Kept => "kept", "Left as it is", plain;
    Template => "template", "Template", plain;
    TemplateFields => "template_fields", "Fields", plain;
    TemplateCohorts => "template_cohorts", "Cohorts", plain;
    NoticeRules => "notice_rules", "Rules", plain;
    NoticeTemplates => "notice_templates", "Templates of messages", plain;
    NoticeKind => "notice_kind", "Kind of message", plain;
    NoticeFallback => "notice_fallback", "Language for everybody else", plain;
    // The words of a message's template, by language; what is sent from it lies elsewhere.
    NoticeWords => "notice_words", "Words", plain;
    Version => "version", "Version", plain;
    // What has become of a message: an object with its key, kind, recipient and state.
    NoticeRule => "notice_rule", "Rule", plain;
    RuleWords => "rule_words", "What the rule does", plain;
    RuleOn => "rule_on", "Rule is on", plain;
    Messages => "messages", "Messages", plain;
    Message => "message", "Message", plain;
    CallNote => "call_note", "Note of the call", personal;
    Endpoint => "endpoint", "Endpoint", plain;
    EndpointHost => "endpoint_host", "Endpoint's host", plain;
    Secret => "secret", "Secret", plain;
    LinkId => "link", "Link", plain;
    LinkExpires => "link_expires", "Link expires", plain;
    Request => "request", "Request", plain;
    RequestState => "request_state", "What became of it", plain;
    // What the customer wrote: points, words, another contact.
    RequestWords => "request_words", "What the customer wrote", personal;
    Unsubscribed => "unsubscribed", "Wants no messages", plain;
    PageSettings => "page_settings", "Customers' pages", plain;
    Capacity => "capacity", "Accounts per day", plain;
    After => "after", "Waits for", plain;
    Blackouts => "blackouts", "Blackout days", plain;
    Weekends => "weekends", "Weekends too", plain;
    SplitParts => "split_parts", "Waves", plain;
    SplitBy => "split_by", "Stratified by", plain;
    Seed => "seed", "Seed", plain;
    Address => "address", "Address of a subscriber", personal;
    SubscriberChannel => "subscriber_channel", "By", plain;
    SubscriberChoice => "subscriber_choice", "What is told", plain;
    SubscriberState => "subscriber_state", "Subscription", plain;
    Occasion => "occasion", "Told", plain;
}

/// Before the number of a custom field.
const CUSTOM: &str = "custom:";

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.code())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(deserializer)?;
        Field::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("no field is called {code}")))
    }
}

/// One field's change: `null` stands for nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: Field,
    pub before: Value,
    pub after: Value,
}

impl FieldChange {
    /// A field that had no value before.
    pub fn set(field: Field, after: impl Into<Value>) -> Self {
        FieldChange { field, before: Value::Null, after: after.into() }
    }
}
