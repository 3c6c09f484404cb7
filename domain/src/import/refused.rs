//! The file of refused rows: where, what and why, then the row as it was, so that it can be mended and uploaded.

use super::problem::RowProblem;
use std::io::{self, Write};

/// Headers before those of the original. The proposal of a mapping leaves columns with such names out.
const HEADERS: [&str; 5] = ["Refused row", "Refused account", "Refused column", "Refused value", "Refused because"];

/// Writes refused rows as CSV: UTF-8 with a byte-order mark (Excel needs it), CRLF, safe against formulas.
pub struct RefusedFile<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> RefusedFile<W> {
    /// Begins the file with its header.
    pub fn new(mut output: W, headers: &[String]) -> io::Result<Self> {
        output.write_all("\u{FEFF}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(output);
        let original = headers.iter().map(|header| safe(header));
        writer.write_record(HEADERS.iter().map(|header| (*header).to_owned()).chain(original))?;
        Ok(RefusedFile { writer })
    }

    /// Writes one refused row on one line; several problems stand behind each other.
    pub fn write(&mut self, external_id: &str, problems: &[RowProblem], cells: &[String]) -> io::Result<()> {
        let join = |piece: fn(&RowProblem) -> &str| {
            let pieces: Vec<_> = problems.iter().map(piece).filter(|piece| !piece.is_empty()).collect();
            safe(&pieces.join("; "))
        };
        let about = [
            problems.first().map_or(String::new(), |problem| problem.row.to_string()),
            safe(external_id),
            join(|problem| problem.column.as_deref().unwrap_or("")),
            join(|problem| &problem.value),
            join(|problem| &problem.reason),
        ];
        self.writer.write_record(about.into_iter().chain(cells.iter().map(|cell| safe(cell))))?;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// A cell that a spreadsheet does not take for a formula. What begins with `'` and then like a formula gets one more,
/// so that [`plain`] gives back every cell as it was.
pub fn safe(cell: &str) -> String {
    if is_like_formula(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell that [`safe`] made safe, as it was.
pub fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_like_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_like_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
#[path = "refused_tests.rs"]
mod tests;
