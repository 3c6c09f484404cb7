//! Customers' pages for colleagues.

use super::acting;
use crate::api::ApiError;
use crate::api::customer_pages::{ContactLine, LinkLine, Panel, RequestLine, Waiting, WaitingLine};
use domain::clock::Instant;
use domain::customer_page::link::Link;
use domain::customer_page::request::{Request, RequestState};
use domain::customer_page::settings::PageSettings;
use domain::id::{AccountNumber, ContactNumber, ExternalId, LinkId, MigrationId, RequestNumber, UserId};
use std::collections::BTreeMap;
use store::{local_text, request_in_words};

/// Links and requests of an account.
pub async fn panel(migration: MigrationId, account: AccountNumber) -> Result<Panel, ApiError> {
    acting(async |acting, _| {
        let known = acting.customer_panel(&migration, account).await?;
        let names = acting.people_names().await?;
        let reading = |at: Instant| local_text(at, &known.time_zone, "%-d %b %Y, %H:%M");
        let contacts = known.contacts.iter().map(|line| ContactLine {
            contact: line.contact,
            name: line.name.clone(),
            unsubscribed: line.unsubscribed.map(reading),
            link: line.link.as_ref().map(|link| link_line(link, known.now, &reading)),
        });
        let requests = known.requests.iter().map(|request| request_line(request, known.now, &names, &reading));
        Ok(Panel { on: known.on, contacts: contacts.collect(), requests: requests.collect() })
    })
    .await
}

fn link_line(link: &Link, now: Instant, reading: &dyn Fn(Instant) -> String) -> LinkLine {
    let state = match &link.revoked {
        Some(revoked) => format!("taken back on {}", reading(revoked.at)),
        None if now >= link.expires => format!("ended on {}", reading(link.expires)),
        None => format!("good until {}", reading(link.expires)),
    };
    LinkLine {
        id: link.id.clone(),
        is_live: link.is_live(now),
        state,
        opened: link.used.page.map(reading).unwrap_or_default(),
        fetched: link.used.calendar.map(reading).unwrap_or_default(),
    }
}

fn request_line(
    request: &Request,
    now: Instant,
    names: &BTreeMap<UserId, String>,
    reading: &dyn Fn(Instant) -> String,
) -> RequestLine {
    let name = |user: &UserId| names.get(user).cloned().unwrap_or_else(|| "Somebody".to_owned());
    let label = request.state.label();
    let (state, note) = match &request.state {
        RequestState::AwaitsConfirmation { until, .. } if now < *until => {
            (format!("{label}, until {}", reading(*until)), String::new())
        }
        RequestState::AwaitsConfirmation { .. } => ("Was not confirmed in time".to_owned(), String::new()),
        RequestState::Open { note } => (label.to_owned(), note.clone()),
        RequestState::Done { at, by: Some(by) } => (format!("{label}, {}, {}", name(by), reading(*at)), String::new()),
        RequestState::Done { at, by: None } => (format!("{label}, {}", reading(*at)), String::new()),
        RequestState::Declined { at, by, reason } => {
            (format!("{label}, {}, {}", name(by), reading(*at)), reason.clone())
        }
        RequestState::Replaced { at } => (format!("{label}, {}", reading(*at)), String::new()),
    };
    RequestLine {
        number: request.number,
        kind: request.ask.kind().label().to_owned(),
        words: request_in_words(&request.ask),
        at: reading(request.at),
        is_open: request.is_open(),
        state,
        note,
    }
}

/// The address of a contact's page.
pub async fn link(migration: MigrationId, account: AccountNumber, contact: ContactNumber) -> Result<String, ApiError> {
    acting(async |acting, _| Ok(acting.customer_link(&migration, account, contact).await?)).await
}

/// Takes a link back.
pub async fn revoke(migration: MigrationId, link: LinkId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.revoke_customer_link(&migration, &link).await?)).await
}

/// A contact wants messages again.
pub async fn resubscribe(customer: ExternalId, contact: ContactNumber) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.resubscribe(&customer, contact).await?)).await
}

/// Does what a customer asked for, or says why not.
pub async fn answer(
    migration: MigrationId,
    number: RequestNumber,
    accept: bool,
    reason: String,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.answer_request(&migration, number, accept, reason).await?)).await
}

/// What customers' pages say and allow.
pub async fn settings(migration: MigrationId) -> Result<PageSettings, ApiError> {
    acting(async |acting, _| Ok((*acting.customer_page(&migration).await?).clone())).await
}

/// Changes what customers' pages say and allow.
pub async fn change(migration: MigrationId, settings: PageSettings) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.change_customer_page(&migration, settings).await?)).await
}

/// The requests that wait for the signed-in user.
pub async fn waiting() -> Result<Waiting, ApiError> {
    acting(async |acting, _| {
        let (open, total) = acting.open_requests().await?;
        let lines = open.into_iter().map(|open| WaitingLine {
            slug: open.slug,
            migration_name: open.migration_name,
            account: open.row.number,
            external_id: open.row.external_id,
            name: open.row.name,
            who: open.who,
            kind: open.request.ask.kind().label().to_owned(),
            words: request_in_words(&open.request.ask),
            at: local_text(open.request.at, "UTC", "%-d %b, %H:%M UTC"),
        });
        Ok(Waiting { lines: lines.collect(), total })
    })
    .await
}
