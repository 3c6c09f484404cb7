//! Colours of a company on the page: readable on light and on dark ground.
//!
//! Contrast as WCAG 2.2 defines it: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio> and
//! <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>; 4.5:1 for text is success criterion 1.4.3.

use serde::{Deserialize, Serialize};

/// The least contrast of text (WCAG 2.2, 1.4.3).
pub const TEXT: f64 = 4.5;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The grounds on which an accent stands: `--sunken` and `--raised` of `tokens.css`, those with the least contrast.
const LIGHT_GROUND: Colour = Colour(0xf3, 0xf4, 0xf1);
const DARK_GROUND: Colour = Colour(0x1e, 0x24, 0x23);
const WHITE: Colour = Colour(255, 255, 255);
const BLACK: Colour = Colour(0, 0, 0);

impl Colour {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        // `from_str_radix` would take a sign.
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        Some(Colour(part(0)?, part(2)?, part(4)?))
    }

    /// As `#rrggbb`.
    pub fn text(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Between 0 (black) and 1 (white).
    pub fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// From 1 (the same) to 21 (black on white).
    pub fn contrast(self, other: Colour) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The way to another colour, in 64 steps.
    fn towards(self, other: Colour, step: i32) -> Colour {
        let part = |from: u8, to: u8| (i32::from(from) + (i32::from(to) - i32::from(from)) * step / 64) as u8;
        Colour(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }

    /// The colour nearest to this one that can be read on this ground.
    pub fn readable(self, dark: bool) -> Colour {
        let (ground, end) = if dark { (DARK_GROUND, WHITE) } else { (LIGHT_GROUND, BLACK) };
        (0..=64).map(|step| self.towards(end, step)).find(|colour| colour.contrast(ground) >= TEXT).unwrap_or(end)
    }

    /// Black or white: whichever can be read better on this colour. One of them always has at least 4.5:1.
    pub fn ink(self) -> Colour {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }
}

/// The accents of a page and what is written on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accents {
    pub light: Colour,
    pub light_ink: Colour,
    pub dark: Colour,
    pub dark_ink: Colour,
}

impl Accents {
    /// The accents of these texts; without one for dark ground it is made of the other. `None` if there is none.
    pub fn of(light: &str, dark: &str) -> Option<Accents> {
        let light = Colour::parse(light)?;
        let dark = Colour::parse(dark).unwrap_or(light).readable(true);
        let light = light.readable(false);
        Some(Accents { light, light_ink: light.ink(), dark, dark_ink: dark.ink() })
    }
}

/// What is wrong with an accent, if anything; an empty one is none.
pub fn problem(text: &str, dark: bool) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let Some(colour) = Colour::parse(text) else {
        return Some("A colour such as #0b6e69.".to_owned());
    };
    let ground = if dark { DARK_GROUND } else { LIGHT_GROUND };
    let contrast = colour.contrast(ground);
    (contrast < TEXT).then(|| {
        let (name, near) = (if dark { "dark" } else { "light" }, colour.readable(dark).text());
        // Rounded down: 4.49 is not enough and must not read like it.
        let shown = (contrast * 10.0).floor() / 10.0;
        format!("Only {shown:.1}:1 on {name} ground; text needs 4.5:1. The nearest that can be read is {near}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Figures from the table of <https://www.w3.org/TR/WCAG22/> and its understanding documents: #767676 is the lightest grey
    /// that white text of normal size may stand on.
    #[test]
    fn contrast_is_what_the_standard_says() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        let grey = Colour(0x76, 0x76, 0x76);
        assert!(grey.contrast(WHITE) >= TEXT && Colour(0x77, 0x77, 0x77).contrast(WHITE) < TEXT);
        assert!((Colour(255, 0, 0).contrast(WHITE) - 3.998).abs() < 0.01);
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
        assert_eq!(problem("", false), None);
        assert_eq!(problem("#0b6e69", false), None);
        for bad in ["red", "#fff", "#12345g", "#+12345", "0b6e69", "#0b6e6", "#0b6e699", "#0b6e6é"] {
            assert_eq!(problem(bad, false).as_deref(), Some("A colour such as #0b6e69."), "{bad}");
        }
        let words = problem("#ffcc00", false).unwrap_or_default();
        assert!(words.starts_with("Only 1.3:1 on light ground"), "{words}");
        assert!(problem("#0b6e69", true).is_some_and(|words| words.contains("dark ground")));
        assert_eq!(problem("#4fc3ba", true), None);
    }

    proptest! {
        #[test]
        fn whatever_is_chosen_the_page_can_be_read(red: u8, green: u8, blue: u8) {
            let colour = Colour(red, green, blue).text();
            prop_assert_eq!(Colour::parse(&colour), Some(Colour(red, green, blue)));
            let accents = Accents::of(&colour, "").ok_or(TestCaseError::fail("no accents"))?;
            prop_assert!(accents.light.contrast(LIGHT_GROUND) >= TEXT);
            prop_assert!(accents.dark.contrast(DARK_GROUND) >= TEXT);
            prop_assert!(accents.light.contrast(accents.light_ink) >= TEXT);
            prop_assert!(accents.dark.contrast(accents.dark_ink) >= TEXT);
            if problem(&colour, false).is_none() {
                prop_assert_eq!(accents.light.text(), colour);
            }
        }
    }
}
