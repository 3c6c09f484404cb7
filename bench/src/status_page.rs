//! The public status page beside nginx, which serves the same bytes.

use crate::person::Person;
use crate::process::{self, Process};
use crate::table::{Table, Target};
use crate::{Result, invented, say};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Load on one address: connections and seconds.
const LOAD: [&str; 3] = ["-t1", "-c32", "-d5s"];
const ROUNDS: usize = 2;
const LOAD_WITHIN: Duration = Duration::from_secs(30);
const NGINX_WITHIN: Duration = Duration::from_secs(5);
const RATIO: Target = Target::AtLeast(0.6);
/// The page is rendered a little after the last change.
const RENDERED_WITHIN: Duration = Duration::from_secs(2);

/// Loads both in turn, so that what else the machine does falls on both.
pub async fn measure(person: &Person, folder: &Path, table: &mut Table) -> Result<()> {
    say("comparing the status page with nginx");
    table.section("Status page, 32 connections");
    tokio::time::sleep(RENDERED_WITHIN).await;
    let path = format!("/status/{}", invented::SLUG);
    let whole = person.fetch(&path, "identity").await?.bytes().await?;
    let page = person.fetch(&path, "br").await?;
    if page.headers().get("content-encoding").is_none_or(|encoding| encoding != "br") {
        return Err("the status page is not compressed".into());
    }
    let page = page.bytes().await?;
    table.figure("the page", whole.len() as f64 / 1e3, "kB");
    table.figure("as brotli, which is what is asked for", page.len() as f64 / 1e3, "kB");
    for tool in ["nginx", "wrk"] {
        if Command::new(tool).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            table.note(format!("not compared: {tool} is missing"));
            return Ok(());
        }
    }

    let nginx = Nginx::start(folder, &path, &page).await?;
    let served = person.at(&nginx.url).fetch(&path, "br").await?.bytes().await?;
    if served != page {
        return Err("nginx does not serve the same bytes".into());
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(requests_per_second(&format!("{}{path}", person.url)).await?);
        theirs.push(requests_per_second(&format!("{}{path}", nginx.url)).await?);
    }
    nginx.process.kill()?;
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
    table.figure("Landbridge", mean(&ours), "requests/s");
    table.figure("nginx, one worker, the page from a file", mean(&theirs), "requests/s");
    table.compared("Landbridge in relation to nginx", mean(&ours) / mean(&theirs).max(1.0), "×", RATIO);
    let rounds: Vec<_> = ours.iter().zip(&theirs).map(|(ours, theirs)| format!("{ours:.0} to {theirs:.0}")).collect();
    table.note(format!("in turn: {} requests/s", rounds.join(", ")));
    Ok(())
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

/// Loads one address with wrk.
async fn requests_per_second(address: &str) -> Result<f64> {
    let mut load = Command::new("wrk");
    load.args(LOAD).args(["-H", "Accept-Encoding: br"]).arg(address);
    let output = tokio::time::timeout(LOAD_WITHIN, process::output(load)).await.map_err(|_| "wrk did not end")??;
    let text = String::from_utf8_lossy(&output.stdout);
    if let Some(trouble) = text.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors")) {
        return Err(format!("wrk: {}", trouble.trim()).into());
    }
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).ok_or_else(|| format!("wrk: {text}").into())
}
