#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use chrono::{DateTime, TimeZone, Utc};

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn now() -> Instant {
    at("2026-05-21T12:00:00Z")
}

fn running() -> Circumstances {
    Circumstances {
        now: now(),
        migration: MigrationStage::Running,
        cohort: Some(CohortStage::Running),
        rollback_days: Some(14),
    }
}

fn plan() -> Plan {
    Plan { date: NaiveDate::from_ymd_opt(2026, 6, 3).unwrap(), pinned: Some("they asked".to_owned()) }
}

/// Started the day before; rollback until 3 June.
fn attempt() -> Attempt {
    begin(Some(plan()), at("2026-05-20T12:00:00Z"), Some(14))
}

fn blocked(interrupted: Interrupted) -> State {
    let blocker =
        Blocker { category: BlockerCategory::Data, text: "old ids".to_owned(), since: at("2026-05-19T00:00:00Z") };
    State::Blocked { blocker, interrupted }
}

/// Every state that differs for the rules, with a name.
fn states() -> [(&'static str, State); 9] {
    [
        ("not started", State::NotStarted),
        ("scheduled", State::Scheduled { plan: plan() }),
        ("in progress", State::InProgress { attempt: attempt() }),
        ("completed", State::Completed { attempt: attempt(), migrated_at: at("2026-05-21T08:00:00Z") }),
        ("blocked, was not started", blocked(Interrupted::NotStarted)),
        ("blocked, was scheduled", blocked(Interrupted::Scheduled { plan: plan() })),
        ("blocked, was in progress", blocked(Interrupted::InProgress { attempt: attempt() })),
        ("opted out", State::OptedOut),
        ("rolled back", State::RolledBack { rolled_back_at: now(), reason: "data lost".to_owned() }),
    ]
}

fn state(name: &str) -> State {
    states().into_iter().find(|(known, _)| *known == name).unwrap().1
}

/// The move by which a person asks for a status.
fn move_to(status: Status) -> Move {
    match status {
        Status::NotStarted => Move::Reset,
        Status::Scheduled => Move::Schedule { date: plan().date, pinned: None },
        Status::InProgress => Move::Start,
        Status::Completed => Move::Complete { at: None },
        Status::Blocked => Move::Block { category: BlockerCategory::Technical, text: " why ".to_owned() },
        Status::OptedOut => Move::OptOut,
        Status::RolledBack => Move::RollBack { reason: " lost data ".to_owned() },
    }
}

/// The table of product.md, one line per state and one letter per status in the order of `Status::ALL`:
/// Completed, In progress, Scheduled, Not started, Blocked, Rolled back, opted Out.
/// `b` is a blocked account whose blocker is said differently: it stays blocked, which is no transition.
const TABLE: [(&str, &str); 9] = [
    ("not started", "-IS-B-O"),
    ("scheduled", "-ISNB-O"),
    ("in progress", "C---BR-"),
    ("completed", "-----R-"),
    ("blocked, was not started", "--SNb-O"),
    ("blocked, was scheduled", "--SNb-O"),
    ("blocked, was in progress", "-I--bR-"),
    ("opted out", "---N---"),
    ("rolled back", "--SN--O"),
];

#[test]
fn every_status_leads_exactly_to_those_of_the_table() {
    for (name, line) in TABLE {
        for (status, letter) in Status::ALL.into_iter().zip(line.chars()) {
            let state = state(name);
            let result = state.apply(&move_to(status), &running());
            if letter == '-' {
                let refusal = Refusal::NotAllowed { from: state.status(), to: status, allowed: state.next() };
                assert_eq!(result, Err(refusal), "{name} to {status:?}");
            } else {
                assert_eq!(result.map(|state| state.status()), Ok(status), "{name} to {status:?}");
            }
            let listed = state.next().contains(&status);
            assert_eq!(listed, letter.is_ascii_uppercase(), "{name} lists {status:?}");
        }
    }
}

#[test]
fn buttons_are_refused_exactly_when_the_move_is() {
    for (name, state) in states() {
        for circumstances in [running(), Circumstances { migration: MigrationStage::Paused, ..running() }] {
            for kind in MoveKind::ALL {
                let checked = state.check(kind, &circumstances);
                let Some(target) = kind.target(&state) else {
                    assert_eq!(checked, Err(Refusal::NothingToResume), "{name} {kind:?}");
                    continue;
                };
                let wanted = if kind == MoveKind::Resume { Move::Resume } else { move_to(target) };
                let applied = state.apply(&wanted, &circumstances);
                let has_other_button = state.blocker().is_some() && matches!(kind, MoveKind::Block | MoveKind::Start);
                if has_other_button {
                    assert!(matches!(checked, Err(Refusal::NotAllowed { .. })), "{name} {kind:?}");
                } else {
                    assert_eq!(checked.clone().err(), applied.clone().err(), "{name} {kind:?}");
                }
                if let (Ok(()), Ok(after)) = (checked, applied) {
                    assert_eq!(after.status(), target, "{name} {kind:?}");
                }
            }
        }
    }
}

// --- What each move carries ---

#[test]
fn starting_begins_an_attempt_with_its_plan_and_deadline() {
    let started = state("scheduled").apply(&Move::Start, &running()).unwrap();
    let begun = started.attempt().unwrap();
    assert_eq!((begun.plan.clone(), begun.started_at), (Some(plan()), now()));
    assert_eq!(begun.rollback_until, Some(at("2026-06-04T12:00:00Z")));
    let without = Circumstances { rollback_days: None, ..running() };
    let started = State::NotStarted.apply(&Move::Start, &without).unwrap();
    assert_eq!(started.attempt(), Some(&Attempt { plan: None, started_at: now(), rollback_until: None }));
}

#[test]
fn completing_sets_the_migration_date() {
    let complete = |at| state("in progress").apply(&Move::Complete { at }, &running());
    assert_eq!(complete(None).unwrap().migrated_at(), Some(now()));
    let earlier = at("2026-05-20T15:00:00Z");
    assert_eq!(complete(Some(earlier)).unwrap().migrated_at(), Some(earlier));
    assert_eq!(complete(Some(attempt().started_at)).unwrap().migrated_at(), Some(attempt().started_at));
    assert_eq!(complete(Some(now() + Duration::seconds(1))), Err(Refusal::CompletedInFuture));
    let before = attempt().started_at - Duration::seconds(1);
    assert_eq!(complete(Some(before)), Err(Refusal::CompletedBeforeStart));
}

#[test]
fn blocking_keeps_the_date_and_resuming_goes_back_to_it() {
    for name in ["not started", "scheduled", "in progress"] {
        let before = state(name);
        let blocked = before.apply(&move_to(Status::Blocked), &running()).unwrap();
        let blocker = blocked.blocker().unwrap();
        assert_eq!((blocker.category, blocker.text.as_str()), (BlockerCategory::Technical, "why"));
        assert_eq!(blocker.since, now());
        assert_eq!(blocked.scheduled_for(), before.scheduled_for(), "{name}");
        assert_eq!(blocked.apply(&Move::Resume, &running()), Ok(before), "{name}");
    }
}

#[test]
fn a_blocker_said_differently_keeps_since_when() {
    let other = Move::Block { category: BlockerCategory::Customer, text: "on leave".to_owned() };
    let after = state("blocked, was scheduled").apply(&other, &running()).unwrap();
    let blocker = after.blocker().unwrap();
    assert_eq!((blocker.category, blocker.text.as_str()), (BlockerCategory::Customer, "on leave"));
    assert_eq!(blocker.since, at("2026-05-19T00:00:00Z"));
    assert_eq!(after.scheduled_for(), Some(plan().date));
}

#[test]
fn going_back_to_not_started_clears_the_date() {
    for name in ["scheduled", "blocked, was scheduled"] {
        assert_eq!(state(name).apply(&Move::Reset, &running()), Ok(State::NotStarted));
    }
}

#[test]
fn another_date_replaces_date_and_reason() {
    let date = NaiveDate::from_ymd_opt(2026, 6, 9).unwrap();
    let schedule = |pinned: Option<&str>| {
        let wanted = Move::Schedule { date, pinned: pinned.map(str::to_owned) };
        state("scheduled").apply(&wanted, &running()).unwrap()
    };
    assert_eq!(schedule(None), State::Scheduled { plan: Plan { date, pinned: None } });
    assert_eq!(schedule(Some("  ")), State::Scheduled { plan: Plan { date, pinned: None } });
    let pinned = Some("audit week".to_owned());
    assert_eq!(schedule(Some(" audit week ")), State::Scheduled { plan: Plan { date, pinned } });
}

#[test]
fn rolling_back_keeps_its_reason() {
    let after = state("in progress").apply(&move_to(Status::RolledBack), &running()).unwrap();
    assert_eq!(after, State::RolledBack { rolled_back_at: now(), reason: "lost data".to_owned() });
}

// --- Rules about the surroundings ---

#[test]
fn an_account_starts_only_while_migration_and_cohort_run() {
    let stages = [MigrationStage::Draft, MigrationStage::Paused, MigrationStage::Closed];
    for migration in stages {
        let circumstances = Circumstances { migration, ..running() };
        let refusal = Refusal::MigrationNotRunning { migration };
        for (name, wanted) in [
            ("not started", Move::Start),
            ("scheduled", Move::Start),
            ("blocked, was in progress", Move::Resume),
            ("blocked, was in progress", Move::Start),
        ] {
            assert_eq!(state(name).apply(&wanted, &circumstances), Err(refusal.clone()), "{name} {migration:?}");
        }
    }
    for cohort in [CohortStage::Planned, CohortStage::Halted, CohortStage::Closed] {
        let circumstances = Circumstances { cohort: Some(cohort), ..running() };
        let refusal = Refusal::CohortNotRunning { cohort };
        for (name, wanted) in [("not started", Move::Start), ("blocked, was in progress", Move::Resume)] {
            assert_eq!(state(name).apply(&wanted, &circumstances), Err(refusal.clone()), "{name} {cohort:?}");
        }
    }
    let without_cohort = Circumstances { cohort: None, ..running() };
    assert!(State::NotStarted.apply(&Move::Start, &without_cohort).is_ok());
}

#[test]
fn halted_or_paused_accounts_in_progress_may_finish_block_or_roll_back() {
    let held = [
        Circumstances { migration: MigrationStage::Paused, ..running() },
        Circumstances { cohort: Some(CohortStage::Halted), ..running() },
    ];
    for circumstances in held {
        for status in [Status::Completed, Status::Blocked, Status::RolledBack] {
            let after = state("in progress").apply(&move_to(status), &circumstances).unwrap();
            assert_eq!(after.status(), status);
        }
        // What has not begun can still be planned and resumed to its plan.
        assert!(state("not started").apply(&move_to(Status::Scheduled), &circumstances).is_ok());
        assert!(state("blocked, was scheduled").apply(&Move::Resume, &circumstances).is_ok());
    }
}

#[test]
fn a_completed_account_rolls_back_only_before_its_deadline() {
    let until = attempt().rollback_until.unwrap();
    let roll_back = |now| state("completed").apply(&move_to(Status::RolledBack), &Circumstances { now, ..running() });
    assert!(roll_back(until - Duration::milliseconds(1)).is_ok());
    assert_eq!(roll_back(until), Err(Refusal::RollbackEnded { until }));
    assert_eq!(roll_back(until + Duration::days(1)), Err(Refusal::RollbackEnded { until }));
    // One that is in progress, or was when it was blocked, always may.
    for name in ["in progress", "blocked, was in progress"] {
        let late = Circumstances { now: until + Duration::days(1), ..running() };
        assert!(state(name).apply(&move_to(Status::RolledBack), &late).is_ok(), "{name}");
    }
}

#[test]
fn an_account_without_a_deadline_has_no_rollback() {
    let attempt = Attempt { rollback_until: None, ..attempt() };
    let completed = State::Completed { attempt, migrated_at: now() };
    assert_eq!(completed.apply(&move_to(Status::RolledBack), &running()), Err(Refusal::NoRollback));
}

#[test]
fn a_rollback_deadline_is_set_only_where_an_attempt_is() {
    let until = Some(at("2026-07-01T00:00:00Z"));
    for (name, state) in states() {
        let after = state.apply(&Move::SetRollbackUntil { until }, &running());
        if state.attempt().is_some() {
            let after = after.unwrap();
            assert_eq!((after.rollback_until(), after.status()), (until, state.status()), "{name}");
        } else {
            assert_eq!(after, Err(Refusal::NoAttempt), "{name}");
        }
    }
}

#[test]
fn resuming_needs_a_blocker() {
    for (name, state) in states() {
        if state.blocker().is_none() {
            assert_eq!(state.apply(&Move::Resume, &running()), Err(Refusal::NothingToResume), "{name}");
        }
    }
}

#[test]
fn texts_have_a_limit_and_a_rollback_needs_a_reason() {
    let long = "ä".repeat(BLOCKER_TEXT_MAX + 1);
    let too_long = Err(Refusal::TextTooLong { max: BLOCKER_TEXT_MAX });
    let block = |text: String| Move::Block { category: BlockerCategory::Data, text };
    assert_eq!(State::NotStarted.apply(&block(long.clone()), &running()), too_long);
    assert!(State::NotStarted.apply(&block("ä".repeat(BLOCKER_TEXT_MAX)), &running()).is_ok());
    let in_progress = state("in progress");
    assert_eq!(in_progress.apply(&Move::RollBack { reason: long.clone() }, &running()), too_long);
    let schedule = Move::Schedule { date: plan().date, pinned: Some(long) };
    assert_eq!(State::NotStarted.apply(&schedule, &running()), too_long);
    let blank = Move::RollBack { reason: " \n ".to_owned() };
    assert_eq!(in_progress.apply(&blank, &running()), Err(Refusal::ReasonMissing));
}

#[test]
fn an_account_changes_cohort_only_before_its_start_or_after_a_rollback() {
    let free = ["not started", "scheduled", "rolled back", "blocked, was not started", "blocked, was scheduled"];
    for (name, state) in states() {
        let expected = if free.contains(&name) { Ok(()) } else { Err(Refusal::CohortFixed { status: state.status() }) };
        assert_eq!(state.may_change_cohort(), expected, "{name}");
    }
}

#[test]
fn a_refusal_names_its_rule_in_words() {
    let until = Utc.with_ymd_and_hms(2026, 6, 3, 12, 0, 0).unwrap();
    let cases = [
        (
            state("opted out").apply(&Move::Start, &running()).unwrap_err(),
            "Opted out cannot become In progress. From Opted out it may go to Not started.",
        ),
        (
            state("not started").apply(&Move::Reset, &running()).unwrap_err(),
            "Not started cannot become Not started. From Not started it may go to In progress, Scheduled, Blocked or Opted out.",
        ),
        (Refusal::RollbackEnded { until }, "Rollback ended at 3 Jun 2026 12:00 UTC."),
        (
            Refusal::CohortNotRunning { cohort: CohortStage::Halted },
            "Its cohort is halted. An account starts only while its cohort is running; a lead can start it.",
        ),
    ];
    for (refusal, words) in cases {
        assert_eq!(refusal.to_string(), words);
    }
}

#[test]
fn a_state_survives_json() {
    for (name, state) in states() {
        let json = serde_json::to_string(&state).unwrap();
        assert!(json.contains(&format!("\"status\":\"{}\"", state.status().code())), "{name}: {json}");
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state, "{name}");
    }
}
