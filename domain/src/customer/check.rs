//! What a fact of a customer or of a contact may be. Answers it as it is kept, or what is wrong with it.

use super::{CONTACT_ROLE_MAX, CONTACTS_MAX, Channel, Contact, ContactFact, Fact, PHONE_MAX, Profile, SHORT_TEXT_MAX};
use crate::language;
use crate::migration::FieldError;
use crate::user::is_email;

/// Whether there is a time zone of this name; only the server carries the table.
pub(super) type KnownZone<'a> = &'a dyn Fn(&str) -> bool;

/// A fact of the customer as typed.
pub(super) fn fact(fact: Fact, typed: &str, known_zone: KnownZone<'_>) -> Result<String, FieldError> {
    let checked = match fact {
        Fact::Name if typed.trim().is_empty() => Err("Give the customer's name.".to_owned()),
        Fact::Name | Fact::Plan | Fact::Region => line(typed, SHORT_TEXT_MAX),
        Fact::Language => language_tag(typed),
        Fact::TimeZone => zone(typed, known_zone),
        Fact::Channel => channel(typed),
    };
    checked.map_err(|message| FieldError::new(fact.code(), message))
}

/// A fact of a contact as typed.
pub(super) fn contact_fact(fact: ContactFact, typed: &str, known_zone: KnownZone<'_>) -> Result<String, FieldError> {
    let checked = match fact {
        ContactFact::Name => line(typed, SHORT_TEXT_MAX),
        ContactFact::Role => line(typed, CONTACT_ROLE_MAX),
        ContactFact::Email => email(typed),
        ContactFact::Phone => phone(typed),
        ContactFact::Channel => channel(typed),
        ContactFact::Language => language_tag(typed),
        ContactFact::TimeZone => zone(typed, known_zone),
    };
    checked.map_err(|message| FieldError::new(fact.code(), message))
}

/// What is wrong with a contact as a whole, among the others of its customer.
pub(super) fn contact(contact: &Contact, all: &Profile) -> Vec<FieldError> {
    let mut problems = Vec::new();
    let mut check = |ok: bool, fact: ContactFact, message: &str| {
        if !ok {
            problems.push(FieldError::new(fact.code(), message));
        }
    };
    let somebody = !(contact.name.is_empty() && contact.email.is_empty() && contact.phone.is_empty());
    check(somebody, ContactFact::Name, "Give at least a name, an e-mail address or a phone number.");
    let same = |other: &&Contact| other.number != contact.number && is_same_address(&other.email, &contact.email);
    let twin = all.contacts.iter().find(same);
    let message = twin.map(|twin| format!("{} has this address already.", twin.called())).unwrap_or_default();
    check(twin.is_none(), ContactFact::Email, &message);
    let rings = contact.channel != Some(Channel::Phone) || !contact.phone.is_empty();
    check(rings, ContactFact::Phone, "The preferred channel is the phone: give the number, or choose another channel.");
    let writes = contact.channel != Some(Channel::Email) || !contact.email.is_empty();
    check(writes, ContactFact::Email, "The preferred channel is e-mail: give the address, or choose another channel.");
    problems
}

/// Whether there is room for one more contact.
pub(super) fn room(profile: &Profile) -> Result<(), FieldError> {
    match profile.contacts.len() < CONTACTS_MAX {
        true => Ok(()),
        false => Err(FieldError::new("contacts", format!("A customer has at most {CONTACTS_MAX} contacts."))),
    }
}

fn is_same_address(a: &str, b: &str) -> bool {
    !a.is_empty() && a.to_lowercase() == b.to_lowercase()
}

fn line(typed: &str, longest: usize) -> Result<String, String> {
    let text = typed.trim();
    if text.chars().count() > longest {
        return Err(format!("At most {longest} characters."));
    }
    if text.chars().any(char::is_control) {
        return Err("One line, without tabs or other control characters.".to_owned());
    }
    Ok(text.to_owned())
}

fn email(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Ok(String::new()),
        address if is_email(address) => Ok(address.to_owned()),
        _ => Err("This is not an e-mail address. Write one, such as it@company.example.".to_owned()),
    }
}

/// A number as people write it: digits, with `+` in front and separators or an extension between.
pub fn phone(typed: &str) -> Result<String, String> {
    let text = line(typed, PHONE_MAX)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = |character: char| character.is_ascii_digit() || " +-/().#*xX,".contains(character);
    if text.is_empty() || (digits >= 3 && text.chars().all(fits)) {
        return Ok(text);
    }
    Err("This is not a phone number. Write one, such as +47 22 00 00 17.".to_owned())
}

fn language_tag(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Ok(String::new()),
        tag => language::tag(tag)
            .ok_or_else(|| "This is not a language code. Write one such as de, en or pt-BR.".to_owned()),
    }
}

fn zone(typed: &str, known_zone: KnownZone<'_>) -> Result<String, String> {
    match typed.trim() {
        "" => Ok(String::new()),
        name if known_zone(name) => Ok(name.to_owned()),
        _ => Err("This time zone is not known. Use a name like Europe/Berlin.".to_owned()),
    }
}

fn channel(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Ok(String::new()),
        code => Channel::from_code(code)
            .map(|channel| channel.code().to_owned())
            .ok_or_else(|| "Choose one of the channels.".to_owned()),
    }
}
