//! Writing messages: what a rule says to whom, corrections, drafts, and what keeps its hold.

use super::Work;
use crate::commands::{Context, messages};
use crate::compose::{Wanted, compose};
use crate::model::{MigrationModel, Write};
use domain::account::Account;
use domain::clock::Instant;
use domain::id::{CohortNumber, NoticeTemplateNumber, UserId};
use domain::migration::MigrationStage;
use domain::notice::default_templates;
use domain::notice::message::{Hold, Message, MessageKey, MessageState, Suppression};
use domain::notice::plan::{self, BULK_WAIT, Calendar, Whom};
use domain::notice::rule::{Audience, NoticeRule, Trigger};
use domain::notice::ticket::Ticket;
use domain::notice::{Medium, NoticeKind, Recipient};
use domain::policy::Role;
use domain::user::User;

/// Why a correction waits for a person.
const DATE_MOVED: &str = "Drafted because the date that was told has moved.";
/// Why a message that takes another one back waits for a person.
const UNDONE: &str = "Drafted because the change that was told was undone.";

/// A message that is wanted, before its recipient is known in full.
pub(super) struct Letter<'a> {
    pub key: MessageKey,
    pub rule: Option<&'a NoticeRule>,
    pub template: NoticeTemplateNumber,
    pub kind: NoticeKind,
    pub account: Option<&'a Account>,
    pub cohort: Option<CohortNumber>,
    /// What it is because of, if that is a ticket.
    pub ticket: Option<&'a Ticket>,
    pub to: Recipient,
    pub due: Instant,
    pub late: bool,
    /// Does not go by itself.
    pub draft: Option<&'static str>,
    pub suppress: Option<Suppression>,
}

impl<'a> Letter<'a> {
    pub(super) fn of_rule(rule: &'a NoticeRule, key: MessageKey, to: Recipient, due: Instant) -> Letter<'a> {
        let letter = Letter::draft(rule.settings.kind, rule.settings.template, key, to, due, "");
        Letter { rule: Some(rule), draft: None, ..letter }
    }

    /// A message that no rule sends, and that a person has to look at.
    fn draft(
        kind: NoticeKind,
        template: NoticeTemplateNumber,
        key: MessageKey,
        to: Recipient,
        due: Instant,
        why: &'static str,
    ) -> Letter<'a> {
        Letter {
            key,
            rule: None,
            template,
            kind,
            account: None,
            cohort: None,
            ticket: None,
            to,
            due,
            late: false,
            draft: Some(why),
            suppress: None,
        }
    }

    pub(super) fn about(self, account: &'a Account) -> Letter<'a> {
        Letter { account: Some(account), ..self }
    }
}

impl Work<'_, '_> {
    /// Writes the messages of a rule about an account to everybody whom it tells.
    pub(super) fn fire(&mut self, rule: &NoticeRule, account: &Account, extra: &str, ticket: Option<&Ticket>) {
        let audience = self.with_facts(account, &[], |facts| {
            let audience = plan::audience(&rule.settings.audience, facts.customer);
            audience.into_iter().map(|to| (to, plan::zone_of(to, facts.customer).to_owned())).collect::<Vec<_>>()
        });
        for (whom, zone) in audience {
            let due = self.due(rule, &zone);
            for to in self.recipients(rule, whom, Some(account), account.cohort) {
                let key = MessageKey::of_rule(rule.number, Some(account.number), &to, account.attempt, extra);
                self.put(Letter { ticket, ..Letter::of_rule(rule, key, to, due).about(account) });
            }
        }
    }

    /// When a message whose cause is now may go.
    pub(super) fn due(&self, rule: &NoticeRule, zone: &str) -> Instant {
        let wait = self.origin.bulk.as_ref().map_or_else(Default::default, |_| BULK_WAIT);
        self.migration.zones().within(rule.settings.hours.as_ref(), self.context.now + wait, zone)
    }

