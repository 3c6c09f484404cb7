//! One sheet as CSV text. It is read cell by cell and never held whole, but for the text that comes out.

use super::cells::{CellText, text, zeros};
use super::{Book, WorkbookProblem};
use domain::import::sheet::{COLUMNS_MAX, FILE_MAX, ROWS_MAX, column_letters};
use std::time::Instant;

/// Cells between two looks at the clock.
const CELLS_BETWEEN_LOOKS: u32 = 4_096;
/// Rows that a sheet can have at all.
const SHEET_ROWS: u32 = 1_048_576;
/// Says what stands between the cells, so that nothing has to be guessed from them.
const ANNOUNCEMENT: &str = "sep=,\r\n";

/// What was read.
#[derive(Debug, Default)]
pub struct SheetText {
    pub csv: Vec<u8>,
    /// Cells that show an error.
    pub errors: u32,
    /// Where the first of them is.
    pub first_error: String,
}

/// Whether any cell of the sheet says something.
pub fn has_content(book: &mut Book<'_>, name: &str, deadline: Instant) -> Result<bool, WorkbookProblem> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let mut clock = Clock { deadline, cells: 0 };
    while let Some(cell) = cells.next_cell()? {
        clock.tick()?;
        if !matches!(text(cell.get_value(), 0), CellText::Text(text) if text.trim().is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads a sheet. Rows keep their numbers: an empty row between others becomes an empty line.
pub fn read(book: &mut Book<'_>, name: &str, deadline: Instant) -> Result<SheetText, WorkbookProblem> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let fill: Vec<usize> = cells.styles().iter().map(zeros).collect();
    let mut clock = Clock { deadline, cells: 0 };
    let mut lines = Lines::new(name);
    let mut read = SheetText::default();
    while let Some((cell, style)) = cells.next_cell_with_style_id()? {
        clock.tick()?;
        let (row, column) = cell.get_position();
        match text(cell.get_value(), fill.get(style).copied().unwrap_or(0)) {
            CellText::Text(text) if text.trim().is_empty() => {}
            CellText::Text(text) => lines.put(row, column, text)?,
            CellText::Error => {
                if read.errors == 0 {
                    read.first_error = format!("{}{}", column_letters(column as usize), row.saturating_add(1));
                }
                read.errors += 1;
            }
        }
    }
    read.csv = lines.finish()?;
    Ok(read)
}

struct Clock {
    deadline: Instant,
    cells: u32,
}

impl Clock {
    fn tick(&mut self) -> Result<(), WorkbookProblem> {
        self.cells = self.cells.wrapping_add(1);
        let look = self.cells.is_multiple_of(CELLS_BETWEEN_LOOKS);
        if look && Instant::now() > self.deadline { Err(WorkbookProblem::TooSlow) } else { Ok(()) }
    }
}

/// The lines so far. How many cells a line must have is known only at the end, so each one notes how many it has.
struct Lines<'a> {
    sheet: &'a str,
    text: Vec<u8>,
    /// Where each line ends, and its cells.
    ends: Vec<(usize, usize)>,
    /// Lines that are not empty.
    filled: u32,
    widest: usize,
    /// The row being read, and its cells.
    row: u32,
    cells: Vec<String>,
}

impl<'a> Lines<'a> {
    fn new(sheet: &'a str) -> Self {
        Lines { sheet, text: Vec::new(), ends: Vec::new(), filled: 0, widest: 0, row: 0, cells: Vec::new() }
    }

    fn put(&mut self, row: u32, column: u32, text: String) -> Result<(), WorkbookProblem> {
        let column = column as usize;
        if column >= COLUMNS_MAX {
            let (sheet, column) = (self.sheet.to_owned(), column_letters(column));
            return Err(WorkbookProblem::TooManyColumns { sheet, column });
        }
        if row < self.row || row >= SHEET_ROWS {
            return Err(WorkbookProblem::Damaged);
        }
        if row > self.row {
            self.end_row()?;
            self.row = row;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), WorkbookProblem> {
        if self.cells.is_empty() {
            return Ok(());
        }
        // Rows that were skipped since the last one.
        self.ends.resize(self.row as usize, (self.text.len(), 0));
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                self.text.push(b',');
            }
            write_cell(&mut self.text, cell);
        }
        self.ends.push((self.text.len(), self.cells.len()));
        self.widest = self.widest.max(self.cells.len());
        self.cells.clear();
        self.filled += 1;
        // One of them is the header.
        if self.filled > ROWS_MAX + 1 {
            return Err(WorkbookProblem::TooManyRows { sheet: self.sheet.to_owned() });
        }
        if self.text.len() > FILE_MAX { Err(self.too_much()) } else { Ok(()) }
    }

    fn too_much(&self) -> WorkbookProblem {
        WorkbookProblem::TooMuchText { sheet: self.sheet.to_owned() }
    }

    fn finish(mut self) -> Result<Vec<u8>, WorkbookProblem> {
        self.end_row()?;
        let missing: usize =
            self.ends.iter().filter(|(_, cells)| *cells > 0).map(|(_, cells)| self.widest - cells).sum();
        let length = ANNOUNCEMENT.len() + self.text.len() + missing + 2 * self.ends.len();
        if length > FILE_MAX {
            return Err(self.too_much());
        }
        let mut csv = Vec::with_capacity(length);
        csv.extend_from_slice(ANNOUNCEMENT.as_bytes());
        let mut start = 0;
        for (end, cells) in &self.ends {
            csv.extend_from_slice(&self.text[start..*end]);
            if *cells > 0 {
                csv.resize(csv.len() + self.widest - cells, b',');
            }
            csv.extend_from_slice(b"\r\n");
            start = *end;
        }
        Ok(csv)
    }
}

fn write_cell(line: &mut Vec<u8>, cell: &str) {
    if !cell.contains(['"', ',', '\r', '\n']) {
        line.extend_from_slice(cell.as_bytes());
        return;
    }
    line.push(b'"');
    line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}
