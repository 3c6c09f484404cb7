use crate::StoreError;
use crate::testing::{World, reopened_from};
use domain::policy::{Action, Role};
use domain::saved_view::{Arrangement, ViewSettings};
use domain::view::{Column, ColumnChoice};

fn named(name: &str, shared: bool) -> ViewSettings {
    ViewSettings { name: name.into(), shared, query: "status=blocked&sort=-date".into() }
}

async fn names(world: &World, role: Role) -> Vec<String> {
    let views = world.acting(role).views(&world.migration).await.unwrap().views;
    views.into_iter().map(|view| view.settings.name).collect()
}

#[tokio::test]
async fn personal_views_are_seen_by_their_owner_and_shared_ones_by_all() {
    let world = World::new().await;
    let (viewer, operator) = (world.acting(Role::Viewer), world.acting(Role::Operator));
    let mine = viewer.add_view(&world.migration, named(" My blocked ", false)).await.unwrap();
    let shared = operator.add_view(&world.migration, named("Blocked", true)).await.unwrap();
    assert_eq!(names(&world, Role::Viewer).await, ["Blocked", "My blocked"]);
    assert_eq!(names(&world, Role::Admin).await, ["Blocked"]);

    let denied = viewer.add_view(&world.migration, named("For all", true)).await.unwrap_err();
    assert!(matches!(denied, StoreError::Denied(Action::ShareViews)));
    let denied = viewer.change_view(&shared, named("Hm", true)).await.unwrap_err();
    assert!(matches!(denied, StoreError::Denied(Action::ManageSharedViews)));
    let hidden = operator.delete_view(&mine).await.unwrap_err();
    assert!(matches!(hidden, StoreError::NotFound(_)), "what one may not see does not exist");
    world.acting(Role::Lead).change_view(&shared, named("All blocked", true)).await.unwrap();
    viewer.delete_view(&mine).await.unwrap();
    assert_eq!(names(&world, Role::Viewer).await, ["All blocked"]);
    world.check().await;
}

#[tokio::test]
async fn a_name_is_told_apart_where_one_person_sees_both() {
    let world = World::new().await;
    let (viewer, operator) = (world.acting(Role::Viewer), world.acting(Role::Operator));
    viewer.add_view(&world.migration, named("Blocked", false)).await.unwrap();
    operator.add_view(&world.migration, named("blocked", false)).await.unwrap();
    let twice = viewer.add_view(&world.migration, named("BLOCKED", false)).await.unwrap_err();
    assert!(matches!(twice, StoreError::Invalid(problems) if problems[0].field == "name"));
    let unnamed = viewer.add_view(&world.migration, named(" ", false)).await.unwrap_err();
    assert!(matches!(unnamed, StoreError::Invalid(problems) if problems[0].field == "name"));
}

#[tokio::test]
async fn another_device_shows_the_same_columns_and_default() {
    let world = World::on_disk().await;
    let viewer = world.acting(Role::Viewer);
    let view = viewer.add_view(&world.migration, named("Blocked", false)).await.unwrap();
    let columns = vec![
        ColumnChoice { column: Column::Name, width: Some(300), pinned: true },
        ColumnChoice::plain(Column::Status),
    ];
    let arrangement = Arrangement { columns, default_view: Some(view.clone()) };
    viewer.arrange(&world.migration, arrangement.clone()).await.unwrap();
    let foreign = world.acting(Role::Operator).arrange(&world.migration, arrangement.clone()).await.unwrap_err();
    assert!(matches!(foreign, StoreError::NotFound(_)), "a default that one does not see");
    world.check().await;

    let world = reopened_from(world).await;
    let viewer = world.acting(Role::Viewer);
    assert_eq!(viewer.views(&world.migration).await.unwrap().arrangement, arrangement);
    viewer.delete_view(&view).await.unwrap();
    let left = viewer.views(&world.migration).await.unwrap().arrangement;
    assert_eq!(left, Arrangement { default_view: None, ..arrangement });
    world.check().await;
}
