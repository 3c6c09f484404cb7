//! The real binary on a real disk, killed at random moments while people edit and an import runs: after each restart every
//! acknowledged write is there; at the end the chains verify, and what the server shows is what the disk holds.
//!
//! `LANDBRIDGE_CRASH_SEED` and `LANDBRIDGE_CRASH_ROUNDS` choose another run; `scripts/soak` makes a long one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::account::Row;
use domain::actor::Caller;
use domain::clock::{Clock, Instant};
use domain::policy::Role;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Store, TableQuery};
use tokio::sync::Notify;

const ACCOUNTS: u32 = 24;
const WRITERS: u32 = 4;
const IMPORT_ROWS: u32 = 2_500;
const PASSWORD: &str = "quiet river stone";

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The binary at work; killed when dropped.
struct Running {
    child: Child,
    url: String,
    link: Option<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    async fn start(folder: &Path) -> Running {
        let (data, site) = (folder.join("data"), folder.join("site"));
        tokio::task::spawn_blocking(move || Running::start_blocking(&data, &site)).await.unwrap()
    }

    fn start_blocking(data: &Path, site: &Path) -> Running {
        let child = Command::new(env!("CARGO_BIN_EXE_landbridge"))
            .args(["serve", "--address", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--site")
            .arg(site)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut running = Running { child, url: String::new(), link: None };
        let lines = BufReader::new(running.child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if line.contains("/welcome/") {
                running.link = line.rsplit('/').next().map(str::to_owned);
            }
            if let Some(url) = line.strip_prefix("Landbridge is ready at ") {
                running.url = url.to_owned();
                return running;
            }
        }
        panic!("the server did not start");
    }

    /// SIGKILL, and the wait until it is gone. Killing one that is gone already is no error.
    fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Stops it politely.
    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "the server ended with an error");
    }
}

/// Somebody who works with the server; every call may fail because it dies.
#[derive(Clone)]
struct Person {
    client: Client,
    url: String,
}

impl Person {
    async fn json(&self, function: &str, body: Value) -> Option<Value> {
        let request = self.client.post(format!("{}/api/{function}", self.url)).json(&body);
        let response = request.send().await.ok()?;
        let status = response.status();
        let body: Value = response.json().await.ok()?;
        assert!(status.is_success() || status == 503, "{function}: {status} {body}");
        status.is_success().then_some(body)
    }

