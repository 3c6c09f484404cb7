//! The real binary and a mail server that fails at every stage, while the binary is killed again and again: no message is
//! lost, none arrives twice but where the answer to it was lost, and then under the same Message-ID.
//!
//! `LANDBRIDGE_MAIL_SEED`, `LANDBRIDGE_MAIL_MESSAGES` and `LANDBRIDGE_MAIL_KILLS` choose another run; `scripts/soak` makes a
//! long one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::TimeDelta;
use domain::actor::Caller;
use domain::clock::{Clock, Instant};
use domain::id::{AccountNumber, CommandId, ContactNumber, MigrationId};
use domain::migration::{MigrationSettings, MigrationStage};
use domain::notice::list::MessageFilter;
use domain::notice::message::{Content, Message, MessageKey, MessageState};
use domain::notice::{Medium, NoticeKind, Recipient, Stage};
use domain::policy::Role;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader as LineReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{AccountInput, Store};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Of every so many recipients one does not exist.
const UNKNOWN_EVERY: u32 = 20;
/// How often the mail server fails a message before it behaves.
const FAILURES_MAX: u32 = 3;
/// Of so many connections one is refused.
const REFUSED_EVERY: u32 = 9;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// A message that arrived.
#[derive(Clone, Debug)]
struct Arrival {
    to: String,
    /// Whether the answer to it was written to the connection.
    answered: bool,
    /// How many servers had been killed before.
    generation: u32,
}

/// A mail server that fails.
struct Sink {
    /// By Message-ID.
    arrivals: Mutex<BTreeMap<String, Vec<Arrival>>>,
    failures: Mutex<BTreeMap<String, u32>>,
    generation: AtomicU32,
    connections: AtomicU32,
    arrived: Notify,
    random: Mutex<StdRng>,
}

/// What the mail server does to a message that has come in whole.
#[derive(Clone, Copy)]
enum Ending {
    Accept,
    AcceptSlowly,
    Later,
    /// It keeps the message, and the answer is lost.
    AcceptAndDrop,
    /// It loses the message and says nothing.
    Drop,
}

impl Sink {
    async fn start(seed: u64) -> (Arc<Sink>, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Arc::new(Sink {
            arrivals: Mutex::default(),
            failures: Mutex::default(),
            generation: AtomicU32::new(0),
            connections: AtomicU32::new(0),
            arrived: Notify::new(),
            random: Mutex::new(StdRng::seed_from_u64(seed)),
        });
        let accepting = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = accepting.clone();
                // A connection that breaks is the other side's matter.
                tokio::spawn(async move { sink.talk(stream).await.ok() });
            }
        });
        (sink, port)
    }

    fn roll(&self, sides: u32) -> u32 {
        self.random.lock().unwrap().random_range(0..sides)
    }

    /// Whether this recipient's message is to fail now, once more.
    fn may_fail(&self, to: &str) -> bool {
        let mut failures = self.failures.lock().unwrap();
        let count = failures.entry(to.to_owned()).or_default();
        *count += 1;
        *count <= FAILURES_MAX
    }

    fn ending(&self, to: &str) -> Ending {
        match self.roll(10) {
            0 if self.may_fail(to) => Ending::Later,
            1 if self.may_fail(to) => Ending::AcceptAndDrop,
            2 if self.may_fail(to) => Ending::Drop,
            3 => Ending::AcceptSlowly,
            _ => Ending::Accept,
        }
    }

    fn note(&self, id: &str, to: &str) -> usize {
        let mut arrivals = self.arrivals.lock().unwrap();
        let list = arrivals.entry(id.to_owned()).or_default();
        let generation = self.generation.load(Ordering::SeqCst);
        list.push(Arrival { to: to.to_owned(), answered: false, generation });
        list.len() - 1
    }

    fn answered(&self, id: &str, index: usize) {
        self.arrivals.lock().unwrap().get_mut(id).unwrap()[index].answered = true;
        self.arrived.notify_one();
    }

    fn count(&self) -> usize {
        self.arrivals.lock().unwrap().len()
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        if number % REFUSED_EVERY == 3 {
            return Ok(());
        }
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if number % REFUSED_EVERY == 6 {
            write.write_all(b"421 4.3.2 too busy\r\n").await?;
            return Ok(());
        }
        write.write_all(b"220 sink ESMTP\r\n").await?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await? {
            let upper = line.to_uppercase();
            let answer = if upper.starts_with("EHLO") {
                "250-sink\r\n250 8BITMIME\r\n".to_owned()
            } else if upper.starts_with("RCPT TO:") {
                to = line[8..].trim().trim_matches(['<', '>']).to_owned();
                match () {
                    () if is_unknown(&to) => format!("550 5.1.1 <{to}>: no such user\r\n"),
                    () if self.roll(12) == 0 && self.may_fail(&to) => "451 4.7.1 try again later\r\n".to_owned(),
                    () if self.roll(25) == 0 && self.may_fail(&to) => return Ok(()),
                    () => "250 2.1.5 ok\r\n".to_owned(),
                }
            } else if upper == "DATA" {
                write.write_all(b"354 go on\r\n").await?;
                let mut id = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    if let Some(value) = line.strip_prefix("Message-ID: ") {
                        id = value.trim().to_owned();
                    }
                }
                let ending = self.ending(&to);
                match ending {
                    Ending::Later => "452 4.3.1 not now\r\n".to_owned(),
                    Ending::Drop => return Ok(()),
                    Ending::AcceptAndDrop => {
                        self.note(&id, &to);
                        return Ok(());
                    }
                    Ending::Accept | Ending::AcceptSlowly => {
                        let index = self.note(&id, &to);
                        if matches!(ending, Ending::AcceptSlowly) {
                            tokio::time::sleep(Duration::from_millis(100)).await;
                        }
                        write.write_all(b"250 2.0.0 queued\r\n").await?;
                        self.answered(&id, index);
                        continue;
                    }
                }
            } else if upper == "QUIT" {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            } else {
                "250 ok\r\n".to_owned()
            };
            write.write_all(answer.as_bytes()).await?;
        }
        Ok(())
    }
}

