//! The status page: drafts, publishing, components, incidents, templates; and what goes out at its time.

use super::{Answer, Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{ComponentNumber, IncidentNumber, IncidentTemplateNumber, MigrationId, UserId};
use domain::migration::FieldError;
use domain::status_page::change::{Author, ContentSaved, Going, IncidentDraft, IncidentSaved, Refusal, UpdateDraft};
use domain::status_page::check::{COMPONENTS_MAX, trimmed};
use domain::status_page::component::placed;
use domain::status_page::template::TEMPLATES_MAX;
use domain::status_page::{
    Component, ComponentDraft, ComponentState, Drafted, Follow, Incident, IncidentTemplate, IncidentTemplateDraft,
    Look, PageContent, PlannedContent, PublishedContent, StatusPage,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const NO_COMPONENT: StoreError = StoreError::NotFound("This part does not exist any more.");
const NO_INCIDENT: StoreError = StoreError::NotFound("This incident does not exist.");

/// Something that somebody does with a status page.
pub(crate) struct PageCommand {
    pub migration: MigrationId,
    /// `None`: the system.
    pub by: Option<UserId>,
    pub may_publish: bool,
    pub what: PageWork,
}

/// What is done.
pub(crate) enum PageWork {
    SaveDraft {
        /// The version of the draft that its author began with.
        seen: u32,
        content: PageContent,
    },
    /// Publishes the draft, now or at a time.
    PublishContent {
        seen: u32,
        at: Option<domain::clock::Instant>,
    },
    /// What was to go out by itself stays.
    DropPlan,
    SetLook {
        look: Look,
    },
    SetFollow {
        follow: Follow,
    },
    SetAlso {
        also: Vec<MigrationId>,
    },
    SaveComponent {
        /// `None`: a new one.
        number: Option<ComponentNumber>,
        draft: ComponentDraft,
    },
    PlaceComponent {
        number: ComponentNumber,
        group: Option<ComponentNumber>,
        position: u16,
    },
    SetComponentState {
        number: ComponentNumber,
        state: ComponentState,
    },
    RetireComponent {
        number: ComponentNumber,
        retired: bool,
    },
    BeginIncident {
        draft: IncidentDraft,
        first: UpdateDraft,
        going: Going,
    },
    ChangeIncident {
        number: IncidentNumber,
        seen: u32,
        draft: IncidentDraft,
    },
    SaveUpdate {
        incident: IncidentNumber,
        seen: u32,
        /// `None`: a new one.
        update: Option<u32>,
        draft: UpdateDraft,
        going: Going,
    },
    RemoveUpdate {
        incident: IncidentNumber,
        seen: u32,
        update: u32,
    },
    TakeBackIncident {
        incident: IncidentNumber,
        seen: u32,
    },
    SaveTemplate {
        number: Option<IncidentTemplateNumber>,
        draft: IncidentTemplateDraft,
    },
    RemoveTemplate {
        number: IncidentTemplateNumber,
    },
    /// Publishes what waited for its time, and moves maintenance with its windows.
    Due,
}

pub(super) fn prepare(context: &Context<'_>, command: &PageCommand) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(&command.migration)?;
    let author = Author {
        by: command.by.as_ref(),
        may_publish: command.may_publish,
        now: context.now,
        language: migration.status.language(),
    };
    let work = Work { context, migration, id: &command.migration, author };
    match &command.what {
        PageWork::SaveDraft { seen, content } => work.save_draft(*seen, content),
        PageWork::PublishContent { seen, at } => work.publish_content(*seen, *at),
        PageWork::DropPlan => work.drop_plan(),
        PageWork::SetLook { look } => work.set_look(look),
        PageWork::SetFollow { follow } => {
            let before = &migration.status.page;
            work.changed(StatusPage { follow: *follow, ..(**before).clone() })
        }
        PageWork::SetAlso { also } => work.set_also(also),
        PageWork::SaveComponent { number, draft } => work.save_component(*number, draft),
        PageWork::PlaceComponent { number, group, position } => work.place_component(*number, *group, *position),
        PageWork::SetComponentState { number, state } => work.set_component_state(*number, *state),
        PageWork::RetireComponent { number, retired } => work.retire_component(*number, *retired),
        PageWork::BeginIncident { draft, first, going } => work.begin_incident(draft, first, *going),
        PageWork::ChangeIncident { number, seen, draft } => {
            work.change_incident(*number, *seen, |before| before.with_facts(draft, &work.author))
        }
        PageWork::SaveUpdate { incident, seen, update, draft, going } => {
            work.change_incident(*incident, *seen, |before| {
                let known = migration.status.known_components();
                before.with_update(*update, draft, *going, &work.author, &known)
            })
        }
        PageWork::RemoveUpdate { incident, seen, update } => {
            work.change_incident(*incident, *seen, |before| before.without_update(*update, &work.author))
        }
        PageWork::TakeBackIncident { incident, seen } => {
            work.change_incident(*incident, *seen, |before| before.taken_back(&work.author))
        }
        PageWork::SaveTemplate { number, draft } => work.save_template(*number, draft),
        PageWork::RemoveTemplate { number } => work.remove_template(*number),
        PageWork::Due => Ok(work.due()),
    }
}

struct Work<'a> {
    context: &'a Context<'a>,
    migration: &'a MigrationModel,
    id: &'a MigrationId,
    author: Author<'a>,
}

impl Work<'_> {
    fn page(&self) -> &StatusPage {
        &self.migration.status.page
    }

    // Texts

    fn save_draft(&self, seen: u32, content: &PageContent) -> Result<Prepared, StoreError> {
        let page = self.page();
        if let Some(conflict) = self.conflict(seen) {
            return Ok(conflict);
        }
        let content = content.tidied();
        let problems = content.problems();
        if !problems.is_empty() {
            return Err(StoreError::Invalid(problems));
        }
        if content == page.draft {
            return Ok(content_saved(page.draft_version));
        }
        let version = page.draft_version + 1;
        let changes = vec![FieldChange {
            field: Field::PageTexts,
            before: texts(&page.draft, &content),
            after: texts(&content, &page.draft),
        }];
        let by = self.author.by.cloned();
        let drafted = by.map(|by| Drafted { by, at: self.context.now });
        let after = StatusPage { draft: content, draft_version: version, drafted, ..page.clone() };
        Ok(Prepared {
            answer: content_saved(version).answer,
            ..self.written(after, EventKind::PageDraftSaved, changes)
        })
    }

    fn publish_content(&self, seen: u32, at: Option<domain::clock::Instant>) -> Result<Prepared, StoreError> {
        let page = self.page();
        if let Some(conflict) = self.conflict(seen) {
            return Ok(conflict);
        }
        if page.draft_version == 0 {
            return Err(StoreError::Refused("There are no texts to publish yet. Nothing was published.".to_owned()));
        }
        let version = page.draft_version;
        let Some(at) = at else {
            let published = PublishedContent {
                content: page.draft.clone(),
                version,
                at: self.context.now,
                by: self.author.by.cloned(),
            };
            let after = StatusPage { planned: None, ..page.clone() };
            return Ok(Prepared { answer: content_saved(version).answer, ..self.published(after, published) });
        };
        if at <= self.context.now {
            return Err(StoreError::field("at", "This time has passed. Choose a later one, or publish now."));
        }
        let Some(by) = self.author.by.cloned() else { return Ok(Prepared::default()) };
        let planned = PlannedContent { content: page.draft.clone(), version, at, by };
        let after = StatusPage { planned: Some(planned), ..page.clone() };
        let changes = vec![
            FieldChange {
                field: Field::GoesOutAt,
                before: json!(page.planned.as_ref().map(|planned| planned.at)),
                after: json!(at),
            },
            FieldChange::set(Field::Version, version),
        ];
        Ok(Prepared {
            answer: content_saved(version).answer,
            ..self.written(after, EventKind::PageTextsPlanned, changes)
        })
    }

    fn drop_plan(&self) -> Result<Prepared, StoreError> {
        let page = self.page();
        let Some(planned) = &page.planned else { return Ok(Prepared::default()) };
        let changes = vec![FieldChange { field: Field::GoesOutAt, before: json!(planned.at), after: Value::Null }];
        let after = StatusPage { planned: None, ..page.clone() };
        Ok(self.written(after, EventKind::PageTextsPlanned, changes))
    }

    /// What readers get from now on.
    fn published(&self, page: StatusPage, published: PublishedContent) -> Prepared {
        let none = PageContent::default();
        let before = page.published.as_ref().map_or(&none, |published| &published.content);
        let changes = vec![
            FieldChange {
                field: Field::Version,
                before: json!(page.published.as_ref().map(|published| published.version)),
                after: json!(published.version),
            },
            FieldChange {
                field: Field::PageTexts,
                before: texts(before, &published.content),
                after: texts(&published.content, before),
            },
        ];
        let after = StatusPage { published: Some(published), ..page };
        self.written(after, EventKind::PageTextsPublished, changes)
    }

    /// If somebody saved another draft than the one seen.
    fn conflict(&self, seen: u32) -> Option<Prepared> {
        let page = self.page();
        (page.draft_version != seen).then(|| {
            let by = page.drafted.as_ref().map(|drafted| self.context.model.name_of(&drafted.by)).unwrap_or_default();
            let theirs = Box::new(page.draft.clone());
            let answer = ContentSaved::Conflict { theirs, version: page.draft_version, by };
            Prepared { answer: Answer::Content(Box::new(answer)), ..Prepared::default() }
        })
    }

    // Look, and what follows

    fn set_look(&self, look: &Look) -> Result<Prepared, StoreError> {
        let mut look = look.clone();
        for text in [&mut look.accent, &mut look.accent_dark, &mut look.host] {
            *text = text.trim().to_ascii_lowercase();
        }
        look.home = look.home.trim().to_owned();
        for link in &mut look.links {
            link.label = trimmed(&link.label);
            link.address = link.address.trim().to_owned();
        }
        let mut problems = look.problems();
        let others = self.context.model.migrations.values().filter(|other| other.migration.id != *self.id);
        let mut hosts = others.map(|other| other.status.page.look.host.as_str());
        if !look.host.is_empty() && hosts.any(|host| host == look.host) {
            problems.push(FieldError::new("host", "Another migration's page has this name."));
        }
        if !problems.is_empty() {
            return Err(StoreError::Invalid(problems));
        }
        self.changed(StatusPage { look, ..self.page().clone() })
    }

    fn set_also(&self, also: &[MigrationId]) -> Result<Prepared, StoreError> {
        let known = |id: &MigrationId| *id != *self.id && self.context.model.migrations.contains_key(id);
        if also.len() > 20 || !also.iter().all(known) {
            return Err(StoreError::field("also", "At most 20 other migrations that exist."));
        }
        let mut once: Vec<MigrationId> = Vec::new();
        for id in also {
            if !once.contains(id) {
                once.push(id.clone());
            }
        }
        self.changed(StatusPage { also: once, ..self.page().clone() })
    }

    fn changed(&self, after: StatusPage) -> Result<Prepared, StoreError> {
        let values = |page: &StatusPage| {
            [
                (Field::PageLook, look_value(&page.look)),
                (Field::PageFollows, json!(page.follow)),
                (Field::PageAlso, json!(page.also)),
            ]
        };
        let changes = differing(values(self.page()), values(&after));
        if changes.is_empty() {
            return Ok(Prepared::default());
        }
        Ok(self.written(after, EventKind::PageChanged, changes))
    }

    fn written(&self, page: StatusPage, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
        self.event(kind, Subject::Whole, changes, vec![Write::StatusPage(self.id.clone(), Box::new(page))])
    }

    fn event(&self, kind: EventKind, subject: Subject, changes: Vec<FieldChange>, writes: Vec<Write>) -> Prepared {
        let stream = Stream::Migration(self.id.clone());
        Prepared {
            drafts: vec![Draft::new(stream, kind, subject, changes)],
            writes,
            overview: true,
            ..Prepared::default()
        }
    }

    // Components

    fn component(&self, number: ComponentNumber) -> Result<&Component, StoreError> {
        self.migration.status.components.get(&number).ok_or(NO_COMPONENT)
    }

    fn save_component(&self, number: Option<ComponentNumber>, draft: &ComponentDraft) -> Result<Prepared, StoreError> {
        let status = &self.migration.status;
        let mut draft = draft.clone();
        draft.name = trimmed(&draft.name);
        draft.description = trimmed(&draft.description);
        let before = number.map(|number| self.component(number)).transpose()?;
        if let Some(before) = before {
            // What it is stays; its group is changed by placing it.
            draft.is_group = before.draft.is_group;
            draft.group = before.draft.group;
        }
        let mut problems = draft.problems(self.author.language);
        let group_exists = |group: &ComponentNumber| {
            status.components.get(group).is_some_and(|other| other.is_group() && !other.retired)
        };
        if before.is_none() && !draft.group.as_ref().is_none_or(group_exists) {
            problems.push(FieldError::new("group", "This group does not exist any more."));
        }
        if !problems.is_empty() {
            return Err(StoreError::Invalid(problems));
        }
        if before.is_none() && status.components.values().filter(|other| !other.retired).count() >= COMPONENTS_MAX {
            return Err(StoreError::Refused("A page has at most 100 parts. Nothing was added.".to_owned()));
        }
        let after = match before {
            Some(before) => Component { draft, updated: self.context.now, ..before.clone() },
            None => {
                let siblings =
                    status.components.values().filter(|other| !other.retired && other.draft.group == draft.group);
                Component {
                    number: ComponentNumber(status.components.keys().next_back().map_or(0, |last| last.0) + 1),
                    position: siblings.map(|other| other.position).max().unwrap_or(0) + 1,
                    draft,
                    state: ComponentState::Operational,
                    created: self.context.now,
                    updated: self.context.now,
                    retired: false,
                }
            }
        };
        let number = after.number;
        let prepared = self.components_written(before, [after]);
        Ok(Prepared { answer: Answer::Component(number), ..prepared })
    }

    fn place_component(
        &self,
        number: ComponentNumber,
        group: Option<ComponentNumber>,
        position: u16,
    ) -> Result<Prepared, StoreError> {
        let components = self.migration.status.components();
        let changed = placed(&components, number, group, position)
            .map_err(|words| StoreError::Refused(format!("{words} Nothing was moved.")))?;
        let mut prepared = Prepared { overview: true, answer: Answer::Component(number), ..Prepared::default() };
        for after in changed {
            let one = self.components_written(self.migration.status.components.get(&after.number), [after]);
            prepared.drafts.extend(one.drafts);
            prepared.writes.extend(one.writes);
        }
        Ok(prepared)
    }

    fn set_component_state(&self, number: ComponentNumber, state: ComponentState) -> Result<Prepared, StoreError> {
        let before = self.component(number)?;
        if before.is_group() {
            return Err(StoreError::Refused("A group shows the worst of its parts. Nothing was changed.".to_owned()));
        }
        let after = Component { state, updated: self.context.now, ..before.clone() };
        Ok(Prepared { answer: Answer::Component(number), ..self.components_written(Some(before), [after]) })
    }

    fn retire_component(&self, number: ComponentNumber, retired: bool) -> Result<Prepared, StoreError> {
        let before = self.component(number)?;
        let mut parts = self.migration.status.components.values();
        if retired && before.is_group() && parts.any(|part| !part.retired && part.draft.group == Some(number)) {
            let words = "There are parts in this group. Move them out of it first. Nothing was changed.";
            return Err(StoreError::Refused(words.to_owned()));
        }
        let after = Component { retired, updated: self.context.now, ..before.clone() };
        Ok(Prepared { answer: Answer::Component(number), ..self.components_written(Some(before), [after]) })
    }

    fn components_written(&self, before: Option<&Component>, after: [Component; 1]) -> Prepared {
        let [after] = after;
        let values = |component: Option<&Component>| match component {
            None => COMPONENT_FIELDS.map(|field| (field, Value::Null)),
            Some(component) => {
                let Component { draft, position, state, retired, .. } = component;
                let [name, description, group, place, shown, removed] = COMPONENT_FIELDS;
                [
                    (name, json!(draft.name)),
                    (description, json!([draft.description, draft.only_if_degraded])),
                    (group, json!(draft.group)),
                    (place, json!(position)),
                    (shown, json!(state)),
                    (removed, json!(retired)),
                ]
            }
        };
        let changes = differing(values(before), values(Some(&after)));
        if changes.is_empty() {
            return Prepared::default();
        }
        let kind = if before.is_none() { EventKind::ComponentAdded } else { EventKind::ComponentChanged };
        let subject = Subject::Component(after.number);
        self.event(kind, subject, changes, vec![Write::Component(self.id.clone(), after)])
    }

    // Incidents

    fn begin_incident(&self, draft: &IncidentDraft, first: &UpdateDraft, going: Going) -> Result<Prepared, StoreError> {
        let status = &self.migration.status;
        let known = status.known_components();
        let incident =
            Incident::begin(status.next_incident(), draft, first, going, &self.author, &known).map_err(of)?;
        let answer = saved(&incident);
        Ok(Prepared { answer, ..incident_written(self.id, None, incident) })
    }

    fn change_incident(
        &self,
        number: IncidentNumber,
        seen: u32,
        change: impl FnOnce(&Incident) -> Result<Incident, Refusal>,
    ) -> Result<Prepared, StoreError> {
        let before = self.migration.status.incident(number).ok_or(NO_INCIDENT)?;
        if before.version != seen {
            let by = before.changed_by.as_ref().map(|by| self.context.model.name_of(by));
            let theirs = Box::new(before.clone());
            let answer = IncidentSaved::Conflict { theirs, by: by.unwrap_or_else(|| "The system".to_owned()) };
            return Ok(Prepared { answer: Answer::Incident(Box::new(answer)), ..Prepared::default() });
        }
        let after = change(before).map_err(of)?;
        let answer = saved(&after);
        if after == *before {
            return Ok(Prepared { answer, ..Prepared::default() });
        }
        Ok(Prepared { answer, ..incident_written(self.id, Some(before), after) })
    }

    // Templates

    fn save_template(
        &self,
        number: Option<IncidentTemplateNumber>,
        draft: &IncidentTemplateDraft,
    ) -> Result<Prepared, StoreError> {
        let templates = &self.migration.status.templates;
        let before = number.map(|number| templates.get(&number).filter(|template| !template.removed));
        if before == Some(None) {
            return Err(StoreError::NotFound("This template does not exist any more."));
        }
        let before = before.flatten();
        let in_use = || templates.values().filter(|template| !template.removed);
        let mut draft = draft.clone();
        draft.name = draft.name.trim().to_owned();
        draft.title = trimmed(&draft.title);
        let others = in_use().filter(|other| Some(other.number) != number).map(|other| other.draft.name.as_str());
        let problems = draft.problems(others);
        if !problems.is_empty() {
            return Err(StoreError::Invalid(problems));
        }
        if before.is_none() && in_use().count() >= TEMPLATES_MAX {
            return Err(StoreError::Refused("A page has at most 100 templates. Nothing was saved.".to_owned()));
        }
        let next = || IncidentTemplateNumber(templates.keys().next_back().map_or(0, |last| last.0) + 1);
        let number = number.unwrap_or_else(next);
        if before.is_some_and(|before| before.draft == draft) {
            return Ok(Prepared { answer: Answer::IncidentTemplate(number), ..Prepared::default() });
        }
        let changes = vec![FieldChange {
            field: Field::IncidentTemplate,
            before: json!(before.map(|before| &before.draft)),
            after: json!(draft),
        }];
        let template = IncidentTemplate { number, draft, removed: false };
        let writes = vec![Write::IncidentTemplate(self.id.clone(), template)];
        let subject = Subject::IncidentTemplate(number);
        let prepared = self.event(EventKind::IncidentTemplateSaved, subject, changes, writes);
        Ok(Prepared { answer: Answer::IncidentTemplate(number), ..prepared })
    }

    fn remove_template(&self, number: IncidentTemplateNumber) -> Result<Prepared, StoreError> {
        let Some(before) = self.migration.status.templates.get(&number) else {
            return Err(StoreError::NotFound("This template does not exist any more."));
        };
        if before.removed {
            return Ok(Prepared::default());
        }
        let changes =
            vec![FieldChange { field: Field::IncidentTemplate, before: json!(before.draft), after: Value::Null }];
        let template = IncidentTemplate { removed: true, ..before.clone() };
        let writes = vec![Write::IncidentTemplate(self.id.clone(), template)];
        Ok(self.event(EventKind::IncidentTemplateRemoved, Subject::IncidentTemplate(number), changes, writes))
    }

    // What goes by itself

    fn due(&self) -> Prepared {
        let mut prepared = Prepared::default();
        let page = self.page();
        if let Some(planned) = page.planned.as_ref().filter(|planned| planned.at <= self.context.now) {
            let PlannedContent { content, version, at, by } = planned.clone();
            let published = PublishedContent { content, version, at, by: Some(by) };
            let after = StatusPage { planned: None, ..page.clone() };
            join(&mut prepared, self.published(after, published));
        }
        for (before, after) in crate::status_page::due_incidents(self.migration, self.context.now) {
            join(&mut prepared, incident_written(self.id, before, after));
        }
        prepared.answer = Answer::Written(prepared.writes.len() as u64);
        prepared
    }
}

