use crate::imports::ImportPhase;
use crate::testing::{World, command, reopened_from};
use crate::writer::Store;
use crate::{BulkPreview, StoreError};
use domain::account::{Change, Row};
use domain::bulk::{BULK_SMALL_MAX, BulkChange, BulkScope, BulkStage};
use domain::event::{EventKind, Recorded};
use domain::field::Field;
use domain::id::{AccountNumber, BulkId, ImportId};
use domain::live::LiveMessage;
use domain::policy::{Action, Role};
use domain::state::{Move, Plan, State};
use domain::status::Status;
use domain::view::View;
use std::time::Duration;

/// Imports accounts `C-1` to `C-n`, so that tests can have many quickly; answers the import.
async fn filled(world: &World, accounts: u32) -> ImportId {
    let mut file = String::from("id,name\n");
    for number in 1..=accounts {
        file.push_str(&format!("C-{number},Customer {number}\n"));
    }
    import(world, &file).await
}

async fn import(world: &World, file: &str) -> ImportId {
    let lead = world.acting(Role::Lead);
    let id = lead.upload_import(&world.migration, "accounts.csv", file.as_bytes().to_vec()).await.unwrap();
    lead.check_import(&world.migration, &id).await.unwrap();
    until(world, |world| matches!(world.store.model().imports[&id].phase, ImportPhase::Checked { .. })).await;
    lead.commit_import(&world.migration, &id, false).await.unwrap();
    until(world, |world| matches!(world.store.model().imports[&id].phase, ImportPhase::Finished { .. })).await;
    id
}

async fn until(world: &World, done: impl Fn(&World) -> bool) {
    reach(&world.store, || done(world)).await;
}

