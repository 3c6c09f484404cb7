//! Notifications of a migration: the queue of messages, the on-screen mailbox, endpoints.

mod endpoints;
mod mailbox;
mod queue;
mod rules;
mod sheet;
mod table;
mod tabs;
mod words;

pub use endpoints::EndpointsPage;
pub use mailbox::MailboxPage;
pub use queue::QueuePage;
pub use rules::RulesPage;
pub use sheet::Sheet;
pub use tabs::NotificationTabs;
pub use words::MessageState;
