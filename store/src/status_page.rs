//! The status page as staff see it, and every way in to change it.

use crate::acting::Acting;
use crate::commands::{Answer, Command, PageCommand, PageWork};
use crate::error::StoreError;
use crate::model::{MigrationModel, Model};
use crate::system::System;
use crate::writer::Store;
use domain::clock::Instant;
use domain::event::{Event, Stream, Subject};
use domain::id::{ComponentNumber, IncidentNumber, IncidentTemplateNumber, MigrationId, UserId};
use domain::policy::{Action, allows};
use domain::public_page::{PageSources, PublicPage};
use domain::status::Status;
use domain::status_page::change::{ContentSaved, Going, IncidentDraft, IncidentSaved, UpdateDraft};
use domain::status_page::windows::Course;
use domain::status_page::{
    Component, ComponentDraft, ComponentState, Follow, Incident, IncidentTemplate, IncidentTemplateDraft, Look,
    PageContent, StatusPage,
};
use std::collections::BTreeMap;

/// Changes of one incident that its page lists.
const HISTORY_MAX: usize = 200;

/// A status page with everything that its screens show.
#[derive(Clone, Debug)]
pub struct PageView {
    pub page: StatusPage,
    /// All components, retired ones included.
    pub components: Vec<Component>,
    /// What readers see now; of a page that is not public what they would see.
    pub public: PublicPage,
    pub published: bool,
    pub names: BTreeMap<UserId, String>,
    /// The other migrations, with their public name and whether their page is public.
    pub others: Vec<(MigrationId, String, bool)>,
    pub time_zone: String,
    pub now: Instant,
}

/// The incidents and maintenance of a page, drafts included; the newest first.
#[derive(Clone, Debug)]
pub struct IncidentsView {
    pub incidents: Vec<Incident>,
    pub components: Vec<Component>,
    pub templates: Vec<IncidentTemplate>,
    /// The languages of the page, the fallback first.
    pub languages: Vec<String>,
    pub published: bool,
    pub time_zone: String,
    pub now: Instant,
}

/// One incident with its history.
#[derive(Clone, Debug)]
pub struct IncidentView {
    pub incident: Incident,
    pub components: Vec<Component>,
    pub languages: Vec<String>,
    pub published: bool,
    pub history: Vec<Event>,
    pub names: BTreeMap<UserId, String>,
    pub time_zone: String,
    pub now: Instant,
}

/// The page with these texts as readers would see it now.
pub(crate) fn snapshot(model: &Model, found: &MigrationModel, page: &StatusPage, now: Instant) -> PublicPage {
    let cohorts: Vec<_> =
        found.cohorts.iter().map(|cohort| (cohort.clone(), found.table.counts_of(Some(cohort.number)))).collect();
    let components = found.status.components();
    let incidents: Vec<&Incident> = found.status.incidents.values().map(|incident| &**incident).collect();
    let changed_at = model.changed_at.get(&found.migration.id).copied();
    PublicPage::build(PageSources {
        migration: &found.migration,
        cohorts: &cohorts,
        counts: found.table.counts(),
        page,
        components: &components,
        incidents: &incidents,
        moved_on: found.table.completed_on().into_iter().collect(),
        also: Vec::new(),
        changed_at: changed_at.unwrap_or(now),
        now,
    })
}

/// The incidents and maintenance that time or the migration changes now, as they were and as they become.
pub(crate) fn due_incidents(migration: &MigrationModel, now: Instant) -> Vec<(Option<&Incident>, Incident)> {
    let status = &migration.status;
    let mut due: Vec<(Option<&Incident>, Incident)> =
        status.incidents.values().filter_map(|incident| Some((Some(&**incident), incident.with_due(now)?))).collect();
    // Nobody reads a page that is not public: its windows are looked at when it becomes so.
    if !migration.migration.published {
        return due;
    }
    let mut next = status.next_incident();
    for cohort in &migration.cohorts {
        let before = status.window_of(cohort.number);
        if before
            .is_some_and(|before| due.iter().any(|(other, _)| other.is_some_and(|other| other.number == before.number)))
        {
            // One change at a time: the other follows at once.
            continue;
        }
        let course = Course {
            cohort,
            migration: migration.migration.stage,
            in_progress: migration.table.counts_of(Some(cohort.number)).of(Status::InProgress),
            follows: status.page.follow.windows,
            now,
        };
        if let Some(after) = course.follow(before, next) {
            if before.is_none() {
                next = IncidentNumber(next.0 + 1);
            }
            due.push((before, after));
        }
    }
    due
}

