//! The WebSocket behind the live feed: opens, listens, notices silence, comes back without a gap.

use super::{Feed, Link};
use crate::api::session::current_user;
use domain::id::MigrationId;
use domain::live::LiveMessage;
use gloo_timers::callback::{Interval, Timeout};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

const FIRST_DELAY_MS: f64 = 250.0;
const LONGEST_DELAY_MS: f64 = 8_000.0;
/// The server says something every 15 s; after this long the link is broken, whatever the socket thinks.
const SILENCE_MS: f64 = 40_000.0;
const STALE_AFTER_MS: f64 = 30_000.0;
const WATCH_EVERY_MS: u32 = 1_000;
/// Messages are read once per frame, and never so many that the frame is late.
const READ_MS: f64 = 8.0;
/// Without frames, in a tab that nobody looks at, they are read this often.
const READ_UNSEEN_MS: u32 = 250;

/// Hands a text to the open socket; answers whether it took it.
pub(super) type Speak = Rc<dyn Fn(&str) -> bool>;

/// Opens the socket and keeps it open until the current reactive owner is gone.
pub(super) fn open(migration: MigrationId, feed: Feed) {
    let connection = Rc::new(Connection {
        migration,
        feed,
        state: RefCell::new(State { lost_at: Some(now()), ..State::default() }),
    });
    let speaker = Rc::clone(&connection);
    feed.speak.set_value(Some(Rc::new(move |text: &str| speaker.say(text))));
    connection.connect();

    let watched = Rc::clone(&connection);
    let watch = StoredValue::new_local(Some(Interval::new(WATCH_EVERY_MS, move || watched.watch())));
    let woken = Rc::clone(&connection);
    let online = window_event_listener(ev::online, move |_| woken.wake());
    let seen = Rc::clone(&connection);
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            seen.wake();
        }
    });
    let owned = StoredValue::new_local(connection);
    on_cleanup(move || {
        online.remove();
        visible.remove();
        watch.try_update_value(Option::take);
        feed.speak.try_update_value(Option::take);
        owned.try_with_value(|connection| connection.end());
    });
}

struct Connection {
    migration: MigrationId,
    feed: Feed,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    socket: Option<OpenSocket>,
    retry: Option<Timeout>,
    attempts: u32,
    /// When the last message came.
    heard_at: f64,
    /// Since when there is no connection.
    lost_at: Option<f64>,
    /// Whether the present socket has said that it is ready.
    ready: bool,
    /// What the present socket has said and nobody has read yet.
    inbox: VecDeque<String>,
    /// While something is in the inbox: reads it should no frame come.
    unseen: Option<Timeout>,
    ended: bool,
}

/// A socket with the closures that it calls.
struct OpenSocket {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Connection {
    fn connect(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        if state.ended || state.socket.is_some() {
            return;
        }
        state.retry = None;
        state.ready = false;
        state.heard_at = now();
        let Ok(socket) = WebSocket::new(&self.address()) else {
            drop(state);
            return self.retry();
        };
        let listener = Rc::clone(self);
        let on_message = Closure::new(move |event: MessageEvent| listener.heard(&event));
        let closer = Rc::clone(self);
        let on_close = Closure::new(move |_: CloseEvent| closer.lost());
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        state.socket = Some(OpenSocket { socket, _on_message: on_message, _on_close: on_close });
    }

    fn say(&self, text: &str) -> bool {
        let state = self.state.borrow();
        let open = state.socket.as_ref().filter(|_| state.ready);
        open.is_some_and(|open| open.socket.send_with_str(text).is_ok())
    }

    fn address(&self) -> String {
        let location = location();
        let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
        let host = location.host().unwrap_or_default();
        let position = self.feed.position.try_get_untracked().unwrap_or_default();
        format!(
            "{scheme}://{host}/live?migration={}&workspace={}&seq={}",
            self.migration, position.workspace, position.migration
        )
    }

    fn heard(self: &Rc<Self>, event: &MessageEvent) {
        self.state.borrow_mut().heard_at = now();
        let Some(text) = event.data().as_string() else { return };
        let first = {
            let mut state = self.state.borrow_mut();
            state.inbox.push_back(text);
            state.inbox.len() == 1
        };
        if first {
            self.read_soon();
        }
    }

    /// Reads the inbox with the next frame: whatever came until then is shown at once.
    fn read_soon(self: &Rc<Self>) {
        let reader = Rc::clone(self);
        request_animation_frame(move || reader.read(READ_MS));
        let reader = Rc::clone(self);
        self.state.borrow_mut().unseen = Some(Timeout::new(READ_UNSEEN_MS, move || reader.read(f64::INFINITY)));
    }

