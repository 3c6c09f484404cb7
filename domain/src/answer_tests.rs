use super::*;
use crate::blocker::{Blocker, BlockerCategory};
use crate::cohort::{CohortSettings, Window};
use crate::id::{CohortNumber, MigrationId};
use crate::migration::MigrationSettings;
use crate::state::{Attempt, Circumstances, MoveKind, Plan};
use crate::status::Status;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn migration(stage: MigrationStage, published: bool) -> Migration {
    let settings = MigrationSettings {
        name: "Codename Heron".into(),
        public_name: "The move to Ledger 3".into(),
        slug: "heron".into(),
        description: String::new(),
        deadline: day("2026-06-30"),
        time_zone: "Europe/Berlin".into(),
        rollback_days: Some(14),
        blackouts: Vec::new(),
        weekends: false,
    };
    Migration { id: MigrationId::from("m"), stage, settings, published, fields: Vec::new() }
}

fn cohort(stage: CohortStage) -> Cohort {
    let window = Window { starts: instant("2026-06-01T06:00:00Z"), ends: instant("2026-06-05T16:00:00Z") };
    let settings = CohortSettings {
        name: "Difficult ones".into(),
        public_name: "Europe".into(),
        window: Some(window),
        ..Default::default()
    };
    Cohort { number: CohortNumber(1), position: 3, stage, settings, gates: Default::default() }
}

fn plan() -> Plan {
    Plan { date: day("2026-06-02"), pinned: Some("Their CFO Jane Roe insists".into()) }
}

fn attempt() -> Attempt {
    let rollback_until = Some(instant("2026-06-16T08:00:00Z"));
    Attempt { plan: Some(plan()), started_at: instant("2026-06-02T08:00:00Z"), rollback_until }
}

fn blocked(interrupted: Interrupted) -> State {
    let text = "Jane Roe has not signed; SAP connector broken".to_owned();
    let blocker = Blocker { category: BlockerCategory::Integration, text, since: instant("2026-05-20T08:00:00Z") };
    State::Blocked { blocker, interrupted }
}

/// Every state, in every shape that it has.
fn states() -> Vec<State> {
    vec![
        State::NotStarted,
        State::Scheduled { plan: plan() },
        State::InProgress { attempt: attempt() },
        State::Completed { attempt: attempt(), migrated_at: instant("2026-06-02T11:00:00Z") },
        blocked(Interrupted::NotStarted),
        blocked(Interrupted::Scheduled { plan: plan() }),
        blocked(Interrupted::InProgress { attempt: attempt() }),
        State::OptedOut,
        State::RolledBack { rolled_back_at: instant("2026-06-03T08:00:00Z"), reason: "Totals differ".into() },
    ]
}

/// The sentence without the migration's name, on a day, in given surroundings.
fn said(state: &State, today: &str, stage: MigrationStage, wave: Option<CohortStage>, published: bool) -> String {
    let (migration, cohort) = (migration(stage, published), wave.map(cohort));
    let known = Known {
        migration: &migration,
        cohort: cohort.as_ref(),
        window: cohort.as_ref().map(|_| (day("2026-06-01"), day("2026-06-05"))),
        state,
        migrated_on: state.migrated_at().map(|at| at.date_naive()),
        today: day(today),
    };
    let sentence = sentence(&known);
    sentence.strip_prefix("The move to Ledger 3: ").unwrap().to_owned()
}

#[test]
fn every_state_has_its_sentence() {
    let waits = "your account has not moved yet. The date is being confirmed. Everything works as usual.";
    let begun = "the move of your account has begun and is not done yet. When it will be done is being confirmed.";
    let out = "your account does not take part in this move. If you would like it to, let us know.";
    let back = "your account is back where it was before the move. A new date is being confirmed.";
    let moved = "your account has moved. The move was completed on Tuesday, 2 June 2026.";
    let running = [
        "your account has not moved yet. Its date is not set yet. Everything works as usual.",
        "your account is planned to move on Tuesday, 2 June 2026. Until then everything works as usual.",
        "your account is moving now. We will tell you as soon as it is done.",
        moved,
        waits,
        waits,
        begun,
        out,
        back,
    ];
    let held = [waits, waits, begun, moved, waits, waits, begun, out, back];
    for (index, state) in states().iter().enumerate() {
        let say = |stage, wave| said(state, "2026-05-21", stage, wave, false);
        let running = running[index];
        assert_eq!(say(MigrationStage::Draft, None), running, "{state:?}");
        assert_eq!(say(MigrationStage::Running, None), running, "{state:?}");
        assert_eq!(say(MigrationStage::Running, Some(CohortStage::Planned)), running, "{state:?}");
        assert_eq!(say(MigrationStage::Running, Some(CohortStage::Running)), running, "{state:?}");
        assert_eq!(say(MigrationStage::Paused, Some(CohortStage::Running)), held[index], "{state:?}");
        assert_eq!(say(MigrationStage::Running, Some(CohortStage::Halted)), held[index], "{state:?}");
    }
}

