//! The list of keyboard shortcuts, opened with `?`. Whoever adds a key to a page adds its line here.

use super::dialog::Dialog;
use super::palette::dom;
use leptos::prelude::*;

/// Keys that belong to one place.
pub struct Group {
    pub place: &'static str,
    pub shortcuts: &'static [Shortcut],
}

/// One shortcut: keys that are pressed together or one of which is pressed, and what that does.
pub struct Shortcut {
    /// `Ctrl` is shown as ⌘ on a Mac.
    pub keys: &'static [&'static str],
    pub does: &'static str,
}

const fn key(keys: &'static [&'static str], does: &'static str) -> Shortcut {
    Shortcut { keys, does }
}

/// Every shortcut, by place.
pub const SHORTCUTS: &[Group] = &[
    Group {
        place: "Everywhere",
        shortcuts: &[
            key(&["Ctrl", "K"], "Find an account, run a command"),
            key(&["?"], "This list"),
            key(&["Esc"], "Close what is open, one step back"),
        ],
    },
    Group {
        place: "Finding an account",
        shortcuts: &[
            key(&["↑", "↓"], "Choose"),
            key(&["Enter"], "What can be done with the account; again: its page"),
            key(&["Ctrl", "C"], "Copy the sentence for the customer"),
            key(&["Esc"], "Back, then close"),
        ],
    },
    Group {
        place: "Table of accounts",
        shortcuts: &[
            key(&["↑", "↓", "←", "→"], "Move between cells"),
            key(&["Page ↑", "Page ↓"], "A screenful up or down"),
            key(&["Home", "End"], "First or last column"),
            key(&["Ctrl", "Home"], "First account"),
            key(&["Ctrl", "End"], "Last account"),
            key(&["Tab"], "Next cell; after Esc, out of the table"),
            key(&["Enter"], "Edit the cell; on a name, open the account"),
            key(&["A", "…", "Z"], "Edit the cell with what is typed"),
            key(&["Esc"], "Give the edit up"),
            key(&["Del"], "Empty owner, cohort or a field of your own"),
            key(&["Shift", "↑", "↓", "←", "→"], "Select cells"),
            key(&["Ctrl", "A"], "Select all cells"),
            key(&["Ctrl", "C"], "Copy the selected cells"),
            key(&["Ctrl", "V"], "Paste cells"),
            key(&["Ctrl", "D"], "Fill the first selected row down"),
            key(&["Space"], "Select the row"),
            key(&["Ctrl", "Z"], "Undo your last edit"),
            key(&["Ctrl", "Shift", "Z"], "Redo it"),
        ],
    },
];

/// The dialog with the list.
#[component]
pub fn ShortcutsDialog(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog id="shortcuts" title="Keyboard shortcuts" open wide=true reading=true>
            {move || open.get().then(|| view! { <List /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn List() -> impl IntoView {
    let control = dom::control_key();
    SHORTCUTS
        .iter()
        .map(|group| {
            let id = format!("keys-{}", group.place.to_lowercase().replace(' ', "-"));
            let labelled = id.clone();
            let lines = group.shortcuts.iter().map(|shortcut| view! { <Line shortcut control /> }).collect_view();
            view! {
                <section class="shortcuts" aria-labelledby=labelled>
                    <h3 id=id>{group.place}</h3>
                    <dl>{lines}</dl>
                </section>
            }
        })
        .collect_view()
}

#[component]
fn Line(shortcut: &'static Shortcut, control: &'static str) -> impl IntoView {
    let keys = shortcut
        .keys
        .iter()
        .map(|key| view! { <kbd>{if *key == "Ctrl" { control } else { *key }}</kbd> " " })
        .collect_view();
    view! {
        <div>
            <dt>{keys}</dt>
            <dd>{shortcut.does}</dd>
        </div>
    }
}
