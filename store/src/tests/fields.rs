use crate::StoreError;
use crate::model::table::TableQuery;
use crate::testing::{World, command, field_settings, reopened_from};
use domain::account::Change;
use domain::custom::{CustomKind, CustomValue, Decimal, FieldSettings};
use domain::event::{EventKind, PersonRef};
use domain::field::Field;
use domain::id::{AccountNumber, ExternalId, FieldNumber};
use domain::policy::Role;
use domain::view::{Column, Condition, Filter, Group, Sort, Test, View};

fn select(label: &str) -> FieldSettings {
    let options = ["Silver", "Gold"].map(str::to_owned).to_vec();
    FieldSettings { kind: CustomKind::Select { options }, ..field_settings(label) }
}

async fn set(world: &World, account: AccountNumber, number: FieldNumber, to: CustomValue) -> Result<(), StoreError> {
    let change = Change::Custom { number, seen: None, to: Some(to) };
    let acting = world.acting(Role::Operator);
    acting.edit_account(&world.migration, account, command(), vec![change]).await.map(|_| ())
}

fn option(text: &str) -> CustomValue {
    CustomValue::Select(text.to_owned())
}

async fn shown(world: &World, view: View) -> (Vec<u32>, Vec<Group>) {
    let query = TableQuery { view, offset: 0, limit: 50 };
    let result = world.acting(Role::Viewer).table(&world.migration, &query, None).await.expect("a table");
    (result.rows.iter().map(|row| row.number.0).collect(), result.groups)
}

#[tokio::test]
async fn a_field_is_added_renamed_ordered_retired_and_keeps_its_values() {
    let world = World::on_disk().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let account = world.account("C-1").await;
    let note = lead.add_field(migration, field_settings(" Note ")).await.unwrap();
    let tier = lead.add_field(migration, select("Tier")).await.unwrap();
    assert_eq!((note, tier), (FieldNumber(1), FieldNumber(2)));
    set(&world, account, note, CustomValue::Text("Ask Zoe".into())).await.unwrap();
    set(&world, account, tier, option("Gold")).await.unwrap();

    lead.change_field(migration, note, field_settings("Remark")).await.unwrap();
    lead.order_field(migration, tier, 0).await.unwrap();
    lead.retire_field(migration, note, true).await.unwrap();
    let seen = Some(CustomValue::Text("Ask Zoe".into()));
    let clear = vec![Change::Custom { number: note, seen, to: None }];
    let refused = lead.edit_account(migration, account, command(), clear).await.unwrap_err();
    assert_eq!(refused.to_string(), "Remark: This field is retired.");
    lead.retire_field(migration, note, false).await.unwrap();

    let fields = lead.migration_by_slug("ledger-3").await.unwrap().migration.fields;
    let labels: Vec<_> = fields.iter().map(|field| field.settings.label.as_str()).collect();
    assert_eq!(labels, ["Tier", "Remark"]);
    let view = lead.account(migration, account).await.unwrap();
    assert_eq!(view.row.custom.get(&note), Some(&CustomValue::Text("Ask Zoe".into())));
    assert_eq!(view.history[0].changes[0].field, Field::Custom(tier));
    world.check().await;

    let world = reopened_from(world).await;
    assert_eq!(world.acting(Role::Viewer).row(&world.migration, account).await.unwrap(), view.row);
    world.check().await;
}

#[tokio::test]
async fn bad_fields_are_refused_at_the_field() {
    let world = World::new().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let at = |error: StoreError| match error {
        StoreError::Invalid(problems) => problems[0].field.clone(),
        other => panic!("{other}"),
    };
    lead.add_field(migration, field_settings("Note")).await.unwrap();
    assert_eq!(at(lead.add_field(migration, field_settings("note")).await.unwrap_err()), "label");
    assert_eq!(at(lead.add_field(migration, field_settings("Status")).await.unwrap_err()), "label");
    let kind = lead.change_field(migration, FieldNumber(1), select("Note")).await.unwrap_err();
    assert_eq!(at(kind), "kind");
    // A retired field's name may be taken; then it cannot come back under it.
    lead.retire_field(migration, FieldNumber(1), true).await.unwrap();
    lead.add_field(migration, field_settings("Note")).await.unwrap();
    assert_eq!(at(lead.retire_field(migration, FieldNumber(1), false).await.unwrap_err()), "label");
}