fn is_unknown(address: &str) -> bool {
    number_of(address).is_multiple_of(UNKNOWN_EVERY)
}

fn number_of(address: &str) -> u32 {
    address.trim_start_matches('c').split('@').next().and_then(|number| number.parse().ok()).unwrap_or(1)
}

fn address_of(number: u32) -> String {
    format!("c{number}@customer.example")
}

/// The binary at work; killed when dropped.
struct Running {
    process: Child,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    /// Starts it; the lock of whoever had the database before is freed a moment after they have gone.
    async fn start(folder: &Path, port: u16) -> Running {
        let mut every = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..100 {
            every.tick().await;
            let (data, site) = (folder.join("data"), folder.join("site"));
            let started = tokio::task::spawn_blocking(move || Running::try_start(&data, &site, port)).await.unwrap();
            if let Some(running) = started {
                return running;
            }
        }
        panic!("the server did not start");
    }

    fn try_start(data: &Path, site: &Path, port: u16) -> Option<Running> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_landbridge"))
            .args(["serve", "--address", "127.0.0.1:0", "--mail-from", "Landbridge <notices@company.example>"])
            .args(["--mails-per-minute", "10000000", "--retry-speedup", "6000", "--data"])
            .arg(data)
            .arg("--site")
            .arg(site)
            .env("LANDBRIDGE_SMTP_URL", format!("smtp://127.0.0.1:{port}"))
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = LineReader::new(child.stdout.take().unwrap()).lines();
        let mut running = Running { process: child, url: String::new() };
        let mut lines = lines.map_while(Result::ok);
        let ready = lines.find_map(|line| line.strip_prefix("Landbridge is ready at ").map(str::to_owned))?;
        running.url = ready;
        Some(running)
    }

    /// SIGKILL, and the wait until it is gone.
    fn kill(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }

    /// Stops it politely.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success(), "the server ended with an error");
    }
}

/// The time of the world in which messages are written: before the server's.
struct Frozen;

impl Clock for Frozen {
    fn now(&self) -> Instant {
        "2026-01-05T10:00:00Z".parse().unwrap()
    }
}

