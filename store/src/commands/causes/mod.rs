//! What follows from a change: messages whose cause it is, and messages that it makes untrue. Looked at once for every command,
//! after it was prepared and before it is written, so that edits, bulk changes, imports and undos are all covered.

mod due;
mod flags;
mod letters;
mod milestones;
mod waits;

use super::{BulkCommand, Command, Context, Prepared, messages};
use crate::model::{MigrationModel, Write};
use domain::account::{Account, Means, Since};
use domain::customer::Profile;
use domain::event::EventKind;
use domain::id::{AccountNumber, BulkId, MigrationId};
use domain::notice::message::{Message, MessageKey, MessageState};
use domain::notice::plan::{self, Facts};
use domain::notice::rule::NoticeRule;
use domain::notice::ticket::Ticket;
use domain::notice::{NoticeKind, Recipient};
use domain::state::State;
use std::collections::BTreeMap;

pub(super) use due::write_due;

/// Where a change comes from.
#[derive(Clone, Debug, Default)]
struct Origin {
    bulk: Option<BulkId>,
    /// It puts something back: that fires no rule.
    undo: bool,
    means: Means,
}

impl Origin {
    fn of(command: &Command, context: &Context<'_>) -> Origin {
        match command {
            Command::Bulk(command) => match &**command {
                BulkCommand::Chunk(chunk) => Origin { bulk: Some(chunk.id.clone()), ..Origin::default() },
                BulkCommand::UndoChunk(chunk) => {
                    Origin { bulk: Some(chunk.id.clone()), undo: true, ..Origin::default() }
                }
                _ => Origin::default(),
            },
            Command::UndoEdit { .. } => Origin { undo: true, ..Origin::default() },
            Command::ImportChunk { chunk } => {
                let fires = context.model.imports.get(&chunk.import).is_some_and(|import| import.plan.fire_rules);
                let bulk = Some(BulkId(chunk.import.0.clone()));
                Origin { bulk, undo: false, means: if fires { Means::FiringImport } else { Means::Import } }
            }
            _ => Origin::default(),
        }
    }

    /// What accounts remember of it.
    fn since(&self, context: &Context<'_>) -> Since {
        Since { at: context.now, by: self.means, bulk: self.bulk.clone() }
    }

    /// The bulk change that is undone, if one is.
    fn undone(&self) -> Option<&BulkId> {
        self.bulk.as_ref().filter(|_| self.undo)
    }
}

/// Adds to a command what follows from it.
pub(super) fn follow(context: &Context<'_>, command: &Command, prepared: &mut Prepared) {
    // What is written because it is due has no consequences of its own: its flags come with it.
    if matches!(command, Command::WriteDue { .. }) {
        return;
    }
    let origin = Origin::of(command, context);
    for index in 0..prepared.writes.len() {
        let write = match &prepared.writes[index] {
            write @ (Write::Account(..)
            | Write::Message(..)
            | Write::Ticket(_)
            | Write::Cohort(..)
            | Write::Migration(_)) => write.clone(),
            _ => continue,
        };
        match write {
            Write::Account(id, account) => {
                let Some(migration) = context.model.migrations.get(&id) else { continue };
                let before = migration.table.any_account_of(&account.customer);
                if before
                    .as_ref()
                    .is_some_and(|before| before.state == account.state && !before.removed && !account.removed)
                {
                    continue;
                }
                let mut after = account;
                after.follow(before.as_ref(), origin.since(context));
                prepared.writes[index] = Write::Account(id.clone(), after.clone());
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                work.account_changed(before.as_ref(), &after);
            }
            Write::Message(id, message) => {
                let Some(migration) = context.model.migrations.get(&id) else { continue };
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                work.message_changed(&message);
            }
            Write::Ticket(ticket) => ticket_came(context, &ticket, &origin, prepared),
            Write::Cohort(id, cohort) => {
                let Some(migration) = context.model.migrations.get(&id) else { continue };
                let Some(before) = migration.cohort(cohort.number).map(|cohort| cohort.stage) else { continue };
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                work.cohort_moved(before, &cohort);
            }
            Write::Migration(after) => {
                let Some(migration) = context.model.migrations.get(&after.id) else { continue };
                let id = after.id.clone();
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                work.migration_moved(&after);
            }
            _ => {}
        }
    }
}

/// Work on one migration within one command.
struct Work<'w, 'c> {
    context: &'w Context<'c>,
    migration: &'w MigrationModel,
    id: &'w MigrationId,
    origin: &'w Origin,
    prepared: &'w mut Prepared,
}

impl Work<'_, '_> {
    /// The messages of an account as this command leaves them.
    fn messages_of(&self, account: AccountNumber) -> Vec<Message> {
        let mut messages: BTreeMap<MessageKey, Message> = self
            .migration
            .notices
            .of_account(account)
            .map(|message| (message.key.clone(), (**message).clone()))
            .collect();
        for write in &self.prepared.writes {
            if let Write::Message(id, message) = write
                && id == self.id
                && message.account == Some(account)
            {
                messages.insert(message.key.clone(), (**message).clone());
            }
        }
        messages.into_values().collect()
    }

