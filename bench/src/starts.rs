//! From starting the process until it is ready, with all accounts on disk.

use crate::server::{Programme, Server, StartTimes};
use crate::stats::milliseconds;
use crate::table::{Table, Target};
use crate::{Result, say};
use std::time::Duration;

const CLEAN_STARTS: u32 = 3;
/// A server answers a moment before it listens for signals.
const SETTLE: Duration = Duration::from_millis(200);
const TARGET: Target = Target::AtMost(2.0);

/// Kills the server right after the import, when its files are in the worst order, and then stops it politely.
pub async fn measure(server: Server, programme: &Programme, table: &mut Table) -> Result<Server> {
    say("killing, stopping and starting the server");
    server.kill()?;
    let (mut server, after_kill) = Server::start(programme).await?;
    let mut slowest: Option<StartTimes> = None;
    for _ in 0..CLEAN_STARTS {
        tokio::time::sleep(SETTLE).await;
        server.stop().await?;
        let (started, times) = Server::start(programme).await?;
        server = started;
        slowest = slowest.filter(|slowest| slowest.answered > times.answered).or(Some(times));
    }
    table.section("Start-up");
    show(table, "after SIGKILL", after_kill);
    if let Some(times) = slowest {
        show(table, &format!("after SIGTERM, slowest of {CLEAN_STARTS}"), times);
    }
    table.figure("memory after the start", server.memory("VmRSS")?, "MB");
    Ok(server)
}

fn show(table: &mut Table, name: &str, times: StartTimes) {
    let seconds = |time| milliseconds(time) / 1_000.0;
    table.figure(format!("{name}, to the ready line"), seconds(times.said), "s");
    table.compared(format!("{name}, to 200 at /readyz"), seconds(times.answered), "s", TARGET);
}
