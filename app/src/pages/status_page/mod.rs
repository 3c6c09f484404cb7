//! A migration's public status page as staff write it: what readers see, texts, parts of the service, incidents, look.

mod components;
mod file;
mod form;
mod incident;
mod incidents;
mod look;
mod overview;
mod tabs;
mod templates;
mod texts;
mod words;

pub use components::ComponentsPage;
pub use incident::IncidentPage;
pub use incidents::IncidentsPage;
pub use look::LookPage;
pub use overview::OverviewPage;
pub use tabs::Screen;
pub use templates::IncidentTemplatesPage;
pub use texts::TextsPage;
