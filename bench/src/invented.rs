//! Invented accounts and views. The same at every run.

use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The migration's address.
pub const SLUG: &str = "bench";
pub const COHORTS: usize = 8;

/// Users who own accounts.
pub const OWNERS: [(&str, &str); 5] = [
    ("Hanna Berg", "hanna@bench.example"),
    ("Ines Ferreira", "ines@bench.example"),
    ("Jonas Weiss", "jonas@bench.example"),
    ("Mirela Popa", "mirela@bench.example"),
    ("Tomasz Nowak", "tomasz@bench.example"),
];

const WORDS: [&str; 24] = [
    "Alder", "Beacon", "Cinder", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Iris", "Juniper", "Kestrel",
    "Lantern", "Meadow", "Nimbus", "Orchard", "Pioneer", "Quarry", "Rowan", "Summit", "Timber", "Umbra", "Vantage",
    "Willow", "Zephyr",
];
const TRADES: [&str; 12] = [
    "Logistics",
    "Foods",
    "Marine",
    "Software",
    "Textiles",
    "Health",
    "Energy",
    "Books",
    "Robotics",
    "Travel",
    "Optics",
    "Steel",
];
const FIRST_NAMES: [&str; 10] = ["Ada", "Ben", "Clara", "David", "Elin", "Farid", "Greta", "Hugo", "Ilse", "Jan"];
const PLANS: [&str; 4] = ["Starter", "Team", "Business", "Enterprise"];
const REGIONS: [&str; 6] = ["EU West", "EU North", "US East", "US West", "Asia", "Oceania"];
const BLOCKERS: [&str; 7] = ["integration", "data", "contract", "customer", "technical", "security", "other"];
const STATUSES: [&str; 7] =
    ["completed", "in_progress", "scheduled", "not_started", "blocked", "rolled_back", "opted_out"];
const COLUMNS: [&str; 10] =
    ["account", "name", "plan", "region", "cohort", "status", "date", "blocker", "owner", "rollback"];

/// A number that looks random and is the same at every run.
fn scatter(index: usize, salt: usize) -> usize {
    let mut x =
        (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (salt as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) as usize >> 1
}

fn pick<'t>(list: &[&'t str], index: usize, salt: usize) -> &'t str {
    list[scatter(index, salt) % list.len()]
}

/// The name of the cohort with this number, from 1.
pub fn cohort_name(number: usize) -> String {
    format!("Stage {}", char::from(b'A' + (number - 1) as u8))
}

/// A file of accounts in every state, as an old spreadsheet could hold them.
pub fn file(accounts: u32) -> Vec<u8> {
    let mut file = String::from(
        "Customer id,Company,Contact,E-mail,Plan,Region,Wave,Owner,Status,Date,Migrated,Blocker,Blocker note\n",
    );
    for index in 0..accounts as usize {
        file.push_str(&line(index));
    }
    file.into_bytes()
}

/// What somebody may know of an account.
pub struct Known {
    pub id: String,
    pub name: String,
    pub email: String,
    contact: String,
}

/// What is known of the account in this line of the file.
pub fn known(index: usize) -> Known {
    let (word, trade) = (pick(&WORDS, index, 1), pick(&TRADES, index, 2));
    let first = pick(&FIRST_NAMES, index, 3);
    let number = 10_000 + index;
    Known {
        id: format!("C-{number}"),
        name: format!("{word} {trade} {}", scatter(index, 12) % 1_000),
        email: format!("{}.{number}@{}.example", first.to_lowercase(), word.to_lowercase()),
        contact: format!("{first} Okafor"),
    }
}

fn line(index: usize) -> String {
    let Known { id, name, email, contact } = known(index);
    let cohort = match scatter(index, 4) % (COHORTS + 1) {
        0 => String::new(),
        cohort => cohort_name(cohort),
    };
    let owner = match scatter(index, 5) % 8 {
        owner if owner < OWNERS.len() => OWNERS[owner].1,
        _ => "",
    };
    let planned = day(2030, scatter(index, 6) % 336);
    let (status, date, migrated, blocker, note) = match scatter(index, 7) % 20 {
        0..=5 => ("completed", planned, day(2025, scatter(index, 8) % 336), "", ""),
        6 => ("in progress", planned, String::new(), "", ""),
        7..=12 => ("scheduled", planned, String::new(), "", ""),
        13..=16 => ("not started", String::new(), String::new(), "", ""),
        17 => ("blocked", planned, String::new(), pick(&BLOCKERS, index, 9), "Waits for the new connector"),
        18 => ("rolled back", String::new(), String::new(), "", ""),
        _ => ("opted out", String::new(), String::new(), "", ""),
    };
    let (plan, region) = (pick(&PLANS, index, 10), pick(&REGIONS, index, 11));
    format!(
        "{id},{name},{contact},{email},{plan},{region},{cohort},{owner},{status},{date},{migrated},{blocker},{note}\n"
    )
}

