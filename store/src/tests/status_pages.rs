use crate::StoreError;
use crate::testing::{World, reopened_from, settings};
use chrono::Duration;
use domain::clock::Clock;
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::event::{EventKind, Stream};
use domain::id::{CohortNumber, ComponentNumber, IncidentNumber};
use domain::policy::Role;
use domain::public_page::PublicPage;
use domain::status_page::change::{ContentSaved, Going, IncidentDraft, IncidentSaved, UpdateDraft};
use domain::status_page::{
    ComponentDraft, ComponentState, Follow, Impact, IncidentKind, IncidentState, IncidentTemplateDraft, Localized,
    Look, PageContent,
};
use std::collections::BTreeMap;

fn content(title: &str) -> PageContent {
    PageContent {
        languages: vec!["en".into(), "de".into()],
        title: Localized::one("en", title),
        ..PageContent::default()
    }
}

fn incident() -> IncidentDraft {
    IncidentDraft {
        kind: IncidentKind::Incident,
        title: Localized::one("en", "Webhooks arrive late"),
        impact: Impact::Minor,
        window: None,
        started: None,
        by_itself: false,
    }
}

fn update(state: IncidentState, words: &str) -> UpdateDraft {
    UpdateDraft { state, body: Localized::one("en", words), components: BTreeMap::new(), notify: true }
}

fn version(saved: Result<ContentSaved, StoreError>) -> u32 {
    match saved.expect("it is saved") {
        ContentSaved::Saved { version } => version,
        conflict => panic!("{conflict:?}"),
    }
}

fn number(saved: Result<IncidentSaved, StoreError>) -> (IncidentNumber, u32) {
    match saved.expect("it is saved") {
        IncidentSaved::Saved { number, version } => (number, version),
        conflict => panic!("{conflict:?}"),
    }
}

impl World {
    async fn public(&self) -> Option<PublicPage> {
        self.store.public().page("ledger-3")
    }

    async fn publish_page(&self) {
        self.acting(Role::Lead).publish(&self.migration, true).await.expect("the page is published");
    }

    async fn publish_due(&self) -> u64 {
        self.store.system("test").publish_due().await.expect("what is due goes out")
    }

    /// A cohort with a window that starts so many hours from now and takes two.
    async fn with_window(&self, hours: i64) -> CohortNumber {
        let starts = self.clock.now() + Duration::hours(hours);
        let window = Some(Window { starts, ends: starts + Duration::hours(2) });
        let settings = CohortSettings { name: format!("Main EU in {hours} h"), window, ..Default::default() };
        self.acting(Role::Lead).create_cohort(&self.migration, settings).await.expect("a cohort")
    }

    async fn move_cohort(&self, cohort: CohortNumber, to: CohortStage) {
        let moved = self.acting(Role::Lead).move_cohort_past_gate(&self.migration, cohort, to, "now".into()).await;
        moved.expect("the cohort moves");
    }

    async fn kinds(&self) -> Vec<EventKind> {
        let query = crate::LogQuery {
            stream: Stream::Migration(self.migration.clone()),
            kind: None,
            user: None,
            from: None,
            until: None,
            before: None,
            limit: 200,
        };
        let (mut entries, _) = self.acting(Role::Admin).log(&query).await.expect("the log");
        entries.reverse();
        entries.into_iter().map(|entry| entry.event.kind).collect()
    }
}

#[tokio::test]
async fn readers_get_what_was_published_and_no_draft() {
    let world = World::new().await;
    let (operator, lead) = (world.acting(Role::Operator), world.acting(Role::Lead));
    let first = version(operator.save_page_draft(&world.migration, 0, content("First")).await);
    let denied = operator.publish_page_texts(&world.migration, first, None).await;
    assert!(matches!(denied, Err(StoreError::Denied(_))));
    assert_eq!(world.public().await, None, "the page itself is not public");
    world.publish_page().await;
    assert!(world.public().await.expect("a page").content.title.is_empty());
    version(lead.publish_page_texts(&world.migration, first, None).await);
    version(operator.save_page_draft(&world.migration, first, content("Second")).await);
    assert_eq!(world.public().await.expect("a page").content.title.exactly("en"), "First");
    let kinds = world.kinds().await;
    let expected =
        [EventKind::PageDraftSaved, EventKind::PagePublished, EventKind::PageTextsPublished, EventKind::PageDraftSaved];
    assert!(kinds.ends_with(&expected), "{kinds:?}");
    world.check().await;
}

