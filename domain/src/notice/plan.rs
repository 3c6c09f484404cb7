//! The plan: which messages the rules demand of an account, to whom and when; computed, never stored.
//!
//! Nothing here asks for the time. What is planned depends on the account, the rules and what was written already; only
//! [`decide`], when a message is due, is told what time it is.

use super::NoticeKind;
use super::message::{Message, MessageState, Suppression};
use super::rule::{Audience, Late, NoticeRule, Trigger, WorkingHours};
use crate::account::{Means, Since};
use crate::clock::Instant;
use crate::customer::Profile;
use crate::id::{AccountNumber, ContactNumber, NoticeRuleNumber};
use crate::migration::MigrationStage;
use crate::state::State;
use crate::status::Status;
use crate::user::is_email;
use chrono::{Days, NaiveDate, TimeDelta};
use std::collections::BTreeMap;

/// Days in a migration's zone and hours in its contacts' zones. The table of zones is only on the server.
pub trait Calendar {
    /// The first instant of a day in the migration's zone.
    fn start_of(&self, day: NaiveDate) -> Instant;
    /// The day of an instant in the migration's zone.
    fn day_of(&self, at: Instant) -> NaiveDate;
    /// The first instant within the hours, from an instant on, in a zone; an empty zone is the migration's.
    fn within(&self, hours: Option<&WorkingHours>, from: Instant, zone: &str) -> Instant;
}

/// What the plan knows of the migration.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub stage: MigrationStage,
    pub deadline: NaiveDate,
    pub calendar: &'a dyn Calendar,
}

/// What the plan knows of an account.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub account: AccountNumber,
    pub state: &'a State,
    pub attempt: u16,
    pub since: Option<&'a Since>,
    /// Its cohort is halted: nothing of it goes out.
    pub halted: bool,
    pub customer: &'a Profile,
    /// Everything that was written about it.
    pub messages: &'a [&'a Message],
}

/// Whom a planned message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// A contact of the customer; number 0 stands for the missing one of a customer without contacts.
    Contact(ContactNumber),
    /// Colleagues or an endpoint, found when it is written: people change, and the new ones are not told old things.
    Colleagues,
}

/// A message that a rule demands at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub rule: NoticeRuleNumber,
    pub to: Whom,
    /// The first instant at which it may go.
    pub due: Instant,
}

/// What happens to a planned message when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Goes at this instant, now or in the next working hours.
    Send {
        due: Instant,
        late: bool,
    },
    Suppress(Suppression),
}

/// A customer without contacts: somebody has to hear that nobody can be told.
pub const NOBODY: ContactNumber = ContactNumber(0);

/// What messages of a bulk change wait for, so that its author can take it back.
pub const BULK_WAIT: TimeDelta = TimeDelta::minutes(10);

/// The contacts of an audience.
pub fn audience(audience: &Audience, customer: &Profile) -> Vec<Whom> {
    let main = || vec![Whom::Contact(customer.main_contact())];
    match audience {
        Audience::MainContact => main(),
        Audience::Contacts { roles } => {
            let wanted = |role: &str| roles.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(role.trim()));
            let found: Vec<Whom> = customer
                .contacts
                .iter()
                .filter(|contact| !contact.role.trim().is_empty() && wanted(&contact.role))
                .map(|contact| Whom::Contact(contact.number))
                .collect();
            if found.is_empty() { main() } else { found }
        }
        Audience::AllContacts if customer.contacts.is_empty() => main(),
        Audience::AllContacts => customer.contacts.iter().map(|contact| Whom::Contact(contact.number)).collect(),
        Audience::Owner | Audience::Leads | Audience::Endpoint { .. } => vec![Whom::Colleagues],
    }
}

/// The zone in which a recipient's working hours are; empty: the migration's.
pub fn zone_of(to: Whom, customer: &Profile) -> &str {
    match to {
        Whom::Contact(number) => customer.contact(number).map_or("", |contact| customer.time_zone_of(contact)),
        Whom::Colleagues => "",
    }
}

/// Whether a message can be addressed to this contact at all.
pub fn reachable(to: Whom, customer: &Profile) -> bool {
    match to {
        Whom::Contact(number) => customer.contact(number).is_some_and(|contact| is_email(&contact.email)),
        Whom::Colleagues => true,
    }
}

