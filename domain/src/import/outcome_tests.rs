#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::customer::Contact;
use crate::id::ExternalId;
use crate::state::Attempt;
use chrono::{DateTime, Duration};

/// The people, cohorts and times that the tests' rows refer to. Cohort 1 runs, cohort 2 is planned.
struct World {
    now: Instant,
    migration: MigrationStage,
    checked_at: Position,
    ours: Vec<u64>,
}

impl World {
    fn new() -> Self {
        World {
            now: at("2026-05-21T12:00:00Z"),
            migration: MigrationStage::Running,
            checked_at: Position { workspace: 100, migration: 100 },
            ours: Vec::new(),
        }
    }

    fn decide(
        &self,
        input: &RowInput,
        existing: Option<&Account>,
        customer: Option<&Customer>,
    ) -> Result<RowOutcome, RowProblem> {
        let labels = ["1 · Pilot".to_owned(), "2 · Main EU".to_owned()];
        let context = ImportContext {
            now: self.now,
            migration: self.migration,
            rollback_days: Some(14),
            checked_at: self.checked_at,
            by_this_import: &|seq| self.ours.contains(&seq),
            // The migration's zone is two hours east of UTC.
            instant_of: &|date, time| date.and_time(time.unwrap_or_default()).and_utc() - Duration::hours(2),
            day_of: &|instant| (instant + Duration::hours(2)).date_naive(),
            cohort: &|text| text.parse().ok().filter(|number| *number <= 2).map(CohortNumber),
            cohort_stage: &|number| match number {
                CohortNumber(1) => Some(CohortStage::Running),
                CohortNumber(2) => Some(CohortStage::Planned),
                _ => None,
            },
            cohort_labels: &labels,
            owner: &|text| (text == "Hanna").then(|| UserId::from("hanna")),
            known_zone: &|zone| zone == "Europe/Oslo",
            fields: &[],
            header_of: &|target| format!("{} column", target.code()),
        };
        decide(input, existing, customer, &context)
    }

    /// Creates the account of a row, with the customer in the directory.
    fn create(&self, input: &RowInput) -> Account {
        self.decide(input, None, Some(&customer())).unwrap().account.unwrap()
    }

    fn create_problem(&self, input: &RowInput) -> RowProblem {
        self.decide(input, None, Some(&customer())).unwrap_err()
    }

    fn update(&self, state: State, input: &RowInput) -> RowOutcome {
        self.decide(input, Some(&account(state)), Some(&customer())).unwrap()
    }

    fn updated_state(&self, state: State, input: &RowInput) -> State {
        self.update(state, input).account.unwrap().state
    }

    fn update_problem(&self, state: State, input: &RowInput) -> RowProblem {
        self.decide(input, Some(&account(state)), Some(&customer())).unwrap_err()
    }
}

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn cell(text: &str) -> DateCell {
    super::super::dates::read(text, None).unwrap()
}

fn row() -> RowInput {
    RowInput { external_id: ExternalId::from("C-1"), ..RowInput::blank(7) }
}

fn row_of(status: Status) -> RowInput {
    RowInput { status: Some(status), ..row() }
}

fn customer() -> Customer {
    let contact = Contact { name: "Nils".to_owned(), email: "it@a.example".to_owned(), ..Contact::default() };
    let profile = Profile { name: "Adria".to_owned(), contacts: vec![contact], ..Profile::default() };
    Customer { external_id: ExternalId::from("C-1"), profile, changed_seq: 50 }
}

fn account(state: State) -> Account {
    Account {
        number: AccountNumber(3),
        customer: ExternalId::from("C-1"),
        state,
        cohort: None,
        owner: None,
        touched: Touched { state: 10, owner: 10, cohort: 10, custom: 1 },
        chunk_seqs: Vec::new(),
        removed: false,
        attempt: 0,
        since: None,
        custom: Default::default(),
    }
}

fn plan(text: &str) -> Plan {
    Plan { date: day(text), pinned: None }
}

