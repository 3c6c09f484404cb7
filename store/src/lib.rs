//! The only crate that knows SurrealDB: schema, write path, event log, and the read model in memory.
//!
//! The ways in are [`Store::acting_as`] for a signed-in user, [`Store::public`] for what anybody may see, and
//! [`Store::system`] for the server's own work. The database handle never leaves this crate.

mod acting;
mod audit;
mod bulk;
mod cells;
mod commands;
mod compose;
mod customer_page;
mod db;
mod denials;
mod directory;
mod error;
mod exports;
mod fields;
mod find;
mod gates;
mod imports;
mod journal;
mod links;
mod messages;
mod model;
mod notice_rules;
mod notice_templates;
mod planner;
mod promises;
mod public;
mod queue;
mod requests;
mod rows;
mod sessions;
mod status_page;
mod subscribers;
mod system;
mod templates;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tickets;
mod tokens;
mod views;
mod waves;
mod work;
mod writer;
mod zone;

pub use acting::{AccountView, Acting, MigrationLine, MigrationView};
pub use audit::{LogEntry, LogQuery, PersonMatch, SignedHead, StreamVerdict};
pub use bulk::{Bulk, BulkPlan, BulkPreview, BulkProgress, BulkWork, Series, Step, UndoPreview, UndoProgress};
pub use cells::Outcomes;
pub use commands::{
    AccountInput, ActReport, BounceReport, BounceTarget, CustomerInput, EditResult, EndpointInput, Settled,
};
pub use customer_page::{Behind, Confirmation, Guest};
pub use directory::{CustomerAccount, CustomerPage, CustomerView};
pub use error::StoreError;
pub use exports::Export;
pub use find::{AnswerView, Found, FoundAccount};
pub use imports::{Import, ImportPhase, ImportPlan, ImportReport};
pub use links::{ContactLink, CustomerPanel};
pub use messages::{Leased, Leases, message_id};
pub use model::table::{TableQuery, TableResult};
pub use notice_rules::{REACH_DAYS, Reach, ReachedAccount, RuleView, RulesView};
pub use notice_templates::{NoticeTemplateLine, NoticeTemplateView};
pub use promises::Ledger;
pub use public::Public;
pub use queue::{MessageLine, MessagePage, MessageScope, MessageView};
pub use requests::{OpenRequest, in_words as request_in_words};
pub use sessions::{OneTimeLink, SESSION_ABSOLUTE_HOURS, SESSION_IDLE_HOURS, SessionUser};
pub use status_page::{IncidentView, IncidentsView, PageView};
pub use subscribers::{Confirmed, SubscriberCounts, SubscriberLine, SubscribersView, SubscriptionView};
pub use system::System;
pub use tickets::Attention;
pub use views::Views;
pub use waves::{MovePreview, MovedCohort, SplitPreview, window_days, zone_of};
pub use work::{ApprovalLine, Owned, Work, WorkLine, WorkList};
pub use writer::{Change, Store};
pub use zone::{known_zone, local_date, local_text, zone_instant};
