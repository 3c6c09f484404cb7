//! Reading a CSV file (RFC 4180 and what spreadsheets make of it): delimiter, quotes, line ends, row numbers.

use super::problem::{ProblemKind, RowProblem};
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Largest file that is accepted, in bytes.
pub const FILE_MAX: usize = 64_000_000;
/// Most rows that one file may have, without the header.
pub const ROWS_MAX: u32 = 100_000;
/// Most columns that one file may have.
pub const COLUMNS_MAX: usize = 200;

/// Records that decide which delimiter the file has.
const SAMPLE_RECORDS: usize = 20;
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a whole file is refused. Nothing of it is kept then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum FileProblem {
    #[error("The file is empty. Choose a CSV or Excel file with a header and at least one row.")]
    Empty,
    #[error("The file is larger than 64 MB. Split it into several files and import one after the other.")]
    TooLarge,
    #[error("This is not a CSV file: it is {found}. {advice}")]
    NotCsv { found: String, advice: String },
    #[error("The file has a header and no rows. Row 2 is where the first account should be.")]
    NoRows,
    #[error("The file has {rows} rows; an import takes at most 100,000. Split it and import one part after the other.")]
    TooManyRows { rows: u32 },
    #[error("The header has {columns} columns; an import takes at most 200. Remove those that are not needed.")]
    TooManyColumns { columns: u32 },
    #[error("Row 1, the header, is not UTF-8 text. Save the file as “CSV UTF-8” and upload it again.")]
    HeaderNotUtf8,
    #[error(
        "In row {row} a quotation mark is opened and never closed, so the rest of the file reads as one cell. Close it, \
         then upload the file again."
    )]
    UnclosedQuote { row: u32 },
}

impl FileProblem {
    fn not_csv(found: &str, advice: &str) -> Self {
        FileProblem::NotCsv { found: found.to_owned(), advice: advice.to_owned() }
    }
}

/// An opened file: its header is read, its rows are counted, its cells are read on demand.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    body: &'a [u8],
    headers: Vec<String>,
    delimiter: u8,
    rows: u32,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The row as a spreadsheet numbers it: the header is row 1, empty lines count.
    pub number: u32,
    /// The cells as they are in the file; bytes that are not UTF-8 appear as `�`.
    pub cells: Vec<String>,
    /// Why the row cannot be used at all, if so.
    pub problem: Option<RowProblem>,
}

impl<'a> Sheet<'a> {
    /// Opens a file, or says what is wrong with it as a whole.
    pub fn open(bytes: &'a [u8]) -> Result<Sheet<'a>, FileProblem> {
        if bytes.len() > FILE_MAX {
            return Err(FileProblem::TooLarge);
        }
        refuse_other_formats(bytes)?;
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let (body, announced) = announced_delimiter(text);
        if body.iter().all(|byte| byte.is_ascii_whitespace()) {
            return Err(FileProblem::Empty);
        }
        let delimiter = announced.unwrap_or_else(|| detect_delimiter(body));
        let mut records = Records::new(body, delimiter);
        let header = records.next().ok_or(FileProblem::Empty)?;
        let headers = read_headers(&header.cells)?;
        let rows = count_rows(&mut records)?;
        Ok(Sheet { body, headers, delimiter, rows })
    }

    /// The names of the columns: never empty, never twice the same.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What stands between the cells: a comma, a semicolon or a tab.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// How many rows there are, without header and empty rows.
    pub fn row_count(&self) -> u32 {
        self.rows
    }

    /// The rows from the top, without header and empty rows.
    pub fn rows(&self) -> impl Iterator<Item = SheetRow> + use<'a, '_> {
        let mut records = Records::new(self.body, self.delimiter);
        records.next();
        records.filter(|record| !is_blank(&record.cells)).map(|record| self.read(&record))
    }

    fn read(&self, record: &Record) -> SheetRow {
        let number = record.number;
        let mut problem = None;
        let mut cells = Vec::with_capacity(record.cells.len());
        for (index, cell) in record.cells.iter().enumerate() {
            match std::str::from_utf8(cell) {
                Ok(text) => cells.push(text.to_owned()),
                Err(_) => {
                    let text = String::from_utf8_lossy(cell).into_owned();
                    let column = self.headers.get(index).map_or("", String::as_str);
                    let reason = "This is not UTF-8 text. Save the file as “CSV UTF-8” and upload it again.";
                    problem =
                        problem.or(Some(RowProblem::of_cell(number, column, &text, ProblemKind::NotUtf8, reason)));
                    cells.push(text);
                }
            }
        }
        self.drop_blank_surplus(&mut cells);
        if cells.len() != self.headers.len() {
            let reason = format!(
                "The row has {}, the header has {}. A cell that contains {} must stand in quotation marks.",
                counted(cells.len(), "cell"),
                self.headers.len(),
                delimiter_name(self.delimiter),
            );
            problem = problem.or(Some(RowProblem::of_row(number, ProblemKind::CellCount, reason)));
        }
        SheetRow { number, cells, problem }
    }

    /// Spreadsheets write delimiters after the last column for cells that were once used.
    fn drop_blank_surplus(&self, cells: &mut Vec<String>) {
        while cells.len() > self.headers.len() && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
    }
}

/// Records with their row numbers. The `csv` crate skips empty lines without counting them, so they are counted here.
struct Records<'a> {
    body: &'a [u8],
    delimiter: u8,
    reader: Reader<&'a [u8]>,
    /// Number of the row read last.
    number: u32,
}

