//! The readable part of an address.

/// What a slug may be, for the person who types one.
pub const RULE: &str = "2 to 60 small letters, digits and hyphens, for example ledger-3-billing.";

/// Whether the text follows [`RULE`].
pub fn is_valid(slug: &str) -> bool {
    (2..=60).contains(&slug.len())
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
}

/// A slug made of a name: `Ledger 3: Billing` becomes `ledger-3-billing`. May be too short to be valid.
pub fn from_name(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(60);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_valid_slug() {
        assert_eq!(from_name("Ledger 3: Billing!"), "ledger-3-billing");
        assert!(is_valid(&from_name("Ledger 3: Billing!")));
        assert_eq!(from_name("漢字"), "");
    }

    #[test]
    fn slugs_with_other_characters_are_refused() {
        for bad in ["", "a", "-ab", "ab-", "Ab", "a/b", "a b", "ä-b", &"x".repeat(61)] {
            assert!(!is_valid(bad), "{bad} was accepted");
        }
    }
}
