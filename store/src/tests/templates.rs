use crate::StoreError;
use crate::testing::{World, field_settings, reopened_from, settings};
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::custom::{CustomKind, CustomValue, FieldSettings};
use domain::event::{EventKind, Stream};
use domain::id::{FieldNumber, MigrationId, TemplateId};
use domain::migration::MigrationStage;
use domain::policy::Role;
use domain::template::TemplateTitle;

fn title(name: &str) -> TemplateTitle {
    TemplateTitle { name: name.into(), description: " For moves between ledgers ".into() }
}

fn tier() -> FieldSettings {
    let options = ["Silver", "Gold"].map(str::to_owned).to_vec();
    let default = Some(CustomValue::Select("Silver".into()));
    FieldSettings { kind: CustomKind::Select { options }, required: true, default, ..field_settings("Tier") }
}

/// Two fields in use, one retired, two cohorts of which one runs with a window; saved as a template.
async fn saved(world: &World) -> TemplateId {
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    lead.add_field(migration, field_settings("Note")).await.unwrap();
    let old = lead.add_field(migration, field_settings("Old")).await.unwrap();
    lead.retire_field(migration, old, true).await.unwrap();
    let tier = lead.add_field(migration, tier()).await.unwrap();
    lead.order_field(migration, tier, 0).await.unwrap();
    let main = world.cohort("Main").await;
    let starts = "2026-05-24T20:00:00Z".parse().unwrap();
    let window = Some(Window { starts, ends: starts + chrono::Duration::hours(6) });
    let pilot = CohortSettings { name: "Pilot".into(), public_name: "First".into(), window, ..Default::default() };
    let pilot = lead.create_cohort(migration, pilot).await.unwrap();
    lead.order_cohort(migration, pilot, 1).await.unwrap();
    lead.move_cohort_past_gate(migration, main, CohortStage::Running, "go".into()).await.unwrap();
    lead.save_template(migration, title(" Ledgers ")).await.unwrap()
}

async fn kinds(world: &World, stream: Stream) -> Vec<EventKind> {
    let query = crate::LogQuery { stream, kind: None, user: None, from: None, until: None, before: None, limit: 100 };
    let (entries, _) = world.acting(Role::Admin).log(&query).await.unwrap();
    entries.into_iter().rev().map(|entry| entry.event.kind).collect()
}

#[tokio::test]
async fn a_migration_starts_with_the_fields_and_cohorts_of_a_template() {
    let world = World::on_disk().await;
    let template = saved(&world).await;
    let world = reopened_from(world).await;
    let lead = world.acting(Role::Lead);
    let templates = lead.templates().await.unwrap();
    assert_eq!(
        templates[0].title,
        TemplateTitle { description: "For moves between ledgers".into(), ..title("Ledgers") }
    );
    assert_eq!((templates[0].content.rollback_days, templates[0].content.public_name.as_str()), (Some(14), "Ledger 3"));

    let id = lead.create_migration_from(&template, settings("ledger-4")).await.unwrap();
    let view = lead.migration_by_slug("ledger-4").await.unwrap();
    assert_eq!((view.migration.stage, view.migration.published), (MigrationStage::Draft, false));
    let fields: Vec<_> = view.migration.fields.iter().map(|field| (field.number.0, &field.settings)).collect();
    assert_eq!(fields, [(1, &tier()), (2, &field_settings("Note"))]);
    assert!(view.migration.fields.iter().all(|field| !field.retired));
    let cohorts: Vec<_> = view
        .cohorts
        .iter()
        .map(|(cohort, ..)| (cohort.position, cohort.settings.name.as_str(), cohort.settings.public_name.as_str()))
        .collect();
    assert_eq!(cohorts, [(1, "Pilot", "First"), (2, "Main", "")]);
    assert!(
        view.cohorts
            .iter()
            .all(|(cohort, ..)| { cohort.stage == CohortStage::Planned && cohort.settings.window.is_none() })
    );
    use EventKind::{CohortCreated, FieldAdded, MigrationCreated};
    let expected = [MigrationCreated, FieldAdded, FieldAdded, CohortCreated, CohortCreated];
    assert_eq!(kinds(&world, Stream::Migration(id.clone())).await, expected);

    // From here on it is a migration like any other: numbers go on.
    assert_eq!(lead.add_field(&id, field_settings("Seats")).await.unwrap(), FieldNumber(3));
    world.check().await;
    let world = reopened_from(world).await;
    assert_eq!(world.acting(Role::Lead).migration_by_slug("ledger-4").await.unwrap().migration.fields.len(), 3);
    world.check().await;
}

