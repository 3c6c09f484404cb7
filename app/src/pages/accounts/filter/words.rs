//! Conditions in words: `Plan is any of Business, Enterprise`.

use crate::api::migrations::Overview;
use crate::components::date::long_day;
use crate::components::number::counted;
use crate::pages::accounts::words;
use domain::blocker::BlockerCategory;
use domain::id::{CohortNumber, UserId};
use domain::notice::Stage;
use domain::status::Status;
use domain::view::{Column, Condition, Filter, Test, TestKind, ValueKind};

/// A condition as column, comparison and value; the value may be empty.
pub fn parts(overview: &Overview, condition: &Condition) -> (String, &'static str, String) {
    let Condition { column, test } = condition;
    let heading = column.heading(&overview.migration.fields);
    let values =
        |values: &[String]| values.iter().map(|code| value(overview, *column, code)).collect::<Vec<_>>().join(", ");
    let (is, value) = match test {
        Test::Is(codes) if codes.len() > 1 => ("is any of", values(codes)),
        Test::IsNot(codes) if codes.len() > 1 => ("is none of", values(codes)),
        Test::Is(codes) | Test::IsNot(codes) => (test.kind().label(), values(codes)),
        Test::Contains(text) | Test::Lacks(text) => (test.kind().label(), format!("“{text}”")),
        Test::On(day) | Test::Before(day) | Test::After(day) => (test.kind().label(), long_day(*day)),
        Test::NextDays(0) | Test::LastDays(0) => ("is", "today".to_owned()),
        Test::NextDays(days) => ("is in the next", days_text(*days)),
        Test::LastDays(days) => ("was in the last", days_text(*days)),
        Test::AtLeast(number) | Test::AtMost(number) => (test.kind().label(), number.to_string()),
        Test::Empty | Test::NotEmpty => (test.kind().label(), String::new()),
    };
    (heading, is, value)
}

fn days_text(days: u16) -> String {
    counted(days, "day", "days")
}

/// A condition as a sentence.
pub fn sentence(overview: &Overview, filter: &Filter) -> String {
    let list = |parts: &[Filter], between: &str| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        let nested = |part: &Filter| match part {
            Filter::Where(_) => sentence(overview, part),
            _ if part.len() == 1 => sentence(overview, part),
            _ => format!("({})", sentence(overview, part)),
        };
        parts.map(nested).collect::<Vec<_>>().join(between)
    };
    match filter {
        Filter::Where(condition) => {
            let (column, is, value) = parts(overview, condition);
            format!("{column} {is} {value}").trim_end().to_owned()
        }
        Filter::All(parts) => list(parts, " and "),
        Filter::Any(parts) => list(parts, " or "),
    }
}

/// A code of an "is" condition in words.
pub fn value(overview: &Overview, column: Column, code: &str) -> String {
    if code.trim().is_empty() {
        return "empty".to_owned();
    }
    let known = match column {
        Column::Status => Status::from_code(code).map(|status| status.label().to_owned()),
        Column::Blocker => BlockerCategory::from_code(code).map(|category| category.label().to_owned()),
        Column::Cohort => code.parse().ok().map(|number| words::cohort(overview, Some(CohortNumber(number)))),
        Column::Owner => Some(owner(overview, Some(&UserId::from(code)))),
        Column::Notified => Stage::from_code(code).map(|stage| stage.label().to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| code.to_owned())
}

/// An owner in words, with `Me` for the reader.
pub fn owner(overview: &Overview, owner: Option<&UserId>) -> String {
    if owner == Some(&overview.me.id) { "Me".to_owned() } else { words::owner(overview, owner) }
}

/// The value of a group of rows in words: `3 · Main EU`, `Nobody`, `No plan`.
pub fn group(overview: &Overview, column: Column, key: &str, text: &str) -> String {
    match (column, key) {
        (Column::Cohort, "") => words::cohort(overview, None),
        (Column::Owner, "") => words::owner(overview, None),
        (Column::Owner, id) => words::owner(overview, Some(&UserId::from(id))),
        (column, "") => {
            let heading = column.heading(&overview.migration.fields);
            match column {
                Column::Custom(_) => format!("Without “{heading}”"),
                _ => format!("No {}", heading.to_lowercase()),
            }
        }
        (column, key) if column.kind(&overview.migration.fields) == Some(ValueKind::Flag) => {
            let heading = column.heading(&overview.migration.fields);
            format!("{heading}: {key}")
        }
        (_, key) if text.is_empty() => value(overview, column, key),
        (_, _) => text.to_owned(),
    }
}

/// The kind's words in the menu of the builder.
pub fn test(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Is => "is any of",
        TestKind::IsNot => "is none of",
        other => other.label(),
    }
}

