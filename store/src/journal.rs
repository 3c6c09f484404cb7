//! The log: sealing changes into hash-chained events, reading them back, verifying the chain.
//!
//! Hashed is the stored canonical text, never re-serialised values. Personal values lie in a row beside the event and
//! the event holds only their salted hash, with the salt lying at the value: erasing both leaves the chain valid.

use crate::db::record;
use crate::error::StoreError;
use crate::rows::{EventRow, PersonalRow, from_text, to_text};
use domain::actor::Actor;
use domain::clock::Instant;
use domain::event::{Draft, Event, EventKind, PersonRef, Recorded, RecordedChange, Stream, Subject};
use domain::field::{Field, FieldChange};
use domain::id::CommandId;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use surrealdb::types::SurrealValue;

/// Version of the canonical text, hashed with it.
const FORMAT: u32 = 1;

/// Where a stream stands: the last sequence number and its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub seq: u64,
    pub hash: String,
}

/// The canonical text of an event. The order of the fields is part of the format.
#[derive(Serialize, Deserialize)]
struct Body {
    format: u32,
    stream: String,
    seq: u64,
    at: Instant,
    actor: Actor,
    from: Slot,
    command: CommandId,
    kind: EventKind,
    subject: Subject,
    changes: Vec<BodyChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<BodyPart>,
}

#[derive(Serialize, Deserialize)]
struct BodyChange {
    field: Field,
    #[serde(default, skip_serializing_if = "Slot::is_nothing")]
    before: Slot,
    #[serde(default, skip_serializing_if = "Slot::is_nothing")]
    after: Slot,
}

#[derive(Serialize, Deserialize)]
struct BodyPart {
    subject: Subject,
    created: bool,
    changes: Vec<BodyChange>,
}

/// A value in the canonical text: itself, or the salted hash of a personal one with its number in the event.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Slot {
    #[serde(rename = "v")]
    Plain(Value),
    #[serde(rename = "p")]
    Personal { n: u32, h: String },
}

impl Default for Slot {
    fn default() -> Self {
        Slot::Plain(Value::Null)
    }
}

impl Slot {
    fn is_nothing(&self) -> bool {
        matches!(self, Slot::Plain(Value::Null))
    }
}

/// A personal value beside its event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    n: u32,
    person: Option<PersonRef>,
    salt: String,
    value: Value,
}

/// Who writes and when, the same for all events of a command.
pub(crate) struct Stamp<'a> {
    pub actor: &'a Actor,
    pub from: &'a str,
    pub command: &'a CommandId,
    pub at: Instant,
}

/// An event ready to be written.
pub(crate) struct Sealed {
    pub event: EventRow,
    pub personal: Option<PersonalRow>,
}

/// Seals a draft as the next event after `head` and moves `head` to it.
pub(crate) fn seal(draft: &Draft, stamp: &Stamp<'_>, head: &mut Head) -> Sealed {
    let mut sealer = Sealer { entries: Vec::new() };
    let seq = head.seq + 1;
    let from = sealer.personal(Value::from(stamp.from), stamp.actor.user().cloned().map(PersonRef::User));
    let changes = sealer.changes(&draft.changes, draft.person.as_ref());
    let parts = draft
        .parts
        .iter()
        .map(|part| BodyPart {
            subject: part.subject.clone(),
            created: part.created,
            changes: sealer.changes(&part.changes, part.person.as_ref()),
        })
        .collect();
    let body = to_text(&Body {
        format: FORMAT,
        stream: draft.stream.key().to_owned(),
        seq,
        at: stamp.at,
        actor: stamp.actor.clone(),
        from,
        command: stamp.command.clone(),
        kind: draft.kind,
        subject: draft.subject.clone(),
        changes,
        parts,
    });
    let previous = std::mem::take(&mut head.hash);
    let hash = chain(&previous, &body);
    *head = Head { seq, hash: hash.clone() };
    let stream = draft.stream.key().to_owned();
    let key = |table| record(table, vec![stream.clone().into_value(), seq.into_value()]);
    let personal = (!sealer.entries.is_empty()).then(|| PersonalRow {
        id: key("personal"),
        stream: stream.clone(),
        seq,
        entries: to_text(&sealer.entries),
    });
    let event = EventRow {
        id: key("event"),
        subject: subject_key(&draft.subject),
        command: stamp.command.0.clone(),
        stream,
        seq,
        body,
        previous,
        hash,
    };
    Sealed { event, personal }
}

