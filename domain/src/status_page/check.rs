//! What texts, links and pictures of a page have to be.

use super::accent::{self, Accents};
use super::incident::{BODY_MAX, TITLE_MAX};
use super::{ComponentDraft, FootLink, Localized, Logo, Look, PageContent};
use crate::language;
use crate::migration::FieldError;

/// Longest text of one paragraph, in characters.
pub const LINE_MAX: usize = 1_000;
/// Longest words about whom a task concerns, in characters.
pub const WHO_MAX: usize = 120;
/// Most languages of a page.
pub const LANGUAGES_MAX: usize = 20;
/// Most tasks and most questions.
pub const LIST_MAX: usize = 100;
/// Most links at the foot.
pub const LINKS_MAX: usize = 12;
/// Most components of a page, groups included.
pub const COMPONENTS_MAX: usize = 100;
/// Largest logo, in bytes.
pub const LOGO_MAX: usize = 20_000;
/// Longest address of a link, in characters.
const ADDRESS_MAX: usize = 2_000;

/// Whether a text may have several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    One,
    Several,
}

/// Complaints as they are found, each at its field. The text of a language stands at `field.de`.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Complains if something is wrong.
    pub fn when(&mut self, wrong: bool, field: &str, message: &str) {
        if wrong {
            self.0.push(FieldError::new(field, message));
        }
    }

    /// Looks at a text in each of its languages.
    pub fn text(&mut self, field: &str, text: &Localized, max: usize, lines: Lines) {
        for (tag, text) in &text.0 {
            let at = format!("{field}.{tag}");
            if let Some(message) = problem_of_language(tag) {
                self.0.push(FieldError::new(&at, message));
            }
            let count = text.chars().count();
            if count > max {
                let message =
                    format!("At most {} characters; this is {}. Nothing was saved.", grouped(max), grouped(count));
                self.0.push(FieldError::new(&at, message));
            }
            let stray = |character: char| match character {
                '\n' => lines == Lines::One,
                '\t' => lines == Lines::One,
                _ => character.is_control(),
            };
            if text.chars().any(stray) {
                let message = match lines {
                    Lines::One => "One line only, without control characters.",
                    Lines::Several => "There is a character in it that cannot be shown. Type the text again.",
                };
                self.0.push(FieldError::new(&at, message));
            }
        }
    }

    /// Complains if a text says nothing in any language.
    pub fn needed(&mut self, field: &str, text: &Localized, language: &str, message: &str) {
        if text.is_empty() {
            self.0.push(FieldError::new(&format!("{field}.{language}"), message));
        }
    }

    /// What was found.
    pub fn done(self) -> Vec<FieldError> {
        self.0
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is wrong with the tag of a language, if anything.
pub fn problem_of_language(tag: &str) -> Option<String> {
    match language::tag(tag) {
        Some(written) if written == tag && language::exists(tag) => None,
        Some(written) if language::exists(&written) => Some(format!("Write this language as {written}.")),
        _ => Some(format!("There is no language “{}”. Use a tag such as de or pt-BR.", short(tag))),
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(20).collect()
}

/// What is wrong with the address of a link, if anything.
pub fn problem_of_link(address: &str) -> Option<&'static str> {
    const RULE: &str = "An address that begins with https://, http:// or mailto:.";
    let harmless =
        |character: char| !character.is_whitespace() && !character.is_control() && !"\"<>\\^`{|}".contains(character);
    if address.chars().count() > ADDRESS_MAX {
        return Some("At most 2,000 characters.");
    }
    if !address.chars().all(harmless) {
        return Some("An address has no blanks, quotes or brackets.");
    }
    let lower = address.to_ascii_lowercase();
    if let Some(mailbox) = lower.strip_prefix("mailto:") {
        let parts: Vec<&str> = mailbox.split('?').next().unwrap_or("").split('@').collect();
        return (!matches!(parts.as_slice(), [name, host] if !name.is_empty() && host.contains('.'))).then_some(RULE);
    }
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return Some(RULE);
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.contains('@') {
        return Some("An address has no name and password in it.");
    }
    host.is_empty().then_some(RULE)
}

/// What is wrong with the name of a host, if anything.
pub fn problem_of_host(host: &str) -> Option<&'static str> {
    const RULE: &str = "A name such as status.example.com: no https://, no port, no path.";
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels: Vec<&str> = host.split('.').collect();
    let fits = host.len() <= 253 && labels.len() >= 2 && labels.iter().all(|part| label(part));
    // The last label of a name is never all digits: that would be an address.
    let named = labels.last().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_lowercase()));
    (!(fits && named)).then_some(RULE)
}

