//! Templates: saving what a migration passes on, and starting a migration from it. They belong to no migration, so their
//! events are the workspace's.

use super::{Answer, Context, Extra, Prepared, cohorts, fields, gates, migrations, notice_templates};
use crate::error::StoreError;
use crate::model::Write;
use domain::cohort::{Cohort, CohortSettings, CohortStage};
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::gate::Gates;
use domain::id::{CohortNumber, MigrationId, TemplateId};
use domain::migration::MigrationSettings;
use domain::notice::template::NoticeTemplate;
use domain::template::{MigrationTemplate, TEMPLATES_MAX, TemplateContent, TemplateTitle};
use serde_json::{Value, json};

const NO_TEMPLATE: StoreError = StoreError::NotFound("This template does not exist any more.");

pub(super) fn save(
    context: &Context<'_>,
    id: &TemplateId,
    migration: &MigrationId,
    title: &TemplateTitle,
) -> Result<Prepared, StoreError> {
    let source = context.model.migration(migration)?;
    let title = checked(context, id, title)?;
    if context.model.templates.len() >= TEMPLATES_MAX {
        return Err(StoreError::Refused(format!(
            "There are {TEMPLATES_MAX} templates. Delete one that is no longer needed. Nothing was saved."
        )));
    }
    let (rules, messages) = (source.notices.rules.values(), source.notices.templates.values());
    let content = TemplateContent::of(&source.migration, &source.cohorts, rules, messages);
    let template = MigrationTemplate { id: id.clone(), title, content };
    let values = values(&template).into_iter().filter(|(_, value)| !is_nothing(value));
    let changes = values.map(|(field, value)| FieldChange::set(field, value)).collect();
    Ok(written(template, changes))
}

/// Another name or description; what it passes on stays.
pub(super) fn change(context: &Context<'_>, id: &TemplateId, title: &TemplateTitle) -> Result<Prepared, StoreError> {
    let before = context.model.templates.get(id).ok_or(NO_TEMPLATE)?;
    let after = MigrationTemplate { title: checked(context, id, title)?, ..before.clone() };
    let changes: Vec<_> = values(before)
        .into_iter()
        .zip(values(&after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect();
    if changes.is_empty() {
        return Ok(Prepared::default());
    }
    Ok(written(after, changes))
}

pub(super) fn delete(context: &Context<'_>, id: &TemplateId) -> Result<Prepared, StoreError> {
    let template = context.model.templates.get(id).ok_or(NO_TEMPLATE)?;
    let values = values(template).into_iter().filter(|(_, value)| !is_nothing(value));
    let changes = values.map(|(field, before)| FieldChange { field, before, after: Value::Null }).collect();
    let subject = Subject::Template(id.clone());
    Ok(Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::TemplateDeleted, subject, changes)],
        writes: vec![Write::NoTemplate(id.clone())],
        extras: vec![Extra::DropTemplate { template: id.clone() }],
        ..Prepared::default()
    })
}

/// A draft with the template's fields, cohorts, rules and templates of messages; `settings` are its own already.
pub(super) fn create_from(
    context: &Context<'_>,
    id: &MigrationId,
    settings: &MigrationSettings,
    template: &TemplateId,
) -> Result<Prepared, StoreError> {
    let template = context.model.templates.get(template).ok_or(NO_TEMPLATE)?;
    let new_fields = template.content.numbered_fields();
    let rules = template.content.numbered_rules();
    let mut prepared = migrations::create_with(context, id, settings, new_fields.clone(), rules)?;
    for draft in &mut prepared.drafts {
        draft.changes.push(FieldChange::set(Field::Template, template.title.name.as_str()));
    }
    let stream = Stream::Migration(id.clone());
    prepared.drafts.extend(new_fields.iter().map(|field| {
        let changes = fields::first_values(&field.settings);
        Draft::new(stream.clone(), EventKind::FieldAdded, Subject::Field(field.number), changes)
    }));
    for (passed, position) in template.content.cohorts.iter().zip(1..) {
        let settings = CohortSettings {
            name: passed.name.clone(),
            public_name: passed.public_name.clone(),
            window: None,
            ..Default::default()
        };
        let cohort = Cohort {
            number: CohortNumber(position),
            position,
            stage: CohortStage::Planned,
            settings,
            gates: passed.gates(context.model.tickets_come_in()),
        };
        let gates = gates::changes(&Gates::default(), &cohort.gates);
        let mut one = cohorts::created(id, cohort);
        for draft in &mut one.drafts {
            draft.changes.extend(gates.iter().cloned());
        }
        prepared.drafts.extend(one.drafts);
        prepared.writes.extend(one.writes);
    }
    for message in &template.content.messages {
        let first = NoticeTemplate { version: 1, saved_at: context.now, saved_by: None, ..message.clone() };
        let one = notice_templates::first_version(id, first);
        prepared.drafts.extend(one.drafts);
        prepared.writes.extend(one.writes);
    }
    Ok(prepared)
}

fn written(template: MigrationTemplate, changes: Vec<FieldChange>) -> Prepared {
    let subject = Subject::Template(template.id.clone());
    Prepared {
        drafts: vec![Draft::new(Stream::Workspace, EventKind::TemplateSaved, subject, changes)],
        answer: Answer::Template(template.id.clone()),
        writes: vec![Write::Template(template)],
        ..Prepared::default()
    }
}

/// The title without blanks around it, or what is wrong with it.
fn checked(context: &Context<'_>, id: &TemplateId, title: &TemplateTitle) -> Result<TemplateTitle, StoreError> {
    let others = context.model.templates.values().filter(|other| other.id != *id);
    let title = title.trimmed();
    let problems = title.problems(others.map(|other| other.title.name.as_str()));
    if problems.is_empty() { Ok(title) } else { Err(StoreError::Invalid(problems)) }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)
}

fn values(template: &MigrationTemplate) -> [(Field, Value); 9] {
    let content = &template.content;
    let labels: Vec<_> = content.fields.iter().map(|field| field.label.as_str()).collect();
    let cohorts: Vec<_> = content.cohorts.iter().map(|cohort| cohort.name.as_str()).collect();
    let rules: Vec<_> = content.rules.iter().flatten().map(|rule| rule.name.as_str()).collect();
    let messages: Vec<_> = content.messages.iter().map(|message| message.name.as_str()).collect();
    [
        (Field::Name, json!(template.title.name)),
        (Field::Description, json!(template.title.description)),
        (Field::PublicName, json!(content.public_name)),
        (Field::TimeZone, json!(content.time_zone)),
        (Field::RollbackDays, json!(content.rollback_days)),
        (Field::TemplateFields, json!(labels)),
        (Field::TemplateCohorts, json!(cohorts)),
        (Field::NoticeRules, json!(rules)),
        (Field::NoticeTemplates, json!(messages)),
    ]
}
