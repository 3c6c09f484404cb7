//! What follows when a cohort or the migration moves: milestones are told, and messages stop or go on.

use super::Work;
use super::letters::Letter;
use crate::commands::messages;
use domain::cohort::{Cohort, CohortStage};
use domain::event::{EventKind, Stream};
use domain::id::CohortNumber;
use domain::migration::{Migration, MigrationStage};
use domain::notice::NoticeKind;
use domain::notice::message::{Message, MessageKey, MessageState};
use domain::notice::plan::Whom;
use domain::notice::rule::{Milestone, NoticeRule, Trigger};

impl Work<'_, '_> {
    pub(super) fn cohort_moved(&mut self, before: CohortStage, cohort: &Cohort) {
        if before == cohort.stage {
            return;
        }
        let number = cohort.number;
        let of = match cohort.stage {
            CohortStage::Running if before == CohortStage::Planned => Some(Milestone::CohortStarted),
            CohortStage::Halted => Some(Milestone::CohortHalted),
            CohortStage::Closed => Some(Milestone::CohortClosed),
            _ => None,
        };
        self.milestone(of, Some(number));
        // A halted cohort is told no dates; everything else goes on.
        let stopped = |work: &Self, message: &Message| {
            let row = message.account.and_then(|account| work.migration.table.row(account));
            message.kind.tells_date() && row.is_some_and(|row| row.cohort == Some(number))
        };
        if cohort.stage == CohortStage::Halted {
            self.stop_waits(stopped);
        } else if before == CohortStage::Halted && self.migration.migration.stage == MigrationStage::Running {
            self.resume_waits(stopped);
        }
    }

    pub(super) fn migration_moved(&mut self, after: &Migration) {
        let before = self.migration.migration.stage;
        if before == after.stage {
            return;
        }
        let of = match after.stage {
            MigrationStage::Running if before == MigrationStage::Draft => Some(Milestone::MigrationStarted),
            MigrationStage::Closed => Some(Milestone::MigrationClosed),
            _ => None,
        };
        self.milestone(of, None);
        match after.stage {
            MigrationStage::Paused => self.stop_waits(|_, _| true),
            MigrationStage::Running => self.resume_waits(|work, message| {
                let row = message.account.and_then(|account| work.migration.table.row(account));
                !message.kind.tells_date() || !row.is_some_and(|row| work.migration.is_halted(row.cohort))
            }),
            MigrationStage::Closed => self.cancel_the_rest(),
            MigrationStage::Draft => {}
        }
    }

    fn milestone(&mut self, of: Option<Milestone>, cohort: Option<CohortNumber>) {
        let Some(of) = of else { return };
        let wanted = |rule: &&NoticeRule| rule.settings.trigger == Trigger::Milestone { of };
        let fired: Vec<NoticeRule> = self.rules().filter(wanted).cloned().collect();
        // A cohort may be halted more than once: the event's number tells them apart.
        let seq = (self.context.next_seq)(&Stream::Migration(self.id.clone()));
        for rule in &fired {
            let due = self.due(rule, "");
            for to in self.recipients(rule, Whom::Colleagues, None, cohort) {
                let extra = format!("{}.{seq}", cohort.map_or(0, |cohort| cohort.0));
                let key = MessageKey::of_rule(rule.number, None, &to, 0, &extra);
                self.put(Letter { cohort, ..Letter::of_rule(rule, key, to, due) });
            }
        }
    }

    /// A closed migration stays closed: what was still to be said about its accounts is never sent. What colleagues hear
    /// of cohorts and of the migration itself, and answers to what a customer asked for, go all the same.
    fn cancel_the_rest(&mut self) {
        for state in ["waiting", "held"] {
            let open: Vec<Message> = self
                .migration
                .notices
                .in_state(state)
                .filter(|message| message.account.is_some() && message.kind != NoticeKind::Request)
                .map(|message| (**message).clone())
                .collect();
            for message in open {
                let customer = crate::messages::customer_of(self.migration, &message);
                let why = "The migration was closed before it went.".to_owned();
                let state = MessageState::Cancelled { at: self.context.now, by: None, why, held: None };
                let after = Message { state, ..message.clone() };
                let kind = EventKind::MessagesActedOn;
                messages::change(self.prepared, self.id, customer.as_ref(), kind, &message, after);
            }
        }
    }
}
