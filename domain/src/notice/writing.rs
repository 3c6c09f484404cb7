//! Help while a template is written: completing a variable's name, and comparing two versions.

use super::variables::Variable;

/// What completion puts in place of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The whole text with the variable in it.
    pub text: String,
    /// Where the caret goes, in bytes.
    pub caret: usize,
}

/// The part of a variable's name that stands before the caret, if a variable can stand there: after `{{`, or in a
/// condition after `{% if`. Empty just after the braces.
pub fn fragment(text: &str, caret: usize) -> Option<&str> {
    let before = text.get(..caret)?;
    let opened = before.rfind("{{").max(before.rfind("{%"))?;
    let inside = &before[opened..];
    // Another line is another thought; what is closed is over; and a text in quotes is no name.
    if inside.contains("}}") || inside.contains("%}") || inside.contains('\n') || inside.matches('"').count() % 2 == 1 {
        return None;
    }
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_');
    let start = inside
        .rfind(|letter: char| !is_part(letter))
        .map_or(0, |last| last + inside[last..].chars().next().map_or(1, char::len_utf8));
    let typed = &inside[start..];
    let rest = inside[2..start.max(2)].trim();
    let at_name = match inside.starts_with("{%") {
        // The word after `{%` is the tag's own.
        true => rest.trim_start_matches(['-', '+']).split_whitespace().next().is_some(),
        false => {
            rest.is_empty()
                || rest == "-"
                || [" or ", " and ", " not "].iter().any(|word| format!(" {rest} ").ends_with(word))
        }
    };
    at_name.then_some(typed)
}

/// The variables that fit what was typed: those that begin with it first, then those that have it anywhere.
pub fn fitting<'a>(typed: &str, known: &'a [Variable]) -> Vec<&'a Variable> {
    let typed = typed.to_lowercase();
    let begins = |variable: &&Variable| variable.name.starts_with(&typed);
    let has = |variable: &&Variable| {
        !begins(variable) && (variable.name.contains(&typed) || variable.description.to_lowercase().contains(&typed))
    };
    let first = known.iter().filter(begins);
    first.chain(known.iter().filter(has)).collect()
}

/// Puts a variable where the caret is: in place of a part of its name, with braces around it where there are none.
pub fn put(text: &str, caret: usize, variable: &Variable) -> Completed {
    let caret = (0..=caret.min(text.len())).rev().find(|caret| text.is_char_boundary(*caret)).unwrap_or(0);
    let (before, after) = text.split_at(caret);
    let name = &variable.name;
    let Some(typed) = fragment(text, caret) else {
        let written = match variable.optional {
            // Nothing is written where nothing is known.
            true => format!("{{% if {name} %}}{{{{ {name} }}}}{{% endif %}}"),
            false => format!("{{{{ {name} }}}}"),
        };
        let caret = before.len() + written.len();
        return Completed { text: format!("{before}{written}{after}"), caret };
    };
    let mut start = before[..before.len() - typed.len()].to_owned();
    if start.ends_with("{{") {
        start.push(' ');
    }
    let in_condition = start.rfind("{%") > start.rfind("{{");
    let line = after.lines().next().unwrap_or_default();
    let closing = if in_condition { "%}" } else { "}}" };
    let opens_again = line.find('{').unwrap_or(usize::MAX);
    let is_closed = line.find(closing).is_some_and(|closed| closed < opens_again);
    // What is left of the name after the caret goes with it.
    let left: usize =
        after.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_')).map(char::len_utf8).sum();
    let end = if is_closed { String::new() } else { format!(" {closing}") };
    let text = format!("{start}{name}{end}{}", &after[left..]);
    Completed { caret: start.len() + name.len() + end.len(), text }
}

/// A line of two versions side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Same(String),
    Removed(String),
    Added(String),
}

/// Longest texts, in lines, that are compared line by line.
const LINES_MAX: usize = 2_000;

