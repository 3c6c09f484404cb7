use crate::audit::SignedHead;
use crate::testing::{World, command};
use domain::account::Change;
use domain::blocker::BlockerCategory;
use domain::customer::edit::CustomerChange;
use domain::customer::{Channel, Contact, ContactFact, Fact};
use domain::event::{EventKind, PersonRef, Recorded, Stream};
use domain::field::Field;
use domain::id::ExternalId;
use domain::policy::Role;
use domain::state::{Move, State};

#[tokio::test]
async fn events_cannot_be_changed_or_deleted_in_the_database() {
    let world = World::new().await;
    for statement in ["UPDATE event SET body = '{}'", "DELETE event"] {
        let outcome = world.store.inner.db.query(statement).await.unwrap().check();
        assert!(outcome.is_err(), "{statement} was accepted");
    }
    world.check().await;
}

#[tokio::test]
async fn tampering_below_the_rules_is_found() {
    let world = World::new().await;
    world.account("C-1").await;
    let db = &world.store.inner.db;
    db.query("REMOVE EVENT append_only ON event; UPDATE event SET body = string::replace(body, 'C-1', 'C-2')")
        .await
        .unwrap()
        .check()
        .unwrap();
    let verdicts = world.acting(Role::Admin).verify().await.unwrap();
    let broken: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.broken.clone()).collect();
    assert!(broken.iter().any(|text| text.contains("was altered after it was written")), "{broken:?}");
}

#[tokio::test]
async fn a_cut_tail_shows_against_a_signed_head() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let stream = Stream::Migration(world.migration.clone());
    world.acting(Role::Viewer).comment(&world.migration, account, command(), "last".into()).await.unwrap();
    let system = world.store.system("test");
    let heads = system.signed_heads();
    let head = heads.iter().find(|head| head.stream == stream).unwrap().clone();
    let kept = SignedHead::from_line(&head.to_line()).expect("a head's line reads back");
    assert_eq!(kept, head);
    assert!(system.verify(std::slice::from_ref(&kept)).await.unwrap().iter().all(|verdict| verdict.broken.is_none()));

    // Somebody with the database cuts the last event and mends the head.
    let script = "REMOVE EVENT append_only ON event; DELETE event:[$m, $n]; DELETE personal:[$m, $n];
        UPDATE type::record('head', $m) SET seq = $n - 1, hash = (SELECT VALUE hash FROM ONLY event:[$m, $n - 1])";
    let query = world.store.inner.db.query(script);
    query.bind(("m", world.migration.0.clone())).bind(("n", head.seq)).await.unwrap().check().unwrap();
    let twin = world.store.twin().await;
    assert!(twin.system("test").verify(&[]).await.unwrap().iter().all(|verdict| verdict.broken.is_none()));
    let verdicts = twin.system("test").verify(&[kept]).await.unwrap();
    assert!(verdicts.iter().any(|v| v.broken.as_deref().is_some_and(|text| text.contains("cut off"))), "{verdicts:?}");

    let forged = SignedHead { hash: "0".repeat(64), ..head };
    let verdicts = twin.system("test").verify(&[forged]).await.unwrap();
    assert!(verdicts.iter().any(|v| v.broken.as_deref().is_some_and(|text| text.contains("not signed"))));
}

#[tokio::test]
async fn erasing_a_customer_leaves_no_trace_and_a_valid_chain() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let acting = world.acting(Role::Operator);
    let block = Move::Block { category: BlockerCategory::Customer, text: "Ms Marker is away".into() };
    let change = Change::State { seen: State::NotStarted, to: block };
    acting.edit_account(&world.migration, account, command(), vec![change]).await.unwrap();
    acting.comment(&world.migration, account, command(), "Marker called".into()).await.unwrap();

    // A contact of their own, and values that were replaced or removed since: they are beside older events.
    let customer = ExternalId::from("C-1");
    let contact = Contact {
        name: "Mona Marker".into(),
        email: "mona@marker.example".into(),
        role: "Marker in chief".into(),
        phone: "+47 22 00 00 17".into(),
        language: "nb".into(),
        time_zone: "Arctic/Longyearbyen".into(),
        channel: Some(Channel::Phone),
        ..Contact::default()
    };
    let change = async |change: CustomerChange| {
        acting.change_customer(&customer, command(), vec![change]).await.unwrap();
        acting.customer(&customer).await.unwrap().customer.profile
    };
    let profile = change(CustomerChange::AddContact { contact }).await;
    let mona = profile.contacts[1].clone();
    let (seen, to) = (mona.phone.clone(), "+47 22 00 00 18".to_owned());
    let profile = change(CustomerChange::Contact { contact: mona.number, fact: ContactFact::Phone, seen, to }).await;
    let seen = profile.contacts[1].clone();
    change(CustomerChange::RemoveContact { contact: mona.number, seen }).await;
    let (seen, to) = ("C-1 Ltd".to_owned(), "Marker Ltd".to_owned());
    change(CustomerChange::Fact { fact: Fact::Name, seen, to }).await;

    let admin = world.acting(Role::Admin);
    let found = admin.find_person("c-1@customer").await.unwrap();
    assert_eq!(found.len(), 1);
    let removed = admin.erase_person(&found[0].person, "asked for by letter").await.unwrap();
    assert_eq!(
        removed,
        6 + 7 + 2 + 7 + 2,
        "as created, with blocker, comment and the whole state twice; a contact added, rung, removed; renamed"
    );

    world.check().await;
    let view = acting.account(&world.migration, account).await.unwrap();
    assert_eq!((view.row.name.as_str(), view.row.email.as_str()), ("Erased", ""));
    let comment = view.history.iter().find(|event| event.kind == EventKind::CommentAdded).unwrap();
    assert_eq!((comment.changes[0].field, &comment.changes[0].after), (Field::Comment, &Recorded::Erased));
    let dump = world.dump().await;
    for marker in ["Marker", "marker.example", "22 00 00", "Longyearbyen", "c-1@customer", "C-1 Ltd"] {
        assert!(!dump.contains(marker), "{marker} is still stored");
    }
}

#[tokio::test]
async fn a_user_is_erased_only_when_disabled() {
    let world = World::new().await;
    let user = world.caller(Role::Viewer).user;
    let admin = world.acting(Role::Admin);
    let person = PersonRef::User(user.clone());
    let refused = admin.erase_person(&person, "left").await.unwrap_err();
    assert!(refused.to_string().contains("Disable this user first"), "{refused}");
    admin.set_disabled(&user, true).await.unwrap();
    assert!(admin.erase_person(&person, "left the company").await.unwrap() >= 2);
    assert!(!world.dump().await.contains("viewer@company.example"));
    world.check().await;
}

#[tokio::test]
async fn secrets_are_in_no_event() {
    let world = World::new().await;
    let link = world.acting(Role::Admin).add_user("New", "new@company.example", Role::Viewer).await.unwrap();
    world.store.accept_link(&link.token, "argon-marker".into(), "127.0.0.1").await.unwrap();
    let session = world.store.sign_in(&link.user, "127.0.0.1").await.unwrap();
    let dump = world.dump().await;
    assert!(!dump.contains(&link.token) && !dump.contains(&session), "a token is stored as it is");
    let log = world.dump_of(&["event", "personal"]).await;
    assert!(!log.contains("argon-marker"), "a password's hash is in the log");
}