/// Waits until a job has brought the store so far.
async fn reach(store: &Store, done: impl Fn() -> bool) {
    let mut committed = store.commits();
    let wait = async {
        while !done() {
            committed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("the job goes on");
}

fn stage(store: &Store, id: &BulkId) -> Option<BulkStage> {
    store.model().bulks.get(id).map(|bulk| bulk.progress.stage)
}

async fn ended(world: &World, id: &BulkId) {
    let over = [Some(BulkStage::Done), Some(BulkStage::Cancelled), Some(BulkStage::Undone)];
    until(world, |world| over.contains(&stage(&world.store, id))).await;
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> BulkScope {
    BulkScope::Accounts { numbers: range.map(AccountNumber).collect() }
}

fn schedule() -> BulkChange {
    BulkChange::State { to: Move::Schedule { date: "2026-06-02".parse().unwrap(), pinned: None } }
}

fn row(world: &World, number: u32) -> Option<Row> {
    world.store.model().migration(&world.migration).unwrap().table.row(AccountNumber(number)).cloned()
}

async fn edit(world: &World, role: Role, number: u32, change: Change) {
    world.clock.advance(chrono::Duration::seconds(1));
    let acting = world.acting(role);
    acting.edit_account(&world.migration, AccountNumber(number), command(), vec![change]).await.unwrap();
}

async fn opt_out(world: &World, number: u32) {
    let seen = row(world, number).unwrap().state;
    edit(world, Role::Admin, number, Change::State { seen, to: Move::OptOut }).await;
}

async fn run(world: &World, role: Role, scope: &BulkScope, change: BulkChange) -> BulkId {
    let id = world.acting(role).start_bulk(&world.migration, command(), scope, change).await.unwrap();
    ended(world, &id).await;
    id
}

async fn undo(world: &World, role: Role, id: &BulkId) {
    world.acting(role).undo_bulk(&world.migration, id).await.unwrap();
    ended(world, id).await;
}

#[tokio::test]
async fn what_the_preview_says_is_what_happens() {
    let world = World::new().await;
    filled(&world, 60).await;
    for number in 1..=5 {
        opt_out(&world, number).await;
    }
    for number in 6..=8 {
        let to = Move::Schedule { date: "2026-06-02".parse().unwrap(), pinned: None };
        edit(&world, Role::Operator, number, Change::State { seen: State::NotStarted, to }).await;
    }
    let operator = world.acting(Role::Operator);
    let scope = numbers(1..=70);
    let preview: BulkPreview = operator.preview_bulk(&world.migration, &scope, &schedule()).await.unwrap();
    let report = &preview.report;
    assert_eq!((preview.total, report.changed, report.unchanged, report.refused), (70, 52, 3, 15), "{report:#?}");
    let reasons: Vec<_> = report.reasons.sorted().iter().map(|reason| (reason.count, reason.words.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (10, "There is no such account any more."),
            (5, "Opted out cannot become Scheduled. From Opted out it may go to Not started."),
        ]
    );
    assert_eq!(preview.samples.len(), 5);
    let (before, after) = &preview.samples[0];
    assert_eq!((before.state.status(), after.state.status()), (Status::NotStarted, Status::Scheduled));
    assert_eq!(row(&world, 9).unwrap().state, State::NotStarted, "a preview changes nothing");

    let id = run(&world, Role::Operator, &scope, schedule()).await;
    let bulk = operator.bulk(&world.migration, &id).await.unwrap();
    assert_eq!(bulk.progress.report, preview.report);
    assert_eq!((bulk.progress.stage, bulk.progress.done), (BulkStage::Done, 70));
    let plan = Plan { date: "2026-06-02".parse().unwrap(), pinned: None };
    assert_eq!(row(&world, 9).unwrap().state, State::Scheduled { plan });
    assert_eq!(row(&world, 1).unwrap().state, State::OptedOut);

    let history = operator.account(&world.migration, AccountNumber(9)).await.unwrap().history;
    assert_eq!(history[0].kind, EventKind::AccountsChangedInBulk);
    assert_eq!(history[0].subject, domain::event::Subject::Bulk(id));
    let changes: Vec<_> = history[0].changes.iter().map(|change| (change.field, change.after.clone())).collect();
    let value = |text: &str| Recorded::Value(text.into());
    assert_eq!(changes, [(Field::Status, value("scheduled")), (Field::ScheduledFor, value("2026-06-02"))]);
    world.check().await;
}

#[tokio::test]
async fn how_many_accounts_decides_at_the_store_who_may() {
    let world = World::new().await;
    filled(&world, BULK_SMALL_MAX + 1).await;
    let operator = world.acting(Role::Operator);
    let owner = BulkChange::Owner { to: Some(world.caller(Role::Lead).user) };
    let all = BulkScope::Matching { view: Box::default(), at_least: None };
    let preview = operator.preview_bulk(&world.migration, &all, &owner).await.unwrap();
    assert_eq!((preview.total, preview.lacks), (BULK_SMALL_MAX + 1, Some(Action::BulkEditMany)));
    let denied = operator.start_bulk(&world.migration, command(), &all, owner.clone()).await;
    assert!(matches!(denied, Err(StoreError::Denied(Action::BulkEditMany))), "{denied:?}");
    let roll_back = BulkChange::State { to: Move::RollBack { reason: "wrong tax".into() } };
    let denied = operator.start_bulk(&world.migration, command(), &numbers(1..=2), roll_back).await;
    assert!(matches!(denied, Err(StoreError::Denied(Action::BulkRollBack))), "{denied:?}");
    assert!(world.store.model().bulks.is_empty());

    let id = run(&world, Role::Lead, &all, owner.clone()).await;
    assert_eq!(world.store.model().bulks[&id].progress.report.changed, BULK_SMALL_MAX + 1);
    let denied = operator.undo_bulk(&world.migration, &id).await;
    assert!(matches!(denied, Err(StoreError::Denied(Action::UndoOthers))), "{denied:?}");

    let nobody = BulkChange::Owner { to: None };
    let id = run(&world, Role::Operator, &numbers(1..=BULK_SMALL_MAX), nobody).await;
    undo(&world, Role::Operator, &id).await;
    let none =
        operator.start_bulk(&world.migration, command(), &BulkScope::Accounts { numbers: Vec::new() }, owner).await;
    assert!(matches!(none, Err(StoreError::Refused(_))));
    world.check().await;
}

#[tokio::test]
async fn a_change_sent_twice_runs_once() {
    let world = World::new().await;
    filled(&world, 10).await;
    let operator = world.acting(Role::Operator);
    let sent = command();
    for _ in 0..2 {
        let id = operator.start_bulk(&world.migration, sent.clone(), &numbers(1..=10), schedule()).await.unwrap();
        ended(&world, &id).await;
    }
    assert_eq!(world.store.model().bulks.len(), 1);
    let history = operator.account(&world.migration, AccountNumber(1)).await.unwrap().history;
    assert_eq!(history.len(), 2, "created and scheduled: {history:?}");
}

#[tokio::test]
async fn an_undo_restores_what_is_as_it_was_left_and_says_what_not() {
    let world = World::new().await;
    filled(&world, 40).await;
    let lead = world.caller(Role::Lead).user;
    let block = BulkChange::State {
        to: Move::Block { category: domain::blocker::BlockerCategory::Data, text: "Waits for Ms Halvorsen".into() },
    };
    let id = run(&world, Role::Operator, &numbers(1..=40), block).await;
    // Another field of one, the same field of another.
    edit(&world, Role::Admin, 1, Change::Owner { seen: None, to: Some(lead.clone()) }).await;
    opt_out(&world, 2).await;

    let operator = world.acting(Role::Operator);
    let preview = operator.preview_undo(&world.migration, &id).await.unwrap();
    assert_eq!((preview.report.restored, preview.report.kept, preview.report.removed), (39, 1, 0));
    let [reason] = preview.report.reasons.0.as_slice() else { panic!("{preview:?}") };
    assert_eq!((reason.words.as_str(), reason.accounts.as_slice()), ("Status changed since", &[AccountNumber(2)][..]));
    assert_eq!(reason.who, Some(world.caller(Role::Admin).user));
    assert_eq!(preview.samples.len(), 5);

    undo(&world, Role::Operator, &id).await;
    assert!(!world.dump_of(&["bulk"]).await.contains("Halvorsen"), "free text stays only where it can be erased");
    let bulk = operator.bulk(&world.migration, &id).await.unwrap();
    assert_eq!(bulk.progress.stage, BulkStage::Undone);
    assert_eq!(bulk.progress.undo.unwrap().report, preview.report);
    assert_eq!((row(&world, 1).unwrap().state, row(&world, 1).unwrap().owner), (State::NotStarted, Some(lead)));
    assert_eq!(row(&world, 2).unwrap().state, State::OptedOut);
    assert_eq!(row(&world, 3).unwrap().state, State::NotStarted);

    let history = operator.account(&world.migration, AccountNumber(3)).await.unwrap().history;
    let kinds: Vec<_> = history.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::BulkUndone, EventKind::AccountsChangedInBulk, EventKind::AccountCreated]);
    let text = history[0].changes.iter().find(|change| change.field == Field::BlockerText).unwrap();
    assert_eq!(text.before, Recorded::Value("Waits for Ms Halvorsen".into()));
    assert!(text.after.is_nothing());
    let again = operator.undo_bulk(&world.migration, &id).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    world.check().await;
}

#[tokio::test]
async fn an_undo_is_possible_for_thirty_days() {
    let world = World::new().await;
    filled(&world, 3).await;
    let id = run(&world, Role::Operator, &numbers(1..=3), schedule()).await;
    let nothing = run(&world, Role::Operator, &numbers(1..=3), schedule()).await;
    let operator = world.acting(Role::Operator);
    assert!(matches!(operator.undo_bulk(&world.migration, &nothing).await, Err(StoreError::Refused(_))));
    world.clock.advance(chrono::Duration::days(30));
    assert!(operator.preview_undo(&world.migration, &id).await.is_ok());
    world.clock.advance(chrono::Duration::seconds(1));
    let late = operator.undo_bulk(&world.migration, &id).await;
    assert!(matches!(&late, Err(StoreError::Refused(text)) if text.contains("30 days")), "{late:?}");
}

#[tokio::test]
async fn what_was_erased_is_not_brought_back() {
    let world = World::new().await;
    filled(&world, 3).await;
    let pinned = Some("Ms Halvorsen asked for it".to_owned());
    let plan = Move::Schedule { date: "2026-06-02".parse().unwrap(), pinned };
    edit(&world, Role::Operator, 1, Change::State { seen: State::NotStarted, to: plan }).await;
    let id = run(&world, Role::Operator, &numbers(1..=3), BulkChange::State { to: Move::Reset }).await;
    assert!(world.dump_of(&["personal"]).await.contains("Halvorsen asked"));
    let person = domain::event::PersonRef::Customer("C-1".into());
    world.acting(Role::Admin).erase_person(&person, "asked for it").await.unwrap();
    assert!(!world.dump().await.contains("Halvorsen asked"));
    undo(&world, Role::Operator, &id).await;
    let undone = world.store.model().bulks[&id].progress.undo.clone().unwrap().report;
    assert_eq!((undone.restored, undone.kept), (0, 1), "{undone:?}");
    assert!(undone.reasons.0[0].words.contains("not kept"));
    world.check().await;
}

#[tokio::test]
async fn a_cancelled_change_stays_as_far_as_it_came_and_can_be_undone() {
    let world = World::new().await;
    filled(&world, 300).await;
    let id = world.store.start_without_job(&world, &numbers(1..=300), schedule()).await;
    world.store.write_one_bulk_chunk(&id, 100).await;
    let operator = world.acting(Role::Operator);
    assert!(matches!(operator.undo_bulk(&world.migration, &id).await, Err(StoreError::Refused(_))), "it is running");
    operator.cancel_bulk(&world.migration, &id).await.unwrap();
    // The job meets the end between two chunks.
    world.store.run_bulk(&id).await.unwrap();
    assert_eq!(stage(&world.store, &id), Some(BulkStage::Cancelled));
    let scheduled = || world.store.model().migration(&world.migration).unwrap().table.counts().of(Status::Scheduled);
    assert_eq!(scheduled(), 100);
    assert!(matches!(operator.cancel_bulk(&world.migration, &id).await, Err(StoreError::Refused(_))));
    undo(&world, Role::Operator, &id).await;
    assert_eq!(scheduled(), 0);
    assert!(!world.dump_of(&["bulk_scope"]).await.contains("1-300"));
    world.check().await;
}

#[tokio::test]
async fn short_pieces_of_a_change_are_taken_back_together() {
    let world = World::new().await;
    filled(&world, 120).await;
    let id = world.store.start_without_job(&world, &numbers(1..=120), schedule()).await;
    for _ in 0..24 {
        world.store.write_one_bulk_chunk(&id, 5).await;
    }
    assert_eq!(stage(&world.store, &id), Some(BulkStage::Done));
    let written = || world.store.model().position(&world.migration).migration;
    let before = written();
    undo(&world, Role::Lead, &id).await;
    let undone = world.store.model().bulks[&id].progress.undo.clone().unwrap();
    assert_eq!((undone.report.restored, undone.report.kept, undone.done), (120, 0, 120));
    // Its beginning, the first hundred, the rest, its end.
    assert_eq!(written() - before, 4);
    let counts = world.store.model().migration(&world.migration).unwrap().table.counts();
    assert_eq!(counts.of(Status::NotStarted), 120);
    world.check().await;
}

#[tokio::test]
async fn a_killed_change_and_its_killed_undo_go_on_where_they_were() {
    let world = World::on_disk().await;
    filled(&world, 450).await;
    let id = world.store.start_without_job(&world, &numbers(1..=450), schedule()).await;
    world.store.write_one_bulk_chunk(&id, 200).await;
    // The accounts of the change are those of its start.
    let world = reopened_from(world).await;
    let store = &world.store;
    assert_eq!(store.model().bulks[&id].progress.done, 200);
    store.resume_bulks();
    reach(store, || stage(store, &id) == Some(BulkStage::Done)).await;
    let report = store.model().bulks[&id].progress.report.clone();
    assert_eq!((report.changed, report.unchanged, report.refused), (450, 0, 0), "no account twice, none left out");
    let operator = world.acting(Role::Operator);
    assert!(operator.preview_undo(&world.migration, &id).await.is_ok());

    // The undo begins, and the server dies at once.
    operator.undo_bulk(&world.migration, &id).await.unwrap();
    drop(operator);
    let world = reopened_from(world).await;
    let store = &world.store;
    store.resume_bulks();
    reach(store, || stage(store, &id) == Some(BulkStage::Undone)).await;
    let undone = store.model().bulks[&id].progress.undo.clone().unwrap();
    assert_eq!((undone.report.restored, undone.report.kept, undone.done), (450, 0, 450));
    let counts = store.model().migration(&world.migration).unwrap().table.counts();
    assert_eq!(counts.of(Status::NotStarted), 450);
    world.check().await;
}

#[tokio::test]
async fn edits_are_answered_while_a_large_change_runs() {
    let world = World::new().await;
    filled(&world, 5_000).await;
    let lead = world.acting(Role::Lead);
    let all = BulkScope::Matching { view: Box::default(), at_least: None };
    let owner = BulkChange::Owner { to: Some(world.caller(Role::Lead).user) };
    let id = lead.start_bulk(&world.migration, command(), &all, owner).await.unwrap();
    let mut among = 0;
    for number in 1..=5_000 {
        if stage(&world.store, &id) != Some(BulkStage::Running) {
            break;
        }
        let comment = lead.comment(&world.migration, AccountNumber(number), command(), "meanwhile".into());
        tokio::time::timeout(Duration::from_secs(5), comment).await.expect("an answer").unwrap();
        among += u32::from(stage(&world.store, &id) == Some(BulkStage::Running));
    }
    ended(&world, &id).await;
    assert!(among >= 5, "only {among} comments were answered while it ran");
    let report = world.store.model().bulks[&id].progress.report.clone();
    assert_eq!((report.changed, report.refused), (5_000, 0));
    world.check().await;
}

#[tokio::test]
async fn open_pages_hear_of_it() {
    let world = World::new().await;
    filled(&world, 80).await;
    let mut changes = world.store.listen();
    let id = run(&world, Role::Operator, &numbers(1..=3), schedule()).await;
    let told: Vec<LiveMessage> = std::iter::from_fn(|| changes.try_recv().ok())
        .map(|change| serde_json::from_str(&change.text).unwrap())
        .collect();
    // Its start changes the list of changes; its end comes with the last rows.
    let [LiveMessage::Overview { .. }, LiveMessage::Resync { .. }] = told.as_slice() else { panic!("{id}: {told:?}") };
    let large = run(&world, Role::Operator, &numbers(4..=80), schedule()).await;
    let mut anew = 0;
    while let Ok(change) = changes.try_recv() {
        let message: LiveMessage = serde_json::from_str(&change.text).unwrap();
        assert!(!matches!(message, LiveMessage::Rows { .. }), "{large}: {message:?}");
        anew += 1;
    }
    assert!(anew >= 2);
}

#[tokio::test]
async fn an_import_is_undone_with_what_nobody_touched_since() {
    let world = World::new().await;
    filled(&world, 3).await;
    let start = [(1, State::NotStarted), (2, State::NotStarted)];
    let file = "id,name,status,date\nC-1,Customer 1,scheduled,2026-06-02\nC-2,Customer 2,scheduled,2026-06-02\n\
        N-1,New 1,,\nN-2,New 2,,\nN-3,New 3,,\nN-4,New 4,,\n";
    let import_id = import(&world, file).await;
    let id = BulkId(import_id.0.clone());
    let lead = world.acting(Role::Lead);
    assert_eq!(world.store.model().migration(&world.migration).unwrap().table.counts().total(), 7);
    opt_out(&world, 2).await;
    opt_out(&world, 4).await;
    lead.comment(&world.migration, AccountNumber(5), command(), "Called them".into()).await.unwrap();

    let list = lead.bulks(&world.migration).await.unwrap();
    assert_eq!(list.len(), 2, "both imports can be undone");
    let denied = world.acting(Role::Operator).undo_bulk(&world.migration, &id).await;
    assert!(matches!(denied, Err(StoreError::Denied(Action::ImportAccounts))), "{denied:?}");
    let preview = lead.preview_undo(&world.migration, &id).await.unwrap();
    assert_eq!((preview.report.restored, preview.report.removed, preview.report.kept), (1, 2, 3), "{preview:#?}");

    let since = world.store.model().position(&world.migration);
    let mut changes = world.store.listen();
    undo(&world, Role::Lead, &id).await;
    let undone = world.store.model().bulks[&id].progress.undo.clone().unwrap();
    assert_eq!(undone.report, preview.report);
    assert_eq!(row(&world, 1).unwrap().state, start[0].1);
    assert_eq!(row(&world, 2).unwrap().state, State::OptedOut);
    assert_eq!((row(&world, 6), row(&world, 7)), (None, None));
    assert!(row(&world, 4).is_some() && row(&world, 5).is_some());
    {
        let model = world.store.model();
        let table = &model.migration(&world.migration).unwrap().table;
        assert_eq!(table.counts().total(), 5);
        assert_eq!(table.number_of(&"N-3".into()), None);
        assert!(model.customers.contains_key(&"N-3".into()), "the directory keeps the customer");
    }
    let query = crate::TableQuery { view: View::default(), offset: 0, limit: 100 };
    let table = lead.table(&world.migration, &query, None).await.unwrap();
    assert_eq!((table.all, table.matching, table.rows.len()), (5, 5, 5));
    assert!(matches!(lead.account(&world.migration, AccountNumber(6)).await, Err(StoreError::NotFound(_))));
    let (_, told) = lead.changed_since(&world.migration, &since).await.unwrap();
    assert_eq!(told, None, "a page that was away must take everything anew");
    let texts: Vec<String> = std::iter::from_fn(|| changes.try_recv().ok()).map(|change| change.text.clone()).collect();
    assert!(texts.iter().any(|text| text.contains("resync")), "{texts:?}");
    world.check().await;

    // A later import of the same id brings it back, with its number and its history.
    import(&world, "id,name\nN-3,New 3\nN-9,New 9\n").await;
    assert_eq!(row(&world, 6).unwrap().external_id.as_str(), "N-3");
    assert_eq!(row(&world, 8).unwrap().external_id.as_str(), "N-9");
    let kinds: Vec<_> = lead
        .account(&world.migration, AccountNumber(6))
        .await
        .unwrap()
        .history
        .iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, [EventKind::AccountCreated, EventKind::BulkUndone, EventKind::AccountCreated]);
    let again = crate::AccountInput {
        external_id: "N-4".into(),
        name: "New 4".into(),
        email: String::new(),
        custom: Default::default(),
    };
    let number = lead.create_account(&world.migration, command(), again).await.unwrap();
    assert_eq!(number, AccountNumber(7));
    world.check().await;
}

