//! Messages per second into a mail server on this machine that takes everything at once.

use crate::person::Person;
use crate::server::{Programme, Server};
use crate::table::{Table, Target};
use crate::{Result, say};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Messages to send.
const MESSAGES: u32 = 10_000;
const TARGET: Target = Target::AtLeast(100.0);
const LOOK_EVERY: Duration = Duration::from_millis(100);
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

/// Starts the server anew with the sink as its mail server, lets a rule tell accounts their date at any hour, and counts what
/// arrives, from the first message on. Leaves a server without a mail server.
pub async fn measure(
    server: Server,
    programme: &Programme,
    person: &Person,
    migration: &str,
    accounts: u32,
    table: &mut Table,
) -> Result<Server> {
    say("sending messages");
    let (sink, port) = Sink::start().await?;
    server.stop().await?;
    let server = Server::start_mailing(programme, port).await?;
    let person = person.at(&server.url);
    schedule(&person, migration, accounts).await?;
    let rule = rule(&person, migration).await?;
    let reach = person.form("rules/reach", &[("migration", migration), ("number", &rule.to_string())]).await?;
    let reached = reach["now"].as_u64().and_then(|now| u32::try_from(now).ok()).ok_or("a reach has no number")?;
    let wanted = reached.min(MESSAGES);
    let on = json!({ "migration": migration, "number": rule, "on": true, "typed": reached });
    person.json("rules/switch", &on).await?;

    let began = Instant::now();
    let mut first = None;
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    let taken = loop {
        looks.tick().await;
        let accepted = sink.accepted.load(Ordering::SeqCst);
        if accepted > 0 {
            first.get_or_insert_with(Instant::now);
        }
        if accepted >= wanted {
            break first.map(|first| first.elapsed());
        }
        if began.elapsed() > WITHIN {
            return Err(format!("only {accepted} of {wanted} messages arrived").into());
        }
    };
    let seconds = taken.ok_or("no message was sent")?.as_secs_f64();
    table.section(format!("Sending {wanted} messages to a mail server on this machine"));
    let rate = f64::from(wanted) / seconds.max(0.001);
    table.compared("messages accepted by it, and noted durably", rate, "messages/s", TARGET);
    let off = json!({ "migration": migration, "number": rule, "on": false, "typed": null });
    person.json("rules/switch", &off).await?;
    server.stop().await?;
    Ok(Server::start(programme).await?.0)
}

/// Gives accounts a date within the notice, as far as they can have one.
async fn schedule(person: &Person, migration: &str, accounts: u32) -> Result<()> {
    let day = person.overview().await?["today"].as_str().ok_or("there is no today")?.parse::<chrono::NaiveDate>()?;
    let date = day.checked_add_days(chrono::Days::new(11)).ok_or("the calendar ends")?;
    let numbers: Vec<u32> = (1..=accounts.min(4 * MESSAGES)).collect();
    let body = json!({
        "migration": migration,
        "command": "bench-mail-0001",
        "scope": { "scope": "accounts", "numbers": numbers },
        "change": { "set": "state", "to": { "move": "schedule", "date": date, "pinned": null } },
    });
    let id = person.json("bulk/start", &body).await?;
    let id = id.as_str().ok_or("a bulk change has no id")?.to_owned();
    let began = Instant::now();
    while began.elapsed() < WITHIN {
        let seen = person.form("bulk/one", &[("migration", migration), ("id", &id)]).await?;
        if seen["summary"]["stage"] == "done" {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err("the accounts did not get their dates".into())
}

/// A reminder at any hour, so that the time of the day does not matter; answers its number.
async fn rule(person: &Person, migration: &str) -> Result<u64> {
    let templates = person.form("rules/list", &[("migration", migration)]).await?;
    let named = |name: &str| {
        let of = |template: &Value| (template[1] == name).then(|| template[0].to_string());
        templates["templates"].as_array().and_then(|all| all.iter().find_map(of))
    };
    let form = json!({
        "name": "Bench", "trigger": "before_date", "days": "14", "status": "", "milestone": "", "kind": "reminder",
        "audience": "main_contact", "roles": "", "endpoint": "", "template": named("Reminder").ok_or("no reminder")?,
        "any_hour": true, "hours_from": "", "hours_to": "", "hours_days": [true, true, true, true, true, true, true],
        "minimum_lead_days": "2", "late": "send",
    });
    let number = person.json("rules/save", &json!({ "migration": migration, "number": null, "form": form })).await?;
    number.as_u64().ok_or_else(|| "a rule has no number".into())
}
