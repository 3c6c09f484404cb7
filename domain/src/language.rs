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

/// The two-letter codes of ISO 639-1, and those of three letters that have none of two and that interfaces are written in
/// (the languages of Unicode's CLDR with at least basic coverage).
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka \
kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr \
nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu \
asa ast bal bas bem bez bho brx ceb cgg chr ckb csw dav dje doi dsb dua dyo ebu ewo fil fur gaa gsw guz haw hsb jgo jmc kab \
kam kde kea khq kln kok ksb ksf ksh lag lij lkt luo luy mai mas mer mfe mgh mgo mni mua mzn naq nds nmg nnh nqo nus nyn pcm \
prg quc rof rwk sah saq sat sbp scn seh ses shi smn sms szl teo tok trv twq tzm vai vun wae xnr xog yav yrl yue zgh";

/// Whether the language of a tag exists. Its script and region are not looked at.
pub fn exists(tag: &str) -> bool {
    let language = tag.split('-').next().unwrap_or("");
    !language.is_empty() && LANGUAGES.split_ascii_whitespace().any(|known| known == language)
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
    fn languages_that_do_not_exist_are_known_as_such() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "gsw", "en-GB"] {
            assert!(exists(tag), "{tag}");
        }
        for tag in ["", "xx", "qq-DE", "zzz", "xx de"] {
            assert!(!exists(tag), "{tag}");
        }
        assert!(SUGGESTED.iter().all(|(code, _)| exists(code)));
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
