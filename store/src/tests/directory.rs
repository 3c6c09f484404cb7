use crate::testing::{World, command, reopened_from, settings};
use crate::{CustomerInput, StoreError};
use domain::customer::edit::{Clash, CustomerChange, CustomerProblem};
use domain::customer::list::CustomerList;
use domain::customer::{Channel, Contact, ContactFact, Fact, Profile};
use domain::event::EventKind;
use domain::field::Field;
use domain::id::{ContactNumber, ExternalId};
use domain::live::LiveMessage;
use domain::policy::Role;

fn fact(fact: Fact, seen: &str, to: &str) -> CustomerChange {
    CustomerChange::Fact { fact, seen: seen.into(), to: to.into() }
}

fn email(seen: &str, to: &str) -> CustomerChange {
    let (contact, fact) = (ContactNumber(1), ContactFact::Email);
    CustomerChange::Contact { contact, fact, seen: seen.into(), to: to.into() }
}

fn technical() -> Contact {
    Contact {
        name: "Erik Nygård".into(),
        email: "erik@c-1.example".into(),
        role: "Technical".into(),
        channel: Some(Channel::Email),
        ..Contact::default()
    }
}

async fn change(world: &World, role: Role, changes: Vec<CustomerChange>) -> Result<(), StoreError> {
    world.acting(role).change_customer(&"C-1".into(), command(), changes).await
}

async fn profile(world: &World) -> Profile {
    world.acting(Role::Viewer).customer(&"C-1".into()).await.unwrap().customer.profile
}

fn input(id: &str, name: &str) -> CustomerInput {
    let facts = vec![(Fact::Name, name.to_owned()), (Fact::Plan, "Team".to_owned())];
    CustomerInput { external_id: id.into(), facts, contact: Some(technical()) }
}

#[tokio::test]
async fn a_customer_is_changed_with_events_in_the_workspace() {
    let world = World::new().await;
    world.account("C-1").await;
    let changes = vec![
        fact(Fact::Name, "C-1 Ltd", "Halvorsen AS"),
        fact(Fact::TimeZone, "", "Europe/Oslo"),
        CustomerChange::AddContact { contact: technical() },
    ];
    change(&world, Role::Operator, changes).await.unwrap();
    let view = world.acting(Role::Viewer).customer(&"C-1".into()).await.unwrap();
    assert_eq!(view.customer.profile.contacts[1].number, ContactNumber(2));
    let kinds: Vec<_> = view.history.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::ContactAdded, EventKind::CustomerChanged, EventKind::CustomerCreated]);
    assert_eq!(view.history[0].actor.user(), Some(&world.caller(Role::Operator).user));
    assert_eq!(view.customer.changed_seq, view.history[0].seq);
    assert_eq!(view.accounts.len(), 1);
    assert_eq!(view.accounts[0].row.name, "Halvorsen AS");
    world.check().await;
}

#[tokio::test]
async fn different_facts_merge_and_the_same_fact_comes_back_with_both_values() {
    let world = World::new().await;
    world.account("C-1").await;
    change(&world, Role::Operator, vec![email("c-1@customer.example", "new@customer.example")]).await.unwrap();
    change(&world, Role::Lead, vec![fact(Fact::Region, "", "EU")]).await.unwrap();
    // This author still sees the old address.
    let mine = vec![email("c-1@customer.example", "mine@customer.example"), fact(Fact::Plan, "", "Team")];
    let error = change(&world, Role::Lead, mine.clone()).await.unwrap_err();
    let StoreError::Directory(CustomerProblem::Conflict { clashes, theirs }) = error else { panic!("{error}") };
    let [Clash { field: Field::ContactEmail, theirs: address, .. }] = clashes.as_slice() else { panic!("{clashes:?}") };
    assert_eq!(address, "new@customer.example");
    assert_eq!(profile(&world).await.plan, "", "nothing of a conflict is written");
    let author = world.acting(Role::Lead).author_of_clash(&"C-1".into(), &clashes[0]).await.unwrap();
    let author = author.and_then(|(actor, _)| actor.user().cloned());
    assert_eq!(author, Some(world.caller(Role::Operator).user));

    let insisting = mine.into_iter().map(|change| change.insisting(&theirs)).collect();
    change(&world, Role::Lead, insisting).await.unwrap();
    let after = profile(&world).await;
    assert_eq!((after.contacts[0].email.as_str(), after.plan.as_str()), ("mine@customer.example", "Team"));
    assert_eq!(after.region, "EU");
    world.check().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_its_field_and_writes_nothing() {
    let world = World::new().await;
    world.account("C-1").await;
    let before = world.store.model().heads.clone();
    let changes = vec![fact(Fact::Name, "C-1 Ltd", ""), fact(Fact::TimeZone, "", "Middle/Earth")];
    let error = change(&world, Role::Operator, changes).await.unwrap_err();
    let StoreError::Invalid(problems) = error else { panic!("{error}") };
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["name", "time_zone"]);
    let none = world.acting(Role::Operator).change_customer(&"C-9".into(), command(), vec![]).await;
    assert!(matches!(none, Err(StoreError::NotFound(_))));
    assert_eq!(world.store.model().heads, before);
}

