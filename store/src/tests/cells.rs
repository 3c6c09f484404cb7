use crate::StoreError;
use crate::testing::{World, command};
use domain::account::{Change, EditProblem};
use domain::event::EventKind;
use domain::field::Field;
use domain::id::{AccountNumber, UserId};
use domain::paste::PASTE_ROWS_MAX;
use domain::policy::Role;
use domain::state::{Move, State};
use domain::status::Status;

fn owner(seen: Option<UserId>, to: Option<UserId>) -> Vec<Change> {
    vec![Change::Owner { seen, to }]
}

fn opt_out() -> Vec<Change> {
    vec![Change::State { seen: State::NotStarted, to: Move::OptOut }]
}

#[tokio::test]
async fn each_row_is_saved_or_refused_on_its_own_and_once() {
    let world = World::new().await;
    let [one, two] = [world.account("C-1").await, world.account("C-2").await];
    let acting = world.acting(Role::Operator);
    let me = Some(world.caller(Role::Operator).user);
    let id = command();
    let rows = vec![
        (one, owner(None, me.clone())),
        (two, owner(Some(UserId::from("somebody")), me.clone())),
        (AccountNumber(999), owner(None, me.clone())),
    ];
    for _ in 0..2 {
        let outcomes = acting.edit_cells(&world.migration, id.clone(), rows.clone()).await.unwrap();
        assert_eq!(outcomes.iter().map(|(account, _)| *account).collect::<Vec<_>>(), [one, two, AccountNumber(999)]);
        assert_eq!(outcomes[0].1.as_ref().unwrap().row.owner, me);
        assert!(matches!(outcomes[1].1, Err(StoreError::Edit(EditProblem::Conflict { .. }))));
        assert!(matches!(outcomes[2].1, Err(StoreError::NotFound(_))));
    }
    let history = acting.account(&world.migration, one).await.unwrap().history;
    let changes = history.iter().filter(|event| event.kind == EventKind::AccountChanged).count();
    assert_eq!(changes, 1, "sent twice, done once");
    world.check().await;
}

#[tokio::test]
async fn too_many_rows_and_one_row_twice_are_refused() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let twice = vec![(account, opt_out()), (account, opt_out())];
    assert!(matches!(acting.edit_cells(&world.migration, command(), twice).await, Err(StoreError::Refused(_))));
    let many = (0..=PASTE_ROWS_MAX as u32).map(|number| (AccountNumber(number), Vec::new())).collect();
    assert!(matches!(acting.edit_cells(&world.migration, command(), many).await, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn an_edit_of_ones_own_is_taken_back_and_the_undo_too() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let saved = acting.edit_account(&world.migration, account, command(), opt_out()).await.unwrap();
    let mut seq = saved.position.migration;
    for expected in [Status::NotStarted, Status::OptedOut, Status::NotStarted] {
        let outcomes = acting.undo_edits(&world.migration, command(), vec![(account, seq)]).await.unwrap();
        let undone = outcomes[0].1.as_ref().unwrap();
        assert_eq!(undone.row.state.status(), expected);
        seq = undone.position.migration;
    }
    let event = &acting.account(&world.migration, account).await.unwrap().history[0];
    assert_eq!(event.kind, EventKind::AccountChangeUndone);
    let fields: Vec<_> = event.changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, [Field::Status, Field::Undone], "people do not read the whole state");
    world.check().await;
}

#[tokio::test]
async fn what_others_did_is_not_undone() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let (operator, lead) = (world.acting(Role::Operator), world.acting(Role::Lead));
    let [mine, theirs] = [Role::Operator, Role::Lead].map(|role| Some(world.caller(role).user));
    let first = operator.edit_account(&world.migration, account, command(), owner(None, mine.clone())).await.unwrap();
    let undo = |seq| operator.undo_edits(&world.migration, command(), vec![(account, seq)]);

    let second = lead.edit_account(&world.migration, account, command(), owner(mine, theirs.clone())).await.unwrap();
    let outcomes = undo(first.position.migration).await.unwrap();
    let Err(StoreError::Edit(EditProblem::Conflict { field, theirs: now })) = &outcomes[0].1 else {
        panic!("{:?}", outcomes[0].1)
    };
    assert_eq!((*field, now.touched.of(*field), now.owner.clone()), (Field::Owner, second.position.migration, theirs));

    for seq in [second.position.migration, 1, 9_999] {
        let outcomes = undo(seq).await.unwrap();
        assert!(matches!(outcomes[0].1, Err(StoreError::Refused(_))), "event {seq}");
    }
}
