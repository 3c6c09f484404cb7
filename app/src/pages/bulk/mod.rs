//! Bulk changes: the bar over the table, the dialog that asks, previews and runs, and the list of all that was changed
//! so, with undo.

mod bar;
mod changes;
mod form;
mod one;
pub mod preview;
mod progress;
pub mod watch;
mod words;

pub use bar::BulkBar;
pub use changes::ChangesPage;
pub use one::ChangePage;
pub use preview::{Figure, Figures, Reasons};
pub use progress::Progress;
