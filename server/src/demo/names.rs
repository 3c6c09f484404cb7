//! Invented words for the demo. Companies, people and reasons that could be, and are not.

use super::{pick, scatter};
use domain::customer::{Channel, Contact};
use domain::import::refused::safe;
use domain::policy::Role;
use rand::Rng;

/// Users of the demo; the first of each role is the one whose sign-in is printed.
pub const USERS: [(&str, &str, Role); 8] = [
    ("Vera Lindqvist", "viewer@demo.example", Role::Viewer),
    ("Omar Haddad", "operator@demo.example", Role::Operator),
    ("Lena Brandt", "lead@demo.example", Role::Lead),
    ("Ada Moreau", "admin@demo.example", Role::Admin),
    ("Jonas Weber", "jonas.weber@demo.example", Role::Operator),
    ("Hanna Kowalska", "hanna.kowalska@demo.example", Role::Operator),
    ("Priya Raman", "priya.raman@demo.example", Role::Operator),
    ("Ines Ferreira", "ines.ferreira@demo.example", Role::Operator),
];

/// Who owns accounts.
pub const OWNERS: &[&str] =
    &["Omar Haddad", "Jonas Weber", "Hanna Kowalska", "Priya Raman", "Ines Ferreira", "Lena Brandt"];

const FIRST: &[&str] = &[
    "Halvorsen",
    "Delacroix",
    "Elbtal",
    "Oikos",
    "Corvus",
    "Trevisan",
    "Nordlicht",
    "Kaap Noord",
    "Ziegler",
    "Ibérica",
    "Brun",
    "Cooperativa Verde",
    "Dvořák",
    "Marfil",
    "Lacombe",
    "Grünwald",
    "Zielona",
    "Rheinau",
    "Adria",
    "Bergfried",
    "Costa Verde",
    "Nyborg",
    "Faugères",
    "Sundqvist",
    "Harrow",
    "Calder",
    "Whitfield",
    "Ostrava",
    "Lindenhof",
    "Maison Vidal",
    "Tamarind",
    "Kestrel",
    "Juniper",
    "Blackwater",
    "Silverlake",
    "Redwood",
    "Prairie",
    "Copperfield",
    "Sakura",
    "Aurora",
    "Polaris",
    "Meridian",
    "Lighthouse",
    "Cedar Hill",
    "Granite",
    "Bluebird",
    "Atlas",
    "Fjordland",
    "Montclair",
    "Valverde",
];
const SECOND: &[&str] = &[
    "Maritime",
    "Pharma",
    "Kliniken",
    "Retail Group",
    "Versicherung",
    "Logistics",
    "Foods",
    "Energy",
    "Software",
    "Partners",
    "Interiors",
    "Machinery",
    "Dental",
    "Travel",
    "Textiles",
    "Studios",
    "Farms",
    "Robotics",
    "Media",
    "Outfitters",
    "Chemicals",
    "Optics",
    "Publishing",
    "Hospitality",
    "Instruments",
    "Wholesale",
    "Brewing",
    "Education",
    "Clinics",
    "Freight",
];
const LEGAL: &[&str] = &["AS", "GmbH", "S.A.", "B.V.", "Ltd", "Inc.", "AB", "S.r.l.", "SE", "Oy", "LLC", "& Co."];
const GIVEN: &[&str] = &[
    "Anna", "Luca", "Marta", "Tom", "Sofia", "Emil", "Clara", "Noah", "Ines", "Pavel", "Julia", "Oskar", "Nadia",
    "Hugo", "Ella", "Ravi", "Mei", "Carlos", "Freya", "Daniel",
];
const FAMILY: &[&str] = &[
    "Berg", "Rossi", "Novak", "Moreno", "Larsen", "Keller", "Dubois", "Silva", "Horvat", "Jansen", "Okafor", "Patel",
    "Sato", "Meyer", "Costa", "Lindgren", "Walsh", "Reyes", "Kaya", "Fischer",
];
const PLANS: &[&str] = &["Team", "Business", "Business", "Enterprise", "Starter"];
const REGIONS: &[(&str, &str, &str)] = &[
    ("EU", "Europe/Berlin", "de"),
    ("EU", "Europe/Paris", "fr"),
    ("EU", "Europe/Madrid", "es"),
    ("UK", "Europe/London", "en-GB"),
    ("US", "America/New_York", "en-US"),
    ("US", "America/Los_Angeles", "en-US"),
    ("APAC", "Asia/Tokyo", "ja"),
];
const CONTACT_ROLES: &[&str] = &["Billing", "Technical", "Operations", "Executive"];

