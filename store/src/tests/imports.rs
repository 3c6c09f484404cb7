use crate::StoreError;
use crate::imports::ImportPhase;
use crate::testing::{World, command};
use domain::account::Change;
use domain::event::EventKind;
use domain::id::{ImportId, MigrationId};
use domain::import::mapping::Mapping;
use domain::import::source::SheetSource;
use domain::import::target::Target;
use domain::policy::Role;
use domain::state::{Move, State};
use domain::status::Status;

const FILE: &str = "External id;Company;Contact e-mail;Status;Date;Migrated at;Cohort\r\n\
    C-1;Halvorsen Maritime AS;post@halvorsen.example;scheduled;2026-06-01;;Pilot\r\n\
    C-2;\"Delacroix; Énergie\";;completed;;2026-05-10;\r\n\
    C-3;=HYPERLINK(\"x\");;;;;\r\n\
    C-4;Bad date;;scheduled;2026-02-31;;\r\n\
    C-5;Twice;;;;;\r\n\
    C-5;Twice;;;;;\r\n";

async fn checked(world: &World, file: &str) -> ImportId {
    let lead = world.acting(Role::Lead);
    let id = lead.upload_import(&world.migration, "old.csv", file.as_bytes().to_vec()).await.unwrap();
    let (import, problems) = lead.import(&world.migration, &id).await.unwrap();
    assert_eq!(problems, [], "{:?}", import.plan.mapping);
    lead.check_import(&world.migration, &id).await.unwrap();
    reach(world, &id, |phase| matches!(phase, ImportPhase::Checked { .. })).await;
    id
}

/// Waits until an import's job has brought it to a phase.
async fn reach(world: &World, id: &ImportId, done: fn(&ImportPhase) -> bool) -> ImportPhase {
    let mut committed = world.store.commits();
    let wait = async {
        loop {
            let phase = world.store.model().imports[id].phase.clone();
            if done(&phase) {
                return phase;
            }
            committed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), wait).await.expect("the import goes on")
}

#[tokio::test]
async fn a_file_is_checked_and_committed_with_its_refused_rows_apart() {
    let world = World::new().await;
    world.cohort("Pilot").await;
    let id = checked(&world, FILE).await;
    let phase = world.store.model().imports[&id].phase.clone();
    let ImportPhase::Checked { report } = phase else { panic!("{phase:?}") };
    assert_eq!((report.created, report.updated, report.unchanged, report.refused), (3, 0, 0, 3), "{report:#?}");
    assert_eq!(world.store.model().migration(&world.migration).unwrap().table.len(), 0, "a dry run writes nothing");

    let lead = world.acting(Role::Lead);
    lead.commit_import(&world.migration, &id, false).await.unwrap();
    let phase = reach(&world, &id, |phase| matches!(phase, ImportPhase::Finished { .. })).await;
    let ImportPhase::Finished { report, .. } = phase else { panic!() };
    assert_eq!((report.created, report.refused), (3, 3));
    let refused = String::from_utf8(lead.refused_rows(&world.migration, &id).await.unwrap()).unwrap();
    assert_eq!(refused.lines().count(), 4, "a header and three rows:\n{refused}");
    assert!(refused.contains("February 2026 has 28 days"), "{refused}");

    let (numbers, counts) = {
        let model = world.store.model();
        let table = &model.migration(&world.migration).unwrap().table;
        (table.number_of(&"C-2".into()).unwrap(), table.counts())
    };
    assert_eq!((counts.of(Status::Scheduled), counts.of(Status::Completed)), (1, 1));
    let view = lead.account(&world.migration, numbers).await.unwrap();
    assert_eq!(view.row.name, "Delacroix; Énergie");
    assert_eq!(view.history.len(), 1);
    assert_eq!(view.history[0].kind, EventKind::AccountCreated);
    assert!(!world.dump_of(&["import_file"]).await.contains("Halvorsen"), "the source file is gone");
    world.check().await;
}

#[tokio::test]
async fn importing_the_same_file_again_changes_nothing() {
    let world = World::new().await;
    world.cohort("Pilot").await;
    for expected in [(3, 0), (0, 3)] {
        let id = checked(&world, FILE).await;
        world.acting(Role::Lead).commit_import(&world.migration, &id, false).await.unwrap();
        let phase = reach(&world, &id, |phase| matches!(phase, ImportPhase::Finished { .. })).await;
        let ImportPhase::Finished { report, .. } = phase else { panic!() };
        assert_eq!((report.created, report.unchanged), expected);
    }
    world.check().await;
}

#[tokio::test]
async fn a_field_changed_since_the_dry_run_is_kept_and_reported() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let id = checked(&world, "id,name,status,date\nC-1,C-1 Ltd,scheduled,2026-06-01\n").await;
    world.clock.advance(chrono::Duration::seconds(5));
    let opt_out = Change::State { seen: State::NotStarted, to: Move::OptOut };
    let operator = world.acting(Role::Operator);
    operator.edit_account(&world.migration, account, command(), vec![opt_out]).await.unwrap();
    world.acting(Role::Lead).commit_import(&world.migration, &id, false).await.unwrap();
    let phase = reach(&world, &id, |phase| matches!(phase, ImportPhase::Finished { .. })).await;
    let ImportPhase::Finished { report, .. } = phase else { panic!() };
    assert!(report.kept > 0, "{report:#?}");
    let row = operator.row(&world.migration, account).await.unwrap();
    assert_eq!(row.state, State::OptedOut);
}

