//! The table that is printed: figures, their targets, and whether they were reached.

use std::fmt;

/// Widest name of a figure, for aligning.
const NAME_WIDTH: usize = 58;
const VALUE_WIDTH: usize = 18;
const TARGET_WIDTH: usize = 16;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn reached_by(self, value: f64) -> bool {
        match self {
            Target::AtMost(most) => value <= most,
            Target::AtLeast(least) => value >= least,
        }
    }

    fn text(self, unit: &str) -> String {
        match self {
            Target::AtMost(most) => format!("≤ {} {unit}", readable(most)),
            Target::AtLeast(least) => format!("≥ {} {unit}", readable(least)),
        }
    }
}

/// Everything that was measured, in order.
#[derive(Default)]
pub struct Table {
    heading: Vec<String>,
    lines: Vec<Line>,
    reached: u32,
    missed: u32,
}

enum Line {
    Section(String),
    Figure { name: String, value: String, target: String, verdict: &'static str },
    Note(String),
}

impl Table {
    /// What the figures were measured on.
    pub fn describe(&mut self, lines: Vec<String>) {
        self.heading = lines;
    }

    /// Begins a group of figures.
    pub fn section(&mut self, title: impl Into<String>) {
        self.lines.push(Line::Section(title.into()));
    }

    /// A figure without a target.
    pub fn figure(&mut self, name: impl Into<String>, value: f64, unit: &str) {
        let value = format!("{} {unit}", readable(value));
        self.lines.push(Line::Figure { name: name.into(), value, target: String::new(), verdict: "" });
    }

    /// A figure with its target.
    pub fn compared(&mut self, name: impl Into<String>, value: f64, unit: &str, target: Target) {
        let reached = target.reached_by(value);
        *if reached { &mut self.reached } else { &mut self.missed } += 1;
        self.lines.push(Line::Figure {
            name: name.into(),
            value: format!("{} {unit}", readable(value)),
            target: target.text(unit),
            verdict: if reached { "reached" } else { "MISSED" },
        });
    }

    /// What has to be known to read the figures.
    pub fn note(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Note(text.into()));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for line in &self.heading {
            writeln!(f, "{line}")?;
        }
        for line in &self.lines {
            match line {
                Line::Section(title) => writeln!(f, "\n{title}")?,
                Line::Note(text) => writeln!(f, "  ({text})")?,
                Line::Figure { name, value, target, verdict } => {
                    let text =
                        format!("  {name:<NAME_WIDTH$}{value:>VALUE_WIDTH$}   {target:<TARGET_WIDTH$} {verdict}");
                    writeln!(f, "{}", text.trim_end())?;
                }
            }
        }
        writeln!(f, "\n{} targets reached, {} missed", self.reached, self.missed)
    }
}

/// A number with as many decimals as it deserves and its thousands set apart.
fn readable(number: f64) -> String {
    let text = match number.abs() {
        size if size < 9.995 => format!("{number:.2}"),
        size if size < 99.95 => format!("{number:.1}"),
        _ => return grouped(number.round() as i64),
    };
    // Whole numbers, as most targets are, need no decimals.
    text.strip_suffix(".00").or(text.strip_suffix(".0")).map(str::to_owned).unwrap_or(text)
}

fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_exact_as_they_deserve() {
        let cases = [
            (0.0, "0"),
            (0.6, "0.60"),
            (5.0, "5"),
            (9.996, "10"),
            (12.34, "12.3"),
            (700.0, "700"),
            (100_000.4, "100,000"),
        ];
        for (number, text) in cases {
            assert_eq!(readable(number), text);
        }
    }

    #[test]
    fn a_target_is_reached_at_its_limit() {
        assert!(Target::AtMost(5.0).reached_by(5.0) && !Target::AtMost(5.0).reached_by(5.01));
        assert!(Target::AtLeast(0.6).reached_by(0.6) && !Target::AtLeast(0.6).reached_by(0.59));
    }

    #[test]
    fn the_table_counts_what_was_reached() {
        let mut table = Table::default();
        table.section("Import");
        table.compared("commit", 9_000.0, "rows/s", Target::AtLeast(8_000.0));
        table.compared("memory", 701.0, "MB", Target::AtMost(700.0));
        table.figure("upload", 1.5, "s");
        let text = table.to_string();
        assert!(text.contains("9,000 rows/s   ≥ 8,000 rows/s   reached"), "{text}");
        assert!(text.contains("701 MB   ≤ 700 MB         MISSED"), "{text}");
        assert!(text.ends_with("1 targets reached, 1 missed\n"), "{text}");
    }
}
