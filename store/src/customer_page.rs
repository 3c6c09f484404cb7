//! The way in for a customer behind a link: no sign-in, but a token that opens one account's page, calendar or way out.

use crate::commands::{Answer, Command, LinksCommand, RequestsCommand};
use crate::compose::of_contact;
use crate::error::StoreError;
use crate::model::portal::TokenOf;
use crate::model::{MigrationModel, Model};
use crate::tokens::{self, TOKEN_LENGTH, same};
use crate::waves::{window_days, zone_of};
use crate::writer::{Store, new_command_id};
use crate::zone::{local_date, local_time, zone_instant};
use chrono::{Days, NaiveDate};
use domain::account::Account;
use domain::actor::Actor;
use domain::answer::{Known, Told, told};
use domain::clock::Instant;
use domain::customer_page::link::{Link, Purpose};
use domain::customer_page::offer::{Effect, earliest, offered};
use domain::customer_page::request::{Ask, AskKind, Request, RequestState};
use domain::customer_page::slots::{Slot, slots};
use domain::customer_page::view::{Asked, CalendarEntry, CustomerView, Hours, HowFar, ToldMessage, points, texts};
use domain::id::{ContactNumber, LinkId, MigrationId, RequestNumber};
use domain::notice::message::MessageState;
use domain::notice::{NoticeKind, Recipient};
use domain::spread::{Frame, occupied};
use std::collections::BTreeSet;

/// Requests and messages that a page lists.
const LISTED_MAX: usize = 20;

/// A customer behind a link.
pub struct Guest<'a> {
    store: &'a Store,
    from: String,
}

/// Proof that a token opened something. Only [`Guest::open`] makes one.
#[derive(Clone, Debug)]
pub struct Behind {
    migration: MigrationId,
    link: LinkId,
    purpose: Purpose,
}

/// A request that its main contact may confirm.
#[derive(Clone, Debug)]
pub struct Confirmation {
    migration: MigrationId,
    link: LinkId,
    number: RequestNumber,
    pub ask: Ask,
    /// How far the request is: it can be confirmed while it waits for that.
    pub how: HowFar,
    pub language: String,
    pub zone: String,
    pub name: String,
}

impl Store {
    /// The way in for a customer behind a link; `from` says where the request came from.
    pub fn guest(&self, from: &str) -> Guest<'_> {
        Guest { store: self, from: from.to_owned() }
    }
}

