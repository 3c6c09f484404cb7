//! What follows from a change: messages whose cause it is, and messages that it makes untrue. Looked at once for every command,
//! after it was prepared and before it is written, so that edits, bulk changes, imports and undos are all covered.

use super::{Answer, BulkCommand, Command, Context, Prepared, messages};
use crate::compose::{Wanted, compose};
use crate::model::{MigrationModel, Write};
use domain::account::{Account, Means};
use domain::clock::Instant;
use domain::cohort::{Cohort, CohortStage};
use domain::customer::Profile;
use domain::event::{EventKind, Stream};
use domain::id::{AccountNumber, BulkId, CohortNumber, MigrationId, UserId};
use domain::migration::{Migration, MigrationStage};
use domain::notice::default_templates;
use domain::notice::flag::{Cleared, Flag, FlagKind};
use domain::notice::message::{Message, MessageKey, MessageState, Suppression};
use domain::notice::plan::{self, BULK_WAIT, Calendar, Decision, Facts, Planned, Whom};
use domain::notice::rule::{Audience, Milestone, NoticeRule, Trigger};
use domain::notice::ticket::Ticket;
use domain::notice::{Medium, NoticeKind, Recipient};
use domain::policy::Role;
use domain::user::User;
use std::collections::BTreeMap;

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
}

