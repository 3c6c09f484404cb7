#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::custom::{CustomKind, Decimal, FieldSettings};
use crate::state::{Plan, begin};
use crate::status::Status;
use chrono::DateTime;

fn now() -> Instant {
    DateTime::parse_from_rfc3339("2026-05-21T12:00:00Z").unwrap().to_utc()
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 3).unwrap()
}

fn account() -> Account {
    Account {
        number: AccountNumber(3),
        customer: ExternalId::from("C-1"),
        state: State::NotStarted,
        cohort: Some(CohortNumber(1)),
        owner: None,
        touched: Touched { state: 1, owner: 1, cohort: 1, custom: 1 },
        chunk_seqs: Vec::new(),
        removed: false,
        attempt: 0,
        since: None,
        custom: Default::default(),
    }
}

fn user(name: &str) -> Option<UserId> {
    Some(UserId::from(name))
}

/// Cohort 1 runs, cohort 2 is planned, others do not exist; Hanna and Jonas may own accounts.
fn edit_as(role: Role, account: &Account, changes: &[Change]) -> Result<(Account, Vec<FieldChange>), EditProblem> {
    let context = EditContext {
        now: now(),
        role,
        migration: MigrationStage::Running,
        rollback_days: Some(14),
        cohort_stage: &|cohort| match cohort {
            CohortNumber(1) => Some(CohortStage::Running),
            CohortNumber(2) => Some(CohortStage::Planned),
            _ => None,
        },
        may_own: &|owner| ["hanna", "jonas"].contains(&owner.as_str()),
        fields: &custom_fields(),
    };
    account.edit(changes, &context)
}

const TIER: FieldNumber = FieldNumber(1);
const SEATS: FieldNumber = FieldNumber(2);
const OLD: FieldNumber = FieldNumber(3);

/// A required select, a number with a default, a retired text.
fn custom_fields() -> Vec<CustomField> {
    let field = |number, label: &str, kind, required, default, retired| CustomField {
        number,
        settings: FieldSettings { label: label.to_owned(), kind, required, default },
        retired,
    };
    let options = vec!["Gold".to_owned(), "Silver".to_owned()];
    vec![
        field(TIER, "Tier", CustomKind::Select { options }, true, None, false),
        field(SEATS, "Seats", CustomKind::Number, false, Some(seats(5)), false),
        field(OLD, "Old", CustomKind::Text, true, None, true),
    ]
}

fn seats(count: i32) -> CustomValue {
    CustomValue::Number(Decimal::from(count))
}

fn tier(option: &str) -> Option<CustomValue> {
    Some(CustomValue::Select(option.to_owned()))
}

fn edit(account: &Account, changes: &[Change]) -> Result<(Account, Vec<FieldChange>), EditProblem> {
    edit_as(Role::Operator, account, changes)
}

fn schedule(seen: State) -> Change {
    Change::State { seen, to: Move::Schedule { date: date(), pinned: None } }
}

fn own(seen: Option<UserId>, to: Option<UserId>) -> Change {
    Change::Owner { seen, to }
}

fn join(seen: u16, to: u16) -> Change {
    Change::Cohort { seen: Some(CohortNumber(seen)), to: Some(CohortNumber(to)) }
}

fn fields(changes: &[FieldChange]) -> Vec<Field> {
    changes.iter().map(|change| change.field).collect()
}

#[test]
fn changes_of_different_fields_merge() {
    let start = account();
    // Both looked at the same account; one saves a date, then the other an owner.
    let (first, _) = edit(&start, &[schedule(State::NotStarted)]).unwrap();
    let (second, changed) = edit(&first, &[own(None, user("hanna"))]).unwrap();
    assert_eq!((second.state.status(), second.owner), (Status::Scheduled, user("hanna")));
    assert_eq!(fields(&changed), [Field::Owner]);
}

#[test]
fn the_same_field_comes_back_with_their_value() {
    let (theirs, _) = edit(&account(), &[own(None, user("hanna"))]).unwrap();
    let problem = edit(&theirs, &[own(None, user("jonas"))]).unwrap_err();
    assert_eq!(problem, EditProblem::Conflict { field: Field::Owner, theirs: Box::new(theirs.clone()) });
    assert!(edit(&theirs, &[own(user("hanna"), user("jonas"))]).is_ok(), "after seeing theirs it is saved");

    let (theirs, _) = edit(&account(), &[schedule(State::NotStarted)]).unwrap();
    let problem = edit(&theirs, &[Change::State { seen: State::NotStarted, to: Move::OptOut }]).unwrap_err();
    assert!(matches!(problem, EditProblem::Conflict { field: Field::Status, .. }));

    let (theirs, _) = edit(&account(), &[join(1, 2)]).unwrap();
    let mut other = join(1, 1);
    if let Change::Cohort { to, .. } = &mut other {
        *to = None;
    }
    let problem = edit(&theirs, &[other]).unwrap_err();
    assert!(matches!(problem, EditProblem::Conflict { field: Field::Cohort, .. }));
}