/// Why an account stands still.
pub const BLOCKERS: &[(&str, &str)] = &[
    ("integration", "SAP connector is still on version 1"),
    ("integration", "Their middleware posts invoices to the old endpoint"),
    ("data", "Duplicate debtors, waits for the clean-up list"),
    ("data", "Tax numbers are missing for 14 invoices"),
    ("contract", "Price lock until the end of the quarter"),
    ("customer", "Contact is away until next week"),
    ("customer", "Wants to finish the month's closing first"),
    ("technical", "Custom invoice template does not render"),
    ("security", "Needs the signed processing agreement"),
];

/// Why an account went back.
pub const ROLLBACKS: &[&str] = &[
    "Dunning letters went out twice",
    "Reports did not match the old totals",
    "The customer's integration failed at night",
];

/// What colleagues write.
pub const COMMENTS: &[&str] = &[
    "Called them: they know the date and are fine with it.",
    "Totals compared, all equal to the cent.",
    "They ask for a copy of the old invoices; sent the archive.",
    "Open invoices took longer than usual, nothing lost.",
    "Please ring before noon, the main contact is part-time.",
    "Third question about the new PDF layout this week; worth a line in the notice.",
];

/// The header of the demo's import file.
pub const HEADER: &str =
    "Account;Customer;Contact;Contact role;E-mail;Phone;Plan;Region;Wave;Owner;Time zone;Language;Preferred channel\n";

/// The external id of a customer.
pub fn id(index: usize) -> String {
    format!("C-{}", 10_000 + index * 7)
}

/// A second person at a customer.
pub fn colleague(index: usize) -> Contact {
    let (given, family) = (pick(GIVEN, index, 30), pick(FAMILY, index, 31));
    let host: String = pick(FIRST, index, 21).chars().filter(char::is_ascii_alphanumeric).collect();
    let rings = scatter(index, 32).is_multiple_of(3);
    Contact {
        name: format!("{given} {family}"),
        email: format!("it.{family}@{host}{}.example", index % 97).to_lowercase(),
        role: pick(CONTACT_ROLES, index, 33).to_owned(),
        phone: if rings { phone(index + 1) } else { String::new() },
        language: if rings { "en".to_owned() } else { String::new() },
        channel: rings.then_some(Channel::Phone),
        ..Contact::default()
    }
}

/// A number that is kept for stories and rings nowhere.
fn phone(index: usize) -> String {
    format!("+44 20 7946 0{:03}", index % 1_000)
}

/// One line of the demo's import file.
pub fn line(index: usize, wave: &str, owner: &str) -> String {
    let (region, zone, language) = REGIONS[scatter(index, 20) % REGIONS.len()];
    let first = pick(FIRST, index, 21);
    let name = match scatter(index, 22) % 4 {
        0 => format!("{first} {}", pick(LEGAL, index, 23)),
        _ => format!("{first} {} {}", pick(SECOND, index, 24), pick(LEGAL, index, 23)),
    };
    let (given, family) = (pick(GIVEN, index, 25), pick(FAMILY, index, 26));
    let host: String = first.chars().filter(char::is_ascii_alphanumeric).collect();
    let email = format!("{}.{}@{}{}.example", given, family, host, index % 97).to_lowercase();
    let plan = pick(PLANS, index, 27);
    let role = if scatter(index, 28).is_multiple_of(3) { "" } else { pick(CONTACT_ROLES, index, 29) };
    let rings = scatter(index, 34).is_multiple_of(4);
    let cells: [&str; 13] = [
        &id(index),
        &name,
        &format!("{given} {family}"),
        role,
        &email,
        &if rings { phone(index) } else { String::new() },
        plan,
        region,
        wave,
        owner,
        zone,
        language,
        if rings { "phone" } else { "email" },
    ];
    format!("{}\n", cells.map(safe).join(";"))
}

/// A word for a demo password: easy to type, 40 bits.
pub fn word() -> String {
    const CONSONANTS: &[u8] = b"bdfghklmnprstvz";
    const VOWELS: &[u8] = b"aeiou";
    let mut rng = rand::rng();
    let mut letter = |letters: &[u8]| char::from(letters[rng.random_range(0..letters.len())]);
    (0..4).flat_map(|_| [letter(CONSONANTS), letter(VOWELS)]).collect()
}

/// A command's id.
pub fn token() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}
