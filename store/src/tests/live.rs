use crate::testing::{World, command};
use domain::account::Change;
use domain::event::Position;
use domain::live::LiveMessage;
use domain::policy::Role;
use domain::state::{Move, State};

#[tokio::test]
async fn listeners_hear_every_change_in_the_order_of_the_log() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let mut changes = world.store.listen();
    let acting = world.acting(Role::Operator);
    for index in 0..20 {
        acting.comment(&world.migration, account, command(), format!("{index}")).await.unwrap();
    }
    let mut last = 0;
    for _ in 0..20 {
        let change = changes.recv().await.unwrap();
        let message: LiveMessage = serde_json::from_str(&change.text).unwrap();
        let LiveMessage::Rows { position, by, rows } = message else { panic!("{message:?}") };
        assert_eq!(by, Some(world.caller(Role::Operator).user));
        assert_eq!(rows.len(), 1);
        assert!(position.migration == last + 1 || last == 0, "{} after {last}", position.migration);
        last = position.migration;
    }
}

#[tokio::test]
async fn a_page_that_comes_back_is_told_what_it_missed() {
    let world = World::new().await;
    let first = world.account("C-1").await;
    world.account("C-2").await;
    let since = world.store.model().position(&world.migration);
    let acting = world.acting(Role::Operator);
    let opt_out = Change::State { seen: State::NotStarted, to: Move::OptOut };
    acting.edit_account(&world.migration, first, command(), vec![opt_out]).await.unwrap();
    let (position, rows) = acting.changed_since(&world.migration, &since).await.unwrap();
    assert!(position.covers(&since));
    assert_eq!(rows.unwrap().iter().map(|row| row.number).collect::<Vec<_>>(), [first]);
    // A position from the future (the database was restored) is told to take everything anew.
    let ahead = Position { workspace: 0, migration: 10_000 };
    assert_eq!(acting.changed_since(&world.migration, &ahead).await.unwrap().1, None);
}
