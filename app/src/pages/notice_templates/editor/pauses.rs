//! What happens while somebody writes: unsaved words are kept in the browser, the server looks at the draft.

use super::super::dom;
use super::Editor;
use crate::api::notice_templates::{look_at_template, notice_variables};
use domain::notice::template::{TemplateDraft, Variant};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The server is asked when nothing was typed for so long.
const LOOK_PAUSE: Duration = Duration::from_millis(350);

/// Unsaved words survive leaving the page; closing the window asks first.
pub(super) fn keep_unsaved(editor: Editor) {
    let restored = RwSignal::new(false);
    provide_context(Restored(restored));
    Effect::new(move |_| {
        if !editor.may_manage {
            return;
        }
        if let Some(text) = dom::kept(&editor.key())
            && let Ok((seen, draft)) = serde_json::from_str::<(u32, TemplateDraft)>(&text)
            && editor.saved.with_untracked(|saved| *saved != draft)
        {
            let language = draft.fallback.clone();
            editor.draft.set(draft);
            editor.seen.set(seen);
            if !editor.draft.with_untracked(|draft| draft.variants.contains_key(&editor.language.get_untracked())) {
                editor.language.set(language);
            }
            restored.set(true);
        }
    });
    let unsaved = Memo::new(move |_| editor.is_changed());
    Effect::new(move |_| {
        // Only while it is needed: a page that listens to this is not kept for the way back.
        if unsaved.get() {
            let warning = window_event_listener(ev::beforeunload, |event| event.prevent_default());
            on_cleanup(move || warning.remove());
        }
    });
    Effect::new(move |before: Option<()>| {
        let changed = unsaved.get();
        editor.draft.track();
        let seen = editor.seen.get();
        // The first run comes before what was kept is read.
        if before.is_none() {
            return;
        }
        match changed {
            true => {
                if let Ok(text) = editor.draft.with(|draft| serde_json::to_string(&(seen, draft))) {
                    dom::keep(&editor.key(), &text);
                }
            }
            false => dom::forget(&editor.key()),
        }
    });
}

/// Whether what was not saved was found again; in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct Restored(pub RwSignal<bool>);

/// Asks the server about the draft when the writer pauses.
pub(super) fn look_while_writing(editor: Editor) {
    let asked = StoredValue::new(0u32);
    Effect::new(move |_| {
        let draft = editor.draft.get();
        let account = editor.account.with(|account| account.as_ref().map(|(number, _)| *number));
        let this = asked.get_value().wrapping_add(1);
        asked.set_value(this);
        // What is too long is not sent anywhere.
        if draft.variants.values().any(Variant::is_too_long) {
            return;
        }
        set_timeout(
            move || {
                if asked.try_get_value() != Some(this) {
                    return;
                }
                let migration = editor.migration();
                spawn_local(async move {
                    let answer = look_at_template(migration, draft, account).await;
                    if asked.try_get_value() == Some(this) {
                        editor.look.try_set(Some(answer));
                    }
                });
            },
            LOOK_PAUSE,
        );
    });
}

/// A new template may be of another kind: then it has other variables.
pub(super) fn follow_kind(editor: Editor) {
    if editor.number.is_some() {
        return;
    }
    let kind = Memo::new(move |_| editor.draft.with(|draft| draft.kind));
    Effect::new(move |_| {
        let (kind, migration) = (kind.get(), editor.migration());
        spawn_local(async move {
            // Without them there is no completion; the next change of the kind asks again.
            if let Ok(variables) = notice_variables(migration, kind).await {
                editor.variables.try_set(variables);
            }
        });
    });
}
