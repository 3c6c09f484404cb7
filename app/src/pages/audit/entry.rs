//! One entry of the log.

use crate::api::audit::AuditEntry;
use crate::components::date::long_day;
use crate::components::icon::Icon;
use crate::components::number::{counted, grouped};
use crate::components::state::StateWord;
use crate::pages::accounts::words::{custom_value, field as field_name};
use chrono::{DateTime, NaiveDate, Timelike, Utc};
use domain::blocker::BlockerCategory;
use domain::custom::CustomField;
use domain::event::{EventKind, Recorded, RecordedChange};
use domain::field::Field;
use domain::id::UserId;
use domain::policy::Role;
use domain::status::Status;
use leptos::prelude::*;
use serde_json::Value;

/// What entries call by number.
pub struct Names {
    pub people: Vec<(UserId, String)>,
    pub fields: Vec<CustomField>,
}

/// Who did what, before and after, when and from where.
#[component]
pub fn Entry(entry: AuditEntry, names: StoredValue<Names>) -> impl IntoView {
    let AuditEntry { event, who, when, about } = entry;
    let refused = matches!(event.kind, EventKind::Denied | EventKind::SignInRefused);
    let hash = event.hash.chars().take(12).collect::<String>();
    view! {
        <li class="audit-entry" class:denied=refused>
            <p class="what">
                {refused.then(|| view! { <Icon name="alert" /> })}
                <b>{who}</b>
                " "
                {event.kind.label()}
                {(!about.is_empty()).then(|| view! { " " <span class="about">{about}</span> })}
            </p>
            <p class="when">
                <span>{when}</span>
                " "
                <span title=format!("Hash {hash}…")>{format!("#{}", grouped(event.seq))}</span>
                {(!event.from.is_empty()).then(|| view! { " " <span>"from " {event.from}</span> })}
            </p>
            {(!event.changes.is_empty())
                .then(|| view! {
                    <dl class="audit-changes">{event.changes.into_iter().map(|change| change_line(change, names)).collect_view()}</dl>
                })}
            {(event.parts > 0).then(|| view! { <p class="soft">{counted(event.parts, "thing", "things")} " in this entry"</p> })}
        </li>
    }
    .into_any()
}

fn change_line(change: RecordedChange, names: StoredValue<Names>) -> impl IntoView {
    let RecordedChange { field, before, after } = change;
    let was = (!before.is_nothing()).then(|| {
        view! {
            <span class="before">{value(field, before, names)}</span>
            <Icon name="arrow" />
            <span class="visually-hidden">" became "</span>
        }
    });
    view! {
        <div>
            <dt>{names.with_value(|names| field_name(&names.fields, field))}</dt>
            <dd>
                {was}
                <span class="after">{value(field, after, names)}</span>
            </dd>
        </div>
    }
    .into_any()
}

fn value(field: Field, recorded: Recorded, names: StoredValue<Names>) -> AnyView {
    let value = match recorded {
        Recorded::Erased => return view! { <em class="erased">"erased"</em> }.into_any(),
        Recorded::Value(value) => value,
    };
    if field == Field::Status
        && let Some(status) = value.as_str().and_then(Status::from_code)
    {
        return view! { <StateWord status /> }.into_any();
    }
    let owner = (field == Field::Owner).then(|| names.with_value(|names| name_of(&value, &names.people))).flatten();
    owner.unwrap_or_else(|| words(field, &value)).into_any()
}

fn name_of(value: &Value, people: &[(UserId, String)]) -> Option<String> {
    let id = value.as_str()?;
    people.iter().find(|(person, _)| person.as_str() == id).map(|(_, name)| name.clone())
}

/// A recorded value as the screens elsewhere word it.
fn words(field: Field, value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) if field == Field::Cohort => format!("cohort {number}"),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), grouped),
        Value::String(text) => text_words(field, text).unwrap_or_else(|| text.clone()),
        Value::Array(items) => items.iter().map(|item| words(field, item)).collect::<Vec<_>>().join(", "),
        other => custom_value(other).unwrap_or_else(|| other.to_string()),
    }
}

fn text_words(field: Field, text: &str) -> Option<String> {
    match field {
        Field::ScheduledFor | Field::Deadline => text.parse::<NaiveDate>().ok().map(long_day),
        Field::MigratedAt | Field::RollbackUntil | Field::WindowStarts | Field::WindowEnds => {
            text.parse::<DateTime<Utc>>().ok().map(moment)
        }
        Field::BlockerCategory => BlockerCategory::from_code(text).map(|category| category.label().to_owned()),
        Field::Role => Role::from_code(text).map(|role| role.label().to_owned()),
        _ => None,
    }
}

fn moment(at: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02} UTC", long_day(at.date_naive()), at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_read_as_on_other_screens() {
        assert_eq!(words(Field::Deadline, &json!("2026-06-30")), "30 Jun 2026");
        assert_eq!(words(Field::RollbackUntil, &json!("2026-06-30T08:05:00Z")), "30 Jun 2026, 08:05 UTC");
        assert_eq!(words(Field::Role, &json!("lead")), "Lead");
        assert_eq!(words(Field::Rows, &json!(12480)), "12,480");
        assert_eq!(words(Field::Name, &json!(null)), "nothing");
        assert_eq!(words(Field::Published, &json!(true)), "yes");
        assert_eq!(words(Field::Comment, &json!("As it is")), "As it is");
        assert_eq!(words(Field::TemplateCohorts, &json!(["Pilot", "Main"])), "Pilot, Main");
        assert_eq!(words(Field::FieldKind, &json!("select")), "select");
    }
}
