//! The document around every page, and the routes.

use crate::components::browser;
use crate::components::frame::Staff;
use crate::components::icon::SPRITE;
use crate::pages;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};

/// Addresses of the built files.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

/// Light or dark. The server reads the reader's choice from the cookie [`Theme::COOKIE`] and provides it as context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// The name of the cookie.
    pub const COOKIE: &'static str = "theme";
    /// Every choice, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The word in the cookie and in `data-theme`.
    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        match self {
            Theme::System => "Like the system",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }

    /// Reads the word of [`Theme::code`]; anything else is the system's choice.
    pub fn from_code(code: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.code() == code).unwrap_or_default()
    }

    /// The choice of this document: on the server from the context, in the browser from `<html>`.
    pub fn current() -> Theme {
        match browser::root_attribute("data-theme") {
            Some(code) => Theme::from_code(&code),
            None => use_context::<Theme>().unwrap_or_default(),
        }
    }

    /// Shows the document this way from now on.
    pub fn choose(self) {
        browser::set_root_attribute("data-theme", self.attribute());
        browser::set_cookie(Theme::COOKIE, self.code(), 365);
    }

    fn attribute(self) -> Option<&'static str> {
        (self != Theme::System).then(|| self.code())
    }
}

/// The document. The application has to be the first thing in its body: hydration starts there.
pub fn shell(assets: Assets) -> impl IntoView {
    let theme = Theme::current().attribute();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.unwrap_or("light dark") />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css.clone() />
                <Loader assets />
                <MetaTags />
            </head>
            <body>
                <App />
                <div hidden=true inner_html=SPRITE></div>
            </body>
        </html>
    }
    .into_any()
}

/// Loads the application as early as the page itself, and wakes it up.
#[component]
fn Loader(assets: Assets) -> impl IntoView {
    let Assets { js, wasm, .. } = assets;
    // `{:?}` quotes the addresses as JavaScript does. The mark on `<html>` says that the page answers to clicks now.
    let script = format!(
        "import init, {{ hydrate }} from {js:?};\nawait init({{ module_or_path: {wasm:?} }});\nhydrate();\n\
         document.documentElement.dataset.awake = \"\";"
    );
    view! {
        <link rel="modulepreload" href=js />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>
            {script}
        </script>
    }
}

/// The application: every page of staff.
///
/// Each is rendered whole before it is sent: useful without script, and no script has to move pieces into place.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let titled =
        |title: String| if title.is_empty() { "Landbridge".to_owned() } else { format!("{title} · Landbridge") };
    view! {
        <Title formatter=titled />
        <Router>
            <Routes fallback=|| view! { <pages::not_found::NotFound /> }>
                <Route path=path!("/sign-in") view=pages::sign_in::SignInPage ssr=SsrMode::Async />
                <Route path=path!("/welcome/:token") view=pages::welcome::WelcomePage ssr=SsrMode::Async />
                <StaffRoutes />
            </Routes>
        </Router>
    }
    .into_any()
}

/// The pages inside the frame. Erased, like the ones below: otherwise their types grow until the compiler gives up.
#[component(transparent)]
fn StaffRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/") view=Staff ssr=SsrMode::Async>
            <Route path=path!("/") view=pages::home::HomePage />
            <Route path=path!("/new") view=pages::new_migration::NewMigrationPage />
            <Route path=path!("/customers") view=pages::customers::CustomersPage />
            <Route path=path!("/customers/:id") view=pages::customer::CustomerPage />
            <Route path=path!("/users") view=pages::users::UsersPage />
            <Route path=path!("/audit") view=pages::audit::AuditPage />
            <Route path=path!("/erasure") view=pages::erasure::ErasurePage />
            <MigrationRoutes />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn MigrationRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/m/:slug") view=pages::migration::MigrationFrame>
            <Route path=path!("/") view=ToAccounts />
            <Route path=path!("/accounts") view=pages::accounts::AccountsPage />
            <Route path=path!("/accounts/:number") view=pages::account::AccountPage />
            <Route path=path!("/cohorts") view=pages::cohorts::CohortsPage />
            <Route path=path!("/imports") view=pages::imports::ImportsPage />
            <Route path=path!("/imports/:id") view=pages::import::ImportPage />
            <Route path=path!("/changes") view=pages::bulk::ChangesPage />
            <Route path=path!("/changes/:id") view=pages::bulk::ChangePage />
            <Route path=path!("/notifications") view=pages::notifications::QueuePage />
            <Route path=path!("/notifications/mailbox") view=pages::notifications::MailboxPage />
            <Route path=path!("/notifications/endpoints") view=pages::notifications::EndpointsPage />
            <Route path=path!("/notifications/rules") view=pages::notifications::RulesPage />
            <Route path=path!("/settings") view=pages::settings::SettingsPage />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// A migration's bare address leads to its accounts.
#[component]
fn ToAccounts() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    view! { <Redirect path=format!("/m/{slug}/accounts") /> }
}