struct Record {
    number: u32,
    cells: ByteRecord,
    /// Where in the file the record ends.
    end: usize,
    start: usize,
}

impl<'a> Records<'a> {
    fn new(body: &'a [u8], delimiter: u8) -> Self {
        Records { body, delimiter, reader: reader(body, delimiter), number: 0 }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX).min(self.body.len())
    }

    /// Whether the record runs to the end of the file inside quotation marks.
    fn is_unclosed(&self, record: &Record) -> bool {
        record.end == self.body.len() && ends_inside_quotes(&self.body[record.start..record.end], self.delimiter)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let before = self.offset();
        let mut cells = ByteRecord::new();
        // Reading from memory in flexible mode has no error to report: an error could only end the file here.
        if !self.reader.read_byte_record(&mut cells).unwrap_or(false) {
            return None;
        }
        let (start, empty_lines) = skip_empty_lines(self.body, before);
        self.number += empty_lines + 1;
        Some(Record { number: self.number, cells, start, end: self.offset() })
    }
}

fn reader(body: &[u8], delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(body)
}

/// Where the next record begins after `from`, and how many empty lines stand before it.
fn skip_empty_lines(body: &[u8], from: usize) -> (usize, u32) {
    let mut at = from;
    // The reader may stop between the return and the line feed of one line end.
    if at > 0 && body.get(at - 1) == Some(&b'\r') && body.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut lines = 0;
    loop {
        match (body.get(at), body.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at += 2,
            (Some(b'\r' | b'\n'), _) => at += 1,
            _ => return (at, lines),
        }
        lines += 1;
    }
}

fn count_rows(records: &mut Records<'_>) -> Result<u32, FileProblem> {
    let mut rows = 0;
    while let Some(record) = records.next() {
        if records.is_unclosed(&record) {
            return Err(FileProblem::UnclosedQuote { row: record.number });
        }
        if !is_blank(&record.cells) {
            rows += 1;
        }
    }
    match rows {
        0 => Err(FileProblem::NoRows),
        rows if rows > ROWS_MAX => Err(FileProblem::TooManyRows { rows }),
        rows => Ok(rows),
    }
}

fn is_blank(cells: &ByteRecord) -> bool {
    cells.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace))
}

