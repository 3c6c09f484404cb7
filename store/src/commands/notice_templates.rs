//! Templates of messages: each saving is a new version, and earlier ones stay.

use super::messages::put;
use super::{Answer, Context, Prepared};
use crate::error::StoreError;
use crate::model::{MigrationModel, Write};
use domain::custom::CustomField;
use domain::event::{Draft, EventKind, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::{ExternalId, MigrationId, NoticeTemplateNumber, UserId};
use domain::migration::FieldError;
use domain::notice::default_templates;
use domain::notice::message::{Content, Message};
use domain::notice::render::check;
use domain::notice::template::{NoticeTemplate, TEMPLATES_MAX, TemplateDraft, TemplateSaved, Variant};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const NO_TEMPLATE: StoreError = StoreError::NotFound("This template does not exist any more.");

/// What somebody does with templates of messages.
pub(crate) enum TemplatesCommand {
    Save(Save),
    /// Gone for everybody, unless a rule uses it or somebody saved another version than the one seen.
    Remove {
        migration: MigrationId,
        number: NoticeTemplateNumber,
        seen: u32,
        by: UserId,
    },
    /// A message to its author, to see how it arrives.
    SendTest {
        migration: MigrationId,
        /// Whose data it shows: erasing the customer erases it.
        customer: Option<ExternalId>,
        message: Box<Message>,
        content: Box<Content>,
    },
}

/// A new template or a new version of one.
pub(crate) struct Save {
    pub migration: MigrationId,
    /// `None`: a new template.
    pub number: Option<NoticeTemplateNumber>,
    /// The version that its author began with.
    pub seen: u32,
    pub draft: TemplateDraft,
    /// The version whose words come back.
    pub restored: Option<u32>,
    pub by: UserId,
}

pub(super) fn prepare(context: &Context<'_>, command: &TemplatesCommand) -> Result<Prepared, StoreError> {
    match command {
        TemplatesCommand::Save(save) => self::save(context, save),
        TemplatesCommand::Remove { migration, number, seen, by } => remove(context, migration, *number, *seen, by),
        TemplatesCommand::SendTest { migration, customer, message, content } => {
            context.model.migration(migration)?;
            let mut prepared = Prepared { created_messages: 1, ..Prepared::default() };
            put(&mut prepared, migration, customer.clone(), (**message).clone(), Some((**content).clone()));
            Ok(prepared)
        }
    }
}

fn save(context: &Context<'_>, save: &Save) -> Result<Prepared, StoreError> {
    let migration = context.model.migration(&save.migration)?;
    let notices = &migration.notices;
    let before = match save.number {
        Some(number) => Some(notices.template(number).ok_or(NO_TEMPLATE)?),
        None => None,
    };
    if let Some(before) = before
        && before.version != save.seen
    {
        let by = before.saved_by.as_ref().map(|by| context.model.name_of(by)).unwrap_or_default();
        let outcome = TemplateSaved::Conflict { theirs: Box::new(before.clone()), by };
        return Ok(answered(outcome));
    }
    if before.is_none() && notices.templates_in_use().len() >= TEMPLATES_MAX {
        let words = format!("There are {TEMPLATES_MAX} templates. Remove one that no rule uses. Nothing was saved.");
        return Err(StoreError::Refused(words));
    }
    let draft = checked(migration, save, before)?;
    if before.is_some_and(|before| TemplateDraft::from(before) == draft) {
        return Ok(answered(saved(save.number, save.seen)));
    }
    let next = default_templates::next_own(notices.templates.keys().copied());
    let template = NoticeTemplate {
        number: save.number.unwrap_or(next),
        version: before.map_or(1, |before| before.version + 1),
        name: draft.name,
        kind: draft.kind,
        fallback: draft.fallback,
        variants: draft.variants,
        saved_at: context.now,
        saved_by: Some(save.by.clone()),
        removed: false,
    };
    let mut changes = differences(before, Some(&template));
    changes.extend(save.restored.map(|version| FieldChange::set(Field::Restored, version)));
    let answer = saved(Some(template.number), template.version);
    let written = written(&save.migration, template, EventKind::NoticeTemplateSaved, changes);
    Ok(Prepared { answer: Answer::NoticeTemplate(Box::new(answer)), ..written })
}

/// The draft without blanks around names, of the kind that the template has already; or what is wrong with it.
fn checked(
    migration: &MigrationModel,
    save: &Save,
    before: Option<&NoticeTemplate>,
) -> Result<TemplateDraft, StoreError> {
    let mut draft = save.draft.clone();
    draft.name = draft.name.trim().to_owned();
    if let Some(before) = before {
        draft.kind = before.kind;
    }
    for variant in draft.variants.values_mut() {
        *variant = Variant { subject: variant.subject.trim().to_owned(), ..variant.clone() };
    }
    let others = migration.notices.templates_in_use().into_iter().filter(|other| Some(other.number) != save.number);
    let mut problems = draft.problems(others.map(|other| other.name.as_str()));
    if problems.is_empty() {
        problems.extend(word_problems(&draft, &migration.migration.fields));
    }
    if problems.is_empty() { Ok(draft) } else { Err(StoreError::Invalid(problems)) }
}

/// What is wrong with the words, in every language.
pub(crate) fn word_problems(draft: &TemplateDraft, fields: &[CustomField]) -> Vec<FieldError> {
    draft.variants.iter().flat_map(|(tag, variant)| check(draft.kind, tag, variant, fields)).collect()
}

fn remove(
    context: &Context<'_>,
    id: &MigrationId,
    number: NoticeTemplateNumber,
    seen: u32,
    by: &UserId,
) -> Result<Prepared, StoreError> {
    let notices = &context.model.migration(id)?.notices;
    let before = notices.template(number).ok_or(NO_TEMPLATE)?;
    if before.version != seen {
        let words = "Somebody saved another version meanwhile. Look at it before you remove it. Nothing was removed.";
        return Err(StoreError::Refused(words.to_owned()));
    }
    let users = notices.rules_with(number);
    if !users.is_empty() {
        let words = format!(
            "It is used by {}. Give {} another template first. Nothing was removed.",
            users.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", "),
            if users.len() == 1 { "this rule" } else { "these rules" },
        );
        return Err(StoreError::Refused(words));
    }
    let changes = differences(Some(before), None);
    let removed = NoticeTemplate {
        version: before.version + 1,
        removed: true,
        saved_at: context.now,
        saved_by: Some(by.clone()),
        ..before.clone()
    };
    Ok(written(id, removed, EventKind::NoticeTemplateRemoved, changes))
}

