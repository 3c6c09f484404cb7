use crate::StoreError;
use crate::model::table::TableQuery;
use crate::testing::{World, command, reopened_from};
use chrono::NaiveDate;
use domain::account::Change;
use domain::blocker::BlockerCategory;
use domain::cohort::CohortStage;
use domain::event::EventKind;
use domain::field::Field;
use domain::migration::MigrationStage;
use domain::policy::Role;
use domain::state::{Move, State};
use domain::status::Status;
use domain::view::{Column, Sort, View};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule(seen: State, date: &str) -> Change {
    Change::State { seen, to: Move::Schedule { date: day(date), pinned: None } }
}

#[tokio::test]
async fn an_edit_is_saved_with_its_event_and_shows_in_the_history() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let change = schedule(State::NotStarted, "2026-06-01");
    let result = acting.edit_account(&world.migration, account, command(), vec![change]).await.unwrap();
    assert_eq!(result.row.state.scheduled_for(), Some(day("2026-06-01")));

    let view = acting.account(&world.migration, account).await.unwrap();
    assert_eq!(view.row, result.row);
    let kinds: Vec<_> = view.history.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::AccountChanged, EventKind::AccountCreated]);
    let fields: Vec<_> = view.history[0].changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, [Field::Status, Field::ScheduledFor]);
    assert_eq!(view.history[0].actor.user(), Some(&world.caller(Role::Operator).user));
    world.check().await;
}

#[tokio::test]
async fn edits_of_different_fields_merge_and_of_the_same_field_conflict() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let edit = |change| acting.edit_account(&world.migration, account, command(), vec![change]);
    edit(schedule(State::NotStarted, "2026-06-01")).await.unwrap();
    // This author still sees the account as not started, but changes another field.
    let owner = Some(world.caller(Role::Viewer).user);
    let result = edit(Change::Owner { seen: None, to: owner.clone() }).await.unwrap();
    assert_eq!((result.row.owner, result.row.state.status()), (owner, Status::Scheduled));

    let error = edit(schedule(State::NotStarted, "2026-06-09")).await.unwrap_err();
    let (field, theirs) = error.conflict().expect("a conflict");
    assert_eq!(field, Field::Status);
    assert_eq!(theirs.state.scheduled_for(), Some(day("2026-06-01")));
    // Having seen their value, the author insists.
    edit(schedule(theirs.state.clone(), "2026-06-09")).await.unwrap();
    let row = acting.row(&world.migration, account).await.unwrap();
    assert_eq!(row.state.scheduled_for(), Some(day("2026-06-09")));
    world.check().await;
}

#[tokio::test]
async fn a_repeated_command_is_answered_and_not_executed_again() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let id = command();
    let edit = || vec![schedule(State::NotStarted, "2026-06-01")];
    let first = acting.edit_account(&world.migration, account, id.clone(), edit()).await.unwrap();
    let second = acting.edit_account(&world.migration, account, id.clone(), edit()).await.unwrap();
    assert_eq!(first.row, second.row);
    acting.comment(&world.migration, account, command(), "One".into()).await.unwrap();
    let comment = command();
    for _ in 0..2 {
        acting.comment(&world.migration, account, comment.clone(), "Two".into()).await.unwrap();
    }
    let view = acting.account(&world.migration, account).await.unwrap();
    assert_eq!(view.history.len(), 4, "created, changed, two comments: {:?}", view.history);
}

#[tokio::test]
async fn a_refused_transition_names_the_rule_and_writes_nothing() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let start = Change::State { seen: State::NotStarted, to: Move::Start };
    let before = world.store.model().position(&world.migration);
    let error = acting.edit_account(&world.migration, account, command(), vec![start.clone()]).await.unwrap_err();
    assert!(error.to_string().contains("The migration is a draft"), "{error}");
    assert_eq!(world.store.model().position(&world.migration), before);

    world.start().await;
    let cohort = world.cohort("Pilot").await;
    let join = Change::Cohort { seen: None, to: Some(cohort) };
    acting.edit_account(&world.migration, account, command(), vec![join]).await.unwrap();
    let error = acting.edit_account(&world.migration, account, command(), vec![start.clone()]).await.unwrap_err();
    assert!(error.to_string().contains("Its cohort is planned"), "{error}");
    let lead = world.acting(Role::Lead);
    lead.move_cohort(&world.migration, cohort, CohortStage::Running, "window".into()).await.unwrap();
    acting.edit_account(&world.migration, account, command(), vec![start]).await.unwrap();
    world.check().await;
}