/// Everything that the rules plan for an account, unless it was written already.
pub fn plan<'r>(
    rules: impl IntoIterator<Item = &'r NoticeRule> + Clone,
    facts: &Facts<'_>,
    around: &Around<'_>,
) -> Vec<Planned> {
    if facts.halted || around.stage == MigrationStage::Closed {
        return Vec::new();
    }
    let escalates = |rule: &NoticeRule| matches!(rule.settings.trigger, Trigger::NotNotified { .. });
    let mut all = Vec::new();
    for rule in rules.clone().into_iter().filter(|rule| !escalates(rule)) {
        all.extend(planned(rule, facts, around));
    }
    let mut notice = None;
    for rule in rules.into_iter().filter(|rule| escalates(rule)) {
        // Accounts whose notice is planned are listed apart; nobody needs to be alarmed about them.
        let coming = *notice.get_or_insert_with(|| notice_is_coming(&all, facts));
        if !coming {
            all.extend(planned(rule, facts, around));
        }
    }
    all
}

/// Whether a message that tells the date to a contact is planned or on its way.
fn notice_is_coming(planned: &[Planned], facts: &Facts<'_>) -> bool {
    let scheduled = matches!(facts.state, State::Scheduled { .. });
    let on_its_way =
        |message: &&&Message| message.attempt == facts.attempt && message.kind.tells_date() && message.state.is_open();
    (scheduled && planned.iter().any(|planned| matches!(planned.to, Whom::Contact(_))))
        || facts.messages.iter().any(|message| on_its_way(&message))
}

/// What one rule plans for an account. Rules that fire when something happens plan nothing.
pub fn planned(rule: &NoticeRule, facts: &Facts<'_>, around: &Around<'_>) -> Vec<Planned> {
    let settings = &rule.settings;
    let Some(on_since) = rule.on_since.filter(|_| !rule.removed) else { return Vec::new() };
    let Some(ready) = ready(&settings.trigger, facts, around) else { return Vec::new() };
    let since = facts.since;
    // An import plans only what is still ahead of it.
    if since.is_some_and(|since| since.by == Means::Import && ready < since.at) {
        return Vec::new();
    }
    let ready_before_rule = ready < on_since;
    if ready_before_rule && matches!(settings.trigger, Trigger::AfterMigration { .. } | Trigger::Status { .. }) {
        return Vec::new();
    }
    let is_older = ready_before_rule && since.is_none_or(|since| since.at < on_since);
    // What was ready before its date was set, or before the rule was on, goes at once; after a bulk change it waits, so that
    // its author can take it back.
    let set = match since {
        Some(since) if since.at >= on_since && since.bulk.is_some() => since.at + BULK_WAIT,
        Some(since) => since.at.max(on_since),
        None => on_since,
    };
    let first = if ready < set { set } else { ready };
    let unwritten = |to: &Whom| !is_written(rule, *to, facts);
    audience(&settings.audience, facts.customer)
        .into_iter()
        .filter(unwritten)
        .map(|to| {
            let due = around.calendar.within(settings.hours.as_ref(), first, zone_of(to, facts.customer));
            Planned { rule: rule.number, to, due }
        })
        // Too late already when the rule was switched on: that is no news to anybody.
        .filter(|planned| !(is_older && is_too_late(rule, facts, planned.due, around.calendar)))
        .collect()
}

/// The instant from which a rule's message may go, working hours aside; `None` while the rule is not for the account.
fn ready(trigger: &Trigger, facts: &Facts<'_>, around: &Around<'_>) -> Option<Instant> {
    let start = |day: Option<NaiveDate>| day.map(|day| around.calendar.start_of(day));
    match trigger {
        Trigger::BeforeDate { days } => match facts.state {
            State::Scheduled { plan } => start(plan.date.checked_sub_days(Days::new(u64::from(*days)))),
            _ => None,
        },
        Trigger::AfterMigration { days } => match facts.state {
            State::Completed { migrated_at, .. } if *days == 0 => Some(*migrated_at),
            State::Completed { migrated_at, .. } => {
                let day = around.calendar.day_of(*migrated_at);
                start(day.checked_add_days(Days::new(u64::from(*days))))
            }
            _ => None,
        },
        Trigger::NotNotified { days_before_deadline } => {
            let waits = !matches!(facts.state, State::Completed { .. } | State::OptedOut);
            if !waits || is_notified(facts) {
                return None;
            }
            start(around.deadline.checked_sub_days(Days::new(u64::from(*days_before_deadline))))
        }
        // Status rules fire with their cause. Only an import leaves them to the plan: its customers come with it. Like
        // everything that changes many accounts it can be taken back for a while.
        Trigger::Status { to } if facts.state.status() == *to => {
            facts.since.filter(|since| since.by == Means::FiringImport).map(|since| since.at + BULK_WAIT)
        }
        Trigger::Status { .. } | Trigger::Ticket { .. } | Trigger::Milestone { .. } | Trigger::DateMoved => None,
    }
}

