//! The document around every page, and the routes.

use crate::components::browser;
use crate::components::frame::Staff;
use crate::components::icon::SPRITE;
use crate::components::load_problem::{self, AGAIN, ID};
use crate::lazy::{NEEDED, Page, page};
use crate::pages;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};
use std::collections::HashMap;

/// Addresses of the built files.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    /// The script that loads the parts.
    pub loader: String,
    pub css: String,
    /// What is loaded later: the files of each part of the client, by the name that [`crate::lazy::page!`] gives it.
    pub parts: HashMap<String, Vec<String>>,
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
    #[cfg(feature = "ssr")]
    provide_context(crate::lazy::Served { assets: assets.clone(), named: StoredValue::default() });
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
                {load_problem::message()}
            </body>
        </html>
    }
    .into_any()
}

/// Loads the application as early as the page itself, and wakes it up.
#[component]
fn Loader(assets: Assets) -> impl IntoView {
    let Assets { js, wasm, loader, .. } = assets;
    // `{:?}` quotes the addresses as JavaScript does. The mark on `<html>` says that the page answers to clicks now.
    let script = format!(
        "try {{\n\
         const {{ default: init, hydrate }} = await import({js:?});\n\
         const {{ fetchEarly }} = await import({loader:?});\n\
         for (const needed of document.getElementsByName({NEEDED:?})) fetchEarly(needed.content);\n\
         await init({{ module_or_path: {wasm:?} }});\n\
         await hydrate();\n\
         document.documentElement.dataset.awake = \"\";\n\
         }} catch (error) {{\n\
         document.getElementById({AGAIN:?}).onclick = () => location.reload();\n\
         document.getElementById({ID:?}).hidden = false;\n\
         throw error;\n\
         }}"
    );
    view! {
        <link rel="modulepreload" href=js />
        <link rel="modulepreload" href=loader />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>
            {script}
        </script>
    }
}

// --- Pages, by the part of the client that they are in ---------------------------------------------------
//
// `frame` is around every page for staff, `table` is what most people work in. The other parts are large on purpose: what two
// parts share becomes a file of its own, so the number of files grows with the number of parts.

const STAFF: Page = page!(frame: Staff);
const MIGRATION_FRAME: Page = page!(frame: pages::migration::MigrationFrame);
const WELCOME: Page = page!(pages: pages::welcome::WelcomePage);
const HOME: Page = page!(pages: pages::home::HomePage);
const NEW_MIGRATION: Page = page!(pages: pages::new_migration::NewMigrationPage);
const CUSTOMERS: Page = page!(pages: pages::customers::CustomersPage);
const CUSTOMER: Page = page!(pages: pages::customer::CustomerPage);
const USERS: Page = page!(pages: pages::users::UsersPage);
const AUDIT: Page = page!(pages: pages::audit::AuditPage);
const ERASURE: Page = page!(pages: pages::erasure::ErasurePage);
const ACCOUNTS: Page = page!(table: pages::accounts::AccountsPage);
const ACCOUNT: Page = page!(pages: pages::account::AccountPage);
const COHORTS: Page = page!(pages: pages::cohorts::CohortsPage);
const COHORT: Page = page!(pages: pages::cohort::CohortPage);
const WORK: Page = page!(pages: pages::work::WorkPage);
const QUEUE: Page = page!(notices: pages::notifications::QueuePage);
const MAILBOX: Page = page!(notices: pages::notifications::MailboxPage);
const PROMISES: Page = page!(notices: pages::notifications::PromisesPage);
const ENDPOINTS: Page = page!(notices: pages::notifications::EndpointsPage);
const RULES: Page = page!(notices: pages::notifications::RulesPage);
const SUBSCRIBERS: Page = page!(status: pages::subscribers::SubscribersPage);
const TEMPLATES: Page = page!(notices: pages::notice_templates::TemplatesPage);
const TEMPLATE: Page = page!(notices: pages::notice_templates::TemplatePage);
const IMPORTS: Page = page!(work: pages::imports::ImportsPage);
const IMPORT: Page = page!(work: pages::import::ImportPage);
const CHANGES: Page = page!(work: pages::bulk::ChangesPage);
const CHANGE: Page = page!(work: pages::bulk::ChangePage);
const SETTINGS: Page = page!(pages: pages::settings::SettingsPage);
const CUSTOMER_PAGE: Page = page!(pages: pages::customer_page::CustomerPageSettings);
const STATUS_PAGE: Page = page!(status: pages::status_page::OverviewPage);
const STATUS_TEXTS: Page = page!(status: pages::status_page::TextsPage);
const STATUS_COMPONENTS: Page = page!(status: pages::status_page::ComponentsPage);
const STATUS_INCIDENTS: Page = page!(status: pages::status_page::IncidentsPage);
const STATUS_INCIDENT: Page = page!(status: pages::status_page::IncidentPage);
const STATUS_TEMPLATES: Page = page!(status: pages::status_page::IncidentTemplatesPage);
const STATUS_LOOK: Page = page!(status: pages::status_page::LookPage);

