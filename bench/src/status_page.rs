//! The public status page beside nginx, which serves the same bytes: one worker each, loaded in turn.

use crate::person::Person;
use crate::process::{self, Process};
use crate::server::{Programme, Server};
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Load on one address: connections and seconds.
const LOAD: [&str; 3] = ["-t1", "-c32", "-d5s"];
const ROUNDS: usize = 2;
const LOAD_WITHIN: Duration = Duration::from_secs(30);
const NGINX_WITHIN: Duration = Duration::from_secs(5);
/// Changes whose way to the readers is measured under load, and the load meanwhile.
const CHANGES: usize = 40;
const LOAD_OF_CHANGES: [&str; 3] = ["-t1", "-c32", "-d60s"];
const SEEN_WITHIN: Duration = Duration::from_secs(10);
/// Connections that are held, and how many of them are opened at a time.
const HELD: usize = 10_000;
const AT_ONCE: usize = 100;
const HELD_FOR: Duration = Duration::from_secs(5);

/// Measures with a server of one worker; answers one that has as many as before.
pub async fn measure(
    server: Server,
    programme: &Programme,
    person: &Person,
    migration: &str,
    folder: &Path,
    table: &mut Table,
) -> Result<Server> {
    say("comparing the status page with nginx");
    table.section("Status page, one worker each, 32 connections");
    server.stop().await?;
    let (server, _) = Server::start_with(programme, &[("TOKIO_WORKER_THREADS", "1")]).await?;
    let person = person.at(&server.url);
    let path = format!("/status/{}", invented::SLUG);
    let whole = person.fetch(&path, "identity").await?.bytes().await?;
    let page = person.fetch(&path, "br").await?;
    if page.headers().get("content-encoding").is_none_or(|encoding| encoding != "br") {
        return Err("the status page is not compressed".into());
    }
    let page = page.bytes().await?;
    table.figure("the page", whole.len() as f64 / 1e3, "kB");
    table.compared("as brotli, which is what is asked for", page.len() as f64 / 1e3, "kB", Target::AtMost(25.0));
    let missing = ["nginx", "wrk"]
        .into_iter()
        .find(|tool| Command::new(tool).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err());
    if let Some(tool) = missing {
        table.note(format!("not compared: {tool} is missing"));
    } else {
        let memory = server.memory("VmRSS")?;
        server.forget_highest_memory()?;
        compare(&person, folder, &path, &page, table).await?;
        changes(&person, migration, &path, table).await?;
        let grown = server.memory("VmHWM")? - memory;
        table.figure("memory before the load", memory, "MB");
        table.compared("memory at its highest under load, above that", grown, "MB", Target::AtMost(50.0));
        hold(&server, &path, table).await?;
    }
    server.stop().await?;
    Ok(Server::start(programme).await?.0)
}

/// The same bytes from nginx and from us, in turn, so that what else the machine does falls on both.
async fn compare(person: &Person, folder: &Path, path: &str, page: &[u8], table: &mut Table) -> Result<()> {
    let nginx = Nginx::start(folder, path, page).await?;
    let theirs = person.at(&nginx.url).fetch(path, "br").await?;
    let tag = |response: &reqwest::Response| {
        let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok());
        tag.map(str::to_owned).ok_or("a page has no ETag")
    };
    let their_tag = tag(&theirs)?;
    if theirs.bytes().await? != *page {
        return Err("nginx does not serve the same bytes".into());
    }
    let our_tag = tag(&person.fetch(path, "br").await?)?;
    let random = Load { script: Some(random_queries(folder, path)?), ..Load::default() };
    let known = |tag| Load { known: Some(tag), ..Load::default() };
    // What it is, how we and they are asked, and the least ratio.
    let ways = [
        ("brotli", Load::default(), Load::default(), 0.8),
        ("a random query each", random.clone(), random, 0.7),
        ("304, by its tag", known(our_tag), known(their_tag), 0.8),
    ];
    for (name, to_us, to_them, least) in ways {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(to_us.run(&format!("{}{path}", person.url), &LOAD).await?);
            theirs.push(to_them.run(&format!("{}{path}", nginx.url), &LOAD).await?);
        }
        let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
        table.figure(format!("{name}: Landbridge"), mean(&ours), "requests/s");
        table.figure(format!("{name}: nginx, from a file"), mean(&theirs), "requests/s");
        let ratio = mean(&ours) / mean(&theirs).max(1.0);
        table.compared(format!("{name}: Landbridge in relation to nginx"), ratio, "×", Target::AtLeast(least));
        let rounds: Vec<_> =
            ours.iter().zip(&theirs).map(|(ours, theirs)| format!("{ours:.0} to {theirs:.0}")).collect();
        table.note(format!("in turn: {} requests/s", rounds.join(", ")));
    }
    nginx.process.kill()
}