/// A day, counted in months of 28 days so that every one exists.
fn day(year: usize, number: usize) -> String {
    format!("{}-{:02}-{:02}", year + number / 336, 1 + number / 28 % 12, 1 + number % 28)
}

/// Every order of the table by one column.
pub fn sorts() -> Vec<Value> {
    let both = |column| [false, true].map(|descending| json!([{ "column": column, "descending": descending }]));
    COLUMNS.into_iter().flat_map(both).collect()
}

/// A view that no other index has: in turn a search, a span of days, a choice of statuses and cohorts; each in another order.
pub fn view(index: usize) -> Value {
    let turn = index / 3;
    let mut view = match index % 3 {
        0 => json!({ "search": search(turn) }),
        1 => json!({ "from": day(2030, turn % 336), "to": day(2030, turn % 336 + 7 + 5 * (turn / 336)) }),
        _ => json!({ "statuses": chosen_statuses(1 + turn % 126), "cohorts": chosen_cohorts(1 + 7 * turn % 510) }),
    };
    let sorts = sorts();
    view["sort"] = sorts[index % sorts.len()].clone();
    view
}

/// What stands in the search field while people type what they look for, letter by letter: words of names, some with two
/// letters exchanged, whole names, ids, addresses. No text twice.
pub fn typed(accounts: u32) -> Vec<String> {
    let some = (0..24).map(|index| known(scatter(index, 20) % accounts as usize));
    let some = some.flat_map(|known| [known.id, known.name.to_lowercase(), known.email]);
    let words = WORDS.iter().chain(&TRADES).map(|word| word.to_lowercase());
    let wrong = words.clone().map(|word| exchanged(&word));
    let mut seen = BTreeSet::new();
    let mut typed = Vec::new();
    for text in words.chain(wrong).chain(some) {
        for (end, _) in text.char_indices().skip(1).chain([(text.len(), ' ')]) {
            if seen.insert(text[..end].to_owned()) {
                typed.push(text[..end].to_owned());
            }
        }
    }
    typed
}

/// The word with the two letters in its middle exchanged, as quick fingers do.
fn exchanged(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    letters.swap(middle - 1, middle);
    letters.into_iter().collect()
}

/// A word, then a word with a number that occurs in ids, names and addresses.
fn search(turn: usize) -> String {
    let word = WORDS[turn % WORDS.len()].to_lowercase();
    match turn / WORDS.len() {
        0 => word,
        round => format!("{word} {}", 10 + round),
    }
}

fn chosen_statuses(bits: usize) -> Vec<&'static str> {
    STATUSES.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, status)| status).collect()
}

/// The highest bit stands for accounts without a cohort.
fn chosen_cohorts(bits: usize) -> Vec<Option<usize>> {
    (0..=COHORTS).filter(|bit| bits >> bit & 1 == 1).map(|bit| (bit < COHORTS).then_some(bit + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_views_are_the_same() {
        let views: BTreeSet<_> = (0..5_000)
            .map(|index| {
                let mut view = view(index);
                view["sort"] = Value::Null;
                view.to_string()
            })
            .collect();
        assert_eq!(views.len(), 5_000);
    }

    #[test]
    fn a_file_has_a_line_per_account() {
        let file = String::from_utf8(file(1_000)).unwrap_or_default();
        assert_eq!(file.lines().count(), 1_001);
        assert!(file.lines().all(|line| line.split(',').count() == 13));
    }

    #[test]
    fn what_is_typed_grows_letter_by_letter_and_never_repeats() {
        let typed = typed(1_000);
        assert!(typed.len() > 400, "{}", typed.len());
        assert_eq!(typed.iter().collect::<BTreeSet<_>>().len(), typed.len());
        assert_eq!(typed[..5], ["a", "al", "ald", "alde", "alder"]);
        assert!(typed.contains(&"hrabour".to_owned()) || typed.contains(&exchanged("harbour")));
        let file = String::from_utf8(file(1_000)).unwrap_or_default();
        assert!(
            typed
                .iter()
                .filter(|text| text.contains('@') && text.ends_with(".example"))
                .all(|email| file.contains(email))
        );
    }

    #[test]
    fn days_exist_and_follow_each_other() {
        assert_eq!(day(2030, 0), "2030-01-01");
        assert_eq!(day(2030, 28), "2030-02-01");
        assert_eq!(day(2030, 335), "2030-12-28");
        assert_eq!(day(2030, 336), "2031-01-01");
    }
}