/// The subject as the index of the log knows it.
pub(crate) fn subject_key(subject: &Subject) -> String {
    match subject {
        Subject::Whole => "whole".to_owned(),
        Subject::Cohort(number) => format!("cohort:{number}"),
        Subject::Field(number) => format!("field:{number}"),
        Subject::View(id) => format!("view:{id}"),
        Subject::Template(id) => format!("template:{id}"),
        Subject::NoticeTemplate(number) => format!("notice_template:{number}"),
        Subject::Component(number) => format!("component:{number}"),
        Subject::Incident(number) => format!("incident:{number}"),
        Subject::IncidentTemplate(number) => format!("incident_template:{number}"),
        Subject::Account(number) => format!("account:{number}"),
        Subject::Import(id) => format!("import:{id}"),
        Subject::Bulk(id) => format!("bulk:{id}"),
        Subject::User(id) => format!("user:{id}"),
        Subject::Customer(id) => format!("customer:{id}"),
        Subject::Subscriber(number) => format!("subscriber:{number}"),
    }
}

struct Sealer {
    entries: Vec<Entry>,
}

impl Sealer {
    fn changes(&mut self, changes: &[FieldChange], person: Option<&PersonRef>) -> Vec<BodyChange> {
        changes
            .iter()
            .map(|change| {
                let mut slot = |value: &Value| match change.field.is_personal() && !value.is_null() {
                    true => self.personal(value.clone(), person.cloned()),
                    false => Slot::Plain(value.clone()),
                };
                let before = slot(&change.before);
                BodyChange { field: change.field, before, after: slot(&change.after) }
            })
            .collect()
    }

    fn personal(&mut self, value: Value, person: Option<PersonRef>) -> Slot {
        let mut salt = [0_u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let salt = hex(&salt);
        let n = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let h = salted(&salt, &value);
        self.entries.push(Entry { n, person, salt, value });
        Slot::Personal { n, h }
    }
}

fn chain(previous: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(b"\n");
    hasher.update(body.as_bytes());
    hex(&hasher.finalize())
}

fn salted(salt: &str, value: &Value) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt.as_bytes());
    hasher.update(b"\n");
    hasher.update(value.to_string().as_bytes());
    hex(&hasher.finalize())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An event with the personal values that are still there. Of an event about many things, `part` picks one thing's
/// changes.
pub(crate) fn read(row: &EventRow, personal: &[Entry], part: Option<&Subject>) -> Result<Event, StoreError> {
    let body: Body = from_text(&row.body)?;
    let value = |slot: Slot| recorded(slot, personal);
    let parts = u32::try_from(body.parts.len()).unwrap_or(u32::MAX);
    let mut kind = body.kind;
    let chosen = match part {
        Some(part) => body.parts.into_iter().find(|candidate| candidate.subject == *part).map(|part| {
            if part.created {
                kind = match part.subject {
                    Subject::Customer(_) => EventKind::CustomerCreated,
                    _ => EventKind::AccountCreated,
                };
            }
            part.changes
        }),
        None => None,
    };
    let changes = chosen.unwrap_or(body.changes);
    let from = match value(body.from) {
        Recorded::Value(Value::String(from)) => from,
        _ => "erased".to_owned(),
    };
    Ok(Event {
        stream: Stream::from_key(&body.stream),
        seq: body.seq,
        at: body.at,
        actor: body.actor,
        from,
        command: body.command,
        kind,
        subject: body.subject,
        changes: changes
            .into_iter()
            // Only an undo reads the whole state; people read its parts, which stand beside it.
            .filter(|change| !matches!(change.field, Field::WholeState | Field::WholeStateText))
            .map(|change| RecordedChange {
                field: change.field,
                before: value(change.before),
                after: value(change.after),
            })
            .collect(),
        parts,
        hash: row.hash.clone(),
    })
}