/// Adds to a command what follows from it.
pub(super) fn follow(context: &Context<'_>, command: &Command, prepared: &mut Prepared) {
    let origin = Origin::of(command, context);
    for index in 0..prepared.writes.len() {
        let write = match &prepared.writes[index] {
            Write::Message(_, message) if !matches!(message.state, MessageState::Sent { .. }) => continue,
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
                after.follow(before.as_ref(), context.now, origin.means);
                prepared.writes[index] = Write::Account(id.clone(), after.clone());
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                work.account_changed(before.as_ref(), &after);
            }
            // A message that went out while its date moved: whoever got it is told the new one.
            Write::Message(id, message) => {
                let Some(migration) = context.model.migrations.get(&id) else { continue };
                let Some(account) = message.account.and_then(|number| migration.table.account(number)) else {
                    continue;
                };
                let mut work = Work { context, migration, id: &id, origin: &origin, prepared };
                if message.told_date.is_some() && message.told_date != account.state.scheduled_for() {
                    work.correct(&account);
                }
                work.settle_flag(&message);
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

/// Writes what is due of these accounts now.
pub(super) fn write_due(context: &Context<'_>, id: &MigrationId, limit: usize) -> Prepared {
    let mut prepared = Prepared::default();
    let Some(migration) = context.model.migrations.get(id) else { return prepared };
    if migration.migration.stage != MigrationStage::Running {
        return prepared;
    }
    let accounts = migration.plan.due(context.now, limit);
    prepared.resync = accounts.len() > LISTED_LIVE;
    let origin = Origin::default();
    let mut work = Work { context, migration, id, origin: &origin, prepared: &mut prepared };
    for number in accounts {
        work.write_due_of(number);
    }
    let written = prepared.writes.iter().filter(|write| matches!(write, Write::Message(..))).count() as u64;
    prepared.answer = Answer::Written(written);
    prepared
}

/// Above so many accounts, open pages ask for their rows anew rather than being told each of them.
const LISTED_LIVE: usize = 50;

/// A message that is wanted, before its recipient is known in full.
struct Letter<'a> {
    key: MessageKey,
    rule: Option<&'a NoticeRule>,
    kind: NoticeKind,
    account: Option<&'a Account>,
    cohort: Option<CohortNumber>,
    /// What it is because of, if that is a ticket.
    ticket: Option<&'a Ticket>,
    to: Recipient,
    due: Instant,
    late: bool,
    /// Does not go by itself.
    draft: Option<&'static str>,
    suppress: Option<Suppression>,
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
            since: account.since,
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
        }
    }

    /// Cancels what was written about an account and has not gone, where it is not true any more.
    fn cancel_what_is_untrue(&mut self, account: &Account) {
        let messages = self.messages_of(account.number);
        let untrue: Vec<(Message, String)> = self.with_facts(account, &messages, |facts| {
            let open =
                |message: &&Message| matches!(message.state, MessageState::Waiting { .. } | MessageState::Held { .. });
            let why = |message: &Message| {
                let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
                plan::obsolete(message, rule, facts, account.removed)
            };
            let found = messages.iter().filter(open).filter_map(|message| Some((message.clone(), why(message)?)));
            found.collect()
        });
        for (message, why) in untrue {
            let state = MessageState::Cancelled { at: self.context.now, by: None, why };
            let after = Message { state, ..message.clone() };
            let customer = Some(&account.customer);
            messages::change(self.prepared, self.id, customer, EventKind::MessagesActedOn, &message, after);
        }
    }

    /// Writes the messages of a rule about an account to everybody whom it tells.
    fn fire(&mut self, rule: &NoticeRule, account: &Account, extra: &str, ticket: Option<&Ticket>) {
        let audience = self.with_facts(account, &[], |facts| {
            let audience = plan::audience(&rule.settings.audience, facts.customer);
            audience.into_iter().map(|to| (to, plan::zone_of(to, facts.customer).to_owned())).collect::<Vec<_>>()
        });
        for (whom, zone) in audience {
            let due = self.due(rule, &zone);
            for to in self.recipients(rule, whom, Some(account), account.cohort) {
                let key = MessageKey::of_rule(rule.number, Some(account.number), &to, account.attempt, extra);
                self.put(Letter {
                    key,
                    rule: Some(rule),
                    kind: rule.settings.kind,
                    account: Some(account),
                    cohort: None,
                    ticket,
                    to,
                    due,
                    late: false,
                    draft: None,
                    suppress: None,
                });
            }
        }
    }

    /// When a message whose cause is now may go.
    fn due(&self, rule: &NoticeRule, zone: &str) -> Instant {
        let wait = self.origin.bulk.as_ref().map_or_else(Default::default, |_| BULK_WAIT);
        self.migration.zones().within(rule.settings.hours.as_ref(), self.context.now + wait, zone)
    }

    /// Tells the contacts who were told another date the present one.
    fn correct(&mut self, account: &Account) {
        let messages = self.messages_of(account.number);
        let Some(date) = account.state.scheduled_for() else { return };
        let wrong = self.with_facts(account, &messages, plan::misinformed);
        if wrong.is_empty() {
            return;
        }
        let quiet = self.origin.means == Means::Import;
        let moved = |rule: &&NoticeRule| !quiet && rule.settings.trigger == Trigger::DateMoved;
        let rules: Vec<NoticeRule> = self.rules().filter(moved).cloned().collect();
        let (to_customer, to_colleagues): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|rule| rule.settings.audience.is_customer());
        for rule in &to_colleagues {
            self.fire(rule, account, &date.to_string(), None);
        }
        let extra = |to: &Recipient, rule| {
            self.with_facts(account, &messages, |facts| plan::correction_key(facts, rule, to, date))
        };
        let mut letters = Vec::new();
        for number in &wrong {
            let to = Recipient::Contact(*number);
            let zone = self.with_facts(account, &messages, |facts| {
                plan::zone_of(Whom::Contact(*number), facts.customer).to_owned()
            });
            let letter = |key, rule, due, draft| Letter {
                key,
                rule,
                kind: NoticeKind::Correction,
                account: Some(account),
                cohort: None,
                ticket: None,
                to: to.clone(),
                due,
                late: false,
                draft,
                suppress: None,
            };
            for rule in &to_customer {
                let extra = extra(&to, Some(rule.number));
                let key = MessageKey::of_rule(rule.number, Some(account.number), &to, account.attempt, &extra);
                letters.push(letter(key, Some(rule), self.due(rule, &zone), None));
            }
            if to_customer.is_empty() {
                let extra = extra(&to, None);
                let command = format!("correction.{}.{}.{extra}", account.number, account.attempt);
                let key = MessageKey::of_command(&command, &to);
                letters.push(letter(key, None, self.context.now, Some(DRAFT)));
            }
        }
        for letter in letters {
            self.put(letter);
        }
    }

    /// Writes a message, unless its key has been written for good.
    fn put(&mut self, letter: Letter<'_>) {
        let Letter { key, rule, kind, account, cohort, ticket, to, due, late, draft, suppress } = letter;
        let told_date = account.and_then(|account| plan::date_told(kind, &account.state));
        let known = self.known(&key);
        if let Some(known) = &known {
            let reachable = account.is_some_and(|account| {
                let whom = match &to {
                    Recipient::Contact(number) => Whom::Contact(*number),
                    _ => Whom::Colleagues,
                };
                self.with_facts(account, &[], |facts| plan::reachable(whom, facts.customer))
            });
            if plan::settles(known, told_date, reachable) {
                return;
            }
        }
        let wanted = Wanted {
            key,
            rule: rule.map(|rule| rule.number),
            kind,
            template: rule.map_or(default_templates::NEW_DATE, |rule| rule.settings.template),
            account,
            cohort,
            to,
            medium: rule.map_or(Medium::Email, |rule| rule.settings.medium),
            told_date,
            due,
            late,
            bulk: self.origin.bulk.clone(),
        };
        let (mut message, mut content) = compose(self.context.model, self.migration, wanted, ticket, self.context.now);
        if let Some(why) = suppress {
            message.state = MessageState::Suppressed { at: self.context.now, why };
            content = None;
        }
        if let (Some(why), true) = (draft, content.is_some()) {
            message.state = MessageState::Held { by: None, why: why.to_owned() };
        }
        self.flag(&message);
        let customer = account.map(|account| account.customer.clone());
        messages::put(self.prepared, self.id, customer, message, content);
    }

    fn known(&self, key: &MessageKey) -> Option<Message> {
        let written = self.prepared.writes.iter().rev().find_map(|write| match write {
            Write::Message(id, message) if id == self.id && message.key == *key => Some((**message).clone()),
            _ => None,
        });
        written.or_else(|| self.migration.notices.messages.get(key).map(|message| (**message).clone()))
    }

    /// Somebody has to look after a message that cannot be sent; and no longer, once it can.
    fn flag(&mut self, message: &Message) {
        let MessageState::Suppressed { why, .. } = message.state else { return self.settle_flag(message) };
        let Some(account) = message.account else { return };
        if matches!(why, Suppression::Unsubscribed | Suppression::EndpointDisabled) {
            return;
        }
        self.raise(FlagKind::Attention, account, message.key.as_str(), why.explanation());
    }

    fn raise(&mut self, kind: FlagKind, account: AccountNumber, about: &str, because: &str) {
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

    fn settle_flag(&mut self, message: &Message) {
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

    /// The recipients whom a rule means. Never nobody: where there is no one, the message says so.
    fn recipients(
        &self,
        rule: &NoticeRule,
        whom: Whom,
        account: Option<&Account>,
        cohort: Option<CohortNumber>,
    ) -> Vec<Recipient> {
        let owner = account.and_then(|account| account.owner.as_ref());
        recipients(self.context, self.migration, &rule.settings.audience, whom, owner, cohort)
    }

    /// Writes what is due of one account.
    fn write_due_of(&mut self, number: AccountNumber) {
        let Some(account) = self.migration.table.account(number) else { return };
        let zones = self.migration.zones();
        let now = self.context.now;
        let planned = self.migration.planned(&self.context.model.customers, number);
        let due: Vec<(Planned, Decision)> = self
            .migration
            .with_facts(&self.context.model.customers, number, |facts| {
                let decided = planned.into_iter().filter(|planned| planned.due <= now).filter_map(|planned| {
                    let rule = self.migration.notices.rules.get(&planned.rule)?;
                    let decision = plan::decide(rule, &planned, facts, &zones, now);
                    Some((planned, decision))
                });
                decided.collect()
            })
            .unwrap_or_default();
        for (planned, decision) in due {
            let Some(rule) = self.migration.notices.rules.get(&planned.rule) else { continue };
            let (due, late, suppress) = match decision {
                Decision::Send { due, late } => (due, late, None),
                Decision::Suppress(why) => (now, false, Some(why)),
            };
            for to in self.recipients(rule, planned.to, Some(&account), account.cohort) {
                let key = MessageKey::of_rule(rule.number, Some(number), &to, account.attempt, "");
                self.put(Letter {
                    key,
                    rule: Some(rule),
                    kind: rule.settings.kind,
                    account: Some(&account),
                    cohort: None,
                    ticket: None,
                    to,
                    due,
                    late,
                    draft: None,
                    suppress,
                });
            }
            if let Trigger::NotNotified { days_before_deadline } = rule.settings.trigger {
                let because = format!("Nobody was notified {days_before_deadline} days before the deadline.");
                self.raise(FlagKind::Escalated, number, "", &because);
            }
        }
    }

    fn cohort_moved(&mut self, before: CohortStage, cohort: &Cohort) {
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
        if before == CohortStage::Halted && cohort.stage == CohortStage::Running {
            self.time_anew(|migration, message| {
                let row = message.account.and_then(|account| migration.table.row(account));
                row.is_some_and(|row| row.cohort == Some(number))
            });
        }
    }

    fn migration_moved(&mut self, after: &Migration) {
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
        if after.stage == MigrationStage::Running {
            self.time_anew(|_, _| true);
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
                self.put(Letter {
                    key,
                    rule: Some(rule),
                    kind: rule.settings.kind,
                    account: None,
                    cohort,
                    ticket: None,
                    to,
                    due,
                    late: false,
                    draft: None,
                    suppress: None,
                });
            }
        }
    }

    /// After a pause the waits of these messages begin anew: nothing goes out in a burst outside of working hours, and what a
    /// bulk change caused can still be taken back.
    fn time_anew(&mut self, of: impl Fn(&MigrationModel, &Message) -> bool) {
        let (now, zones) = (self.context.now, self.migration.zones());
        let mut waiting: Vec<Message> = self
            .migration
            .notices
            .messages
            .values()
            .filter(|message| matches!(message.state, MessageState::Waiting { .. }) && of(self.migration, message))
            .map(|message| (**message).clone())
            .collect();
        waiting.sort_by(|one, other| one.key.cmp(&other.key));
        for message in waiting {
            let wait = message.bulk.as_ref().map_or_else(Default::default, |_| BULK_WAIT);
            let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
            let hours = rule.and_then(|rule| rule.settings.hours.as_ref());
            let row = message.account.and_then(|account| self.migration.table.row(account));
            let customer = row.and_then(|row| self.context.model.customers.get(&row.external_id));
            let zone = match (&message.to, customer) {
                (Recipient::Contact(number), Some(stored)) => {
                    plan::zone_of(Whom::Contact(*number), &stored.customer.profile)
                }
                _ => "",
            };
            let due = zones.within(hours, now + wait, zone).max(message.due);
            if due > message.due {
                let customer = row.map(|row| row.external_id.clone());
                let after = Message { due, ..message.clone() };
                let kind = EventKind::MessagesPostponed;
                messages::change(self.prepared, self.id, customer.as_ref(), kind, &message, after);
            }
        }
    }
}

