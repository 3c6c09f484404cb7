//! Sends what is due: leases messages, hands them to the mail server or to webhooks, writes down what came of it.
//!
//! A message is leased in one transaction and settled in another. A server that dies between them leaves a lease that ends;
//! the message is then sent again under the same Message-ID, which is the only way in which it can arrive twice.

pub mod bounces;
pub mod letter;
mod smtp;
mod webhook;

use crate::config::MailConfig;
use chrono::TimeDelta;
use domain::clock::{Clock, Instant};
use domain::notice::Medium;
use domain::notice::message::Outcome;
use metrics::counter;
use smtp::Smtp;
use std::sync::Arc;
use std::time::Duration;
use store::{Leased, Settled, Store, System};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use webhook::Webhooks;

pub use webhook::Reach;

/// Messages in hand at one time.
const IN_HAND_MAX: usize = 64;
/// Connections to the mail server at one time.
const CONNECTIONS_MAX: usize = 8;
/// For how long nobody else sends a leased message. Longer than a message can take, waiting for a connection included.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// What is left of a lease when an attempt begins: an attempt takes no longer.
const ATTEMPT_MAX: Duration = Duration::from_secs(100);
/// Attempts that are written down in one transaction.
const SETTLED_MAX: usize = 50;
/// The longest sleep: the clock may jump, and another server may write what is due.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// After the mail server could not be reached, and at most.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Everything that sends.
pub struct Mailer {
    store: Store,
    clock: Arc<dyn Clock>,
    /// `None`: mail stays in the on-screen mailbox.
    smtp: Option<Smtp>,
    webhooks: Webhooks,
    connections: Semaphore,
    per_minute: u32,
    speedup: u32,
}

/// By which way messages go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Mail,
    Webhooks,
}

impl Lane {
    fn medium(self) -> Medium {
        match self {
            Lane::Mail => Medium::Email,
            Lane::Webhooks => Medium::Webhook,
        }
    }
}

/// What came of one attempt.
struct Attempt {
    outcome: Outcome,
    endpoint_gone: bool,
}

impl Mailer {
    /// Reads the configuration; an error says what is wrong with it, without its secrets.
    pub fn new(config: &MailConfig, store: Store, clock: Arc<dyn Clock>) -> Result<Mailer, String> {
        Ok(Mailer {
            smtp: Smtp::new(config, clock.clone())?,
            webhooks: Webhooks { reach: Reach { private: config.allow_private_webhooks }, clock: clock.clone() },
            store,
            clock,
            connections: Semaphore::new(CONNECTIONS_MAX),
            per_minute: config.mails_per_minute.max(1),
            speedup: config.retry_speedup.max(1),
        })
    }

    /// Whether mail leaves this server.
    pub fn sends_mail(&self) -> bool {
        self.smtp.is_some()
    }

    /// Sends until the server stops; then finishes what is in hand.
    pub fn start(self, stopping: watch::Receiver<bool>) -> JoinHandle<()> {
        let mailer = Arc::new(self);
        // A lane each: webhooks that hang do not hold up mail, and a mail server that is away does not hold up webhooks.
        tokio::spawn(async move {
            tokio::join!(
                mailer.clone().run(Lane::Mail, stopping.clone()),
                mailer.clone().run(Lane::Webhooks, stopping.clone())
            );
        })
    }

