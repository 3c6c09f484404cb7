//! Notifications of a migration: the queue of messages, rules, promises, the on-screen mailbox, endpoints.

mod acts;
mod endpoints;
mod mailbox;
mod promises;
mod queue;
mod rules;
mod sheet;
mod table;
mod tabs;
mod words;

pub use endpoints::EndpointsPage;
pub use mailbox::MailboxPage;
pub use promises::PromisesPage;
pub use queue::QueuePage;
pub use rules::RulesPage;
pub use sheet::Sheet;
pub use tabs::NotificationTabs;
pub use words::MessageState;