fn scheduled(text: &str) -> State {
    State::Scheduled { plan: plan(text) }
}

fn attempt() -> Attempt {
    begin(Some(plan("2026-05-20")), at("2026-05-20T06:00:00Z"), Some(14))
}

fn blocked(interrupted: Interrupted) -> State {
    let blocker =
        Blocker { category: BlockerCategory::Data, text: "old ids".to_owned(), since: at("2026-05-01T00:00:00Z") };
    State::Blocked { blocker, interrupted }
}

fn completed() -> State {
    State::Completed { attempt: attempt(), migrated_at: at("2026-05-20T08:00:00Z") }
}

// --- New accounts ---

#[test]
fn a_row_of_a_new_customer_creates_account_and_profile() {
    let input = RowInput {
        name: Some("Berg".to_owned()),
        contact_email: Some("ops@berg.example".to_owned()),
        owner: Some(OwnerCell::Named { text: "Hanna".to_owned() }),
        cohort: Some("1".to_owned()),
        ..row()
    };
    let outcome = World::new().decide(&input, None, None).unwrap();
    assert_eq!(outcome.kind, OutcomeKind::Created);
    let profile = outcome.profile.unwrap();
    assert_eq!((profile.name.as_str(), profile.contacts[0].email.as_str()), ("Berg", "ops@berg.example"));
    let account = outcome.account.unwrap();
    assert_eq!(account.state, State::NotStarted);
    assert_eq!((account.owner, account.cohort), (Some(UserId::from("hanna")), Some(CohortNumber(1))));
    assert_eq!((account.number, account.touched), (AccountNumber(0), Touched::default()));
}

#[test]
fn a_new_customer_needs_a_name_but_a_known_one_does_not() {
    let world = World::new();
    assert_eq!(world.decide(&row(), None, None).unwrap_err().kind, ProblemKind::NameMissing);
    let outcome = world.decide(&row(), None, Some(&customer())).unwrap();
    assert_eq!((outcome.kind, outcome.profile), (OutcomeKind::Created, None));
}

#[test]
fn a_new_account_without_a_status_takes_what_its_cells_imply() {
    let world = World::new();
    assert_eq!(world.create(&row()).state, State::NotStarted);
    let dated = RowInput { scheduled_for: Some(cell("2026-06-03")), ..row() };
    assert_eq!(world.create(&dated).state, scheduled("2026-06-03"));
    let migrated = RowInput { migrated_at: Some(cell("2026-05-03")), ..dated.clone() };
    assert_eq!(world.create(&migrated).state.status(), Status::Completed);
    let blocked = RowInput { blocker_category: Some(BlockerCategory::Data), ..dated };
    assert_eq!(world.create(&blocked).state.status(), Status::Blocked);
}

#[test]
fn a_new_account_can_begin_in_any_status_with_its_data() {
    let world = World::new();
    let full = |status| RowInput {
        scheduled_for: Some(cell("2026-05-03")),
        migrated_at: Some(cell("2026-05-04T10:00")),
        blocker_category: Some(BlockerCategory::Contract),
        blocker_text: Some("unsigned".to_owned()),
        ..row_of(status)
    };
    for status in Status::ALL {
        assert_eq!(world.create(&full(status)).state.status(), status);
    }
    let State::Completed { attempt, migrated_at } = world.create(&full(Status::Completed)).state else { panic!() };
    assert_eq!(migrated_at, at("2026-05-04T08:00:00Z"));
    assert_eq!(attempt.plan, Some(plan("2026-05-03")));
    assert_eq!(attempt.rollback_until, Some(at("2026-05-18T08:00:00Z")));
    let State::Blocked { blocker, interrupted } = world.create(&full(Status::Blocked)).state else { panic!() };
    assert_eq!((blocker.category, blocker.text.as_str()), (BlockerCategory::Contract, "unsigned"));
    assert_eq!(interrupted, Interrupted::Scheduled { plan: plan("2026-05-03") });
    let State::RolledBack { reason, .. } = world.create(&full(Status::RolledBack)).state else { panic!() };
    assert_eq!(reason, ROLLBACK_REASON);
}

