//! The row above the conditions: search, and what can be done with the table as a whole.

use super::conditions::Narrow;
use super::dom;
use super::export::ExportMenu;
use super::go::Go;
use super::new_account::NewAccount;
use super::rest::Rest;
use super::save_view::Keep;
use super::views::Views;
use crate::components::browser;
use crate::components::button::CopyButton;
use crate::components::icon::Icon;
use crate::lazy::later;
use crate::pages::migration::Frame;
use domain::policy::Action;
use domain::view::{SEARCH_MAX, View};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// While an earlier search is on its way, the next one waits for its answer, or this long.
const SEARCH_PAUSE: Duration = Duration::from_millis(250);

/// Search, conditions, saving the view, import, export, link, new account.
#[component]
pub fn Toolbar(
    views: Views,
    #[prop(into)] matching: Signal<u32>,
    #[prop(into)] waiting: Signal<bool>,
    #[prop(into)] on_created: Callback<()>,
) -> impl IntoView {
    let Views { frame, view, go, .. } = views;
    let adding = RwSignal::new(false);
    let dialog = (frame, adding, on_created);
    let may = move |action| frame.overview.with(|overview| overview.me.may(action));
    let here = Signal::derive(move || format!("{}{}", browser::origin(), go.address(&views.with_columns())));
    view! {
        <div class="viewbar">
            <Search frame view go waiting />
            <div class="narrow-view">
                <Narrow frame view go />
                <Keep views />
            </div>
            <div class="view-actions">
                {move || may(Action::ImportAccounts).then(|| view! {
                    <a class="button quiet" href=frame.address("imports")>
                        <Icon name="upload" />
                        <span>"Import"</span>
                    </a>
                })}
                <ExportMenu frame view matching />
                <CopyButton text=here label="Copy link" class="button quiet" />
                {move || may(Action::EditAccounts).then(|| view! {
                    <button type="button" class="button" on:click=move |_| adding.set(true)>
                        <Icon name="plus" />
                        <span>"Account"</span>
                    </button>
                })}
            </div>
            {later!(tools: |dialog: (Frame, RwSignal<bool>, Callback<()>)| {
                view! { <NewAccount frame=dialog.0 open=dialog.1 on_created=dialog.2 /> }
            })
                .unseen()}
        </div>
    }
}

/// The search field: narrows the view with each letter, or as quickly as answers come; without script it is a form.
#[component]
fn Search(frame: Frame, view: Memo<View>, go: Go, waiting: Signal<bool>) -> impl IntoView {
    let typed = RwSignal::new(view.get_untracked().search);
    // What this field has put into the address itself: when that comes back it must not overwrite newer letters.
    let sent = StoredValue::new(typed.get_untracked());
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let search = view.with(|view| view.search.clone());
        if sent.get_value() != search {
            sent.set_value(search.clone());
            typed.set(search);
        }
    });
    let send = move || {
        let search = typed.get_untracked().trim().chars().take(SEARCH_MAX).collect::<String>();
        if sent.get_value() != search {
            sent.set_value(search.clone());
            go.replace(View { search, ..view.get_untracked() });
        }
    };
    let stop = move || {
        if let Some(waiting) = timer.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    };
    on_cleanup(stop);
    let now = move || {
        stop();
        send();
    };
    let soon = move || {
        if !waiting.get_untracked() {
            return now();
        }
        stop();
        timer.set_value(set_timeout_with_handle(send, SEARCH_PAUSE).ok());
    };
    Effect::new(move |_| {
        // What was typed meanwhile.
        if !waiting.get() && timer.with_value(Option::is_some) {
            now();
        }
    });
    view! {
        <form
            class="search"
            role="search"
            method="get"
            action=move || frame.address("accounts")
            on:submit=move |event| {
                event.prevent_default();
                now();
            }
        >
            <Icon name="search" />
            <label class="visually-hidden" for="account-search">
                "Search accounts"
            </label>
            <input
                id="account-search"
                class="input"
                type="search"
                name="q"
                placeholder="Id, name, e-mail, plan, region, blocker"
                autocomplete="off"
                maxlength=SEARCH_MAX.to_string()
                value=typed.get_untracked()
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    soon();
                }
                on:keydown=move |event| {
                    // From what was found on with the arrows.
                    if event.key() == "ArrowDown" && dom::focus_cursor(super::grid::BODY) {
                        event.prevent_default();
                    }
                }
            />
            <Rest view go without=&["q"] />
        </form>
    }
}
