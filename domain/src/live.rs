//! What the server tells open pages as it happens.

use crate::account::Row;
use crate::event::Position;
use crate::id::{AccountNumber, UserId};
use crate::view::Column;
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
    /// Somebody else is at this place of the table, or has left it. `tab` tells apart the tabs of one person.
    Presence { tab: u64, by: UserId, at: Option<Place> },
    /// The reader has arranged the table anew, perhaps on another device. Nobody else is told.
    Arranged,
    /// The server is restarting: reconnect shortly.
    Restarting,
    /// The session has ended: sign in again.
    SignedOut,
}

/// Where in the table somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub account: AccountNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<Column>,
}

/// What a page tells the server over the live feed. It is passed on and never stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PageMessage {
    /// The reader's cursor is here now, or nowhere.
    Here { at: Option<Place> },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::testing::{Chance, row};

    #[test]
    fn a_message_arrives_as_it_was_sent_custom_fields_included() {
        let mut chance = Chance(7);
        let rows: Vec<Row> = (1..=50).map(|number| row(&mut chance, number)).collect();
        assert!(rows.iter().any(|row| row.custom.len() > 1));
        let message = LiveMessage::Rows { position: Position::default(), by: None, rows };
        let text = serde_json::to_string(&message).expect("it is text");
        assert_eq!(serde_json::from_str::<LiveMessage>(&text).expect("it is read"), message);
    }
}
