//! A running server with a user of each role and a migration of two accounts.

use crate::clock::ServerClock;
use crate::cookies::Cookies;
use crate::door::{PasswordDoor, hash_password};
use crate::public_pages::{AppHosts, Front, PublicPages};
use crate::router::router;
use crate::state::AppState;
use app::Assets;
use app::backend::Backend;
use axum::ServiceExt;
use axum::extract::Request;
use domain::actor::Caller;
use domain::cohort::CohortSettings;
use domain::event::{EventKind, Recorded, Stream};
use domain::id::{CommandId, MigrationId};
use domain::migration::MigrationSettings;
use domain::policy::Role;
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use store::{AccountInput, LogQuery, Store};
use tokio::sync::watch;

pub const PASSWORD: &str = "quiet river stone";

/// Hashed once for all tests: hashing is slow on purpose.
static HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD).unwrap());

pub struct World {
    pub store: Store,
    pub pages: Arc<PublicPages>,
    pub migration: MigrationId,
    pub address: SocketAddr,
    pub callers: Vec<Caller>,
    pub stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl World {
    pub async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        std::fs::write(folder.path().join("pkg/landbridge.1234.css"), "body{}").unwrap();
        let clock = Arc::new(ServerClock::default());
        let store = Store::open("mem://", &folder.path().join("audit.key"), clock.clone()).await.unwrap();
        let mut callers = Vec::new();
        for role in Role::ALL {
            let email = format!("{}@company.example", role.code());
            callers.push(store.system("test").demo_user(role.label(), &email, role, HASH.clone()).await.unwrap());
        }
        let migration = migration(&store, &callers).await;
        let cookies = Cookies { secure: false };
        let door = PasswordDoor::new(store.clone(), clock.clone(), cookies).unwrap();
        let pages = Arc::new(PublicPages::new("http://test", None));
        let (stop, stopping) = watch::channel(false);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = AppState {
            backend: Backend {
                store: store.clone(),
                clock,
                door: Arc::new(door),
                base_url: "http://test".into(),
                sends_mail: false,
            },
            assets: Assets {
                js: "/pkg/a.js".into(),
                wasm: "/pkg/a.wasm".into(),
                loader: "/pkg/loader.js".into(),
                css: "/pkg/landbridge.1234.css".into(),
                parts: [("table".to_owned(), vec!["/pkg/table.wasm".to_owned()])].into(),
            },
            cookies,
            presence: Arc::default(),
            hooks: Arc::default(),
            links: Arc::default(),
            subscriptions: Arc::default(),
            behind_proxy: false,
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            stopping,
        };
        let front = Front::new(pages.clone(), AppHosts::new(Some("http://test")));
        front.open(router(state, folder.path()));
        let app = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(front);
        tokio::spawn(async move { axum::serve(listener, app).await });
        World { store, pages, migration, address, callers, stop, _folder: folder }
    }

    pub fn caller(&self, role: Role) -> Caller {
        self.callers.iter().find(|caller| caller.role == role).unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A browser of its own: it keeps cookies and follows no redirects.
    pub fn browser(&self) -> Client {
        Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap()
    }

    /// A browser in which somebody of this role is signed in.
    pub async fn signed_in(&self, role: Role) -> Client {
        let browser = self.browser();
        let email = format!("{}@company.example", role.code());
        let response = self.sign_in(&browser, &email, PASSWORD).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        browser
    }

    pub async fn sign_in(&self, browser: &Client, email: &str, password: &str) -> Response {
        let form = [("email", email), ("password", password), ("next", "")];
        self.form(browser, "session/sign-in", &form).send().await.unwrap()
    }

    /// A call of a server function with a form's fields, as a page makes it.
    pub fn form(&self, browser: &Client, function: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{}={}", domain::view::escape(key), domain::view::escape(value)))
            .collect();
        browser
            .post(self.url(&format!("/api/{function}")))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(body.join("&"))
    }

    /// What the log says of denied attempts.
    pub async fn denied(&self) -> Vec<String> {
        let query = LogQuery {
            stream: Stream::Workspace,
            kind: Some(EventKind::Denied),
            user: None,
            from: None,
            until: None,
            before: None,
            limit: 100,
        };
        let (entries, _) = self.store.acting_as(self.caller(Role::Admin)).log(&query).await.unwrap();
        let what = |entry: &store::LogEntry| match &entry.event.changes[0].after {
            Recorded::Value(Value::String(what)) => what.clone(),
            other => panic!("{other:?}"),
        };
        entries.iter().map(what).collect()
    }

    /// A call of a server function with JSON.
    pub fn json(&self, browser: &Client, function: &str, body: &Value) -> RequestBuilder {
        browser.post(self.url(&format!("/api/{function}"))).header("sec-fetch-site", "same-origin").json(body)
    }
}

async fn migration(store: &Store, callers: &[Caller]) -> MigrationId {
    let lead = callers.iter().find(|caller| caller.role == Role::Lead).unwrap();
    let acting = store.acting_as(lead.clone());
    let settings = MigrationSettings {
        name: "Internal codename".into(),
        public_name: "The move to Ledger 3".into(),
        slug: "ledger-3".into(),
        description: "Invoices move.".into(),
        deadline: "2030-06-30".parse().unwrap(),
        time_zone: "Europe/Berlin".into(),
        rollback_days: Some(14),
        blackouts: Vec::new(),
        weekends: false,
    };
    let migration = acting.create_migration(settings).await.unwrap();
    let cohort =
        CohortSettings { name: "Secret cohort".into(), public_name: String::new(), window: None, ..Default::default() };
    acting.create_cohort(&migration, cohort).await.unwrap();
    for (index, name) in ["Halvorsen Maritime AS", "<script>alert(1)</script>"].into_iter().enumerate() {
        let input = AccountInput {
            external_id: format!("C-{index}"),
            name: name.into(),
            email: String::new(),
            custom: Default::default(),
        };
        acting.create_account(&migration, CommandId(format!("created-{index}")), input).await.unwrap();
    }
    migration
}
