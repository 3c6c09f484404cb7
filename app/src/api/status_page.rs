//! A migration's status page as staff write it.

use super::ApiError;
use domain::id::{ComponentNumber, IncidentNumber, IncidentTemplateNumber, MigrationId};
use domain::public_page::PublicPage;
use domain::status_page::change::{ContentSaved, IncidentSaved, UpdateDraft};
use domain::status_page::{
    Component, ComponentDraft, ComponentState, Follow, Impact, Incident, IncidentKind, IncidentTemplate,
    IncidentTemplateDraft, Localized, Look, PageContent, StatusPage,
};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// The page with everything that its screens show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageAnswer {
    pub page: StatusPage,
    pub components: Vec<Component>,
    /// What readers see now, or would see.
    pub public: PublicPage,
    pub published: bool,
    pub others: Vec<Other>,
    pub time_zone: String,
    /// `3 May 2026, 14:05 by Ines Ferreira`; empty if nobody has saved a draft.
    pub drafted: String,
    /// The same of what is published.
    pub texts_published: String,
    /// When the planned texts go out.
    pub texts_planned: String,
    /// A time to propose for a plan, as a form has it.
    pub soon: String,
}

/// Another migration that the page may show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Other {
    pub id: MigrationId,
    pub name: String,
    /// Whether its own page is public; otherwise it does not appear.
    pub published: bool,
}

/// Incidents and maintenance, and what a new one is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentsAnswer {
    pub incidents: Vec<IncidentLine>,
    pub components: Vec<Component>,
    pub templates: Vec<IncidentTemplate>,
    /// The fallback first.
    pub languages: Vec<String>,
    pub published: bool,
    pub time_zone: String,
    /// Times to propose, as a form has them.
    pub soon: String,
    pub later: String,
    /// Who hears of incidents.
    pub subscribers: u32,
}

/// An incident in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentLine {
    pub incident: Incident,
    pub standing: Standing,
    /// When it began, or is to be: for reading, in the migration's zone.
    pub when: String,
    /// The month in which it ended: `May 2026`.
    pub month: String,
}

/// In which list an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    Open,
    Planned,
    Draft,
    Past,
}

/// One incident with its times for reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentAnswer {
    pub incident: Incident,
    pub standing: Standing,
    pub components: Vec<Component>,
    pub languages: Vec<String>,
    pub published: bool,
    pub time_zone: String,
    pub when: String,
    /// The times of the window, and when it began, as a form has them.
    pub window_starts: String,
    pub window_ends: String,
    pub started: String,
    /// Of each update its number, its time for reading, the same as a form has it, and who wrote it.
    pub updates: Vec<UpdateLine>,
    pub history: Vec<String>,
    pub soon: String,
    /// Who hears of incidents.
    pub subscribers: u32,
}

/// An update's times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateLine {
    pub number: u32,
    pub when: String,
    pub at: String,
    pub by: String,
}

/// What is typed of an incident; times as a form has them, in the migration's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentForm {
    pub kind: IncidentKind,
    pub title: Localized,
    pub impact: Impact,
    pub window_starts: String,
    pub window_ends: String,
    /// Empty: when its first update goes out.
    pub started: String,
    pub by_itself: bool,
}

/// When something goes out; the time as a form has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GoingForm {
    Draft,
    Now,
    At(String),
}

/// The status page of a migration.
#[server(name = AskStatusPage, endpoint = "status-page/page")]
pub async fn status_page(migration: MigrationId) -> Result<PageAnswer, ApiError> {
    crate::backend::status_page::page(migration).await
}

/// Its incidents and maintenance.
#[server(name = AskIncidents, endpoint = "status-page/incidents")]
pub async fn incidents(migration: MigrationId) -> Result<IncidentsAnswer, ApiError> {
    crate::backend::status_page::incidents(migration).await
}

/// One incident or maintenance.
#[server(name = AskIncident, endpoint = "status-page/incident")]
pub async fn incident(migration: MigrationId, number: IncidentNumber) -> Result<IncidentAnswer, ApiError> {
    crate::backend::status_page::incident(migration, number).await
}

/// Texts as HTML, for a preview.
#[server(endpoint = "status-page/preview", input = Json)]
pub async fn preview_texts(texts: Vec<String>) -> Result<Vec<String>, ApiError> {
    crate::backend::status_page::preview(texts).await
}

/// Saves the draft of the texts.
#[server(endpoint = "status-page/save-texts", input = Json)]
pub async fn save_texts(migration: MigrationId, seen: u32, content: PageContent) -> Result<ContentSaved, ApiError> {
    crate::backend::status_page::save_texts(migration, seen, content).await
}

/// Publishes the draft of the texts; at a time, if there is one.
#[server(endpoint = "status-page/publish-texts", input = Json)]
pub async fn publish_texts(migration: MigrationId, seen: u32, at: Option<String>) -> Result<ContentSaved, ApiError> {
    crate::backend::status_page::publish_texts(migration, seen, at).await
}

