//! The list below the field: one listbox with a group for each section. The focus stays in the field.

use super::dom;
use super::entry::{Entry, Section};
use crate::components::icon::Icon;
use leptos::prelude::*;

/// The id of the listbox.
pub const LIST: &str = "palette-list";

/// The id of an option, by its place in the whole list.
pub fn option_id(index: usize) -> String {
    format!("palette-option-{index}")
}

/// The options.
#[component]
pub fn Listbox(
    #[prop(into)] sections: Signal<Vec<Section>>,
    selected: RwSignal<usize>,
    choose: Callback<usize>,
) -> impl IntoView {
    Effect::new(move |_| {
        let option = option_id(selected.get());
        request_animation_frame(move || dom::scroll_into_view(LIST, &option));
    });
    let groups = move || {
        let mut index = 0;
        sections
            .get()
            .into_iter()
            .map(|section| {
                let options = section
                    .entries
                    .into_iter()
                    .map(|entry| {
                        let option = view! { <Line entry index selected choose /> };
                        index += 1;
                        option
                    })
                    .collect_view();
                view! {
                    <div role="group" aria-label=section.title>
                        <p class="title" aria-hidden="true">
                            {section.title}
                        </p>
                        {options}
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div
            id=LIST
            class="palette-options"
            role="listbox"
            aria-label="Accounts and commands"
            // The field keeps the focus.
            on:mousedown=move |event| event.prevent_default()
        >
            {groups}
        </div>
    }
    .into_any()
}

#[component]
fn Line(entry: Entry, index: usize, selected: RwSignal<usize>, choose: Callback<usize>) -> impl IntoView {
    let on = move || selected.get() == index;
    let refused = matches!(&entry, Entry::Command(command) if command.refused.is_some());
    let inside = match entry {
        Entry::Account(hit) => {
            let status = hit.row.state.status();
            view! {
                <span class=format!("glyph {}", status.css())>
                    <Icon name=status.css() />
                    <span class="visually-hidden">{status.label()}</span>
                </span>
                <span>
                    <b>{hit.row.name}</b>
                    <small>{format!("{} · {}", hit.row.external_id, hit.migration_name)}</small>
                </span>
            }
            .into_any()
        }
        Entry::Recent(hit) => view! {
            <span class="glyph">
                <Icon name="clock" />
            </span>
            <span>
                <b>{hit.row.name}</b>
                <small>{format!("{} · {}", hit.row.external_id, hit.migration_name)}</small>
            </span>
        }
        .into_any(),
        Entry::Command(command) => {
            let note = command.refused.unwrap_or(command.note);
            view! {
                <span class=format!("glyph {}", command.icon)>
                    <Icon name=command.icon />
                </span>
                <span>
                    <b>{command.label}</b>
                    <small>{note}</small>
                </span>
            }
            .into_any()
        }
    };
    view! {
        <div
            id=option_id(index)
            role="option"
            aria-selected=move || if on() { "true" } else { "false" }
            aria-disabled=refused.then_some("true")
            on:mousemove=move |_| {
                if selected.get_untracked() != index {
                    selected.set(index);
                }
            }
            on:click=move |_| choose.run(index)
        >
            {inside}
        </div>
    }
    .into_any()
}
