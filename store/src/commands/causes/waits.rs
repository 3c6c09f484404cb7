//! Waits of messages while nothing is sent, and after it: what is left of a wait is kept, nothing goes out in a burst outside
//! of working hours, and a notice for which it has become too late is not sent.

use super::Work;
use crate::commands::messages;
use crate::messages::{customer_of, reader_zone};
use domain::event::EventKind;
use domain::notice::message::{Message, Suppression};
use domain::notice::plan::{BULK_WAIT, Calendar, is_below_lead};

impl Work<'_, '_> {
    /// Keeps what is left of the waits of these messages.
    pub(super) fn stop_waits(&mut self, of: impl Fn(&Self, &Message) -> bool) {
        for message in self.waiting(of) {
            let Some(stopped) = message.stop_waiting(self.context.now, BULK_WAIT) else { continue };
            let customer = customer_of(self.migration, &message);
            let kind = EventKind::MessagesPostponed;
            messages::change(self.prepared, self.id, customer.as_ref(), kind, &message, stopped);
        }
    }

    /// Gives these messages a time again.
    pub(super) fn resume_waits(&mut self, of: impl Fn(&Self, &Message) -> bool) {
        let zones = self.migration.zones();
        for message in self.waiting(of) {
            let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
            let hours = rule.and_then(|rule| rule.settings.hours.as_ref());
            let zone = reader_zone(self.context.model, self.migration, &message);
            let due = zones.within(hours, message.resumes_at(self.context.now), &zone);
            let row = message.account.and_then(|account| self.migration.table.row(account));
            let customer = row.map(|row| row.external_id.clone());
            let date = row.and_then(|row| row.state.scheduled_for());
            let too_late = !message.insisted && rule.is_some_and(|rule| is_below_lead(rule, date, due, &zones));
            if let Some(over) = message.suppress(Suppression::TooLate, self.context.now).filter(|_| too_late) {
                self.flag(&over);
                let kind = EventKind::MessagesFailed;
                messages::change(self.prepared, self.id, customer.as_ref(), kind, &message, over);
            } else if due != message.due || message.rest.is_some() {
                let after = Message { due, rest: None, ..message.clone() };
                let kind = EventKind::MessagesPostponed;
                messages::change(self.prepared, self.id, customer.as_ref(), kind, &message, after);
            }
        }
    }

    /// Waiting messages of some sort, in the order of their keys: the order of an event's parts must not depend on chance.
    fn waiting(&self, of: impl Fn(&Self, &Message) -> bool) -> Vec<Message> {
        let waiting = self.migration.notices.in_state("waiting").filter(|message| of(self, message));
        let mut waiting: Vec<Message> = waiting.map(|message| (**message).clone()).collect();
        waiting.sort_by(|one, other| one.key.cmp(&other.key));
        waiting
    }
}
