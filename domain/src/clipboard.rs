//! Cells on the clipboard as spreadsheets put them there: tabs between cells, line ends between rows, quotes around
//! cells that hold either.

/// The longest text that is read, in bytes.
pub const CLIPBOARD_MAX: usize = 4_000_000;

/// Why a text from the clipboard cannot be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardProblem {
    #[error("There is no text on the clipboard.")]
    Empty,
    #[error("This is more than a paste can hold. Import it as a file instead.")]
    TooLong,
}

/// The cells of a text. Rows may differ in length.
pub fn read(text: &str) -> Result<Vec<Vec<String>>, ClipboardProblem> {
    if text.len() > CLIPBOARD_MAX {
        return Err(ClipboardProblem::TooLong);
    }
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    if rest.is_empty() {
        return Err(ClipboardProblem::Empty);
    }
    let mut rows = Vec::new();
    let mut row = Vec::new();
    loop {
        let (cell, after) = quoted(rest).unwrap_or_else(|| plain(rest));
        row.push(unguarded(cell));
        if let Some(next) = after.strip_prefix('\t') {
            rest = next;
            continue;
        }
        rows.push(std::mem::take(&mut row));
        let next = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r']));
        match next {
            // The last row's own line end begins no other row.
            None | Some("") => return Ok(rows),
            Some(next) => rest = next,
        }
    }
}

/// A cell in quotes, and what follows it. `None` if the quotes are part of its text: nothing but a cell's end may
/// follow the closing one.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut cell = String::new();
    loop {
        let (inside, after) = rest.split_once('"')?;
        cell.push_str(inside);
        if let Some(next) = after.strip_prefix('"') {
            cell.push('"');
            rest = next;
        } else if after.is_empty() || after.starts_with(['\t', '\n', '\r']) {
            return Some((cell, after));
        } else {
            return None;
        }
    }
}

fn plain(text: &str) -> (String, &str) {
    let (cell, rest) = text.split_at(text.find(['\t', '\n', '\r']).unwrap_or(text.len()));
    (cell.to_owned(), rest)
}

/// The text of these cells, for a spreadsheet or for [`read`].
pub fn write(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            text.push_str("\r\n");
        }
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                text.push('\t');
            }
            push_cell(&mut text, cell);
        }
    }
    text
}

fn push_cell(text: &mut String, cell: &str) {
    let cell = guarded(cell);
    if cell.contains(['\t', '\n', '\r']) || cell.starts_with('"') {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(&cell);
    }
}

/// A spreadsheet would run a text such as `=HYPERLINK(…)`: an apostrophe before it says that it is text.
fn guarded(cell: &str) -> String {
    if is_risky(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(text) if is_risky(text) => text.to_owned(),
        _ => cell,
    }
}

fn is_risky(cell: &str) -> bool {
    let is_number = cell.bytes().skip(1).all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    match cell.as_bytes().first() {
        Some(b'=' | b'@') => true,
        Some(b'+' | b'-') => !is_number,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        read(text).unwrap_or_default()
    }

    #[test]
    fn what_spreadsheets_put_there_is_read() {
        let cases: [(&str, &[&[&str]]); 10] = [
            ("a", &[&["a"]]),
            ("a\tb\r\nc\td\r\n", &[&["a", "b"], &["c", "d"]]),
            ("a\tb\nc", &[&["a", "b"], &["c"]]),
            ("\t", &[&["", ""]]),
            ("a\n\nb", &[&["a"], &[""], &["b"]]),
            ("\"two\nlines\"\tb", &[&["two\nlines", "b"]]),
            ("\"she said \"\"no\"\"\"\tb", &[&["she said \"no\"", "b"]]),
            ("\"Acme\" Ltd\tb", &[&["\"Acme\" Ltd", "b"]]),
            ("\"never closed\tb\nc", &[&["\"never closed", "b"], &["c"]]),
            ("'=1+1\t'apostrophe", &[&["=1+1", "'apostrophe"]]),
        ];
        for (text, expected) in cases {
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(read(""), Err(ClipboardProblem::Empty));
        assert_eq!(read(&"x".repeat(CLIPBOARD_MAX + 1)), Err(ClipboardProblem::TooLong));
    }

    #[test]
    fn a_formula_leaves_as_text() {
        let row = ["=HYPERLINK(\"x\")", "@sum", "-2+3", "-12.5", "–", "plain"].map(str::to_owned).to_vec();
        assert_eq!(write(&[row]), "'=HYPERLINK(\"x\")\t'@sum\t'-2+3\t-12.5\t–\tplain");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            rows in prop::collection::vec(prop::collection::vec("[ab\"'=+@\\-\t\r\n1]{0,6}", 1..4), 1..4),
        ) {
            // A lone empty cell at the end cannot be told from the last line's end.
            prop_assume!(rows.last().is_some_and(|row| *row != [String::new()]));
            prop_assume!(!rows.iter().flatten().any(|cell| cell.starts_with('\'')));
            prop_assert_eq!(read(&write(&rows)), Ok(rows));
        }

        #[test]
        fn any_text_is_taken_apart(text in "\\PC*|[\"\t\n\r a]*") {
            prop_assert!(text.is_empty() || read(&text).is_ok());
        }
    }
}