/// How long after a change was answered readers see it, while the page is under full load.
async fn changes(person: &Person, migration: &str, path: &str, table: &mut Table) -> Result<()> {
    say("changing the page under load");
    let address = format!("{}{path}", person.url);
    let load = tokio::spawn(async move { Load::default().run(&address, &LOAD_OF_CHANGES).await });
    let mut times = Vec::new();
    for number in 0..CHANGES {
        let name = format!("Change {number} of the platform");
        let form = [
            ("migration", migration),
            ("form[name]", "Bench"),
            ("form[public_name]", &name),
            ("form[slug]", invented::SLUG),
            ("form[description]", "Invoices and payment reminders move to the new platform."),
            ("form[deadline]", "2031-06-30"),
            ("form[time_zone]", "Europe/Berlin"),
            ("form[rollback_days]", "14"),
        ];
        person.form("migrations/change", &form).await?;
        let began = Instant::now();
        let seen = async {
            while !person.fetch(path, "identity").await?.text().await?.contains(&name) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok::<_, crate::Problem>(())
        };
        tokio::time::timeout(SEEN_WITHIN, seen).await.map_err(|_| "a change was not seen")??;
        times.push(began.elapsed());
    }
    // What is measured is over; the load ends by itself.
    let under_load = !load.is_finished();
    let rate = load.await??;
    let times = Times::new(times);
    table.figure(format!("{CHANGES} changes under load, until readers see them: p50"), times.p50(), "ms");
    table.compared("until readers see them: p99", times.p99(), "ms", Target::AtMost(2_000.0));
    table.figure("served meanwhile", rate, "requests/s");
    if !under_load {
        table.note("the load ended before the last change");
    }
    Ok(())
}

/// Opens many connections, each of which reads the page, waits, and reads it again.
async fn hold(server: &Server, path: &str, table: &mut Table) -> Result<()> {
    say("holding many connections");
    let address: SocketAddr = server.url.trim_start_matches("http://").parse()?;
    let memory = server.memory("VmRSS")?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: br\r\n\r\n");
    let (mut open, mut failed) = (Vec::with_capacity(HELD), 0);
    while open.len() + failed < HELD {
        let mut opening = JoinSet::new();
        for _ in 0..AT_ONCE.min(HELD - open.len() - failed) {
            let request = request.clone();
            opening.spawn(async move {
                let mut stream = TcpStream::connect(address).await?;
                read_page(&mut stream, &request).await?;
                Ok::<_, crate::Problem>(stream)
            });
        }
        while let Some(opened) = opening.join_next().await {
            match opened? {
                Ok(stream) => open.push(stream),
                Err(problem) => {
                    if failed == 0 {
                        table.note(format!("a connection failed: {problem}"));
                    }
                    failed += 1;
                }
            }
        }
    }
    let held = open.len();
    tokio::time::sleep(HELD_FOR).await;
    let grown = server.memory("VmRSS")? - memory;
    let mut again = JoinSet::new();
    for mut stream in open {
        let request = request.clone();
        again.spawn(async move { read_page(&mut stream, &request).await });
        if again.len() >= AT_ONCE
            && let Some(read) = again.join_next().await
            && read?.is_err()
        {
            failed += 1;
        }
    }
    while let Some(read) = again.join_next().await {
        failed += usize::from(read?.is_err());
    }
    table.figure("connections held at once", held as f64, "");
    table.compared("of 10,000 connections, each read twice: failed", failed as f64, "", Target::AtMost(0.0));
    table.figure("memory per held connection", grown * 1_000.0 / (held.max(1) as f64), "kB");
    Ok(())
}