    /// Tells the contacts who were told another date the present one.
    pub(super) fn correct(&mut self, account: &Account) {
        let messages = self.messages_of(account.number);
        let Some(date) = account.state.scheduled_for() else { return };
        let wrong = self.with_facts(account, &messages, plan::misinformed);
        if wrong.is_empty() {
            return;
        }
        let quiet = self.origin.means == domain::account::Means::Import;
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
            for rule in &to_customer {
                let extra = extra(&to, Some(rule.number));
                let key = MessageKey::of_rule(rule.number, Some(account.number), &to, account.attempt, &extra);
                let letter = Letter::of_rule(rule, key, to.clone(), self.due(rule, &zone)).about(account);
                letters.push(Letter { kind: NoticeKind::Correction, ..letter });
            }
            if to_customer.is_empty() {
                let extra = extra(&to, None);
                let command = format!("correction.{}.{}.{extra}", account.number, account.attempt);
                let key = MessageKey::of_command(&command, &to);
                let (kind, template) = (NoticeKind::Correction, default_templates::NEW_DATE);
                letters.push(Letter::draft(kind, template, key, to, self.context.now, DATE_MOVED).about(account));
            }
        }
        for letter in letters {
            self.put(letter);
        }
    }

    /// Drafts what tells the reader of a message that it is not so.
    pub(super) fn draft_taking_back(&mut self, account: &Account, message: &Message) {
        let key = MessageKey::of_command(&format!("undone.{}", message.key), &message.to);
        let (kind, template) = (NoticeKind::Rollback, default_templates::TAKEN_BACK);
        let to = message.to.clone();
        self.put(Letter::draft(kind, template, key, to, self.context.now, UNDONE).about(account));
    }

    /// Writes a message that a person held, and whose date has moved, with the new one; it stays held.
    pub(super) fn hold_again(&mut self, account: &Account, message: &Message) {
        let rule = message.rule.and_then(|number| self.migration.notices.rules.get(&number));
        let Some(rule) = rule.filter(|rule| rule.is_on()).cloned() else { return };
        let messages: Vec<Message> =
            self.messages_of(account.number).into_iter().filter(|other| other.key != message.key).collect();
        let zones = self.migration.zones();
        let around = self.migration.around(&zones);
        let planned = self.with_facts(account, &messages, |facts| plan::planned(&rule, facts, &around));
        let whom = |to: &Recipient| match to {
            Recipient::Contact(number) => Whom::Contact(*number),
            Recipient::User(_) | Recipient::Endpoint(_) | Recipient::Subscriber(_) => Whom::Colleagues,
        };
        let Some(planned) = planned.into_iter().find(|planned| planned.to == whom(&message.to)) else { return };
        let letter = Letter::of_rule(&rule, message.key.clone(), message.to.clone(), planned.due.max(self.context.now));
        self.put(letter.about(account));
    }

    /// Who held what this message takes the place of: a person's hold stays until a person ends it.
    fn hold_before(&self, rule: Option<&NoticeRule>, to: &Recipient, account: Option<&Account>) -> Option<Hold> {
        let (rule, account) = (rule?, account?);
        let same = |message: &Message| {
            message.rule == Some(rule.number) && message.to == *to && message.attempt == account.attempt
        };
        let messages = self.messages_of(account.number);
        let last = messages.into_iter().filter(same).max_by_key(|message| (message.written, message.key.clone()))?;
        match last.state {
            MessageState::Cancelled { held, .. } => held,
            _ => None,
        }
    }

    /// Writes a message, unless its key has been written for good.
    pub(super) fn put(&mut self, letter: Letter<'_>) {
        let Letter { key, rule, template, kind, account, cohort, ticket, to, due, late, draft, suppress } = letter;
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
        let hold = self.hold_before(rule, &to, account);
        let wanted = Wanted {
            key,
            rule: rule.map(|rule| rule.number),
            kind,
            template,
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
        if content.is_some() {
            match (hold, draft) {
                (Some(Hold { by, why }), _) => message.state = MessageState::Held { by: Some(by), why },
                (None, Some(why)) => message.state = MessageState::Held { by: None, why: why.to_owned() },
                (None, None) => {}
            }
        }
        // Its wait begins once messages go out again.
        if self.migration.migration.stage == MigrationStage::Paused
            && let Some(stopped) = message.stop_waiting(self.context.now, BULK_WAIT)
        {
            message = stopped;
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

    /// The recipients whom a rule means. Never nobody: where there is no one, the message says so.
    pub(super) fn recipients(
        &self,
        rule: &NoticeRule,
        whom: Whom,
        account: Option<&Account>,
        cohort: Option<CohortNumber>,
    ) -> Vec<Recipient> {
        let owner = account.and_then(|account| account.owner.as_ref());
        recipients(self.context, self.migration, &rule.settings.audience, whom, owner, cohort)
    }
}

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