/// Whether somebody at the customer was told, in this attempt.
pub fn is_notified(facts: &Facts<'_>) -> bool {
    facts.messages.iter().any(|message| {
        message.attempt == facts.attempt
            && message.kind.tells_date()
            && matches!(message.state, MessageState::Sent { .. })
    })
}

/// Whether a rule's message to somebody was written in this attempt, so that it is never written again.
fn is_written(rule: &NoticeRule, to: Whom, facts: &Facts<'_>) -> bool {
    let date = date_told(rule.settings.kind, facts.state);
    facts.messages.iter().any(|message| {
        message.rule == Some(rule.number)
            && message.attempt == facts.attempt
            && match to {
                Whom::Contact(number) => message.to == super::Recipient::Contact(number),
                // Whoever of them was told: later owners and leads are not told again.
                Whom::Colleagues => true,
            }
            && settles(message, date, reachable(to, facts.customer))
    })
}

/// Whether a message that was written is the last word of its key. What was taken back because its cause went away, or
/// could not be sent for a reason that is gone, is written anew when there is cause again; nothing else ever is.
pub fn settles(message: &Message, date: Option<NaiveDate>, reachable: bool) -> bool {
    let same_date = !message.kind.tells_date() || message.told_date == date;
    match &message.state {
        MessageState::Cancelled { by, .. } => by.is_some(),
        MessageState::Suppressed { why, .. } => match why {
            Suppression::TooLate | Suppression::Missed | Suppression::Incomplete => same_date,
            Suppression::NoContact | Suppression::NoAddress | Suppression::BadAddress => !reachable,
            Suppression::Unsubscribed | Suppression::EndpointDisabled => true,
        },
        MessageState::Failed { .. } => same_date,
        MessageState::Waiting { .. }
        | MessageState::Held { .. }
        | MessageState::Sending { .. }
        | MessageState::Sent { .. }
        | MessageState::Bounced { .. } => true,
    }
}

/// The date that a message of this kind tells now.
pub fn date_told(kind: NoticeKind, state: &State) -> Option<NaiveDate> {
    state.scheduled_for().filter(|_| kind.tells_date())
}

/// Whether fewer days are left before the account's date than the rule wants.
fn is_too_late(rule: &NoticeRule, facts: &Facts<'_>, due: Instant, calendar: &dyn Calendar) -> bool {
    is_below_lead(rule, facts.state.scheduled_for(), due, calendar)
}

/// Whether fewer days than the rule's minimum lead are left before this date, when its message goes at `due`.
pub fn is_below_lead(rule: &NoticeRule, date: Option<NaiveDate>, due: Instant, calendar: &dyn Calendar) -> bool {
    let Trigger::BeforeDate { days } = rule.settings.trigger else { return false };
    let Some(date) = date else { return false };
    // A reminder of the day before cannot want two days.
    let lead = u16::from(rule.settings.minimum_lead_days).min(days);
    (date - calendar.day_of(due)).num_days() < i64::from(lead)
}

/// What becomes of a planned message whose time has come.
pub fn decide(
    rule: &NoticeRule,
    planned: &Planned,
    facts: &Facts<'_>,
    calendar: &dyn Calendar,
    now: Instant,
) -> Decision {
    let settings = &rule.settings;
    let missed = calendar.day_of(planned.due) < calendar.day_of(now);
    if missed && settings.late == Late::Drop {
        return Decision::Suppress(Suppression::Missed);
    }
    let zone = zone_of(planned.to, facts.customer);
    let due = calendar.within(settings.hours.as_ref(), now.max(planned.due), zone);
    if is_too_late(rule, facts, due, calendar) {
        return Decision::Suppress(Suppression::TooLate);
    }
    Decision::Send { due, late: missed && settings.late == Late::Mark }
}

