//! Editing a customer: each change names what its author saw, so that edits of different facts merge and edits of the
//! same fact come back with both values.

use super::check::{self, KnownZone};
use super::{Contact, ContactFact, Fact, Profile};
use crate::field::Field;
use crate::id::ContactNumber;
use crate::migration::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One change of a customer, with the value that its author saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CustomerChange {
    Fact {
        fact: Fact,
        seen: String,
        to: String,
    },
    Contact {
        contact: ContactNumber,
        fact: ContactFact,
        seen: String,
        to: String,
    },
    /// The number is given by the server.
    AddContact {
        contact: Contact,
    },
    RemoveContact {
        contact: ContactNumber,
        seen: Contact,
    },
    /// Puts a contact first; `seen` was the first.
    MakeMain {
        contact: ContactNumber,
        seen: ContactNumber,
    },
}

/// Changes that one edit may have.
pub const CHANGES_MAX: usize = 50;

/// Two values for one fact, in the words of the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    #[serde(default, skip_serializing_if = "ContactNumber::is_none")]
    pub contact: ContactNumber,
    pub field: Field,
    pub seen: String,
    pub theirs: String,
    pub mine: String,
}

/// Why an edit was not saved. Nothing of it was written then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum CustomerProblem {
    /// Somebody saved other values of these facts after this edit's author looked.
    #[error("Somebody else changed this customer meanwhile.")]
    Conflict { clashes: Vec<Clash>, theirs: Box<Profile> },
    #[error("{}", .problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid { problems: Vec<FieldError> },
    #[error("Somebody removed this contact meanwhile. Add it again if it is still needed.")]
    ContactGone,
}

impl CustomerChange {
    /// The change as somebody makes it who has seen `theirs` and insists.
    pub fn insisting(self, theirs: &Profile) -> CustomerChange {
        match self {
            CustomerChange::Fact { fact, to, .. } => {
                CustomerChange::Fact { fact, seen: theirs.fact(fact).to_owned(), to }
            }
            CustomerChange::Contact { contact, fact, seen, to } => {
                let seen = theirs.contact(contact).map_or(seen, |contact| contact.fact(fact).to_owned());
                CustomerChange::Contact { contact, fact, seen, to }
            }
            CustomerChange::RemoveContact { contact, seen } => {
                let seen = theirs.contact(contact).cloned().unwrap_or(seen);
                CustomerChange::RemoveContact { contact, seen }
            }
            CustomerChange::MakeMain { contact, .. } => {
                CustomerChange::MakeMain { contact, seen: theirs.main_contact() }
            }
            CustomerChange::AddContact { contact } => CustomerChange::AddContact { contact },
        }
    }

    /// Whether this is the change that clashed.
    pub fn is_of(&self, clash: &Clash) -> bool {
        match self {
            CustomerChange::Fact { fact, .. } => clash.contact.is_none() && fact.field() == clash.field,
            CustomerChange::Contact { contact, fact, .. } => *contact == clash.contact && fact.field() == clash.field,
            CustomerChange::RemoveContact { contact, .. } => *contact == clash.contact && clash.field == Field::Contact,
            CustomerChange::MakeMain { .. } => clash.field == Field::MainContact,
            CustomerChange::AddContact { .. } => false,
        }
    }
}

impl Profile {
    /// A new customer's profile as typed, with everything that is wrong with it.
    pub fn first(
        facts: &[(Fact, String)],
        contact: Option<Contact>,
        known_zone: KnownZone<'_>,
    ) -> Result<Profile, CustomerProblem> {
        let name = facts.iter().any(|(fact, _)| *fact == Fact::Name).then_some(());
        let mut changes: Vec<_> = facts
            .iter()
            .map(|(fact, to)| CustomerChange::Fact { fact: *fact, seen: String::new(), to: to.clone() })
            .collect();
        if name.is_none() {
            changes.push(CustomerChange::Fact { fact: Fact::Name, seen: String::new(), to: String::new() });
        }
        changes.extend(contact.map(|contact| CustomerChange::AddContact { contact }));
        Profile::default().edit(&changes, known_zone)
    }

    /// Applies the changes in order; the same profile when all was so already.
    pub fn edit(&self, changes: &[CustomerChange], known_zone: KnownZone<'_>) -> Result<Profile, CustomerProblem> {
        let mut work = Work::new(self);
        if changes.len() > CHANGES_MAX {
            work.problems.push(FieldError::new("changes", format!("At most {CHANGES_MAX} changes at once.")));
        }
        for change in changes.iter().take(CHANGES_MAX) {
            work.apply(change, known_zone)?;
        }
        work.finish()
    }
}

