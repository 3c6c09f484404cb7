//! Templates of messages: versions, conflicts, restoring, previews, and what a written message says.

use crate::StoreError;
use crate::compose::{Wanted, compose};
use crate::testing::{World, field_settings, reopened_from};
use domain::account::Change;
use domain::custom::CustomValue;
use domain::event::{EventKind, Recorded, Stream};
use domain::field::Field;
use domain::id::{AccountNumber, ContactNumber, NoticeTemplateNumber, UserId};
use domain::notice::message::{Message, MessageKey, MessageState, Suppression};
use domain::notice::rule::{Audience, Late, NoticeRule, RuleSettings, Trigger};
use domain::notice::template::{NoticeTemplate, TemplateDraft, TemplateSaved};
use domain::notice::{Medium, NoticeKind, Recipient, default_templates};
use domain::policy::Role;
use domain::state::Move;

const NOTICE: NoticeTemplateNumber = default_templates::NOTICE;

async fn draft_of(world: &World, number: NoticeTemplateNumber) -> TemplateDraft {
    let view = world.acting(Role::Viewer).notice_template(&world.migration, number).await.unwrap();
    TemplateDraft::from(&view.line.template)
}

fn with_subject(mut draft: TemplateDraft, subject: &str) -> TemplateDraft {
    draft.variants.get_mut("en").unwrap().subject = subject.into();
    draft
}

async fn save(world: &World, number: Option<NoticeTemplateNumber>, seen: u32, draft: TemplateDraft) -> TemplateSaved {
    world.acting(Role::Lead).save_notice_template(&world.migration, number, seen, draft).await.unwrap()
}

/// A message about the account's first contact, as a rule would write it.
fn composed(
    world: &World,
    account: AccountNumber,
    to: Recipient,
    kind: NoticeKind,
    template: u16,
) -> (Message, Option<domain::notice::message::Content>) {
    let model = world.store.model();
    let here = model.migration(&world.migration).unwrap();
    let account = here.table.account(account).unwrap();
    let now = domain::clock::Clock::now(&*world.clock);
    let wanted = Wanted {
        key: MessageKey::of_command("test", &to),
        rule: None,
        kind,
        template: NoticeTemplateNumber(template),
        account: Some(&account),
        cohort: None,
        to,
        medium: Medium::Email,
        told_date: account.state.scheduled_for(),
        due: now,
        late: false,
        bulk: None,
    };
    compose(&model, here, wanted, None, now)
}

async fn scheduled(world: &World, id: &str) -> AccountNumber {
    let account = world.account(id).await;
    let seen = world.acting(Role::Viewer).account(&world.migration, account).await.unwrap().row.state;
    let date = "2026-05-27".parse().unwrap();
    let change = Change::State { seen, to: Move::Schedule { date, pinned: None } };
    world
        .acting(Role::Operator)
        .edit_account(&world.migration, account, crate::testing::command(), vec![change])
        .await
        .unwrap();
    account
}

#[tokio::test]
async fn every_migration_has_the_default_templates_and_saving_makes_versions() {
    let world = World::on_disk().await;
    let list = world.acting(Role::Viewer).notice_templates(&world.migration).await.unwrap();
    assert_eq!(
        list.iter().map(|line| line.template.number.0).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7, 8, 1_001, 1_002, 1_003, 1_004, 1_005]
    );
    assert!(list.iter().all(|line| line.saved_by.is_none() && line.template.version == 0));

    let draft = with_subject(draft_of(&world, NOTICE).await, " We move you on {{ account.date }} ");
    assert_eq!(save(&world, Some(NOTICE), 0, draft.clone()).await, TemplateSaved::Saved { number: NOTICE, version: 1 });
    // The same words again are no new version.
    assert_eq!(save(&world, Some(NOTICE), 1, draft.clone()).await, TemplateSaved::Saved { number: NOTICE, version: 1 });
    let second = with_subject(draft.clone(), "Second");
    assert_eq!(save(&world, Some(NOTICE), 1, second).await, TemplateSaved::Saved { number: NOTICE, version: 2 });

    let world = reopened_from(world).await;
    let (viewer, lead) = (world.acting(Role::Viewer), world.acting(Role::Lead));
    let view = viewer.notice_template(&world.migration, NOTICE).await.unwrap();
    assert_eq!(view.line.template.variants["en"].subject, "Second");
    let versions: Vec<_> =
        view.versions.iter().map(|line| (line.version, line.saved.as_ref().map(|(_, by)| by.as_str()))).collect();
    assert_eq!(versions, [(2, Some("Lead")), (1, Some("Lead")), (0, None)]);
    let first = viewer.notice_template_version(&world.migration, NOTICE, 1).await.unwrap();
    assert_eq!(first.variants["en"].subject, "We move you on {{ account.date }}");

    let restored = lead.restore_notice_template(&world.migration, NOTICE, 2, 0).await.unwrap();
    assert_eq!(restored, TemplateSaved::Saved { number: NOTICE, version: 3 });
    let built_in = default_templates::by_number(NOTICE).unwrap();
    assert_eq!(draft_of(&world, NOTICE).await, TemplateDraft::from(built_in));
    world.check().await;
}

