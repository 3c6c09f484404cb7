//! Starting and stopping the server.

use crate::clock::ServerClock;
use crate::config::ServeConfig;
use crate::cookies::Cookies;
use crate::demo;
use crate::door::PasswordDoor;
use crate::mailer::Mailer;
use crate::notices_job::{tell_subscribers, write_when_due};
use crate::page_job::publish_when_due;
use crate::public_pages::{AppHosts, Front, PublicPages};
use crate::router::router;
use crate::state::AppState;
use crate::subscriptions::Subscriptions;
use app::Assets;
use app::backend::{Backend, users};
use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Time that open requests get after the server was told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// The last published status pages, beside the database.
const PUBLISHED: &str = "published";
/// Between two attempts to open the database.
const ASK_AGAIN_FROM: Duration = Duration::from_secs(1);
const ASK_AGAIN_TO: Duration = Duration::from_secs(30);
/// Between two sweeps of sessions and links that have ended.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// How often figures are added up.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// What `scripts/build` says of the built files.
#[derive(Deserialize)]
struct Manifest {
    js: String,
    wasm: String,
    loader: String,
    css: String,
    parts: HashMap<String, Vec<String>>,
}

/// Runs the server until it is told to stop; finishes what was accepted.
///
/// The published status pages are served first, from what was kept on disk; the application joins them when the database is
/// open. While there are such pages, a database that does not open is asked again instead of ending the server.
pub async fn serve(config: ServeConfig) -> Result<(), String> {
    let assets = assets(&config.site)?;
    std::fs::create_dir_all(&config.data.data).map_err(|error| format!("{}: {error}", config.data.data.display()))?;
    let clock = Arc::new(ServerClock::default());
    let listener = TcpListener::bind(config.address).await.map_err(|error| format!("{}: {error}", config.address))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base_url = config.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let base_url: Arc<str> = base_url.trim_end_matches('/').into();
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| error.to_string())?;
    let upkeep = tokio::spawn(keep_up(metrics.clone()));
    let mut stop_signal = StopSignal::new().map_err(|error| error.to_string())?;

    let pages = Arc::new(PublicPages::new(&base_url, Some(config.data.data.join(PUBLISHED))));
    let front = Front::new(pages.clone(), AppHosts::new(config.base_url.as_deref()));
    let (stop, stopping) = watch::channel(false);
    let mut told = stop.subscribe();
    let service = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(front.clone());
    // An answer goes out whole at once, without waiting for what may still come.
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        told.changed().await.ok();
    });
    let mut server = tokio::spawn(server.into_future());

    let opened = tokio::select! {
        opened = open_store(&config, clock.clone(), !pages.is_empty(), &base_url) => Some(opened?),
        () = stop_signal.received() => None,
    };
    let Some(store) = opened else {
        tracing::info!("stopping before the database was open");
        stop.send(true).ok();
        tokio::time::timeout(STOP_WITHIN, server).await.ok();
        return Ok(());
    };
    store.set_base_url(&base_url);
    if config.demo {
        demo::fill(&store, &clock, &config.data.data).await?;
    }
    let first_admin = store.system("first start").first_admin(&config.admin_email).await;
    let first_admin = first_admin.map_err(|error| error.to_string())?;

    let cookies = Cookies { secure: base_url.starts_with("https://") };
    let door = PasswordDoor::new(store.clone(), clock.clone(), cookies)?;
    pages.render_all(&store);
    let mailer = Mailer::new(&config.mail, store.clone(), clock.clone())?;
    let sends_mail = mailer.sends_mail();
    if !sends_mail {
        store.keep_letters();
    }
    let (notices_clock, pages_clock, page_clock) = (clock.clone(), clock.clone(), clock.clone());
    let state = AppState {
        backend: Backend { store: store.clone(), clock, door: Arc::new(door), base_url: base_url.clone(), sends_mail },
        assets,
        cookies,
        presence: Arc::default(),
        hooks: Arc::default(),
        links: Arc::default(),
        subscriptions: Arc::new(Subscriptions::reaching(config.mail.allow_private_webhooks)),
        behind_proxy: config.behind_proxy,
        metrics,
        stopping,
    };
    let follower = tokio::spawn(pages.follow(store.clone(), pages_clock));
    let sweeper = tokio::spawn(sweep(store.clone()));
    if config.data.database.is_none() {
        // Nobody else has this database: leases of before are of a server that was killed.
        let taken = store.system("sending").take_back_leases().await;
        taken.map_err(|error| error.to_string())?;
    }
    let mailer = mailer.start(stop.subscribe());
    let triggers = tokio::spawn(store.clone().watch_triggers());
    let subscriptions = tokio::spawn(tell_subscribers(store.clone(), notices_clock.clone()));
    let notices = tokio::spawn(write_when_due(store.clone(), notices_clock));
    let page = tokio::spawn(publish_when_due(store.clone(), page_clock));
    store.resume_imports();
    store.resume_bulks();

    front.open(router(state, &config.site));
    println!("Data is kept in {}", config.data.data.display());
    if let Some(link) = first_admin {
        println!(
            "Nobody can sign in yet. Open this one-time link to set the first admin's password ({}):",
            config.admin_email
        );
        println!("  {}", users::address(&base_url, &link.token));
    }
    println!("Landbridge is ready at {base_url}");

    let outcome = tokio::select! {
        outcome = &mut server => outcome,
        () = stop_signal.received() => {
            tracing::info!("stopping");
            // Open pages are told to come back; their connections end with it.
            stop.send(true).ok();
            match tokio::time::timeout(STOP_WITHIN, &mut server).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    server.abort();
                    server.await
                }
            }
        }
    };
    // Told by the same word as open pages; when the server ended by itself, it is told now.
    stop.send(true).ok();
    if tokio::time::timeout(STOP_WITHIN, mailer).await.is_err() {
        tracing::warn!("some messages were still being sent; they are tried again after the next start");
    }
    follower.abort();
    sweeper.abort();
    upkeep.abort();
    triggers.abort();
    notices.abort();
    subscriptions.abort();
    page.abort();
    store.close().await;
    for head in store.system("stop").signed_heads() {
        tracing::info!(head = head.to_line(), "signed head");
    }
    match outcome {
        Ok(Err(error)) => Err(format!("The server failed: {error}")),
        _ => Ok(()),
    }
}

