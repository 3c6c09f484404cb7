use super::*;
use crate::cohort::{CohortSettings, CohortStage};
use crate::custom::{CustomKind, Decimal, FieldSettings};
use crate::id::{AccountNumber, ExternalId};
use crate::migration::MigrationStage;
use crate::state::Plan;

fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_default()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

fn row(state: State) -> Row {
    Row {
        number: AccountNumber(1),
        external_id: ExternalId("C-1".to_owned()),
        name: "Acme".to_owned(),
        email: String::new(),
        plan: "Pro".to_owned(),
        region: "EU".to_owned(),
        state,
        migrated_on: None,
        rollback_until_on: None,
        custom: Default::default(),
        cohort: Some(CohortNumber(1)),
        owner: Some(UserId::from("ines")),
        notices: Default::default(),
    }
}

fn scheduled(date: &str) -> State {
    State::Scheduled { plan: Plan { date: day(date), pinned: None } }
}

fn paste(state: State, cells: &[(Column, &str)]) -> Pasted {
    with_surroundings(|surroundings| surroundings.paste(&row(state), cells))
}

fn with_surroundings<T>(act: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let person = |id: &str, name: &str, active| Colleague {
        id: UserId::from(id),
        name: name.to_owned(),
        email: format!("{id}@company.example"),
        active,
    };
    let people = [
        person("ines", "Ines Ferreira", true),
        person("jonas", "Jonas Weber", true),
        person("j2", "Jonas Weber", true),
        person("gone", "Gone Person", false),
    ];
    let cohort = |number: u16, name: &str| Cohort {
        number: CohortNumber(number),
        position: number,
        stage: CohortStage::Running,
        settings: CohortSettings {
            name: name.to_owned(),
            public_name: String::new(),
            window: None,
            ..Default::default()
        },
        gates: Default::default(),
    };
    let cohorts = [cohort(1, "Pilot"), cohort(2, "Main EU")];
    let circumstances = |_: &Row| Circumstances {
        now: instant("2026-05-21T09:00:00Z"),
        migration: MigrationStage::Running,
        cohort: None,
        rollback_days: Some(14),
    };
    let field = |number, kind, required| CustomField {
        number: FieldNumber(number),
        settings: FieldSettings { label: format!("Field {number}"), kind, required, default: None },
        retired: false,
    };
    let fields = [
        field(1, CustomKind::Number, false),
        field(2, CustomKind::Select { options: vec!["Gold".to_owned(), "Silver".to_owned()] }, true),
    ];
    act(&Surroundings {
        people: &people,
        cohorts: &cohorts,
        fields: &fields,
        circumstances: &circumstances,
        order: None,
    })
}

fn moves(pasted: &Pasted) -> Vec<Move> {
    let of = |change: &Change| match change {
        Change::State { to, .. } => Some(to.clone()),
        _ => None,
    };
    pasted.changes.iter().filter_map(of).collect()
}

#[test]
fn what_is_copied_changes_nothing_when_it_is_pasted_back() {
    let blocker = crate::blocker::Blocker {
        category: BlockerCategory::Data,
        text: "no tax codes, yet: soon".to_owned(),
        since: instant("2026-05-01T00:00:00Z"),
    };
    let states = [
        State::NotStarted,
        scheduled("2026-06-02"),
        State::Blocked { blocker, interrupted: Interrupted::NotStarted },
        State::OptedOut,
    ];
    for state in states {
        with_surroundings(|surroundings| {
            let row = row(state);
            let texts = Column::ALL.map(|column| (column, surroundings.text(&row, column)));
            let cells: Vec<_> = texts.iter().map(|(column, text)| (*column, text.as_str())).collect();
            assert_eq!(surroundings.paste(&row, &cells), Pasted::default(), "{cells:?}");
        });
    }
}

#[test]
fn owners_are_found_by_name_or_address_and_only_if_it_is_clear_who() {
    let owner = |text: &str| paste(State::NotStarted, &[(Column::Owner, text)]);
    let to = |id: Option<&str>| vec![Change::Owner { seen: Some(UserId::from("ines")), to: id.map(UserId::from) }];
    assert_eq!(owner("J2@company.example").changes, to(Some("j2")));
    assert_eq!(owner("").changes, to(None));
    assert_eq!(owner("Nobody").changes, to(None));
    assert!(owner(" ines ferreira ").changes.is_empty());
    for (text, part) in [("Jonas Weber", "Several"), ("Somebody", "Nobody here"), ("Gone Person", "disabled")] {
        let refused = owner(text).refused;
        assert!(refused.len() == 1 && refused[0].1.contains(part), "{refused:?}");
    }
}

#[test]
fn cohorts_are_found_by_number_label_or_name_while_they_may_change() {
    for text in ["2", "2 · Main EU", "main eu"] {
        let pasted = paste(State::NotStarted, &[(Column::Cohort, text)]);
        assert_eq!(
            pasted.changes,
            [Change::Cohort { seen: Some(CohortNumber(1)), to: Some(CohortNumber(2)) }],
            "{text}"
        );
    }
    assert_eq!(paste(State::NotStarted, &[(Column::Cohort, "9")]).refused.len(), 1);
    assert_eq!(paste(State::OptedOut, &[(Column::Cohort, "2")]).refused.len(), 1);
}