#[tokio::test]
async fn templates_are_told_apart_by_name_renamed_and_deleted() {
    let world = World::on_disk().await;
    let template = saved(&world).await;
    let lead = world.acting(Role::Lead);
    let at_name = |error: StoreError| matches!(error, StoreError::Invalid(problems) if problems[0].field == "name");
    assert!(at_name(lead.save_template(&world.migration, title("ledgers")).await.unwrap_err()));
    assert!(at_name(lead.save_template(&world.migration, title(" ")).await.unwrap_err()));
    let other = lead.save_template(&world.migration, title("Others")).await.unwrap();
    assert!(at_name(lead.change_template(&other, title("Ledgers")).await.unwrap_err()));
    lead.change_template(&template, title("LEDGERS")).await.unwrap();
    let names: Vec<_> = lead.templates().await.unwrap().into_iter().map(|template| template.title.name).collect();
    assert_eq!(names, ["LEDGERS", "Others"]);

    lead.create_migration_from(&template, settings("ledger-4")).await.unwrap();
    lead.delete_template(&template).await.unwrap();
    let gone = [
        lead.delete_template(&template).await.unwrap_err(),
        lead.change_template(&template, title("x")).await.unwrap_err(),
        lead.create_migration_from(&template, settings("ledger-5")).await.unwrap_err(),
    ];
    assert!(gone.iter().all(|error| matches!(error, StoreError::NotFound(_))), "{gone:?}");
    assert!(lead.migration_by_slug("ledger-5").await.is_err());
    assert_eq!(lead.migration_by_slug("ledger-4").await.unwrap().migration.fields.len(), 2);
    let log = kinds(&world, Stream::Workspace).await;
    let of = |kind| log.iter().filter(|other| **other == kind).count();
    assert_eq!((of(EventKind::TemplateSaved), of(EventKind::TemplateDeleted)), (3, 1));
    world.check().await;
    let world = reopened_from(world).await;
    assert_eq!(world.acting(Role::Viewer).templates().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_start_from_a_template_leaves_nothing_behind() {
    let world = World::new().await;
    let template = saved(&world).await;
    let lead = world.acting(Role::Lead);
    let taken = lead.create_migration_from(&template, settings("ledger-3")).await.unwrap_err();
    assert!(matches!(taken, StoreError::Invalid(problems) if problems[0].field == "slug"));
    assert_eq!(lead.migrations().await.unwrap().len(), 1);
    let nowhere = lead.save_template(&MigrationId::from("none"), title("Lost")).await.unwrap_err();
    assert!(matches!(nowhere, StoreError::NotFound(_)));
    world.check().await;
}

#[tokio::test]
async fn rules_templates_of_messages_and_gates_go_with_a_template() {
    use domain::gate::{Gate, GateId, GateLists};
    use domain::notice::default_templates;
    let world = World::on_disk().await;
    let (lead, migration) = (world.acting(Role::Lead), &world.migration);
    let cohort = world.cohort("Pilot").await;
    let gate = Gate { id: GateId(0), ..GateLists::usual(false).exit[0].clone() };
    let lists = GateLists { exit: vec![gate], ..GateLists::default() };
    lead.change_gates(migration, cohort, lists).await.unwrap();
    let mut draft: domain::notice::template::TemplateDraft =
        default_templates::by_number(default_templates::NOTICE).unwrap().into();
    draft.name = "Our notice".into();
    let saved = lead.save_notice_template(migration, Some(default_templates::NOTICE), 0, draft).await;
    assert!(saved.is_ok(), "{saved:?}");
    lead.remove_notice_rule(migration, domain::id::NoticeRuleNumber(2)).await.unwrap();
    lead.switch_notice_rule(migration, domain::id::NoticeRuleNumber(1), true, None).await.unwrap();
    let template = lead.save_template(migration, title("Ledgers")).await.unwrap();
    let id = lead.create_migration_from(&template, settings("ledger-4")).await.unwrap();
    let rules = lead.notice_rules(&id).await.unwrap().rules;
    let rules: Vec<_> = rules.iter().map(|rule| (rule.template.as_str(), rule.rule.is_on())).collect();
    assert_eq!(rules[0], ("Our notice", false));
    assert_eq!(rules.len(), 3);
    let view = lead.migration_by_slug("ledger-4").await.unwrap();
    let gates = &view.cohorts[0].0.gates;
    assert_eq!((gates.lists.entry.len(), gates.lists.exit.len(), gates.lists.triggers.len()), (0, 1, 0));
    assert!(gates.approvals.is_empty());
    let kinds = kinds(&world, Stream::Migration(id)).await;
    let expected = [EventKind::MigrationCreated, EventKind::CohortCreated, EventKind::NoticeTemplateSaved];
    assert_eq!(kinds, expected);
    world.check().await;
    let world = reopened_from(world).await;
    world.check().await;
}
