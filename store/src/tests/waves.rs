use crate::StoreError;
use crate::testing::{World, command, field_settings};
use domain::account::Change;
use domain::bulk::{BulkScope, BulkStage};
use domain::calendar::{Calendar, Closed, Shift, WaveMove};
use domain::cohort::{CohortSettings, CohortStage, Window};
use domain::custom::{CustomKind, FieldSettings};
use domain::event::{EventKind, Stream};
use domain::field::Field;
use domain::id::{AccountNumber, BulkId, CohortNumber};
use domain::migration::{Blackout, MigrationSettings};
use domain::policy::Role;
use domain::split::SplitPlan;
use domain::state::{Move, Plan, State};
use domain::view::{Column, View};
use std::time::Duration;

/// Accounts `C-1` to `C-n`; every fifth customer is on the plan Business.
async fn filled(world: &World, accounts: u32) {
    let lead = world.acting(Role::Lead);
    let mut file = String::from("id,name,plan\n");
    for number in 1..=accounts {
        let plan = if number % 5 == 0 { "Business" } else { "Team" };
        file.push_str(&format!("C-{number},Customer {number},{plan}\n"));
    }
    let id = lead.upload_import(&world.migration, "accounts.csv", file.into_bytes()).await.unwrap();
    lead.check_import(&world.migration, &id).await.unwrap();
    let phase = |world: &World, word: &str| format!("{:?}", world.store.model().imports[&id].phase).starts_with(word);
    until(world, |world| phase(world, "Checked")).await;
    lead.commit_import(&world.migration, &id, false).await.unwrap();
    until(world, |world| phase(world, "Finished")).await;
}