#[tokio::test]
async fn a_killed_import_goes_on_where_its_last_chunk_ended() {
    let world = World::new().await;
    let mut file = String::from("id,name\n");
    for number in 1..=1_200 {
        file.push_str(&format!("C-{number},Customer {number}\n"));
    }
    let id = checked(&world, &file).await;
    // Commit, but let the job run on a second store, as a restarted server would: the first chunk is written by hand.
    world.store.commit_without_job(&world.caller(Role::Lead), &id).await;
    world.store.write_one_chunk(&id).await;
    let done = world.store.model().imports[&id].phase.clone();
    assert!(matches!(done, ImportPhase::Committing { done: 500, .. }), "{done:?}");
    let twin = world.store.twin().await;
    twin.run_import(&id).await.unwrap();
    assert_eq!(twin.model().migration(&world.migration).unwrap().table.len(), 1_200);
    let phase = twin.model().imports[&id].phase.clone();
    let ImportPhase::Finished { report, .. } = phase else { panic!("{phase:?}") };
    assert_eq!(report.created, 1_200);
    for verdict in twin.system("test").verify(&[]).await.unwrap() {
        assert_eq!(verdict.broken, None);
    }
    assert_eq!(twin.system("test").compare_with_database().await.unwrap(), None);
}

#[tokio::test]
async fn files_that_are_no_table_are_refused_with_the_reason() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let files: [(&str, Vec<u8>); 4] = [
        ("empty", Vec::new()),
        ("binary", b"PK\x03\x04\x00\x00\x00".to_vec()),
        ("header only", b"id,name\n".to_vec()),
        ("too large", vec![b'a'; 65_000_000]),
    ];
    for (name, bytes) in files {
        let error = lead.upload_import(&world.migration, name, bytes).await.unwrap_err();
        assert!(matches!(&error, StoreError::Invalid(problems) if problems[0].field == "file"), "{name}: {error}");
    }
    assert!(lead.imports(&world.migration).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_import_without_a_key_column_cannot_be_checked() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let id = lead.upload_import(&world.migration, "a.csv", b"name,plan\nAcme,Pro\n".to_vec()).await.unwrap();
    let (_, problems) = lead.import(&world.migration, &id).await.unwrap();
    assert!(!problems.is_empty());
    assert!(matches!(lead.check_import(&world.migration, &id).await, Err(StoreError::Refused(_))));
    assert!(matches!(lead.commit_import(&world.migration, &id, false).await, Err(StoreError::Refused(_))));
    lead.discard_import(&world.migration, &id).await.unwrap();
}

#[tokio::test]
async fn the_next_file_with_the_same_columns_begins_with_the_last_mapping() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let upload = async |migration: &MigrationId, file: &str| {
        let id = lead.upload_import(migration, "a.csv", file.as_bytes().to_vec()).await.unwrap();
        lead.import(migration, &id).await.unwrap().0
    };
    let first = upload(&world.migration, "id,name,remarks\nC-1,Acme,EU\n").await;
    assert_eq!(first.plan.remembered, None);
    let said = [Some(Target::ExternalId), Some(Target::Name), Some(Target::Region)];
    let mapping = Mapping { columns: said.to_vec(), ..first.plan.mapping.clone() };
    lead.map_import(&world.migration, &first.id, mapping.clone()).await.unwrap();
    // Nobody has relied on that yet.
    let second = upload(&world.migration, "id,name,remarks\nC-1,Acme,EU\n").await;
    assert_eq!(second.plan.mapping.columns[2], None);

    lead.check_import(&world.migration, &first.id).await.unwrap();
    reach(&world, &first.id, |phase| matches!(phase, ImportPhase::Checked { .. })).await;
    let third = upload(&world.migration, "Remarks,ID,Name\nEU,C-1,Acme\n").await;
    assert_eq!(third.plan.mapping.columns, [said[2], said[0], said[1]]);
    assert_eq!(third.plan.remembered.as_ref().map(|before| &before.by), Some(&world.caller(Role::Lead).user));
    assert_eq!(upload(&world.migration, "id,name,note\nC-1,Acme,EU\n").await.plan.remembered, None);

    // Another migration has no such file of its own: the workspace's newest is taken.
    let other = lead.create_migration(crate::testing::settings("other")).await.unwrap();
    assert_eq!(upload(&other, "id,name,remarks\nC-1,Acme,EU\n").await.plan.mapping.columns, said);
    world.check().await;
}

#[tokio::test]
async fn a_sheet_is_an_import_that_says_where_it_was_read() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let source = SheetSource { sheet: "EU".into(), errors: 2, ..SheetSource::default() };
    let csv = b"sep=,\r\nid,name\r\nC-1,Acme\r\n".to_vec();
    let id = lead.upload_sheet(&world.migration, "book.xlsx", csv, source.clone()).await.unwrap();
    let (import, problems) = lead.import(&world.migration, &id).await.unwrap();
    assert_eq!((import.file_name.as_str(), import.rows, &import.source), ("book.xlsx", 1, &Some(source)));
    assert_eq!(problems, []);
    world.check().await;
}
