//! Columns that become custom fields of the migration: ones that are there, and ones that the import adds.

use super::mapping::Mapping;
use super::survey::{ColumnSurvey, Survey};
use super::target::Target;
use crate::custom::{CustomField, CustomKind, Decimal, FieldSettings, LABEL_MAX, OPTION_MAX, field_of};
use crate::id::FieldNumber;
use serde::{Deserialize, Serialize};

/// What values a field has that is made of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewKind {
    Text,
    Number,
    Date,
    Select,
    Checkbox,
    Link,
}

/// A column with at most so many different values, each in several rows, is proposed as a select field.
const FEW: usize = 12;
const ROWS_EACH: u32 = 3;

impl NewKind {
    /// Every kind, in the order in which menus offer them.
    pub const ALL: [NewKind; 6] =
        [NewKind::Text, NewKind::Number, NewKind::Date, NewKind::Select, NewKind::Checkbox, NewKind::Link];

    /// The word in forms.
    pub fn code(self) -> &'static str {
        self.bare().code()
    }

    /// The word on screen.
    pub fn label(self) -> &'static str {
        self.bare().label()
    }

    /// Reads the word of [`NewKind::code`] exactly.
    pub fn from_code(code: &str) -> Option<NewKind> {
        NewKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    fn bare(self) -> CustomKind {
        match self {
            NewKind::Text => CustomKind::Text,
            NewKind::Number => CustomKind::Number,
            NewKind::Date => CustomKind::Date,
            NewKind::Select => CustomKind::Select { options: Vec::new() },
            NewKind::Checkbox => CustomKind::Checkbox,
            NewKind::Link => CustomKind::Link,
        }
    }

    /// What the cells of a column look like.
    pub fn guess(column: &ColumnSurvey) -> NewKind {
        let known: Vec<&str> = match &column.values {
            Some(values) => values.keys().map(String::as_str).collect(),
            None => column.samples.iter().map(String::as_str).collect(),
        };
        let all = |test: &dyn Fn(&str) -> bool| !known.is_empty() && known.iter().all(|value| test(value));
        let flags = FieldSettings { kind: CustomKind::Checkbox, ..plain("") };
        // A number that every row has once is rather a sign of the first two than of a flag.
        let few = column.values.is_some()
            && known.len() <= FEW
            && u64::from(column.filled) >= u64::from(ROWS_EACH) * known.len() as u64;
        if few && all(&|value| flags.parse(value).is_ok()) {
            NewKind::Checkbox
        } else if column.share(column.dates.dates) >= 90 {
            NewKind::Date
        } else if all(&|value| Decimal::parse(value).is_some() && !value.starts_with('0') || value == "0") {
            NewKind::Number
        } else if all(&|value| value.starts_with("https://") || value.starts_with("http://")) {
            NewKind::Link
        } else if few && all(&|value| value.chars().count() <= OPTION_MAX) {
            NewKind::Select
        } else {
            NewKind::Text
        }
    }
}

fn plain(label: &str) -> FieldSettings {
    FieldSettings { label: label.to_owned(), kind: CustomKind::Text, required: false, default: None }
}

/// The field that a column becomes: it is called as the column is, and a select has the values that occur.
pub fn settings(column: &ColumnSurvey, kind: NewKind) -> FieldSettings {
    let label: String = column.header.chars().take(LABEL_MAX).collect();
    let kind = match kind {
        NewKind::Select => CustomKind::Select { options: options(column) },
        other => other.bare(),
    };
    FieldSettings { kind, ..plain(label.trim()) }
}

/// The values of a column, those that differ in capital letters only once.
fn options(column: &ColumnSurvey) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for value in column.values.iter().flat_map(|values| values.keys()) {
        let value = value.trim();
        if !options.iter().any(|option| option.to_lowercase() == value.to_lowercase()) {
            options.push(value.to_owned());
        }
    }
    options
}

/// Until it is added, the field that a column becomes has a number that no field of a migration reaches.
pub fn provisional(column: usize) -> FieldNumber {
    FieldNumber(u16::MAX - column as u16)
}

/// The migration's fields and those that the mapping adds.
pub fn with_new(fields: &[CustomField], survey: &Survey, mapping: &Mapping) -> Vec<CustomField> {
    let new = new_fields(survey, mapping);
    let new = new.map(|(index, settings)| CustomField { number: provisional(index), settings, retired: false });
    fields.iter().cloned().chain(new).collect()
}

/// The fields that the mapping adds, each with the place of its column.
pub fn new_fields(survey: &Survey, mapping: &Mapping) -> impl Iterator<Item = (usize, FieldSettings)> {
    survey.columns.iter().enumerate().filter_map(|(index, column)| {
        match mapping.columns.get(index).copied().flatten() {
            Some(Target::New(kind)) => Some((index, settings(column, kind))),
            _ => None,
        }
    })
}

/// Whether the cells of such a column are dates.
pub fn holds_dates(target: Target, fields: &[CustomField]) -> bool {
    match target {
        Target::Custom(number) => {
            field_of(fields, number).is_some_and(|field| matches!(field.settings.kind, CustomKind::Date))
        }
        Target::New(kind) => kind == NewKind::Date,
        built_in => built_in.is_date(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::import::sheet::Sheet;

    fn column(values: &[&str]) -> ColumnSurvey {
        let rows: Vec<_> = values.iter().enumerate().map(|(index, value)| format!("{index},{value}")).collect();
        let file = format!("id,column\n{}\n", rows.join("\n"));
        Survey::of(&Sheet::open(file.as_bytes()).unwrap()).columns.remove(1)
    }

    #[test]
    fn a_column_is_guessed_by_what_is_in_it() {
        let cases: [(&[&str], NewKind); 9] = [
            (&["yes", "no", "yes", "YES", "no", "no", "yes", "yes", "no"], NewKind::Checkbox),
            (&["2026-04-03", "2026-05-06", ""], NewKind::Date),
            (&["12", "7.5", "-3", "1200"], NewKind::Number),
            // Ids with zeros in front are no numbers.
            (&["0012", "0345"], NewKind::Text),
            (&["https://a.example/1", "http://b.example"], NewKind::Link),
            (&["gold", "silver", "gold", "silver", "gold", "silver"], NewKind::Select),
            (&["gold", "silver", "bronze"], NewKind::Text),
            (&["Call them first", "No remarks"], NewKind::Text),
            (&["", ""], NewKind::Text),
        ];
        for (values, expected) in cases {
            assert_eq!(NewKind::guess(&column(values)), expected, "{values:?}");
        }
    }

    #[test]
    fn a_new_select_has_the_values_that_occur() {
        let made = settings(&column(&["Gold", "gold", "silver"]), NewKind::Select);
        assert_eq!(made.kind, CustomKind::Select { options: vec!["Gold".to_owned(), "silver".to_owned()] });
        assert_eq!(made.label, "column");
        assert_eq!(made.problems(&[]), []);
        assert!(!settings(&column(&[""]), NewKind::Select).problems(&[]).is_empty(), "there is nothing to choose from");
    }

    #[test]
    fn kinds_have_the_words_of_fields() {
        for kind in NewKind::ALL {
            assert_eq!(NewKind::from_code(kind.code()), Some(kind));
        }
        let all: Vec<_> = CustomKind::all().iter().map(CustomKind::code).collect();
        assert_eq!(NewKind::ALL.map(NewKind::code).to_vec(), all);
    }
}