#[tokio::test]
async fn new_accounts_need_required_fields_and_get_defaults() {
    let world = World::new().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let default = Some(CustomValue::Number(Decimal::from(5)));
    let seats = FieldSettings { kind: CustomKind::Number, default: default.clone(), ..field_settings("Seats") };
    let seats = lead.add_field(migration, seats).await.unwrap();
    let account = world.account("C-1").await;
    let row = lead.row(migration, account).await.unwrap();
    assert_eq!(row.custom.get(&seats), default.as_ref());
    lead.add_field(migration, FieldSettings { required: true, ..select("Tier") }).await.unwrap();
    let input = crate::AccountInput {
        external_id: "C-2".into(),
        name: "C-2".into(),
        email: String::new(),
        custom: Default::default(),
    };
    let error = lead.create_account(migration, command(), input).await.unwrap_err();
    assert!(error.to_string().contains("Tier: This field needs a value."), "{error}");
}

#[tokio::test]
async fn the_table_filters_sorts_and_groups_by_custom_fields() {
    let world = World::new().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let tier = lead.add_field(migration, select("Tier")).await.unwrap();
    for (id, value) in [("C-1", Some("Gold")), ("C-2", None), ("C-3", Some("Silver")), ("C-4", Some("Gold"))] {
        let account = world.account(id).await;
        if let Some(value) = value {
            set(&world, account, tier, option(value)).await.unwrap();
        }
    }
    let column = Column::Custom(tier);
    let is_gold = Filter::Where(Condition { column, test: Test::Is(vec!["gold".into()]) });
    assert_eq!(shown(&world, View { filter: Some(is_gold), ..View::default() }).await.0, [1, 4]);
    let sort = vec![Sort { column, descending: false }, Sort { column: Column::Account, descending: true }];
    assert_eq!(shown(&world, View { sort, ..View::default() }).await.0, [3, 4, 1, 2], "in the order of the options");

    let group = |key: &str, count, folded| Group { key: key.into(), text: key.into(), count, folded };
    let grouped = View { group: Some(column), folded: vec!["Silver".into(), String::new()], ..View::default() };
    let (rows, groups) = shown(&world, grouped).await;
    assert_eq!(rows, [1, 4]);
    assert_eq!(groups, [group("Silver", 1, true), group("Gold", 2, false), group("", 1, true)]);
    // A change moves the row into its new group.
    set(&world, AccountNumber(2), tier, option("Gold")).await.unwrap();
    let (rows, groups) = shown(&world, View { group: Some(column), ..View::default() }).await;
    assert_eq!(rows, [3, 1, 2, 4]);
    assert_eq!(groups.iter().map(|group| group.count).collect::<Vec<_>>(), [1, 3]);
}

#[tokio::test]
async fn erasing_a_customer_erases_what_was_written_in_custom_fields() {
    let world = World::new().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let note = lead.add_field(migration, field_settings("Note")).await.unwrap();
    let tier = lead.add_field(migration, select("Tier")).await.unwrap();
    let account = world.account("C-1").await;
    set(&world, account, note, CustomValue::Text("Ring Zoe Marker".into())).await.unwrap();
    set(&world, account, tier, option("Gold")).await.unwrap();
    let person = PersonRef::Customer(ExternalId::from("C-1"));
    world.acting(Role::Admin).erase_person(&person, "asked to").await.unwrap();
    assert!(!world.dump().await.contains("Marker"));
    let view = lead.account(migration, account).await.unwrap();
    assert_eq!(view.row.custom, [(tier, option("Gold"))].into());
    assert!(view.history.iter().any(|event| event.kind == EventKind::AccountChanged));
    world.check().await;
}
