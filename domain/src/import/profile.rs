//! What a row changes of a customer in the directory.

use super::row::RowInput;
use crate::customer::{Contact, Fact, Profile};
use crate::field::{Field, FieldChange};
use serde_json::{Value, json};

/// The profile with the row's values in it.
pub(super) fn merged(profile: &Profile, input: &RowInput) -> Profile {
    let mut merged = profile.clone();
    let set = |field: &mut String, value: &Option<String>| {
        if let Some(value) = value {
            value.clone_into(field);
        }
    };
    set(&mut merged.name, &input.name);
    set(&mut merged.plan, &input.plan);
    set(&mut merged.region, &input.region);
    set(&mut merged.language, &input.language);
    set(&mut merged.time_zone, &input.time_zone);
    merged.channel = input.channel.or(merged.channel);
    let contact = [&input.contact_name, &input.contact_email, &input.contact_role, &input.contact_phone];
    if contact.iter().any(|cell| cell.is_some()) {
        if merged.contacts.is_empty() {
            merged.add_contact(Contact::default());
        }
        let main = &mut merged.contacts[0];
        set(&mut main.name, &input.contact_name);
        set(&mut main.email, &input.contact_email);
        set(&mut main.role, &input.contact_role);
        set(&mut main.phone, &input.contact_phone);
    }
    merged
}

/// The fields in which `after` differs, for the event. `None` before: a new customer.
pub fn differences(before: Option<&Profile>, after: &Profile) -> Vec<FieldChange> {
    let nothing = Profile::default();
    let old = values(before.unwrap_or(&nothing));
    let pairs = old.into_iter().zip(values(after));
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after })
        .collect()
}

/// The values that events record; nothing stands for an empty text.
fn values(profile: &Profile) -> [(Field, Value); 10] {
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let main = profile.contacts.first();
    [
        (Field::CustomerName, text(&profile.name)),
        (Field::ContactName, text(main.map_or("", |contact| &contact.name))),
        (Field::ContactEmail, text(main.map_or("", |contact| &contact.email))),
        (Field::ContactRole, text(main.map_or("", |contact| &contact.role))),
        (Field::ContactPhone, text(main.map_or("", |contact| &contact.phone))),
        (Field::Plan, text(&profile.plan)),
        (Field::Region, text(&profile.region)),
        (Field::Language, text(&profile.language)),
        (Field::TimeZone, text(&profile.time_zone)),
        (Field::Channel, text(profile.fact(Fact::Channel))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_row_says_changes() {
        let contact = Contact { name: "Nils".to_owned(), email: "it@a.example".to_owned(), ..Contact::default() };
        let profile = Profile { name: "A".to_owned(), contacts: vec![contact], ..Profile::default() };
        let input = RowInput { contact_email: Some("ops@a.example".to_owned()), ..RowInput::blank(2) };
        let after = merged(&profile, &input);
        assert_eq!(after.contacts[0].name, "Nils");
        let changes = differences(Some(&profile), &after);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].field, Field::ContactEmail);
        assert_eq!(changes[0].after, json!("ops@a.example"));
        assert_eq!(merged(&profile, &RowInput::blank(2)), profile);
    }

    #[test]
    fn a_new_customer_is_all_changes_from_nothing() {
        let profile = Profile { name: "A".to_owned(), plan: "Team".to_owned(), ..Profile::default() };
        let changes = differences(None, &profile);
        let fields: Vec<_> = changes.iter().map(|change| change.field).collect();
        assert_eq!(fields, [Field::CustomerName, Field::Plan]);
        assert!(changes.iter().all(|change| change.before.is_null()));
    }
}
