//! The live feed: from an edit until the last of many listeners has it.

use crate::edits::Writer;
use crate::person::Person;
use crate::server::Server;
use crate::stats::Times;
use crate::table::{Table, Target};
use crate::{Problem, Result, say};
use futures_util::StreamExt;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const EDITS: usize = 200;
/// Listeners at which the time is measured; the last has the target.
const CROWDS: [usize; 3] = [1, 100, 300];
const MOST_LISTENERS: usize = 500;
const LAST_P99: Target = Target::AtMost(75.0);
const MEMORY: Target = Target::AtMost(700.0);
const WITHIN: Duration = Duration::from_secs(20);
/// People pause between two edits; without it, an edit would wait for the listeners of the one before.
const PAUSE: Duration = Duration::from_millis(5);

/// Measures with a growing crowd, then looks at the server's memory.
pub async fn measure(person: &Person, migration: &str, server: &Server, table: &mut Table) -> Result<()> {
    table.section("Live: from an edit to the last of its listeners");
    let writer = Writer::several(person, migration, 1, 100).await?.pop().ok_or("there is no writer")?;
    let mut writer = writer.called("live");
    let mut crowd = Crowd::new(person, migration);
    for size in CROWDS {
        say(&format!("live feed, listeners: {size}"));
        crowd.grow(size).await?;
        let (from_sending, from_answer) = crowd.follow(&mut writer, EDITS).await?;
        let name = format!("{size} listener{}", if size == 1 { "" } else { "s" });
        table.figure(format!("{name}, from sending: p50"), from_sending.p50(), "ms");
        let p99 = format!("{name}, from sending: p99");
        match size {
            300 => table.compared(p99, from_sending.p99(), "ms", LAST_P99),
            _ => table.figure(p99, from_sending.p99(), "ms"),
        }
        table.figure(format!("{name}, from the answer: p50"), from_answer.p50(), "ms");
        table.figure(format!("{name}, from the answer: p99"), from_answer.p99(), "ms");
    }
    say(&format!("live feed, listeners: {MOST_LISTENERS}"));
    crowd.grow(MOST_LISTENERS).await?;
    crowd.follow(&mut writer, EDITS / 4).await?;
    table.compared(
        format!("memory with {MOST_LISTENERS} listeners, after all that"),
        server.memory("VmRSS")?,
        "MB",
        MEMORY,
    );
    table.figure("highest memory since the start", server.memory("VmHWM")?, "MB");
    Ok(())
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A message of the feed that a listener has received.
struct Heard {
    seq: u64,
    at: Instant,
}

/// Listeners; they leave when it is dropped.
struct Crowd {
    person: Person,
    migration: String,
    listeners: JoinSet<()>,
    say: UnboundedSender<Heard>,
    heard: UnboundedReceiver<Heard>,
}

impl Crowd {
    fn new(person: &Person, migration: &str) -> Self {
        let (say, heard) = mpsc::unbounded_channel();
        Crowd { person: person.clone(), migration: migration.to_owned(), listeners: JoinSet::new(), say, heard }
    }

    /// Lets more listeners come until there are so many.
    async fn grow(&mut self, size: usize) -> Result<()> {
        let position = self.person.overview().await?["position"].clone();
        let address = format!(
            "{}/live?migration={}&workspace={}&seq={}",
            self.person.url.replacen("http", "ws", 1),
            self.migration,
            position["workspace"],
            position["migration"]
        );
        while self.listeners.len() < size {
            let mut request = address.as_str().into_client_request()?;
            request.headers_mut().insert("cookie", self.person.cookie()?);
            let opened = async {
                let (mut socket, _) = connect_async(request).await?;
                until_ready(&mut socket).await?;
                Ok::<_, Problem>(socket)
            };
            let socket = tokio::time::timeout(WITHIN, opened).await.map_err(|_| "the live feed did not open")??;
            self.listeners.spawn(listen(socket, self.say.clone()));
        }
        Ok(())
    }

    /// Edits, and waits after each until everybody has it: times from just before sending it, and from its answer.
    async fn follow(&mut self, writer: &mut Writer, edits: usize) -> Result<(Times, Times)> {
        let (mut from_sending, mut from_answer) = (Vec::new(), Vec::new());
        for _ in 0..edits {
            let saved = writer.edit().await?;
            let last = tokio::time::timeout(WITHIN, self.last_to_hear(saved.seq)).await;
            let last = last.map_err(|_| "not every listener was told of an edit")??;
            from_sending.push(last - saved.sent);
            // Listeners may have it before its author has the answer: that is no time at all.
            from_answer.push(last.saturating_duration_since(saved.answered));
            tokio::time::sleep(PAUSE).await;
        }
        Ok((Times::new(from_sending), Times::new(from_answer)))
    }

    async fn last_to_hear(&mut self, seq: u64) -> Result<Instant> {
        let mut times = Vec::with_capacity(self.listeners.len());
        while times.len() < self.listeners.len() {
            let heard = self.heard.recv().await.ok_or("all listeners are gone")?;
            if heard.seq == seq {
                times.push(heard.at);
            }
        }
        times.into_iter().max().ok_or_else(|| "nobody listens".into())
    }
}

/// Reads on until the feed is open.
async fn until_ready(socket: &mut Socket) -> Result<()> {
    while let Some(message) = socket.next().await {
        if matches!(message?, Message::Text(text) if text.contains(r#""type":"ready""#)) {
            return Ok(());
        }
    }
    Err("the live feed closed at once".into())
}

/// Tells of every change of rows, until the feed ends.
async fn listen(mut socket: Socket, say: UnboundedSender<Heard>) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        if let Some(seq) = seq_of_rows(&text) {
            say.send(Heard { seq, at }).ok();
        }
    }
}

/// The position of a message about rows, found without reading all of it: hundreds of listeners read on these cores.
fn seq_of_rows(text: &str) -> Option<u64> {
    if !text.contains(r#""type":"rows""#) {
        return None;
    }
    let (_, rest) = text.split_once(r#""position":{"#)?;
    let (_, rest) = rest.split_once(r#""migration":"#)?;
    rest.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_is_found_in_messages_about_rows_only() {
        let rows = r#"{"type":"rows","position":{"workspace":3,"migration":108},"by":null,"rows":[{"number":1}]}"#;
        assert_eq!(seq_of_rows(rows), Some(108));
        assert_eq!(seq_of_rows(r#"{"type":"ready","position":{"workspace":3,"migration":108}}"#), None);
    }
}