fn join(prepared: &mut Prepared, more: Prepared) {
    prepared.overview = true;
    prepared.drafts.extend(more.drafts);
    prepared.writes.extend(more.writes);
}

const COMPONENT_FIELDS: [Field; 6] =
    [Field::Name, Field::PartDescription, Field::PartGroup, Field::Position, Field::PartState, Field::FieldRetired];

fn of(refusal: Refusal) -> StoreError {
    match refusal {
        Refusal::Invalid(problems) => StoreError::Invalid(problems),
        Refusal::Refused(words) => StoreError::Refused(words),
    }
}

fn content_saved(version: u32) -> Prepared {
    Prepared { answer: Answer::Content(Box::new(ContentSaved::Saved { version })), ..Prepared::default() }
}

fn saved(incident: &Incident) -> Answer {
    Answer::Incident(Box::new(IncidentSaved::Saved { number: incident.number, version: incident.version }))
}

/// The event and the row of an incident.
pub(super) fn incident_written(migration: &MigrationId, before: Option<&Incident>, after: Incident) -> Prepared {
    let shown = |incident: Option<&Incident>| {
        incident.map_or(0, |incident| incident.updates.iter().filter(|update| update.published.is_some()).count())
    };
    let kind = match before {
        _ if after.cancelled.is_some() && before.is_none_or(|before| before.cancelled.is_none()) => {
            EventKind::IncidentTakenBack
        }
        _ if shown(Some(&after)) > shown(before) => EventKind::IncidentPublished,
        _ => EventKind::IncidentSaved,
    };
    let mut changes = differing(facts(before), facts(Some(&after)));
    let updates = |incident: Option<&Incident>, other: Option<&Incident>| {
        let other: BTreeMap<u32, Value> = other
            .map(|other| other.updates.iter().map(|update| (update.number, json!(update))).collect())
            .unwrap_or_default();
        let changed: Map<String, Value> = incident
            .map(|incident| incident.updates.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|update| (update.number, json!(update)))
            .filter(|(number, update)| other.get(number) != Some(update))
            .map(|(number, update)| (number.to_string(), update))
            .collect();
        if changed.is_empty() { Value::Null } else { Value::Object(changed) }
    };
    let (was, is) = (updates(before, Some(&after)), updates(Some(&after), before));
    if was != is {
        changes.push(FieldChange { field: Field::Updates, before: was, after: is });
    }
    let stream = Stream::Migration(migration.clone());
    Prepared {
        drafts: vec![Draft::new(stream, kind, Subject::Incident(after.number), changes)],
        writes: vec![Write::Incident(migration.clone(), Box::new(after))],
        overview: true,
        ..Prepared::default()
    }
}