#[test]
fn the_days_before_on_and_after_the_date() {
    let scheduled = State::Scheduled { plan: plan() };
    let on = |today| said(&scheduled, today, MigrationStage::Running, None, false);
    assert!(on("2026-06-01").contains("on Tuesday, 2 June 2026"));
    assert_eq!(on("2026-06-02"), "your account is planned to move today, Tuesday, 2 June 2026.");
    assert!(on("2026-06-03").contains("The date is being confirmed."), "a date that has passed is no date");
    let completed = State::Completed { attempt: attempt(), migrated_at: instant("2026-06-02T11:00:00Z") };
    assert!(said(&completed, "2026-06-02", MigrationStage::Running, None, false).contains("has moved today"));
    let over = said(&scheduled, "2026-06-01", MigrationStage::Closed, None, false);
    assert!(over.contains("no move is planned"), "{over}");
}

#[test]
fn a_window_is_told_only_if_customers_can_read_it() {
    let say =
        |today, published, stage| said(&State::NotStarted, today, MigrationStage::Running, Some(stage), published);
    let told = say("2026-05-21", true, CohortStage::Planned);
    assert!(
        told.contains("Its wave, Europe, is planned for Monday, 1 June 2026 to Friday, 5 June 2026. Its own day"),
        "{told}"
    );
    for (today, published, stage) in [
        ("2026-05-21", false, CohortStage::Planned),
        ("2026-06-06", true, CohortStage::Running),
        ("2026-05-21", true, CohortStage::Halted),
    ] {
        let told = say(today, published, stage);
        assert!(!told.contains("Europe") && !told.contains("June"), "{told}");
    }
}

/// Whatever the surroundings: no cause, no internal name, no person, and a date only of what is certain.
#[test]
fn no_sentence_tells_what_is_internal() {
    let secrets =
        ["Jane", "Roe", "SAP", "connector", "Integration", "block", "Totals", "Heron", "Difficult", "roll", "halt"];
    let waves = [None, Some(CohortStage::Planned), Some(CohortStage::Running), Some(CohortStage::Halted)];
    let stages = [MigrationStage::Draft, MigrationStage::Running, MigrationStage::Paused, MigrationStage::Closed];
    for state in states() {
        for stage in stages {
            for wave in waves.into_iter().chain([Some(CohortStage::Closed)]) {
                for published in [false, true] {
                    let told = said(&state, "2026-05-21", stage, wave, published);
                    let lower = told.to_lowercase();
                    for secret in secrets {
                        assert!(!lower.contains(&secret.to_lowercase()), "{secret} in {told}");
                    }
                    let still = stage == MigrationStage::Paused || wave == Some(CohortStage::Halted);
                    let certain = match state.status() {
                        Status::Completed => true,
                        Status::Scheduled | Status::NotStarted => !still,
                        _ => false,
                    };
                    assert!(certain || !told.contains("2026"), "{state:?}, {stage:?}, {wave:?}: {told}");
                    assert!(told.ends_with('.'), "{told}");
                }
            }
        }
    }
}

#[test]
fn a_migration_without_a_public_name_is_not_named() {
    let mut migration = migration(MigrationStage::Running, true);
    migration.settings.public_name = " ".into();
    let known = Known {
        migration: &migration,
        cohort: None,
        window: None,
        state: &State::NotStarted,
        migrated_on: None,
        today: day("2026-05-21"),
    };
    assert!(sentence(&known).starts_with("Your account has not moved yet."));
}

#[test]
fn a_rollback_is_possible_exactly_when_the_state_machine_allows_it() {
    for state in states() {
        for now in ["2026-06-02T12:00:00Z", "2026-06-16T07:59:59Z", "2026-06-16T08:00:00Z"] {
            let now = instant(now);
            let circumstances =
                Circumstances { now, migration: MigrationStage::Running, cohort: None, rollback_days: Some(14) };
            let allowed = state.check(MoveKind::RollBack, &circumstances).is_ok();
            let chance = rollback_chance(&state, now);
            let told = matches!(chance, Some(RollbackChance::WhileMoving(_) | RollbackChance::Until(_)));
            assert_eq!(told, allowed, "{state:?} at {now}: {chance:?}");
        }
    }
    let attempt = Attempt { rollback_until: None, ..attempt() };
    let state = State::Completed { attempt, migrated_at: instant("2026-06-02T11:00:00Z") };
    assert_eq!(rollback_chance(&state, instant("2026-06-02T12:00:00Z")), Some(RollbackChance::Never));
}
