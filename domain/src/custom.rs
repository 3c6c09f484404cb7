//! Custom fields: columns that a migration adds to its account table.

use crate::id::FieldNumber;
use crate::migration::FieldError;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Custom fields of one migration, retired ones included.
pub const FIELDS_MAX: usize = 60;
/// Longest name of a field, in characters.
pub const LABEL_MAX: usize = 60;
/// Options of a select field.
pub const OPTIONS_MAX: usize = 100;
/// Longest option, in characters.
pub const OPTION_MAX: usize = 80;
/// Longest text value, in characters.
pub const TEXT_MAX: usize = 1_000;
/// Longest link, in characters.
pub const LINK_MAX: usize = 2_000;

/// A column of the migration's own. It is never deleted: a retired one keeps its values and can come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    pub number: FieldNumber,
    #[serde(flatten)]
    pub settings: FieldSettings,
    /// Neither shown nor editable; its values stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// What a lead sets of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSettings {
    /// The word in the table's head.
    pub label: String,
    pub kind: CustomKind,
    /// New accounts need a value, and it cannot be cleared. Accounts from before may lack it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What new accounts get when they bring no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<CustomValue>,
}

/// What values a field has. The kind of a field never changes, its options may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CustomKind {
    Text,
    Number,
    Date,
    Select { options: Vec<String> },
    Checkbox,
    Link,
}

impl CustomKind {
    /// One of each kind, for choosing one.
    pub fn all() -> [CustomKind; 6] {
        use CustomKind::*;
        [Text, Number, Date, Select { options: Vec::new() }, Checkbox, Link]
    }

    /// The word in forms and addresses.
    pub fn code(&self) -> &'static str {
        match self {
            CustomKind::Text => "text",
            CustomKind::Number => "number",
            CustomKind::Date => "date",
            CustomKind::Select { .. } => "select",
            CustomKind::Checkbox => "checkbox",
            CustomKind::Link => "link",
        }
    }

    /// The word on screen.
    pub fn label(&self) -> &'static str {
        match self {
            CustomKind::Text => "Text",
            CustomKind::Number => "Number",
            CustomKind::Date => "Date",
            CustomKind::Select { .. } => "Select",
            CustomKind::Checkbox => "Checkbox",
            CustomKind::Link => "Link",
        }
    }

    /// Reads the word of [`CustomKind::code`] exactly; a select comes without options.
    pub fn from_code(code: &str) -> Option<CustomKind> {
        CustomKind::all().into_iter().find(|kind| kind.code() == code)
    }
}

/// A value of a custom field. "No value" is the absence of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "is", content = "value", rename_all = "snake_case")]
pub enum CustomValue {
    Text(String),
    Number(Decimal),
    Date(NaiveDate),
    Select(String),
    Checkbox(bool),
    Link(String),
}

impl CustomValue {
    /// The value as people type it and files carry it.
    pub fn text(&self) -> String {
        match self {
            CustomValue::Text(text) | CustomValue::Select(text) | CustomValue::Link(text) => text.clone(),
            CustomValue::Number(number) => number.to_string(),
            CustomValue::Date(day) => day.to_string(),
            CustomValue::Checkbox(checked) => if *checked { "yes" } else { "no" }.to_owned(),
        }
    }

    /// Whether a field of this kind can have the value. An option that was taken out of a select may stay where it is.
    pub fn is_of(&self, kind: &CustomKind) -> bool {
        matches!(
            (self, kind),
            (CustomValue::Text(_), CustomKind::Text)
                | (CustomValue::Number(_), CustomKind::Number)
                | (CustomValue::Date(_), CustomKind::Date)
                | (CustomValue::Select(_), CustomKind::Select { .. })
                | (CustomValue::Checkbox(_), CustomKind::Checkbox)
                | (CustomValue::Link(_), CustomKind::Link)
        )
    }
}

/// Why a value was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum BadValue {
    #[error("This is not a number. Write it like 1234.5.")]
    NotANumber,
    #[error("This is not a date. Write it like 2027-03-14.")]
    NotADate,
    #[error("This is none of the options: {options}.")]
    NotAnOption { options: String },
    #[error("Write yes or no.")]
    NotYesOrNo,
    #[error("This is not a link. It starts with https:// or http://.")]
    NotALink,
    #[error("This field takes a {kind}.")]
    WrongKind { kind: String },
    #[error("At most {max} characters.")]
    TooLong { max: usize },
    #[error("This field needs a value.")]
    Missing,
    #[error("This field is retired.")]
    Retired,
    #[error("There is no such field.")]
    NoSuchField,
}

