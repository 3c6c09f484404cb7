//! The badge: a small picture with the state, for the company's own site.

use super::render::{View, clean, icons};
use maud::html;

const HEIGHT: u32 = 24;
const PAD: u32 = 9;
const ICON: u32 = 14;

/// The badge as SVG. Its colours have enough contrast on both halves; it has no script and loads nothing.
pub fn svg(view: &View) -> String {
    let name = shortened(&clean(view.title()));
    let state = view.short_state();
    let (left, right) = (width(&name) + 2 * PAD, width(&state) + 2 * PAD + ICON + 5);
    let (colour, whole) = (icons::badge_colour(view.tone()), left + right);
    let label = format!("{name}: {state}");
    let clip =
        format!("M4 0H{}a4 4 0 0 1 4 4V{}a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z", whole - 4, HEIGHT - 4);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(whole) height=(HEIGHT) viewBox=(format!("0 0 {whole} {HEIGHT}"))
            role="img" aria-label=(label) {
            title { (label) }
            path d=(clip) fill="#2b3331" {}
            path d=(format!("M{left} 0H{}a4 4 0 0 1 4 4V{}a4 4 0 0 1-4 4H{left}z", whole - 4, HEIGHT - 4)) fill=(colour) {}
            g font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11" fill="#fff" {
                text x=(PAD) y="16" textLength=(width(&name)) { (name) }
                svg x=(left + PAD) y="5" width=(ICON) height=(ICON) viewBox="0 0 16 16" fill="none" stroke="#fff"
                    stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" { (icons::paths(view.tone())) }
                text x=(left + PAD + ICON + 5) y="16" textLength=(width(&state)) { (state) }
            }
        }
    }
    .into_string()
}

/// A name that fits.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 40;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// About how wide a text is in Verdana at 11 px; `textLength` makes it exactly so in whatever font there is.
fn width(text: &str) -> u32 {
    let tenths: u32 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 34,
            ' ' | '\u{a0}' | 'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 44,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 104,
            letter if letter.is_uppercase() => 78,
            letter if letter.is_ascii() => 68,
            // Ideographs are as wide as they are high.
            letter if (letter as u32) >= 0x1100 => 110,
            _ => 70,
        })
        .sum();
    tenths.div_ceil(10)
}
