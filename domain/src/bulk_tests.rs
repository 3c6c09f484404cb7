#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::account::{CustomValues, Touched};
use crate::blocker::{Blocker, BlockerCategory};
use crate::cohort::CohortStage;
use crate::custom::{CustomField, CustomKind, FieldSettings};
use crate::id::ExternalId;
use crate::migration::MigrationStage;
use crate::policy::Role;
use crate::state::{Interrupted, Plan, begin};
use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;

fn now() -> Instant {
    DateTime::parse_from_rfc3339("2026-05-21T12:00:00Z").unwrap().to_utc()
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

fn plan() -> Plan {
    Plan { date: day(3), pinned: Some("they asked".to_owned()) }
}

fn blocked(interrupted: Interrupted) -> State {
    let blocker = Blocker { category: BlockerCategory::Data, text: "old ids".to_owned(), since: now() };
    State::Blocked { blocker, interrupted }
}

/// Every state that differs for the rules.
fn states() -> Vec<State> {
    let started = now() - Duration::days(1);
    let attempt = || begin(Some(plan()), started, Some(14));
    vec![
        State::NotStarted,
        State::Scheduled { plan: plan() },
        State::Scheduled { plan: Plan { date: day(4), pinned: None } },
        State::InProgress { attempt: attempt() },
        State::Completed { attempt: attempt(), migrated_at: now() },
        blocked(Interrupted::NotStarted),
        blocked(Interrupted::Scheduled { plan: plan() }),
        blocked(Interrupted::InProgress { attempt: attempt() }),
        State::OptedOut,
        State::RolledBack { rolled_back_at: started, reason: "data lost".to_owned() },
    ]
}

fn moves() -> Vec<Move> {
    vec![
        Move::Reset,
        Move::Schedule { date: day(3), pinned: None },
        Move::Schedule { date: day(9), pinned: Some("a window".to_owned()) },
        Move::Start,
        Move::Complete { at: None },
        Move::Block { category: BlockerCategory::Contract, text: "waits for a signature".to_owned() },
        Move::Resume,
        Move::OptOut,
        Move::RollBack { reason: "wrong tax".to_owned() },
        Move::SetRollbackUntil { until: None },
    ]
}

fn account(state: State) -> Account {
    Account {
        number: AccountNumber(7),
        customer: ExternalId::from("C-7"),
        state,
        cohort: Some(CohortNumber(1)),
        owner: None,
        touched: Touched { state: 1, owner: 1, cohort: 1, custom: 1 },
        custom: Default::default(),
        chunk_seqs: Vec::new(),
        removed: false,
        attempt: 0,
        since: None,
    }
}

/// Field 1 is free text, field 2 a checkbox, field 3 retired.
fn custom_fields() -> Vec<CustomField> {
    let field = |number, label: &str, kind, retired| CustomField {
        number: FieldNumber(number),
        settings: FieldSettings { label: label.into(), kind, required: false, default: None },
        retired,
    };
    vec![
        field(1, "Contract", CustomKind::Text, false),
        field(2, "Trained", CustomKind::Checkbox, false),
        field(3, "Old", CustomKind::Text, true),
    ]
}

/// Cohorts 1 and 2 run; Hanna and Jonas may own accounts.
fn with_rules<T>(work: impl FnOnce(&EditContext<'_>) -> T) -> T {
    work(&EditContext {
        now: now(),
        role: Role::Lead,
        migration: MigrationStage::Running,
        rollback_days: Some(14),
        cohort_stage: &|cohort| (cohort.0 <= 2).then_some(CohortStage::Running),
        may_own: &|owner| ["hanna", "jonas"].contains(&owner.as_str()),
        fields: &custom_fields(),
    })
}

fn decide(change: &BulkChange, account: &Account) -> Outcome {
    with_rules(|context| change.decide(account, context))
}

fn to(to: Move) -> BulkChange {
    BulkChange::State { to }
}

/// The change as the store writes it: touched, and recorded with the whole state.
fn written(before: &Account, outcome: Outcome, seq: u64) -> Option<(Account, Left)> {
    let Outcome::Changed(after, changes) = outcome else { return None };
    let mut after = *after;
    after.touch(&changes, seq);
    after.remember_chunk(seq);
    let recorded: Vec<RecordedChange> = changes
        .into_iter()
        .chain(whole_state(&before.state, &after.state))
        .map(|change| RecordedChange {
            field: change.field,
            before: Recorded::Value(change.before),
            after: Recorded::Value(change.after),
        })
        .collect();
    let left = Left::read(before.number, false, &recorded);
    Some((after, left))
}

fn take_back(account: &Account, left: &Left) -> Undone {
    with_rules(|context| undo(account, left, context))
}

#[test]
fn each_account_is_decided_by_the_rule_of_a_single_edit() {
    for state in states() {
        for wanted in moves() {
            let account = account(state.clone());
            let change = [Change::State { seen: state.clone(), to: wanted.clone() }];
            let single = with_rules(|context| account.edit(&change, context));
            match decide(&to(wanted.clone()), &account) {
                Outcome::Changed(after, changes) => assert_eq!(single, Ok((*after, changes)), "{state:?} {wanted:?}"),
                Outcome::Refused(problem) => assert_eq!(single, Err(problem), "{state:?} {wanted:?}"),
                Outcome::Unchanged => match single {
                    Ok((_, changes)) => assert_eq!(changes, []),
                    // Where it is already, a single move is refused and a bulk change has nothing to do.
                    Err(EditProblem::Refused { refusal: Refusal::NotAllowed { from, to, .. } }) => assert_eq!(from, to),
                    Err(other) => panic!("{state:?} {wanted:?}: {other}"),
                },
            }
        }
    }
}

#[test]
fn what_is_so_already_is_no_refusal() {
    let so = [
        (State::NotStarted, to(Move::Reset)),
        (State::OptedOut, to(Move::OptOut)),
        (
            State::Scheduled { plan: Plan { date: day(4), pinned: None } },
            to(Move::Schedule { date: day(4), pinned: None }),
        ),
        (State::NotStarted, BulkChange::Owner { to: None }),
        (State::OptedOut, BulkChange::Cohort { to: Some(CohortNumber(1)) }),
    ];
    for (state, change) in so {
        assert_eq!(decide(&change, &account(state.clone())), Outcome::Unchanged, "{state:?} {change:?}");
    }
    let refused = decide(&to(Move::Resume), &account(State::NotStarted));
    assert_eq!(refused, Outcome::Refused(Refusal::NothingToResume.into()));
}

#[test]
fn how_many_and_what_decides_who_may() {
    let owner = BulkChange::Owner { to: None };
    assert_eq!(owner.action(BULK_SMALL_MAX), Action::BulkEdit);
    assert_eq!(owner.action(BULK_SMALL_MAX + 1), Action::BulkEditMany);
    assert_eq!(to(Move::RollBack { reason: "x".into() }).action(2), Action::BulkRollBack);
    assert_eq!(to(Move::SetRollbackUntil { until: None }).action(2), Action::SetRollbackDeadline);
}

#[test]
fn a_change_that_no_account_could_take_is_told_at_once() {
    let long = "ä".repeat(BLOCKER_TEXT_MAX + 1);
    let cases = [
        (Move::Schedule { date: day(1), pinned: Some(long.clone()) }, Some("pinned")),
        (Move::Block { category: BlockerCategory::Data, text: long.clone() }, Some("text")),
        (Move::RollBack { reason: " ".into() }, Some("reason")),
        (Move::RollBack { reason: long }, Some("reason")),
        (Move::Block { category: BlockerCategory::Data, text: String::new() }, None),
    ];
    for (wanted, field) in cases {
        let problem = to(wanted).problem().map(|problem| problem.field);
        assert_eq!(problem.as_deref(), field);
    }
}

#[test]
fn refusals_are_grouped_by_rule_and_bounded() {
    let mut report = BulkReport::default();
    for number in 1..=250 {
        let until = now() - Duration::minutes(number);
        let problem = EditProblem::Refused { refusal: Refusal::RollbackEnded { until } };
        report.count(AccountNumber(number as u32), &Outcome::Refused(problem));
    }
    report.count(AccountNumber(1), &Outcome::Unchanged);
    assert_eq!((report.refused, report.unchanged, report.total()), (250, 1, 251));
    let [reason] = report.reasons.0.as_slice() else { panic!("{:?}", report.reasons) };
    assert_eq!((reason.count, reason.accounts.len()), (250, LISTED_MAX));

    let mut many = Reasons::default();
    for number in 0..100 {
        many.add(&format!("reason {number}"), None, AccountNumber(number));
    }
    assert_eq!(many.0.len(), REASONS_MAX + 1);
    assert_eq!(many.0.iter().map(|reason| reason.count).sum::<u32>(), 100);
    assert_eq!(many.sorted()[0].words, OTHER_REASONS);
}

#[test]
fn an_undo_tells_what_it_leaves_and_why() {
    let start = account(State::NotStarted);
    let change = to(Move::Schedule { date: day(3), pinned: None });
    let (after, left) = written(&start, decide(&change, &start), 40).unwrap();

    let mut moved = after.clone();
    moved.state = State::OptedOut;
    moved.touched.state = 55;
    let undone = take_back(&moved, &left);
    assert_eq!((undone.account, undone.changes), (moved, Vec::new()));
    assert_eq!(undone.kept, [Kept::ChangedSince { what: "Status".into(), seq: 55 }]);
    assert_eq!((undone.kept[0].words().as_str(), undone.kept[0].since()), ("Status changed since", Some(55)));

    // Put back by hand: nothing is to be done, and nothing is left behind.
    let undone = take_back(&start, &left);
    assert_eq!((undone.changes, undone.kept), (Vec::new(), Vec::new()));

    let erased = [RecordedChange { field: Field::WholeStateText, before: Recorded::Erased, after: Recorded::Erased }];
    let lost = Left::read(start.number, false, &erased);
    assert_eq!(take_back(&after, &lost).kept, [Kept::Lost { what: "Status".into() }]);
    let old = [RecordedChange {
        field: Field::Status,
        before: Recorded::Value(json!("not_started")),
        after: Recorded::Value(json!("scheduled")),
    }];
    assert_eq!(Left::read(start.number, false, &old).state, Trace::Lost);
}

#[test]
fn an_undo_keeps_to_the_rules_of_owners_and_cohorts() {
    let owned = Account { owner: Some(UserId::from("gone")), ..account(State::NotStarted) };
    let change = BulkChange::Owner { to: Some(UserId::from("hanna")) };
    let (after, left) = written(&owned, decide(&change, &owned), 40).unwrap();
    let undone = take_back(&after, &left);
    assert_eq!(undone.kept, [Kept::Refused(EditProblem::NoSuchOwner)]);
    assert_eq!(undone.account.owner, Some(UserId::from("hanna")));

    let start = account(State::NotStarted);
    let change = BulkChange::Cohort { to: Some(CohortNumber(2)) };
    let (mut after, left) = written(&start, decide(&change, &start), 40).unwrap();
    after.state = states()[3].clone();
    let refusal = Refusal::CohortFixed { status: Status::InProgress };
    assert_eq!(take_back(&after, &left).kept, [Kept::Refused(refusal.into())]);
}

#[test]
fn a_custom_field_is_set_and_put_back_unless_it_was_retired_since() {
    let start = account(State::NotStarted);
    let text = |text: &str| Some(CustomValue::Text(text.into()));
    let change = BulkChange::Custom { number: FieldNumber(1), to: text("signed") };
    let (after, left) = written(&start, decide(&change, &start), 40).unwrap();
    assert_eq!(after.touched.custom, 40);
    assert_eq!(take_back(&after, &left).account.custom, start.custom);
    let refused = decide(&BulkChange::Custom { number: FieldNumber(2), to: text("yes") }, &start);
    assert!(matches!(&refused, Outcome::Refused(EditProblem::BadValue { label, .. }) if label == "Trained"));
    let BulkChange::Custom { to, .. } = change.without_text() else { panic!() };
    assert_eq!(to, text(""));

    let retired = Left { custom: [(FieldNumber(3), left.custom[&FieldNumber(1)].clone())].into(), ..left.clone() };
    let holding = Account { custom: [(FieldNumber(3), text("signed").unwrap())].into(), ..start };
    let undone = take_back(&holding, &retired);
    let because = BadValue::Retired;
    assert_eq!(undone.kept, [Kept::Refused(EditProblem::BadValue { label: "Old".into(), because })]);
}

#[test]
fn an_undo_reverses_a_transition_with_all_that_the_state_carried() {
    let start = account(states()[7].clone());
    let change = to(Move::RollBack { reason: "wrong tax".into() });
    let (after, left) = written(&start, decide(&change, &start), 40).unwrap();
    assert_eq!(after.state.status(), Status::RolledBack);
    assert_eq!(take_back(&after, &left).account.state, start.state);
}

#[test]
fn a_created_account_goes_only_untouched() {
    let created =
        Account { touched: Touched { state: 9, owner: 0, cohort: 9, custom: 0 }, ..account(State::NotStarted) };
    assert_eq!(may_go(&created, 9), Ok(()));
    let edited = Account { touched: Touched { owner: 12, ..created.touched }, ..created.clone() };
    assert_eq!(may_go(&edited, 9), Err(Kept::ChangedSince { what: "The account".into(), seq: 12 }));
    let mut imported = created.clone();
    imported.remember_chunk(15);
    assert!(may_go(&imported, 9).is_err());
    let (tombstone, changes) = gone(&created);
    assert!(tombstone.removed);
    assert_eq!((tombstone.number, tombstone.customer), (created.number, created.customer));
    assert!(changes.iter().all(|change| change.after.is_null() && !change.before.is_null()), "{changes:?}");
}

#[test]
fn an_account_remembers_its_newest_chunks() {
    let mut account = account(State::NotStarted);
    (1..=1_000).for_each(|seq| account.remember_chunk(seq));
    assert_eq!(account.chunk_seqs.len(), crate::account::CHUNK_SEQS_MAX);
    assert_eq!(account.chunk_seqs.last(), Some(&1_000));
    assert!(account.chunk_seqs.is_sorted());
}

#[test]
fn runs_that_are_none_are_refused() {
    for text in ["x", "1-", "5-2", "1-4294967295", "1,,x"] {
        assert_eq!(from_runs(text), None, "{text}");
    }
    assert_eq!(to_runs(&[5, 1, 2, 3, 2].map(AccountNumber)), "1-3,5");
    assert_eq!(from_runs(""), Some(Vec::new()));
}

fn any_account() -> impl Strategy<Value = Account> {
    let owner = prop::sample::select(vec![None, Some("hanna"), Some("jonas")]);
    let cohort = prop::sample::select(vec![None, Some(1), Some(2)]);
    let custom = (prop::sample::select(values()[..3].to_vec()), prop::sample::select(vec![None, Some(true)]));
    (prop::sample::select(states()), owner, cohort, custom).prop_map(|(state, owner, cohort, (text, trained))| {
        let texts = text.map(|text| (FieldNumber(1), text));
        let checks = trained.map(|trained| (FieldNumber(2), CustomValue::Checkbox(trained)));
        Account {
            owner: owner.map(UserId::from),
            cohort: cohort.map(CohortNumber),
            custom: texts.into_iter().chain(checks).collect(),
            ..account(state)
        }
    })
}

fn any_change() -> impl Strategy<Value = BulkChange> {
    let owner = prop::sample::select(vec![None, Some("hanna"), Some("jonas"), Some("nobody")]);
    let cohort = prop::sample::select(vec![None, Some(1), Some(2), Some(9)]);
    prop_oneof![
        prop::sample::select(moves()).prop_map(to),
        owner.prop_map(|owner| BulkChange::Owner { to: owner.map(UserId::from) }),
        cohort.prop_map(|cohort| BulkChange::Cohort { to: cohort.map(CohortNumber) }),
        (1_u16..5, prop::sample::select(values()))
            .prop_map(|(number, to)| BulkChange::Custom { number: FieldNumber(number), to }),
    ]
}

fn values() -> Vec<Option<CustomValue>> {
    let text = |text: &str| Some(CustomValue::Text(text.into()));
    vec![None, text("signed"), text("open"), Some(CustomValue::Checkbox(true)), Some(CustomValue::Checkbox(false))]
}

/// All that people can change of an account.
fn fields(account: &Account) -> (State, Option<UserId>, Option<CohortNumber>, CustomValues) {
    (account.state.clone(), account.owner.clone(), account.cohort, account.custom.clone())
}

proptest! {
    #[test]
    fn a_change_and_its_undo_leave_every_field_as_it_was(start in any_account(), change in any_change()) {
        if let Some((after, left)) = written(&start, decide(&change, &start), 40) {
            let undone = take_back(&after, &left);
            prop_assert_eq!(&undone.kept, &Vec::new());
            prop_assert_eq!(fields(&undone.account), fields(&start));
            prop_assert_eq!(undone.changes, after.differences(&start));
        }
    }

    #[test]
    fn an_undo_never_touches_what_others_changed_since(
        start in any_account(),
        change in any_change(),
        others in prop::collection::vec(any_change(), 0..4),
    ) {
        let Some((mine, left)) = written(&start, decide(&change, &start), 40) else { return Ok(()) };
        let mut present = mine.clone();
        for (seq, other) in (41..).zip(&others) {
            if let Outcome::Changed(after, changes) = decide(other, &present) {
                present = *after;
                present.touch(&changes, seq);
            }
        }
        let undone = take_back(&present, &left).account;
        // Per field: what is as the change left it is as before again, all else stays.
        let expect = |changed: bool, same: bool| changed && same;
        let state = expect(mine.state != start.state, present.state == mine.state);
        prop_assert_eq!(&undone.state, if state { &start.state } else { &present.state });
        let owner = expect(mine.owner != start.owner, present.owner == mine.owner);
        prop_assert_eq!(&undone.owner, if owner { &start.owner } else { &present.owner });
        let cohort = expect(mine.cohort != start.cohort, present.cohort == mine.cohort)
            && undone.state.may_change_cohort().is_ok();
        prop_assert_eq!(undone.cohort, if cohort { start.cohort } else { present.cohort });
        for number in [1, 2].map(FieldNumber) {
            let (was, became, is) = (start.custom.get(&number), mine.custom.get(&number), present.custom.get(&number));
            let expected = if expect(became != was, is == became) { was } else { is };
            prop_assert_eq!(undone.custom.get(&number), expected);
        }
    }

    #[test]
    fn numbers_survive_as_runs(numbers in prop::collection::vec(0_u32..5_000, 0..300)) {
        let numbers: Vec<AccountNumber> = numbers.into_iter().map(AccountNumber).collect();
        let mut expected = numbers.clone();
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(from_runs(&to_runs(&numbers)), Some(expected));
    }
}