#[test]
fn a_new_account_lacks_what_its_status_needs() {
    let world = World::new();
    let cases = [
        (row_of(Status::Scheduled), ProblemKind::DateMissing, "scheduled_for column"),
        (row_of(Status::Completed), ProblemKind::DateMissing, "migrated_at column"),
        (row_of(Status::Blocked), ProblemKind::BlockerMissing, "blocker_category column"),
        (
            RowInput { blocker_text: Some("waiting".to_owned()), ..row() },
            ProblemKind::BlockerMissing,
            "blocker_category column",
        ),
        (
            RowInput { scheduled_for: Some(cell("2026-05-03")), ..row_of(Status::Completed) },
            ProblemKind::DateMissing,
            "migrated_at column",
        ),
        (
            RowInput { migrated_at: Some(cell("2026-05-22")), ..row_of(Status::Completed) },
            ProblemKind::StatusNotAllowed,
            "migrated_at column",
        ),
    ];
    for (input, kind, column) in cases {
        let problem = world.create_problem(&input);
        assert_eq!((problem.row, problem.kind, problem.column.as_deref()), (7, kind, Some(column)));
    }
    let problem = world.create_problem(&row_of(Status::Blocked));
    assert!(BlockerCategory::ALL.iter().all(|category| problem.reason.contains(category.code())));
}

#[test]
fn a_new_account_in_progress_started_when_the_row_says_if_that_is_past() {
    let world = World::new();
    let started = |input: &RowInput| world.create(input).state.attempt().unwrap().started_at;
    let dated = |date| RowInput { scheduled_for: Some(cell(date)), ..row_of(Status::InProgress) };
    assert_eq!(started(&row_of(Status::InProgress)), world.now);
    assert_eq!(started(&dated("2026-05-20")), at("2026-05-19T22:00:00Z"));
    assert_eq!(started(&dated("2026-06-20")), world.now);
    // Also in a cohort that does not run yet: this is where it stood in the spreadsheet.
    let input = RowInput { cohort: Some("2".to_owned()), ..row_of(Status::InProgress) };
    assert_eq!(world.create(&input).cohort, Some(CohortNumber(2)));
}

#[test]
fn cells_for_which_the_status_has_no_place_are_reported() {
    let input = RowInput {
        scheduled_for: Some(cell("2026-05-03")),
        blocker_text: Some("old".to_owned()),
        ..row_of(Status::OptedOut)
    };
    let outcome = World::new().decide(&input, None, Some(&customer())).unwrap();
    assert_eq!(outcome.ignored, [Field::ScheduledFor, Field::BlockerText]);
}

#[test]
fn unknown_names_are_refused_with_what_there_is() {
    let world = World::new();
    let problem = world.create_problem(&RowInput { cohort: Some("7".to_owned()), ..row() });
    assert_eq!((problem.kind, problem.value.as_str()), (ProblemKind::CohortUnknown, "7"));
    assert!(problem.reason.contains("1 · Pilot, 2 · Main EU"), "{}", problem.reason);
    let owner = Some(OwnerCell::Named { text: "Nobody".to_owned() });
    assert_eq!(world.create_problem(&RowInput { owner, ..row() }).kind, ProblemKind::OwnerUnknown);
    let zone = RowInput { time_zone: Some("Mars/Base".to_owned()), ..row() };
    assert_eq!(world.create_problem(&zone).kind, ProblemKind::ZoneUnknown);
}

// --- Accounts that are there ---

