//! The frame of every page for staff: rail, top bar, the user's menu.

use super::avatar::Avatar;
use super::browser;
use super::due::{Due, DueBadge};
use super::icon::{Icon, Mark};
use super::palette::{FindButton, Palette, PaletteDialogs};
use super::problem::leave_when_signed_out;
use crate::api::ApiError;
use crate::api::session::{Me, SignOut, current_user};
use crate::pages::accounts::saves::{Saves, UnsavedNotice};
use crate::shell::Theme;
use domain::policy::Action;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

/// The signed-in user as pages of the frame see it. Read it below a `<Suspense>` or `<Transition>`,
/// in effects or in event handlers.
#[derive(Clone, Copy)]
pub struct SignedIn(pub Signal<Option<Me>>);

/// The signed-in user, from the frame around this page.
pub fn use_me() -> Signal<Option<Me>> {
    use_context::<SignedIn>().map_or_else(|| Signal::stored(None), |signed_in| signed_in.0)
}

/// Whether the signed-in user may do this; read it like [`use_me`].
pub fn use_may(action: Action) -> Signal<bool> {
    let me = use_me();
    Signal::derive(move || me.with(|me| me.as_ref().is_some_and(|me| me.may(action))))
}

/// Everything around a page for somebody who is signed in.
#[component]
pub fn Staff() -> impl IntoView {
    let answer = Resource::new_blocking(|| (), |_| current_user());
    let me = Signal::derive(move || answer.get().and_then(Result::ok).flatten());
    provide_context(SignedIn(me));
    let palette = Palette::provide();
    Due::provide();
    leave_when_signed_out(Signal::derive(move || match answer.get() {
        Some(Ok(None)) => Some(ApiError::SignedOut),
        Some(Err(error)) => Some(error),
        _ => None,
    }));
    let saves = Saves::of_this_tab();
    provide_context(saves);
    view! {
        <a class="skip" href="#content" rel="external">
            "Skip to the content"
        </a>
        <div class="app">
            <Rail />
            <Outlet />
        </div>
        <UnsavedNotice saves />
        <Announcer />
        <PaletteDialogs palette />
    }
    .into_any()
}

/// The ways through the workspace: at the side, on a phone at the bottom.
#[component]
fn Rail() -> impl IntoView {
    let me = use_me();
    let path = use_location().pathname;
    let migrations = move || {
        let path = path.get();
        (path == "/" || path == "/new" || path.starts_with("/m/")).then_some("true")
    };
    let at = move |start: &'static str| path.with(|path| path.starts_with(start)).then_some("page");
    view! {
        <nav class="rail" aria-label="Landbridge">
            <a class="brand" href="/">
                <Mark />
                <span>"Landbridge"</span>
            </a>
            <ul>
                <li>
                    <a href="/" aria-current=migrations>
                        <Icon name="migrations" />
                        <span>"Migrations"</span>
                    </a>
                </li>
                <li>
                    <a href="/work" aria-current=move || at("/work")>
                        <Icon name="rows" />
                        <span>"My work"</span>
                        <DueBadge />
                    </a>
                </li>
                <li>
                    <a href="/customers" aria-current=move || at("/customers")>
                        <Icon name="customers" />
                        <span>"Customers"</span>
                    </a>
                </li>
                <Suspense>
                    {move || {
                        let links = [
                            (Action::ManageUsers, "/users", "users", "Users"),
                            (Action::ReadAudit, "/audit", "audit", "Audit"),
                            (Action::ErasePersons, "/erasure", "erase", "Erasure"),
                        ];
                        let me = me.get();
                        links
                            .into_iter()
                            .filter(|(action, ..)| me.as_ref().is_some_and(|me| me.may(*action)))
                            .map(|(_, href, icon, word)| view! {
                                <li>
                                    <a href=href aria-current=move || at(href)>
                                        <Icon name=icon />
                                        <span>{word}</span>
                                    </a>
                                </li>
                            })
                            .collect_view()
                    }}
                </Suspense>
            </ul>
        </nav>
    }
    .into_any()
}

/// The bar above a page. The children say where we are; `tools` stand before the user's menu.
#[component]
pub fn Topbar(children: Children, #[prop(optional, into)] tools: Option<ViewFnOnce>) -> impl IntoView {
    view! {
        <header class="topbar">
            <div class="where">{children()}</div>
            <FindButton />
            <div class="tools">
                {tools.map(|tools| tools.run())}
                <UserMenu />
            </div>
        </header>
    }
    .into_any()
}

/// A page without a migration around it: its name in the top bar, then `<main id="content">`.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    /// Another class of `<main>`.
    #[prop(default = "")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <leptos_meta::Title text=title.clone() />
        <Topbar>
            <p class="place">{title}</p>
        </Topbar>
        <main id="content" class=format!("page {class}").trim_end().to_owned() tabindex="-1">
            {children()}
        </main>
    }
    .into_any()
}

#[component]
fn UserMenu() -> impl IntoView {
    let me = use_me();
    view! {
        <Suspense fallback=|| view! { <span class="me"></span> }>
            {move || me.get().map(|me| view! { <Menu me /> })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Menu(me: Me) -> impl IntoView {
    let sign_out = ServerAction::<SignOut>::new();
    view! {
        <button type="button" class="me" popovertarget="me" aria-label=format!("{}, your menu", me.name)>
            <Avatar id=me.id name=me.name.clone() />
            <Icon name="down" />
        </button>
        <div id="me" class="menu" popover="auto">
            <p>
                <strong>{me.name}</strong>
                <br />
                <span class="soft">{me.email}</span>
                <br />
                <span class="soft">{me.role.label()}</span>
            </p>
            <hr />
            <ThemeChoice />
            <hr />
            <Shortcuts />
            <ActionForm action=sign_out>
                <button type="submit" class="item">
                    <Icon name="sign-out" />
                    "Sign out"
                </button>
            </ActionForm>
        </div>
    }
    .into_any()
}

#[component]
fn Shortcuts() -> impl IntoView {
    use_context::<Palette>().map(|palette| {
        view! {
            <button
                type="button"
                class="item"
                popovertarget="me"
                popovertargetaction="hide"
                on:click=move |_| palette.show_shortcuts()
            >
                <Icon name="info" />
                "Keyboard shortcuts"
                <kbd aria-hidden="true">"?"</kbd>
            </button>
        }
    })
}

/// Light, dark, or like the system; kept in a cookie that the server reads.
#[component]
fn ThemeChoice() -> impl IntoView {
    let present = Theme::current();
    view! {
        <fieldset class="themes">
            <legend>"Appearance"</legend>
            {Theme::ALL
                .into_iter()
                .map(|theme| view! {
                    <label class="choice">
                        <input
                            type="radio"
                            name="theme"
                            value=theme.code()
                            checked={theme == present}
                            on:change=move |_| theme.choose()
                        />
                        {theme.label()}
                    </label>
                })
                .collect_view()}
        </fieldset>
    }
    .into_any()
}

/// Tells screen readers the title of the page that the app has moved to: no document was loaded that would.
#[component]
fn Announcer() -> impl IntoView {
    let path = use_location().pathname;
    let words = RwSignal::new(String::new());
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            // The new page sets the title while it is built.
            set_timeout(move || _ = words.try_set(browser::title()), std::time::Duration::from_millis(300));
        }
        now
    });
    view! { <p class="visually-hidden" role="status">{words}</p> }
}
