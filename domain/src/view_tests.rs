#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use crate::blocker::Blocker;
use crate::clock::Instant;
use crate::id::{AccountNumber, ExternalId};
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
        cohort: None,
        owner: None,
    }
}

fn rows() -> Vec<Row> {
    vec![
        Row { plan: "Team".to_owned(), email: "it@adria.example".to_owned(), ..row(1, "C-9") },
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
    let matcher = view.matcher();
    rows.iter().filter(|row| matcher.matches(row)).map(|row| row.number.0).collect()
}

// --- Conditions ---

#[test]
fn the_default_view_shows_everything() {
    assert_eq!(shown(&View::default()), [1, 2, 3, 4, 5]);
    assert!(View::default().shows_all());
    let sorted = View { sort: Some(Sort { column: Column::Name, descending: true }), ..View::default() };
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
    let matcher = view.matcher();
    for row in rows() {
        let both = matcher.matches_status(&row) && matcher.matches_rest(&row, &search_text(&row));
        assert_eq!(both, matcher.matches(&row));
        assert_eq!(matcher.matches_rest(&row, &search_text(&row)), view.without_statuses().matcher().matches(&row));
    }
}

// --- Order ---

fn sorted(column: Column) -> Vec<u32> {
    let mut rows = rows();
    // The places of the cohorts are the other way round than their numbers, as are the owners' names.
    let place = |cohort: CohortNumber| 10 - cohort.0;
    let name = |owner: &UserId| if owner.as_str() == "a" { "Zoe".to_owned() } else { "Adam".to_owned() };
    rows.sort_by(|a, b| compare(column, a, b, &place, &name).then(a.number.cmp(&b.number)));
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
    ];
    assert_eq!(cases.len(), Column::ALL.len());
    for (column, expected) in cases {
        assert_eq!(sorted(column), expected, "{column:?}");
    }
}

#[test]
fn every_column_gives_an_order_that_sorting_can_rely_on() {
    let rows = rows();
    let order = |column, a: usize, b: usize| {
        compare(column, &rows[a], &rows[b], &|cohort| cohort.0, &|owner| owner.to_string())
    };
    let all = 0..rows.len();
    for column in Column::ALL {
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
        prop::option::of((prop::sample::select(Column::ALL.to_vec()), any::<bool>())),
    )
        .prop_map(|(statuses, cohorts, owners, blockers, from, to, search, sort)| View {
            statuses,
            cohorts,
            owners,
            blockers,
            from,
            to,
            search,
            sort: sort.map(|(column, descending)| Sort { column, descending }),
        })
}

#[test]
fn an_address_is_readable() {
    let view = View {
        statuses: vec![Status::Blocked, Status::InProgress],
        cohorts: vec![None, Some(CohortNumber(3))],
        search: "Bergé & Co".to_owned(),
        sort: Some(Sort { column: Column::Date, descending: true }),
        ..View::default()
    };
    assert_eq!(view.to_query(), "status=blocked,in_progress&cohort=none,3&q=Berg%C3%A9%20%26%20Co&sort=-date");
    assert_eq!(View::default().to_query(), "");
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
    fn any_address_opens(pairs in prop::collection::vec(("[a-z]{0,8}|status|cohort|from|sort|q", "\\PC{0,20}"), 0..6)) {
        let view = View::from_pairs(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        prop_assert_eq!(reopened(&view), view);
    }
}
