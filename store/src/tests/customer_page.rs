//! Customers' pages: links, what they show, requests and what comes of them, unsubscribing.

use crate::testing::{World, command, reopened_from};
use crate::{Behind, Guest, StoreError};
use chrono::{Duration, NaiveDate, TimeDelta};
use domain::account::Change;
use domain::actor::Actor;
use domain::answer::Told;
use domain::clock::Clock;
use domain::cohort::{CohortSettings, Window};
use domain::customer_page::link::Purpose;
use domain::customer_page::request::{Ask, AskKind, CONFIRM_WITHIN, OptOutReason, PER_DAY_MAX, RequestState};
use domain::customer_page::settings::{Allowed, PageSettings, Point, PointWords, Way};
use domain::customer_page::view::HowFar;
use domain::event::{EventKind, PersonRef, Recorded};
use domain::field::Field;
use domain::id::{AccountNumber, CohortNumber, ContactNumber};
use domain::notice::flag::FlagKind;
use domain::notice::message::{MessageState, Suppression};
use domain::notice::{NoticeKind, Recipient};
use domain::policy::Role;
use domain::state::Move;
use domain::status::Status;

const CONTACT: ContactNumber = ContactNumber(1);
const BASE: &str = "https://move.ledger.example";

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

fn settings(way: Way) -> PageSettings {
    let words = PointWords { title: "Finance knows the day".into(), hint: String::new() };
    PageSettings {
        on: true,
        allowed: Allowed { other_date: way, opt_out: way, contact: way, ..Allowed::default() },
        checklist: vec![Point { number: 1, words: [("en".to_owned(), words)].into() }],
        ..PageSettings::default()
    }
}

/// A running migration whose account has a date in a cohort that moves two accounts a day.
struct Scene {
    world: World,
    account: AccountNumber,
    cohort: CohortNumber,
}

impl Scene {
    async fn new(way: Way) -> Scene {
        Scene::of(World::new().await, way).await
    }

    async fn of(world: World, way: Way) -> Scene {
        world.store.set_base_url(BASE);
        world.start().await;
        let lead = world.acting(Role::Lead);
        lead.change_customer_page(&world.migration, settings(way)).await.unwrap();
        // 1 June 2026 is a Monday.
        let starts = day(1).and_hms_opt(22, 30, 0).unwrap().and_utc() - Duration::days(1);
        let window = Window { starts, ends: starts + Duration::days(12) + Duration::hours(4) };
        let cohort_settings =
            CohortSettings { name: "Main".into(), window: Some(window), capacity: Some(2), ..Default::default() };
        let cohort = lead.create_cohort(&world.migration, cohort_settings).await.unwrap();
        let account = world.account("C-1").await;
        let scene = Scene { world, account, cohort };
        scene.plan(account, day(2)).await;
        scene
    }

    async fn plan(&self, account: AccountNumber, date: NaiveDate) {
        let row = self.row(account).await;
        let cohort = Change::Cohort { seen: row.cohort, to: Some(self.cohort) };
        let plan = Change::State { seen: row.state, to: Move::Schedule { date, pinned: None } };
        let operator = self.world.acting(Role::Operator);
        operator.edit_account(&self.world.migration, account, command(), vec![cohort, plan]).await.unwrap();
    }

    async fn row(&self, account: AccountNumber) -> domain::account::Row {
        self.world.acting(Role::Viewer).account(&self.world.migration, account).await.unwrap().row
    }