#[tokio::test]
async fn two_who_write_at_once_see_each_other_and_lose_nothing() {
    let world = World::new().await;
    let (ines, otto) = (world.acting(Role::Lead), world.acting(Role::Admin));
    let seen = version(ines.save_page_draft(&world.migration, 0, content("Mine")).await);
    for answer in [
        otto.save_page_draft(&world.migration, 0, content("Theirs")).await,
        otto.publish_page_texts(&world.migration, 0, None).await,
    ] {
        let Ok(ContentSaved::Conflict { theirs, version, by }) = answer else { panic!("{answer:?}") };
        assert_eq!((theirs.title.exactly("en"), version, by.as_str()), ("Mine", seen, "Lead"));
    }
    let (incident, seen) = number(
        ines.begin_incident(&world.migration, incident(), update(IncidentState::Investigating, "a"), Going::Now).await,
    );
    let post = |words: &str| update(IncidentState::Identified, words);
    number(ines.save_incident_update(&world.migration, incident, seen, None, post("from Ines"), Going::Now).await);
    let late = otto.save_incident_update(&world.migration, incident, seen, None, post("from Otto"), Going::Now).await;
    let Ok(IncidentSaved::Conflict { theirs, by }) = late else { panic!("{late:?}") };
    assert_eq!((theirs.updates.len(), by.as_str()), (2, "Lead"));
    // Having read theirs, Otto posts his as well.
    number(
        otto.save_incident_update(&world.migration, incident, theirs.version, None, post("from Otto"), Going::Now)
            .await,
    );
    let view = otto.incident(&world.migration, incident).await.expect("the incident");
    let words: Vec<_> = view.incident.updates.iter().map(|update| update.body.exactly("en")).collect();
    assert_eq!(words, ["a", "from Ines", "from Otto"]);
    world.check().await;
}

#[tokio::test]
async fn bad_input_is_refused_at_its_field_and_changes_nothing() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let before = world.kinds().await;
    let fields = |error: StoreError| match error {
        StoreError::Invalid(problems) => problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>(),
        other => vec![other.to_string()],
    };
    let strange = PageContent { languages: vec!["xx".into()], ..PageContent::default() };
    let refused = lead.save_page_draft(&world.migration, 0, strange).await.map_err(fields);
    assert_eq!(refused, Err(vec!["languages".to_owned()]));
    let long = update(IncidentState::Investigating, &"x".repeat(25_001));
    let refused = lead.begin_incident(&world.migration, incident(), long, Going::Now).await.map_err(fields);
    assert_eq!(refused, Err(vec!["body.en".to_owned()]));
    let look = Look { accent: "#ffff00".into(), host: "10.0.0.1".into(), ..Look::default() };
    let refused = lead.set_page_look(&world.migration, look).await.map_err(fields);
    assert_eq!(refused, Err(vec!["accent".to_owned(), "host".to_owned()]));
    let nobody = lead.set_page_also(&world.migration, vec!["none".into()]).await.map_err(fields);
    assert_eq!(nobody, Err(vec!["also".to_owned()]));
    assert_eq!(world.kinds().await, before);
}

#[tokio::test]
async fn a_host_belongs_to_one_page() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let look = || Look { host: " Status.Ledger.example ".into(), ..Look::default() };
    lead.set_page_look(&world.migration, look()).await.expect("the look is saved");
    let other = lead.create_migration(settings("ledger-4")).await.expect("another migration");
    assert!(matches!(lead.set_page_look(&other, look()).await, Err(StoreError::Invalid(_))));
    assert_eq!(world.store.public().hosts(), []);
    world.publish_page().await;
    assert_eq!(world.store.public().hosts(), [("status.ledger.example".to_owned(), "ledger-3".to_owned())]);
}

#[tokio::test]
async fn parts_are_as_bad_as_what_goes_on() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    world.publish_page().await;
    let named = |name: &str| ComponentDraft { name: Localized::one("en", name), ..ComponentDraft::default() };
    let group = ComponentDraft { is_group: true, ..named("Core") };
    let group = lead.save_component(&world.migration, None, group).await.expect("a group");
    let part = ComponentDraft { group: Some(group), ..named("Webhooks") };
    let webhooks = lead.save_component(&world.migration, None, part).await.expect("a part");
    let api = lead.save_component(&world.migration, None, named("API")).await.expect("a part");
    let shown = || async {
        let page = world.public().await.expect("a page");
        page.components.iter().map(|part| (part.number, part.state)).collect::<Vec<_>>()
    };
    use ComponentState::*;
    assert_eq!(shown().await, [(group, Operational), (webhooks, Operational), (api, Operational)]);
    let told = UpdateDraft {
        components: BTreeMap::from([(webhooks, PartialOutage)]),
        ..update(IncidentState::Investigating, "late")
    };
    let (incident, seen) = number(lead.begin_incident(&world.migration, incident(), told, Going::Now).await);
    lead.set_component_state(&world.migration, webhooks, DegradedPerformance).await.expect("a state");
    assert_eq!(shown().await, [(group, PartialOutage), (webhooks, PartialOutage), (api, Operational)]);
    let over = update(IncidentState::Resolved, "over");
    number(lead.save_incident_update(&world.migration, incident, seen, None, over, Going::Now).await);
    assert_eq!(shown().await, [(group, DegradedPerformance), (webhooks, DegradedPerformance), (api, Operational)]);
    lead.place_component(&world.migration, api, None, 1).await.expect("it moves");
    assert_eq!(shown().await.first(), Some(&(api, Operational)));
    assert!(lead.retire_component(&world.migration, group, true).await.is_err(), "there is a part in it");
    lead.retire_component(&world.migration, webhooks, true).await.expect("it goes");
    assert_eq!(shown().await, [(api, Operational), (group, Operational)]);
    assert!(lead.set_component_state(&world.migration, ComponentNumber(99), MajorOutage).await.is_err());
    world.check().await;
}