/// Opens the database. `serves_already`: pages of before are being served, so that a database that does not open is asked
/// again until it does; without any, whoever starts the server learns of it at once.
async fn open_store(
    config: &ServeConfig,
    clock: Arc<ServerClock>,
    serves_already: bool,
    base_url: &str,
) -> Result<Store, String> {
    let mut wait = ASK_AGAIN_FROM;
    let mut said = false;
    loop {
        let opened = Store::open(&config.data.url(), &config.data.key_file(), clock.clone()).await;
        let error = match opened {
            Ok(store) => return Ok(store),
            Err(error) => error,
        };
        let words = format!("The database could not be opened: {error}. Is another server running on it?");
        if !serves_already {
            return Err(words);
        }
        tracing::error!(%error, "the database could not be opened; asking again");
        if !said {
            println!("{words}");
            println!("Status pages are served at {base_url} as they were published last, until the database opens.");
            said = true;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(ASK_AGAIN_TO);
    }
}

fn assets(site: &Path) -> Result<Assets, String> {
    let file = site.join("manifest.json");
    let explain = |error: String| format!("{}: {error}. Build the client with scripts/build.", file.display());
    let text = std::fs::read_to_string(&file).map_err(|error| explain(error.to_string()))?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| explain(error.to_string()))?;
    let Manifest { js, wasm, loader, css, parts } = manifest;
    Ok(Assets { js, wasm, loader, css, parts })
}

/// Adds up what was measured: it would be kept apart until somebody asks for it.
async fn keep_up(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(UPKEEP_EVERY);
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}

async fn sweep(store: Store) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        match store.system("sweep").forget_unconfirmed().await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "unconfirmed subscriptions forgotten"),
            Err(error) => tracing::warn!(%error, "unconfirmed subscriptions could not be forgotten"),
        }
        if let Err(error) = store.system("sweep").sweep().await {
            tracing::warn!(%error, "sweeping failed");
        }
        for head in store.system("sweep").signed_heads() {
            tracing::info!(head = head.to_line(), "signed head");
        }
    }
}

/// The wish of whoever runs the server that it stops: Ctrl-C or SIGTERM.
struct StopSignal {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignal {
    /// Begins to listen: a signal that comes before [`StopSignal::received`] is asked is not lost.
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(StopSignal { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(StopSignal {})
    }

    async fn received(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
