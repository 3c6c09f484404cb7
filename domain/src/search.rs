//! Searching by words: accents and case do not count, and a longer word is found in spite of one typo.
//!
//! The server walks all rows with it, the browser asks the same of single rows.

use serde::{Deserialize, Serialize};

/// Letters that a word needs before one of them may be wrong: shorter words are near to too many others.
const TYPO_LETTERS_MIN: usize = 5;

/// A text as the search compares it: small letters without accents, and without the invisible characters that come along
/// when somebody pastes. `Müller` and `MULLER` become `muller`, `Straße` becomes `strasse`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|small| push_base(&mut folded, small));
        }
    }
    folded
}

/// Appends the letter under the accents; of ligatures both letters.
fn push_base(folded: &mut String, small: char) {
    let base = match small {
        // Combining accents, soft hyphen, zero-width characters, byte order mark.
        '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => return,
        'ß' => return folded.push_str("ss"),
        'æ' => return folded.push_str("ae"),
        'œ' => return folded.push_str("oe"),
        'þ' => return folded.push_str("th"),
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | '\u{1ea1}'..='\u{1eb7}' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | '\u{1eb9}'..='\u{1ec7}' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | '\u{1ec9}'..='\u{1ecb}' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | '\u{1ecd}'..='\u{1ee3}' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | '\u{1ee5}'..='\u{1ef1}' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' | '\u{1ef3}'..='\u{1ef9}' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        // What a word processor makes of hyphens and apostrophes.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '‘' | '’' | '´' => '\'',
        other => other,
    };
    folded.push(base);
}

/// The words of a search, prepared for many texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    /// For words that may have a typo.
    typo: Option<Typo>,
}

/// What a word with at most one typo must still contain: one of its halves whole, or, when the two letters in its middle
/// changed places, the word with just these exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Typo {
    letters: Vec<char>,
    halves: [String; 2],
    exchanged: String,
}

impl Words {
    /// Reads a search text.
    pub fn new(query: &str) -> Words {
        Words { words: fold(query).split_whitespace().map(Word::new).collect() }
    }

    /// Whether nothing is searched for, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every word occurs in the text, which is folded already (see [`fold`]); a longer word of letters also with
    /// one typo, at the start of a word of the text. Parts of the text are set apart by line breaks.
    pub fn matches(&self, text: &str) -> bool {
        self.words.iter().all(|word| word.occurs_in(text))
    }

    /// [`Words::matches`] without typos.
    fn matches_exactly(&self, text: &str) -> bool {
        self.words.iter().all(|word| text.contains(&word.text))
    }
}

impl Word {
    fn new(text: &str) -> Word {
        let letters: Vec<char> = text.chars().collect();
        let count = letters.iter().filter(|letter| letter.is_alphabetic()).count();
        // In an id or an address every character counts: its neighbour belongs to somebody else.
        let precise = letters.iter().any(|letter| letter.is_numeric() || matches!(letter, '@' | '.'));
        let typo = (count >= TYPO_LETTERS_MIN && !precise).then(|| Typo::new(letters));
        Word { text: text.to_owned(), typo }
    }

    fn occurs_in(&self, text: &str) -> bool {
        text.contains(&self.text) || self.typo.as_ref().is_some_and(|typo| typo.occurs_in(text))
    }
}

impl Typo {
    fn new(letters: Vec<char>) -> Typo {
        let middle = letters.len() / 2;
        let halves = [letters[..middle].iter().collect(), letters[middle..].iter().collect()];
        let mut exchanged = letters.clone();
        exchanged.swap(middle - 1, middle);
        Typo { halves, exchanged: exchanged.into_iter().collect(), letters }
    }

    fn occurs_in(&self, text: &str) -> bool {
        let [first, second] = &self.halves;
        let possible = text.contains(first) || text.contains(second) || text.contains(&self.exchanged);
        possible && word_starts(text).any(|start| self.begins(&text[start..]))
    }

    /// Whether the text begins with the word with one typo in it. The last letter has to be right, or the word of the text
    /// has to end there: otherwise `marin` would find everything that begins with `mari`.
    fn begins(&self, text: &str) -> bool {
        let word = self.letters.as_slice();
        let mut rest = text.chars();
        let mut same = 0;
        while same < word.len() {
            let mut ahead = rest.clone();
            if ahead.next() != Some(word[same]) {
                break;
            }
            rest = ahead;
            same += 1;
        }
        let (Some(wrong), rest) = (word.get(same), rest.as_str()) else { return true };
        let after = &word[same + 1..];
        // A letter too many in the word.
        let doubled = same > 0 && word[same - 1] == *wrong;
        if let Some(end) = strip(rest, after)
            && (!after.is_empty() || doubled || ends_word(end))
        {
            return true;
        }
        let mut letters = rest.chars();
        let Some(other) = letters.next().filter(|other| *other != '\n') else { return false };
        let behind = letters.as_str();
        // Another letter; a letter too few; two that changed places.
        strip(behind, after).is_some_and(|end| !after.is_empty() || ends_word(end))
            || strip(behind, &word[same..]).is_some()
            || (after.first() == Some(&other)
                && strip(behind, &[*wrong])
                    .and_then(|end| strip(end, &after[1..]))
                    .is_some_and(|end| after.len() > 1 || ends_word(end)))
    }
}

/// What follows these letters at the start of the text.
fn strip<'t>(text: &'t str, letters: &[char]) -> Option<&'t str> {
    letters.iter().try_fold(text, |rest, letter| rest.strip_prefix(*letter))
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(char::is_alphanumeric)
}

