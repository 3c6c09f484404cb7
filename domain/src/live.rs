//! What the server tells open pages as it happens.

use crate::account::Row;
use crate::event::Position;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// One message of the live feed of a migration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// The feed is open and everything up to this position has been sent or was known.
    Ready { position: Position },
    /// These rows are now so. Rows come in the order in which they were committed.
    Rows { position: Position, by: Option<UserId>, rows: Vec<Row> },
    /// Something else of the migration changed (settings, stage, cohorts, people): ask for it again.
    Overview { position: Position },
    /// Too much was missed: take everything anew.
    Resync { position: Position },
    /// The server is restarting: reconnect shortly.
    Restarting,
    /// The session has ended: sign in again.
    SignedOut,
}