/// The media type that a picture's first bytes tell.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

impl Logo {
    /// The logo of a file's bytes; what is wrong with them otherwise.
    pub fn of_file(bytes: &[u8]) -> Result<Logo, String> {
        if bytes.is_empty() {
            return Err("The file is empty.".to_owned());
        }
        if bytes.len() > LOGO_MAX {
            return Err(format!("At most 20 kB; this file has {} kB.", bytes.len().div_ceil(1_000)));
        }
        let media_type = media_type(bytes).ok_or("A PNG, JPEG or WebP picture, please: this file is none of them.")?;
        Ok(Logo { media_type: media_type.to_owned(), bytes: base64(bytes) })
    }

    /// The picture's bytes; `None` if they are not what they say.
    pub fn decoded(&self) -> Option<Vec<u8>> {
        let bytes = from_base64(&self.bytes)?;
        (media_type(&bytes)? == self.media_type && bytes.len() <= LOGO_MAX).then_some(bytes)
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648): the browser makes logos of files, and has no crate for it.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (u32::from(chunk[0]) << 16)
            | (chunk.get(1).map_or(0, |byte| u32::from(*byte)) << 8)
            | chunk.get(2).map_or(0, |byte| u32::from(*byte));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() { char::from(ALPHABET[digit as usize]) } else { '=' });
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let trimmed = text.trim_end_matches('=');
    if text.len() - trimmed.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut word, mut bits) = (0_u32, 0);
    for byte in trimmed.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == byte)? as u32;
        word = ((word << 6) | digit) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((word >> bits) & 255) as u8);
        }
    }
    Some(bytes)
}

impl PageContent {
    /// The language that readers of others get.
    pub fn fallback(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }

    /// Line ends as everywhere, no blanks around.
    pub fn tidied(&self) -> PageContent {
        let mut content = self.clone();
        content.each_text(|_, text, _, _| *text = tidy(text));
        for text in [&mut content.title, &mut content.headline] {
            *text = trimmed(text);
        }
        content
    }

    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut checks = Checks::default();
        checks.when(self.languages.is_empty(), "languages", "A page has at least one language.");
        checks.when(self.languages.len() > LANGUAGES_MAX, "languages", "At most 20 languages.");
        for (index, tag) in self.languages.iter().enumerate() {
            if let Some(message) = problem_of_language(tag) {
                checks.when(true, "languages", &message);
            }
            checks.when(self.languages[..index].contains(tag), "languages", "A language stands here twice.");
        }
        checks.when(self.tasks.len() > LIST_MAX, "tasks", "At most 100 tasks.");
        checks.when(self.questions.len() > LIST_MAX, "questions", "At most 100 questions.");
        let fallback = self.fallback().to_owned();
        let mut copy = self.clone();
        let languages = self.languages.clone();
        copy.each_text(|field, text, max, lines| {
            checks.text(field, text, max, lines);
            for tag in text.0.keys().filter(|tag| !languages.contains(tag)) {
                let message =
                    "There is a text in a language that the page does not have. Add the language, or empty the text.";
                checks.when(true, &format!("{field}.{tag}"), message);
            }
        });
        for (index, task) in self.tasks.iter().enumerate() {
            checks.needed(
                &format!("tasks.{index}.title"),
                &task.title,
                &fallback,
                "Say what is to be done, or remove it.",
            );
        }
        for (index, question) in self.questions.iter().enumerate() {
            let field = format!("questions.{index}.question");
            checks.needed(&field, &question.question, &fallback, "Write the question, or remove it.");
            let field = format!("questions.{index}.answer");
            checks.needed(&field, &question.answer, &fallback, "Write the answer, or remove the question.");
        }
        checks.done()
    }

    /// Calls `look` with each text: the name of its field, the text, its longest length in characters, and its lines.
    pub fn each_text(&mut self, mut look: impl FnMut(&str, &mut Localized, usize, Lines)) {
        use Lines::{One, Several};
        look("title", &mut self.title, TITLE_MAX, One);
        look("banner", &mut self.banner, LINE_MAX, One);
        look("headline", &mut self.headline, TITLE_MAX, One);
        look("lead", &mut self.lead, LINE_MAX, Several);
        look("changes", &mut self.changes, BODY_MAX, Several);
        look("stays", &mut self.stays, BODY_MAX, Several);
        for (index, task) in self.tasks.iter_mut().enumerate() {
            look(&format!("tasks.{index}.title"), &mut task.title, TITLE_MAX, One);
            look(&format!("tasks.{index}.who"), &mut task.who, WHO_MAX, One);
            look(&format!("tasks.{index}.text"), &mut task.text, BODY_MAX, Several);
        }
        for (index, question) in self.questions.iter_mut().enumerate() {
            look(&format!("questions.{index}.question"), &mut question.question, TITLE_MAX, One);
            look(&format!("questions.{index}.answer"), &mut question.answer, BODY_MAX, Several);
        }
        look("contact", &mut self.contact, BODY_MAX, Several);
    }

    /// The names of the fields that have a text in another language and none in this one.
    pub fn missing(&self, language: &str) -> Vec<String> {
        let mut missing = Vec::new();
        self.clone().each_text(|field, text, _, _| {
            if !text.is_empty() && text.exactly(language).is_empty() {
                missing.push(field.to_owned());
            }
        });
        missing
    }

    /// The names of the fields whose texts differ, with the language; and what else differs.
    pub fn differences(&self, other: &PageContent) -> Vec<(String, String)> {
        let texts = |content: &PageContent| {
            let mut texts = std::collections::BTreeMap::new();
            content.clone().each_text(|field, text, _, _| {
                for (tag, words) in &text.0 {
                    texts.insert((field.to_owned(), tag.clone()), words.clone());
                }
            });
            texts
        };
        let (mine, theirs) = (texts(self), texts(other));
        let mut keys: Vec<_> = mine.keys().chain(theirs.keys()).cloned().collect();
        keys.sort();
        keys.dedup();
        let mut different: Vec<_> = keys.into_iter().filter(|key| mine.get(key) != theirs.get(key)).collect();
        if self.languages != other.languages {
            different.insert(0, ("languages".to_owned(), String::new()));
        }
        different
    }

    /// Takes a language away with everything that is written in it.
    pub fn drop_language(&mut self, language: &str) {
        self.languages.retain(|tag| tag != language);
        self.each_text(|_, text, _, _| text.set(language, ""));
    }
}

