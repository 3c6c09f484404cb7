use crate::StoreError;
use crate::sessions::{SESSION_ABSOLUTE_HOURS, SESSION_IDLE_HOURS};
use crate::testing::{TestClock, World};
use crate::writer::Store;
use chrono::Duration;
use domain::policy::Role;

#[tokio::test]
async fn the_first_admin_gets_a_link_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open("mem://", &folder.path().join("key"), TestClock::new()).await.unwrap();
    let first = store.system("test").first_admin("admin@company.example").await.unwrap().expect("a link");
    let second = store.system("test").first_admin("admin@company.example").await.unwrap().expect("a newer link");
    assert!(store.link_user(&first.token).await.unwrap().is_none(), "the older link stopped working");
    let user = store.link_user(&second.token).await.unwrap().expect("the newer link works");
    assert_eq!(user.email, "admin@company.example");
    store.accept_link(&second.token, "hash".into(), "127.0.0.1").await.unwrap();
    assert!(matches!(store.accept_link(&second.token, "x".into(), "").await, Err(StoreError::NotFound(_))));
    assert!(store.system("test").first_admin("admin@company.example").await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_expires() {
    let world = World::new().await;
    let link = world.acting(Role::Admin).add_user("New", "new@company.example", Role::Viewer).await.unwrap();
    world.clock.advance(Duration::days(4));
    assert!(world.store.link_user(&link.token).await.unwrap().is_none());
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_signed_out() {
    let world = World::new().await;
    let user = world.caller(Role::Viewer).user;
    let idle = world.store.sign_in(&user, "127.0.0.1").await.unwrap();
    world.clock.advance(Duration::hours(SESSION_IDLE_HOURS) + Duration::seconds(1));
    assert!(world.store.session(&idle).await.unwrap().is_none());

    let old = world.store.sign_in(&user, "127.0.0.1").await.unwrap();
    for _ in 0..(SESSION_ABSOLUTE_HOURS / 8) {
        assert!(world.store.session(&old).await.unwrap().is_some());
        world.clock.advance(Duration::hours(8));
    }
    world.clock.advance(Duration::seconds(1));
    assert!(world.store.session(&old).await.unwrap().is_none(), "a busy session ends too");

    let token = world.store.sign_in(&user, "127.0.0.1").await.unwrap();
    let session = world.store.session(&token).await.unwrap().expect("the session lives");
    world.store.sign_out(&session, "127.0.0.1").await.unwrap();
    assert!(world.store.session(&token).await.unwrap().is_none());
    assert!(world.store.session("forged").await.unwrap().is_none());
}

#[tokio::test]
async fn disabling_or_changing_the_role_ends_sessions_at_once() {
    let world = World::new().await;
    let user = world.caller(Role::Operator).user;
    let admin = world.acting(Role::Admin);
    let mut changes = world.store.listen();
    let token = world.store.sign_in(&user, "127.0.0.1").await.unwrap();
    admin.set_disabled(&user, true).await.unwrap();
    assert!(world.store.session(&token).await.unwrap().is_none());
    let mut told = false;
    while let Ok(change) = changes.try_recv() {
        told |= change.signed_out.as_ref() == Some(&user);
    }
    assert!(told, "open connections are told");
    assert!(world.store.password_hash("operator@company.example").is_none(), "a disabled user cannot sign in");

    admin.set_disabled(&user, false).await.unwrap();
    let token = world.store.sign_in(&user, "127.0.0.1").await.unwrap();
    admin.change_role(&user, Role::Viewer).await.unwrap();
    assert!(world.store.session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn the_last_admin_stays() {
    let world = World::new().await;
    let admin = world.caller(Role::Admin).user;
    let acting = world.acting(Role::Admin);
    assert!(matches!(acting.set_disabled(&admin, true).await, Err(StoreError::Refused(_))));
    assert!(matches!(acting.change_role(&admin, Role::Viewer).await, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn bad_new_users_are_refused_at_the_field() {
    let world = World::new().await;
    let error = world.acting(Role::Admin).add_user("", "nobody", Role::Viewer).await.unwrap_err();
    let StoreError::Invalid(problems) = error else { panic!("{error}") };
    assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["name", "email"]);
    let twice = world.acting(Role::Admin).add_user("Twin", "VIEWER@company.example", Role::Viewer).await.unwrap_err();
    assert!(twice.to_string().contains("Another user"), "{twice}");
}