    fn guest(&self) -> Guest<'_> {
        self.world.store.guest("192.0.2.1")
    }

    async fn token(&self) -> String {
        let operator = self.world.acting(Role::Operator);
        let address = operator.customer_link(&self.world.migration, self.account, CONTACT).await.unwrap();
        address.strip_prefix(&format!("{BASE}/c/")).unwrap().to_owned()
    }

    async fn behind(&self) -> Behind {
        self.guest().open(&self.token().await, Purpose::Page).unwrap()
    }

    /// The field that stood in the way.
    async fn refused(&self, behind: &Behind, ask: Ask) -> String {
        match self.guest().ask(behind, ask).await {
            Err(StoreError::Invalid(problems)) => problems[0].field.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// The token in the mail that asks to confirm.
    async fn confirmation(&self) -> Option<String> {
        let mail = self.mail("confirm").await?;
        let at = mail.find("/c/confirm/")? + "/c/confirm/".len();
        Some(mail[at..].split_whitespace().next()?.to_owned())
    }

    /// The newest mail about a request.
    async fn mail(&self, what: &str) -> Option<String> {
        // Where no mail leaves the server, whoever may make links sees them.
        self.world.store.keep_letters();
        self.mail_as(Role::Operator, what).await
    }

    async fn mail_as(&self, role: Role, what: &str) -> Option<String> {
        let viewer = self.world.acting(role);
        let lines = viewer.account_messages(&self.world.migration, self.account).await.unwrap();
        let found = lines.iter().rfind(|line| line.message.key.as_str().contains(what))?.message.key.clone();
        Some(viewer.message(&self.world.migration, &found).await.unwrap().content?.text)
    }

    async fn requests(&self) -> Vec<domain::customer_page::request::Request> {
        let viewer = self.world.acting(Role::Viewer);
        viewer.customer_panel(&self.world.migration, self.account).await.unwrap().requests
    }
}

fn other_date(to: NaiveDate) -> Ask {
    Ask::OtherDate { from: None, to }
}

#[tokio::test]
async fn a_link_opens_its_account_until_it_ends() {
    let scene = Scene::new(Way::Approved).await;
    let token = scene.token().await;
    assert_eq!(scene.token().await, token, "one per contact: a second person who asks gets the same");
    let behind = scene.guest().open(&token, Purpose::Page).unwrap();
    let view = scene.guest().view(&behind, None).unwrap();
    assert_eq!(view.told, Told::Planned { day: day(2) });
    assert_eq!((view.name.as_str(), view.zone.as_str()), ("Ledger 3", "Europe/Berlin"));
    assert_eq!(view.hours.map(|hours| hours.starts.to_rfc3339()), Some("2026-06-01T22:30:00+00:00".into()));
    let calendar = Guest::calendar_token(&token);
    assert!(scene.guest().open(&calendar, Purpose::Calendar).is_some());
    // No token opens what it is not for.
    for (token, purpose) in [
        (&token, Purpose::Calendar),
        (&token, Purpose::Unsubscribe),
        (&calendar, Purpose::Page),
        (&calendar, Purpose::Unsubscribe),
    ] {
        assert!(scene.guest().open(token, purpose).is_none(), "{purpose:?}");
    }
    let id = scene.world.store.model().migration(&scene.world.migration).unwrap().portal.links.keys().next().cloned();
    scene.world.acting(Role::Operator).revoke_customer_link(&scene.world.migration, &id.unwrap()).await.unwrap();
    assert!(
        scene.guest().open(&token, Purpose::Page).is_none()
            && scene.guest().open(&calendar, Purpose::Calendar).is_none()
    );
    assert!(scene.guest().view(&behind, None).is_some(), "what was opened before is looked at once more by nobody");
    let next = scene.token().await;
    assert_ne!(next, token);
    scene.world.clock.advance(Duration::days(180));
    assert!(scene.guest().open(&next, Purpose::Page).is_none(), "expired");
    scene.world.check().await;
}

#[tokio::test]
async fn a_link_that_is_switched_off_altered_or_invented_opens_nothing() {
    let scene = Scene::new(Way::Approved).await;
    let token = scene.token().await;
    let mut altered = token.clone();
    altered.replace_range(..1, if token.starts_with('a') { "b" } else { "a" });
    for bad in
        ["", "a", &altered, &token.to_uppercase(), &format!("{token}a"), &token[1..], &"é".repeat(32), "../../etc"]
    {
        assert!(scene.guest().open(bad, Purpose::Page).is_none(), "{bad}");
        assert!(scene.guest().confirmation(bad).is_none(), "{bad}");
    }
    let off = PageSettings { on: false, ..settings(Way::Approved) };
    scene.world.acting(Role::Lead).change_customer_page(&scene.world.migration, off).await.unwrap();
    assert!(scene.guest().open(&token, Purpose::Page).is_none());
    let operator = scene.world.acting(Role::Operator);
    let refused = operator.customer_link(&scene.world.migration, scene.account, CONTACT).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn tokens_are_nowhere_in_the_database_or_the_log() {
    let scene = Scene::new(Way::Confirmed).await;
    let token = scene.token().await;
    let behind = scene.behind().await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let confirmation = scene.confirmation().await.unwrap();
    let tables =
        ["customer_page", "customer_link", "customer_request", "event", "personal", "message", "account", "secret"];
    let dump = scene.world.dump_of(&tables).await;
    for secret in [&token, &Guest::calendar_token(&token), &confirmation] {
        assert!(secret.len() >= 26, "128 bits and more");
        assert!(!dump.contains(secret.as_str()));
    }
    let contents = scene.world.dump_of(&["message_content"]).await;
    assert!(contents.contains(&confirmation), "the mail has it, where it can be erased");
}

#[tokio::test]
async fn another_date_comes_with_the_owners_approval() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let offered: Vec<_> = scene.guest().view(&behind, None).unwrap().slots.iter().map(|slot| slot.day).collect();
    assert!(offered.contains(&day(3)) && !offered.contains(&day(6)), "no Saturday: {offered:?}");
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let row = scene.row(scene.account).await;
    assert!(row.notices.asks && row.state.scheduled_for() == Some(day(2)), "their day stays theirs until then");
    let (waiting, total) = scene.world.acting(Role::Lead).open_requests().await.unwrap();
    assert_eq!((waiting.len(), total, waiting[0].who.as_str()), (1, 1, "c-1@customer.example"));
    let number = waiting[0].request.number;
    let operator = scene.world.acting(Role::Operator);
    operator.answer_request(&scene.world.migration, number, true, String::new()).await.unwrap();
    let row = scene.row(scene.account).await;
    let plan = row.state.plan().unwrap();
    assert_eq!((plan.date, plan.pinned.as_deref()), (day(3), Some("The customer asked for this date.")));
    assert!(!row.notices.asks);
    assert!(scene.mail("answer").await.unwrap().contains("Wednesday 3 June 2026"));
    let twice = operator.answer_request(&scene.world.migration, number, true, String::new()).await;
    assert!(matches!(twice, Err(StoreError::Refused(_))));
    // The log says who: the link, then the colleague.
    let history =
        scene.world.acting(Role::Viewer).account(&scene.world.migration, scene.account).await.unwrap().history;
    let of = |kind: EventKind| history.iter().filter(move |event| event.kind == kind);
    assert!(matches!(&of(EventKind::CustomerAsked).next().unwrap().actor, Actor::Link { .. }));
    assert!(matches!(&of(EventKind::RequestAnswered).next().unwrap().actor, Actor::User { .. }));
    assert_eq!(of(EventKind::CustomerAsked).count(), 1, "it stands there once");
    scene.world.check().await;
}

#[tokio::test]
async fn a_day_is_never_given_to_more_than_it_can_take() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let mut others = Vec::new();
    for id in ["C-2", "C-3"] {
        others.push(scene.world.account(id).await);
    }
    scene.plan(others[0], day(3)).await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let number = scene.requests().await[0].number;
    // Somebody else takes the last place meanwhile.
    scene.plan(others[1], day(3)).await;
    let operator = scene.world.acting(Role::Operator);
    let full = operator.answer_request(&scene.world.migration, number, true, String::new()).await;
    assert!(matches!(&full, Err(StoreError::Refused(why)) if why.contains("full")), "{full:?}");
    assert_eq!(scene.row(scene.account).await.state.scheduled_for(), Some(day(2)));
    assert_eq!(scene.refused(&behind, other_date(day(3))).await, "slot_full");
    for closed in [day(6), day(2), day(30), NaiveDate::from_ymd_opt(2026, 5, 22).unwrap()] {
        assert_eq!(scene.refused(&behind, other_date(closed)).await, "slot", "{closed}");
    }
    operator.answer_request(&scene.world.migration, number, false, " ".into()).await.unwrap_err();
    operator.answer_request(&scene.world.migration, number, false, "That day is taken.".into()).await.unwrap();
    assert!(scene.mail("answer").await.unwrap().contains("That day is taken."));
    let view = scene.guest().view(&behind, None).unwrap();
    assert_eq!(view.asked[0].how, HowFar::Declined);
}

