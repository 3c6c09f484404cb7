#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::blocker::Blocker;
use crate::clock::Instant;
use crate::custom::{CustomField, CustomKind, CustomValue, Decimal, FieldSettings};
use crate::id::{AccountNumber, ExternalId, FieldNumber};
use crate::state::{Interrupted, Plan, State, begin};
use chrono::DateTime;
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn scheduled(text: &str) -> State {
    State::Scheduled { plan: Plan { date: day(text), pinned: None } }
}

fn blocked(category: BlockerCategory, text: &str) -> State {
    let blocker = Blocker { category, text: text.to_owned(), since: at("2026-05-01T00:00:00Z") };
    State::Blocked { blocker, interrupted: Interrupted::NotStarted }
}

fn row(number: u32, id: &str) -> Row {
    Row {
        number: AccountNumber(number),
        external_id: ExternalId::from(id),
        name: format!("Customer {number}"),
        email: String::new(),
        plan: String::new(),
        region: String::new(),
        state: State::NotStarted,
        migrated_on: None,
        rollback_until_on: None,
        cohort: None,
        owner: None,
        custom: Default::default(),
        notices: Default::default(),
    }
}

/// The day from which relative conditions count.
fn today() -> NaiveDate {
    day("2026-05-25")
}

fn by(column: Column, descending: bool) -> Sort {
    Sort { column, descending }
}

const SEATS: FieldNumber = FieldNumber(1);
const TIER: FieldNumber = FieldNumber(2);
const NOTE: FieldNumber = FieldNumber(3);
const SIGNED: FieldNumber = FieldNumber(4);

fn fields() -> Vec<CustomField> {
    let options = ["Silver", "Gold"].map(str::to_owned).to_vec();
    [
        (SEATS, "Seats", CustomKind::Number),
        (TIER, "Tier", CustomKind::Select { options }),
        (NOTE, "Note", CustomKind::Text),
        (SIGNED, "Signed", CustomKind::Checkbox),
    ]
    .map(|(number, label, kind)| CustomField {
        number,
        settings: FieldSettings { label: label.to_owned(), kind, required: false, default: None },
        retired: false,
    })
    .to_vec()
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            plan: "Team".to_owned(),
            email: "it@adria.example".to_owned(),
            custom: [
                (SEATS, CustomValue::Number(Decimal::from(9))),
                (TIER, CustomValue::Select("Silver".to_owned())),
                (SIGNED, CustomValue::Checkbox(true)),
            ]
            .into(),
            ..row(1, "C-9")
        },
        Row {
            cohort: Some(CohortNumber(2)),
            owner: Some(UserId::from("b")),
            state: scheduled("2026-06-03"),
            ..row(2, "C-10")
        },
        Row { cohort: Some(CohortNumber(1)), state: blocked(BlockerCategory::Data, "Old IDs"), ..row(3, "c-11") },
        Row { owner: Some(UserId::from("a")), region: "EU".to_owned(), state: State::OptedOut, ..row(4, "B-1") },
        Row {
            migrated_on: Some(day("2026-05-20")),
            rollback_until_on: Some(day("2026-06-03")),
            custom: [
                (SEATS, CustomValue::Number(Decimal::from(12))),
                (TIER, CustomValue::Select("Gold".to_owned())),
                (NOTE, CustomValue::Text("Ask for Zöe".to_owned())),
            ]
            .into(),
            state: State::Completed {
                attempt: begin(None, at("2026-05-20T06:00:00Z"), Some(14)),
                migrated_at: at("2026-05-20T07:00:00Z"),
            },
            ..row(5, "C-100")
        },
    ]
}

/// The numbers of the rows that a view shows, in their order in `rows()`.
fn shown(view: &View) -> Vec<u32> {
    let rows = rows();
    let matcher = view.matcher(today());
    rows.iter().filter(|row| matcher.matches(row)).map(|row| row.number.0).collect()
}

// --- Conditions ---

#[test]
fn the_default_view_shows_everything() {
    assert_eq!(shown(&View::default()), [1, 2, 3, 4, 5]);
    assert!(View::default().shows_all());
    let sorted = View { sort: vec![by(Column::Name, true)], ..View::default() };
    assert!(sorted.shows_all(), "an order filters nothing");
}

