//! A migration's status page as staff write it: times are read and shown in the migration's zone.

use super::acting;
use super::migrations::window_text;
use crate::api::ApiError;
use crate::api::status_page::{
    GoingForm, IncidentAnswer, IncidentForm, IncidentLine, IncidentsAnswer, Other, PageAnswer, Standing, UpdateLine,
};
use chrono::{Duration, NaiveDateTime};
use domain::clock::Instant;
use domain::cohort::Window;
use domain::id::{ComponentNumber, IncidentNumber, IncidentTemplateNumber, MigrationId};
use domain::status_page::change::{ContentSaved, Going, IncidentDraft, IncidentSaved, UpdateDraft};
use domain::status_page::incident::BODY_MAX;
use domain::status_page::{
    ComponentDraft, ComponentState, Follow, Incident, IncidentKind, IncidentTemplateDraft, Look, PageContent, markdown,
};
use std::collections::BTreeSet;
use store::{local_text, zone_instant};

/// A time as forms have it.
const FORM: &str = "%Y-%m-%dT%H:%M";
/// A time for reading.
const READING: &str = "%-d %b %Y, %H:%M %Z";
/// Texts of one preview: every text of the largest page.
const PREVIEW_MAX: usize = 400;

/// The page.
pub async fn page(migration: MigrationId) -> Result<PageAnswer, ApiError> {
    acting(async |acting, _| {
        let view = acting.status_page(&migration).await?;
        let zone = view.time_zone.clone();
        let saved = |at: Instant, by: Option<&domain::id::UserId>| {
            let by = by.and_then(|by| view.names.get(by)).map_or_else(|| "the system".to_owned(), Clone::clone);
            format!("{} by {by}", local_text(at, &zone, READING))
        };
        let page = &view.page;
        let drafted = page.drafted.as_ref().map(|drafted| saved(drafted.at, Some(&drafted.by))).unwrap_or_default();
        let published = page.published.as_ref();
        let texts_published = published.map(|texts| saved(texts.at, texts.by.as_ref())).unwrap_or_default();
        let texts_planned =
            page.planned.as_ref().map(|planned| local_text(planned.at, &zone, READING)).unwrap_or_default();
        Ok(PageAnswer {
            drafted,
            texts_published,
            texts_planned,
            soon: soon(view.now, &zone, 1),
            others: view.others.into_iter().map(|(id, name, published)| Other { id, name, published }).collect(),
            page: view.page,
            components: view.components,
            public: view.public,
            published: view.published,
            time_zone: view.time_zone,
        })
    })
    .await
}

/// The next full hour but some, as a form has it.
fn soon(now: Instant, zone: &str, hours: i64) -> String {
    let rest = now.timestamp().rem_euclid(3_600);
    local_text(now - Duration::seconds(rest) + Duration::hours(hours), zone, FORM)
}

/// Incidents and maintenance.
pub async fn incidents(migration: MigrationId) -> Result<IncidentsAnswer, ApiError> {
    acting(async |acting, _| {
        let view = acting.incidents(&migration).await?;
        let subscribers = acting.subscribers_of(&migration, &BTreeSet::new()).await?;
        let (now, zone) = (view.now, view.time_zone.clone());
        let line = |incident: Incident| {
            let last = incident.seen(now).next_back().and_then(|update| update.at).unwrap_or(incident.started);
            IncidentLine {
                standing: standing(&incident, now),
                when: when(&incident, &zone),
                month: local_text(incident.cancelled.unwrap_or(last), &zone, "%B %Y"),
                incident,
            }
        };
        Ok(IncidentsAnswer {
            incidents: view.incidents.into_iter().map(line).collect(),
            components: view.components,
            templates: view.templates,
            languages: view.languages,
            published: view.published,
            soon: soon(now, &zone, 1),
            later: soon(now, &zone, 3),
            subscribers,
            time_zone: view.time_zone,
        })
    })
    .await
}