fn written(migration: &MigrationId, template: NoticeTemplate, kind: EventKind, changes: Vec<FieldChange>) -> Prepared {
    let subject = Subject::NoticeTemplate(template.number);
    Prepared {
        drafts: vec![Draft::new(Stream::Migration(migration.clone()), kind, subject, changes)],
        writes: vec![Write::NoticeTemplate(migration.clone(), Box::new(template))],
        overview: true,
        ..Prepared::default()
    }
}

/// A template with which a new migration begins.
pub(super) fn first_version(migration: &MigrationId, template: NoticeTemplate) -> Prepared {
    let kind = if template.removed { EventKind::NoticeTemplateRemoved } else { EventKind::NoticeTemplateSaved };
    let changes = differences(None, Some(&template));
    written(migration, template, kind, changes)
}

fn answered(outcome: TemplateSaved) -> Prepared {
    Prepared { answer: Answer::NoticeTemplate(Box::new(outcome)), ..Prepared::default() }
}

fn saved(number: Option<NoticeTemplateNumber>, version: u32) -> TemplateSaved {
    TemplateSaved::Saved { number: number.unwrap_or(default_templates::FIRST_OWN), version }
}

/// What changed between two versions. Of the words only the languages that changed.
fn differences(before: Option<&NoticeTemplate>, after: Option<&NoticeTemplate>) -> Vec<FieldChange> {
    let plain = |template: Option<&NoticeTemplate>| match template {
        Some(template) => [
            (Field::Name, json!(template.name)),
            (Field::NoticeKind, json!(template.kind)),
            (Field::NoticeFallback, json!(template.fallback)),
            (Field::Version, json!(template.version)),
        ],
        None => {
            [Field::Name, Field::NoticeKind, Field::NoticeFallback, Field::Version].map(|field| (field, Value::Null))
        }
    };
    let mut changes: Vec<_> = plain(before)
        .into_iter()
        .zip(plain(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect();
    let none = BTreeMap::new();
    let words = |template: Option<&NoticeTemplate>, other: Option<&NoticeTemplate>| {
        let other = other.map_or(&none, |other| &other.variants);
        let variants = template.map_or(&none, |template| &template.variants).iter();
        let changed: Map<String, Value> = variants
            .filter(|(tag, variant)| other.get(*tag) != Some(*variant))
            .map(|(tag, variant)| (tag.clone(), json!(variant)))
            .collect();
        if changed.is_empty() { Value::Null } else { Value::Object(changed) }
    };
    let (was, is) = (words(before, after), words(after, before));
    if was != is {
        changes.push(FieldChange { field: Field::NoticeWords, before: was, after: is });
    }
    changes
}