    async fn run(self: Arc<Self>, lane: Lane, mut stopping: watch::Receiver<bool>) {
        let (results, settled) = mpsc::channel(IN_HAND_MAX);
        let settler = tokio::spawn(settle_all(self.store.clone(), settled, self.speedup));
        let mut commits = self.store.commits();
        let mut in_hand: JoinSet<bool> = JoinSet::new();
        let mut budget = Budget::new(self.per_minute, self.clock.now());
        let mut pause = Pause::default();
        while !*stopping.borrow() {
            // Few leases at once are as costly as many: each is a transaction.
            let free = IN_HAND_MAX - in_hand.len();
            let may = free.min(budget.left(self.clock.now()) as usize);
            let mut idle = true;
            if free * 2 >= IN_HAND_MAX && may > 0 && pause.is_over(self.clock.now()) {
                commits.mark_unchanged();
                match self.system().lease_due_by(Some(lane.medium()), may, LEASE).await {
                    Ok(leases) => {
                        idle = leases.looked_at < may;
                        budget.take(leases.messages.len());
                        for leased in leases.messages {
                            in_hand.spawn(self.clone().send(leased, results.clone(), stopping.clone()));
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "due messages could not be taken");
                        pause.longer(self.clock.now(), self.speedup);
                    }
                }
            }
            if !idle && in_hand.len() * 2 < IN_HAND_MAX {
                continue;
            }
            let sleep = self.sleep(may, &pause, &budget);
            tokio::select! {
                _ = stopping.changed() => {}
                Some(done) = in_hand.join_next() => match done {
                    Ok(true) => pause = Pause::default(),
                    // Each webhook is on another server: that one is away says nothing of the others.
                    Ok(false) if lane == Lane::Webhooks => {}
                    Ok(false) => pause.longer(self.clock.now(), self.speedup),
                    Err(error) => tracing::error!(%error, "sending a message ended badly; it is tried again when its lease ends"),
                },
                changed = commits.changed(), if idle => if changed.is_err() { break },
                () = tokio::time::sleep(sleep) => {}
            }
        }
        while in_hand.join_next().await.is_some() {}
        drop(results);
        if let Err(error) = settler.await {
            tracing::error!(%error, "writing down what was sent ended badly");
        }
    }

    fn system(&self) -> System<'_> {
        self.store.system("sending")
    }

    /// How long nothing needs to be done unless something happens.
    fn sleep(&self, may: usize, pause: &Pause, budget: &Budget) -> Duration {
        let now = self.clock.now();
        if let Some(left) = pause.left(now) {
            return left.min(SLEEP_MAX);
        }
        if may == 0 {
            return budget.until_next();
        }
        let due = self.system().next_due().and_then(|due| (due - now).to_std().ok());
        due.unwrap_or(SLEEP_MAX).min(SLEEP_MAX)
    }

    /// One attempt; answers whether the other side could be reached.
    async fn send(
        self: Arc<Self>,
        leased: Leased,
        results: mpsc::Sender<Settled>,
        stopping: watch::Receiver<bool>,
    ) -> bool {
        let attempt = self.attempt(&leased, &stopping).await;
        let reached = !matches!(attempt.outcome, Outcome::NetworkFailure { .. });
        let label = match attempt.outcome {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Transient { .. } => "transient",
            Outcome::Permanent { .. } => "permanent",
            Outcome::NetworkFailure { .. } => "network",
            Outcome::NotTried => "not_tried",
        };
        counter!("landbridge_messages_total", "outcome" => label).increment(1);
        let settled = Settled {
            migration: leased.migration,
            key: leased.message.key.clone(),
            lease: leased.until,
            outcome: attempt.outcome,
            endpoint_gone: attempt.endpoint_gone,
        };
        // Nobody takes it any more only when the server is on its way out; the lease ends by itself then.
        results.send(settled).await.ok();
        reached
    }

    async fn attempt(&self, leased: &Leased, stopping: &watch::Receiver<bool>) -> Attempt {
        let plain = |outcome| Attempt { outcome, endpoint_gone: false };
        let Some(content) = &leased.content else {
            return plain(Outcome::Permanent { answer: "What it said was erased.".into() });
        };
        match leased.message.medium {
            Medium::Email => {
                let Some(smtp) = &self.smtp else {
                    return plain(Outcome::Accepted { answer: MAILBOX_ANSWER.into() });
                };
                let Ok(_connection) = self.connections.acquire().await else { return plain(Outcome::NotTried) };
                let left = (leased.until - self.clock.now()).to_std().unwrap_or_default();
                if left < ATTEMPT_MAX || *stopping.borrow() {
                    return plain(Outcome::NotTried);
                }
                let sent = tokio::time::timeout(ATTEMPT_MAX, smtp.send(leased, content)).await;
                plain(sent.unwrap_or_else(|_| Outcome::NetworkFailure { answer: "No answer in time.".into() }))
            }
            Medium::Webhook => {
                let open = leased.endpoint.as_ref().filter(|(endpoint, _)| !endpoint.disabled);
                let Some((endpoint, secret)) = open else {
                    return plain(Outcome::Permanent { answer: "The endpoint was switched off.".into() });
                };
                self.webhooks.send(leased, content, endpoint, secret.as_deref()).await
            }
            Medium::Call => plain(Outcome::Permanent { answer: "A call is not sent.".into() }),
        }
    }
}

