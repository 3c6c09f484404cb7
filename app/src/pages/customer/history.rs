//! What changed of the customer in the directory, the newest first: who, when, before and after.

use crate::api::accounts::HistoryEntry;
use crate::api::customers::CustomerDetail;
use crate::components::icon::Icon;
use crate::components::number::grouped;
use domain::customer::{Channel, Profile};
use domain::event::{Recorded, RecordedChange};
use domain::field::Field;
use domain::id::ContactNumber;
use domain::language;
use leptos::prelude::*;
use serde_json::Value;

/// The history of the directory's entry; what happened to its accounts stands at those.
#[component]
pub fn History(detail: RwSignal<CustomerDetail>) -> impl IntoView {
    let entries = Memo::new(move |_| detail.with(|detail| (detail.history.clone(), detail.profile.clone())));
    let days = move || {
        let (entries, profile) = entries.get();
        if entries.is_empty() {
            return view! { <p class="soft no-entries">"Nothing here yet."</p> }.into_any();
        }
        entries
            .chunk_by(|a, b| a.day == b.day)
            .map(|day| {
                let heading = day.first().map(|entry| entry.day.clone()).unwrap_or_default();
                let entries = day.iter().map(|entry| view! { <Entry entry=entry.clone() profile=profile.clone() /> });
                view! {
                    <h3 class="day">{heading}</h3>
                    <ol class="entries">{entries.collect_view()}</ol>
                }
            })
            .collect_view()
            .into_any()
    };
    view! {
        <section class="history" aria-labelledby="history-title">
            <header>
                <h2 id="history-title">"Changes in the directory"</h2>
            </header>
            {days}
        </section>
    }
    .into_any()
}

#[component]
fn Entry(entry: HistoryEntry, profile: Profile) -> impl IntoView {
    let whom = entry.changes.iter().find_map(|change| contact_of(change, &profile));
    let changes = entry.changes.into_iter().filter(|change| change.field != Field::Contact);
    let of_contact = whom.is_some();
    let changes = changes.map(|change| view! { <Diff change of_contact profile=profile.clone() /> }).collect_view();
    view! {
        <li class="entry">
            <span class="mark">
                <Icon name="customers" />
            </span>
            <div>
                <p class="what">
                    <b>{entry.who}</b>
                    " "
                    {entry.kind.label()}
                    {whom.map(|whom| view! { <span class="soft">{format!(" · {whom}")}</span> })}
                </p>
                {changes}
            </div>
            <p class="when">
                <time datetime=entry.at.to_rfc3339()>{entry.time} " UTC"</time>
                <span class="seq" title="Its number in the audit log">
                    "#"
                    {grouped(entry.seq)}
                </span>
            </p>
        </li>
    }
    .into_any()
}

/// Which contact an entry is about: as it is called now, else by its number.
fn contact_of(change: &RecordedChange, profile: &Profile) -> Option<String> {
    let number = |recorded: &Recorded| match recorded {
        Recorded::Value(value) => value.as_u64().and_then(|number| u32::try_from(number).ok()),
        Recorded::Erased => None,
    };
    (change.field == Field::Contact).then_some(())?;
    number(&change.after).or_else(|| number(&change.before)).map(|number| called(number, profile))
}

fn called(number: u32, profile: &Profile) -> String {
    let contact = profile.contact(ContactNumber(number));
    contact.map_or_else(|| format!("contact no. {number}"), |contact| contact.called().to_owned())
}

/// One field, before → after.
#[component]
fn Diff(change: RecordedChange, of_contact: bool, profile: Profile) -> impl IntoView {
    let side = |recorded: &Recorded| match recorded {
        Recorded::Erased => view! { <span class="erased">"erased"</span> }.into_any(),
        Recorded::Value(Value::Null) => view! { <span class="soft">"none"</span> }.into_any(),
        Recorded::Value(value) => words(change.field, value, &profile).into_any(),
    };
    view! {
        <div class="diff">
            <span class="field-name">{label(change.field, of_contact)}</span>
            <del class:nothing=change.before.is_nothing()>{side(&change.before)}</del>
            <Icon name="arrow" />
            <span class="visually-hidden">"became"</span>
            <ins>{side(&change.after)}</ins>
        </div>
    }
    .into_any()
}

/// Shorter than in the audit log: the entry says already whose it is.
fn label(field: Field, of_contact: bool) -> &'static str {
    match field {
        Field::CustomerName => "Name",
        Field::ContactName if !of_contact => "Main contact",
        Field::ContactName => "Name",
        Field::ContactEmail => "E-mail",
        Field::ContactPhone => "Phone",
        Field::ContactRole => "Role",
        Field::ContactLanguage => "Language",
        Field::ContactTimeZone => "Time zone",
        Field::ContactChannel | Field::Channel => "Channel",
        Field::MainContact => "Main contact",
        other => other.label(),
    }
}

fn words(field: Field, value: &Value, profile: &Profile) -> String {
    match (field, value) {
        (Field::MainContact, Value::Number(number)) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .map(|number| called(number, profile))
            .unwrap_or_default(),
        (_, Value::String(text)) => fact_words(field, text),
        (_, Value::Number(number)) => number.as_u64().map_or_else(|| number.to_string(), grouped),
        (_, other) => other.to_string(),
    }
}

/// A fact's text as people read it.
pub fn fact_words(field: Field, text: &str) -> String {
    match field {
        Field::Language | Field::ContactLanguage => language::named(text),
        Field::Channel | Field::ContactChannel => {
            Channel::from_code(text).map_or_else(|| text.to_owned(), |channel| channel.label().to_owned())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer::Contact;
    use serde_json::json;

    #[test]
    fn entries_name_the_contact_as_it_is_called_now() {
        let mut profile = Profile::default();
        profile.add_contact(Contact { name: "Nils".to_owned(), ..Contact::default() });
        let of = |before, after| {
            let (before, after) = (Recorded::Value(before), Recorded::Value(after));
            contact_of(&RecordedChange { field: Field::Contact, before, after }, &profile)
        };
        assert_eq!(of(json!(null), json!(1)).as_deref(), Some("Nils"));
        assert_eq!(of(json!(7), json!(null)).as_deref(), Some("contact no. 7"));
        assert_eq!(words(Field::MainContact, &json!(1), &profile), "Nils");
        assert_eq!(words(Field::ContactLanguage, &json!("de"), &profile), "German, de");
        assert_eq!(words(Field::Channel, &json!("phone"), &profile), "Phone");
    }
}