#[test]
fn status_date_and_blocker_are_one_change() {
    let both = paste(State::NotStarted, &[(Column::Status, "planned"), (Column::Date, "2026-06-02")]);
    assert_eq!(moves(&both), [Move::Schedule { date: day("2026-06-02"), pinned: None }]);
    assert_eq!(both.columns, [Column::Status, Column::Date]);
    let blocked = paste(State::NotStarted, &[(Column::Blocker, "Data: no tax codes"), (Column::Status, "Blocked")]);
    assert_eq!(moves(&blocked), [Move::Block { category: BlockerCategory::Data, text: "no tax codes".to_owned() }]);
    let started = paste(scheduled("2026-06-02"), &[(Column::Status, "In progress"), (Column::Date, "2026-06-03")]);
    assert_eq!(moves(&started), [Move::Schedule { date: day("2026-06-03"), pinned: None }, Move::Start]);
}

#[test]
fn what_is_refused_says_why_and_writes_nothing_of_it() {
    type Case<'a> = (State, &'a [(Column, &'a str)], &'a str);
    let cases: [Case<'_>; 10] = [
        (State::NotStarted, &[(Column::Status, "Completed")], "cannot become"),
        (State::NotStarted, &[(Column::Status, "banana")], "is no status"),
        (State::NotStarted, &[(Column::Status, "Scheduled")], "needs a date"),
        (State::NotStarted, &[(Column::Status, "Blocked")], "needs a blocker"),
        (State::NotStarted, &[(Column::Blocker, "weather")], "begins with its category"),
        (State::NotStarted, &[(Column::Date, "03/04/2026")], "whether the day or the month"),
        (State::NotStarted, &[(Column::Date, "soon")], "cannot be read as a date"),
        (scheduled("2026-06-02"), &[(Column::Date, "")], "goes with its status"),
        (State::NotStarted, &[(Column::Name, "Other")], "cannot be changed here"),
        (State::OptedOut, &[(Column::Date, "2026-06-02")], "cannot become"),
    ];
    for (state, cells, part) in cases {
        let pasted = paste(state, cells);
        assert!(pasted.changes.is_empty(), "{cells:?}");
        assert!(pasted.refused.iter().any(|(_, reason)| reason.contains(part)), "{cells:?} {:?}", pasted.refused);
    }
}

#[test]
fn half_of_a_change_is_none() {
    let pasted =
        paste(State::NotStarted, &[(Column::Status, "Scheduled"), (Column::Date, "soon"), (Column::Owner, "")]);
    assert_eq!(pasted.changes.len(), 1, "the owner alone: {pasted:?}");
    assert_eq!(pasted.refused.len(), 2);
}

#[test]
fn the_dates_of_a_column_tell_their_order_together() {
    assert_eq!(date_order(["03/04/2026", "23/04/2026"]), Some(DateOrder::DayFirst));
    assert_eq!(date_order(["03/04/2026", "04/05/2026"]), None);
}

#[test]
fn a_completion_lies_between_start_and_now() {
    let now = instant("2026-05-21T09:00:00Z");
    assert_eq!(completed_at(day("2026-05-21"), None, now), None);
    assert_eq!(completed_at(day("2026-05-20"), None, now), Some(instant("2026-05-20T12:00:00Z")));
    let started = Some(instant("2026-05-20T21:00:00Z"));
    assert_eq!(completed_at(day("2026-05-20"), started, now), started);
}

#[test]
fn custom_fields_take_what_their_kind_reads() {
    let [amount, tier] = [Column::Custom(FieldNumber(1)), Column::Custom(FieldNumber(2))];
    let pasted = paste(State::NotStarted, &[(amount, "1,200.5"), (tier, "gold")]);
    let value = |number, to| Change::Custom { number: FieldNumber(number), seen: None, to: Some(to) };
    let amount_is = CustomValue::Number(Decimal::parse("1200.5").unwrap_or_default());
    assert_eq!(pasted.changes, [value(1, amount_is), value(2, CustomValue::Select("Gold".to_owned()))]);
    for (column, text) in [(amount, "many"), (tier, "Bronze"), (Column::Custom(FieldNumber(9)), "x")] {
        assert_eq!(paste(State::NotStarted, &[(column, text)]).refused.len(), 1, "{text}");
    }
}

#[test]
fn a_day_is_typed_as_people_write_it() {
    let today = day("2026-11-20");
    let cases = [
        ("2026-12-24", true, Ok("2026-12-24")),
        ("24 Dec 2026", true, Ok("2026-12-24")),
        ("24.12.2026", true, Ok("2026-12-24")),
        ("12/24/2026", true, Ok("2026-12-24")),
        ("20261224", true, Ok("2026-12-24")),
        ("24 Dec", true, Ok("2026-12-24")),
        ("dec 24", true, Ok("2026-12-24")),
        ("24.12.", true, Ok("2026-12-24")),
        ("20 Nov", true, Ok("2026-11-20")),
        ("19 Nov", true, Ok("2027-11-19")),
        ("19 Nov", false, Ok("2026-11-19")),
        ("2 Jan", true, Ok("2027-01-02")),
        ("2 Jan", false, Ok("2027-01-02")),
        ("3 Aug", false, Ok("2026-08-03")),
        ("29 Feb", true, Err("")),
        ("03/04/2026", true, Err("It is not clear whether the day or the month comes first.")),
        ("03/04", true, Err("It is not clear whether the day or the month comes first.")),
        ("30 Feb 2026", true, Err("February 2026 has 28 days.")),
        ("soon", true, Err("This cannot be read as a date. Write it like 2026-04-23, with four digits for the year.")),
        ("", true, Err("This cannot be read as a date. Write it like 2026-04-23, with four digits for the year.")),
    ];
    for (text, ahead, expected) in cases {
        let read = typed_day(text, today, ahead);
        match expected {
            Ok(expected) => assert_eq!(read, Ok(day(expected)), "{text} {ahead}"),
            Err(expected) => {
                let problem = read.expect_err(text);
                assert!(!problem.is_empty() && problem.contains(expected), "{text}: {problem}");
            }
        }
    }
}