async fn open(folder: &Path) -> Store {
    let url = format!("surrealkv://{}?sync=every", folder.join("data/database").display());
    // The lock of a process that has just ended is freed a moment later.
    let mut every = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..100 {
        every.tick().await;
        if let Ok(store) = Store::open(&url, &folder.join("data/audit.key"), Arc::new(Frozen)).await {
            return store;
        }
    }
    panic!("the store does not open");
}

fn caller() -> Caller {
    Caller { user: "lead".into(), role: Role::Lead, from: "test".into() }
}

async fn prepare(folder: &Path, messages: u32) -> MigrationId {
    std::fs::create_dir_all(folder.join("data")).unwrap();
    std::fs::create_dir_all(folder.join("site/pkg")).unwrap();
    std::fs::write(folder.join("site/manifest.json"), r#"{"js":"/a","wasm":"/b","loader":"/c","css":"/d","parts":{}}"#)
        .unwrap();
    let store = open(folder).await;
    let acting = store.acting_as(caller());
    let settings = MigrationSettings {
        name: "Mail".into(),
        public_name: "Mail".into(),
        slug: "mail".into(),
        description: String::new(),
        deadline: "2031-01-01".parse().unwrap(),
        time_zone: "UTC".into(),
        rollback_days: None,
        blackouts: Vec::new(),
        weekends: false,
    };
    let migration = acting.create_migration(settings).await.unwrap();
    acting.move_migration(&migration, MigrationStage::Running, "go".into()).await.unwrap();
    let mut ready = Vec::new();
    for number in 1..=messages {
        // Accounts are written one by one: a few are enough to see that the table follows.
        let account = AccountNumber(number.min(ACCOUNTS));
        if number <= ACCOUNTS {
            let input = AccountInput {
                external_id: format!("C-{number}"),
                name: format!("Company {number}"),
                email: address_of(number),
                custom: Default::default(),
            };
            acting.create_account(&migration, CommandId(format!("create-{number:05}")), input).await.unwrap();
        }
        ready.push(message(number, account));
    }
    for chunk in ready.chunks(500) {
        store.system("test").put_messages(&migration, chunk.to_vec()).await.unwrap();
    }
    store.close().await;
    migration
}

const ACCOUNTS: u32 = 50;

fn message(number: u32, account: AccountNumber) -> (Message, Content) {
    let to = Recipient::Contact(ContactNumber(1));
    let message = Message {
        key: MessageKey(format!("r1.{account}.c1.0.{number}")),
        rule: None,
        template: None,
        kind: NoticeKind::Notice,
        account: Some(account),
        cohort: None,
        attempt: 0,
        to,
        medium: Medium::Email,
        told_date: None,
        written: Frozen.now(),
        due: Frozen.now() + TimeDelta::seconds(i64::from(number)),
        late: false,
        bulk: None,
        rest: None,
        insisted: false,
        state: MessageState::Waiting { tries: 0, answer: String::new() },
    };
    let content = Content {
        address: address_of(number),
        name: format!("Person {number}"),
        language: "en".into(),
        subject: format!("Your move, number {number}"),
        text: "Hello.\n\n.\n\nA line with one dot is above.".into(),
        html: "<p>Hello.</p>".into(),
    };
    (message, content)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_arrives_although_mail_server_and_landbridge_fail() {
    let seed = setting("LANDBRIDGE_MAIL_SEED", 1);
    let messages = setting("LANDBRIDGE_MAIL_MESSAGES", 200) as u32;
    let kills = setting("LANDBRIDGE_MAIL_KILLS", 2) as usize;
    println!("seed {seed}, {messages} messages, {kills} kills");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let migration = prepare(folder.path(), messages).await;
    let (sink, port) = Sink::start(seed).await;
    let known = messages - messages / UNKNOWN_EVERY;

    for round in 0..kills {
        let mut server = Running::start(folder.path(), port).await;
        let until = known as usize * (round + 1) / (kills + 1) + random.random_range(0..5);
        while sink.count() < until.min(known as usize) {
            sink.arrived.notified().await;
        }
        server.kill();
        sink.generation.fetch_add(1, Ordering::SeqCst);
    }
    // What failed for now is tried again; a polite stop writes down everything that has ended.
    let mut open_ones = u32::MAX;
    for _ in 0..30 {
        let server = Running::start(folder.path(), port).await;
        let mut looks = tokio::time::interval(Duration::from_millis(500));
        let mut before = usize::MAX;
        while before != sink.count() || sink.count() < known as usize {
            before = sink.count();
            looks.tick().await;
            looks.tick().await;
        }
        server.stop();
        let store = open(folder.path()).await;
        let counts = counts(&store, &migration).await;
        open_ones = messages - counts.get("sent").unwrap_or(&0) - counts.get("failed").unwrap_or(&0);
        store.close().await;
        if open_ones == 0 {
            break;
        }
        sink.generation.fetch_add(1, Ordering::SeqCst);
    }
    assert_eq!(open_ones, 0, "messages that are still to go");
    check(&sink, messages);
    check_disk(folder.path(), &migration, messages).await;
}

async fn counts(store: &Store, migration: &MigrationId) -> BTreeMap<&'static str, u32> {
    store.acting_as(caller()).messages(migration, &MessageFilter::default(), 0, 1).await.unwrap().counts
}

/// Everything arrived, and twice only where nobody could know that it had.
fn check(sink: &Sink, messages: u32) {
    let arrivals = sink.arrivals.lock().unwrap();
    let reached: BTreeSet<u32> = arrivals.values().flatten().map(|arrival| number_of(&arrival.to)).collect();
    let wanted: BTreeSet<u32> = (1..=messages).filter(|number| !number.is_multiple_of(UNKNOWN_EVERY)).collect();
    assert_eq!(reached, wanted, "lost, or sent to somebody else");
    assert_eq!(arrivals.len(), wanted.len(), "a message has several Message-IDs");
    let mut twice = 0;
    for (id, list) in arrivals.iter() {
        assert!(id.starts_with('<') && id.ends_with("@company.example>"), "{id}");
        for pair in list.windows(2) {
            twice += 1;
            assert_eq!(pair[0].to, pair[1].to, "one Message-ID for two recipients");
            let unknown = !pair[0].answered || pair[0].generation < pair[1].generation;
            assert!(unknown, "{id} was sent again although its answer had arrived: {list:?}");
        }
    }
    println!("{} arrived, {twice} of them more than once because an answer was lost", arrivals.len());
}

/// The database says the same.
async fn check_disk(folder: &Path, migration: &MigrationId, messages: u32) {
    let store = open(folder).await;
    for verdict in store.system("test").verify(&[]).await.unwrap() {
        assert_eq!(verdict.broken, None, "{}", verdict.name);
    }
    let unknown = messages / UNKNOWN_EVERY;
    let counts = counts(&store, migration).await;
    assert_eq!(counts, BTreeMap::from([("failed", unknown), ("sent", messages - unknown)]));
    let acting = store.acting_as(caller());
    let failed = MessageFilter { state: Some("failed".into()), ..MessageFilter::default() };
    for line in acting.messages(migration, &failed, 0, 200).await.unwrap().lines {
        let answer = line.message.state.answer().unwrap_or_default();
        assert!(answer.contains("550") && answer.contains("no such user"), "{answer}");
        assert!(!answer.contains("customer.example"), "an address in the answer: {answer}");
    }
    let query = store::TableQuery { view: Default::default(), offset: 0, limit: u32::MAX };
    for row in acting.table(migration, &query, None).await.unwrap().rows {
        let expected = if row.number.0.is_multiple_of(UNKNOWN_EVERY) { Stage::None } else { Stage::Notice };
        assert_eq!(row.notices.stage, expected, "{}", row.external_id);
    }
}

/// A mail server that takes everything and keeps what it got.
struct Letters {
    got: Mutex<Vec<String>>,
    arrived: Notify,
}

impl Letters {
    async fn start() -> (Arc<Letters>, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let letters = Arc::new(Letters { got: Mutex::default(), arrived: Notify::new() });
        let accepting = letters.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let letters = accepting.clone();
                // A connection that breaks is the other side's matter.
                tokio::spawn(async move { letters.talk(stream).await.ok() });
            }
        });
        (letters, port)
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 letters ESMTP\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            if line.to_uppercase() != "DATA" {
                write.write_all(b"250 ok\r\n").await?;
                continue;
            }
            write.write_all(b"354 go on\r\n").await?;
            let mut letter = String::new();
            while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                letter.push_str(&line);
                letter.push('\n');
            }
            self.got.lock().unwrap().push(letter);
            write.write_all(b"250 2.0.0 queued\r\n").await?;
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// The first letter with this in it.
    async fn with(&self, part: &str) -> String {
        loop {
            let found = self.got.lock().unwrap().iter().find(|letter| unfolded(letter).contains(part)).cloned();
            match found {
                Some(letter) => return unfolded(&letter),
                None => self.arrived.notified().await,
            }
        }
    }
}