async fn until(world: &World, done: impl Fn(&World) -> bool) {
    let mut committed = world.store.commits();
    let wait = async {
        while !done(world) {
            committed.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.expect("the job goes on");
}

async fn ended(world: &World, id: &BulkId) {
    let stage = |world: &World| world.store.model().bulks.get(id).map(|bulk| bulk.progress.stage);
    until(world, |world| matches!(stage(world), Some(BulkStage::Done | BulkStage::Undone))).await;
}

fn everybody(parts: &str, seed: u32) -> SplitPlan {
    let scope = BulkScope::Matching { view: Box::default(), at_least: None };
    SplitPlan { scope, parts: parts.into(), by: Some(Column::Plan), seed }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn window(starts: &str, ends: &str) -> Window {
    Window { starts: starts.parse().unwrap(), ends: ends.parse().unwrap() }
}

async fn edit(world: &World, number: u32, to: Move) {
    let seen = world.acting(Role::Lead).row(&world.migration, AccountNumber(number)).await.unwrap().state;
    let change = Change::State { seen, to };
    let lead = world.acting(Role::Lead);
    lead.edit_account(&world.migration, AccountNumber(number), command(), vec![change]).await.unwrap();
}

fn members(world: &World, cohort: u16) -> Vec<u32> {
    let model = world.store.model();
    let rows = model.migration(&world.migration).unwrap().table.rows();
    rows.filter(|row| row.cohort == Some(CohortNumber(cohort))).map(|row| row.number.0).collect()
}

fn dates(world: &World, numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let model = world.store.model();
    let table = &model.migration(&world.migration).unwrap().table;
    let date = |number| table.row(AccountNumber(number)).and_then(|row| row.state.scheduled_for());
    numbers.into_iter().map(|number| date(number).map_or("-".into(), |day| day.to_string())).collect()
}

/// A cohort with all accounts of the migration in it.
async fn cohort_of_all(world: &World, settings: CohortSettings) -> CohortNumber {
    let lead = world.acting(Role::Lead);
    let cohort = lead.create_cohort(&world.migration, settings).await.unwrap();
    let scope = BulkScope::Matching { view: Box::default(), at_least: None };
    let change = domain::bulk::BulkChange::Cohort { to: Some(cohort) };
    let id = lead.start_bulk(&world.migration, command(), &scope, change).await.unwrap();
    ended(world, &id).await;
    cohort
}

/// Monday 1 June to Wednesday 10 June 2026, days only, in Berlin.
fn june() -> CohortSettings {
    CohortSettings {
        name: "June".into(),
        window: Some(window("2026-06-01T06:00:00Z", "2026-06-10T16:00:00Z")),
        ..CohortSettings::default()
    }
}

fn planning(cohort: CohortNumber) -> WaveMove {
    WaveMove { cohort, shift: Shift::default(), along: false, keep: true }
}

#[tokio::test]
async fn a_split_makes_the_waves_of_its_preview_and_can_be_undone() {
    let world = World::on_disk().await;
    filled(&world, 100).await;
    edit(&world, 3, Move::OptOut).await;
    let lead = world.acting(Role::Lead);
    let plan = everybody("10 accounts, 30 %, the rest", 42);
    let preview = lead.preview_split(&world.migration, &plan).await.unwrap();
    assert_eq!((preview.total, preview.refused, preview.from_others), (99, 1, 0));
    assert_eq!(preview.sizes, [10, 30, 59]);
    let strata: Vec<_> = preview.strata.iter().map(|stratum| (stratum.key.as_str(), stratum.waves.clone())).collect();
    assert_eq!(strata, [("Business", vec![2, 6, 12]), ("Team", vec![8, 24, 47])]);
    assert!(preview.reasons.sorted()[0].words.contains("changes cohort only while"));

    let id = command();
    let waves = names(&["Pilot", "Early", "Main"]);
    let bulk = lead.start_split(&world.migration, id.clone(), &plan, &waves, 99).await.unwrap();
    ended(&world, &bulk).await;
    // Sent again after a lost answer: nothing happens twice.
    assert_eq!(lead.start_split(&world.migration, id, &plan, &waves, 99).await.unwrap(), bulk);
    let view = lead.migration_by_slug("ledger-3").await.unwrap();
    let cohorts: Vec<_> =
        view.cohorts.iter().map(|(cohort, counts, _)| (cohort.settings.name.as_str(), counts.total())).collect();
    assert_eq!(cohorts, [("Pilot", 10), ("Early", 30), ("Main", 59)]);
    let pilot = members(&world, 1);

    let world = crate::testing::reopened_from(world).await;
    let lead = world.acting(Role::Lead);
    assert_eq!(members(&world, 1), pilot, "the waves are stored");
    lead.undo_bulk(&world.migration, &bulk).await.unwrap();
    ended(&world, &bulk).await;
    assert!((1..=3).all(|cohort| members(&world, cohort).is_empty()));
    // The same seed again: the same waves.
    let again = lead.start_split(&world.migration, command(), &plan, &names(&["A", "B", "C"]), 99).await.unwrap();
    ended(&world, &again).await;
    assert_eq!(members(&world, 4), pilot);
    world.check().await;
}

#[tokio::test]
async fn a_split_that_cannot_be_changes_nothing() {
    let world = World::new().await;
    filled(&world, 20).await;
    world.cohort("Pilot").await;
    let lead = world.acting(Role::Lead);
    let number = lead
        .add_field(
            &world.migration,
            FieldSettings { kind: CustomKind::Select { options: vec!["Gold".into()] }, ..field_settings("Tier") },
        )
        .await
        .unwrap();
    let note = lead.add_field(&world.migration, field_settings("Note")).await.unwrap();
    let at = |error: StoreError| match error {
        StoreError::Invalid(problems) => problems[0].field.clone(),
        other => panic!("{other}"),
    };
    let cases = [
        (everybody("70 %, 60 %", 1), "parts"),
        (everybody("rest, rest", 1), "parts"),
        (everybody("25 accounts", 1), "parts"),
        (everybody("", 1), "parts"),
        (SplitPlan { by: Some(Column::Name), ..everybody("rest", 1) }, "by"),
        (SplitPlan { by: Some(Column::Custom(note)), ..everybody("rest", 1) }, "by"),
    ];
    for (plan, field) in cases {
        assert_eq!(at(lead.preview_split(&world.migration, &plan).await.unwrap_err()), field, "{plan:?}");
    }
    let own = SplitPlan { by: Some(Column::Custom(number)), ..everybody("5 accounts, rest", 1) };
    let preview = lead.preview_split(&world.migration, &own).await.unwrap();
    assert_eq!((preview.strata.len(), preview.strata[0].key.as_str()), (1, ""));

    let plan = everybody("5 accounts, rest", 1);
    let start =
        async |names: Vec<String>, seen| lead.start_split(&world.migration, command(), &plan, &names, seen).await;
    assert_eq!(at(start(names(&["Early", "pilot"]), 20).await.unwrap_err()), "name_1");
    assert_eq!(at(start(names(&["Early", " early"]), 20).await.unwrap_err()), "name_1");
    assert_eq!(at(start(names(&["Early"]), 20).await.unwrap_err()), "parts");
    assert!(matches!(start(names(&["Early", "Main"]), 19).await.unwrap_err(), StoreError::Refused(_)));
    assert_eq!(lead.migration_by_slug("ledger-3").await.unwrap().cohorts.len(), 1);
    world.check().await;
}

#[test]
fn steps_keep_their_order_although_their_numbers_mix() {
    let steps = vec![vec![AccountNumber(1), AccountNumber(4)], vec![AccountNumber(2), AccountNumber(3)]];
    assert_eq!(crate::bulk::to_steps(&steps), "1,4;2-3");
}

#[tokio::test]
async fn dates_are_spread_by_capacity_around_blackouts_and_pinned_ones() {
    let world = World::new().await;
    filled(&world, 15).await;
    let lead = world.acting(Role::Lead);
    let blackouts = vec![Blackout { first: day("2026-06-03"), last: day("2026-06-04"), reason: " Audit ".into() }];
    lead.change_days(&world.migration, Calendar { blackouts, weekends: false }).await.unwrap();
    let cohort = cohort_of_all(&world, CohortSettings { capacity: Some(2), ..june() }).await;
    edit(&world, 1, Move::Schedule { date: day("2026-06-02"), pinned: Some("asked".into()) }).await;
    edit(&world, 2, Move::Schedule { date: day("2026-06-03"), pinned: Some("asked".into()) }).await;

    let preview = lead.preview_move(&world.migration, &planning(cohort)).await.unwrap();
    let shown = &preview.cohorts[0];
    let counts: Vec<_> = shown.days.iter().map(|day| (day.planned, day.others)).collect();
    // Mon, Tue with one that is pinned, a blackout of two days, Fri, weekend, Mon, Tue, Wed.
    assert_eq!(counts, [(2, 0), (1, 1), (0, 1), (0, 0), (2, 0), (0, 0), (0, 0), (2, 0), (2, 0), (2, 0)]);
    assert_eq!(shown.days[2].closed, Some(Closed::Blackout("Audit".into())));
    assert_eq!((shown.changed, shown.first, shown.same, shown.unplaced.len()), (11, 11, 0, 2));
    assert_eq!((shown.stays.len(), shown.pinned_outside), (2, 1));
    assert!(preview.promises.is_empty());
    assert_eq!(dates(&world, [3]), ["-"], "a preview changes nothing");

    let id = lead.start_move(&world.migration, command(), &planning(cohort), shown.before).await.unwrap().unwrap();
    ended(&world, &id).await;
    assert_eq!(
        dates(&world, [1, 2, 3, 4, 5, 14, 15]),
        ["2026-06-02", "2026-06-03", "2026-06-01", "2026-06-01", "2026-06-02", "-", "-",]
    );
    let row = lead.row(&world.migration, AccountNumber(1)).await.unwrap();
    assert_eq!(row.state, State::Scheduled { plan: Plan { date: day("2026-06-02"), pinned: Some("asked".into()) } });
    let plans = lead.day_plans(&world.migration, day("2026-06-01"), day("2026-06-07")).await.unwrap();
    let seen: Vec<_> = plans.iter().map(|plan| (plan.planned, plan.pinned, plan.capacity)).collect();
    assert_eq!(seen[..3], [(2, 0, Some(2)), (2, 1, Some(2)), (1, 1, Some(2))]);
    assert!(plans[2].is_over() && !plans[1].is_over());

    // More room: those that had none get their first date, everybody else keeps theirs.
    let settings = CohortSettings { capacity: Some(3), ..june() };
    lead.change_cohort(&world.migration, cohort, settings).await.unwrap();
    let preview = lead.preview_move(&world.migration, &planning(cohort)).await.unwrap();
    assert_eq!((preview.cohorts[0].changed, preview.cohorts[0].same, preview.cohorts[0].unplaced.len()), (2, 11, 0));
    lead.undo_bulk(&world.migration, &id).await.unwrap();
    ended(&world, &id).await;
    assert_eq!(dates(&world, 3..=4), ["-", "-"]);
    world.check().await;
}

#[tokio::test]
async fn a_window_moves_with_its_dates_and_those_that_wait_for_it() {
    let world = World::new().await;
    filled(&world, 6).await;
    let lead = world.acting(Role::Lead);
    let cohort = cohort_of_all(&world, june()).await;
    let plan = lead.preview_move(&world.migration, &planning(cohort)).await.unwrap();
    let id = lead.start_move(&world.migration, command(), &planning(cohort), plan.cohorts[0].before).await.unwrap();
    ended(&world, &id.unwrap()).await;
    let before = dates(&world, 1..=6);
    let follower = CohortSettings {
        name: "July".into(),
        window: Some(window("2026-06-11T06:00:00Z", "2026-06-12T16:00:00Z")),
        after: vec![cohort],
        ..CohortSettings::default()
    };
    let follower = lead.create_cohort(&world.migration, follower).await.unwrap();

    let alone = WaveMove { cohort, shift: Shift::by(7), along: false, keep: false };
    let preview = lead.preview_move(&world.migration, &alone).await.unwrap();
    assert_eq!(preview.overlaps, [(follower, 7)]);
    assert_eq!((preview.cohorts.len(), preview.cohorts[0].changed), (1, 6));
    let along = WaveMove { along: true, ..alone };
    let preview = lead.preview_move(&world.migration, &along).await.unwrap();
    assert!(preview.overlaps.is_empty());
    assert_eq!(preview.cohorts[1].after, window("2026-06-18T06:00:00Z", "2026-06-19T16:00:00Z"));
    let seen = preview.cohorts[0].before;
    assert_eq!(dates(&world, 1..=6), before, "nothing moves before it is confirmed");

    let stale = window("2026-06-02T06:00:00Z", "2026-06-10T16:00:00Z");
    let refused = lead.start_move(&world.migration, command(), &along, stale).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused(words) if words.contains("meanwhile")));
    let id = lead.start_move(&world.migration, command(), &along, seen).await.unwrap().unwrap();
    ended(&world, &id).await;
    let view = lead.migration_by_slug("ledger-3").await.unwrap();
    let windows: Vec<_> = view.cohorts.iter().map(|(cohort, ..)| cohort.settings.window.unwrap()).collect();
    assert_eq!(windows[0], window("2026-06-08T06:00:00Z", "2026-06-17T16:00:00Z"));
    assert_eq!(windows[1], preview.cohorts[1].after);
    let week_later: Vec<_> = before.iter().map(|text| (day(text) + chrono::Days::new(7)).to_string()).collect();
    assert_eq!(dates(&world, 1..=6), week_later);

    let backwards = WaveMove { shift: Shift { starts: 20, ends: 0 }, ..alone };
    let refused = lead.preview_move(&world.migration, &backwards).await.unwrap_err();
    assert!(matches!(refused, StoreError::Invalid(problems) if problems[0].field == "window_ends"));
    lead.move_cohort_past_gate(&world.migration, cohort, CohortStage::Running, "go".into()).await.unwrap();
    lead.move_cohort_past_gate(&world.migration, cohort, CohortStage::Closed, "over".into()).await.unwrap();
    assert!(matches!(lead.preview_move(&world.migration, &alone).await.unwrap_err(), StoreError::Refused(_)));
    world.check().await;
}

#[tokio::test]
async fn an_account_that_got_a_date_of_its_own_meanwhile_keeps_it() {
    let world = World::new().await;
    filled(&world, 2).await;
    let lead = world.acting(Role::Lead);
    let cohort = cohort_of_all(&world, june()).await;
    let change = domain::bulk::BulkChange::CohortDate { cohort, date: day("2026-06-05") };
    edit(&world, 1, Move::Schedule { date: day("2026-06-02"), pinned: Some("asked".into()) }).await;
    let scope = BulkScope::Matching { view: Box::<View>::default(), at_least: None };
    let preview = lead.preview_bulk(&world.migration, &scope, &change).await.unwrap();
    assert_eq!((preview.report.changed, preview.report.refused), (1, 1));
    assert!(preview.report.reasons.sorted()[0].words.contains("date of its own"));
}

#[tokio::test]
async fn a_summer_time_change_keeps_the_hours_of_a_window() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    // 22:00 in Oslo before and after the clocks go back on 25 October 2026.
    let settings = CohortSettings {
        time_zone: Some("Europe/Oslo".into()),
        window: Some(window("2026-10-23T20:00:00Z", "2026-10-24T20:00:00Z")),
        ..june()
    };
    let cohort = lead.create_cohort(&world.migration, settings).await.unwrap();
    let wanted = WaveMove { cohort, shift: Shift::by(2), along: false, keep: true };
    let preview = lead.preview_move(&world.migration, &wanted).await.unwrap();
    assert_eq!(preview.cohorts[0].after, window("2026-10-25T21:00:00Z", "2026-10-26T21:00:00Z"));
}

