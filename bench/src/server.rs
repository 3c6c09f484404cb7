//! The real server at work, and what the system says of its process.

use crate::machine::kilobytes;
use crate::process::Process;
use crate::{Problem, Result};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::timeout;

const START_WITHIN: Duration = Duration::from_secs(120);
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// Between two questions whether it is ready; much shorter than what is measured.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// What to start, and on which data.
pub struct Programme {
    pub binary: PathBuf,
    pub site: PathBuf,
    pub data: PathBuf,
}

/// How long a start took, from asking the system for the process.
#[derive(Clone, Copy)]
pub struct StartTimes {
    /// Until it said that it is ready.
    pub said: Duration,
    /// Until it also answered so at /readyz.
    pub answered: Duration,
}

/// A running server; killed when dropped.
pub struct Server {
    process: Process,
    pub url: String,
    link: Option<String>,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub async fn start(programme: &Programme) -> Result<(Server, StartTimes)> {
        Server::start_with(programme, &[]).await
    }

    /// Starts it with a mail server at a port of this machine, and no limit to what goes out within a minute.
    pub async fn start_mailing(programme: &Programme, port: u16) -> Result<Server> {
        let address = format!("smtp://127.0.0.1:{port}");
        let variables = [
            ("LANDBRIDGE_SMTP_URL", address.as_str()),
            ("LANDBRIDGE_MAIL_FROM", "notices@company.example"),
            ("LANDBRIDGE_MAILS_PER_MINUTE", "100000000"),
        ];
        Ok(Server::start_with(programme, &variables).await?.0)
    }

    /// Starts it with variables in its environment.
    pub async fn start_with(programme: &Programme, variables: &[(&str, &str)]) -> Result<(Server, StartTimes)> {
        let started = Instant::now();
        let mut command = Command::new(&programme.binary);
        command.envs(variables.iter().copied());
        command.args(["serve", "--address", "127.0.0.1:0", "--data"]).arg(&programme.data);
        command.arg("--site").arg(&programme.site).env("RUST_LOG", "error");
        // With it the database would take the stack of each error that it makes, also of those that it expects.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process =
            Process::start(&mut command).map_err(|error| format!("{}: {error}", programme.binary.display()))?;
        let mut output = lines(process.stdout().ok_or("the server has no output")?);
        let (url, link) =
            timeout(START_WITHIN, ready_line(&mut output)).await.map_err(|_| "the server did not get ready")??;
        let said = started.elapsed();
        timeout(START_WITHIN, answers(&url)).await.map_err(|_| "the server does not answer at /readyz")??;
        let times = StartTimes { said, answered: started.elapsed() };
        Ok((Server { process, url, link }, times))
    }

    /// The token of the first admin's one-time link, printed at the first start.
    pub fn link(&self) -> Result<&str> {
        self.link.as_deref().ok_or_else(|| "the first start printed no one-time link".into())
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(self) -> Result<()> {
        let asked = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status()?;
        if !asked.success() {
            return Err("the server was gone before it was stopped".into());
        }
        let status = timeout(STOP_WITHIN, self.process.ended()).await.map_err(|_| "the server did not stop")??;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }

    /// Ends it without a warning, as a power cut would end the process.
    pub fn kill(self) -> Result<()> {
        self.process.kill()
    }

    /// A value of memory from /proc/PID/status, such as `VmRSS`, in MB.
    pub fn memory(&self, key: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let value = kilobytes(&text, key).ok_or_else(|| format!("the system does not tell {key}"))?;
        Ok(value * 1_024.0 / 1e6)
    }

    /// From now on `VmHWM` tells the highest memory since now.
    pub fn forget_highest_memory(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5")?)
    }

    /// Processor time used so far, in clock ticks of the system.
    pub fn ticks(&self) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        ticks_of(&text).ok_or_else(|| "the system does not tell the server's processor time".into())
    }

    /// Processor time used so far by the present threads, exact where the system counts it so.
    pub fn exact_processor_time(&self) -> Option<Duration> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).ok()?;
        let mut sum = 0;
        for thread in threads.flatten() {
            let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            sum += text.split_whitespace().next()?.parse::<u64>().ok()?;
        }
        Some(Duration::from_nanos(sum))
    }
}

/// Clock ticks per second.
pub fn ticks_per_second() -> Result<f64> {
    let output = Command::new("getconf").arg("CLK_TCK").output()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| Problem::from("getconf does not tell CLK_TCK"))
}

/// utime + stime: the 14th and 15th field, counted behind the name, which may contain anything.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// The lines that the server prints. They are read to the end of it even when nobody wants them any more: a server that
/// cannot print would fail.
fn lines(output: ChildStdout) -> UnboundedReceiver<String> {
    let (say, heard) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(std::result::Result::ok) {
            say.send(line).ok();
        }
    });
    heard
}

/// Reads on until the server says that it is ready: its address, and the one-time link of a first start.
async fn ready_line(output: &mut UnboundedReceiver<String>) -> Result<(String, Option<String>)> {
    let mut link = None;
    while let Some(line) = output.recv().await {
        if line.contains("/welcome/") {
            link = line.rsplit('/').next().map(str::to_owned);
        }
        if let Some(url) = line.strip_prefix("Landbridge is ready at ") {
            return Ok((url.to_owned(), link));
        }
    }
    Err("the server ended instead of getting ready".into())
}

async fn answers(url: &str) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    loop {
        let ready = client.get(format!("{url}/readyz")).send().await;
        if ready.is_ok_and(|response| response.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "42 (land) bridge) S 1 42 42 0 -1 4194304 100 0 0 0 250 31 0 0 20 0 5 0 1000 1 1";
        assert_eq!(ticks_of(stat), Some(281));
        assert_eq!(ticks_of("nothing"), None);
    }
}