#[test]
fn the_same_values_change_nothing() {
    let world = World::new();
    let input = |status| RowInput {
        name: Some("Adria".to_owned()),
        contact_email: Some("it@a.example".to_owned()),
        ..row_of(status)
    };
    let with_date = |status, date| RowInput { scheduled_for: Some(cell(date)), ..input(status) };
    let blocker = |category| RowInput { blocker_category: Some(category), ..input(Status::Blocked) };
    let cases = [
        (State::NotStarted, input(Status::NotStarted)),
        (scheduled("2026-06-03"), input(Status::Scheduled)),
        (scheduled("2026-06-03"), with_date(Status::Scheduled, "2026-06-03")),
        (scheduled("2026-06-03"), RowInput { scheduled_for: Some(cell("2026-06-03")), ..row() }),
        (State::InProgress { attempt: attempt() }, input(Status::InProgress)),
        (completed(), input(Status::Completed)),
        (completed(), RowInput { migrated_at: Some(cell("2026-05-20")), ..input(Status::Completed) }),
        (completed(), RowInput { migrated_at: Some(cell("2026-05-20T08:00:00Z")), ..row() }),
        (completed(), RowInput { scheduled_for: Some(cell("2026-05-20")), ..row() }),
        (blocked(Interrupted::NotStarted), blocker(BlockerCategory::Data)),
        (blocked(Interrupted::NotStarted), RowInput { blocker_text: Some("old ids".to_owned()), ..row() }),
        (blocked(Interrupted::Scheduled { plan: plan("2026-06-03") }), with_date(Status::Blocked, "2026-06-03")),
        (State::OptedOut, input(Status::OptedOut)),
        (State::RolledBack { rolled_back_at: world.now, reason: "x".to_owned() }, input(Status::RolledBack)),
        (completed(), row()),
    ];
    for (state, input) in cases {
        let outcome = world.update(state.clone(), &input);
        assert_eq!(outcome.kind, OutcomeKind::Unchanged, "{state:?} {input:?}");
        assert_eq!((outcome.account, outcome.profile), (None, None));
    }
}

#[test]
fn a_change_of_status_obeys_the_table() {
    let world = World::new();
    let dated = |status| RowInput { scheduled_for: Some(cell("2026-06-03")), ..row_of(status) };
    assert_eq!(world.updated_state(State::NotStarted, &dated(Status::Scheduled)), scheduled("2026-06-03"));
    assert_eq!(world.updated_state(scheduled("2026-05-01"), &dated(Status::Scheduled)), scheduled("2026-06-03"));
    assert_eq!(world.updated_state(scheduled("2026-05-01"), &row_of(Status::NotStarted)), State::NotStarted);
    assert_eq!(world.updated_state(State::NotStarted, &row_of(Status::InProgress)).status(), Status::InProgress);
    assert_eq!(world.updated_state(State::OptedOut, &row_of(Status::NotStarted)), State::NotStarted);
    assert_eq!(world.updated_state(completed(), &row_of(Status::RolledBack)).status(), Status::RolledBack);

    let problem = world.update_problem(completed(), &dated(Status::Scheduled));
    assert_eq!((problem.kind, problem.value.as_str()), (ProblemKind::StatusNotAllowed, "Scheduled"));
    assert_eq!(problem.column.as_deref(), Some("status column"));
    assert_eq!(problem.reason, "Completed cannot become Scheduled. From Completed it may go to Rolled back.");
}

#[test]
fn every_status_leads_to_another_as_the_table_says_or_is_refused() {
    let world = World::new();
    let states = [
        State::NotStarted,
        scheduled("2026-06-03"),
        State::InProgress { attempt: attempt() },
        completed(),
        blocked(Interrupted::NotStarted),
        blocked(Interrupted::Scheduled { plan: plan("2026-06-03") }),
        blocked(Interrupted::InProgress { attempt: attempt() }),
        State::OptedOut,
        State::RolledBack { rolled_back_at: world.now, reason: "x".to_owned() },
    ];
    for state in &states {
        for status in Status::ALL.into_iter().filter(|status| *status != state.status()) {
            let input = RowInput {
                scheduled_for: Some(cell("2026-06-05")),
                migrated_at: Some(cell("2026-05-21")),
                blocker_category: Some(BlockerCategory::Technical),
                ..row_of(status)
            };
            let result = world.decide(&input, Some(&account(state.clone())), Some(&customer()));
            match result {
                Ok(outcome) => {
                    assert!(state.next().contains(&status), "{state:?} became {status:?}");
                    assert_eq!(outcome.account.unwrap().state.status(), status);
                }
                Err(problem) => {
                    assert!(!state.next().contains(&status), "{state:?} to {status:?}: {}", problem.reason);
                    assert_eq!(problem.kind, ProblemKind::StatusNotAllowed);
                }
            }
        }
    }
}

