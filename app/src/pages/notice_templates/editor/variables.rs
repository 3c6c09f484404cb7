//! The list of variables beside the words.

use super::Editor;
use domain::notice::variables::Variable;
use domain::notice::writing;
use leptos::prelude::*;

/// Every variable with what it says, and a button that puts it into the words.
#[component]
pub(super) fn VariableList(editor: Editor) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        let typed = wanted.get();
        editor.variables.with(|known| writing::fitting(typed.trim(), known).into_iter().cloned().collect::<Vec<_>>())
    });
    view! {
        <section class="panel variables" aria-labelledby="variables-title">
            <header class="panel-head">
                <h2 id="variables-title">"Variables"</h2>
                <span class="soft">"or type {{ in the text"</span>
            </header>
            <div class="panel-body">
                <label class="visually-hidden" for="variables-search">"Search the variables"</label>
                <input
                    class="input"
                    id="variables-search"
                    type="search"
                    placeholder="Search"
                    autocomplete="off"
                    on:input=move |event| wanted.set(event_target_value(&event))
                />
                <ul class="variable-list" tabindex="0" aria-label="Variables">
                    <For each=move || shown.get() key=|variable| (variable.name.clone(), variable.optional) let:variable>
                        <VariableLine editor variable />
                    </For>
                </ul>
                {move || shown.with(Vec::is_empty).then(|| view! { <p class="soft">"No variable is called like this."</p> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn VariableLine(editor: Editor, variable: Variable) -> impl IntoView {
    let Variable { name, description, example, optional } = variable.clone();
    view! {
        <li>
            <div>
                <code>{name.clone()}</code>
                {optional.then(|| view! { <span class="tag">"not always"</span> })}
                <p>{description}</p>
                <p class="soft">{example}</p>
            </div>
            {editor.may_manage.then(move || view! {
                <button type="button" class="button small" on:click=move |_| editor.insert(&variable)>
                    "Insert"
                    <span class="visually-hidden">" " {name}</span>
                </button>
            })}
        </li>
    }
    .into_any()
}