#[cfg(test)]
pub(in crate::pages::accounts) mod tests {
    use super::*;
    use crate::api::migrations::Person;
    use crate::api::session::Me;
    use domain::custom::{CustomField, CustomKind, FieldSettings};
    use domain::event::Position;
    use domain::id::{FieldNumber, MigrationId};
    use domain::migration::{Migration, MigrationSettings, MigrationStage};
    use domain::policy::Role;
    use domain::status::StatusCounts;

    /// A migration with a select field “Tier” (1) and a number field “Seats” (2), read by Ines.
    pub(in crate::pages::accounts) fn overview() -> Overview {
        let field = |number, label: &str, kind| CustomField {
            number: FieldNumber(number),
            settings: FieldSettings { label: label.to_owned(), kind, required: false, default: None },
            retired: false,
        };
        let tier = CustomKind::Select { options: vec!["Gold".to_owned(), "Silver".to_owned()] };
        let settings = MigrationSettings {
            name: "Ledger".to_owned(),
            public_name: String::new(),
            slug: "ledger".to_owned(),
            description: String::new(),
            deadline: Default::default(),
            time_zone: "UTC".to_owned(),
            rollback_days: None,
            blackouts: Vec::new(),
            weekends: false,
        };
        let person = |id: &str, name: &str| Person {
            id: UserId::from(id),
            name: name.to_owned(),
            email: String::new(),
            active: true,
        };
        Overview {
            migration: Migration {
                id: MigrationId::from("m"),
                settings,
                stage: MigrationStage::Running,
                published: false,
                fields: vec![field(1, "Tier", tier), field(2, "Seats", CustomKind::Number)],
            },
            cohorts: Vec::new(),
            counts: StatusCounts::default(),
            promises: Default::default(),
            people: vec![person("ines", "Ines"), person("jonas", "Jonas")],
            me: Me { id: UserId::from("ines"), name: "Ines".into(), email: String::new(), role: Role::Lead },
            today: Default::default(),
            days_left: 0,
            position: Position::default(),
        }
    }

    fn asks(column: Column, test: Test) -> Filter {
        Filter::Where(Condition { column, test })
    }

    #[test]
    fn conditions_read_as_people_say_them() {
        let overview = overview();
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let blocked = asks(Column::Status, Test::Is(texts(&["blocked", "scheduled"])));
        let mine = asks(Column::Owner, Test::Is(texts(&["ines"])));
        let others = asks(Column::Owner, Test::IsNot(texts(&["jonas", ""])));
        let soon = asks(Column::Date, Test::NextDays(1));
        let tier = asks(Column::Custom(FieldNumber(1)), Test::NotEmpty);
        let gone = asks(Column::Custom(FieldNumber(9)), Test::Contains("x".into()));
        let nested = Filter::Any(vec![blocked.clone(), Filter::All(vec![mine.clone(), soon.clone()])]);
        let cases = [
            (blocked, "Status is any of Blocked, Scheduled"),
            (mine, "Owner is Me"),
            (others, "Owner is none of Jonas, empty"),
            (soon, "Date is in the next 1 day"),
            (tier, "Tier is not empty"),
            (gone, "Field 9 contains “x”"),
            (nested, "Status is any of Blocked, Scheduled or (Owner is Me and Date is in the next 1 day)"),
        ];
        for (filter, words) in cases {
            assert_eq!(sentence(&overview, &filter), words);
        }
    }

    #[test]
    fn groups_without_a_value_have_a_name_too() {
        let overview = overview();
        let tier = Column::Custom(FieldNumber(1));
        assert_eq!(group(&overview, Column::Owner, "", ""), "Nobody");
        assert_eq!(group(&overview, Column::Owner, "ines", ""), "Ines");
        assert_eq!(group(&overview, Column::Plan, "", ""), "No plan");
        assert_eq!(group(&overview, Column::Plan, "team", "Team"), "Team");
        assert_eq!(group(&overview, tier, "", ""), "Without “Tier”");
        assert_eq!(group(&overview, tier, "Gold", ""), "Gold");
        assert_eq!(group(&overview, Column::Status, "rolled_back", ""), "Rolled back");
    }
}
