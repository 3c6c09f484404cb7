//! The live feed over a real WebSocket.

use super::world::World;
use domain::event::Position;
use domain::id::{AccountNumber, CommandId};
use domain::live::LiveMessage;
use domain::policy::Role;
use domain::saved_view::Arrangement;
use domain::view::{Column, ColumnChoice};
use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn open(world: &World, token: Option<&str>, since: Position, origin: Option<&str>) -> Result<Socket, Error> {
    let query = format!("migration={}&workspace={}&seq={}", world.migration, since.workspace, since.migration);
    let mut request = format!("ws://{}/live?{query}", world.address).into_client_request().unwrap();
    if let Some(token) = token {
        request.headers_mut().insert("cookie", format!("session={token}").parse().unwrap());
    }
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

pub async fn next(socket: &mut Socket) -> LiveMessage {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn the_feed_is_for_signed_in_users_of_our_own_pages() {
    let world = World::new().await;
    let token = world.store.sign_in(&world.caller(Role::Viewer).user, "").await.unwrap();
    let refused = |outcome: Result<Socket, Error>| match outcome {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("the handshake was not refused: {other:?}"),
    };
    assert_eq!(refused(open(&world, None, Position::default(), None).await), 303);
    assert_eq!(refused(open(&world, Some("forged"), Position::default(), None).await), 303);
    assert_eq!(refused(open(&world, Some(&token), Position::default(), Some("https://evil.example")).await), 403);
}

#[tokio::test]
async fn a_page_hears_changes_in_order_and_catches_up_after_a_gap() {
    let world = World::new().await;
    let viewer = world.caller(Role::Viewer);
    let token = world.store.sign_in(&viewer.user, "").await.unwrap();
    let acting = world.store.acting_as(viewer);
    let start = acting.migration_by_slug("ledger-3").await.unwrap().position;
    let mut socket = open(&world, Some(&token), start, None).await.unwrap();
    assert_eq!(next(&mut socket).await, LiveMessage::Ready { position: start });
    let comment = async |n: u32| {
        let id = CommandId(format!("comment-{n}"));
        acting.comment(&world.migration, AccountNumber(1), id, format!("{n}")).await.unwrap();
    };
    comment(1).await;
    comment(2).await;
    for n in 1..=2 {
        let LiveMessage::Rows { position, rows, .. } = next(&mut socket).await else { panic!("no rows") };
        assert_eq!((position.migration, rows[0].number), (start.migration + n, AccountNumber(1)));
    }
    drop(socket);
    let operator = world.store.acting_as(world.caller(Role::Operator));
    let opt_out =
        domain::account::Change::State { seen: domain::state::State::NotStarted, to: domain::state::Move::OptOut };
    operator
        .edit_account(&world.migration, AccountNumber(2), CommandId("opt-out-1".into()), vec![opt_out])
        .await
        .unwrap();
    let since = Position { migration: start.migration + 2, ..start };
    let mut socket = open(&world, Some(&token), since, None).await.unwrap();
    let LiveMessage::Rows { rows, .. } = next(&mut socket).await else { panic!("nothing to catch up with") };
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [AccountNumber(2)]);
}

#[tokio::test]
async fn a_feed_ends_with_its_session_and_with_the_server() {
    let world = World::new().await;
    let viewer = world.caller(Role::Viewer);
    let token = world.store.sign_in(&viewer.user, "").await.unwrap();
    let mut socket =
        open(&world, Some(&token), Position { workspace: 999_999, migration: 999_999 }, None).await.unwrap();
    assert!(matches!(next(&mut socket).await, LiveMessage::Resync { .. }), "a position from the future");
    let admin = world.store.acting_as(world.caller(Role::Admin));
    admin.set_disabled(&viewer.user, true).await.unwrap();
    let ended = async {
        while next(&mut socket).await != LiveMessage::SignedOut {}
        while let Some(Ok(_)) = socket.next().await {}
    };
    ended.await;

    let token = world.store.sign_in(&world.caller(Role::Lead).user, "").await.unwrap();
    let mut socket = open(&world, Some(&token), Position::default(), None).await.unwrap();
    next(&mut socket).await;
    world.stop.send(true).unwrap();
    while next(&mut socket).await != LiveMessage::Restarting {}
}

#[tokio::test]
async fn how_somebody_arranges_the_table_is_told_to_their_own_screens_alone() {
    let world = World::new().await;
    let mut tokens = Vec::new();
    for role in [Role::Viewer, Role::Viewer, Role::Operator] {
        tokens.push(world.store.sign_in(&world.caller(role).user, "").await.unwrap());
    }
    // Signing in is an event, too: what the pages know is as of after it.
    let start = world.store.acting_as(world.caller(Role::Viewer)).migration_by_slug("ledger-3").await.unwrap().position;
    let mut sockets = Vec::new();
    for token in tokens {
        let mut socket = open(&world, Some(&token), start, None).await.unwrap();
        assert_eq!(next(&mut socket).await, LiveMessage::Ready { position: start });
        sockets.push(socket);
    }
    let viewer = world.store.acting_as(world.caller(Role::Viewer));
    let columns = vec![ColumnChoice::plain(Column::Name)];
    viewer.arrange(&world.migration, Arrangement { columns, ..Arrangement::default() }).await.unwrap();
    viewer.comment(&world.migration, AccountNumber(1), CommandId("comment-1".into()), "after it".into()).await.unwrap();
    let (theirs, others) = sockets.split_at_mut(2);
    for socket in theirs {
        assert_eq!(next(socket).await, LiveMessage::Arranged);
        assert!(matches!(next(socket).await, LiveMessage::Rows { .. }));
    }
    assert!(matches!(next(&mut others[0]).await, LiveMessage::Rows { .. }), "it is nobody else's business");
}
