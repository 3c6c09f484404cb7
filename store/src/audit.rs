//! The audit log for admins: reading, verifying, signing heads, erasing people's data.

use crate::acting::{Acting, entries_of, pair};
use crate::commands::Command;
use crate::error::StoreError;
use crate::journal::{Head, Verifier, hex, read, without};
use crate::model::Model;
use crate::rows::{EventRow, PersonalRow};
use crate::tokens::TokenKey;
use crate::writer::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::account::CHUNK_SEQS_MAX;
use domain::actor::Actor;
use domain::clock::Instant;
use domain::custom::field_of;
use domain::customer::Contact;
use domain::event::{Event, EventKind, PersonRef, Stream, Subject};
use domain::id::UserId;
use domain::policy::Action;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// Events read from the database at a time.
const CHUNK: u64 = 500;
/// Most events that one search through the log looks at before it gives up for this page.
const SCAN_MAX: u64 = 50_000;

/// What of a stream to read, the newest first.
#[derive(Clone, Debug)]
pub struct LogQuery {
    pub stream: Stream,
    pub kind: Option<EventKind>,
    pub user: Option<UserId>,
    pub from: Option<Instant>,
    pub until: Option<Instant>,
    /// Only events before this sequence number.
    pub before: Option<u64>,
    pub limit: usize,
}

/// An event with the words for whom and what it names.
#[derive(Clone, Debug)]
pub struct LogEntry {
    pub event: Event,
    pub who: String,
    pub about: String,
}

/// What the verification of one stream found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamVerdict {
    pub stream: Stream,
    pub name: String,
    pub events: u64,
    pub erased: u64,
    pub head: String,
    /// What is broken and where.
    pub broken: Option<String>,
}

/// A person whom a search found.
#[derive(Clone, Debug)]
pub struct PersonMatch {
    pub person: PersonRef,
    pub about: String,
    pub name: String,
    pub email: String,
    pub obstacle: Option<String>,
}

/// The head of a stream, signed with the key that is kept outside the database. Kept elsewhere (the server's log, an
/// export), it proves that nothing before it was cut off or rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    pub stream: Stream,
    pub seq: u64,
    pub hash: String,
    pub signature: String,
}

impl SignedHead {
    /// One line of text: `stream:seq:hash:signature`.
    pub fn to_line(&self) -> String {
        format!("{}:{}:{}:{}", self.stream, self.seq, self.hash, self.signature)
    }