/// What was to go out by itself stays.
#[server(endpoint = "status-page/drop-plan", input = Json)]
pub async fn drop_plan(migration: MigrationId) -> Result<(), ApiError> {
    crate::backend::status_page::drop_plan(migration).await
}

/// Changes the theme.
#[server(endpoint = "status-page/look", input = Json)]
pub async fn set_look(migration: MigrationId, look: Look) -> Result<(), ApiError> {
    crate::backend::status_page::set_look(migration, look).await
}

/// Changes what the page shows by itself.
#[server(endpoint = "status-page/follow", input = Json)]
pub async fn set_follow(migration: MigrationId, follow: Follow) -> Result<(), ApiError> {
    crate::backend::status_page::set_follow(migration, follow).await
}

/// Changes which other migrations the page shows.
#[server(endpoint = "status-page/also", input = Json)]
pub async fn set_also(migration: MigrationId, also: Vec<MigrationId>) -> Result<(), ApiError> {
    crate::backend::status_page::set_also(migration, also).await
}

/// Adds or changes a part of the service.
#[server(endpoint = "status-page/component", input = Json)]
pub async fn save_component(
    migration: MigrationId,
    number: Option<ComponentNumber>,
    draft: ComponentDraft,
) -> Result<ComponentNumber, ApiError> {
    crate::backend::status_page::save_component(migration, number, draft).await
}

/// Puts a part at another place.
#[server(endpoint = "status-page/place-component", input = Json)]
pub async fn place_component(
    migration: MigrationId,
    number: ComponentNumber,
    group: Option<ComponentNumber>,
    position: u16,
) -> Result<(), ApiError> {
    crate::backend::status_page::place_component(migration, number, group, position).await
}

/// Says how a part works.
#[server(endpoint = "status-page/component-state", input = Json)]
pub async fn set_component_state(
    migration: MigrationId,
    number: ComponentNumber,
    state: ComponentState,
) -> Result<(), ApiError> {
    crate::backend::status_page::set_component_state(migration, number, state).await
}

/// Takes a part off the page, or puts it back.
#[server(endpoint = "status-page/retire-component", input = Json)]
pub async fn retire_component(migration: MigrationId, number: ComponentNumber, retired: bool) -> Result<(), ApiError> {
    crate::backend::status_page::retire_component(migration, number, retired).await
}

/// Writes a new incident or maintenance.
#[server(endpoint = "status-page/begin-incident", input = Json)]
pub async fn begin_incident(
    migration: MigrationId,
    form: IncidentForm,
    first: UpdateDraft,
    going: GoingForm,
) -> Result<IncidentSaved, ApiError> {
    crate::backend::status_page::begin_incident(migration, form, first, going).await
}

/// Changes an incident's facts.
#[server(endpoint = "status-page/change-incident", input = Json)]
pub async fn change_incident(
    migration: MigrationId,
    number: IncidentNumber,
    seen: u32,
    form: IncidentForm,
) -> Result<IncidentSaved, ApiError> {
    crate::backend::status_page::change_incident(migration, number, seen, form).await
}

/// Writes an update, or corrects one.
#[server(endpoint = "status-page/save-update", input = Json)]
pub async fn save_update(
    migration: MigrationId,
    incident: IncidentNumber,
    seen: u32,
    update: Option<u32>,
    draft: UpdateDraft,
    going: GoingForm,
) -> Result<IncidentSaved, ApiError> {
    crate::backend::status_page::save_update(migration, incident, seen, update, draft, going).await
}

/// Takes an update away that nobody has seen.
#[server(endpoint = "status-page/remove-update", input = Json)]
pub async fn remove_update(
    migration: MigrationId,
    incident: IncidentNumber,
    seen: u32,
    update: u32,
) -> Result<IncidentSaved, ApiError> {
    crate::backend::status_page::remove_update(migration, incident, seen, update).await
}

/// Takes an incident back.
#[server(endpoint = "status-page/take-back", input = Json)]
pub async fn take_back(migration: MigrationId, incident: IncidentNumber, seen: u32) -> Result<IncidentSaved, ApiError> {
    crate::backend::status_page::take_back(migration, incident, seen).await
}

/// Saves a template of incidents.
#[server(endpoint = "status-page/save-template", input = Json)]
pub async fn save_incident_template(
    migration: MigrationId,
    number: Option<IncidentTemplateNumber>,
    draft: IncidentTemplateDraft,
) -> Result<IncidentTemplateNumber, ApiError> {
    crate::backend::status_page::save_template(migration, number, draft).await
}

/// Takes a template of incidents away.
#[server(endpoint = "status-page/remove-template", input = Json)]
pub async fn remove_incident_template(migration: MigrationId, number: IncidentTemplateNumber) -> Result<(), ApiError> {
    crate::backend::status_page::remove_template(migration, number).await
}
