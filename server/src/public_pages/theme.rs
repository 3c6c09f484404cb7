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
         --accent-wash:light-dark(color-mix(in srgb,{light} 5%,#fff),color-mix(in srgb,{dark} 6%,#171c1b))}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::status_page::accent::Colour;

    /// As `color-mix(in srgb, …)` does it.
    fn mixed(colour: Colour, percent: f64, ground: Colour) -> Colour {
        let part = |one: u8, other: u8| {
            (f64::from(one) * percent / 100.0 + f64::from(other) * (1.0 - percent / 100.0)).round() as u8
        };
        Colour(part(colour.0, ground.0), part(colour.1, ground.1), part(colour.2, ground.2))
    }

    #[test]
    fn every_accent_can_be_read_on_its_own_wash() {
        const STEPS: [u8; 11] = [0, 17, 51, 85, 102, 119, 136, 153, 187, 221, 255];
        let at = |index: usize| STEPS[index % STEPS.len()];
        for index in 0..STEPS.len().pow(3) {
            let (red, green, blue) = (at(index), at(index / STEPS.len()), at(index / STEPS.len().pow(2)));
            let text = Colour(red, green, blue).text();
            let accents = Accents::of(&text, "").unwrap();
            let light = mixed(accents.light, 5.0, Colour(255, 255, 255));
            let dark = mixed(accents.dark, 6.0, Colour(0x17, 0x1c, 0x1b));
            assert!(accents.light.contrast(light) >= 4.5, "{text} in light: {:.2}", accents.light.contrast(light));
            assert!(accents.dark.contrast(dark) >= 4.5, "{text} in dark: {:.2}", accents.dark.contrast(dark));
        }
    }

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
