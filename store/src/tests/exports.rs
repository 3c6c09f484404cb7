use crate::model::table::TableQuery;
use crate::testing::{World, command};
use crate::{LogQuery, StoreError};
use domain::account::Change;
use domain::event::{EventKind, Recorded, Stream};
use domain::export::{ExportColumn, Value};
use domain::field::Field;
use domain::policy::Role;
use domain::saved_view::Arrangement;
use domain::state::{Move, State};
use domain::status::Status;
use domain::view::{Column, ColumnChoice, Sort, View};
use serde_json::json;

#[tokio::test]
async fn an_export_has_the_rows_of_the_table_in_its_order() {
    let world = World::new().await;
    let operator = world.acting(Role::Operator);
    for number in 1..=1_203 {
        let account = world.account(&format!("C-{number}")).await;
        if number % 3 == 0 {
            let to = Move::Schedule { date: "2026-06-01".parse().unwrap(), pinned: None };
            let change = Change::State { seen: State::NotStarted, to };
            operator.edit_account(&world.migration, account, command(), vec![change]).await.unwrap();
        }
    }
    let viewer = world.acting(Role::Viewer);
    let sort = vec![Sort { column: Column::Name, descending: true }];
    let columns = [Column::Account, Column::Status].map(ColumnChoice::plain).to_vec();
    for view in [View::default(), View { statuses: vec![Status::Scheduled], sort, ..View::default() }] {
        let view = View { columns: columns.clone(), ..view };
        let query = TableQuery { view: view.clone(), offset: 0, limit: u32::MAX };
        let table = viewer.table(&world.migration, &query, None).await.unwrap();
        let export = viewer.export("ledger-3", &view, "csv").await.unwrap();
        assert_eq!(export.columns(), [ExportColumn::Account, ExportColumn::Status]);
        let pieces = (0..export.len()).step_by(500).flat_map(|from| export.rows(from, 500));
        let cells: Vec<_> = pieces.collect();
        let text = |text: &str| Value::Text(text.to_owned());
        let shown = table.rows.iter().map(|row| vec![text(row.external_id.as_str()), text(row.state.status().label())]);
        assert_eq!(cells, shown.collect::<Vec<_>>());
        assert!(export.rows(export.len(), 500).is_empty());
    }
}

#[tokio::test]
async fn who_took_what_away_is_in_the_log() {
    let world = World::new().await;
    world.account("C-1").await;
    let view = View { search: "C-1 Ltd".into(), ..View::default() };
    let export = world.acting(Role::Viewer).export("ledger-3", &view, "xlsx").await.unwrap();
    assert_eq!(export.file_name("xlsx"), "ledger-3-2026-05-21.xlsx");
    let query = LogQuery {
        stream: Stream::Migration(world.migration.clone()),
        kind: Some(EventKind::Exported),
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 10,
    };
    let (entries, _) = world.acting(Role::Admin).log(&query).await.unwrap();
    assert_eq!((entries.len(), entries[0].who.as_str()), (1, "Viewer"));
    let said: Vec<_> = entries[0].event.changes.iter().map(|change| (change.field, change.after.clone())).collect();
    assert!(said.contains(&(Field::Rows, Recorded::Value(json!(1)))), "{said:?}");
    assert!(said.contains(&(Field::ViewQuery, Recorded::Value(json!("q=C-1%20Ltd")))), "{said:?}");
    // What somebody searched for may be a name: it lies where it can be erased.
    assert!(!world.dump_of(&["event"]).await.contains("C-1%20Ltd"));
    let missing = world.acting(Role::Viewer).export("none", &view, "csv").await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))));
    world.check().await;
}

#[tokio::test]
async fn a_view_without_columns_has_those_that_its_reader_arranged() {
    let world = World::new().await;
    let viewer = world.acting(Role::Viewer);
    let headers = async || viewer.export("ledger-3", &View::default(), "csv").await.unwrap().headers();
    assert_eq!(headers().await.len(), 13, "all of them");
    let columns = [Column::Email, Column::Account].map(ColumnChoice::plain).to_vec();
    viewer.arrange(&world.migration, Arrangement { columns, ..Arrangement::default() }).await.unwrap();
    assert_eq!(headers().await, ["E-mail", "Account"]);
}
