//! What is saved: reading it again, letting go of the draft for it, making an earlier version the newest.

use super::Editor;
use crate::api::ApiError;
use crate::api::notice_templates::{RestoreNoticeTemplate, notice_template};
use crate::components::form::{failure, on_success};
use crate::components::problem::leave_when_signed_out;
use domain::notice::template::{NoticeTemplate, TemplateDraft, TemplateSaved};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Versions and rules as they are now.
pub(super) fn refresh(editor: Editor) {
    let Some(number) = editor.number else { return };
    let migration = editor.migration();
    spawn_local(async move {
        // A list that could not be read stays as it was.
        if let Ok(loaded) = notice_template(migration, number).await {
            editor.versions.try_set(loaded.versions);
            editor.variables.try_set(loaded.variables);
        }
    });
}

/// Lets go of the draft for what is saved.
pub(super) fn take_over(editor: Editor, theirs: &NoticeTemplate) {
    let draft = TemplateDraft::from(theirs);
    if !draft.variants.contains_key(&editor.language.get_untracked()) {
        editor.language.set(draft.fallback.clone());
    }
    editor.saved.set(draft.clone());
    editor.draft.set(draft);
    editor.seen.set(theirs.version);
}

/// Makes an earlier version the newest.
pub fn restoring(editor: Editor) -> (ServerAction<RestoreNoticeTemplate>, Signal<Option<ApiError>>) {
    let restore = ServerAction::<RestoreNoticeTemplate>::new();
    let error = failure(restore);
    leave_when_signed_out(error);
    on_success(restore, move |outcome| match outcome {
        TemplateSaved::Conflict { theirs, by } => {
            editor.announcement.set(format!("{by} saved another version meanwhile. Nothing was restored."));
            take_over(editor, &theirs);
            refresh(editor);
        }
        TemplateSaved::Saved { number, version } => {
            let migration = editor.migration();
            spawn_local(async move {
                if let Ok(loaded) = notice_template(migration, number).await {
                    take_over(editor, &loaded.template);
                    editor.versions.try_set(loaded.versions);
                    editor.announcement.try_set(format!("Restored as version {version}."));
                }
            });
        }
    });
    (restore, error)
}
