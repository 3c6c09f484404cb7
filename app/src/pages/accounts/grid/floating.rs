//! The editor that floats beside its cell.

use super::super::dom;
use super::super::editor::Editor;
use super::{BODY, Grid, cell_of};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// The editor beside the cell that is edited; above the table, so that the table's edge does not cut it off.
#[component]
pub(super) fn FloatingEditor(grid: Grid) -> impl IntoView {
    let panel = NodeRef::<html::Div>::new();
    let Grid { edit, table, .. } = grid;
    let place = move || {
        let Some(target) = edit.target.get_untracked() else { return };
        let Some(panel) = panel.get_untracked() else { return };
        // The row of an edit that was not saved may have left the view meanwhile.
        match cell_of(&table, &target).filter(|_| !dom::is_narrow()) {
            Some(cell) => dom::place_below(&panel, BODY, cell),
            None => dom::unplace(&panel),
        }
    };
    Effect::new(move |_| {
        edit.target.track();
        edit.phase.track();
        request_animation_frame(place);
    });
    Effect::new(move |_| {
        let outside = window_event_listener(ev::pointerdown, move |event| {
            let open = edit.target.with_untracked(Option::is_some);
            // What was typed is kept until it is saved or given up.
            if open && !edit.typed.get_untracked() && !dom::is_on(&event, ".cell-editor") {
                edit.cancel();
            }
        });
        let quiet = StoredValue::new_local(Some(dom::on_any_scroll(place)));
        on_cleanup(move || {
            outside.remove();
            quiet.try_update_value(|quiet| quiet.take().map(|quiet| quiet()));
        });
    });
    let label = move || {
        edit.target.with(|target| {
            let target = target.as_ref()?;
            let name = table.frame.overview.with(|overview| target.field.name(overview));
            Some(format!("{name} of {}", target.row.name))
        })
    };
    view! {
        <div
            class="cell-editor"
            role="dialog"
            aria-label=label
            hidden=move || edit.target.with(Option::is_none)
            node_ref=panel
        >
            <p class="cell-editor-title">{label}</p>
            <Editor edit />
        </div>
    }
}
