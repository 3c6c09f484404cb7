//! What blocks the account.

use super::Shown;
use super::moves::{FieldEditor, open};
use crate::components::icon::Icon;
use crate::components::state::StatePill;
use crate::pages::accounts::edit::EditField;
use domain::state::State;
use leptos::prelude::*;

/// The blocker with what it interrupted; nothing while the account is not blocked.
#[component]
pub fn BlockerCard(shown: Shown) -> impl IntoView {
    let blocked = Memo::new(move |_| shown.row(|row| row.state.blocker().is_some()));
    move || blocked.get().then(|| view! { <Card shown /> })
}

#[component]
fn Card(shown: Shown) -> impl IntoView {
    let overview = shown.frame.overview;
    let category = move || shown.row(|row| row.state.blocker().map(|blocker| blocker.category));
    let text = move || shown.row(|row| row.state.blocker().map(|blocker| blocker.text.clone())).unwrap_or_default();
    let interrupted = move || {
        shown.row(|row| match &row.state {
            State::Blocked { interrupted, .. } => Some(interrupted.status()),
            _ => None,
        })
    };
    let others = move || {
        let category = category()?;
        let href = shown.frame.address(&format!("accounts?blocker={}", category.code()));
        Some(view! { <a href=href>{format!("All accounts blocked by {}", category.label())}</a> })
    };
    view! {
        <section class="panel blocker-panel" aria-labelledby="blocker-title">
            <header class="panel-head">
                <h2 id="blocker-title">
                    <Icon name="blocked" />
                    {move || category().map(|category| category.label())}
                </h2>
                {move || {
                    overview.with(|overview| overview.me.may(domain::policy::Action::EditAccounts)).then(|| view! {
                        <button
                            type="button"
                            id="edit-blocker-button"
                            class="button small"
                            on:click=move |_| open(shown, EditField::Blocker)
                        >
                            <Icon name="pencil" />
                            "Edit"
                        </button>
                    })
                }}
            </header>
            <div class="panel-body">
                {move || {
                    let text = text();
                    if text.is_empty() {
                        view! { <p class="soft">"Nobody has written yet what exactly."</p> }.into_any()
                    } else {
                        view! { <p>{text}</p> }.into_any()
                    }
                }}
                <FieldEditor shown field=EditField::Blocker back="edit-blocker-button" />
                <dl class="inline-facts">
                    {move || interrupted().map(|status| view! {
                        <div>
                            <dt>"Interrupted"</dt>
                            <dd>
                                <StatePill status />
                            </dd>
                        </div>
                    })}
                    <div>
                        <dt>"The same reason"</dt>
                        <dd>{others}</dd>
                    </div>
                </dl>
            </div>
        </section>
    }
}