#[tokio::test]
async fn halting_a_cohort_lets_accounts_in_progress_finish() {
    let world = World::new().await;
    world.start().await;
    let account = world.account("C-1").await;
    let cohort = world.cohort("Pilot").await;
    let (lead, operator) = (world.acting(Role::Lead), world.acting(Role::Operator));
    lead.move_cohort(&world.migration, cohort, CohortStage::Running, "go".into()).await.unwrap();
    let changes = vec![
        Change::Cohort { seen: None, to: Some(cohort) },
        Change::State { seen: State::NotStarted, to: Move::Start },
    ];
    let started = operator.edit_account(&world.migration, account, command(), changes).await.unwrap();
    lead.move_cohort(&world.migration, cohort, CohortStage::Halted, "errors".into()).await.unwrap();
    let block = Move::Block { category: BlockerCategory::Data, text: "Duplicates".into() };
    let change = Change::State { seen: started.row.state, to: block };
    let blocked = operator.edit_account(&world.migration, account, command(), vec![change]).await.unwrap();
    let resume = Change::State { seen: blocked.row.state, to: Move::Resume };
    let error = operator.edit_account(&world.migration, account, command(), vec![resume]).await.unwrap_err();
    assert!(error.to_string().contains("Its cohort is halted"), "{error}");
}

#[tokio::test]
async fn stages_move_only_along_their_arrows_and_with_a_reason() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let move_to = |to, reason: &str| lead.move_migration(&world.migration, to, reason.to_owned());
    assert!(matches!(move_to(MigrationStage::Paused, "why").await, Err(StoreError::Refused(_))));
    assert!(matches!(move_to(MigrationStage::Running, "  ").await, Err(StoreError::Invalid(_))));
    move_to(MigrationStage::Running, "kick-off").await.unwrap();
    move_to(MigrationStage::Paused, "incident").await.unwrap();
    move_to(MigrationStage::Closed, "done").await.unwrap();
    assert!(matches!(move_to(MigrationStage::Running, "again").await, Err(StoreError::Refused(_))));
    world.check().await;
}

#[tokio::test]
async fn the_table_filters_sorts_counts_and_follows_changes() {
    let world = World::new().await;
    for number in [10, 9, 100] {
        world.account(&format!("C-{number}")).await;
    }
    let acting = world.acting(Role::Operator);
    let ask = async |view: View| {
        let query = TableQuery { view, offset: 0, limit: 50 };
        acting.table(&world.migration, &query, None).await.unwrap()
    };
    let ids = |rows: &[domain::account::Row]| rows.iter().map(|row| row.external_id.0.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&ask(View::default()).await.rows), ["C-9", "C-10", "C-100"]);
    let by_date = View { sort: vec![Sort { column: Column::Date, descending: true }], ..View::default() };
    assert_eq!(ids(&ask(by_date.clone()).await.rows), ["C-10", "C-9", "C-100"], "no dates: by number");

    let first = ask(View::default()).await.rows[0].number;
    let change = schedule(State::NotStarted, "2026-06-01");
    let saved = acting.edit_account(&world.migration, first, command(), vec![change]).await.unwrap();
    let result = ask(by_date).await;
    assert!(result.position.covers(&saved.position));
    assert_eq!(ids(&result.rows), ["C-9", "C-10", "C-100"], "blanks last also downwards");

    let scheduled = View { statuses: vec![Status::Scheduled], ..View::default() };
    let result = ask(scheduled).await;
    assert_eq!((result.all, result.matching), (3, 1));
    assert_eq!(result.counts.of(Status::NotStarted), 2, "the counts ignore the condition on the status");
    let found = ask(View { search: "c-100 LTD".into(), ..View::default() }).await;
    assert_eq!(ids(&found.rows), ["C-100"]);
}

#[tokio::test]
async fn everything_acknowledged_is_there_after_reopening_the_disk() {
    let world = World::on_disk().await;
    let account = world.account("C-1").await;
    let change = schedule(State::NotStarted, "2026-06-01");
    let acting = world.acting(Role::Operator);
    acting.edit_account(&world.migration, account, command(), vec![change]).await.unwrap();
    world.check().await;
    world.store.close().await;
    let refused = world.acting(Role::Operator).comment(&world.migration, account, command(), "late".into()).await;
    assert!(matches!(refused, Err(StoreError::Stopping)));

    let world = reopened_from(world).await;
    let row = world.store.model().migration(&world.migration).unwrap().table.row(account).cloned().unwrap();
    assert_eq!(row.state.scheduled_for(), Some(day("2026-06-01")));
    world.check().await;
}

#[tokio::test]
async fn two_stores_on_one_database_write_one_gapless_chain() {
    // Several app servers on one database: the second finds the head moved, reads again, and writes after it.
    let world = World::new().await;
    let account = world.account("C-1").await;
    let twin = world.store.twin().await;
    let caller = world.caller(Role::Operator);
    for (index, store) in [&world.store, &twin, &world.store, &twin].into_iter().enumerate() {
        let text = format!("Comment {index}");
        store.acting_as(caller.clone()).comment(&world.migration, account, command(), text).await.unwrap();
    }
    let events = twin.acting_as(caller).account(&world.migration, account).await.unwrap().history;
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::CommentAdded).count(), 4);
    for verdict in twin.system("test").verify(&[]).await.unwrap() {
        assert_eq!(verdict.broken, None);
    }
}