#[tokio::test]
async fn settings_of_cohorts_and_days_are_checked_and_told() {
    let world = World::new().await;
    let lead = world.acting(Role::Lead);
    let pilot = world.cohort("Pilot").await;
    let field = |error: StoreError| match error {
        StoreError::Invalid(problems) => problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    let bad = CohortSettings {
        window: Some(window("2026-06-02T06:00:00Z", "2026-06-01T06:00:00Z")),
        time_zone: Some("Middle/Earth".into()),
        capacity: Some(0),
        owner: Some("nobody".into()),
        after: vec![CohortNumber(9)],
        ..june()
    };
    let refused = lead.create_cohort(&world.migration, bad).await.unwrap_err();
    assert_eq!(field(refused), ["window_ends", "time_zone", "capacity", "after", "owner"]);
    let owner = Some(world.caller(Role::Operator).user);
    let good = CohortSettings { capacity: Some(5), owner, after: vec![pilot], ..june() };
    let main = lead.create_cohort(&world.migration, good.clone()).await.unwrap();
    let circle = CohortSettings { name: "Pilot".into(), after: vec![main], ..CohortSettings::default() };
    assert_eq!(field(lead.change_cohort(&world.migration, pilot, circle).await.unwrap_err()), ["after"]);
    lead.change_cohort(&world.migration, main, CohortSettings { capacity: Some(7), ..good }).await.unwrap();

    let blackout = |first: &str, last: &str| Blackout { first: day(first), last: day(last), reason: "x".into() };
    let wrong = Calendar { blackouts: vec![blackout("2026-06-02", "2026-06-01")], weekends: false };
    assert_eq!(field(lead.change_days(&world.migration, wrong).await.unwrap_err()), ["blackout_0_last"]);
    let right = Calendar { blackouts: vec![blackout("2026-06-02", "2026-06-03")], weekends: true };
    lead.change_days(&world.migration, right).await.unwrap();
    // The ordinary settings keep the days.
    let before = lead.migration_by_slug("ledger-3").await.unwrap().migration.settings;
    let other = MigrationSettings { name: "Other".into(), blackouts: vec![], weekends: false, ..before.clone() };
    lead.change_migration(&world.migration, other).await.unwrap();
    let after = lead.migration_by_slug("ledger-3").await.unwrap().migration.settings;
    assert_eq!(after, MigrationSettings { name: "Other".into(), ..before });
    assert_eq!((after.blackouts.len(), after.weekends), (1, true));

    let query = crate::LogQuery {
        stream: Stream::Migration(world.migration.clone()),
        kind: None,
        user: None,
        from: None,
        until: None,
        before: None,
        limit: 3,
    };
    let (entries, _) = world.acting(Role::Admin).log(&query).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.event.kind, entry.event.changes.iter().map(|change| change.field).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        told,
        [
            (EventKind::MigrationChanged, vec![Field::Name]),
            (EventKind::MigrationChanged, vec![Field::Blackouts, Field::Weekends]),
            (EventKind::CohortChanged, vec![Field::Capacity]),
        ]
    );
    world.check().await;
}