    /// Runs `act` with what the plan knows of an account that is not in the model as it will be.
    fn with_facts<T>(&self, account: &Account, messages: &[Message], act: impl FnOnce(&Facts<'_>) -> T) -> T {
        let nobody = Profile::default();
        let customer = self.context.model.customers.get(&account.customer);
        let messages: Vec<&Message> = messages.iter().collect();
        act(&Facts {
            account: account.number,
            state: &account.state,
            attempt: account.attempt,
            since: account.since.as_ref(),
            halted: self.migration.is_halted(account.cohort),
            customer: customer.map_or(&nobody, |stored| &stored.customer.profile),
            messages: &messages,
        })
    }

    fn rules(&self) -> impl Iterator<Item = &NoticeRule> + use<'_> {
        self.migration.notices.rules.values().filter(|rule| rule.is_on())
    }

    fn account_changed(&mut self, before: Option<&Account>, after: &Account) {
        // Of most accounts nothing was written yet: nothing can be untrue then.
        let written = self.migration.notices.of_account(after.number).next().is_some();
        if written {
            self.cancel_what_is_untrue(after);
        }
        if after.removed {
            return;
        }
        let quiet = self.origin.undo || self.origin.means != Means::Change;
        if !quiet && let Some(before) = before.filter(|before| !before.removed) {
            let (was, is) = (before.state.status(), after.state.status());
            let fired: Vec<NoticeRule> =
                self.rules().filter(|rule| plan::fires_on_status(rule, Some(was), is)).cloned().collect();
            for rule in &fired {
                self.fire(rule, after, "", None);
            }
        }
        if written {
            self.correct(after);
            self.take_back_what_was_told(after);
        }
    }

    /// Cancels what was written about an account and has not gone, where it is not true any more or its bulk change is
    /// undone. What a person held is written anew at once if it is still wanted, and stays held.
    fn cancel_what_is_untrue(&mut self, account: &Account) {
        let messages = self.messages_of(account.number);
        let untrue: Vec<(Message, String)> = self.with_facts(account, &messages, |facts| {
            let open =
                |message: &&Message| matches!(message.state, MessageState::Waiting { .. } | MessageState::Held { .. });
            let why = |message: &Message| {
                let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
                let undone = message.bulk.is_some() && message.bulk.as_ref() == self.origin.undone();
                let undone = undone.then(|| "The change that caused it was undone.".to_owned());
                plan::obsolete(message, rule, facts, account.removed).or(undone)
            };
            let found = messages.iter().filter(open).filter_map(|message| Some((message.clone(), why(message)?)));
            found.collect()
        });
        let held: Vec<Message> = untrue
            .iter()
            .map(|(message, _)| message)
            .filter(|message| message.state.held_by().is_some())
            .cloned()
            .collect();
        for (message, why) in untrue {
            let state = message.state.taken_back(self.context.now, why);
            let after = Message { state, ..message.clone() };
            let customer = Some(&account.customer);
            messages::change(self.prepared, self.id, customer, EventKind::MessagesActedOn, &message, after);
        }
        if !account.removed && matches!(account.state, State::Scheduled { .. }) {
            for message in held {
                self.hold_again(account, &message);
            }
        }
    }

    /// What became of a message: whoever got it while its date moved is told the new one, and somebody looks after what
    /// cannot be sent.
    fn message_changed(&mut self, message: &Message) {
        let known = self.migration.notices.messages.get(&message.key).map(|known| known.state.clone());
        match &message.state {
            MessageState::Sent { .. } => {
                let account = message.account.and_then(|number| self.migration.table.account(number));
                let Some(account) = account else { return };
                if message.told_date.is_some() && message.told_date != account.state.scheduled_for() {
                    self.correct(&account);
                }
                self.settle_flag(message);
            }
            // It was on its way until now.
            MessageState::Suppressed { .. } if known.as_ref().is_some_and(MessageState::is_open) => self.flag(message),
            MessageState::Waiting { .. } if matches!(known, Some(MessageState::Suppressed { .. })) => {
                self.settle_flag(message);
            }
            _ => {}
        }
    }

    /// After an undo: what went out because of the undone change and is wrong now is taken back by a draft. An account that
    /// has a date has a correction with that date instead.
    fn take_back_what_was_told(&mut self, account: &Account) {
        let Some(bulk) = self.origin.undone().cloned() else { return };
        let messages = self.messages_of(account.number);
        let wrong: Vec<Message> = self.with_facts(account, &messages, |facts| {
            let told = messages.iter().filter(|message| {
                message.bulk.as_ref() == Some(&bulk)
                    && message.state.sent_at().is_some()
                    && message.kind != NoticeKind::Internal
                    && !(message.kind.tells_date() && matches!(account.state, State::Scheduled { .. }))
                    && matches!(message.to, Recipient::Contact(_))
            });
            let untrue = told.filter(|message| {
                let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
                plan::obsolete(message, rule, facts, false).is_some()
            });
            untrue.cloned().collect()
        });
        for message in wrong {
            self.draft_taking_back(account, &message);
        }
    }
}

/// Fires the rules for accounts that a ticket counts for since now.
fn ticket_came(context: &Context<'_>, ticket: &Ticket, origin: &Origin, prepared: &mut Prepared) {
    let known = context.model.tickets.get(&ticket.id);
    for of in &ticket.accounts {
        if known.is_some_and(|known| known.accounts.contains(of)) {
            continue;
        }
        let Some(migration) = context.model.migrations.get(&of.migration) else { continue };
        let Some(account) = migration.table.account(of.account) else { continue };
        let mut work = Work { context, migration, id: &of.migration, origin, prepared };
        let fires = |rule: &&NoticeRule| plan::fires_on_ticket(rule, &account.state, ticket.opened_at);
        let fired: Vec<NoticeRule> = work.rules().filter(fires).cloned().collect();
        for rule in &fired {
            work.fire(rule, &account, &ticket.id, Some(ticket));
        }
    }
}