#[test]
fn two_people_who_save_the_same_value_do_not_conflict() {
    let (theirs, _) = edit(&account(), &[own(None, user("hanna")), join(1, 2)]).unwrap();
    let (same, changed) = edit(&theirs, &[own(None, user("hanna")), join(1, 2)]).unwrap();
    assert_eq!((same, changed), (theirs, Vec::new()));
}

#[test]
fn nothing_changed_is_an_empty_list() {
    let start = account();
    assert_eq!(edit(&start, &[]).unwrap(), (start.clone(), Vec::new()));
    assert_eq!(edit(&start, &[own(None, None), join(1, 1)]).unwrap(), (start.clone(), Vec::new()));
    assert_eq!(start.differences(&start), []);
}

#[test]
fn one_refused_change_refuses_the_whole_edit() {
    let changes = [own(None, user("hanna")), Change::State { seen: State::NotStarted, to: Move::Resume }];
    assert_eq!(edit(&account(), &changes), Err(EditProblem::Refused { refusal: Refusal::NothingToResume }));
}

#[test]
fn a_cohort_must_exist_and_be_free_to_change() {
    assert_eq!(edit(&account(), &[join(1, 9)]), Err(EditProblem::NoSuchCohort));
    let mut started = account();
    started.state = State::InProgress { attempt: begin(None, now(), Some(14)) };
    let refusal = Refusal::CohortFixed { status: Status::InProgress };
    assert_eq!(edit(&started, &[join(1, 2)]), Err(EditProblem::Refused { refusal }));
    assert!(edit(&started, &[join(1, 1)]).is_ok(), "the same cohort is no change");
}

#[test]
fn a_start_is_judged_by_the_cohort_of_the_same_edit() {
    let start = Change::State { seen: State::NotStarted, to: Move::Start };
    let refusal = Refusal::CohortNotRunning { cohort: CohortStage::Planned };
    assert_eq!(edit(&account(), &[join(1, 2), start.clone()]), Err(EditProblem::Refused { refusal }));
    assert!(edit(&account(), &[start]).is_ok());
}

#[test]
fn an_owner_must_exist() {
    assert_eq!(edit(&account(), &[own(None, user("nobody"))]), Err(EditProblem::NoSuchOwner));
    let owned = Account { owner: user("hanna"), ..account() };
    let (freed, changed) = edit(&owned, &[own(user("hanna"), None)]).unwrap();
    assert_eq!((freed.owner, fields(&changed)), (None, vec![Field::Owner]));
}

#[test]
fn only_a_lead_sets_a_rollback_deadline() {
    let state = State::InProgress { attempt: begin(None, now(), Some(14)) };
    let started = Account { state: state.clone(), ..account() };
    let change = [Change::State { seen: state, to: Move::SetRollbackUntil { until: None } }];
    assert_eq!(edit_as(Role::Operator, &started, &change), Err(EditProblem::LeadOnly));
    let (edited, changed) = edit_as(Role::Lead, &started, &change).unwrap();
    assert_eq!((edited.state.rollback_until(), fields(&changed)), (None, vec![Field::RollbackUntil]));
}

#[test]
fn a_change_is_recorded_with_before_and_after() {
    let (edited, changed) = edit(&account(), &[schedule(State::NotStarted)]).unwrap();
    let recorded: Vec<_> = changed.iter().map(|c| (c.field, c.before.clone(), c.after.clone())).collect();
    assert_eq!(
        recorded,
        [
            (Field::Status, json!("not_started"), json!("scheduled")),
            (Field::ScheduledFor, Value::Null, json!("2026-06-03")),
        ]
    );
    assert_eq!(edited.state, State::Scheduled { plan: Plan { date: date(), pinned: None } });
}

#[test]
fn a_new_account_is_recorded_as_changes_from_nothing() {
    let created = Account { owner: user("hanna"), ..account() };
    let first = first_values(&created);
    assert_eq!(fields(&first), [Field::Status, Field::Cohort, Field::Owner]);
    assert!(first.iter().all(|change| change.before.is_null()));
}