fn standing(incident: &Incident, now: Instant) -> Standing {
    let state = incident.state(now);
    match incident.kind {
        _ if incident.cancelled.is_some() || state.is_some_and(|state| state.is_over()) => Standing::Past,
        _ if state.is_none() && incident.next_due().is_some() => Standing::Planned,
        _ if state.is_none() => Standing::Draft,
        IncidentKind::Maintenance if state == Some(domain::status_page::IncidentState::Scheduled) => Standing::Planned,
        _ => Standing::Open,
    }
}

fn when(incident: &Incident, zone: &str) -> String {
    match incident.window {
        Some(window) => window_text(&window, zone),
        None => local_text(incident.started, zone, READING),
    }
}

/// One incident.
pub async fn incident(migration: MigrationId, number: IncidentNumber) -> Result<IncidentAnswer, ApiError> {
    acting(async |acting, _| {
        let view = acting.incident(&migration, number).await?;
        let subscribers = acting.subscribers_of(&migration, &BTreeSet::new()).await?;
        let (incident, zone) = (view.incident, view.time_zone.clone());
        let form = |at: Option<Instant>| at.map(|at| local_text(at, &zone, FORM)).unwrap_or_default();
        let name = |by: Option<&domain::id::UserId>| {
            by.and_then(|by| view.names.get(by)).cloned().unwrap_or_else(|| "The system".to_owned())
        };
        let updates = incident.updates.iter().map(|update| UpdateLine {
            number: update.number,
            when: update.at.map(|at| local_text(at, &zone, READING)).unwrap_or_default(),
            at: form(update.at),
            by: name(update.by.as_ref()),
        });
        let history = view.history.iter().map(|event| {
            format!("{}: {} {}", local_text(event.at, &zone, READING), name(event.actor.user()), event.kind.label())
        });
        Ok(IncidentAnswer {
            standing: standing(&incident, view.now),
            when: when(&incident, &zone),
            window_starts: form(incident.window.map(|window| window.starts)),
            window_ends: form(incident.window.map(|window| window.ends)),
            started: form(Some(incident.started)),
            updates: updates.collect(),
            history: history.collect(),
            soon: soon(view.now, &zone, 1),
            subscribers,
            components: view.components,
            languages: view.languages,
            published: view.published,
            time_zone: view.time_zone,
            incident,
        })
    })
    .await
}

/// Texts as HTML.
pub async fn preview(texts: Vec<String>) -> Result<Vec<String>, ApiError> {
    acting(async |acting, _| {
        acting.may_preview_page().await?;
        if texts.len() > PREVIEW_MAX {
            return Err(ApiError::Refused { message: "These are too many texts for a preview.".to_owned() });
        }
        // A text that is too long is refused when it is saved; its preview ends there.
        let cut = |text: &String| text.chars().take(BODY_MAX).collect::<String>();
        Ok(texts.iter().map(|text| markdown::html(&cut(text))).collect())
    })
    .await
}

/// The draft of the texts.
pub async fn save_texts(migration: MigrationId, seen: u32, content: PageContent) -> Result<ContentSaved, ApiError> {
    acting(async |acting, _| Ok(acting.save_page_draft(&migration, seen, content).await?)).await
}

/// The texts for readers.
pub async fn publish_texts(migration: MigrationId, seen: u32, at: Option<String>) -> Result<ContentSaved, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let at = at.map(|at| time("at", &at, &zone)).transpose()?;
        Ok(acting.publish_page_texts(&migration, seen, at).await?)
    })
    .await
}

/// No texts go out by themselves.
pub async fn drop_plan(migration: MigrationId) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.drop_page_plan(&migration).await?)).await
}

/// The theme.
pub async fn set_look(migration: MigrationId, look: Look) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.set_page_look(&migration, look).await?)).await
}

/// What the page shows by itself.
pub async fn set_follow(migration: MigrationId, follow: Follow) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.set_page_follow(&migration, follow).await?)).await
}

/// Other migrations on the page.
pub async fn set_also(migration: MigrationId, also: Vec<MigrationId>) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.set_page_also(&migration, also).await?)).await
}

/// A part of the service.
pub async fn save_component(
    migration: MigrationId,
    number: Option<ComponentNumber>,
    draft: ComponentDraft,
) -> Result<ComponentNumber, ApiError> {
    acting(async |acting, _| Ok(acting.save_component(&migration, number, draft).await?)).await
}

