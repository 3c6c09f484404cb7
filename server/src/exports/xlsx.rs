//! An export as an Excel workbook. Rows go to a temporary file of the writer's, row by row, and from there to the reader
//! of the response: neither is ever whole in memory.

use super::{ROWS_AT_ONCE, Turn, streamed};
use axum::body::Body;
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use domain::export::Value;
use futures_util::stream::unfold;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{self, BufWriter, Write};
use store::Export;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait for a slow reader before the writer waits, too.
const PIECES_WAITING: usize = 4;
const PIECE_BYTES: usize = 256 * 1_024;

/// The file, written on a thread of its own.
pub fn body(export: Export, turn: Turn) -> Body {
    let (sender, receiver) = channel(PIECES_WAITING);
    tokio::task::spawn_blocking(move || {
        let outcome = write(&export, &sender);
        drop(turn);
        if let Err(error) = outcome {
            if sender.is_closed() {
                return;
            }
            tracing::error!(%error, "an export could not be written");
            // The reader sees that the file broke off.
            sender.blocking_send(Err(io::Error::other(error.to_string()))).ok();
        }
    });
    let pieces = |mut receiver: Receiver<io::Result<Vec<u8>>>| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    };
    streamed(unfold(receiver, pieces))
}

fn write(export: &Export, sender: &Sender<io::Result<Vec<u8>>>) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Accounts")?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (place, (column, header)) in (0..).zip(export.columns().iter().zip(export.headers())) {
        sheet.set_column_width(place, f64::from(column.width()))?;
        sheet.write_string_with_format(0, place, header, &bold)?;
    }
    let formats = Formats {
        day: Format::new().set_num_format("yyyy-mm-dd"),
        moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    };
    let mut number = 1;
    for from in (0..export.len()).step_by(ROWS_AT_ONCE) {
        if sender.is_closed() {
            return Err(XlsxError::IoError(io::ErrorKind::BrokenPipe.into()));
        }
        for row in export.rows(from, ROWS_AT_ONCE) {
            for (place, value) in (0..).zip(&row) {
                formats.write(sheet, number, place, value)?;
            }
            number += 1;
        }
    }
    let mut output = BufWriter::with_capacity(PIECE_BYTES, Pieces { sender });
    workbook.save_to_writer(&mut output)?;
    output.flush()?;
    Ok(())
}

struct Formats {
    day: Format,
    moment: Format,
}

impl Formats {
    /// Texts are written as texts, whatever they look like: no cell is a formula.
    fn write(&self, sheet: &mut Worksheet, row: u32, column: u16, value: &Value) -> Result<(), XlsxError> {
        match value {
            Value::Nothing => sheet,
            Value::Text(text) => sheet.write_string(row, column, text)?,
            Value::Number(number) => sheet.write_number(row, column, number.to_f64())?,
            // Days before 1900 do not exist for Excel: they are written out.
            Value::Day(day) => match excel_day(*day) {
                Ok(date) => sheet.write_date_with_format(row, column, &date, &self.day)?,
                Err(_) => sheet.write_string(row, column, value.csv())?,
            },
            Value::Moment(moment) => match excel_moment(*moment) {
                Ok(date) => sheet.write_datetime_with_format(row, column, &date, &self.moment)?,
                Err(_) => sheet.write_string(row, column, value.csv())?,
            },
        };
        Ok(())
    }
}

fn excel_day(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let number = |value: u32| u8::try_from(value).unwrap_or(u8::MAX);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(0), number(day.month()), number(day.day()))
}

fn excel_moment(moment: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let hour = u16::try_from(moment.hour()).unwrap_or(0);
    excel_day(moment.date())?.and_hms(hour, u8::try_from(moment.minute()).unwrap_or(0), 0_u8)
}

/// Hands what is written to the response, piece by piece.
struct Pieces<'a> {
    sender: &'a Sender<io::Result<Vec<u8>>>,
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Ok(bytes.to_vec());
        self.sender.blocking_send(piece).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