/// Every page whose code is fetched when it is first opened.
pub const PAGES: &[Page] = &[
    STAFF,
    MIGRATION_FRAME,
    WELCOME,
    HOME,
    NEW_MIGRATION,
    CUSTOMERS,
    CUSTOMER,
    USERS,
    AUDIT,
    ERASURE,
    ACCOUNTS,
    ACCOUNT,
    COHORTS,
    COHORT,
    WORK,
    QUEUE,
    MAILBOX,
    PROMISES,
    ENDPOINTS,
    RULES,
    SUBSCRIBERS,
    TEMPLATES,
    TEMPLATE,
    IMPORTS,
    IMPORT,
    CHANGES,
    CHANGE,
    SETTINGS,
    CUSTOMER_PAGE,
    STATUS_PAGE,
    STATUS_TEXTS,
    STATUS_COMPONENTS,
    STATUS_INCIDENTS,
    STATUS_INCIDENT,
    STATUS_TEMPLATES,
    STATUS_LOOK,
];

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
                <Route path=path!("/welcome/:token") view=WELCOME ssr=SsrMode::Async />
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
        <ParentRoute path=path!("/") view=STAFF ssr=SsrMode::Async>
            <Route path=path!("/") view=HOME />
            <Route path=path!("/work") view=WORK />
            <Route path=path!("/new") view=NEW_MIGRATION />
            <Route path=path!("/customers") view=CUSTOMERS />
            <Route path=path!("/customers/:id") view=CUSTOMER />
            <Route path=path!("/users") view=USERS />
            <Route path=path!("/audit") view=AUDIT />
            <Route path=path!("/erasure") view=ERASURE />
            <MigrationRoutes />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn MigrationRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/m/:slug") view=MIGRATION_FRAME>
            <Route path=path!("/") view=ToAccounts />
            <Route path=path!("/accounts") view=ACCOUNTS />
            <Route path=path!("/accounts/:number") view=ACCOUNT />
            <Route path=path!("/cohorts") view=COHORTS />
            <Route path=path!("/cohorts/:number") view=COHORT />
            <Route path=path!("/notifications") view=QUEUE />
            <Route path=path!("/notifications/rules") view=RULES />
            <Route path=path!("/notifications/templates") view=TEMPLATES />
            <Route path=path!("/notifications/templates/:number") view=TEMPLATE />
            <Route path=path!("/notifications/mailbox") view=MAILBOX />
            <Route path=path!("/notifications/promises") view=PROMISES />
            <Route path=path!("/notifications/endpoints") view=ENDPOINTS />
            <Route path=path!("/status-page/subscribers") view=SUBSCRIBERS />
            <Route path=path!("/imports") view=IMPORTS />
            <Route path=path!("/imports/:id") view=IMPORT />
            <Route path=path!("/changes") view=CHANGES />
            <Route path=path!("/changes/:id") view=CHANGE />
            <Route path=path!("/settings") view=SETTINGS />
            <Route path=path!("/customer-page") view=CUSTOMER_PAGE />
            <Route path=path!("/status-page") view=STATUS_PAGE />
            <Route path=path!("/status-page/texts") view=STATUS_TEXTS />
            <Route path=path!("/status-page/components") view=STATUS_COMPONENTS />
            <Route path=path!("/status-page/incidents") view=STATUS_INCIDENTS />
            <Route path=path!("/status-page/incidents/:number") view=STATUS_INCIDENT />
            <Route path=path!("/status-page/templates") view=STATUS_TEMPLATES />
            <Route path=path!("/status-page/look") view=STATUS_LOOK />
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