#[tokio::test]
async fn what_the_main_contact_confirms_is_done() {
    let scene = Scene::new(Way::Confirmed).await;
    let behind = scene.behind().await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    assert_eq!(scene.row(scene.account).await.state.scheduled_for(), Some(day(2)), "nothing by the link alone");
    let sent = scene.mail_as(Role::Lead, "confirm").await.unwrap();
    assert!(sent.contains("/c/confirm/…"), "a link acts in the customer's name, so nobody reads it here: {sent}");
    let first = scene.confirmation().await.unwrap();
    let read = scene.mail_as(Role::Viewer, "confirm").await.unwrap();
    assert!(!read.contains(&first), "nor does who may make none");
    // A later wish takes the place of the first one, whose mail confirms nothing any more.
    scene.guest().ask(&behind, Ask::OptOut { why: OptOutReason::NeedsTime, words: "Later".into() }).await.unwrap();
    scene.guest().ask(&behind, other_date(day(4))).await.unwrap();
    let replaced = scene.guest().confirmation(&first);
    assert!(replaced.is_none(), "{replaced:?}");
    let waiting = scene.requests().await;
    let date = waiting.iter().find(|request| request.ask == Ask::OtherDate { from: Some(day(2)), to: day(4) }).unwrap();
    let token = scene.world.store.model().token_key.confirmation(&scene.world.migration, date.number);
    let confirmation = scene.guest().confirmation(&token).unwrap();
    let done = scene.guest().confirm(&confirmation).await.unwrap();
    assert!(done.is_done());
    assert_eq!(scene.row(scene.account).await.state.scheduled_for(), Some(day(4)));
    assert!(scene.guest().confirm(&confirmation).await.is_err(), "once");
    let opt_out = waiting.iter().find(|request| request.ask.kind() == AskKind::OptOut).unwrap();
    let token = scene.world.store.model().token_key.confirmation(&scene.world.migration, opt_out.number);
    let confirmation = scene.guest().confirmation(&token).unwrap();
    scene.guest().confirm(&confirmation).await.unwrap();
    assert_eq!(scene.row(scene.account).await.state.status(), Status::OptedOut);
    scene.world.check().await;
}

