//! Flags: somebody has to look after a message that cannot be sent, or after a customer whom nobody has told.

use super::Work;
use crate::model::Write;
use domain::id::AccountNumber;
use domain::notice::Recipient;
use domain::notice::flag::{Cleared, Flag, FlagKind};
use domain::notice::message::{Message, MessageKey, MessageState, Suppression};
use domain::notice::plan;

impl Work<'_, '_> {
    /// Somebody has to look after a message that cannot be sent; and no longer, once it can.
    pub(super) fn flag(&mut self, message: &Message) {
        let MessageState::Suppressed { why, .. } = message.state else { return self.settle_flag(message) };
        let Some(account) = message.account else { return };
        if matches!(why, Suppression::Unsubscribed | Suppression::EndpointDisabled) {
            return;
        }
        self.raise(FlagKind::Attention, account, message.key.as_str(), why.explanation());
    }

    pub(super) fn raise(&mut self, kind: FlagKind, account: AccountNumber, about: &str, because: &str) {
        let flag = Flag {
            account,
            kind,
            about: about.to_owned(),
            raised: self.context.now,
            because: because.to_owned(),
            cleared: None,
        };
        let known = self.migration.notices.flags.get(&flag.key());
        if known.is_none_or(|known| known.cleared.is_some()) {
            self.prepared.writes.push(Write::Flag(self.id.clone(), flag));
        }
    }

    pub(super) fn settle_flag(&mut self, message: &Message) {
        let Some(account) = message.account else { return };
        let mut gone = Vec::new();
        let mut settle = |kind: FlagKind, about: &str, note: &str| {
            let key = format!("{}.{account}.{about}", kind.code());
            if let Some(flag) = self.migration.notices.flags.get(&key).filter(|flag| flag.cleared.is_none()) {
                let cleared = Cleared { at: self.context.now, by: None, note: note.to_owned() };
                gone.push(Flag { cleared: Some(cleared), ..flag.clone() });
            }
        };
        settle(FlagKind::Attention, message.key.as_str(), "It can be sent now.");
        if let Some(rule) = message.rule {
            let nobody = Recipient::Contact(plan::NOBODY);
            let key = MessageKey::of_rule(rule, Some(account), &nobody, message.attempt, "");
            settle(FlagKind::Attention, key.as_str(), "There is a contact now.");
        }
        if message.kind.tells_date() && message.state.sent_at().is_some() {
            settle(FlagKind::Escalated, "", "The customer was told.");
        }
        self.prepared.writes.extend(gone.into_iter().map(|flag| Write::Flag(self.id.clone(), flag)));
    }
}
