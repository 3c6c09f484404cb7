//! Templates of messages.

use super::acting;
use crate::api::ApiError;
use crate::api::notice_templates::{TemplateLine, TemplatePage, Version};
use domain::clock::Instant;
use domain::id::{AccountNumber, MigrationId, NoticeTemplateNumber};
use domain::notice::NoticeKind;
use domain::notice::template::{NoticeTemplate, TemplateDraft, TemplateLook, TemplateSaved};
use domain::notice::variables::Variable;
use store::{NoticeTemplateLine, local_text};

/// The templates of a migration.
pub async fn list(migration: MigrationId) -> Result<Vec<TemplateLine>, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let templates = acting.notice_templates(&migration).await?;
        Ok(templates.into_iter().map(|line| line_of(line, &zone)).collect())
    })
    .await
}

fn line_of(line: NoticeTemplateLine, zone: &str) -> TemplateLine {
    let saved = saved(&line, zone);
    let NoticeTemplate { number, name, kind, fallback, variants, .. } = line.template;
    let others = variants.into_keys().filter(|tag| *tag != fallback);
    let languages = std::iter::once(fallback.clone()).chain(others).collect();
    TemplateLine { number, name, kind, languages, saved, rules: line.rules }
}

fn saved(line: &NoticeTemplateLine, zone: &str) -> Option<String> {
    line.saved_by.as_ref().map(|by| saving(line.template.saved_at, by, zone))
}

fn saving(at: Instant, by: &str, zone: &str) -> String {
    format!("{} by {by}", local_text(at, zone, "%-d %b %Y, %H:%M"))
}

/// One template.
pub async fn one(migration: MigrationId, number: NoticeTemplateNumber) -> Result<TemplatePage, ApiError> {
    acting(async |acting, _| {
        let zone = acting.time_zone(&migration).await?;
        let view = acting.notice_template(&migration, number).await?;
        let versions = view.versions.into_iter().map(|line| Version {
            version: line.version,
            words: line
                .saved
                .map_or_else(|| "as it came with the migration".to_owned(), |(at, by)| saving(at, &by, &zone)),
        });
        Ok(TemplatePage {
            versions: versions.collect(),
            saved: saved(&view.line, &zone),
            template: view.line.template,
            rules: view.line.rules,
            variables: view.variables,
        })
    })
    .await
}

/// The variables of a kind.
pub async fn variables(migration: MigrationId, kind: NoticeKind) -> Result<Vec<Variable>, ApiError> {
    acting(async |acting, _| Ok(acting.notice_variables(&migration, kind).await?)).await
}

/// An earlier version.
pub async fn version(
    migration: MigrationId,
    number: NoticeTemplateNumber,
    version: u32,
) -> Result<NoticeTemplate, ApiError> {
    acting(async |acting, _| Ok(acting.notice_template_version(&migration, number, version).await?)).await
}

/// A look at a draft.
pub async fn look(
    migration: MigrationId,
    draft: TemplateDraft,
    account: Option<AccountNumber>,
) -> Result<TemplateLook, ApiError> {
    acting(async |acting, _| Ok(acting.look_at_notice_template(&migration, &draft, account).await?)).await
}

/// A new template or version.
pub async fn save(
    migration: MigrationId,
    number: Option<NoticeTemplateNumber>,
    seen: u32,
    draft: TemplateDraft,
) -> Result<TemplateSaved, ApiError> {
    acting(async |acting, _| Ok(acting.save_notice_template(&migration, number, seen, draft).await?)).await
}

/// An earlier version as the newest.
pub async fn restore(
    migration: MigrationId,
    number: NoticeTemplateNumber,
    seen: u32,
    version: u32,
) -> Result<TemplateSaved, ApiError> {
    acting(async |acting, _| Ok(acting.restore_notice_template(&migration, number, seen, version).await?)).await
}

/// Takes a template away.
pub async fn remove(migration: MigrationId, number: NoticeTemplateNumber, seen: u32) -> Result<(), ApiError> {
    acting(async |acting, _| Ok(acting.remove_notice_template(&migration, number, seen).await?)).await
}

/// A test message to whoever asks.
pub async fn test(
    migration: MigrationId,
    draft: TemplateDraft,
    language: String,
    account: Option<AccountNumber>,
) -> Result<String, ApiError> {
    acting(async |acting, _| Ok(acting.send_test_message(&migration, &draft, &language, account).await?)).await
}