#[tokio::test]
async fn what_somebody_saved_meanwhile_is_answered_and_nothing_is_written() {
    let world = World::new().await;
    let draft = draft_of(&world, NOTICE).await;
    save(&world, Some(NOTICE), 0, with_subject(draft.clone(), "Theirs")).await;
    let outcome = save(&world, Some(NOTICE), 0, with_subject(draft, "Mine")).await;
    let TemplateSaved::Conflict { theirs, by } = outcome else { panic!("{outcome:?}") };
    assert_eq!((theirs.version, theirs.variants["en"].subject.as_str(), by.as_str()), (1, "Theirs", "Lead"));
    assert_eq!(draft_of(&world, NOTICE).await.variants["en"].subject, "Theirs");
}

#[tokio::test]
async fn what_is_wrong_comes_back_at_its_field() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let refused = async |draft: TemplateDraft| match lead.save_notice_template(&world.migration, None, 0, draft).await {
        Err(StoreError::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let good = TemplateDraft { name: "Own".into(), ..draft_of(&world, NOTICE).await };
    assert_eq!(refused(TemplateDraft { name: "notice of the date".into(), ..good.clone() }).await, ["name"]);
    assert_eq!(refused(TemplateDraft { fallback: "fr".into(), ..good.clone() }).await, ["fallback"]);
    assert_eq!(refused(with_subject(good.clone(), "a\nb")).await, ["en.subject"]);
    assert_eq!(refused(with_subject(good.clone(), "{{ customer.nam }}")).await, ["en.subject"]);
    assert_eq!(refused(with_subject(good.clone(), "{{ owner.email }}")).await, ["en.subject"]);
    let mut long = good.clone();
    long.variants.get_mut("de").unwrap().text = "x".repeat(2_000_000);
    assert_eq!(refused(long).await, ["de.text"]);
    // A field of the migration's own is a variable, once it is there.
    let own = with_subject(good.clone(), "{{ custom.contract or \"none\" }}");
    assert_eq!(refused(own.clone()).await, ["en.subject"]);
    lead.add_field(&world.migration, field_settings("Contract")).await.unwrap();
    assert_eq!(save(&world, None, 0, own).await, TemplateSaved::Saved { number: NoticeTemplateNumber(9), version: 1 });
    let next = TemplateDraft { name: "Another".into(), ..good };
    assert_eq!(
        save(&world, None, 0, next).await,
        TemplateSaved::Saved { number: NoticeTemplateNumber(10), version: 1 }
    );
}

#[tokio::test]
async fn a_template_that_a_rule_uses_stays() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let settings = RuleSettings {
        name: "Two weeks before".into(),
        kind: NoticeKind::Notice,
        trigger: Trigger::BeforeDate { days: 14 },
        audience: Audience::MainContact,
        template: NOTICE,
        medium: Medium::Email,
        hours: None,
        minimum_lead_days: 2,
        late: Late::Send,
    };
    let number = domain::id::NoticeRuleNumber(1);
    let put = |removed: bool| {
        let rule = NoticeRule { number, settings: settings.clone(), on_since: None, removed };
        world.store.apply_for_test(crate::model::Write::NoticeRule(world.migration.clone(), rule));
    };
    put(false);
    let refused = lead.remove_notice_template(&world.migration, NOTICE, 0).await;
    assert!(matches!(&refused, Err(StoreError::Refused(words)) if words.contains("“Two weeks before”")), "{refused:?}");
    let list = lead.notice_templates(&world.migration).await.unwrap();
    assert_eq!(list[0].rules, ["Two weeks before"]);
    put(true);
    let stale = lead.remove_notice_template(&world.migration, NOTICE, 7).await;
    assert!(matches!(stale, Err(StoreError::Refused(_))));
    lead.remove_notice_template(&world.migration, NOTICE, 0).await.unwrap();
    assert_eq!(lead.notice_templates(&world.migration).await.unwrap().len(), 12);
    assert!(matches!(lead.notice_template(&world.migration, NOTICE).await, Err(StoreError::NotFound(_))));
    let draft = TemplateDraft::from(default_templates::by_number(NOTICE).unwrap());
    let again = lead.save_notice_template(&world.migration, Some(NOTICE), 1, draft).await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
}