/// How one text became the other, line by line.
pub fn compare(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let removed = |lines: &[&str]| lines.iter().map(|line| Line::Removed((*line).to_owned())).collect::<Vec<_>>();
    let added = |lines: &[&str]| lines.iter().map(|line| Line::Added((*line).to_owned())).collect::<Vec<_>>();
    if old.len() > LINES_MAX || new.len() > LINES_MAX {
        return [removed(&old), added(&new)].concat();
    }
    // common[i][j]: the most lines that the rests from i and j have in common.
    let width = new.len() + 1;
    let mut common = vec![0u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            lines.push(Line::Same(old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            lines.push(Line::Removed(old[i].to_owned()));
            i += 1;
        } else {
            lines.push(Line::Added(new[j].to_owned()));
            j += 1;
        }
    }
    lines.extend(removed(&old[i..]));
    lines.extend(added(&new[j..]));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::{NoticeKind, variables::variables};
    use super::*;
    use proptest::prelude::*;

    fn variable(name: &str) -> Variable {
        variables(NoticeKind::Notice, &[]).into_iter().find(|variable| variable.name == name).unwrap()
    }

    #[test]
    fn a_name_can_stand_after_braces_and_in_conditions() {
        for (before, typed) in [
            ("{{", Some("")),
            ("Hello {{ cust", Some("cust")),
            ("{{ customer.na", Some("customer.na")),
            ("{{ contact.name or con", Some("con")),
            ("{% if win", Some("win")),
            ("{% if not win", Some("win")),
            ("{% i", None),
            ("{{ customer.name }} and", None),
            ("{{ customer.name \n x", None),
            ("{{ contact.name or \"the", None),
            ("{{ customer.name | up", None),
            ("plain", None),
            ("é {{ é", Some("é")),
        ] {
            assert_eq!(fragment(before, before.len()), typed, "{before}");
        }
    }

    #[test]
    fn what_fits_best_comes_first() {
        let known = variables(NoticeKind::Notice, &[]);
        let names: Vec<_> = fitting("name", &known).into_iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names[..3], ["customer.name", "contact.name", "contact.first_name"]);
        assert_eq!(fitting("account.d", &known)[0].name, "account.date");
        assert_eq!(fitting("", &known).len(), known.len());
        assert!(fitting("zzz", &known).is_empty());
    }

    #[test]
    fn a_variable_is_put_in_place_of_what_was_typed() {
        for (text, name, becomes) in [
            ("Hello {{|", "customer.name", "Hello {{ customer.name }}|"),
            ("{{ cus|", "customer.name", "{{ customer.name }}|"),
            ("{{ cus| }} x", "customer.name", "{{ customer.name| }} x"),
            ("{{ cus|tomer.id }} x", "customer.name", "{{ customer.name| }} x"),
            ("{{ cus| {{ a }}", "customer.name", "{{ customer.name }}| {{ a }}"),
            ("{% if win|", "window.starts", "{% if window.starts %}|"),
            ("Dear |,", "customer.name", "Dear {{ customer.name }}|,"),
            ("Dear |,", "contact.name", "Dear {% if contact.name %}{{ contact.name }}{% endif %}|,"),
        ] {
            let caret = text.find('|').unwrap();
            let done = put(&text.replace('|', ""), caret, &variable(name));
            let mut shown = done.text.clone();
            shown.insert(done.caret, '|');
            assert_eq!(shown, becomes, "{text}");
        }
    }

    proptest! {
        #[test]
        fn comparing_keeps_both_texts(old in "[ab\n]{0,20}", new in "[ab\n]{0,20}") {
            let lines = compare(&old, &new);
            let of = |is: fn(&Line) -> Option<&str>| lines.iter().filter_map(is).collect::<Vec<_>>();
            let was = of(|line| match line { Line::Same(text) | Line::Removed(text) => Some(text), Line::Added(_) => None });
            let is = of(|line| match line { Line::Same(text) | Line::Added(text) => Some(text), Line::Removed(_) => None });
            prop_assert_eq!(was, old.lines().collect::<Vec<_>>());
            prop_assert_eq!(is, new.lines().collect::<Vec<_>>());
        }

        #[test]
        fn completing_never_fails(text in "\\PC{0,12}|[{}% a.\n]{0,12}", caret in 0usize..20) {
            let done = put(&text, caret, &variable("customer.name"));
            prop_assert!(done.text.contains("customer.name") && done.text.is_char_boundary(done.caret));
        }
    }
}