/// Why a correction waits for a person.
const DRAFT: &str = "Drafted because the date that was told has moved.";

/// The recipients whom an audience means. Never nobody: where there is no one, the message says so.
fn recipients(
    context: &Context<'_>,
    migration: &MigrationModel,
    audience: &Audience,
    whom: Whom,
    owner: Option<&UserId>,
    cohort: Option<CohortNumber>,
) -> Vec<Recipient> {
    if let Whom::Contact(number) = whom {
        return vec![Recipient::Contact(number)];
    }
    if let Audience::Endpoint { number } = audience {
        return vec![Recipient::Endpoint(*number)];
    }
    let people = || context.model.users.values().map(|stored| &stored.user).filter(|user| !user.disabled);
    let active = |id: &&UserId| people().any(|user| user.id == **id);
    let cohort_owner =
        cohort.and_then(|number| migration.cohort(number)).and_then(|cohort| cohort.settings.owner.as_ref());
    let owner = owner.filter(active).or_else(|| cohort_owner.filter(active));
    if let (Audience::Owner, Some(owner)) = (audience, owner) {
        return vec![Recipient::User(owner.clone())];
    }
    let of_role = |role: Role| -> Vec<Recipient> {
        let users = people().filter(|user: &&User| user.role == role);
        users.map(|user| Recipient::User(user.id.clone())).collect()
    };
    let leads = of_role(Role::Lead);
    let found = if leads.is_empty() { of_role(Role::Admin) } else { leads };
    if found.is_empty() { vec![Recipient::User(UserId::from(""))] } else { found }
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