#[test]
fn each_condition_shows_its_rows() {
    let view = View::default;
    let cases = [
        (View { statuses: vec![Status::Blocked, Status::OptedOut], ..view() }, vec![3, 4]),
        (View { cohorts: vec![Some(CohortNumber(2))], ..view() }, vec![2]),
        (View { cohorts: vec![None], ..view() }, vec![1, 4, 5]),
        (View { cohorts: vec![None, Some(CohortNumber(1))], ..view() }, vec![1, 3, 4, 5]),
        (View { owners: vec![Some(UserId::from("a"))], ..view() }, vec![4]),
        (View { owners: vec![None], ..view() }, vec![1, 3, 5]),
        (View { blockers: vec![BlockerCategory::Data], ..view() }, vec![3]),
        (View { blockers: vec![BlockerCategory::Contract], ..view() }, vec![]),
        (View { from: Some(day("2026-05-20")), ..view() }, vec![2, 5]),
        (View { from: Some(day("2026-05-21")), ..view() }, vec![2]),
        (View { to: Some(day("2026-05-20")), ..view() }, vec![5]),
        (View { from: Some(day("2026-06-03")), to: Some(day("2026-06-03")), ..view() }, vec![2]),
        (View { statuses: vec![Status::Scheduled], cohorts: vec![None], ..view() }, vec![]),
    ];
    for (view, expected) in cases {
        assert_eq!(shown(&view), expected, "{view:?}");
        assert!(!view.shows_all(), "{view:?}");
    }
}

#[test]
fn the_search_looks_for_all_words_whatever_their_case() {
    let search = |text: &str| shown(&View { search: text.to_owned(), ..View::default() });
    assert_eq!(search("c-10"), [2, 5]);
    assert_eq!(search("ADRIA.example"), [1]);
    assert_eq!(search("old ids"), [3], "the blocker's text counts");
    assert_eq!(search("customer eu"), [4]);
    assert_eq!(search("team eu"), [] as [u32; 0]);
    assert_eq!(search("  "), [1, 2, 3, 4, 5]);
}

#[test]
fn counts_per_status_leave_out_the_condition_on_the_status_only() {
    let view = View { statuses: vec![Status::Blocked], cohorts: vec![None], ..View::default() };
    assert_eq!(view.without_statuses(), View { cohorts: vec![None], ..View::default() });
    let matcher = view.matcher(today());
    for row in rows() {
        let both = matcher.matches_status(&row) && matcher.matches_rest(&row, &search_text(&row));
        assert_eq!(both, matcher.matches(&row));
        assert_eq!(
            matcher.matches_rest(&row, &search_text(&row)),
            view.without_statuses().matcher(today()).matches(&row)
        );
    }
}

// --- Combined conditions ---

fn whether(column: Column, test: Test) -> Filter {
    Filter::Where(Condition { column, test })
}

fn is(column: Column, values: &[&str]) -> Filter {
    whether(column, Test::Is(values.iter().map(|value| (*value).to_owned()).collect()))
}

#[test]
fn each_test_asks_its_question() {
    let text = |text: &str| text.to_owned();
    let cases = [
        (is(Column::Status, &["blocked", "opted_out"]), vec![3, 4]),
        (is(Column::Cohort, &["2", ""]), vec![1, 2, 4, 5]),
        (is(Column::Owner, &["a"]), vec![4]),
        (is(Column::Blocker, &["data"]), vec![3]),
        (is(Column::Account, &["C-11"]), vec![3]),
        (is(Column::Plan, &["team"]), vec![1]),
        (is(Column::Custom(SEATS), &["9.0"]), vec![1]),
        (is(Column::Custom(TIER), &["gold"]), vec![5]),
        (is(Column::Custom(SIGNED), &["yes"]), vec![1]),
        (is(Column::Date, &["2026-06-03"]), vec![2]),
        (whether(Column::Status, Test::IsNot(vec![text("blocked")])), vec![1, 2, 4, 5]),
        (whether(Column::Owner, Test::IsNot(vec![text("a")])), vec![1, 2, 3, 5]),
        (whether(Column::Name, Test::Contains(text("CUSTOMER 3"))), vec![3]),
        (whether(Column::Blocker, Test::Contains(text("ids"))), vec![3]),
        (whether(Column::Custom(NOTE), Test::Contains(text("ZÖE"))), vec![5]),
        (whether(Column::Email, Test::Lacks(text("adria"))), vec![2, 3, 4, 5]),
        (whether(Column::Date, Test::On(day("2026-05-20"))), vec![5]),
        (whether(Column::Date, Test::Before(day("2026-06-03"))), vec![5]),
        (whether(Column::Date, Test::After(day("2026-05-20"))), vec![2]),
        (whether(Column::Date, Test::NextDays(9)), vec![2]),
        (whether(Column::Date, Test::NextDays(8)), vec![]),
        (whether(Column::Date, Test::LastDays(5)), vec![5]),
        (whether(Column::Date, Test::LastDays(4)), vec![]),
        (whether(Column::RollbackUntil, Test::NextDays(14)), vec![5]),
        (whether(Column::Custom(SEATS), Test::AtLeast(Decimal::from(10))), vec![5]),
        (whether(Column::Custom(SEATS), Test::AtMost(Decimal::from(9))), vec![1]),
        (whether(Column::Region, Test::Empty), vec![1, 2, 3, 5]),
        (whether(Column::Custom(TIER), Test::NotEmpty), vec![1, 5]),
        (whether(Column::Custom(FieldNumber(99)), Test::Empty), vec![1, 2, 3, 4, 5]),
    ];
    for (filter, expected) in cases {
        assert_eq!(shown(&View { filter: Some(filter.clone()), ..View::default() }), expected, "{filter:?}");
    }
}