#[test]
fn nothing_starts_while_the_migration_or_its_cohort_does_not_run() {
    let mut world = World::new();
    let planned = RowInput { cohort: Some("2".to_owned()), ..row_of(Status::InProgress) };
    assert!(world.update_problem(State::NotStarted, &planned).reason.starts_with("Its cohort is planned."));
    let running = RowInput { cohort: Some("1".to_owned()), ..row_of(Status::InProgress) };
    assert_eq!(world.update(State::NotStarted, &running).account.unwrap().cohort, Some(CohortNumber(1)));
    world.migration = MigrationStage::Paused;
    assert!(world.update_problem(State::NotStarted, &running).reason.starts_with("The migration is paused."));
}

#[test]
fn completing_needs_a_day_and_the_day_of_the_start_counts() {
    let world = World::new();
    let state = State::InProgress { attempt: attempt() };
    assert_eq!(world.update_problem(state.clone(), &row_of(Status::Completed)).kind, ProblemKind::DateMissing);
    let on = |text| RowInput { migrated_at: Some(cell(text)), ..row_of(Status::Completed) };
    // The account started at 8:00 in the migration's zone; the day alone begins before that.
    let State::Completed { migrated_at, .. } = world.updated_state(state.clone(), &on("2026-05-20")) else { panic!() };
    assert_eq!(migrated_at, attempt().started_at);
    let problem = world.update_problem(state.clone(), &on("2026-05-19"));
    assert_eq!(problem.column.as_deref(), Some("migrated_at column"));
    assert!(problem.reason.contains("before the start"), "{}", problem.reason);
    assert!(world.update_problem(state, &on("2026-05-22")).reason.contains("future"));
}

#[test]
fn the_day_of_a_completed_account_stays() {
    let input = RowInput { migrated_at: Some(cell("2026-05-19")), ..row_of(Status::Completed) };
    let problem = World::new().update_problem(completed(), &input);
    assert_eq!(problem.reason, "The account was migrated on 20 May 2026; an import does not change that.");
}

#[test]
fn a_blocked_account_is_resumed_said_differently_or_keeps_its_date() {
    let world = World::new();
    let planned = || blocked(Interrupted::Scheduled { plan: plan("2026-06-03") });
    assert_eq!(world.updated_state(planned(), &row_of(Status::Scheduled)), scheduled("2026-06-03"));
    let other = RowInput { blocker_text: Some("new ids".to_owned()), ..row() };
    let state = world.updated_state(planned(), &other);
    let blocker = state.blocker().unwrap();
    assert_eq!((blocker.text.as_str(), blocker.category), ("new ids", BlockerCategory::Data));
    assert_eq!(blocker.since, at("2026-05-01T00:00:00Z"));
    let dated = RowInput { scheduled_for: Some(cell("2026-06-09")), ..row() };
    assert!(world.update_problem(planned(), &dated).reason.contains("Resume it first"));
}

#[test]
fn a_cohort_changes_only_while_it_may() {
    let world = World::new();
    let input = RowInput { cohort: Some("2".to_owned()), ..row() };
    let moved = world.update(scheduled("2026-06-03"), &input);
    assert_eq!(moved.account.unwrap().cohort, Some(CohortNumber(2)));
    assert_eq!(world.update_problem(completed(), &input).kind, ProblemKind::CohortFixed);
    // Opted out may not change cohort, but not started may: the row says both.
    let back = RowInput { status: Some(Status::NotStarted), ..input };
    let account = world.update(State::OptedOut, &back).account.unwrap();
    assert_eq!((account.state, account.cohort), (State::NotStarted, Some(CohortNumber(2))));
}

