//! An export as CSV: UTF-8 with a byte-order mark (Excel needs it), CRLF, ISO dates, safe against formulas.

use super::{ROWS_AT_ONCE, Turn, streamed};
use axum::body::Body;
use domain::export::Value;
use futures_util::stream::unfold;
use std::io;
use store::Export;

/// How far the file is.
enum Next {
    Header,
    Rows { from: usize },
}

/// The file, written row by row as its reader takes it.
pub fn body(export: Export, turn: Turn) -> Body {
    streamed(unfold((export, turn, Next::Header), |(export, turn, next)| async move {
        let (piece, from) = match next {
            Next::Header => (header(&export), 0),
            Next::Rows { from } if from >= export.len() => return None,
            Next::Rows { from } => (rows(&export.rows(from, ROWS_AT_ONCE)), from + ROWS_AT_ONCE),
        };
        Some((piece, (export, turn, Next::Rows { from })))
    }))
}

fn header(export: &Export) -> io::Result<Vec<u8>> {
    let mut piece = "\u{FEFF}".as_bytes().to_vec();
    piece.extend(written([export.headers()])?);
    Ok(piece)
}

fn rows(rows: &[Vec<Value>]) -> io::Result<Vec<u8>> {
    written(rows.iter().map(|row| row.iter().map(Value::csv).collect::<Vec<_>>()))
}

fn written(rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}