/// A text as it is kept: the line ends of one kind, nothing empty.
pub fn tidy(text: &Localized) -> Localized {
    let mut tidied = Localized::default();
    for (tag, words) in &text.0 {
        tidied.set(tag, words.replace("\r\n", "\n").replace('\r', "\n").trim_end());
    }
    tidied
}

/// [`tidy`] for one line.
pub fn trimmed(text: &Localized) -> Localized {
    let mut trimmed = Localized::default();
    for (tag, words) in &text.0 {
        trimmed.set(tag, words.trim());
    }
    trimmed
}

impl ComponentDraft {
    /// Everything that is wrong with the words.
    pub fn problems(&self, language: &str) -> Vec<FieldError> {
        let mut checks = Checks::default();
        checks.needed("name", &self.name, language, "Give it a name.");
        checks.text("name", &self.name, TITLE_MAX, Lines::One);
        checks.text("description", &self.description, LINE_MAX, Lines::One);
        checks.when(self.is_group && self.group.is_some(), "group", "A group cannot be in a group.");
        checks.done()
    }
}

impl Look {
    /// The accents; `None`: Landbridge's own.
    pub fn accents(&self) -> Option<Accents> {
        Accents::of(&self.accent, &self.accent_dark)
    }

    /// Everything that is wrong with it.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut checks = Checks::default();
        for (field, colour, dark) in [("accent", &self.accent, false), ("accent_dark", &self.accent_dark, true)] {
            if let Some(message) = accent::problem(colour, dark) {
                checks.when(true, field, &message);
            }
        }
        checks.when(
            !self.accent_dark.is_empty() && self.accent.is_empty(),
            "accent",
            "Choose the colour on light ground, too, or neither.",
        );
        if self.logo.as_ref().is_some_and(|logo| logo.decoded().is_none()) {
            checks.when(true, "logo", "A PNG, JPEG or WebP picture of at most 20 kB, please.");
        }
        if !self.host.is_empty() {
            checks.when(problem_of_host(&self.host).is_some(), "host", problem_of_host(&self.host).unwrap_or_default());
        }
        if !self.home.is_empty() {
            checks.when(problem_of_link(&self.home).is_some(), "home", problem_of_link(&self.home).unwrap_or_default());
        }
        checks.when(self.links.len() > LINKS_MAX, "links", "At most 12 links.");
        for (index, FootLink { label, address }) in self.links.iter().enumerate() {
            let field = format!("links.{index}.label");
            checks.needed(&field, label, "en", "Give the link its words.");
            checks.text(&field, label, WHO_MAX, Lines::One);
            if let Some(message) = problem_of_link(address) {
                checks.when(true, &format!("links.{index}.address"), message);
            }
        }
        checks.done()
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
