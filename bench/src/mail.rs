//! Messages per second into a mail server on this machine that takes everything at once.

use crate::{Result, say};
use crate::table::Table;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Messages to send.
pub const MESSAGES: u32 = 10_000;
const WITHIN: Duration = Duration::from_secs(10 * 60);

/// A mail server that says yes.
struct Sink {
    accepted: AtomicU32,
}

impl Sink {
    async fn start() -> Result<(Arc<Sink>, u16)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let sink = Arc::new(Sink { accepted: AtomicU32::new(0) });
        let accepting = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = accepting.clone();
                tokio::spawn(async move { sink.talk(stream).await.ok() });
            }
        });
        Ok((sink, port))
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 sink ESMTP\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let answer: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    while lines.next_line().await?.is_some_and(|line| line != ".") {}
                    self.accepted.fetch_add(1, Ordering::SeqCst);
                    b"250 2.0.0 queued\r\n"
                }
                "QUIT" => return write.write_all(b"221 bye\r\n").await,
                _ => b"250 ok\r\n",
            };
            write.write_all(answer).await?;
        }
        Ok(())
    }
}

/// Starts the server on a data folder in which [`MESSAGES`] messages are due, and waits until all have arrived.
pub async fn measure(binary: &Path, site: &Path, data: &Path, table: &mut Table) -> Result<()> {
    say("sending messages that are due");
    let (sink, port) = Sink::start().await?;
    let began = Instant::now();
    let mut server = start(binary, site, data, port)?;
    let mut first = None;
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    let sent = loop {
        looks.tick().await;
        let accepted = sink.accepted.load(Ordering::SeqCst);
        if accepted > 0 {
            first.get_or_insert_with(Instant::now);
        }
        if accepted >= MESSAGES {
            break Ok(());
        }
        if began.elapsed() > WITHIN {
            break Err(format!("only {accepted} of {MESSAGES} messages arrived"));
        }
    };
    let seconds = first.map_or(f64::NAN, |first| first.elapsed().as_secs_f64());
    server.kill()?;
    server.wait()?;
    sent?;
    table.section(format!("Sending {MESSAGES} messages to a mail server on this machine"));
    table.figure("messages", f64::from(MESSAGES) / seconds, "messages/s");
    Ok(())
}

fn start(binary: &Path, site: &Path, data: &Path, port: u16) -> Result<Child> {
    let mut command = Command::new(binary);
    command.args(["serve", "--address", "127.0.0.1:0", "--mail-from", "notices@company.example"]);
    command.args(["--mails-per-minute", "100000000", "--data"]).arg(data).arg("--site").arg(site);
    command.env("LANDBRIDGE_SMTP_URL", format!("smtp://127.0.0.1:{port}")).env("RUST_LOG", "error");
    Ok(command.stdout(Stdio::null()).spawn()?)
}
