use crate::StoreError;
use crate::testing::{World, command, field_settings, settings};
use domain::cohort::CohortStage;
use domain::event::{EventKind, Stream};
use domain::gate::{GateId, GateSet};
use domain::id::{AccountNumber, CohortNumber, EndpointNumber, FieldNumber, NoticeRuleNumber, RequestNumber};
use domain::migration::MigrationStage;
use domain::notice::NoticeKind;
use domain::notice::message::{Act, MessageKey};
use domain::policy::{Action, Role, allows};
use domain::saved_view::ViewSettings;

/// Every way in of the store, tried as each role: a role is denied exactly where the policy denies it.
#[tokio::test]
async fn every_command_asks_the_policy() {
    let world = World::new().await;
    let account = world.account("C-1").await;
    let cohort = world.cohort("Pilot").await;
    let migration = &world.migration;
    for role in Role::ALL {
        let acting = world.acting(role);
        let viewer = world.caller(Role::Viewer).user;
        let none = domain::id::ImportId::from("none");
        let bulk_scope = domain::bulk::BulkScope::Accounts { numbers: Vec::new() };
        let bulk_change = domain::bulk::BulkChange::Owner { to: None };
        let query = crate::TableQuery { view: Default::default(), offset: 0, limit: 1 };
        let log = crate::LogQuery {
            stream: Stream::Workspace,
            kind: None,
            user: None,
            from: None,
            until: None,
            before: None,
            limit: 1,
        };
        let person = domain::event::PersonRef::User(viewer.clone());
        let cohort_settings = domain::cohort::CohortSettings {
            name: "x".into(),
            public_name: "".into(),
            window: None,
            ..Default::default()
        };
        let split_plan =
            domain::split::SplitPlan { scope: bulk_scope.clone(), parts: String::new(), by: None, seed: 0 };
        let shift = Default::default();
        let wave_move = domain::calendar::WaveMove { cohort, shift, along: false, keep: true };
        let window = domain::cohort::Window { starts: Default::default(), ends: Default::default() };
        let input = crate::AccountInput {
            external_id: String::new(),
            name: String::new(),
            email: String::new(),
            custom: Default::default(),
        };
        let [seen, theirs, mine] = [const { String::new() }; 3];
        let field = domain::field::Field::Plan;
        let clash = domain::customer::edit::Clash { contact: Default::default(), field, seen, theirs, mine };
        let no_message = MessageKey("none".into());
        let no_messages = crate::MessageScope::These(Vec::new());
        let no_contact = domain::id::ContactNumber(9);
        let kind = domain::notice::EndpointKind::Slack;
        let endpoint = crate::EndpointInput { name: String::new(), url: String::new(), kind };
        let notice = domain::notice::default_templates::NOTICE;
        let words = domain::notice::template::TemplateDraft {
            name: String::new(),
            kind: NoticeKind::Notice,
            fallback: String::new(),
            variants: Default::default(),
        };
        let no_subscriber = domain::id::SubscriberNumber(99);
        let (no_part, no_incident) = (domain::id::ComponentNumber(99), domain::id::IncidentNumber(99));
        let no_incident_template = domain::id::IncidentTemplateNumber(99);
        let nothing = domain::status_page::IncidentTemplateDraft {
            name: String::new(),
            kind: domain::status_page::IncidentKind::Incident,
            state: domain::status_page::IncidentState::Investigating,
            impact: Default::default(),
            title: Default::default(),
            body: Default::default(),
            components: Default::default(),
        };
        let no_title = || domain::status_page::change::IncidentDraft {
            kind: domain::status_page::IncidentKind::Incident,
            title: Default::default(),
            impact: Default::default(),
            window: None,
            started: None,
            by_itself: false,
        };
        let no_words = || domain::status_page::change::UpdateDraft {
            state: domain::status_page::IncidentState::Investigating,
            body: Default::default(),
            components: Default::default(),
            notify: false,
        };
        let (draft, now) = (domain::status_page::change::Going::Draft, domain::status_page::change::Going::Now);
        let no_rule = NoticeRuleNumber(99);
        let mut rule_settings = domain::notice::defaults::proposal(domain::notice::rule::Trigger::DateMoved);
        rule_settings.name = String::new();
        let tried: Vec<(Action, Option<StoreError>)> = vec![
            (Action::ReadMigrations, acting.migrations().await.err()),
            (Action::ReadMigrations, acting.my_work().await.err()),
            (Action::ReadMigrations, acting.my_due().await.err()),
            (Action::ReadMigrations, acting.unmatched_tickets().await.err()),
            (Action::ReadMigrations, acting.attention(migration, account).await.err()),
            (Action::ReadMigrations, acting.promises_of_account(migration, account).await.err()),
            (Action::ReadMigrations, acting.ledger(migration).await.err()),
            (Action::ReadMigrations, acting.open_requests().await.err()),
            (Action::ReadMigrations, acting.customer_page(migration).await.err()),
            (Action::ReadMigrations, acting.preview_customer_page(migration, None, None).await.err()),
            (Action::ReadMigrations, acting.customer_panel(migration, account).await.err()),
            (Action::ManageMigrations, acting.change_customer_page(migration, Default::default()).await.err()),
            (Action::EditCustomers, acting.customer_link(migration, account, no_contact).await.err()),
            (Action::EditCustomers, acting.revoke_customer_link(migration, &"none".into()).await.err()),
            (Action::EditCustomers, acting.resubscribe(&"none".into(), no_contact).await.err()),
            (Action::EditAccounts, acting.answer_request(migration, RequestNumber(9), true, "".into()).await.err()),
            (Action::EditAccounts, acting.assign_ticket("none", &"none".into()).await.err()),
            (Action::EditAccounts, acting.clear_flag(migration, "none", "".into()).await.err()),
            (Action::ReadMigrations, acting.migration_by_slug("none").await.err()),
            (Action::ReadMigrations, acting.table(migration, &query, None).await.err()),
            (Action::ReadMigrations, acting.account(migration, account).await.err()),
            (Action::ReadMigrations, acting.row(migration, AccountNumber(999)).await.err()),
            (Action::ReadMigrations, acting.changed_since(migration, &Default::default()).await.err()),
            (Action::ReadMigrations, acting.author_of(migration, 1).await.err()),
            (Action::ReadMigrations, acting.find("", 1).await.err()),
            (Action::ReadMigrations, acting.answer(migration, account).await.err()),
            (Action::Comment, acting.comment(migration, account, command(), "".into()).await.err()),
            (Action::ExportAccounts, acting.export("none", &Default::default(), "csv").await.err()),
            (Action::EditAccounts, acting.edit_account(migration, account, command(), vec![]).await.err()),
            (Action::EditAccounts, acting.edit_cells(migration, command(), vec![]).await.err()),
            (Action::EditAccounts, acting.undo_edits(migration, command(), vec![]).await.err()),
            (Action::EditAccounts, acting.create_account(migration, command(), input).await.err()),
            (Action::ReadMigrations, acting.customers(&Default::default()).await.err()),
            (Action::ReadMigrations, acting.customer(&"none".into()).await.err()),
            (Action::ReadMigrations, acting.author_of_clash(&"none".into(), &clash).await.err()),
            (Action::EditCustomers, acting.change_customer(&"none".into(), command(), vec![]).await.err()),
            (Action::EditCustomers, acting.create_customer(command(), Default::default()).await.err()),
            (Action::ManageMigrations, acting.create_migration(settings("!")).await.err()),
            (Action::ManageMigrations, acting.change_migration(migration, settings("!")).await.err()),
            (Action::ReadMigrations, acting.views(migration).await.err()),
            (Action::ShareViews, acting.add_view(migration, view_settings()).await.err()),
            (Action::ReadMigrations, acting.change_view(&"none".into(), view_settings()).await.err()),
            (Action::ReadMigrations, acting.delete_view(&"none".into()).await.err()),
            (Action::ReadMigrations, acting.arrange(migration, Default::default()).await.err()),
            (Action::ManageFields, acting.add_field(migration, field_settings("")).await.err()),
            (Action::ManageFields, acting.change_field(migration, FieldNumber(9), field_settings("")).await.err()),
            (Action::ManageFields, acting.order_field(migration, FieldNumber(9), 0).await.err()),
            (Action::ManageFields, acting.retire_field(migration, FieldNumber(9), true).await.err()),
            (Action::ReadMigrations, acting.fields(migration).await.err()),
            (Action::ReadMigrations, acting.templates().await.err()),
            (Action::ManageTemplates, acting.save_template(migration, Default::default()).await.err()),
            (Action::ManageTemplates, acting.change_template(&"none".into(), Default::default()).await.err()),
            (Action::ManageTemplates, acting.delete_template(&"none".into()).await.err()),
            (Action::ManageMigrations, acting.create_migration_from(&"none".into(), settings("!")).await.err()),
            (Action::ReadMigrations, acting.notice_templates(migration).await.err()),
            (Action::ReadMigrations, acting.notice_template(migration, notice).await.err()),
            (Action::ReadMigrations, acting.notice_variables(migration, NoticeKind::Notice).await.err()),
            (Action::ReadMigrations, acting.notice_template_version(migration, notice, 0).await.err()),
            (Action::ReadMigrations, acting.look_at_notice_template(migration, &words, None).await.err()),
            (Action::ReadMigrations, acting.notice_template_html(migration, &words, "en", None).await.err()),
            (Action::ManageNotices, acting.save_notice_template(migration, None, 0, words.clone()).await.err()),
            (Action::ManageNotices, acting.restore_notice_template(migration, notice, 7, 0).await.err()),
            (Action::ManageNotices, acting.remove_notice_template(migration, notice, 7).await.err()),
            (Action::ManageNotices, acting.send_test_message(migration, &words, "en", None).await.err()),
            (Action::MoveMigrations, acting.move_migration(migration, MigrationStage::Draft, "".into()).await.err()),
            (Action::ReadMigrations, acting.notice_rules(migration).await.err()),
            (Action::ManageNotices, acting.rule_reach(migration, no_rule).await.err()),
            (Action::ManageNotices, acting.save_notice_rule(migration, None, rule_settings.clone()).await.err()),
            (Action::ManageNotices, acting.switch_notice_rule(migration, no_rule, true, None).await.err()),
            (Action::ManageNotices, acting.remove_notice_rule(migration, no_rule).await.err()),
            (Action::ManageNotices, acting.add_usual_rules(migration).await.err()),
            (Action::PublishPage, acting.publish(migration, false).await.err()),
            (Action::ReadMigrations, acting.subscribers(migration, "", None).await.err()),
            (Action::ReadMigrations, acting.subscribers_of(migration, &Default::default()).await.err()),
            (Action::ManageSubscribers, acting.stop_subscriber(migration, no_subscriber, "".into()).await.err()),
            (Action::ManageSubscribers, acting.remove_subscriber(migration, no_subscriber, "".into()).await.err()),
            (Action::ManageSubscribers, acting.export_subscribers(migration).await.err()),
            (Action::ManageCohorts, acting.create_cohort(migration, cohort_settings.clone()).await.err()),
            (Action::ManageCohorts, acting.change_cohort(migration, cohort, cohort_settings).await.err()),
            (Action::ManageCohorts, acting.order_cohort(migration, cohort, 1).await.err()),
            (Action::ManageMigrations, acting.change_days(migration, Default::default()).await.err()),
            (Action::ManageCohorts, acting.preview_split(migration, &split_plan).await.err()),
            (Action::ManageCohorts, acting.start_split(migration, command(), &split_plan, &[], 0).await.err()),
            (Action::ManageCohorts, acting.preview_move(migration, &wave_move).await.err()),
            (Action::ManageCohorts, acting.start_move(migration, command(), &wave_move, window).await.err()),
            (Action::ReadMigrations, acting.day_plans(migration, Default::default(), Default::default()).await.err()),
            (Action::MoveCohorts, acting.move_cohort(migration, cohort, CohortStage::Planned, "".into()).await.err()),
            (Action::ReadMigrations, acting.cohort_report(migration, cohort).await.err()),
            (Action::ReadMigrations, acting.gate_decisions(migration).await.err()),
            (Action::ManageCohorts, acting.change_gates(migration, CohortNumber(99), Default::default()).await.err()),
            (Action::ApproveGates, acting.approve_gate(migration, cohort, GateId(99), true, "".into()).await.err()),
            (Action::SignGates, acting.sign_gates(migration, cohort, GateSet::Triggers).await.err()),
            (Action::OverrideGates, acting.override_gates(migration, cohort, GateSet::Triggers, "".into()).await.err()),
            (
                Action::MoveCohorts,
                acting.move_cohort_past_gate(migration, cohort, CohortStage::Planned, "".into()).await.err(),
            ),
            (Action::ImportAccounts, acting.upload_import(migration, "a.csv", vec![]).await.err()),
            (Action::ImportAccounts, acting.upload_sheet(migration, "a.xlsx", vec![], Default::default()).await.err()),
            (Action::ImportAccounts, acting.imports(migration).await.err()),
            (Action::ImportAccounts, acting.import(migration, &none).await.err()),
            (Action::ImportAccounts, acting.map_import(migration, &none, Default::default()).await.err()),
            (Action::ImportAccounts, acting.check_import(migration, &none).await.err()),
            (Action::ImportAccounts, acting.commit_import(migration, &none, false).await.err()),
            (Action::ImportAccounts, acting.discard_import(migration, &none).await.err()),
            (Action::ImportAccounts, acting.refused_rows(migration, &none).await.err()),
            (Action::BulkEdit, acting.preview_bulk(migration, &bulk_scope, &bulk_change).await.err()),
            (Action::BulkEdit, acting.start_bulk(migration, command(), &bulk_scope, bulk_change.clone()).await.err()),
            (Action::ReadMigrations, acting.bulks(migration).await.err()),
            (Action::ReadMigrations, acting.bulk(migration, &"none".into()).await.err()),
            (Action::ReadMigrations, acting.account_names(migration, &[account]).await.err()),
            (Action::BulkEdit, acting.cancel_bulk(migration, &"none".into()).await.err()),
            (Action::BulkEdit, acting.preview_undo(migration, &"none".into()).await.err()),
            (Action::BulkEdit, acting.undo_bulk(migration, &"none".into()).await.err()),
            (Action::ReadMigrations, acting.messages(migration, &Default::default(), 0, 1).await.err()),
            (Action::ReadMigrations, acting.account_messages(migration, account).await.err()),
            (Action::ReadMigrations, acting.message(migration, &no_message).await.err()),
            (Action::ManageNotices, acting.act_on_messages(migration, &no_messages, Act::Hold, "").await.err()),
            (
                Action::EditAccounts,
                acting.record_call(migration, command(), account, no_contact, "".into()).await.err(),
            ),
            (Action::ReadMigrations, acting.endpoints(migration).await.err()),
            (Action::ReadMigrations, acting.message_rules(migration).await.err()),
            (Action::ReadMigrations, acting.people_names().await.err()),
            (Action::ManageNotices, acting.add_endpoint(migration, endpoint).await.err()),
            (Action::ManageNotices, acting.change_endpoint(migration, EndpointNumber(9), "".into(), false).await.err()),
            (Action::ManageHooks, acting.make_hook_secret(domain::notice::Hook::Bounces).await.err()),
            (Action::ManageHooks, acting.has_hook_secret(domain::notice::Hook::Bounces).await.err()),
            (Action::ReadMigrations, acting.status_page(migration).await.err()),
            (Action::ReadMigrations, acting.incidents(migration).await.err()),
            (Action::ReadMigrations, acting.incident(migration, no_incident).await.err()),
            (Action::EditPage, acting.may_preview_page().await.err()),
            (Action::EditPage, acting.save_page_draft(migration, 9, Default::default()).await.err()),
            (Action::PublishPage, acting.publish_page_texts(migration, 9, None).await.err()),
            (Action::PublishPage, acting.drop_page_plan(migration).await.err()),
            (Action::PublishPage, acting.set_page_look(migration, Default::default()).await.err()),
            (Action::PublishPage, acting.set_page_follow(migration, Default::default()).await.err()),
            (Action::PublishPage, acting.set_page_also(migration, vec![]).await.err()),
            (Action::PublishPage, acting.save_component(migration, None, Default::default()).await.err()),
            (Action::PublishPage, acting.place_component(migration, no_part, None, 1).await.err()),
            (Action::PublishPage, acting.set_component_state(migration, no_part, Default::default()).await.err()),
            (Action::PublishPage, acting.retire_component(migration, no_part, true).await.err()),
            (Action::EditPage, acting.begin_incident(migration, no_title(), no_words(), draft).await.err()),
            (Action::PublishPage, acting.begin_incident(migration, no_title(), no_words(), now).await.err()),
            (Action::EditPage, acting.change_incident(migration, no_incident, 0, no_title()).await.err()),
            (
                Action::EditPage,
                acting.save_incident_update(migration, no_incident, 0, None, no_words(), draft).await.err(),
            ),
            (
                Action::PublishPage,
                acting.save_incident_update(migration, no_incident, 0, None, no_words(), now).await.err(),
            ),
            (Action::EditPage, acting.remove_incident_update(migration, no_incident, 0, 1).await.err()),
            (Action::EditPage, acting.take_back_incident(migration, no_incident, 0).await.err()),
            (Action::EditPage, acting.save_incident_template(migration, None, nothing).await.err()),
            (Action::EditPage, acting.remove_incident_template(migration, no_incident_template).await.err()),
            (Action::ManageUsers, acting.users().await.err()),
            (Action::ManageUsers, acting.add_user("", "", Role::Viewer).await.err()),
            (Action::ManageUsers, acting.make_link(&"none".into()).await.err()),
            (Action::ManageUsers, acting.change_role(&"none".into(), Role::Viewer).await.err()),
            (Action::ManageUsers, acting.set_disabled(&"none".into(), false).await.err()),
            (Action::ReadAudit, acting.log(&log).await.err()),
            (Action::ReadAudit, acting.streams().await.err()),
            (Action::ReadAudit, acting.user_names().await.err()),
            (Action::ReadAudit, acting.verify().await.err()),
            (Action::ErasePersons, acting.find_person("nobody").await.err()),
            (Action::ErasePersons, acting.erase_person(&person, "").await.err()),
        ];
        for (index, (action, error)) in tried.iter().enumerate() {
            let denied = matches!(error, Some(StoreError::Denied(denied)) if denied == action);
            assert_eq!(denied, !allows(role, *action), "{role:?} at call {index} ({action:?}): {error:?}");
        }
    }
}

/// A shared view without a name.
fn view_settings() -> ViewSettings {
    ViewSettings { name: String::new(), shared: true, query: String::new() }
}

#[tokio::test]
async fn denied_attempts_are_in_the_log_summed_up() {
    let world = World::new().await;
    for _ in 0..50 {
        let denied = world.acting(Role::Viewer).publish(&world.migration, true).await;
        assert!(matches!(denied, Err(StoreError::Denied(Action::PublishPage))));
    }
    let query = crate::LogQuery {
        stream: Stream::Workspace,
        kind: Some(EventKind::Denied),
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 100,
    };
    let (entries, _) = world.acting(Role::Admin).log(&query).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].who, "Viewer");
    assert_eq!(entries[0].event.from, "127.0.0.1");
}
