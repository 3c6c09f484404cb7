//! Taking a template away.

use super::super::dom;
use super::Editor;
use crate::api::notice_templates::RemoveNoticeTemplate;
use crate::components::dialog::Dialog;
use crate::components::form::{FormError, failure, on_success};
use crate::components::problem::leave_when_signed_out;
use domain::id::NoticeTemplateNumber;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// Asks first.
#[component]
pub(super) fn RemoveButton(editor: Editor, number: NoticeTemplateNumber) -> impl IntoView {
    let open = RwSignal::new(false);
    let remove = ServerAction::<RemoveNoticeTemplate>::new();
    let error = failure(remove);
    leave_when_signed_out(error);
    let navigate = use_navigate();
    on_success(remove, move |()| {
        editor.saved.set(editor.draft.get_untracked());
        dom::forget(&editor.key());
        navigate(&editor.frame.address_now("notifications/templates"), Default::default());
    });
    let ask = move |_| {
        remove.clear();
        open.set(true);
    };
    let sure = move |_| {
        let seen = editor.seen.get_untracked();
        remove.dispatch(RemoveNoticeTemplate { migration: editor.migration(), number, seen });
    };
    view! {
        <button type="button" class="button danger" aria-haspopup="dialog" on:click=ask>
            "Remove"
            <span class="visually-hidden">" this template"</span>
        </button>
        <Dialog id="remove-template" title="Remove this template?" open>
            <FormError error />
            <p>"No rule can use it any more. Messages that were sent from it stay as they are."</p>
            <footer>
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <button type="button" class="button danger primary" on:click=sure>
                    "Remove the template"
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}
