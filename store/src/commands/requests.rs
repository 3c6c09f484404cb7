//! What customers ask for on their pages. What is accepted changes the account by the same rules as an edit.

use super::accounts::{self, AccountEdit};
use super::links::{customer, tell};
use super::{Answer, Context, Prepared, directory, messages, reason};
use crate::compose::of_contact;
use crate::customer_page::{offered_slots, today};
use crate::error::StoreError;
use crate::journal::hex;
use crate::model::{MigrationModel, Write};
use crate::tokens;
use chrono::TimeDelta;
use domain::account::Change;
use domain::customer::Contact;
use domain::customer::edit::CustomerChange;
use domain::customer_page::offer::{Effect, offered};
use domain::customer_page::request::{
    Ask, AskKind, CONFIRM_WITHIN, PER_DAY_MAX, Request, RequestRefusal, RequestState,
};
use domain::customer_page::slots::{NoSlot, take};
use domain::customer_page::words::{Say, Speech};
use domain::event::EventKind;
use domain::field::{Field, FieldChange};
use domain::id::{ContactNumber, LinkId, MigrationId, RequestNumber, UserId};
use domain::notice::flag::{Flag, FlagKind};
use domain::notice::message::{Content, Message, MessageKey, MessageState};
use domain::notice::{Medium, NoticeKind, Recipient};
use domain::policy::Role;
use domain::state::Move;
use domain::user::is_email;
use serde_json::{Value, json};

/// What is asked of requests.
pub(crate) enum RequestsCommand {
    Ask {
        migration: MigrationId,
        link: LinkId,
        ask: Ask,
    },
    /// The main contact has confirmed it.
    Confirm {
        migration: MigrationId,
        number: RequestNumber,
    },
    Answer {
        migration: MigrationId,
        number: RequestNumber,
        by: UserId,
        accept: bool,
        /// Why not.
        reason: String,
    },
}

const NO_REQUEST: StoreError = StoreError::NotFound("This request does not exist.");
/// Why a date is pinned that a customer asked for.
pub(crate) const ASKED: &str = "The customer asked for this date.";

pub(super) fn prepare(context: &Context<'_>, command: &RequestsCommand) -> Result<Prepared, StoreError> {
    match command {
        RequestsCommand::Ask { migration, link, ask: wanted } => ask(context, migration, link, wanted),
        RequestsCommand::Confirm { migration, number } => confirm(context, migration, *number),
        RequestsCommand::Answer { migration, number, by, accept: true, .. } => accept(context, migration, *number, by),
        RequestsCommand::Answer { migration, number, by, accept: false, reason } => {
            decline(context, migration, *number, by, reason)
        }
    }
}

