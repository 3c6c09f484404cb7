//! For tests of every crate: invented rows and views, and the slow, obvious answer to a view's question, which the fast
//! ones are compared with.

use super::{Column, Condition, Filter, Group, Lookup, Sort, Test, TestKind, View, group_key};
use crate::account::Row;
use crate::blocker::{Blocker, BlockerCategory};
use crate::clock::Instant;
use crate::custom::{CustomField, CustomKind, CustomValue, Decimal, FieldSettings};
use crate::id::{AccountNumber, CohortNumber, ExternalId, FieldNumber, UserId};
use crate::notice::Stage;
use crate::state::{Interrupted, Plan, State, begin};
use crate::status::{Status, StatusCounts};
use chrono::{Days, NaiveDate};

/// Chance that can be repeated: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
pub struct Chance(pub u64);

impl Chance {
    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// Words that differ in case only, sort apart, or are the beginning of each other.
const WORDS: [&str; 6] = ["", "Team", "team", "Business", "EU", "Éire"];
const OWNERS: [&str; 3] = ["a", "b", "c"];

/// The day from which relative conditions count in these tests.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 25).unwrap_or_default()
}

/// One field of each kind; the last is retired.
pub fn fields() -> Vec<CustomField> {
    let options = ["Silver", "Gold", "Bronze"].map(str::to_owned).to_vec();
    [CustomKind::Number, CustomKind::Select { options }, CustomKind::Text, CustomKind::Date, CustomKind::Checkbox]
        .into_iter()
        .zip(1_u16..)
        .map(|(kind, number)| CustomField {
            number: FieldNumber(number),
            settings: FieldSettings { label: format!("Field {number}"), kind, required: false, default: None },
            retired: number == 5,
        })
        .collect()
}

/// The places of cohorts, the other way round than their numbers.
pub fn place(cohort: CohortNumber) -> u16 {
    100 - cohort.0
}

/// The name of an owner; two have the same.
pub fn name(owner: &UserId) -> String {
    if owner.as_str() == "a" { "zoe".to_owned() } else { "adam".to_owned() }
}

/// Looks up [`place`], [`name`] and `fields`.
pub fn lookup(fields: &[CustomField]) -> Lookup<'_> {
    Lookup { cohort_position: &place, owner_name: &name, fields }
}

fn day(chance: &mut Chance) -> NaiveDate {
    today().checked_add_days(Days::new(chance.below(12) as u64)).unwrap_or_default()
}

fn instant(chance: &mut Chance) -> Instant {
    day(chance).and_hms_opt(8, 0, 0).unwrap_or_default().and_utc()
}

fn state(chance: &mut Chance) -> State {
    let plan = Plan { date: day(chance), pinned: None };
    match chance.below(7) {
        0 | 1 => State::NotStarted,
        2 => State::Scheduled { plan },
        3 => State::InProgress { attempt: begin(Some(plan), instant(chance), Some(14)) },
        4 => {
            let migrated_at = instant(chance);
            State::Completed { attempt: begin(None, migrated_at, Some(14)), migrated_at }
        }
        5 => {
            let (category, text) = (chance.of(BlockerCategory::ALL.as_slice()), chance.of(&WORDS).to_owned());
            let blocker = Blocker { category, text, since: instant(chance) };
            State::Blocked { blocker, interrupted: Interrupted::NotStarted }
        }
        _ => State::OptedOut,
    }
}

fn value(chance: &mut Chance, kind: &CustomKind) -> CustomValue {
    match kind {
        CustomKind::Number => CustomValue::Number(Decimal::from(chance.below(4) as i32)),
        CustomKind::Date => CustomValue::Date(day(chance)),
        CustomKind::Select { options } => CustomValue::Select(chance.of(options)),
        CustomKind::Checkbox => CustomValue::Checkbox(chance.once_in(2)),
        CustomKind::Text | CustomKind::Link => CustomValue::Text(chance.of(&WORDS[1..]).to_owned()),
    }
}

/// A row of few different values, so that many rows are equal in each column.
pub fn row(chance: &mut Chance, number: u32) -> Row {
    let mut row = Row {
        number: AccountNumber(number),
        external_id: ExternalId(format!("C-{}", number * 7 % 1_000)),
        name: String::new(),
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
    };
    for _ in 0..8 {
        alter(chance, &mut row);
    }
    row
}

