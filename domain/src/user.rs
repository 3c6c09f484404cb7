//! Users of the workspace.

use crate::id::UserId;
use crate::policy::Role;
use serde::{Deserialize, Serialize};

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    /// In small letters; unique among users.
    pub email: String,
    pub role: Role,
    pub disabled: bool,
    /// False until the one-time link was used.
    pub has_password: bool,
}

/// The initials shown where there is no room for a name: `Ines Ferreira` becomes `IF`.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Whether this can be an e-mail address: something before and after one `@`, a dot after it, nothing blank.
/// Whether it reaches anybody only a message can tell.
pub fn is_email(address: &str) -> bool {
    let Some((local, host)) = address.split_once('@') else { return false };
    !local.is_empty()
        && address.len() <= 254
        && !host.contains('@')
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !address.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ',' | ';'))
}

/// Shortest password that is accepted, in characters (OWASP ASVS 5.0, 6.2.1 asks for at least 8, recommends 15).
pub const PASSWORD_MIN: usize = 12;
/// Longest password that is accepted, in characters; bounds the work of hashing.
pub const PASSWORD_MAX: usize = 200;

/// What is wrong with a new password, if anything.
pub fn password_problem(password: &str, user_name: &str, email: &str) -> Option<&'static str> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let repeats = password.chars().collect::<std::collections::BTreeSet<_>>().len() < 5;
    if length < PASSWORD_MIN {
        Some("At least 12 characters; a few words in a row are easy to remember.")
    } else if length > PASSWORD_MAX {
        Some("At most 200 characters.")
    } else if repeats {
        Some("This repeats too few characters to be safe.")
    } else if lower == email.to_lowercase() || lower == user_name.to_lowercase() || lower.contains("landbridge") {
        Some("This is too easy to guess from the name or address.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_first_and_last_word() {
        assert_eq!(initials("Ines Maria Ferreira"), "IF");
        assert_eq!(initials("plato"), "P");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn addresses_that_cannot_be_one_are_refused() {
        assert!(is_email("ines@company.example"));
        for bad in ["", "ines", "ines@", "@company.example", "a b@c.de", "a@b", "a@b@c.de", "a@.de", "<a@b.de>"] {
            assert!(!is_email(bad), "{bad} was accepted");
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        assert!(password_problem("short", "", "").is_some());
        assert!(password_problem("aaaaaaaaaaaaaa", "", "").is_some());
        assert!(password_problem("ines@company.example", "Ines", "ines@company.example").is_some());
        assert_eq!(password_problem("quiet river stone", "Ines", "ines@company.example"), None);
    }
}