impl Guest<'_> {
    /// What a token opens. A forged, an altered, an expired and a revoked one are answered alike, for the same work.
    pub fn open(&self, token: &str, purpose: Purpose) -> Option<Behind> {
        let now = self.store.inner.clock.now();
        let model = self.store.model();
        let (migration, of) = known(&model, token)?;
        let TokenOf::Link(id, is_for) = of else { return None };
        let here = model.migrations.get(&migration)?;
        let link = here.portal.links.get(&id)?;
        let is_on = purpose == Purpose::Unsubscribe || here.portal.settings.on;
        let opens = is_for == purpose && is_on && link.opens(purpose, now) && here.behind(&model, link).is_some();
        opens.then_some(Behind { migration, link: id, purpose })
    }

    /// The page. `language`: the one that the reader chose instead of their contact's.
    pub fn view(&self, behind: &Behind, language: Option<&str>) -> Option<CustomerView> {
        let now = self.store.inner.clock.now();
        let model = self.store.model();
        let here = model.migrations.get(&behind.migration)?;
        let link = here.portal.links.get(&behind.link)?;
        let (account, _) = here.behind(&model, link)?;
        view(&model, here, &account, link.contact, language, now)
    }

    /// The date as a calendar is told it; nothing if there never was one.
    pub fn calendar(&self, behind: &Behind) -> Option<CalendarEntry> {
        let now = self.store.inner.clock.now();
        let model = self.store.model();
        let here = model.migrations.get(&behind.migration)?;
        let link = here.portal.links.get(&behind.link)?;
        let (account, customer) = here.behind(&model, link)?;
        let contact = customer.profile.contact(link.contact)?;
        let told = told_of(here, &account, now);
        let changed = account.since.map_or(link.created, |since| since.at);
        let hours = |day| hours_of(here, &account, day);
        let language = customer.profile.language_of(contact);
        let name = here.migration.public_name();
        CalendarEntry::of(link, name, language, &told, hours, account.touched.state, changed)
    }

    /// Notes that the link was used. A failure is the log's business: who reads the page need not know.
    pub async fn used(&self, behind: &Behind, day: Option<NaiveDate>) {
        let worth = {
            let model = self.store.model();
            let here = model.migrations.get(&behind.migration);
            let link = here.and_then(|here| here.portal.links.get(&behind.link));
            let now = self.store.inner.clock.now();
            link.is_some_and(|link| link.use_for(behind.purpose, day, now).is_some())
        };
        if !worth {
            return;
        }
        let (migration, link) = (behind.migration.clone(), behind.link.clone());
        let command = LinksCommand::Use { migration, link, purpose: behind.purpose, day };
        if let Err(error) = self.submit(behind.link.clone(), Command::Links(Box::new(command))).await {
            tracing::warn!(%error, "the use of a link could not be noted");
        }
    }

    /// Asks for something. What is wrong with it comes back by field: `gone`, `too_many`, `slot`, `slot_full` and those of
    /// the form.
    pub async fn ask(&self, behind: &Behind, ask: Ask) -> Result<Request, StoreError> {
        if behind.purpose != Purpose::Page {
            return Err(StoreError::field("gone", "This link is not for the page."));
        }
        let (migration, link) = (behind.migration.clone(), behind.link.clone());
        let command = RequestsCommand::Ask { migration, link, ask };
        match self.submit(behind.link.clone(), Command::Requests(Box::new(command))).await? {
            Answer::Request(request) => Ok(*request),
            _ => Err(StoreError::Stopping),
        }
    }

    /// The request that a token confirms, whatever has become of it.
    pub fn confirmation(&self, token: &str) -> Option<Confirmation> {
        let now = self.store.inner.clock.now();
        let model = self.store.model();
        let (migration, of) = known(&model, token)?;
        let TokenOf::Confirmation(number) = of else { return None };
        let here = model.migrations.get(&migration)?;
        let request = here.portal.requests.get(&number)?;
        let link = here.portal.links.get(&request.link)?;
        let (_, customer) = here.behind(&model, link)?;
        let is_live = now - request.at < domain::customer_page::request::CONFIRM_WITHIN * 2;
        if !here.portal.settings.on || !is_live {
            return None;
        }
        let contact = customer.profile.contact(customer.profile.main_contact())?;
        let reader = of_contact(customer, contact, &here.migration.settings.time_zone);
        Some(Confirmation {
            migration,
            link: request.link.clone(),
            number,
            ask: request.ask.clone(),
            how: how_far(request, now)?,
            language: reader.language,
            zone: reader.zone,
            name: here.migration.public_name().to_owned(),
        })
    }

    /// Confirms a request; answers what has become of it.
    pub async fn confirm(&self, confirmation: &Confirmation) -> Result<Request, StoreError> {
        let (migration, number) = (confirmation.migration.clone(), confirmation.number);
        let command = Command::Requests(Box::new(RequestsCommand::Confirm { migration, number }));
        match self.submit(confirmation.link.clone(), command).await? {
            Answer::Request(request) => Ok(*request),
            _ => Err(StoreError::Stopping),
        }
    }

    /// The language and zone of the contact behind a link, and whether they want no messages.
    pub fn reader(&self, behind: &Behind) -> Option<(String, String, bool)> {
        let model = self.store.model();
        let here = model.migrations.get(&behind.migration)?;
        let link = here.portal.links.get(&behind.link)?;
        let (_, customer) = here.behind(&model, link)?;
        let contact = customer.profile.contact(link.contact)?;
        let reader = of_contact(customer, contact, &here.migration.settings.time_zone);
        Some((reader.language, reader.zone, contact.unsubscribed.is_some()))
    }

    /// The contact behind the link wants no more messages.
    pub async fn unsubscribe(&self, behind: &Behind) -> Result<(), StoreError> {
        if behind.purpose != Purpose::Unsubscribe {
            return Err(StoreError::NotFound("This link is not for unsubscribing."));
        }
        let (migration, link) = (behind.migration.clone(), behind.link.clone());
        let command = Command::Links(Box::new(LinksCommand::Unsubscribe { migration, link }));
        self.submit(behind.link.clone(), command).await.map(|_| ())
    }

    /// The token of the calendar file that belongs to a page's token.
    pub fn calendar_token(page_token: &str) -> String {
        tokens::calendar(page_token)
    }

    /// What limits of requests are counted by: it names the link and not its token.
    pub fn key(behind: &Behind) -> String {
        behind.link.0.clone()
    }

    async fn submit(&self, link: LinkId, command: Command) -> Result<Answer, StoreError> {
        self.store.submit(Actor::Link { id: link }, self.from.clone(), new_command_id(), command).await
    }
}