/// Where the words of a text start.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut inside = false;
    text.char_indices().filter_map(move |(index, c)| {
        let starts = !std::mem::replace(&mut inside, c.is_alphanumeric()) && inside;
        starts.then_some(index)
    })
}

/// How well something was found, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// The external id itself.
    Id,
    /// The e-mail address of a contact.
    Email,
    IdStart,
    NameStart,
    /// Every word starts a word of the name.
    NameWord,
    /// Somewhere in id, name or contacts.
    Within,
    /// With a typo in a word.
    Typo,
    /// Only the part of an address after the `@` is that of a contact.
    Domain,
}

/// What the answer card looks in, folded: a line each for external id, name, and the addresses and names of contacts.
pub fn card_text<'c>(external_id: &str, name: &str, contacts: impl IntoIterator<Item = &'c str>) -> String {
    let line = |text: &str| fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = format!("{}\n{}", line(external_id), line(name));
    for contact in contacts.into_iter().map(line).filter(|contact| !contact.is_empty()) {
        text.push('\n');
        text.push_str(&contact);
    }
    text
}

/// One reading of what somebody typed or pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    whole: String,
    words: Words,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words,
    /// One word of several, taken for an id: only the very same id counts.
    Id,
    /// `@` and what follows it in an address.
    Domain,
}

/// Longest text that is searched for; what is longer was pasted by mistake.
const NEEDLE_MAX: usize = 200;
/// Words of a pasted text that are tried as ids.
const IDS_MAX: usize = 8;

impl Needle {
    /// The readings of a text, to be tried in this order until one finds something. `Solveig Dahl <s.dahl@hal.example>`
    /// means the address, then the person's name, then the company behind the address; in `Re: ticket C-10482` a word
    /// may be an id.
    pub fn readings(text: &str) -> Vec<Needle> {
        let text: String = text.chars().take(NEEDLE_MAX).collect();
        let folded = fold(&text);
        let apart = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';');
        let words: Vec<&str> = folded.split(apart).map(bare).filter(|word| !word.is_empty()).collect();
        let mut readings = Vec::new();
        let mut push = |words: &[&str], kind| {
            let whole = words.join(" ");
            if !whole.is_empty() && readings.iter().all(|known: &Needle| known.whole != whole) {
                readings.push(Needle { words: Words::new(&whole), whole, kind });
            }
        };
        match words.iter().find(|word| crate::user::is_email(word)) {
            Some(email) => {
                push(&[email], Kind::Words);
                let beside: Vec<&str> = words.iter().filter(|word| !word.contains('@')).copied().collect();
                push(&beside, Kind::Words);
                if let Some(at) = email.find('@') {
                    push(&[&email[at..]], Kind::Domain);
                }
            }
            None => {
                push(&words, Kind::Words);
                let ids = words.iter().filter(|word| word.chars().any(|c| c.is_ascii_digit()));
                ids.take(IDS_MAX).for_each(|id| push(&[id], Kind::Id));
            }
        }
        readings
    }

    /// Whether so many hits mean nothing: an address's domain that many companies share is a mail provider's.
    pub fn is_too_common(&self, hits: usize) -> bool {
        self.kind == Kind::Domain && hits > DOMAIN_HITS_MAX
    }

    /// How well a [`card_text`] fits, or `None` if it does not.
    pub fn rank(&self, text: &str) -> Option<Rank> {
        let whole = self.whole.as_str();
        // Most texts do not fit, and cost no more than that.
        if self.kind == Kind::Words && !self.words.matches(text) {
            return None;
        }
        let mut lines = text.split('\n');
        let (id, name) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        match self.kind {
            Kind::Id => return (id == whole).then_some(Rank::Id),
            Kind::Domain => return lines.any(|line| line.ends_with(whole)).then_some(Rank::Domain),
            Kind::Words => {}
        }
        let exactly = |text: &str| self.words.matches_exactly(text);
        Some(if id == whole {
            Rank::Id
        } else if whole.contains('@') && lines.any(|line| line == whole) {
            Rank::Email
        } else if id.starts_with(whole) {
            Rank::IdStart
        } else if name.starts_with(whole) {
            Rank::NameStart
        } else if self.words.words.iter().all(|word| starts_a_word(name, &word.text)) {
            Rank::NameWord
        } else if exactly(text) {
            Rank::Within
        } else {
            Rank::Typo
        })
    }
}

/// More companies than this behind one domain are the customers of a mail provider.
const DOMAIN_HITS_MAX: usize = 5;

fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(index, _)| !text[..index].ends_with(char::is_alphanumeric))
}

/// A pasted word without what clings to it: brackets, quotes, punctuation, `mailto:`.
fn bare(word: &str) -> &str {
    let clings = |c: char| {
        c.is_control()
            || matches!(
                c,
                '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '`' | ':' | '!' | '?' | '*' | '|' | '#' | '='
            )
            || matches!(c, '~' | '\\' | '„' | '“' | '”' | '‚' | '«' | '»' | '‹' | '›' | '•' | '·' | '…')
    };
    let word = match word.contains('@') {
        true => word.rsplit(':').next().and_then(|word| word.split('?').next()).unwrap_or(word),
        false => word,
    };
    let bare = word.trim_matches(clings).trim_end_matches(|c: char| c == '.' || clings(c));
    if bare.chars().any(char::is_alphanumeric) { bare } else { "" }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