fn is_due(migration: &MigrationModel, now: Instant) -> bool {
    let planned = migration.status.page.planned.as_ref().is_some_and(|planned| planned.at <= now);
    planned || !due_incidents(migration, now).is_empty()
}

impl Store {
    /// When time alone changes a status page next.
    pub fn next_page_change(&self) -> Option<Instant> {
        let now = self.inner.clock.now();
        let model = self.model();
        let of = |migration: &MigrationModel| {
            let courses = migration.cohorts.iter().filter(|_| migration.migration.published).filter_map(|cohort| {
                let (stage, follows) = (migration.migration.stage, migration.status.page.follow.windows);
                Course { cohort, migration: stage, in_progress: 0, follows, now }.next_change()
            });
            courses.chain(migration.status.next_due()).min()
        };
        model.migrations.values().filter_map(of).min()
    }
}

impl System<'_> {
    /// Publishes whatever waited for this time, and moves maintenance with its windows. What was published once is not due
    /// any more, so it may run at any time, on any server, after any stop. Answers how much changed.
    pub async fn publish_due(&self) -> Result<u64, StoreError> {
        let now = self.store().inner.clock.now();
        let due: Vec<MigrationId> = {
            let model = self.store().model();
            let due = model.migrations.values().filter(|migration| is_due(migration, now));
            due.map(|migration| migration.migration.id.clone()).collect()
        };
        let mut written = 0;
        for migration in due {
            let what = PageWork::Due;
            let command = PageCommand { migration, by: None, may_publish: true, what };
            if let Answer::Written(count) = self.submit_for_answer(Command::StatusPage(Box::new(command))).await? {
                written += count;
            }
        }
        Ok(written)
    }
}

