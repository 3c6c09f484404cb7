//! Figures of gates in whole numbers.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A figure in hundredths: 98 % is 9,800, 1.5 × is 150. Whole numbers compare exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub u32);

impl Amount {
    /// A whole number of the unit.
    pub const fn whole(number: u32) -> Amount {
        Amount(number.saturating_mul(100))
    }

    /// Reads what a person typed: `98`, `98.5`, `1,5`. At most two digits after the point.
    pub fn read(text: &str) -> Option<Amount> {
        let text = text.trim().replace(',', ".");
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 7 || !digits(whole) || rest.len() > 2 || !digits(rest) {
            return None;
        }
        let hundredths: u32 = format!("{rest:0<2}").parse().ok()?;
        Some(Amount(whole.parse::<u32>().ok()? * 100 + hundredths))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}
