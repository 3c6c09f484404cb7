#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use proptest::prelude::*;

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    Sheet::open(bytes).unwrap().rows().map(|row| row.cells).collect()
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    Sheet::open(bytes).unwrap().rows().map(|row| row.number).collect()
}

#[test]
fn delimiter_is_detected_outside_quotes() {
    let cases: [(&[u8], char); 7] = [
        (b"id,name\n1,A\n", ','),
        (b"id;name\n1;A\n", ';'),
        (b"id\tname\n1\tA\n", '\t'),
        (b"id;name\n1;\"Smith, Wesson, Colt\"\n2;\"x, y\"\n", ';'),
        (b"id;price\n1;3,50\n2;4,20\n", ';'),
        (b"\"a;b\",\"c;d\"\n\"1;2\",\"3;4\"\n", ','),
        (b"id\nC-1\nC-2\n", ','),
    ];
    for (bytes, expected) in cases {
        let sheet = Sheet::open(bytes).unwrap();
        assert_eq!(sheet.delimiter(), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn the_delimiter_that_excel_announces_is_used() {
    let sheet = Sheet::open(b"sep=;\r\nid;name\r\n1;A\r\n").unwrap();
    assert_eq!((sheet.delimiter(), sheet.headers()), (';', ["id".to_owned(), "name".to_owned()].as_slice()));
    assert_eq!(sheet.rows().next().unwrap().number, 2);
}

#[test]
fn byte_order_mark_and_line_ends_of_all_kinds_are_read() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("\u{FEFF}id,name{end}1,A{end}2,B{end}");
        let sheet = Sheet::open(text.as_bytes()).unwrap();
        assert_eq!(sheet.headers(), ["id", "name"]);
        assert_eq!(cells(text.as_bytes()), [["1", "A"], ["2", "B"]]);
        assert_eq!(numbers(text.as_bytes()), [2, 3], "{end:?}");
    }
}

#[test]
fn row_numbers_are_those_of_a_spreadsheet() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["id,name", "1,\"two", "lines\"", "", "", "2,B", ",", "3,C"].join(end);
        // Row 2 has a line break inside, rows 3 and 4 are empty, row 6 has only blanks.
        assert_eq!(numbers(text.as_bytes()), [2, 5, 7], "{end:?}");
        assert_eq!(Sheet::open(text.as_bytes()).unwrap().row_count(), 3);
    }
    assert_eq!(numbers(b"\n\nid,name\n1,A\n"), [4]);
}

#[test]
fn quotes_hold_delimiters_line_breaks_and_quotes() {
    let found = cells(b"id,name\n1,\"A, \"\"B\"\"\nC\"\n2,5\" disk\n");
    assert_eq!(found, [["1", "A, \"B\"\nC"], ["2", "5\" disk"]]);
}

#[test]
fn a_quote_that_is_never_closed_names_its_row() {
    let problem = Sheet::open(b"id,name\n1,A\n\n2,\"B\n3,C\n4,D\n").unwrap_err();
    assert_eq!(problem, FileProblem::UnclosedQuote { row: 4 });
    assert!(problem.to_string().contains("row 4"));
}

