//! Who acts.

use crate::id::{ImportId, LinkId, UserId};
use crate::policy::Role;
use serde::{Deserialize, Serialize};

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    User {
        id: UserId,
    },
    /// The system itself, on nobody's behalf: first start, retention.
    System,
    /// An import that this user committed.
    Import {
        id: ImportId,
        by: UserId,
    },
    /// Whoever has this link to a customer's page.
    Link {
        id: LinkId,
    },
    /// Somebody who is not signed in; `from` says where the request came from.
    Anonymous,
}

impl Actor {
    /// The user behind it, if any.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Actor::User { id } | Actor::Import { by: id, .. } => Some(id),
            Actor::System | Actor::Link { .. } | Actor::Anonymous => None,
        }
    }
}

/// A signed-in user at work: what commands ask of them. Only a live session makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user: UserId,
    pub role: Role,
    /// Where the request came from, for the audit log.
    pub from: String,
}