/// What a token is for. The same work is done for one that is known and one that is not.
fn known(model: &Model, token: &str) -> Option<(MigrationId, TokenOf)> {
    // Whatever was sent, a text of one length is hashed.
    let mut sent: String = token.chars().take(TOKEN_LENGTH + 1).collect();
    sent.extend(std::iter::repeat_n('.', (TOKEN_LENGTH + 1).saturating_sub(sent.len())));
    let is_whole = token.len() == TOKEN_LENGTH;
    let hash = tokens::hash(if is_whole { token } else { &sent });
    let found = model.tokens.get_key_value(&hash);
    let nothing = [0; 32];
    let is_same = same(found.map_or(&nothing, |(hash, _)| hash), &hash);
    found.filter(|_| is_same && is_whole).map(|(_, of)| of.clone())
}

/// Today in the migration's zone.
pub(crate) fn today(migration: &MigrationModel, now: Instant) -> NaiveDate {
    local_date(now, &migration.migration.settings.time_zone)
}

fn told_of(migration: &MigrationModel, account: &Account, now: Instant) -> Told {
    let zone = &migration.migration.settings.time_zone;
    let cohort = account.cohort.and_then(|number| migration.cohort(number));
    let window = cohort.and_then(|cohort| cohort.settings.window).map(|window| window_days(&window, zone));
    told(&Known {
        migration: &migration.migration,
        cohort,
        window,
        state: &account.state,
        migrated_on: account.state.migrated_at().map(|at| local_date(at, zone)),
        today: today(migration, now),
    })
}

/// The hours in which an account moves on a day: those of its cohort's window. A window that goes over midnight, or ends at
/// the hour at which it starts, ends on the next day.
fn hours_of(migration: &MigrationModel, account: &Account, day: NaiveDate) -> Option<Hours> {
    let zone = &migration.migration.settings.time_zone;
    let window = migration.cohort(account.cohort?)?.settings.window?;
    let zone = zone_of(&migration.cohort(account.cohort?)?.settings, zone);
    let (first, last) = (local_time(window.starts, zone).time(), local_time(window.ends, zone).time());
    let end_day = if last > first { day } else { day.checked_add_days(Days::new(1))? };
    Some(Hours { starts: zone_instant(day, first, zone), ends: zone_instant(end_day, last, zone) })
}

/// The days that an account may ask for.
pub(crate) fn offered_slots(migration: &MigrationModel, account: &Account, now: Instant) -> Vec<Slot> {
    let settings = &migration.migration.settings;
    let cohort = account.cohort.and_then(|number| migration.cohort(number));
    let Some((cohort, window)) = cohort.and_then(|cohort| Some((cohort, cohort.settings.window?))) else {
        return Vec::new();
    };
    let (first, last) = window_days(&window, &settings.time_zone);
    let today = today(migration, now);
    let calendar = settings.calendar();
    let capacity = cohort.settings.capacity;
    let frame = Frame { first, last, today, capacity, calendar: &calendar, keep: true };
    let states = migration.table.rows_of(cohort.number).map(|row| &row.state);
    let days = occupied(states, &frame);
    let earliest = earliest(today, migration.portal.settings.lead_days);
    slots(&days, capacity, earliest, settings.deadline, account.state.scheduled_for())
}