fn ask(context: &Context<'_>, id: &MigrationId, link: &LinkId, wanted: &Ask) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let gone = || StoreError::field("gone", "This is not offered any more. Nothing was changed.");
    let link = migration.portal.links.get(link).filter(|link| link.is_live(context.now)).ok_or_else(gone)?;
    let (account, _) = migration.behind(context.model, link).ok_or_else(gone)?;
    let ask = wanted.clone().tidied();
    let problems = ask.problems();
    if !problems.is_empty() {
        return Err(StoreError::Invalid(problems));
    }
    let settings = &migration.portal.settings;
    let stage = migration.migration.stage;
    let effect = offered(ask.kind(), &account.state, settings, stage, today(migration, context.now));
    let effect = effect.filter(|_| settings.on).ok_or_else(gone)?;
    let lately = |request: &&Request| context.now - request.at < TimeDelta::days(1);
    if migration.portal.requests_of(account.number).filter(lately).count() >= PER_DAY_MAX {
        return Err(StoreError::field("too_many", "Too many requests for one day. Nothing was changed."));
    }
    let ask = match ask {
        Ask::OtherDate { to, .. } => {
            take(&offered_slots(migration, &account, context.now), to).map_err(no_slot)?;
            Ask::OtherDate { from: account.state.scheduled_for(), to }
        }
        Ask::Ready { mut done, confirmed } => {
            done.retain(|number| settings.checklist.iter().any(|point| point.number == *number));
            Ask::Ready { done, confirmed }
        }
        other => other,
    };
    let number = RequestNumber(migration.portal.requests.last_key_value().map_or(0, |(last, _)| last.0) + 1);
    let request = Request {
        number,
        account: account.number,
        link: link.id.clone(),
        contact: link.contact,
        ask,
        at: context.now,
        state: RequestState::Open { note: String::new() },
    };
    let mut prepared = Prepared::default();
    let request = match effect {
        Effect::AtOnce => request.done(None, context.now),
        Effect::Approved => request,
        Effect::Confirmed => match ask_to_confirm(context, id, &request, &mut prepared)? {
            Ok(waiting) => waiting,
            // Nobody can confirm it: a colleague decides.
            Err(why) => request.open(why),
        },
    };
    let earlier = migration.portal.requests_of(account.number);
    let replaced = earlier.filter_map(|earlier| earlier.replaced_by(&request.ask, context.now));
    prepared.writes.extend(replaced.map(|request| Write::CustomerRequest(id.clone(), Box::new(request))));
    let mut changes = vec![
        FieldChange::set(Field::Request, number.0),
        FieldChange::set(Field::LinkId, request.link.as_str()),
        FieldChange::set(Field::RequestState, request.state.code()),
        FieldChange::set(Field::RequestWords, in_words(&request.ask)),
    ];
    if request.ask.kind() == AskKind::Problem {
        let flag = Flag {
            account: account.number,
            kind: FlagKind::Attention,
            about: format!("request.{number}"),
            raised: context.now,
            because: "The customer says on their page that something is wrong.".to_owned(),
            cleared: None,
        };
        changes.push(FieldChange::set(Field::Flag, json!(FlagKind::Attention)));
        prepared.writes.push(Write::Flag(id.clone(), flag));
    }
    tell(context, id, account.number, EventKind::CustomerAsked, changes, &mut prepared);
    prepared.writes.push(Write::CustomerRequest(id.clone(), Box::new(request.clone())));
    prepared.answer = Answer::Request(Box::new(request));
    Ok(prepared)
}

fn no_slot(why: NoSlot) -> StoreError {
    let field = if why == NoSlot::Full { "slot_full" } else { "slot" };
    StoreError::field(field, why.to_string())
}

/// The request in one line, for colleagues and for the log.
pub(crate) fn in_words(ask: &Ask) -> String {
    let with = |line: String, words: &str| if words.is_empty() { line } else { format!("{line}: {words}") };
    match ask {
        Ask::Ready { done, confirmed: true } => format!("They are ready, {} points done", done.len()),
        Ask::Ready { done, confirmed: false } => format!("{} points done", done.len()),
        Ask::OtherDate { to, .. } => format!("Another date: {to}"),
        Ask::OptOut { why, words } => with(why.label().to_owned(), words),
        Ask::Contact { name, email, role } => {
            let parts: Vec<&str> =
                [name, email, role].into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            format!("Another contact: {}", parts.join(", "))
        }
        Ask::Rating { score, words } => with(format!("{score} of 5"), words),
        Ask::Problem { words } => words.clone(),
    }
}

/// Writes to the main contact; `Err` says why that cannot be.
fn ask_to_confirm(
    context: &Context<'_>,
    id: &MigrationId,
    request: &Request,
    prepared: &mut Prepared,
) -> Result<Result<Request, &'static str>, StoreError> {
    let customer = customer(context, id, request.account)?;
    let main = customer.profile.main_contact();
    let token = context.model.token_key.confirmation(id, request.number);
    let base_url = &context.model.base_url;
    if base_url.is_empty() {
        return Ok(Err("The address of this server is not known, so nobody could be asked to confirm it."));
    }
    let write = |speech: Speech| {
        let asked = for_customer(speech, &request.ask);
        let subject = speech.say(Say::ConfirmTitle).to_owned();
        let text = format!(
            "{}\n\n{}\n\n    {asked}\n\n{}:\n{base_url}/c/confirm/{token}\n\n{}\n",
            speech.say(Say::Hello),
            speech.say(Say::ConfirmText),
            speech.say(Say::ConfirmButton),
            speech.say(Say::ConfirmNot),
        );
        (subject, text)
    };
    if !mail(context, id, request, main, "confirm", write, prepared) {
        return Ok(Err("The main contact cannot be reached by mail, so nobody could confirm it."));
    }
    let (until, hash) = (context.now + CONFIRM_WITHIN, hex(&tokens::hash(&token)));
    let state = RequestState::AwaitsConfirmation { until, hash };
    Ok(Ok(Request { state, ..request.clone() }))
}

