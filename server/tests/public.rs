//! The real binary without its database: what was published last is served all the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use reqwest::Client;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PASSWORD: &str = "quiet river stone";

/// The binary at work; killed when dropped.
struct Running {
    child: Child,
    url: String,
    link: Option<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    /// Starts it and waits for the line that ends with its address.
    fn start(folder: &Path, more: &[&str], line: &str) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_landbridge"))
            .args(["serve", "--address", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--site")
            .arg(folder.join("site"))
            .args(more)
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let mut running = Running { child, url: String::new(), link: None };
        for text in BufReader::new(output).lines().map_while(Result::ok) {
            if text.contains("/welcome/") {
                running.link = text.rsplit('/').next().map(str::to_owned);
            }
            if let Some((_, rest)) = text.split_once(line) {
                running.url = rest.split(' ').next().unwrap_or_default().to_owned();
                return running;
            }
        }
        panic!("the server did not say {line:?}");
    }

    /// Stops it politely.
    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "the server ended with an error");
    }
}

async fn form(client: &Client, running: &Running, function: &str, fields: &[(&str, &str)]) -> serde_json::Value {
    let body: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={}", domain::view::escape(value))).collect();
    let request = client.post(format!("{}/api/{function}", running.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"));
    let response = request.send().await.unwrap();
    assert!(response.status().is_success() || response.status().is_redirection(), "{function}: {}", response.status());
    serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn the_last_published_page_is_served_when_the_database_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    let manifest = r#"{ "js": "/n.js", "wasm": "/n.wasm", "loader": "/n.js", "css": "/n.css", "parts": {} }"#;
    std::fs::write(site.join("manifest.json"), manifest).unwrap();
    let client =
        Client::builder().no_proxy().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let kept = folder.path().join("data/published/ledger-3.json");

    let running = Running::start(folder.path(), &[], "Landbridge is ready at ");
    let link = running.link.clone().unwrap();
    form(&client, &running, "session/accept", &[("token", &link), ("password", PASSWORD), ("repeated", PASSWORD)])
        .await;
    let settings = [
        ("form[name]", "Internal codename"),
        ("form[public_name]", "The move to Ledger 3"),
        ("form[slug]", "ledger-3"),
        ("form[description]", ""),
        ("form[deadline]", "2031-06-30"),
        ("form[time_zone]", "Europe/Berlin"),
        ("form[rollback_days]", "14"),
    ];
    form(&client, &running, "migrations/create", &settings).await;
    let overview = form(&client, &running, "migrations/overview", &[("slug", "ledger-3")]).await;
    let migration = overview["migration"]["id"].as_str().unwrap().to_owned();
    form(&client, &running, "migrations/publish", &[("migration", &migration), ("publish", "true")]).await;
    // A change is seen by readers within two seconds, and is on disk when it is.
    let page = async |running: &Running| client.get(format!("{}/status/ledger-3", running.url)).send().await.unwrap();
    let seen = async {
        while page(&running).await.status() != 200 || !kept.exists() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.expect("the page is not shown");
    running.stop();

    // A server of the database that nobody can reach, and an embedded one that is no database.
    std::fs::rename(folder.path().join("data/database"), folder.path().join("moved")).unwrap();
    std::fs::write(folder.path().join("data/database"), "not a database").unwrap();
    for more in [&["--database", "ws://127.0.0.1:9"][..], &[]] {
        let running = Running::start(folder.path(), more, "Status pages are served at ");
        let response = page(&running).await;
        assert_eq!(response.status(), 200);
        assert!(response.text().await.unwrap().contains("The move to Ledger 3"));
        for (path, status) in [
            ("/status/ledger-3/api/v2/status.json", 200),
            ("/status/ledger-3/history?lang=fr", 200),
            ("/healthz", 200),
            ("/readyz", 503),
            ("/sign-in", 503),
            ("/status/another", 503),
        ] {
            let response = client.get(format!("{}{path}", running.url)).send().await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path}");
        }
        running.stop();
    }

    // Without any page there is nothing to serve: whoever starts the server learns at once what is wrong.
    std::fs::remove_file(&kept).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_landbridge"))
        .args(["serve", "--address", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .arg("--site")
        .arg(&site)
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("The database could not be opened"));
}