/// Reads the page once; the connection stays open.
async fn read_page(stream: &mut TcpStream, request: &str) -> Result<()> {
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    let (mut whole, mut buffer) = (None, [0; 16_384]);
    while whole.is_none_or(|whole| bytes.len() < whole) {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err("the connection was closed".into());
        }
        bytes.extend_from_slice(&buffer[..count]);
        if whole.is_none()
            && let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            if !head.starts_with("http/1.1 200") {
                return Err(head.lines().next().unwrap_or_default().to_owned().into());
            }
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            whole = Some(end + 4 + length.ok_or("an answer without a length")?);
        }
    }
    Ok(())
}

/// A script for wrk that asks with another query each time.
fn random_queries(folder: &Path, path: &str) -> Result<PathBuf> {
    let script = folder.join("random.lua");
    let text = format!("request = function() return wrk.format(nil, \"{path}?x=\" .. math.random(1000000000)) end\n");
    std::fs::write(&script, text)?;
    Ok(script)
}

/// What wrk asks for.
#[derive(Clone, Default)]
struct Load {
    script: Option<PathBuf>,
    known: Option<String>,
}

impl Load {
    /// Loads one address with wrk; answers the requests per second.
    async fn run(&self, address: &str, load: &[&str]) -> Result<f64> {
        let mut wrk = Command::new("wrk");
        wrk.args(load).args(["-H", "Accept-Encoding: br"]);
        if let Some(script) = &self.script {
            wrk.arg("-s").arg(script);
        }
        if let Some(tag) = &self.known {
            wrk.args(["-H", &format!("If-None-Match: {tag}")]);
        }
        wrk.arg(address);
        let seconds: u64 =
            load.iter().find_map(|one| one.strip_prefix("-d")?.strip_suffix('s')?.parse().ok()).unwrap_or(0);
        let within = LOAD_WITHIN + Duration::from_secs(seconds);
        let output = tokio::time::timeout(within, process::output(wrk)).await.map_err(|_| "wrk did not end")??;
        let text = String::from_utf8_lossy(&output.stdout);
        if let Some(trouble) = text.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
            return Err(format!("wrk: {}", trouble.trim()).into());
        }
        let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
        rate.and_then(|rate| rate.trim().parse().ok()).ok_or_else(|| format!("wrk: {text}").into())
    }
}

/// An nginx of our own.
struct Nginx {
    process: Process,
    url: String,
}

impl Nginx {
    async fn start(folder: &Path, path: &str, page: &[u8]) -> Result<Nginx> {
        let folder = folder.join("nginx");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("page"), page)?;
        let port = free_port()?;
        std::fs::write(folder.join("nginx.conf"), configuration(&folder, port, path))?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&folder).args(["-c", "nginx.conf", "-e", "error.log"]).stdin(Stdio::null());
        let process = Process::start(&mut command)?;
        let nginx = Nginx { process, url: format!("http://127.0.0.1:{port}") };
        tokio::time::timeout(NGINX_WITHIN, listens(port)).await.map_err(|_| "nginx did not start")?;
        Ok(nginx)
    }
}

/// One process without a master, so that ending it ends all of it. Long connections and a cache of the open file, as one would
/// set it for a page under load; no headers beyond what the page needs to be read.
fn configuration(folder: &Path, port: u16, path: &str) -> String {
    let folder = folder.display();
    format!(
        r#"daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=10 inactive=60s;
  client_body_temp_path {folder}/client-body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = {path} {{
      alias {folder}/page;
      default_type "text/html; charset=utf-8";
      add_header Content-Encoding br;
    }}
  }}
}}
"#
    )
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

async fn listens(port: u16) {
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