#[tokio::test]
async fn a_database_without_a_later_file_of_the_schema_gets_it_whatever_its_number() {
    let world = World::new().await;
    let query = "SELECT VALUE version FROM schema_version ORDER BY version";
    let versions: Vec<u32> = world.store.inner.db.query(query).await.unwrap().take(0).unwrap();
    assert!(versions.contains(&1) && versions.contains(&4), "{versions:?}");
    // As an earlier release left it: one row with the last number.
    let old = "DELETE schema_version; UPSERT schema_version:current SET version = 3;
        REMOVE TABLE template; REMOVE TABLE bulk; REMOVE TABLE bulk_scope; REMOVE FIELD removed ON account;
        REMOVE TABLE gate_decision; REMOVE FIELD gates ON cohort;
        REMOVE TABLE notice_rule; REMOVE TABLE notice_template; REMOVE TABLE message; REMOVE TABLE message_content;
        REMOVE TABLE flag; REMOVE TABLE ticket; REMOVE TABLE endpoint; REMOVE TABLE secret; REMOVE FIELD attempt ON account;
        REMOVE FIELD since ON account;
        REMOVE TABLE status_page; REMOVE TABLE component; REMOVE TABLE incident; REMOVE TABLE incident_template;
        REMOVE TABLE customer_page; REMOVE TABLE customer_link; REMOVE TABLE customer_request;
        REMOVE TABLE subscriber; REMOVE TABLE occasion;";
    world.store.inner.db.query(old).await.unwrap().check().unwrap();
    crate::db::migrate(&world.store.inner.db).await.unwrap();
    let again: Vec<u32> = world.store.inner.db.query(query).await.unwrap().take(0).unwrap();
    assert_eq!(again, [3, 4, 5, 6, 7, 8, 9, 10, 11], "the present ones on top of the one row with the last number");
}