#[test]
fn conditions_combine() {
    let (blocked, none) = (is(Column::Status, &["blocked"]), whether(Column::Cohort, Test::Empty));
    let show = |filter| shown(&View { filter: Some(filter), ..View::default() });
    assert_eq!(show(Filter::All(vec![blocked.clone(), none.clone()])), [] as [u32; 0]);
    assert_eq!(show(Filter::Any(vec![blocked.clone(), none.clone()])), [1, 3, 4, 5]);
    let nested = Filter::All(vec![none.clone(), Filter::Any(vec![blocked, is(Column::Account, &["B-1"])])]);
    assert_eq!(show(nested), [4]);
    let unfinished = Filter::Any(vec![Filter::All(vec![]), none]);
    assert_eq!(show(unfinished), [1, 4, 5], "an empty group asks nothing");
    assert_eq!(show(Filter::Any(vec![])), [1, 2, 3, 4, 5]);
}

#[test]
fn a_condition_on_a_field_that_is_gone_is_known_as_such() {
    let gone = Column::Custom(FieldNumber(99));
    let filter = Filter::All(vec![is(gone, &["x"]), is(Column::Plan, &["x"]), is(Column::Custom(TIER), &["Gold"])]);
    assert_eq!(filter.unknown_columns(&fields()), [gone]);
}

#[test]
fn a_row_that_keeps_its_place_moves_nothing() {
    let (rows, fields) = (rows(), fields());
    let lookup =
        Lookup { cohort_position: &|cohort| cohort.0, owner_name: &|owner| owner.to_string(), fields: &fields };
    let moves = |view: &View, before: &Row, after: &Row| moves(view, today(), &lookup, before, after);
    let before = &rows[0];
    let renamed = Row { name: "Another".to_owned(), ..before.clone() };
    let opted_out = Row { state: State::OptedOut, ..before.clone() };
    let all = View::default();
    assert!(!moves(&all, before, &renamed), "sorted by id");
    assert!(moves(&all, before, &opted_out), "the counts change");
    assert!(moves(&View { sort: vec![by(Column::Name, false)], ..View::default() }, before, &renamed));
    assert!(moves(&View { search: "customer".to_owned(), ..View::default() }, before, &renamed));
    let elsewhere = View { cohorts: vec![Some(CohortNumber(2))], ..View::default() };
    assert!(!moves(&elsewhere, before, &opted_out), "it is not in the view at all");
    let grouped = View { group: Some(Column::Region), ..View::default() };
    assert!(moves(&grouped, before, &Row { region: "EU".to_owned(), ..before.clone() }));
}

// --- Order ---

fn sorted(sorts: &[Sort]) -> Vec<u32> {
    let (mut rows, fields) = (rows(), fields());
    // The places of the cohorts are the other way round than their numbers, as are the owners' names.
    let place = |cohort: CohortNumber| 10 - cohort.0;
    let name = |owner: &UserId| if owner.as_str() == "a" { "Zoe".to_owned() } else { "Adam".to_owned() };
    let lookup = Lookup { cohort_position: &place, owner_name: &name, fields: &fields };
    rows.sort_by(|a, b| lookup.compare(sorts, a, b));
    rows.iter().map(|row| row.number.0).collect()
}