/// Who wrote an event, what it is about, and all that it says of that, for taking it back.
pub(crate) fn own_changes(
    row: &EventRow,
    personal: &[Entry],
) -> Result<(Actor, Subject, Vec<RecordedChange>), StoreError> {
    let body: Body = from_text(&row.body)?;
    let changes = body.changes.into_iter().map(|change| RecordedChange {
        field: change.field,
        before: recorded(change.before, personal),
        after: recorded(change.after, personal),
    });
    Ok((body.actor, body.subject, changes.collect()))
}

fn recorded(slot: Slot, personal: &[Entry]) -> Recorded {
    match slot {
        Slot::Plain(value) => Recorded::Value(value),
        // The entries are in the order of their numbers, some perhaps erased.
        Slot::Personal { n, .. } => match personal.binary_search_by_key(&n, |entry| entry.n) {
            Ok(index) => Recorded::Value(personal[index].value.clone()),
            Err(_) => Recorded::Erased,
        },
    }
}

/// One thing's changes within an event about many, as the log has them.
pub(crate) struct ReadPart {
    pub subject: Subject,
    pub created: bool,
    pub changes: Vec<RecordedChange>,
}

/// All parts of an event about many things, with what it is and who wrote it.
pub(crate) fn read_parts(row: &EventRow, personal: &[Entry]) -> Result<(EventKind, Actor, Vec<ReadPart>), StoreError> {
    let body: Body = from_text(&row.body)?;
    let read = |change: BodyChange| RecordedChange {
        field: change.field,
        before: recorded(change.before, personal),
        after: recorded(change.after, personal),
    };
    let parts = body.parts.into_iter().map(|part| ReadPart {
        subject: part.subject,
        created: part.created,
        changes: part.changes.into_iter().map(read).collect(),
    });
    Ok((body.kind, body.actor, parts.collect()))
}

/// The personal values beside an event, without those of `person`; how many were taken out.
pub(crate) fn without(row: &PersonalRow, person: &PersonRef) -> Result<(PersonalRow, u32), StoreError> {
    let entries: Vec<Entry> = from_text(&row.entries)?;
    let before = entries.len();
    let kept: Vec<_> = entries.into_iter().filter(|entry| entry.person.as_ref() != Some(person)).collect();
    let removed = u32::try_from(before - kept.len()).unwrap_or(u32::MAX);
    Ok((PersonalRow { entries: to_text(&kept), ..row.clone() }, removed))
}

/// The entries of a personal row.
pub(crate) fn entries(row: &PersonalRow) -> Result<Vec<Entry>, StoreError> {
    from_text(&row.entries)
}

/// Follows a chain event by event.
pub(crate) struct Verifier {
    expected: Head,
    /// Personal values that are gone.
    pub erased: u64,
}

impl Verifier {
    /// Starts before the first event.
    pub(crate) fn new() -> Self {
        Verifier { expected: Head::default(), erased: 0 }
    }

    /// Where the chain has been followed to.
    pub(crate) fn head(&self) -> &Head {
        &self.expected
    }