    fn read(self: &Rc<Self>, at_most_ms: f64) {
        let began = now();
        loop {
            let Some(text) = self.state.borrow_mut().inbox.pop_front() else {
                self.state.borrow_mut().unseen = None;
                return;
            };
            self.take(&text);
            if now() - began > at_most_ms {
                break;
            }
        }
        if !self.state.borrow().inbox.is_empty() {
            self.read_soon();
        }
    }

    fn take(self: &Rc<Self>, text: &str) {
        let Ok(message) = serde_json::from_str::<LiveMessage>(text) else { return };
        match message {
            LiveMessage::Ready { position } => {
                let mut state = self.state.borrow_mut();
                state.attempts = 0;
                state.lost_at = None;
                state.ready = true;
                drop(state);
                self.feed.advance(position);
                self.feed.show(Link::Live);
            }
            LiveMessage::Rows { position, .. }
            | LiveMessage::Overview { position }
            | LiveMessage::Resync { position } => self.feed.deliver(message, position),
            // It is no part of the log: the position stays.
            LiveMessage::Presence { .. } | LiveMessage::Arranged => self.feed.tell(&message),
            LiveMessage::Restarting => {
                self.hang_up();
                self.feed.show(Link::Reconnecting);
                self.retry_in(300.0 + 1_200.0 * js_sys::Math::random());
            }
            LiveMessage::SignedOut => self.sign_in(),
        }
    }

    /// The socket closed, or was found to be dead.
    fn lost(self: &Rc<Self>) {
        let was_ready = self.state.borrow().ready;
        self.hang_up();
        if self.feed.link.try_get_untracked() == Some(Link::Live) {
            self.feed.show(Link::Reconnecting);
        }
        if !was_ready {
            self.check_session();
        }
        self.retry();
    }

    /// A refused handshake looks like any other failure to the browser: ask whether the session has ended.
    fn check_session(self: &Rc<Self>) {
        let connection = Rc::clone(self);
        spawn_local(async move {
            if let Ok(None) = current_user().await {
                connection.sign_in();
            }
        });
    }

    fn retry(self: &Rc<Self>) {
        let attempts = self.state.borrow().attempts;
        let longest = (FIRST_DELAY_MS * f64::from(1_u32 << attempts.min(10))).min(LONGEST_DELAY_MS);
        self.state.borrow_mut().attempts = attempts.saturating_add(1);
        self.retry_in(longest * (0.5 + 0.5 * js_sys::Math::random()));
    }

    fn retry_in(self: &Rc<Self>, delay_ms: f64) {
        let mut state = self.state.borrow_mut();
        if state.ended || state.retry.is_some() {
            return;
        }
        let connection = Rc::clone(self);
        state.retry = Some(Timeout::new(delay_ms as u32, move || connection.connect()));
    }

    /// The network is back or the tab is looked at again: do not wait for the timer.
    fn wake(self: &Rc<Self>) {
        if self.state.borrow().socket.is_some() {
            self.watch();
        } else {
            self.state.borrow_mut().attempts = 0;
            self.connect();
        }
    }

    fn watch(self: &Rc<Self>) {
        let (silent, lost_at) = {
            let state = self.state.borrow();
            (state.socket.is_some() && now() - state.heard_at > SILENCE_MS, state.lost_at)
        };
        if silent {
            self.lost();
        }
        if let Some(lost_at) = lost_at.filter(|lost_at| now() - lost_at > STALE_AFTER_MS) {
            self.feed.show(Link::Stale { since: time_of_day(lost_at) });
        }
    }

    /// Closes the present socket without listening to it any more.
    fn hang_up(&self) {
        let mut state = self.state.borrow_mut();
        state.lost_at.get_or_insert_with(now);
        state.ready = false;
        // What was not read is told again: the next socket goes on where reading ended.
        state.inbox.clear();
        if let Some(open) = state.socket.take() {
            open.socket.set_onmessage(None);
            open.socket.set_onclose(None);
            let _ = open.socket.close();
            // One of its closures may be running just now: drop them when it has returned.
            Timeout::new(0, move || drop(open)).forget();
        }
    }

    fn end(&self) {
        self.state.borrow_mut().ended = true;
        self.state.borrow_mut().retry = None;
        self.hang_up();
    }

    fn sign_in(&self) {
        self.end();
        let location = location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let _ = location.set_href(&format!("/sign-in?next={}", domain::view::escape(&here)));
    }
}

fn now() -> f64 {
    js_sys::Date::now()
}

fn time_of_day(instant_ms: f64) -> String {
    let date = js_sys::Date::new(&instant_ms.into());
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}