fn how_far(request: &Request, now: Instant) -> Option<HowFar> {
    match request.state {
        RequestState::AwaitsConfirmation { until, .. } if now < until => Some(HowFar::AwaitsConfirmation),
        RequestState::AwaitsConfirmation { .. } => Some(HowFar::Lapsed),
        RequestState::Open { .. } => Some(HowFar::Open),
        RequestState::Done { .. } => Some(HowFar::Done),
        RequestState::Declined { .. } => Some(HowFar::Declined),
        RequestState::Replaced { .. } => None,
    }
}

/// The page of an account as one of its contacts sees it.
pub(crate) fn view(
    model: &Model,
    here: &MigrationModel,
    account: &Account,
    contact: ContactNumber,
    language: Option<&str>,
    now: Instant,
) -> Option<CustomerView> {
    let customer = crate::compose::customer_of(model, account)?;
    let known = customer.profile.contact(contact).cloned().unwrap_or_default();
    let settings = &here.portal.settings;
    let reader = of_contact(customer, &known, &here.migration.settings.time_zone);
    let own = if reader.language.is_empty() { settings.fallback.clone() } else { reader.language };
    let language = language.map_or(own, str::to_owned);
    let told = told_of(here, account, now);
    let requests = || here.portal.requests_of(account.number).rev();
    let ready = requests().find_map(|request| match &request.ask {
        Ask::Ready { done, .. } => Some(done.clone()),
        _ => None,
    });
    let ready_since = requests().find_map(|request| match &request.ask {
        Ask::Ready { confirmed: true, .. } => Some(request.at),
        _ => None,
    });
    let stage = here.migration.stage;
    let effect = |kind| offered(kind, &account.state, settings, stage, today(here, now));
    let offers: Vec<(AskKind, Effect)> =
        AskKind::ALL.into_iter().filter_map(|kind| Some((kind, effect(kind)?))).collect();
    let moves = offers.iter().any(|(kind, _)| *kind == AskKind::OtherDate);
    let asked = requests()
        // What was ticked shows in the list itself.
        .filter(|request| request.ask.kind() != AskKind::Ready)
        .filter_map(|request| {
            let day = match request.ask {
                Ask::OtherDate { to, .. } => Some(to),
                _ => None,
            };
            Some(Asked { kind: request.ask.kind(), at: request.at, how: how_far(request, now)?, day })
        });
    let sent = here.notices.of_account(account.number).filter_map(|message| match message.state {
        MessageState::Sent { at, .. }
            if message.to == Recipient::Contact(contact) && message.kind != NoticeKind::Internal =>
        {
            Some(ToldMessage { at, kind: message.kind, date: message.told_date })
        }
        _ => None,
    });
    let mut messages: Vec<ToldMessage> = sent.collect();
    messages.sort_by_key(|message| std::cmp::Reverse(message.at));
    messages.truncate(LISTED_MAX);
    let status_page = here.migration.published.then(|| format!("/status/{}", here.migration.settings.slug));
    Some(CustomerView {
        name: here.migration.public_name().to_owned(),
        hours: told.day().and_then(|day| hours_of(here, account, day)),
        rollback_until: account.state.migrated_at().and(account.state.rollback_until()).filter(|until| now < *until),
        texts: texts(settings, &language),
        checklist: points(settings, &language, &ready.unwrap_or_else(BTreeSet::new)),
        ready_since,
        slots: if moves { offered_slots(here, account, now) } else { Vec::new() },
        other_date_until: told
            .day()
            .filter(|_| moves)
            .and_then(|day| day.checked_sub_days(Days::new(u64::from(settings.lead_days.max(1))))),
        offers,
        deadline: here.migration.settings.deadline,
        asked: asked.take(LISTED_MAX).collect(),
        messages,
        support: settings.support.clone(),
        status_page,
        reference: format!("{}-{}", here.migration.settings.slug, account.number),
        unsubscribed: known.unsubscribed.is_some(),
        zone: reader.zone,
        language,
        now,
        told,
    })
}

/// The contact whose link it is, for colleagues.
pub(crate) fn name_of(link: &Link, here: &MigrationModel, model: &Model) -> String {
    let Some((_, customer)) = here.behind(model, link) else { return "A contact who is gone".to_owned() };
    customer.profile.contact(link.contact).map_or_else(String::new, |contact| contact.called().to_owned())
}
