//! What events record of a customer's change: one about its facts, one per contact.

use super::{Contact, ContactFact, Fact, Profile};
use crate::event::EventKind;
use crate::field::{Field, FieldChange};
use crate::id::ContactNumber;
use serde_json::{Value, json};

/// One event to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub kind: EventKind,
    pub changes: Vec<FieldChange>,
}

/// The events of a change; none when nothing changed.
pub fn records(before: &Profile, after: &Profile) -> Vec<Record> {
    let mut records = Vec::new();
    let mut facts = facts(before, after);
    let mains = [before.main_contact(), after.main_contact()];
    if mains[0] != mains[1] && mains.iter().all(|main| !main.is_none()) {
        facts.push(FieldChange { field: Field::MainContact, before: json!(mains[0]), after: json!(mains[1]) });
    }
    if !facts.is_empty() {
        records.push(Record { kind: EventKind::CustomerChanged, changes: facts });
    }
    for contact in &before.contacts {
        match after.contact(contact.number) {
            None => records.push(of_contact(EventKind::ContactRemoved, contact.number, Some(contact), None)),
            Some(now) if now != contact => {
                records.push(of_contact(EventKind::ContactChanged, contact.number, Some(contact), Some(now)));
            }
            Some(_) => {}
        }
    }
    let added = after.contacts.iter().filter(|contact| before.contact(contact.number).is_none());
    records.extend(added.map(|contact| of_contact(EventKind::ContactAdded, contact.number, None, Some(contact))));
    records
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn facts(before: &Profile, after: &Profile) -> Vec<FieldChange> {
    let changed = Fact::ALL.iter().filter(|fact| before.fact(**fact) != after.fact(**fact));
    changed
        .map(|fact| FieldChange {
            field: fact.field(),
            before: text(before.fact(*fact)),
            after: text(after.fact(*fact)),
        })
        .collect()
}

fn of_contact(kind: EventKind, number: ContactNumber, before: Option<&Contact>, after: Option<&Contact>) -> Record {
    let nothing = Contact::default();
    let (old, new) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let which = match after {
        Some(_) => FieldChange::set(Field::Contact, number.0),
        None => FieldChange { field: Field::Contact, before: json!(number), after: Value::Null },
    };
    let changed = ContactFact::ALL.iter().filter(|fact| old.fact(**fact) != new.fact(**fact));
    let changed = changed.map(|fact| FieldChange {
        field: fact.field(),
        before: text(old.fact(*fact)),
        after: text(new.fact(*fact)),
    });
    Record { kind, changes: std::iter::once(which).chain(changed).collect() }
}