#[tokio::test]
async fn what_the_rules_refuse_after_a_confirmation_is_a_colleagues_to_settle() {
    let scene = Scene::new(Way::Confirmed).await;
    let behind = scene.behind().await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let token = scene.confirmation().await.unwrap();
    let state = scene.row(scene.account).await.state;
    let operator = scene.world.acting(Role::Operator);
    scene
        .world
        .acting(Role::Lead)
        .move_cohort_past_gate(&scene.world.migration, scene.cohort, domain::cohort::CohortStage::Running, "go".into())
        .await
        .unwrap();
    let start = vec![Change::State { seen: state, to: Move::Start }];
    operator.edit_account(&scene.world.migration, scene.account, command(), start).await.unwrap();
    let confirmation = scene.guest().confirmation(&token).unwrap();
    let after = scene.guest().confirm(&confirmation).await.unwrap();
    assert!(after.is_open(), "{after:?}");
    assert_eq!(scene.row(scene.account).await.state.status(), Status::InProgress);
    // Too late is too late.
    scene.world.clock.advance(CONFIRM_WITHIN);
    assert!(scene.guest().confirm(&confirmation).await.is_err());
}

#[tokio::test]
async fn a_wish_that_nobody_can_confirm_waits_for_a_colleague() {
    let scene = Scene::new(Way::Confirmed).await;
    let behind = scene.behind().await;
    scene.world.store.set_base_url("");
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    assert!(matches!(&scene.requests().await[0].state, RequestState::Open { note } if !note.is_empty()));
}

#[tokio::test]
async fn readiness_rating_and_trouble_count_at_once() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let ready = |confirmed| Ask::Ready { done: [1, 99].into(), confirmed };
    scene.guest().ask(&behind, ready(false)).await.unwrap();
    let view = scene.guest().view(&behind, None).unwrap();
    assert!(view.checklist[0].done && view.ready_since.is_none());
    scene.guest().ask(&behind, ready(true)).await.unwrap();
    assert!(scene.guest().view(&behind, None).unwrap().ready_since.is_some());
    assert_eq!(scene.refused(&behind, Ask::Rating { score: 5, words: String::new() }).await, "gone", "before the move");
    let words = "<script>alert('x')</script> & Nils Holm is away".to_owned();
    scene.guest().ask(&behind, Ask::Problem { words: words.clone() }).await.unwrap();
    let attention = scene.world.acting(Role::Viewer).attention(&scene.world.migration, scene.account).await.unwrap();
    assert_eq!(attention.flags.len(), 1);
    assert_eq!(attention.flags[0].kind, FlagKind::Attention);
    assert!(!attention.flags[0].because.contains("Nils"), "flags have no personal data");
    // What they wrote is personal: it can be erased, and the chain stays whole.
    let customer = PersonRef::Customer("C-1".into());
    scene.world.acting(Role::Admin).erase_person(&customer, "They asked for it").await.unwrap();
    let dump = scene.world.dump_of(&["customer_request", "event", "personal", "flag"]).await;
    assert!(!dump.contains("Nils Holm"));
    assert!(scene.guest().view(&behind, None).is_none(), "an erased contact has no page");
    scene.world.check().await;
}

