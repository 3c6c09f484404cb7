//! The variables of templates: what each says, for whom it is, and whether every message has it. The browser completes
//! them while somebody types; what they say in one message is [`super::facts`]' business.

use super::NoticeKind;
use crate::custom::CustomField;
use serde::{Deserialize, Serialize};

/// A variable that a template of one kind may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// As it is written between braces: `customer.name`.
    pub name: String,
    pub description: String,
    /// What it says in a made-up message.
    pub example: String,
    /// Some messages lack it: a template says what stands there then.
    pub optional: bool,
}

/// Who may read a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Everybody,
    /// The contact's own facts: a message to a colleague has none.
    Customers,
    /// Internal names and people: never in a message to a customer.
    Colleagues,
}

/// When a message has a value for a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Always,
    Sometimes,
    /// In messages of these kinds always, in others sometimes.
    In(&'static [NoticeKind]),
    /// In messages to customers always, in those to colleagues sometimes: these may be about a cohort.
    ToCustomers,
}

use Known::{Always, In, Sometimes, ToCustomers};
use NoticeKind::{Confirmation, Correction, Notice, Reminder};
use Readers::{Colleagues, Customers, Everybody};

type Entry = (&'static str, Readers, Known, &'static str, &'static str);

const TOLD: &[NoticeKind] = &[Notice, Reminder, Correction];

/// What stands for a reader's page where nobody may see a real link.
pub const EXAMPLE_PAGE: &str = "https://move.ledger.example/c/an-example-only";

/// Every variable but the custom fields, in the order of the list beside the editor.
#[rustfmt::skip]
const CATALOGUE: &[Entry] = &[
    ("customer.name", Everybody, ToCustomers, "The customer's name; without one, their id", "Northwind Trading"),
    ("customer.id", Everybody, ToCustomers, "The customer's id in your own systems", "C-10482"),
    ("contact.name", Customers, Sometimes, "The name of the contact who reads it", "Marta Rossi"),
    ("contact.first_name", Customers, Sometimes, "The first word of the contact's name", "Marta"),
    ("contact.email", Customers, Sometimes, "The address to which it goes", "marta@northwind.example"),
    ("account.date", Everybody, In(TOLD), "The account's date in words, in the reader's language", "Wednesday 27 May 2026"),
    ("account.date_iso", Everybody, In(TOLD), "The account's date in figures", "2026-05-27"),
    ("account.weekday", Everybody, In(TOLD), "The weekday of the account's date", "Wednesday"),
    ("account.old_date", Everybody, In(&[Correction]), "The date that was told before", "Monday 11 May 2026"),
    ("account.migrated_on", Everybody, In(&[Confirmation]), "The day on which it was migrated, in the reader's zone", "Wednesday 27 May 2026"),
    ("account.status", Colleagues, Sometimes, "The account's status", "Scheduled"),
    ("account.number", Colleagues, Sometimes, "The account's number in this migration", "482"),
    ("account.blocker", Colleagues, Sometimes, "Why it is blocked", "Missing data: no tax number"),
    ("window.starts", Everybody, Sometimes, "When the cohort's window opens, in the reader's zone", "Wednesday 27 May 2026, 00:30"),
    ("window.ends", Everybody, Sometimes, "When the cohort's window closes, in the reader's zone", "Wednesday 27 May 2026, 04:30"),
    ("window.zone", Everybody, Sometimes, "The zone of these times", "Europe/Rome, UTC+2"),
    ("rollback.until", Everybody, Sometimes, "Until when it can be rolled back, in the reader's zone", "Wednesday 10 June 2026, 00:30"),
    ("migration.name", Everybody, Always, "The migration's public name", "The move to Ledger 3"),
    ("migration.description", Everybody, Sometimes, "What the status page says about the change", "Invoices get a new editor."),
    ("migration.deadline", Everybody, Always, "The day by which everybody has moved", "Tuesday 30 June 2026"),
    ("migration.internal_name", Colleagues, Always, "The name that colleagues use", "Ledger 3 EU"),
    ("migration.days_left", Colleagues, Always, "Days until the deadline", "34"),
    ("cohort.name", Everybody, Sometimes, "The cohort's public name", "Wave 3"),
    ("cohort.internal_name", Colleagues, Sometimes, "The name that colleagues use", "3 · Main EU"),
    ("cohort.accounts", Colleagues, Sometimes, "Accounts in the cohort that take part", "420"),
    ("cohort.completed", Colleagues, Sometimes, "Accounts of the cohort that were migrated", "168"),
    ("cohort.blocked", Colleagues, Sometimes, "Accounts of the cohort that are blocked", "12"),
    ("cohort.rolled_back", Colleagues, Sometimes, "Accounts of the cohort that were rolled back", "3"),
    ("status_page.url", Everybody, Sometimes, "The address of the public status page, while it is published", "https://move.ledger.example/status/ledger-3"),
    ("customer_page.url", Customers, Sometimes, "The address of the reader's own page, while customers' pages are switched on", EXAMPLE_PAGE),
    ("colleague.name", Colleagues, Sometimes, "The name of the colleague who reads it; an endpoint has none", "Ines Ferreira"),
    ("owner.name", Colleagues, Sometimes, "Who owns the account", "Tomas Berg"),
    ("owner.email", Colleagues, Sometimes, "The owner's address", "tomas@ledger.example"),
    ("ticket.subject", Colleagues, Sometimes, "The subject of the newest ticket", "Invoices look different"),
    ("ticket.id", Colleagues, Sometimes, "The id of the newest ticket", "48213"),
    ("ticket.url", Colleagues, Sometimes, "The address of the newest ticket", "https://tickets.example/48213"),
    ("links.account", Colleagues, Sometimes, "The address of the account's page", "https://landbridge.example/m/ledger-3/accounts/482"),
    ("links.cohort", Colleagues, Sometimes, "The address of the cohort's page", "https://landbridge.example/m/ledger-3/cohorts/3"),
];

impl Known {
    fn optional_in(self, kind: NoticeKind) -> bool {
        match self {
            Always => false,
            Sometimes => true,
            In(kinds) => !kinds.contains(&kind),
            ToCustomers => kind == NoticeKind::Internal,
        }
    }
}

/// The variables that a template of this kind may use: colleagues' ones only in messages to colleagues.
pub fn variables(kind: NoticeKind, fields: &[CustomField]) -> Vec<Variable> {
    let readers = if kind == NoticeKind::Internal { Colleagues } else { Customers };
    let known = CATALOGUE.iter().filter(|(_, of, ..)| *of == Everybody || *of == readers);
    let known = known.map(|(name, _, known, description, example)| Variable {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
        example: (*example).to_owned(),
        optional: known.optional_in(kind),
    });
    let custom = fields.iter().filter(|field| !field.retired).map(|field| Variable {
        name: custom_name(field),
        description: format!("The field “{}”", field.settings.label),
        example: field.settings.default.as_ref().map_or_else(|| field.settings.label.clone(), |value| value.text()),
        optional: true,
    });
    known.chain(custom).collect()
}

#[cfg(feature = "server")]
/// What a message lacks together with a variable: an account without a date has no weekday either.
pub(super) fn fact_of(name: &str) -> &str {
    match name {
        "account.date" | "account.date_iso" | "account.weekday" => "account.date",
        "contact.name" | "contact.first_name" => "contact.name",
        "owner.name" | "owner.email" => "owner",
        "ticket.id" | "ticket.subject" => "ticket",
        "customer.name" | "customer.id" | "account.number" | "account.status" => "account",
        "cohort.name"
        | "cohort.internal_name"
        | "cohort.accounts"
        | "cohort.completed"
        | "cohort.blocked"
        | "cohort.rolled_back" => "cohort",
        window if window.starts_with("window.") => "window",
        other => other,
    }
}

/// Whether a name is of a variable that only colleagues may read.
pub fn is_for_colleagues(name: &str) -> bool {
    CATALOGUE.iter().any(|(known, readers, ..)| *known == name && *readers == Colleagues)
}

/// How templates call a custom field: `custom.contract_number` for “Contract number”.
pub fn custom_name(field: &CustomField) -> String {
    let mut slug = String::new();
    for letter in crate::search::fold(&field.settings.label).chars() {
        match letter.is_ascii_alphanumeric() {
            true => slug.push(letter),
            false if slug.is_empty() || slug.ends_with('_') => {}
            false => slug.push('_'),
        }
    }
    let slug = slug.trim_end_matches('_');
    match slug.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => format!("custom.{slug}"),
        // A label of another script or with a figure first: its number is always a name.
        _ => format!("custom.field_{}", field.number),
    }
}

/// The known name that is likeliest meant by one that is not known.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let scored = known.into_iter().map(|name| (distance(&typed, name), name));
    let (changes, name) = scored.min()?;
    // A third of the letters may be wrong; or the last part alone is what was meant: `name` for `customer.name`.
    let part = |name: &str| name.rsplit('.').next().map(str::to_owned);
    (changes * 3 <= typed.chars().count().max(3) || part(name) == part(&typed)).then_some(name)
}

/// Letters to change, add or take away to get from one text to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
