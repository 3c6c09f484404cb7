//! A company's accent on its page: it sets the tokens of the accent and nothing else.

use domain::status_page::Look;
use domain::status_page::accent::Accents;

/// The style that sets the accent; empty for Landbridge's own. Made of two colours that were read as such, so that nothing else
/// can be in it; each is readable on its ground whatever was chosen.
pub fn style(look: &Look) -> String {
    let Some(accents) = Accents::of(&look.accent, &look.accent_dark) else { return String::new() };
    let (light, dark) = (accents.light.text(), accents.dark.text());
    let ink = format!("light-dark({},{})", accents.light_ink.text(), accents.dark_ink.text());
    // The washes are those of the surface with so little of the accent that text keeps its contrast on them.
    format!(
        "@layer tokens{{:root{{--accent:light-dark({light},{dark});--accent-ink:{ink};--focus:light-dark({light},{dark});\
         --accent-wash:light-dark(color-mix(in srgb,{light} 5%,#fff),color-mix(in srgb,{dark} 9%,#171c1b))}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_get_into_the_style() {
        let look = |accent: &str| Look { accent: accent.into(), ..Default::default() };
        assert_eq!(style(&look("")), "");
        for bad in ["red", "#12345", "#123456}*{display:none", "</style><script>alert(1)</script>", "#é12345"] {
            assert_eq!(style(&look(bad)), "", "{bad}");
        }
        let text = style(&look("#7a1fa2"));
        assert!(text.contains("--accent:light-dark(#7a1fa2,#"), "{text}");
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
}
