//! Templates of messages.

use super::ApiError;
use domain::id::{AccountNumber, MigrationId, NoticeTemplateNumber};
use domain::notice::NoticeKind;
use domain::notice::template::{NoticeTemplate, TemplateDraft, TemplateLook, TemplateSaved};
use domain::notice::variables::Variable;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

/// A template in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateLine {
    pub number: NoticeTemplateNumber,
    pub name: String,
    pub kind: NoticeKind,
    /// Tags of its languages, the fallback first.
    pub languages: Vec<String>,
    /// When and by whom the newest version was saved, in the migration's zone; `None`: as it came.
    pub saved: Option<String>,
    /// The names of the rules that use it.
    pub rules: Vec<String>,
}

/// A template with everything that its editor shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplatePage {
    pub template: NoticeTemplate,
    pub saved: Option<String>,
    pub rules: Vec<String>,
    /// The newest first.
    pub versions: Vec<Version>,
    pub variables: Vec<Variable>,
}

/// A version in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub version: u32,
    /// `3 May 2026, 14:05 by Ines Ferreira`, or that it came with the migration.
    pub words: String,
}

/// The templates of a migration.
#[server(endpoint = "notice-templates/list")]
pub async fn notice_templates(migration: MigrationId) -> Result<Vec<TemplateLine>, ApiError> {
    crate::backend::notice_templates::list(migration).await
}

/// One template.
#[server(name = OneNoticeTemplate, endpoint = "notice-templates/one")]
pub async fn notice_template(migration: MigrationId, number: NoticeTemplateNumber) -> Result<TemplatePage, ApiError> {
    crate::backend::notice_templates::one(migration, number).await
}

/// The variables that a new template of a kind may use.
#[server(endpoint = "notice-templates/variables")]
pub async fn notice_variables(migration: MigrationId, kind: NoticeKind) -> Result<Vec<Variable>, ApiError> {
    crate::backend::notice_templates::variables(migration, kind).await
}

/// An earlier version.
#[server(endpoint = "notice-templates/version")]
pub async fn notice_template_version(
    migration: MigrationId,
    number: NoticeTemplateNumber,
    version: u32,
) -> Result<NoticeTemplate, ApiError> {
    crate::backend::notice_templates::version(migration, number, version).await
}

/// What is wrong with a draft, and how its messages look.
#[server(endpoint = "notice-templates/look", input = Json)]
pub async fn look_at_template(
    migration: MigrationId,
    draft: TemplateDraft,
    account: Option<AccountNumber>,
) -> Result<TemplateLook, ApiError> {
    crate::backend::notice_templates::look(migration, draft, account).await
}

/// Saves a new template, or a new version of one.
#[server(endpoint = "notice-templates/save", input = Json)]
pub async fn save_notice_template(
    migration: MigrationId,
    number: Option<NoticeTemplateNumber>,
    seen: u32,
    draft: TemplateDraft,
) -> Result<TemplateSaved, ApiError> {
    crate::backend::notice_templates::save(migration, number, seen, draft).await
}

/// Makes the words of an earlier version the newest.
#[server(endpoint = "notice-templates/restore")]
pub async fn restore_notice_template(
    migration: MigrationId,
    number: NoticeTemplateNumber,
    seen: u32,
    version: u32,
) -> Result<TemplateSaved, ApiError> {
    crate::backend::notice_templates::restore(migration, number, seen, version).await
}

/// Takes a template away that no rule uses.
#[server(endpoint = "notice-templates/remove")]
pub async fn remove_notice_template(
    migration: MigrationId,
    number: NoticeTemplateNumber,
    seen: u32,
) -> Result<(), ApiError> {
    crate::backend::notice_templates::remove(migration, number, seen).await
}

/// Sends a draft's message to whoever asks; answers the address.
#[server(endpoint = "notice-templates/test", input = Json)]
pub async fn send_test_message(
    migration: MigrationId,
    draft: TemplateDraft,
    language: String,
    account: Option<AccountNumber>,
) -> Result<String, ApiError> {
    crate::backend::notice_templates::test(migration, draft, language, account).await
}