/// The request in the words of its customer's language; without what somebody wrote.
fn for_customer(speech: Speech, ask: &Ask) -> String {
    let kind = speech.kind(ask.kind());
    match ask {
        Ask::OtherDate { to, .. } => format!("{kind}: {}", speech.date(*to)),
        Ask::OptOut { why, .. } => format!("{kind}: {}", speech.opt_out_reason(*why)),
        Ask::Contact { email, .. } => format!("{kind}: {email}"),
        _ => kind.to_owned(),
    }
}

/// Writes a mail about a request to a contact. False: they cannot be reached.
fn mail(
    context: &Context<'_>,
    id: &MigrationId,
    request: &Request,
    to: ContactNumber,
    what: &str,
    write: impl FnOnce(Speech) -> (String, String),
    prepared: &mut Prepared,
) -> bool {
    let Some(migration) = context.model.migrations.get(id) else { return false };
    let Some(account) = migration.table.account(request.account) else { return false };
    let Ok(customer) = customer(context, id, request.account) else { return false };
    let contact = customer.profile.contact(to);
    let Some(contact) = contact.filter(|contact| is_email(&contact.email) && contact.unsubscribed.is_none()) else {
        return false;
    };
    let reader = of_contact(customer, contact, &migration.migration.settings.time_zone);
    let speech = Speech::new(&reader.language, &reader.zone);
    let (subject, text) = write(speech);
    let language = speech.lang.tag().to_owned();
    let (address, name) = (reader.address, reader.name);
    let content = Content { address, name, language, subject, text, html: String::new() };
    let to = Recipient::Contact(to);
    let message = Message {
        key: MessageKey::of_command(&format!("request.{}.{what}", request.number), &to),
        rule: None,
        template: None,
        kind: NoticeKind::Request,
        account: Some(account.number),
        cohort: None,
        attempt: account.attempt,
        to,
        medium: Medium::Email,
        told_date: None,
        written: context.now,
        due: context.now,
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Waiting { tries: 0, answer: String::new() },
    };
    messages::put(prepared, id, Some(account.customer), message, Some(content));
    true
}

fn request_of(migration: &MigrationModel, number: RequestNumber) -> Result<&Request, StoreError> {
    migration.portal.requests.get(&number).ok_or(NO_REQUEST)
}

fn refused(refusal: RequestRefusal) -> StoreError {
    StoreError::Refused(refusal.to_string())
}

fn confirm(context: &Context<'_>, id: &MigrationId, number: RequestNumber) -> Result<Prepared, StoreError> {
    let request = request_of(context.model.migration(id)?, number)?;
    request.confirm(context.now).map_err(refused)?;
    let (mut prepared, after) = match carry_out(context, id, request) {
        Ok(prepared) => (prepared, request.done(None, context.now)),
        // It was asked for in good faith: what the rules refuse is a colleague's to settle.
        Err(why) => (Prepared::default(), request.open(&format!("The main contact has confirmed it, but: {why}"))),
    };
    tell_state(context, id, request, &after, EventKind::RequestConfirmed, None, &mut prepared);
    Ok(prepared)
}

fn accept(context: &Context<'_>, id: &MigrationId, number: RequestNumber, by: &UserId) -> Result<Prepared, StoreError> {
    let request = request_of(context.model.migration(id)?, number)?;
    request.may_be_answered().map_err(refused)?;
    let mut prepared = carry_out(context, id, request)?;
    let after = request.done(Some(by.clone()), context.now);
    tell_state(context, id, request, &after, EventKind::RequestAnswered, None, &mut prepared);
    answer(context, id, request, Say::AnswerYes, "", &mut prepared);
    Ok(prepared)
}