impl FieldSettings {
    /// Reads what somebody typed; blank is no value. Whether a value is required is not asked here.
    pub fn parse(&self, typed: &str) -> Result<Option<CustomValue>, BadValue> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let value = match &self.kind {
            CustomKind::Text => CustomValue::Text(typed.to_owned()),
            CustomKind::Number => CustomValue::Number(Decimal::parse(typed).ok_or(BadValue::NotANumber)?),
            CustomKind::Date => CustomValue::Date(typed.parse().map_err(|_| BadValue::NotADate)?),
            CustomKind::Select { options } => {
                let option = options.iter().find(|option| option.to_lowercase() == typed.to_lowercase());
                CustomValue::Select(option.cloned().unwrap_or_else(|| typed.to_owned()))
            }
            CustomKind::Checkbox => match typed.to_lowercase().as_str() {
                "yes" | "y" | "true" | "1" | "x" | "✓" | "ja" | "oui" | "si" | "sí" => CustomValue::Checkbox(true),
                "no" | "n" | "false" | "0" | "nein" | "non" => CustomValue::Checkbox(false),
                _ => return Err(BadValue::NotYesOrNo),
            },
            CustomKind::Link => CustomValue::Link(typed.to_owned()),
        };
        self.check(&value)?;
        Ok(Some(value))
    }

    /// Whether the value may be written into this field.
    pub fn check(&self, value: &CustomValue) -> Result<(), BadValue> {
        let short = |text: &str, max| match text.chars().count() > max {
            true => Err(BadValue::TooLong { max }),
            false => Ok(()),
        };
        if !value.is_of(&self.kind) {
            return Err(BadValue::WrongKind { kind: self.kind.label().to_lowercase() });
        }
        match (&self.kind, value) {
            (CustomKind::Select { options }, CustomValue::Select(text)) if !options.contains(text) => {
                Err(BadValue::NotAnOption { options: options.join(", ") })
            }
            (_, CustomValue::Text(text)) => short(text, TEXT_MAX),
            (_, CustomValue::Link(text)) if !is_link(text) => Err(BadValue::NotALink),
            (_, CustomValue::Link(text)) => short(text, LINK_MAX),
            _ => Ok(()),
        }
    }

    /// Everything that is wrong with these settings; `others` are the labels of the migration's other fields.
    pub fn problems(&self, others: &[&str]) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let label = self.label.trim();
        if label.is_empty() {
            problems.push(FieldError::new("label", "Give the field a name."));
        } else if label.chars().count() > LABEL_MAX || label.chars().any(char::is_control) {
            problems.push(FieldError::new("label", format!("At most {LABEL_MAX} characters, in one line.")));
        } else if others.iter().any(|other| other.to_lowercase() == label.to_lowercase()) {
            problems.push(FieldError::new("label", "Another column has this name."));
        }
        if let CustomKind::Select { options } = &self.kind {
            problems.extend(option_problem(options).map(|message| FieldError::new("options", message)));
        }
        if let Some(Err(problem)) = self.default.as_ref().map(|value| self.check(value)) {
            problems.push(FieldError::new("default", problem.to_string()));
        }
        problems
    }
}

fn option_problem(options: &[String]) -> Option<String> {
    let mut seen = std::collections::BTreeSet::new();
    if options.is_empty() {
        return Some("Give at least one option, each on a line of its own.".to_owned());
    }
    if options.len() > OPTIONS_MAX {
        return Some(format!("At most {OPTIONS_MAX} options."));
    }
    for option in options {
        if option.trim().is_empty() || option.trim() != option || option.chars().any(char::is_control) {
            return Some("An option has no blanks around it and stands on one line.".to_owned());
        }
        if option.chars().count() > OPTION_MAX {
            return Some(format!("“{option}” is longer than {OPTION_MAX} characters."));
        }
        if !seen.insert(option.to_lowercase()) {
            return Some(format!("“{option}” is there twice."));
        }
    }
    None
}

/// Only the two web schemes: a link such as `javascript:…` must never be followed.
fn is_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let plain = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    plain && rest.is_some_and(|rest| rest.chars().next().is_some_and(char::is_alphanumeric))
}

/// A number with up to four decimals, exact: equal numbers are equal values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

/// Ten thousandths per one.
const SCALE: i64 = 10_000;

impl Decimal {
    /// Reads `-1234.5`. Groups of digits may be parted by blanks or apostrophes; a comma alone counts as the decimal
    /// mark, and commas before a point as groups.
    pub fn parse(text: &str) -> Option<Decimal> {
        let mut text: String =
            text.trim().chars().filter(|c| !matches!(c, ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}')).collect();
        if text.contains('.') {
            text.retain(|c| c != ',');
        } else if text.matches(',').count() == 1 {
            text = text.replace(',', ".");
        }
        let (negative, digits) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let part = part.trim_end_matches('0');
        if whole.is_empty() && part.is_empty() || !numeric(whole) || !numeric(part) || part.len() > 4 {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i64 = if part.is_empty() { 0 } else { format!("{part:0<4}").parse().ok()? };
        let value = whole.checked_mul(SCALE)?.checked_add(part)?;
        Some(Decimal(if negative { -value } else { value }))
    }

    /// The number times 10,000: exact, and in the order of the numbers.
    pub fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// The nearest floating-point number, for spreadsheets.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }
}

impl From<i32> for Decimal {
    fn from(whole: i32) -> Self {
        Decimal(i64::from(whole) * SCALE)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / SCALE as u64, self.0.unsigned_abs() % SCALE as u64);
        let sign = if self.0 < 0 { "-" } else { "" };
        match part {
            0 => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{}", format!("{part:04}").trim_end_matches('0')),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::parse(&text).ok_or_else(|| serde::de::Error::custom("not a number with up to four decimals"))
    }
}

/// The field with this number among a migration's.
pub fn field_of(fields: &[CustomField], number: FieldNumber) -> Option<&CustomField> {
    fields.iter().find(|field| field.number == number)
}

#[cfg(test)]
#[path = "custom_tests.rs"]
mod tests;