/// What the on-screen mailbox answers in place of a mail server.
pub const MAILBOX_ANSWER: &str = "Kept in the on-screen mailbox: no mail server is configured.";

/// Writes results down as they come, together what has come meanwhile.
async fn settle_all(store: Store, mut settled: mpsc::Receiver<Settled>, speedup: u32) {
    let mut batch = Vec::new();
    while settled.recv_many(&mut batch, SETTLED_MAX).await > 0 {
        for attempt in 1..=SETTLE_ATTEMPTS {
            match store.system("sending").settle(batch.clone(), speedup).await {
                Ok(()) => break,
                // It may have been accepted: better to try again to write that down than to send it twice.
                Err(error) => tracing::error!(%error, attempt, "what was sent could not be written down"),
            }
            tokio::time::sleep(Duration::from_millis(100 * attempt)).await;
        }
        batch.clear();
    }
}

/// Attempts to write down what was sent.
const SETTLE_ATTEMPTS: u64 = 20;

/// Messages that may still go in this minute. A tenth of a minute's messages may go at once.
struct Budget {
    per_minute: u32,
    left: f64,
    at: Instant,
}

impl Budget {
    fn new(per_minute: u32, now: Instant) -> Self {
        Budget { per_minute, left: Budget::most(per_minute), at: now }
    }

    fn most(per_minute: u32) -> f64 {
        f64::from((per_minute / 10).max(1))
    }

    fn left(&mut self, now: Instant) -> u32 {
        // A clock that was set back brings nothing.
        let passed = (now - self.at).num_milliseconds().max(0) as f64 / 60_000.0;
        self.at = now;
        self.left = (self.left + passed * f64::from(self.per_minute)).min(Budget::most(self.per_minute));
        self.left as u32
    }

    fn take(&mut self, count: usize) {
        self.left = (self.left - count as f64).max(0.0);
    }

    fn until_next(&self) -> Duration {
        let missing = (1.0 - self.left).max(0.01);
        Duration::from_secs_f64(missing * 60.0 / f64::from(self.per_minute)).min(SLEEP_MAX)
    }
}

/// The wait after the other side could not be reached several times in a row, longer each time.
#[derive(Default)]
struct Pause {
    failures: u32,
    length: Option<Duration>,
    until: Option<Instant>,
}

/// A single lost connection is no reason to wait.
const FAILURES_IN_A_ROW: u32 = 4;

impl Pause {
    fn longer(&mut self, now: Instant, speedup: u32) {
        self.failures += 1;
        // Attempts that were under way together fail together: that counts once.
        if self.failures < FAILURES_IN_A_ROW || !self.is_over(now) {
            return;
        }
        let length = self.length.map_or(PAUSE_MIN / speedup, |length| (length * 2).min(PAUSE_MAX / speedup));
        self.length = Some(length);
        self.until = TimeDelta::from_std(length).ok().map(|length| now + length);
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        self.until.and_then(|until| (until - now).to_std().ok()).filter(|left| !left.is_zero())
    }

    fn is_over(&self, now: Instant) -> bool {
        self.left(now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn a_minute_brings_no_more_than_its_limit() {
        let start = DateTime::UNIX_EPOCH;
        let mut budget = Budget::new(60, start);
        let mut sent = 0;
        for tenth in 0..600 {
            let may = budget.left(start + TimeDelta::milliseconds(tenth * 100));
            budget.take(may as usize);
            sent += may;
        }
        // What may go at once at the beginning, and one a second.
        assert!((60..=66).contains(&sent), "{sent}");
        assert_eq!(budget.left(start), 0, "a clock that is set back brings nothing");
    }

    #[test]
    fn pauses_get_longer_and_those_who_fail_together_count_once() {
        let start = DateTime::UNIX_EPOCH;
        let mut pause = Pause::default();
        assert!(pause.is_over(start));
        for _ in 1..FAILURES_IN_A_ROW {
            pause.longer(start, 1);
        }
        assert!(pause.is_over(start), "a few may fail");
        pause.longer(start, 1);
        pause.longer(start, 1);
        assert_eq!(pause.left(start), Some(Duration::from_secs(1)));
        let later = start + TimeDelta::seconds(2);
        pause.longer(later, 1);
        assert_eq!(pause.left(later), Some(Duration::from_secs(2)));
    }
}