    /// Checks the next event; an error says what is wrong with it.
    pub(crate) fn next(&mut self, row: &EventRow, personal: &[Entry]) -> Result<(), String> {
        let seq = self.expected.seq + 1;
        if row.seq != seq {
            return Err(format!("Event {seq} is missing."));
        }
        if row.previous != self.expected.hash {
            return Err(format!("Event {seq} does not follow the event before it."));
        }
        if chain(&row.previous, &row.body) != row.hash {
            return Err(format!("Event {seq} was altered after it was written."));
        }
        let body: Body = serde_json::from_str(&row.body).map_err(|_| format!("Event {seq} cannot be read."))?;
        if body.seq != seq || body.stream != row.stream {
            return Err(format!("Event {seq} was moved from another place."));
        }
        let changes = body.changes.iter().chain(body.parts.iter().flat_map(|part| &part.changes));
        let slots = std::iter::once(&body.from).chain(changes.flat_map(|change| [&change.before, &change.after]));
        for slot in slots {
            let Slot::Personal { n, h } = slot else { continue };
            match personal.iter().find(|entry| entry.n == *n) {
                None => self.erased += 1,
                Some(entry) if salted(&entry.salt, &entry.value) == *h => {}
                Some(_) => return Err(format!("A personal value beside event {seq} was altered.")),
            }
        }
        self.expected = Head { seq, hash: row.hash.clone() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::UserId;

    fn three_events() -> Vec<Sealed> {
        let mut head = Head::default();
        let actor = Actor::User { id: UserId::from("u1") };
        let command = CommandId::from("c1");
        let stamp = Stamp { actor: &actor, from: "127.0.0.1", command: &command, at: DateTime::UNIX_EPOCH };
        (0..3)
            .map(|n| {
                let changes = vec![
                    FieldChange::set(Field::Comment, format!("text {n}")),
                    FieldChange::set(Field::Status, "completed"),
                ];
                let draft = Draft::new(Stream::Workspace, EventKind::CommentAdded, Subject::Whole, changes)
                    .about(PersonRef::Customer("C-1".into()));
                seal(&draft, &stamp, &mut head)
            })
            .collect()
    }

    fn personal(sealed: &Sealed) -> Vec<Entry> {
        sealed.personal.as_ref().map(|row| entries(row).unwrap_or_default()).unwrap_or_default()
    }

    fn verify(events: &[Sealed]) -> Result<u64, String> {
        let mut verifier = Verifier::new();
        for sealed in events {
            verifier.next(&sealed.event, &personal(sealed))?;
        }
        Ok(verifier.erased)
    }

    #[test]
    fn an_untouched_chain_verifies() {
        assert_eq!(verify(&three_events()), Ok(0));
    }

    #[test]
    fn erasing_a_person_keeps_the_chain_valid_and_shows_erased() {
        let mut events = three_events();
        let row = events[1].personal.clone().map(|row| without(&row, &PersonRef::Customer("C-1".into())));
        let Some(Ok((row, removed))) = row else { panic!("nothing personal beside the event") };
        assert_eq!(removed, 1);
        events[1].personal = Some(row);
        assert_eq!(verify(&events), Ok(1));
        let event = read(&events[1].event, &personal(&events[1]), None).map(|event| event.changes[0].after.clone());
        assert!(matches!(event, Ok(Recorded::Erased)));
        assert!(!events[1].event.body.contains("text 1"), "the personal value is in the event itself");
    }

    #[test]
    fn altered_missing_and_reordered_events_are_found() {
        let mut altered = three_events();
        altered[1].event.body = altered[1].event.body.replace("completed", "blocked");
        assert_eq!(verify(&altered), Err("Event 2 was altered after it was written.".into()));

        let mut missing = three_events();
        missing.remove(1);
        assert_eq!(verify(&missing), Err("Event 2 is missing.".into()));

        let mut rewritten = three_events();
        let row = &mut rewritten[0].event;
        row.body = row.body.replace("completed", "blocked");
        row.hash = chain(&row.previous, &row.body);
        assert_eq!(verify(&rewritten), Err("Event 2 does not follow the event before it.".into()));

        let mut value = three_events();
        if let Some(row) = &mut value[2].personal {
            row.entries = row.entries.replace("text 2", "text 9");
        }
        assert_eq!(verify(&value), Err("A personal value beside event 3 was altered.".into()));
    }
}
