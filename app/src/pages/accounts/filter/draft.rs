//! Conditions while somebody builds them: some of them still lack their value, and then they do not apply.

use domain::custom::{CustomField, Decimal};
use domain::view::{Column, Condition, Filter, TestKind, VALUES_MAX, ValueKind};

/// The number of a part within its draft; it stays while the part changes.
pub type PartId = u32;

/// All the conditions of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// At least one of the parts; else each of them.
    pub any: bool,
    pub parts: Vec<Part>,
    next: PartId,
}

/// One of the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub id: PartId,
    pub body: Body,
}

/// What a part asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Row(RowDraft),
    Group {
        any: bool,
        parts: Vec<Part>,
    },
    /// Deeper than clicks reach: shown as it is.
    Fixed(Filter),
}

/// One condition, perhaps without its value yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDraft {
    pub column: Column,
    pub test: TestKind,
    /// The operands as typed; see [`TestKind::with`].
    pub operands: Vec<String>,
}

impl RowDraft {
    /// The first question about a column.
    pub fn about(column: Column, fields: &[CustomField]) -> RowDraft {
        let test = column.kind(fields).and_then(|kind| TestKind::of(kind).first().copied());
        RowDraft { column, test: test.unwrap_or(TestKind::NotEmpty), operands: Vec::new() }
    }

    /// The same question about another column, as far as it can be asked there.
    pub fn on(&self, column: Column, fields: &[CustomField]) -> RowDraft {
        let kinds = column.kind(fields).map(TestKind::of).unwrap_or_default();
        match kinds.contains(&self.test) {
            // The values of one column are not those of another.
            true if column.kind(fields) == Some(ValueKind::Choice) => {
                RowDraft { column, test: self.test, operands: Vec::new() }
            }
            true => RowDraft { column, ..self.clone() },
            false => RowDraft::about(column, fields),
        }
    }

    /// Another question; a value that fits it stays.
    pub fn asking(&self, test: TestKind) -> RowDraft {
        let fits = test.with(&self.operands).is_some() && takes_value(test);
        let operands = if fits { self.operands.clone() } else { Vec::new() };
        RowDraft { test, operands, ..self.clone() }
    }

    /// The condition; or what is still missing.
    pub fn condition(&self, fields: &[CustomField]) -> Result<Condition, &'static str> {
        let kind = self.column.kind(fields);
        let values = matches!(self.test, TestKind::Is | TestKind::IsNot);
        let operands: Vec<String> = match kind {
            Some(ValueKind::Choice) => self.operands.clone(),
            _ if values => self.operands.iter().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
            _ => self.operands.clone(),
        };
        if values && operands.len() > VALUES_MAX {
            return Err("At most 100 values. This condition does not apply yet.");
        }
        if values && kind == Some(ValueKind::Number) && operands.iter().any(|text| Decimal::parse(text).is_none()) {
            return Err("Write numbers like 1234.5. This condition does not apply yet.");
        }
        let given = operands.iter().any(|text| !text.trim().is_empty()) || (values && !operands.is_empty());
        match self.test.with(&operands) {
            Some(test) => Ok(Condition { column: self.column, test }),
            None if !given => Err("Give a value: this condition does not apply yet."),
            None => Err(match self.test {
                TestKind::On | TestKind::Before | TestKind::After => {
                    "Give a whole date. This condition does not apply yet."
                }
                TestKind::NextDays | TestKind::LastDays => {
                    "Give a number of days up to 3660. This condition does not apply yet."
                }
                TestKind::AtLeast | TestKind::AtMost => {
                    "Write a number like 1234.5. This condition does not apply yet."
                }
                _ => "This condition does not apply yet.",
            }),
        }
    }
}

/// Whether the test compares with something.
pub fn takes_value(test: TestKind) -> bool {
    !matches!(test, TestKind::Empty | TestKind::NotEmpty)
}

impl Draft {
    /// The draft of conditions that apply already.
    pub fn of(filter: Option<&Filter>) -> Draft {
        let mut draft = Draft::default();
        let (any, parts): (bool, &[Filter]) = match filter {
            None => (false, &[]),
            Some(Filter::All(parts)) => (false, parts),
            Some(Filter::Any(parts)) => (true, parts),
            Some(single) => (false, std::slice::from_ref(single)),
        };
        draft.any = any;
        for part in parts {
            let body = match part {
                Filter::All(inner) => Body::Group { any: false, parts: draft.inner(inner) },
                Filter::Any(inner) => Body::Group { any: true, parts: draft.inner(inner) },
                Filter::Where(condition) => Body::Row(row(condition)),
            };
            let part = draft.part(body);
            draft.parts.push(part);
        }
        draft
    }