/// Planned texts and updates go out at their time: after a restart, too, and only once.
#[tokio::test]
async fn what_was_planned_goes_out_once_also_after_a_restart() {
    let world = World::on_disk().await;
    let at = world.clock.now() + Duration::hours(3);
    let incident = {
        let lead = world.acting(Role::Lead);
        world.publish_page().await;
        let seen = version(lead.save_page_draft(&world.migration, 0, content("Planned")).await);
        version(lead.publish_page_texts(&world.migration, seen, Some(at)).await);
        // What is saved meanwhile is nobody's word yet.
        version(world.acting(Role::Operator).save_page_draft(&world.migration, seen, content("Unseen")).await);
        let first = update(IncidentState::Investigating, "now");
        let (incident, seen) = number(lead.begin_incident(&world.migration, incident(), first, Going::Now).await);
        let later = update(IncidentState::Monitoring, "later");
        number(lead.save_incident_update(&world.migration, incident, seen, None, later, Going::At(at)).await);
        incident
    };
    assert_eq!(world.store.next_page_change(), Some(at));
    assert_eq!(world.publish_due().await, 0, "it is not time yet");
    world.clock.advance(Duration::hours(4));
    let world = reopened_from(world).await;
    let page = world.public().await.expect("a page");
    assert!(page.content.title.is_empty(), "readers see nothing that is not in the log");
    assert_eq!(world.publish_due().await, 2);
    let page = world.public().await.expect("a page");
    assert_eq!(page.content.title.exactly("en"), "Planned");
    let shown = page.incidents.iter().find(|shown| shown.number == incident).expect("the incident");
    assert_eq!((shown.state, shown.updates.last().map(|update| update.at)), (IncidentState::Monitoring, Some(at)));
    let kinds = world.kinds().await;
    assert_eq!(world.publish_due().await, 0);
    let world = reopened_from(world).await;
    assert_eq!(world.publish_due().await, 0);
    assert_eq!(world.kinds().await, kinds);
    world.check().await;
}

#[tokio::test]
async fn a_window_is_a_maintenance_that_starts_and_ends_with_its_cohort() {
    let world = World::new().await;
    world.start().await;
    let cohort = world.with_window(3).await;
    assert_eq!(world.publish_due().await, 0, "nobody reads the page yet");
    world.publish_page().await;
    assert_eq!(world.publish_due().await, 1);
    let shown = || async {
        let page = world.public().await.expect("a page");
        page.incidents.iter().map(|one| (one.state, one.cancelled, one.version)).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [(IncidentState::Scheduled, false, 1)]);
    world.move_cohort(cohort, CohortStage::Running).await;
    assert_eq!(world.publish_due().await, 0, "its window has not come");
    world.clock.advance(Duration::hours(3));
    assert_eq!(world.publish_due().await, 1);
    assert_eq!(shown().await, [(IncidentState::InProgress, false, 2)]);
    world.clock.advance(Duration::hours(2));
    assert_eq!(world.publish_due().await, 1);
    assert_eq!(shown().await, [(IncidentState::Completed, false, 3)]);
    assert_eq!(world.publish_due().await, 0);
    let text = format!("{:?}", world.public().await);
    assert!(!text.contains("Main EU"), "an internal name: {text}");
    world.check().await;
}

#[tokio::test]
async fn a_window_that_is_gone_or_not_followed_is_cancelled_under_the_same_number() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let cohort = world.with_window(3).await;
    world.publish_page().await;
    world.publish_due().await;
    let none = CohortSettings { name: "Main EU in 3 h".into(), ..Default::default() };
    lead.change_cohort(&world.migration, cohort, none).await.expect("the window goes");
    assert_eq!(world.publish_due().await, 1);
    let page = world.public().await.expect("a page");
    let gone = &page.incidents[0];
    assert_eq!((gone.number, gone.cancelled, gone.version), (IncidentNumber(1), true, 2));
    assert!(gone.updates.is_empty(), "nothing of its texts is left");

    let other = world.with_window(9).await;
    world.publish_due().await;
    let off = Follow { windows: false, ..Follow::default() };
    lead.set_page_follow(&world.migration, off).await.expect("it follows no windows");
    assert_eq!(world.publish_due().await, 1);
    assert!(world.public().await.expect("a page").incidents.iter().all(|one| one.cancelled), "{other:?}");
    world.check().await;
}

