//! The live feed: one WebSocket per tab, told everything that happens to one migration in the order of the log.

use crate::presence::{IDLE_MAX, Seat};
use crate::security::is_same_origin;
use crate::state::AppState;
use crate::visitor::refused;
use app::api::ApiError;
use app::backend::Visitor;
use axum::Extension;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::actor::Caller;
use domain::event::Position;
use domain::id::MigrationId;
use domain::live::{LiveMessage, PageMessage, Place};
use metrics::gauge;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use store::Change;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// Seconds between two signs of life, so that a dead connection is noticed on both sides.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A browser that takes longer to accept a message is cut off; it comes back and catches up.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// Nobody needs to tell the server anything long on this connection.
const INCOMING_MAX: usize = 1_024;
/// Messages that a page may send within this time; ours send at most four a second. With more it is cut off.
const SAID_MAX: u32 = 50;
const SAID_WITHIN: Duration = Duration::from_secs(5);

/// From where the page wants to go on.
#[derive(Deserialize)]
pub struct Since {
    migration: MigrationId,
    #[serde(default)]
    workspace: u64,
    #[serde(default)]
    seq: u64,
}

/// Opens the feed for a signed-in user of our own pages.
pub async fn open(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Query(since): Query<Since>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "The live feed is for Landbridge's own pages.").into_response();
    }
    let Some(session) = &visitor.session else { return refused(ApiError::SignedOut) };
    let caller = session.caller(&visitor.from);
    upgrade.max_message_size(INCOMING_MAX).on_upgrade(move |socket| feed(state, caller, since, socket))
}

async fn feed(state: AppState, caller: Caller, since: Since, socket: WebSocket) {
    gauge!("landbridge_live_listeners").increment(1.0);
    let seat = state.presence.sit(&since.migration, &caller.user);
    Feed { state, caller, migration: since.migration, sent: Position::default(), socket, seat, said: Said::default() }
        .run(Position { workspace: since.workspace, migration: since.seq })
        .await;
    gauge!("landbridge_live_listeners").decrement(1.0);
}

/// One open feed.
struct Feed {
    state: AppState,
    caller: Caller,
    migration: MigrationId,
    /// What the page knows.
    sent: Position,
    socket: WebSocket,
    /// Where its reader is, for the others.
    seat: Seat,
    said: Said,
}

/// How much the page has said lately.
#[derive(Default)]
struct Said {
    since: Option<Instant>,
    count: u32,
}

impl Said {
    /// Counts a message. False when there are more than any page of ours sends.
    fn is_little(&mut self) -> bool {
        let now = Instant::now();
        if self.since.is_none_or(|since| now - since > SAID_WITHIN) {
            *self = Said { since: Some(now), count: 0 };
        }
        self.count += 1;
        self.count <= SAID_MAX
    }
}

/// Why a feed ends.
struct Ended;

impl Feed {
    async fn run(mut self, since: Position) {
        // Ending is ordinary: the page was closed, or lost its connection and will come back.
        self.follow(since).await.err();
    }

    async fn follow(&mut self, since: Position) -> Result<(), Ended> {
        // Listening begins before looking, so that nothing falls between the two.
        let mut changes = self.state.backend.store.listen();
        let mut stopping = self.state.stopping.clone();
        let mut presence = self.state.presence.listen();
        self.catch_up(since).await?;
        self.tell_who_is_here().await?;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.reset();
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(change) => self.pass_on(&change).await?,
                    // The page is too slow for all that happened: it takes everything anew.
                    Err(RecvError::Lagged(_)) => self.resync().await?,
                    Err(RecvError::Closed) => return self.say(&LiveMessage::Restarting).await,
                },
                news = presence.recv() => match news {
                    Ok(news) => {
                        if let Some(text) = self.seat.is_told(&news) {
                            self.send(text.as_str().into()).await?;
                        }
                    }
                    Err(RecvError::Lagged(_)) => self.tell_who_is_here().await?,
                    Err(RecvError::Closed) => return Err(Ended),
                },
                () = tokio::time::sleep_until(self.seat.since() + IDLE_MAX), if self.seat.is_taken() => self.seat.leave(),
                _ = heartbeat.tick() => self.say(&LiveMessage::Ready { position: self.sent }).await?,
                _ = stopping.changed() => return self.say(&LiveMessage::Restarting).await,
                incoming = self.socket.recv() => match incoming {
                    Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Ended),
                    Some(Ok(Message::Text(text))) => self.hear(&text).await?,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    /// Takes what the page says. What cannot be read is left out: it may be of another version.
    async fn hear(&mut self, text: &str) -> Result<(), Ended> {
        if !self.said.is_little() {
            return Err(Ended);
        }
        match serde_json::from_str(text) {
            Ok(PageMessage::Here { at: Some(place) }) => {
                if self.may_be_at(&place).await {
                    self.seat.take(place);
                }
            }
            Ok(PageMessage::Here { at: None }) => self.seat.leave(),
            Err(_) => {}
        }
        Ok(())
    }

    /// Only accounts that the reader may see exist for the others.
    async fn may_be_at(&mut self, place: &Place) -> bool {
        let acting = self.state.backend.store.acting_as(self.caller.clone());
        acting.row(&self.migration, place.account).await.is_ok()
    }

    async fn tell_who_is_here(&mut self) -> Result<(), Ended> {
        for message in self.seat.others() {
            self.say(&message).await?;
        }
        Ok(())
    }

    /// Tells what happened since the page last knew.
    async fn catch_up(&mut self, since: Position) -> Result<(), Ended> {
        let acting = self.state.backend.store.acting_as(self.caller.clone());
        let Ok((position, rows)) = acting.changed_since(&self.migration, &since).await else { return Err(Ended) };
        self.sent = position;
        match rows {
            _ if since == position => {}
            Some(rows) => {
                if !rows.is_empty() {
                    self.say(&LiveMessage::Rows { position, by: None, rows }).await?;
                }
                self.say(&LiveMessage::Overview { position }).await?;
            }
            None => {
                self.say(&LiveMessage::Resync { position }).await?;
                self.say(&LiveMessage::Overview { position }).await?;
            }
        }
        self.say(&LiveMessage::Ready { position }).await
    }

    async fn pass_on(&mut self, change: &Arc<Change>) -> Result<(), Ended> {
        if let Some(user) = &change.signed_out {
            if *user == self.caller.user {
                self.say(&LiveMessage::SignedOut).await?;
                return Err(Ended);
            }
            return Ok(());
        }
        let ours = change.migration.as_ref() == Some(&self.migration);
        if let Some(only) = &change.only {
            // It is no change of the migration: the position stays.
            return if ours && *only == self.caller.user {
                self.send(change.text.as_str().into()).await
            } else {
                Ok(())
            };
        }
        if !ours || self.sent.covers(&change.position) {
            return Ok(());
        }
        self.sent = Position {
            workspace: self.sent.workspace.max(change.position.workspace),
            migration: self.sent.migration.max(change.position.migration),
        };
        self.send(change.text.as_str().into()).await
    }

    async fn resync(&mut self) -> Result<(), Ended> {
        let since = self.sent;
        self.catch_up(since).await
    }

    async fn say(&mut self, message: &LiveMessage) -> Result<(), Ended> {
        self.send(serde_json::to_string(message).map_err(|_| Ended)?.into()).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), Ended> {
        match tokio::time::timeout(SEND_WITHIN, self.socket.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Ended),
        }
    }
}