    fn inner(&mut self, filters: &[Filter]) -> Vec<Part> {
        let body = |filter: &Filter| match filter {
            Filter::Where(condition) => Body::Row(row(condition)),
            deeper => Body::Fixed(deeper.clone()),
        };
        filters.iter().map(|filter| self.part(body(filter))).collect()
    }

    fn part(&mut self, body: Body) -> Part {
        self.next += 1;
        Part { id: self.next, body }
    }

    /// What applies of it; `None` if nothing does.
    pub fn filter(&self, fields: &[CustomField]) -> Option<Filter> {
        let filter = combined(self.any, &self.parts, fields);
        (!filter.is_empty()).then_some(filter)
    }

    /// How many conditions it has, those without a value included.
    pub fn len(&self) -> usize {
        count(&self.parts)
    }

    /// The part with this number.
    pub fn find(&self, id: PartId) -> Option<&Part> {
        self.parts.iter().find_map(|part| match &part.body {
            _ if part.id == id => Some(part),
            Body::Group { parts, .. } => parts.iter().find(|part| part.id == id),
            _ => None,
        })
    }

    fn find_mut(&mut self, id: PartId) -> Option<&mut Part> {
        self.parts.iter_mut().find_map(|part| match part {
            part if part.id == id => Some(part),
            Part { body: Body::Group { parts, .. }, .. } => parts.iter_mut().find(|part| part.id == id),
            _ => None,
        })
    }

    /// The row with this number.
    pub fn row(&self, id: PartId) -> Option<&RowDraft> {
        match self.find(id).map(|part| &part.body) {
            Some(Body::Row(row)) => Some(row),
            _ => None,
        }
    }

    /// Puts another condition into the place of one.
    pub fn set_row(&mut self, id: PartId, row: RowDraft) {
        if let Some(Part { body: body @ Body::Row(_), .. }) = self.find_mut(id) {
            *body = Body::Row(row);
        }
    }

    /// Whether the parts of a group, or with `None` those at the top, are alternatives.
    pub fn set_any(&mut self, group: Option<PartId>, all_or_any: bool) {
        match group.map(|id| self.find_mut(id)) {
            None => self.any = all_or_any,
            Some(Some(Part { body: Body::Group { any, .. }, .. })) => *any = all_or_any,
            Some(_) => {}
        }
    }

    /// Adds a condition to a group, or with `None` at the top. Answers its number.
    pub fn add_row(&mut self, group: Option<PartId>, row: RowDraft) -> PartId {
        let part = self.part(Body::Row(row));
        let id = part.id;
        match group.map(|id| self.find_mut(id)) {
            Some(Some(Part { body: Body::Group { parts, .. }, .. })) => parts.push(part),
            _ => self.parts.push(part),
        }
        id
    }

    /// Adds a group with one condition; it combines the other way than the top does. Answers the condition's number.
    pub fn add_group(&mut self, row: RowDraft) -> PartId {
        let first = self.part(Body::Row(row));
        let id = first.id;
        let group = self.part(Body::Group { any: !self.any, parts: vec![first] });
        self.parts.push(group);
        id
    }

    /// Takes a part away, and a group that has none left.
    pub fn remove(&mut self, id: PartId) {
        for part in &mut self.parts {
            if let Body::Group { parts, .. } = &mut part.body {
                parts.retain(|inner| inner.id != id);
            }
        }
        self.parts.retain(|part| part.id != id && !matches!(&part.body, Body::Group { parts, .. } if parts.is_empty()));
    }
}

fn row(condition: &Condition) -> RowDraft {
    let Condition { column, test } = condition;
    RowDraft { column: *column, test: test.kind(), operands: test.operands() }
}

fn combined(any: bool, parts: &[Part], fields: &[CustomField]) -> Filter {
    let filters = parts.iter().filter_map(|part| match &part.body {
        Body::Row(row) => row.condition(fields).ok().map(Filter::Where),
        Body::Group { any, parts } => Some(combined(*any, parts, fields)).filter(|group| !group.is_empty()),
        Body::Fixed(filter) => Some(filter.clone()),
    });
    if any { Filter::Any(filters.collect()) } else { Filter::All(filters.collect()) }
}