#[test]
fn each_group_of_fields_remembers_its_last_event() {
    let mut account = account();
    let change = |field| FieldChange::set(field, 1);
    account.touch(&[change(Field::Owner)], 7);
    assert_eq!(account.touched, Touched { state: 1, owner: 7, cohort: 1, custom: 1 });
    account.touch(&[change(Field::Cohort), change(Field::BlockerText)], 8);
    assert_eq!(account.touched, Touched { state: 8, owner: 7, cohort: 8, custom: 1 });
    account.touch(&[], 9);
    assert_eq!(account.touched, Touched { state: 8, owner: 7, cohort: 8, custom: 1 });
}

#[test]
fn the_date_of_a_row_is_when_it_was_migrated_else_when_it_is_planned() {
    let mut row = Row {
        number: AccountNumber(1),
        external_id: ExternalId::from("C-1"),
        name: "Adria".to_owned(),
        email: String::new(),
        plan: String::new(),
        region: String::new(),
        state: State::Scheduled { plan: Plan { date: date(), pinned: None } },
        migrated_on: None,
        cohort: None,
        owner: None,
        rollback_until_on: None,
        custom: Default::default(),
        notices: Default::default(),
    };
    assert_eq!(row.date(), Some(date()));
    row.migrated_on = date().succ_opt();
    assert_eq!(row.date(), date().succ_opt());
    row.migrated_on = None;
    row.state = State::NotStarted;
    assert_eq!(row.date(), None);
}

// --- Custom fields ---

#[test]
fn a_custom_value_is_set_changed_and_recorded() {
    let set = Change::Custom { number: TIER, seen: None, to: tier("Gold") };
    let (gold, changes) = edit(&account(), &[set]).expect("allowed");
    assert_eq!(gold.custom.get(&TIER), tier("Gold").as_ref());
    let recorded = FieldChange::set(Field::Custom(TIER), json!({ "is": "select", "value": "Gold" }));
    assert_eq!(changes, [recorded]);
    let clear = Change::Custom { number: SEATS, seen: Some(seats(3)), to: None };
    let with_seats = Account { custom: [(SEATS, seats(3))].into(), ..account() };
    let (cleared, _) = edit(&with_seats, &[clear]).expect("allowed");
    assert_eq!(cleared, account());
}

#[test]
fn a_custom_value_is_refused_with_the_rule() {
    let refused = |number, to| {
        let seen = Account { custom: [(TIER, CustomValue::Select("Gold".to_owned()))].into(), ..account() };
        let change = Change::Custom { number, seen: seen.custom.get(&number).cloned(), to };
        edit(&seen, &[change]).expect_err("refused").to_string()
    };
    assert_eq!(refused(TIER, tier("Bronze")), "Tier: This is none of the options: Gold, Silver.");
    assert_eq!(refused(TIER, None), "Tier: This field needs a value.");
    assert_eq!(refused(SEATS, tier("Gold")), "Seats: This field takes a number.");
    assert_eq!(refused(OLD, Some(CustomValue::Text("x".to_owned()))), "Old: This field is retired.");
    assert_eq!(refused(FieldNumber(9), Some(seats(1))), "Custom field: There is no such field.");
}

#[test]
fn two_people_in_two_custom_fields_are_both_kept_and_in_one_have_a_conflict() {
    let theirs = Account { custom: [(TIER, CustomValue::Select("Gold".to_owned()))].into(), ..account() };
    let other = Change::Custom { number: SEATS, seen: None, to: Some(seats(3)) };
    assert_eq!(edit(&theirs, &[other]).expect("merged").0.custom.len(), 2);
    let same = Change::Custom { number: TIER, seen: None, to: tier("Silver") };
    let conflict = EditProblem::Conflict { field: Field::Custom(TIER), theirs: Box::new(theirs.clone()) };
    assert_eq!(edit(&theirs, &[same]), Err(conflict));
}

#[test]
fn new_accounts_get_defaults_and_need_what_is_required() {
    let own: CustomValues = [(TIER, CustomValue::Select("Gold".to_owned()))].into();
    let values = new_custom(&custom_fields(), &own).expect("complete");
    assert_eq!(values, [(TIER, CustomValue::Select("Gold".to_owned())), (SEATS, seats(5))].into());
    let missing = new_custom(&custom_fields(), &CustomValues::new()).expect_err("incomplete");
    assert_eq!(missing.to_string(), "Tier: This field needs a value.");
}