/// A part's place.
pub async fn place_component(
    migration: MigrationId,
    number: ComponentNumber,
    group: Option<ComponentNumber>,
    position: u16,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.place_component(&migration, number, group, position).await?)).await
}

/// A part's state.
pub async fn set_component_state(
    migration: MigrationId,
    number: ComponentNumber,
    state: ComponentState,
) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.set_component_state(&migration, number, state).await?)).await
}

/// A part off the page or on it.
pub async fn retire_component(migration: MigrationId, number: ComponentNumber, retired: bool) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.retire_component(&migration, number, retired).await?)).await
}

/// A new incident or maintenance.
pub async fn begin_incident(
    migration: MigrationId,
    form: IncidentForm,
    first: UpdateDraft,
    going: GoingForm,
) -> Result<IncidentSaved, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let (draft, going) = (draft_of(form, &zone)?, going_of(going, &zone)?);
        Ok(acting.begin_incident(&migration, draft, first, going).await?)
    })
    .await
}

/// An incident's facts.
pub async fn change_incident(
    migration: MigrationId,
    number: IncidentNumber,
    seen: u32,
    form: IncidentForm,
) -> Result<IncidentSaved, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let draft = draft_of(form, &zone)?;
        Ok(acting.change_incident(&migration, number, seen, draft).await?)
    })
    .await
}

/// An update.
pub async fn save_update(
    migration: MigrationId,
    incident: IncidentNumber,
    seen: u32,
    update: Option<u32>,
    draft: UpdateDraft,
    going: GoingForm,
) -> Result<IncidentSaved, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let going = going_of(going, &zone)?;
        Ok(acting.save_incident_update(&migration, incident, seen, update, draft, going).await?)
    })
    .await
}

/// An update less.
pub async fn remove_update(
    migration: MigrationId,
    incident: IncidentNumber,
    seen: u32,
    update: u32,
) -> Result<IncidentSaved, ApiError> {
    acting(async |acting, _| Ok(acting.remove_incident_update(&migration, incident, seen, update).await?)).await
}

/// An incident less.
pub async fn take_back(migration: MigrationId, incident: IncidentNumber, seen: u32) -> Result<IncidentSaved, ApiError> {
    acting(async |acting, _| Ok(acting.take_back_incident(&migration, incident, seen).await?)).await
}

/// A template.
pub async fn save_template(
    migration: MigrationId,
    number: Option<IncidentTemplateNumber>,
    draft: IncidentTemplateDraft,
) -> Result<IncidentTemplateNumber, ApiError> {
    acting(async |acting, _| Ok(acting.save_incident_template(&migration, number, draft).await?)).await
}

/// A template less.
pub async fn remove_template(migration: MigrationId, number: IncidentTemplateNumber) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.remove_incident_template(&migration, number).await?)).await
}

/// The instant that a form's time means in the zone.
fn time(field: &str, text: &str, zone: &str) -> Result<Instant, ApiError> {
    let text = text.trim();
    let parsed = [FORM, "%Y-%m-%dT%H:%M:%S"].iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let parsed = parsed.ok_or_else(|| ApiError::field(field, "A day and a time, please."))?;
    Ok(zone_instant(parsed.date(), parsed.time(), zone))
}

fn going_of(going: GoingForm, zone: &str) -> Result<Going, ApiError> {
    Ok(match going {
        GoingForm::Draft => Going::Draft,
        GoingForm::Now => Going::Now,
        GoingForm::At(at) => Going::At(time("at", &at, zone)?),
    })
}

fn draft_of(form: IncidentForm, zone: &str) -> Result<IncidentDraft, ApiError> {
    let IncidentForm { kind, title, impact, window_starts, window_ends, started, by_itself } = form;
    let window = match kind {
        IncidentKind::Incident => None,
        IncidentKind::Maintenance => Some(Window {
            starts: time("window_starts", &window_starts, zone)?,
            ends: time("window_ends", &window_ends, zone)?,
        }),
    };
    let started = match started.trim() {
        "" => None,
        text => Some(time("started", text, zone)?),
    };
    Ok(IncidentDraft { kind, title, impact, window, started, by_itself })
}