#[tokio::test]
async fn a_halt_leaves_a_draft_that_says_no_cause() {
    let world = World::new().await;
    world.start().await;
    let cohort = world.cohort("Main EU").await;
    world.move_cohort(cohort, CohortStage::Running).await;
    world.move_cohort(cohort, CohortStage::Halted).await;
    let lead = world.acting(Role::Lead);
    let count = || async { lead.incidents(&world.migration).await.expect("incidents").incidents.len() };
    assert_eq!(count().await, 0, "of a page that nobody can read nothing has to be told");
    world.publish_page().await;
    world.move_cohort(cohort, CohortStage::Running).await;
    world.move_cohort(cohort, CohortStage::Halted).await;
    let view = lead.incidents(&world.migration).await.expect("incidents");
    let draft = &view.incidents[0];
    assert_eq!((draft.published, draft.cohort, view.incidents.len()), (None, Some(cohort), 1));
    assert!(world.public().await.expect("a page").incidents.is_empty());
    let text = format!("{draft:?}");
    assert!(!text.contains("Main EU") && !text.contains("now"), "{text}");
    world.move_cohort(cohort, CohortStage::Running).await;
    world.move_cohort(cohort, CohortStage::Halted).await;
    assert_eq!(count().await, 1, "one draft a night");
    // Publishing it takes one step.
    let told = UpdateDraft {
        state: IncidentState::Investigating,
        body: draft.updates[0].body.clone(),
        components: BTreeMap::new(),
        notify: true,
    };
    number(lead.save_incident_update(&world.migration, draft.number, draft.version, Some(1), told, Going::Now).await);
    assert_eq!(world.public().await.expect("a page").incidents.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn what_is_taken_back_is_gone_for_readers_and_stays_for_staff() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    world.publish_page().await;
    let first = update(IncidentState::Investigating, "secret");
    let (incident, seen) = number(lead.begin_incident(&world.migration, incident(), first, Going::Now).await);
    let denied = world.acting(Role::Operator).take_back_incident(&world.migration, incident, seen).await;
    assert!(matches!(denied, Err(StoreError::Refused(_))), "{denied:?}");
    number(lead.take_back_incident(&world.migration, incident, seen).await);
    assert!(!format!("{:?}", world.public().await).contains("secret"));
    let view = lead.incident(&world.migration, incident).await.expect("staff see it");
    assert_eq!(view.history.first().map(|event| event.kind), Some(EventKind::IncidentTakenBack));
    world.check().await;
}

#[tokio::test]
async fn templates_are_kept_and_removed() {
    let world = World::new().await;
    let operator = world.acting(Role::Operator);
    let draft = |name: &str| IncidentTemplateDraft {
        name: name.into(),
        kind: IncidentKind::Incident,
        state: IncidentState::Investigating,
        impact: Impact::Minor,
        title: Localized::default(),
        body: Localized::one("en", "Up to … minutes late"),
        components: BTreeMap::new(),
    };
    let first = operator.save_incident_template(&world.migration, None, draft("Slow")).await.expect("a template");
    assert!(
        operator.save_incident_template(&world.migration, None, draft("slow ")).await.is_err(),
        "the name is taken"
    );
    operator.save_incident_template(&world.migration, Some(first), draft("Very slow")).await.expect("it changes");
    operator.remove_incident_template(&world.migration, first).await.expect("it goes");
    let left = operator.incidents(&world.migration).await.expect("incidents").templates;
    assert_eq!(left, []);
    assert!(operator.save_incident_template(&world.migration, Some(first), draft("x")).await.is_err());
    world.check().await;
}

#[tokio::test]
async fn another_migration_appears_only_while_its_page_is_public() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let other = lead.create_migration(settings("ledger-4")).await.expect("another migration");
    world.publish_page().await;
    lead.set_page_also(&world.migration, vec![other.clone(), other.clone()]).await.expect("it is shown");
    assert!(world.public().await.expect("a page").also.is_empty());
    lead.publish(&other, true).await.expect("its page is public");
    let also: Vec<_> = world.public().await.expect("a page").also.into_iter().map(|part| part.slug).collect();
    assert_eq!(also, ["ledger-4"]);
    let off = Follow { progress: false, ..Follow::default() };
    lead.set_page_follow(&world.migration, off).await.expect("no figures");
    let page = world.public().await.expect("a page");
    assert!(!page.shows_progress && page.progress.of == 0 && page.moved_by_day.is_empty());
}