fn count(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match &part.body {
            Body::Row(_) => 1,
            Body::Group { parts, .. } => count(parts),
            Body::Fixed(filter) => filter.len(),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custom::{CustomKind, FieldSettings};
    use domain::id::FieldNumber;
    use domain::view::View;

    const SEATS: Column = Column::Custom(FieldNumber(1));

    fn fields() -> Vec<CustomField> {
        let settings =
            FieldSettings { label: "Seats".into(), kind: CustomKind::Number, required: false, default: None };
        vec![CustomField { number: FieldNumber(1), settings, retired: false }]
    }

    fn filter(text: &str) -> Option<Filter> {
        View::from_pairs([("where", text)]).filter
    }

    fn row(column: Column, test: TestKind, operands: &[&str]) -> RowDraft {
        RowDraft { column, test, operands: operands.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn what_applies_already_is_shown_and_stays_the_same() {
        for text in [
            "all(plan.is:Team)",
            "any(status.is:blocked~scheduled,all(date.next:14,owner.empty))",
            "all(any(plan.is:A,all(plan.is:B,any(plan.is:C,plan.is:D))),name.has:x)",
            "all(owner.is:)",
        ] {
            let filter = filter(text);
            assert!(filter.is_some(), "{text}");
            assert_eq!(Draft::of(filter.as_ref()).filter(&fields()), filter, "{text}");
        }
        assert_eq!(Draft::of(None).filter(&fields()), None);
        assert_eq!(Draft::of(filter("plan.is:A").as_ref()).filter(&fields()), filter("all(plan.is:A)"));
        let deep = Draft::of(filter("all(any(plan.is:A,all(plan.is:B,plan.is:C)))").as_ref());
        assert_eq!(deep.len(), 3);
        let Some(Body::Group { parts, .. }) = deep.parts.first().map(|part| &part.body) else { panic!("no group") };
        assert!(matches!(&parts[1].body, Body::Fixed(fixed) if fixed.len() == 2));
    }

    #[test]
    fn a_condition_without_its_value_does_not_apply() {
        let missing = [
            row(Column::Status, TestKind::Is, &[]),
            row(Column::Plan, TestKind::Contains, &[" "]),
            row(Column::Plan, TestKind::Is, &["", " "]),
            row(Column::Date, TestKind::Before, &["2026-13-01"]),
            row(Column::Date, TestKind::NextDays, &["4000"]),
            row(SEATS, TestKind::AtLeast, &["many"]),
            row(SEATS, TestKind::Is, &["1", "many"]),
        ];
        for row in missing {
            let problem = row.condition(&fields()).unwrap_err();
            assert!(problem.contains("does not apply yet"), "{row:?}: {problem}");
        }
        for row in [
            row(Column::Status, TestKind::Is, &["blocked"]),
            row(Column::Owner, TestKind::Is, &[""]),
            row(Column::Plan, TestKind::Is, &["Team", ""]),
            row(Column::Date, TestKind::NextDays, &["0"]),
            row(SEATS, TestKind::AtLeast, &["1,5"]),
            row(SEATS, TestKind::Empty, &[]),
        ] {
            assert!(row.condition(&fields()).is_ok(), "{row:?}");
        }
    }

    #[test]
    fn conditions_and_groups_come_and_go() {
        let mut draft = Draft::default();
        let blocked = draft.add_row(None, row(Column::Status, TestKind::Is, &["blocked"]));
        let soon = draft.add_group(row(Column::Date, TestKind::NextDays, &["14"]));
        let group = draft.parts[1].id;
        let plan = draft.add_row(Some(group), row(Column::Plan, TestKind::Is, &[]));
        assert_eq!(draft.filter(&fields()), filter("all(status.is:blocked,any(date.next:14))"));
        draft.set_row(plan, row(Column::Plan, TestKind::Is, &["Team"]));
        draft.set_any(Some(group), false);
        draft.set_any(None, true);
        assert_eq!(draft.filter(&fields()), filter("any(status.is:blocked,all(date.next:14,plan.is:Team))"));
        assert_eq!(draft.len(), 3);
        draft.remove(soon);
        draft.remove(plan);
        assert_eq!(draft.filter(&fields()), filter("any(status.is:blocked)"));
        assert_eq!(draft.parts.len(), 1, "an empty group goes with its last condition");
        draft.remove(blocked);
        assert_eq!(draft.filter(&fields()), None);
    }

    #[test]
    fn a_value_stays_where_it_still_fits() {
        let fields = fields();
        let team = row(Column::Plan, TestKind::Contains, &["Team"]);
        assert_eq!(team.on(Column::Name, &fields), row(Column::Name, TestKind::Contains, &["Team"]));
        assert_eq!(team.on(Column::Status, &fields), row(Column::Status, TestKind::Is, &[]));
        assert_eq!(team.asking(TestKind::Is), row(Column::Plan, TestKind::Is, &["Team"]));
        assert_eq!(team.asking(TestKind::Empty), row(Column::Plan, TestKind::Empty, &[]));
        let status = row(Column::Status, TestKind::IsNot, &["blocked"]);
        assert_eq!(status.on(Column::Cohort, &fields), row(Column::Cohort, TestKind::IsNot, &[]));
        assert_eq!(row(Column::Date, TestKind::On, &["2026-05-01"]).asking(TestKind::NextDays).operands, [""; 0]);
    }
}