#[tokio::test]
async fn each_change_is_an_event_with_the_words_before_and_after() {
    let world = World::new().await;
    let draft = draft_of(&world, default_templates::REMINDER).await;
    save(&world, Some(default_templates::REMINDER), 0, with_subject(draft, "Other words")).await;
    world.acting(Role::Lead).remove_notice_template(&world.migration, default_templates::REMINDER, 1).await.unwrap();
    let query = crate::LogQuery {
        stream: Stream::Migration(world.migration.clone()),
        kind: None,
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 10,
    };
    let (entries, _) = world.acting(Role::Admin).log(&query).await.unwrap();
    assert_eq!(entries[0].event.kind, EventKind::NoticeTemplateRemoved);
    let saved = &entries[1].event;
    assert_eq!(saved.kind, EventKind::NoticeTemplateSaved);
    let words = saved.changes.iter().find(|change| change.field == Field::NoticeWords).unwrap();
    let (Recorded::Value(before), Recorded::Value(after)) = (&words.before, &words.after) else { panic!("{words:?}") };
    assert_eq!(after["en"]["subject"], "Other words");
    assert!(before["en"]["subject"].as_str().unwrap().contains("account.date"));
    assert!(after.get("de").is_none(), "a language that did not change is in the event: {after}");
}

#[tokio::test]
async fn a_message_is_made_in_the_readers_language_or_suppressed_with_its_reason() {
    let world = World::new().await;
    world.store.set_base_url("https://move.example/");
    let account = scheduled(&world, "C-1").await;
    let main = || Recipient::Contact(ContactNumber(1));
    let (message, content) = composed(&world, account, main(), NoticeKind::Notice, 1);
    let content = content.unwrap();
    assert_eq!(message.state, MessageState::Waiting { tries: 0, answer: String::new() });
    assert_eq!(message.template, Some((NOTICE, 0)));
    assert_eq!((content.address.as_str(), content.language.as_str()), ("c-1@customer.example", "en"));
    assert_eq!(content.subject, "Ledger 3: we move your account on Wednesday 27 May 2026");
    assert!(content.text.contains("C-1 Ltd") && content.html.contains("<!doctype html>"));
    assert!(!content.text.contains("Migration ledger-3"), "the internal name is told: {}", content.text);

    // To a colleague, with the address of the account.
    let me = Recipient::User(world.caller(Role::Lead).user);
    let (_, escalation) = composed(&world, account, me, NoticeKind::Internal, 6);
    let escalation = escalation.unwrap();
    assert!(
        escalation.text.contains("Open the account:\nhttps://move.example/m/ledger-3/accounts/1\n"),
        "{}",
        escalation.text
    );
    assert!(
        escalation.text.starts_with("Hello Lead,") && escalation.subject.starts_with("C-1 Ltd has not been notified")
    );

    let suppressed = |to: Recipient, kind, template| match composed(&world, account, to, kind, template) {
        (Message { state: MessageState::Suppressed { why, .. }, .. }, None) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(suppressed(Recipient::Contact(ContactNumber(9)), NoticeKind::Notice, 1), Suppression::NoContact);
    assert_eq!(suppressed(Recipient::User(UserId::from("nobody")), NoticeKind::Internal, 6), Suppression::NoContact);
    // A new date without an old one, a confirmation of what was not migrated, a template that is not there.
    assert_eq!(suppressed(main(), NoticeKind::Correction, 3), Suppression::Incomplete);
    assert_eq!(suppressed(main(), NoticeKind::Confirmation, 4), Suppression::Incomplete);
    assert_eq!(suppressed(main(), NoticeKind::Notice, 99), Suppression::Incomplete);
    // What is for colleagues fails rather than reach a customer.
    assert_eq!(suppressed(main(), NoticeKind::Notice, 6), Suppression::Incomplete);
}

#[tokio::test]
async fn braces_in_a_customers_name_are_only_letters() {
    let world = World::new().await;
    let input = crate::AccountInput {
        external_id: "C-9".into(),
        name: "{{ 7 * 7 }} {% include \"x\" %} <b>".into(),
        email: "a@b.example".into(),
        custom: Default::default(),
    };
    let account =
        world.acting(Role::Operator).create_account(&world.migration, crate::testing::command(), input).await.unwrap();
    let look = world
        .acting(Role::Viewer)
        .look_at_notice_template(&world.migration, &draft_of(&world, NOTICE).await, Some(account))
        .await
        .unwrap();
    let shown = look.messages["en"].as_ref().unwrap();
    assert!(shown.text.contains("the account of {{ 7 * 7 }} {% include \"x\" %} <b> on this day"), "{}", shown.text);
    assert_eq!(shown.invented, ["account.date"]);
    assert!(look.problems.is_empty() && look.reader.contains("a@b.example"), "{look:?}");
    let html = world
        .acting(Role::Viewer)
        .notice_template_html(&world.migration, &draft_of(&world, NOTICE).await, "de", Some(account))
        .await
        .unwrap()
        .unwrap();
    assert!(html.contains("{{ 7 * 7 }} {% include &quot;x&quot; %} &lt;b&gt;"), "{html}");
}

#[tokio::test]
async fn a_custom_field_is_told_and_a_missing_one_suppresses() {
    let world = World::new().await;
    let field = world.acting(Role::Lead).add_field(&world.migration, field_settings("Contract")).await.unwrap();
    let account = scheduled(&world, "C-1").await;
    let draft = TemplateDraft { name: "Own".into(), ..draft_of(&world, NOTICE).await };
    save(
        &world,
        None,
        0,
        with_subject(draft, "{% if custom.contract %}No. {{ custom.contract }}{% else %}-{% endif %}"),
    )
    .await;
    let subject =
        || composed(&world, account, Recipient::Contact(ContactNumber(1)), NoticeKind::Notice, 9).1.unwrap().subject;
    assert_eq!(subject(), "-");
    let change = Change::Custom { number: field, seen: None, to: Some(CustomValue::Text("A 17".into())) };
    world
        .acting(Role::Operator)
        .edit_account(&world.migration, account, crate::testing::command(), vec![change])
        .await
        .unwrap();
    assert_eq!(subject(), "No. A 17");
}

#[tokio::test]
async fn a_test_message_waits_for_its_author_and_for_nobody_else() {
    let world = World::new().await;
    let account = scheduled(&world, "C-1").await;
    let draft = with_subject(draft_of(&world, NOTICE).await, "A draft for {{ customer.name }}");
    let lead = world.acting(Role::Lead);
    let address = lead.send_test_message(&world.migration, &draft, "en", Some(account)).await.unwrap();
    assert_eq!(address, "lead@company.example");
    {
        let model = world.store.model();
        let messages: Vec<_> = model.migration(&world.migration).unwrap().notices.messages.values().cloned().collect();
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].kind, messages[0].account), (NoticeKind::Internal, None));
        assert_eq!(messages[0].to, Recipient::User(world.caller(Role::Lead).user));
    }
    let dump = world.dump_of(&["message_content"]).await;
    assert!(dump.contains("[Test] A draft for C-1 Ltd") && dump.contains("lead@company.example"), "{dump}");
    let broken = with_subject(draft, "{{ nothing.here }}");
    let refused = lead.send_test_message(&world.migration, &broken, "en", None).await;
    assert!(
        matches!(&refused, Err(StoreError::Refused(words)) if words.starts_with("Nothing was sent.")),
        "{refused:?}"
    );
    world.check().await;
}

/// A stored template with the number of a default one takes its place, whatever is in memory otherwise.
#[tokio::test]
async fn the_newest_version_counts_whatever_order_rows_are_read_in() {
    let world = World::new().await;
    let built_in = default_templates::by_number(NOTICE).unwrap();
    for (version, subject) in [(2, "two"), (1, "one")] {
        let mut template = NoticeTemplate { version, ..built_in.clone() };
        template.variants.get_mut("en").unwrap().subject = subject.into();
        world.store.apply_for_test(crate::model::Write::NoticeTemplate(world.migration.clone(), Box::new(template)));
    }
    assert_eq!(draft_of(&world, NOTICE).await.variants["en"].subject, "two");
}