#[tokio::test]
async fn customers_are_added_once() {
    let world = World::new().await;
    let acting = world.acting(Role::Operator);
    let id = command();
    for _ in 0..2 {
        let added = acting.create_customer(id.clone(), input(" N-1 ", "Nyborg")).await.unwrap();
        assert_eq!(added, ExternalId::from("N-1"));
    }
    let view = acting.customer(&"N-1".into()).await.unwrap();
    assert_eq!(view.history.len(), 1, "a repeated command is not executed again");
    assert_eq!(view.customer.profile.contacts[0].role, "Technical");
    assert!(view.accounts.is_empty());
    let again = acting.create_customer(command(), input("N-1", "Other")).await.unwrap_err();
    assert!(matches!(&again, StoreError::Invalid(problems) if problems[0].field == "external_id"), "{again}");
    let empty = acting.create_customer(command(), CustomerInput::default()).await.unwrap_err();
    assert!(matches!(&empty, StoreError::Invalid(problems) if problems.len() == 2), "{empty}");
    world.check().await;
}

#[tokio::test]
async fn the_change_shows_in_the_rows_of_every_migration_at_once() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    world.account("C-2").await;
    let other = world.acting(Role::Lead).create_migration(settings("other")).await.unwrap();
    let second = crate::AccountInput {
        external_id: "C-1".into(),
        name: "ignored".into(),
        email: String::new(),
        custom: Default::default(),
    };
    world.acting(Role::Operator).create_account(&other, command(), second).await.unwrap();
    let mut heard = world.store.listen();
    change(&world, Role::Operator, vec![fact(Fact::Name, "C-1 Ltd", "Halvorsen AS")]).await.unwrap();

    let mut told = Vec::new();
    for _ in 0..2 {
        let change = heard.recv().await.unwrap();
        let message: LiveMessage = serde_json::from_str(&change.text).unwrap();
        let LiveMessage::Rows { position, by, rows } = message else { panic!("{message:?}") };
        assert_eq!(by, Some(world.caller(Role::Operator).user));
        assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Halvorsen AS"]);
        assert_eq!(position, world.store.model().position(change.migration.as_ref().unwrap()));
        told.push(change.migration.clone().unwrap());
    }
    told.sort();
    let mut both = [world.migration.clone(), other];
    both.sort();
    assert_eq!(told, both);
    assert!(heard.try_recv().is_err(), "nothing else is told");
    assert_eq!(world.acting(Role::Viewer).row(&world.migration, account).await.unwrap().name, "Halvorsen AS");
    assert_eq!(world.acting(Role::Viewer).customer(&"C-1".into()).await.unwrap().accounts.len(), 2);
}

#[tokio::test]
async fn the_list_is_searched_sorted_and_counts_migrations() {
    let world = World::new().await;
    world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    acting.create_customer(command(), input("N-1", "Adria")).await.unwrap();
    let ask = async |search: &str, sort: &str| {
        let page = acting.customers(&CustomerList::from_parts(search, sort, "1")).await.unwrap();
        let ids: Vec<_> =
            page.customers.iter().map(|(customer, part_of)| (customer.external_id.0.clone(), *part_of)).collect();
        (page.all, page.matching, ids)
    };
    let both = vec![("N-1".to_owned(), 0), ("C-1".to_owned(), 1)];
    assert_eq!(ask("", "").await, (2, 2, both.clone()));
    assert_eq!(ask("", "-plan").await, (2, 2, both));
    assert_eq!(ask("erik@", "").await, (2, 1, vec![("N-1".to_owned(), 0)]));
    change(&world, Role::Operator, vec![fact(Fact::Name, "C-1 Ltd", "Aachen")]).await.unwrap();
    assert_eq!(ask("", "").await.2[0].0, "C-1");
    assert_eq!(ask("ltd", "").await, (2, 0, vec![]));
}

#[tokio::test]
async fn the_directory_is_there_after_reopening_the_disk() {
    let world = World::on_disk().await;
    world.account("C-1").await;
    let changes = vec![
        CustomerChange::AddContact { contact: technical() },
        fact(Fact::Channel, "", "phone"),
        CustomerChange::MakeMain { contact: ContactNumber(1), seen: ContactNumber(1) },
    ];
    change(&world, Role::Operator, changes).await.unwrap();
    let to_main = CustomerChange::MakeMain { contact: ContactNumber(2), seen: ContactNumber(1) };
    change(&world, Role::Operator, vec![to_main]).await.unwrap();
    let before = profile(&world).await;
    // A row as it was stored before contacts had numbers and more than a name and an address.
    let old = r#"{"name":"Old Ltd","contacts":[{"name":"Nils","email":"nils@old.example"}],"plan":"Team"}"#;
    let query =
        world.store.inner.db.query(
            "CREATE customer:old CONTENT { external_id: 'old', profile: $old, changed_seq: 1, import_seqs: [] }",
        );
    query.bind(("old", old)).await.unwrap().check().unwrap();
    let world = reopened_from(world).await;
    let after = profile(&world).await;
    assert_eq!(after, before);
    assert_eq!((after.main_contact(), after.channel), (ContactNumber(2), Some(Channel::Phone)));
    let row = world.acting(Role::Viewer).customer(&"C-1".into()).await.unwrap().accounts[0].row.clone();
    assert_eq!(row.email, "erik@c-1.example");
    let old = world.acting(Role::Viewer).customer(&"old".into()).await.unwrap().customer.profile;
    assert_eq!((old.contacts[0].number, old.contacts[0].name.as_str()), (ContactNumber(1), "Nils"));
    world.check().await;
}
