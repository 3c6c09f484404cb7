//! The list of messages: what can be asked of it, and how that stands in an address.

use super::NoticeKind;
use super::message::MessageKey;
use crate::clock::Instant;
use crate::id::{AccountNumber, BulkId, NoticeRuleNumber};
use serde::{Deserialize, Serialize};

/// The states of a message that lists tell apart, in the order of chips, with the words on screen.
pub const STATES: [(&str, &str); 8] = [
    ("waiting", "Waiting"),
    ("held", "Held"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("bounced", "Came back"),
    ("failed", "Failed"),
    ("suppressed", "Suppressed"),
    ("cancelled", "Cancelled"),
];

/// The words of a state's code.
pub fn state_label(code: &str) -> &'static str {
    STATES.iter().find(|(known, _)| *known == code).map_or("Unknown", |(_, label)| label)
}

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageFilter {
    /// The code of a state; `None`: any.
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub rule: Option<NoticeRuleNumber>,
    #[serde(default)]
    pub kind: Option<NoticeKind>,
    #[serde(default)]
    pub account: Option<AccountNumber>,
    /// What a bulk change or an import caused, and what its undo drafted.
    #[serde(default)]
    pub bulk: Option<BulkId>,
    /// Finds accounts as the table does.
    #[serde(default)]
    pub text: String,
}

impl MessageFilter {
    /// Whether it leaves nothing out.
    pub fn is_everything(&self) -> bool {
        *self == MessageFilter::default()
    }

    /// What follows the `?` of the page's address.
    pub fn to_query(&self) -> String {
        let mut parts = Vec::new();
        let mut add = |name: &str, value: String| parts.push(format!("{name}={}", crate::view::escape(&value)));
        if let Some(state) = &self.state {
            add("state", state.clone());
        }
        if let Some(rule) = self.rule {
            add("rule", rule.to_string());
        }
        if let Some(kind) = self.kind {
            add("kind", kind.code().to_owned());
        }
        if let Some(account) = self.account {
            add("account", account.to_string());
        }
        if let Some(bulk) = &self.bulk {
            add("bulk", bulk.to_string());
        }
        if !self.text.trim().is_empty() {
            add("q", self.text.trim().to_owned());
        }
        parts.join("&")
    }

    /// Reads what an address says; what it does not understand is left out.
    pub fn from_parts(get: impl Fn(&str) -> Option<String>) -> MessageFilter {
        let known = |state: &String| STATES.iter().any(|(code, _)| code == state);
        MessageFilter {
            state: get("state").filter(known),
            rule: get("rule").and_then(|text| text.parse().ok()).map(NoticeRuleNumber),
            kind: get("kind").and_then(|code| NoticeKind::from_code(&code)),
            account: get("account").and_then(|text| text.parse().ok()).map(AccountNumber),
            bulk: get("bulk").filter(|bulk| !bulk.is_empty()).map(BulkId),
            text: get("q").map(|text| text.trim().to_owned()).unwrap_or_default(),
        }
    }
}

/// How far an act on all messages that match has come. It goes through them in the order of their keys, because acts move
/// them in every other order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActCursor {
    /// Only what was written until then: what comes meanwhile was not meant.
    pub until: Instant,
    pub after: MessageKey,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_filter_comes_back_from_its_address() {
        let filters = [
            MessageFilter::default(),
            MessageFilter { state: Some("held".into()), rule: Some(NoticeRuleNumber(3)), ..Default::default() },
            MessageFilter {
                kind: Some(NoticeKind::Reminder),
                account: Some(AccountNumber(17)),
                bulk: Some("b17".into()),
                text: "acme".into(),
                ..Default::default()
            },
        ];
        for filter in filters {
            let query = filter.to_query();
            let parts: HashMap<&str, &str> = query.split('&').filter_map(|part| part.split_once('=')).collect();
            let get = |name: &str| parts.get(name).map(|value| (*value).to_owned());
            assert_eq!(MessageFilter::from_parts(get), filter, "{query}");
        }
        let filter = MessageFilter { text: " acme & co ".into(), ..Default::default() };
        assert_eq!(filter.to_query(), "q=acme%20%26%20co");
    }

    #[test]
    fn an_unknown_state_is_no_filter() {
        assert_eq!(MessageFilter::from_parts(|_| Some("?".into())).state, None);
    }
}