    async fn form(&self, function: &str, fields: &[(&str, &str)]) -> Option<Value> {
        let body: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={}", domain::view::escape(value))).collect();
        let request = self.client.post(format!("{}/api/{function}", self.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"));
        let response = request.send().await.ok()?;
        let status = response.status();
        let body = response.text().await.ok()?;
        assert!(status.is_success() || status.is_redirection() || status == 503, "{function}: {status} {body}");
        (status != 503).then(|| serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// What the world may rely on.
#[derive(Default)]
struct Known {
    /// Dates acknowledged per account, and one that may have been written without an answer.
    dates: BTreeMap<u32, (Option<String>, Option<String>)>,
    comments: BTreeMap<u32, BTreeSet<String>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let seed = setting("LANDBRIDGE_CRASH_SEED", 1);
    let rounds = setting("LANDBRIDGE_CRASH_ROUNDS", 20);
    println!("seed {seed}, {rounds} rounds");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
    std::fs::write(
        folder.path().join("site/manifest.json"),
        r#"{"js":"/a","wasm":"/b","loader":"/c","css":"/d","parts":{}}"#,
    )
    .unwrap();

    let mut server = Running::start(folder.path()).await;
    let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut person = Person { client, url: server.url.clone() };
    let token = server.link.clone().expect("a first start prints a one-time link");
    person.form("session/accept", &[("token", &token), ("password", PASSWORD), ("repeated", PASSWORD)]).await.unwrap();
    let migration = prepare(&person).await;
    let known = Arc::new(Mutex::new(Known::default()));
    let mut imports: Vec<String> = Vec::new();

    for round in 0..rounds {
        if round % 4 == 0 {
            imports.push(start_import(&person, &migration, round).await);
        }
        let acknowledged = Arc::new(AtomicU32::new(0));
        let enough = Arc::new(Notify::new());
        let kill_after = random.random_range(1..60);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let writing = write(Writer {
                    person: person.clone(),
                    migration: migration.clone(),
                    known: known.clone(),
                    round,
                    writer,
                    acknowledged: acknowledged.clone(),
                    kill_after,
                    enough: enough.clone(),
                });
                tokio::spawn(writing)
            })
            .collect();
        enough.notified().await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        server = Running::start(folder.path()).await;
        person.url.clone_from(&server.url);
        check(&person, &migration, &known).await;
    }

    for import in &imports {
        finished(&person, &migration, import).await;
    }
    let shown = all_rows(&person, &migration).await;
    let imported = imports.len() as u32 * IMPORT_ROWS;
    assert_eq!(shown.len() as u32, ACCOUNTS + imported, "an import was done twice or in part");
    server.stop();
    compare_with_disk(folder.path(), &shown).await;
}

async fn prepare(person: &Person) -> String {
    let form = [("form[name]", "Crash"), ("form[slug]", "crash"), ("form[deadline]", "2031-01-01")];
    person.form("migrations/create", &form).await.unwrap();
    let overview = person.form("migrations/overview", &[("slug", "crash")]).await.unwrap();
    let migration = overview["migration"]["id"].as_str().unwrap().to_owned();
    for number in 1..=ACCOUNTS {
        let (command, id) = (format!("create-{number:04}"), format!("A-{number}"));
        let form = json!({ "external_id": id, "name": "Company" });
        let body = json!({ "migration": migration, "command": command, "form": form });
        person.json("accounts/create", body).await.unwrap();
    }
    migration
}

async fn start_import(person: &Person, migration: &str, round: u64) -> String {
    let mut file = String::from("id,name,status,date\n");
    for row in 0..IMPORT_ROWS {
        file.push_str(&format!("I-{round}-{row},Company {row},scheduled,2030-05-01\n"));
    }
    let part = reqwest::multipart::Part::bytes(file.into_bytes()).file_name("old.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    let url = format!("{}/m/{migration}/imports/upload", person.url);
    let upload = person.client.post(url).header("accept", "application/json").multipart(form).send().await.unwrap();
    let id = upload.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let fields = [("migration", migration), ("id", id.as_str())];
    person.form("imports/check", &fields).await.unwrap();
    wait_for_phase(person, migration, &id, "checked").await;
    person.form("imports/commit", &fields).await.unwrap();
    id
}

async fn wait_for_phase(person: &Person, migration: &str, id: &str, wanted: &str) {
    // The page asks in the same way: an import is a job, its progress is looked at.
    let mut every = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..2_400 {
        every.tick().await;
        let import = person.form("imports/one", &[("migration", migration), ("id", id)]).await.unwrap();
        if import["phase"]["phase"] == wanted {
            return;
        }
    }
    panic!("the import {id} did not become {wanted}");
}

async fn finished(person: &Person, migration: &str, id: &str) {
    wait_for_phase(person, migration, id, "finished").await;
}

struct Writer {
    person: Person,
    migration: String,
    known: Arc<Mutex<Known>>,
    round: u64,
    writer: u32,
    acknowledged: Arc<AtomicU32>,
    kill_after: u32,
    enough: Arc<Notify>,
}

/// Edits and comments on accounts of its own until the server is gone.
async fn write(job: Writer) {
    for step in 0_u32.. {
        let account = 1 + job.writer + WRITERS * (step % (ACCOUNTS / WRITERS));
        let body = json!({ "migration": job.migration, "account": account });
        let Some(detail) = job.person.json("accounts/detail", body).await else { return };
        let date = format!("2030-{:02}-{:02}", 1 + (u64::from(step) + job.round) % 12, 1 + step % 28);
        job.known.lock().unwrap().dates.entry(account).or_default().1 = Some(date.clone());
        let change =
            json!({ "field": "state", "seen": detail["row"]["state"], "to": { "move": "schedule", "date": date } });
        let command = format!("edit-{}-{}-{step:06}", job.round, job.writer);
        let body = json!({ "migration": job.migration, "account": account, "command": command, "changes": [change] });
        let Some(answer) = job.person.json("accounts/edit", body).await else { return };
        assert_eq!(answer["outcome"], "saved", "{answer}");
        job.known.lock().unwrap().dates.insert(account, (Some(date), None));

        let text = format!("comment {} {} {step}", job.round, job.writer);
        let (number, command) = (account.to_string(), format!("comment-{}-{}-{step:06}", job.round, job.writer));
        let fields = [
            ("migration", job.migration.as_str()),
            ("account", number.as_str()),
            ("command", command.as_str()),
            ("text", text.as_str()),
        ];
        if job.person.form("accounts/comment", &fields).await.is_none() {
            return;
        }
        job.known.lock().unwrap().comments.entry(account).or_default().insert(text);
        if job.acknowledged.fetch_add(2, Ordering::SeqCst) + 2 >= job.kill_after {
            job.enough.notify_one();
        }
    }
}

/// Everything acknowledged is there; an unanswered edit is there whole or not at all.
async fn check(person: &Person, migration: &str, known: &Mutex<Known>) {
    for account in 1..=ACCOUNTS {
        let body = json!({ "migration": migration, "account": account });
        let detail = person.json("accounts/detail", body).await.expect("the restarted server answers");
        let mut known = known.lock().unwrap();
        let date = detail["row"]["state"]["plan"]["date"].as_str().map(str::to_owned);
        let (acknowledged, unanswered) = known.dates.entry(account).or_default().clone();
        assert!(
            date == acknowledged || date == unanswered,
            "account {account}: {date:?}, acknowledged {acknowledged:?}"
        );
        known.dates.insert(account, (date, None));
        let comments: BTreeSet<String> = detail["history"].as_array().unwrap().iter().flat_map(comment_of).collect();
        let lost: Vec<_> = known.comments.entry(account).or_default().difference(&comments).cloned().collect();
        assert!(lost.is_empty(), "account {account} lost {lost:?}");
    }
}

fn comment_of(entry: &Value) -> Option<String> {
    (entry["kind"] == "comment_added")
        .then(|| entry["changes"][0]["after"]["value"].as_str().map(str::to_owned))
        .flatten()
}

async fn all_rows(person: &Person, migration: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let body = json!({ "migration": migration, "view": {}, "offset": rows.len(), "limit": 200, "at_least": null });
        let window = person.json("accounts/window", body).await.unwrap();
        let next: Vec<Row> = serde_json::from_value(window["rows"].clone()).unwrap();
        if next.is_empty() {
            return rows;
        }
        rows.extend(next);
    }
}

struct Frozen;

impl Clock for Frozen {
    fn now(&self) -> Instant {
        Instant::UNIX_EPOCH
    }
}

async fn compare_with_disk(folder: &Path, shown: &[Row]) {
    let url = format!("surrealkv://{}?sync=every", folder.join("data/database").display());
    let store = Store::open(&url, &folder.join("data/audit.key"), Arc::new(Frozen)).await.unwrap();
    for verdict in store.system("test").verify(&[]).await.unwrap() {
        assert_eq!(verdict.broken, None, "{}", verdict.name);
    }
    let caller = Caller { user: "nobody".into(), role: Role::Viewer, from: String::new() };
    let acting = store.acting_as(caller);
    let migration = acting.migrations().await.unwrap()[0].migration.id.clone();
    let query = TableQuery { view: Default::default(), offset: 0, limit: u32::MAX };
    let stored = acting.table(&migration, &query, None).await.unwrap().rows;
    assert_eq!(shown.len(), stored.len());
    if let Some((shown, stored)) = shown.iter().zip(&stored).find(|(shown, stored)| shown != stored) {
        panic!("the server showed {shown:?}, the disk holds {stored:?}");
    }
}