impl Acting<'_> {
    /// The status page of a migration.
    pub async fn status_page(&self, migration: &MigrationId) -> Result<PageView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let now = self.store().inner.clock.now();
        let model = self.store().model();
        let found = model.migration(migration)?;
        let page = found.status.page.clone();
        let others = model.migrations.values().filter(|other| other.migration.id != *migration);
        Ok(PageView {
            public: snapshot(&model, found, &page, now),
            components: found.status.components(),
            published: found.migration.published,
            names: crate::audit::names(&model),
            others: others
                .map(|other| {
                    let migration = &other.migration;
                    (migration.id.clone(), migration.settings.name.clone(), migration.published)
                })
                .collect(),
            time_zone: found.migration.settings.time_zone.clone(),
            page: (*page).clone(),
            now,
        })
    }

    /// Incidents, maintenance and templates of a migration's page.
    pub async fn incidents(&self, migration: &MigrationId) -> Result<IncidentsView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let model = self.store().model();
        let found = model.migration(migration)?;
        let mut incidents: Vec<Incident> =
            found.status.incidents.values().map(|incident| (**incident).clone()).collect();
        incidents.sort_by_key(|incident| std::cmp::Reverse((incident.started, incident.number)));
        Ok(IncidentsView {
            incidents,
            components: found.status.components(),
            templates: found.status.templates.values().filter(|template| !template.removed).cloned().collect(),
            languages: languages(found),
            published: found.migration.published,
            time_zone: found.migration.settings.time_zone.clone(),
            now: self.store().inner.clock.now(),
        })
    }

    /// One incident or maintenance.
    pub async fn incident(&self, migration: &MigrationId, number: IncidentNumber) -> Result<IncidentView, StoreError> {
        self.allow(Action::ReadMigrations).await?;
        let mut view = {
            let model = self.store().model();
            let found = model.migration(migration)?;
            let incident =
                found.status.incident(number).ok_or(StoreError::NotFound("This incident does not exist."))?;
            IncidentView {
                incident: incident.clone(),
                components: found.status.components(),
                languages: languages(found),
                published: found.migration.published,
                history: Vec::new(),
                names: crate::audit::names(&model),
                time_zone: found.migration.settings.time_zone.clone(),
                now: self.store().inner.clock.now(),
            }
        };
        let stream = Stream::Migration(migration.clone());
        view.history = self.store().events_about(&stream, &Subject::Incident(number), &[], HISTORY_MAX).await?;
        Ok(view)
    }

    /// Saves the draft of the page's texts.
    pub async fn save_page_draft(
        &self,
        migration: &MigrationId,
        seen: u32,
        content: PageContent,
    ) -> Result<ContentSaved, StoreError> {
        content_answer(self.page_work(Action::EditPage, migration, PageWork::SaveDraft { seen, content }).await?)
    }

    /// Publishes the draft of the page's texts, now or at a time.
    pub async fn publish_page_texts(
        &self,
        migration: &MigrationId,
        seen: u32,
        at: Option<Instant>,
    ) -> Result<ContentSaved, StoreError> {
        content_answer(self.page_work(Action::PublishPage, migration, PageWork::PublishContent { seen, at }).await?)
    }

    /// Takes back the plan to publish the page's texts at a time.
    pub async fn drop_page_plan(&self, migration: &MigrationId) -> Result<(), StoreError> {
        self.page_work(Action::PublishPage, migration, PageWork::DropPlan).await.map(|_| ())
    }

    /// Changes the page's theme.
    pub async fn set_page_look(&self, migration: &MigrationId, look: Look) -> Result<(), StoreError> {
        self.page_work(Action::PublishPage, migration, PageWork::SetLook { look }).await.map(|_| ())
    }

    /// Changes what the page shows by itself.
    pub async fn set_page_follow(&self, migration: &MigrationId, follow: Follow) -> Result<(), StoreError> {
        self.page_work(Action::PublishPage, migration, PageWork::SetFollow { follow }).await.map(|_| ())
    }

    /// Changes which other migrations the page shows.
    pub async fn set_page_also(&self, migration: &MigrationId, also: Vec<MigrationId>) -> Result<(), StoreError> {
        self.page_work(Action::PublishPage, migration, PageWork::SetAlso { also }).await.map(|_| ())
    }

    /// Adds or changes a part of the service.
    pub async fn save_component(
        &self,
        migration: &MigrationId,
        number: Option<ComponentNumber>,
        draft: ComponentDraft,
    ) -> Result<ComponentNumber, StoreError> {
        let what = PageWork::SaveComponent { number, draft };
        match self.page_work(Action::PublishPage, migration, what).await? {
            Answer::Component(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Puts a part at another place or in another group.
    pub async fn place_component(
        &self,
        migration: &MigrationId,
        number: ComponentNumber,
        group: Option<ComponentNumber>,
        position: u16,
    ) -> Result<(), StoreError> {
        let what = PageWork::PlaceComponent { number, group, position };
        self.page_work(Action::PublishPage, migration, what).await.map(|_| ())
    }

    /// Says how a part of the service works.
    pub async fn set_component_state(
        &self,
        migration: &MigrationId,
        number: ComponentNumber,
        state: ComponentState,
    ) -> Result<(), StoreError> {
        let what = PageWork::SetComponentState { number, state };
        self.page_work(Action::PublishPage, migration, what).await.map(|_| ())
    }

    /// Takes a part off the page, or puts it back.
    pub async fn retire_component(
        &self,
        migration: &MigrationId,
        number: ComponentNumber,
        retired: bool,
    ) -> Result<(), StoreError> {
        let what = PageWork::RetireComponent { number, retired };
        self.page_work(Action::PublishPage, migration, what).await.map(|_| ())
    }

    /// Writes a new incident or maintenance with its first update.
    pub async fn begin_incident(
        &self,
        migration: &MigrationId,
        draft: IncidentDraft,
        first: UpdateDraft,
        going: Going,
    ) -> Result<IncidentSaved, StoreError> {
        let action = action_of(going);
        incident_answer(self.page_work(action, migration, PageWork::BeginIncident { draft, first, going }).await?)
    }

    /// Changes the title, impact or times of an incident or maintenance.
    pub async fn change_incident(
        &self,
        migration: &MigrationId,
        number: IncidentNumber,
        seen: u32,
        draft: IncidentDraft,
    ) -> Result<IncidentSaved, StoreError> {
        let what = PageWork::ChangeIncident { number, seen, draft };
        incident_answer(self.page_work(Action::EditPage, migration, what).await?)
    }

    /// Writes an update, or corrects one.
    pub async fn save_incident_update(
        &self,
        migration: &MigrationId,
        incident: IncidentNumber,
        seen: u32,
        update: Option<u32>,
        draft: UpdateDraft,
        going: Going,
    ) -> Result<IncidentSaved, StoreError> {
        let what = PageWork::SaveUpdate { incident, seen, update, draft, going };
        incident_answer(self.page_work(action_of(going), migration, what).await?)
    }

    /// Takes an update away that nobody has seen.
    pub async fn remove_incident_update(
        &self,
        migration: &MigrationId,
        incident: IncidentNumber,
        seen: u32,
        update: u32,
    ) -> Result<IncidentSaved, StoreError> {
        let what = PageWork::RemoveUpdate { incident, seen, update };
        incident_answer(self.page_work(Action::EditPage, migration, what).await?)
    }

    /// Takes an incident or a maintenance back.
    pub async fn take_back_incident(
        &self,
        migration: &MigrationId,
        incident: IncidentNumber,
        seen: u32,
    ) -> Result<IncidentSaved, StoreError> {
        let what = PageWork::TakeBackIncident { incident, seen };
        incident_answer(self.page_work(Action::EditPage, migration, what).await?)
    }

    /// Saves a template of incidents.
    pub async fn save_incident_template(
        &self,
        migration: &MigrationId,
        number: Option<IncidentTemplateNumber>,
        draft: IncidentTemplateDraft,
    ) -> Result<IncidentTemplateNumber, StoreError> {
        let what = PageWork::SaveTemplate { number, draft };
        match self.page_work(Action::EditPage, migration, what).await? {
            Answer::IncidentTemplate(number) => Ok(number),
            _ => Err(StoreError::Stopping),
        }
    }

    /// Takes a template of incidents away.
    pub async fn remove_incident_template(
        &self,
        migration: &MigrationId,
        number: IncidentTemplateNumber,
    ) -> Result<(), StoreError> {
        self.page_work(Action::EditPage, migration, PageWork::RemoveTemplate { number }).await.map(|_| ())
    }

    /// Whether they may have texts of the page rendered.
    pub async fn may_preview_page(&self) -> Result<(), StoreError> {
        self.allow(Action::EditPage).await.map(|_| ())
    }

    async fn page_work(&self, action: Action, migration: &MigrationId, what: PageWork) -> Result<Answer, StoreError> {
        let permit = self.allow(action).await?;
        let command = PageCommand {
            migration: migration.clone(),
            by: Some(self.caller().user.clone()),
            may_publish: allows(self.caller().role, Action::PublishPage),
            what,
        };
        self.submit(permit, Command::StatusPage(Box::new(command))).await
    }
}

fn action_of(going: Going) -> Action {
    if going.reaches_readers() { Action::PublishPage } else { Action::EditPage }
}

fn content_answer(answer: Answer) -> Result<ContentSaved, StoreError> {
    match answer {
        Answer::Content(saved) => Ok(*saved),
        _ => Err(StoreError::Stopping),
    }
}

fn incident_answer(answer: Answer) -> Result<IncidentSaved, StoreError> {
    match answer {
        Answer::Incident(saved) => Ok(*saved),
        _ => Err(StoreError::Stopping),
    }
}

fn languages(found: &MigrationModel) -> Vec<String> {
    let page = &found.status.page;
    let mut languages = page.draft.languages.clone();
    if let Some(published) = &page.published {
        let more = published.content.languages.iter().filter(|tag| !languages.contains(tag)).cloned();
        languages.extend(more.collect::<Vec<_>>());
    }
    if languages.is_empty() {
        languages.push("en".to_owned());
    }
    languages
}