/// Whether a rule is fired by an account that came to a status. `before`: its status until now, `None` for a new one.
pub fn fires_on_status(rule: &NoticeRule, before: Option<Status>, after: Status) -> bool {
    let wanted = matches!(rule.settings.trigger, Trigger::Status { to } if to == after);
    rule.is_on() && wanted && before != Some(after)
}

/// Whether a rule is fired by a ticket that was opened then.
pub fn fires_on_ticket(rule: &NoticeRule, state: &State, opened_at: Instant) -> bool {
    let Trigger::Ticket { within_days } = rule.settings.trigger else { return false };
    let Some(migrated_at) = state.migrated_at() else { return false };
    let after = opened_at - migrated_at;
    rule.on_since.is_some_and(|on_since| !rule.removed && opened_at >= on_since)
        && after >= TimeDelta::zero()
        && after <= TimeDelta::days(i64::from(within_days))
}

/// The date that each contact was told last, in this attempt.
pub fn last_told(facts: &Facts<'_>) -> BTreeMap<ContactNumber, NaiveDate> {
    let mut told: BTreeMap<ContactNumber, (Instant, NaiveDate)> = BTreeMap::new();
    for message in facts.messages.iter().filter(|message| message.attempt == facts.attempt) {
        let (super::Recipient::Contact(to), MessageState::Sent { at, .. }, Some(date)) =
            (&message.to, &message.state, message.told_date)
        else {
            continue;
        };
        if message.kind.tells_date() && told.get(to).is_none_or(|(known, _)| known <= at) {
            told.insert(*to, (*at, date));
        }
    }
    told.into_iter().map(|(to, (_, date))| (to, date)).collect()
}

/// The contacts who know another date than the account has, while it is scheduled.
pub fn misinformed(facts: &Facts<'_>) -> Vec<ContactNumber> {
    let State::Scheduled { plan } = facts.state else { return Vec::new() };
    last_told(facts).into_iter().filter(|(_, told)| *told != plan.date).map(|(to, _)| to).collect()
}

/// What tells apart the corrections to one contact: the date that they tell, and a number when that date was told by a
/// correction before, and another one after it.
pub fn correction_key(
    facts: &Facts<'_>,
    rule: Option<NoticeRuleNumber>,
    to: &super::Recipient,
    date: NaiveDate,
) -> String {
    let before = facts
        .messages
        .iter()
        .filter(|message| {
            message.rule == rule
                && message.attempt == facts.attempt
                && message.kind == NoticeKind::Correction
                && message.to == *to
                && message.told_date == Some(date)
                && message.state.sent_at().is_some()
        })
        .count();
    if before == 0 { date.to_string() } else { format!("{date}.{}", before + 1) }
}

/// Why a message that has not been sent must not go any more, if so: what it says is not true now.
pub fn obsolete(message: &Message, rule: Option<&NoticeRule>, facts: &Facts<'_>, gone: bool) -> Option<String> {
    let state = facts.state;
    if gone {
        return Some("The account was taken away.".to_owned());
    }
    if message.attempt != facts.attempt {
        return Some(match facts.attempt > message.attempt {
            true => "The account was rolled back.".to_owned(),
            false => "The rollback was undone.".to_owned(),
        });
    }
    if message.kind.tells_date() {
        let State::Scheduled { plan } = state else {
            return Some(format!("The account is {} now.", state.status().label().to_lowercase()));
        };
        if message.told_date != Some(plan.date) {
            return Some(format!("Its date moved to {}.", plan.date.format("%-d %b %Y")));
        }
        return None;
    }
    let left = |status: Status| {
        (state.status() != status).then(|| format!("The account is {} now.", state.status().label().to_lowercase()))
    };
    match rule.map(|rule| &rule.settings.trigger) {
        Some(Trigger::Status { to }) => left(*to),
        Some(Trigger::AfterMigration { .. }) => left(Status::Completed),
        // What takes back that it was migrated is wrong once it is.
        None if message.kind == NoticeKind::Rollback && state.status() == Status::Completed => {
            Some("The account is completed now.".to_owned())
        }
        Some(Trigger::NotNotified { .. }) if matches!(state.status(), Status::Completed | Status::OptedOut) => {
            Some(format!("The account is {} now.", state.status().label().to_lowercase()))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