#[test]
fn rows_without_a_value_come_last() {
    let cases = [
        (Column::Account, [4, 1, 2, 3, 5]),
        (Column::Name, [1, 2, 3, 4, 5]),
        (Column::Plan, [1, 2, 3, 4, 5]),
        (Column::Region, [4, 1, 2, 3, 5]),
        (Column::Cohort, [2, 3, 1, 4, 5]),
        (Column::Status, [5, 2, 1, 3, 4]),
        (Column::Date, [5, 2, 1, 3, 4]),
        (Column::Blocker, [3, 1, 2, 4, 5]),
        (Column::Owner, [2, 4, 1, 3, 5]),
        (Column::RollbackUntil, [5, 1, 2, 3, 4]),
        (Column::Email, [1, 2, 3, 4, 5]),
        (Column::Notified, [1, 2, 3, 4, 5]),
        (Column::Custom(SEATS), [1, 5, 2, 3, 4]),
        (Column::Custom(TIER), [1, 5, 2, 3, 4]),
        (Column::Custom(NOTE), [5, 1, 2, 3, 4]),
        (Column::Custom(FieldNumber(99)), [1, 2, 3, 4, 5]),
    ];
    assert_eq!(cases.len(), Column::of(&fields()).len());
    for (column, expected) in cases {
        assert_eq!(sorted(&[by(column, false)]), expected, "{column:?}");
    }
}

#[test]
fn turned_round_the_empty_cells_stay_last() {
    assert_eq!(sorted(&[by(Column::Date, true)]), [2, 5, 1, 3, 4]);
    assert_eq!(sorted(&[by(Column::Custom(SEATS), true)]), [5, 1, 2, 3, 4]);
}

#[test]
fn the_next_column_decides_between_equals() {
    assert_eq!(sorted(&[by(Column::Owner, false), by(Column::Account, false)]), [2, 4, 1, 3, 5]);
    assert_eq!(sorted(&[by(Column::Owner, false), by(Column::Account, true)]), [2, 4, 5, 3, 1]);
    assert_eq!(sorted(&[]), [1, 2, 3, 4, 5]);
}

#[test]
fn groups_stand_together_and_keep_the_order_within() {
    let view = |group, sort| View { group, sort, ..View::default() };
    let account = by(Column::Account, false);
    assert_eq!(view(None, vec![]).order(), [account]);
    assert_eq!(view(Some(Column::Owner), vec![]).order(), [by(Column::Owner, false), account]);
    let name = by(Column::Name, true);
    assert_eq!(view(Some(Column::Owner), vec![name]).order(), [by(Column::Owner, false), name]);
    let turned = by(Column::Owner, true);
    assert_eq!(view(Some(Column::Owner), vec![turned]).order(), [turned, account]);
}

#[test]
fn every_column_gives_an_order_that_sorting_can_rely_on() {
    let rows = rows();
    let fields = fields();
    let lookup =
        Lookup { cohort_position: &|cohort| cohort.0, owner_name: &|owner| owner.to_string(), fields: &fields };
    let order = |column, a: usize, b: usize| lookup.compare(&[by(column, false)], &rows[a], &rows[b]);
    let all = 0..rows.len();
    for column in Column::of(&fields) {
        for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
            assert_eq!(order(column, a, b), order(column, b, a).reverse(), "{column:?} {a} {b}");
            for c in all.clone() {
                if order(column, a, b).is_le() && order(column, b, c).is_le() {
                    assert!(order(column, a, c).is_le(), "{column:?} {a} {b} {c}");
                }
            }
        }
    }
}

#[test]
fn runs_of_digits_count_as_numbers() {
    let mut ids = ["C-10", "c-9", "C-09", "C-9a", "C", "B-100", "C-9", "10", "9"];
    ids.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
    assert_eq!(ids, ["9", "10", "B-100", "C", "C-9", "c-9", "C-9a", "C-09", "C-10"]);
}

