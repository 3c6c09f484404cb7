//! Excel workbooks as files of an import: a sheet becomes the CSV text that the import reads, and everything after that
//! is the same as for a CSV file.
//!
//! A workbook is a ZIP archive of XML from somebody's computer, so `archive` looks at it before `calamine` does, and
//! everything that is read is bounded: unpacked size, rows, columns, text, time.

mod archive;
mod cells;
mod sheet;
#[cfg(test)]
mod tests;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use domain::import::source::SheetSource;
use std::io::Cursor;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// No workbook is read for longer than this.
const READ_WITHIN: Duration = Duration::from_secs(60);
/// Workbooks that are read at the same time. One may take hundreds of megabytes for its texts.
static READING: Semaphore = Semaphore::const_new(1);

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Why a workbook is refused. Nothing of it is kept then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookProblem {
    #[error(
        "This workbook is protected by a password, so it cannot be read. Remove the password in Excel and upload it again."
    )]
    Password,
    #[error("This is {found}. Open it and save it as an Excel workbook (.xlsx) or as “CSV UTF-8”.")]
    OtherFormat { found: &'static str },
    #[error(
        "The file is named like an Excel workbook and is none. Open it in the program that made it and save it as .xlsx."
    )]
    OnlyNamed,
    #[error("The workbook is damaged and cannot be read whole. Open it in Excel, save it anew and upload that file.")]
    Damaged,
    #[error(
        "Unpacked, this workbook would be larger than 512 MB. Delete sheets and formats that are not needed, or save \
         the sheet as “CSV UTF-8”."
    )]
    TooLarge,
    #[error(
        "This workbook is packed more than 200 times smaller than what is in it, as no table of accounts is, so it was \
         not opened. Save the sheet as “CSV UTF-8” and upload that file."
    )]
    TooTight,
    #[error("The sheet “{sheet}” has more than 100,000 rows. Split it and import one part after the other.")]
    TooManyRows { sheet: String },
    #[error(
        "The sheet “{sheet}” has something in column {column}; an import takes the first 200 columns, up to GR. Remove \
         what is not needed."
    )]
    TooManyColumns { sheet: String, column: String },
    #[error("The sheet “{sheet}” has more than 64 MB of text. Leave out columns that are not needed, or split it.")]
    TooMuchText { sheet: String },
    #[error("No sheet of this workbook has anything in it. Hidden sheets are not looked at.")]
    Empty,
    #[error("This workbook has no sheet “{sheet}” that can be seen.")]
    NoSuchSheet { sheet: String },
    #[error("Reading this workbook took longer than a minute and was stopped. Save the sheet as “CSV UTF-8” instead.")]
    TooSlow,
}

impl From<XlsxError> for WorkbookProblem {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => WorkbookProblem::Password,
            _ => WorkbookProblem::Damaged,
        }
    }
}

/// What an uploaded file is to the import.
#[derive(Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// A file to be read as it is.
    Text(Vec<u8>),
    /// A sheet of a workbook as CSV.
    Sheet { csv: Vec<u8>, source: SheetSource },
    /// Several sheets have something in them: somebody has to say which one is meant.
    Which(Vec<String>),
}

/// Looks at an uploaded file and reads it if it is a workbook: the sheet that is `wanted`, or else the only one with
/// something in it. Of several the first one, unless they may be `asked` about.
pub async fn read(name: &str, bytes: Vec<u8>, wanted: Option<String>, ask: bool) -> Result<Uploaded, WorkbookProblem> {
    if !archive::is_archive(&bytes) {
        archive::refuse_others(name, &bytes)?;
        return Ok(Uploaded::Text(bytes));
    }
    // The semaphore is never closed.
    let turn = READING.acquire().await.map_err(|_| WorkbookProblem::TooSlow)?;
    let work = move || {
        let deadline = Instant::now() + READ_WITHIN;
        read_workbook(&bytes, wanted.as_deref(), ask, deadline)
    };
    let read = tokio::task::spawn_blocking(work).await;
    drop(turn);
    // A reader that panics over odd bytes has found them damaged.
    read.unwrap_or(Err(WorkbookProblem::Damaged))
}

fn read_workbook(
    bytes: &[u8],
    wanted: Option<&str>,
    ask: bool,
    deadline: Instant,
) -> Result<Uploaded, WorkbookProblem> {
    let found = archive::look(bytes)?;
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes))?;
    let (mut seen, mut hidden) = (Vec::new(), 0);
    for sheet in book.sheets_metadata() {
        match (sheet.typ, sheet.visible) {
            (SheetType::WorkSheet, SheetVisible::Visible) => seen.push(sheet.name.clone()),
            (SheetType::WorkSheet, _) => hidden += 1,
            _ => {}
        }
    }
    let mut filled = Vec::new();
    for name in seen {
        if sheet::has_content(&mut book, &name, deadline)? {
            filled.push(name);
        }
    }
    let chosen = match (wanted, filled.as_slice()) {
        (_, []) => return Err(WorkbookProblem::Empty),
        (Some(wanted), filled) if filled.iter().any(|name| name == wanted) => wanted.to_owned(),
        (Some(wanted), _) => return Err(WorkbookProblem::NoSuchSheet { sheet: wanted.to_owned() }),
        (None, [_, _, ..]) if ask => return Ok(Uploaded::Which(filled)),
        (None, [first, ..]) => first.clone(),
    };
    let read = sheet::read(&mut book, &chosen, deadline)?;
    let merged = if found.merges { book.merge_cells_by_sheet_name(&chosen)?.len() } else { 0 };
    let source = SheetSource {
        others: filled.into_iter().filter(|name| *name != chosen).collect(),
        sheet: chosen,
        hidden,
        errors: read.errors,
        first_error: read.first_error,
        merged: u32::try_from(merged).unwrap_or(u32::MAX),
    };
    Ok(Uploaded::Sheet { csv: read.csv, source })
}
