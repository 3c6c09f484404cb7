//! Tokens of customers' links. A token is a keyed hash whose key lies outside of the database, so that every message to a
//! contact can carry the same link although only the hash of its token is stored. The tokens for the calendar and for
//! unsubscribing are hashes of the page's: whoever has the page's link has them, too, and they tell nothing of it.

use crate::journal::hex;
use domain::customer_page::link::Hashes;
use domain::id::{AccountNumber, ContactNumber, LinkId, MigrationId, RequestNumber};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Bytes of a token: 160 bits.
const TOKEN_BYTES: usize = 20;
/// Characters of a token, of 5 bits each.
pub(crate) const TOKEN_LENGTH: usize = TOKEN_BYTES * 8 / 5;

/// The SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// The key that tokens are made with. Of the process, not of the database.
#[derive(Clone, Default)]
pub(crate) struct TokenKey(Arc<[u8; 32]>);

impl TokenKey {
    /// A key for tokens alone, made from one that has another purpose.
    pub(crate) fn derived_from(secret: &[u8; 32]) -> TokenKey {
        TokenKey(Arc::new(hmac(secret, &[b"landbridge customer links 1"])))
    }

    /// The token of a contact's link to an account's page.
    pub(crate) fn page(
        &self,
        migration: &MigrationId,
        account: AccountNumber,
        contact: ContactNumber,
        generation: u16,
    ) -> String {
        let of = format!("page\n{migration}\n{account}\n{contact}\n{generation}");
        text(&hmac(&self.0, &[of.as_bytes()]))
    }

    /// The token of a subscriber of a status page for one purpose; the seed is new with each asking.
    pub(crate) fn subscriber(&self, purpose: &str, seed: &str) -> String {
        text(&hmac(&self.0, &[format!("subscriber\n{purpose}\n{seed}").as_bytes()]))
    }

    /// The token that confirms a request.
    pub(crate) fn confirmation(&self, migration: &MigrationId, request: RequestNumber) -> String {
        text(&hmac(&self.0, &[format!("confirm\n{migration}\n{request}").as_bytes()]))
    }
}

/// The name of a link, which is no secret: it stands in the log.
pub(crate) fn link_id(page_token: &str) -> LinkId {
    LinkId(text(&hmac(&[0; 32], &[b"id\n", page_token.as_bytes()]))[..16].to_owned())
}

/// The token of the calendar file behind a page's token.
pub(crate) fn calendar(page_token: &str) -> String {
    text(&hmac(&[0; 32], &[b"calendar\n", page_token.as_bytes()]))
}

/// The token for unsubscribing behind a page's token.
pub(crate) fn unsubscribe(page_token: &str) -> String {
    text(&hmac(&[0; 32], &[b"unsubscribe\n", page_token.as_bytes()]))
}

/// What is stored of a link's tokens.
pub(crate) fn hashes(page_token: &str) -> Hashes {
    let hashed = |token: &str| hex(&hash(token));
    Hashes {
        page: hashed(page_token),
        calendar: hashed(&calendar(page_token)),
        unsubscribe: hashed(&unsubscribe(page_token)),
    }
}

/// The hash of a token as somebody sent it.
pub(crate) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether two hashes are the same, in the same time whether they are or not.
pub(crate) fn same(a: &TokenHash, b: &TokenHash) -> bool {
    a.iter().zip(b).fold(0_u8, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8; 32], message: &[&[u8]]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let mut inner = Sha256::new();
    inner.update(pad(0x36));
    message.iter().for_each(|part| inner.update(part));
    let mut outer = Sha256::new();
    outer.update(pad(0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

/// Small letters and digits, five bits each.
/// A text without the tokens in it, for readers who are not the customer. It looks for what has a token's letters and length,
/// because in HTML the address around it is written in other ways.
pub(crate) fn veiled(text: &str) -> String {
    let is_token = |word: &str| word.len() == TOKEN_LENGTH && word.bytes().all(|byte| LETTERS.contains(&byte));
    let mut veiled = String::with_capacity(text.len());
    for piece in text.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        veiled.push_str(if is_token(word) { "…" } else { word });
        veiled.push_str(&piece[word.len()..]);
    }
    veiled
}

/// What tokens are written with.
const LETTERS: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";

fn text(bytes: &[u8; 32]) -> String {
    let mut letters = String::with_capacity(TOKEN_LENGTH);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in &bytes[..TOKEN_BYTES] {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            letters.push(char::from(LETTERS[(bits >> count & 31) as usize]));
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_token_is_veiled_wherever_it_stands() {
        let token = text(&[7; 32]);
        assert_eq!(token.len(), TOKEN_LENGTH);
        let letter = format!(
            "Open https://x.example/c/{token} or <a href=\"https:&#x2f;&#x2f;x&#x2f;u&#x2f;{token}\">ü</a> {token}"
        );
        let veiled = veiled(&letter);
        assert!(!veiled.contains(&token), "{veiled}");
        assert_eq!(veiled, letter.replace(&token, "…"));
        assert_eq!(super::veiled("No token, ünd näthing lost.\n"), "No token, ünd näthing lost.\n");
    }

    #[test]
    fn the_keyed_hash_is_the_standards() {
        // RFC 4231, test case 1, with its key of 20 bytes padded: HMAC pads keys with zeros.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&hmac(&key, &[b"Hi ", b"There"])), expected);
    }

    #[test]
    fn every_link_has_tokens_of_its_own() {
        let key = TokenKey::derived_from(&[7; 32]);
        let other = TokenKey::derived_from(&[8; 32]);
        let mut tokens = BTreeSet::new();
        let mut count = 0;
        for key in [&key, &other] {
            for migration in ["m1", "m2"] {
                for (account, contact, generation) in
                    [(1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (11, 1, 1), (1, 11, 1)]
                {
                    let page = key.page(
                        &MigrationId::from(migration),
                        AccountNumber(account),
                        ContactNumber(contact),
                        generation,
                    );
                    assert_eq!(page.len(), TOKEN_LENGTH);
                    tokens.extend([calendar(&page), unsubscribe(&page), link_id(&page).0, page]);
                    count += 4;
                }
                tokens.insert(key.confirmation(&MigrationId::from(migration), RequestNumber(1)));
                count += 1;
            }
        }
        assert_eq!(tokens.len(), count);
    }

    #[test]
    fn hashes_are_compared_whole() {
        let hash = hash("a");
        assert!(same(&hash, &hash.clone()));
        for index in [0, 31] {
            let mut other = hash;
            other[index] ^= 1;
            assert!(!same(&hash, &other));
        }
    }
}