/// Follows the quotes of one record as the `csv` crate does: a quote opens only at the start of a cell.
fn ends_inside_quotes(record: &[u8], delimiter: u8) -> bool {
    let (mut inside, mut at_start) = (false, true);
    let mut bytes = record.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match (inside, byte) {
            (true, b'"') if bytes.peek() == Some(&&b'"') => {
                bytes.next();
            }
            (true, b'"') => inside = false,
            (false, b'"') if at_start => inside = true,
            _ => {}
        }
        at_start = !inside && byte == delimiter;
    }
    inside
}

fn read_headers(cells: &ByteRecord) -> Result<Vec<String>, FileProblem> {
    if cells.len() > COLUMNS_MAX {
        return Err(FileProblem::TooManyColumns { columns: u32::try_from(cells.len()).unwrap_or(u32::MAX) });
    }
    let mut taken = BTreeSet::new();
    let mut headers = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let text = std::str::from_utf8(cell).map_err(|_| FileProblem::HeaderNotUtf8)?;
        let name = Some(super::problem::shorten(text.trim()))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| format!("Column {}", column_letters(index)));
        let name = free_name(&name, &taken);
        taken.insert(name.clone());
        headers.push(name);
    }
    Ok(headers)
}

/// The first name that is still free: the plain one, or one with a number behind it.
fn free_name(plain: &str, taken: &BTreeSet<String>) -> String {
    let mut name = plain.to_owned();
    let mut number = 1;
    while taken.contains(&name) {
        number += 1;
        name = format!("{plain} ({number})");
    }
    name
}

/// A column as spreadsheets name it: A, B, … Z, AA, AB.
pub fn column_letters(index: usize) -> String {
    let mut letters = String::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters
}

/// Excel announces the delimiter in a first line of its own, such as `sep=;`, which it does not show.
fn announced_delimiter(text: &[u8]) -> (&[u8], Option<u8>) {
    for delimiter in DELIMITERS {
        let line = [b"sep=".as_slice(), &[delimiter]].concat();
        let Some(rest) = text.strip_prefix(line.as_slice()) else { continue };
        let body = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"));
        if let Some(body) = body {
            return (body, Some(delimiter));
        }
    }
    (text, None)
}

/// The delimiter that splits the first records most evenly; a file of one column counts as separated by commas.
fn detect_delimiter(body: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let counts: Vec<usize> = reader(body, delimiter)
            .byte_records()
            .map_while(Result::ok)
            .filter(|record| !is_blank(record))
            .take(SAMPLE_RECORDS)
            .map(|record| record.len())
            .collect();
        let columns = counts.first().copied().unwrap_or(0);
        let even = counts.iter().filter(|count| **count == columns).count();
        if columns < 2 { (0, 0) } else { (even, columns) }
    };
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), FileProblem> {
    const SAVE: &str = "Save the sheet as “CSV UTF-8” and upload that file.";
    const CHOOSE: &str = "Choose a CSV or Excel file.";
    let known: [(&[u8], &str, &str); 8] = [
        (b"PK\x03\x04", "an Excel workbook or a ZIP archive", SAVE),
        (b"\xD0\xCF\x11\xE0", "an old Excel or Office file", SAVE),
        (b"\xFF\xFE", "text in UTF-16", SAVE),
        (b"\xFE\xFF", "text in UTF-16", SAVE),
        (b"%PDF", "a PDF document", CHOOSE),
        (b"\x1F\x8B", "a compressed file", "Unpack it and upload the file in it."),
        (b"\x89PNG", "a picture", CHOOSE),
        (b"\xFF\xD8\xFF", "a picture", CHOOSE),
    ];
    for (magic, found, advice) in known {
        if bytes.starts_with(magic) {
            return Err(FileProblem::not_csv(found, advice));
        }
    }
    let head = &bytes[..bytes.len().min(8_192)];
    let controls = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31)).count();
    if bytes.contains(&0) || controls * 100 > head.len() {
        return Err(FileProblem::not_csv("a binary file", "Choose a CSV or Excel file, whatever its name ends in."));
    }
    Ok(())
}

fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn delimiter_name(delimiter: u8) -> &'static str {
    match delimiter {
        b';' => "a semicolon",
        b'\t' => "a tab",
        _ => "a comma",
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