fn decline(
    context: &Context<'_>,
    id: &MigrationId,
    number: RequestNumber,
    by: &UserId,
    why: &str,
) -> Result<Prepared, StoreError> {
    let why = reason(why)?;
    let request = request_of(context.model.migration(id)?, number)?;
    request.may_be_answered().map_err(refused)?;
    let mut prepared = Prepared::default();
    let after = request.decline(by, &why, context.now);
    tell_state(context, id, request, &after, EventKind::RequestAnswered, Some(&why), &mut prepared);
    answer(context, id, request, Say::AnswerNo, &why, &mut prepared);
    Ok(prepared)
}

/// Tells whoever asked what has become of it; the reason is the colleague's own words.
fn answer(context: &Context<'_>, id: &MigrationId, request: &Request, say: Say, why: &str, prepared: &mut Prepared) {
    let write = |speech: Speech| {
        let asked = for_customer(speech, &request.ask);
        let mut text = format!("{}\n\n{}\n\n    {asked}\n", speech.say(Say::Hello), speech.say(say));
        if !why.is_empty() {
            text.push_str(&format!("\n{why}\n"));
        }
        if let Some(migration) = context.model.migrations.get(id) {
            let known = migration.link_for(context.model, request.account, request.contact, None, context.now);
            let address = context.model.page_address(&known.token);
            if !address.is_empty() {
                text.push_str(&format!("\n{}:\n{address}\n", speech.say(Say::OpenPage)));
            }
        }
        (asked, text)
    };
    // Who cannot be reached by mail reads it on the page.
    mail(context, id, request, request.contact, "answer", write, prepared);
}

/// Does what was asked for, by the same rules as an edit of a colleague.
fn carry_out(context: &Context<'_>, id: &MigrationId, request: &Request) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(id)?;
    let account = migration.table.account(request.account);
    let account = account.ok_or(StoreError::NotFound("This account does not exist."))?;
    let edit = |to: Move| {
        let changes = vec![Change::State { seen: account.state.clone(), to }];
        accounts::edit(context, id, request.account, &AccountEdit { role: Role::Operator, changes })
    };
    match &request.ask {
        Ask::OtherDate { to, .. } if account.state.scheduled_for() == Some(*to) => Ok(Prepared::default()),
        Ask::OtherDate { to, .. } => {
            take(&offered_slots(migration, &account, context.now), *to)
                .map_err(|why| StoreError::Refused(why.to_string()))?;
            edit(Move::Schedule { date: *to, pinned: Some(ASKED.to_owned()) })
        }
        Ask::OptOut { .. } => edit(Move::OptOut),
        Ask::Contact { name, email, role } => {
            let contact =
                Contact { name: name.clone(), email: email.clone(), role: role.clone(), ..Contact::default() };
            directory::change(context, &account.customer, &[CustomerChange::AddContact { contact }])
        }
        Ask::Ready { .. } | Ask::Rating { .. } | Ask::Problem { .. } => Ok(Prepared::default()),
    }
}

/// The event that says what has become of a request, and its row.
fn tell_state(
    context: &Context<'_>,
    id: &MigrationId,
    before: &Request,
    after: &Request,
    kind: EventKind,
    why: Option<&str>,
    prepared: &mut Prepared,
) {
    prepared.answer = Answer::Request(Box::new(after.clone()));
    let mut changes = vec![
        FieldChange::set(Field::Request, before.number.0),
        FieldChange {
            field: Field::RequestState,
            before: json!(before.state.code()),
            after: json!(after.state.code()),
        },
    ];
    changes.extend(why.map(|why| FieldChange::set(Field::Reason, Value::from(why))));
    tell(context, id, before.account, kind, changes, prepared);
    prepared.writes.push(Write::CustomerRequest(id.clone(), Box::new(after.clone())));
}