proptest! {
    #[test]
    fn natural_order_obeys_the_laws_of_an_order(a in "[a-cA-C0-2-]{0,6}", b in "[a-cA-C0-2-]{0,6}", c in "[a-cA-C0-2-]{0,6}") {
        prop_assert_eq!(natural(&a, &a), Ordering::Equal);
        prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
        if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
            prop_assert_ne!(natural(&a, &c), Ordering::Greater, "{} {} {}", a, b, c);
        }
        prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a.eq_ignore_ascii_case(&b));
    }

    #[test]
    fn numbers_of_any_length_are_in_the_order_of_numbers(a in any::<u64>(), b in any::<u64>(), prefix in "[a-z-]{0,3}") {
        prop_assert_eq!(natural(&format!("{prefix}{a}"), &format!("{prefix}{b}")), a.cmp(&b));
    }

    #[test]
    fn any_texts_can_be_compared(a in "\\PC{0,20}", b in "\\PC{0,20}") {
        prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
    }
}

// --- The address ---

/// Takes an address apart as a browser does.
fn pairs(query: &str) -> Vec<(String, String)> {
    let unescape = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
        while let [first, tail @ ..] = rest {
            if *first == b'%' {
                let hex = std::str::from_utf8(&tail[..2]).unwrap();
                bytes.push(u8::from_str_radix(hex, 16).unwrap());
                rest = &tail[2..];
            } else {
                bytes.push(*first);
                rest = tail;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').map(|(key, value)| (unescape(key), unescape(value))).unwrap())
        .collect()
}

fn reopened(view: &View) -> View {
    let pairs = pairs(&view.to_query());
    View::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (1990i32..2100, 1u32..366).prop_filter_map("no such day", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

fn any_column() -> impl Strategy<Value = Column> {
    let own = (1u16..9).prop_map(|number| Column::Custom(FieldNumber(number)));
    prop_oneof![prop::sample::select(Column::BUILT_IN.to_vec()), own]
}

fn any_condition() -> impl Strategy<Value = Filter> {
    let texts = prop::collection::vec("\\PC{0,12}", 1..4);
    let operand = (texts, any_day(), 0u16..400, any::<i32>());
    (any_column(), prop::sample::select(TestKind::ALL.to_vec()), operand).prop_map(|(column, kind, operand)| {
        let (texts, day, days, number) = operand;
        let texts = match kind {
            TestKind::Is | TestKind::IsNot => texts,
            TestKind::Contains | TestKind::Lacks => vec![format!("x{}", texts[0].trim())],
            TestKind::On | TestKind::Before | TestKind::After => vec![day.to_string()],
            TestKind::NextDays | TestKind::LastDays => vec![days.to_string()],
            TestKind::AtLeast | TestKind::AtMost => vec![Decimal::from(number).to_string()],
            TestKind::Empty | TestKind::NotEmpty => Vec::new(),
        };
        let test = kind.with(&texts).expect("operands that fit");
        Filter::Where(Condition { column, test })
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    any_condition().prop_recursive(3, 20, 4, |inner| {
        let parts = prop::collection::vec(inner, 1..4);
        (parts, any::<bool>()).prop_map(|(parts, all)| if all { Filter::All(parts) } else { Filter::Any(parts) })
    })
}

fn any_view() -> impl Strategy<Value = View> {
    let some = |strategy| prop::collection::vec(strategy, 0..4);
    (
        some(prop::sample::select(Status::ALL.to_vec())),
        prop::collection::vec(prop::option::of(any::<u16>().prop_map(CohortNumber)), 0..4),
        prop::collection::vec(prop::option::of("[a-m0-9]{8}".prop_map(UserId)), 0..4),
        prop::collection::vec(prop::sample::select(BlockerCategory::ALL.to_vec()), 0..4),
        prop::option::of(any_day()),
        prop::option::of(any_day()),
        "\\PC{0,30}",
        (
            prop::option::of(any_filter()),
            prop::collection::btree_map(any_column(), any::<bool>(), 0..3),
            prop::option::of(any_column()),
            prop::collection::vec("\\PC{0,12}", 0..3),
            prop::collection::btree_map(any_column(), (prop::option::of(WIDTHS), any::<bool>()), 0..4),
        ),
    )
        .prop_map(
            |(statuses, cohorts, owners, blockers, from, to, search, (filter, sort, group, folded, columns))| View {
                statuses,
                cohorts,
                owners,
                blockers,
                from,
                to,
                search,
                filter,
                sort: sort.into_iter().map(|(column, descending)| Sort { column, descending }).collect(),
                group,
                folded,
                columns: columns
                    .into_iter()
                    .map(|(column, (width, pinned))| ColumnChoice { column, width, pinned })
                    .collect(),
            },
        )
}

#[test]
fn an_address_is_readable() {
    let view = View {
        statuses: vec![Status::Blocked, Status::InProgress],
        cohorts: vec![None, Some(CohortNumber(3))],
        search: "Bergé & Co".to_owned(),
        sort: vec![by(Column::Date, true)],
        ..View::default()
    };
    assert_eq!(view.to_query(), "status=blocked,in_progress&cohort=none,3&q=Berg%C3%A9%20%26%20Co&sort=-date");
    assert_eq!(View::default().to_query(), "");
    let soon = whether(Column::Date, Test::NextDays(14));
    let unowned = whether(Column::Owner, Test::Empty);
    let view = View {
        filter: Some(Filter::Any(vec![is(Column::Status, &["blocked"]), Filter::All(vec![soon, unowned])])),
        sort: vec![by(Column::Cohort, false), by(Column::Date, true)],
        group: Some(Column::Custom(TIER)),
        folded: vec!["Gold, old".to_owned(), String::new()],
        columns: vec![
            ColumnChoice { column: Column::Name, width: Some(240), pinned: true },
            ColumnChoice::plain(Column::Status),
        ],
        ..View::default()
    };
    let expected = "where=any(status.is:blocked,all(date.next:14,owner.empty))&sort=cohort,-date&group=f2\
                    &fold=Gold*2c%20old,&columns=name:240!,status";
    assert_eq!(view.to_query(), expected);
}

#[test]
fn an_address_that_was_cut_shows_what_is_left_of_it_and_says_so() {
    let read = |text: &str| View::read([("where", text)]);
    let whole = "any(status.is:blocked,all(date.next:14,owner.empty))";
    for end in 0..whole.len() {
        let (_, unread) = read(&whole[..end]);
        assert_eq!(unread.is_empty(), end == 0, "{}", &whole[..end]);
    }
    let (view, unread) = read("any(status.is:blocked,all(date.next:1");
    let soon = whether(Column::Date, Test::NextDays(1));
    assert_eq!(view.filter, Some(Filter::Any(vec![is(Column::Status, &["blocked"]), Filter::All(vec![soon])])));
    assert_eq!(unread, [Unread::CutOff]);
    let (view, unread) = read("all(date.next:soon,plan.is:Team)");
    assert_eq!(view.filter, Some(Filter::All(vec![is(Column::Plan, &["Team"])])));
    assert_eq!(unread, [Unread::Condition { text: "date.next:soon".to_owned() }]);
}

#[test]
fn more_conditions_than_fit_are_left_out_aloud() {
    let many = format!("any({})", vec!["plan.is:Team"; 200].join(","));
    let (view, unread) = View::read([("where", many.as_str())]);
    assert_eq!(view.filter.map(|filter| filter.len()), Some(CONDITIONS_MAX));
    assert_eq!(unread, [Unread::TooMany]);
    let deep = format!("{}plan.is:Team{}", "all(".repeat(5_000), ")".repeat(5_000));
    let (view, unread) = View::read([("where", deep.as_str())]);
    assert!(view.filter.is_none_or(|filter| filter.depth() <= DEPTH_MAX) && !unread.is_empty());
}

#[test]
fn what_cannot_be_read_is_left_out() {
    let pairs = [
        ("status", "blocked,banana"),
        ("cohort", "x,2,none"),
        ("from", "yesterday"),
        ("sort", "-nothing"),
        ("utm", "1"),
        ("blocker", ""),
    ];
    let expected =
        View { statuses: vec![Status::Blocked], cohorts: vec![Some(CohortNumber(2)), None], ..View::default() };
    assert_eq!(View::from_pairs(pairs), expected);
    let long = "x".repeat(SEARCH_MAX + 50);
    assert_eq!(View::from_pairs([("q", long.as_str())]).search.len(), SEARCH_MAX);
}

proptest! {
    #[test]
    fn a_link_shows_the_same_view(view in any_view()) {
        prop_assert_eq!(reopened(&view), view);
    }

    #[test]
    fn any_address_opens(pairs in prop::collection::vec(("[a-z]{0,8}|status|cohort|from|sort|q|where|columns|fold|group", "\\PC{0,20}"), 0..6)) {
        let view = View::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        prop_assert_eq!(reopened(&view), view);
    }
}