/// An edit under way.
struct Work<'a> {
    before: &'a Profile,
    edited: Profile,
    problems: Vec<FieldError>,
    clashes: Vec<Clash>,
    /// Contacts to be looked at as a whole.
    touched: BTreeSet<ContactNumber>,
}

impl<'a> Work<'a> {
    fn new(before: &'a Profile) -> Self {
        Work { before, edited: before.clone(), problems: Vec::new(), clashes: Vec::new(), touched: BTreeSet::new() }
    }

    fn apply(&mut self, change: &CustomerChange, known_zone: KnownZone<'_>) -> Result<(), CustomerProblem> {
        match change {
            CustomerChange::Fact { fact, seen, to } => match check::fact(*fact, to, known_zone) {
                Err(problem) => self.problems.push(problem),
                Ok(to) => {
                    self.compare(ContactNumber::default(), fact.field(), seen, self.before.fact(*fact), &to);
                    self.edited.set_fact(*fact, to);
                }
            },
            CustomerChange::Contact { contact, fact, seen, to } => {
                let present = self.before.contact(*contact).ok_or(CustomerProblem::ContactGone)?;
                match check::contact_fact(*fact, to, known_zone) {
                    Err(problem) => self.problems.push(problem),
                    Ok(to) => {
                        self.compare(*contact, fact.field(), seen, present.fact(*fact), &to);
                        self.touched.insert(*contact);
                        let edited = self.edited.contacts.iter_mut().find(|other| other.number == *contact);
                        edited.ok_or(CustomerProblem::ContactGone)?.set_fact(*fact, to);
                    }
                }
            }
            CustomerChange::AddContact { contact } => self.add(contact, known_zone),
            CustomerChange::RemoveContact { contact, seen } => {
                let Some(present) = self.before.contact(*contact) else { return Ok(()) };
                if present != seen {
                    let (seen, theirs) = (summary(seen), summary(present));
                    let mine = "Removed".to_owned();
                    self.clashes.push(Clash { contact: *contact, field: Field::Contact, seen, theirs, mine });
                }
                self.edited.contacts.retain(|other| other.number != *contact);
                self.touched.remove(contact);
            }
            CustomerChange::MakeMain { contact, seen } => {
                let chosen = self.edited.contacts.iter().position(|other| other.number == *contact);
                let chosen = self.edited.contacts.remove(chosen.ok_or(CustomerProblem::ContactGone)?);
                let present = self.before.main_contact();
                if *seen != present && *contact != present {
                    let called = |number| self.before.contact(number).map_or("Nobody", Contact::called).to_owned();
                    let (seen, theirs, mine) = (called(*seen), called(present), chosen.called().to_owned());
                    let contact = ContactNumber::default();
                    self.clashes.push(Clash { contact, field: Field::MainContact, seen, theirs, mine });
                }
                self.edited.contacts.insert(0, chosen);
            }
        }
        Ok(())
    }

    fn add(&mut self, contact: &Contact, known_zone: KnownZone<'_>) {
        if let Err(problem) = check::room(&self.edited) {
            self.problems.push(problem);
            return;
        }
        let mut checked = Contact::default();
        for fact in ContactFact::ALL {
            match check::contact_fact(*fact, contact.fact(*fact), known_zone) {
                Ok(value) => checked.set_fact(*fact, value),
                Err(problem) => self.problems.push(problem),
            }
        }
        let number = self.edited.add_contact(checked);
        self.touched.insert(number);
    }

    /// Different values of the same fact clash, unless both are the same by chance.
    fn compare(&mut self, contact: ContactNumber, field: Field, seen: &str, theirs: &str, mine: &str) {
        if seen != theirs && mine != theirs {
            let [seen, theirs, mine] = [seen, theirs, mine].map(str::to_owned);
            self.clashes.push(Clash { contact, field, seen, theirs, mine });
        }
    }

    fn finish(mut self) -> Result<Profile, CustomerProblem> {
        // A contact is looked at as a whole once each of its facts can be one.
        if self.problems.is_empty() {
            let touched = self.touched.iter().filter_map(|number| self.edited.contact(*number));
            self.problems = touched.flat_map(|contact| check::contact(contact, &self.edited)).collect();
        }
        if !self.problems.is_empty() {
            return Err(CustomerProblem::Invalid { problems: self.problems });
        }
        if !self.clashes.is_empty() {
            return Err(CustomerProblem::Conflict { clashes: self.clashes, theirs: Box::new(self.before.clone()) });
        }
        Ok(self.edited)
    }
}

/// A contact in one line.
fn summary(contact: &Contact) -> String {
    let facts = [&contact.name, &contact.role, &contact.email, &contact.phone];
    let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).map(String::as_str).collect();
    facts.join(", ")
}