#[test]
fn only_the_directory_changes_when_only_a_name_is_new() {
    let outcome = World::new().update(completed(), &RowInput { plan: Some("Team".to_owned()), ..row() });
    assert_eq!((outcome.kind, outcome.account), (OutcomeKind::Updated, None));
    assert_eq!(outcome.profile.unwrap().plan, "Team");
}

// --- Changed since the dry run ---

#[test]
fn what_somebody_changed_since_the_dry_run_is_kept_and_reported() {
    let mut world = World::new();
    let mut theirs = account(scheduled("2026-06-09"));
    theirs.owner = Some(UserId::from("jonas"));
    theirs.touched = Touched { state: 101, owner: 102, cohort: 10, custom: 1 };
    let input = RowInput {
        scheduled_for: Some(cell("2026-06-03")),
        owner: Some(OwnerCell::Named { text: "Hanna".to_owned() }),
        cohort: Some("1".to_owned()),
        ..row_of(Status::Scheduled)
    };
    let outcome = world.decide(&input, Some(&theirs), Some(&customer())).unwrap();
    assert_eq!(outcome.kept, [Field::Owner, Field::Status]);
    let account = outcome.account.unwrap();
    assert_eq!((&account.state, &account.owner), (&theirs.state, &theirs.owner));
    assert_eq!(account.cohort, Some(CohortNumber(1)), "nobody touched the cohort");

    // The same events, written by this very import before it was interrupted, protect nothing.
    world.ours = vec![101, 102];
    let outcome = world.decide(&input, Some(&theirs), Some(&customer())).unwrap();
    assert_eq!(outcome.kept, []);
    assert_eq!(outcome.account.unwrap().state, scheduled("2026-06-03"));
}

#[test]
fn a_change_to_the_same_value_is_nothing_to_report() {
    let mut theirs = account(scheduled("2026-06-03"));
    theirs.touched.state = 101;
    let input = RowInput { scheduled_for: Some(cell("2026-06-03")), ..row_of(Status::Scheduled) };
    let outcome = World::new().decide(&input, Some(&theirs), Some(&customer())).unwrap();
    assert_eq!((outcome.kind, outcome.kept), (OutcomeKind::Unchanged, Vec::new()));
}

#[test]
fn a_customer_changed_since_the_dry_run_is_kept_and_reported() {
    let theirs = Customer { changed_seq: 101, ..customer() };
    let input = RowInput { name: Some("Adria d.o.o.".to_owned()), plan: Some("Team".to_owned()), ..row() };
    let outcome = World::new().decide(&input, Some(&account(State::NotStarted)), Some(&theirs)).unwrap();
    assert_eq!(outcome.kept, [Field::CustomerName, Field::Plan]);
    assert_eq!((outcome.kind, outcome.profile), (OutcomeKind::Unchanged, None));
}

#[test]
fn importing_the_same_row_twice_changes_nothing_the_second_time() {
    let world = World::new();
    for status in Status::ALL {
        let input = RowInput {
            name: Some("Adria".to_owned()),
            contact_name: Some("Nils".to_owned()),
            plan: Some("Team".to_owned()),
            scheduled_for: Some(cell("2026-05-03")),
            migrated_at: Some(cell("2026-05-04")),
            blocker_category: Some(BlockerCategory::Contract),
            blocker_text: Some("unsigned".to_owned()),
            owner: Some(OwnerCell::Named { text: "Hanna".to_owned() }),
            cohort: Some("1".to_owned()),
            time_zone: Some("Europe/Oslo".to_owned()),
            ..row_of(status)
        };
        let first = world.decide(&input, None, None).unwrap();
        let customer = Customer { profile: first.profile.unwrap(), ..customer() };
        let second = world.decide(&input, first.account.as_ref(), Some(&customer)).unwrap();
        assert_eq!(second.kind, OutcomeKind::Unchanged, "{status:?}");
    }
}
