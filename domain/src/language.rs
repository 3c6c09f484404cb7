//! Languages by their BCP 47 tags.

/// Languages that forms suggest, with their names.
pub const SUGGESTED: [(&str, &str); 28] = [
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("en-GB", "English (United Kingdom)"),
    ("en-US", "English (United States)"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pt-BR", "Portuguese (Brazil)"),
    ("ro", "Romanian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("zh-CN", "Chinese (simplified)"),
];

/// A tag such as `de` or `pt-BR`, written as the standard recommends; `pt_br` is understood, too. `None` for what
/// cannot be one: whether such a language exists is not asked.
pub fn tag(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 35 || !text.is_ascii() {
        return None;
    }
    let mut parts = text.split(['-', '_']);
    let language = parts.next().filter(|part| (2..=3).contains(&part.len()) && is_letters(part))?;
    let mut tag = language.to_ascii_lowercase();
    for part in parts {
        if !(2..=8).contains(&part.len()) || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        tag.push('-');
        match part.len() {
            2 if is_letters(part) => tag.push_str(&part.to_ascii_uppercase()),
            4 if is_letters(part) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

/// A tag with its name, if it is one of [`SUGGESTED`]: `German (de)`.
pub fn named(tag: &str) -> String {
    match SUGGESTED.iter().find(|(code, _)| *code == tag) {
        Some((_, name)) => format!("{name}, {tag}"),
        None => tag.to_owned(),
    }
}

fn is_letters(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_as_the_standard_recommends() {
        for (typed, kept) in [
            ("de", "de"),
            (" EN ", "en"),
            ("pt_br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-CH-1996", "de-CH-1996"),
        ] {
            assert_eq!(tag(typed).as_deref(), Some(kept));
        }
        for bad in ["", "german", "d", "de-", "de--CH", "de CH", "d1", "sr-Latn-x-verylongpart", "日本"] {
            assert_eq!(tag(bad), None, "{bad} was accepted");
        }
    }

    #[test]
    fn every_suggestion_is_a_tag_once() {
        for pair in SUGGESTED.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{pair:?}");
        }
        assert!(SUGGESTED.iter().all(|(code, _)| tag(code).as_deref() == Some(*code)));
        assert_eq!(named("de"), "German, de");
        assert_eq!(named("gsw"), "gsw");
    }
}