fn facts(incident: Option<&Incident>) -> [(Field, Value); 8] {
    let of = |value: fn(&Incident) -> Value| incident.map_or(Value::Null, value);
    [
        (Field::IncidentKind, of(|incident| json!(incident.kind))),
        (Field::IncidentTitle, of(|incident| json!(incident.title))),
        (Field::Impact, of(|incident| json!(incident.impact))),
        (Field::WindowStarts, of(|incident| json!(incident.window.map(|window| window.starts)))),
        (Field::WindowEnds, of(|incident| json!(incident.window.map(|window| window.ends)))),
        (Field::Started, of(|incident| json!(incident.started))),
        (Field::GoesOutAt, of(|incident| json!(incident.publish_at))),
        (Field::TakenBack, of(|incident| json!(incident.cancelled))),
    ]
}

fn differing<const N: usize>(before: [(Field, Value); N], after: [(Field, Value); N]) -> Vec<FieldChange> {
    before
        .into_iter()
        .zip(after)
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect()
}

/// The texts that `content` has and `other` has not, by name and language.
fn texts(content: &PageContent, other: &PageContent) -> Value {
    let words = |content: &PageContent| {
        let mut words: BTreeMap<String, String> = BTreeMap::new();
        words.insert("languages".to_owned(), content.languages.join(" "));
        content.clone().each_text(|field, text, _, _| {
            words.extend(text.0.iter().map(|(tag, text)| (format!("{field}.{tag}"), text.clone())));
        });
        words
    };
    let other = words(other);
    let changed: BTreeMap<_, _> =
        words(content).into_iter().filter(|(key, text)| other.get(key) != Some(text)).collect();
    if changed.is_empty() { Value::Null } else { json!(changed) }
}

/// The look without the picture's bytes: the log needs only to tell whether it is another one.
fn look_value(look: &Look) -> Value {
    let logo = look.logo.as_ref().map(|logo| format!("{}, {} bytes", logo.media_type, logo.bytes.len() * 3 / 4));
    json!({
        "accent": look.accent,
        "accent_dark": look.accent_dark,
        "logo": logo,
        "host": look.host,
        "home": look.home,
        "links": look.links,
    })
}