#[test]
fn files_that_are_no_csv_say_what_they_are() {
    let cases: [(&[u8], &str); 6] = [
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"\xD0\xCF\x11\xE0old", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\xFF\xFEi\0d\0", "UTF-16"),
        (b"id,name\n1,A\0B\n", "binary"),
        (b"\x01\x02\x03\x04\x05\x06", "binary"),
    ];
    for (bytes, word) in cases {
        let message = Sheet::open(bytes).unwrap_err().to_string();
        assert!(message.starts_with("This is not a CSV file"), "{message}");
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn empty_files_and_files_without_rows_are_refused() {
    for empty in [&b""[..], b"\n\n", b"  \r\n", b"\xEF\xBB\xBF", b"sep=;\n"] {
        assert_eq!(Sheet::open(empty).unwrap_err(), FileProblem::Empty);
    }
    for no_rows in [&b"id,name"[..], b"id,name\n", b"id,name\n,\n\n"] {
        assert_eq!(Sheet::open(no_rows).unwrap_err(), FileProblem::NoRows);
    }
}

#[test]
fn limits_of_size_rows_and_columns_are_kept() {
    assert_eq!(Sheet::open(&vec![b'x'; FILE_MAX + 1]).unwrap_err(), FileProblem::TooLarge);
    let rows = |count: u32| format!("id\n{}", "1\n".repeat(count as usize));
    assert_eq!(Sheet::open(rows(ROWS_MAX).as_bytes()).unwrap().row_count(), ROWS_MAX);
    let problem = Sheet::open(rows(ROWS_MAX + 1).as_bytes()).unwrap_err();
    assert_eq!(problem, FileProblem::TooManyRows { rows: ROWS_MAX + 1 });
    let wide = format!("{}\n1\n", ",".repeat(COLUMNS_MAX));
    assert!(matches!(Sheet::open(wide.as_bytes()), Err(FileProblem::TooManyColumns { columns: 201 })));
}

#[test]
fn a_row_with_another_number_of_cells_is_a_problem_of_that_row() {
    let sheet = Sheet::open(b"id,name\n1,A\n2\n3,C,more\n4,D,,\n").unwrap();
    let problems: Vec<_> = sheet.rows().map(|row| row.problem.map(|problem| (problem.kind, problem.reason))).collect();
    assert_eq!(problems[0], None);
    let (kind, reason) = problems[1].clone().unwrap();
    assert_eq!(kind, ProblemKind::CellCount);
    assert!(reason.starts_with("The row has 1 cell, the header has 2."), "{reason}");
    assert!(problems[2].clone().unwrap().1.starts_with("The row has 3 cells"));
    assert_eq!(problems[3], None, "blank cells behind the last column do not count");
}

#[test]
fn text_that_is_not_utf8_names_row_and_column() {
    let sheet = Sheet::open(b"id,name\n1,A\n2,M\xFCller\n").unwrap();
    let problem = sheet.rows().nth(1).unwrap().problem.unwrap();
    assert_eq!((problem.row, problem.column.as_deref(), problem.kind), (3, Some("name"), ProblemKind::NotUtf8));
    assert_eq!(Sheet::open(b"id,st\xE4tus\n1,A\n").unwrap_err(), FileProblem::HeaderNotUtf8);
}

#[test]
fn headers_are_never_empty_and_never_twice_the_same() {
    let sheet = Sheet::open(b"id, Name ,,Name,name,Name\n1,2,3,4,5,6\n").unwrap();
    assert_eq!(sheet.headers(), ["id", "Name", "Column C", "Name (2)", "name", "Name (3)"]);
}

#[test]
fn columns_are_lettered_as_in_a_spreadsheet() {
    let letters: Vec<_> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(column_letters).collect();
    assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

/// A cell that is not blank, since rows of blanks are left out.
fn cell() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9äß漢 ,;\"\t\r\n=@'-]{0,12}".prop_map(|text| format!("x{text}x"))
}

proptest! {
    /// Whatever is written by the rules of RFC 4180 is read back cell by cell, with the right row numbers.
    #[test]
    fn written_cells_are_read_back(
        rows in (2usize..5).prop_flat_map(|columns| {
            prop::collection::vec(prop::collection::vec(cell(), columns), 2..20)
        }),
        delimiter in prop::sample::select(DELIMITERS.to_vec()),
        end in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n')]),
        mark in any::<bool>(),
    ) {
        let header: Vec<_> = (0..rows[0].len()).map(|index| format!("column {index}")).collect();
        let mut bytes = if mark { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(end)
            .quote_style(csv::QuoteStyle::Always).from_writer(&mut bytes);
        writer.write_record(&header).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        drop(writer);
        let sheet = Sheet::open(&bytes).unwrap();
        prop_assert_eq!(sheet.headers(), header.as_slice());
        let read: Vec<_> = sheet.rows().collect();
        prop_assert!(read.iter().all(|row| row.problem.is_none()));
        let numbers: Vec<_> = read.iter().map(|row| row.number).collect();
        prop_assert_eq!(numbers, (2..2 + rows.len() as u32).collect::<Vec<_>>());
        prop_assert_eq!(read.into_iter().map(|row| row.cells).collect::<Vec<_>>(), rows);
    }

    /// No bytes make the reader panic, and what it opens has the rows that it counted.
    #[test]
    fn any_bytes_are_opened_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(sheet) = Sheet::open(&bytes) {
            prop_assert_eq!(sheet.rows().count() as u32, sheet.row_count());
        }
    }

    /// The same for bytes that look like CSV, and row numbers only rise.
    #[test]
    fn any_text_is_opened_or_refused(text in "[ab\"',;\t\r\n\u{E4}]{0,200}") {
        if let Ok(sheet) = Sheet::open(text.as_bytes()) {
            let numbers: Vec<_> = sheet.rows().map(|row| row.number).collect();
            prop_assert_eq!(numbers.len() as u32, sheet.row_count());
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
        }
    }
}