    /// Reads the line of [`SignedHead::to_line`].
    pub fn from_line(line: &str) -> Option<SignedHead> {
        let mut parts = line.trim().split(':');
        let (stream, seq, hash, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let head = SignedHead {
            stream: Stream::from_key(stream),
            seq: seq.parse().ok()?,
            hash: hash.to_owned(),
            signature: signature.to_owned(),
        };
        parts.next().is_none().then_some(head)
    }

    fn signed_text(stream: &Stream, seq: u64, hash: &str) -> String {
        format!("landbridge head 1\n{stream}\n{seq}\n{hash}")
    }
}

/// The key that signs heads.
#[derive(Clone)]
pub(crate) struct Signer {
    key: SigningKey,
}

impl Signer {
    /// Reads the key, or makes one at the first start, readable by its owner only.
    pub(crate) fn load(path: &Path) -> Result<Signer, StoreError> {
        let failed = |error: std::io::Error| StoreError::Corrupt(format!("{}: {error}", path.display()));
        if !path.exists() {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let mut secret = [0_u8; 32];
            rand::RngCore::fill_bytes(&mut rand::rng(), &mut secret);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path).map_err(failed)?;
            file.write_all(hex(&secret).as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let secret = unhex(text.trim())
            .ok_or_else(|| StoreError::Corrupt(format!("{}: not a key of 64 hexadecimal digits", path.display())))?;
        Ok(Signer { key: SigningKey::from_bytes(&secret) })
    }

    /// The key that tokens of customers' links are made with.
    pub(crate) fn token_key(&self) -> TokenKey {
        TokenKey::derived_from(&self.key.to_bytes())
    }

    fn sign(&self, stream: &Stream, head: &Head) -> SignedHead {
        let text = SignedHead::signed_text(stream, head.seq, &head.hash);
        let signature = BASE64.encode(self.key.sign(text.as_bytes()).to_bytes());
        SignedHead { stream: stream.clone(), seq: head.seq, hash: head.hash.clone(), signature }
    }

    fn is_ours(&self, head: &SignedHead) -> bool {
        let key: VerifyingKey = self.key.verifying_key();
        let signature = BASE64.decode(&head.signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let text = SignedHead::signed_text(&head.stream, head.seq, &head.hash);
        signature.is_some_and(|signature| key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

impl Acting<'_> {
    /// Reads a stream of the log, the newest first. The second value continues the reading, if there may be more.
    pub async fn log(&self, query: &LogQuery) -> Result<(Vec<LogEntry>, Option<u64>), StoreError> {
        self.allow(Action::ReadAudit).await?;
        let store = self.store();
        let last = store.model().heads.get(&query.stream).map_or(0, |head| head.seq);
        let mut end = query.before.map_or(last, |before| before.saturating_sub(1).min(last));
        let stop = end.saturating_sub(SCAN_MAX);
        let mut found = Vec::new();
        while end > stop {
            let start = end.saturating_sub(CHUNK - 1).max(1);
            let mut chunk = store.events_between(&query.stream, start, end).await?;
            chunk.reverse();
            for (row, personal) in chunk {
                let event = read(&row, &entries_of(personal.as_ref())?, None)?;
                if query.from.is_some_and(|from| event.at < from) {
                    return Ok((described(&store.model(), found), None));
                }
                if query.wants(&event) {
                    found.push(event);
                }
                if found.len() == query.limit {
                    let older = (row.seq > 1).then_some(row.seq);
                    return Ok((described(&store.model(), found), older));
                }
            }
            end = start - 1;
        }
        Ok((described(&store.model(), found), (end > 0).then_some(end + 1)))
    }

    /// The streams that can be read, with their names.
    pub async fn streams(&self) -> Result<Vec<(Stream, String)>, StoreError> {
        self.allow(Action::ReadAudit).await?;
        Ok(self.store().stream_names())
    }

    /// The names of all users, for filtering.
    pub async fn user_names(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        self.allow(Action::ReadAudit).await?;
        let model = self.store().model();
        Ok(model.users.values().map(|stored| (stored.user.id.clone(), stored.user.name.clone())).collect())
    }

    /// Verifies the hash chains of all streams.
    pub async fn verify(&self) -> Result<Vec<StreamVerdict>, StoreError> {
        self.allow(Action::ReadAudit).await?;
        self.store().verify_all(&[]).await
    }

    /// Looks for people by a part of a name or address, or by external id.
    pub async fn find_person(&self, text: &str) -> Result<Vec<PersonMatch>, StoreError> {
        self.allow(Action::ErasePersons).await?;
        let needle = text.trim().to_lowercase();
        if needle.chars().count() < 2 {
            return Err(StoreError::field("query", "Type at least two characters."));
        }
        let has = |text: &str| text.to_lowercase().contains(&needle);
        let model = self.store().model();
        let users = model.users.values().filter(|stored| has(&stored.user.name) || has(&stored.user.email));
        let users = users.map(|stored| {
            let user = &stored.user;
            let state = if user.disabled { "disabled" } else { "active" };
            PersonMatch {
                person: PersonRef::User(user.id.clone()),
                about: format!("User, {state}"),
                name: user.name.clone(),
                email: user.email.clone(),
                obstacle: (!user.disabled).then(|| "Disable this user first.".to_owned()),
            }
        });
        let has_contact = |contact: &Contact| has(&contact.name) || has(&contact.email) || has(&contact.phone);
        let customers = model.customers.values().filter(|stored| {
            let profile = &stored.customer.profile;
            has(stored.customer.external_id.as_str()) || has(&profile.name) || profile.contacts.iter().any(has_contact)
        });
        let customers = customers.map(|stored| {
            let customer = &stored.customer;
            // The contact that was looked for, else the main one.
            let contacts = &customer.profile.contacts;
            let contact = contacts.iter().find(|contact| has_contact(contact)).or(contacts.first());
            let contact = contact.cloned().unwrap_or_default();
            PersonMatch {
                person: PersonRef::Customer(customer.external_id.clone()),
                about: format!("Customer {} ({})", customer.profile.name, customer.external_id),
                name: contact.name,
                email: contact.email,
                obstacle: None,
            }
        });
        let subscribers = model.migrations.values().flat_map(|migration| {
            let page = migration.migration.public_name().to_owned();
            let id = migration.migration.id.clone();
            let theirs = migration.subscriptions.all.values().filter(|one| has(&one.address));
            theirs.map(move |one| PersonMatch {
                person: PersonRef::Subscriber(id.clone(), one.number),
                about: format!("Subscriber of {page}"),
                name: String::new(),
                email: one.address.clone(),
                obstacle: None,
            })
        });
        let mut found: Vec<PersonMatch> = users.chain(customers).chain(subscribers).take(50).collect();
        found.sort_by(|a, b| a.about.cmp(&b.about));
        Ok(found)
    }

    /// Erases a person's data from the rows and from beside the log; answers how many recorded values are gone.
    pub async fn erase_person(&self, person: &PersonRef, reason: &str) -> Result<u32, StoreError> {
        let permit = self.allow(Action::ErasePersons).await?;
        let (personal, removed) = self.store().personal_without(person).await?;
        let reason = reason.to_owned();
        self.submit(permit, Command::Erase { person: person.clone(), reason, personal, removed }).await?;
        self.store().drop_refused_rows_of(person).await?;
        Ok(removed)
    }
}

impl LogQuery {
    fn wants(&self, event: &Event) -> bool {
        self.kind.is_none_or(|kind| event.kind == kind)
            && self.until.is_none_or(|until| event.at < until)
            && self
                .user
                .as_ref()
                .is_none_or(|user| event.actor.user() == Some(user) || event.subject == Subject::User(user.clone()))
    }
}

impl Store {
    /// Verifies all chains; `kept` are signed heads that must still be part of them.
    pub(crate) async fn verify_all(&self, kept: &[SignedHead]) -> Result<Vec<StreamVerdict>, StoreError> {
        let mut verdicts = Vec::new();
        for (stream, name) in self.stream_names() {
            let kept: Vec<&SignedHead> = kept.iter().filter(|head| head.stream == stream).collect();
            let head = self.model().heads.get(&stream).cloned().unwrap_or_default();
            let (verifier, broken) = self.verify_stream(&stream, &head, &kept).await?;
            verdicts.push(StreamVerdict {
                name,
                events: verifier.head().seq,
                erased: verifier.erased,
                head: verifier.head().hash.chars().take(16).collect(),
                broken,
                stream,
            });
        }
        Ok(verdicts)
    }

    async fn verify_stream(
        &self,
        stream: &Stream,
        head: &Head,
        kept: &[&SignedHead],
    ) -> Result<(Verifier, Option<String>), StoreError> {
        let mut verifier = Verifier::new();
        if let Some(forged) = kept.iter().find(|kept| !self.inner.signer.is_ours(kept)) {
            let text = format!("The signed head of event {} was not signed with this server's key.", forged.seq);
            return Ok((verifier, Some(text)));
        }
        let mut start = 1;
        while start <= head.seq {
            let end = (start + CHUNK - 1).min(head.seq);
            for (row, personal) in self.events_between(stream, start, end).await? {
                if let Err(broken) = verifier.next(&row, &entries_of(personal.as_ref())?) {
                    return Ok((verifier, Some(broken)));
                }
                if let Some(wrong) = kept.iter().find(|kept| kept.seq == row.seq && kept.hash != row.hash) {
                    let text = format!("Event {} is not the one whose head was signed.", wrong.seq);
                    return Ok((verifier, Some(text)));
                }
            }
            start = end + 1;
        }
        let broken = if verifier.head().seq < head.seq || verifier.head().hash != head.hash {
            Some(format!("The log ends at event {}, its head says {}.", verifier.head().seq, head.seq))
        } else {
            let cut = kept.iter().find(|kept| kept.seq > head.seq);
            cut.map(|kept| {
                format!("The log ends at event {}, but event {} was signed: its end was cut off.", head.seq, kept.seq)
            })
        };
        Ok((verifier, broken))
    }

    /// The heads of all streams, signed.
    pub(crate) fn signed_heads(&self) -> Vec<SignedHead> {
        self.model().heads.iter().map(|(stream, head)| self.inner.signer.sign(stream, head)).collect()
    }

    fn stream_names(&self) -> Vec<(Stream, String)> {
        let model = self.model();
        let migrations = model
            .migrations
            .values()
            .map(|model| (Stream::Migration(model.migration.id.clone()), model.migration.settings.name.clone()));
        std::iter::once((Stream::Workspace, "Workspace".to_owned())).chain(migrations).collect()
    }

    /// Events `start..=end` of a stream in order, each with what lies beside it.
    pub(crate) async fn events_between(
        &self,
        stream: &Stream,
        start: u64,
        end: u64,
    ) -> Result<Vec<(EventRow, Option<PersonalRow>)>, StoreError> {
        let script = "SELECT * FROM event:[$s, $a]..=[$s, $b]; SELECT * FROM personal:[$s, $a]..=[$s, $b];";
        let query = self.inner.db.query(script).bind(("s", stream.key().to_owned()));
        let mut response = query.bind(("a", start)).bind(("b", end)).await?.check()?;
        let mut events: Vec<EventRow> = response.take(0)?;
        events.sort_by_key(|row| row.seq);
        Ok(pair(events, response.take(1)?))
    }

    /// Every row beside the log that holds values of this person, without them; and how many values that are.
    pub(crate) async fn personal_without(&self, person: &PersonRef) -> Result<(Vec<PersonalRow>, u32), StoreError> {
        let mut rows = Vec::new();
        let mut removed = 0;
        for (stream, seqs) in self.events_of(person).await? {
            for (_, personal) in self.events_at(&stream, &seqs).await? {
                let Some(row) = personal else { continue };
                let (kept, gone) = without(&row, person)?;
                if gone > 0 {
                    rows.push(kept);
                    removed += gone;
                }
            }
        }
        Ok((rows, removed))
    }

    /// Which events may hold values of this person.
    async fn events_of(&self, person: &PersonRef) -> Result<Vec<(Stream, Vec<u64>)>, StoreError> {
        match person {
            // A user's address is beside everything they did, in every stream.
            PersonRef::User(id) => {
                let mut places = Vec::new();
                for (stream, _) in self.stream_names() {
                    let seqs = self.seqs_beside(&stream, person).await?;
                    tracing::debug!(user = %id, %stream, events = seqs.len(), "found for erasure");
                    places.push((stream, seqs));
                }
                Ok(places)
            }
            PersonRef::Subscriber(migration, number) => {
                let stream = Stream::Migration(migration.clone());
                let seqs = self.seqs_about(&stream, &Subject::Subscriber(*number)).await?;
                Ok(vec![(stream, seqs)])
            }
            PersonRef::Customer(external_id) => {
                let mut wanted = Vec::new();
                {
                    let model = self.model();
                    let stored = model.customers.get(external_id);
                    let stored = stored.ok_or(StoreError::NotFound("This customer does not exist."))?;
                    let subject = Subject::Customer(external_id.clone());
                    wanted.push((Stream::Workspace, subject, stored.import_seqs.clone()));
                    for (id, migration) in &model.migrations {
                        if let Some(account) = migration.table.any_account_of(external_id) {
                            let subject = Subject::Account(account.number);
                            wanted.push((Stream::Migration(id.clone()), subject, account.chunk_seqs));
                        }
                    }
                }
                let mut places = Vec::new();
                for (stream, subject, chunk_seqs) in wanted {
                    let mut seqs = self.seqs_about(&stream, &subject).await?;
                    // So many chunks wrote it that it has forgotten the oldest: the whole stream is read.
                    if chunk_seqs.len() >= CHUNK_SEQS_MAX {
                        seqs.extend(self.seqs_beside(&stream, person).await?);
                    }
                    seqs.extend(chunk_seqs);
                    seqs.sort_unstable();
                    seqs.dedup();
                    places.push((stream, seqs));
                }
                Ok(places)
            }
        }
    }

    /// The events of a stream beside which lie values of this person, found by reading all of it.
    async fn seqs_beside(&self, stream: &Stream, person: &PersonRef) -> Result<Vec<u64>, StoreError> {
        let last = self.model().heads.get(stream).map_or(0, |head| head.seq);
        let mut seqs = Vec::new();
        let mut start = 1;
        while start <= last {
            let end = (start + CHUNK - 1).min(last);
            for (row, personal) in self.events_between(stream, start, end).await? {
                let beside = personal.as_ref().map(|row| without(row, person)).transpose()?;
                if beside.is_some_and(|(_, gone)| gone > 0) {
                    seqs.push(row.seq);
                }
            }
            start = end + 1;
        }
        Ok(seqs)
    }

    /// The numbers of the events whose subject this is.
    pub(crate) async fn seqs_about(&self, stream: &Stream, subject: &Subject) -> Result<Vec<u64>, StoreError> {
        let query = "SELECT VALUE seq FROM event WHERE stream = $stream AND subject = $subject";
        let query = self.inner.db.query(query).bind(("stream", stream.key().to_owned()));
        let mut response = query.bind(("subject", crate::journal::subject_key(subject))).await?.check()?;
        Ok(response.take(0)?)
    }
}

fn described(model: &Model, events: Vec<Event>) -> Vec<LogEntry> {
    events
        .into_iter()
        .map(|event| {
            let who = match &event.actor {
                Actor::User { id } | Actor::Import { by: id, .. } => model.name_of(id),
                Actor::System => "Landbridge".to_owned(),
                Actor::Link { .. } => "The customer, by their link".to_owned(),
                Actor::Anonymous => "Not signed in".to_owned(),
            };
            LogEntry { who, about: about(model, &event), event }
        })
        .collect()
}

fn about(model: &Model, event: &Event) -> String {
    let migration = match &event.stream {
        Stream::Migration(id) => model.migrations.get(id),
        Stream::Workspace => None,
    };
    match (&event.subject, migration) {
        (Subject::Whole, Some(migration)) => migration.migration.settings.name.clone(),
        (Subject::Whole, None) => String::new(),
        (Subject::Cohort(number), Some(migration)) => {
            migration.cohort(*number).map_or_else(|| format!("Cohort {number}"), |cohort| cohort.label())
        }
        (Subject::Account(number), Some(migration)) => match migration.table.row(*number) {
            Some(row) => format!("{} {}", row.external_id, row.name),
            None => format!("Account {number}"),
        },
        (Subject::Field(number), Some(migration)) => match field_of(&migration.migration.fields, *number) {
            Some(field) => field.settings.label.clone(),
            None => format!("Field {number}"),
        },
        (Subject::Field(number), None) => format!("Field {number}"),
        (Subject::View(id), _) => match model.views.get(id) {
            Some(view) => view.settings.name.clone(),
            None => "A deleted view".to_owned(),
        },
        (Subject::Template(id), _) => match model.templates.get(id) {
            Some(template) => template.title.name.clone(),
            None => "A deleted template".to_owned(),
        },
        (Subject::NoticeTemplate(number), migration) => {
            let template = migration.and_then(|migration| migration.notices.template(*number));
            template.map_or_else(|| format!("Template {number}"), |template| template.name.clone())
        }
        (Subject::Component(number), migration) => {
            let component = migration.and_then(|migration| migration.status.components.get(number));
            let name = component.map(|component| component.draft.name.text("en", "en").to_owned());
            name.unwrap_or_else(|| format!("Part {number}"))
        }
        (Subject::Incident(number), migration) => {
            let title = migration.and_then(|migration| {
                let incident = migration.status.incident(*number)?;
                Some(incident.title.text(migration.status.language(), "en").to_owned())
            });
            title.unwrap_or_else(|| format!("Incident {number}"))
        }
        (Subject::IncidentTemplate(number), migration) => {
            let template = migration.and_then(|migration| migration.status.templates.get(number));
            template.map_or_else(|| format!("Template {number}"), |template| template.draft.name.clone())
        }
        (Subject::User(id), _) => model.name_of(id),
        (Subject::Customer(id), _) => match model.customers.get(id) {
            Some(stored) => format!("{id} {}", stored.customer.profile.name),
            None => id.to_string(),
        },
        (Subject::Import(id), _) => match model.imports.get(id) {
            Some(import) => import.file_name.clone(),
            None => format!("Import {id}"),
        },
        (Subject::Bulk(id), _) => match model.bulks.get(id) {
            Some(bulk) => bulk.about(),
            None => format!("Bulk change {id}"),
        },
        (Subject::Cohort(number), None) => format!("Cohort {number}"),
        (Subject::Account(number), None) => format!("Account {number}"),
        (Subject::Subscriber(number), _) => format!("Subscriber {number}"),
    }
}

/// The names of the people that events mention.
pub(crate) fn names(model: &Model) -> BTreeMap<UserId, String> {
    model.users.iter().map(|(id, stored)| (id.clone(), stored.user.name.clone())).collect()
}