#[tokio::test]
async fn another_contact_is_added_to_the_directory() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let bad = Ask::Contact { name: "N".into(), email: "n@n.example\nBcc: all@n.example".into(), role: String::new() };
    assert_eq!(scene.refused(&behind, bad).await, "email");
    let ask = Ask::Contact { name: "Nils Holm".into(), email: "nils@customer.example".into(), role: "IT".into() };
    scene.guest().ask(&behind, ask).await.unwrap();
    let number = scene.requests().await[0].number;
    scene
        .world
        .acting(Role::Operator)
        .answer_request(&scene.world.migration, number, true, String::new())
        .await
        .unwrap();
    let customer = scene.world.acting(Role::Viewer).customer(&"C-1".into()).await.unwrap();
    let names: Vec<_> = customer.customer.profile.contacts.iter().map(|contact| contact.name.as_str()).collect();
    assert_eq!(names, ["", "Nils Holm"]);
    scene.world.check().await;
}

#[tokio::test]
async fn one_account_cannot_flood_its_owner() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let ask = || Ask::Problem { words: "again".into() };
    for _ in 0..PER_DAY_MAX {
        scene.guest().ask(&behind, ask()).await.unwrap();
    }
    assert_eq!(scene.refused(&behind, ask()).await, "too_many");
    scene.world.clock.advance(Duration::days(1));
    scene.guest().ask(&behind, ask()).await.unwrap();
}

#[tokio::test]
async fn a_use_is_kept_and_written_seldom() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let used = async || {
        let viewer = scene.world.acting(Role::Viewer);
        let panel = viewer.customer_panel(&scene.world.migration, scene.account).await.unwrap();
        panel.contacts[0].link.as_ref().unwrap().used.page
    };
    assert_eq!(used().await, None);
    scene.guest().used(&behind, None).await;
    let first = used().await;
    assert_eq!(first, Some(scene.world.clock.now()));
    scene.world.clock.advance(Duration::minutes(9));
    scene.guest().used(&behind, None).await;
    assert_eq!(used().await, first);
    scene.world.check().await;
}

#[tokio::test]
async fn the_calendar_follows_the_date() {
    let scene = Scene::new(Way::Approved).await;
    let token = Guest::calendar_token(&scene.token().await);
    let behind = scene.guest().open(&token, Purpose::Calendar).unwrap();
    let first = scene.guest().calendar(&behind).unwrap();
    assert_eq!((first.day, first.cancelled), (day(2), false));
    scene.guest().used(&behind, Some(first.day)).await;
    scene.plan(scene.account, day(4)).await;
    let moved = scene.guest().calendar(&behind).unwrap();
    assert_eq!((moved.day, &moved.uid), (day(4), &first.uid));
    assert!(moved.sequence > first.sequence);
    scene.guest().used(&behind, Some(moved.day)).await;
    let state = scene.row(scene.account).await.state;
    let reset = vec![Change::State { seen: state, to: Move::Reset }];
    let operator = scene.world.acting(Role::Operator);
    operator.edit_account(&scene.world.migration, scene.account, command(), reset).await.unwrap();
    let gone = scene.guest().calendar(&behind).unwrap();
    assert_eq!((gone.day, gone.cancelled, &gone.uid), (day(4), true, &first.uid));
    assert!(gone.sequence > moved.sequence);
    scene.world.check().await;
}

