//! The words for an account's values: the same in the table, on its page and between two who disagree.

use crate::api::migrations::Overview;
use crate::components::date::{long_day, short_day};
use chrono::{NaiveDate, Timelike};
use domain::clock::Instant;
use domain::custom::CustomField;
use domain::field::Field;
use domain::id::{CohortNumber, UserId};
use domain::state::State;
use domain::view::Column;
use serde_json::Value;

/// An instant in UTC, the same on the server and in the browser: `3 Jun 18:00 UTC`.
pub fn instant_text(instant: Instant, today: NaiveDate) -> String {
    let time = format!("{:02}:{:02} UTC", instant.hour(), instant.minute());
    format!("{} {time}", short_day(instant.date_naive(), today))
}

/// The name of a person who works here.
pub fn person(overview: &Overview, id: &UserId) -> String {
    overview.people.iter().find(|person| person.id == *id).map_or("Unknown", |person| &person.name).to_owned()
}

/// The owner in words: a name, or `Nobody`.
pub fn owner(overview: &Overview, owner: Option<&UserId>) -> String {
    owner.map_or_else(|| "Nobody".to_owned(), |id| person(overview, id))
}

/// The cohort in words: `3 · Main EU`, or `No cohort`.
pub fn cohort(overview: &Overview, number: Option<CohortNumber>) -> String {
    let Some(number) = number else { return "No cohort".to_owned() };
    overview
        .cohorts
        .iter()
        .find(|summary| summary.cohort.number == number)
        .map_or_else(|| format!("Cohort {number}"), |summary| summary.cohort.label())
}

/// A state with what it carries: `Scheduled, 2 Jun 2026`, `Blocked: Data, no tax codes`.
pub fn state(state: &State) -> String {
    let label = state.status().label();
    match state {
        State::Scheduled { plan } => format!("{label}, {}", long_day(plan.date)),
        State::Blocked { blocker, .. } if blocker.text.is_empty() => format!("{label}: {}", blocker.category.label()),
        State::Blocked { blocker, .. } => format!("{label}: {}, {}", blocker.category.label(), blocker.text),
        State::RolledBack { reason, .. } => format!("{label}: {reason}"),
        _ => label.to_owned(),
    }
}

/// The name of what an event changed; a migration's own fields have names of their own.
pub fn field(fields: &[CustomField], field: Field) -> String {
    match field {
        Field::Custom(number) => Column::Custom(number).heading(fields),
        built_in => built_in.label().to_owned(),
    }
}

/// The recorded value of a custom field, if it is one.
pub fn custom_value(value: &Value) -> Option<String> {
    let content = value.get("value")?;
    match value.get("is")?.as_str()? {
        "date" => content.as_str()?.parse().ok().map(long_day),
        "checkbox" => Some(if content.as_bool()? { "yes" } else { "no" }.to_owned()),
        _ => content.as_str().map(str::to_owned),
    }
}

/// How long ago, roughly: `8 s ago`, `3 min ago`, `2 h ago`.
pub fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// What an event says of a message: `Reminder to contact 2: sent`.
pub fn message(value: &Value) -> Option<String> {
    let Some(object) = value.as_object() else {
        return value.as_str().map(|code| domain::notice::list::state_label(code).to_owned());
    };
    let part = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = domain::notice::NoticeKind::from_code(part("kind")).map_or("Message", |kind| kind.label());
    let state = domain::notice::list::state_label(part("state"));
    let answer = part("answer");
    Some(if answer.is_empty() { format!("{kind}: {state}") } else { format!("{kind}: {state} – {answer}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn instants_are_told_in_utc() {
        let today: NaiveDate = "2026-05-21".parse().unwrap_or_default();
        let instant = chrono::Utc.with_ymd_and_hms(2026, 6, 3, 18, 5, 0).single().unwrap_or_default();
        assert_eq!(instant_text(instant, today), "3 Jun 18:05 UTC");
    }

    #[test]
    fn recorded_values_of_custom_fields_are_told_as_they_are_shown() {
        use domain::custom::{CustomValue, Decimal};
        let told = |value: CustomValue| custom_value(&serde_json::json!(value));
        assert_eq!(told(CustomValue::Date("2026-05-21".parse().unwrap_or_default())).as_deref(), Some("21 May 2026"));
        assert_eq!(told(CustomValue::Checkbox(false)).as_deref(), Some("no"));
        assert_eq!(told(CustomValue::Number(Decimal::from(12))).as_deref(), Some("12"));
        assert_eq!(told(CustomValue::Link("https://a.example".into())).as_deref(), Some("https://a.example"));
        assert_eq!(custom_value(&serde_json::json!("as it was")), None);
        assert_eq!(field(&[], Field::Custom(domain::id::FieldNumber(3))), "Field 3");
        assert_eq!(field(&[], Field::Owner), "Owner");
    }

    #[test]
    fn the_past_is_told_roughly() {
        let told: Vec<_> = [8, 200, 7_300, 200_000].into_iter().map(ago).collect();
        assert_eq!(told, ["8 s ago", "3 min ago", "2 h ago", "2 days ago"]);
    }
}