/// Changes one thing of a row, or, by chance, nothing.
pub fn alter(chance: &mut Chance, row: &mut Row) {
    match chance.below(9) {
        0 => row.name = format!("{} {}", chance.of(&WORDS), chance.below(3)),
        1 => row.plan = chance.of(&WORDS).to_owned(),
        2 => row.region = chance.of(&WORDS).to_owned(),
        3 => row.cohort = (!chance.once_in(4)).then(|| CohortNumber(chance.below(3) as u16)),
        4 => row.owner = (!chance.once_in(4)).then(|| UserId::from(chance.of(&OWNERS))),
        5 => {
            let field = chance.of(&fields());
            match chance.once_in(3) {
                true => drop(row.custom.remove(&field.number)),
                false => drop(row.custom.insert(field.number, value(chance, &field.settings.kind))),
            }
        }
        6 => row.notices.stage = chance.of(&Stage::ALL),
        _ => {
            row.state = state(chance);
            row.migrated_on = row.state.migrated_at().map(|at| at.date_naive());
            row.rollback_until_on = row.state.rollback_until().map(|at| at.date_naive());
        }
    }
}

fn column(chance: &mut Chance) -> Column {
    let mut columns = Column::BUILT_IN.to_vec();
    columns.extend((1..=5).map(|number| Column::Custom(FieldNumber(number))));
    chance.of(&columns)
}

fn filter(chance: &mut Chance, depth: usize) -> Filter {
    if depth < 2 && chance.once_in(2) {
        let parts = (0..=chance.below(3)).map(|_| filter(chance, depth + 1)).collect();
        return if chance.once_in(2) { Filter::All(parts) } else { Filter::Any(parts) };
    }
    let column = column(chance);
    let fields = fields();
    let kinds = column.kind(&fields).map_or(&[TestKind::Empty] as &[_], TestKind::of);
    let kind = chance.of(kinds);
    let operand = match kind {
        TestKind::Is | TestKind::IsNot => {
            chance.of(&["not_started", "1", "a", "team", "Gold", "yes", "2", "", "data"]).to_owned()
        }
        TestKind::Contains | TestKind::Lacks => chance.of(&["e", "TEAM", "c-1", "É"]).to_owned(),
        TestKind::On | TestKind::Before | TestKind::After => day(chance).to_string(),
        TestKind::NextDays | TestKind::LastDays => chance.below(8).to_string(),
        _ => chance.below(4).to_string(),
    };
    let test = kind.with(&[operand]).unwrap_or(Test::Empty);
    Filter::Where(Condition { column, test })
}

/// A view with conditions, orders and groups, each by chance.
pub fn view(chance: &mut Chance) -> View {
    let mut view = View::default();
    if chance.once_in(3) {
        view.statuses = vec![chance.of(&Status::ALL), chance.of(&Status::ALL)];
    }
    if chance.once_in(4) {
        view.cohorts = vec![None, Some(CohortNumber(1))];
    }
    if chance.once_in(5) {
        view.search = chance.of(&["team", "c-1 e", "éire"]).to_owned();
    }
    if chance.once_in(2) {
        view.filter = Some(filter(chance, 0));
    }
    for _ in 0..chance.below(4) {
        let sort = Sort { column: column(chance), descending: chance.once_in(2) };
        if view.sort.iter().all(|other| other.column != sort.column) {
            view.sort.push(sort);
        }
    }
    if chance.once_in(2) {
        let columns: Vec<Column> = (0..20).map(|_| column(chance)).filter(|column| column.groups(&fields())).collect();
        view.group = columns.first().copied();
        view.folded = ["", "not_started", "team", "1", "Gold"].map(str::to_owned).to_vec();
        view.folded.retain(|_| chance.once_in(3));
    }
    view
}

/// What a view shows of some rows.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// Those of groups that are not folded.
    pub rows: Vec<Row>,
    pub matching: u32,
    pub counts: StatusCounts,
    /// Key, count and whether it is folded.
    pub groups: Vec<(String, u32, bool)>,
}

/// The slow, obvious answer: sort everything, keep what matches, cut into groups.
pub fn answer(view: &View, rows: &[Row], fields: &[CustomField]) -> Answer {
    let matcher = view.matcher(today());
    let without_statuses = view.without_statuses();
    let rest = without_statuses.matcher(today());
    let mut counts = StatusCounts::default();
    rows.iter().filter(|row| rest.matches(row)).for_each(|row| counts.add(row.state.status()));
    let mut shown: Vec<Row> = rows.iter().filter(|row| matcher.matches(row)).cloned().collect();
    let order = view.order();
    shown.sort_by(|a, b| lookup(fields).compare(&order, a, b));
    let matching = shown.len() as u32;
    let mut groups: Vec<Group> = Vec::new();
    if let Some(column) = view.group {
        for row in &shown {
            let key = group_key(row, column);
            match groups.iter_mut().find(|group| group.key == key) {
                Some(group) => group.count += 1,
                None => {
                    let folded = view.folded.contains(&key);
                    groups.push(Group { key, text: String::new(), count: 1, folded });
                }
            }
        }
        shown.retain(|row| !view.folded.contains(&group_key(row, column)));
    }
    let groups = groups.into_iter().map(|group| (group.key, group.count, group.folded)).collect();
    Answer { rows: shown, matching, counts, groups }
}