#[tokio::test]
async fn who_unsubscribes_gets_nothing_more_and_the_owner_hears_of_it() {
    let scene = Scene::new(Way::Approved).await;
    let token = scene.token().await;
    let unsubscribe = crate::tokens::unsubscribe(&token);
    let behind = scene.guest().open(&unsubscribe, Purpose::Unsubscribe).unwrap();
    // A mail that waits.
    let page = scene.guest().open(&token, Purpose::Page).unwrap();
    scene.guest().ask(&page, Ask::OtherDate { from: None, to: day(3) }).await.unwrap();
    let number = scene.requests().await[0].number;
    let operator = scene.world.acting(Role::Operator);
    operator.answer_request(&scene.world.migration, number, true, String::new()).await.unwrap();
    for _ in 0..2 {
        scene.guest().unsubscribe(&behind).await.unwrap();
    }
    let viewer = scene.world.acting(Role::Viewer);
    let lines = viewer.account_messages(&scene.world.migration, scene.account).await.unwrap();
    assert!(!lines.is_empty());
    for line in &lines {
        let why = Suppression::Unsubscribed;
        let to_contact = line.message.to == Recipient::Contact(CONTACT) && line.message.kind != NoticeKind::Internal;
        let stopped = matches!(&line.message.state, MessageState::Suppressed { why: because, .. } if *because == why);
        assert!(!to_contact || stopped, "{line:?}");
    }
    let flags = viewer.attention(&scene.world.migration, scene.account).await.unwrap().flags;
    assert_eq!(flags.iter().filter(|flag| flag.about.starts_with("unsubscribed")).count(), 1);
    assert!(scene.guest().open(&token, Purpose::Page).is_some(), "the page stays");
    let customer = viewer.customer(&"C-1".into()).await.unwrap();
    assert!(customer.customer.profile.contacts[0].unsubscribed.is_some());
    operator.resubscribe(&"C-1".into(), CONTACT).await.unwrap();
    assert_eq!(scene.guest().reader(&behind).map(|(.., is_out)| is_out), Some(false));
    scene.world.check().await;
}

#[tokio::test]
async fn a_message_names_the_readers_own_page_and_carries_the_way_out() {
    let scene = Scene::new(Way::Approved).await;
    let behind = scene.behind().await;
    let token = scene.token().await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let number = scene.requests().await[0].number;
    let operator = scene.world.acting(Role::Operator);
    operator.answer_request(&scene.world.migration, number, true, String::new()).await.unwrap();
    assert!(scene.mail("answer").await.unwrap().contains(&format!("{BASE}/c/{token}")));
    let leases = scene.world.store.system("test").lease_due(10, TimeDelta::minutes(5)).await.unwrap();
    let answer = leases.messages.iter().find(|leased| leased.message.kind == NoticeKind::Request).unwrap();
    let expected = format!("{BASE}/u/{}", crate::tokens::unsubscribe(&token));
    assert_eq!(answer.unsubscribe.as_deref(), Some(expected.as_str()));
}

#[tokio::test]
async fn links_and_requests_are_there_after_a_restart() {
    let scene = Scene::of(World::on_disk().await, Way::Approved).await;
    let token = scene.token().await;
    let behind = scene.behind().await;
    scene.guest().ask(&behind, other_date(day(3))).await.unwrap();
    let account = scene.account;
    let world = reopened_from(scene.world).await;
    world.store.set_base_url(BASE);
    let behind = world.store.guest("").open(&token, Purpose::Page).unwrap();
    assert_eq!(world.store.guest("").view(&behind, None).unwrap().asked.len(), 1);
    let address = world.acting(Role::Operator).customer_link(&world.migration, account, CONTACT).await.unwrap();
    assert_eq!(address, format!("{BASE}/c/{token}"), "the key lies beside the database");
    world.check().await;
}

#[tokio::test]
async fn settings_are_checked_and_their_change_is_in_the_log() {
    let scene = Scene::new(Way::Approved).await;
    let lead = scene.world.acting(Role::Lead);
    let bad = PageSettings { fallback: "no such language!".into(), link_days: 0, ..settings(Way::Off) };
    let refused = lead.change_customer_page(&scene.world.migration, bad).await;
    assert!(matches!(&refused, Err(StoreError::Invalid(problems)) if problems.len() == 2), "{refused:?}");
    let query = crate::LogQuery {
        stream: domain::event::Stream::Migration(scene.world.migration.clone()),
        kind: Some(EventKind::CustomerPageChanged),
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 10,
    };
    let (entries, _) = scene.world.acting(Role::Admin).log(&query).await.unwrap();
    assert_eq!(entries.len(), 1);
    let change = &entries[0].event.changes[0];
    assert!(change.field == Field::PageSettings && matches!(&change.after, Recorded::Value(_)));
}