/// A letter with its long lines put together again.
fn unfolded(letter: &str) -> String {
    letter.replace("=\n", "").replace("\n ", " ").replace("=3D", "=")
}

/// The address in a letter that goes on like this.
fn address_in(letter: &str, kind: &str) -> String {
    let end = letter.find(&format!("/status/{kind}/")).unwrap_or_else(|| panic!("no link to {kind} in {letter}"));
    let start = letter[..end].rfind("http://").unwrap();
    letter[start..].split(|c: char| c.is_whitespace() || "<>\"".contains(c)).next().unwrap().to_owned()
}

/// A migration with a public page, and waves that begin one after the other an hour from now.
#[expect(clippy::disallowed_methods, reason = "the process under test has a real clock")]
async fn with_public_page(folder: &Path) -> MigrationId {
    let migration = prepare(folder, 0).await;
    let store = open(folder).await;
    let acting = store.acting_as(caller());
    acting.publish(&migration, true).await.unwrap();
    let now = chrono::Utc::now();
    for number in 1..=20 {
        let starts = now + TimeDelta::hours(1) + TimeDelta::seconds(number * 5);
        let window = Some(domain::cohort::Window { starts, ends: starts + TimeDelta::hours(4) });
        let settings = domain::cohort::CohortSettings { name: format!("C{number}"), window, ..Default::default() };
        acting.create_cohort(&migration, settings).await.unwrap();
    }
    store.close().await;
    migration
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_confirms_by_mail_hears_what_comes_and_ends_it_with_one_click() {
    let folder = tempfile::tempdir().unwrap();
    let migration = with_public_page(folder.path()).await;
    let (letters, port) = Letters::start().await;
    let server = Running::start(folder.path(), port).await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = |body: &'static str, address: String| {
        browser.post(address).header("content-type", "application/x-www-form-urlencoded").body(body).send()
    };
    let asked = form("email=ann%40example.com&events=before&lead=1", format!("{}/status/mail/subscribe", server.url));
    assert_eq!(asked.await.unwrap().status(), 303);
    let question = letters.with("Please confirm").await;
    assert!(question.contains("To: ann@example.com") && !question.contains("List-Unsubscribe"), "{question}");
    let confirm = address_in(&question, "subscription");
    assert_eq!(form("", confirm).await.unwrap().status(), 200);

    let news = letters.with("List-Unsubscribe-Post").await;
    assert!(news.contains("Subject: [Mail] "), "{news}");
    assert!(news.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{news}");
    assert!(news.contains("Auto-Submitted: auto-generated") && news.contains("multipart/alternative"), "{news}");
    let header = news.lines().find(|line| line.starts_with("List-Unsubscribe: <")).unwrap();
    let stop = address_in(header, "unsubscribe");
    assert_eq!(form("List-Unsubscribe=One-Click", stop).await.unwrap().status(), 200);
    server.stop();

    let store = open(folder.path()).await;
    let acting = store.acting_as(caller());
    let view = acting.subscribers(&migration, "ann@", None).await.unwrap();
    assert_eq!((view.matching, view.counts.states.get("stopped").copied()), (1, Some(1)));
    let counts = counts(&store, &migration).await;
    let open_ones = ["waiting", "sending", "held"].iter().filter_map(|state| counts.get(state)).sum::<u32>();
    assert_eq!(open_ones, 0, "what was not sent is taken back: {counts:?}");
    for verdict in store.system("test").verify(&[]).await.unwrap() {
        assert_eq!(verdict.broken, None, "{}", verdict.name);
    }
}
