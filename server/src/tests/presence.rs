//! Who is where, over two real WebSockets.

use super::live::{Socket, next, open};
use super::world::World;
use domain::id::AccountNumber;
use domain::live::{LiveMessage, PageMessage, Place};
use domain::policy::Role;
use domain::view::Column;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

async fn sit(world: &World, role: Role) -> Socket {
    let caller = world.caller(role);
    let token = world.store.sign_in(&caller.user, "").await.unwrap();
    let start = world.store.acting_as(caller).migration_by_slug("ledger-3").await.unwrap().position;
    let mut socket = open(world, Some(&token), start, None).await.unwrap();
    while !matches!(next(&mut socket).await, LiveMessage::Ready { .. }) {}
    socket
}

async fn say(socket: &mut Socket, account: u32) {
    let at = Some(Place { account: AccountNumber(account), column: Some(Column::Owner) });
    let text = serde_json::to_string(&PageMessage::Here { at }).unwrap();
    socket.send(Message::Text(text.into())).await.unwrap();
}

async fn hear(socket: &mut Socket) -> (domain::id::UserId, Option<AccountNumber>) {
    loop {
        if let LiveMessage::Presence { by, at, .. } = next(socket).await {
            return (by, at.map(|place| place.account));
        }
    }
}

#[tokio::test]
async fn others_see_where_somebody_is_also_when_they_come_later_and_until_they_leave() {
    let world = World::new().await;
    let lead = world.caller(Role::Lead).user;
    let mut first = sit(&world, Role::Operator).await;
    let mut leads = sit(&world, Role::Lead).await;
    say(&mut leads, 2).await;
    assert_eq!(hear(&mut first).await, (lead.clone(), Some(AccountNumber(2))));
    let mut late = sit(&world, Role::Viewer).await;
    say(&mut leads, 1).await;
    // The one who came later was told the place at once, before the next.
    let mut heard = hear(&mut late).await;
    if heard.1 == Some(AccountNumber(2)) {
        heard = hear(&mut late).await;
    }
    assert_eq!(heard, (lead.clone(), Some(AccountNumber(1))));
    assert_eq!(hear(&mut first).await, (lead.clone(), Some(AccountNumber(1))));
    drop(leads);
    assert_eq!(hear(&mut first).await, (lead, None));
}

#[tokio::test]
async fn accounts_that_are_not_there_and_nonsense_are_passed_over_and_floods_are_cut_off() {
    let world = World::new().await;
    let mut listener = sit(&world, Role::Operator).await;
    let mut talker = sit(&world, Role::Lead).await;
    say(&mut talker, 999).await;
    talker.send(Message::Text("nonsense".into())).await.unwrap();
    say(&mut talker, 1).await;
    assert_eq!(hear(&mut listener).await.1, Some(AccountNumber(1)), "the first that was passed on");
    for _ in 0..200 {
        if talker.send(Message::Text("{}".into())).await.is_err() {
            break;
        }
    }
    // Its connection is closed, so that its place is empty.
    while let Some(Ok(_)) = talker.next().await {}
    assert_eq!(hear(&mut listener).await.1, None);
}
